"""What the supplier said, entered by our people: answers, milestones, parcels; and what goes out to it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from temporalio.testing import WorkflowEnvironment

from api.app import now
from models.domain.authority import Role
from models.settings import Settings
from tests.pages.browser import Browsers, StaffPage
from tests.pages.doing import PIECES, TOLD, at, hands, pieces, possible
from tests.stories import BEHALF, LOT, issued, master_data
from tests.systems import System, running


async def test_an_answer_is_entered_for_the_supplier_with_who_said_it_and_how(
    system: System, browsers: Browsers
) -> None:
    number = await at(system, "issued")
    planner = hands(browsers, number, Role.PLANNER)
    page = await planner.look("acknowledge")
    assert "You are entering this for Acme Plating" in page.text
    page = await planner.refused(
        "acknowledge", decision="accept", supplier_order="A-9", contact="", basis="mail"
    )
    assert page.links["Say who at the supplier told you."].endswith("#contact")
    page = await planner.refused("acknowledge", contact="Ana")
    assert page.links["Choose what the supplier answered."].endswith("#decision")
    assert page.links["Say how you were told."].endswith("#basis")
    await planner.do("acknowledge", decision="accept", supplier_order="A-9", **TOLD)
    order = await system.get(f"/orders/{number}")
    assert (order["stage"], order["supplier_order"]) == ("acknowledged", "A-9")
    events = (await system.get(f"/orders/{number}/events"))["items"]
    assert events[-1]["on_behalf_of"] == {"contact": "Ana", "basis": "phone"}


async def test_a_day_that_has_passed_is_refused_at_its_field(system: System, browsers: Browsers) -> None:
    number = await at(system, "issued")
    buyer = hands(browsers, number, Role.BUYER)
    page = await buyer.refused("acknowledge", decision="accept", promise_date="2020-01-01", **TOLD)
    assert page.status == 422
    assert [given["id"] for _, given in page.tags if given.get("aria-invalid")] == ["promise_date"]
    page = await buyer.refused("acknowledge", decision="decline", **TOLD)
    assert page.links["Enter why the supplier declined."].endswith("#reason")


async def test_other_terms_are_entered_line_by_line_and_accepted(system: System, browsers: Browsers) -> None:
    number = await at(system, "issued")
    buyer = hands(browsers, number, Role.BUYER)
    day = date.fromisoformat((await system.get(f"/orders/{number}"))["need_by"]) + timedelta(days=3)
    page = await buyer.look("answer-counter")
    assert not possible(page)
    page = await buyer.refused("acknowledge", decision="counter", lines__0__unit_price="1,200", **TOLD)
    assert page.status == 422
    await buyer.do(
        "acknowledge",
        decision="counter",
        lines__0__unit_price="0.95",
        promise_date=day.isoformat(),
        reason="Nickel <rose>",
        **TOLD,
    )
    page = await buyer.look("answer-counter")
    assert "Nickel <rose>" in page.text
    assert "0.85 USD 0.95 USD" in page.text
    assert "3 days after it is needed" in page.text
    await buyer.do("answer-counter", "accept")
    order = await system.get(f"/orders/{number}")
    assert (order["stage"], order["lines"][0]["unit_price"]) == ("acknowledged", "0.95")
    # Whoever accepted it read so: nobody is alerted.
    alerts = (await system.get("/alerts?open=true"))["items"]
    assert [alert["rule"] for alert in alerts if alert["order"] == number] == []


async def test_a_proposal_is_rejected_by_the_second_button(system: System, browsers: Browsers) -> None:
    number = await at(system, "issued")
    buyer = hands(browsers, number, Role.BUYER)
    await buyer.do("acknowledge", decision="counter", lines__0__unit_price="9", **TOLD)
    await buyer.do("answer-counter", "reject", reason="Too dear")
    assert (await system.get(f"/orders/{number}"))["stage"] == "issued"


async def test_what_is_left_to_send_is_proposed_and_sent_in_two_goes(
    system: System, browsers: Browsers
) -> None:
    number = await at(system, "accepted")
    dock = hands(browsers, number, Role.RECEIVING)
    page = await dock.refused("send", send__1__0__quantity="21", carrier="DHL")
    assert "Line 1: 20 of 20 may still be sent; you entered 21." in page.text
    await dock.do("send", send__1__0__quantity="15", carrier="DHL", tracking="JD-1")
    assert await pieces(system, number) == {"sent": "15", "in_transit_out": "15"}
    (form,) = [form for form in (await dock.look("send")).forms if "version" in form.fields]
    assert form.fields["send.1.0.quantity"] == "5"
    await dock.do("send", collects="yes")
    assert await pieces(system, number) == {"sent": "20", "in_transit_out": "20"}
    page = await dock.look("send")
    assert not possible(page)
    assert "Everything that was ordered has been sent." in page.text


async def test_the_form_says_what_leaves_a_lot_in_another_unit_and_asks_where_nobody_knows(
    system: System, browsers: Browsers
) -> None:
    lot = {"number": f"KG-{secrets.token_hex(3)}", "part": "FLANGE-DN50", "quantity": 12, "uom": "KGM"}
    await system.post(Role.ADMIN, "/lots", lot, status=201)
    line = {"work_order": "WO-3201", "operation": 30, "quantity": 20, "unit_price": "0.85", "currency": "USD"}
    number = await issued(system, lines=[line | {"lots": [{"lot": lot["number"], "quantity": 20}]}])
    dock = hands(browsers, number, Role.RECEIVING)
    page = await dock.look("send")
    assert "How much of the lot, in kg" in page.text
    assert "12 kg of the lot are on hand. Say how much of it goes, or weigh it." in page.text
    page = await dock.refused("send", send__1__0__quantity="10")
    (problem,) = [told for told in page.links if "say how much of the lot goes out" in told]
    assert page.links[problem].endswith("#send-1-0-taken")
    page = await dock.refused("send", send__1__0__quantity="10", send__1__0__taken="12.5")
    assert "has 12 kg on hand; 10 pcs take 12.5 kg of it." in page.text
    await dock.do("send", send__1__0__quantity="10", send__1__0__taken="4")
    page = await dock.look("send")
    assert "8 kg of the lot are on hand. 10 pcs take 4 kg of it." in page.text
    # Shown again it speaks of what was typed; a script says the same while one types.
    page = await dock.refused("send", send__1__0__quantity="5", send__1__0__taken="12.5")
    assert "5 pcs take 2 kg of it." in page.text
    (told,) = [given for _, given in page.tags if "data-takes" in given]
    assert (told["data-takes"], told["data-share"]) == ("{pieces}\xa0pcs take {some}\xa0kg of it.", "0.4")
    assert (await system.get(f"/lots/{lot['number']}"))["on_hand"] == "8"


async def test_sending_nothing_is_refused_at_the_first_quantity(system: System, browsers: Browsers) -> None:
    number = await at(system, "accepted")
    page = await hands(browsers, number, Role.BUYER).refused("send", send__1__0__quantity="")
    assert page.links["Enter how many you send."].endswith("#send-1-0-quantity")


async def test_a_line_is_closed_short_with_a_reason(system: System, browsers: Browsers) -> None:
    number = await at(system, "accepted")
    lines = [{"line": 1, "lot": LOT, "quantity": 5}]
    await system.command(Role.RECEIVING, number, "send", lines=lines)
    buyer = hands(browsers, number, Role.BUYER)
    page = await buyer.refused("short-close")
    assert page.links["Give a reason."].endswith("#reason")
    await buyer.do("short-close", line__1="yes", reason="Enough made")
    assert (await system.get(f"/orders/{number}"))["lines"][0]["short_closed"]
    assert not possible(await buyer.look("short-close"))


async def test_lost_pieces_are_taken_from_where_they_were(system: System, browsers: Browsers) -> None:
    number = await at(system, "there")
    dock = hands(browsers, number, Role.RECEIVING)
    page = await dock.refused("declare-loss", lost__0__at_supplier__quantity="30", reason="Fire")
    assert "only 20 pieces are out there; you entered 30" in page.text
    await dock.do("declare-loss", lost__0__at_supplier__quantity="2", reason="Fire")
    assert await pieces(system, number) == {"sent": "20", "at_supplier": "18", "lost": "2"}


async def test_who_declares_a_loss_chooses_between_the_places_where_pieces_are(
    system: System, browsers: Browsers
) -> None:
    number = await at(system, "there")
    shipped = [{"line": 1, "lot": LOT, "quantity": 5}]
    await system.command(Role.BUYER, number, "ship", lines=shipped, on_behalf_of=BEHALF)
    lost = [{"line": 1, "quantity": 2}]
    problem = await system.command(
        Role.RECEIVING, number, "declare-loss", lines=lost, reason="Fire", status=409
    )
    assert problem["code"] == "loss.several_places"
    assert "5 in_transit_back, 15 at_supplier" in problem["detail"]
    assert [error["field"] for error in problem["errors"]] == ["lines.0.from"]
    dock = hands(browsers, number, Role.RECEIVING)
    page = await dock.look("declare-loss")
    asked = {given.get("name") for tag, given in page.tags if tag == "input"}
    assert {"lost.0.in_transit_back.quantity", "lost.0.at_supplier.quantity"} <= asked
    assert "5 pcs on the way back" in page.text
    assert "15 pcs at the supplier" in page.text
    await dock.do("declare-loss", lost__0__in_transit_back__quantity="2", reason="Fire")
    assert await pieces(system, number) == {
        "sent": "20",
        "at_supplier": "15",
        "in_transit_back": "3",
        "lost": "2",
    }


async def test_milestones_are_reported_reached_or_expected(system: System, browsers: Browsers) -> None:
    number = await at(system, "sent")
    planner = hands(browsers, number, Role.PLANNER)
    page = await planner.refused("report-milestone", code="REC", happened="later", **TOLD)
    assert page.links["Choose the day you expect it."].endswith("#forecast")
    await planner.do("report-milestone", code="REC", happened="now", lines__0__quantity="12", **TOLD)
    assert await pieces(system, number) == {"sent": "20", "in_transit_out": "8", "at_supplier": "12"}
    day = (system.app.state.clock() + timedelta(days=9)).date().isoformat()
    await planner.do("report-milestone", code="PLATED", happened="later", forecast=day, note="Slow", **TOLD)
    steps = {step["code"]: step for step in (await system.get(f"/orders/{number}"))["milestones"]}
    assert steps["REC"]["actual"]
    assert steps["PLATED"]["forecast"] == day


async def test_a_load_is_reported_and_named_by_the_parcel_it_comes_back_in(
    system: System, browsers: Browsers
) -> None:
    number = await at(system, "released")
    planner = hands(browsers, number, Role.PLANNER)
    # It went on until the pieces' own day: one that was over before they were sent is refused.
    today = now().astimezone(ZoneInfo("Europe/Berlin")).date()
    day = today - timedelta(days=1)
    load = {
        "equipment": "Bath 2",
        "load": f"L-{number}",
        "started_at": f"{day}T06:30",
        "ended_at": f"{today}T00:00",
        "parameters__0__name": "Current",
        "parameters__0__value": "120 A",
    }
    page = await planner.refused("report-process", **load, **TOLD)
    assert page.links["Enter how many were in the load."].endswith("#lots-0-quantity")
    await planner.do("report-process", lots__0__quantity="20", **load, **TOLD)
    page = await planner.look("ship")
    assert f"L-{number}" in page.html
    events = (await system.get(f"/orders/{number}/events"))["items"]
    payload = next(event["payload"] for event in events if event["type"] == "process_reported")
    # Half past six on the supplier's clocks, in winter an hour before Greenwich's.
    began = datetime.fromisoformat(f"{day}T06:30").replace(tzinfo=ZoneInfo("Europe/Berlin"))
    assert datetime.fromisoformat(payload["started_at"]) == began
    assert payload["parameters"] == {"Current": "120 A"}
    (name,) = [given["value"] for tag, given in page.tags if tag == "option" and number in given["value"]]
    await planner.do("ship", lines__0__quantity="20", lines__0__load=name, **TOLD)
    assert (await pieces(system, number))["in_transit_back"] == "20"


async def test_a_parcel_is_announced_for_the_supplier(system: System, browsers: Browsers) -> None:
    number = await at(system, "released")
    buyer = hands(browsers, number, Role.BUYER)
    page = await buyer.refused("ship", carrier="DHL", **TOLD)
    assert page.links["Enter how many are in the box."].endswith("#lines-0-quantity")
    await buyer.do("ship", lines__0__quantity="18", lines__0__tested="2", carrier="DHL", **TOLD)
    assert await pieces(system, number) == {"sent": "20", "in_transit_back": "18", "test_consumed": "2"}
    assert not possible(await buyer.look("ship"))


async def test_a_parcel_that_came_unannounced_gets_its_carrier(system: System, browsers: Browsers) -> None:
    number = await at(system, "there")
    lines = [{"line": 1, "counted": PIECES, "pending": PIECES}]
    await system.command(Role.RECEIVING, number, "receive", lines=lines, packing_slip="PS-1")
    await hands(browsers, number, Role.BUYER).do("ship", carrier="UPS", tracking="1Z", **TOLD)
    (parcel,) = (await system.get(f"/orders/{number}"))["parcels"]
    assert (parcel["announced"], parcel["carrier"]) == (True, "UPS")


async def test_every_form_speaks_the_readers_language(system: System, browsers: Browsers) -> None:
    number = await at(system, "released")
    for locale, words in (
        ("zh", "您在代 Acme Plating 填写"),
        ("es", "Lo introduce en nombre de Acme Plating"),
    ):
        browser = browsers.of(Role.BUYER, locale=locale)
        page = await browser.open(f"/orders/{number}/ship")
        assert words in page.text


async def test_who_announces_a_parcel_is_told_first_that_nothing_is_released(
    make_settings: Callable[..., Settings],
    sqlite_url: str,
    temporal_env: WorkflowEnvironment,
    temporal_address: str,
) -> None:
    settings = make_settings(database_url=sqlite_url)
    async with running(settings, temporal_env.client) as system:
        await master_data(system, release_before_ship=True)
        browsers = Browsers(system)
        number = await at(system, "there")
        page = await hands(browsers, number, Role.BUYER).look("ship")
        assert "Nothing is released for shipping yet." in page.text
        number = await at(system, "released")
        page = await hands(browsers, number, Role.BUYER).look("ship")
        assert "Nothing is released for shipping yet." not in page.text
        await browsers.close()


async def test_deliveries_are_entered_for_the_supplier_and_answered_line_by_line(
    system: System, browsers: Browsers
) -> None:
    number = await at(system, "issued")
    buyer = hands(browsers, number, Role.BUYER)
    need_by = date.fromisoformat((await system.get(f"/orders/{number}"))["need_by"])
    later = (need_by + timedelta(days=14)).isoformat()
    page = StaffPage(await buyer.fill(await buyer.look("acknowledge"), "add.0", decision="counter"))
    assert page.status == 200
    assert "Delivery 2" in page.text
    typed = {
        "lines__0__quantity": "12",
        "lines__0__1__unit_price": "0.95",
        "lines__0__1__promise_date": later,
    }
    response = await buyer.fill(
        page, "answer", decision="counter", lines__0__1__quantity="8", **typed, **TOLD
    )
    assert response.status_code == 303, StaffPage(response).text
    page = await buyer.look("answer-counter")
    words = page.text.replace("\u00a0", " ")
    assert "FLANGE-DN50 B, delivery 1 20 pcs 12 pcs" in words
    assert "FLANGE-DN50 B, delivery 2 20 pcs 8 pcs 0.85 USD 0.95 USD" in words
    page = await buyer.refused("answer-counter", "each", lines__1__2__need_by="2020-01-01")
    assert page.status == 422
    assert any(at.endswith("#lines-1-2-need_by") for at in page.links.values())
    await buyer.do("answer-counter", "each", lines__1__2__need_by=later)
    order = await system.get(f"/orders/{number}")
    assert (order["stage"], order["need_by"]) == ("acknowledged", later)
    assert [(line["ordered"], line["need_by"]) for line in order["lines"]] == [
        ("12", need_by.isoformat()),
        ("8", later),
    ]
    page = await buyer.browser.open(f"/orders/{number}")
    assert "accepted the proposal; the order is at revision 2" in page.text


async def test_a_line_that_is_rejected_by_itself_is_asked_again(system: System, browsers: Browsers) -> None:
    line = {"work_order": "WO-3201", "operation": 30, "quantity": 10, "unit_price": "0.85", "currency": "USD"}
    number = await at(system, "issued", lines=[line, line])
    buyer = hands(browsers, number, Role.BUYER)
    await buyer.do(
        "acknowledge", decision="counter", lines__0__unit_price="1", lines__1__unit_price="2", **TOLD
    )
    for answer in ("accept", "reject", ""):
        page = await buyer.refused("answer-counter", answer, lines__2__decision="reject")
        (text,) = [text for text in page.links if "Press “Send these answers”" in text]
        assert "Line 2 is answered by itself." in text
        assert page.links[text].endswith("#lines-2-decision")
    page = await buyer.refused("answer-counter", "accept", lines__1__0__need_by="2099-01-01")
    assert any(at.endswith("#lines-1-0-need_by") for at in page.links.values()), page.links
    assert (await system.get(f"/orders/{number}"))["stage"] == "countered", "nothing was accepted"
    await buyer.do("answer-counter", "each", lines__2__decision="reject", reason="Too dear")
    order = await system.get(f"/orders/{number}")
    assert (order["stage"], order["revision"]) == ("issued", 2)
    assert [line["unit_price"] for line in order["lines"]] == ["1", "0.85"]
    page = await buyer.browser.open(f"/orders/{number}")
    assert "accepted part of the proposal; the order is at revision 2" in page.text
    words = page.text.replace("\u00a0", " ")
    assert "Rejected, and asked again: Line 2 · FLANGE-DN50 B" in words
    assert "Line 1 · FLANGE-DN50 B: price" in words
