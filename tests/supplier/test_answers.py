"""Answering the order: the three answers, said once, by a person, about the terms as they stand."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta

from models.domain.authority import Role
from tests.stories import BEHALF, LOT
from tests.supplier.phone import mailed_link, opened
from tests.supplier.steps import PDF, accepted, order, rows, sent, there
from tests.systems import System

IN_A_YEAR = str(datetime.now(UTC).date() + timedelta(days=400))


async def test_another_day_is_promised_with_the_suppliers_own_number(system: System) -> None:
    number = await order(system)
    phone, page = await opened(system, number)
    day = date.fromisoformat((await system.get(f"/orders/{number}"))["need_by"]) + timedelta(days=3)
    page = await phone.press(page, "other", promise_date=day.isoformat(), supplier_order="A-991")
    assert "You promised" in page.text
    assert "A-991" in page.text
    found = await system.get(f"/orders/{number}")
    assert (found["promise_current"], found["supplier_order"]) == (day.isoformat(), "A-991")


async def test_the_price_and_the_total_stand_between_the_question_and_its_answers(system: System) -> None:
    number = await order(system)
    _, page = await opened(system, number)
    cost = (await system.get(f"/orders/{number}"))["cost"]
    text = page.text.replace("\u00a0", " ")
    said = f"Total of what is ordered {float(cost['ordered']):.2f} {cost['currency']}"
    assert text.index("Can you finish") < text.index("Price each") < text.index(said) < text.index("Yes, by")


async def test_declining_needs_a_reason_and_keeps_what_was_typed(system: System) -> None:
    number = await order(system)
    phone, page = await opened(system, number)
    page = await phone.press(page, "decline", reason="  ")
    assert page.status == 422
    assert page.texts["title"][0].startswith("Problem: ")
    assert page.links["Say why, so that your customer can plan."].endswith("#reason")
    assert "What you told us" not in (await phone.open(page.url.removesuffix("/answer"))).text
    page = await phone.press(page, "decline", reason="Line is <down>\nuntil January")
    assert page.status == 200
    assert page.heading == "You declined this order"
    assert "Line is <down> until January" in page.text
    assert "<down>" not in page.html
    found = await system.get(f"/orders/{number}")
    assert found["stage"] == "countered"


async def test_a_day_that_has_passed_is_refused_in_the_readers_language(system: System) -> None:
    number = await order(system)
    phone, page = await opened(system, number, language="es")
    page = await phone.press(page, "other", promise_date="2020-01-01", supplier_order="A-7")
    assert page.status == 422
    assert "ya ha pasado; prometa hoy o más tarde." in page.text
    fields = page.form("other").fields
    assert (fields["promise_date"], fields["supplier_order"]) == ("2020-01-01", "A-7")
    invalid = [given["id"] for tag, given in page.tags if given.get("aria-invalid")]
    assert invalid == ["promise_date"]
    page = await phone.press(page, "other", promise_date="31.12.2026")
    assert "31.12.2026 no es una fecha" in page.text
    page = await phone.press(page, "other", promise_date="9999-12-31")
    assert page.status == 422
    page = await phone.press(page, "other", promise_date="")
    assert "Elija el día que puede prometer." in page.text
    assert (await system.get(f"/orders/{number}"))["version"] == 1


async def test_a_double_click_is_one_answer(system: System) -> None:
    number = await order(system)
    phone, page = await opened(system, number)
    both = await asyncio.gather(phone.press(page, "accept"), phone.press(page, "accept"))
    third = await phone.press(page, "accept")
    for answer in (*both, third):
        assert answer.status == 200
        assert "You promised" in answer.text
    events = (await system.get(f"/orders/{number}/events"))["items"]
    assert [event["type"] for event in events].count("order_acknowledged") == 1
    assert len({answer.url for answer in (*both, third)}) == 1


async def test_the_same_form_with_another_answer_is_not_taken_for_the_first(system: System) -> None:
    number = await order(system)
    phone, page = await opened(system, number)
    await phone.press(page, "accept")
    again = await phone.press(page, "decline", reason="Changed my mind")
    assert again.status == 409
    assert "This order has been answered already (order accepted)." in again.text
    assert "What is possible now" in again.text
    assert again.links["Send a document or photo"].endswith("/document")
    assert (await system.get(f"/orders/{number}"))["stage"] == "acknowledged"


async def test_a_form_sent_twice_with_other_values_says_so(system: System) -> None:
    number = await there(system)
    phone, page = await opened(system, number)
    first = await phone.open(f"{page.url}/ship")
    await phone.press(first, "ship", lines__0__quantity="5")
    again = await phone.press(first, "ship", lines__0__quantity="6")
    assert again.status == 409
    assert "This form was sent before with other values." in again.text
    assert again.form("ship").fields["lines.0.quantity"] == "6"
    page = await phone.press(again, "ship")
    assert "You shipped 6 pcs" in page.text


async def test_a_refused_form_is_put_right_with_the_browsers_back(system: System) -> None:
    number = await order(system)
    phone, page = await opened(system, number)
    for day in ("2020-01-01", "2020-01-02", "2020-01-01"):
        refused = await phone.press(page, "other", promise_date=day)
        assert refused.status == 422
        assert "sent before" not in refused.text
    done = await phone.press(page, "other", promise_date=IN_A_YEAR)
    assert "You promised" in done.text
    assert (await phone.press(page, "other", promise_date=IN_A_YEAR)).url == done.url
    events = (await system.get(f"/orders/{number}/events"))["items"]
    assert [event["type"] for event in events].count("order_acknowledged") == 1


async def test_an_answer_to_old_terms_is_refused_with_what_changed(system: System) -> None:
    number = await sent(system, tolerance="0.15")
    phone, page = await opened(system, number)
    step = await phone.open(f"{page.url}/progress?code=PLATED")
    shipped = [{"line": 1, "quantity": 20}]
    await system.command(
        Role.BUYER, number, "ship", lines=shipped, on_behalf_of={"contact": "Ana", "basis": "mail"}
    )
    await system.command(
        Role.RECEIVING,
        number,
        "receive",
        packing_slip="7",
        lines=[{"line": 1, "lot": LOT, "counted": 23, "accepted": 23}],
    )
    over = [{"line": 1, "lot": LOT, "quantity": 3, "decision": "accept"}]
    await system.command(Role.RECEIVING, number, "resolve-over", lines=over)
    assert (await system.get(f"/orders/{number}"))["revision"] == 2
    paper = await phone.open(f"{page.url}/document")
    before = rows(system)
    paper.form("send").fields["seen"] = "1"
    page = await phone.press(paper, "send", ("coc.pdf", PDF, "application/pdf"))
    assert page.status == 409
    assert "The order was changed to revision 2 while you had revision 1 open." in page.text
    assert "FLANGE-DN50 B: 20 pcs → 23 pcs" in page.text
    assert page.form("send").fields["seen"] == "2"
    assert rows(system) == before
    # Neither does a form without a file.
    stale = await phone.press(step, "later", forecast=IN_A_YEAR)
    assert stale.status == 409
    assert "FLANGE-DN50 B: 20 pcs → 23 pcs" in stale.text
    assert stale.form("later").fields["forecast"] == IN_A_YEAR
    assert (await phone.press(stale, "later")).status == 200


async def test_without_a_pressed_button_nothing_is_saved(system: System) -> None:
    """A scanner that posts every form it finds fills in what stands there, and presses nothing."""
    number = await order(system)
    phone, page = await opened(system, number)
    before = rows(system)
    for form in page.forms:
        answer = await phone.send(form.action, form.fields)
        assert answer.status == 422
        assert "Press one of the buttons to answer." in answer.text
    for address in (page.url, f"{page.url}/answer", f"{page.url}/nothing"):
        await phone.send(address, {})
    assert rows(system) == before


async def test_a_form_that_was_not_given_to_this_link_is_refused(system: System) -> None:
    first, second = await order(system), await order(system)
    phone, page = await opened(system, first)
    other = await phone.open(await mailed_link(system, second))
    stolen = page.form("accept").fields["form"]
    before = rows(system)
    for forged in ("", "x", "x.y", stolen, stolen[:-2] + "xx", "ü.ü"):
        answer = await phone.send(
            other.form("accept").action, {"form": forged, "seen": "1", "answer": "accept"}
        )
        assert answer.status == 403
        assert "This form was open too long." in answer.text
    assert rows(system) == before


async def test_an_answered_order_is_not_asked_again(system: System) -> None:
    number = await accepted(system)
    phone, page = await opened(system, number)
    assert page.heading == "The parts will be sent to you. Nothing to do now."
    assert (await phone.open(f"{page.url}/answer")).url == page.url


async def test_a_held_and_a_cancelled_order_say_so(system: System) -> None:
    number = await there(system)
    phone, page = await opened(system, number)
    await system.command(Role.BUYER, number, "hold", reason="The drawing is being revised")
    held = await phone.open(page.url)
    assert held.heading == "This order is on hold. Please do not work on it."
    assert "The drawing is being revised" in held.text
    refused = await phone.send(
        f"{page.url}/measure", {"form": page.form("submit").fields["form"], "seen": "1", "answer": "submit"}
    )
    assert refused.status == 409
    assert "on hold (The drawing is being revised)" in refused.text
    await system.command(Role.BUYER, number, "resume")
    await system.command(Role.BUYER, number, "cancel", reason="Not needed")
    cancelling = await phone.open(page.url)
    assert cancelling.heading == "Please send back 20 pcs, as they are."
    page = await phone.press(cancelling, "ship", lines__0__quantity="20", lines__0__unprocessed="20")
    assert page.heading == "This order is being cancelled"
    number = await order(system)
    await system.command(Role.BUYER, number, "cancel", reason="Placed twice")
    phone, page = await opened(system, number)
    assert page.heading == "This order was cancelled"
    assert not page.forms


async def test_what_was_typed_stays_when_the_order_was_put_on_hold_meanwhile(system: System) -> None:
    number = await there(system)
    phone, page = await opened(system, number)
    base = page.url.partition("?")[0]
    step = await phone.open(f"{base}/progress?code=SHIP")
    load = await phone.open(f"{base}/process")
    await system.command(Role.BUYER, number, "hold", reason="Drawing in revision")
    refused = await phone.press(step, "later", forecast=IN_A_YEAR, note="typednote")
    assert refused.status == 409
    assert "The order is on hold (Drawing in revision)." in refused.text
    assert "nothing more to report" not in refused.text
    fields = refused.form("later").fields
    assert (fields["forecast"], fields["note"].strip()) == (IN_A_YEAR, "typednote")
    load = await phone.press(load, "process", equipment="Bath 3", load="L-77")
    assert (load.status, load.form("process").fields["load"]) == (409, "L-77")
    await system.command(Role.BUYER, number, "resume")
    assert (await phone.press(refused, "later")).status == 200


async def test_what_was_typed_can_be_copied_when_the_form_is_gone(system: System) -> None:
    number = await order(system)
    phone, page = await opened(system, number, language="es")
    await system.command(Role.BUYER, number, "acknowledge", decision="accept", on_behalf_of=BEHALF)
    late = await phone.press(page, "other", promise_date=IN_A_YEAR, supplier_order="A-991")
    assert late.status == 409
    assert not late.forms
    assert "Lo que escribió" in late.text
    assert f"¿Qué día promete? {IN_A_YEAR}" in late.text
    assert "A-991" in late.text
    assert page.form("other").fields["form"] not in late.text
    terms = {"lines__0__quantity": "15", "lines__0__unit_price": "0.90", "why": "Small bath"}
    late = await phone.press(page, "propose", **terms)
    for kept in ("FLANGE-DN50 B · Cantidad 15", "FLANGE-DN50 B · Precio unitario 0.90", "Small bath"):
        assert kept in late.text


async def test_who_has_accepted_and_cannot_keep_the_day_tells_another_one(system: System) -> None:
    """What both sides agreed to stays; the customer learns when it will be instead. No script is needed."""
    number = await accepted(system)
    phone, page = await opened(system, number)
    promised = (await system.get(f"/orders/{number}"))["promise_current"]
    form = await phone.open(page.links["I cannot keep this day"])
    assert form.heading == "When will you ship?"
    later = str(date.fromisoformat(promised) + timedelta(days=5))
    page = await phone.press(form, "later", forecast=later, note="The bath is being renewed")
    assert page.status == 200
    assert "I cannot keep this day" in page.links
    found = await system.get(f"/orders/{number}")
    assert (found["promise_current"], found["forecast"]) == (promised, later)
    await system.command(Role.BUYER, number, "cancel", reason="Too late")
    page = await phone.open(page.url)
    assert "I cannot keep this day" not in page.links
