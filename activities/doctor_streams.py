"""Reads every order's stream again and compares it with what the tables say.

Orders are read a batch at a time, so that ten thousand of them fit in any memory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import orjson
from pydantic import ValidationError
from sqlalchemy import or_, select
from sqlmodel import Session

from activities.findings import Finding, found
from models import drafts
from models.codec import canonical, envelope, event_hash, load_event, load_order, plain
from models.domain.deadlines import next_deadline
from models.domain.errors import Refusal
from models.domain.events import Event
from models.domain.evolve import LotChange, evolve, lot_changes
from models.domain.genealogy import edges
from models.domain.order import Order
from models.domain.pieces import SENT, Bucket
from models.domain.quantities import ZERO
from models.tables.orders import EdgeRow, EventRow, OrderRow
from models.tables.projection import TABLES, order_columns, project, project_draft
from models.tables.types import table

_ORDERS = table(OrderRow)
_EVENTS = table(EventRow)
_EDGES = table(EdgeRow)
_BATCH = 100
_SENT = frozenset(bucket.value for bucket in SENT)
_FIXED = ("plant", "buyer", "supplier", "process", "purchase_order")

Edge = tuple[str, str, Decimal, str, str, str, str, Decimal, int]


@dataclass(frozen=True, slots=True)
class Stream:
    """One order as stored: its row, its events in sequence, its rows in every projected table."""

    row: Any
    events: Sequence[Any]
    rows: dict[str, list[dict[str, Any]]]
    edges: list[Edge]


@dataclass(slots=True)
class Folded:
    """What a stream leads to: the state, the genealogy and the changes of stock on the way there.

    `whole` says that every event could be read.
    """

    order: Order | None
    edges: list[Edge]
    changes: list[dict[str, LotChange]]
    whole: bool = False


def streams(session: Session, ended_since: datetime | None) -> Iterator[Stream]:
    """Every order by number; with `ended_since` without those that ended before."""
    last = ""
    while True:
        query = select(_ORDERS).where(_ORDERS.c.number > last)
        if ended_since is not None:
            query = query.where(or_(_ORDERS.c.ended_at.is_(None), _ORDERS.c.ended_at >= ended_since))
        rows = session.execute(query.order_by(_ORDERS.c.number).limit(_BATCH)).all()
        if not rows:
            return
        yield from _batch(session, rows)
        last = rows[-1].number


def _batch(session: Session, rows: Sequence[Any]) -> Iterator[Stream]:
    numbers = [row.number for row in rows]
    events: dict[str, list[Any]] = {number: [] for number in numbers}
    query = select(_EVENTS).where(_EVENTS.c.order_number.in_(numbers))
    for event in session.execute(query.order_by(_EVENTS.c.order_number, _EVENTS.c.sequence)):
        events[event.order_number].append(event)
    kept: dict[str, dict[str, list[dict[str, Any]]]] = {
        number: {name: [] for name in TABLES} for number in numbers
    }
    for name, (target, _) in TABLES.items():
        for row in session.execute(select(target).where(target.c.order_number.in_(numbers))).mappings():
            kept[row["order_number"]][name].append(dict(row))
    genealogy: dict[str, list[Edge]] = {number: [] for number in numbers}
    for edge in session.execute(select(_EDGES).where(_EDGES.c.order_number.in_(numbers))):
        genealogy[edge.order_number].append(
            (
                edge.from_node,
                edge.to_node,
                edge.quantity,
                edge.unit,
                edge.how,
                edge.parcel,
                edge.load,
                edge.assumed,
                edge.event,
            )
        )
    for row in rows:
        yield Stream(row, events[row.number], kept[row.number], genealogy[row.number])


def check(stream: Stream) -> tuple[list[Finding], Folded]:
    """What is wrong with one order, and what its stream leads to as far as it can be read.

    Where events are missing or cannot be read nothing else is compared: all would follow from that.
    """
    findings = list(_chain(stream))
    folded = Folded(None, [], [])
    if "stream.gap" in {finding.code for finding in findings}:
        return findings, folded
    findings += _pieces(stream)
    try:
        _fold(stream, folded)
    except (KeyError, ValidationError, Refusal, AssertionError) as error:
        at = (folded.order.version if folded.order is not None else 0) + 1
        reason = error.code if isinstance(error, Refusal) else type(error).__name__
        where = f"{stream.row.number} event {at}"
        return [*findings, found("stream.unreadable", where, f"It cannot be read: {reason}.")], folded
    folded.whole = True
    return [*findings, *_compared(stream, folded)], folded


def _chain(stream: Stream) -> Iterator[Finding]:
    number, chain = stream.row.number, ""
    for place, event in enumerate(stream.events):
        where = f"{number} event {event.sequence}"
        if event.sequence != place + 1:
            what = f"Event {place + 1} is missing: the next one is {event.sequence}."
            yield found("stream.gap", number, what)
            return
        hashed = envelope(
            order=number,
            sequence=event.sequence,
            name=event.type,
            at=event.at,
            actor=event.actor,
            on_behalf_of=event.on_behalf_of,
            command=event.command,
            payload=event.payload,
        )
        if event.prev_hash != chain or event.hash != event_hash(event.prev_hash, hashed):
            what = "Its hash does not fit its content and the event before it."
            yield found("stream.chain", where, what)
            return
        chain = event.hash
    # A draft has no events; its version counts how often it was saved again.
    version = stream.row.version if stream.events else 0
    if stream.row.last_hash != chain or version != len(stream.events):
        what = (
            f"The order is at version {stream.row.version}; its stream ends with event {len(stream.events)}"
        )
        yield found(
            "order.head", number, what + ("." if stream.row.last_hash == chain else " of another hash.")
        )


def _fold(stream: Stream, folded: Folded) -> None:
    """Command by command, as it was applied: stock follows the state after a whole command."""
    events: list[Event] = []
    for place, row in enumerate(stream.events):
        event = load_event(row.type, row.payload)
        folded.order = evolve(folded.order, event, row.sequence, row.at)
        folded.edges += (
            (
                edge.from_node,
                edge.to_node,
                edge.quantity,
                edge.unit,
                edge.how,
                edge.parcel,
                edge.load,
                edge.assumed,
                row.sequence,
            )
            for edge in edges(folded.order, event)
        )
        events.append(event)
        if place + 1 == len(stream.events) or stream.events[place + 1].command != row.command:
            folded.changes.append(lot_changes(folded.order, events))
            events = []


def _compared(stream: Stream, folded: Folded) -> Iterator[Finding]:
    number, row, order = stream.row.number, stream.row, folded.order
    if order is None:
        if row.stage != "draft" or row.draft is None or row.snapshot is not None:
            yield found("order.snapshot", number, "It has no events but is no draft either.")
            return
        try:
            drafted = project_draft(drafts.of_row(row))
        except ValidationError:
            yield found("order.snapshot", number, "The draft cannot be read.")
            return
        for name, rows in drafted.items():
            yield from _differences(number, name, rows, stream.rows[name])
        return
    expected = order_columns(order, next_deadline(order)) | {name: getattr(order, name) for name in _FIXED}
    snapshot = expected.pop("snapshot")
    if row.snapshot is None or _parsed(row.snapshot) != canonical(orjson.loads(snapshot)):
        yield found("order.snapshot", number, "The stored state is not what the events lead to.")
    wrong = [name for name, value in expected.items() if getattr(row, name) != value]
    if wrong:
        yield found("order.row", number, f"Not what the events lead to: {', '.join(sorted(wrong))}.")
    for name, rows in project(order).items():
        yield from _differences(number, name, rows, stream.rows[name])
    if Counter(folded.edges) != Counter(stream.edges):
        missing = (Counter(folded.edges) - Counter(stream.edges)).total()
        extra = (Counter(stream.edges) - Counter(folded.edges)).total()
        what = f"{missing} edges of its events are missing, {extra} are of no event."
        yield found("genealogy.differ", number, what)


def _parsed(snapshot: str) -> bytes:
    """The stored state as this version reads it: one written before a field existed has its default."""
    try:
        return canonical(plain(load_order(snapshot)))
    except ValidationError:
        return b""


def _differences(
    number: str, name: str, expected: Iterable[dict[str, Any]], kept: Iterable[dict[str, Any]]
) -> Iterator[Finding]:
    _, key = TABLES[name]
    wanted = {tuple(row[column] for column in key): row for row in expected}
    there = {tuple(row[column] for column in key): row for row in kept}
    for at in sorted(wanted.keys() | there.keys(), key=str):
        shown = " ".join(str(part) for part in at if part != number)
        where = f"{number} {name} {shown}"
        if at not in there:
            yield found("tables.differ", where, "The events make this row; it is not there.")
        elif at not in wanted:
            yield found("tables.differ", where, "No event makes this row.")
        elif wrong := [column for column, value in wanted[at].items() if there[at][column] != value]:
            what = f"Not what the events lead to: {', '.join(sorted(wrong))}."
            yield found("tables.differ", where, what)


def _pieces(stream: Stream) -> Iterator[Finding]:
    """Pieces conserved, read off the bare JSON of the moves: the code that folds is not trusted here."""
    sent: dict[tuple[int, str], Decimal] = {}
    for event in stream.events:
        for move in event.payload.get("moves", ()):
            at = (int(move["line"]), str(move["lot"]))
            net = int(move["target"] in _SENT) - int(move["source"] in _SENT)
            sent[at] = sent.get(at, ZERO) + net * Decimal(move["quantity"])
    for row in stream.rows["pieces"]:
        at = (row["line"], row["lot"])
        where = f"{stream.row.number} line {row['line']} lot {row['lot'] or '-'}"
        negative = [bucket.value for bucket in Bucket if row[bucket.value] < 0]
        if negative:
            yield found("pieces.negative", where, f"Less than nothing is {', '.join(negative)}.")
        there, moved = sum((row[name] for name in _SENT), ZERO), sent.pop(at, ZERO)
        if there != moved:
            what = f"{there} pieces are in its buckets; its events moved {moved} there."
            yield found("pieces.not_conserved", where, what)
    for (line, lot), moved in sent.items():
        if moved:
            what = f"{moved} pieces were sent; no bucket holds them."
            yield found("pieces.not_conserved", f"{stream.row.number} line {line} lot {lot or '-'}", what)
