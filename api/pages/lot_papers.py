"""A paper that came with a lot: its file, and what is printed on it."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from activities.codes import MEDIA
from activities.i18n import N_
from api.errors import status_of
from api.pages.master.saving import asking, once
from api.pages.master.screens import guard_of
from api.pages.route import page_router
from api.pages.staff import Staff, Visitor, draw
from api.routes.lot_documents import keep, upload_lot_document, would_take
from api.routes.lots import lots
from api.supplier.evidence import Choice, kind_of
from api.supplier.fields import Fields, typed
from api.supplier.multipart import UploadForm, brings_file
from api.supplier.told import printed_name
from api.supplier.troubles import troubles
from api.uploads import Uploads
from models.domain.errors import Invalid, Refusal
from models.domain.evidence import DOCUMENTS, DocumentType, Printed
from models.domain.lot_documents import OF_MATERIAL, LotPaper
from models.queries import lot_papers
from models.tables.suppliers import Supplier

router = page_router()
_PRINTED = ("number", "issuer", "revision")
# Everything in the form but the file.
_FORM_BYTES = 100_000


@dataclass(frozen=True, slots=True)
class PaperForm:
    """What is asked: the type, which one it replaces, the file. No type is missing here, and there are no lines."""

    types: tuple[Choice, ...]
    replaces: tuple[Choice, ...]
    accept: str
    missing: tuple[Choice, ...] = ()
    lines: tuple[Choice, ...] = ()


@router.get("/lots/{number}/documents")
async def ask_for_paper(number: str, request: Request, staff: Visitor) -> Response:
    await guard_of(upload_lot_document)(request)
    return await run_in_threadpool(_asked, request, staff, number, dict(request.query_params))


@router.post("/lots/{number}/documents")
async def take_paper(number: str, request: Request, staff: Visitor) -> Response:
    """The file is read only once it is known who sends it, and that the lot takes one."""
    await guard_of(upload_lot_document)(request)
    if not brings_file(request):
        # Typed before the session ended, and sent after a new login, where no file is kept.
        return await run_in_threadpool(_asked, request, staff, number, await typed(request), _no_file())
    uploads: Uploads = request.app.state.uploads
    form = UploadForm(request, max(uploads.limits.values()) + _FORM_BYTES)
    try:
        file = await form.fields_before_file()
        if file is None or not file.filename:
            await form.fields_after_file()
            raise _no_file()
        fields = Fields(form.fields)
        paper, older = _read(fields)
        sent = asking(request, idempotency_key=once(form.fields))
        await run_in_threadpool(would_take, sent, staff.principal, number, paper, older)
        stored = await uploads.receive_of_lot(
            number, paper.type, _whole(form), file.content_type, file.filename
        )
        await run_in_threadpool(keep, sent, staff.principal, number, paper, stored, older)
    except Refusal as refusal:
        return await run_in_threadpool(_asked, request, staff, number, form.fields, refusal)
    return RedirectResponse(f"/master/lots/{quote(number, safe='')}?saved=changed", 303)


def _no_file() -> Invalid:
    return Invalid("form.invalid", "Choose a file.", field="file")


async def _whole(form: UploadForm) -> AsyncIterator[bytes]:
    """The file's bytes. It ends well only when all of the form came."""
    async for chunk in form.file():
        yield chunk
    await form.fields_after_file()


def _read(fields: Fields) -> tuple[LotPaper, str]:
    number, issuer, revision = (fields.text(name) or None for name in _PRINTED)
    older = fields.text("supersedes")
    fields.check()
    return LotPaper("", kind_of(fields), Printed(number=number, issuer=issuer, revision=revision)), older


def _asked(
    request: Request,
    staff: Staff,
    number: str,
    form: Mapping[str, str],
    refusal: Refusal | None = None,
) -> Response:
    words = staff.words
    with request.app.state.database.read() as session:
        lot = lots.get(session, number, cleared=staff.principal.cleared)
        rows = [row for row in lot_papers.of_lot(session, number) if not row.superseded_by]
        supplier = session.get(Supplier, lot.supplier) if lot.supplier else None
    # What was written down with the lot is most likely what this file says.
    issuer = supplier.name if supplier is not None else ""
    known = {"number": lot.certificate or "", "issuer": issuer} if not rows else {}
    chosen = form.get("type", DocumentType.cert_3_1 if lot.heat_number else DocumentType.coc)
    types = tuple(
        Choice(
            kind,
            words.say(DOCUMENTS[kind].name),
            kind == chosen,
            ",".join(DOCUMENTS[kind].media_types),
            words.listed(MEDIA[each] for each in DOCUMENTS[kind].media_types),
            DOCUMENTS[kind].size,
        )
        for kind in OF_MATERIAL
    )
    replaces = tuple(
        Choice(
            row.id,
            f"{words.say(DOCUMENTS[DocumentType(row.type)].name)} · {row.filename}",
            row.id == form.get("supersedes"),
        )
        for row in rows
    )
    accept = ",".join(dict.fromkeys(media for kind in OF_MATERIAL for media in DOCUMENTS[kind].media_types))
    return draw(
        request,
        staff,
        "pages/lot_paper.html",
        status_of(refusal) if refusal is not None else 200,
        number=number,
        about=" ".join(filter(None, [lot.part, lot.part_revision])),
        form=PaperForm(types, replaces, accept),
        inputs=[(name, printed_name(name, words)) for name in _PRINTED],
        limits=request.app.state.uploads.limits,
        typed={**known, **form},
        key=form.get("form") or secrets.token_urlsafe(12),
        summary=words.refusal(refusal) if refusal is not None else "",
        troubles=troubles(refusal, None, words) if refusal is not None else (),
        called={"file": N_("File or photo")},
        changed=(),
    )
