"""A hold flags all that was made of the lot at once, tells who plans, and is over with its release: both databases."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select
from starlette.testclient import TestClient

from activities import hold_mails
from models.domain.authority import Role
from models.tables.outbox import Outbox, OutboxRecipient
from models.tables.parts import Part
from models.tables.types import table
from tests.api.conftest import NOW, Login
from tests.api.test_recalls import get, post
from tests.traced import BARS, tell_story

SQLITE_ONLY = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
WHY = {"reason": "The mill reports a wrong melt"}


@pytest.fixture
def quality(app: FastAPI, as_role: Login) -> TestClient:
    """Quality's client; the story of the heat, and a planner beside."""
    as_role(Role.PLANNER, locale="zh")
    client = as_role(Role.QUALITY)
    with app.state.database.write() as session:
        tell_story(session)
    return client


def mails(app: FastAPI) -> list[tuple[str, str, str, dict[str, Any]]]:
    outbox, to = table(Outbox), table(OutboxRecipient)
    query = (
        select(outbox.c.template, outbox.c.locale, outbox.c.context, to.c.address)
        .join(to, to.c.outbox_id == outbox.c.id)
        .where(outbox.c.template.like("hold_%"))
        .order_by(outbox.c.template, to.c.address)
    )
    with app.state.database.read() as session:
        return [(row.template, row.address, row.locale, row.context) for row in session.execute(query)]


def test_a_hold_reaches_stock_orders_jobs_and_dispatches_until_its_release(
    app: FastAPI, quality: TestClient, as_role: Login
) -> None:
    held = post(quality, f"/lots/{BARS}/hold", WHY)["touches"]
    assert {"J4520-A", "J4520-B"} <= set(held["lots"])
    assert held["jobs"] == ["4520"]
    assert [(gone["dispatch"], gone["customer"]) for gone in held["dispatches"]] == [
        ("D-2", "CONTOSO"),
        ("D-1", "NORTHWIND"),
    ]
    assert held["orders"]
    (alert,) = get(quality, "/alerts?open=true")["lots_on_hold"]
    assert (alert["lot"], alert["touches"]) == (BARS, held)
    assert [each["hold"] for each in get(quality, "/lot-holds")["items"]] == [alert["hold"]]
    made = get(quality, "/lots/J4520-B")
    assert (made["held"], made["held_with"]) == (False, BARS)
    (line,) = (gone := get(quality, "/dispatches/D-1"))["lines"]
    assert (gone["held"], line["held"]) == (True, {"lot": BARS, "reason": WHY["reason"]})
    assert [each["held"] for each in get(quality, "/dispatches")["items"]] == [True, True]
    told = mails(app)
    assert [(template, to, locale) for template, to, locale, _ in told] == [
        ("hold_placed", "planner@example.com", "zh"),
        ("hold_placed", "quality@example.com", "en"),
    ]
    assert [gone["customer"] for gone in told[0][3]["dispatches"]] == ["CONTOSO", "NORTHWIND"]
    assert told[0][3]["jobs"] == ["4520"]

    design = as_role(Role.DESIGN_AUTHORITY, name="Dana Sousa")
    signed = {"reason": "Analysis is fine", "signature": {"name": "dana sousa", "meaning": "Fit for use"}}
    post(design, f"/lots/{BARS}/release", signed)
    assert get(quality, "/alerts?open=true")["lots_on_hold"] == []
    assert get(quality, "/lot-holds")["items"] == []
    assert get(quality, "/lots/J4520-B")["held_with"] is None
    assert [each["held"] for each in get(quality, "/dispatches")["items"]] == [False, False]
    assert [(template, to) for template, to, _, _ in mails(app)][2:] == [
        ("hold_released", "planner@example.com"),
        ("hold_released", "quality@example.com"),
    ]
    (hold,) = get(quality, f"/lots/{BARS}/holds")["items"]
    signature = hold["signature"]
    assert (signature["name"], signature["meaning"]) == ("Dana Sousa", "Fit for use")
    assert len(signature["record"]) == 64
    # Whoever tells again tells nobody twice.
    with app.state.database.write() as session:
        assert hold_mails.tell(session, app.state.settings, NOW) == []


@SQLITE_ONLY
def test_a_release_without_a_signature_is_signed_by_who_releases(quality: TestClient, as_role: Login) -> None:
    post(quality, f"/lots/{BARS}/hold", WHY)
    post(as_role(Role.DESIGN_AUTHORITY, name="Dana Sousa"), f"/lots/{BARS}/release", {"reason": "Fine"})
    (hold,) = get(quality, f"/lots/{BARS}/holds")["items"]
    assert (hold["signature"]["name"], hold["signature"]["meaning"]) == ("Dana Sousa", "Released")


@SQLITE_ONLY
def test_nobody_without_clearance_hears_of_controlled_lots(
    app: FastAPI, quality: TestClient, as_role: Login
) -> None:
    with app.state.database.write() as session:
        session.get_one(Part, ("FLANGE", "B")).export_controlled = True
    cleared = as_role(Role.QUALITY, Role.RECEIVING, cleared=True)
    post(cleared, "/lots/J4520-B/hold", WHY)
    assert [to for _, to, _, _ in mails(app)] == ["quality-receiving@example.com"]
    assert get(quality, "/alerts")["lots_on_hold"] == get(quality, "/lot-holds")["items"] == []
    assert len(get(cleared, "/lot-holds")["items"]) == 1
