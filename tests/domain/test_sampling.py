"""The tables of ISO 2859-1 / Z1.4, normal single sampling, level II."""

from __future__ import annotations

from itertools import pairwise

import pytest

from models.domain.errors import Invalid
from models.domain.sampling import AQLS, SamplePlan, canonical_aql, code_letter, normal_single

SIZES = [2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800, 1250]
LARGEST = [8, 15, 25, 50, 90, 150, 280, 500, 1200, 3200, 10_000, 35_000, 150_000, 500_000, 10**9]


@pytest.mark.parametrize(
    ("lot_size", "letter"),
    [
        (1, "A"), (2, "A"), (8, "A"), (9, "B"), (25, "C"), (26, "D"), (50, "D"), (51, "E"), (90, "E"), (91, "F"),
        (150, "F"), (151, "G"), (280, "G"), (281, "H"), (500, "H"), (501, "J"), (1200, "J"), (1201, "K"),
        (3200, "K"), (3201, "L"), (10_000, "L"), (10_001, "M"), (35_000, "M"), (35_001, "N"), (150_000, "N"),
        (150_001, "P"), (500_000, "P"), (500_001, "Q"), (10**9, "Q"),
    ],
)  # fmt: skip
def test_the_lot_size_gives_the_code_letter(lot_size: int, letter: str) -> None:
    assert code_letter(lot_size) == letter


@pytest.mark.parametrize(
    ("lot_size", "aql", "n", "accept"),
    [
        (500, "1.0", 50, 1),
        (1000, "1.0", 80, 2),
        (1000, "2.5", 80, 5),
        (5000, "0.65", 200, 3),
        (100, "1.0", 13, 0),  # arrow up
        (200, "1.0", 50, 1),  # arrow down
        (20, "1.0", 13, 0),  # down over two letters
        (50, "10", 8, 2),
        (9, "10", 5, 1),
        (600, "0.065", 200, 0),  # down over three letters
        (1_000_000, "6.5", 200, 21),  # up over four letters
        (1_000_000, "10", 125, 21),
        (1_000_000, "0.065", 1250, 2),
        (40_000, "0.10", 500, 1),
        (40_000, "0.065", 800, 1),
    ],
)
def test_the_master_table_gives_sample_and_acceptance(lot_size: int, aql: str, n: int, accept: int) -> None:
    assert normal_single(lot_size, aql) == SamplePlan(n, accept, accept + 1)


@pytest.mark.parametrize(
    ("lot_size", "aql", "accept"),
    [(100, "0.065", 0), (10, "1.0", 0), (4, "10", 1), (5, "10", 1), (1, "6.5", 0)],
)
def test_a_sample_as_large_as_the_lot_means_all_units(lot_size: int, aql: str, accept: int) -> None:
    assert normal_single(lot_size, aql) == SamplePlan(lot_size, accept, accept + 1)


def test_acceptance_numbers_lie_on_the_diagonals_of_the_standard() -> None:
    """One letter further down and one AQL tighter is the same acceptance number (E 1.0 = F 0.65)."""
    for (size, lot), (next_size, next_lot) in pairwise(zip(SIZES, LARGEST, strict=True)):
        for tighter, aql in pairwise(AQLS):
            plan, diagonal = normal_single(lot, aql), normal_single(next_lot, tighter)
            if plan.n == size:
                assert (diagonal.n, diagonal.accept) == (next_size, plan.accept)


@pytest.mark.parametrize("aql", AQLS)
def test_larger_lots_never_get_smaller_acceptance(aql: str) -> None:
    plans = [normal_single(lot, aql) for lot in LARGEST]
    assert all(one.accept <= other.accept for one, other in pairwise(plans))
    assert {plan.accept for plan in plans} <= {0, 1, 2, 3, 5, 7, 10, 14, 21}


@pytest.mark.parametrize(
    ("raw", "aql"), [("1", "1.0"), ("1.00", "1.0"), (2.5, "2.5"), (" .4 ", "0.40"), ("10.0", "10")]
)
def test_an_aql_may_be_written_in_any_way(raw: object, aql: str) -> None:
    assert canonical_aql(raw) == aql


@pytest.mark.parametrize("raw", ["0.7", "abc", "", "NaN", "-1", "100", None])
def test_an_aql_outside_the_table_is_refused_with_the_choices(raw: object) -> None:
    with pytest.raises(Invalid) as refused:
        canonical_aql(raw, field="characteristics.0.sample")
    assert refused.value.code == "inspection.aql"
    assert refused.value.errors[0].field == "characteristics.0.sample"
    assert "0.65, 1.0, 1.5" in refused.value.detail
