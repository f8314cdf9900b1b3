"""A change the customer wants, on a phone: side by side, one question, and no old page acts on a new one."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from api.app import now
from api.supplier.words import Words
from models.domain.authority import Role
from tests.stories import BEHALF, LOT
from tests.supplier.phone import opened
from tests.supplier.steps import accepted, order, sent
from tests.systems import System


async def asked(system: System, number: str, **changes: Any) -> str:
    """A change somebody else approved; gives its name."""
    order = await system.command(
        Role.BUYER, number, "propose-change", changes=changes, reason="Our customer waits"
    )
    name: str = order["change"]
    await system.command(Role.APPROVER, number, "decide-change", change=name, decision="approve")
    return name


FEWER = [{"line": 1, "quantity": 15, "unit_price": "0.9"}]


async def test_the_page_asks_about_the_change_and_shows_it_side_by_side(system: System) -> None:
    number = await accepted(system)
    await asked(system, number, lines=FEWER, spec_revision="2024")
    phone, page = await opened(system, number)
    assert page.heading == "Can you do it with this change?"
    words = page.text.replace("\u00a0", " ")
    assert "Our customer waits Before After Specification ASTM B633 2023 ASTM B633 2024" in words
    assert "FLANGE-DN50 B: quantity 20 pcs 15 pcs FLANGE-DN50 B: price 0.85 USD 0.90 USD" in words
    assert "Until you accept, the order stands as it was." in words
    page = await phone.press(page, "accept")
    assert page.status == 200
    assert f"✓ You accepted change {number}-C1." in page.text.replace("\u00a0", " ")
    assert page.heading == "The parts will be sent to you. Nothing to do now."
    found = await system.get(f"/orders/{number}")
    assert (found["revision"], found["lines"][0]["ordered"], found["open_change"]) == (2, "15", None)


async def test_what_it_comes_to_is_told_with_the_days_the_change_asks_for(system: System) -> None:
    line = {"work_order": "WO-3201", "operation": 30, "quantity": 10, "unit_price": "0.85", "currency": "USD"}
    number = await order(system, lines=[line, line])
    first = (await system.get(f"/orders/{number}"))["need_by"]
    later, sooner = ((date.fromisoformat(first) + timedelta(days=days)).isoformat() for days in (14, -7))
    await system.command(
        Role.BUYER,
        number,
        "acknowledge",
        decision="counter",
        lines=[{"line": 2, "promise_date": later}],
        on_behalf_of=BEHALF,
    )
    needed = [{"line": 2, "need_by": later}]
    await system.command(Role.BUYER, number, "answer-counter", decision="accept", lines=needed)
    await asked(system, number, need_by=sooner)
    phone, page = await opened(system, number)
    words = page.text.replace("\u00a0", " ")
    before, day = (_told(each) for each in (later, sooner))
    _, both, after = words.partition(f"Needed by {before} {day}")
    assert both
    assert before not in after.partition("Until you accept")[0], "what it comes to is on the new day"
    await phone.press(page, "accept")
    found = await system.get(f"/orders/{number}")
    assert {each["need_by"] or found["need_by"] for each in found["lines"]} == {sooner}


def _told(day: str) -> str:
    return Words("en", "UTC", now().date()).day(date.fromisoformat(day)).replace("\u00a0", " ")


async def test_a_change_is_declined_with_a_reason(system: System) -> None:
    number = await sent(system)
    await asked(system, number, lines=FEWER)
    phone, page = await opened(system, number)
    page = await phone.press(page, "decline", reason="")
    assert page.status == 422
    (at,) = [at for text, at in page.links.items() if "Say why, so that your customer can plan." in text]
    assert at.endswith("#reason")
    page = await phone.press(page, "decline", reason="All are in the bath")
    assert "You declined change" in page.text
    found = await system.get(f"/orders/{number}")
    assert (found["revision"], found["lines"][0]["ordered"], found["stage"]) == (1, "20", "acknowledged")


async def test_a_page_that_shows_a_withdrawn_change_accepts_no_other(system: System) -> None:
    number = await accepted(system)
    first = await asked(system, number, lines=FEWER)
    phone, old = await opened(system, number)
    await system.command(Role.BUYER, number, "withdraw-change", change=first)
    await asked(system, number, lines=[{"line": 1, "quantity": 5}])
    page = await phone.press(old, "accept")
    assert page.status == 409
    assert f"Change {first} was withdrawn" in page.text
    # The form below shows the change that is asked about now.
    assert "20 pcs 5 pcs" in page.text.replace("\u00a0", " ")
    assert (await system.get(f"/orders/{number}"))["revision"] == 1


async def test_a_form_for_the_terms_before_the_change_is_refused_with_what_changed(system: System) -> None:
    number = await sent(system)
    phone, old = await opened(system, number)
    name = await asked(system, number, lines=FEWER)
    await system.command(
        Role.BUYER,
        number,
        "acknowledge",
        decision="accept",
        change=name,
        on_behalf_of={"contact": "Ana", "basis": "phone"},
    )
    page = await phone.press(old, "all")
    assert page.status == 409
    words = page.text.replace("\u00a0", " ")
    assert "The order was changed to revision 2 while you had revision 1 open." in words
    assert "FLANGE-DN50 B: 20 pcs → 15 pcs" in words
    page = await phone.open(page.links[f"Back to order {number}"])
    lot = f"5 pcs of FLANGE-DN50 B · lot {LOT}"
    assert f"To send back: {lot}" in page.text.replace("\u00a0", " ")
    page = await phone.open(f"{page.url}/ship")
    assert f"To come back as they are: {lot}. Say of these that they are" in page.text.replace("\u00a0", " ")


async def test_the_change_comes_before_the_order_that_was_never_answered(system: System) -> None:
    number = await order(system)
    await asked(system, number, lines=FEWER)
    phone, page = await opened(system, number)
    page = await phone.press(page, "accept")
    assert page.heading.startswith("Can you finish 15 pcs by")


async def hurried(system: System, number: str, days: int = 7) -> tuple[str, str]:
    """The order is expedited; gives the day that stands and the one asked for."""
    stands = (await system.get(f"/orders/{number}"))["need_by"]
    sooner = (date.fromisoformat(stands) - timedelta(days=days)).isoformat()
    await system.command(Role.BUYER, number, "expedite", need_by=sooner, reason="The line stands")
    return stands, sooner


async def test_an_earlier_day_is_asked_for_and_promised_with_one_tap(system: System) -> None:
    number = await accepted(system)
    _, sooner = await hurried(system, number)
    phone, page = await opened(system, number)
    assert page.heading.startswith("Urgent: can you finish by ")
    assert "The line stands" in page.text
    page = await phone.press(page, "accept")
    assert page.status == 200
    found = await system.get(f"/orders/{number}")
    assert (found["need_by"], found["promise_current"], found["revision"]) == (sooner, sooner, 2)


async def test_another_earlier_day_is_promised_and_one_that_is_not_is_refused(system: System) -> None:
    number = await accepted(system)
    stands, sooner = await hurried(system, number)
    phone, page = await opened(system, number)
    for typed, words in (("", "Choose the day you can promise."), (stands, "is promised already.")):
        page = await phone.press(page, "other", promise_date=typed)
        assert page.status == 422
        assert next(at for text, at in page.links.items() if words in text).endswith("#promise_date")
    between = (date.fromisoformat(sooner) + timedelta(days=3)).isoformat()
    page = await phone.press(page, "other", promise_date=between)
    assert page.status == 200
    assert f"You accepted change {number}-C1 and promised" in page.text
    found = await system.get(f"/orders/{number}")
    assert (found["need_by"], found["promise_current"]) == (sooner, between)


async def test_it_cannot_be_sooner(system: System) -> None:
    number = await accepted(system)
    stands, _ = await hurried(system, number)
    phone, page = await opened(system, number, language="es")
    assert page.heading.startswith("Urgente: ")
    page = await phone.press(page, "decline", reason="Todos los baños están llenos")
    found = await system.get(f"/orders/{number}")
    assert (found["need_by"], found["revision"], found["flags"]) == (stands, 1, [])


async def test_who_accepts_a_change_that_was_withdrawn_is_told_so(system: System) -> None:
    number = await accepted(system)
    name = await asked(system, number, lines=FEWER)
    phone, old = await opened(system, number)
    await system.command(Role.BUYER, number, "withdraw-change", change=name)
    page = await phone.press(old, "accept")
    assert page.status == 409
    assert f"Change {name} was withdrawn" in page.text
    assert "answered already" not in page.text
