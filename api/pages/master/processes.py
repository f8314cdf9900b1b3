"""The screen of processes."""

from __future__ import annotations

from activities.i18n import N_
from api.pages.master import cells
from api.pages.master.inputs import Input, Rows, words_for
from api.pages.master.screens import Cell, Column, Screen
from api.routes import processes
from api.routes.resource import Fields as Record
from api.supplier.words import Words
from models.domain.evidence import DOCUMENTS
from models.domain.milestones import MilestoneKind

MILESTONE_KINDS: dict[str, str] = {
    MilestoneKind.received: N_("material received"),
    MilestoneKind.process: N_("processing"),
    MilestoneKind.inspected: N_("inspected"),
    MilestoneKind.shipped: N_("shipped"),
    MilestoneKind.other: N_("other"),
}


def _documents(words: Words, record: Record) -> str:
    return words.listed(words.say(DOCUMENTS[kind].name) for kind in record["required_documents"])


def _released(words: Words, record: Record) -> Cell | None:
    return Cell(words.say(N_("Before shipping")), "plain") if record["release_before_ship"] else None


PROCESSES = Screen(
    "processes",
    N_("Processes"),
    N_("New process"),
    N_(
        "What we send parts out for: the milestones and documents each brings to an order. Issued orders keep theirs."
    ),
    processes.processes,
    (
        cells.text("name", N_("Name")),
        cells.many("milestones", N_("Milestones")),
        Column(N_("Required documents"), _documents),
        Column(N_("Inspection released"), _released),
    ),
    (
        Input("code", N_("Code"), key=True),
        Input("name", N_("Name")),
        Input(
            "release_before_ship",
            N_("Parts leave the supplier only after quality has released the measured values"),
            "flag",
        ),
        Rows(
            "milestones",
            N_("Milestones"),
            (
                Input("code", N_("Code")),
                Input("kind", N_("Kind"), "pick", options=words_for(*MILESTONE_KINDS.items()), blank=False),
                Input("name", N_("Name")),
                Input("day", N_("Working days after issue"), "whole"),
            ),
            N_("Add a milestone"),
            N_(
                "In the sequence in which they happen. Without days a milestone is spread to the need-by day."
            ),
        ),
        Input(
            "required_documents",
            N_("Required documents"),
            "several",
            N_("Without them an order does not close."),
            words_for(*((kind.value, rule.name) for kind, rule in DOCUMENTS.items())),
        ),
        Input("instructions", N_("Instructions"), "area", N_("What the supplier reads with every order.")),
    ),
    processes.create_process,
    processes.replace_process,
    ("code", "name"),
)
