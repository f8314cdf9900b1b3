"""A line that comes in several deliveries: every page that names one says which it is, and by when."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from api.pages.order.measured import inspections
from api.pages.order.rejected import nonconformances
from api.supplier.words import Words
from models.domain.authority import Role
from tests.domain.asking import answer, counter, inspect, send, terms
from tests.domain.orders import NEED_BY, PLAN, given
from tests.domain.orders import issued as issued_there
from tests.domain.test_serials import rejected
from tests.pages.browser import Browsers
from tests.pages.doing import hands
from tests.stories import BEHALF, issued
from tests.supplier.phone import opened
from tests.systems import System


async def divided(system: System) -> tuple[str, date, date]:
    """Twelve of twenty by when they are needed, eight a week later and dearer; accepted, and needed no
    sooner. With both days."""
    number = await issued(system, quantity=20)
    needed = date.fromisoformat((await system.get(f"/orders/{number}"))["need_by"])
    later = needed + timedelta(days=7)
    parts = [
        {"line": 1, "quantity": 12},
        {"line": 1, "quantity": 8, "unit_price": "0.95", "promise_date": later.isoformat()},
    ]
    await system.command(
        Role.BUYER, number, "acknowledge", decision="counter", lines=parts, on_behalf_of=BEHALF
    )
    await system.command(
        Role.BUYER,
        number,
        "answer-counter",
        decision="accept",
        lines=[{"line": 1, "part": 2, "need_by": later.isoformat()}],
    )
    return number, needed, later


def said(locale: str, number: int, promised: date, needed: date, price: str) -> str:
    words = Words(locale, "UTC", promised)
    text = {
        "en": "delivery {} of 2 · promised {} · needed {} · {} USD",
        "zh": "第 {} 批，共 2 批 · 承诺 {} · 需求日期 {} · {} USD",
        "es": "entrega {} de 2 · prometido {} · necesario {} · {} USD",
    }[locale]
    price = price.replace(".", ",") if locale == "es" else price
    told = text.format(number, words.day(promised), words.day(needed), price)
    return told.replace("\u00a0", " ")


def both(locale: str, needed: date, later: date) -> tuple[str, str]:
    return (said(locale, 1, needed, needed, "0.85"), said(locale, 2, later, later, "0.95"))


@pytest.mark.parametrize("locale", ["en", "zh", "es"])
async def test_the_order_s_page_and_the_supplier_s_name_each_delivery_with_its_days(
    system: System, browsers: Browsers, locale: str
) -> None:
    number, needed, later = await divided(system)
    page = await browsers.of(Role.BUYER, locale=locale).open(f"/orders/{number}")
    words = " ".join(page.text.replace("\u00a0", " ").split())
    for each in both(locale, needed, later):
        assert each in words, words
    _, theirs = await opened(system, number, language=locale)
    words = " ".join(theirs.text.replace("\u00a0", " ").split())
    for each in both(locale, needed, later):
        assert each in words, words


async def test_two_lines_of_one_part_are_told_apart_where_the_pieces_are_and_for_the_supplier(
    system: System, browsers: Browsers
) -> None:
    line = {"work_order": "WO-3201", "operation": 30, "unit_price": "0.85", "currency": "USD"}
    number = await issued(system, lines=[{**line, "quantity": 8}, {**line, "quantity": 9}])
    page = await browsers.of(Role.BUYER).open(f"/orders/{number}")
    places = page.html.partition('aria-labelledby="pieces"')[2].partition("</section>")[0]
    assert re.findall(r"<h3>(.*?) <span", places) == ["Line 1 · FLANGE-DN50 B", "Line 2 · FLANGE-DN50 B"]
    await system.command(Role.BUYER, number, "acknowledge", decision="accept", on_behalf_of=BEHALF)
    _, theirs = await opened(system, number)
    words = theirs.text.replace("\u00a0", " ")
    for each in ("Line 1 · FLANGE-DN50 B", "Line 2 · FLANGE-DN50 B"):
        assert f"Measured values for {each}" in words


@pytest.mark.parametrize("task", ["send", "split", "propose-change", "reassign", "short-close"])
async def test_every_form_that_asks_about_a_line_says_which_delivery_it_is(
    system: System, browsers: Browsers, task: str
) -> None:
    number, needed, later = await divided(system)
    roles = (Role.BUYER, Role.PLANNER, Role.RECEIVING)
    page = await hands(browsers, number, *roles).look(task)
    words = " ".join(page.text.replace("\u00a0", " ").split())
    for each in both("en", needed, later):
        assert each in words, words


async def test_pieces_that_are_out_are_of_a_delivery_too(system: System, browsers: Browsers) -> None:
    number, needed, later = await divided(system)
    receiving = hands(browsers, number, Role.RECEIVING, Role.PLANNER)
    await system.command(
        Role.RECEIVING,
        number,
        "send",
        lines=[{"line": line, "lot": lot, "quantity": 5} for line, lot in await lots(system, number)],
    )
    for task in ("ship", "receive?parcel=-", "declare-loss"):
        page = await receiving.look(task)
        words = " ".join(page.text.replace("\u00a0", " ").split())
        for each in both("en", needed, later):
            assert each in words, (task, words)
    phone, page = await opened(system, number)
    page = await phone.open(f"{page.url.partition('?')[0]}/ship")
    words = " ".join(page.text.replace("\u00a0", " ").split())
    for each in both("en", needed, later):
        assert each in words, words


async def lots(system: System, number: str) -> list[tuple[int, str]]:
    found = await system.get(f"/orders/{number}")
    return [(line["line"], line["lots"][0]["lot"]) for line in found["lines"]]


async def test_an_order_in_one_delivery_says_its_days_once(system: System, browsers: Browsers) -> None:
    number = await issued(system, quantity=20)
    await system.command(Role.BUYER, number, "acknowledge", decision="accept", on_behalf_of=BEHALF)
    page = await browsers.of(Role.BUYER).open(f"/orders/{number}")
    assert "delivery 1" not in page.text
    assert "· needed " not in page.text


async def test_the_price_of_a_delivery_stands_once_on_the_order_s_page(
    system: System, browsers: Browsers
) -> None:
    number, _, _ = await divided(system)
    page = await browsers.of(Role.BUYER).open(f"/orders/{number}")
    words = " ".join(page.text.replace("\u00a0", " ").split())
    for amount in ("12 pcs", "8 pcs"):
        assert f"{amount} ordered" in words
        assert f"{amount} ordered at" not in words


async def test_rejected_pieces_are_told_apart_by_their_delivery_and_lot(
    system: System, browsers: Browsers
) -> None:
    number, needed, later = await divided(system)
    found = await lots(system, number)
    sent = [{"line": line, "lot": lot, "quantity": 5} for line, lot in found]
    await system.command(Role.RECEIVING, number, "send", lines=sent)
    counted = [{"line": line, "lot": lot, "counted": 5, "accepted": 0, "rejected": 5} for line, lot in found]
    await system.command(Role.RECEIVING, number, "receive", lines=counted, packing_slip="LS-1")
    quality = hands(browsers, number, Role.QUALITY)
    form = await quality.look("disposition")
    order = await browsers.of(Role.QUALITY).open(f"/orders/{number}")
    first = both("en", needed, later)[0]
    line, lot = found[0]
    for page in (form, order):
        words = " ".join(page.text.replace("\u00a0", " ").split())
        assert f"Line {line} · FLANGE-DN50 B · {lot} · {first}" in words, words
    # What else waits is named by what it is of, not by its number alone.
    assert f"N2 · Line {found[1][0]} · FLANGE-DN50 B · {found[1][1]}" in form.text.replace("\u00a0", " ")


def test_an_inspection_says_of_which_line_lot_and_delivery_it_is() -> None:
    proposed = counter(None, terms(1, 60, promise=NEED_BY), terms(1, 40, promise=date(2027, 1, 8)))
    scene = given(issued_there(plans={1: PLAN}), proposed, answer(), send(40, "L1", line=2))
    given(scene, inspect(line=2, lot="L1"))
    words = Words("en", "UTC", NEED_BY)
    row = {
        "line": 2,
        "lot": "L1",
        "parcel": "",
        "nonconformance": None,
        "failures": [],
        "results": [],
        "inspection": "SO-1-I1",
        "lot_size": 40,
        "submitted_at": scene.now,
        "verdict": "pass",
        "decision": None,
    }
    (view,) = inspections(scene.order, [row], words)
    days = f"promised {words.day(date(2027, 1, 8))} · needed {words.day(NEED_BY)}"
    assert view.of == f"Line 2 · FLANGE B · L1 · delivery 2 of 2 · {days}"


def test_a_nonconformance_names_its_serial_numbers() -> None:
    (view,) = nonconformances(rejected().order, Words("en", "UTC", NEED_BY))
    assert view.of == ("FLANGE B · L1 · C, D",)
