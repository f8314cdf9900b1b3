"""Screens leave out nothing the API keeps and ask for nothing it does not take."""

from __future__ import annotations

import pkgutil
from datetime import date
from importlib import import_module

import pytest

from activities.codes import ROLES
from api import routes
from api.pages.master.forms import Form
from api.pages.master.inputs import Input, Rows, sample_rule, sample_text
from api.pages.master.processes import MILESTONE_KINDS
from api.pages.master.registry import SCREENS
from api.pages.master.screens import Screen, body_of
from api.routes import people
from api.routes.resource import Resource
from models.domain.approvals import standing
from models.domain.authority import Role
from models.domain.milestones import MilestoneKind
from tests.api.conftest import MASTER_DATA
from tests.pages.all_screens import ALL, every_screen


def test_there_is_a_screen_for_everything_the_api_keeps() -> None:
    kept = {
        value.table
        for module in pkgutil.iter_modules(routes.__path__)
        for value in vars(import_module(f"api.routes.{module.name}")).values()
        if isinstance(value, Resource)
    }
    # Tokens have their place on the page of the person they act for.
    assert {screen.resource.table for screen in ALL} | {people.tokens.table} == kept
    assert {f"/{name}" for name in SCREENS} == set(MASTER_DATA)


@every_screen
def test_a_form_asks_for_every_field_of_the_body_and_for_no_other(screen: Screen) -> None:
    for form, route in ((screen.making, screen.create), (screen.changing, screen.replace)):
        asked, body = {part.name for part in form.parts}, body_of(route).model_fields
        keys = {part.name for part in screen.parts if part.key} if route is screen.replace else set()
        assert asked == set(body) - keys
        for part in form.parts:
            if isinstance(part, Rows):
                (entry,) = body[part.name].annotation.__args__  # type: ignore[union-attr]
                assert [each.name for each in part.inputs] == list(entry.model_fields)


def test_every_role_and_every_kind_of_milestone_has_a_word() -> None:
    assert ROLES.keys() == set(Role)
    assert MILESTONE_KINDS.keys() == set(MilestoneKind)


@pytest.mark.parametrize(
    ("text", "rule"),
    [("all", "all"), ("ALL", "all"), ("5", 5), ("AQL 1.0", {"aql": "1.0"}), ("aql2.5", {"aql": "2.5"})],
)
def test_a_sample_is_written_as_people_say_it(text: str, rule: object) -> None:
    assert sample_rule(text) == rule
    assert sample_rule(sample_text(rule)) == rule


@pytest.mark.parametrize(
    ("last", "today", "how"),
    [
        (None, "2025-12-31", "coming"),
        (None, "2026-01-01", "valid"),
        ("2026-03-31", "2026-02-28", "valid"),
        ("2026-03-31", "2026-03-01", "ending"),
        ("2026-03-31", "2026-03-31", "ending"),
        ("2026-03-31", "2026-04-01", "ended"),
    ],
)
def test_an_approval_holds_through_its_last_day(last: str | None, today: str, how: str) -> None:
    end = date.fromisoformat(last) if last else None
    assert standing(date(2026, 1, 1), end, date.fromisoformat(today)) == how


FORM = Form((Input("name", "Name"), Rows("steps", "Steps", (Input("code", "Code"),), "Add")))


def test_what_nobody_typed_into_follows_the_record() -> None:
    before = {"name": "A", "steps.0.code": "x"}
    mine = {"name": "B", "steps.0.code": "x"}
    theirs = {"name": "A", "steps.0.code": "x", "steps.1.code": "y"}
    assert FORM.merged(before, mine, theirs) == {"name": "B", "steps.0.code": "x", "steps.1.code": "y"}


def test_where_both_typed_it_is_mine_that_is_shown() -> None:
    before, theirs = {"steps.0.code": "x"}, {"steps.0.code": "z", "steps.1.code": "y"}
    assert FORM.merged(before, {"steps.0.code": "w"}, theirs) == {"steps.0.code": "w"}


def test_rows_are_numbered_anew_however_they_came() -> None:
    typed = {
        "steps.7.code": "b",
        "steps.3.code": "a",
        "steps.5.code": "",
        "steps.123456.code": "x",
        "name": "A",
    }
    assert FORM.kept(typed) == {"name": "A", "steps.0.code": "a", "steps.1.code": "b"}
    again = FORM.again(typed | {"remove": "steps.3", "form": "1"})
    assert again == {"name": "A", "steps.0.code": "", "steps.1.code": "b"}
