"""ship: the supplier sends pieces back, and says what is in the box."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from models.domain.commands import Ship, ShipLine
from models.domain.decisions import drawing
from models.domain.decisions.inspecting import released_left
from models.domain.errors import Invalid, Refusal
from models.domain.events import Event, MilestoneReported, ParcelNamed, ParcelShipped
from models.domain.facts import Asked, Facts
from models.domain.order import Line, Order, all_sent
from models.domain.pieces import Bucket, Move, key, total
from models.domain.quantities import ZERO

_THERE = (Bucket.AT_SUPPLIER, Bucket.IN_TRANSIT_OUT)


def ship(order: Order, command: Ship, asked: Asked, facts: Facts, now: datetime) -> list[Event]:
    if command.parcel:
        return _name_parcel(order, command)
    drawing.some_lines(command.lines)
    name = f"{order.number}-P{len(order.parcels) + 1}"
    shelf = drawing.Shelf(order)
    used = dict(order.shipped)
    moves: list[Move] = []
    announced_over = unprocessed = boxed = ZERO
    unknown = False
    rework = ""
    for index, item in enumerate(command.lines):
        line = drawing.the_line(order, item.line, index)
        quantity = drawing.counted(line, item.quantity, index, zero=item.tested > 0)
        tested = drawing.counted(line, item.tested, index, "tested", zero=True)
        raw = drawing.counted(line, item.unprocessed, index, "unprocessed", zero=True)
        if raw > quantity:
            raise Invalid(
                "ship.unprocessed",
                "{unprocessed} unprocessed pieces do not fit in a box of {quantity}.",
                field=f"lines.{index}.unprocessed",
                unprocessed=raw,
                quantity=quantity,
            )
        lot = drawing.the_lot(order, line, item.lot, index)
        rework = rework or _rework(order, item, index)
        moves += _test_pieces(shelf, line, lot, tested, index)
        taken = shelf.take(line.line, lot, quantity, _THERE)
        there = sum((part.quantity for part in taken), ZERO)
        if not there and not tested:
            raise Refusal(
                "ship.nothing_there",
                "Line {line}: there is nothing at the supplier to ship.",
                field=f"lines.{index}.quantity",
                line=line.line,
            )
        for part in taken:
            at = key(line.line, part.lot)
            covered = released_left(order, line, part.lot, used) if _gated(order, line) else part.quantity
            if part.quantity - raw > covered:
                raise Refusal(
                    "ship.not_released",
                    "Line {line}: {covered} pieces are released for shipping. Submit the inspection and wait for "
                    "its release.",
                    field=f"lines.{index}.quantity",
                    line=line.line,
                    covered=covered,
                )
            used[at] = used.get(at, ZERO) + part.quantity
        moves += drawing.moves(line.line, taken, Bucket.IN_TRANSIT_BACK, parcel=name)
        announced_over += quantity - there
        unprocessed += raw
        boxed += quantity
        unknown = unknown or (not lot and len({part.lot for part in taken}) > 1)
    shipped = ParcelShipped(
        parcel=name,
        moves=tuple(moves),
        quantity=boxed,
        carrier=command.carrier.strip(),
        tracking=command.tracking.strip(),
        unprocessed=unprocessed,
        announced_over=announced_over,
        lot_unknown=unknown,
        nonconformance=rework,
    )
    return [shipped, *_milestone(order, shipped, asked, shelf, now)]


def _name_parcel(order: Order, command: Ship) -> list[Event]:
    parcel = order.parcels.get(command.parcel)
    if parcel is None or parcel.void:
        raise Invalid("parcel.unknown", "There is no parcel {parcel}.", field="parcel", parcel=command.parcel)
    if parcel.announced:
        raise Refusal(
            "parcel.announced",
            "Parcel {parcel} was announced already.",
            field="parcel",
            parcel=command.parcel,
        )
    return [ParcelNamed(parcel.parcel, command.carrier.strip(), command.tracking.strip())]


def _gated(order: Order, line: Line) -> bool:
    return order.release_before_ship and line.plan is not None


def _rework(order: Order, item: ShipLine, index: int) -> str:
    if item.nonconformance and item.nonconformance not in order.nonconformances:
        raise Invalid(
            "nonconformance.unknown",
            "Order {order} has no nonconformance {name}.",
            field=f"lines.{index}.nonconformance",
            order=order.number,
            name=item.nonconformance,
        )
    return item.nonconformance


def _test_pieces(shelf: drawing.Shelf, line: Line, lot: str, tested: Decimal, index: int) -> tuple[Move, ...]:
    if not tested:
        return ()
    taken = shelf.take(line.line, lot, tested, [Bucket.AT_SUPPLIER])
    if sum((part.quantity for part in taken), ZERO) < tested:
        raise Refusal(
            "ship.tested",
            "Line {line}: more test pieces than are at the supplier.",
            field=f"lines.{index}.tested",
            line=line.line,
        )
    return drawing.moves(line.line, taken, Bucket.TEST_CONSUMED)


def _milestone(
    order: Order, shipped: ParcelShipped, asked: Asked, shelf: drawing.Shelf, now: datetime
) -> list[Event]:
    """The milestone of kind `shipped` is met when nothing is left there; until then it counts pieces."""
    milestone = next(
        (item for item in order.milestones if item.kind == "shipped" and item.actual is None), None
    )
    if milestone is None:
        return []
    left = sum((pieces.get(bucket, ZERO) for pieces in shelf.stock.values() for bucket in _THERE), ZERO)
    complete = all_sent(order) and not left
    so_far = total(order.stock, Bucket.IN_TRANSIT_BACK) + sum(
        (move.quantity for move in shipped.moves if move.target is Bucket.IN_TRANSIT_BACK), ZERO
    )
    return [
        MilestoneReported(
            code=milestone.code,
            actual=now if complete else None,
            forecast=None,
            source=asked.actor.kind if asked.on_behalf_of is None else asked.on_behalf_of.basis,
            quantity=max(so_far, milestone.quantity or ZERO),
            previous_actual=milestone.actual,
            previous_forecast=milestone.forecast,
        )
    ]
