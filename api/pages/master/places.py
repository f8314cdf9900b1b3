"""Screens of plants and calendars."""

from __future__ import annotations

from collections.abc import Sequence

from babel.dates import get_day_names
from sqlmodel import Session

from activities.i18n import N_
from api.pages.master import cells, choices
from api.pages.master.inputs import Input, Option, Rows
from api.pages.master.screens import Column, Screen
from api.routes import calendars, plants
from api.routes.resource import Fields as Record
from api.supplier.words import Words


def weekdays(_session: Session, words: Words) -> Sequence[Option]:
    names = get_day_names("wide", locale=words.locale)
    return [(str(number), names[number - 1]) for number in range(1, 8)]


def _worked(words: Words, record: Record) -> str:
    names = get_day_names("abbreviated", locale=words.locale)
    return words.listed(names[number - 1] for number in record["workdays"])


CALENDARS = Screen(
    "calendars",
    N_("Calendars"),
    N_("New calendar"),
    N_("Which days are worked. Orders freeze theirs at issue: a change moves no running deadline by itself."),
    calendars.calendars,
    (
        cells.country("country", N_("Public holidays of")),
        Column(N_("Working days"), _worked),
        cells.many("exceptions", N_("Exceptions")),
    ),
    (
        Input("code", N_("Code"), key=True),
        Input(
            "country",
            N_("Public holidays of"),
            "pick",
            N_("Its public holidays are days off."),
            choices.countries,
        ),
        Input("workdays", N_("Working days"), "several", options=weekdays),
        Rows(
            "exceptions",
            N_("Exceptions"),
            (
                Input("day", N_("Day"), "day"),
                Input("working", N_("Worked"), "flag"),
                Input("reason", N_("Reason")),
            ),
            N_("Add an exception"),
            N_("Own holidays, and make-up days that are worked although they are free."),
        ),
    ),
    calendars.create_calendar,
    calendars.replace_calendar,
    ("code", "country"),
)

PLANTS = Screen(
    "plants",
    N_("Plants"),
    N_("New plant"),
    N_("Our sites. Need-by days are meant in a plant's zone, deadlines follow its calendar."),
    plants.plants,
    (
        cells.text("name", N_("Name")),
        cells.text("timezone", N_("Time zone")),
        cells.text("calendar", N_("Calendar")),
    ),
    (
        Input("code", N_("Code"), key=True),
        Input("name", N_("Name")),
        Input("timezone", N_("Time zone"), "suggest", N_("Such as Europe/Madrid."), choices.timezones),
        Input("calendar", N_("Calendar"), "pick", options=choices.calendars),
    ),
    plants.create_plant,
    plants.replace_plant,
    ("code", "name"),
)
