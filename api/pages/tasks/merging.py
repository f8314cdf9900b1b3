"""Merge: which orders there are that could go into this one, what they bring, and why the others stay."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from activities.i18n import N_
from api.pages.desk import Desk
from api.pages.tasks.base import Acting, Button, Knowing, Task, Typed
from api.supplier.fields import Fields
from api.supplier.naming import delivery_told
from api.supplier.tasks import Lead, Wanted
from models.domain import commands as c
from models.domain.decisions.merging import why_apart
from models.domain.order import Line, Order
from models.queries.merging import alike


@dataclass(frozen=True, slots=True)
class Candidate:
    """An order of the same supplier and process. `why_not` is said of one that cannot go."""

    number: str
    need_by: str
    lines: tuple[str, ...]
    why_not: str = ""

    @property
    def input(self) -> str:
        return f"orders.{self.number}"


@dataclass(frozen=True, slots=True)
class MergeForm:
    """`lines` and `need_by` are this order's own; `revision` is the one it gets."""

    lines: tuple[str, ...]
    need_by: str
    revision: int
    ready: tuple[Candidate, ...]
    others: tuple[Candidate, ...]

    @property
    def barred_buttons(self) -> tuple[str, ...]:
        """Where nothing can be chosen nothing is sent."""
        return () if self.ready else ("merge",)


Merging = Knowing[list[Order]]


def _look(session: Session, desk: Desk) -> Merging:
    return Knowing(desk, alike(session, desk.issued))


def _form(acting: Merging, _typed: Typed) -> MergeForm:
    order = acting.order
    found = [_candidate(acting, source) for source in acting.known]
    return MergeForm(
        tuple(_line(acting, order, line) for line in order.lines),
        acting.words.far_day(order.need_by),
        order.revision + 1,
        tuple(each for each in found if not each.why_not),
        tuple(each for each in found if each.why_not),
    )


def _candidate(acting: Acting, source: Order) -> Candidate:
    refusal = why_apart(acting.order, source)
    return Candidate(
        source.number,
        acting.words.far_day(source.need_by),
        tuple(_line(acting, source, line) for line in source.lines),
        acting.words.refusal(refusal) if refusal is not None else "",
    )


def _line(acting: Acting, order: Order, line: Line) -> str:
    """40 pcs FLANGE B · WO-3201; with its own days where the order's do not say it all"""
    amount = acting.words.amount(line.ordered, line.unit)
    told = [f"{amount} {line.part} {line.part_revision}", line.work_order]
    return " · ".join(filter(None, [*told, delivery_told(order, line, acting.words)]))


def _merge(fields: Fields, acting: Merging) -> Wanted:
    chosen = [
        name.removeprefix("orders.")
        for name, value in fields.typed.items()
        if name.startswith("orders.") and value
    ]
    if not chosen:
        first = next((source.number for source in acting.known), "")
        fields.wrong(f"orders.{first}" if first else "", "Choose at least one order.")
    fields.check()
    fields.rows |= {f"orders.{number}": number for number in chosen}
    leads = {f"orders.{place}": Lead(f"orders.{number}") for place, number in enumerate(chosen)}
    return Wanted(c.Merge(tuple(chosen)), leads)


MERGE = Task(
    "merge",
    "merge",
    _form,
    _merge,
    (Button("merge", N_("Merge them")),),
    question=N_("Which orders go into this one?"),
    look=_look,
)
