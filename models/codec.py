"""The core's dataclasses as JSON and back, and the one canonical form that hashes are taken of.

pydantic reads the stdlib dataclasses of `models.domain`; orjson writes sorted keys. Decimals are
strings, instants are UTC with a Z, so equal facts always give equal bytes.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any, TypeVar

import orjson
from pydantic import TypeAdapter

from models.domain.commands import COMMANDS, Command
from models.domain.events import EVENTS, Event
from models.domain.order import Order

T = TypeVar("T")


_adapters: dict[Any, TypeAdapter[Any]] = {}


def adapter(kind: type[T]) -> TypeAdapter[T]:
    """The validator and serialiser of a dataclass, built once."""
    found = _adapters.get(kind)
    if found is None:
        found = _adapters[kind] = TypeAdapter(kind)
    return found


def plain(value: object) -> Any:
    """A dataclass as JSON values."""
    return adapter(type(value)).dump_python(value, mode="json")


def canonical(values: Any) -> bytes:
    """JSON values with sorted keys and no spaces."""
    return orjson.dumps(values, option=orjson.OPT_SORT_KEYS)


def dump_order(order: Order) -> str:
    """The state as JSON, its keys unsorted: lots keep the sequence in which they were sent."""
    return orjson.dumps(plain(order)).decode()


def load_order(snapshot: str) -> Order:
    return adapter(Order).validate_json(snapshot)


def load_event(name: str, payload: Any) -> Event:
    """Raises `KeyError` for a type this version does not know."""
    return adapter(EVENTS[name]).validate_python(payload)


def load_written(name: str, payload: Any) -> Event:
    """As `load_event`, of a payload as it is stored: a database driver may have read it already."""
    return load_event(name, orjson.loads(payload) if isinstance(payload, str) else payload)


def load_command(name: str, payload: Any) -> Command:
    return adapter(COMMANDS[name]).validate_python(payload)


def envelope(
    *,
    order: str,
    sequence: int,
    name: str,
    at: datetime,
    actor: str,
    on_behalf_of: Any,
    command: str,
    payload: Any,
) -> dict[str, Any]:
    """What an event's hash is taken of: everything its row says but the two hashes."""
    return {
        "order": order,
        "sequence": sequence,
        "type": name,
        "at": at.isoformat(timespec="microseconds"),
        "actor": actor,
        "on_behalf_of": on_behalf_of,
        "command": command,
        "payload": payload,
    }


def event_hash(prev_hash: str, envelope: dict[str, Any]) -> str:
    """Links an event to the one before it: SHA-256 over the previous hash and the canonical envelope."""
    return hashlib.sha256(prev_hash.encode() + b"\n" + canonical(envelope)).hexdigest()
