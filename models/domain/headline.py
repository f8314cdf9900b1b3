"""The order in one sentence and in one small table, for lists, pages and Temporal's Web UI."""

from __future__ import annotations

from decimal import Decimal

from models.domain import going_back
from models.domain.deadlines import Deadline
from models.domain.evidence import DOCUMENTS, DocumentType
from models.domain.flags import flags
from models.domain.missing import missing
from models.domain.next_steps import NextStep, Step, next_steps
from models.domain.order import Order, Stage, owed_back, sent_on, stage
from models.domain.pieces import Bucket, total
from models.domain.quantities import UNIT_DECIMALS, ZERO, plain

_BACK = (Bucket.ACCEPTED, Bucket.PENDING, Bucket.REJECTED, Bucket.SCRAPPED, Bucket.RETURNED_UNPROCESSED)


def _marked(text: str) -> str:
    """Marks a sentence that pages say in the reader's language."""
    return text


# What an order waits for; `{supplier}` is its name, `{subject}` what the step is about.
HEADLINES: dict[Step, str] = {
    Step.RESUME: _marked("On hold until somebody resumes it"),
    Step.PLACE_ELSEWHERE: _marked("{supplier} declined; place it elsewhere or cancel it"),
    Step.USE_ALTERNATE: _marked("The contingency plan is used: give the order to {subject}"),
    Step.ANSWER: _marked("{supplier} owes an answer"),
    Step.ANSWER_PROPOSAL: _marked("{supplier} proposed other terms; the buyer owes an answer"),
    Step.DECIDE_CHANGE: _marked("A change waits for approval"),
    Step.ANSWER_CHANGE: _marked("{supplier} owes an answer to a change"),
    Step.ANSWER_TRANSFER: _marked("{supplier} has to say whether pieces from another supplier have come"),
    Step.DISPOSITION: _marked("Quality owes a decision about rejected pieces"),
    Step.DECIDE_DISPOSITION: _marked("The design authority owes a decision about rejected pieces"),
    Step.REWORK: _marked("{supplier} owes reworked pieces"),
    Step.CONFIRM_RETURN: _marked("Receiving owes the return of rejected pieces to {supplier}"),
    Step.REVIEW: _marked("Quality owes a review of measured values"),
    Step.BEYOND_ORDERED: _marked("The buyer owes a decision about pieces beyond what is ordered now"),
    Step.JUDGE: _marked("Quality owes a judgement on pending pieces"),
    Step.RESOLVE_OVER: _marked("Receiving owes a decision about surplus pieces"),
    Step.FIRST_ARTICLE: _marked("{supplier} owes the inspection of the first pieces of {subject}"),
    Step.SEND_AGAIN: _marked("Pieces came back unprocessed from {supplier}"),
    Step.SEND: _marked("Pieces are still to be sent to {supplier}"),
    Step.SHIP: _marked("{supplier} owes the pieces back"),
    Step.REPORT: _marked("{supplier} owes news"),
    Step.ARRIVE: _marked("Pieces are on their way to {supplier}"),
    Step.WORK: _marked("{supplier} is working on it"),
    Step.RECEIVE: _marked("Pieces are on their way back from {supplier}"),
    Step.CORRECTION: _marked("{supplier} owes a corrected document: {subject}"),
    Step.INSPECTION: _marked("{supplier} owes measured values for {subject}"),
    Step.DOCUMENT: _marked("{supplier} owes a document: {subject}"),
    Step.EXCESS: _marked("{supplier} owes back {subject}"),
    Step.RETURN: _marked("{supplier} owes the material back"),
    Step.TRANSFER: _marked("{supplier} has material that is to go on to another supplier"),
    Step.SETTLE_CONTINGENCY: _marked("A contingency plan is to be decided about: {subject}"),
    Step.SETTLE_CLAIM: _marked("A claim for lost pieces is to be settled: {subject}"),
    Step.COMPLETE_ACTION: _marked("A corrective action is to be done: {subject}"),
    Step.VERIFY_ACTION: _marked("Quality owes the verification of a corrective action: {subject}"),
    Step.CLOSE: _marked("All pieces and papers are here; ready to close"),
}
ENDED = {Stage.CLOSED: _marked("Closed"), Stage.CANCELLED: _marked("Cancelled")}
# What became of an order that ended because another goes on with it.
_MERGED = _marked("Merged into {orders}")
_SPLIT = _marked("Split into {orders}")
_WENT_ON = _marked("Went on as {orders}")


