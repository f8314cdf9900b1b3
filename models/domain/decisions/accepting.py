"""What stands between a counted piece and `accepted`: a hold, a contradicting paper, a missing inspection, or that
it is not ordered any more."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from models.domain import reinspecting
from models.domain.decisions.drawing import Taken
from models.domain.decisions.inspecting import released_left
from models.domain.errors import Refusal
from models.domain.facts import Facts, LotFact
from models.domain.order import Line, Order
from models.domain.paperwork import contradicted
from models.domain.pieces import Bucket, key
from models.domain.quantities import ZERO
from models.domain.records import Share
from models.domain.surplus import acceptable


def held_lot(facts: Facts, line: Line, lot: str) -> LotFact | None:
    """The hold that covers pieces of `lot`: its own, that of the lot they are to be accepted as, or of one whose
    rejects they may be."""
    named = (
        facts.lots.get(lot),
        facts.lots.get(line.output_lot(lot)),
        facts.at_work.get(key(line.line, lot)),
    )
    return next((fact for fact in named if fact is not None and fact.held), None)


def _held_while_waiting(facts: Facts, line: Line, part: Taken) -> LotFact | None:
    """The hold of a lot that pieces which are here came back as before their line's output got another name."""
    if part.bucket not in (Bucket.PENDING, Bucket.REJECTED):
        return None
    named = (facts.lots.get(name) for name in line.waiting_as.get(part.lot, ()))
    return next((fact for fact in named if fact is not None and fact.held), None)


def may_accept(
    order: Order,
    facts: Facts,
    line: Line,
    parts: Iterable[Taken],
    *,
    field: str,
    covered: Covered | None = None,
) -> None:
    """Raises `Refusal` unless all `parts` may become accepted. Released inspections must cover them when the line
    has a plan, if it is asked what is `covered`."""
    if contradicted(order, line.line):
        raise Refusal(
            "judge.document",
            "Line {line}: a certificate contradicts the order. Get it corrected first.",
            field=field,
            line=line.line,
        )
    for part in parts:
        fact = held_lot(facts, line, part.lot) or _held_while_waiting(facts, line, part)
        if fact is not None:
            raise Refusal(
                "judge.lot_held",
                "Lot {lot} is on hold ({reason}); nothing made from it is accepted until it is released.",
                field=field,
                lot=fact.held_with or fact.lot,
                reason=fact.hold_reason or "no reason given",
            )
        if line.plan is None or covered is None:
            continue
        most = covered.most(line, part)
        if part.quantity > most:
            raise Refusal(
                "judge.not_released",
                "Line {line}: released inspections cover {covered} more pieces; you entered {entered}. "
                "Release an inspection first.",
                field=field,
                line=line.line,
                covered=most,
                entered=part.quantity,
            )
        covered.take(part)


class Covered:
    """What released inspections cover of pending pieces, while one command accepts some of them. Rework is covered
    by those alone that came after it was decided, and is taken first."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._judged = dict(order.judged)
        # By stock key: how many of those accepted so far are rework, and how many are not.
        self.again: dict[str, Decimal] = {}
        self._first: dict[str, Decimal] = {}
        # Of what was inspected as rework alone, how much was used up so far.
        self._own: dict[str, Decimal] = {}
        # Whose rework those with serials were.
        self._whose: dict[str, dict[str, Decimal]] = {}

    def most(self, line: Line, part: Taken) -> Decimal:
        """How many pieces like those of `part` may be accepted at most."""
        again, first = self._kinds(part)
        fresh = self._fresh(part, again)
        left = released_left(self._order, line, part.lot, self._judged)
        return min(left + min(fresh, self._as_such(part)), first + fresh)

    def take(self, part: Taken) -> None:
        at = key(part.line, part.lot)
        again, _ = self._kinds(part)
        fresh = min(part.quantity, self._fresh(part, again))
        as_such = min(fresh, self._as_such(part))
        self._own[at] = self._own.get(at, ZERO) + as_such
        self._whose[at] = reinspecting.together(self._whose.get(at, {}), self._named(part))
        self._judged[at] = self._judged.get(at, ZERO) + part.quantity - as_such
        self.again[at] = self.again.get(at, ZERO) + fresh
        self._first[at] = self._first.get(at, ZERO) + part.quantity - fresh

    def _fresh(self, part: Taken, again: Decimal) -> Decimal:
        at = key(part.line, part.lot)
        if not again:
            return ZERO
        if part.serials:
            of = reinspecting.together(self._whose.get(at, {}), self._named(part))
            left = reinspecting.to_judge(self._order, at, of)
        else:
            left = reinspecting.to_judge(self._order, at)
        return max(ZERO, min(again, left - self.again.get(at, ZERO)))

    def _named(self, part: Taken) -> dict[str, Decimal]:
        return reinspecting.named(self._order, part.line, part.serials, Share.REINSPECTING)

    def _as_such(self, part: Taken) -> Decimal:
        at = key(part.line, part.lot)
        return max(ZERO, reinspecting.own(self._order, at, leaving=False) - self._own.get(at, ZERO))

    def _kinds(self, part: Taken) -> tuple[Decimal, Decimal]:
        """How many of them may be rework, and how many the first time here. A serial says itself which it is."""
        at = key(part.line, part.lot)
        if part.serials:
            again = sum(self._named(part).values(), ZERO)
            return again, part.quantity - again
        waiting = reinspecting.waiting(self._order, at)
        first = self._order.stock[at].get(Bucket.PENDING, ZERO) - waiting
        return waiting - self.again.get(at, ZERO), first - self._first.get(at, ZERO)


def within_ordered(
    order: Order, line: Line, parts: Iterable[Taken], accepted: dict[int, Decimal], *, field: str
) -> None:
    """Raises `Refusal` when accepting `parts` would accept more than is ordered, which a change may have made
    less than was sent. `accepted` is what the command accepted by line so far, updated here."""
    wanted = sum((part.quantity for part in parts), ZERO)
    before = accepted.get(line.line, ZERO)
    left = acceptable(order, line)
    if left is not None and before + wanted > left:
        raise Refusal(
            "judge.beyond_ordered",
            "Line {line}: {ordered} are ordered now, and {left} more may be accepted; you entered {entered}. Reject "
            "the others and send them back, or propose a change of the quantity and accept them once the supplier "
            "has agreed.",
            field=field,
            line=line.line,
            ordered=line.ordered,
            left=max(ZERO, left - before),
            entered=wanted,
        )
    accepted[line.line] = before + wanted
