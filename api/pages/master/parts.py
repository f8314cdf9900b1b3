"""Screens of part revisions and of the plans by which they are inspected."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from sqlmodel import Session, col, select

from activities import wording
from activities.i18n import N_
from api.pages.master import cells, choices
from api.pages.master.demand import routing_of
from api.pages.master.inputs import Input, Rows, words_for
from api.pages.master.screens import Cell, Column, Panel, Screen, may
from api.pages.staff import Staff
from api.routes import inspection_plans, parts
from api.routes.resource import Fields as Record
from api.supplier.words import Words
from models.tables.parts import InspectionPlan

_TRACES = {"lot": N_("by lot"), "serial": N_("by serial number")}
_KINDS = {"variable": N_("measured"), "attribute": N_("conforms or not")}


def controls(words: Words, record: Record) -> list[Cell]:
    """What the law asks of a part."""
    found = []
    if record["export_controlled"]:
        found.append(Cell(words.say(N_("Export-controlled")), "watch"))
    if record["dfars"]:
        found.append(Cell("DFARS", "plain"))
    return found


def _controls(words: Words, record: Record) -> Cell | None:
    found = controls(words, record)
    return Cell(" · ".join(each.text for each in found), found[0].kind) if found else None


def _plans(session: Session, staff: Staff, record: Record) -> Sequence[Panel]:
    plans = session.exec(
        select(InspectionPlan)
        .where(InspectionPlan.part == record["number"], InspectionPlan.revision == record["revision"])
        .order_by(col(InspectionPlan.process))
    ).all()
    rows = [
        [
            Cell(plan.process, "", PLANS.path_of(plan.model_dump())),
            Cell(", ".join(each["name"] for each in plan.characteristics)),
        ]
        for plan in plans
    ]
    start = urlencode({"part": record["number"], "revision": record["revision"]})
    return [
        Panel(
            N_("Inspection plans"),
            (N_("Process"), N_("Characteristics")),
            rows,
            N_("What is measured on this revision after a process appears here."),
            (PLANS.make, f"{PLANS.path()}/new?{start}") if may(staff, PLANS.create) else None,
        )
    ]


PLANS = Screen(
    "inspection-plans",
    N_("Inspection plans"),
    N_("New inspection plan"),
    N_(
        "What is measured on a part revision after a process, its limits and its sample. Issued orders keep theirs."
    ),
    inspection_plans.plans,
    (
        cells.text("revision", N_("Revision")),
        cells.text("process", N_("Process")),
        Column(
            N_("Characteristics"),
            lambda words, record: words.listed(each["name"] for each in record["characteristics"]),
        ),
    ),
    (
        Input("part", N_("Part"), "suggest", options=choices.parts, key=True),
        Input("revision", N_("Revision"), "suggest", options=choices.revisions, key=True),
        Input("process", N_("Process"), "pick", options=choices.processes, key=True),
        Rows(
            "characteristics",
            N_("Characteristics"),
            (
                Input("number", N_("No.")),
                Input("name", N_("Name")),
                Input("kind", N_("Kind"), "pick", options=words_for(*_KINDS.items()), blank=False),
                Input("nominal", N_("Nominal"), "number"),
                Input("lower", N_("Lower limit"), "number"),
                Input("upper", N_("Upper limit"), "number"),
                Input("unit", N_("Unit")),
                Input("method", N_("Method")),
                Input("sample", N_("Sample"), "sample"),
            ),
            N_("Add a characteristic"),
            N_("Sample: all, a number of pieces such as 5, or AQL 1.0 (ISO 2859-1 level II). Left out: all."),
        ),
    ),
    inspection_plans.create_plan,
    inspection_plans.replace_plan,
    ("part", "process"),
)

PARTS = Screen(
    "parts",
    N_("Parts"),
    N_("New part revision"),
    N_("Part revisions: unit, material, what they are made of, and what the law asks of them."),
    parts.parts,
    (
        cells.text("revision", N_("Revision")),
        cells.text("description", N_("Description")),
        Column(N_("Unit"), lambda words, record: wording.unit(words.locale, record["uom"])),
        cells.told("trace", N_("Traced"), _TRACES),
        cells.text("material", N_("Material")),
        cells.many("bom", N_("Components")),
        Column(N_("Controlled"), _controls),
    ),
    (
        Input("number", N_("Number"), key=True),
        Input("revision", N_("Revision"), key=True),
        Input("description", N_("Description")),
        Input(
            "uom", N_("Unit"), "suggest", N_("UN/ECE code: C62 (pieces), KGM (kg), MTR (m)."), choices.units
        ),
        Input("trace", N_("Traced"), "pick", options=words_for(*_TRACES.items()), blank=False),
        Input("gtin", "GTIN", hint=N_("Of what is sold as one item: 8, 12, 13 or 14 digits, on its labels.")),
        Input("material", N_("Material")),
        Input("export_controlled", N_("Export-controlled"), "flag"),
        Input("dfars", N_("DFARS specialty metals: melted in a qualifying country"), "flag"),
        Rows(
            "bom",
            N_("Made of"),
            (
                Input("part", N_("Part"), "suggest", options=choices.parts),
                Input("revision", N_("Revision, if only that will do"), "suggest", options=choices.revisions),
                Input("quantity", N_("Quantity for one"), "number"),
                Input("tolerance", N_("May differ by this share, such as 0.05"), "number"),
            ),
            N_("Add a component"),
        ),
        Input(
            "safety_stock",
            N_("Safety stock"),
            "number",
            N_("Kept on hand at least; left out: made to order only."),
        ),
        Input("lot_multiple", N_("Made in multiples of"), "number"),
        Input("lead_days", N_("Working days a work order takes"), "whole"),
    ),
    parts.create_part,
    parts.replace_part,
    ("number", "revision", "description", "material"),
    standing=controls,
    panels=lambda session, staff, record: [
        *_plans(session, staff, record),
        routing_of(session, staff, record),
    ],
)
