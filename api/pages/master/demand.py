"""Screens of what is to be made: routing templates of parts, and customers' sales orders."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote, urlencode

from sqlmodel import Session

from activities.i18n import N_
from api.pages.master import choices
from api.pages.master.inputs import Input, Rows
from api.pages.master.screens import Cell, Column, Panel, Screen, may
from api.pages.master.steps import STEP_HEADS, step_cells, steps
from api.pages.staff import Staff
from api.routes import routings, sales_orders
from api.routes.resource import Fields as Record
from models.queries import demand, picking
from models.tables.demand import Routing
from models.tables.parts import Part

ROUTINGS = Screen(
    "routings",
    N_("Routings"),
    N_("New routing"),
    N_("The operations every new work order of a part revision begins with. Work orders keep their copy."),
    routings.routings,
    (
        Column(N_("Revision"), lambda _words, record: record["revision"]),
        Column(
            N_("Operations"),
            lambda words, record: words.listed(
                " ".join(filter(None, (str(step["sequence"]), step["process"])))
                for step in record["operations"]
            ),
        ),
    ),
    (
        Input("part", N_("Part"), "suggest", options=choices.parts, key=True),
        Input("revision", N_("Revision"), "suggest", options=choices.revisions, key=True),
        steps(N_("An outside operation needs a process.")),
    ),
    routings.create_routing,
    routings.replace_routing,
    ("part", "revision"),
)


def routing_of(session: Session, staff: Staff, record: Record) -> Panel:
    """A part revision's routing, or the way to it."""
    found = session.get(Routing, (record["number"], record["revision"]))
    start = urlencode({"part": record["number"], "revision": record["revision"]})
    if found is not None:
        button = (N_("Open the routing"), ROUTINGS.path_of(found.model_dump()))
    else:
        button = (ROUTINGS.make, f"{ROUTINGS.path()}/new?{start}")
    return Panel(
        N_("Routing"),
        STEP_HEADS,
        [step_cells(staff.words, step) for step in (found.operations if found is not None else ())],
        N_("The operations that new work orders of this revision begin with appear here."),
        button if found is not None or may(staff, ROUTINGS.create) else None,
    )


def _lines(session: Session, staff: Staff, record: Record) -> Sequence[Panel]:
    """How much of each line is made, and by which work orders."""
    words = staff.words
    keys = {(record["number"], line["line"]) for line in record["lines"]}
    found = demand.sales_lines(session, staff.reader, only=keys)
    rows = []
    for line in found:
        jobs = [Cell(job, "", f"/master/work-orders/{quote(job, safe='')}") for job in line.work_orders] or [
            Cell("")
        ]
        rows += [
            [
                Cell(str(line.line) if not place else ""),
                Cell(f"{line.part} {line.revision}" if not place else ""),
                Cell(words.amount(line.left, line.unit) if not place else ""),
                job,
            ]
            for place, job in enumerate(jobs)
        ]
    open_ = any(line.left for line in found)
    return [
        Panel(
            N_("What is made of it"),
            (N_("Line"), N_("Part"), N_("Still to be made"), N_("Work order")),
            rows,
            N_("The work orders that are made for its lines appear here."),
            (N_("Make work orders"), f"/demand?{urlencode({'q': record['number']})}") if open_ else None,
        )
    ]


def picks_of(session: Session, staff: Staff, record: Record) -> list[Panel]:
    """Which lots are set aside for a work order, and the way to its picking list; nothing for a part that
    is made of nothing."""
    number, words = record["number"], staff.words
    rows = [
        [
            Cell(row["part"]),
            Cell(row["lot"], "", f"/master/lots/{quote(row['lot'], safe='')}"),
            Cell(words.amount(row["quantity"], row["uom"])),
        ]
        for row in picking.picks(session, [number])
    ]
    if not rows and not session.get_one(Part, (record["part"], record["revision"])).bom:
        return []
    return [
        Panel(
            N_("Picking list"),
            (N_("Part"), N_("Lot"), N_("Pick")),
            rows,
            N_("The lots that are set aside for this work order appear here."),
            (N_("Open the picking list"), f"/work-orders/{quote(number, safe='')}/picking-list"),
        )
    ]


SALES_ORDERS = Screen(
    "sales-orders",
    N_("Sales orders"),
    N_("New sales order"),
    N_("What customers ordered from us, line by line; work orders are made of it."),
    sales_orders.sales_orders,
    (
        Column(N_("Customer"), lambda _words, record: record["customer"]),
        Column(
            N_("Lines"),
            lambda words, record: words.listed(
                f"{line['part']} {line['revision']} × {words.number(line['quantity'])}"
                for line in record["lines"]
            ),
        ),
        Column(
            N_("Due"),
            lambda words, record: words.day(min(line["due"] for line in record["lines"])),
        ),
    ),
    (
        Input("number", N_("Number"), key=True),
        Input("customer", N_("Customer")),
        Rows(
            "lines",
            N_("Lines"),
            (
                Input("line", N_("No."), "whole"),
                Input("part", N_("Part"), "suggest", options=choices.parts),
                Input("revision", N_("Revision"), "suggest", options=choices.revisions),
                Input("quantity", N_("Quantity"), "number"),
                Input("due", N_("Due"), "day"),
                Input("delivered", N_("Delivered"), "number"),
            ),
            N_("Add a line"),
            N_("Delivered: how many the customer has already. A line that work orders were made for stays."),
        ),
    ),
    sales_orders.create_sales_order,
    sales_orders.replace_sales_order,
    ("number", "customer"),
    panels=_lines,
)
