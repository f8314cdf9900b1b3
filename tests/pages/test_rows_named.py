"""Every form with repeated rows says in which of them something is wrong; `Page` looks whether it does."""

from __future__ import annotations

import re

import pytest

from activities.i18n import TEMPLATES
from api.pages.floor.dispatches import FORM as DISPATCH
from api.pages.master.inputs import Rows
from api.pages.master.screens import Screen
from api.pages.tasks.registry import TASKS
from models.domain.authority import Role
from tests.pages.all_screens import ALL
from tests.pages.browser import Browser, Browsers, StaffPage
from tests.pages.doing import TOLD, Hands, at, hands
from tests.pages.test_demand import Shop, tick
from tests.stories import BEHALF, LOT
from tests.supplier.phone import Page, opened
from tests.systems import System

# Rows in which nothing is typed: they are ticked.
_TICKED = {"merge"}
_MADE_OF_ROWS = re.compile(r"\.input\b|~ '\.|_deliveries\.html")
_IN_ROW = re.compile(r"\.(s?\d+|SO-\d+-\d+)(\.|$)")
_TWICE = 2


def _typed_into(page: Page) -> dict[str, str]:
    """Something that is no number and no day, for every input of a row that asks for one."""
    return {
        given["name"]: "x"
        for tag, given in page.tags
        if tag == "input"
        and _IN_ROW.search(given.get("name", ""))
        and (given.get("inputmode") in ("decimal", "numeric") or given.get("type") == "date")
    }


def _told_of(page: Page, wrong: dict[str, str]) -> None:
    assert page.status == 422, page.text
    marked = {given.get("name") for _, given in page.tags if given.get("aria-invalid")}
    assert len(marked & set(wrong)) >= min(_TWICE, len(wrong)), f"{marked} of {set(wrong)}: {page.text}"


async def _refused(hand: Hands, task: str, answer: str = "", **more: str) -> str:
    page = await hand.look(task)
    wrong = _typed_into(page)
    assert wrong, f"{task}: {page.text}"
    given = {name.replace(".", "__"): text for name, text in wrong.items()}
    _told_of(StaffPage(await hand.fill(page, answer, **given, **more)), wrong)
    return task.partition("?")[0]


def _two_lines(pieces: int) -> list[dict[str, object]]:
    line = {
        "work_order": "WO-3201",
        "operation": 30,
        "quantity": pieces,
        "unit_price": "0.85",
        "currency": "USD",
        "lots": [{"lot": LOT, "quantity": pieces}],
    }
    return [line, line]


async def test_every_task_with_rows_says_in_which_of_them_something_is_wrong(
    system: System, browsers: Browsers
) -> None:
    other = await at(system, "accepted", lines=_two_lines(5))
    number = await at(system, "issued", lines=_two_lines(10))
    hand = hands(browsers, number, Role.ADMIN)
    told = set()
    told.add(await _refused(hand, "acknowledge", decision="counter", **TOLD))
    terms = [{"line": line, "quantity": 9} for line in (1, 2)]
    await system.command(
        Role.BUYER, number, "acknowledge", decision="counter", lines=terms, reason="Few", on_behalf_of=BEHALF
    )
    told.add(await _refused(hand, "answer-counter", "each"))
    await system.command(Role.BUYER, number, "answer-counter", decision="reject")
    await system.command(Role.BUYER, number, "acknowledge", decision="accept", on_behalf_of=BEHALF)
    told.add(await _refused(hand, "propose-change", reason="More"))
    told.add(await _refused(hand, "reassign", reason="Late"))
    told.add(await _refused(hand, "split?parts=2"))
    told.add(await _refused(hand, "expedite", reason="Soon"))
    assert other
    told.add(await _refused(hand, "send"))
    lines = [{"line": line, "lot": LOT, "quantity": 10} for line in (1, 2)]
    await system.command(Role.RECEIVING, number, "send", lines=lines)
    told.add(await _refused(hand, "report-milestone", code="REC", happened="now", **TOLD))
    told.add(await _refused(hand, "report-process", **TOLD))
    told.add(await _refused(hand, "declare-loss", reason="Gone"))
    told.add(await _refused(hand, "ship", **TOLD))
    for task, answer in (("arrived", "some"), ("process", "process"), ("ship", "ship")):
        phone, page = await opened(system, number)
        page = await phone.open(f"{page.url.partition('?')[0]}/{task}")
        wrong = _typed_into(page)
        typed = {name.replace(".", "__"): text for name, text in wrong.items()}
        _told_of(await phone.press(page, answer, **typed), wrong)
    await system.command(Role.BUYER, number, "ship", lines=lines, on_behalf_of=BEHALF)
    told.add(await _refused(hand, f"receive?parcel={number}-P1"))
    counted = [
        {"line": line, "lot": LOT, "counted": 12, "accepted": 0, "rejected": 4, "pending": 8}
        for line in (1, 2)
    ]
    await system.command(Role.RECEIVING, number, "receive", lines=counted, parcel=f"{number}-P1")
    for task in ("judge", "disposition", "report-nonconformance", "resolve-over"):
        told.add(await _refused(hand, task))
    texts = {
        name: (TEMPLATES / "pages" / "tasks" / f"{name}.html").read_text(encoding="utf-8") for name in TASKS
    }
    assert told == {name for name, text in texts.items() if _MADE_OF_ROWS.search(text)} - _TICKED


def _rows(screen: Screen) -> list[Rows]:
    return [part for part in screen.making.parts if isinstance(part, Rows)]


async def _sent(browser: Browser, address: str, parts: list[Rows]) -> None:
    """Nonsense in two rows of each table; the second one's is named by its row."""
    page = await browser.open(f"{address}/new")
    wrong = {
        f"{part.name}.{row}.{each.name}": "x"
        for part in parts
        for row in range(_TWICE)
        for each in part.inputs
        if each.kind not in ("flag", "lines")
    }
    page = StaffPage(await browser.post(f"{address}/new", page.form_to(f"{address}/new").fields | wrong))
    assert page.status == 422, page.text
    for part in parts:
        second = [text for place, texts in page.jumps.items() for text in texts if f"{part.name}-1-" in place]
        assert second, f"nothing of {part.name}: {page.jumps}"
        assert all(f"{part.label}, row 2, " in text for text in second), second


@pytest.mark.parametrize("screen", [each for each in ALL if _rows(each)], ids=lambda screen: screen.name)
async def test_every_table_of_master_data_says_in_which_row_something_is_wrong(
    system: System, browsers: Browsers, screen: Screen
) -> None:
    await _sent(browsers.of(Role.ADMIN), screen.path(), _rows(screen))


async def test_a_dispatch_says_in_which_line_something_is_wrong(system: System, browsers: Browsers) -> None:
    await _sent(
        browsers.of(Role.ADMIN), "/dispatches", [part for part in DISPATCH.parts if isinstance(part, Rows)]
    )


async def test_what_is_to_be_made_says_of_which_row_a_number_is_wrong(
    system: System, browsers: Browsers
) -> None:
    shop = Shop(system, 900)
    await shop.make(stock=40)
    stock, line = f"stock/{shop.part}/A", f"line/{shop.order}/1"
    page = await tick(browsers.of(Role.PLANNER), shop, stock, line, quantity="0")
    assert page.status == 422
    texts = [text for texts in page.jumps.values() for text in texts]
    assert f"{shop.order} · 1 · Make: Enter more than zero." in texts, texts
    assert f"{shop.part} A · Make: Enter more than zero." in texts
