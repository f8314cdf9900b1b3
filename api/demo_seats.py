"""The demo's story of pieces with numbers: valve seats for a navy pump, under DFARS, passivated outside.

Six of eight went out by their numbers. Four came back good and two of these have left; one is scratched, one is
still there. A bar melted where the clause does not allow it lies on the shelf and must not go into the next ones.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from api import demo_world as world
from api.demo_teller import Story

JOB, PART, MADE = "WO-3220", "SEAT-174", "J3220-A"
BAR, DOUBTED_BAR = "20260420-STEEL-001", "20260511-STEEL-001"
SERIALS = tuple(f"S174-{number:03d}" for number in range(1, 9))


async def seats(story: Story) -> AsyncIterator[datetime]:
    """From the bar to the navy's pump."""
    yield story.at(20, 9)
    await _bar(story, BAR, "H-1740", "DE", 2)
    await _job(story)
    yield story.at(19, 15)
    at_work = {"operation": 10, "operator": "Omar Diaz", "machine": "Lathe 2"}
    path = f"/work-orders/{JOB}"
    await story.hands.post("receiving", f"{path}/consumptions", {"lot": BAR, "quantity": 1} | at_work)
    made = {"lot": MADE, "quantity": len(SERIALS), "serials": SERIALS} | at_work
    await story.hands.post("receiving", f"{path}/outputs", made)
    yield story.at(18, 10)
    order = await _order(story)
    yield story.at(17, 9)
    await story.accept("DELTA", order, story.day(3))
    yield story.at(16, 14)
    sent = {"line": 1, "lot": MADE, "quantity": 6, "serials": SERIALS[:6]}
    await story.act("receiving", order, "send", lines=[sent], carrier="Gulf Freight", tracking="GF-SEATS")
    yield story.at(15, 9)
    await story.milestone("DELTA", order, "REC")
    yield story.at(9, 14)
    await story.milestone("DELTA", order, "PASSIV")
    box = {"line": 1, "lot": MADE, "quantity": 5, "serials": SERIALS[:5]}
    shipped = await story.hear(
        "receiving", "DELTA", order, "ship", lines=[box], carrier="Gulf Freight", tracking="R-SEATS"
    )
    yield story.at(7, 10)
    counted: dict[str, Any] = {"line": 1, "lot": MADE, "counted": 5, "accepted": 4, "rejected": 1}
    results = ["accepted"] * 4 + ["rejected"]
    named = [{"serial": each, "result": result} for each, result in zip(SERIALS, results, strict=False)]
    await story.act(
        "receiving", order, "receive", parcel=str(shipped["parcel"]), lines=[counted | {"serials": named}]
    )
    await story.paper(order, "coc", "C-7741", "Delta Passivation", 5)
    yield story.at(6, 9)
    await _dispatched(story, SERIALS[:2])
    yield story.at(4, 9)
    await _bar(story, DOUBTED_BAR, "H-1762", "CN", 3)


async def _bar(story: Story, number: str, heat: str, melted: str, quantity: int) -> None:
    lot = {
        "number": number,
        "part": "BAR-174",
        "quantity": quantity,
        "supplier": "STEEL",
        "heat_number": heat,
    }
    came = {"country_of_melt": melted, "country_of_origin": melted, "certificate": f"MTR-{heat}"}
    await story.hands.post("receiving", "/lots", lot | came)


async def _job(story: Story) -> None:
    spec, revision = world.SPECS["PASSIV"]
    outside = {
        "sequence": 30,
        "kind": "outside",
        "process": "PASSIV",
        "spec": spec,
        "spec_revision": revision,
    }
    job = {"number": JOB, "part": PART, "revision": "C", "quantity": len(SERIALS), "type": "MTO"}
    routed = {"operations": [{"sequence": 10, "kind": "internal"}, outside], "customer": "NORTHWIND"}
    await story.hands.post("buyer", "/work-orders", job | routed)


async def _order(story: Story) -> str:
    line = {"work_order": JOB, "operation": 30, "quantity": len(SERIALS), "unit_price": "14.20"}
    lots = {"lots": [{"lot": MADE, "quantity": len(SERIALS)}]}
    draft = {"supplier": "DELTA", "process": "PASSIV", "need_by": str(story.day(5)), "lines": [line | lots]}
    made = await story.hands.post("buyer", "/orders", draft)
    number = str(made["number"])
    story.orders[JOB] = number
    await story.issue(number)
    return number


async def _dispatched(story: Story, serials: tuple[str, ...]) -> None:
    dispatch = {
        "customer": "NORTHWIND",
        "destination": "Bergen, Norway",
        "carrier": "Gulf Freight",
        "vehicle": "Truck TX-4480",
        "recipient": "Ingrid Solheim, goods in",
        "lines": [{"lot": MADE, "quantity": len(serials), "serials": serials}],
    }
    await story.hands.post("receiving", "/dispatches", dispatch)
