"""Names the pieces of a request that says only how many, where their part has serial numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from models.domain import commands as c
from models.domain.commands import Command
from models.domain.order import Line, Order
from models.domain.pieces import OUT, Bucket
from models.domain.serials import of_line

_MOST = 200
_FROM: dict[type[Command], tuple[Bucket, ...]] = {
    c.Send: (Bucket.RETURNED_UNPROCESSED,),
    c.ReportMilestone: (Bucket.IN_TRANSIT_OUT,),
    c.Ship: (Bucket.AT_SUPPLIER, Bucket.IN_TRANSIT_OUT),
    c.Receive: (*OUT, Bucket.LOST),
    c.Judge: (Bucket.PENDING,),
    c.ReportNonconformance: (Bucket.ACCEPTED, Bucket.PENDING),
    c.Disposition: (Bucket.REJECTED,),
    c.DeclareLoss: OUT,
    c.ResolveOver: (Bucket.OVER,),
}
_RESULTS = ("accepted", "rejected", "pending", "unprocessed", "scrapped", "tested")


def named(order: Order, command: Command, turn: int) -> Command:
    """The command with serials for its pieces: some that are there, `turn` says which, and then some that
    nobody knows. Now and then it is left as it is."""
    buckets = _FROM.get(type(command))
    if buckets is None or turn % 9 == 1:
        return command
    taken: set[str] = set()
    lines: Any = command.lines  # type: ignore[attr-defined]
    items = tuple(_named(order, command, item, buckets, turn, taken) for item in lines)
    return replace(command, lines=items)  # type: ignore[call-arg]


def _named(
    order: Order, command: Command, item: Any, buckets: Sequence[Bucket], turn: int, taken: set[str]
) -> Any:
    line = order.line(item.line) if item.line is not None else order.lines[0]
    if line is None or not line.by_serial:
        return item
    there = _there(order, line, command, item, buckets)
    turned = [*there[turn % max(1, len(there)) :], *there[: turn % max(1, len(there))]]
    left = [name for name in turned if name not in taken]
    if isinstance(item, c.ReceiveLine | c.JudgeLine):
        found = []
        for result in _RESULTS:
            found += [
                (name, result)
                for name in _some(getattr(item, result, Decimal(0)), left, taken, order.number, turn)
            ]
        kind: Any = c.ReceivedSerial if isinstance(item, c.ReceiveLine) else c.JudgedSerial
        return replace(item, serials=tuple(kind(name, result) for name, result in found))
    names = _some(item.quantity, left, taken, order.number, turn)
    if isinstance(item, c.ShipLine) and item.tested:
        tested = _some(item.tested, left, taken, order.number, turn)
        return replace(item, serials=names, tested_serials=tested)
    return replace(item, serials=names)


def _there(order: Order, line: Line, command: Command, item: Any, buckets: Sequence[Bucket]) -> list[str]:
    found = of_line(order, line.line, *buckets)
    parcel = getattr(command, "parcel", "")
    return [
        serial
        for serial, place in found.items()
        if item.lot in ("", place.lot) and parcel in ("", place.parcel)
    ]


def _some(quantity: Decimal, left: list[str], taken: set[str], prefix: str, turn: int) -> tuple[str, ...]:
    """The first of those left, then some that were never heard of; `left` loses them, `taken` has them."""
    if not quantity.is_finite() or quantity != quantity.to_integral_value() or not 0 < quantity <= _MOST:
        return ()
    count = int(quantity)
    here = left[:count]
    del left[:count]
    first = len(taken)
    names = (*here, *(f"{prefix}.{turn}.{number}" for number in range(first, first + count - len(here))))
    taken.update(names)
    return names
