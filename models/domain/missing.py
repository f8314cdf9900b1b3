"""What is missing on an order, and who owes it."""

from __future__ import annotations

from decimal import Decimal
from typing import NotRequired, TypedDict

from models.domain import first_article, going_back
from models.domain.changes import ChangeState
from models.domain.order import Answer, Line, Order, Stage, sent_on, stage
from models.domain.paperwork import missing_documents, papers_owed
from models.domain.pieces import OUT, Bucket, total
from models.domain.records import Nonconformance, Share
from models.domain.surplus import beyond
from models.domain.transfers import coming


class Missing(TypedDict):
    """`what` is a kind and its subject, such as `document:coc`. Of pieces that are to come back it is said how
    many, and of which lots, none where it does not matter."""

    what: str
    owed_by: str
    quantity: NotRequired[Decimal]
    unit: NotRequired[str]
    lots: NotRequired[list[LotMissing]]


class LotMissing(TypedDict):
    lot: str
    quantity: Decimal


def missing(order: Order) -> list[Missing]:
    """What is missing on this order and who owes it, as the API lists it."""
    if order.end is not None:
        return [*_judgement(order), *(_documents(order) if papers_owed(order) else [])]
    # Who declined owes nothing: the order has to be placed elsewhere or cancelled.
    owes_papers = order.answer is not Answer.DECLINED and papers_owed(order)
    found = _owed_papers(order) if owes_papers else []
    if _unanswered(order):
        found.append({"what": "answer:order", "owed_by": "supplier"})
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
        _to_come_back(order, line, still) for line in order.lines if (still := going_back.owed(order, line))
    ]
    found += [{"what": f"transfer-answer:{each.transfer}", "owed_by": "supplier"} for each in coming(order)]
    found += _judgement(order)
    found += [
        {"what": f"beyond-ordered:line-{line.line}", "owed_by": "buyer"}
        for line in order.lines
        if beyond(order, line)
    ]
    if total(order.stock, Bucket.OVER):
        found.append({"what": "decision:over", "owed_by": "receiving"})
    return found


def _unanswered(order: Order) -> bool:
    """Its supplier has still to say whether it does the order; pieces that came back answer it."""
    return (
        order.answer is Answer.NONE
        and not order.cancelling
        and order.reassigned is None
        and stage(order) in (Stage.ISSUED, Stage.IN_PROCESS)
    )


def _judgement(order: Order) -> list[Missing]:
    """Also after its end, of pieces that had been lost and turned up."""
    pending = total(order.stock, Bucket.PENDING)
    return [{"what": "judgement:pending", "owed_by": "quality"}] if pending else []


def _to_come_back(order: Order, line: Line, owed: Decimal) -> Missing:
    return {
        "what": f"{_what_is_out_does(order)}:line-{line.line}",
        "owed_by": "supplier",
        "quantity": owed,
        "unit": line.unit,
        "lots": [
            {"lot": lot, "quantity": some} for lot, some in going_back.lots(order, line, owed, *OUT) if lot
        ],
    }


def _what_is_out_does(order: Order) -> str:
    """Pieces of an order that was given to another supplier may go straight on to that one."""
    return "transfer" if order.reassigned is not None and order.reassigned.pieces == "transfer" else "return"


def _documents(order: Order) -> list[Missing]:
    found: list[Missing] = [
        {"what": f"document:{kind}", "owed_by": "supplier"} for kind in missing_documents(order)
    ]
    found += [
        {"what": f"correction:{document.document}", "owed_by": "supplier"}
        for document in order.documents.values()
        if document.current and not document.matched
    ]
    return found


def _owed_papers(order: Order) -> list[Missing]:
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
