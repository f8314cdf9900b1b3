"""Inspections as quality reads them: every value against its limits, the bad ones named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from api.supplier.measuring import Ruler, ruler
from api.supplier.told import limits
from api.supplier.words import Words
from models.domain.inspection import Characteristic
from models.domain.order import Order

# More samples than this are folded away behind their range.
_FEW = 10


@dataclass(frozen=True, slots=True)
class Value:
    sample: int
    text: str
    inside: bool


@dataclass(frozen=True, slots=True)
class Measured:
    """One characteristic. `span`: smallest and largest value, empty for an attribute."""

    title: str
    limits: str
    method: str
    values: tuple[Value, ...]
    bad: int
    span: str
    ruler: Ruler | None

    @property
    def many(self) -> bool:
        return len(self.values) > _FEW


@dataclass(frozen=True, slots=True)
class InspectionView:
    """`verdict` is pass or fail, `decision` release, reject or empty while quality owes it."""

    name: str
    of: str
    size: str
    when: str
    verdict: str
    decision: str
    measured: tuple[Measured, ...]


def inspections(order: Order, rows: Iterable[Mapping[str, Any]], words: Words) -> list[InspectionView]:
    """`rows` as `order_records.inspections` reads them; the newest first."""
    return [_inspection(order, row, words) for row in rows][::-1]


def _inspection(order: Order, row: Mapping[str, Any], words: Words) -> InspectionView:
    line = order.line(row["line"])
    plan = line.plan.characteristics if line is not None and line.plan is not None else ()
    bad = {(failure["characteristic"], failure["sample"]) for failure in row["failures"]}
    subject = [f"{line.part} {line.part_revision}" if line is not None else "", row["lot"], row["parcel"]]
    return InspectionView(
        name=row["inspection"],
        of=" · ".join(filter(None, subject)),
        size=words.amount(Decimal(row["lot_size"]), line.unit if line is not None else ""),
        when=words.time(row["submitted_at"]),
        verdict=row["verdict"],
        decision=row["decision"] or "",
        measured=tuple(_measured(item, row["results"], bad) for item in plan),
    )


def _measured(
    item: Characteristic, results: Iterable[Mapping[str, Any]], bad: set[tuple[str, int]]
) -> Measured:
    values = tuple(
        Value(each["sample"], each["value"], (item.number, each["sample"]) not in bad)
        for each in results
        if each["characteristic"] == item.number
    )
    return Measured(
        title=f"{item.number} · {item.name}",
        limits=limits(item),
        method=item.method,
        values=values,
        bad=sum(not value.inside for value in values),
        span=_span(values, item.unit) if item.kind == "variable" else "",
        ruler=ruler(item, [value.text for value in values]),
    )


def _span(values: tuple[Value, ...], unit: str) -> str:
    try:
        numbers = sorted(Decimal(value.text) for value in values)
    except InvalidOperation:
        return ""
    if not numbers:
        return ""
    return f"{numbers[0]:f} – {numbers[-1]:f} {unit}".strip()
