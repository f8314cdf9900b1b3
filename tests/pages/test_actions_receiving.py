"""Measuring, releasing, receiving, judging, settling surplus: what quality and the dock do."""

from __future__ import annotations

from models.domain.authority import Role
from tests.pages.browser import Browsers, StaffPage
from tests.pages.doing import PIECES, TOLD, at, hands, pieces, possible
from tests.stories import BEHALF, LOT
from tests.supplier.steps import reworked_beside_others
from tests.systems import System

VALUES = {"v__0__1": "8", "v__0__2": "12", "v__0__3": "10.1", "v__1__1": "conforms"}


async def test_values_are_checked_against_the_plan_before_they_are_sent(
    system: System, browsers: Browsers
) -> None:
    number = await at(system, "there")
    buyer = hands(browsers, number, Role.BUYER)
    page = await buyer.look("submit-inspection")
    assert "8 – 12 um" in page.text
    page = StaffPage(await buyer.fill(page, "check", **{**VALUES, "v__0__2": "13"}, **TOLD))
    assert page.status == 200
    assert "✗ outside" in page.text
    assert (await system.get(f"/orders/{number}/inspections"))["items"] == []
    page = await buyer.refused("submit-inspection", "submit", v__0__1="9", **TOLD)
    assert page.status == 422
    assert "values missing for samples 2–3" in page.text
    await buyer.do("submit-inspection", "submit", **VALUES, **TOLD)
    (inspection,) = (await system.get(f"/orders/{number}/inspections"))["items"]
    assert inspection["verdict"] == "pass"


async def test_quality_sees_the_values_beside_their_limits_and_releases_them(
    system: System, browsers: Browsers
) -> None:
    number = await at(system, "measured")
    quality = hands(browsers, number, Role.QUALITY)
    page = await quality.look("review-inspection")
    assert "Every value fits the plan." in page.text
    assert "10.1" in page.text
    assert "8 – 12 um" in page.text
    assert len([tag for tag, _ in page.tags if tag == "circle"]) == 3
    await quality.do("review-inspection", "release", note="Fine")
    assert (await system.get(f"/orders/{number}/inspections"))["items"][0]["decision"] == "release"
    assert not possible(await quality.look("review-inspection"))


async def test_values_of_reworked_pieces_say_whose_they_are_until_they_are_released(
    system: System, browsers: Browsers
) -> None:
    number, name = await reworked_beside_others(system)
    buyer, quality = hands(browsers, number, Role.BUYER), hands(browsers, number, Role.QUALITY)
    page = await buyer.look("submit-inspection")
    assert "Inspected again for" not in page.text
    again = f"inspected again for {name}"
    page = await buyer.look(
        "submit-inspection?" + page.links[f"FLANGE-DN50 B · {LOT} · {again}"].partition("?")[2]
    )
    assert f"Lot {LOT}, 4 pcs" in page.text
    chosen = f"submit-inspection?nonconformance={name}"
    page = await buyer.refused(chosen, "submit", v__0__1="9", **TOLD)
    assert f"Inspected again for {name}: the values speak of its pieces alone" in page.text
    response = await buyer.fill(page, "submit", **VALUES, **TOLD)
    assert response.status_code == 303
    (inspection,) = (await system.get(f"/orders/{number}/inspections"))["items"]
    assert (inspection["nonconformance"], inspection["lot_size"]) == (name, "4")
    assert f"{again} · 4 pcs" in (await quality.look("review-inspection")).text
    page = await quality.browser.open(f"/orders/{number}")
    # Among the inspections, and in the history.
    assert f"{LOT} · {again} · 4 pcs" in page.text
    assert page.text.count(again) == 2
    await buyer.do("submit-inspection", "submit", **VALUES, **TOLD)
    page = await quality.look("review-inspection")
    assert f"I1 · FLANGE-DN50 B · {LOT} · {again}" in page.links
    assert f"{again} · " not in page.text.partition("Also waiting")[0]
    chinese = browsers.of(Role.QUALITY)
    await chinese.open("/orders?language=zh")
    assert f"针对 {name} 复检" in (await chinese.open(f"/orders/{number}")).text


async def test_an_inspection_that_failed_has_no_button_to_release_it(
    system: System, browsers: Browsers
) -> None:
    number = await at(system, "there")
    buyer, quality = hands(browsers, number, Role.BUYER), hands(browsers, number, Role.QUALITY)
    await buyer.do("submit-inspection", "submit", **{**VALUES, "v__0__2": "13"}, **TOLD)
    page = await quality.look("review-inspection")
    assert "The values do not fit the plan." in page.text
    assert "✗ 13" in page.text
    (form,) = [form for form in page.forms if "version" in form.fields]
    assert form.answers == ["reject"]
    await quality.do("review-inspection", "reject", note="Too thick")
    assert (await system.get(f"/orders/{number}/inspections"))["items"][0]["decision"] == "reject"


async def test_a_parcel_is_counted_and_what_is_not_named_is_accepted(
    system: System, browsers: Browsers
) -> None:
    number = await at(system, "shipped")
    dock = hands(browsers, number, Role.RECEIVING)
    page = await dock.look("receive")
    assert page.heading == "How many are in parcel P1?"
    for tag, given in page.tags:
        if tag == "input" and given.get("name", "").endswith(("counted", "rejected", "pending", "accepted")):
            assert given["inputmode"] == "numeric"
    assert not [given for _, given in page.tags if given.get("name", "").endswith("scrapped")]
    await dock.do("receive", lines__0__counted="20", lines__0__rejected="2", lines__0__pending="1")
    assert await pieces(system, number) == {"sent": "20", "accepted": "17", "rejected": "2", "pending": "1"}


