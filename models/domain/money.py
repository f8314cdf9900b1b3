"""Amounts of money: exact decimals, rounded once, half-up, to what the currency can pay."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

# ISO 4217: the currencies in use whose smallest unit is not a hundredth.
_DECIMALS = {
    **dict.fromkeys(
        [
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ],
        0,
    ),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
}
_CENTS = 2
# What one piece cost is a figure to compare, not one to pay: it keeps this many decimals more.
_FINER = 2


def decimals(currency: str) -> int:
    """How many decimals an amount in `currency` may have."""
    return _DECIMALS.get(currency, _CENTS)


def amount(value: Decimal, currency: str) -> Decimal:
    """An amount that can be paid, rounded half-up: at the line total, never before."""
    return _rounded(value, decimals(currency))


def each(total: Decimal, count: Decimal, currency: str) -> Decimal | None:
    """What one of `count` cost; None when there is none."""
    return _rounded(total / count, decimals(currency) + _FINER) if count else None


def _rounded(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
