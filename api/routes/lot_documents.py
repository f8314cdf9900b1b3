"""Papers that came with a lot: raw bytes in, one row for each; `GET /documents/{id}` gives the very bytes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, Query, Request
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from api.auth import Principal, Reader, allowed
from api.changes import perform
from api.routes.documents import Text, named
from api.routes.lots import lots
from api.uploads import Stored, Uploads
from api.wire import Answer, api_router
from models.domain import authority
from models.domain.evidence import DocumentType, Printed
from models.domain.floor_records import told_late
from models.domain.lot_documents import LotPaper, name_of, replaced
from models.queries import lot_papers
from models.queries.local_day import today_at
from models.tables.lot_documents import LotDocumentRow
from models.tables.master_changes import Idempotency

router = api_router(tags=["Lots"])
Uploader = Annotated[Principal, Depends(allowed(*authority.roles_for("add-document")))]
_SHOWN = (
    *("lot", "type", "number", "issuer", "revision", "filename", "media_type", "size", "sha256"),
    *("supersedes", "superseded_by", "added_at", "added_by", "late"),
)


@router.post("/lots/{number}/documents", status_code=201)
async def upload_lot_document(
    number: str,
    request: Request,
    principal: Uploader,
    kind: Annotated[DocumentType, Query(alias="type")],
    number_printed: Annotated[str | None, Query(alias="number", max_length=200)] = None,
    issuer: Text = None,
    revision: Text = None,
    supersedes: Text = None,
) -> Answer:
    """The raw body is the file, as with an order's documents; the query says what is printed on it. All but `type`
    is optional: `coc`, `cert_2_1`, `cert_2_2`, `cert_3_1`, `cert_3_2` or `other`. Added on a later day than the
    lot came, it is marked late."""
    printed = Printed(number=number_printed, issuer=issuer, revision=revision)
    paper = LotPaper("", kind, printed)
    await run_in_threadpool(would_take, request, principal, number, paper, supersedes or "")
    uploads: Uploads = request.app.state.uploads
    stored = await uploads.receive_of_lot(
        number,
        kind,
        request.stream(),
        request.headers.get("content-type", ""),
        named(request.headers.get("x-filename", "")),
    )
    return await run_in_threadpool(keep, request, principal, number, paper, stored, supersedes or "")


@router.get("/lots/{number}/documents")
def list_lot_documents(number: str, request: Request, principal: Reader) -> Answer:
    """The first one first; superseded ones too."""
    with request.app.state.database.read() as session:
        number = lots.get(session, number, cleared=principal.cleared).number
        items = [shown(row) for row in lot_papers.of_lot(session, number)]
    return Answer({"items": items, "next": None})


def shown(row: LotDocumentRow) -> dict[str, Any]:
    return {"document": row.id, **{name: getattr(row, name) for name in _SHOWN}}


def would_take(request: Request, principal: Principal, number: str, paper: LotPaper, supersedes: str) -> None:
    """Raises what a lot would refuse the paper for, before its file is read."""
    with request.app.state.database.read() as session:
        number = lots.get(session, number, cleared=principal.cleared).number
        if session.get(Idempotency, (principal.id, request.headers.get("idempotency-key", ""))) is not None:
            # It came before; the answer it got says whether it was taken.
            return
        kept = [lot_papers.as_paper(row) for row in lot_papers.of_lot(session, number)]
    replaced(number, paper, supersedes, kept)


def keep(
    request: Request, principal: Principal, number: str, paper: LotPaper, stored: Stored, supersedes: str
) -> Answer:
    """Writes down the paper whose file is `stored`."""

    def change(session: Session, now: datetime) -> Answer:
        lot = lots.get(session, number, lock=True, cleared=principal.cleared)
        rows = lot_papers.of_lot(session, lot.number)
        kept = [lot_papers.as_paper(row) for row in rows]
        older = replaced(lot.number, paper, supersedes, kept)
        came = lot.received_on or today_at(session, lot.plant, lot.created_at)
        row = LotDocumentRow(
            id=name_of(lot.number, kept),
            lot=lot.number,
            type=paper.type.value,
            number=paper.printed.number or "",
            issuer=paper.printed.issuer or "",
            revision=paper.printed.revision or "",
            sha256=stored.sha256,
            size=stored.size,
            media_type=stored.media_type,
            filename=stored.filename,
            supersedes=older,
            added_at=now,
            added_by=principal.id,
            late=told_late(came, today_at(session, lot.plant, now)),
        )
        session.add(row)
        for other in rows:
            if other.id == older:
                other.superseded_by = row.id
        session.flush()
        return Answer(shown(row), 201, {"Location": f"/api/v1/documents/{quote(row.id, safe='')}"})

    return perform(request, principal, change, file=stored.sha256)
