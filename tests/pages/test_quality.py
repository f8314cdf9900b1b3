"""The quality ledger and corrective actions: found by filters, planned, done, verified, reviewed."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from activities.sweep import let_time_pass
from api.app import now
from models.domain.authority import Role
from models.tables.orders import CommandRow
from models.tables.types import table
from tests.pages.browser import Browsers, StaffPage
from tests.pages.doing import at, hands
from tests.supplier.phone import opened
from tests.systems import System

WHAT, WHY = "Measure the bath every hour", "The bath was too cold"


def soon(days: int = 10) -> str:
    return str(now().date() + timedelta(days=days))


async def action(system: System, number: str) -> dict[str, str]:
    found = (await system.get("/nonconformances"))["items"]
    (item,) = [each for each in found if each["order"] == number]
    return dict(item["actions"][-1])


async def test_an_action_is_planned_for_one_of_us_done_and_verified(
    system: System, browsers: Browsers
) -> None:
    number = await at(system, "rejected")
    await system.login(Role.PLANNER).get("/api/v1/orders")
    quality = hands(browsers, number, Role.QUALITY)
    page = await quality.refused("plan-action", cause="", action=WHAT, due=soon())
    assert page.links["Say what caused it."].endswith("#cause")
    await quality.do("plan-action", cause=WHY, action=WHAT, owner="planner@example.com", due=soon())
    planned = await action(system, number)
    assert (planned["state"], planned["what"]) == ("planned", WHAT)
    mails = (await system.get(f"/orders/{number}/mail"))["items"]
    assert [mail["template"] for mail in mails if mail["template"] == "action_planned"]
    about = f"?action={planned['action']}"
    page = await quality.look(f"complete-action{about}")
    assert WHAT in page.text
    await quality.do(f"complete-action{about}", note="An alarm watches it")
    page = await quality.refused(f"verify-action{about}", "effective", note="")
    assert "Who has done it does not verify it" in page.text
    other = hands(browsers, number, Role.QUALITY)
    page = await other.refused(f"verify-action{about}", "ineffective", note="")
    assert page.links["Say what is still wrong."].endswith("#note")
    await other.do(f"verify-action{about}", "effective", note="Ten parcels without a reject")
    assert (await action(system, number))["state"] == "verified"


async def test_the_ledger_is_filtered_in_its_address_and_leads_to_what_is_to_be_done(
    system: System, browsers: Browsers
) -> None:
    number = await at(system, "rejected")
    other = await at(system, "rejected")
    quality = hands(browsers, number, Role.QUALITY)
    await quality.do("set-responsibility", responsibility="us", cause="Wrong drawing")
    await quality.do("review-nonconformance", note="Seen in the monthly meeting")
    browser = browsers.of(Role.QUALITY)
    page = await browser.open("/quality")
    assert f"{number}-N1" in page.links
    assert f"{other}-N1" in page.links
    assert "Wrong drawing" in page.text
    assert "Seen in the monthly meeting" in page.text
    assert (
        page.links["Plan a corrective action"].endswith(f"plan-action?nonconformance={number}-N1")
        or f"{other}-N1" in page.links["Plan a corrective action"]
    )
    page = await browser.open("/quality?state=unseen")
    assert (f"{number}-N1" in page.links, f"{other}-N1" in page.links) == (False, True)
    page = await browser.open("/quality?responsibility=us&supplier=ACME&part=FLANGE-DN50")
    assert (f"{number}-N1" in page.links, f"{other}-N1" in page.links) == (True, False)
    page = await browser.open("/quality?action=overdue")
    assert "Nothing in the ledger fits these filters." in page.text
    viewer = await browsers.of(Role.VIEWER).open("/quality")
    assert "Plan a corrective action" not in viewer.links


async def test_the_supplier_says_on_its_page_that_its_action_is_done(
    system: System, browsers: Browsers
) -> None:
    number = await at(system, "rejected")
    quality = hands(browsers, number, Role.QUALITY)
    await quality.do("plan-action", cause=f"machine: {WHY}", action=WHAT, due=soon())
    phone, page = await opened(system, number)
    (address,) = [at for text, at in page.links.items() if WHAT in text]
    page = await phone.open(address)
    assert page.heading == "Is the corrective action done?"
    assert f"Machine or equipment down: {WHY}" in page.text
    page = await phone.press(page, "done", note="")
    assert page.status == 422
    page = await phone.press(page, "done", note="A thermometer with an alarm")
    assert f"You said that corrective action {number}-N1-C1 is done." in page.text
    done = await action(system, number)
    assert (done["state"], done["done"]) == ("completed", "A thermometer with an alarm")


async def test_what_is_overdue_after_the_end_is_alerted_by_the_sweep(
    system: System, browsers: Browsers
) -> None:
    number = await at(system, "rejected")
    quality = hands(browsers, number, Role.QUALITY)
    await quality.do("plan-action", cause=WHY, action=WHAT, due=soon(1))
    await hands(browsers, number, Role.APPROVER).browser.get("/")
    name = f"{number}-N1"
    scrap = {"nonconformance": name, "lines": [{"quantity": 5, "decision": "scrap"}]}
    await system.command(Role.QUALITY, number, "disposition", **scrap)
    await system.command(Role.QUALITY, number, "judge", lines=[{"line": 1, "rejected": 3}])
    second = {"nonconformance": f"{number}-N2", "lines": [{"quantity": 3, "decision": "scrap"}]}
    await system.command(Role.QUALITY, number, "disposition", **second)
    signed = {"reason": "Enough", "signature": {"name": "Abel"}}
    order = await system.command(Role.APPROVER, number, "force-complete", **signed)
    assert order["stage"] == "closed"
    commands = table(CommandRow)
    with system.database.write() as session:
        assert not let_time_pass(session, number, now())
        assert let_time_pass(session, number, now() + timedelta(days=9), ended=True)
        waiting = session.scalar(
            select(func.count()).where(commands.c.order_number == number, commands.c.status == "received")
        )
    assert waiting == 1


async def test_the_ledger_is_the_readers(system: System, browsers: Browsers) -> None:
    await at(system, "rejected")
    page: StaffPage = await browsers.of(Role.QUALITY, locale="zh").open("/quality")
    assert page.heading == "质量台账"
