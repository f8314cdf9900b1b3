"""Measured values judged against an inspection plan.

Values are compared as exact decimals: on the limit is inside. A lot is accepted when, for every
characteristic, no more units than its acceptance number are nonconforming.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar, Literal

from models.domain.errors import FieldError, Invalid
from models.domain.quantities import digits
from models.domain.sampling import SamplePlan, canonical_aql, normal_single

Kind = Literal["variable", "attribute"]
Verdict = Literal["pass", "fail"]
CONFORMS, NOT = "conforms", "not"
_LONGEST_VALUE = 40


@dataclass(frozen=True, slots=True)
class Sample:
    """How many units are inspected: all of them, a fixed ``count``, or by ``aql`` from the lot size."""

    rule: Literal["all", "count", "aql"] = "all"
    count: int = 0
    aql: str = ""

    @classmethod
    def of(cls, raw: object, *, field: str = "sample") -> Sample:
        """From ``"all"``, a count, or ``{"aql": "1.0"}``. Raises ``Invalid`` naming ``field``."""
        if raw == "all":
            return cls()
        if isinstance(raw, int) and not isinstance(raw, bool) and raw >= 1:
            return cls("count", count=raw)
        if isinstance(raw, Mapping) and set(raw) == {"aql"}:
            return cls("aql", aql=canonical_aql(raw["aql"], field=field))
        raise Invalid(
            "inspection.sample",
            'The sample {entered} is not understood; use "all", a number of units, or an aql such as 1.0.',
            field=field,
            entered=raw,
        )

    def raw(self) -> str | int | dict[str, str]:
        """What ``of`` reads."""
        if self.rule == "aql":
            return {"aql": self.aql}
        return self.count if self.rule == "count" else "all"


@dataclass(frozen=True, slots=True)
class Characteristic:
    """One thing to check on each sampled unit: a measured variable or a conforms / not attribute."""

    number: str
    name: str
    kind: Kind = "variable"
    nominal: Decimal | None = None
    lower: Decimal | None = None
    upper: Decimal | None = None
    unit: str = ""
    method: str = ""
    sample: Sample = Sample()


@dataclass(frozen=True, slots=True)
class InspectionPlan:
    """What is checked on one part revision after one process; frozen on the order at issue."""

    part: str
    part_revision: str
    process: str
    characteristics: tuple[Characteristic, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """A value as it was reported; ``sample`` numbers the inspected units from 1."""

    # Read by the codec: a number may come as a number, and is kept as it was written.
    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid", "coerce_numbers_to_str": True}

    characteristic: str
    sample: int
    value: str


@dataclass(frozen=True, slots=True)
class Failure:
    """Why one value does not conform; ``text`` is a template filled from ``values``."""

    characteristic: str
    sample: int
    value: str
    text: str
    values: tuple[tuple[str, str], ...] = ()

    @property
    def message(self) -> str:
        return self.text.format(**dict(self.values))


@dataclass(frozen=True, slots=True)
class Outcome:
    """One characteristic over the lot: what was asked, what was measured, which units fail it."""

    characteristic: str
    plan: SamplePlan
    measured: int
    nonconforming: tuple[int, ...] = ()

    @property
    def accepted(self) -> bool:
        return len(self.nonconforming) <= self.plan.accept


@dataclass(frozen=True, slots=True)
class Judgement:
    """The lot's verdict. A lot can pass with ``failures``: its ``nonconforming`` units stay bad."""

    verdict: Verdict
    failures: tuple[Failure, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    nonconforming: tuple[int, ...] = ()


def check(plan: InspectionPlan) -> None:
    """Refuse a plan that could not be judged. Raises ``Invalid`` with one error per wrong field."""
    errors: list[FieldError] = []
    seen: set[str] = set()
    if not plan.characteristics:
        errors.append(FieldError("characteristics", "Add at least one characteristic."))
    for index, item in enumerate(plan.characteristics):
        path = f"characteristics.{index}"
        if item.number in seen:
            text = "The characteristic number {number} appears twice; give each its own."
            errors.append(FieldError(f"{path}.number", text, (("number", item.number),)))
        seen.add(item.number)
        limited = item.lower is not None or item.upper is not None
        if item.kind == "variable" and not limited:
            errors.append(FieldError(f"{path}.lower", "A variable needs a lower or an upper limit."))
        if item.kind == "attribute" and (limited or item.nominal is not None):
            errors.append(FieldError(f"{path}.kind", "An attribute has no limits; make it a variable."))
        if item.lower is not None and item.upper is not None and item.lower > item.upper:
            errors.append(FieldError(f"{path}.upper", "The upper limit is below the lower limit."))
    if errors:
        raise Invalid(
            "inspection.plan",
            "This inspection plan cannot be used; correct the fields named.",
            errors=tuple(errors),
        )


def required_units(characteristic: Characteristic, lot_size: int | Decimal) -> SamplePlan:
    """How many units of a lot are inspected and how many may fail; part of a unit counts as one."""
    units = _units(lot_size)
    sample = characteristic.sample
    if sample.rule == "aql":
        return normal_single(units, sample.aql)
    return SamplePlan(min(sample.count, units) if sample.rule == "count" else units)


def judge(plan: InspectionPlan, lot_size: int | Decimal, results: tuple[Result, ...]) -> Judgement:
    """The verdict on a lot. Values beyond the required ones are judged too.

    Raises ``Invalid`` with everything that is wrong at once: every value that cannot be read, and one
    error per characteristic that lacks required values. Its code is ``inspection.results``, or
    ``inspection.incomplete`` when nothing but values is missing.
    """
    by_number = {item.number: item for item in plan.characteristics}
    plans = {number: required_units(item, lot_size) for number, item in by_number.items()}
    unreadable = _unreadable(by_number, _units(lot_size), results)
    measured: dict[str, set[int]] = {number: set() for number in by_number}
    for result in results:
        measured.get(result.characteristic, set()).add(result.sample)
    _refuse(unreadable, _missing_values(plans, measured))
    bad: dict[str, list[int]] = {number: [] for number in by_number}
    failures: list[Failure] = []
    for result in results:
        if failure := _failure(by_number[result.characteristic], result):
            failures.append(failure)
            bad[result.characteristic].append(result.sample)
    outcomes = tuple(
        Outcome(number, plans[number], len(measured[number]), tuple(sorted(bad[number])))
        for number in by_number
    )
    return Judgement(
        "pass" if all(outcome.accepted for outcome in outcomes) else "fail",
        tuple(failures),
        outcomes,
        tuple(sorted({sample for samples in bad.values() for sample in samples})),
    )


def _units(lot_size: int | Decimal) -> int:
    units = math.ceil(lot_size)
    if units < 1:
        raise Invalid(
            "inspection.empty_lot",
            "There is nothing to inspect: the lot has {lot_size} units. Name the parcel or lot that was inspected.",
            lot_size=lot_size,
        )
    return units


def _unreadable(
    by_number: Mapping[str, Characteristic], units: int, results: tuple[Result, ...]
) -> tuple[FieldError, ...]:
    errors: list[FieldError] = []
    seen: set[tuple[str, int]] = set()

    def unreadable(index: int, name: str, text: str, **values: object) -> None:
        shown = tuple((key, str(value)) for key, value in values.items())
        errors.append(FieldError(f"results.{index}.{name}", text, shown))

    for index, result in enumerate(results):
        number, sample, entered = result.characteristic, result.sample, result.value[:_LONGEST_VALUE]
        item = by_number.get(number)
        if sample < 1:
            text = "Samples are numbered from 1; you entered {entered}."
            unreadable(index, "sample", text, entered=sample)
        elif sample > units:
            text = "Sample {entered} does not exist: the lot has {units} units."
            unreadable(index, "sample", text, entered=sample, units=units)
        elif (number, sample) in seen:
            text = "Characteristic {characteristic} already has a value for sample {sample}; keep one."
            unreadable(index, "sample", text, characteristic=number, sample=sample)
        seen.add((number, sample))
        if item is None:
            text = "The plan has no characteristic {entered}; it has {known}."
            known = ", ".join(by_number)
            unreadable(index, "characteristic", text, entered=number[:_LONGEST_VALUE], known=known)
        elif item.kind == "attribute" and result.value not in (CONFORMS, NOT):
            text = "Enter conforms or not; you entered {entered}."
            unreadable(index, "value", text, entered=entered)
        elif item.kind == "variable" and not _is_number(result.value):
            unreadable(index, "value", "{entered} is not a number.", entered=entered)
    return tuple(errors)


def _missing_values(
    plans: Mapping[str, SamplePlan], measured: Mapping[str, set[int]]
) -> tuple[FieldError, ...]:
    text = "Characteristic {characteristic}: values missing for samples {samples}."
    return tuple(
        FieldError("results", text, (("characteristic", number), ("samples", missing)))
        for number, plan in plans.items()
        if (missing := _missing(plan.n, measured[number]))
    )


def _refuse(unreadable: tuple[FieldError, ...], missing: tuple[FieldError, ...]) -> None:
    if unreadable:
        raise Invalid(
            "inspection.results",
            "Some values cannot be read; correct the ones named.",
            errors=unreadable + missing,
        )
    if missing:
        raise Invalid(
            "inspection.incomplete",
            "Values are missing; add the ones named and submit again.",
            errors=missing,
        )


def _failure(item: Characteristic, result: Result) -> Failure | None:
    def failed(text: str, **values: str) -> Failure:
        return Failure(item.number, result.sample, result.value, text, tuple(values.items()))

    if item.kind == "attribute":
        return None if result.value == CONFORMS else failed("{name} does not conform.", name=item.name)
    value, shown = Decimal(result.value.strip()), _with_unit(result.value.strip(), item.unit)
    if item.lower is not None and value < item.lower:
        limit = _with_unit(f"{item.lower:f}", item.unit)
        return failed("{value} is below the lower limit {limit}.", value=shown, limit=limit)
    if item.upper is not None and value > item.upper:
        limit = _with_unit(f"{item.upper:f}", item.unit)
        return failed("{value} is above the upper limit {limit}.", value=shown, limit=limit)
    return None


def _with_unit(number: str, unit: str) -> str:
    return f"{number} {unit}".strip()


def _is_number(text: str) -> bool:
    return len(text) <= _LONGEST_VALUE and digits(text) is not None


def _missing(units: int, measured: Iterable[int]) -> str:
    """The samples from 1 to `units` without a value, as a person writes them: runs joined by a dash.

    Walks over what was measured, not over the lot: a lot may have more units than memory has room.
    """
    runs: list[tuple[int, int]] = []
    expected = 1
    for sample in [*sorted(sample for sample in measured if sample <= units), units + 1]:
        if sample > expected:
            runs.append((expected, sample - 1))
        expected = sample + 1
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in runs)
