"""What was typed into a form: read field by field, everything wrong said at once."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date, datetime
from decimal import Decimal
from urllib.parse import parse_qsl

from fastapi import Request

from api.errors import Problem
from api.wire import ExactRequest
from models.domain import texts
from models.domain.calendar import FIRST_YEAR, LAST_YEAR
from models.domain.errors import FieldError, Invalid
from models.domain.quantities import UNIT_DECIMALS, digits

MOST_FIELDS = 3000
LONGEST_LINE = texts.LONGEST_LINE
LONGEST_TEXT = texts.LONGEST_TOLD
# What may stand before a mark between thousands: 1,200 but not 0,200 or 1200,200.
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}")
_SPACES = str.maketrans("", "", " \t\u00a0\u2009\u202f")


async def typed(
    request: Request, *, most: int = MOST_FIELDS, exactly: Collection[str] = ()
) -> dict[str, str]:
    """The fields of an ordinary form, those named in `exactly` with every space. Raises ``Problem`` 415,
    400 or 413."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise Problem(415, "request.content_type", "Send the form as application/x-www-form-urlencoded.")
    body = await ExactRequest(request.scope, request.receive).body()
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=most)
    except ValueError:
        raise Problem(400, "request.malformed", "The form cannot be read.") from None
    return {name: value if name in exactly else cleaned(value) for name, value in pairs}


def cleaned(text: str) -> str:
    """Without what no database keeps, and with one kind of line end."""
    return text.replace("\0", "").replace("\r\n", "\n").strip()


class Fields:
    """Reads typed values. Errors name the input, so that the page can point at it."""

    def __init__(self, typed: Mapping[str, str]) -> None:
        self.typed = typed
        self.errors: list[FieldError] = []
        # What each row of a form is about, by what the names of its inputs begin with.
        self.rows: dict[str, str] = {}

    def raw(self, name: str) -> str:
        return self.typed.get(name, "")

    def text(self, name: str, *, most: int = LONGEST_LINE) -> str:
        value = self.raw(name)
        if len(value) > most:
            self.wrong(name, "Enter at most {max_length} characters.", max_length=most)
        return value

    def day(self, name: str) -> date | None:
        """A date input's value; None when it was left empty."""
        value = self.raw(name)
        if not value:
            return None
        try:
            day = date.fromisoformat(value)
        except ValueError:
            day = None
        if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
            self.wrong(name, "{entered} is not a date; write it as 2026-12-18.", entered=value[:40])
            return None
        return day

    def moment(self, name: str) -> datetime | None:
        """A date-and-time input's value, as the clocks there show it; None when it was left empty."""
        value = self.raw(name)
        if not value:
            return None
        try:
            moment = datetime.fromisoformat(value.replace(" ", "T", 1))
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is not None or not FIRST_YEAR <= moment.year <= LAST_YEAR:
            self.wrong(name, "{entered} is not a time; write it as 2026-12-18 14:30.", entered=value[:40])
            return None
        return moment

    def quantity(self, name: str, unit: str) -> Decimal | None:
        """A counted quantity; None when it was left empty. The core checks it further."""
        value = self.raw(name)
        if not value:
            return None
        number = plain_number(value, counted_in=unit)
        if number is None:
            text = "Write {entered} without marks between thousands, such as 1200."
            self.wrong(name, text, entered=value[:40])
            return None
        found = digits(number)
        if found is None:
            self.wrong(name, "{entered} is not a number.", entered=value[:40])
            return None
        return found

    def wrong(self, name: str, text: str, **values: object) -> None:
        self.errors.append(FieldError(name, text, tuple((key, str(value)) for key, value in values.items())))

    def check(self) -> None:
        """Raises ``Invalid`` with everything that was wrong so far."""
        if self.errors:
            raise Invalid(
                "form.invalid", "Correct what is marked and send it again.", errors=tuple(self.errors)
            )


def plain_number(text: str, *, counted_in: str = "", decimal: str = ".") -> str | None:
    """The number with a decimal point; None when its marks can be read in two ways.

    ``decimal`` is the reader's mark for decimals. The other one is understood too, unless three digits
    follow as they would after thousands: ``1,200`` is a thousand and something in English and one and a
    bit in Spanish, ``1.200`` the other way round. Pieces are counted whole: for them neither mark is clear.
    """
    text = text.translate(_SPACES)
    if text.count(",") + text.count(".") > 1:
        return None
    mark = "," if "," in text else "."
    whole, _, rest = text.partition(mark)
    clear = mark == decimal and not (counted_in and UNIT_DECIMALS.get(counted_in) == 0)
    if len(rest) == 3 and not clear and _THOUSANDS.fullmatch(whole):
        return None
    return text.replace(",", ".")
