"""Pieces with serial numbers: ticked, typed and judged one by one, by our people and on the supplier's phone."""

from __future__ import annotations

from models.domain.authority import Role
from tests.pages.browser import Browsers
from tests.pages.doing import hands
from tests.stories import BEHALF
from tests.systems import System


async def tracked(system: System, pump: str = "PUMP-9", **of_line: object) -> str:
    """An acknowledged order of three pumps, which have serial numbers."""
    admin = Role.ADMIN
    part = {"number": pump, "revision": "A", "description": "Pump", "trace": "serial"}
    await system.post(admin, "/parts", part, status=201)
    operation = {"sequence": 30, "kind": "outside", "process": "PLATE", "spec": "ASTM B633", "spec_revision": "2023"}  # fmt: skip
    job = {"number": f"WO-{pump}", "type": "MTO", "part": pump, "revision": "A", "quantity": 3}
    await system.post(admin, "/work-orders", {**job, "operations": [operation]}, status=201)
    line = {"work_order": f"WO-{pump}", "operation": 30, "quantity": 3, "unit_price": "9", "currency": "USD"}
    line |= of_line
    body = {"supplier": "ACME", "process": "PLATE", "need_by": "2030-01-15", "lines": [line]}
    number = str((await system.post(Role.BUYER, "/orders", body, status=201))["number"])
    await system.command(Role.BUYER, number, "issue")
    await system.command(Role.BUYER, number, "acknowledge", decision="accept", on_behalf_of=BEHALF)
    return number


async def where(system: System, number: str) -> dict[str, str]:
    (line,) = (await system.get(f"/orders/{number}"))["lines"]
    return {each["serial"]: each["bucket"] for each in line["serials"]}


async def test_pieces_are_named_at_every_step(system: System, browsers: Browsers) -> None:
    number = await tracked(system)
    dock, buyer, quality = (
        hands(browsers, number, role) for role in (Role.RECEIVING, Role.BUYER, Role.QUALITY)
    )
    page = await dock.refused("send", "send", send__1__x__serials="")
    assert page.status == 422
    await dock.do("send", "send", send__1__x__serials="P-1, P-2,P-3")
    assert await where(system, number) == dict.fromkeys(("P-1", "P-2", "P-3"), "in_transit_out")

    page = await buyer.refused("ship", "ship", lines__0__serials="P-9", contact="Ana", basis="phone")
    assert "not here are P-9 (never sent). Expected are: P-1, P-2, P-3." in page.text
    await buyer.do("ship", "ship", **{"lines__0__serial__P-1": "yes", "lines__0__serial__P-3": "yes"},
                   contact="Ana", basis="phone")  # fmt: skip
    page = await dock.look("receive")
    assert "P-2" not in page.text
    # What is not said otherwise is accepted; one that nobody sent is kept apart.
    await dock.do("receive", "receive", **{"lines__0__serial__P-3": "rejected"}, lines__0__serials="X-7")
    assert await where(system, number) == {
        "P-2": "in_transit_out", "P-1": "accepted", "P-3": "rejected", "X-7": "over"
    }  # fmt: skip
    shown = await browsers.of(Role.VIEWER).open(f"/orders/{number}")
    assert "By serial number" in shown.text
    assert "accepted: P-1" in shown.text
    await dock.do("resolve-over", "resolve", lines__0__serials="X-7", lines__0__decision="return")
    await quality.do("disposition", "decide", **{"at__0__0__serial__P-3": "yes"}, at__0__0__decision="return")
    await dock.do("confirm-return", "confirm", back__all="yes")
    await dock.do("declare-loss", "lose", lost__0__in_transit_out__all="yes", reason="The van burned")
    assert await where(system, number) == {
        "P-1": "accepted", "P-2": "lost", "P-3": "returned_to_supplier"
    }  # fmt: skip
    await quality.do(
        "report-nonconformance", "report", **{"lines__0__serial__P-1": "yes"}, defect="Scratched"
    )
    assert (await where(system, number))["P-1"] == "rejected"


async def test_a_piece_used_up_in_setting_up_is_named_by_whoever_counts(
    system: System, browsers: Browsers
) -> None:
    number = await tracked(system, "PUMP-8", setup_allowance=1)
    lines = [{"line": 1, "quantity": 3, "serials": ["P-1", "P-2", "P-3"]}]
    await system.command(Role.RECEIVING, number, "send", lines=lines)
    lines = [{"line": 1, "quantity": 3}]
    await system.command(Role.BUYER, number, "ship", lines=lines, on_behalf_of=BEHALF)
    dock = hands(browsers, number, Role.RECEIVING)
    await dock.do(
        "receive", "receive", **{"lines__0__serial__P-1": "scrapped", "lines__0__serial__P-2": "absent"}
    )
    assert await where(system, number) == {"P-1": "scrapped", "P-2": "in_transit_back", "P-3": "accepted"}
    # None is left, so that it is no choice any more.
    page = await dock.look("receive")
    assert "P-2" in page.text
    assert "scrapped" not in [given.get("value") for tag, given in page.tags if tag == "option"]
