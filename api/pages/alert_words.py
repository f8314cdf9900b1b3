"""What an alert says to a person: what it is about, for how long, who has heard of it, what caused it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Literal

from babel.dates import format_timedelta

from activities import wording
from activities.i18n import N_
from api.supplier.words import Words
from models.domain.attention import CAUSES
from models.domain.causes import name_and_day
from models.domain.deadlines import RULES
from models.domain.owing import RULES_ABOUT_TIME, Owing, read

_SILENT = frozenset(
    {"no_news", "ack_overdue", "proposal_waiting", "change_undecided", "change_unacknowledged"}
)


def about(words: Words, alert: dict[str, Any]) -> str:
    """The details of an alert in words: a milestone's name, a document's, a day, pieces that are out."""
    details: str = alert["details"]
    if alert["rule"] in RULES_ABOUT_TIME and (agreed := read(details)) is not None:
        return _owing(words, agreed)
    if alert["rule"] == "document_missing":
        return wording.document(words.locale, details)
    if alert["rule"] in ("milestone_overdue", "pushed_back"):
        name, planned = name_and_day(details)
        return " · ".join([name, words.day(planned)]) if planned is not None else name
    if alert["rule"] == "forecast_late" and details:
        return words.far_day(date.fromisoformat(details))
    if alert["rule"] == "mail_undeliverable":
        return details.partition(": ")[2] or details
    return details


def _owing(words: Words, agreed: Owing) -> str:
    """promised Fri 13 Nov · 1,200 pcs out"""
    day = words.day(agreed.day)
    parts = [
        words.say(N_("promised {day}"), day=day)
        if agreed.kind == "promised"
        else words.say(N_("needed {day}"), day=day)
    ]
    if agreed.out:
        pieces = words.listed(words.amount(quantity, unit) for quantity, unit in agreed.out)
        parts.append(words.say(N_("{pieces} out"), pieces=pieces))
    return " · ".join(parts)


def age(words: Words, alert: dict[str, Any], now: datetime) -> str:
    """For how long it has been so: silent 6 days. A cleared alert says how long it lasted."""
    lasted = lapse(words, (alert["cleared_at"] or now) - alert["since"])
    if alert["rule"] in _SILENT and alert["open"]:
        return words.say(N_("silent {age}"), age=lasted)
    return lasted


def lapse(words: Words, time: timedelta) -> str:
    """6 days; of less than two days the hours, of less than an hour the minutes."""
    time, unit = max(time, timedelta(0)), _unit(time)
    return format_timedelta(time, granularity=unit, threshold=1000, locale=words.locale)


def _unit(time: timedelta) -> Literal["day", "hour", "minute"]:
    if time >= timedelta(days=2):
        return "day"
    return "hour" if time >= timedelta(hours=1) else "minute"


def escalated_to(words: Words, alert: dict[str, Any]) -> str:
    """Who was told after the first ones had not answered; empty when nobody was."""
    ladder = RULES[alert["rule"]].escalate[: alert["escalations"]]
    return words.listed(wording.party(words.locale, party) for party in ladder)


def caused_by(words: Words, alert: Mapping[str, Any]) -> str:
    """The cause that was given to an alert or a corrective action."""
    return wording.cause(words.locale, alert["cause"])


def causes(words: Words) -> list[tuple[str, str]]:
    """What one may choose from."""
    return [(code, words.say(wording.CAUSES[code])) for code in CAUSES]
