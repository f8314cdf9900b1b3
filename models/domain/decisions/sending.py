"""send, short-close and declare-loss: what leaves us, what will not, what never arrived."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from models.domain.commands import DeclareLoss, Send, SendLine, ShortClose
from models.domain.decisions import drawing
from models.domain.decisions.shares import settle
from models.domain.errors import Invalid, Refusal
from models.domain.events import Event, LinesShortClosed, PiecesLost, PiecesSent
from models.domain.facts import Asked, Facts
from models.domain.order import Line, Order, sent_on
from models.domain.pieces import OUT, Bucket, Move, key
from models.domain.quantities import ZERO, quantity, unit_code


def send(order: Order, command: Send, asked: Asked, facts: Facts, now: datetime) -> list[Event]:
    drawing.some_lines(command.lines)
    collected = asked.on_behalf_of is None and command.carrier == "supplier"
    if command.nonconformance:
        _known_nonconformance(order, command.nonconformance)
        # The disposition has moved the pieces already: this adds the papers and the carrier.
        return [_sent((), command, collected)]
    shelf = drawing.Shelf(order)
    on_hand = {lot: fact.on_hand for lot, fact in facts.lots.items()}
    moves: list[Move] = []
    for index, item in enumerate(command.lines):
        line = drawing.the_line(order, item.line, index)
        wanted = drawing.counted(line, item.quantity, index)
        _unit_of_line(line, item, index)
        lot = item.lot or (line.lots[0].lot if len(line.lots) == 1 else "")
        _lot_may_go(line, lot, facts, index)
        again = (
            shelf.take(line.line, lot, wanted, [Bucket.RETURNED_UNPROCESSED])
            if _sent_before(order, line, lot)
            else []
        )
        moves += drawing.moves(line.line, again, Bucket.IN_TRANSIT_OUT)
        fresh = wanted - sum((taken.quantity for taken in again), ZERO)
        if not fresh:
            continue
        already = sent_on(order, line.line) + sum(
            (move.quantity for move in moves if move.line == line.line and move.source is None), ZERO
        )
        if line.short_closed or already + fresh > line.ordered:
            raise Refusal(
                "send.more_than_ordered",
                "Line {line}: {left} of {ordered} may still be sent; you entered {entered}.",
                field=f"lines.{index}.quantity",
                line=line.line,
                left=ZERO if line.short_closed else max(ZERO, line.ordered - already),
                ordered=line.ordered,
                entered=wanted,
            )
        if lot:
            _take_from_lot(line, lot, fresh, on_hand, facts, index)
        moves.append(Move(line.line, lot, fresh, None, Bucket.IN_TRANSIT_OUT))
    return [_sent(tuple(moves), command, collected)]


def _sent(moves: tuple[Move, ...], command: Send, collected: bool) -> PiecesSent:
    weights = [
        quantity(line.weight, field=f"lines.{index}.weight")
        for index, line in enumerate(command.lines)
        if line.weight is not None
    ]
    return PiecesSent(
        moves,
        carrier=command.carrier,
        tracking=command.tracking,
        weight=sum(weights, ZERO) if weights else None,
        nonconformance=command.nonconformance,
        collected_by_supplier=collected,
    )


def _known_nonconformance(order: Order, name: str) -> None:
    if name not in order.nonconformances:
        raise Invalid(
            "nonconformance.unknown",
            "Order {order} has no nonconformance {name}.",
            field="nonconformance",
            order=order.number,
            name=name,
        )


def _unit_of_line(line: Line, item: SendLine, index: int) -> None:
    if item.unit and unit_code(item.unit) != line.unit:
        raise Invalid(
            "unit.other",
            "Line {line} is counted in {unit}.",
            field=f"lines.{index}.unit",
            line=line.line,
            unit=line.unit,
        )


def _sent_before(order: Order, line: Line, lot: str) -> bool:
    return key(line.line, lot) in order.stock


def _lot_may_go(line: Line, lot: str, facts: Facts, index: int) -> None:
    """A held, pending or rejected lot stays here; a lot nobody planned must at least exist."""
    field = f"lines.{index}.lot"
    if not lot:
        if line.lots:
            raise Invalid(
                "lot.missing",
                "Line {line} sends several lots; say which one: {lots}.",
                field=field,
                line=line.line,
                lots=", ".join(planned.lot for planned in line.lots),
            )
        return
    fact = facts.lots.get(lot)
    if fact is None:
        raise Invalid("lot.unknown", "There is no lot {lot}.", field=field, lot=lot)
    if fact.held:
        raise Refusal(
            "lot.held",
            "Lot {lot} is on hold ({reason}). It can go once it is released.",
            field=field,
            lot=lot,
            reason=fact.hold_reason or "no reason given",
        )


def _take_from_lot(
    line: Line, lot: str, wanted: Decimal, on_hand: dict[str, Decimal], facts: Facts, index: int
) -> None:
    fact = facts.lots[lot]
    # A lot counted in another unit (bars in kg, pieces out) cannot be compared piece by piece.
    if fact.unit != line.unit:
        return
    left = on_hand[lot]
    if wanted > left:
        raise Refusal(
            "lot.short",
            "Lot {lot} has {left} {unit} on hand; you entered {entered}.",
            field=f"lines.{index}.quantity",
            lot=lot,
            left=left,
            unit=fact.unit,
            entered=wanted,
        )
    on_hand[lot] = left - wanted


def short_close(order: Order, command: ShortClose, asked: Asked, facts: Facts, now: datetime) -> list[Event]:
    drawing.some_lines(command.lines)
    reason = _reason(command.reason)
    lines = tuple(drawing.the_line(order, item.line, index) for index, item in enumerate(command.lines))
    for index, line in enumerate(lines):
        if line.short_closed or sent_on(order, line.line) >= line.ordered:
            raise Refusal(
                "line.complete",
                "Line {line} has nothing left to send.",
                field=f"lines.{index}.line",
                line=line.line,
            )
    return [LinesShortClosed(tuple(line.line for line in lines), reason)]


def declare_loss(
    order: Order, command: DeclareLoss, asked: Asked, facts: Facts, now: datetime
) -> list[Event]:
    drawing.some_lines(command.lines)
    reason = _reason(command.reason)
    shelf = drawing.Shelf(order)
    moves: list[Move] = []
    for index, item in enumerate(command.lines):
        line = drawing.the_line(order, item.line, index)
        wanted = drawing.counted(line, item.quantity, index)
        lot = drawing.the_lot(order, line, item.lot, index)
        sources = (Bucket(item.from_),) if item.from_ else OUT
        taken = shelf.take(line.line, lot, wanted, sources)
        found = sum((part.quantity for part in taken), ZERO)
        if found < wanted:
            raise Refusal(
                "loss.more_than_out",
                "Line {line}: only {found} pieces are out there; you entered {entered}.",
                field=f"lines.{index}.quantity",
                line=line.line,
                found=found,
                entered=wanted,
            )
        moves += drawing.moves(line.line, taken, Bucket.LOST)
    return [PiecesLost(tuple(moves), reason, settle(order, moves))]


def _reason(text: str) -> str:
    if not text.strip():
        raise Invalid("reason.missing", "Give a reason.", field="reason")
    return text.strip()
