"""The certificates that material came with: a mill's test report, a dealer's certificate of conformity; their
numbers, and the files that are kept of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import Session, col

from models.domain.evidence import DOCUMENTS, DocumentType, Printed
from models.domain.lot_documents import LotPaper
from models.domain.trace import NodeKind, kind_of, name_of, work_of
from models.queries.prepared import Prepared, among
from models.queries.trace_nodes import CERTIFY
from models.queries.trace_one import chunks
from models.tables.lot_documents import LotDocumentRow
from models.tables.lots import Lot
from models.tables.orders import DocumentRow
from models.tables.types import table

View = dict[str, Any]
# In place of a type of document: what is written down with a lot, and compared with nothing.
MATERIAL = "material"
_LOTS, _DOCUMENTS = table(Lot), table(DocumentRow)
_OF_LOTS = select(_LOTS.c.number, _LOTS.c.certificate).where(
    _LOTS.c.number.in_(bindparam("names", expanding=True)), _LOTS.c.certificate.is_not(None)
)
_FILES = table(LotDocumentRow)
_PAPER = ("lot", "type", "number", "issuer", "filename", "document")
_FILES_OF_LOTS = Prepared(
    select(*(_FILES.c[name] for name in _PAPER[:-1]), _FILES.c.id)
    .where(among(_FILES.c.lot, "names"), _FILES.c.superseded_by == "")
    .order_by(_FILES.c.lot, _FILES.c.added_at, _FILES.c.id)
)
_OF_ORDERS = (
    select(_DOCUMENTS.c.order_number, _DOCUMENTS.c.number)
    .where(
        _DOCUMENTS.c.order_number.in_(bindparam("names", expanding=True)),
        _DOCUMENTS.c.type.in_(sorted(CERTIFY)),
        _DOCUMENTS.c.superseded_by == "",
        _DOCUMENTS.c.number != "",
    )
    .order_by(_DOCUMENTS.c.order_number, _DOCUMENTS.c.number)
)


def of_lot(session: Session, lot: str) -> list[LotDocumentRow]:
    """The papers whose files are kept of a lot, the first one first; superseded ones too."""
    query = select(LotDocumentRow).where(col(LotDocumentRow.lot) == lot)
    return list(session.scalars(query.order_by(col(LotDocumentRow.added_at), col(LotDocumentRow.id))))


def as_paper(row: LotDocumentRow) -> LotPaper:
    printed = Printed(number=row.number, issuer=row.issuer, revision=row.revision)
    return LotPaper(row.id, DocumentType(row.type), printed, row.superseded_by)


def of_material(session: Session, nodes: Iterable[View]) -> tuple[list[View], list[View]]:
    """The certificates that came with the lots among the nodes of a trace, and the bought lots that have none.
    What was made here has its certificates at the orders it went through."""
    lots = [node for node in nodes if node["kind"] == NodeKind.LOT.value]
    files = _files(session, [name_of(node["id"]) for node in lots])
    papers: list[View] = []
    missing: list[View] = []
    for node in lots:
        lot, issuer = name_of(node["id"]), node.get("supplier_name") or node.get("supplier") or ""
        kept, certificate = files.get(lot, []), node.get("certificate")
        papers += ({**paper, "issuer": paper["issuer"] or issuer} for paper in kept)
        if certificate and certificate not in {paper["number"] for paper in kept}:
            papers.append({"lot": lot, "type": MATERIAL, "number": certificate, "issuer": issuer})
        certified = certificate or any(DOCUMENTS[DocumentType(paper["type"])].certificate for paper in kept)
        if node.get("supplier") and not certified:
            missing.append({"lot": lot, "supplier": node["supplier"], "type": MATERIAL})
    return papers, missing


def _files(session: Session, lots: Collection[str]) -> dict[str, list[View]]:
    """What is kept of each of the lots and was not superseded."""
    found: dict[str, list[View]] = {}
    for row in _FILES_OF_LOTS.rows(session, names=lots) if lots else ():
        found.setdefault(row[0], []).append(dict(zip(_PAPER, row, strict=True)))
    return found


def numbers(session: Session, nodes: Iterable[str]) -> dict[str, list[str]]:
    """By node the numbers on the certificates of its lot, or of its order."""
    lots: dict[str, str] = {}
    orders: dict[str, list[str]] = {}
    for node in dict.fromkeys(nodes):
        if kind_of(node) is NodeKind.LOT:
            lots[name_of(node)] = node
        elif kind_of(node) is NodeKind.ORDER:
            orders.setdefault(work_of(node).order, []).append(node)
    found: dict[str, list[str]] = {}
    for some in chunks(lots):
        for number, certificate in session.execute(_OF_LOTS, {"names": some}):
            found[lots[number]] = [certificate]
    for lot, papers in _files(session, lots).items():
        known = found.setdefault(lots[lot], [])
        known += [
            number
            for number in dict.fromkeys(each["number"] for each in papers)
            if number not in {"", *known}
        ]
        if not known:
            del found[lots[lot]]
    for some in chunks(orders):
        for order, printed in session.execute(_OF_ORDERS, {"names": some}):
            for node in orders[order]:
                found.setdefault(node, []).append(printed)
    return found