async def test_whoever_counts_writes_off_what_setting_up_may_use(system: System, browsers: Browsers) -> None:
    number = await at(system, "shipped", setup_allowance=2)
    dock = hands(browsers, number, Role.RECEIVING)
    assert "Up to 2 pcs are allowed for setting up" in (await dock.look("receive")).text
    page = await dock.refused("receive", lines__0__counted="20", lines__0__scrapped="3")
    text = (
        "Scrapped: Line 1: 2 of these pieces may be scrapped as used up in setting up; you entered 3. Scrapping "
        "others needs the role quality. Count them as rejected; quality decides about them."
    )
    assert page.links[text].endswith("#lines-0-scrapped")
    await dock.do("receive", lines__0__counted="20", lines__0__scrapped="2")
    assert await pieces(system, number) == {"sent": "20", "accepted": "18", "scrapped": "2"}


async def test_a_split_that_does_not_add_up_is_refused_at_its_number(
    system: System, browsers: Browsers
) -> None:
    number = await at(system, "shipped")
    dock = hands(browsers, number, Role.RECEIVING)
    page = await dock.refused("receive", lines__0__counted="18", lines__0__rejected="19")
    assert page.links["Counted: You counted 18, but the parts below are 19 together."].endswith(
        "#lines-0-counted"
    )
    page = await dock.refused(
        "receive", lines__0__counted="18", lines__0__rejected="2", lines__0__accepted="18"
    )
    text = "Accepted: 18 accepted does not fit: of 18 counted, 16 are left for it."
    assert page.links[text].endswith("#lines-0-accepted")
    assert (await pieces(system, number))["in_transit_back"] == "20"


async def test_the_same_parcel_is_not_booked_in_twice_by_two_people(
    system: System, browsers: Browsers
) -> None:
    number = await at(system, "shipped")
    one, two = hands(browsers, number, Role.RECEIVING), hands(browsers, number, Role.RECEIVING)
    first, second = await one.look("receive"), await two.look("receive")
    assert (await one.fill(first, lines__0__counted="20")).status_code == 303
    page = StaffPage(await two.fill(second, lines__0__counted="19", lines__0__rejected="3"))
    assert page.status == 412
    assert "The order has changed since you opened this form." in page.text
    # The parcel is gone from the form, the count somebody has made is not.
    told = " ".join(page.text.partition("What you entered")[2].split())
    assert told.startswith("Counted 19 Rejected 3")
    assert (await pieces(system, number))["accepted"] == "20"


async def test_which_parcel_has_arrived_is_asked_when_there_are_several(
    system: System, browsers: Browsers
) -> None:
    number = await at(system, "released")
    for quantity in (12, 8):
        lines = [{"line": 1, "quantity": quantity}]
        await system.command(Role.BUYER, number, "ship", lines=lines, on_behalf_of=BEHALF)
    dock = hands(browsers, number, Role.RECEIVING)
    page = await dock.look("receive")
    assert page.heading == "Which parcel has arrived?"
    assert not [form for form in page.forms if "receive" in form.answers]
    await dock.do(f"receive?parcel={number}-P2", lines__0__output_lot=f"OUT-{number}")
    assert (await pieces(system, number)) == {"sent": "20", "in_transit_back": "12", "accepted": "8"}


async def test_what_nobody_announced_is_counted_by_where_it_was(system: System, browsers: Browsers) -> None:
    number = await at(system, "there")
    quality = hands(browsers, number, Role.RECEIVING, Role.QUALITY)
    page = await quality.look("receive")
    assert "accepted pieces beyond that wait as pending" in page.text
    await quality.do("receive", lines__0__counted="10", lines__0__scrapped="1", packing_slip="PS-9")
    assert await pieces(system, number) == {
        "sent": "20",
        "at_supplier": "10",
        "pending": "9",
        "scrapped": "1",
    }
    page = await quality.refused("receive", lines__0__counted="5", packing_slip="PS-9")
    assert page.status == 409
    assert "This was received already" in page.text
    await quality.do("receive", lines__0__counted="5", packing_slip="PS-9", additional="yes")


async def test_pending_pieces_are_judged(system: System, browsers: Browsers) -> None:
    number = await at(system, "rejected")
    quality = hands(browsers, number, Role.QUALITY)
    page = await quality.refused("judge")
    text = "Say how many are accepted, rejected or used for tests."
    assert page.links[text].endswith("#lines-0-accepted")
    page = await quality.refused("judge", lines__0__accepted="4")
    assert "3 pieces are pending; you entered 4" in page.text
    await quality.do("judge", lines__0__accepted="2", lines__0__tested="1")
    found = await pieces(system, number)
    assert (found["accepted"], found["test_consumed"], found.get("pending")) == ("14", "1", None)


async def test_surplus_is_settled_place_by_place(system: System, browsers: Browsers) -> None:
    number = await at(system, "shipped")
    dock = hands(browsers, number, Role.RECEIVING)
    assert not possible(await dock.look("resolve-over"))
    await dock.do("receive", lines__0__counted=str(PIECES + 3))
    assert (await pieces(system, number))["over"] == "3"
    page = await dock.refused("resolve-over")
    assert page.links["Choose what becomes of them."].endswith("#lines-0-decision")
    assert "0 pcs more may be kept on this line." in page.text
    page = await dock.refused("resolve-over", lines__0__decision="accept")
    assert "0 more pieces may be kept; you entered 3. Send the others back, or propose a change" in page.text
    assert any(address.endswith("#lines-0-quantity") for address in page.links.values())
    await dock.do("resolve-over", lines__0__decision="return")
    assert "over" not in await pieces(system, number)
