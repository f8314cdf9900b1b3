"""The order's documents as a checklist: what is required, what is here, what it says wrongly."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from api.supplier.told import printed_name
from api.supplier.words import Words
from models.domain.evidence import DOCUMENTS, covers
from models.domain.next_steps import papers_due
from models.domain.order import Order
from models.domain.paperwork import papers_owed
from models.domain.records import Document


@dataclass(frozen=True, slots=True)
class Wrong:
    """A printed field that contradicts the order; `printed` is empty when it is not on the document."""

    field: str
    printed: str
    expected: str


@dataclass(frozen=True, slots=True)
class Paper:
    """A document on file. `says`: what is printed on it; `compared`: whether any of it was held against the
    order."""

    document: str
    name: str
    filename: str
    size: str
    added: str
    matched: bool
    compared: bool
    says: tuple[tuple[str, str], ...]
    wrong: tuple[Wrong, ...]


@dataclass(frozen=True, slots=True)
class Required:
    """One row of the checklist: `state` is here, unchecked when nothing on it was compared, wrong, missing,
    awaited while that is early, or waived once nobody owes it any more."""

    name: str
    state: str
    papers: tuple[Paper, ...]


@dataclass(frozen=True, slots=True)
class Papers:
    """`owed`: whether what is wrong is still to be corrected."""

    owed: bool
    required: tuple[Required, ...]
    others: tuple[Paper, ...]
    superseded: tuple[Paper, ...]


def papers(order: Order, words: Words) -> Papers:
    current = [item for item in order.documents.values() if item.current]
    wanted = [
        (kind, [item for item in current if covers(kind, item.type)]) for kind in order.required_documents
    ]
    used = {item.document for _, items in wanted for item in items}
    return Papers(
        owed=papers_owed(order),
        required=tuple(
            Required(
                words.say(DOCUMENTS[kind].name),
                _state(order, items),
                tuple(_paper(item, words) for item in items),
            )
            for kind, items in wanted
        ),
        others=tuple(_paper(item, words) for item in current if item.document not in used),
        superseded=tuple(_paper(item, words) for item in order.documents.values() if not item.current),
    )


def _state(order: Order, items: list[Document]) -> str:
    matched = [item for item in items if item.matched]
    if matched:
        return "here" if any(item.compared for item in matched) else "unchecked"
    if items:
        return "wrong"
    if not papers_owed(order):
        return "waived"
    return "missing" if papers_due(order) else "awaited"


def _paper(item: Document, words: Words) -> Paper:
    printed = ((name, getattr(item.printed, name)) for name in item.printed.__dataclass_fields__)
    return Paper(
        document=item.document,
        name=words.say(DOCUMENTS[item.type].name),
        filename=item.filename,
        size=_size(item.size, words),
        added=words.time(item.added_at),
        matched=item.matched,
        compared=item.compared,
        says=tuple((printed_name(name, words), str(value)) for name, value in printed if value),
        wrong=tuple(
            Wrong(printed_name(each.field, words), each.printed, each.expected) for each in item.mismatches
        ),
    )


def _size(size: int, words: Words) -> str:
    """Units are written the same in every language."""
    if size < 1_000_000:
        return f"{max(1, round(size / 1000))}\u00a0kB"
    return f"{words.number(Decimal(size).scaleb(-6).quantize(Decimal('0.1')))}\u00a0MB"
