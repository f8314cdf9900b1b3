"""What was agreed with suppliers about money, as the core reads it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select
from sqlmodel import Session

from models.domain.contract import Basis, Terms, applying
from models.domain.facts import Draft, DraftLine
from models.tables.plants import Plant
from models.tables.suppliers import SupplierTerms
from models.tables.types import table
from models.tables.work_orders import WorkOrder

_TERMS = table(SupplierTerms)
_OF_SUPPLIER = select(_TERMS).where(_TERMS.c.supplier == bindparam("supplier"))


def terms_of(session: Session, supplier: str) -> list[Terms]:
    """All terms of a supplier, past and coming ones too."""
    return [
        Terms(
            terms=row.id,
            currency=row.currency,
            valid_from=row.valid_from,
            process=row.process,
            part=row.part,
            basis=Basis(row.basis),
            price=row.price,
            minimum=row.minimum,
            lot_charge=row.lot_charge,
            expedite_fee=row.expedite_fee,
            late_per_day=row.late_per_day,
            reject_charge=row.reject_charge,
            early_reward=row.early_reward,
        )
        for row in session.execute(_OF_SUPPLIER, {"supplier": supplier})
    ]


def agreed(session: Session, draft: Draft, day: date) -> dict[int, Terms]:
    """By line, the terms that apply to a draft on a day."""
    known = terms_of(session, draft.supplier)
    found: dict[int, Terms] = {}
    for line in draft.lines:
        job = session.get(WorkOrder, line.work_order) if known else None
        part = job.part if job is not None else ""
        terms = applying(known, process=draft.process, part=part, currency=line.currency, day=day)
        if terms is not None:
            found[line.line] = terms
    return found


def priced(session: Session, draft: Draft, now: datetime, *, but: Collection[int] = ()) -> Draft:
    """The draft with lines that say no price at that of the contract; those of `but` cost what they say."""
    plant = session.get(Plant, draft.plant)
    local = now.astimezone(ZoneInfo(plant.timezone)) if plant is not None else now
    terms = agreed(session, draft, local.date())

    def at_its_price(line: DraftLine) -> DraftLine:
        found = terms.get(line.line)
        if line.unit_price or line.line in but or found is None or not found.price:
            return line
        return replace(line, unit_price=found.price, basis=found.basis)

    return replace(draft, lines=tuple(map(at_its_price, draft.lines)))
