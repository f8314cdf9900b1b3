"""The lots a command names. Who types one in other letters, capitals for small ones, means the lot there is.

What a paper says stays as it is printed there: the record tells of the paper. It is matched in any letters.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from models.domain.commands import Command
from models.domain.evidence import Printed
from models.domain.order import Order
from models.domain.pieces import lot_of

# Whatever a command calls so is the number of a lot.
_NAMES = frozenset({"lot", "output_lot"})


def named(command: Command) -> frozenset[str]:
    """As they were typed."""
    return frozenset(_typed(command))


def of_order(order: Order) -> frozenset[str]:
    """The lots the order knows by name; what is still pending has no row anywhere else."""
    names = {lot_of(at) for at in order.stock}
    for line in order.lines:
        names |= {lot.lot for lot in line.lots} | set(line.output_lots.values())
        names |= {name for waiting in line.waiting_as.values() for name in waiting}
    for accepted in order.accepted_as.values():
        names |= set(accepted)
    return frozenset(names - {""})


def renamed(command: Command, written: Mapping[str, str]) -> Command:
    """The command with the lots named as they are `written`, by how they were typed."""
    changed: Command = _renamed(command, "", written)
    return changed


def _typed(value: object, name: str = "") -> Iterator[str]:
    if isinstance(value, str):
        if name in _NAMES and value.strip():
            yield value.strip()
    elif isinstance(value, tuple):
        for item in value:
            yield from _typed(item, name)
    elif is_dataclass(value) and not isinstance(value, Printed):
        for field in fields(value):
            yield from _typed(getattr(value, field.name), field.name)


def _renamed(value: Any, name: str, written: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return written.get(value.strip(), value) if name in _NAMES else value
    if isinstance(value, tuple):
        return tuple(_renamed(item, name, written) for item in value)
    if is_dataclass(value) and not isinstance(value, type | Printed):
        inner = {field.name: getattr(value, field.name) for field in fields(value)}
        return replace(value, **{key: _renamed(item, key, written) for key, item in inner.items()})
    return value
