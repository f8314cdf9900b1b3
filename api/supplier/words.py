"""Dates, quantities and sentences as a supplier's page writes them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton, format_time, format_timedelta
from babel.numbers import format_decimal, get_decimal_symbol
from fastapi import Request

from activities import codes, wording
from activities.i18n import LOCALES, N_, known_locale, say
from models.domain.contract import Basis
from models.domain.errors import FieldError, Refusal
from models.domain.quantities import plain

LANGUAGES = {"en": "English", "zh": "中文", "es": "Español"}
LANGUAGE_COOKIE = "sendout_language"
# The point of a number, not that of an abbreviated unit.
_POINT = re.compile(r"\.(?=\d)")
# A number stays on the line of its unit, a day on that of its month.
_NO_BREAK = "\u00a0"


@dataclass(frozen=True, slots=True)
class Words:
    """Writes for one reader: their language, their zone, and the day it is there."""

    locale: str
    timezone: str
    today: date

    def say(self, text: str, **values: object) -> str:
        """A sentence marked for translation, with its values put in as they are."""
        return say(self.locale, text, {name: str(value) for name, value in values.items()})

    def listed(self, parts: Iterable[str]) -> str:
        """accepted, shipped, received"""
        return wording.listed(self.locale, parts)

    def labelled(self, label: str, text: str) -> str:
        """Reason: too thin; the label alone when there is nothing to say, and the other way round."""
        return wording.labelled(self.locale, label, text)

    def day(self, day: date) -> str:
        """Fri 18 Dec; with its year when that is not this one."""
        return _day(self.locale, "MMMEd" if day.year == self.today.year else "yMMMEd", day)

    def away(self, day: date) -> str:
        """How far that is from today: in 4 days."""
        if day == self.today:
            return self.say(N_("today"))
        return format_timedelta(
            day - self.today,
            granularity="day",
            threshold=timedelta.max.days,
            add_direction=True,
            locale=self.locale,
        )

    def far_day(self, day: date) -> str:
        """Fri 18 Dec · in 4 days"""
        return f"{self.day(day)} · {self.away(day)}"

    def time(self, at: datetime) -> str:
        """14:03 for today, else with its day."""
        local = at.astimezone(ZoneInfo(self.timezone))
        clock = _clock(self.locale, local.time().replace(second=0, microsecond=0))
        return clock if local.date() == self.today else f"{self.day(local.date())} {clock}"

    def local_day(self, at: datetime) -> str:
        """The day people there have at this instant."""
        return self.day(at.astimezone(ZoneInfo(self.timezone)).date())

    def number(self, value: Decimal) -> str:
        return _number(self.locale, str(value))

    @property
    def decimal(self) -> str:
        """The mark that stands before decimals: a point, or a comma."""
        return get_decimal_symbol(self.locale)

    def measured(self, value: str) -> str:
        """10,1 mm for readers who write commas; every digit as it was measured, nothing between thousands."""
        return _POINT.sub(self.decimal, value)

    def amount(self, value: Decimal, unit: str) -> str:
        """1,200 pcs"""
        return f"{self.number(plain(value))}{_NO_BREAK}{wording.unit(self.locale, unit, value)}"

    def amount_of(self, row: Mapping[str, Any]) -> str:
        """200 pcs; at most 150 of 200 pcs, where others may be among them."""
        amount = self.amount(Decimal(row["quantity"]), row["unit"])
        if "at_most" not in row:
            return amount
        most = self.number(plain(Decimal(row["at_most"])))
        return self.say(N_("at most {most} of {amount}"), most=most, amount=amount)

    def amount_of_part(self, row: Mapping[str, Any]) -> str:
        """8 pcs of 4140-BAR; a report from before parts were told apart has none."""
        amount = self.amount_of(row)
        return (
            self.say(N_("{amount} of {part}"), amount=amount, part=row["part"]) if row.get("part") else amount
        )

    def price(self, value: Decimal, currency: str, basis: str = Basis.PIECE) -> str:
        """2.10 USD, 2.10 USD / kg; a price keeps what it has beyond cents."""
        number = _price(self.locale, str(value))
        return f"{number}{_NO_BREAK}{currency}{wording.per(self.locale, basis)}"

    def paid(self, value: Decimal, currency: str) -> str:
        """-1,234.50 USD, 1,235 JPY: an amount as it is paid, with all decimals of its currency."""
        return wording.paid(self.locale, value, currency, _NO_BREAK)

    def refusal(self, refusal: Refusal | FieldError) -> str:
        """What the core says no with, its codes and dates in the reader's words too."""
        values = refusal.values
        named: Mapping[str, str] = values if isinstance(values, dict) else dict(values)
        return say(
            self.locale, refusal.text, {name: self._value(name, value) for name, value in named.items()}
        )

    def _value(self, name: str, value: str) -> str:
        if name == "date":
            return self.day(date.fromisoformat(value))
        if name == "actual":
            return self.time(datetime.fromisoformat(value))
        return codes.said(self.locale, name, value)


# The same days and numbers come again and again on a page, and to write one takes a tenth of a millisecond.
@lru_cache(maxsize=4096)
def _day(locale: str, skeleton: str, day: date) -> str:
    return format_skeleton(skeleton, day, locale=wording.DATES.get(locale, locale)).replace(" ", _NO_BREAK)


@lru_cache(maxsize=4096)
def _clock(locale: str, at: time) -> str:
    return format_time(at, "HH:mm", locale=locale)


# By their digits: 1 and 1.0 are equal, and written differently.
@lru_cache(maxsize=4096)
def _number(locale: str, value: str) -> str:
    return format_decimal(Decimal(value), locale=locale, decimal_quantization=False)


@lru_cache(maxsize=4096)
def _price(locale: str, value: str) -> str:
    return format_decimal(Decimal(value), wording.PRICE, locale=locale)


def language(request: Request, otherwise: str | None = None) -> str:
    """What the reader chose, else ``otherwise``, else the first of the browser's that we have."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    if chosen in LOCALES:
        return chosen
    if otherwise is not None:
        return known_locale(otherwise)
    wanted = request.headers.get("accept-language", "")
    languages = [part.partition(";")[0].strip() for part in wanted.split(",")]
    return next((known_locale(each) for each in languages if each[:2].lower() in LOCALES), LOCALES[0])
