"""What was typed into a form whose session ended is said in words, whichever form it was."""

from __future__ import annotations

import re

import pytest
from fastapi.routing import APIRoute

from api.addresses import PAGES
from api.pages.resumed_forms import FORMS, asked_at
from models.domain.authority import Role
from tests.pages.browser import Browsers
from tests.pages.test_login import log_in, person, resumed
from tests.pages.test_order_drawings import WORDS
from tests.stories import LOT
from tests.systems import System

# Told by their orders, alerts, screens; or nothing is typed that a person has to read again.
_ELSEWHERE = ("/orders/", "/alerts/", "/master/", "/people/", "/login", "/logout", "/s/", "/scan", "/mailbox")


def posted() -> set[str]:
    """Every address of ours that a form is sent to, `*` standing for a number."""
    found = set()
    for router in PAGES:
        for route in router.routes:
            if isinstance(route, APIRoute) and "POST" in (route.methods or ()):
                found.add(re.sub(r"\{[^}]*\}", "*", route.path))
    return {path for path in found if not path.startswith(_ELSEWHERE)}


def test_every_form_of_ours_is_called_something() -> None:
    known = {
        re.sub(r"/(hold|release|record|sign|approve|consumptions|outputs)\b(?=/|$)", "/*", form)
        for form in FORMS
    }
    assert posted() <= known
    assert {
        form.replace("*", "X-1") for form in FORMS if asked_at(form.replace("*", "X-1")) is FORMS[form]
    } == {form.replace("*", "X-1") for form in FORMS}


def test_of_a_table_only_what_is_ticked_is_told_and_nothing_the_form_carries() -> None:
    typed = {"start": "0", "q": "", "row.0": "line/NW-4471/1", "row.0.quantity": "45", "row.0.quantity.was": "45",
             "row.0.start": "2026-12-08", "row.1.quantity": "30", "row.1.start": "2026-12-24"}  # fmt: skip
    asked = asked_at("/demand")
    assert asked is not None
    assert list(asked.told(WORDS, typed)) == [("NW-4471 · 1", "45 · 2026-12-08")]
    ordered = asked_at("/outside")
    assert ordered is not None
    assert list(ordered.told(WORDS, {"op.0": "WO-3201/30", "op.1": "WO-3202/30", "do": "show"})) == [
        ("Operations", "WO-3201 · 30, WO-3202 · 30")
    ]


@pytest.mark.parametrize(
    ("path", "typed", "said"),
    [
        (f"/lots/{LOT}/hold", {"reason": "Wrong melt"}, ("Put the lot on hold", "Why? Wrong melt")),
        ("/recalls", {"identifier": LOT, "reason": "Autumn", "kind": "drill"},
         ("What is it about? " + LOT, "Reason Autumn", "Kind Begin a drill")),
        ("/dispatches/new", {"customer": "NORTHWIND", "lines__0__lot": LOT, "lines__0__quantity": "3"},
         ("New dispatch", "Customer NORTHWIND", f"Lot {LOT}", "Quantity 3")),
        ("/work-orders/WO-3201/consume", {"lot": LOT, "quantity": "2", "machine": "Lathe 4"},
         ("Record material used", f"Lot {LOT}", "Machine Lathe 4")),
    ],
)  # fmt: skip
async def test_before_it_is_sent_after_all_it_says_what_was_typed_in_words(
    system: System, browsers: Browsers, path: str, typed: dict[str, str], said: tuple[str, ...]
) -> None:
    name = path.strip("/").replace("/", "-").lower()
    email, browser = person(system, name, role=Role.ADMIN), browsers.stranger()
    await log_in(browser, email)
    page = await resumed(system, browser, email, path, **typed)
    for words in said:
        assert words in page.text
