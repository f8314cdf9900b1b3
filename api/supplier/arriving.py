"""Has the material arrived?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from activities.i18n import N_
from api.supplier.fields import Fields
from api.supplier.serials import amount, nothing
from api.supplier.tasks import (
    Lead,
    Place,
    Task,
    Wanted,
    chosen,
    instant,
    places,
    serial_leads,
    told_apart,
    total_of,
)
from api.supplier.visits import Visit
from models.domain import gate
from models.domain.commands import LineQuantity, ReportMilestone
from models.domain.decisions.drawing import Shelf
from models.domain.milestones import Milestone
from models.domain.order import Order
from models.domain.pieces import Bucket
from models.domain.records import Share


@dataclass(frozen=True, slots=True)
class ArrivalForm:
    heading: str
    # What is on its way to the supplier; empty when nobody has said what was sent.
    places: tuple[Place, ...]
    planned: str
    today: str


def arrival(order: Order) -> Milestone | None:
    """The milestone that says material is here."""
    return next((item for item in order.milestones if item.kind == "received"), None)


def on_its_way(order: Order) -> bool:
    return any(pieces.get(Bucket.IN_TRANSIT_OUT) for pieces in Shelf(order).stock.values())


def reworks_at(order: Order, at: str) -> tuple[str, ...]:
    """Nonconformances with pieces of this lot out to be reworked."""
    return tuple(
        name for name, item in order.nonconformances.items() if item.shares.get(at, {}).get(Share.REWORKING)
    )


def _offered(order: Order) -> bool:
    milestone = arrival(order)
    if milestone is None or gate.why_not(order, "report-milestone") is not None:
        return False
    return on_its_way(order) or milestone.actual is None


def _coming(visit: Visit) -> list[tuple[Place, Decimal]]:
    return list(places(visit, Shelf(visit.order).stock, Bucket.IN_TRANSIT_OUT))


def _form(visit: Visit, _typed: Mapping[str, str]) -> ArrivalForm:
    coming, words = _coming(visit), visit.words
    shown = tuple(replace(place, reworks=reworks_at(visit.order, place.at)) for place, _ in coming)
    by_line: dict[int, Decimal] = {}
    for place, quantity in coming:
        by_line[place.line] = by_line.get(place.line, Decimal(0)) + quantity
    if coming and all(place.reworks for place in shown):
        text = N_("Have the {pieces} to be reworked arrived?")
        heading = words.say(text, pieces=total_of(visit, by_line))
    elif coming:
        heading = words.say(N_("Have the {pieces} arrived?"), pieces=total_of(visit, by_line))
    else:
        heading = words.say(N_("Has the material arrived?"))
    milestone = arrival(visit.order)
    assert milestone is not None, "without it the form is not offered"
    return ArrivalForm(
        heading=heading,
        places=shown,
        planned=words.far_day(milestone.expected),
        today=words.today.isoformat(),
    )


def _read(fields: Fields, visit: Visit) -> Wanted:
    answer = chosen(fields, "all", "some", "later")
    milestone = arrival(visit.order)
    code = milestone.code if milestone is not None else ""
    if answer == "all":
        # Named one by one: after a receipt a report without lines is taken for a late entry, which
        # moves nothing, and reworked pieces would be asked for again and again.
        arrived = tuple(LineQuantity(place.line, quantity, place.lot) for place, quantity in _coming(visit))
        return Wanted(ReportMilestone(code, lines=arrived))
    if answer == "later":
        forecast = fields.day("forecast")
        if forecast is None and not fields.errors:
            fields.wrong("forecast", "Choose the day you expect it.")
        fields.check()
        return Wanted(ReportMilestone(code, forecast=forecast))
    day = fields.day("actual")
    lines: list[LineQuantity] = []
    leads: dict[str, Lead] = {}
    told_apart(fields, (place for place, _ in _coming(visit)))
    for place, _ in _coming(visit):
        line = visit.order.line(place.line)
        assert line is not None, "pieces are on the order's lines"
        typed = fields.quantity(f"{place.input}.quantity", line.unit)
        quantity, serials = amount(fields, place.serials, typed)
        if quantity is not None:
            leads[f"lines.{len(lines)}.quantity"] = Lead(f"{place.input}.quantity")
            leads |= serial_leads(len(lines), place, "quantity")
            lines.append(LineQuantity(place.line, quantity, place.lot, serials))
    if not lines and not fields.errors:
        first = next((place for place, _ in _coming(visit)), None)
        prefix, asked = (first.input, first.serials) if first is not None else ("lines.0", None)
        nothing(fields, prefix, asked, "Enter how many have arrived.")
    fields.check()
    actual = instant(visit.order.supplier_calendar, day, visit.now) if day is not None else None
    return Wanted(ReportMilestone(code, actual, lines=tuple(lines)), leads)


ARRIVED = Task("arrived", "report-milestone", N_("Say what has arrived"), _offered, _form, _read)
