"""Lots as they are written, whatever letters somebody typed them in, before anything is decided about them.

A name nobody has yet is locked until the transaction ends: of two that begin a lot of one name at once, the second
one finds the first one's.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlmodel import Session

from models.domain import lot_names
from models.domain.commands import Command
from models.domain.order import Order
from models.queries.lot_numbers import as_written, lock_names


def of_command(session: Session, order: Order | None, command: Command) -> Command:
    """The command with its lots named as they are written, by the order itself or by any lot there is."""
    if order is None:
        return command
    own = lot_names.of_order(order)
    typed = lot_names.named(command) - own
    if not typed:
        return command
    here = {name.lower(): name for name in own}
    written = {name: here[name.lower()] for name in typed if name.lower() in here}
    return lot_names.renamed(command, written | locked(session, typed - written.keys()))


def locked(session: Session, typed: Collection[str]) -> dict[str, str]:
    """As the lots there are write them, by how they were typed; nobody else begins one of the other names now."""
    written = as_written(session, typed)
    if missing := set(typed) - written.keys():
        lock_names(session, missing)
        written |= as_written(session, missing)
    return written


def one(session: Session, typed: str) -> str:
    """The same of one name; a new one stays as it was typed."""
    return locked(session, {typed}).get(typed, typed)
