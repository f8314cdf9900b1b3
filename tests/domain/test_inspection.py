"""Values judged against the plan: exactly, completely, and with a reason for every failure."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from models.domain.errors import Invalid
from models.domain.inspection import (
    Characteristic,
    InspectionPlan,
    Judgement,
    Result,
    Sample,
    check,
    judge,
    required_units,
)
from models.domain.sampling import SamplePlan

THICKNESS = Characteristic(
    "1",
    "Zinc thickness",
    nominal=Decimal("0.010"),
    lower=Decimal("0.008"),
    upper=Decimal("0.0125"),
    unit="mm",
    method="XRF",
    sample=Sample("count", count=3),
)
ADHESION = Characteristic("2", "Adhesion", "attribute", sample=Sample("count", count=1))
PLAN = InspectionPlan("DN50", "B", "PLATE", (THICKNESS, ADHESION))


def results(*thickness: str, adhesion: str = "conforms") -> tuple[Result, ...]:
    measured = tuple(Result("1", index, value) for index, value in enumerate(thickness, 1))
    return (*measured, Result("2", 1, adhesion))


def errors_of(
    plan: InspectionPlan, lot_size: int, values: tuple[Result, ...]
) -> tuple[str, list[tuple[str, str]]]:
    with pytest.raises(Invalid) as refused:
        judge(plan, lot_size, values)
    return refused.value.code, [(error.field, error.message) for error in refused.value.errors]


@pytest.mark.parametrize(
    ("sample", "lot_size", "expected"),
    [
        (Sample(), 200, SamplePlan(200, 0, 1)),
        (Sample(), Decimal("61.2"), SamplePlan(62, 0, 1)),
        (Sample("count", count=5), 200, SamplePlan(5, 0, 1)),
        (Sample("count", count=5), 3, SamplePlan(3, 0, 1)),
        (Sample("aql", aql="1.0"), 500, SamplePlan(50, 1, 2)),
        (Sample("aql", aql="1.0"), 1000, SamplePlan(80, 2, 3)),
        (Sample("aql", aql="2.5"), 1000, SamplePlan(80, 5, 6)),
        (Sample("aql", aql="0.65"), 5000, SamplePlan(200, 3, 4)),
        (Sample("aql", aql="1.0"), 100, SamplePlan(13, 0, 1)),
        (Sample("aql", aql="1.0"), 200, SamplePlan(50, 1, 2)),
        (Sample("aql", aql="10"), 4, SamplePlan(4, 1, 2)),
    ],
)
def test_the_sample_follows_from_rule_and_lot_size(
    sample: Sample, lot_size: int | Decimal, expected: SamplePlan
) -> None:
    assert required_units(replace(THICKNESS, sample=sample), lot_size) == expected


@pytest.mark.parametrize("raw", ["all", 1, 13, {"aql": "1.0"}])
def test_a_sample_is_written_as_it_was_read(raw: object) -> None:
    assert Sample.of(raw).raw() == raw


@pytest.mark.parametrize(
    "raw", ["some", 0, -1, True, 2.0, None, {}, {"aql": "0.7"}, {"aql": "1.0", "level": "I"}]
)
def test_a_sample_that_means_nothing_is_refused(raw: object) -> None:
    with pytest.raises(Invalid) as refused:
        Sample.of(raw, field="characteristics.2.sample")
    assert refused.value.errors[0].field == "characteristics.2.sample"


@pytest.mark.parametrize("value", ["0.008", "0.0125", "0.01250", " 0.0100 "])
def test_on_the_limit_is_inside(value: str) -> None:
    assert judge(PLAN, 200, results("0.010", value, "0.010")).verdict == "pass"


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("0.0079999999999999999999999", "0.0079999999999999999999999 mm is below the lower limit 0.008 mm."),
        ("0.01250000000000000000001", "0.01250000000000000000001 mm is above the upper limit 0.0125 mm."),
        ("-3", "-3 mm is below the lower limit 0.008 mm."),
    ],
)
def test_just_beyond_a_limit_fails_with_a_sentence(value: str, sentence: str) -> None:
    judgement = judge(PLAN, 200, results("0.010", value, "0.010"))
    assert judgement.verdict == "fail"
    assert [(item.characteristic, item.sample, item.value) for item in judgement.failures] == [
        ("1", 2, value)
    ]
    assert judgement.failures[0].message == sentence
    assert judgement.nonconforming == (2,)


def test_an_attribute_that_does_not_conform_fails() -> None:
    judgement = judge(PLAN, 200, results("0.010", "0.010", "0.010", adhesion="not"))
    assert judgement.verdict == "fail"
    assert judgement.failures[0].message == "Adhesion does not conform."


def test_a_limit_on_one_side_leaves_the_other_open() -> None:
    rough = Characteristic("1", "Roughness Ra", upper=Decimal("1.6"), sample=Sample("count", count=1))
    plan = InspectionPlan("DN50", "B", "GRIND", (rough,))
    assert judge(plan, 10, (Result("1", 1, "-99"),)).verdict == "pass"
    assert (
        judge(plan, 10, (Result("1", 1, "1.61"),)).failures[0].message == "1.61 is above the upper limit 1.6."
    )


def test_values_beyond_the_required_ones_are_judged_too() -> None:
    judgement = judge(PLAN, 200, results("0.010", "0.010", "0.010", "0.5"))
    assert judgement.verdict == "fail"
    assert judgement.outcomes[0].measured == 4
    assert judgement.failures[0].sample == 4


@pytest.mark.parametrize(("bad", "verdict"), [(0, "pass"), (1, "pass"), (2, "fail")])
def test_a_lot_passes_up_to_its_acceptance_number(bad: int, verdict: str) -> None:
    plan = replace(PLAN, characteristics=(replace(THICKNESS, sample=Sample("aql", aql="1.0")),))
    values = tuple(Result("1", n, "0.001" if n <= bad else "0.010") for n in range(1, 51))
    judgement = judge(plan, 500, values)
    assert judgement.verdict == verdict
    assert judgement.nonconforming == tuple(range(1, bad + 1))
    assert len(judgement.failures) == bad


def test_each_characteristic_has_its_own_acceptance_number() -> None:
    """One bad unit each on two characteristics passes both, though two units are bad."""
    aql = Sample("aql", aql="1.0")
    plan = replace(PLAN, characteristics=(replace(THICKNESS, sample=aql), replace(ADHESION, sample=aql)))
    values = [Result("1", n, "0.001" if n == 7 else "0.010") for n in range(1, 51)]
    values += [Result("2", n, "not" if n == 3 else "conforms") for n in range(1, 51)]
    judgement = judge(plan, 500, tuple(values))
    assert judgement.verdict == "pass"
    assert judgement.nonconforming == (3, 7)
    assert [outcome.nonconforming for outcome in judgement.outcomes] == [(7,), (3,)]


def test_missing_values_are_listed_by_characteristic_and_range() -> None:
    plan = replace(PLAN, characteristics=(THICKNESS, replace(ADHESION, sample=Sample("aql", aql="1.0"))))
    values = (
        Result("1", 1, "0.010"),
        Result("1", 3, "0.010"),
        Result("2", 1, "conforms"),
        Result("2", 2, "conforms"),
    )
    assert errors_of(plan, 100, values) == (
        "inspection.incomplete",
        [
            ("results", "Characteristic 1: values missing for samples 2."),
            ("results", "Characteristic 2: values missing for samples 3–13."),
        ],
    )


def test_several_gaps_of_one_characteristic_are_one_error() -> None:
    plan = replace(PLAN, characteristics=(replace(THICKNESS, sample=Sample()),))
    code, errors = errors_of(plan, 12, tuple(Result("1", n, "0.010") for n in (2, 3, 8)))
    assert code == "inspection.incomplete"
    assert errors == [("results", "Characteristic 1: values missing for samples 1, 4–7, 9–12.")]


def test_no_values_at_all_is_incomplete_not_a_pass() -> None:
    code, errors = errors_of(PLAN, 200, ())
    assert code == "inspection.incomplete"
    assert len(errors) == 2


@pytest.mark.parametrize(
    ("result", "field", "message"),
    [
        (Result("9", 1, "1"), "results.4.characteristic", "The plan has no characteristic 9; it has 1, 2."),
        (Result("1", 0, "1"), "results.4.sample", "Samples are numbered from 1; you entered 0."),
        (Result("1", 201, "1"), "results.4.sample", "Sample 201 does not exist: the lot has 200 units."),
        (
            Result("1", 2, "0.010"),
            "results.4.sample",
            "Characteristic 1 already has a value for sample 2; keep one.",
        ),
        (Result("1", 4, "0,010"), "results.4.value", "0,010 is not a number."),
        (Result("1", 4, ""), "results.4.value", " is not a number."),
        (Result("1", 4, "1_0"), "results.4.value", "1_0 is not a number."),
        (Result("1", 4, "1.25E-2"), "results.4.value", "1.25E-2 is not a number."),
        (Result("1", 4, "١٢"), "results.4.value", "١٢ is not a number."),
        (Result("1", 4, "NaN"), "results.4.value", "NaN is not a number."),
        (Result("1", 4, "-Infinity"), "results.4.value", "-Infinity is not a number."),
        (Result("1", 4, "9" * 5000), "results.4.value", "9" * 40 + " is not a number."),
        (Result("1", 4, "{0}"), "results.4.value", "{0} is not a number."),
        (Result("2", 2, "yes"), "results.4.value", "Enter conforms or not; you entered yes."),
        (Result("2", 2, "Conforms"), "results.4.value", "Enter conforms or not; you entered Conforms."),
    ],
)
def test_a_value_that_cannot_be_read_is_named(result: Result, field: str, message: str) -> None:
    values = (*results("0.010", "0.010", "0.010"), result)
    assert errors_of(PLAN, 200, values) == ("inspection.results", [(field, message)])


def test_every_wrong_value_is_named_at_once() -> None:
    code, errors = errors_of(PLAN, 200, (Result("1", 1, "a"), Result("3", 0, "b"), Result("2", 1, "maybe")))
    assert code == "inspection.results"
    assert [field for field, _ in errors] == [
        "results.0.value",
        "results.1.sample",
        "results.1.characteristic",
        "results.2.value",
        # What is missing besides is said with them.
        "results",
    ]
    assert errors[-1][1] == "Characteristic 1: values missing for samples 2–3."


def test_an_empty_lot_cannot_be_inspected() -> None:
    with pytest.raises(Invalid) as refused:
        judge(PLAN, 0, ())
    assert refused.value.code == "inspection.empty_lot"


@given(
    st.decimals("-10", "10", places=6), st.decimals("-10", "10", places=6), st.decimals("-10", "10", places=6)
)
def test_a_value_passes_exactly_when_it_lies_between_the_limits(
    lower: Decimal, upper: Decimal, value: Decimal
) -> None:
    lower, upper = min(lower, upper), max(lower, upper)
    item = Characteristic("1", "Bore", lower=lower, upper=upper, sample=Sample("count", count=1))
    judgement = judge(InspectionPlan("P", "A", "X", (item,)), 1, (Result("1", 1, str(value)),))
    assert (judgement.verdict == "pass") == (lower <= value <= upper)


@pytest.mark.parametrize(
    ("characteristics", "field"),
    [
        ((), "characteristics"),
        ((ADHESION, ADHESION), "characteristics.1.number"),
        ((Characteristic("1", "Bore", nominal=Decimal(1)),), "characteristics.0.lower"),
        ((Characteristic("1", "Bore", lower=Decimal(2), upper=Decimal(1)),), "characteristics.0.upper"),
        ((Characteristic("1", "Look", "attribute", lower=Decimal(1)),), "characteristics.0.kind"),
    ],
)
def test_a_plan_that_could_not_be_judged_is_refused(
    characteristics: tuple[Characteristic, ...], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        check(replace(PLAN, characteristics=characteristics))
    assert [error.field for error in refused.value.errors] == [field]
    check(PLAN)


def test_plans_and_judgements_survive_storage() -> None:
    plans = TypeAdapter(InspectionPlan)
    stored = replace(PLAN, characteristics=(replace(THICKNESS, sample=Sample("aql", aql="1.0")), ADHESION))
    assert plans.validate_json(plans.dump_json(stored)) == stored
    judgements = TypeAdapter(Judgement)
    judgement = judge(PLAN, 200, results("0.010", "1", "0.010"))
    assert judgements.validate_json(judgements.dump_json(judgement)) == judgement
