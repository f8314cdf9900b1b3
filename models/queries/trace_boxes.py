"""Boxes as the places traces begin: a parcel on its way back, and what goes straight to the next order."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select
from sqlmodel import Session

from models.codec import load_order
from models.domain.identifiers import Kind, words
from models.domain.order import Order
from models.domain.pieces import key
from models.domain.quantities import ZERO
from models.domain.trace import lot_node
from models.domain.transfers import Transfer, TransferState
from models.tables.orders import EdgeRow, IdentifierRow, OrderRow
from models.tables.types import table

_ORDERS, _IDENTIFIERS, _EDGES = table(OrderRow), table(IdentifierRow), table(EdgeRow)


@dataclass(frozen=True, slots=True)
class Box:
    """`told` is who sent it, or the order it goes on to; `most` is where its pieces are found, and how many at
    most are of it there, 0 where nobody knows."""

    name: str
    told: str
    most: Mapping[str, Decimal]

    @property
    def nodes(self) -> tuple[str, ...]:
        return tuple(self.most)


def parcels(session: Session, names: Collection[str]) -> Iterator[Box]:
    """A box is the lots that its pieces were booked in as, and what is still in it at its order."""
    small = {name.lower() for name in names}
    found: dict[str, list[Order]] = {}
    for order in _orders(session, names):
        for name in order.parcels:
            if name.lower() in small:
                found.setdefault(name, []).append(order)
    for name, orders in sorted(found.items()):
        # After a split both know of it, and its pieces are with the order that went on.
        yield Box(name, orders[-1].supplier, _of_parcel(session, name, orders))


def _of_parcel(session: Session, name: str, orders: list[Order]) -> dict[str, Decimal]:
    boxes = [(order.number, order.parcels[name]) for order in orders]
    packed = _summed((f"order:{order}:{at}", some) for order, box in boxes for at, some in box.packed.items())
    inside = ((f"order:{order}:{at}", some) for order, box in boxes for at, some in box.contents.items())
    came_as = (
        (became.node, became.quantity)
        for became in came_of(session, name, list(packed))
        if became.how == "process"
    )
    return _summed((*came_as, *inside)) or packed


def _summed(found: Iterable[tuple[str, Decimal]]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for node, some in found:
        sums[node] = sums.get(node, ZERO) + some
    return sums


@dataclass(frozen=True, slots=True)
class Became:
    """A lot that pieces out of a box were booked in as; `how` is `return` where nothing was done to them. The
    quantity is 0 where nobody knows whether any of it is."""

    node: str
    how: str
    quantity: Decimal
    unit: str


def came_of(session: Session, name: str, packed: Collection[str]) -> list[Became]:
    """What a parcel of pieces at the places `packed` was booked in as, corrections taken off."""
    query = (
        select(_EDGES.c.to_node, _EDGES.c.how, _EDGES.c.unit, func.sum(_EDGES.c.quantity).label("quantity"))
        .where(
            _EDGES.c.from_node.in_(packed),
            _EDGES.c.parcel == name,
            _EDGES.c.how.in_(("process", "return")),
            _EDGES.c.to_node.startswith(lot_node("")),
        )
        .group_by(_EDGES.c.to_node, _EDGES.c.how, _EDGES.c.unit)
        .having(func.sum(_EDGES.c.quantity + _EDGES.c.assumed) > 0)
        .order_by(_EDGES.c.to_node, _EDGES.c.how)
    )
    return [Became(row.to_node, row.how, row.quantity, row.unit) for row in session.execute(query)]


def transfers(session: Session, names: Collection[str]) -> Iterator[Box]:
    """What goes straight on is with the order it comes from until the next one has taken it."""
    small = {name.lower() for name in names}
    found: dict[str, Transfer] = {}
    for order in _orders(session, names):
        found |= {name: each for name, each in order.transfers.items() if name.lower() in small}
    for name, transfer in sorted(found.items()):
        taken = transfer.state is TransferState.TAKEN
        most = _summed(
            (
                f"order:{transfer.target}:{key(item.to_line, item.to_lot)}"
                if taken
                else f"order:{transfer.source}:{key(item.line, item.lot)}",
                item.quantity,
            )
            for item in transfer.lines
        )
        yield Box(name, f"{transfer.source} → {transfer.target}", most)


def _orders(session: Session, names: Collection[str]) -> list[Order]:
    lookups = {word for name in names for word in words(name)}
    known = (
        select(_IDENTIFIERS.c.order_number)
        .where(_IDENTIFIERS.c.kind == Kind.PARCEL.value, _IDENTIFIERS.c.word.in_(lookups))
        .distinct()
    )
    query = (
        select(_ORDERS.c.snapshot)
        .where(_ORDERS.c.number.in_(known), _ORDERS.c.snapshot.is_not(None))
        .order_by(_ORDERS.c.created_at, _ORDERS.c.number)
    )
    return [load_order(snapshot) for snapshot in session.scalars(query)]