def ended(order: Order) -> tuple[str, str]:
    """The sentence about an order that has ended, and the `{orders}` it names: the ones that go on with it."""
    assert order.end is not None, "of an order that goes on it is said what it waits for"
    kin = order.kin
    if order.end is Stage.CANCELLED and kin.next_ones:
        text = _MERGED if kin.merged_into else _SPLIT if kin.superseded_by else _WENT_ON
        return text, ", ".join(kin.next_ones)
    return ENDED[order.end], ""


def headline(order: Order) -> str:
    """One sentence: who owes what, and how many pieces are back."""
    parts = [_waits_for(order)]
    for unit, (back, gone) in counted_back(order).items():
        # What is weighed or measured is not counted in pieces.
        pieces = " pieces" if UNIT_DECIMALS.get(unit) == 0 else ""
        parts.append(f"{plain(back):f} of {plain(gone):f}{pieces} back")
    parts += [flag.replace("_", " ") for flag in flags(order)]
    return " · ".join(parts)


def counted_back(order: Order) -> dict[str, tuple[Decimal, Decimal]]:
    """How many pieces are back of how many that went out, by unit. What a change took off after it was sent is
    owed back as it is, and counts for neither while the others are worked on."""
    found: dict[str, tuple[Decimal, Decimal]] = {}
    for line in order.lines:
        gone, back = sent_on(order, line.line), total(order.stock, *_BACK, line=line.line)
        if not going_back.given_up(order):
            unprocessed = total(order.stock, Bucket.RETURNED_UNPROCESSED, line=line.line)
            returned = min(unprocessed, max(ZERO, gone - line.ordered))
            gone -= owed_back(order, line) + returned
            back -= returned
        if gone:
            before = found.get(line.unit, (ZERO, ZERO))
            found[line.unit] = (before[0] + back, before[1] + gone)
    return found


def _waits_for(order: Order) -> str:
    if order.end is not None:
        text, orders = ended(order)
        return text.format(orders=orders)
    first = next(iter(next_steps(order)), None)
    if first is None:
        return stage(order).value.replace("_", " ")
    return HEADLINES[first.step].format(supplier=order.supplier_name, subject=_subject(order, first))


def _subject(order: Order, item: NextStep) -> str:
    """What a step is about. Whoever reads it here may know no more than the order's number."""
    match item.step:
        case Step.DOCUMENT:
            return DOCUMENTS[DocumentType(item.subject)].name
        case Step.INSPECTION | Step.FIRST_ARTICLE | Step.BEYOND_ORDERED | Step.EXCESS:
            line = order.line(item.line)
            assert line is not None, "inspections and pieces are owed for the order's lines"
            called = f"{line.part} {line.part_revision}"
            if item.step is not Step.EXCESS:
                return called
            return f"{plain(going_back.owed(order, line)):f} of {called}"
        case _:
            return item.subject


def waits_for(deadline: Deadline) -> str:
    """The name of a deadline, at most 100 characters: no person, no address, no token."""
    step = f" · escalation {deadline.step}" if deadline.step else ""
    return f"{deadline.rule.name} · {deadline.cause.occurrence}"[: 100 - len(step)] + step


def details(order: Order) -> str:
    """Markdown for the Temporal Web UI: no person, no address, no token."""
    rows = [
        f"| {bucket.replace('_', ' ')} | {quantity} |"
        for bucket in Bucket
        if (quantity := total(order.stock, bucket))
    ]
    table = ["", "| pieces | |", "|---|---|", *rows] if rows else []
    alerts = [f"- {alert.rule} ({alert.occurrence})" for alert in order.open_alerts]
    gaps = [f"- missing {item['what']} (owed by {item['owed_by']})" for item in missing(order)]
    return "\n".join([f"**{headline(order)}**", "", f"need by {order.need_by}", *table, "", *alerts, *gaps])
