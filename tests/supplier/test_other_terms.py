"""Other terms on a phone: proposed line by line, shown beside the order's, replaced while they wait."""

from __future__ import annotations

from datetime import date, timedelta

from models.domain.authority import Role
from tests.stories import BEHALF, LOT
from tests.supplier.phone import opened
from tests.supplier.steps import order, rows
from tests.systems import System


async def later(system: System, number: str, days: int = 7) -> str:
    need_by = (await system.get(f"/orders/{number}"))["need_by"]
    return (date.fromisoformat(need_by) + timedelta(days=days)).isoformat()


async def test_a_proposal_is_made_shown_and_accepted(system: System) -> None:
    number = await order(system)
    phone, page = await opened(system, number)
    assert page.heading.startswith("Can you finish 20 pcs by")
    assert "Ordered: 20 pcs · 0.85 USD" in page.text.replace("\u00a0", " ")
    day = await later(system, number)
    page = await phone.press(
        page,
        "propose",
        lines__0__quantity="18",
        lines__0__unit_price="0,95",
        lines__0__promise_date=day,
        why="One bath is down",
    )
    assert page.status == 200
    assert page.heading.startswith("You proposed other terms; ")
    assert page.heading.endswith(" will answer")
    words = page.text.replace("\u00a0", " ")
    assert "✓ You proposed: FLANGE-DN50 B 18 pcs, 0.95 USD, " in words
    assert "FLANGE-DN50 B: 20 pcs → 18 pcs" in words
    assert "FLANGE-DN50 B: 0.85 USD → 0.95 USD" in words
    assert "One bath is down" in words
    assert not page.forms
    found = await system.get(f"/orders/{number}")
    assert found["stage"] == "countered"
    assert found["proposal"]["lines"][0]["quantity"] == {"from": "20", "to": "18"}
    await system.command(Role.BUYER, number, "answer-counter", decision="accept")
    page = await phone.open(page.url.partition("?")[0])
    assert page.heading == "The parts will be sent to you. Nothing to do now."
    assert "18 pcs" in page.text.replace("\u00a0", " ")


async def test_an_answer_is_changed_while_it_waits(system: System) -> None:
    number = await order(system)
    phone, page = await opened(system, number)
    page = await phone.press(page, "propose", lines__0__quantity="18", why="One bath is down")
    again = await phone.open(page.links["Change my answer"])
    # What was proposed stands in the form.
    assert again.form("propose").fields["lines.0.quantity"] == "18"
    assert again.form("propose").fields["lines.0.unit_price"] == ""
    assert again.form("propose").fields["why"].strip() == "One bath is down"
    page = await phone.press(again, "propose", lines__0__quantity="19")
    assert (await system.get(f"/orders/{number}"))["proposal"]["lines"][0]["quantity"]["to"] == "19"
    again = await phone.open(page.links["Change my answer"])
    page = await phone.press(again, "accept")
    assert page.heading == "The parts will be sent to you. Nothing to do now."
    found = await system.get(f"/orders/{number}")
    assert (found["stage"], found["proposal"], found["lines"][0]["ordered"]) == ("acknowledged", None, "20")


async def test_a_rejected_proposal_is_said_and_the_order_asked_again(system: System) -> None:
    number = await order(system)
    phone, page = await opened(system, number)
    page = await phone.press(page, "propose", lines__0__unit_price="1")
    await system.command(
        Role.BUYER, number, "answer-counter", decision="reject", reason="The price is agreed"
    )
    page = await phone.open(page.url.partition("?")[0])
    assert page.heading.startswith("Can you finish 20 pcs by")
    assert "Your proposal was not accepted. The price is agreed" in page.text
    page = await phone.press(page, "accept")
    assert (await system.get(f"/orders/{number}"))["stage"] == "acknowledged"


