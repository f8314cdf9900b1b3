"""What a work order may still become while there are orders for it: what they were made from stays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from models.domain.errors import FieldError, Refusal
from models.domain.quantities import ZERO, plain

# What a sentence says, by the names in it.
Said = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Step:
    """An operation of a routing; '' where it says nothing."""

    sequence: int
    kind: str
    process: str = ""
    spec: str = ""
    spec_revision: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """What orders take from a work order."""

    type: str
    part: str
    revision: str
    quantity: Decimal
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Placed:
    """An order, or a draft, that is not cancelled and has so many pieces of one operation. `step` is the
    operation as the order says it."""

    order: str
    step: Step
    quantity: Decimal


def check(before: Job, after: Job, placed: Sequence[Placed]) -> None:
    """Raises `Refusal` with everything that contradicts an order, each at its field."""
    wrong = [*_of_the_whole(before, after, placed), *_of_the_steps(before, after, placed)]
    if wrong:
        raise Refusal(
            "work_order.ordered",
            "There are orders for this work order that say otherwise: {orders}. Leave it as they have it, or change "
            "those first.",
            errors=tuple(wrong),
            orders=", ".join(dict.fromkeys(each.order for each in placed)),
        )


def _of_the_whole(before: Job, after: Job, placed: Sequence[Placed]) -> Iterator[FieldError]:
    if placed and after.type != before.type:
        yield FieldError(
            "type",
            "{orders} got a number of type {type}, so the work order keeps its type. Cancel those orders first, "
            "or discard what is still a draft; or make a work order of the other type.",
            _said(placed, type=before.type),
        )
    for name in ("part", "revision"):
        if placed and getattr(after, name) != getattr(before, name):
            yield FieldError(
                name,
                "{orders} is for part {part} {revision}, so the work order keeps it. Cancel those orders first, "
                "or discard what is still a draft; or make a work order for the other part.",
                _said(placed, part=before.part, revision=before.revision),
            )
    if after.quantity < before.quantity:
        covered = {each.step.sequence: _covered(placed, each.step.sequence) for each in placed}
        most = max(covered, key=lambda at: covered[at], default=0)
        if covered and after.quantity < covered[most]:
            mine = [each for each in placed if each.step.sequence == most]
            yield FieldError(
                "quantity",
                "Of operation {operation}, {covered} are on {orders}; the work order cannot be for fewer. "
                "Enter {covered} or more, or lower the quantity there first.",
                _said(mine, operation=most, covered=plain(covered[most])),
            )


def _of_the_steps(before: Job, after: Job, placed: Sequence[Placed]) -> Iterator[FieldError]:
    """What an order says by now may be said here, too."""
    now = {step.sequence: (index, step) for index, step in enumerate(after.steps)}
    for step in before.steps:
        mine = [each for each in placed if each.step.sequence == step.sequence]
        if mine and step.sequence not in now:
            yield FieldError(
                "operations",
                "Operation {operation} is on {orders}, so it stays in the work order. Cancel those orders "
                "first, or discard what is still a draft.",
                _said(mine, operation=step.sequence),
            )
        elif mine:
            index, new = now[step.sequence]
            for name in ("kind", "process", "spec", "spec_revision"):
                wanted = getattr(new, name)
                against = [each for each in mine if getattr(each.step, name) != wanted]
                if against and wanted != getattr(step, name):
                    yield _changed(f"operations.{index}", name, _said(against, operation=step.sequence))


def _changed(at: str, name: str, said: Said) -> FieldError:
    if name == "spec_revision":
        return FieldError(
            f"{at}.{name}",
            "Operation {operation} is on {orders} with another revision. Propose the change there first; once "
            "it is agreed, enter it here.",
            said,
        )
    return FieldError(
        f"{at}.{name}",
        "Operation {operation} is on {orders} as it was. Cancel those orders first, or discard what is still a "
        "draft; or leave it as it is and add another operation.",
        said,
    )


def _covered(placed: Sequence[Placed], operation: int) -> Decimal:
    return sum((each.quantity for each in placed if each.step.sequence == operation), ZERO)


def _said(orders: Sequence[Placed], **values: object) -> Said:
    named = ", ".join(dict.fromkeys(each.order for each in orders))
    return (("orders", named), *((name, str(value)) for name, value in values.items()))
