"""Measured values against the plan: one field a sample, or one list where there are many."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from urllib.parse import urlencode

from activities.i18n import N_
from api.supplier.fields import Fields, plain_number
from api.supplier.naming import again_for, line_among
from api.supplier.tasks import Lead, Sight, Task, Wanted, chosen, label
from api.supplier.told import limits
from api.supplier.words import Words
from models.domain import gate, reinspecting
from models.domain.commands import SubmitInspection
from models.domain.decisions.inspecting import lot_size_of
from models.domain.errors import FieldError, Invalid, Refusal
from models.domain.inspection import (
    CONFORMS,
    NOT,
    Characteristic,
    InspectionPlan,
    Result,
    Sample,
    judge,
    required_units,
)
from models.domain.order import Line, Order
from models.domain.pieces import line_of, lot_of

# More samples than this are typed as a list: the page stays small, and lists can be pasted.
MOST_FIELDS = 10
_LONGEST_LIST = 50_000


@dataclass(frozen=True, slots=True)
class Cell:
    """One sample's field. ``verdict`` is inside, outside, unreadable, or empty while there is no value."""

    input: str
    sample: int
    value: str
    verdict: str = ""


@dataclass(frozen=True, slots=True)
class Ruler:
    """Where values lie between the limits; positions from 0 to 100, the limits at 20 and 80."""

    lower: str
    upper: str
    nominal: int | None
    marks: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """One characteristic as the form asks for it. ``kind`` is variable or attribute."""

    input: str
    kind: str
    title: str
    limits: str
    # As they are judged, for the verdict while one types; empty where there is none.
    lower: str
    upper: str
    method: str
    count: int
    cells: tuple[Cell, ...]
    ruler: Ruler | None
    # Where there are many samples: the list as it was typed.
    many: bool
    listed: str = ""
    bad: str = ""


