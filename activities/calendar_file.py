"""The dates of an order as a calendar file (RFC 5545), so that nobody types them again."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from icalendar import Calendar, Event

from activities.i18n import N_, say
from activities.supplier_mails import OrderIssued

NEED_BY = N_("Order {order}: needed at {company}")
SHIP_BY = N_("Order {order}: last day to ship to {company}")


def order_dates(context: OrderIssued, *, locale: str, written_at: datetime, host: str) -> str:
    """One all-day entry for need-by and one for the last day to ship. A later file for the same
    order replaces them, because their UIDs stay the same."""
    calendar = Calendar()
    calendar.add("prodid", "-//Sendout//Sendout//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    days = {"ship-by": (SHIP_BY, context.ship_by), "need-by": (NEED_BY, context.need_by)}
    for name, (summary, day) in days.items():
        if day is None:
            continue
        title = say(locale, summary, {"order": context.order, "company": context.company})
        calendar.add_component(_all_day(f"{context.order}-{name}@{host}", title, day, written_at))
    return bytes(calendar.to_ical()).decode()


def _all_day(uid: str, title: str, day: date, written_at: datetime) -> Event:
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", written_at)
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("summary", title)
    # It is a date to know about, not time that is taken.
    event.add("transp", "TRANSPARENT")
    return event
