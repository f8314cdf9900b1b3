"""What happened at the demo's company in the last weeks: orders in every stage.

Each order is a generator: it yields the instant of its next step and acts when it is resumed there.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime

from api import demo_world as world
from api.demo_heat import heat
from api.demo_seats import seats
from api.demo_teller import Story

LOT = "20260402-STEEL-001"
# Work orders whose outside operation nobody has ordered: part, quantity, process, working days until due.
TO_ORDER = {
    "WO-3210": ("SHAFT-4140", 150, "HEAT", 16),
    "WO-3211": ("SHAFT-4140", 90, "HEAT", 18),
    "WO-3212": ("BONNET-6", 45, "PASSIV", 17),
    "WO-3213": ("FLANGE-DN50", 350, "PLATE", 22),
}
Step = AsyncIterator[datetime]


async def closed(story: Story) -> Step:
    """Everything went as it should."""
    yield story.at(32, 9)
    order = await story.order("WO-3100", "FLANGE-DN50", 400, "ACME", story.day(-18))
    await story.issue(order)
    yield story.at(31, 10)
    await story.accept("ACME", order, story.day(-20), "AP-5521")
    yield story.at(30, 8)
    await story.send(order, 400)
    yield story.at(30, 15)
    await story.milestone("ACME", order, "REC")
    yield story.at(25, 11)
    await story.milestone("ACME", order, "PLATED")
    inspection = await story.measure("ACME", order)
    await story.milestone("ACME", order, "MEASURED")
    yield story.at(24, 9)
    await story.release(order, inspection)
    yield story.at(23, 14)
    parcel = await story.ship("ACME", order, 400)
    yield story.at(21, 10)
    await story.receive(order, parcel, 400)
    await story.paper(order, "coc", "C-88120", "Acme Plating", 400)
    yield story.at(20, 9)
    await story.act("buyer", order, "close")


async def overdue(story: Story) -> Step:
    """Accepted, sent, and then silence."""
    yield story.at(17, 9)
    order = await story.order("WO-3150", "BONNET-6", 80, "DELTA", story.day(-4), price="6.40")
    await story.issue(order)
    yield story.at(16, 9)
    await story.accept("DELTA", order, story.day(-6))
    yield story.at(16, 14)
    await story.send(order, 80)
    yield story.at(15, 11)
    await story.milestone("DELTA", order, "REC")


async def reworked(story: Story) -> Step:
    """Ten shafts too hard, on their way back to be tempered again; Spanish."""
    yield story.at(22, 9)
    order = await story.order("WO-3120", "SHAFT-4140", 300, "TRATER", story.day(4), price="2.10")
    await story.issue(order)
    yield story.at(21, 9)
    await story.accept("TRATER", order, story.day(-8), "TN-0412")
    yield story.at(21, 14)
    await story.send(order, 300)
    yield story.at(20, 10)
    await story.milestone("TRATER", order, "REC")
    yield story.at(13, 16)
    await story.milestone("TRATER", order, "HARDENED")
    yield story.at(11, 9)
    parcel = await story.ship("TRATER", order, 300)
    yield story.at(9, 10)
    made = await story.receive(order, parcel, 300, rejected=10)
    await story.paper(order, "heat_chart", "HT-3391", "Tratamientos Termicos del Norte", 300)
    await story.paper(order, "coc", "C-3391", "Tratamientos Termicos del Norte", 300)
    yield story.at(8, 14)
    rework = {"quantity": 10, "decision": "rework", "at": "supplier"}
    found = {"cause": "Hardness 38 HRC, limit 36 HRC", "responsibility": "supplier"}
    await story.act(
        "quality", order, "disposition", nonconformance=made["nonconformance"], lines=[rework], **found
    )


async def flange(story: Story) -> Step:
    """The main job: 1200 flanges, 700 of them on their way back; what follows happens in the open."""
    yield story.at(11, 9)
    order = await story.order("WO-3201", "FLANGE-DN50", 1200, "ACME", story.day(7), lot=LOT)
    await story.issue(order)
    yield story.at(11, 15)
    await story.accept("ACME", order, story.day(4), "AP-5604")
    yield story.at(10, 8)
    await story.send(order, 1200, LOT)
    yield story.at(9, 10)
    await story.milestone("ACME", order, "REC")
    yield story.at(4, 15)
    await story.load("ACME", order, "F-117", 700, story.at(4, 10))
    yield story.at(3, 15)
    await story.load("ACME", order, "F-118", 500, story.at(3, 10))
    await story.milestone("ACME", order, "PLATED")
    yield story.at(2, 10)
    inspection = await story.measure("ACME", order)
    await story.milestone("ACME", order, "MEASURED")
    yield story.at(2, 15)
    await story.release(order, inspection)
    yield story.at(1, 16)
    await story.ship("ACME", order, 700, load="F-117")


async def countered(story: Story) -> Step:
    """Fewer pieces, a little later and dearer: the buyer has to answer; Chinese."""
    yield story.at(2, 10)
    order = await story.order("WO-3165", "FLANGE-DN50", 800, "SZPLATE", story.day(15))
    await story.issue(order)
    yield story.at(1, 9)
    terms = {"line": 1, "quantity": 600, "unit_price": "0.92", "promise_date": str(story.day(18))}
    said = {"decision": "counter", "lines": [terms], "reason": "一条镀线正在检修，本月只能完成 600 件。"}
    await story.hear("buyer", "SZPLATE", order, "acknowledge", **said)


async def declined(story: Story) -> Step:
    """No capacity; Chinese."""
    yield story.at(3, 9)
    order = await story.order("WO-3160", "FLANGE-DN50", 900, "SZPLATE", story.day(20))
    await story.issue(order)
    yield story.at(2, 9)
    said = {"decision": "decline", "reason": "本月产能已满，无法在要求日期前交货。"}
    await story.hear("buyer", "SZPLATE", order, "acknowledge", **said)


async def acknowledged(story: Story) -> Step:
    """Accepted, nothing sent yet; Chinese."""
    yield story.at(2, 9)
    order = await story.order("WO-3170", "FLANGE-DN50", 500, "SZPLATE", story.day(24))
    await story.issue(order)
    yield story.at(1, 8)
    await story.accept("SZPLATE", order, story.day(22), "JD-2417")


async def shipped(story: Story) -> Step:
    yield story.at(15, 10)
    order = await story.order("WO-3130", "FLANGE-DN50", 250, "ACME", story.day(3))
    await story.issue(order)
    yield story.at(14, 11)
    await story.accept("ACME", order, story.day(1))
    yield story.at(14, 15)
    await story.send(order, 250)
    yield story.at(13, 9)
    await story.milestone("ACME", order, "REC")
    yield story.at(5, 9)
    await story.milestone("ACME", order, "PLATED")
    inspection = await story.measure("ACME", order)
    await story.milestone("ACME", order, "MEASURED")
    yield story.at(4, 9)
    await story.release(order, inspection)
    yield story.at(1, 14)
    await story.ship("ACME", order, 250)


async def received(story: Story) -> Step:
    """All pieces are back; the certificate is not."""
    yield story.at(19, 9)
    order = await story.order("WO-3140", "BONNET-6", 60, "DELTA", story.day(-2), price="6.40")
    await story.issue(order)
    yield story.at(18, 10)
    await story.accept("DELTA", order, story.day(-5))
    yield story.at(18, 15)
    await story.send(order, 60)
    yield story.at(17, 9)
    await story.milestone("DELTA", order, "REC")
    yield story.at(9, 9)
    await story.milestone("DELTA", order, "PASSIV")
    yield story.at(7, 15)
    parcel = await story.ship("DELTA", order, 60)
    yield story.at(5, 10)
    await story.receive(order, parcel, 60)


async def cancelled(story: Story) -> Step:
    yield story.at(12, 10)
    order = await story.order("WO-3180", "BONNET-6", 40, "DELTA", story.day(6), price="6.40")
    await story.issue(order)
    yield story.at(11, 15)
    await story.act("buyer", order, "cancel", reason="The customer cancelled.")


async def held(story: Story) -> Step:
    """Waits for a new drawing; Spanish."""
    yield story.at(2, 9)
    order = await story.order(
        "WO-3190", "SHAFT-4140", 120, "TRATER", story.day(9), price="2.10", priority="urgent"
    )
    await story.issue(order)
    yield story.at(1, 9)
    await story.accept("TRATER", order, story.day(7), "TN-0420")
    yield story.at(1, 15)
    await story.act("planner", order, "hold", reason="Revision E of the drawing comes this week.")


async def unanswered(story: Story) -> Step:
    """Reminded once, then the buyer alerted."""
    yield story.at(3, 10)
    order = await story.order("WO-3195", "BONNET-6", 30, "DELTA", story.day(12), price="6.40")
    await story.issue(order)


async def changed(story: Story) -> Step:
    """Fewer pieces, and later: the approver has to decide about it."""
    yield story.at(2, 9)
    order = await story.order("WO-3175", "FLANGE-DN50", 450, "ACME", story.day(13))
    await story.issue(order)
    yield story.at(1, 9)
    await story.accept("ACME", order, story.day(11), "AP-5618")
    yield story.at(1, 15)
    wanted = {"need_by": str(story.day(20)), "lines": [{"line": 1, "quantity": 300}]}
    reason = "The customer takes 300 now and the others next year."
    await story.act("buyer", order, "propose-change", changes=wanted, reason=reason)


async def expedited(story: Story) -> Step:
    """Urgent since yesterday; the supplier has not said which earlier day it can do."""
    yield story.at(5, 9)
    order = await story.order("WO-3185", "BONNET-6", 50, "DELTA", story.day(14), price="6.40")
    await story.issue(order)
    yield story.at(4, 10)
    await story.accept("DELTA", order, story.day(12))
    yield story.at(4, 15)
    await story.send(order, 50)
    yield story.at(3, 9)
    await story.milestone("DELTA", order, "REC")
    yield story.at(1, 14)
    reason = "The customer's line stands still without them."
    await story.act("buyer", order, "expedite", need_by=str(story.day(6)), reason=reason)


async def to_order(story: Story) -> Step:
    """Outside operations nobody has ordered: the drafts of all of them can be made at once."""
    yield story.at(1, 8)
    for work_order, (part, quantity, process, days) in TO_ORDER.items():
        await story.job(work_order, part, quantity, process, due=story.day(days))


async def wanted(story: Story) -> Step:
    """A customer's order nobody makes yet, a part below its safety stock, and bars for both."""
    yield story.at(1, 9)
    for kilograms, number, days in world.BARS:
        known = {"part": "BAR-316", "quantity": kilograms, "supplier": "STEEL", "heat_number": number}
        known["certificate"] = f"MTR-{number}"
        await story.hands.post("receiving", "/lots", known | {"received_on": str(story.day(-days))})
    number, customer, lines = world.SALES_ORDER
    ordered = [
        {"line": line, "part": part, "revision": revision, "quantity": quantity, "due": str(story.day(days))}
        for line, (part, revision, quantity, days) in enumerate(lines, 1)
    ]
    body = {"number": number, "customer": customer, "lines": ordered}
    await story.hands.post("planner", "/sales-orders", body)


PAST = (
    closed, reworked, received, overdue, shipped, cancelled, flange, held, acknowledged, declined, countered, unanswered,
    changed, expedited, to_order, wanted, heat, seats,
)  # fmt: skip


async def now(story: Story) -> None:
    """What happens in the running system: one receipt, one new order, one draft."""
    order = story.orders["WO-3201"]
    shown = await story.hands.get("receiving", f"/orders/{order}")
    await story.receive(order, shown["parcels"][0]["parcel"], 700, rejected=10)
    fresh = await story.order("WO-3202", "FLANGE-DN50", 600, "ACME", story.day(15))
    await story.issue(fresh)
    await story.order("WO-3203", "SHAFT-4140", 200, "TRATER", story.day(18), price="2.10")
