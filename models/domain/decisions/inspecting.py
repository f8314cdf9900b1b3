"""submit-inspection and review-inspection: measured values against the frozen plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType

from models.domain import first_article, reinspecting
from models.domain.commands import ReviewInspection, SubmitInspection
from models.domain.decisions import checks
from models.domain.decisions.drawing import Drawn, Shelf
from models.domain.errors import Invalid, Refusal
from models.domain.events import Event, InspectionReviewed, InspectionSubmitted
from models.domain.facts import Asked, Facts
from models.domain.inspection import judge
from models.domain.order import Line, Order
from models.domain.pieces import Bucket, key, line_of, lot_of
from models.domain.quantities import ZERO
from models.domain.reworking import raw_there, reworked_there
from models.domain.transfers import offered

# Where pieces are looked for that nobody has judged, the likeliest first; and those somebody has.
_UNJUDGED = (Bucket.AT_SUPPLIER, Bucket.IN_TRANSIT_OUT, Bucket.IN_TRANSIT_BACK, Bucket.PENDING)
_JUDGED = (Bucket.ACCEPTED, Bucket.REJECTED, Bucket.TEST_CONSUMED, Bucket.FORWARDED)


def submit_inspection(
    order: Order, command: SubmitInspection, asked: Asked, facts: Facts, now: datetime
) -> list[Event]:
    line = checks.the_line(order, command.line)
    if line.plan is None:
        raise Refusal(
            "inspection.no_plan",
            "Line {line} has no inspection plan. Add the measured values as a document instead.",
            field="line",
            line=line.line,
        )
    # Without a name the inspection speaks of the whole line, even when only one lot is there.
    lot = checks.the_lot(order, line, command.lot) if command.lot else ""
    lot_size = lot_size_of(order, line, replace(command, lot=lot))
    judgement = judge(line.plan, lot_size, command.results)
    return [
        InspectionSubmitted(
            inspection=f"{order.number}-I{len(order.inspections) + 1}",
            line=line.line,
            lot=lot,
            parcel=command.parcel,
            lot_size=lot_size,
            results=command.results,
            verdict=judgement.verdict,
            failures=judgement.failures,
            nonconformance=command.nonconformance,
        )
    ]


def lot_size_of(order: Order, line: Line, command: SubmitInspection) -> Decimal:
    """The parcel inspected, or the rework; before there is one, what is at the supplier, else what is on the way
    there."""
    lot, parcel = command.lot, command.parcel
    if command.nonconformance:
        again = _rework(order, line, command)
        if not parcel:
            return again
    if parcel:
        packed = checks.the_parcel(order, parcel).packed
        size = sum(
            (
                quantity
                for at, quantity in packed.items()
                if line_of(at) == line.line and lot in ("", lot_of(at))
            ),
            ZERO,
        )
        if not size:
            raise Refusal(
                "inspection.not_in_parcel",
                "Parcel {parcel} holds no such pieces of line {line}. Name the parcel they are in, or none.",
                field="parcel",
                parcel=parcel,
                line=line.line,
            )
        return size
    shelf = Shelf(order)
    # A first article is inspected wherever it is by then: without its release nothing more is sent.
    later = _JUDGED if first_article.open_now(order, line) else ()
    for bucket in (*_UNJUDGED, *later):
        size = shelf.available(line.line, lot, bucket)
        if size:
            return size
    raise Refusal(
        "inspection.nothing_there",
        "There are no pieces of line {line} to inspect yet. Send them first.",
        field="line",
        line=line.line,
    )


def _rework(order: Order, line: Line, command: SubmitInspection) -> Decimal:
    """How many pieces of the nonconformance are to be inspected again."""
    item = checks.the_nonconformance(order, command.nonconformance)
    if command.parcel and checks.the_parcel(order, command.parcel).nonconformance != item.nonconformance:
        raise Refusal(
            "inspection.other_parcel",
            "Parcel {parcel} was not shipped as rework of {nonconformance}. Name one of the two.",
            field="parcel",
            parcel=command.parcel,
            nonconformance=item.nonconformance,
        )
    size = reinspecting.lot_size(item, line.line, command.lot)
    if not size:
        raise Refusal(
            "inspection.no_rework",
            "No such pieces of line {line} are worked on again for {nonconformance}. Name the nonconformance they "
            "are of, or none.",
            field="nonconformance",
            line=line.line,
            nonconformance=item.nonconformance,
        )
    return size


def review_inspection(
    order: Order, command: ReviewInspection, asked: Asked, facts: Facts, now: datetime
) -> list[Event]:
    inspection = order.inspections.get(command.inspection)
    if inspection is None:
        raise Invalid(
            "inspection.unknown",
            "There is no inspection {inspection} on this order.",
            field="inspection",
            inspection=command.inspection,
        )
    if inspection.decision:
        raise Refusal(
            "inspection.reviewed",
            "{inspection} was reviewed already ({decision}); the supplier may submit another.",
            field="inspection",
            inspection=inspection.inspection,
            decision=inspection.decision,
        )
    if inspection.verdict == "fail" and command.decision == "release":
        raise Refusal(
            "inspection.failed",
            "{inspection} failed its plan and cannot be released; reject it and have the pieces reworked.",
            field="decision",
            inspection=inspection.inspection,
        )
    return [InspectionReviewed(inspection.inspection, command.decision, command.note.strip())]


def released_left(
    order: Order, line: Line, lot: str, used: Mapping[str, Decimal], *, leaving: bool = False
) -> Decimal:
    """How many more pieces of `lot` released inspections cover, `used` by stock key taken off: those shipped when
    they are `leaving` the supplier, else those judged.

    An inspection of one lot covers that lot; one that named none covers any lot of the line. One of rework alone
    covers only as many as it was used up by.
    """
    specific: dict[str, Decimal] = {}
    general = ZERO
    # Pieces that wait for the next order are covered until somebody refuses them.
    used = _together(used, offered(order, processed=True))
    for inspection in order.inspections.values():
        if inspection.line != line.line or inspection.decision != "release":
            continue
        if inspection.nonconformance and not inspection.parcel:
            continue
        if inspection.lot:
            specific[inspection.lot] = specific.get(inspection.lot, ZERO) + inspection.lot_size
        else:
            general += inspection.lot_size
    for at in order.stock:
        if line_of(at) == line.line:
            by_rework = reinspecting.spent(order, at, leaving=leaving)
            specific[lot_of(at)] = specific.get(lot_of(at), ZERO) + by_rework
    for at, quantity in used.items():
        if line_of(at) == line.line:
            general -= max(ZERO, quantity - specific.get(lot_of(at), ZERO))
    mine = max(ZERO, specific.get(lot, ZERO) - used.get(key(line.line, lot), ZERO))
    return mine + max(ZERO, general)


def may_ship(order: Order, line: Line, lot: str) -> Decimal:
    """How many of the pieces with the supplier released inspections cover; of rework, those alone that came after
    it was decided."""
    at = key(line.line, lot)
    again = min(reworked_there(order, at), reinspecting.to_ship(order, at))
    left = released_left(order, line, lot, order.shipped, leaving=True)
    left += min(again, reinspecting.own(order, at, leaving=True))
    return min(left, raw_there(order, at) + again)


def unworked(
    order: Order,
    line: Line,
    drawn: Drawn,
    used: dict[str, Decimal],
    raw: Decimal,
    index: int,
    *,
    released: bool,
    bare: Mapping[str, Decimal] = MappingProxyType({}),
    own: Mapping[str, Decimal] = MappingProxyType({}),
) -> dict[str, Decimal]:
    """Which of the pieces nothing was done to, by stock key: `raw` of them, those first that no released
    inspection covers. The others use up what was released: `used` is brought up to date. `bare` are pieces
    that were worked on again since they were inspected, by stock key; `own` those that were inspected as such.

    Raises `Refusal` when more are not covered, if they have to be `released`.
    """
    found: dict[str, Decimal] = {}
    left = drawn.quantity
    as_such = dict(own)
    inspected = {at: quantity - bare.get(at, ZERO) for at, quantity in drawn.by_place().items()}
    for part in drawn.parts if released else ():
        at = key(line.line, part.lot)
        mine = min(as_such.get(at, ZERO), part.quantity)
        covered = min(released_left(order, line, part.lot, used, leaving=True) + mine, inspected[at])
        uncovered = max(ZERO, part.quantity - covered)
        if uncovered > raw:
            raise _not_released(order, line, drawn, drawn.quantity - left + covered, index)
        left -= part.quantity
        raw -= uncovered
        found[at] = found.get(at, ZERO) + uncovered
        mine = min(mine, part.quantity - uncovered)
        as_such[at] = as_such.get(at, ZERO) - mine
        used[at] = used.get(at, ZERO) + part.quantity - uncovered - mine
        inspected[at] -= part.quantity - uncovered
    for at, quantity in drawn.by_place().items():
        more = min(raw, quantity - found.get(at, ZERO))
        raw -= more
        found[at] = found.get(at, ZERO) + more
        if released:
            used[at] -= more
    return {at: some for at, some in found.items() if some}


def _not_released(order: Order, line: Line, drawn: Drawn, covered: Decimal, index: int) -> Refusal:
    """With rework among them, how many may leave for the first time, and how many again."""
    places = list(drawn.by_place())
    if any(reworked_there(order, at) for at in places):
        left = {at: released_left(order, line, lot_of(at), order.shipped, leaving=True) for at in places}
        again = {at: min(reworked_there(order, at), reinspecting.to_ship(order, at)) for at in places}
        return Refusal(
            "ship.not_released",
            "Line {line}: released inspections cover {first} pieces that go for the first time and {again} that were "
            "worked on again. Ship so many of each, naming the nonconformance of those worked on again, or submit an "
            "inspection and wait for its release.",
            field=f"lines.{index}.quantity",
            line=line.line,
            covered=covered,
            first=sum((min(left[at], raw_there(order, at)) for at in places), ZERO),
            again=sum(
                (min(again[at], left[at] + reinspecting.own(order, at, leaving=True)) for at in places), ZERO
            ),
        )
    return Refusal(
        "ship.not_released",
        "Line {line}: {covered} pieces are released for shipping. Submit the inspection and wait for its release.",
        field=f"lines.{index}.quantity",
        line=line.line,
        covered=covered,
    )


def _together(used: Mapping[str, Decimal], waiting: Mapping[str, Decimal]) -> Mapping[str, Decimal]:
    if not waiting:
        return used
    return {at: used.get(at, ZERO) + waiting.get(at, ZERO) for at in {*used, *waiting}}
