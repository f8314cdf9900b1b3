"""The list of orders: what it shows without being asked, its filters, and finding one."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from api.pages.wording import KINDS
from models.domain.authority import Role
from models.domain.identifiers import Kind
from models.tables.orders import OrderRow
from models.tables.types import table
from tests.pages.browser import Browsers, StaffPage
from tests.stories import BEHALF, draft, issued
from tests.systems import System

ORDERS = table(OrderRow)


def listed(page: StaffPage) -> list[str]:
    return re.findall(r'<td><a href="/orders/(SO-[\d-]+)">', page.html)


async def cancelled(system: System, **fields: str) -> str:
    number = await issued(system, **fields)
    await system.command(Role.BUYER, number, "cancel", reason="not needed")
    return number


async def test_without_being_asked_it_shows_what_is_open(system: System, browsers: Browsers) -> None:
    alive, gone = await issued(system), await cancelled(system)
    viewer = browsers.of(Role.VIEWER)
    assert (alive in listed(await viewer.open("/orders")), gone in listed(await viewer.open("/orders"))) == (
        True,
        False,
    )
    assert gone in listed(await viewer.open("/orders?stage=cancelled"))
    assert {alive, gone} <= set(listed(await viewer.open("/orders?stage=all")))


async def test_a_stage_is_one_line(system: System, browsers: Browsers) -> None:
    await issued(system)
    page = await browsers.of(Role.VIEWER).open("/orders")
    assert '<td class="nowrap" data-label="Stage">' in page.html


async def test_counts_say_what_each_filter_shows(system: System, browsers: Browsers) -> None:
    await cancelled(system)
    viewer = browsers.of(Role.VIEWER)
    every = listed(await viewer.open("/orders?stage=all"))
    page = await viewer.open("/orders")
    assert f"Open {len(listed(page))} " in page.text
    assert f"All {len(every)} " in page.text
    assert f"Acme Plating ({len(listed(page))})" in page.text
    drafts = listed(await viewer.open("/orders?stage=draft"))
    assert f"Draft {len(drafts)} " in (await viewer.open("/orders?stage=cancelled")).text or not drafts


async def test_the_most_pressing_comes_first(system: System, browsers: Browsers) -> None:
    late, soon = await draft(system, need_by="2031-05-02"), await draft(system, need_by="2031-05-01")
    found = listed(await browsers.of(Role.VIEWER).open("/orders?due_before=2031-06-01"))
    assert found.index(soon) < found.index(late)


async def test_filters_by_supplier_and_process_keep_the_others(system: System, browsers: Browsers) -> None:
    number = await cancelled(system, purchase_order="PO-KEPT")
    viewer = browsers.of(Role.VIEWER)
    page = await viewer.open("/orders?stage=cancelled&q=PO-KEPT")
    form = next(form for form in page.forms if "supplier" in form.fields)
    assert form.fields == {"stage": "cancelled", "q": "PO-KEPT", "supplier": "", "process": ""}
    page = await viewer.open("/orders?stage=cancelled&q=PO-KEPT&supplier=ACME&process=PLATE")
    assert listed(page) == [number]
    page = await viewer.open("/orders?supplier=NOBODY")
    assert "No order fits these filters." in page.text


async def test_what_is_looked_for_is_found_even_when_it_has_ended(system: System, browsers: Browsers) -> None:
    gone = await cancelled(system, purchase_order="PO-ENDED")
    viewer = browsers.of(Role.VIEWER)
    answer = await viewer.get("/orders?q=PO-ENDED")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/orders/{gone}")
    assert listed(await viewer.open("/orders?q=WO-3201&stage=cancelled"))
    nothing = await viewer.open("/orders?q=nothing-like-this")
    assert "No order fits" in nothing.text
    assert (
        "The search looks at: Order, Purchase order, Supplier, Work order, Part, Lot, Serial number, Heat"
        in nothing.text
    )
    assert "The search looks at" not in (await viewer.open("/orders?supplier=NOBODY")).text


async def test_a_row_says_what_it_was_found_by_where_it_does_not_show_it(
    system: System, browsers: Browsers
) -> None:
    numbers = [await issued(system, purchase_order=f"PO-WHY-{each}") for each in (1, 2)]
    for number in numbers:
        await system.command(
            Role.BUYER,
            number,
            "acknowledge",
            decision="accept",
            supplier_order=f"WHY/<{number}>",
            on_behalf_of=BEHALF,
        )
    for locale, label in (
        ("en", "Supplier's order number: "),
        ("zh", "供应商订单号："),
        ("es", "Número de pedido del proveedor: "),
    ):
        page = await browsers.of(Role.VIEWER, locale=locale).open(
            "/orders?q= ｗｈｙ  acme&stage=acknowledged"
        )
        assert listed(page) == numbers
        for number in numbers:
            assert f"{label}WHY/<{number}>" in page.text
    viewer = browsers.of(Role.VIEWER)
    assert 'class="hint found"' not in (await viewer.open("/orders?q=po-why")).html
    assert 'class="hint found"' not in (await viewer.open("/orders?q=po-why plating&supplier=ACME")).html
    assert 'class="hint found"' not in (await viewer.open("/orders")).html
    answer = await viewer.get(f"/orders?q=why/<{numbers[0]}>")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/orders/{numbers[0]}")


def test_every_kind_of_identifier_has_a_word() -> None:
    assert KINDS.keys() == set(Kind)


async def test_late_orders_are_counted_and_found(system: System, browsers: Browsers) -> None:
    number = await issued(system)
    with system.database.write() as session:
        session.get_one(OrderRow, number).late = True
    page = await browsers.of(Role.VIEWER).open("/orders?late=true")
    assert listed(page) == [number]
    assert "Late 1" in page.text


async def test_a_controlled_order_is_neither_shown_nor_counted_for_others(
    system: System, browsers: Browsers
) -> None:
    number = await draft(system, purchase_order="PO-SECRET")
    with system.database.write() as session:
        session.get_one(OrderRow, number).export_controlled = True
        there = len(session.scalars(select(ORDERS.c.number)).all())
    page = await browsers.of(Role.VIEWER).open("/orders?stage=all")
    assert number not in listed(page)
    assert f"All {there - 1} " in page.text
    assert "No order fits" in (await browsers.of(Role.VIEWER).open("/orders?q=PO-SECRET")).text
    assert number in listed(await browsers.of(Role.VIEWER, cleared=True).open("/orders?stage=all"))


async def test_an_address_that_makes_no_sense_is_said_to(system: System, browsers: Browsers) -> None:
    answer = await browsers.of(Role.VIEWER).get("/orders?stage=melted")
    assert answer.status_code == 422
    assert "This address cannot be read." in answer.text


@pytest.mark.parametrize(("locale", "heading"), [("zh", "订单"), ("es", "Pedidos")])
async def test_it_is_there_in_other_languages(browsers: Browsers, locale: str, heading: str) -> None:
    assert (await browsers.of(Role.VIEWER, locale=locale).open("/orders")).heading == heading


async def test_the_api_lists_open_orders_too(system: System) -> None:
    alive, gone = (
        await issued(system, purchase_order="PO-API"),
        await cancelled(system, purchase_order="PO-API"),
    )
    for asked, numbers in (("true", [alive]), ("false", [gone])):
        items = (await system.get(f"/orders?q=PO-API&open={asked}"))["items"]
        assert [item["number"] for item in items] == numbers


async def test_what_a_supplier_declined_is_no_proposal(system: System, browsers: Browsers) -> None:
    """Both stand at one stage of the API, and people read which of the two it is, wherever it is shown."""
    # The first on the board, whatever else stands there.
    soon = str(system.app.state.clock().date() + timedelta(days=2))
    number, other = await issued(system, need_by=soon), await issued(system, need_by=soon)
    answers: list[tuple[str, dict[str, Any]]] = [
        (number, {"decision": "decline", "reason": "no capacity"}),
        (other, {"decision": "counter", "lines": [{"line": 1, "unit_price": "2"}]}),
    ]
    for order, answer in answers:
        await system.command(Role.BUYER, order, "acknowledge", on_behalf_of=BEHALF, **answer)
        assert (await system.get(f"/orders/{order}"))["stage"] == "countered"
    for locale, declined, proposed, both in (
        ("en", "Declined", "Proposal", "Proposal or declined"),
        ("zh", "已拒绝", "有提议", "有提议或已拒绝"),
        ("es", "Rechazado", "Propuesta", "Propuesta o rechazo"),
    ):
        buyer = browsers.of(Role.BUYER, locale=locale)
        page = await buyer.open("/orders?stage=countered&due_before=2100-01-01")
        cells = dict(re.findall(r'<tr>\s*<td><a href="/orders/([^"]+)">(.*?)</tr>', page.html, re.DOTALL))
        assert (f">{declined}</td>" in cells[number], f">{proposed}</td>" in cells[other]) == (True, True)
        assert [text for text in page.links if text.startswith(both)]
        board = (await buyer.open("/")).html.partition('id="stage-countered"')[2].partition("</section>")[0]
        cards = dict(re.findall(r'<li><a href="/orders/([^"]+)">(.*?)</li>', board, re.DOTALL))
        assert both in board
        assert (declined in cards[number], declined in cards[other]) == (True, False)
        for path in (f"/orders/{number}", f"/alerts?order={number}"):
            page = await buyer.open(path)
            assert declined in page.text
            assert proposed not in page.text


@pytest.mark.parametrize(
    ("filters", "sentence", "rest"),
    [
        ("supplier=NOPE&late=true", "There is no supplier with the code NOPE.", "/orders?late=true"),
        ("process=NOPE", "There is no process with the code NOPE.", "/orders"),
    ],
)
async def test_a_filter_that_names_nothing_is_said_to_and_taken_away(
    browsers: Browsers, filters: str, sentence: str, rest: str
) -> None:
    viewer = browsers.of(Role.VIEWER)
    page = await viewer.open(f"/orders?{filters}")
    assert sentence in page.text
    assert page.links["Take this filter away"].endswith(rest)
    known = await viewer.open("/orders?supplier=ACME&process=PLATE")
    assert "Take this filter away" not in known.links


async def test_orders_with_a_change_that_waits_are_counted_and_found(
    system: System, browsers: Browsers
) -> None:
    waiting, other = await issued(system), await issued(system)
    body = {"changes": {"lines": [{"line": 1, "quantity": 1100}]}, "reason": "fewer"}
    await system.command(Role.BUYER, waiting, "propose-change", **body)
    page = await browsers.of(Role.APPROVER).open("/orders")
    narrowed = await browsers.of(Role.APPROVER).open(page.links["Changes waiting"])
    assert waiting in listed(narrowed)
    assert other not in listed(narrowed)
    assert f"Changes waiting {len(listed(narrowed))} " in page.text
