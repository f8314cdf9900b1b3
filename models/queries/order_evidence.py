"""What proves how an order was done, as files: its own documents, and the certificates of the material it sent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from models.codec import load_order
from models.domain.order import Order
from models.queries import controlled
from models.queries.lot_holds import made_of
from models.queries.orders import Reader, stored
from models.tables.lot_documents import LotDocumentRow
from models.tables.lots import Lot
from models.tables.types import table

_LOTS = table(Lot)
# What no file system takes, or takes for another folder.
_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]+')
_LONGEST = 120


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """`of` is the order, or the lot it came with; `path` where it is found among the others."""

    path: str
    of: str
    document: str
    type: str
    number: str
    issuer: str
    revision: str
    sha256: str
    size: int
    media_type: str
    filename: str
    added_at: datetime
    superseded_by: str
    # Whether it contradicts nothing the order says; a lot's is compared with nothing.
    matched: bool | None = None


def evidence(session: Session, number: str, reader: Reader) -> list[EvidenceFile]:
    """The order's documents, then those of the lots it sent and of all that went into these, as far as who asks may
    know of them; superseded ones too. Raises `Unknown`."""
    row = stored(session, number, reader)
    if row.snapshot is None:
        return []
    order = load_order(row.snapshot)
    return [*_of_order(order), *_of_lots(session, order, reader)]


def _of_order(order: Order) -> Iterator[EvidenceFile]:
    for each in order.documents.values():
        yield EvidenceFile(
            path=f"order/{_named(each.document, each.filename)}",
            of=order.number,
            document=each.document,
            type=each.type.value,
            number=each.printed.number or "",
            issuer=each.printed.issuer or "",
            revision=each.printed.revision or "",
            sha256=each.sha256,
            size=each.size,
            media_type=each.media_type,
            filename=each.filename,
            added_at=each.added_at,
            superseded_by=each.superseded_by,
            matched=each.matched,
        )


def _of_lots(session: Session, order: Order, reader: Reader) -> Iterator[EvidenceFile]:
    lots = made_of(session, [f"order:{order.number}:{at}" for at in order.stock])
    query = (
        select(LotDocumentRow)
        .join(_LOTS, _LOTS.c.number == col(LotDocumentRow.lot))
        .where(_LOTS.c.number.in_(sorted(lots)), *controlled.visible(Lot, cleared=reader.cleared))
        .order_by(col(LotDocumentRow.lot), col(LotDocumentRow.added_at), col(LotDocumentRow.id))
    )
    for row in session.scalars(query):
        yield EvidenceFile(
            path=f"material/{_safe(row.lot)}/{_named(row.id, row.filename)}",
            of=row.lot,
            document=row.id,
            type=row.type,
            number=row.number,
            issuer=row.issuer,
            revision=row.revision,
            sha256=row.sha256,
            size=row.size,
            media_type=row.media_type,
            filename=row.filename,
            added_at=row.added_at,
            superseded_by=row.superseded_by,
        )


def _named(document: str, filename: str) -> str:
    """Two files of one name are two files."""
    return f"{_safe(document)} {_safe(filename)[-_LONGEST:]}"


def _safe(name: str) -> str:
    return _UNSAFE.sub("_", name).strip(" .") or "_"
