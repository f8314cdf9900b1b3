"""Which reported load the pieces of a box were in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from models.domain.decisions.drawing import Drawn
from models.domain.errors import Invalid, Refusal
from models.domain.order import Line, Order
from models.domain.pieces import key, sent
from models.domain.quantities import ZERO
from models.domain.records import Load, Parcel, Tested
from models.domain.transfers import TransferState

_ALWAYS = datetime.min.replace(tzinfo=UTC)


def the_load(line: Line, lot: str, name: str, index: int) -> Load | None:
    """The reported load of the line, and of `lot` when one is named; None when `name` is empty.

    A number used again on another day is told apart by equipment and start, as its full name says.
    """
    if not name:
        return None
    by_node: dict[str, Load] = {}
    for load in line.reported_loads:
        if not lot or lot in load.lots:
            # One load reported in parts holds all of their lots.
            before = by_node.get(load.node)
            lots = dict(before.lots) if before is not None else {}
            for each, quantity in load.lots.items():
                lots[each] = lots.get(each, ZERO) + quantity
            by_node[load.node] = replace(load, lots=lots)
    found = [load for load in by_node.values() if name in (load.load, load.full_name)]
    if len(found) == 1:
        return found[0]
    field = f"lines.{index}.load"
    if found:
        raise Refusal(
            "ship.load_several",
            "Load {load} was reported more than once; name one of these: {loads}.",
            field=field,
            load=name,
            loads=", ".join(load.full_name for load in found),
        )
    raise Invalid(
        "ship.load_unknown",
        "Load {load} was not reported for line {line}; reported were: {loads}.",
        field=field,
        load=name,
        line=line.line,
        loads=", ".join(dict.fromkeys(load.load for load in by_node.values())) or "none",
    )


def in_load(line: Line, lot: str, load: Load, index: int) -> None:
    """Raises `Refusal` when the load held none of the lot."""
    if lot not in load.lots:
        raise Refusal(
            "ship.load_lot",
            "Line {line}: pieces of lot {lot} were not in load {load}. Name the lot that was: {lots}.",
            field=f"lines.{index}.lot",
            line=line.line,
            lot=lot or "-",
            load=load.load,
            lots=", ".join(load.lots),
        )


def not_more_than_held(
    order: Order,
    line: Line,
    lot: str,
    load: Load,
    wanted: Decimal,
    index: int,
    *,
    rework: str = "",
    field: str = "quantity",
) -> None:
    """A load gives out no more pieces of a lot than were in it, or what it did could not be told from the
    rest. `rework` is the nonconformance they come back from; then they may have left the load before."""
    held = load.lots[lot]
    left = held - (
        _again(order, line, lot, load.node, rework) if rework else _gone(order, line, lot, load.node)
    )
    if wanted <= left:
        return
    others = {each.node: each for each in line.reported_loads if lot in each.lots and each.node != load.node}
    in_loads = sum((each.lots[lot] for each in line.reported_loads if lot in each.lots), ZERO)
    raise Refusal(
        "ship.load_short",
        "Line {line}: load {load} has {left} of its {held} pieces of lot {lot} left; you entered {entered}. "
        "Other loads of that lot: {loads}; in no load: {unnamed}. Ship at most what is left of this load, "
        "and the others in a parcel of their own.",
        field=f"lines.{index}.{field}",
        line=line.line,
        load=load.load,
        left=max(ZERO, left),
        held=held,
        lot=lot or "-",
        entered=wanted,
        loads=", ".join(each.full_name for each in others.values()) or "none",
        unnamed=max(ZERO, sent(order.stock[key(line.line, lot)]) - in_loads),
    )


def _gone(order: Order, line: Line, lot: str, node: str) -> Decimal:
    """How many different pieces left the load so far, at the least: what came back from rework may have left
    it before."""
    at = key(line.line, lot)
    left = [
        (each.since or _ALWAYS, "", item.quantity - item.unprocessed)
        for each in order.transfers.values()
        if each.source == order.number and each.state in (TransferState.OFFERED, TransferState.TAKEN)
        for item in each.lines
        if (item.line, item.lot, item.load) == (line.line, lot, node)
    ]
    left += [
        (parcel.shipped_at, _rework_of(order, parcel, at), _out_of(parcel, at, node))
        for parcel in order.parcels.values()
        if not parcel.void
    ]
    gone = sum(
        (
            tested_of(each.tested, at, node)
            for each in order.transfers.values()
            if each.source == order.number and each.told_by not in order.corrected
        ),
        ZERO,
    )
    again: dict[str, Decimal] = {}
    for _, rework, quantity in sorted(left, key=lambda each: each[0]):
        if rework:
            again[rework] = again.get(rework, ZERO) + quantity
            gone = max(gone, again[rework])
        else:
            gone += quantity
    return gone


def _rework_of(order: Order, parcel: Parcel, at: str) -> str:
    """The nonconformance whose reworked pieces those of a box at a stock key are; its name stands for no others."""
    found = order.nonconformances.get(parcel.nonconformance)
    places = {key(outcome.line, outcome.lot) for outcome in found.outcomes} if found is not None else ()
    return parcel.nonconformance if at in places else ""


def _again(order: Order, line: Line, lot: str, node: str, rework: str) -> Decimal:
    """Pieces of one nonconformance that came back as of the load: each of them does so once."""
    at = key(line.line, lot)
    return sum(
        (
            _out_of(parcel, at, node)
            for parcel in order.parcels.values()
            if not parcel.void and parcel.nonconformance == rework
        ),
        ZERO,
    )


def _out_of(parcel: Parcel, at: str, node: str) -> Decimal:
    """What left the load with a parcel: in it, or used up in tests when it was packed."""
    packed = ZERO
    if parcel.loads.get(at) == node:
        packed = parcel.packed.get(at, ZERO) - parcel.unworked.get(at, ZERO)
    return packed + tested_of(parcel.tested, at, node)


def tested_of(tested: Iterable[Tested], at: str, node: str) -> Decimal:
    return sum((each.quantity for each in tested if (each.at, each.load) == (at, node)), ZERO)


def of_tests(drawn: Drawn, load: Load) -> list[Tested]:
    """Pieces of the load that were used up in tests."""
    return [Tested(at, load.node, some) for at, some in drawn.by_place().items()]
