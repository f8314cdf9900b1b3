"""How far work orders have come outside, as tables: operation by operation, with those below, by project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from fastapi import Request, Response

from activities.i18n import N_
from activities.wording import unit
from api.pages.master.screens import Cell, Panel
from api.pages.master.steps import STEP_HEADS, step_cells
from api.pages.route import page_router
from api.pages.staff import Visitor, draw
from api.pages.wording import ORDER_TYPES
from api.routes.projects import project_of
from api.supplier.words import Words
from models.domain.quantities import plain

router = page_router()
Record = Mapping[str, Any]
# Where pieces may be; those after `accepted` have a column once there are some.
_FIGURES = (
    ("ordered", N_("Ordered")),
    ("sent", N_("Sent")),
    ("accepted", N_("Accepted")),
    ("pending", N_("Pending")),
    ("rejected", N_("Rejected")),
    ("scrapped", N_("Scrapped")),
    ("test_consumed", N_("Tested")),
    ("forwarded", N_("Forwarded")),
    ("lost", N_("Lost")),
)
_ALWAYS = ("ordered", "sent", "accepted")


@router.get("/projects/{project:path}")
def project_page(project: str, request: Request, staff: Visitor) -> Response:
    """The work orders of a project, how many pieces are where, and what they cost."""
    with request.app.state.database.read() as session:
        found = project_of(session, staff.reader, project, staff.now)
    panels = [members(staff.words, found), *sums(staff.words, found)]
    return draw(request, staff, "pages/project.html", project=project, panels=panels)


def operations(
    words: Words, steps: Sequence[Record], outside: Sequence[Record], orders: Mapping[int, Cell]
) -> Panel:
    """The routing; of each outside operation `orders`, and how far it has come over all of them. What waits for
    one before it says how many pieces are usable."""
    come = {item["operation"]: item for item in outside}
    columns = _columns(outside)
    one_unit = _only_unit(outside)
    waiting = any(item["usable"] is not None for item in outside)
    rows = []
    for step in steps:
        item = come.get(step["sequence"])
        nothing = [Cell("", number=True)] * len(columns)
        row = [*step_cells(words, step), orders[step["sequence"]]]
        row += _figures(words, item, columns, one_unit) if item is not None else nothing
        if waiting:
            usable = item["usable"] if item is not None else None
            row.append(_amount(words, usable, item, one_unit) if item and usable is not None else nothing[0])
        rows.append(row)
    heads = (*STEP_HEADS, N_("Orders"), *(label for _, label in columns))
    return Panel(
        N_("Operations and their orders"),
        (*heads, N_("Usable now")) if waiting else heads,
        rows,
        N_("The steps of this job appear here; the outside ones become orders."),
        note=_note(words, one_unit),
    )


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
    columns, one_unit = _columns(family["totals"]), _only_unit(family["totals"])
    pieces = [
        [Cell(item["process"]), *_figures(words, item, columns, one_unit), _linked(item["orders"])]
        for item in family["totals"]
    ]
    paid = [
        [Cell(words.say(ORDER_TYPES[item["bucket"]])), *(_money(words, item, name) for name in _PAID)]
        for item in family["costs"]
    ]
    heads = (N_("Process"), *(label for _, label in columns), N_("Orders"))
    nothing = N_("What is ordered outside is summed here.")
    found = [Panel(N_("Pieces by process"), heads, pieces, nothing, note=_note(words, one_unit))]
    if paid:
        heads = (N_("Type"), N_("Ordered"), N_("Accepted pieces"), N_("Cost with all charges"))
        found.append(Panel(N_("Costs by type and currency"), heads, paid, ""))
    return found


_PAID = ("ordered", "accepted", "total")


def _columns(items: Sequence[Record]) -> list[tuple[str, str]]:
    return [(name, label) for name, label in _FIGURES if name in _ALWAYS or any(item[name] for item in items)]


def _only_unit(items: Sequence[Record]) -> str:
    """The unit all of them are counted in; empty when there are several."""
    units = {item["unit"] for item in items}
    return units.pop() if len(units) == 1 else ""


def _note(words: Words, one_unit: str) -> str:
    return words.say(N_("in {measure}"), measure=unit(words.locale, one_unit)) if one_unit else ""


def _figures(words: Words, item: Record, columns: Sequence[tuple[str, str]], one_unit: str) -> list[Cell]:
    return [_amount(words, item[name], item, one_unit) for name, _ in columns]


def _amount(words: Words, some: Decimal, item: Record, one_unit: str) -> Cell:
    """Without its unit where the table says it once for all."""
    return Cell(words.number(plain(some)) if one_unit else words.amount(some, item["unit"]), number=True)


def _linked(orders: Sequence[str]) -> Cell:
    return Cell("", links=tuple(Cell(order, href=f"/orders/{order}") for order in orders))


def _money(words: Words, item: Record, name: str) -> Cell:
    amount: Decimal = item[name]
    return Cell(words.price(amount, item["currency"]), number=True)
