"""Arrivals, steps and parcels as a supplier reports them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from models.domain.authority import Role
from tests.stories import LOT
from tests.supplier.phone import opened
from tests.supplier.steps import PIECES, accepted, order, sent, there
from tests.systems import System


async def pieces(system: System, number: str) -> dict[str, str]:
    found = (await system.get(f"/orders/{number}"))["lines"][0]["pieces"]
    return {name: count for name, count in found.items() if count != "0" and name != "sent"}


async def test_what_arrived_is_counted_and_more_than_was_sent_is_refused(system: System) -> None:
    number = await sent(system)
    phone, page = await opened(system, number)
    assert page.heading == "Have the 20 pcs arrived?"
    page = await phone.press(page, "some", lines__0__quantity="21")
    assert page.status == 409
    refused = "Line 1: 20 pieces are on their way to you; you entered 21. Enter at most that many."
    assert page.links[refused].endswith("#lines-0-quantity")
    assert page.form("some").fields["lines.0.quantity"] == "21"
    for wrong in ("-1", "1.5", "x", "0", ""):
        page = await phone.press(page, "some", lines__0__quantity=wrong)
        assert page.status == 422
        assert page.form("some").fields["lines.0.quantity"] == wrong
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
    page = await phone.press(page, "some", lines__0__quantity="12", actual=yesterday)
    assert page.heading == "Have the 8 pcs arrived?"
    assert await pieces(system, number) == {"in_transit_out": "8", "at_supplier": "12"}
    milestone = (await system.get(f"/orders/{number}"))["milestones"][0]
    assert milestone["actual"].startswith(yesterday)


async def test_a_day_to_come_is_no_arrival(system: System) -> None:
    number = await sent(system)
    phone, page = await opened(system, number)
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    page = await phone.press(page, "some", lines__0__quantity="5", actual=tomorrow)
    assert page.status == 422
    assert "is in the future." in page.text
    page = await phone.press(page, "later", forecast=tomorrow)
    assert "You expect “Material received” on" in page.text
    assert await pieces(system, number) == {"in_transit_out": "20"}


async def test_a_step_is_reported_with_its_day_or_with_a_new_one(system: System) -> None:
    number = await sent(system)
    phone, page = await opened(system, number)
    page = await phone.press(page, "all")
    later = (datetime.now(UTC) + timedelta(days=4)).date().isoformat()
    page = await phone.press(page, "later", forecast="2020-01-01", note="Bath is down")
    assert "has passed; forecast today or later." in page.text
    assert page.form("later").fields["note"].strip() == "Bath is down"
    page = await phone.press(page, "later", forecast=later)
    assert "You expect “Plated” on" in page.text
    # Asked again only when that day has come; now comes what is next.
    assert page.heading.startswith("What did you measure")
    other = await phone.open(f"{page.url.partition('?')[0]}/progress?code=SHIP")
    assert other.heading == "When will you ship?"
    await phone.press(other, "later", forecast=later)
    milestones = (await system.get(f"/orders/{number}"))["milestones"]
    assert [each["forecast"] for each in milestones] == [None, later, later]


async def test_no_step_is_finished_before_anything_was_sent_but_its_day_can_be_told(system: System) -> None:
    number = await accepted(system)
    phone, page = await opened(system, number)
    address = f"{page.url.partition('?')[0]}/progress?code=PLATED"
    page = await phone.open(address)
    assert page.heading == "When do you expect “Plated”?"
    assert "No parts have been sent to you yet" in page.text
    assert [form.answers for form in page.forms] == [["later"]]
    form = page.form("later")
    for answer in ("now", "earlier"):
        refused = await phone.send(form.action, form.fields | {"answer": answer, "actual": "2026-01-01"})
        assert refused.status == 409
        assert "Report “Plated” once they are there" in refused.text
    later = (datetime.now(UTC) + timedelta(days=4)).date().isoformat()
    assert (await phone.press(page, "later", forecast=later)).status == 200
    (_, plated, _) = (await system.get(f"/orders/{number}"))["milestones"]
    assert (plated["forecast"], plated["actual"]) == (later, None)
    # Material may have arrived before anybody wrote down that it was sent.
    page = await phone.press(await phone.open(address.partition("/progress")[0] + "/arrived"), "all")
    page = await phone.press(await phone.open(address), "now")
    assert "You reported “Plated”" in page.text


async def test_a_box_says_what_is_in_it(system: System) -> None:
    number = await there(system)
    phone, page = await opened(system, number)
    ship = await phone.open(f"{page.url}/ship")
    for wrong, status, words in (
        ("1,000", 422, "Write 1,000 without marks between thousands"),
        ("2.5", 422, "2.5 has too many decimals: pcs allows 0."),
        ("", 422, "Enter how many are in the box."),
        ("5", 422, "6 unprocessed pieces do not fit in a box of 5."),
    ):
        ship = await phone.press(
            ship,
            "ship",
            lines__0__quantity=wrong,
            lines__0__unprocessed="6" if wrong == "5" else "",
            carrier="DHL",
        )
        assert ship.status == status
        assert words in ship.text
        assert ship.form("ship").fields["carrier"] == "DHL"
    page = await phone.press(
        ship, "ship", lines__0__quantity="18", lines__0__unprocessed="1", lines__0__tested="2"
    )
    assert f"You shipped 18 pcs as parcel {number}-P1." in page.text
    assert await pieces(system, number) == {"in_transit_back": "18", "test_consumed": "2"}


async def test_a_parcel_that_came_unannounced_is_named_afterwards(system: System) -> None:
    number = await there(system)
    line = {"line": 1, "counted": PIECES, "accepted": PIECES}
    await system.command(Role.RECEIVING, number, "receive", packing_slip="77", lines=[line])
    phone, page = await opened(system, number)
    ship = await phone.open(f"{page.url}/ship")
    assert ship.heading == "How did the parcel travel?"
    page = await phone.press(ship, "name", carrier="Own van", tracking="")
    assert f"You named carrier and tracking of parcel {number}-P1." in page.text
    assert "Own van" in page.text


async def test_rework_is_asked_for_and_comes_back_under_its_name(system: System) -> None:
    number = await there(system)
    shipped = await system.command(
        Role.BUYER,
        number,
        "ship",
        lines=[{"line": 1, "quantity": 20}],
        on_behalf_of={"contact": "A", "basis": "mail"},
    )
    received = await system.command(
        Role.RECEIVING,
        number,
        "receive",
        parcel=shipped["parcel"],
        lines=[{"line": 1, "counted": 20, "accepted": 0, "pending": 16, "rejected": 4}],
    )
    await system.command(
        Role.QUALITY,
        number,
        "disposition",
        nonconformance=received["nonconformance"],
        lines=[{"quantity": 4, "decision": "rework"}],
        cause="thin",
        responsibility="supplier",
    )
    phone, page = await opened(system, number)
    assert page.heading == "Have the 4 pcs to be reworked arrived?"
    assert "4 pcs to be reworked by you" in page.text
    chinese = await phone.open(f"{page.url.partition('?')[0]}?language=zh")
    assert "Rejected at receipt" in page.text
    assert "Rejected at receipt" not in chinese.text
    await phone.open(f"{page.url.partition('?')[0]}?language=en")
    missing = (await system.get(f"/orders/{number}"))["missing"]
    assert {"what": f"rework:{received['nonconformance']}", "owed_by": "supplier"} in missing
    assert not [item for item in missing if item["what"].startswith("disposition:")]
    page = await phone.press(page, "all")
    assert page.heading != "Have the 4 pcs to be reworked arrived?"
    assert "in_transit_out" not in await pieces(system, number)
    ship = await phone.open(f"{page.url.partition('?')[0]}/ship")
    assert f"These are the reworked pieces of {received['nonconformance']}" in ship.text
    page = await phone.press(
        ship, "ship", lines__0__quantity="4", lines__0__nonconformance=received["nonconformance"]
    )
    assert "You shipped 4 pcs" in page.text
    parcel = (await system.get(f"/orders/{number}"))["parcels"][-1]
    assert parcel["nonconformance"] == received["nonconformance"]


async def test_nothing_can_be_reported_that_the_order_does_not_take(system: System) -> None:
    number = await accepted(system)
    phone, page = await opened(system, number)
    arrived = await phone.open(f"{page.url}/arrived")
    assert arrived.heading == "Has the material arrived?"
    await system.command(Role.RECEIVING, number, "send", lines=[{"line": 1, "lot": LOT, "quantity": 20}])
    form = arrived.form("all")
    refused = await phone.send(f"{page.url}/answer", form.fields | {"answer": "accept"})
    assert refused.status == 409
    untouched = await order(system)
    assert await pieces(system, untouched) == {}
