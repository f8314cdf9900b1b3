"""Inspections as quality reads them: every value against its limits, the bad ones named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from api.supplier.measuring import Ruler, ruler
from api.supplier.naming import again_for, pieces_called
from api.supplier.told import limits
from api.supplier.words import Words
from models.domain.inspection import Characteristic
from models.domain.order import Order
from models.domain.pieces import key

# More samples than this are folded away behind their range.
_FEW = 10


@dataclass(frozen=True, slots=True)
class Value:
    sample: int
    text: str
    inside: bool
    # None for an attribute.
    number: Decimal | None


@dataclass(frozen=True, slots=True)
class Measured:
    """One characteristic. `values` stand beside their samples; of many only those that do not conform,
    and `rest` is the list of all. `span`: smallest and largest value, empty for an attribute."""

    title: str
    limits: str
    method: str
    count: int
    bad: int
    values: tuple[Value, ...]
    rest: str
    span: str
    ruler: Ruler | None


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
    subject = [
        pieces_called(order, key(row["line"], row["lot"] or ""), words),
        row["parcel"],
        again_for(row["nonconformance"] or "", words),
    ]
    return InspectionView(
        name=row["inspection"],
        of=" · ".join(filter(None, subject)),
        size=words.amount(Decimal(row["lot_size"]), line.unit if line is not None else ""),
        when=words.time(row["submitted_at"]),
        verdict=row["verdict"],
        decision=row["decision"] or "",
        measured=tuple(_measured(item, row["results"], bad, words) for item in plan),
    )


def _measured(
    item: Characteristic, results: Iterable[Mapping[str, Any]], bad: set[tuple[str, int]], words: Words
) -> Measured:
    variable = item.kind == "variable"
    values = tuple(
        Value(
            each["sample"],
            words.measured(each["value"]) if variable else each["value"],
            (item.number, each["sample"]) not in bad,
            _number(each["value"]),
        )
        for each in results
        if each["characteristic"] == item.number
    )
    outside = tuple(value for value in values if not value.inside)
    many = len(values) > _FEW
    return Measured(
        title=f"{item.number} · {item.name}",
        limits=limits(item, words),
        method=item.method,
        count=len(values),
        bad=len(outside),
        values=outside if many else values,
        rest=" · ".join(value.text for value in values) if many and variable else "",
        span=words.measured(_span(values, item.unit)) if variable else "",
        ruler=_ruler(item, values) if variable else None,
    )


def _ruler(item: Characteristic, values: tuple[Value, ...]) -> Ruler | None:
    """Where the values lie on the supplier's own ruler; many at one place are one mark."""
    blank = ruler(item, [])
    if blank is None or item.lower is None or item.upper is None:
        return None
    lower, span = item.lower, item.upper - item.lower
    marks: dict[tuple[int, str], None] = {}
    for value in values:
        if value.number is not None:
            at = int(min(max(20 + 60 * (value.number - lower) / span, Decimal(2)), Decimal(98)))
            marks[at, "inside" if value.inside else "outside"] = None
    return replace(blank, marks=tuple(sorted(marks)))


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _span(values: tuple[Value, ...], unit: str) -> str:
    numbers = sorted(value.number for value in values if value.number is not None)
    return f"{numbers[0]:f} – {numbers[-1]:f} {unit}".strip() if numbers else ""
