"""What the shop floor recorded of a job, on the job's page: used, made, dispatched, and other material."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any
from urllib.parse import quote

from sqlmodel import Session

from activities.i18n import N_
from activities.wording import WRONG_MATERIAL
from api.pages.master.screens import Cell, Panel, may
from api.pages.staff import Staff
from api.pages.trace_words import KINDS
from api.routes import dispatches, shop_floor
from api.routes.material_mismatches import decide_mismatch, shown
from api.routes.resource import Fields as Record
from api.supplier.words import Words
from models.queries import order_stream
from models.queries import shop_floor as queries
from models.queries.hold_reach import dispatched_of
from models.queries.shop_floor import CONSUMPTIONS, MISMATCHES, OUTPUTS

DECISIONS = {
    "": (N_("Quality has to decide"), "act"),
    "accept": (N_("Accepted"), "good"),
    "scrap": (N_("Scrapped"), "watch"),
    "hold": (N_("On hold"), "watch"),
}
# Of what was used or had left before, nothing is with the scrap yet.
_NOT_HERE = (N_("To be scrapped: none of it was here"), "watch")
_HEADS = (N_("Lot"), N_("Quantity"), N_("When"), N_("Who and where"), N_("State"), N_("Correction"))


def of_job(session: Session, staff: Staff, record: Record) -> list[Panel]:
    """The panels below a work order."""
    number = record["number"]
    cleared = staff.principal.cleared
    used, made = (
        queries.of_job(session, target, number, cleared=cleared) for target in (CONSUMPTIONS, OUTPUTS)
    )
    names = order_stream.names(session, people([*used, *made]))
    path = f"/work-orders/{quote(number, safe='')}"
    wrong = shown(
        session,
        queries.known_mismatches(session, MISMATCHES.c.work_order == number, cleared=cleared),
        cleared=cleared,
    )
    undecided_yet = any(not row["decision"] and row["withdrawn_at"] is None for row in wrong)
    gone = undecided_yet and bool(dispatched_of(session, number, cleared=cleared))
    left = queries.dispatches_of_job(session, number, cleared=cleared)
    return [
        Panel(
            N_("Material used"),
            _HEADS,
            [
                _recorded(staff, row, names, f"{path}/consumptions", shop_floor.reverse_consumption)
                for row in used
            ],
            N_("Lots that went into this job appear here."),
            _button(staff, N_("Record material used"), f"{path}/consume", shop_floor.record_consumption),
        ),
        *([_mismatches(staff, wrong, gone=gone)] if wrong else []),
        Panel(
            N_("What came out"),
            _HEADS,
            [_recorded(staff, row, names, f"{path}/outputs", shop_floor.reverse_output) for row in made],
            N_("Lots that came out of this job appear here."),
            _button(staff, N_("Record output"), f"{path}/output", shop_floor.record_output),
        ),
        Panel(
            N_("Dispatched"),
            (N_("Dispatch"), N_("Lot"), N_("Quantity"), N_("Customer"), N_("Shipped on"), N_("State")),
            [_left(staff.words, row) for row in left],
            N_("What left for customers of the lots this job made appears here."),
            _button(staff, N_("New dispatch"), "/dispatches/new", dispatches.record_dispatch),
        ),
    ]


def decided(decision: str, scrapped: Collection[object]) -> tuple[str, str]:
    """What quality decided and was `scrapped`, in words and how that is marked."""
    return _NOT_HERE if decision == "scrap" and not scrapped else DECISIONS[decision]


def used_of(words: Words, row: Mapping[str, Any]) -> str:
    """The lot of other material, or how much was used in all."""
    part = " ".join(filter(None, (row["part"], row["part_revision"])))
    amount = words.amount(row["quantity"], row["unit"])
    return " · ".join(filter(None, (row["lot"] or amount, part)))


def scrapped(words: Words, row: Mapping[str, Any]) -> str:
    """20 pcs of WO-3201-A"""
    return words.listed(
        words.say(
            N_("{amount} of {lot}"), amount=words.amount(each["quantity"], each["unit"]), lot=each["lot"]
        )
        for each in row["scrapped"]
    )


def elsewhere(words: Words, row: Mapping[str, Any]) -> str:
    """11 pcs of WO-3201-A: Work order WO-3202"""
    return words.listed(
        words.labelled(
            words.say(
                N_("{amount} of {lot}"), amount=words.amount(each["quantity"], each["unit"]), lot=each["lot"]
            ),
            f"{words.say(KINDS[each['kind']])} {each['number']}",
        )
        for each in row["elsewhere"]
    )


def people(rows: list[Record]) -> set[str]:
    return {row[name] for row in rows for name in ("recorded_by", "reversed_by") if row[name]}


def lot(number: str) -> Cell:
    return Cell(number, href=f"/master/lots/{quote(number, safe='')}")


def state(words: Words, row: Mapping[str, Any], names: Mapping[str, str]) -> Cell:
    """Reversed, told late, or nothing to say; with who and when."""
    if row["reversed_at"] is not None:
        by, when = names.get(row["reversed_by"], ""), words.time(row["reversed_at"])
        text = words.say(N_("Reversed by {who}, {when}"), who=by, when=when)
        # A reason may be long: a mark would not break.
        return Cell(words.labelled(text, row["reverse_reason"]))
    if row["late"]:
        by, when = names.get(row["recorded_by"], ""), words.time(row["recorded_at"])
        return Cell(words.say(N_("Late entry by {who}, {when}"), who=by, when=when), "watch")
    return Cell("")


def _recorded(
    staff: Staff, row: Record, names: Mapping[str, str], path: str, reverse: Callable[..., Any]
) -> list[Cell]:
    words = staff.words
    operation = words.say(N_("Operation {number}"), number=row["operation"]) if row["operation"] else ""
    where = " · ".join(filter(None, (row["operator"], operation, row["machine"])))
    looked = row.get("inspection")
    failed = looked is not None and looked["verdict"] == "fail"
    standing = state(words, row, names)
    if failed and not standing.text:
        standing = Cell(words.say(N_("Failed its inspection")), "act")
    back = row["reversed_at"] is None and may(staff, reverse)
    return [
        lot(row["lot"]),
        Cell(words.amount(row["quantity"], row["unit"]), number=True),
        Cell(words.time(row["at"])),
        Cell(where),
        standing,
        Cell(words.say(N_("Reverse")), href=f"{path}/{row['id']}/reverse") if back else Cell(""),
    ]


def _mismatches(staff: Staff, rows: list[Record], *, gone: bool) -> Panel:
    """`gone`: pieces of the job are with customers."""
    words = staff.words
    cells, decidable = [], may(staff, decide_mismatch)
    for row in rows:
        text, kind = decided(row["decision"], row["scrapped"])
        path = f"/material-mismatches/{quote(row['id'], safe='')}"
        if gone and not row["decision"]:
            text = N_("Quality has to decide: pieces have left already")
        if row["withdrawn_at"] is not None:
            text, kind = N_("Withdrawn: it fits by now"), "plain"
            if row["lot"]:
                text = N_("Withdrawn: the use was reversed")
        cells.append(
            [
                Cell(row["id"], href=path),
                Cell(used_of(words, row)),
                Cell(words.say(WRONG_MATERIAL[row["wrong"]])),
                Cell(words.say(text), kind, hint=scrapped(words, row) or elsewhere(words, row)),
                Cell(words.say(N_("Decide")), href=path) if decidable and row["possible"] else Cell(""),
            ]
        )
    heads = (N_("Nonconformance"), N_("Used"), N_("What is wrong"), N_("State"), N_("Decision"))
    return Panel(N_("Other material"), heads, cells, "")


def _left(words: Words, row: Record) -> list[Cell]:
    gone = Cell("")
    if row["reversed_at"] is not None:
        gone = Cell(words.say(N_("Reversed")), "plain")
    elif row["late"]:
        gone = Cell(words.say(N_("Late entry")), "watch")
    return [
        Cell(row["dispatch"], href=f"/dispatches/{row['dispatch']}"),
        lot(row["lot"]),
        Cell(words.amount(row["quantity"], row["unit"]), number=True),
        Cell(" · ".join(filter(None, (row["customer_name"], row["customer"])))),
        Cell(words.day(row["shipped_on"])),
        gone,
    ]


def _button(staff: Staff, label: str, path: str, route: Callable[..., Any]) -> tuple[str, str] | None:
    return (label, path) if may(staff, route) else None
