"""send: what leaves us."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from models.domain import billing, first_article, serials
from models.domain.commands import Send, SendLine
from models.domain.decisions import checks, lots_going
from models.domain.decisions.closing_short import closed_short
from models.domain.decisions.drawing import Drawn, Shelf
from models.domain.decisions.withdrawing import enough, leaves, shared
from models.domain.errors import Invalid, Refusal
from models.domain.events import Event, PiecesSent, Weighed
from models.domain.facts import Asked, Facts
from models.domain.order import Line, Order
from models.domain.pieces import Bucket, Move, Took, key
from models.domain.quantities import ZERO, quantity, unit_code
from models.domain.records import Nonconformance, Share
from models.domain.sendable import came_back, only_lot, unsent_on
from models.domain.serials import Named
from models.domain.worked import Worked, done_on, step_of


def send(order: Order, command: Send, asked: Asked, facts: Facts, now: datetime) -> list[Event]:
    if command.nonconformance:
        # The disposition has moved the pieces already: this adds the papers and the carrier.
        _going_back(checks.the_nonconformance(order, command.nonconformance), command)
        return [_sent((), order, command)]
    checks.some_lines(command.lines)
    shelf = Shelf(order)
    on_hand = {lot: fact.on_hand for lot, fact in facts.lots.items()}
    moves: list[Move] = []
    taken: dict[tuple[str, int], Decimal] = {}
    for index, item in enumerate(command.lines):
        line = checks.the_line(order, item.line, index)
        wanted = checks.counted(line, item.quantity, index)
        _in_its_unit(line, item, index)
        _accepted_before(line, wanted, taken, facts, index)
        lot = item.lot or only_lot(order, line, wanted)
        _lot_may_go(line, lot, facts, asked, index)
        named = checks.serials(line, item.serials, wanted, index)
        if line.by_serial:
            _on_our_shelf(order, line, named, moves, facts)
        again = shelf.take(
            line.line,
            lot,
            min(wanted, _again(order, line, moves)),
            [Bucket.RETURNED_UNPROCESSED],
            serials=named,
            only=False,
        )
        fresh = wanted - again.quantity
        if fresh:
            _not_beyond_ordered(order, line, moves, wanted, again.quantity, index)
            _first_article_first(order, line, moves, wanted, again.quantity, index)
        _weighed(line, item, index)
        took = _take_from_lot(order, line, item, lot, wanted, on_hand, facts, index) if lot else None
        going = again.to(Bucket.IN_TRANSIT_OUT)
        if fresh:
            new = _new_serials(order, line, named, again)
            for name in new:
                facts.serial_stock.may_leave(line.part, name, lot, named.field)
            going.append(Move(line.line, lot, fresh, None, Bucket.IN_TRANSIT_OUT, serials=new))
        moves += going if took is None else shared(took, going)
    return [_sent(tuple(moves), order, command)]


def _on_our_shelf(order: Order, line: Line, named: Named, moves: list[Move], facts: Facts) -> None:
    """Whoever sends pieces with serial numbers says which; each is in one place, and this is where it leaves."""
    if not named.names:
        back = serials.of_line(order, line.line, Bucket.RETURNED_UNPROCESSED)
        raise serials.missing(line.line, back, named.field)
    for name in named.names:
        other = facts.elsewhere.get(key(line.line, name))
        if other is not None and other.bucket is Bucket.OVER:
            raise serials.unsettled(name, other.order, named.field)
        if other is not None and not other.on_our_shelf:
            raise Refusal(
                "serial.elsewhere",
                "Serial {serial} is with order {order} ({bucket}). It can go once it is back.",
                field=named.field,
                serial=name,
                order=other.order,
                bucket=other.bucket.replace("_", " "),
            )
        twice = [move for move in moves if name in move.serials and _same_part(order, line, move.line)]
        place = serials.known(order, line, name)
        if twice or (place is not None and place.bucket is not Bucket.RETURNED_UNPROCESSED):
            raise Refusal(
                "serial.already_sent",
                "Serial {serial} was sent already ({bucket}); each piece is in one place.",
                field=named.field,
                serial=name,
                bucket=place.bucket.replace("_", " ") if place is not None else "in this shipment",
            )
        _not_through_already(order, line, name, facts, named.field)


def _not_through_already(order: Order, line: Line, name: str, facts: Facts, field: str) -> None:
    """A piece goes through an operation once; which one it is says its number."""
    through = done_on(step_of(order, line), facts.been.get(key(line.line, name), ()))
    if through is not None:
        raise Refusal(
            "serial.done",
            "Serial {serial} of {part} went through this operation already, on order {order}. Look at the number on "
            "the piece, and send another one.",
            field=field,
            serial=name,
            part=line.part,
            order=through.order or "–",
        )


def _same_part(order: Order, line: Line, number: int) -> bool:
    other = order.line(number)
    return other is not None and other.part == line.part


def _new_serials(order: Order, line: Line, named: Named, again: Drawn) -> tuple[str, ...]:
    """Those that were never on the line. One that came back goes out of the lot it came back in."""
    back = {name for part in again.parts for name in part.serials}
    new = tuple(name for name in named.names if name not in back)
    wrong = [name for name in new if key(line.line, name) in order.serials]
    if wrong:
        expected = serials.of_line(order, line.line, Bucket.RETURNED_UNPROCESSED)
        raise serials.not_there(order, line.line, wrong, expected, named.field)
    return new


def _going_back(item: Nonconformance, command: Send) -> None:
    """Raises when nobody has decided that so many of its pieces go back to the supplier."""
    going = sum(
        (
            shares.get(share, ZERO)
            for shares in item.shares.values()
            for share in (Share.REWORKING, Share.RETURNING)
        ),
        ZERO,
    )
    named = sum(
        (
            quantity(line.quantity, field=f"lines.{index}.quantity")
            for index, line in enumerate(command.lines)
        ),
        ZERO,
    )
    if going <= 0 or named > going:
        raise Refusal(
            "send.not_decided",
            "Of {nonconformance}, {found} pieces go back to the supplier; decide about the others first.",
            field="nonconformance",
            nonconformance=item.nonconformance,
            found=going,
        )


def _sent(moves: tuple[Move, ...], order: Order, command: Send) -> PiecesSent:
    weights = [
        quantity(line.weight, field=f"lines.{index}.weight")
        for index, line in enumerate(command.lines)
        if line.weight is not None
    ]
    return PiecesSent(
        moves,
        carrier=command.carrier.strip(),
        tracking=command.tracking.strip(),
        weight=sum(weights, ZERO) if weights else None,
        nonconformance=command.nonconformance,
        collected_by_supplier=command.carrier.strip() == "supplier",
        weights=_weights(order, command) if moves else {},
    )


def _weights(order: Order, command: Send) -> dict[str, Weighed]:
    """What was put on the scale of every line whose price is for a kilogram of it."""
    found: dict[str, Weighed] = {}
    for item in command.lines:
        line = order.line(item.line)
        if line is not None and billing.needs_weight(line) and item.weight is not None:
            before = found.get(str(item.line), Weighed(ZERO, ZERO))
            found[str(item.line)] = Weighed(before.kilograms + item.weight, before.pieces + item.quantity)
    return found


def _weighed(line: Line, item: SendLine, index: int) -> None:
    """A line that is paid by the kilogram goes out weighed: nobody could say later what it costs."""
    if billing.needs_weight(line) and not item.weight:
        raise Invalid(
            "weight.missing",
            "Line {line} is paid by the kilogram: enter what the pieces weigh.",
            field=f"lines.{index}.weight",
            line=line.line,
        )


def _in_its_unit(line: Line, item: SendLine, index: int) -> None:
    if item.unit and unit_code(item.unit) != line.unit:
        raise Invalid(
            "unit.other",
            "Line {line} is counted in {unit}.",
            field=f"lines.{index}.unit",
            line=line.line,
            unit=line.unit,
        )


def _lot_may_go(line: Line, lot: str, facts: Facts, asked: Asked, index: int) -> None:
    """A held lot stays here, and one of a part that has nothing to do with the line's; a lot nobody planned must
    at least exist."""
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
    materials = facts.materials.get(line.line, frozenset())
    fact = lots_going.check(
        facts.lots.get(lot), line.line, line.part, materials, lot=lot, field=field, actor=asked.actor
    )
    if fact.held_with:
        raise Refusal(
            "lot.held",
            "Lot {lot} was made from lot {held}, which is on hold ({reason}). It can go once that is "
            "released.",
            field=field,
            lot=lot,
            held=fact.held_with,
            reason=fact.hold_reason or "no reason given",
        )
    if fact.held:
        raise Refusal(
            "lot.held",
            "Lot {lot} is on hold ({reason}). It can go once it is released.",
            field=field,
            lot=lot,
            reason=fact.hold_reason or "no reason given",
        )


def _accepted_before(
    line: Line, wanted: Decimal, taken: dict[tuple[str, int], Decimal], facts: Facts, index: int
) -> None:
    """An operation works with what the one before it was accepted for, whichever lots that came in."""
    waits = facts.upstream.get(line.line)
    if waits is None:
        return
    here = (line.work_order, line.operation)
    left = max(ZERO, waits.usable - taken.get(here, ZERO))
    if wanted > left:
        raise Refusal(
            "send.not_accepted",
            "{left} pieces of {work_order} were accepted after operation {operation} and did not go on yet "
            "({orders}); you entered {entered}. More may go once more are accepted there.",
            field=f"lines.{index}.quantity",
            left=left,
            work_order=line.work_order,
            operation=waits.operation,
            orders=", ".join(waits.orders) or "–",
            entered=wanted,
        )
    taken[here] = taken.get(here, ZERO) + wanted


def _take_from_lot(
    order: Order,
    line: Line,
    item: SendLine,
    lot: str,
    wanted: Decimal,
    on_hand: dict[str, Decimal],
    facts: Facts,
    index: int,
) -> Took | None:
    """Pending and rejected pieces are not on hand, so they cannot go; pieces that came back unprocessed are.
    What leaves a lot that is counted in another unit than the line."""
    fact, left = facts.lots[lot], on_hand[lot]
    if fact.unit != line.unit:
        took = leaves(order, line, item, fact, facts, index)
        enough(line, fact, took, left, wanted, index)
        on_hand[lot] = left - took.quantity
        return took
    if item.taken is not None and item.taken != wanted:
        raise Invalid(
            "lot.same_unit",
            "Lot {lot} is counted in {unit}, as line {line} is: the pieces are what leaves it.",
            field=f"lines.{index}.taken",
            lot=lot,
            unit=fact.unit,
            line=line.line,
        )
    _not_done_already(line, lot, wanted, left, facts, index)
    if wanted > left and fact.undecided:
        raise Refusal(
            "lot.undecided",
            "Lot {lot} has {left} {unit} on hand; {undecided} more are pending or rejected and cannot be "
            "used before quality has accepted them. You entered {entered}.",
            field=f"lines.{index}.quantity",
            lot=lot,
            left=left,
            unit=fact.unit,
            undecided=fact.undecided,
            entered=wanted,
        )
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
    return None


def _not_done_already(line: Line, lot: str, wanted: Decimal, here: Decimal, facts: Facts, index: int) -> None:
    """A piece goes through an operation once, though it came back under its lot's name."""
    known = facts.worked.get(key(line.line, lot), Worked())
    left = max(ZERO, here - known.done)
    if known.done and left < wanted <= here:
        raise Refusal(
            "send.already_done",
            "Of lot {lot}, {here} {unit} are here, and {done} of them came back done from this operation "
            "({orders}): {left} may go; you entered {entered}.",
            field=f"lines.{index}.quantity",
            lot=lot,
            here=here,
            unit=line.unit,
            done=min(known.done, here),
            orders=", ".join(known.orders) or "–",
            left=left,
            entered=wanted,
        )


