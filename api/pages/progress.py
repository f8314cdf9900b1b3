"""How far work orders have come outside, as tables: operation by operation, with those below, by project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from fastapi import Request, Response

from activities.i18n import N_
from api.pages.master.screens import Cell, Panel
from api.pages.route import page_router
from api.pages.staff import Visitor, draw
from api.pages.wording import ORDER_TYPES
from api.routes.projects import project_of
from api.supplier.words import Words

router = page_router()
Record = Mapping[str, Any]
_FIGURES = (
    ("ordered", N_("Ordered")),
    ("sent", N_("Sent")),
    ("accepted", N_("Accepted")),
    ("rejected", N_("Rejected")),
    ("scrapped", N_("Scrapped")),
    ("lost", N_("Lost")),
)


@router.get("/projects/{project:path}")
def project_page(project: str, request: Request, staff: Visitor) -> Response:
    """The work orders of a project, how many pieces are where, and what they cost."""
    with request.app.state.database.read() as session:
        found = project_of(session, staff.reader, project)
    panels = [members(staff.words, found), *sums(staff.words, found)]
    return draw(request, staff, "pages/project.html", project=project, panels=panels)


def operations(words: Words, outside: Sequence[Record]) -> list[Panel]:
    """Each outside operation over all its orders; what waits for one before it says how many are usable."""
    rows = [
        [
            Cell(f"{item['operation']} {item['process']}"),
            *_figures(words, item),
            Cell("–" if item["usable"] is None else words.amount(item["usable"], item["unit"]), number=True),
            Cell(words.listed(item["orders"])),
        ]
        for item in outside
    ]
    heads = (N_("Operation"), *(label for _, label in _FIGURES), N_("Usable now"), N_("Orders"))
    return [Panel(N_("How far it has come outside"), heads, rows, "")] if rows else []


def members(words: Words, family: Record) -> Panel:
    """The work orders themselves."""
    rows = [
        [
            Cell(each["number"], "", f"/master/work-orders/{quote(each['number'], safe='')}"),
            Cell(f"{each['part']} {each['revision']}"),
            Cell(words.amount(each["quantity"], each["unit"]), number=True),
            Cell(words.say(ORDER_TYPES[each["type"]])),
            Cell(each["parent"] or ""),
            Cell(words.far_day(each["due"]) if each["due"] else ""),
        ]
        for each in family["work_orders"]
    ]
    heads = (
        N_("Work order"),
        N_("Part"),
        N_("Quantity"),
        N_("Type"),
        N_("Parent work order"),
        N_("Due"),
    )
    return Panel(N_("Work orders"), heads, rows, "")


def sums(words: Words, family: Record) -> list[Panel]:
    """Pieces by process, and costs by type and currency; nothing while nothing is ordered."""
    pieces = [
        [Cell(item["process"]), *_figures(words, item), Cell(words.listed(item["orders"]))]
        for item in family["totals"]
    ]
    paid = [
        [Cell(words.say(ORDER_TYPES[item["bucket"]])), *(_money(words, item, name) for name in _PAID)]
        for item in family["costs"]
    ]
    heads = (N_("Process"), *(label for _, label in _FIGURES), N_("Orders"))
    found = [
        Panel(N_("Pieces by process"), heads, pieces, N_("What is ordered outside is summed here.")),
    ]
    if paid:
        heads = (N_("Type"), N_("Ordered"), N_("Accepted pieces"), N_("Cost with all charges"))
        found.append(Panel(N_("Costs by type and currency"), heads, paid, ""))
    return found


_PAID = ("ordered", "accepted", "total")


def _figures(words: Words, item: Record) -> list[Cell]:
    return [Cell(words.amount(item[name], item["unit"]), number=True) for name, _ in _FIGURES]


def _money(words: Words, item: Record, name: str) -> Cell:
    amount: Decimal = item[name]
    return Cell(words.price(amount, item["currency"]), number=True)
