"""Quantities and money: exact decimals, never floats."""

from __future__ import annotations

import re
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from models.domain.errors import Invalid

ZERO = Decimal(0)
MAX_DECIMALS = 6
LARGEST = Decimal(10) ** 12
LONGEST = 60
_DIGITS = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)", re.ASCII)
_WHOLE = re.compile(r"\d{1,9}", re.ASCII)

# UN/ECE Recommendation 20 code -> decimals a counted quantity may have. Others are refused.
UNIT_DECIMALS = {
    "C62": 0,
    "H87": 0,
    "EA": 0,
    "PCE": 0,
    "SET": 0,
    "KT": 0,
    "PR": 0,
    "DZN": 3,
    "GRO": 3,
    "CEN": 2,
    "MIL": 3,
    "KGM": 3,
    "GRM": 3,
    "MGM": 3,
    "TNE": 6,
    "LBR": 3,
    "ONZ": 3,
    "STN": 6,
    "MTR": 3,
    "CMT": 3,
    "MMT": 3,
    "INH": 3,
    "FOT": 3,
    "YRD": 3,
    "MTK": 4,
    "CMK": 4,
    "MMK": 3,
    "INK": 4,
    "FTK": 4,
    "YDK": 4,
    "MTQ": 6,
    "CMQ": 3,
    "INQ": 4,
    "FTQ": 6,
    "LTR": 3,
    "MLT": 3,
    "GLL": 3,
}


# What people write instead of the code.
_SPOKEN = {
    "PC": "C62",
    "PCS": "C62",
    "PIECE": "C62",
    "PIECES": "C62",
    "EACH": "EA",
    "SETS": "SET",
    "PAIR": "PR",
    "PAIRS": "PR",
    "DOZEN": "DZN",
    "KG": "KGM",
    "G": "GRM",
    "MG": "MGM",
    "T": "TNE",
    "LB": "LBR",
    "LBS": "LBR",
    "OZ": "ONZ",
    "M": "MTR",
    "CM": "CMT",
    "MM": "MMT",
    "IN": "INH",
    "FT": "FOT",
    "YD": "YRD",
    "M2": "MTK",
    "CM2": "CMK",
    "MM2": "MMK",
    "IN2": "INK",
    "FT2": "FTK",
    "M3": "MTQ",
    "CM3": "CMQ",
    "L": "LTR",
    "ML": "MLT",
    "GAL": "GLL",
}

# ISO 4217: the currencies in use. Metals, test codes and units of account cannot be paid.
_IN_USE = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF
CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL
HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL
MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR
RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS
UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
"""
CURRENCIES = frozenset(_IN_USE.split())


def unit_code(text: str) -> str:
    """The UN/ECE code of a unit as somebody wrote it: ``pcs`` is ``C62``."""
    code = text.strip().upper()
    return _SPOKEN.get(code, code)


def digits(text: str) -> Decimal | None:
    """The number that plain digits write, with a point before decimals; None for everything else. Python would also
    read 1e3, 1_0 and ١٢: whoever looks at what was typed may not."""
    text = text.strip()
    return Decimal(text) if len(text) <= LONGEST and _DIGITS.fullmatch(text) else None


def whole(text: str) -> int | None:
    """The same for a number that counts or names something; none is longer than nine digits."""
    text = text.strip()
    return int(text) if _WHOLE.fullmatch(text) else None


def grain(unit: str) -> Decimal:
    """The least that is counted in the unit."""
    return Decimal(1).scaleb(-UNIT_DECIMALS.get(unit, MAX_DECIMALS))


def plain(value: Decimal) -> Decimal:
    """The same number without trailing zeros or exponent, so that equal numbers print equal.

    Exact whatever its length: arithmetic would round to the context's 28 digits.
    """
    if value.same_quantum(ZERO):
        return value
    text = f"{value:f}"
    return Decimal(text.rstrip("0").rstrip(".") if "." in text else text) if value else ZERO


def quantity(
    raw: object,
    *,
    field: str = "quantity",
    unit: str | None = None,
    minimum: Decimal = ZERO,
    zero: bool = True,
) -> Decimal:
    """A quantity from outside: finite, at least ``minimum``, no more decimals than its unit has.

    Without ``zero`` the caller refuses nothing at all, too, and who enters less is told so.
    Raises ``Invalid`` with code ``quantity.*`` naming ``field``.
    """
    value = raw if isinstance(raw, Decimal) else digits(str(raw))
    if value is None or not value.is_finite():
        raise Invalid("quantity.not_a_number", "{entered} is not a number.", field=field, entered=raw)
    if value < minimum:
        raise Invalid(
            "quantity.too_small",
            "Enter {minimum} or more; you entered {entered}." if zero else "Enter more than zero.",
            field=field,
            entered=raw,
            minimum=minimum,
        )
    if value > LARGEST:
        raise Invalid(
            "quantity.too_large", "{entered} is larger than any order can be.", field=field, entered=raw
        )
    decimals = UNIT_DECIMALS.get(unit or "", MAX_DECIMALS)
    # Far below anything counted; written out it could fill the memory.
    if value.adjusted() > -LONGEST:
        value = plain(value)
    if -int(value.as_tuple().exponent) > decimals:
        raise Invalid(
            "quantity.too_precise",
            "{entered} has too many decimals: {unit} allows {decimals}.",
            field=field,
            entered=raw,
            unit=unit or "a quantity",
            decimals=decimals,
        )
    return value


def least(unit: str) -> Decimal:
    """The smallest quantity that can be counted in `unit`."""
    return Decimal(1).scaleb(-UNIT_DECIMALS.get(unit, MAX_DECIMALS))


def rounded(value: Decimal, unit: str) -> Decimal:
    """Half-up to the decimals `unit` has; for quantities that were computed, not typed."""
    return plain(value.quantize(least(unit), rounding=ROUND_HALF_UP))


def rounded_down(value: Decimal, unit: str) -> Decimal:
    """The most that can be counted in `unit` without exceeding `value`."""
    return plain(value.quantize(least(unit), rounding=ROUND_DOWN))
