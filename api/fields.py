"""The kinds of fields a request body has, each with a sentence for when it is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Literal
from zoneinfo import available_timezones

import holidays
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from activities.i18n import N_
from models.domain.gs1 import gtin14, is_gtin
from models.domain.quantities import UNIT_DECIMALS, digits, plain, unit_code
from models.domain.texts import (
    LONGEST_KEY,
    LONGEST_LINE,
    fits_address,
    names_something,
    one_line,
    some_lines,
)

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_LOCAL_PART = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?=.{{1,64}}@){_LOCAL_PART}@{_LABEL}(\.{_LABEL})*")


class Body(BaseModel):
    """A request body: unknown fields are refused, spaces around a text are dropped."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


def is_address(text: str) -> bool:
    """Whether mail can go there: one plain address, no name, no second recipient, no line break."""
    return len(text) <= 254 and _ADDRESS.fullmatch(text) is not None


@lru_cache(maxsize=1)
def _countries() -> frozenset[str]:
    return frozenset(holidays.list_supported_countries(include_aliases=False))


@lru_cache(maxsize=1)
def _timezones() -> frozenset[str]:
    # Zones of a machine, not of a place, carry no rules anybody could explain to a supplier.
    return frozenset(available_timezones() - {"localtime", "Factory"})


def wrong_value(code: str, sentence: str, **values: object) -> PydanticCustomError:
    """A wrong value. The sentence goes along as it is written, to be translated where it is shown."""
    return PydanticCustomError(code, sentence, {**values, "sentence": sentence})


def _must(
    holds: Callable[[str], bool], code: str, sentence: str, *, tidy: Callable[[str], str] = str
) -> AfterValidator:
    def check(value: str) -> str:
        value = tidy(value)
        if not holds(value):
            raise wrong_value(code, sentence, entered=value)
        return value

    return AfterValidator(check)


def _decimal(value: object) -> Decimal:
    """From a JSON number, read exactly, or from plain digits. Not from true."""
    if isinstance(value, str):
        value = digits(value)
    if isinstance(value, int) and not isinstance(value, bool):
        value = Decimal(value)
    if not isinstance(value, Decimal) or not value.is_finite():
        raise wrong_value("field.number", N_("Enter a number in plain digits, such as 12.5."))
    if abs(value.adjusted()) > 40:
        raise wrong_value("field.number", N_("This number is too large or too small."))
    return plain(value)


def _day(value: object) -> date:
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise wrong_value("field.day", N_("Enter a date that exists, as year-month-day: 2026-12-18."))


Number = Annotated[
    Decimal,
    BeforeValidator(_decimal),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string"}]}, mode="validation"),
    WithJsonSchema({"type": "string", "format": "decimal"}, mode="serialization"),
]
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Flag = StrictBool
Whole = Annotated[StrictInt, Field(ge=0, le=1_000_000)]

_printable = _must(one_line, "field.text", N_("Leave out line breaks and control characters."))
Text = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_LINE), _printable]
Note = Annotated[
    str,
    StringConstraints(max_length=20_000),
    _must(
        some_lines,
        "field.text",
        N_("Leave out control characters."),
        tidy=lambda text: text.replace("\r\n", "\n").replace("\t", " "),
    ),
]
Key = Annotated[
    str,
    StringConstraints(min_length=1, max_length=LONGEST_KEY),
    _printable,
    _must(
        fits_address,
        "field.key",
        N_("A key is part of an address: leave out / \\ ? # and %."),
    ),
    _must(names_something, "field.key", N_("A key needs a letter or a digit.")),
]
# Many standards have a slash in their number: AMS 2759/3.
SpecCode = Annotated[
    str,
    StringConstraints(min_length=1, max_length=LONGEST_KEY),
    _printable,
    _must(
        lambda code: all(fits_address(each) and names_something(each) for each in code.split("/")),
        "field.key",
        N_(
            "A specification's code is part of an address: leave out \\ ? # and %; each side of a slash says something."
        ),
    ),
]
# The numbers of pieces that are told one by one.
Serials = Annotated[list[Key], Field(max_length=2000)]
SupplierCode = Annotated[
    str,
    _must(
        lambda text: re.fullmatch(r"[A-Z0-9]{1,7}", text, re.ASCII) is not None,
        "field.supplier_code",
        N_("Enter 1 to 7 capital letters A-Z and digits: it becomes part of lot numbers."),
    ),
]
Country = Annotated[
    str,
    _must(
        lambda code: code in _countries(),
        "field.country",
        N_("{entered} is not a country; enter its two letters (ISO 3166), such as MX."),
    ),
]
Timezone = Annotated[
    str,
    _must(
        lambda name: name in _timezones(),
        "field.timezone",
        N_("{entered} is not a time zone; enter its IANA name, such as Europe/Madrid."),
    ),
]
Gtin = Annotated[
    str,
    _must(
        is_gtin,
        "field.gtin",
        N_("{entered} is no GTIN: it has 8, 12, 13 or 14 digits, the last of which checks the others."),
        tidy=gtin14,
    ),
]
Email = Annotated[
    str,
    _must(is_address, "field.email", N_("Enter one plain mail address, such as planning@acme.example.")),
]
Unit = Annotated[
    str,
    _must(
        lambda code: code in UNIT_DECIMALS,
        "field.unit",
        N_("{entered} is not a unit; enter its UN/ECE code: C62 (pieces), KGM (kg), MTR (m)."),
        tidy=unit_code,
    ),
]
Locale = Literal["en", "zh", "es"]