async def test_what_cannot_be_proposed_is_said_at_its_field_and_kept(system: System) -> None:
    number = await order(system)
    phone, page = await opened(system, number)
    before = rows(system)["event"]
    for typed, status, words, field in (
        ({}, 422, "These are the order's own terms.", "lines-0-promise_date"),
        ({"lines__0__quantity": "20"}, 422, "These are the order's own terms.", "lines-0-quantity"),
        ({"lines__0__quantity": "0"}, 422, "Enter more than zero.", "lines-0-quantity"),
        ({"lines__0__quantity": "1,500"}, 422, "Write 1,500 without marks", "lines-0-quantity"),
        ({"lines__0__unit_price": "-1"}, 422, "Enter 0 or more; you entered -1.", "lines-0-unit_price"),
        ({"lines__0__unit_price": "0.1234567"}, 422, "a price allows 6", "lines-0-unit_price"),
        ({"lines__0__promise_date": "2020-01-01"}, 422, "has passed; promise", "lines-0-promise_date"),
    ):
        page = await phone.press(page, "propose", **typed)
        assert (page.status, words in page.text) == (status, True), page.text
        assert next(at for text, at in page.links.items() if words in text).endswith(f"#{field}")
        for name, value in typed.items():
            assert page.form("propose").fields[name.replace("__", ".")] == value
        page = await phone.press(page, "propose", **dict.fromkeys(typed, "")) if typed else page
    assert rows(system)["event"] == before


async def test_of_several_lines_it_is_said_of_which_one(system: System) -> None:
    line = {"work_order": "WO-3201", "operation": 30, "quantity": 10, "unit_price": "0.85", "currency": "USD"}
    number = await order(system, lines=[line, line])
    phone, page = await opened(system, number)
    page = await phone.press(page, "propose", lines__1__quantity="١٢", lines__0__unit_price="dear")
    assert page.status == 422
    assert page.links["Line 1 · FLANGE-DN50 B · Price each: dear is not a number."].endswith(
        "#lines-0-unit_price"
    )
    assert page.links["Line 2 · FLANGE-DN50 B · Quantity: ١٢ is not a number."].endswith("#lines-1-quantity")


async def test_a_form_made_for_the_terms_before_says_what_changed(system: System) -> None:
    number = await order(system)
    phone, stale = await opened(system, number)
    await system.command(
        Role.BUYER,
        number,
        "acknowledge",
        decision="counter",
        lines=[{"line": 1, "quantity": 18, "unit_price": "0.9"}],
        on_behalf_of=BEHALF,
    )
    await system.command(Role.BUYER, number, "answer-counter", decision="accept")
    answered = await phone.press(stale, "accept")
    assert answered.status == 409
    assert "This order has been answered already" in answered.text
    assert (await system.get(f"/orders/{number}"))["revision"] == 2


async def test_the_proposal_s_page_speaks_the_reader_s_language(system: System) -> None:
    for language, heading, change in (
        ("zh", "您提议了其他条件；", "修改我的答复"),
        ("es", "Propuso otras condiciones; ", "Cambiar mi respuesta"),
    ):
        number = await order(system)
        phone, page = await opened(system, number, language=language)
        page = await phone.press(page, "propose", lines__0__quantity="18")
        assert page.heading.startswith(heading)
        assert change in page.links


async def test_another_form_made_for_the_terms_before_shows_both(system: System) -> None:
    """Parts that travelled before the terms were agreed arrive once they are."""
    number = await order(system)
    await system.command(Role.RECEIVING, number, "send", lines=[{"line": 1, "lot": LOT, "quantity": 10}])
    phone, page = await opened(system, number)
    stale = await phone.open(f"{page.url}/arrived")
    day = await later(system, number)
    terms = [{"line": 1, "quantity": 18, "unit_price": "0.9", "promise_date": day}]
    await system.command(
        Role.BUYER, number, "acknowledge", decision="counter", lines=terms, on_behalf_of=BEHALF
    )
    await system.command(Role.BUYER, number, "answer-counter", decision="accept")
    page = await phone.press(stale, "all")
    words = page.text.replace("\u00a0", " ")
    assert page.status == 409
    assert "The order was changed to revision 2 while you had revision 1 open." in words
    assert "FLANGE-DN50 B: 20 pcs → 18 pcs" in words
    assert "FLANGE-DN50 B: 0.85 USD → 0.90 USD" in words
    assert "You promised: " in words
    page = await phone.press(page, "all")
    assert page.status == 200


