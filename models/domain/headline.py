"""The order in one sentence and in one small table, for lists, pages and Temporal's Web UI."""

from __future__ import annotations

from models.domain import first_article
from models.domain.changes import ChangeState
from models.domain.deadlines import Deadline
from models.domain.order import Answer, Line, Order, Stage, flags, owed_back, sent_on, stage
from models.domain.paperwork import missing_documents, papers_owed
from models.domain.pieces import OUT, Bucket, sent, total
from models.domain.quantities import UNIT_DECIMALS, ZERO, plain
from models.domain.records import Nonconformance, Share
from models.domain.reworking import first_out
from models.domain.surplus import beyond
from models.domain.transfers import coming

_OWED: dict[Stage, str] = {
    Stage.ISSUED: "{supplier} owes an answer",
    Stage.COUNTERED: "{supplier} declined; place it elsewhere or cancel",
    Stage.ACKNOWLEDGED: "Parts are to reach {supplier}",
    Stage.IN_PROCESS: "{supplier} is working on it",
    Stage.SHIPPED: "On its way back from {supplier}",
    Stage.RECEIVING: "Coming in from {supplier}",
    Stage.RECEIVED: "All pieces are back from {supplier}; {rest}",
    Stage.CLOSED: "Closed",
    Stage.CANCELLED: "Cancelled",
}


def missing(order: Order) -> list[dict[str, str]]:
    """What is missing on this order and who owes it, as the API lists it."""
    if order.end is not None:
        return _documents(order) if papers_owed(order) else []
    # Who declined owes nothing: the order has to be placed elsewhere or cancelled.
    owes_papers = order.answer is not Answer.DECLINED and papers_owed(order)
    found = _owed_papers(order) if owes_papers else []
    if order.counter is not None:
        found.append({"what": "answer:proposal", "owed_by": "buyer"})
    if order.open_change is not None:
        owed, by = _OWED_ON_CHANGE[order.open_change.state]
        found.append({"what": f"{owed}:{order.open_change.change}", "owed_by": by})
    found += [
        {"what": f"{owed}:{item.nonconformance}", "owed_by": by}
        for item in order.open_nonconformances
        for owed, by in _owed_on(item)
    ]
    found += [
        {"what": f"{_what_is_out_does(order)}:line-{line.line}", "owed_by": "supplier"}
        for line in order.lines
        if owed_back(order, line) or _given_up(order, line)
    ]
    found += [{"what": f"transfer-answer:{each.transfer}", "owed_by": "supplier"} for each in coming(order)]
    if total(order.stock, Bucket.PENDING):
        found.append({"what": "judgement:pending", "owed_by": "quality"})
    found += [
        {"what": f"beyond-ordered:line-{line.line}", "owed_by": "buyer"}
        for line in order.lines
        if beyond(order, line)
    ]
    if total(order.stock, Bucket.OVER):
        found.append({"what": "decision:over", "owed_by": "receiving"})
    return found


def _given_up(order: Order, line: Line) -> bool:
    """Pieces of it are out that are not to be worked on. Rejects of an order given away still are."""
    if order.reassigned is not None:
        return first_out(order, line.line) > 0
    return order.cancelling and total(order.stock, *OUT, line=line.line) > 0


def _what_is_out_does(order: Order) -> str:
    """Pieces of an order that was given to another supplier may go straight on to that one."""
    return "transfer" if order.reassigned is not None and order.reassigned.pieces == "transfer" else "return"


def _documents(order: Order) -> list[dict[str, str]]:
    found = [{"what": f"document:{kind}", "owed_by": "supplier"} for kind in missing_documents(order)]
    found += [
        {"what": f"correction:{document.document}", "owed_by": "supplier"}
        for document in order.documents.values()
        if document.current and not document.matched
    ]
    return found


def _owed_papers(order: Order) -> list[dict[str, str]]:
    found = _documents(order)
    released = {item.line for item in order.inspections.values() if item.decision == "release"}
    found += [
        {"what": f"review:{inspection.inspection}", "owed_by": "quality"}
        for inspection in order.inspections.values()
        # One that failed needs no answer any more once another was released.
        if not inspection.decision and (inspection.verdict == "pass" or inspection.line not in released)
    ]
    found += [
        {"what": f"{_measuring(order, line)}:line-{line.line}", "owed_by": "supplier"}
        for line in order.lines
        if line.plan is not None and line.line not in released and _worked_on(order, line)
    ]
    return found


def _measuring(order: Order, line: Line) -> str:
    """Values of the first pieces are waited for by all the others; those of other lines are papers."""
    waited_for = first_article.state(order, line) is first_article.State.INSPECT
    return "first-article" if waited_for and not order.cancelling else "inspection"


def _worked_on(order: Order, line: Line) -> bool:
    """Not cancelled by a change, or not before pieces of it went through."""
    raw = total(order.stock, Bucket.RETURNED_UNPROCESSED, line=line.line)
    return line.ordered > 0 or sent_on(order, line.line) > raw


# Who has to say something about an open change, in its state.
_OWED_ON_CHANGE: dict[ChangeState, tuple[str, str]] = {
    ChangeState.PROPOSED: ("change", "approver"),
    ChangeState.APPROVED: ("change-answer", "supplier"),
}
# Where the pieces of a nonconformance are decides who has to move. Those re-inspected are pending.
_OWES: dict[Share, tuple[str, str]] = {
    Share.UNDECIDED: ("disposition", "quality"),
    Share.PROPOSED: ("decide-disposition", "design_authority"),
    Share.REWORKING: ("rework", "supplier"),
    Share.RETURNING: ("confirm-return", "receiving"),
}


def _owed_on(item: Nonconformance) -> list[tuple[str, str]]:
    held = {share for shares in item.shares.values() for share, quantity in shares.items() if quantity}
    return [owed for share, owed in _OWES.items() if share in held]


def headline(order: Order) -> str:
    """One sentence: who owes what, and how many pieces are back."""
    gone_out = sum((sent(pieces) for pieces in order.stock.values()), ZERO)
    back = total(order.stock, Bucket.ACCEPTED)
    parts = [_where(order).format(supplier=order.supplier_name, rest=_rest(order))]
    if gone_out:
        # What is weighed or measured is not counted in pieces.
        counted = all(UNIT_DECIMALS.get(line.unit) == 0 for line in order.lines)
        parts.append(f"{plain(back):f} of {plain(gone_out):f}{' pieces' if counted else ''} accepted")
    parts += [flag.replace("_", " ") for flag in flags(order)]
    return " · ".join(parts)


def _where(order: Order) -> str:
    now = stage(order)
    if order.reassigned is not None and order.end is None:
        return "Given to another supplier as " + order.reassigned.to
    if order.cancelling and order.end is None:
        return "Being cancelled; what {supplier} has is to come back"
    if order.counter is None or order.end is not None:
        return _OWED[now]
    owed = "{supplier} proposed other terms; the buyer owes an answer"
    # Work may have begun before the answer was given.
    return owed if now is Stage.COUNTERED else f"{_OWED[now]} · {owed}"


def _rest(order: Order) -> str:
    """What keeps an order open whose pieces are all back, and who owes it."""
    named = dict.fromkeys(f"{_named(item['what'])} ({item['owed_by']})" for item in missing(order))
    return f"missing: {', '.join(named)}" if named else "ready to close"


def _named(what: str) -> str:
    kind, _, subject = what.partition(":")
    return f"{kind.replace('-', ' ')} {subject}"


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
