"""Files that came before anybody said what is printed on them: the page may go, they are here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlmodel import Session

from api.supplier.words import Words
from api.uploads import Stored
from models.domain.errors import Invalid
from models.domain.evidence import DOCUMENTS, DocumentType
from models.tables.orders import CommandRow, KeptFileRow
from models.tables.types import table

_KEPT = table(KeptFileRow)
_COMMANDS = table(CommandRow)


@dataclass(frozen=True, slots=True)
class KeptFile:
    """``typed`` is what the form said beside it. The form that makes a document of it has its ``id``."""

    id: str
    type: DocumentType
    stored: Stored
    typed: Mapping[str, str]
    arrived_at: datetime


def is_paper(kind: DocumentType) -> bool:
    """Whether something printed on it is compared with the order, so that it has to be described."""
    return bool(DOCUMENTS[kind].compared)


def kept_files(session: Session, order: str, contact: str) -> tuple[KeptFile, ...]:
    """What this person sent and has not described yet, the oldest first."""
    described = (
        select(_COMMANDS.c.id)
        .where(
            _COMMANDS.c.order_number == order,
            _COMMANDS.c.actor_id == contact,
            # A refused try is followed by one with a number after the key.
            _COMMANDS.c.idempotency_key.startswith(_KEPT.c.id),
            _COMMANDS.c.status != "refused",
        )
        .exists()
    )
    rows = session.execute(
        select(_KEPT)
        .where(
            _KEPT.c.order_number == order,
            _KEPT.c.contact == contact,
            _KEPT.c.removed.is_(False),
            ~described,
        )
        .order_by(_KEPT.c.arrived_at, _KEPT.c.id)
    )
    return tuple(
        KeptFile(
            row.id,
            DocumentType(row.type),
            Stored(row.sha256, row.size, row.media_type, row.filename),
            row.typed,
            row.arrived_at,
        )
        for row in rows
    )


def keep(session: Session, order: str, contact: str, file: KeptFile) -> None:
    """Writes down that it came; the same form again changes nothing. Raises ``Invalid`` for another file."""
    known = session.get(KeptFileRow, file.id)
    if known is None:
        session.add(
            KeptFileRow(
                id=file.id,
                order_number=order,
                contact=contact,
                type=file.type.value,
                sha256=file.stored.sha256,
                size=file.stored.size,
                media_type=file.stored.media_type,
                filename=file.stored.filename,
                typed=dict(file.typed),
                arrived_at=file.arrived_at,
            )
        )
    elif (known.order_number, known.contact, known.sha256) != (order, contact, file.stored.sha256):
        raise Invalid(
            "idempotency.reused",
            "This key came with another request before; use a new key for a new request.",
        )


def put_aside(session: Session, order: str, contact: str, file: str) -> None:
    """It is asked for no more."""
    known = session.get(KeptFileRow, file)
    if known is not None and (known.order_number, known.contact) == (order, contact):
        known.removed = True


def size_in_words(size: int, words: Words) -> str:
    """1.2 MB"""
    unit, places, name = (1_000_000, Decimal("0.1"), "MB") if size >= 100_000 else (1000, Decimal(1), "kB")
    rounded = max((Decimal(size) / unit).quantize(places), places)
    return f"{words.number(rounded)}\u00a0{name}"
