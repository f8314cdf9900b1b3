"""Documents: what each type must say, and whether what it says fits the order.

Only what is printed on a document is compared; the order's side comes in as ``OrderFacts``.
To add a type, add it to ``DocumentType`` and give it a row in ``DOCUMENTS``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Literal


class DocumentType(StrEnum):
    coc = "coc"
    cert_2_1 = "cert_2_1"
    cert_2_2 = "cert_2_2"
    cert_3_1 = "cert_3_1"
    cert_3_2 = "cert_3_2"
    heat_chart = "heat_chart"
    ndt_report = "ndt_report"
    fai = "fai"
    inspection_report = "inspection_report"
    photo = "photo"
    video = "video"
    packing_slip = "packing_slip"
    other = "other"


@dataclass(frozen=True, slots=True)
class Printed:
    """What the document says, as printed on it; ``None`` or empty where it says nothing."""

    number: str | None = None
    issuer: str | None = None
    revision: str | None = None
    purchase_order: str | None = None
    part_revision: str | None = None
    spec_revision: str | None = None
    lot: str | None = None
    heat: str | None = None
    quantity: Decimal | None = None
    parcel: str | None = None


@dataclass(frozen=True, slots=True)
class DocumentRule:
    """One document type: ``compared`` fields are matched when printed, of each group in ``required``
    at least one field must be printed, ``size`` names the upload limit that applies."""

    name: str
    compared: tuple[str, ...] = ()
    required: tuple[tuple[str, ...], ...] = ()
    media_types: tuple[str, ...] = ()
    size: Literal["document", "photo", "video"] = "document"
    certificate: bool = False


_IMAGES = ("image/jpeg", "image/png", "image/webp")
_PAPERS = ("application/pdf", *_IMAGES)
_SHEETS = (*_PAPERS, "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
_ORIGIN = ("purchase_order", "part_revision", "spec_revision", "lot", "heat", "parcel")
_CLAIMS = (*_ORIGIN, "quantity")
# EN 10204: specific results belong to a lot or heat, and are found again by their number.
_SPECIFIC = (("number",), ("lot", "heat"))

DOCUMENTS: dict[DocumentType, DocumentRule] = {
    DocumentType.coc: DocumentRule("Certificate of conformance", _CLAIMS, (), _PAPERS, certificate=True),
    DocumentType.cert_2_1: DocumentRule("EN 10204 2.1 declaration", _CLAIMS, (), _PAPERS, certificate=True),
    DocumentType.cert_2_2: DocumentRule("EN 10204 2.2 test report", _CLAIMS, (), _PAPERS, certificate=True),
    DocumentType.cert_3_1: DocumentRule(
        "EN 10204 3.1 certificate", _CLAIMS, _SPECIFIC, _PAPERS, certificate=True
    ),
    DocumentType.cert_3_2: DocumentRule(
        "EN 10204 3.2 certificate", _CLAIMS, _SPECIFIC, _PAPERS, certificate=True
    ),
    # A furnace load may hold other orders' parts, and a first article is a piece of the parcel:
    # their quantities say nothing about ours.
    DocumentType.heat_chart: DocumentRule("Heat-treatment chart", _ORIGIN, (), _SHEETS, certificate=True),
    DocumentType.ndt_report: DocumentRule("NDT report", _CLAIMS, (), _PAPERS, certificate=True),
    DocumentType.fai: DocumentRule("First-article inspection", _ORIGIN, (), _SHEETS, certificate=True),
    DocumentType.inspection_report: DocumentRule("Inspection report", _CLAIMS, (), _SHEETS),
    DocumentType.photo: DocumentRule("Photo", media_types=_IMAGES, size="photo"),
    DocumentType.video: DocumentRule(
        "Video", media_types=("video/mp4", "video/quicktime", "video/webm"), size="video"
    ),
    DocumentType.packing_slip: DocumentRule("Packing slip", _CLAIMS, (), _PAPERS),
    DocumentType.other: DocumentRule("Other document", media_types=(*_SHEETS, "text/plain")),
}

# Each satisfies a demand for itself and for everything before it.
_EN_10204 = (DocumentType.cert_2_1, DocumentType.cert_2_2, DocumentType.cert_3_1, DocumentType.cert_3_2)


@dataclass(frozen=True, slots=True)
class LineFacts:
    """One order line a document may speak of."""

    line: int
    part_revision: str | None = None


@dataclass(frozen=True, slots=True)
class LotFacts:
    """A lot on a line: its heats (none when not recorded) and how much of it was sent, if limited."""

    line: int
    lot: str
    heats: tuple[str, ...] = ()
    sent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ParcelFacts:
    """What a parcel carries of one line and lot; ``lot`` is empty when nobody named it.

    ``unprocessed`` is how many pieces in the whole parcel a certificate need not speak of.
    """

    parcel: str
    line: int
    quantity: Decimal
    lot: str = ""
    unprocessed: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """The order's side of the comparison; what is ``None`` or empty is not compared.

    A parcel is the exception: one named on a document must exist.
    """

    purchase_order: str | None = None
    spec_revision: str | None = None
    lines: tuple[LineFacts, ...] = ()
    lots: tuple[LotFacts, ...] = ()
    parcels: tuple[ParcelFacts, ...] = ()

    def of_line(self, line: int | None) -> OrderFacts:
        """The same facts narrowed to one line (``None``: all of them)."""
        if line is None:
            return self
        return OrderFacts(
            self.purchase_order,
            self.spec_revision,
            tuple(item for item in self.lines if item.line == line),
            tuple(item for item in self.lots if item.line == line),
            tuple(item for item in self.parcels if item.line == line),
        )


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A field that contradicts the order; ``expected`` lists what would have fitted."""

    field: str
    printed: str
    expected: str


