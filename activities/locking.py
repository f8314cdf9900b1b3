"""Locks the orders a command concerns, before anything is decided.

Nearly every command concerns its own order only, which one statement finds and locks. For the others all
rows are locked in one statement, in the sequence of their numbers, so that no two commands wait crosswise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import and_, bindparam, exists, func, not_, select
from sqlmodel import Session

from models.codec import load_command, load_order
from models.domain.across import CONCERNS, SELDOM, concerned
from models.domain.commands import Ship
from models.domain.transfers import TransferState
from models.tables.orders import CommandRow, OrderRow, TransferRow
from models.tables.types import table

_COMMANDS = table(CommandRow)
_ORDERS = table(OrderRow)
_TRANSFERS = table(TransferRow)
# Built once: to build a statement costs as much as to run it.
_ORDER = select(
    _ORDERS.c.number,
    _ORDERS.c.stage,
    _ORDERS.c.version,
    _ORDERS.c.last_hash,
    _ORDERS.c.snapshot,
    _ORDERS.c.draft,
    _ORDERS.c.export_controlled,
    _ORDERS.c.type,
)
_ALWAYS = sorted(kind.name for kind in CONCERNS.keys() - SELDOM)
_NAMES_ANOTHER = and_(
    _COMMANDS.c.name == Ship.name, func.coalesce(_COMMANDS.c.payload["to_order"].as_string(), "") != ""
)
# Seldom in the middle of going straight from one order to another: one look at an index says whether it is.
_MAY_CONCERN = and_(
    _COMMANDS.c.name.in_(sorted(kind.name for kind in SELDOM)),
    exists().where(
        _TRANSFERS.c.order_number == _COMMANDS.c.order_number,
        _TRANSFERS.c.state == TransferState.OFFERED.value,
    ),
)
_ALONE = _ORDER.where(
    _ORDERS.c.number
    == select(_COMMANDS.c.order_number)
    .where(
        _COMMANDS.c.id == bindparam("command"),
        _COMMANDS.c.name.not_in(_ALWAYS),
        not_(_NAMES_ANOTHER),
        not_(_MAY_CONCERN),
    )
    .scalar_subquery()
).with_for_update()
_COMMAND = select(_COMMANDS.c.order_number, _COMMANDS.c.name, _COMMANDS.c.payload).where(
    _COMMANDS.c.id == bindparam("command")
)
_LOOK = select(_ORDERS.c.snapshot).where(_ORDERS.c.number == bindparam("order"))
_TOGETHER = (
    _ORDER.where(_ORDERS.c.number.in_(bindparam("orders", expanding=True)))
    .order_by(_ORDERS.c.number)
    .with_for_update()
)


@dataclass(frozen=True, slots=True)
class Locked:
    """The order's row, and the rows of the others its command is about, by number."""

    row: Any
    others: Mapping[str, Any] = field(default_factory=dict)


def lock(session: Session, command: str) -> Locked | None:
    """Locks what command `command` concerns until the transaction ends; None when it was never saved."""
    row = session.execute(_ALONE, {"command": command}).first()
    if row is not None:
        return Locked(row)
    saved = session.execute(_COMMAND, {"command": command}).first()
    return _together(session, saved) if saved is not None else None


def _together(session: Session, saved: Any) -> Locked:
    number, command = saved.order_number, load_command(saved.name, saved.payload)
    seen = session.scalar(_LOOK, {"order": number})
    wanted = {number} | _concerned(seen, command)
    while True:
        rows = {row.number: row for row in session.execute(_TOGETHER, {"orders": sorted(wanted)})}
        # Looked at without a lock, the order may have come to concern more by now. The database ends what
        # would wait for ever; whoever applies the command tries again.
        more = _concerned(rows[number].snapshot, command) - wanted
        if not more:
            return Locked(rows.pop(number), rows)
        wanted |= more


def _concerned(snapshot: str | None, command: Any) -> frozenset[str]:
    return concerned(load_order(snapshot) if snapshot is not None else None, command)
