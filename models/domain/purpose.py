"""Whether a command has anything to do: no pieces to judge, nothing to send. What `gate` allows by
stage may still be pointless; pages offer only what is not. The decision itself has the last word."""

from __future__ import annotations

from collections.abc import Callable

from models.domain import gate
from models.domain.corrective import ActionState
from models.domain.decisions import completing, merging, reassigning, splitting
from models.domain.errors import Refusal
from models.domain.missing import missing
from models.domain.order import Order, Stage, all_sent
from models.domain.pieces import OUT, Bucket, total
from models.domain.records import Nonconformance, Share
from models.domain.sendable import came_back, left_on
from models.domain.transfers import coming, offered


def _shared(order: Order, share: Share) -> bool:
    return any(shares.get(share) for item in order.open_nonconformances for shares in item.shares.values())


def _unreviewed(order: Order) -> bool:
    return any(not item.decision for item in order.inspections.values())


def _to_send(order: Order) -> bool:
    """Something was never sent, came back as it went, or is to be reworked with papers of its own."""
    again = any(came_back(order, line) for line in order.lines)
    fresh = any(left_on(order, line) for line in order.lines)
    return fresh or again or _shared(order, Share.REWORKING)


def _standing_actions(order: Order, state: ActionState) -> bool:
    return any(action.state is state for item in _known(order) for action in item.actions)


def _known(order: Order) -> list[Nonconformance]:
    return [
        item for item in order.nonconformances.values() if not item.withdrawn and not order.kin.superseded_by
    ]


POINT: dict[str, Callable[[Order], bool]] = {
    "send": _to_send,
    "report-milestone": lambda order: bool(order.milestones),
    "submit-inspection": lambda order: any(line.plan is not None for line in order.lines),
    "review-inspection": _unreviewed,
    "ship": lambda order: (
        total(order.stock, Bucket.IN_TRANSIT_OUT, Bucket.AT_SUPPLIER) > sum(offered(order).values())
        or _unnamed(order)
    ),
    "receive": lambda order: total(order.stock, *OUT, Bucket.LOST) > 0 or bool(coming(order)),
    "judge": lambda order: total(order.stock, Bucket.PENDING) > 0,
    "report-nonconformance": lambda order: (
        total(order.stock, Bucket.ACCEPTED, Bucket.PENDING, Bucket.FORWARDED) > 0
    ),
    "disposition": lambda order: _shared(order, Share.UNDECIDED),
    "decide-disposition": lambda order: _shared(order, Share.PROPOSED),
    "confirm-return": lambda order: _shared(order, Share.RETURNING),
    "plan-action": lambda order: bool(_known(order)),
    "complete-action": lambda order: _standing_actions(order, ActionState.PLANNED),
    "verify-action": lambda order: _standing_actions(order, ActionState.COMPLETED),
    "set-responsibility": lambda order: bool(_known(order)),
    "review-nonconformance": lambda order: bool(_known(order)),
    "declare-loss": lambda order: total(order.stock, *OUT) > 0,
    "settle-claim": lambda order: any(True for _ in order.open_claims),
    "short-close": lambda order: not all_sent(order) or any(came_back(order, line) for line in order.lines),
    "resolve-over": lambda order: total(order.stock, Bucket.OVER) > 0,
    "acknowledge-alert": lambda order: any(alert.acknowledged_at is None for alert in order.open_alerts),
    "close": lambda order: not missing(order),
}
NOTHING: dict[str, str] = {
    "send": "Everything ordered has been sent.",
    "report-milestone": "This process has no milestones.",
    "submit-inspection": "No line of this order has an inspection plan.",
    "review-inspection": "No inspection is waiting for a review.",
    "ship": "Nothing is at the supplier or on its way there.",
    "receive": "Nothing is out.",
    "judge": "No pieces are waiting to be judged.",
    "report-nonconformance": "No pieces of this order were accepted, are pending or went straight on.",
    "disposition": "No rejected pieces are waiting for a decision.",
    "decide-disposition": "Nothing is proposed.",
    "confirm-return": "Nothing is going back to the supplier for good.",
    "plan-action": "There is no nonconformance on this order.",
    "complete-action": "No corrective action is to be done.",
    "verify-action": "No corrective action waits to be verified.",
    "set-responsibility": "There is no nonconformance on this order.",
    "review-nonconformance": "There is no nonconformance on this order.",
    "declare-loss": "Nothing is out.",
    "settle-claim": "No claim is open.",
    "short-close": "Everything ordered has been sent.",
    "resolve-over": "No pieces are beyond what was expected.",
    "acknowledge-alert": "No alert of this order waits for an answer.",
    "close": "Something is still missing on this order; it is listed on its page.",
}


FIRST_ARTICLE_WAITS = (
    "The first pieces are out; the others may go once quality has released their inspection."
)
_REFUSALS: dict[str, Callable[[Order], Refusal | None]] = {
    "force-complete": completing.why_not,
    "merge": merging.why_not,
    "reassign": reassigning.why_not,
    "split": splitting.why_not,
}


def _unnamed(order: Order) -> bool:
    """A parcel came before anybody announced it: its notice names it late."""
    return any(not parcel.announced and not parcel.void for parcel in order.parcels.values())


def first_article_waits() -> Refusal:
    """Why the rest of a line does not go yet."""
    return Refusal("first_article.waits", FIRST_ARTICLE_WAITS)


def why_pointless(order: Order, command: str, at: Stage | None = None) -> Refusal | None:
    """Why `command` is not offered now: what `gate` says, or that there is nothing for it to do."""
    refusal = gate.why_not(order, command, at)
    if refusal is not None:
        return refusal
    if command in _REFUSALS:
        return _REFUSALS[command](order)
    if command in POINT and not POINT[command](order):
        if command == "send" and not all_sent(order):
            return first_article_waits()
        return Refusal("order.nothing", NOTHING[command])
    return None
