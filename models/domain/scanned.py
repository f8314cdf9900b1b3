"""What somebody's scanner or thumbs gave us, before anything is looked up."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from models.domain import gs1, labels
from models.domain.labels import Subject

LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Scanned:
    """`subject` of one of our labels; else `gtin`, `lot`, `serial` and `count` of a GS1 symbol; else the
    text itself is some identifier."""

    text: str
    subject: Subject | None = None
    gtin: str = ""
    lot: str = ""
    serial: str = ""
    count: Decimal | None = None


def read(text: str) -> Scanned:
    """Raises `Invalid` for a GS1 symbol that is damaged."""
    text = text[:LONGEST].strip(" \t\r\n")
    subject = labels.subject_of(text)
    if subject is not None:
        return Scanned(text, subject)
    web = text.startswith(("http://", "https://"))
    elements = gs1.parse_link(text) if web else gs1.parse(text)
    if elements is None:
        return Scanned(text)
    count = elements.get(gs1.COUNT) or elements.get(gs1.PIECES)
    return Scanned(
        text,
        gtin=elements.get(gs1.GTIN) or elements.get(gs1.CONTAINED, ""),
        lot=elements.get(gs1.LOT, ""),
        serial=elements.get(gs1.SERIAL, ""),
        count=Decimal(count) if count else None,
    )
