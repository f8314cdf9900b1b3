"""What stands around a draft's inputs: who may be chosen, which lots there are, what is ordered already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from api.pages.drafting.form import lines_of, lots_in
from api.pages.drafting.offers import called, key_of, others
from api.pages.staff import Staff
from api.supplier.fields import Fields
from models.domain.contract import Terms, applying, common_currency
from models.domain.covering import Covered
from models.domain.facts import Draft
from models.domain.worked import Step, Worked
from models.queries import contracts, sourcing
from models.queries.sourcing import Outside
from models.queries.worked import done_by
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
    """One line: what it is for, and the lots that may go out. `number` is what it is called when there are
    several; `first` the number of the line that orders the same operation; `spec` what the operation asks
    for, when the order says something else; `contract` is the price by the supplier's terms, `other` the
    currency it is in when that is not the order's."""

    at: str
    number: str
    job: str
    title: str
    about: str
    due: str
    ordered: str
    # It is typed to be more than the work order has.
    beyond: bool
    covered_by: tuple[str, ...]
    # How many others order, empty when that is all of it.
    covered: str
    # How many were gone for good before this operation, empty when none were.
    missing: str
    first: str
    spec: str
    contract: str
    other: str
    lots: tuple[LotRow, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """`suppliers`: code, name and whether approved for this today. `plants`: only when one has to choose.
    `others`: operations that may be ordered along, each with what it is about."""

    process: str
    suppliers: list[tuple[str, str, bool]]
    plants: list[tuple[str, str]]
    lines: list[LineSheet]
    others: list[tuple[str, str]]


def sheet(session: Session, staff: Staff, typed: Typed) -> Sheet:
    """What to draw around what was typed."""
    places = [f"lines.{place}" for place in range(lines_of(typed))]
    jobs = {typed.get(f"{at}.work_order", "") for at in places}
    known = _Known(
        sourcing.operations(session, staff.reader, jobs),
        sourcing.lots_named(session, {name for at in places for name in _named(typed, at) if name}),
        contracts.terms_of(session, typed.get("supplier", "")),
    )
    process = typed.get("process", "")
    rows = session.execute(select(_PLANTS.c.code, _PLANTS.c.name).order_by(_PLANTS.c.code))
    plants = [(row.code, row.name) for row in rows]
    return Sheet(
        process=process,
        suppliers=sourcing.suppliers_for(session, process, typed.get("spec", ""), staff.words.today),
        plants=plants if len(plants) > 1 else [],
        lines=[_line(staff, typed, at, places, known) for at in places],
        others=others(session, staff, typed),
    )


@dataclass(frozen=True, slots=True)
class _Known:
    """The operations and the lots the form names, those there are, and the terms of its supplier."""

    operations: Mapping[tuple[str, int], Outside]
    lots: Mapping[str, Any]
    terms: list[Terms]


def _line(staff: Staff, typed: Typed, at: str, places: list[str], known: _Known) -> LineSheet:
    words, key = staff.words, key_of(typed, at)
    found = known.operations.get(key)
    earlier = [other for other in places[: places.index(at)] if key_of(typed, other) == key]
    asked = (found.spec, found.spec_revision) if found is not None else ("", "")
    agreed = asked == (typed.get("spec", ""), typed.get("spec_revision", ""))
    others = found.covered.without(typed.get("number", "")) if found is not None else Covered()
    contract, other = _contract(staff, typed, found, known.terms) if found is not None else ("", "")
    return LineSheet(
        at=at,
        number=typed.get(f"{at}.line", ""),
        job=called(*key),
        title=f"{found.part} {found.part_revision}" if found is not None else "",
        about=found.description if found is not None else "",
        due=words.far_day(found.due) if found is not None and found.due else "",
        ordered=words.amount(found.quantity, found.unit) if found is not None else "",
        beyond=found is not None and _above(typed.get(f"{at}.quantity", ""), found),
        covered_by=others.orders,
        covered=words.amount(others.quantity, found.unit)
        if found is not None and others.left(found.quantity)
        else "",
        missing=words.amount(others.missing, found.unit) if found is not None and others.missing else "",
        first=typed.get(f"{earlier[0]}.line", "") if earlier else "",
        spec="" if agreed else " ".join(filter(None, asked)),
        contract=contract,
        other=other,
        lots=_lots(staff, at, _named(typed, at), known.lots),
    )


def _contract(staff: Staff, typed: Typed, found: Outside, known: list[Terms]) -> tuple[str, str]:
    """The price by contract, and its currency when it is not the order's; both empty without terms."""
    wanted, process, day = typed.get("currency", "").upper(), typed.get("process", ""), staff.words.today
    currency = common_currency(known, [found.part], process=process, likely=wanted, day=day)
    terms = applying(known, process=process, part=found.part, currency=currency, day=day)
    if terms is None or not terms.says_price:
        return "", ""
    return staff.words.price(terms.price, currency, terms.basis), currency if currency != wanted else ""


def _above(quantity: str, found: Outside) -> bool:
    typed = Fields({"quantity": quantity}).quantity("quantity", found.unit)
    return typed is not None and typed > found.quantity


def _named(typed: Typed, at: str) -> list[str]:
    return [typed.get(f"{at}.lots.{row}.lot", "") for row in range(lots_in(typed, at))]


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
    """The lots of an operation's part, and how much of each there is that it has not done already."""
    here = {
        lot.number: lot.on_hand
        for lot in sourcing.lots_of(session, found.part, found.part_revision)
        if not lot.held
    }
    step = Step(found.work_order, found.operation, found.process, found.type)
    done = done_by(session, [(lot, step) for lot in here], here, cleared=True)
    left = {lot: some - done.get((lot, step), Worked()).done for lot, some in here.items()}
    return [(lot, some) for lot, some in left.items() if some > 0]


def lots_by_line(
    session: Session, staff: Staff, draft: Draft
) -> tuple[dict[int, str], dict[int, list[tuple[str, Decimal]]]]:
    """The unit of every line of a draft, and the lots on offer for it."""
    units: dict[int, str] = {}
    lots: dict[int, list[tuple[str, Decimal]]] = {}
    known = sourcing.operations(session, staff.reader, {line.work_order for line in draft.lines})
    for line in draft.lines:
        found = known.get((line.work_order, line.operation))
        if found is not None:
            units[line.line], lots[line.line] = found.unit, on_offer(session, found)
    return units, lots
