"""Screens of suppliers, and below each its contacts, approvals and terms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from sqlmodel import Session, col

from activities.i18n import N_
from api.pages.master import cells, choices
from api.pages.master.inputs import LANGUAGES, Input, words_for
from api.pages.master.screens import Cell, Column, Panel, Screen, cell, may
from api.pages.master.terms import TERMS
from api.pages.staff import Staff
from api.routes import supplier_approvals, supplier_contacts, suppliers
from api.routes.resource import Fields as Record
from api.routes.resource import Page
from api.supplier.words import Words
from models.domain.approvals import standing

_TOPICS = {"orders": N_("orders"), "digest": N_("regular overview"), "quality": N_("quality")}
_LOCALES = {"en": "English", "zh": "中文", "es": "Español"}
_SHOWN = 200


def _topics(words: Words, record: Record) -> str:
    return words.listed(words.say(_TOPICS[topic]) for topic in record["notify"])


def _cleared(words: Words, record: Record) -> Cell | None:
    return Cell(words.say(N_("Cleared")), "plain") if record["cleared"] else None


def valid(words: Words, record: Record) -> Cell:
    """Whether an approval holds today where the reader is."""
    first, last = record["valid_from"], record["valid_to"]
    match standing(first, last, words.today):
        case "coming":
            return Cell(words.say(N_("From {day}"), day=words.day(first)), "plain")
        case "ending":
            return Cell(words.say(N_("Ends {away}"), away=words.away(last)), "watch")
        case "ended":
            return Cell(words.say(N_("Expired {away}"), away=words.away(last)), "act")
        case _:
            return Cell(words.say(N_("Valid")), "good")


def _until(words: Words, record: Record) -> str:
    last: date | None = record["valid_to"]
    return words.day(last) if last else words.say(N_("no end"))


CONTACTS = Screen(
    "contacts",
    N_("Contacts"),
    N_("New contact"),
    N_("The people at a supplier who get its mail and answer for it."),
    supplier_contacts.contacts,
    (
        cells.text("name", N_("Full name")),
        cells.text("email", N_("Mail address")),
        cells.told("locale", N_("Language"), _LOCALES),
        Column(N_("Gets mail about"), _topics),
        Column(N_("Export control"), _cleared),
    ),
    (
        Input("name", N_("Full name")),
        Input("email", N_("Mail address")),
        Input("locale", N_("Language"), "pick", N_("Left out: the supplier's."), LANGUAGES),
        Input("notify", N_("Gets mail about"), "several", options=words_for(*_TOPICS.items())),
        Input("cleared", N_("Cleared for export-controlled orders"), "flag"),
    ),
    supplier_contacts.create_contact,
    supplier_contacts.replace_contact,
    owned_by="supplier",
)

APPROVALS = Screen(
    "approvals",
    N_("Approvals"),
    N_("New approval"),
    N_("What a supplier may do, and until when. Without a valid one no order is issued."),
    supplier_approvals.approvals,
    (
        cells.text("process", N_("Process")),
        Column(N_("Specification"), lambda words, record: record["spec"] or words.say(N_("every one"))),
        cells.day("valid_from", N_("From")),
        Column(N_("Until"), _until),
        cells.text("certificate", N_("Certificate")),
        Column(N_("State"), valid),
    ),
    (
        Input("process", N_("Process"), "pick", options=choices.processes),
        Input("spec", N_("Specification"), hint=N_("Left out: every specification of the process.")),
        Input("valid_from", N_("From"), "day"),
        Input("valid_to", N_("Until"), "day", N_("The last day it holds; left out: no end.")),
        Input("certificate", N_("Certificate")),
    ),
    supplier_approvals.create_approval,
    supplier_approvals.replace_approval,
    owned_by="supplier",
)


def _panels(session: Session, staff: Staff, record: Record) -> Sequence[Panel]:
    empty = {
        "contacts": N_(
            "People who get this supplier's mail appear here. Until then it goes to its own address."
        ),
        "approvals": N_("What this supplier may do appears here. Until then no order is issued to it."),
        "terms": N_(
            "What its work costs by contract appears here. Until then each order says its own price."
        ),
    }
    owner = (SUPPLIERS.name, record["code"])
    return [
        Panel(
            screen.title,
            tuple(column.label for column in screen.columns),
            _rows(session, staff, screen, owner),
            empty[name],
            (screen.make, f"{screen.path(owner)}/new") if may(staff, screen.create) else None,
        )
        for name, screen in SUPPLIERS.children.items()
    ]


def _rows(session: Session, staff: Staff, screen: Screen, owner: tuple[str, str]) -> list[list[Cell]]:
    below = col(screen.resource.table.supplier) == owner[1]
    shown = Page(None, _SHOWN)
    records, _ = screen.resource.listed(session, shown, below, cleared=staff.principal.cleared)
    rows = []
    for record in records:
        first, *others = (
            replace(cell(column.show(staff.words, record)), number=column.number) for column in screen.columns
        )
        rows.append([Cell(first.text, "", screen.path_of(record, owner)), *others])
    return rows


SUPPLIERS = Screen(
    "suppliers",
    N_("Suppliers"),
    N_("New supplier"),
    N_("Who processes our parts: their language and zone, the people who answer, what each is approved for."),
    suppliers.suppliers,
    (
        cells.text("name", N_("Name")),
        cells.text("email", N_("Mail address")),
        cells.text("contact", N_("Contact")),
        cells.told("locale", N_("Language"), _LOCALES),
        cells.country("country", N_("Country")),
        cells.text("timezone", N_("Time zone")),
    ),
    (
        Input(
            "code",
            N_("Code"),
            hint=N_("1 to 7 capital letters and digits; it becomes part of lot numbers."),
            key=True,
        ),
        Input("name", N_("Name")),
        Input("email", N_("Mail address")),
        Input("contact", N_("Contact"), hint=N_("Who is asked for by name.")),
        Input(
            "locale",
            N_("Language"),
            "pick",
            N_("Its mails and pages are in this language."),
            LANGUAGES,
            blank=False,
        ),
        Input("country", N_("Country"), "pick", options=choices.countries),
        Input(
            "timezone",
            N_("Time zone"),
            "suggest",
            N_("Promises are meant in it, such as Asia/Shanghai."),
            choices.timezones,
        ),
        Input(
            "calendar",
            N_("Calendar"),
            "pick",
            N_("Left out: Monday to Friday and the country's holidays."),
            choices.calendars,
        ),
    ),
    suppliers.create_supplier,
    suppliers.replace_supplier,
    ("code", "name", "email", "contact"),
    children={"contacts": CONTACTS, "approvals": APPROVALS, "terms": TERMS},
    panels=_panels,
)
