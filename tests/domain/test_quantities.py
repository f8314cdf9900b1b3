"""Numbers are what plain digits write; what else Python would read is none."""

from __future__ import annotations

from decimal import Decimal

import pytest

from models.domain.errors import Invalid
from models.domain.quantities import digits, quantity, whole
from models.domain.sampling import canonical_aql

NONE = ["1e3", "1E3", "٣", "１２", "1_000", "1,5", "NaN", "Infinity", "", ".", "--1", "0x10", "9" * 61]


@pytest.mark.parametrize(
    ("text", "number"),
    [("1200", "1200"), (" 12.50 ", "12.50"), ("-0.5", "-0.5"), ("+3", "3"), (".5", "0.5"), ("5.", "5")],
)
def test_plain_digits_are_a_number(text: str, number: str) -> None:
    assert digits(text) == Decimal(number)


@pytest.mark.parametrize("text", NONE)
def test_nothing_else_is(text: str) -> None:
    assert digits(text) is None
    with pytest.raises(Invalid) as refused:
        quantity(text)
    assert refused.value.code == "quantity.not_a_number"


def test_what_is_a_number_already_stays_what_it_is() -> None:
    assert quantity(Decimal("1e3")) == 1000


@pytest.mark.parametrize(
    ("text", "number"), [("30", 30), ("007", 7), ("٣", None), ("1_0", None), ("-1", None)]
)
def test_whole_numbers_are_plain_too(text: str, number: int | None) -> None:
    assert whole(text) == number


@pytest.mark.parametrize("text", ["1e0", "١.٠"])
def test_a_quality_limit_is_written_in_plain_digits(text: str) -> None:
    with pytest.raises(Invalid):
        canonical_aql(text)
    assert canonical_aql("1") == canonical_aql(Decimal("1E+0")) == "1.0"
