"""Split: how many go onto new orders; the first goes on with the rest and with all that was sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from activities.i18n import N_
from api.pages.tasks.base import Acting, Button, Task, Typed, answered
from api.supplier.fields import Fields
from api.supplier.naming import delivery_told, line_among, line_called
from api.supplier.tasks import Lead, Wanted
from models.domain import commands as c
from models.domain.decisions.splitting import MOST, rest, shared_out
from models.domain.errors import Refusal
from models.domain.order import Line, sent_on
from models.domain.quantities import whole

_LOOK = "look"
_BUTTONS = (Button(_LOOK, N_("Show what becomes of it")), Button("split", N_("Split the order")))


@dataclass(frozen=True, slots=True)
class Cell:
    """One input: how many of a line, or of one of its lots, go onto a new order."""

    input: str
    label: str
    # How many there are to share out.
    amount: str
    # Which delivery it is of, and its days; empty where the order's own say it all.
    delivery: str


@dataclass(frozen=True, slots=True)
class PartForm:
    """A new order beside the first; `place` counts the first as 1."""

    place: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class SplitForm:
    """`sent` are pieces that stay with the first order. `becomes` are the new orders' lines, once what is
    typed adds up."""

    count: int
    most: int
    sent: tuple[str, ...]
    parts: tuple[PartForm, ...]
    becomes: tuple[tuple[str, ...], ...]


def _form(acting: Acting, typed: Typed) -> SplitForm:
    order, words = acting.order, acting.words
    count = _count(typed.get("parts", ""))
    sent = (
        f"{words.amount(gone, line.unit)} {line_among(order, line, words)}"
        for line in order.lines
        if (gone := sent_on(order, line.line))
    )
    parts = (PartForm(place + 1, tuple(_cells(acting, place))) for place in range(1, count))
    return SplitForm(count, MOST, tuple(sent), tuple(parts), tuple(_becomes(acting, typed)))


def _count(text: str) -> int:
    """How many orders it becomes; two unless somebody asks for more."""
    return min(MOST, max(2, whole(text) or 2))


def _cells(acting: Acting, place: int) -> Iterator[Cell]:
    words = acting.words
    for line in acting.order.lines:
        name, told = line_called(line, words), delivery_told(acting.order, line, words)
        if len(line.lots) < 2:
            yield Cell(_input(place, line), name, words.amount(line.ordered, line.unit), told)
            continue
        for index, lot in enumerate(line.lots):
            amount = words.amount(lot.quantity, line.unit)
            yield Cell(_input(place, line, index), f"{name} · {lot.lot}", amount, told)


def _input(place: int, line: Line, lot: int | None = None) -> str:
    return f"parts.{place}.{line.line}" + ("" if lot is None else f".{lot}") + ".quantity"


def _becomes(acting: Acting, typed: Typed) -> Iterator[tuple[str, ...]]:
    """What each new order would have; nothing while what is typed does not add up."""
    try:
        children = _children(Fields(typed), acting, {})
        shares = shared_out(acting.order, children) if len(children) > 1 else []
    except Refusal:
        return
    for lines in shares:
        yield tuple(
            f"{acting.words.amount(line.ordered, line.unit)} {line.part} {line.part_revision}"
            + "".join(f" · {lot.lot} {acting.words.amount(lot.quantity, line.unit)}" for lot in line.lots)
            for line in lines
        )


def _children(fields: Fields, acting: Acting, leads: dict[str, Lead]) -> tuple[c.SplitChild, ...]:
    others: list[c.SplitChild] = []
    for place in range(1, _count(fields.raw("parts"))):
        at = f"children.{len(others) + 1}.lines"
        lines: list[c.LineQuantity] = []
        for line in acting.order.lines:
            named = line.lots if len(line.lots) > 1 else (None,)
            for index, lot in enumerate(named):
                name = _input(place, line, None if lot is None else index)
                fields.rows[name.removesuffix(".quantity")] = line_called(line, acting.words)
                some = fields.quantity(name, line.unit)
                if some:
                    leads[f"{at}.{len(lines)}.quantity"] = leads[f"{at}.{len(lines)}.lot"] = Lead(name)
                    lines.append(c.LineQuantity(line.line, some, lot.lot if lot is not None else ""))
        if lines:
            others.append(c.SplitChild(tuple(lines)))
    fields.check()
    return (rest(acting.order, others), *others)


def _split(fields: Fields, acting: Acting) -> Wanted | None:
    answer = answered(fields, _BUTTONS)
    first = next(iter(_cells(acting, 1))).input
    leads = {"children": Lead(first), "children.0.lines": Lead(first)}
    children = _children(fields, acting, leads)
    if len(children) < 2:
        fields.wrong(first, "Enter how many go onto a new order.")
    typed = fields.raw("parts")
    if answer != _LOOK and typed and whole(typed) != len(children):
        fields.wrong(
            "parts",
            N_(
                "You typed {typed} orders, and what is filled in makes {filled}. Fill in the others, or type {filled}."
            ),
            typed=typed,
            filled=len(children),
        )
    fields.check()
    wanted = Wanted(c.Split(children), leads)
    if answer != _LOOK:
        return wanted
    try:
        shared_out(acting.order, children)
    except Refusal as refusal:
        fields.errors += [replace(error, field=_lead(leads, error.field)) for error in refusal.errors]
        fields.check()
    return None


def _lead(leads: dict[str, Lead], field: str) -> str:
    return leads[field].input if field in leads else next(iter(leads.values())).input


SPLIT = Task("split", "split", _form, _split, _BUTTONS, question=N_("How is the order split?"))
