"""Writes what happened to one order: its events with their chain, the genealogy and the tables."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, update
from sqlmodel import Session

from models.codec import envelope, event_hash, plain
from models.domain import events as e
from models.domain.deadlines import Deadline, soonest
from models.domain.evolve import evolve
from models.domain.facts import Draft
from models.domain.genealogy import edges
from models.domain.order import Order
from models.tables.orders import EdgeRow, EventRow, KeptFileRow, OrderRow
from models.tables.projection import order_columns, write
from models.tables.types import table

_ADD_ORDER, _ADD_EVENT, _ADD_EDGE = insert(table(OrderRow)), insert(table(EventRow)), insert(table(EdgeRow))

_HAND_ON = (
    update(table(KeptFileRow))
    .where(table(KeptFileRow).c.order_number == bindparam("order"))
    .values(order_number=bindparam("onward"))
)


def record(
    session: Session,
    number: str,
    before: Order | Draft | None,
    chain: str,
    command: Any,
    events: Sequence[e.Event],
    now: datetime,
) -> tuple[Order, Deadline | None]:
    """The state the events lead to and its next deadline. `chain` is the hash of the last event before them;
    the order's row is locked, and `command` is the row that caused them. `before` is None for an order that
    is born by them: it has no row yet."""
    if before is None:
        _add_order(session, events[0], now)
    after, chain = _write_events(session, number, before, chain, command, events, now)
    deadline = soonest(after)
    write(session, before, after, chain, deadline.due if deadline is not None else None)
    return after, deadline


def _add_order(session: Session, begins: e.Event, now: datetime) -> None:
    assert isinstance(begins, e.OrderIssued), "a stream begins with order_issued"
    born = begins.order
    session.execute(
        _ADD_ORDER,
        {
            "number": born.number,
            "plant": born.plant,
            "buyer": born.buyer,
            "supplier": born.supplier,
            "process": born.process,
            "type": born.type,
            "purchase_order": born.purchase_order,
            "last_hash": "",
            "created_at": now,
            **order_columns(born, None),
        },
    )


def _write_events(
    session: Session,
    number: str,
    before: Order | Draft | None,
    chain: str,
    command: Any,
    events: Sequence[e.Event],
    now: datetime,
) -> tuple[Order, str]:
    """The state the events lead to, and the hash of the last one."""
    state = before if isinstance(before, Order) else None
    rows: list[dict[str, Any]] = []
    first = state.version if state is not None else 0
    for place, event in enumerate(events):
        sequence = first + place + 1
        state = evolve(state, event, sequence, now)
        payload = plain(event)
        hashed = envelope(
            order=number,
            sequence=sequence,
            name=event.name,
            at=now,
            actor=command.actor_id,
            on_behalf_of=command.on_behalf_of,
            command=command.id,
            payload=payload,
        )
        rows.append(
            {
                "order_number": number,
                "sequence": sequence,
                "type": event.name,
                "at": now,
                "actor": command.actor_id,
                "on_behalf_of": command.on_behalf_of,
                "command": command.id,
                "payload": payload,
                "prev_hash": chain,
                "hash": (chain := event_hash(chain, hashed)),
            }
        )
        _write_edges(session, state, event, sequence)
    if rows:
        session.execute(_ADD_EVENT, rows)
    assert state is not None, "a decision about a draft issues it"
    return state, chain


def _write_edges(session: Session, order: Order, event: e.Event, sequence: int) -> None:
    rows = [
        {
            "from_node": edge.from_node,
            "to_node": edge.to_node,
            "quantity": edge.quantity,
            "unit": edge.unit,
            "how": edge.how,
            "parcel": edge.parcel,
            "load": edge.load,
            "assumed": edge.assumed,
            "order_number": order.number,
            "event": sequence,
        }
        for edge in edges(order, event)
    ]
    if rows:
        session.execute(_ADD_EDGE, rows)


def hand_on_files(session: Session, after: Order) -> None:
    """What the supplier sent of an order that is over and has not described is asked for where it goes on."""
    session.execute(_HAND_ON, {"order": after.number, "onward": after.kin.successor})
