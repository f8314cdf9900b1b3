"""What was agreed with suppliers about money, as the core reads it."""

from __future__ import annotations

from sqlalchemy import bindparam, select
from sqlmodel import Session

from models.domain.contract import Basis, Terms
from models.tables.suppliers import SupplierTerms
from models.tables.types import table

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
