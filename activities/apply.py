"""Applies one saved command to its order: one locked, pure decision and one transaction.

Everything the decision causes is written together: events, tables, stock, genealogy, outbox and
the command's result. Applying a command again returns the stored result and writes nothing, so it
may run as often as Temporal likes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update
from sqlmodel import Session

from activities import facts as facts_of
from activities.contracts import Applied, Carried
from activities.letters import Letters
from activities.refusals import as_json, cannot_be_kept, tell_late
from models import drafts
from models.codec import adapter, envelope, event_hash, load_command, load_order, plain
from models.domain import events as e
from models.domain import headline
from models.domain.authority import Actor, OnBehalfOf, Role
from models.domain.deadlines import Deadline, soonest
from models.domain.decide import decide
from models.domain.errors import Refusal
from models.domain.evolve import LotChange, evolve, lot_changes
from models.domain.facts import Asked
from models.domain.genealogy import edges
from models.domain.made import made
from models.domain.notices import notices
from models.domain.order import Order, flags, stage
from models.settings import Settings
from models.tables.lots import Lot
from models.tables.orders import CommandRow, EdgeRow, EventRow, OrderRow
from models.tables.projection import write
from models.tables.types import table

_COMMANDS = table(CommandRow)
_ORDERS = table(OrderRow)
_EVENTS = table(EventRow)
_EDGES = table(EdgeRow)
_LOTS = table(Lot)

# Built once: to build a statement costs as much as to run it.
_LOCK_ORDER_OF = (
    select(
        _ORDERS.c.number,
        _ORDERS.c.stage,
        _ORDERS.c.version,
        _ORDERS.c.last_hash,
        _ORDERS.c.snapshot,
        _ORDERS.c.draft,
    )
    .where(
        _ORDERS.c.number
        == select(_COMMANDS.c.order_number).where(_COMMANDS.c.id == bindparam("command")).scalar_subquery()
    )
    .with_for_update()
)
_COMMAND = select(_COMMANDS).where(_COMMANDS.c.id == bindparam("command"))
_SETTLE = update(_COMMANDS).where(_COMMANDS.c.id == bindparam("command"))
_LAST_IN_LINE = select(func.max(_COMMANDS.c.sequence)).where(_COMMANDS.c.order_number == bindparam("order"))
_LOCK_LOTS = (
    select(_LOTS.c.number, _LOTS.c.uom, _LOTS.c.quantity, _LOTS.c.on_hand)
    .where(_LOTS.c.number.in_(bindparam("lots", expanding=True)))
    .order_by(_LOTS.c.number)
    .with_for_update()
)
_SHELVE = update(_LOTS).where(_LOTS.c.number == bindparam("lot"))
_ADD_COMMAND, _ADD_EVENT, _ADD_EDGE, _ADD_LOT = map(insert, (_COMMANDS, _EVENTS, _EDGES, _LOTS))


class UnknownCommand(Exception):
    """No such command row: it was never saved, so it is never applied."""


def apply(
    session: Session, settings: Settings, command_id: str, now: datetime, *, impossible: bool = False
) -> Applied:
    """Applies command `command_id` in the caller's write transaction and says where the order stands.

    Raises `UnknownCommand`; a refusal is a result, not an exception. `impossible`: it was tried and can
    never be written, so it is refused; see `activities.settling`, through which whoever commits calls it.
    """
    row = session.execute(_LOCK_ORDER_OF, {"command": command_id}).first()
    if row is None:
        raise UnknownCommand(command_id)
    # Read only now, under the order's lock: a second delivery of the same command has waited for it.
    command = session.execute(_COMMAND, {"command": command_id}).one()
    order = load_order(row.snapshot) if row.snapshot is not None else None
    if command.status != "received":
        return _as_it_was(command.status, row, order, (command.result or {}).get("outbox", []))
    return _decide_and_write(session, settings, row, order, command, now, impossible)


def before_issue(session: Session, command_id: str) -> Carried | None:
    """What the workflow that applies this `issue` begins with; None when it would be refused as things
    stand. It is listed from its start as what the order is about to be: to list it anew costs Temporal
    half a command. Nothing is locked, nothing written.
    """
    command = session.execute(_COMMAND, {"command": command_id}).one()
    row: Any = session.execute(select(_ORDERS).where(_ORDERS.c.number == command.order_number)).one()
    now = command.received_at
    order: Order | None = None
    try:
        asked = _asked(command)
        events = decide(None, asked, facts_of.gather(session, row, None, asked.command, now), now)
        for place, event in enumerate(events):
            order = evolve(order, event, place + 1, now)
        assert order is not None, "a decision about a draft issues it"
        issued = _standing(command.status, stage(order).value, order, soonest(order), [])
    except (Refusal, ArithmeticError):
        # What can never be computed is refused by `apply`, which is asked next.
        return None
    return Carried(shown=issued.attributes, shown_at=now.isoformat(), details=issued.details)


def pass_deadlines(
    session: Session,
    settings: Settings,
    number: str,
    command: str,
    now: datetime,
    *,
    impossible: bool = False,
) -> Applied:
    """Saves and applies command `command`, which says that time has passed; again, it is the same one."""
    session.execute(select(_ORDERS.c.number).where(_ORDERS.c.number == number).with_for_update())
    if session.scalar(select(_COMMANDS.c.id).where(_COMMANDS.c.id == command)) is None:
        save_system_command(session, command, number, "pass-deadlines", {}, now)
    return apply(session, settings, command, now, impossible=impossible)


def save_system_command(
    session: Session, command: str, number: str, name: str, payload: dict[str, Any], now: datetime
) -> None:
    """A command of the product's own, next in the order's line."""
    session.execute(
        _ADD_COMMAND,
        {
            "id": command,
            "order_number": number,
            "sequence": next_sequence(session, number),
            "name": name,
            "payload": payload,
            "actor_id": "system",
            "actor_kind": "system",
            "actor_roles": [],
            "cleared": True,
            "request_hash": "",
            "received_at": now,
            "status": "received",
            "answered_early": False,
        },
    )


def next_sequence(session: Session, number: str) -> int:
    """The place of the next command in the order's line; the order's row must be locked."""
    return (session.scalar(_LAST_IN_LINE, {"order": number}) or 0) + 1


def _decide_and_write(
    session: Session,
    settings: Settings,
    row: Any,
    order: Order | None,
    command: Any,
    now: datetime,
    impossible: bool,
) -> Applied:
    # Two clocks may differ by a little; the stream's never runs backwards.
    now = max(now, command.received_at, order.last_news_at if order and order.last_news_at else now)
    letters = Letters(session, settings, command.id, now)
    try:
        if impossible:
            raise cannot_be_kept()
        asked = _asked(command)
        known = facts_of.gather(session, row, order, asked.command, now)
        events = decide(order, asked, known, now)
    except Refusal as refusal:
        if command.answered_early:
            tell_late(letters, row.number, order, command, refusal)
        refused = {"refusal": as_json(refusal), "outbox": letters.written}
        _settle(session, command.id, "refused", refused, now)
        return _as_it_was("refused", row, order, letters.written)
    after, chain = _write_events(session, row, order, command, events, now)
    deadline = soonest(after)
    before = order if order is not None else drafts.of_row(row)
    write(session, before, after, chain, deadline.due if deadline is not None else None)
    _write_stock(session, after, events, now)
    rules = {alert.alert: alert.rule for alert in after.alerts.values()}
    letters.write(after, notices(events, rules))
    result: dict[str, Any] = {"made": made(events), "outbox": letters.written, "version": after.version}
    _settle(session, command.id, "applied", result, now)
    return _standing("applied", stage(after).value, after, deadline, letters.written)


def _asked(command: Any) -> Asked:
    """The command row as the core reads it."""
    return Asked(
        command=load_command(command.name, command.payload),
        actor=Actor(
            command.actor_id,
            command.actor_kind,
            frozenset(Role(role) for role in command.actor_roles),
            command.cleared,
        ),
        on_behalf_of=adapter(OnBehalfOf).validate_python(command.on_behalf_of)
        if command.on_behalf_of
        else None,
        revision=command.revision,
        if_match=command.if_match,
    )


def _write_events(
    session: Session, row: Any, order: Order | None, command: Any, events: Sequence[e.Event], now: datetime
) -> tuple[Order, str]:
    """The state the events lead to, and the hash of the last one."""
    state, chain = order, row.last_hash
    rows: list[dict[str, Any]] = []
    first = order.version if order is not None else 0
    for place, event in enumerate(events):
        sequence = first + place + 1
        state = evolve(state, event, sequence, now)
        payload = plain(event)
        hashed = envelope(
            order=row.number,
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
                "order_number": row.number,
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
            "order_number": order.number,
            "event": sequence,
        }
        for edge in edges(order, event)
    ]
    if rows:
        session.execute(_ADD_EDGE, rows)


def _write_stock(session: Session, after: Order, events: Sequence[e.Event], now: datetime) -> None:
    """Our shelf: lots sent out shrink, accepted and unprocessed ones grow; documents hold and release."""
    for event in events:
        if isinstance(event, e.DocumentAdded):
            _hold_lots(session, event, after)
    changes = lot_changes(after, events)
    if changes:
        _change_lots(session, changes, now)


def _change_lots(session: Session, changes: dict[str, LotChange], now: datetime) -> None:
    rows = {row.number: row for row in session.execute(_LOCK_LOTS, {"lots": sorted(changes)})}
    for name, change in sorted(changes.items()):
        if name not in rows:
            session.execute(
                _ADD_LOT,
                {
                    "number": name,
                    "part": change.part,
                    "part_revision": change.part_revision,
                    "quantity": change.quantity,
                    "uom": change.unit,
                    "on_hand": change.quantity,
                    "held": False,
                    "created_at": now,
                },
            )
        elif rows[name].uom == change.unit:
            # Bars counted in kilograms do not become fewer by pieces sent out.
            session.execute(
                _SHELVE,
                {
                    "lot": name,
                    "quantity": rows[name].quantity + change.booked,
                    "on_hand": rows[name].on_hand + change.quantity,
                },
            )


def _hold_lots(session: Session, event: e.DocumentAdded, order: Order) -> None:
    if event.holds:
        reason = f"{event.document} of order {order.number} contradicts the order"
        session.execute(
            update(_LOTS)
            .where(_LOTS.c.number.in_(event.holds))
            .values(held=True, hold_reason=reason, held_by=f"document:{event.document}")
        )
    if event.releases:
        session.execute(
            update(_LOTS)
            .where(_LOTS.c.number.in_(event.releases), _LOTS.c.held_by.like("document:%"))
            .values(held=False, hold_reason=None, held_by=None)
        )


def _settle(session: Session, command: str, status: str, result: dict[str, Any], now: datetime) -> None:
    session.execute(_SETTLE, {"command": command, "status": status, "result": result, "applied_at": now})


def _as_it_was(status: str, row: Any, order: Order | None, outbox: list[str]) -> Applied:
    """Nothing was written: the order stands where it stood."""
    if order is None:
        return Applied(status, row.stage, 0, outbox=outbox)
    return _standing(status, row.stage, order, soonest(order), outbox)


def _standing(
    status: str, stage_name: str, order: Order, deadline: Deadline | None, outbox: list[str]
) -> Applied:
    on = flags(order)
    return Applied(
        status=status,
        stage=stage_name,
        version=order.version,
        due=deadline.due.isoformat() if deadline is not None else "",
        waits_for=headline.waits_for(deadline) if deadline is not None else "",
        outbox=outbox,
        attributes={
            "Stage": stage_name,
            # People look at the list: a second's difference is no news to them.
            "DueAt": deadline.due.replace(second=0, microsecond=0).isoformat()
            if deadline is not None
            else "",
            "Supplier": order.supplier,
            "Buyer": order.buyer,
            "Process": order.process,
            "Late": "yes" if "late" in on else "no",
            "Urgent": "yes" if "urgent" in on else "no",
            "Hold": "yes" if "hold" in on else "no",
        },
        details=headline.details(order),
    )