def match(
    document_type: DocumentType, printed: Printed, facts: OrderFacts, line: int | None = None
) -> tuple[Mismatch, ...]:
    """Every compared field whose printed value contradicts the order, in the rule's order.

    Text is equal when it differs in case and spacing only. ``line`` is the line the document was
    handed in for; without it, what fits any line fits.
    """
    facts = facts.of_line(line)
    parcels = [item.parcel for item in facts.parcels]
    contradicted = {
        "purchase_order": _text(printed.purchase_order, _given(facts.purchase_order)),
        "part_revision": _text(printed.part_revision, _given(*(item.part_revision for item in facts.lines))),
        "spec_revision": _text(printed.spec_revision, _given(facts.spec_revision)),
        "lot": _lot(printed, facts),
        "heat": _heat(printed, facts),
        "parcel": _text(printed.parcel, parcels, unknown_is_wrong=True),
        "quantity": _quantity(printed, facts),
    }
    return tuple(
        Mismatch(name, _shown(getattr(printed, name)), expected)
        for name in DOCUMENTS[document_type].compared
        if (expected := contradicted[name]) is not None
    )


def comparable(document_type: DocumentType, printed: Printed) -> bool:
    """Whether the document shows anything that is compared with the order."""
    return any(_plain(getattr(printed, name)) for name in DOCUMENTS[document_type].compared)


def unprinted(document_type: DocumentType, printed: Printed) -> tuple[str, ...]:
    """The required fields the document does not show; alternatives are joined by a slash."""
    return tuple(
        "/".join(group)
        for group in DOCUMENTS[document_type].required
        if not any(_plain(getattr(printed, name)) for name in group)
    )


def covers(required: DocumentType, offered: DocumentType) -> bool:
    """Whether a document of type ``offered`` satisfies a demand for ``required``.

    EN 10204 types include the lower ones; each of them is also a certificate of conformance.
    """
    if required == offered:
        return True
    if offered not in _EN_10204:
        return False
    if required == DocumentType.coc:
        return True
    return required in _EN_10204[: _EN_10204.index(offered)]


def same_paper(one: Printed, other: Printed) -> bool:
    """Issuer, number and revision name a document once; one without issuer and number is never another."""
    return _same_series(one, other) and _same(one.revision, other.revision)


def newer_revision(one: Printed, other: Printed) -> bool:
    """Whether it is the same document in a newer revision: none before A before B, 2 before 10."""
    ranks = [(len(_plain(printed.revision)), _plain(printed.revision)) for printed in (one, other)]
    return _same_series(one, other) and ranks[0] > ranks[1]


def _same_series(one: Printed, other: Printed) -> bool:
    known = [(_plain(printed.issuer), _plain(printed.number)) for printed in (one, other)]
    return all(known[0]) and known[0] == known[1]


def _plain(value: object) -> str:
    return "" if value is None else " ".join(str(value).split()).casefold()


def _given(*values: str | None) -> list[str]:
    return [value for value in values if value is not None and _plain(value)]


def _shown(value: str | Decimal) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else value.strip()


def _same(one: str | None, other: str | None) -> bool:
    return _plain(one) == _plain(other)


def _listed(values: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(values))


def _text(printed: str | None, expected: list[str], *, unknown_is_wrong: bool = False) -> str | None:
    """What was expected, or ``None`` when nothing is printed, nothing is known, or it fits."""
    if not _plain(printed) or any(_same(printed, value) for value in expected):
        return None
    return _listed(expected) if expected or unknown_is_wrong else None


def _lot(printed: Printed, facts: OrderFacts) -> str | None:
    aboard = _aboard(printed, facts)
    carried = _given(*(item.lot for item in aboard))
    if carried and len(carried) == len(aboard):
        return _text(printed.lot, carried)
    return _text(printed.lot, _given(*(item.lot for item in facts.lots)))


def _heat(printed: Printed, facts: OrderFacts) -> str | None:
    """The heats of the printed lot; those of all lots when none is printed or it is unknown."""
    named = _of_lot(printed, facts)
    return _text(printed.heat, [heat for item in named or facts.lots for heat in item.heats])


def _quantity(printed: Printed, facts: OrderFacts) -> str | None:
    if printed.quantity is None:
        return None
    if aboard := _aboard(printed, facts):
        named = [item for item in aboard if not item.lot or _same(item.lot, printed.lot)]
        covered = named if _plain(printed.lot) and named else aboard
        carried = sum((item.quantity for item in covered), Decimal(0))
        least = carried - max(item.unprocessed for item in covered)
        return None if least <= printed.quantity <= carried else _shown(carried)
    limits = [item.sent for item in _of_lot(printed, facts) or facts.lots]
    known = [sent for sent in limits if sent is not None]
    if not known or len(known) < len(limits):
        return None
    most = sum(known, Decimal(0))
    return None if printed.quantity <= most else _shown(most)


def _aboard(printed: Printed, facts: OrderFacts) -> list[ParcelFacts]:
    """What the parcel named on the document carries."""
    if not _plain(printed.parcel):
        return []
    return [item for item in facts.parcels if _same(item.parcel, printed.parcel)]


def _of_lot(printed: Printed, facts: OrderFacts) -> list[LotFacts]:
    """The lot named on the document; empty when none is or the order has no such lot."""
    if not _plain(printed.lot):
        return []
    return [item for item in facts.lots if _same(item.lot, printed.lot)]
