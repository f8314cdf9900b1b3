"""What a decision about one order does to others, and which others it has to know for that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from models.domain.commands import (
    AnswerTransfer,
    Command,
    Correct,
    Expedite,
    Merge,
    Reassign,
    Receive,
    ReportMilestone,
    Ship,
    Split,
)
from models.domain.events import Event
from models.domain.facts import Draft
from models.domain.order import Order
from models.domain.transfers import coming, leaving, partners


@dataclass(frozen=True, slots=True)
class Decision:
    """What happens to the order that was asked, and in the same moment to `others`, by their numbers.

    Events of another order that begin with `order_issued` bring it into the world; `drafts` are orders that
    a buyer has still to look at. `asks` are commands of the product's own for others, which each decides
    about when its turn comes.
    """

    events: list[Event]
    others: Mapping[str, list[Event]] = field(default_factory=dict)
    asks: tuple[tuple[str, Command], ...] = ()
    drafts: tuple[Draft, ...] = ()


# Which other orders a command is about, as far as it and its own order tell. What is not listed concerns
# its own order only.
CONCERNS: dict[type[Command], Callable[[Order, Any], frozenset[str]]] = {
    Expedite: lambda order, expedite: frozenset(each.order for each in expedite.push) - {order.number},
    Merge: lambda order, merge: frozenset(merge.orders) - {order.number},
    AnswerTransfer: lambda order, _: partners(order),
    Correct: lambda order, correct: frozenset(
        each.target for each in leaving(order) if each.told_by == correct.event
    ),
    ReportMilestone: lambda order, _: _sources(order),
    Ship: lambda order, ship: (_sources(order) | {ship.to_order.strip()}) - {"", order.number},
    Receive: lambda order, _: partners(order),
}
# Of these, the commands that concern others only while pieces go straight from one order to the next: an
# order with an open transfer, or a request that names one.
SELDOM: frozenset[type[Command]] = frozenset({Correct, ReportMilestone, Ship, Receive})


def _sources(order: Order) -> frozenset[str]:
    """The orders whose pieces are on offer to this one: who has such pieces has taken them first."""
    return frozenset(transfer.source for transfer in coming(order))


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
