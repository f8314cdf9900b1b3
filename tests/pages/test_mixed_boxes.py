"""One box with pieces of two orders: the dock is led from one to the other, and enters each where it belongs."""

from __future__ import annotations

from models.domain.authority import Role
from tests.pages.browser import Browsers
from tests.pages.doing import at, hands
from tests.stories import BEHALF
from tests.systems import System

SLIP = "PS-2026-7"


async def boxed(system: System, carrier: str = "DHL", tracking: str = "00340-1") -> str:
    """An order whose ten pieces travel in a box of this tracking number."""
    number = await at(system, "there")
    lines = [{"line": 1, "quantity": 10}]
    await system.command(
        Role.BUYER, number, "ship", lines=lines, carrier=carrier, tracking=tracking, on_behalf_of=BEHALF
    )
    return number


async def test_the_dock_is_led_through_the_orders_of_one_box(system: System, browsers: Browsers) -> None:
    first, second = [await boxed(system) for _ in range(2)]
    apart = await boxed(system, tracking="00340-2")
    other_carrier = await boxed(system, carrier="UPS")
    dock = hands(browsers, first, Role.RECEIVING)
    page = await dock.look("receive")
    assert "In the same box are pieces of other orders" in page.text
    assert f"{second}-P1" in page.text
    assert f"{apart}-P1" not in page.text
    assert f"{other_carrier}-P1" not in page.text
    await dock.do("receive", "receive", packing_slip=SLIP)

    # The same slip is right for the other order, and the first one still leads there until it is received.
    assert f"{second}-P1" in (await dock.look("receive?parcel=-")).text
    there = hands(browsers, second, Role.RECEIVING)
    await there.do("receive", "receive", packing_slip=SLIP)
    assert f"{second}-P1" not in (await dock.look("receive?parcel=-")).text
    for number in (first, second):
        pieces = (await system.get(f"/orders/{number}"))["lines"][0]["pieces"]
        assert pieces["in_transit_back"] == "0"


async def test_a_slip_entered_twice_on_one_order_is_refused_naming_the_first(
    system: System, browsers: Browsers
) -> None:
    number = await boxed(system)
    counted = [{"line": 1, "counted": 10, "accepted": 10}]
    await system.command(Role.RECEIVING, number, "receive", lines=counted, packing_slip=SLIP)
    counted = [{"line": 1, "counted": 1, "accepted": 1}]
    refused = await system.command(
        Role.RECEIVING, number, "receive", lines=counted, packing_slip=SLIP, status=409
    )
    assert refused["code"] == "receive.twice"
