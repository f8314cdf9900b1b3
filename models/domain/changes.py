"""What a change order changes: the terms before and after it, side by side, and how far it has come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from models.domain.contract import Basis
from models.domain.errors import Refusal
from models.domain.records import PlannedLot

_Term = TypeVar("_Term")


@dataclass(frozen=True, slots=True)
class LineCommercial:
    """What is ordered on one line, for how much each, out of which lots."""

    line: int
    quantity: Decimal
    unit_price: Decimal
    lots: tuple[PlannedLot, ...] = ()


@dataclass(frozen=True, slots=True)
class Commercial:
    """Everything of an order that a change may touch; `lines` name every line in the order's sequence."""

    need_by: date
    spec_revision: str
    lines: tuple[LineCommercial, ...]


@dataclass(frozen=True, slots=True)
class AddedLine:
    """An outside operation that is to become a line, as it was when it was asked for. It gets its number, and
    what is kept of its part, its plan and the contract, when the supplier accepts."""

    work_order: str
    operation: int
    part: str
    part_revision: str
    unit: str
    quantity: Decimal
    unit_price: Decimal
    basis: Basis = Basis.PIECE
    lots: tuple[PlannedLot, ...] = ()


class ChangeKind(StrEnum):
    """`expedite` asks for nothing but an earlier day, and needs nobody's approval."""

    CHANGE = "change"
    EXPEDITE = "expedite"


class ChangeState(StrEnum):
    """How far a change has come. Only an acknowledged one holds."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    ACKNOWLEDGED = "acknowledged"
    REJECTED = "rejected"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


NOT_AGREED = frozenset({ChangeState.REJECTED, ChangeState.DECLINED, ChangeState.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class Change:
    """`after` is wanted in place of `before`, both as they were when `by` proposed it. `since` is when it
    came to its state; `answer` is what the approver or the supplier said to it."""

    change: str
    at: datetime
    by: str
    reason: str
    before: Commercial
    after: Commercial
    state: ChangeState
    since: datetime
    answer: str = ""
    kind: ChangeKind = ChangeKind.CHANGE
    # Of an expedite: the order's priority before it, and the orders that come later for it.
    priority: str = ""
    pushed: tuple[str, ...] = ()
    # New lines, beside those that `before` and `after` name.
    added: tuple[AddedLine, ...] = ()

    @property
    def open(self) -> bool:
        return self.state in (ChangeState.PROPOSED, ChangeState.APPROVED)

    @property
    def terms(self) -> tuple[str, ...]:
        """What it asks to be different, by name and in a fixed order. Lots that only follow their line's
        quantity are not named."""
        beside = list(zip(self.before.lines, self.after.lines, strict=True))
        on = {
            "need_by": self.before.need_by != self.after.need_by,
            "quantity": any(was.quantity != wanted.quantity for was, wanted in beside),
            "unit_price": any(was.unit_price != wanted.unit_price for was, wanted in beside),
            "lots": any(
                was.lots != wanted.lots and was.quantity == wanted.quantity for was, wanted in beside
            ),
            "spec_revision": self.before.spec_revision != self.after.spec_revision,
            "new_lines": bool(self.added),
        }
        return tuple(name for name, different in on.items() if different)

    @property
    def raised(self) -> tuple[int, ...]:
        """The lines of which it asks for more than were ordered."""
        beside = zip(self.before.lines, self.after.lines, strict=True)
        return tuple(now.line for was, now in beside if now.quantity > was.quantity)

    def on(self, now: Commercial) -> Commercial:
        """The terms once it holds: what it left alone stays as it is `now`, not as it was then."""
        return Commercial(
            _chosen(self.before.need_by, self.after.need_by, now.need_by),
            _chosen(self.before.spec_revision, self.after.spec_revision, now.spec_revision),
            tuple(
                LineCommercial(
                    stands.line,
                    _chosen(was.quantity, wanted.quantity, stands.quantity),
                    _chosen(was.unit_price, wanted.unit_price, stands.unit_price),
                    _chosen(was.lots, wanted.lots, stands.lots),
                )
                for was, wanted, stands in zip(self.before.lines, self.after.lines, now.lines, strict=True)
            ),
        )


_NOT_OPEN = {
    ChangeState.APPROVED: "Change {change} was approved already; the supplier was asked for it and owes an answer.",
    ChangeState.REJECTED: "Change {change} was not approved, so that it needs no answer any more. The order "
    "stands as it was before it.",
    ChangeState.WITHDRAWN: "Change {change} was withdrawn, so that it needs no answer any more. The order stands "
    "as it was before it.",
    ChangeState.DECLINED: "Change {change} was declined already. The order stands as it was before it; other terms "
    "are another change.",
    ChangeState.ACKNOWLEDGED: "Change {change} was accepted already and holds. Other terms are another change.",
}


def not_open(change: Change) -> Refusal:
    """What is said to who answers a change that does not wait for that: whoever does has an old page open."""
    waiting = "Change {change} is not waiting for this answer. Look at the order again."
    return Refusal(
        "change.not_open",
        _NOT_OPEN.get(change.state, waiting),
        field="change",
        change=change.change,
        state=change.state.value,
    )


def _chosen(was: _Term, wanted: _Term, stands: _Term) -> _Term:
    return wanted if wanted != was else stands
