"""What no order is about is on the first page all the same: lots on hold, customers a recall did not reach."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import update
from temporalio.testing import WorkflowEnvironment

from models.domain.authority import Role
from models.tables.lots import Lot
from models.tables.outbox import OutboxRecipient
from models.tables.shop_floor import Customer
from models.tables.types import table
from tests.domain.orders import NOW
from tests.pages.browser import Browsers, StaffPage
from tests.systems import System, on_sqlite, running
from tests.traced import tell_story

CUSTOMERS, RECIPIENTS = table(Customer), table(OutboxRecipient)
FINE = "Nothing is late and nobody waits for you."


@pytest.fixture
async def system(
    temporal_env: WorkflowEnvironment, sqlite_template: Path, tmp_path: Path
) -> AsyncIterator[System]:
    """The product with the story of one heat and a lot that nothing was made from; nobody delivers its mails."""
    settings = on_sqlite(tmp_path, sqlite_template, relay_interval=3600.0)
    async with running(settings, temporal_env.client, working=False) as system:
        with system.database.write() as session:
            tell_story(session)
            some = Decimal(5)
            lot = {"part": "FLANGE", "part_revision": "B", "uom": "C62", "created_at": NOW}
            session.add(Lot(number="SPARE", quantity=some, on_hand=some, **lot))
        yield system


def badge(page: StaffPage) -> int:
    """How many alerts the bar of the page says."""
    found = re.search(r'href="/alerts"[^>]*>[^<]*<span class="count[^"]*">(\d+)', page.html)
    return int(found[1]) if found else 0


def section(page: StaffPage, name: str) -> str:
    found = re.search(rf'<section aria-labelledby="{name}">.*?</section>', page.html, re.DOTALL)
    return " ".join(re.sub(r"<[^>]*>", " ", found[0]).split()) if found else ""


async def test_a_lot_on_hold_waits_there_for_who_may_release_it(system: System, browsers: Browsers) -> None:
    planner, design = browsers.of(Role.PLANNER), browsers.of(Role.DESIGN_AUTHORITY)
    before = await planner.open("/")
    assert section(before, "held") == ""
    await system.post(Role.QUALITY, "/lots/SPARE/hold", {"reason": "Wrong melt"})
    page = await planner.open("/")
    assert badge(page) == badge(before) + 1
    assert FINE not in page.text
    assert "SPARE FLANGE B · Wrong melt" in section(page, "held")
    assert "design authority" in section(page, "held").lower()
    assert "Release the lot" not in page.links
    page = await design.open("/?only=held")
    assert page.links["Release the lot"].endswith("/lots/SPARE/release")
    assert (await design.open("/lots/SPARE/release")).status == 200
    body = {"reason": "Fine", "signature": {"name": "Dana Sousa"}}
    await system.post(Role.DESIGN_AUTHORITY, "/lots/SPARE/release", body)
    page = await planner.open("/")
    assert (badge(page), section(page, "held")) == (badge(before), "")


async def test_who_placed_a_hold_has_no_button_to_release_it(system: System, browsers: Browsers) -> None:
    design = browsers.of(Role.DESIGN_AUTHORITY)
    await design.send(await design.open("/lots/SPARE/hold"), "/lots/SPARE/hold", reason="Wrong melt")
    page = await design.open("/")
    assert "SPARE" in section(page, "held")
    assert "Release the lot" not in page.links


async def test_a_customer_whom_a_recall_did_not_reach_is_there_and_counted(
    system: System, browsers: Browsers
) -> None:
    people = [{"name": "May Ito", "email": "may@contoso.example", "locale": "en"}]
    with system.database.write() as session:
        session.execute(update(CUSTOMERS).where(CUSTOMERS.c.code == "CONTOSO").values(contacts=people))
    wish = {"identifier": "HX-1", "reason": "Wrong melt", "drill": False}
    recall = (await system.post(Role.QUALITY, "/recalls", wish, status=201))["recall"]
    await system.post(Role.APPROVER, f"/recalls/{recall}/approve", {"name": "Cy Stone"})
    planner = browsers.of(Role.PLANNER)
    before = await planner.open("/")
    assert section(before, "unreached") == ""
    with system.database.write() as session:
        session.execute(update(RECIPIENTS).values(state="failed", smtp_code=550))
    page = await planner.open("/")
    assert badge(page) == badge(before) + 1
    assert f"{recall} Contoso · May Ito" in section(page, "unreached")
    assert page.links["Look at the customer"].endswith("/master/customers/CONTOSO")
    alerts = await planner.open("/alerts")
    assert f"Open {badge(page)} " in alerts.text
