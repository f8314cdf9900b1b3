"""Orders of the demo's site at points of their life that its own story leaves out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from api import demo_world
from api.demo_hands import Hands, over_http
from api.demo_teller import Story

PLATED, PASSIVATED = "FLANGE-DN50", "BONNET-6"


async def told(address: str, token: str) -> dict[str, str]:
    """Makes them as the admin, but for what somebody else has to approve; their numbers by work order."""
    hands = Hands(over_http(address), dict.fromkeys(demo_world.PEOPLE, token))
    _, approver = demo_world.PEOPLE["approver"]
    made = await hands.post("admin", f"/users/{approver}/tokens", {})
    hands.tokens["approver"] = str(made["token"])
    story = Story(hands, datetime.now(UTC))
    await _rejected_and_more(story)
    await _ready_to_close(story)
    # All that the supplier can say is that it has arrived.
    await _sent(story, "WO-AWAY", PASSIVATED, "DELTA", 6)
    await _taken_and_off(story)
    await _changing(story)
    await _divided(story)
    await _stopped(story)
    await _hurried(story)
    await _put_right(story)
    await _below(story)
    await _picked(story)
    await _straight_on(story)
    await _of_steel(story)
    await _on_the_floor(story)
    await _recalled(story)
    return story.orders


async def _below(story: Story) -> None:
    """A work order of a project with another one below it, which has an order."""
    operation = {"sequence": 30, "kind": "outside", "process": "PLATE", "spec": "ASTM B633"}
    job = {"part": PLATED, "revision": "B", "quantity": 12, "project": "HARBOR-7", "operations": [operation]}
    await story.hands.post("buyer", "/work-orders", job | {"number": "WO-ABOVE"})
    await story.hands.post("buyer", "/work-orders", job | {"number": "WO-BELOW", "parent": "WO-ABOVE"})
    line = {"work_order": "WO-BELOW", "operation": 30, "quantity": 12, "unit_price": "0.85"}
    draft = {"supplier": "ACME", "process": "PLATE", "need_by": str(story.day(20)), "lines": [line]}
    made = await story.hands.post("buyer", "/orders", draft)
    await story.issue(str(made["number"]))


async def _picked(story: Story) -> None:
    """A work order that takes more bar than there is."""
    job = {"number": "WO-STEM", "part": "STEM-8", "revision": "A", "quantity": 300}
    await story.hands.post("buyer", "/work-orders", job)
    await story.hands.post("planner", "/work-orders/WO-STEM/picking-list", {})


async def _of_steel(story: Story) -> None:
    """Pieces that are to go out of a lot counted in kilograms, 0.6 kg each; more than there is of it."""
    bar = {"number": "BAR-IN-KG", "part": "BAR-316", "quantity": "1200", "supplier": "STEEL"}
    await story.hands.post("receiving", "/lots", bar | {"heat_number": "H-KG", "certificate": "MTR-KG"})
    operation = {"sequence": 30, "kind": "outside", "process": "PASSIV", "spec": "ASTM A967"}
    job = {"number": "WO-STEEL", "part": "STEM-8", "revision": "A", "quantity": 2500}
    await story.hands.post("buyer", "/work-orders", job | {"operations": [operation]})
    line = {"work_order": "WO-STEEL", "operation": 30, "quantity": 2500, "unit_price": "1.10"}
    line["lots"] = [{"lot": "BAR-IN-KG", "quantity": 2500}]
    draft = {"supplier": "DELTA", "process": "PASSIV", "need_by": str(story.day(20)), "lines": [line]}
    made = await story.hands.post("buyer", "/orders", draft)
    story.orders["WO-STEEL"] = order = str(made["number"])
    await story.issue(order)
    await story.accept("DELTA", order, story.day(18))


async def _begun(story: Story, job: str, part: str, supplier: str, quantity: int) -> str:
    """Sent, and at the supplier."""
    order = await _sent(story, job, part, supplier, quantity)
    await story.milestone(supplier, order, "REC")
    return order


async def _sent(story: Story, job: str, part: str, supplier: str, quantity: int) -> str:
    order = await story.order(job, part, quantity, supplier, story.day(20))
    await story.issue(order)
    await story.accept(supplier, order, story.day(18))
    await story.send(order, quantity)
    return order


async def _rejected_and_more(story: Story) -> None:
    """Of thirty, twenty came back and were counted as twenty-one: some of every bucket there is.

    Two are proposed to be used as they are, one returns for good, three are pending, one is over; five
    are on their way, five still there, measured and waiting for review.
    """
    order = await _begun(story, "WO-SOME", PLATED, "ACME", 30)
    await story.release(order, await story.measure("ACME", order))
    parcel = await story.ship("ACME", order, 20)
    counted = {"line": 1, "counted": 21, "accepted": 13, "rejected": 5, "pending": 3}
    made = await story.act("receiving", order, "receive", parcel=parcel, lines=[counted])
    for quantity, decision in ((2, "use_as_is"), (1, "return")):
        await _decide(story, order, str(made["nonconformance"]), quantity=quantity, decision=decision)
    await story.ship("ACME", order, 5)
    await story.measure("ACME", order)


async def _decide(story: Story, order: str, name: str, **line: Any) -> None:
    said = {"cause": "Coating too thin", "responsibility": "supplier"}
    await story.act("quality", order, "disposition", nonconformance=name, lines=[line], **said)


async def _ready_to_close(story: Story) -> None:
    order = await _begun(story, "WO-DONE", PASSIVATED, "DELTA", 5)
    await story.receive(order, await story.ship("DELTA", order, 5), 5)
    await story.paper(order, "coc", "C-BROWSER-5", "Delta Passivation", 5)


async def _taken_and_off(story: Story) -> None:
    """One accepted, one cancelled; nothing was sent."""
    for job in ("WO-TAKEN", "WO-OFF"):
        order = await story.order(job, PASSIVATED, 7, "DELTA", story.day(20))
        await story.issue(order)
        await story.accept("DELTA", order, story.day(18))
    await story.act("buyer", story.orders["WO-OFF"], "cancel", reason="The customer cancelled.")


async def _changing(story: Story) -> None:
    """A change that waits for approval, and one that waits for the supplier."""
    for job in ("WO-WANTED", "WO-ASKED"):
        order = await story.order(job, PASSIVATED, 9, "DELTA", story.day(20))
        await story.issue(order)
        await story.accept("DELTA", order, story.day(18))
        changes = {
            "need_by": str(story.day(25)),
            "spec_revision": "2026",
            "lines": [{"line": 1, "quantity": 8, "unit_price": "1.25"}],
        }
        made = await story.act("buyer", order, "propose-change", changes=changes, reason="One is not needed.")
        if job == "WO-ASKED":
            await story.act(
                "approver", order, "decide-change", change=str(made["change"]), decision="approve"
            )


async def _divided(story: Story) -> None:
    """A proposal of two deliveries that waits for the buyer."""
    order = await story.order("WO-PARTS", PASSIVATED, 9, "DELTA", story.day(20))
    await story.issue(order)
    lines = [
        {"line": 1, "quantity": 5},
        {"line": 1, "quantity": 4, "unit_price": "1.25", "promise_date": str(story.day(30))},
    ]
    await story.hear("buyer", "DELTA", order, "acknowledge", decision="counter", lines=lines)


async def _stopped(story: Story) -> None:
    """At the supplier, and the lot they are from is on hold."""
    order = await story.order("WO-STOP", PASSIVATED, 6, "DELTA", story.day(20), lot="MELT-7")
    await story.issue(order)
    await story.accept("DELTA", order, story.day(18))
    await story.send(order, 6)
    await story.milestone("DELTA", order, "REC")
    await story.hands.post("quality", "/lots/MELT-7/hold", {"reason": "The mill sent another melt."})


async def _recalled(story: Story) -> None:
    """A drill that runs, one that was signed, and a real recall."""
    about = {"identifier": "lot:MELT-7", "reason": "The mill sent another melt."}
    for name, drill in (("DRILL", True), ("SIGNED", True), ("REAL", False)):
        made = await story.hands.post("quality", "/recalls", {**about, "drill": drill})
        story.orders[name] = str(made["recall"])
    record = {"team": ["Bea Ortiz"], "conclusion": "All found", "retest_on": str(story.day(60))}
    actions = [{"what": "Keep the rest apart", "owner": "Bea Ortiz"}]
    number = story.orders["SIGNED"]
    await story.hands.post("quality", f"/recalls/{number}/record", record | {"actions": actions})
    await story.hands.post("quality", f"/recalls/{number}/sign", {"name": demo_world.PEOPLE["admin"][0]})


async def _hurried(story: Story) -> None:
    """An earlier day that the supplier is asked for."""
    order = await story.order("WO-HURRY", PASSIVATED, 9, "DELTA", story.day(20))
    await story.issue(order)
    await story.accept("DELTA", order, story.day(18))
    await story.act("buyer", order, "expedite", need_by=str(story.day(12)), reason="The line stands.")
    plan = {"decide_by": str(story.day(9)), "material": "Nine blanks", "note": "One bath only."}
    await story.act("planner", order, "plan-contingency", **plan)
    await story.send(order, 9)
    lost = [{"line": 1, "quantity": 1, "from": "in_transit_out"}]
    await story.act("buyer", order, "declare-loss", lines=lost, reason="The carrier lost a box.")


async def _put_right(story: Story) -> None:
    """Rejected, with one corrective action to be done by the supplier and one to be verified."""
    order = await _begun(story, "WO-RIGHT", PASSIVATED, "DELTA", 8)
    await story.receive(order, await story.ship("DELTA", order, 8), 8, 2)
    for done in (False, True):
        plan = {"cause": "The bath was too cold.", "action": "Measure it every hour.", "owner": "supplier"}
        made = await story.act(
            "quality", order, "plan-action", nonconformance=f"{order}-N1", due=str(story.day(20)), **plan
        )
        if done:
            said = {"nonconformance": f"{order}-N1", "action": made["action"], "note": "An alarm watches it."}
            await story.act("quality", order, "complete-action", **said)


async def _straight_on(story: Story) -> None:
    """Pieces of one order that its supplier sent straight to another, where nobody has said so yet."""
    before = await _begun(story, "WO-BEFORE", PASSIVATED, "DELTA", 6)
    after = await story.order("WO-AFTER", PASSIVATED, 6, "DELTA", story.day(20))
    await story.issue(after)
    await story.accept("DELTA", after, story.day(18))
    lines = [{"line": 1, "quantity": 4}]
    await story.hear("buyer", "DELTA", before, "ship", lines=lines, tracking="T-77", to_order=after)


async def _on_the_floor(story: Story) -> None:
    """A job that used up a rod and a wire, which is not on its bill of material; rods that left for a customer
    of the demo."""
    post = story.hands.post
    for part, bom in (("ROD-8", []), ("WIRE-8", []), ("PIN-8", [{"part": "ROD-8", "quantity": 1}])):
        await post("buyer", "/parts", {"number": part, "revision": "A", "bom": bom})
    for number, part in (("ROD-LOT", "ROD-8"), ("WIRE-LOT", "WIRE-8")):
        await post("receiving", "/lots", {"number": number, "part": part, "quantity": 50})
    job = {"number": "WO-PIN", "part": "PIN-8", "revision": "A", "quantity": 20}
    await post("buyer", "/work-orders", job)
    before = {"at": (story.today - timedelta(hours=5)).isoformat()}
    for lot, told in (("ROD-LOT", {}), ("WIRE-LOT", before)):
        await post("receiving", "/work-orders/WO-PIN/consumptions", {"lot": lot, "quantity": 10, **told})
    await post("receiving", "/work-orders/WO-PIN/outputs", {"quantity": 20})
    left = {"customer": "NORTHWIND", "destination": "Graz", "lines": [{"lot": "ROD-LOT", "quantity": 5}]}
    await post("receiving", "/dispatches", left)
