"""Outside operations of many work orders into drafts, in the caller's one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from models import drafts
from models.calendars import plant_calendar
from models.domain.errors import Invalid
from models.domain.facts import Draft, DraftLine
from models.domain.grouping import Circumstances, Group, Key, grouped
from models.queries import contracts, convertible
from models.queries.orders import Reader
from models.tables.plants import Plant
from models.tables.suppliers import Supplier

_HORIZON = timedelta(days=730)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody selected, and what they said about all of it."""

    operations: tuple[Key, ...]
    plant: str
    supplier: str = ""
    need_by: date | None = None


def groups(session: Session, reader: Reader, wanted: Wanted, now: datetime) -> list[Group]:
    """The drafts that a selection would become; nothing is saved. Raises `Invalid` or `Refusal`."""
    plant = session.get(Plant, wanted.plant)
    if plant is None:
        raise Invalid(
            "plant.unknown",
            "There is no plant {plant}. Create it first or correct the name.",
            field="plant",
            plant=wanted.plant,
        )
    if wanted.supplier and session.get(Supplier, wanted.supplier) is None:
        text = "There is no supplier {supplier}. Create it first or correct the code."
        raise Invalid("supplier.unknown", text, field="supplier", supplier=wanted.supplier)
    today = now.astimezone(ZoneInfo(plant.timezone)).date()
    if wanted.need_by is not None and wanted.need_by < today:
        text = "Need-by {need_by} has passed; choose a later day."
        raise Invalid("need_by.past", text, field="need_by", need_by=wanted.need_by)
    known = convertible.selected(session, reader, set(wanted.operations), today)
    first, last = (now - _HORIZON).date(), (now + _HORIZON).date()
    shelf = convertible.shelf(session, {(each.part, each.part_revision) for each in known.values()})
    around = Circumstances(
        today=today,
        calendar=plant_calendar(session, plant, first, last),
        approved=convertible.approved(session, {(each.process, each.spec) for each in known.values()}, today),
        shelf=shelf,
        done=convertible.done(session, known, shelf),
    )
    return grouped(wanted.operations, known, around, supplier=wanted.supplier, need_by=wanted.need_by)


def make(
    session: Session, reader: Reader, wanted: Wanted, buyer: str, now: datetime
) -> list[tuple[Draft, Group]]:
    """Saves the drafts a selection becomes, all of them or none. Of two that select the same operation at
    once, the second is refused with the first one's draft."""
    drafts.lock_operations(session, set(wanted.operations))
    return [
        (
            drafts.create(session, contracts.priced(session, draft, now), now, cleared=reader.cleared),
            group,
        )
        for group in groups(session, reader, wanted, now)
        for draft in [_draft(group, wanted.plant, buyer)]
    ]


def _draft(group: Group, plant: str, buyer: str) -> Draft:
    """Prices are those of the supplier's terms."""
    return Draft(
        number="",
        plant=plant,
        buyer=buyer,
        supplier=group.supplier,
        process=group.process,
        spec=group.spec,
        spec_revision=group.spec_revision,
        need_by=group.need_by,
        type=group.type,
        lines=tuple(
            DraftLine(
                line=place,
                work_order=line.of.work_order,
                operation=line.of.operation,
                quantity=line.of.left,
                unit_price=None,
                currency="",
                lots=line.lots,
            )
            for place, line in enumerate(group.lines, 1)
        ),
    )
