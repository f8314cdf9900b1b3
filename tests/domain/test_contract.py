"""Which terms apply to a line, and how amounts are rounded."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from models.domain import money
from models.domain.contract import Terms, applying, common_currency
from models.domain.quantities import CURRENCIES


def terms(name: str, start: str = "2026-01-01", currency: str = "USD", **scope: str) -> Terms:
    return Terms(terms=name, currency=currency, valid_from=date.fromisoformat(start), **scope)  # type: ignore[arg-type]


KNOWN = [
    terms("general"),
    terms("process", process="PLATE"),
    terms("process-new", start="2026-06-01", process="PLATE"),
    terms("part", part="FLANGE"),
    terms("both", start="2026-03-01", process="PLATE", part="FLANGE"),
    terms("euros", start="2026-09-01", currency="EUR", process="PLATE", part="FLANGE"),
]


@pytest.mark.parametrize(
    ("process", "part", "currency", "day", "found"),
    [
        ("PLATE", "FLANGE", "USD", "2026-07-01", "both"),
        ("PLATE", "FLANGE", "USD", "2026-03-01", "both"),
        ("PLATE", "FLANGE", "USD", "2026-02-28", "part"),
        ("HEAT", "FLANGE", "USD", "2026-07-01", "part"),
        ("PLATE", "BOLT", "USD", "2026-05-31", "process"),
        ("PLATE", "BOLT", "USD", "2026-06-01", "process-new"),
        ("HEAT", "BOLT", "USD", "2026-07-01", "general"),
        ("HEAT", "BOLT", "USD", "2025-12-31", None),
        ("PLATE", "FLANGE", "EUR", "2026-08-31", None),
        ("PLATE", "FLANGE", "EUR", "2026-09-01", "euros"),
        ("PLATE", "BOLT", "EUR", "2026-09-01", None),
    ],
)
def test_the_terms_nearest_to_the_line_apply_and_of_these_the_newest(
    process: str, part: str, currency: str, day: str, found: str | None
) -> None:
    applied = applying(KNOWN, process=process, part=part, currency=currency, day=date.fromisoformat(day))
    assert (applied and applied.terms) == found
    assert (
        applying(reversed(KNOWN), process=process, part=part, currency=currency, day=date.fromisoformat(day))
        == applied
    )


@pytest.mark.parametrize(
    ("value", "currency", "paid"),
    [
        ("0.005", "USD", "0.01"),
        ("0.0049999", "USD", "0.00"),
        ("2.675", "USD", "2.68"),
        ("-0.005", "USD", "-0.01"),
        ("1234.5", "JPY", "1235"),
        ("1234.4999", "JPY", "1234"),
        ("0.0005", "KWD", "0.001"),
    ],
)
def test_half_a_smallest_coin_is_rounded_up(value: str, currency: str, paid: str) -> None:
    assert str(money.amount(Decimal(value), currency)) == paid


def test_what_one_piece_cost_is_finer_than_what_is_paid() -> None:
    assert money.each(Decimal(100), Decimal(3), "USD") == Decimal("33.3333")
    assert money.each(Decimal(100), Decimal(3), "JPY") == Decimal("33.33")
    assert money.each(Decimal(100), Decimal(0), "USD") is None


def test_every_currency_has_a_smallest_coin() -> None:
    assert {money.decimals(currency) for currency in CURRENCIES} == {0, 2, 3}
    assert money._DECIMALS.keys() <= CURRENCIES


PRICES = [
    Terms("piece", "EUR", date(2026, 1, 1), part="FLANGE", price=Decimal("0.85")),
    Terms("lot", "CHF", date(2026, 1, 1), part="BOLT", lot_charge=Decimal(80)),
    Terms("late", "GBP", date(2026, 1, 1), late_per_day=Decimal(5)),
]


@pytest.mark.parametrize(
    ("parts", "likely", "currency"),
    [
        (["FLANGE"], "USD", "EUR"),
        (["FLANGE"], "EUR", "EUR"),
        (["BOLT"], "USD", "CHF"),
        # One order has one currency: the one likely goes first, then the alphabet.
        (["FLANGE", "BOLT"], "USD", "CHF"),
        (["FLANGE", "BOLT"], "EUR", "EUR"),
        # Nobody says a price: terms that only deduct something say none.
        (["PIN"], "USD", "USD"),
    ],
)
def test_an_order_is_in_the_currency_in_which_its_supplier_has_a_price(
    parts: list[str], likely: str, currency: str
) -> None:
    day = date(2026, 7, 1)
    assert common_currency(PRICES, parts, process="PLATE", likely=likely, day=day) == currency