def _new_in(moves: list[Move], line: Line) -> Decimal:
    """What the request has sent of the line for the first time so far."""
    return sum((move.quantity for move in moves if move.line == line.line and move.source is None), ZERO)


def _again(order: Order, line: Line, moves: list[Move]) -> Decimal:
    """How many of what came back as it went may go again: what a change took off the line stays here."""
    going = [move for move in moves if move.line == line.line and move.source is not None]
    return max(ZERO, came_back(order, line) - sum((move.quantity for move in going), ZERO))


def _not_beyond_ordered(
    order: Order, line: Line, moves: list[Move], wanted: Decimal, again: Decimal, index: int
) -> None:
    """`again` of what is `wanted` came back as they went, and were ordered before."""
    left = again + max(ZERO, unsent_on(order, line) - _new_in(moves, line))
    if wanted > left:
        if line.short_closed:
            raise closed_short("send.more_than_ordered", line, f"lines.{index}.quantity")
        raise Refusal(
            "send.more_than_ordered",
            "Line {line}: {left} of {ordered} may still be sent; you entered {entered}. To send more, "
            "change the quantity first.",
            field=f"lines.{index}.quantity",
            line=line.line,
            left=left,
            ordered=line.ordered,
            entered=wanted,
        )


def _first_article_first(
    order: Order, line: Line, moves: list[Move], wanted: Decimal, again: Decimal, index: int
) -> None:
    """The rest of a line stays here until the inspection of its first pieces is released."""
    may_go = first_article.may_go(order, line)
    if may_go is None:
        return
    left = again + max(ZERO, may_go - _new_in(moves, line))
    if wanted > left:
        raise Refusal(
            "first_article.first",
            "Line {line}: {first} pieces go first, and {left} of them may still be sent; you entered "
            "{entered}. "
            "The others may go once quality has released the inspection of the first.",
            field=f"lines.{index}.quantity",
            line=line.line,
            first=(order.line(line.delivery_of) or line).first_article,
            left=left,
            entered=wanted,
        )
