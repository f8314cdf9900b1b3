"""Writes down what left for customers, and takes back what was written wrongly: one transaction each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from activities import mismatches
from activities.floor_stock import Recorder, serials_there, shelved, write
from models import clearance
from models.domain import floor_records as records
from models.domain import shop_floor as rules
from models.domain.deliveries import Going, delivered
from models.domain.errors import Unknown
from models.domain.materials import blocked
from models.domain.melting import doubts
from models.domain.shop_floor import Leaving, Shelved
from models.domain.unfinished import may_leave
from models.queries import deliveries, melt_flags, shop_floor, worked
from models.queries.lot_numbers import as_written
from models.tables.demand import DispatchSale
from models.tables.parts import Part
from models.tables.shop_floor import DispatchLineRow, DispatchRow, DispatchSeries
from models.tables.types import table

_DISPATCHES, _LINES, _PARTS = table(DispatchRow), table(DispatchLineRow), table(Part)
_SALES = table(DispatchSale)


@dataclass(frozen=True, slots=True)
class Papers:
    """What is on the note that goes along."""

    customer: str
    destination: str
    vehicle: str = ""
    carrier: str = ""
    recipient: str = ""
    shipped_on: date | None = None


def dispatch(
    session: Session,
    papers: Papers,
    lines: tuple[Leaving, ...],
    by: Recorder,
    today: date,
    now: datetime,
    *,
    cleared: bool,
    confirmed: bool = False,
) -> str:
    """Gives the number. `today` is the day where the pieces leave. They are for what the customer has ordered
    of them: what a line names, else the first due first. Pieces that are not done with everything begun have
    to be `confirmed`."""
    # Before the lots, as who makes work orders for these lines does.
    deliveries.lock_lines_of(session, papers.customer)
    written = as_written(session, {line.lot for line in lines})
    lines = tuple(replace(line, lot=written.get(line.lot, line.lot)) for line in lines)
    lots = shelved(session, [line.lot for line in lines], cleared=cleared)
    parts = {shelf.fact.part for shelf in lots.values()}
    # Before anything is said of a lot.
    controlled = _controlled(session, parts)
    if controlled and not cleared:
        clearance.barred("dispatch", ", ".join(sorted(lots)))
    rules.may_know(controlled, cleared=cleared)
    keeping = shop_floor.blocking(session, list(lots), cleared=cleared)
    stopped = {lot: blocked(why, lot) for lot, why in keeping.items()}
    stock = serials_there(session, lots, [(line.lot, serial) for line in lines for serial in line.serials])
    shipped_on, late = records.left_on(papers.shipped_on, today)
    # Refused before a number is given.
    edges = list(rules.dispatch("", lines, lots, stopped, stock))
    here = {lot: shelf.fact.on_hand for lot, shelf in lots.items()}
    begun = worked.leaving(session, here, cleared=cleared)
    may_leave(lines, {lot: shelf.fact for lot, shelf in lots.items()}, begun, confirmed=confirmed)
    for line in lines:
        rules.was_there(line.lot, lots[line.lot], shipped_on, "shipped_on")
    sales = delivered(
        [
            _going(session, line, lots[line.lot], edge.quantity)
            for line, edge in zip(lines, edges, strict=True)
        ],
        papers.customer,
        deliveries.sold(session, {line.sold for line in lines if line.sold is not None}, cleared=cleared),
        deliveries.wanted_by(session, papers.customer),
    )
    number = _next_number(session, today.year)
    session.execute(
        insert(_DISPATCHES).values(
            number=number,
            customer=papers.customer,
            destination=papers.destination,
            vehicle=papers.vehicle,
            carrier=papers.carrier,
            recipient=papers.recipient,
            shipped_on=shipped_on,
            plant=by.plant,
            export_controlled=controlled,
            warnings=_melted(session, lots),
            recorded_at=now,
            recorded_by=by.id,
            late=late,
            reverse_reason="",
        )
    )
    for place, (line, edge, shares) in enumerate(zip(lines, edges, sales, strict=True)):
        shelf = lots[line.lot]
        session.execute(
            insert(_LINES).values(
                dispatch=number,
                line=place + 1,
                lot=line.lot,
                part=shelf.fact.part,
                part_revision=shelf.part_revision,
                quantity=edge.quantity,
                unit=edge.unit,
                serials=list(line.serials),
            )
        )
        write(session, records.dispatched(number, line.lot, edge.quantity, edge.unit), number)
        for (order, at), some in shares:
            sale = {
                "dispatch": number,
                "dispatch_line": place + 1,
                "sales_order": order,
                "line": at,
                "quantity": some,
            }
            session.execute(insert(_SALES).values(**sale))
    return number


def _going(session: Session, line: Leaving, shelf: Shelved, quantity: Decimal) -> Going:
    """What leaves, as the customer ordered it. Lots of no revision are counted as the line that is named."""
    at = (shelf.fact.part, shelf.part_revision)
    part = session.get(Part, at) if shelf.part_revision else None
    counted = part.uom == shelf.fact.unit if part is not None else shelf.part_revision is None
    return Going(*at, quantity, counted, line.sold)


def reverse_dispatch(
    session: Session, number: str, reason: str, by: Recorder, now: datetime, *, cleared: bool
) -> None:
    """The pieces are on the shelf again; the note stays, with why it was wrong."""
    query = select(_DISPATCHES.c.reversed_at).where(_DISPATCHES.c.number == number).with_for_update()
    session.execute(query).all()
    known = shop_floor.dispatch(session, number, cleared=cleared)
    if known is None:
        raise Unknown("unknown", "There is no {kind} {key}.", kind="dispatch", key=number)
    shelved(session, [line["lot"] for line in known["lines"]], cleared=cleared)
    rules.not_again(known["reversed_at"])
    for line in known["lines"]:
        edge = records.dispatched(number, line["lot"], line["quantity"], line["unit"])
        write(session, records.taken_back(edge), number)
    mismatches.scrap_again(session, sorted({line["lot"] for line in known["lines"]}), now)
    done = {"reversed_at": now, "reversed_by": by.id, "reverse_reason": reason}
    session.execute(update(_DISPATCHES).where(_DISPATCHES.c.number == number).values(**done))


def _melted(session: Session, lots: Mapping[str, Shelved]) -> list[dict[str, Any]]:
    """What leaves under DFARS and was not melted where each clause asks for it, lot by lot."""
    known = [
        {"number": lot, "part": shelf.fact.part, "part_revision": shelf.part_revision}
        for lot, shelf in lots.items()
    ]
    flags = melt_flags.flags(session, known)
    return [
        {"code": "dispatch.melted", "lot": lot, "melted": flags[lot]["melted"], "clauses": list(missed)}
        for lot in lots
        if lot in flags and flags[lot]["dfars"] and (missed := doubts(flags[lot]["melted"]))
    ]


def _controlled(session: Session, parts: set[str]) -> bool:
    query = select(_PARTS.c.number).where(_PARTS.c.number.in_(sorted(parts)), _PARTS.c.export_controlled)
    return session.scalar(query.limit(1)) is not None


def _next_number(session: Session, year: int) -> str:
    """Counting up locks the year's row until the caller commits, so two at once never get the same."""
    add = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    last = col(DispatchSeries.last)
    count_up = (
        add(DispatchSeries)
        .values(year=year, last=1)
        .on_conflict_do_update(index_elements=["year"], set_={"last": last + 1})
        .returning(last)
    )
    return records.dispatch_number(year, session.execute(count_up).scalar_one())
