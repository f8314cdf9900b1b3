"""Commands of the product's own: saved like everybody's, in the order's line."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, select
from sqlmodel import Session

from models.tables.orders import CommandRow
from models.tables.types import table

_COMMANDS = table(CommandRow)
_ADD_COMMAND = insert(_COMMANDS)
_LAST_IN_LINE = select(func.max(_COMMANDS.c.sequence)).where(_COMMANDS.c.order_number == bindparam("order"))


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