async def test_a_line_is_split_into_several_deliveries_without_a_script(system: System) -> None:
    """600 now, 400 later, at a higher price: rows are added by a button that posts."""
    number = await order(system)
    phone, page = await opened(system, number)
    first, second = await later(system, number, -2), await later(system, number)
    page = await phone.press(page, "add.0", lines__0__quantity="12", why="One bath is down")
    assert page.status == 200
    assert "Delivery 1" in page.text
    assert "Delivery 2" in page.text
    assert page.form("propose").fields["lines.0.quantity"] == "12"
    assert page.form("propose").fields["why"].strip() == "One bath is down"
    typed = {
        "lines__0__promise_date": first,
        "lines__0__1__unit_price": "0.95",
        "lines__0__1__promise_date": second,
    }
    page = await phone.press(page, "propose", **typed, lines__0__1__quantity="7")
    assert page.status == 422
    assert "its deliveries add up to 19; 20 are ordered" in page.text
    assert next(at for text, at in page.links.items() if "add up" in text).endswith("#lines-0-1-quantity")
    page = await phone.press(page, "propose", lines__0__1__quantity="8")
    assert page.heading.startswith("You proposed other terms; ")
    words = page.text.replace("\u00a0", " ")
    assert "FLANGE-DN50 B, delivery 1: 20 pcs → 12 pcs" in words
    assert "FLANGE-DN50 B, delivery 2: 20 pcs → 8 pcs" in words
    assert "FLANGE-DN50 B, delivery 2: 0.85 USD → 0.95 USD" in words
    again = await phone.open(page.links["Change my answer"])
    # What was proposed stands in the form, row by row.
    assert again.form("propose").fields["lines.0.1.quantity"] == "8"
    await system.command(Role.BUYER, number, "answer-counter", decision="accept")
    lines = (await system.get(f"/orders/{number}"))["lines"]
    assert [(line["line"], line["ordered"], line["unit_price"], line["promise_date"]) for line in lines] == [
        (1, "12", "0.85", first),
        (2, "8", "0.95", second),
    ]
    assert [line["lots"][0]["quantity"] for line in lines] == ["12", "8"]
    page = await phone.open(page.url.partition("?")[0])
    assert "12 pcs" in page.text.replace("\u00a0", " ")


async def test_a_row_that_is_left_empty_is_no_delivery(system: System) -> None:
    number = await order(system)
    phone, page = await opened(system, number)
    page = await phone.press(page, "add.0")
    page = await phone.press(page, "add.0")
    page = await phone.press(
        page, "propose", lines__0__2__quantity="5", lines__0__2__promise_date=await later(system, number)
    )
    proposal = (await system.get(f"/orders/{number}"))["proposal"]
    # The first takes what the others leave.
    assert [(line["part"], line["quantity"]["to"]) for line in proposal["lines"]] == [(1, "15"), (2, "5")]


async def test_what_was_not_accepted_is_asked_again_on_the_phone(system: System) -> None:
    line = {"work_order": "WO-3201", "operation": 30, "quantity": 10, "unit_price": "0.85", "currency": "USD"}
    number = await order(system, lines=[line, {**line, "quantity": 12}])
    phone, page = await opened(system, number)
    day = await later(system, number)
    page = await phone.press(page, "propose", lines__0__unit_price="1.00", lines__1__promise_date=day)
    await system.command(
        Role.BUYER,
        number,
        "answer-counter",
        decision="reject",
        lines=[{"line": 2, "decision": "accept"}],
        reason="The price is agreed",
    )
    found = await system.get(f"/orders/{number}")
    assert (found["stage"], found["revision"], found["proposal"]) == ("issued", 2, None)
    page = await phone.open(page.url.partition("?")[0])
    assert page.heading.startswith("Can you finish 10 pcs by")
    assert "Your proposal was accepted in part. The rest is asked again. The price is agreed" in page.text
    # What was agreed is not among what is asked: neither in the list, nor in the total, nor in the form.
    words = page.text.replace("\u00a0", " ")
    asked = words.partition("Can you finish")[2].partition("Yes, by")[0]
    assert "Line 1 · FLANGE-DN50 B" in asked
    assert "Line 2 · FLANGE-DN50 B" not in asked
    assert "Total of what is asked now 8.50 USD" in asked
    assert "lines.0.unit_price" in page.form("propose").fields
    assert "lines.1.unit_price" not in page.form("propose").fields
    await phone.press(page, "accept")
    found = await system.get(f"/orders/{number}")
    assert (found["stage"], found["promise_first"]) == ("acknowledged", day)
