"""Documents: raw bytes in, the very bytes out."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any
from urllib.parse import unquote_to_bytes

from fastapi import Depends, Query, Request
from sqlalchemy import select
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse, Response, StreamingResponse

from api import evidence_zip
from api.auth import Principal, Reader
from api.routes.lots import lots
from api.routes.order_commands import answer, ask
from api.routes.order_roles import allowed_to
from api.routes.orders import reader
from api.uploads import Uploads
from api.wire import Answer, api_router
from models.domain.commands import AddDocument
from models.domain.errors import Unknown
from models.domain.evidence import DocumentType, Printed
from models.domain.quantities import quantity as checked_quantity
from models.queries import orders as queries
from models.queries.order_evidence import evidence
from models.tables.lot_documents import LotDocumentRow
from models.tables.orders import DocumentRow
from models.tables.types import table

router = api_router(tags=["Documents"])
Uploader = Annotated[Principal, Depends(allowed_to("add-document"))]
_DOCUMENTS = table(DocumentRow)
# UTF-8'en'
_CHARSET = re.compile(r"^utf-8'[\w-]*'", re.IGNORECASE)
_ESCAPED = re.compile(rb"%[0-9A-Fa-f]{2}")
Text = Annotated[str | None, Query(max_length=200)]


@router.post("/orders/{number}/documents", status_code=201)
async def upload_document(
    number: str,
    request: Request,
    principal: Uploader,
    kind: Annotated[DocumentType, Query(alias="type")],
    line: int | None = None,
    number_printed: Annotated[str | None, Query(alias="number", max_length=200)] = None,
    issuer: Text = None,
    revision: Text = None,
    purchase_order: Text = None,
    part_revision: Text = None,
    spec_revision: Text = None,
    lot: Text = None,
    heat: Text = None,
    quantity: Text = None,
    parcel: Text = None,
    supersedes: Text = None,
) -> Answer:
    """The raw body is the file; the query says what is printed on it. All but `type` is optional. The file's
    name goes into `X-Filename`, in UTF-8, percent-encoded or as RFC 8187 writes it."""
    printed = Printed(
        number=number_printed,
        issuer=issuer,
        revision=revision,
        purchase_order=purchase_order,
        part_revision=part_revision,
        spec_revision=spec_revision,
        lot=lot,
        heat=heat,
        quantity=_quantity(quantity),
        parcel=parcel,
    )
    await run_in_threadpool(_visible, request, number, principal)
    uploads: Uploads = request.app.state.uploads
    stored = await uploads.receive(
        number,
        kind,
        request.stream(),
        request.headers.get("content-type", ""),
        named(request.headers.get("x-filename", "")),
    )
    command = AddDocument(
        type=kind,
        sha256=stored.sha256,
        size=stored.size,
        media_type=stored.media_type,
        filename=stored.filename,
        line=line,
        printed=printed,
        supersedes=supersedes or "",
    )
    outcome = await ask(request, principal, number, command, {}, file=stored.sha256)
    if outcome.waiting or outcome.status == "refused":
        return answer(outcome)
    return Answer(
        outcome.result["made"], 201, {"Location": f"/api/v1/documents/{outcome.result['made']['document']}"}
    )


@router.get("/documents/{document}")
def read_document(document: str, request: Request, principal: Reader) -> Response:
    """The bytes as they were uploaded; always as a download, never rendered from our address."""
    with request.app.state.database.read() as session:
        row = _row(session, document, principal)
    uploads: Uploads = request.app.state.uploads
    return FileResponse(
        uploads.store.path(row.sha256),
        media_type=row.media_type,
        filename=row.filename,
        headers={"ETag": f'"{row.sha256}"', "Cache-Control": "private, immutable, max-age=31536000"},
    )


@router.get("/orders/{number}/evidence.zip", response_class=Response)
def download_evidence(number: str, request: Request, principal: Reader) -> Response:
    """The order's documents, and the certificates of the lots it sent and of what went into these, each as it was
    uploaded, with `index.csv`: what each is, whose, its SHA-256, and what superseded it."""
    with request.app.state.database.snapshot() as session:
        files = evidence(session, number, reader(principal))
    uploads: Uploads = request.app.state.uploads
    return StreamingResponse(
        evidence_zip.packed(number, files, uploads.store),
        media_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{number}-evidence.zip"'},
    )


def _row(session: Session, document: str, principal: Principal) -> Any:
    """A document of an order or of a lot that who asks may know of. Raises `Unknown`."""
    row = session.execute(select(_DOCUMENTS).where(_DOCUMENTS.c.id == document)).first()
    if row is not None:
        queries.stored(session, row.order_number, reader(principal))
        return row
    paper = session.get(LotDocumentRow, document)
    if paper is None:
        raise Unknown("document.unknown", "There is no document {document}.", document=document)
    lots.get(session, paper.lot, cleared=principal.cleared)
    return paper


def _visible(request: Request, number: str, principal: Principal) -> None:
    with request.app.state.database.read() as session:
        queries.stored(session, number, reader(principal))


def _quantity(text: str | None) -> Decimal | None:
    return checked_quantity(text) if text else None


def named(header: str) -> str:
    """The file's name in a header: as RFC 8187 writes it, percent-encoded, or in plain UTF-8. Headers
    arrive as Latin letters, byte by byte."""
    raw = _CHARSET.sub("", header).encode("latin-1", "replace")
    decoded = unquote_to_bytes(raw) if raw.isascii() and _ESCAPED.search(raw) else raw
    for each in (decoded, raw):
        try:
            return each.decode()
        except UnicodeDecodeError:
            continue
    return header
