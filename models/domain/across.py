"""What a decision about one order does to others, and which others it has to know for that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from models.domain.commands import Command, Expedite, Merge, Reassign, Split
from models.domain.events import Event
from models.domain.facts import Draft
from models.domain.order import Order


@dataclass(frozen=True, slots=True)
class Decision:
    """What happens to the order that was asked, and in the same moment to `others`, by their numbers.

    Events of another order that begin with `order_issued` bring it into the world; `drafts` are orders that
    a buyer has still to look at. `asks` are commands of the product's own for others, which each decides
    about when its turn comes.
    """

    events: list[Event]
    others: Mapping[str, list[Event]] = field(default_factory=dict)
    asks: Mapping[str, Command] = field(default_factory=dict)
    drafts: tuple[Draft, ...] = ()


# Which other orders a command is about, as far as it and its own order tell. What is not listed concerns
# its own order only.
CONCERNS: dict[type[Command], Callable[[Order, Any], frozenset[str]]] = {
    Expedite: lambda order, expedite: frozenset(each.order for each in expedite.push) - {order.number},
    Merge: lambda order, merge: frozenset(merge.orders) - {order.number},
}


# How many new orders a command makes.
BORN: dict[type[Command], Callable[[Any], int]] = {
    Split: lambda split: len(split.children),
    Reassign: lambda _: 1,
}


def concerned(order: Order | None, command: Command) -> frozenset[str]:
    """The numbers of the orders, beside its own, whose rows are locked before `command` is decided."""
    find = CONCERNS.get(type(command))
    return find(order, command) if find is not None and order is not None else frozenset()


def born(command: Command) -> int:
    """How many numbers `command` needs for orders that come of it."""
    count = BORN.get(type(command))
    return count(command) if count is not None else 0
