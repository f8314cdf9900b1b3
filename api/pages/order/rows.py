"""Rows of the order's page: its milestones, the loads its pieces were in, its parcels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from api.pages.order.milestone_line import Step
from api.pages.order.telling import Telling
from api.supplier.words import Words
from models.domain.milestones import Milestone
from models.domain.next_steps import missed_milestones, said_of
from models.domain.order import Order
from models.domain.records import Load


@dataclass(frozen=True, slots=True)
class MilestoneRow:
    """`slip`: days later than planned, None while nothing is known; `overdue`: days since it was to be
    done; `state` as its mark's."""

    number: int
    name: str
    planned: str
    forecast: str
    actual: str
    slip: int | None
    overdue: int
    state: str
    # `forecast` is what was promised with the order; of the milestone itself nobody has said more.
    promised: bool


@dataclass(frozen=True, slots=True)
class LoadRow:
    """What was done to pieces of one line in one load."""

    load: str
    equipment: str
    when: str
    lots: tuple[str, ...]
    parameters: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class HeldLot:
    """A lot on hold, the order's lots it covers, and where the lot is."""

    lot: str
    lots: str
    reason: str
    address: str


def steps(order: Order, today: date) -> list[Step]:
    """The milestones as the milestone line takes them."""
    missed = missed_milestones(order, today)
    return [_mark(order, index, item, item.code in missed) for index, item in enumerate(order.milestones, 1)]


def milestones(order: Order, marks: list[Step], today: date, words: Words) -> list[MilestoneRow]:
    missed = missed_milestones(order, today)
    return [
        _milestone(step, item, words, missed.get(item.code, 0))
        for step, item in zip(marks, order.milestones, strict=True)
    ]


def loads(tell: Telling) -> list[LoadRow]:
    return [_load(tell, line.line, load) for line in tell.order.lines for load in line.reported_loads]


def held_lots(order: Order, words: Words) -> list[HeldLot]:
    return [
        HeldLot(hold.lot, words.listed(hold.lots), hold.reason, f"/master/lots/{quote(hold.lot, safe='')}")
        for hold in order.open_lot_holds
    ]


def parcel(order: Order, item: Mapping[str, Any], words: Words) -> dict[str, Any]:
    """A parcel as the API shows it, with how much is in the box, in words, and when it left."""
    return {**item, **_amounts(order, item, words)}


def _mark(order: Order, number: int, item: Milestone, missed: bool) -> Step:
    done = order.supplier_calendar.local_date(item.actual) if item.actual is not None else None
    return Step(number, item.planned, said_of(order, item), done, missed)


def _milestone(step: Step, item: Milestone, words: Words, overdue: int) -> MilestoneRow:
    state = "missed" if step.missed else "forecast" if step.forecast else "planned"
    return MilestoneRow(
        number=step.number,
        name=item.name,
        planned=words.day(item.planned),
        forecast=words.far_day(step.forecast) if step.forecast and item.actual is None else "",
        actual=words.day(step.actual) if step.actual is not None else "",
        slip=step.slip if step.shown is not None else None,
        overdue=overdue,
        state="done" if step.actual else state,
        promised=item.forecast is None,
    )


def _load(tell: Telling, line: int, load: Load) -> LoadRow:
    return LoadRow(
        load=load.load,
        equipment=load.equipment,
        when=f"{tell.time(load.started_at)} – {tell.time(load.ended_at)}",
        lots=tuple(
            f"{tell.amount(quantity, line)} {lot or tell.part(line)}" for lot, quantity in load.lots.items()
        ),
        parameters=tuple(load.parameters.items()),
    )


def _amounts(order: Order, parcel: Mapping[str, Any], words: Words) -> dict[str, Any]:
    at: datetime = parcel["shipped_at"]
    return {
        "amount": _amount(order, parcel["contents"], words),
        "missing": _amount(order, parcel["short"], words),
        "left": words.time(at),
    }


def _amount(order: Order, contents: Iterable[Mapping[str, Any]], words: Words) -> str:
    units = {line.line: line.unit for line in order.lines}
    by_unit: dict[str, Any] = {}
    for item in contents:
        unit = units.get(item["line"], "")
        by_unit[unit] = by_unit.get(unit, 0) + item["quantity"]
    return words.listed(words.amount(quantity, unit) for unit, quantity in by_unit.items())
