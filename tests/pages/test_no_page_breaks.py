"""Whoever looks at any form of an order, whatever its stage and flags, gets a page."""

from __future__ import annotations

from api.pages.tasks.registry import TASKS
from models.domain.authority import Role
from tests.pages.browser import Browser, Browsers, StaffPage
from tests.pages.doing import at, hands
from tests.systems import System

_TASKS = [task.name for task in TASKS.values()]
_READERS = (*((role, "en") for role in Role), (Role.ADMIN, "zh"), (Role.APPROVER, "zh"))


async def _changing(system: System, point: str = "accepted") -> str:
    number = await at(system, point)
    changes = {"lines": [{"line": 1, "unit_price": "0.95"}]}
    await system.command(Role.BUYER, number, "propose-change", changes=changes, reason="Dearer zinc")
    return number


async def _broken(browser: Browser, number: str) -> list[str]:
    """The forms of the order that answer with an error of ours."""
    answers = {task: (await browser.get(f"/orders/{number}/{task}")).status_code for task in _TASKS}
    return [f"{task}: {status}" for task, status in answers.items() if status >= 500]


async def test_every_form_of_a_changing_order_is_a_page_for_everybody(
    system: System, browsers: Browsers
) -> None:
    number = await _changing(system)
    for role, locale in _READERS:
        assert not await _broken(browsers.of(role, locale=locale), number), f"{role} in {locale}"


async def test_every_form_is_a_page_at_every_point_of_an_order(system: System, browsers: Browsers) -> None:
    held = await at(system, "there")
    await system.command(Role.BUYER, held, "hold", reason="Wrong drawing")
    ended = await at(system, "issued")
    await system.command(Role.BUYER, ended, "cancel", reason="Not needed")
    countered = await at(system, "issued")
    await system.command(
        Role.BUYER,
        countered,
        "acknowledge",
        decision="decline",
        reason="No room",
        on_behalf_of={"contact": "Ana", "basis": "phone"},
    )
    changing = await _changing(system, "shipped")
    admin = {locale: browsers.of(Role.ADMIN, locale=locale) for locale in ("en", "zh")}
    for number in (held, ended, countered, changing, await at(system, "rejected")):
        for locale, browser in admin.items():
            assert not await _broken(browser, number), f"{number} in {locale}"


async def test_what_stands_in_the_way_of_completing_is_named(system: System, browsers: Browsers) -> None:
    number = await _changing(system)
    page = await hands(browsers, number, Role.APPROVER).look("force-complete")
    assert f"Change {number}-C1 is still open." in page.text


async def test_a_second_tab_that_decides_a_decided_change_is_told(system: System, browsers: Browsers) -> None:
    number = await _changing(system)
    approver = hands(browsers, number, Role.APPROVER)
    second = await approver.look("decide-change")
    await approver.do("decide-change", "approve", reason="Agreed")
    answer = await approver.fill(second, "reject", reason="Too dear")
    assert answer.status_code == 409
    assert "was approved already" in StaffPage(answer).text, StaffPage(answer).text
