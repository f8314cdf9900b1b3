"""What was agreed with suppliers about money, as the core reads it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import bindparam, select
from sqlmodel import Session

from models.domain.contract import Basis, Terms, applying, common_currency
from models.domain.facts import Draft, DraftLine
from models.queries import currencies
from models.queries.local_day import today_at
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


def priced(session: Session, draft: Draft, now: datetime, *, otherwise: str | None = None) -> Draft:
    """The draft with lines that say no price, or no currency, at those of the contract. All have one currency:
    one that a line says, else that of terms, else `otherwise`, or without it what the buyer is likely to pay in."""
    day = today_at(session, draft.plant, now)
    said = [line.currency for line in draft.lines if line.currency]
    if said:
        currency = said[0]
    else:
        likely = otherwise or currencies.likely(session, draft.buyer, draft.plant)
        parts = [_part(session, line) for line in draft.lines]
        known = terms_of(session, draft.supplier)
        currency = common_currency(known, parts, process=draft.process, likely=likely, day=day)
    lines = tuple(replace(line, currency=line.currency or currency) for line in draft.lines)
    terms = agreed(session, replace(draft, lines=lines), day)
    return replace(draft, lines=tuple(_at_its_price(line, terms.get(line.line)) for line in lines))


def _at_its_price(line: DraftLine, terms: Terms | None) -> DraftLine:
    if line.unit_price is not None or terms is None or not terms.says_price:
        return line
    return replace(line, unit_price=terms.price, basis=terms.basis)


def _part(session: Session, line: DraftLine) -> str:
    job = session.get(WorkOrder, line.work_order)
    return job.part if job is not None else ""
