"""What stands around a draft's inputs: who may be chosen, which lots there are, what is ordered already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from api.pages.drafting.form import lines_of, lots_in
from api.pages.staff import Staff
from models.domain.facts import Draft
from models.queries import sourcing
from models.queries.sourcing import Outside
from models.tables.plants import Plant
from models.tables.types import table

_PLANTS = table(Plant)
Typed = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class LotRow:
    """A lot to tick: `at` is the beginning of its inputs' names. The empty row has no lot."""

    at: str
    lot: str
    heat: str = ""
    on_hand: str = ""
    held: bool = False


@dataclass(frozen=True, slots=True)
class LineSheet:
    """One line: what it is for, and the lots that may go out."""

    at: str
    title: str
    about: str
    due: str
    ordered: str
    covered_by: tuple[str, ...]
    lots: tuple[LotRow, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """`suppliers`: code, name and whether approved for this today. `plants`: only when one has to choose."""

    process: str
    suppliers: list[tuple[str, str, bool]]
    plants: list[tuple[str, str]]
    lines: list[LineSheet]


def sheet(session: Session, staff: Staff, typed: Typed) -> Sheet:
    """What to draw around what was typed."""
    lines = [_line(session, staff, typed, f"lines.{place}") for place in range(lines_of(typed))]
    process = typed.get("process", "")
    rows = session.execute(select(_PLANTS.c.code, _PLANTS.c.name).order_by(_PLANTS.c.code))
    plants = [(row.code, row.name) for row in rows]
    return Sheet(
        process=process,
        suppliers=sourcing.suppliers_for(session, process, typed.get("spec", ""), staff.words.today),
        plants=plants if len(plants) > 1 else [],
        lines=lines,
    )


def _line(session: Session, staff: Staff, typed: Typed, at: str) -> LineSheet:
    words = staff.words
    work_order, operation = typed.get(f"{at}.work_order", ""), typed.get(f"{at}.operation", "")
    found = _outside(session, staff, work_order, operation)
    names = [typed.get(f"{at}.lots.{row}.lot", "") for row in range(lots_in(typed, at))]
    known = sourcing.lots_named(session, [name for name in names if name])
    if found is None:
        return LineSheet(at, f"{work_order} · {operation}", "", "", "", (), _lots(staff, at, names, known))
    others = tuple(number for number in found.covered_by if number != typed.get("number"))
    return LineSheet(
        at=at,
        title=f"{found.part} {found.part_revision}",
        about=found.description,
        due=words.far_day(found.due) if found.due else "",
        ordered=words.amount(found.quantity, found.unit),
        covered_by=others,
        lots=_lots(staff, at, names, known),
    )


def _outside(session: Session, staff: Staff, work_order: str, operation: str) -> Outside | None:
    if not operation.isdecimal() or len(operation) > 9:
        return None
    return sourcing.operation(session, staff.reader, work_order, int(operation))


def _lots(staff: Staff, at: str, names: list[str], known: Mapping[str, Any]) -> tuple[LotRow, ...]:
    """All but the last are offered; the last is to be typed into."""
    rows = []
    for row, name in enumerate(names):
        here, lot = f"{at}.lots.{row}", known.get(name)
        if row == len(names) - 1:
            rows.append(LotRow(here, ""))
        elif lot is None:
            rows.append(LotRow(here, name))
        else:
            on_hand = staff.words.amount(lot.on_hand, lot.uom)
            rows.append(LotRow(here, name, lot.heat_number or "", on_hand, lot.held))
    return tuple(rows)


def on_offer(session: Session, found: Outside) -> list[tuple[str, Decimal]]:
    """The lots of an operation's part, and how much of each there is."""
    return [
        (lot.number, lot.on_hand)
        for lot in sourcing.lots_of(session, found.part, found.part_revision)
        if not lot.held
    ]


def lots_by_line(
    session: Session, staff: Staff, draft: Draft
) -> tuple[dict[int, str], dict[int, list[tuple[str, Decimal]]]]:
    """The unit of every line of a draft, and the lots on offer for it."""
    units: dict[int, str] = {}
    lots: dict[int, list[tuple[str, Decimal]]] = {}
    for line in draft.lines:
        found = sourcing.operation(session, staff.reader, line.work_order, line.operation)
        if found is not None:
            units[line.line], lots[line.line] = found.unit, on_offer(session, found)
    return units, lots
