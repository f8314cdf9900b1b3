"""Payables as a page: what was settled in a period, what it comes to, and the order's own page about it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from api.pages.charges import CHARGES, row
from api.supplier.words import Words
from models.domain.authority import Role
from models.domain.charges import ChargeKind
from models.domain.commands import Resume
from models.queries import costs
from tests.domain.asking import lose
from tests.domain.orders import day
from tests.domain.test_punctuality import WAIT, at_supplier, held
from tests.pages.browser import Browsers
from tests.pages.doing import PIECES, at
from tests.systems import System

SIGNED = {"reason": "Enough", "signature": {"name": "Abel Stone"}}


async def received(system: System) -> str:
    number = await at(system, "shipped")
    counted = [{"line": 1, "counted": PIECES, "accepted": PIECES - 1, "pending": 1}]
    await system.command(
        Role.RECEIVING, number, "receive", lines=counted, parcel=f"{number}-P1", packing_slip="PS-7"
    )
    return number


async def ended(system: System) -> str:
    number = await received(system)
    await system.command(Role.QUALITY, number, "judge", lines=[{"line": 1, "tested": 1}])
    await system.command(Role.APPROVER, number, "force-complete", **SIGNED)
    return number


def test_every_kind_of_charge_has_a_word() -> None:
    assert CHARGES.keys() == set(ChargeKind)


def test_of_what_never_came_a_charge_says_so() -> None:
    words = Words("en", "Europe/Berlin", date(2026, 11, 30))
    scene = at_supplier()
    scene.at(day(30, 12)).when(lose(100)).then()
    (late,) = [item for item in costs.cost(scene.order, scene.now)["items"] if item["kind"] == "late"]
    assert row(late, "EUR", words).why.replace("\xa0", " ") == "promised Fri 20 Nov, never came"


def test_a_charge_for_a_day_says_what_was_promised_and_what_our_hold_moved_that_to() -> None:
    words = Words("en", "Europe/Berlin", date(2026, 11, 30))
    said = [
        row(item, "EUR", words).why.replace("\xa0", " ")
        for holds in ([], [(4, 11)])
        for item in costs.cost(held(*holds, received=30).order, day(30))["items"]
        if item["kind"] == "late"
    ]
    assert said == [
        "promised Fri 20 Nov, received Mon 30 Nov",
        "promised Fri 20 Nov, moved to Fri 27 Nov by our hold, received Mon 30 Nov",
    ]


def test_of_what_is_still_out_a_charge_says_that_it_is_so_far() -> None:
    words = Words("en", "Europe/Berlin", date(2026, 11, 30))
    scene = at_supplier()
    found = costs.cost(scene.order, day(30, 12))
    (late,) = found["items"]
    assert (str(found["total"]), late["so_far"]) == ("-60.00", True)
    assert row(late, "EUR", words).why.replace("\xa0", " ") == "promised Fri 20 Nov, so far"
    # What finance is to pay is settled: nothing of it is still counting, nor says so.
    settled = {name: value for name, value in late.items() if name != "so_far"}
    assert row(settled, "EUR", words).why.replace("\xa0", " ") == "promised Fri 20 Nov, never came"
    scene.at(day(4)).when(WAIT).then()
    scene.at(day(11)).when(Resume()).then()
    (late,) = costs.cost(scene.order, day(30, 12))["items"]
    said = row(late, "EUR", words).why.replace("\xa0", " ")
    assert said == "promised Fri 20 Nov, moved to Fri 27 Nov by our hold, so far"


async def test_the_page_of_an_order_estimates_its_cost_and_says_how_it_adds_up(
    system: System, browsers: Browsers
) -> None:
    number = await received(system)
    page = await browsers.of(Role.BUYER).open(f"/orders/{number}")
    assert "So far, estimated 16.15 USD" in page.text
    assert "For each accepted piece 0.85 USD" in page.text
    assert "19 pcs × 0.85 USD" in page.text


async def test_a_settled_order_says_so_on_its_page_and_in_its_stream(
    system: System, browsers: Browsers
) -> None:
    number = await ended(system)
    page = await browsers.of(Role.BUYER).open(f"/orders/{number}")
    assert "Settled 16.15 USD" in page.text
    assert "What the order costs was settled: 16.15 USD." in page.text
    other = await browsers.of(Role.VIEWER, locale="zh").open(f"/orders/{number}")
    assert "订单费用已结算：16.15 USD。" in other.text


async def test_an_order_of_which_nothing_came_has_nothing_to_pay(system: System, browsers: Browsers) -> None:
    number = await at(system, "sent")
    page = await browsers.of(Role.BUYER).open(f"/orders/{number}")
    assert "So far, estimated 0.00 USD" in page.text
    assert "Nothing was accepted yet" in page.text


async def test_finance_sees_the_month_with_its_total_and_what_proves_it(
    system: System, browsers: Browsers
) -> None:
    number = await ended(system)
    finance = browsers.of(Role.FINANCE)
    assert 'href="/payables"' in (await finance.open("/")).html
    page = await finance.open("/payables")
    assert f'href="/orders/{number}"' in page.html
    assert f"{number}-R1 · PS-7 · {number}-P1" in page.text
    listed = await system.get("/payables", Role.FINANCE)
    (total,) = listed["totals"]
    assert f"{total['amount']} USD" in page.text
    download = page.html.partition('href="/payables.csv?')[2].partition('"')[0].replace("&amp;", "&")
    file = await finance.get(f"/payables.csv?{download}")
    assert file.headers["content-type"] == "text/csv; charset=utf-8"
    assert number in file.text
    workbook = await finance.get(f"/payables.xlsx?{download}")
    assert workbook.headers["content-type"].endswith("spreadsheetml.sheet")


async def test_a_period_without_anything_says_what_will_be_there(system: System, browsers: Browsers) -> None:
    await ended(system)
    finance = browsers.of(Role.FINANCE)
    later = system.app.state.clock().date() + timedelta(days=400)
    page = await finance.open(f"/payables?from={later}&to=")
    assert "Nothing was settled in this period" in page.text
    assert "Download as CSV" not in page.text


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("from=2026-02-02&to=2026-02-01", "The period would end before it begins"),
        ("from=soon&to=", "soon"),
    ],
)
async def test_what_is_no_period_stays_typed_and_is_said(browsers: Browsers, query: str, said: str) -> None:
    page = await browsers.of(Role.FINANCE).open(f"/payables?{query}")
    assert page.status == 422
    assert said in page.text
    assert "There is a problem" in page.text


async def test_others_are_not_led_there_nor_let_in(browsers: Browsers) -> None:
    buyer = browsers.of(Role.BUYER)
    assert 'href="/payables"' not in (await buyer.open("/")).html
    for path in ("/payables", "/payables.csv", "/payables.xlsx"):
        assert (await buyer.get(path)).status_code == 403
