"""The screen of specifications: the register of their revisions."""

from __future__ import annotations

from datetime import date

from activities.i18n import N_
from api.pages.master import cells
from api.pages.master.inputs import Input, Rows
from api.pages.master.screens import Cell, Column, Screen
from api.routes import specifications
from api.routes.resource import Fields as Record
from api.supplier.words import Words
from models.domain.specifications import SpecRevision, in_force


def _revisions(record: Record) -> list[SpecRevision]:
    return [
        SpecRevision(
            each["revision"],
            date.fromisoformat(each["in_force_from"]),
            date.fromisoformat(each["withdrawn_on"]) if each["withdrawn_on"] else None,
        )
        for each in record["revisions"]
    ]


def _in_force(words: Words, record: Record) -> Cell:
    current = in_force(_revisions(record), words.today)
    return Cell(current.revision) if current is not None else Cell(words.say(N_("none")), "watch")


def _standing(words: Words, record: Record) -> list[Cell]:
    current = in_force(_revisions(record), words.today)
    if current is None:
        return [Cell(words.say(N_("No revision in force")), "watch")]
    text = N_("{revision} in force since {day}")
    return [Cell(words.say(text, revision=current.revision, day=words.day(current.in_force_from)), "good")]


SPECIFICATIONS = Screen(
    "specifications",
    N_("Specifications"),
    N_("New specification"),
    N_(
        "What processes are ordered to, and which revision is in force from which day on. An order takes the one of "
        "its day, and its compliance says whether it did."
    ),
    specifications.specifications,
    (
        cells.text("title", N_("Title")),
        Column(N_("In force today"), _in_force),
        cells.many("revisions", N_("Revisions")),
    ),
    (
        Input("code", N_("Code"), hint=N_("As operations and orders name it, such as ASTM B633."), key=True),
        Input("title", N_("Title")),
        Rows(
            "revisions",
            N_("Revisions"),
            (
                Input("revision", N_("Revision")),
                Input("in_force_from", N_("In force from"), "day"),
                Input("withdrawn_on", N_("Withdrawn on"), "day"),
            ),
            N_("Add a revision"),
            N_(
                "Each is in force until the next one is. A day it was withdrawn is needed only where no other took "
                "its place."
            ),
        ),
    ),
    specifications.create_specification,
    specifications.replace_specification,
    ("code", "title"),
    standing=_standing,
    slashed=True,
)
