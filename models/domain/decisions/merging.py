"""merge: an order takes up others of which nothing was sent yet, and is acknowledged anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from models.domain import commands as c
from models.domain import gate
from models.domain.across import Decision
from models.domain.changes import Commercial, LineCommercial
from models.domain.delivery_days import needed
from models.domain.errors import Invalid, Refusal
from models.domain.events import Event, MergedOrder, OrderMergedInto, OrdersMerged
from models.domain.facts import Asked, Facts
from models.domain.hurrying import Expedite, taken_up
from models.domain.order import Order, sent_on, stage


def merge(order: Order, command: c.Merge, asked: Asked, facts: Facts, now: datetime) -> Decision:
    refusal = why_not(order)
    if refusal is not None:
        raise refusal
    sources = [_source(order, name, index, facts) for index, name in enumerate(_named(order, command))]
    for index, source in enumerate(sources):
        _one_revision([order, *sources[:index]], source, index)
    others: dict[str, list[Event]] = {source.number: [OrderMergedInto(order.number)] for source in sources}
    return Decision([merged(order, sources)], others)


def why_not(order: Order) -> Refusal | None:
    """Why the order takes up no others now although its stage allows it, nor goes into one."""
    if any(sent_on(order, line.line) for line in order.lines):
        return Refusal(
            "merge.sent",
            "Pieces of {order} were sent already. Leave it an order of its own.",
            order=order.number,
        )
    return None


def why_apart(order: Order, source: Order) -> Refusal | None:
    """Why `source` cannot go into `order`; None when it can."""
    refusal = gate.why_not(source, "merge") or why_not(source)
    if refusal is not None:
        at = stage(source).value.replace("_", " ")
        change = source.open_change.change if source.open_change is not None else ""
        return Refusal("merge.source", _STAYS[refusal.code], order=source.number, stage=at, change=change)
    for what, is_same in _SAME.items():
        if not is_same(order, source):
            return Refusal("merge.different", _DIFFERENT[what], order=source.number, target=order.number)
    return _other_revision([order], source)


# What has to be the same, as certificates, prices and promises are of the whole order.
_SAME: dict[str, Callable[[Order, Order], bool]] = {
    "supplier": lambda one, other: one.supplier == other.supplier,
    "process": lambda one, other: one.process == other.process,
    "spec": lambda one, other: (one.spec, one.spec_revision) == (other.spec, other.spec_revision),
    "currency": lambda one, other: one.currency == other.currency,
    "type": lambda one, other: one.type == other.type,
    "plant": lambda one, other: one.plant == other.plant,
    "purchase_order": lambda one, other: one.purchase_order == other.purchase_order,
    "export_controlled": lambda one, other: one.export_controlled == other.export_controlled,
}
_DIFFERENT = {
    "supplier": "{order} is with another supplier than {target}. Leave it an order of its own.",
    "process": "{order} is for another process than {target}. Leave it an order of its own.",
    "spec": (
        "{order} has another specification, or another revision of it, than {target}. Leave it an order "
        "of its own."
    ),
    "currency": "{order} is in another currency than {target}. Leave it an order of its own.",
    "type": (
        "{order} is of another order type than {target}; each has numbers and costs of its own. Leave it "
        "an order of its own."
    ),
    "plant": "{order} belongs to another plant than {target}. Leave it an order of its own.",
    "purchase_order": (
        "{order} is of another purchase order than {target}; certificates name only one. Leave it an "
        "order of its own."
    ),
    "export_controlled": (
        "Only one of {order} and {target} is export-controlled. Leave it an order of its own."
    ),
}


# Why an order stays one of its own, by the code of what it would be refused with itself.
_STAYS = {
    "order.stage": (
        "{order} stands at “{stage}”; only issued and acknowledged orders go into another. Leave it an "
        "order of its own."
    ),
    "order.hold": "{order} is on hold. Resume it first.",
    "order.cancelling": "{order} is being cancelled. Leave it out.",
    "order.reassigned": "{order} was given to another supplier. Leave it out.",
    "order.declined": "{order} was declined by its supplier. Leave it out.",
    "transfer.open": "Pieces go straight to {order} from another one. Have that answered first.",
    "change.open": "Change {change} of {order} is still open. Wait for its answer, or withdraw it.",
    "change.proposal_waits": "The supplier proposed other terms for {order}. Answer the proposal first.",
    "merge.sent": "Pieces of {order} were sent already. Leave it an order of its own.",
}


def merged(order: Order, sources: Sequence[Order]) -> OrdersMerged:
    """What becomes of `order` when it takes up `sources`: each line is needed when it was, nothing else that was
    asked of any of them is asked less."""
    number = max(line.line for line in order.lines)
    taken: list[MergedOrder] = []
    hurried: list[Expedite] = []
    for source in sources:
        numbers = {line.line: number + place + 1 for place, line in enumerate(source.lines)}
        number += len(numbers)
        lines = (
            replace(
                line,
                line=numbers[line.line],
                promise=None,
                need_by=needed(source, line),
                delivery_of=numbers.get(line.delivery_of, 0),
            )
            for line in source.lines
        )
        taken.append(MergedOrder(source.number, tuple(lines)))
        hurried += taken_up(source, numbers)
    all_of = [order, *sources]
    added = tuple(line for each in taken for line in each.lines)
    before = order.commercial
    after = Commercial(
        max(needed(each, line) for each in all_of for line in each.lines),
        before.spec_revision,
        (
            *before.lines,
            *(LineCommercial(line.line, line.ordered, line.unit_price, line.lots) for line in added),
        ),
    )
    return OrdersMerged(
        tuple(taken),
        before,
        after,
        order.revision + 1,
        "urgent" if any(each.priority == "urgent" for each in all_of) else order.priority,
        tuple(dict.fromkeys(kind for each in all_of for kind in each.required_documents)),
        any(each.release_before_ship for each in all_of),
        tuple(hurried),
        own_days=True,
    )


def _named(order: Order, command: c.Merge) -> tuple[str, ...]:
    if not command.orders:
        raise Invalid("merge.none", "Name the orders to take up.", field="orders")
    for index, name in enumerate(command.orders):
        if name == order.number:
            text = "An order does not go into itself; name others."
            raise Invalid("merge.itself", text, field=f"orders.{index}")
        if name in command.orders[:index]:
            raise Invalid("merge.repeated", "{order} is named twice.", field=f"orders.{index}", order=name)
    return command.orders


def _source(order: Order, name: str, index: int, facts: Facts) -> Order:
    source = facts.others.get(name)
    field = f"orders.{index}"
    if source is None:
        text = "There is no order {number} that was issued."
        raise Invalid("merge.unknown", text, field=field, number=name)
    refusal = why_apart(order, source)
    if refusal is not None:
        raise _at(refusal, field)
    return source


def _one_revision(before: Sequence[Order], source: Order, index: int) -> None:
    refusal = _other_revision(before, source)
    if refusal is not None:
        raise _at(refusal, f"orders.{index}")


def _other_revision(before: Sequence[Order], source: Order) -> Refusal | None:
    """One order has a part at one revision only: papers and plans are matched by it."""
    known = {line.part: line.part_revision for order in before for line in order.lines}
    for line in source.lines:
        ours = known.get(line.part, line.part_revision)
        if ours != line.part_revision:
            return Refusal(
                "merge.part_revision",
                "{order} has {part} at revision {theirs}; here it is {ours}. Leave it an order of its own.",
                order=source.number,
                part=line.part,
                theirs=line.part_revision,
                ours=ours,
            )
    return None


def _at(refusal: Refusal, field: str) -> Refusal:
    """The same refusal, said of a field of the request."""
    refusal.errors = (refusal.at(field),)
    return refusal
