"""What was done to the pieces, in which load of which equipment, with which parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from activities.i18n import N_
from api.supplier.fields import Fields
from api.supplier.naming import line_among
from api.supplier.tasks import Lead, Place, Sight, Task, Wanted, chosen, delivery_at, label
from api.supplier.words import Words
from models.domain import gate
from models.domain.commands import LoadLot, ReportProcess
from models.domain.decisions.processing import LONGEST_NAME
from models.domain.order import Line, Order
from models.domain.pieces import line_of, sent

# Rows to fill in beside those of the last load; a form without JavaScript cannot grow.
_SPARE_ROWS = 4
_MOST_ROWS = 12


@dataclass(frozen=True, slots=True)
class Parameter:
    """One row of name and value; the name is that of the last load's row."""

    input: str
    name: str


@dataclass(frozen=True, slots=True)
class ProcessForm:
    heading: str
    line: int
    equipment: str
    places: tuple[Place, ...]
    parameters: tuple[Parameter, ...]
    latest: str
    others: tuple[tuple[int, str], ...]


def sent_lines(order: Order) -> list[Line]:
    """Lines of which something was sent."""
    return [line for line in order.lines if any(line_of(at) == line.line for at in order.stock)]


def _offered(order: Order) -> bool:
    return gate.why_not(order, "report-process") is None and bool(sent_lines(order))


def _subject(visit: Sight, typed: Mapping[str, str]) -> Line:
    """The line asked about: the one named, else the first."""
    lines = sent_lines(visit.order)
    return next((line for line in lines if str(line.line) == typed.get("line")), lines[0])


def form(visit: Sight, typed: Mapping[str, str]) -> ProcessForm:
    line, words = _subject(visit, typed), visit.words
    last = line.reported_loads[-1] if line.reported_loads else None
    names = list(last.parameters) if last is not None else []
    rows = min(max(len(names) + _SPARE_ROWS, 6), max(_MOST_ROWS, len(names)))
    return ProcessForm(
        heading=words.say(N_("How was {part} processed?"), part=line_among(visit.order, line, words)),
        line=line.line,
        equipment=last.equipment if last is not None else "",
        places=tuple(_places(visit, line)),
        parameters=tuple(
            Parameter(f"parameters.{index}", names[index] if index < len(names) else "")
            for index in range(rows)
        ),
        latest=f"{words.today.isoformat()}T23:59",
        others=tuple(
            (other.line, line_among(visit.order, other, words))
            for other in sent_lines(visit.order)
            if other is not line
        ),
    )


def _places(visit: Sight, line: Line) -> Iterator[Place]:
    """Every lot that was sent on the line, with how many."""
    places = [at for at in visit.order.stock if line_of(at) == line.line]
    for index, at in enumerate(places):
        amount = visit.words.amount(sent(visit.order.stock[at]), line.unit)
        yield Place(f"lots.{index}", at, label(visit, at), amount, delivery=delivery_at(visit, at))


def read(fields: Fields, visit: Sight) -> Wanted:
    chosen(fields, "process")
    line = _subject(visit, fields.typed)
    lots: list[LoadLot] = []
    leads: dict[str, Lead] = {}
    names: dict[str, str] = {}
    for place in _places(visit, line):
        fields.rows[place.input] = place.label
        quantity = fields.quantity(f"{place.input}.quantity", line.unit)
        if quantity is not None:
            for name in ("quantity", "lot"):
                leads[f"lots.{len(lots)}.{name}"] = Lead(f"{place.input}.quantity")
            lots.append(LoadLot(quantity, place.lot))
    if not lots and not fields.errors:
        fields.wrong("lots.0.quantity", "Enter how many were in the load.")
    parameters = dict(_parameters(fields, visit.words, leads, names))
    started, ended = (_instant(fields, visit, name) for name in ("started_at", "ended_at"))
    equipment, load = fields.text("equipment"), fields.text("load")
    fields.check()
    assert started is not None, "checked"
    assert ended is not None, "checked"
    command = ReportProcess(line.line, equipment, load, started, ended, tuple(lots), parameters)
    return Wanted(command, leads, names)


def _instant(fields: Fields, visit: Sight, name: str) -> datetime | None:
    """The time on the supplier's clocks as an instant."""
    local = fields.moment(name)
    if local is None:
        if not any(error.field == name for error in fields.errors):
            fields.wrong(name, "Enter the day and the time.")
        return None
    return visit.order.supplier_calendar.at(local.date(), local.time())


def _parameters(
    fields: Fields, words: Words, leads: dict[str, Lead], names: dict[str, str]
) -> Iterator[tuple[str, str]]:
    """Name and value of every row that has a value; a name alone is only a suggestion."""
    seen: set[str] = set()
    index = 0
    while f"parameters.{index}.name" in fields.typed:
        at = f"parameters.{index}"
        index += 1
        fields.rows[at] = words.say(N_("Parameter {number}"), number=index)
        name, value = fields.text(f"{at}.name", most=LONGEST_NAME), fields.text(f"{at}.value")
        if not value:
            continue
        if not name:
            fields.wrong(f"{at}.name", "Say what was set or measured.")
        elif name in seen:
            fields.wrong(f"{at}.name", "{parameter} is given twice.", parameter=name)
        seen.add(name)
        leads[f"parameters.{name}"] = Lead(f"{at}.value")
        names[f"parameters.{name}"] = name
        yield name, value


PROCESS = Task("process", "report-process", N_("Report the process"), _offered, form, read)
