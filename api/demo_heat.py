"""The demo's story of one heat: bar stock, a job, two suppliers one after the other, two customers.

10 bars become 300 shafts, of which 296 come back and 250 have left for customers. Three weeks later the mill
reports the heat: what that means for whom is one page, and a balance without a piece unexplained.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

from api import demo_world as world
from api.demo_teller import Story

BARS = "20260315-STEEL-001"
OTHER_BARS = "20260315-STEEL-002"
HEAT = "HX-1"
JOB, OTHER_JOB = "WO-4520", "WO-4521"
MADE, OTHER_MADE, PLATED = "J4520-A", "J4521-A", "J4520-B"
CUSTOMERS = (
    {
        "code": "NORTHWIND",
        "name": "Northwind Pumps",
        "contacts": [{"name": "Nora Vik", "email": "quality@northwind.example"}],
    },
    {
        "code": "CONTOSO",
        "name": "Contoso Marine",
        "contacts": [{"name": "Carl Otto", "email": "parts@contoso.example", "locale": "es"}],
    },
)
# Drills before the mill reported anything: weekdays ago, about which lot, minutes until signed, what was found.
_DRILLS = (
    (13, OTHER_MADE, 47, "All pieces found; who was in the furnace with it took longest to see."),
    (6, PLATED, 21, "Both customers and every piece found within half an hour."),
)
_FURNACE = "Furnace 3"
_HARDENER, _PLATER = "Tratamientos Termicos del Norte", "Acme Plating"


async def heat(story: Story) -> AsyncIterator[datetime]:
    """Told from the mill to the customers."""
    yield story.at(38, 9)
    await _bars(story, BARS, HEAT, 10)
    await _bars(story, OTHER_BARS, "HX-2", 6)
    yield story.at(36, 8)
    await _job(story, JOB, 300, "NORTHWIND")
    await _job(story, OTHER_JOB, 100, "CONTOSO")
    await _turned(story, JOB, BARS, 2, MADE, 300)
    await _turned(story, OTHER_JOB, OTHER_BARS, 1, OTHER_MADE, 100)
    hardening = await _order(story, JOB, 20, "TRATER", 300, MADE)
    other = await _order(story, OTHER_JOB, 20, "TRATER", 100, OTHER_MADE)
    plating = await _order(story, JOB, 30, "ACME", 298)
    yield story.at(35, 9)
    await story.accept("TRATER", hardening, story.day(-28), "TN-0391")
    await story.accept("TRATER", other, story.day(-28), "TN-0392")
    await story.accept("ACME", plating, story.day(-22), "AP-5498")
    yield story.at(34, 14)
    await story.send(hardening, 300, MADE)
    await story.send(other, 100, OTHER_MADE)
    yield story.at(33, 10)
    await story.milestone("TRATER", hardening, "REC")
    await story.milestone("TRATER", other, "REC")
    yield story.at(32, 16)
    # Half of the job by itself, the other half together with another heat.
    await _hardened(story, hardening, "L-310", 150, MADE, story.at(32, 7))
    await _hardened(story, hardening, "L-311", 150, MADE, story.at(32, 11))
    await _hardened(story, other, "L-311", 100, OTHER_MADE, story.at(32, 11))
    yield story.at(31, 9)
    await story.milestone("TRATER", hardening, "HARDENED")
    await _straight_on(story, hardening, plating, "L-310", 150)
    await _straight_on(story, hardening, plating, "L-311", 148, tested=2)
    await story.paper(hardening, "heat_chart", "HT-3310", _HARDENER, 300, lot=MADE)
    await story.paper(hardening, "coc", "C-3310", _HARDENER, 300, lot=MADE)
    await story.milestone("TRATER", other, "HARDENED")
    back = await story.ship("TRATER", other, 100, load="L-311")
    yield story.at(29, 10)
    await story.milestone("ACME", plating, "REC")
    await story.receive(other, back, 100)
    await story.paper(other, "heat_chart", "HT-3311", _HARDENER, 100, lot=OTHER_MADE)
    await story.paper(other, "coc", "C-3311", _HARDENER, 100, lot=OTHER_MADE)
    yield story.at(28, 9)
    await story.act("buyer", hardening, "close")
    await story.act("buyer", other, "close")
    yield story.at(26, 15)
    await story.milestone("ACME", plating, "PLATED")
    first = await story.ship("ACME", plating, 200)
    yield story.at(24, 9)
    await _received(story, plating, first, counted=200, accepted=200)
    await _dispatched(story, "NORTHWIND", "Bergen, Norway", 200, "Truck TX-4471", "Ingrid Solheim, goods in")
    yield story.at(23, 15)
    second = await story.ship("ACME", plating, 96)
    yield story.at(22, 9)
    found = await _received(story, plating, second, counted=96, accepted=80, rejected=10, pending=6)
    lost = [{"line": 1, "lot": MADE, "quantity": 2}]
    reason = "Acme counted 2 fewer than it was sent."
    await story.act("buyer", plating, "declare-loss", lines=lost, reason=reason)
    # It names the lot of another job, so that what is not judged yet stays pending.
    await story.paper(plating, "coc", "C-9917", _PLATER, 298, lot=OTHER_MADE)
    rework = {"line": 1, "lot": MADE, "quantity": 10, "decision": "rework", "at": "supplier"}
    cause = {"cause": "Coating too thin", "responsibility": "supplier"}
    nonconformance = found["nonconformance"]
    await story.act("quality", plating, "disposition", nonconformance=nonconformance, lines=[rework], **cause)
    yield story.at(19, 11)
    again: dict[str, Any] = {"line": 1, "quantity": 10, "nonconformance": nonconformance}
    made = await story.hear(
        "receiving", "ACME", plating, "ship", lines=[again], carrier="Gulf Freight", tracking="R520"
    )
    yield story.at(18, 9)
    line = {"line": 1, "lot": MADE, "output_lot": PLATED, "nonconformance": nonconformance}
    counted = line | {"counted": 10, "accepted": 0, "rejected": 1, "pending": 9}
    found = await story.act("receiving", plating, "receive", parcel=str(made["parcel"]), lines=[counted])
    scrap = {"line": 1, "lot": MADE, "quantity": 1, "decision": "scrap"}
    await story.act(
        "quality", plating, "disposition", nonconformance=found["nonconformance"], lines=[scrap], **cause
    )
    await story.paper(plating, "coc", "C-9917", _PLATER, 298, lot=MADE, revision="1")
    await story.act(
        "quality", plating, "judge", lines=[{"line": 1, "lot": MADE, "accepted": 15, "rejected": 0}]
    )
    yield story.at(17, 14)
    shown = await story.hands.get("finance", f"/orders/{plating}")
    settled = {"claim": shown["claims"][0]["claim"], "outcome": "credited", "amount": "1.90"}
    await story.act("finance", plating, "settle-claim", **settled)
    await story.act("buyer", plating, "close")
    await _dispatched(story, "CONTOSO", "Marseille, France", 50, "Truck TX-2093", "Luc Fabre, dock 3")
    for days, about, minutes, conclusion in _DRILLS:
        yield story.at(days, 10)
        recall = await _drill(story, about)
        yield story.at(days, 10) + timedelta(minutes=minutes)
        await _signed(story, recall, conclusion)


async def _drill(story: Story, lot: str) -> str:
    """A drill of quality about a lot."""
    body = {"identifier": f"lot:{lot}", "reason": "Quarterly drill", "drill": True}
    made = await story.hands.post("quality", "/recalls", body)
    return str(made["recall"])


async def _signed(story: Story, recall: str, conclusion: str) -> None:
    record = {
        "team": ["Quinn Adler", "Omar Diaz"],
        "actions": [{"what": "Count what is on the shelf", "owner": "Omar Diaz"}],
        "conclusion": conclusion,
        "retest_on": str(story.day(60)),
    }
    await story.hands.post("quality", f"/recalls/{recall}/record", record)
    await story.hands.post("quality", f"/recalls/{recall}/sign", {"name": "Quinn Adler"})


async def _bars(story: Story, number: str, heat_number: str, quantity: int) -> None:
    lot = {
        "number": number,
        "part": "BAR-4140",
        "quantity": quantity,
        "supplier": "STEEL",
        "supplier_lot": f"GS-{number[-3:]}",
        "heat_number": heat_number,
        "country_of_melt": "US",
        "country_of_origin": "US",
        "unit_cost": "412.00",
        "certificate": f"MTR-{heat_number}",
    }
    await story.hands.post("receiving", "/lots", lot)


async def _job(story: Story, number: str, quantity: int, customer: str) -> None:
    """Turned in house, hardened and plated outside."""
    operations = [{"sequence": 10, "kind": "internal"}]
    for sequence, process in ((20, "HEAT"), (30, "PLATE")):
        spec, revision = world.SPECS[process]
        operations.append(
            {
                "sequence": sequence,
                "kind": "outside",
                "process": process,
                "spec": spec,
                "spec_revision": revision,
            }
        )
    job = {"number": number, "part": "SHAFT-4140", "revision": "D", "quantity": quantity, "type": "MTO"}
    await story.hands.post("buyer", "/work-orders", job | {"customer": customer, "operations": operations})


async def _turned(story: Story, job: str, bars: str, drawn: int, lot: str, quantity: int) -> None:
    at_work = {"operation": 10, "operator": "Omar Diaz", "machine": "Lathe 4"}
    path = f"/work-orders/{job}"
    await story.hands.post("receiving", f"{path}/consumptions", {"lot": bars, "quantity": drawn} | at_work)
    await story.hands.post("receiving", f"{path}/outputs", {"lot": lot, "quantity": quantity} | at_work)


async def _order(story: Story, job: str, operation: int, supplier: str, quantity: int, lot: str = "") -> str:
    process, _ = world.APPROVALS[supplier]
    lots = [{"lot": lot, "quantity": quantity}] if lot else []
    line = {
        "work_order": job,
        "operation": operation,
        "quantity": quantity,
        "unit_price": "0.95",
        "lots": lots,
    }
    draft = {"supplier": supplier, "process": process, "need_by": str(story.day(-16)), "lines": [line]}
    made = await story.hands.post("buyer", "/orders", draft)
    number = str(made["number"])
    story.orders[f"{job}/{operation}"] = number
    await story.issue(number)
    return number


async def _hardened(story: Story, order: str, load: str, quantity: int, lot: str, began: datetime) -> None:
    report = {
        "line": 1,
        "equipment": _FURNACE,
        "load": load,
        "started_at": began.isoformat(),
        "ended_at": (began + timedelta(hours=3)).isoformat(),
        "parameters": {"Austenitize": "845 °C", "Temper": "540 °C"},
        "lots": [{"lot": lot, "quantity": quantity}],
    }
    await story.hear("planner", "TRATER", order, "report-process", **report)


async def _straight_on(
    story: Story, source: str, target: str, load: str, quantity: int, tested: int = 0
) -> None:
    """From the furnace to the plater, without a stop at the plant."""
    box = {"line": 1, "lot": MADE, "quantity": quantity, "tested": tested, "load": load, "to_line": 1}
    way = {"to_order": target, "carrier": "Transportes Norte", "tracking": f"TN-{load}"}
    made = await story.hear("receiving", "TRATER", source, "ship", lines=[box], **way)
    await story.hear(
        "receiving", "ACME", target, "answer-transfer", transfer=made["transfer"], decision="take"
    )


async def _received(story: Story, order: str, parcel: str, **counts: int) -> Any:
    line = {"line": 1, "lot": MADE, "output_lot": PLATED, **counts}
    return await story.act("receiving", order, "receive", parcel=parcel, lines=[line])


async def _dispatched(
    story: Story, customer: str, destination: str, quantity: int, vehicle: str, recipient: str
) -> None:
    dispatch = {
        "customer": customer,
        "destination": destination,
        "carrier": "Gulf Freight",
        "vehicle": vehicle,
        "recipient": recipient,
        "lines": [{"lot": PLATED, "quantity": quantity}],
    }
    await story.hands.post("receiving", "/dispatches", dispatch)