@dataclass(frozen=True, slots=True)
class MeasureForm:
    heading: str
    line: int
    lot: str
    size: str
    asked: tuple[Asked, ...]
    # The mark for decimals the reader writes, empty when there is nothing to write.
    decimal: str
    # What may be measured instead: the end of its address and what it is called.
    others: tuple[tuple[str, str], ...]
    # Whose pieces are inspected again, and no others; empty when that is all the same.
    nonconformance: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is measured: a line, one lot of it or all, and where a nonconformance is named its pieces alone."""

    line: Line
    lot: str
    nonconformance: str

    @property
    def command(self) -> SubmitInspection:
        return SubmitInspection(self.line.line, (), self.lot, nonconformance=self.nonconformance)

    @property
    def address(self) -> str:
        parts = {"line": self.line.line, "lot": self.lot, "nonconformance": self.nonconformance}
        return urlencode({name: part for name, part in parts.items() if part or name == "lot"})


def planned_lines(order: Order) -> Iterator[Line]:
    """Lines with a plan and with pieces to measure."""
    for line in order.lines:
        if line.plan is None:
            continue
        try:
            lot_size_of(order, line, SubmitInspection(line.line, ()))
        except Refusal:
            continue
        yield line


def _offered(order: Order) -> bool:
    return gate.why_not(order, "submit-inspection") is None and any(True for _ in planned_lines(order))


def _subject(visit: Sight, typed: Mapping[str, str]) -> Subject:
    """What was chosen, else the first line; a lot only when it is the only one."""
    lines = list(planned_lines(visit.order))
    line = next((item for item in lines if str(item.line) == typed.get("line")), lines[0])
    again = [item.nonconformance for item in reinspecting.inspectable(visit.order, line.line)]
    named = typed.get("nonconformance", "")
    named = named if named in again else ""
    lots = _lots(visit.order, line, named)
    wanted = typed.get("lot", "")
    return Subject(line, wanted if wanted in lots else (lots[0] if len(lots) == 1 else ""), named)


def _lots(order: Order, line: Line, nonconformance: str) -> list[str]:
    """The lots there are of the line, or with pieces of the nonconformance to inspect again."""
    lots = [lot_of(at) for at in order.stock if line_of(at) == line.line and lot_of(at)]
    if not nonconformance:
        return lots
    item = order.nonconformances[nonconformance]
    return [lot for lot in lots if reinspecting.lot_size(item, line.line, lot)]


def form(visit: Sight, typed: Mapping[str, str]) -> MeasureForm:
    subject = _subject(visit, typed)
    line = subject.line
    size = lot_size_of(visit.order, line, subject.command)
    assert line.plan is not None, "only lines with a plan are measured"
    words = visit.words
    return MeasureForm(
        heading=words.say(N_("What did you measure on {part}?"), part=line_among(visit.order, line, words)),
        line=line.line,
        lot=subject.lot,
        size=words.amount(size, line.unit),
        asked=tuple(
            _asked(index, item, size, typed, words) for index, item in enumerate(line.plan.characteristics)
        ),
        decimal=words.decimal if any(item.kind == "variable" for item in line.plan.characteristics) else "",
        others=tuple(
            (other.address, _called(visit, other)) for other in _subjects(visit) if other != subject
        ),
        nonconformance=subject.nonconformance,
    )


def _subjects(visit: Sight) -> Iterator[Subject]:
    order = visit.order
    for line in planned_lines(order):
        again = [item.nonconformance for item in reinspecting.inspectable(order, line.line)]
        for named in ["", *again]:
            lots = _lots(order, line, named)
            for lot in ["", *lots] if len(lots) > 1 else lots or [""]:
                yield Subject(line, lot, named)


def _called(visit: Sight, subject: Subject) -> str:
    name = label(visit, f"{subject.line.line}:{subject.lot}")
    if not subject.lot and _lots(visit.order, subject.line, subject.nonconformance):
        name = visit.words.say(N_("{part}, all lots together"), part=name)
    return " · ".join(filter(None, [name, again_for(subject.nonconformance, visit.words)]))


def _asked(index: int, item: Characteristic, size: Decimal, typed: Mapping[str, str], words: Words) -> Asked:
    count = required_units(item, size).n
    many = count > MOST_FIELDS
    name = f"v.{index}"
    cells = (
        ()
        if many
        else tuple(
            _cell(item, f"{name}.{sample}", sample, typed.get(f"{name}.{sample}", ""), words)
            for sample in range(1, count + 1)
        )
    )
    listed = typed.get(name, "") if many else ""
    values = _parts(listed) if many else [cell.value for cell in cells]
    return Asked(
        input=name,
        kind=item.kind,
        title=f"{item.number} · {item.name}",
        limits=limits(item, words),
        lower=_plain_limit(item.lower),
        upper=_plain_limit(item.upper),
        method=item.method,
        count=count,
        cells=cells,
        ruler=ruler(item, [plain_number(value, decimal=words.decimal) or "" for value in values]),
        many=many,
        listed=listed,
        bad=typed.get(f"{name}.bad", ""),
    )


def _plain_limit(limit: Decimal | None) -> str:
    return "" if limit is None else f"{limit:f}"


def _cell(item: Characteristic, name: str, sample: int, value: str, words: Words) -> Cell:
    number = plain_number(value, decimal=words.decimal) if item.kind == "variable" else value
    verdict = "unreadable" if number is None else _verdict(item, number)
    return Cell(name, sample, value, verdict if value else "")


def _verdict(item: Characteristic, value: str) -> str:
    """What the core says of this one value, written with a point."""
    one = InspectionPlan("", "", "", (replace(item, sample=Sample("count", count=1)),))
    try:
        judgement = judge(one, 1, (Result(item.number, 1, value),))
    except Invalid:
        return "unreadable"
    return "outside" if judgement.failures else "inside"


def ruler(item: Characteristic, values: list[str]) -> Ruler | None:
    """The values, written with a point, on the scale of their limits; None without both limits."""
    if item.lower is None or item.upper is None or item.lower == item.upper:
        return None
    lower, span = item.lower, item.upper - item.lower

    def place(value: Decimal) -> int:
        return int(min(max(20 + 60 * (value - lower) / span, Decimal(2)), Decimal(98)))

    marks = tuple(
        (place(Decimal(value)), _verdict(item, value))
        for value in values[:200]
        if re.fullmatch(r"[+-]?\d{1,20}(\.\d{0,20})?", value)
    )
    nominal = place(item.nominal) if item.nominal is not None else None
    return Ruler(f"{item.lower:f}", f"{item.upper:f}", nominal, marks)


def read(fields: Fields, visit: Sight) -> Wanted | None:
    if chosen(fields, "check", "submit") == "check":
        return None
    # A nonconformance that is done with meanwhile is refused: these values speak of nothing else.
    subject = replace(_subject(visit, fields.typed), nonconformance=fields.raw("nonconformance"))
    line = subject.line
    assert line.plan is not None, "only lines with a plan are measured"
    size = lot_size_of(visit.order, line, subject.command)
    found = _Results(fields, visit.words.decimal)
    for index, item in enumerate(line.plan.characteristics):
        found.add(f"v.{index}", item, required_units(item, size).n)
    found.check(line.plan, size)
    command = replace(subject.command, results=tuple(found.results))
    return Wanted(command, found.places, found.names)


class _Results:
    """The results in a form, and the input each of them came from."""

    def __init__(self, fields: Fields, decimal: str) -> None:
        self.fields = fields
        self.decimal = decimal
        self.results: list[Result] = []
        self.places: dict[str, Lead] = {}
        # Field path -> what the value is of, to be said before what is wrong with it.
        self.names: dict[str, str] = {}

    def add(self, name: str, item: Characteristic, count: int) -> None:
        self.places[f"results:{item.number}"] = Lead(name)
        if count <= MOST_FIELDS:
            self._one_by_one(name, item, count)
        elif item.kind == "variable":
            parts = _parts(self.fields.text(name, most=_LONGEST_LIST))
            for sample, part in enumerate(parts, 1):
                self._put(name, name, item, sample, part)
        else:
            self._all_but(name, item, count)

    def _one_by_one(self, name: str, item: Characteristic, count: int) -> None:
        missing = ""
        for sample in range(1, count + 1):
            value = self.fields.text(f"{name}.{sample}")
            if value:
                self._put(f"{name}.{sample}", name, item, sample, value)
            else:
                missing = missing or f"{name}.{sample}"
        self.places[f"results:{item.number}"] = Lead(missing or f"{name}.1", name)

    def _all_but(self, name: str, item: Characteristic, count: int) -> None:
        """Conforming but for the samples named; nothing is known before one of the two was chosen."""
        said = self.fields.raw(name)
        bad = {
            part
            for part in re.split(r"[\s,;，、]+", self.fields.text(f"{name}.bad", most=_LONGEST_LIST))
            if part
        }
        if said == "some" and not bad:
            self.fields.wrong(f"{name}.bad", "Enter the numbers of the samples that do not conform.")
        known = {str(sample) for sample in range(1, count + 1)}
        for strange in sorted(bad - known)[:1]:
            text = "There is no sample {entered}; they are numbered from 1 to {count}."
            self.fields.wrong(f"{name}.bad", text, entered=strange[:40], count=count)
        if said in ("all", "some"):
            for sample in range(1, count + 1):
                conforms = said == "all" or str(sample) not in bad
                self._put(name, name, item, sample, CONFORMS if conforms else NOT)

    def check(self, plan: InspectionPlan, size: Decimal) -> None:
        """Raises everything that is wrong at once, what the core finds included."""
        if self.fields.errors:
            try:
                judge(plan, size, tuple(self.results))
            except Invalid as found:
                self.fields.errors += [replace(error, field=self._input_of(error)) for error in found.errors]
        self.fields.check()

    def _input_of(self, error: FieldError) -> str:
        about = f"{error.field}:{dict(error.values).get('characteristic', '')}"
        return (self.places.get(about) or self.places[error.field]).input

    def _put(self, place: str, at: str, item: Characteristic, sample: int, value: str) -> None:
        if item.kind == "variable":
            number = plain_number(value, decimal=self.decimal)
            if number is None:
                text = "{entered} could be two numbers. Write decimals with a point, such as 10.5."
                if self.decimal == ",":
                    text = "{entered} could be two numbers. Write decimals with a comma, such as 10,5."
                self.fields.wrong(place, text, entered=value[:40])
            # One that is said to be unclear is there, and is no other trouble.
            value = number or "0"
        for part in ("value", "sample"):
            self.places[f"results.{len(self.results)}.{part}"] = Lead(place, at)
            self.names[f"results.{len(self.results)}.{part}"] = f"{item.name}, {sample}"
        self.fields.rows[place] = f"{item.name}, {sample}"
        self.results.append(Result(item.number, sample, value))


def _parts(listed: str) -> list[str]:
    return [part for part in re.split(r"[\s;；]+", listed) if part]


MEASURE = Task("measure", "submit-inspection", N_("Send measured values"), _offered, form, read)
