"""An order's pages: one question, what else can be told, and what became of it."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from itertools import chain
from typing import Any
from urllib.parse import urlencode

import structlog
from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from api.auth import PUBLIC
from api.dispatch import Dispatcher
from api.errors import status_of
from api.supplier import evidence, pages, terms
from api.supplier.answering import ANSWER
from api.supplier.board import board
from api.supplier.entered import entered
from api.supplier.fields import Fields, typed
from api.supplier.keeping import KeptFile, is_paper, keep, put_aside
from api.supplier.multipart import UploadForm, brings_file
from api.supplier.owing import Owed
from api.supplier.progress import PROGRESS, open_steps
from api.supplier.questions import TASKS, Question, offered, question
from api.supplier.tasks import Task, Wanted, chosen
from api.supplier.told import Told, in_words
from api.supplier.troubles import troubles
from api.supplier.visits import Visit, again, enter, let_in, seals_of
from api.uploads import Stored, Uploads
from api.wishes import Wish
from models.domain import gate
from models.domain.decide import decide
from models.domain.errors import Forbidden, Refusal
from models.domain.facts import Asked, Facts
from models.domain.order import Answer

log = structlog.get_logger(__name__)
router = APIRouter(route_class=pages.PageRoute, include_in_schema=False, prefix="/s/o")
# Everything in an upload but the file.
_FORM_BYTES = 100_000
# Nothing is owed any more.
_OVER = frozenset({"closed", "cancelled", "declined", "proposed"})


@router.api_route("/{link}", methods=["GET", "HEAD"], dependencies=PUBLIC)
async def order_page(link: str, request: Request) -> Response:
    visit = await enter(request, link)
    if visit.barred:
        return _barred(visit)
    if visit.onward:
        # All that can be told is told there; this one is over.
        return let_in(request, visit.onward, visit.now)
    said = request.query_params.get("saved")
    receipt = next((item for item in visit.told if item.id == said), None)
    asking = question(visit.order, visit.words.today)
    waiting = tuple(in_words(item, visit.order, visit.words) for item in visit.waiting)
    task = asking.task if not waiting else None
    form = task.form(visit, dict(asking.given)) if task is not None else None
    shown = board(visit)
    begun = visit.order.answer is not Answer.NONE or bool(visit.order.stock)
    return pages.draw(
        visit,
        "supplier/order.html",
        kind="saved" if waiting else asking.kind,
        task=task,
        form=form,
        **_seals(request, visit),
        troubles=(),
        typed={},
        waiting=waiting,
        receipt=in_words(receipt, visit.order, visit.words) if receipt is not None else None,
        # Before the order is taken on there is one thing to say.
        tasks=[other for other in offered(visit.order) if other is not task]
        if begun and asking.kind not in ("declined", "proposed")
        else [],
        owed=_besides(shown.owed, asking, form) if begun and asking.kind not in _OVER else (),
        proposed=_proposed(visit),
        promised=_promised(visit, asking),
        board=shown,
    )


def _besides(owed: tuple[Owed, ...], asking: Question, form: Any) -> tuple[Owed, ...]:
    """What is owed but for what the page asks already."""
    asked = {f"{asking.task.name}?{urlencode(asking.given)}"} if asking.task is not None else set()
    if getattr(form, "describes", ""):
        asked = {"document"}
    return tuple(each for each in owed if each.task not in asked or not form)


def _promised(visit: Visit, asking: Question) -> tuple[str, str] | None:
    """The promise that was accepted, and where another day is told. What both sides agreed to stays as it was:
    who cannot keep it says when it will be instead."""
    order = visit.order
    step = next((item for item in open_steps(order) if item.kind == "shipped"), None)
    given = (("code", step.code),) if step is not None else ()
    if order.answer is not Answer.ACCEPTED or not given or not PROGRESS.offered(order):
        return None
    if order.promise_current is None or (asking.task is PROGRESS and asking.given == given):
        return None
    return visit.words.far_day(order.promise_current), f"{visit.path}/{PROGRESS.name}?{urlencode(given)}"


def _proposed(visit: Visit) -> tuple[str, ...]:
    """What the proposal that waits for an answer would change; it can still be replaced."""
    counter = visit.order.counter
    if counter is None or not ANSWER.offered(visit.order):
        return ()
    return tuple(terms.proposed(counter, visit.order, visit.words))


@router.api_route("/{link}/orders/{number}", methods=["GET", "HEAD"], dependencies=PUBLIC)
async def kindred_order(link: str, number: str, request: Request) -> Response:
    """To another order that this one went on as, or is a part with, by this person's own link."""
    visit = await enter(request, link)
    if visit.barred:
        return _barred(visit)
    found = visit.kindred.get(number)
    return let_in(request, found, visit.now) if found is not None else RedirectResponse(visit.path, 303)


@router.api_route("/{link}/{task}", methods=["GET", "HEAD"], dependencies=PUBLIC)
async def task_page(link: str, task: str, request: Request) -> Response:
    visit = await enter(request, link)
    if visit.barred:
        return _barred(visit)
    found = TASKS.get(task)
    if found is None or not found.offered(visit.order):
        return RedirectResponse(visit.path, 303)
    return _task(request, visit, found, dict(request.query_params))


@router.post("/{link}/{task}", dependencies=PUBLIC)
async def tell(link: str, task: str, request: Request) -> Response:
    """Saves one command, once: the form's id is its key, however often it is sent."""
    visit = await enter(request, link)
    if visit.barred:
        return _barred(visit)
    found = TASKS.get(task)
    if found is None:
        return RedirectResponse(visit.path, 303)
    if found is evidence.DOCUMENT and brings_file(request):
        return await _tell_with_file(request, visit, found)
    fields = Fields(await typed(request))
    wanted: Wanted | None = None
    try:
        key, mark = _form_id(request, visit, fields.typed), _mark(task, fields.typed)
        earlier = _earlier(visit, key)
        if earlier is not None and earlier.mark == mark:
            return _saved(visit, earlier.id)
        if found is evidence.DOCUMENT and fields.raw("answer") == "remove":
            await run_in_threadpool(_put_aside, request, visit, key)
            return RedirectResponse(f"{visit.path}/{task}", 303)
        _possible(visit, found, fields.raw("change"))
        wanted = found.read(fields, visit)
        if wanted is None:
            return _task(request, visit, found, fields.typed)
        return await _save(request, visit, fields, wanted, key, mark)
    except Refusal as refusal:
        return await _refused(request, visit, found, fields, wanted, refusal)


async def _tell_with_file(request: Request, visit: Visit, task: Task) -> Response:
    """The file is read only once it is known who sends it, and to which order."""
    fields = Fields({})
    uploads: Uploads = request.app.state.uploads
    wanted: Wanted | None = None
    try:
        form = UploadForm(request, max(uploads.limits.values()) + _FORM_BYTES)
        fields = Fields(form.fields)
        file = await form.fields_before_file()
        key = _form_id(request, visit, fields.typed)
        _possible(visit, task, "")
        kind = evidence.kind_of(fields)
        if file is None or not file.filename:
            await form.fields_after_file()
            fields.wrong("file", "Choose a file.")
            fields.check()
        assert file is not None, "checked"
        stored = await uploads.receive(
            visit.order.number, kind, _whole(form, fields, visit, key), file.content_type, file.filename or ""
        )
        alone = fields.raw("answer") == "keep"
        if alone and is_paper(kind):
            # What is printed on it is asked for when it is here.
            file_kept = KeptFile(key, kind, stored, evidence.beside(fields), visit.now)
            await run_in_threadpool(_keep, request, visit, file_kept)
            return RedirectResponse(f"{visit.path}/{task.name}", 303)
        wanted = evidence.command_of(fields, visit, stored)
        mark = _mark(task.name, {**fields.typed, "file": stored.sha256})
        saved = await _save(request, visit, fields, wanted, key, mark)
        return RedirectResponse(f"{visit.path}/{task.name}?type={kind.value}", 303) if alone else saved
    except Refusal as refusal:
        return await _refused(request, visit, task, fields, wanted, refusal)


def _keep(request: Request, visit: Visit, file: KeptFile) -> None:
    with request.app.state.database.write() as session:
        keep(session, visit.order.number, visit.actor.id, file)


def _put_aside(request: Request, visit: Visit, file: str) -> None:
    with request.app.state.database.write() as session:
        put_aside(session, visit.order.number, visit.actor.id, file)


async def _whole(form: UploadForm, fields: Fields, visit: Visit, key: str) -> AsyncIterator[bytes]:
    """The file's bytes. It ends well, so that they are kept, only when all of the form came and the
    order would take it."""
    async for chunk in form.file():
        yield chunk
    await form.fields_after_file()
    chosen(fields, "send", "keep")
    wanted = evidence.command_of(fields, visit, Stored("", 0, "", ""))
    if _earlier(visit, key) is None:
        asked = Asked(wanted.command, visit.actor, revision=_seen(fields))
        decide(visit.order, asked, Facts(), visit.now)


def _earlier(visit: Visit, key: str) -> Told | None:
    """What this very form said before."""
    return next((item for item in visit.told if item.mine and item.key == key), None)


def _seen(fields: Fields) -> int:
    """The revision the form was made for; 0, which none has, when it does not say."""
    seen = fields.raw("seen")
    return int(seen) if seen.isdecimal() and len(seen) < 10 else 0


def _form_id(request: Request, visit: Visit, typed: Mapping[str, str]) -> str:
    """The one-time id the form was given. Raises ``Forbidden`` for a form that is not this link's."""
    key = seals_of(request).form_id(visit.link, typed.get("form", ""))
    if key is None:
        raise Forbidden("form.stale", "This form was open too long. Look at it again and send it once more.")
    return _untried(visit, key)


def _untried(visit: Visit, key: str) -> str:
    """The form's key, or its next one: nothing was saved by a try that was refused, so that the form
    can be put right with the browser's Back and sent as something new."""
    refused = {item.key for item in visit.told if item.mine and item.status == "refused"}
    tries = (f"{key}-{number}" for number in range(2, len(refused) + 3))
    return next(each for each in chain((key,), tries) if each not in refused)


def _possible(visit: Visit, task: Task, change: str) -> None:
    """Raises why the order does not take this now, before there is anything to read into it."""
    gate.check(visit.order, task.command, change, outside=True)
    if not task.offered(visit.order):
        # Where only the hold is in the way, it is the reason.
        held = gate.on_hold(visit.order)
        if held is not None and _but_for_hold(visit, task):
            raise held
        raise Refusal("form.nothing", "There is nothing more to report here. Look at the order again.")


def _but_for_hold(visit: Visit, task: Task) -> bool:
    """Whether the task is possible now, or will be once the order is resumed."""
    return task.offered(replace(visit.order, holds=()))


async def _save(
    request: Request, visit: Visit, fields: Fields, wanted: Wanted, key: str, mark: str
) -> Response:
    """Raises the refusal; else the order's page says what was saved, applied or not yet."""
    dispatcher: Dispatcher = request.app.state.dispatcher
    wish = Wish(
        order=visit.order.number,
        command=wanted.command,
        actor=visit.actor,
        revision=_seen(fields),
        idempotency_key=key,
        request_hash=mark,
    )
    outcome = await dispatcher.acted(wish, request.app.state.clock())
    outcome.raise_refusal()
    return _saved(visit, outcome.id)


def _saved(visit: Visit, command: str) -> Response:
    return RedirectResponse(f"{visit.path}?saved={command}", 303)


async def _refused(
    request: Request,
    visit: Visit,
    task: Task,
    fields: Fields,
    wanted: Wanted | None,
    refusal: Refusal,
) -> Response:
    """The form as it was typed, with what is wrong and, when the terms moved, what changed."""
    visit = await again(request, visit)
    if refusal.code == "idempotency.reused":
        text = (
            "This form was sent before with other values. Look at what was saved, then send it if it is new."
        )
        refusal = Refusal("form.reused", text)
    changed: tuple[str, ...] = ()
    if refusal.code == "order.revision":
        changed = await run_in_threadpool(_changes, request, visit, fields.raw("seen"))
    wrong = troubles(refusal, wanted, visit.words, fields)
    return _task(
        request,
        visit,
        task,
        fields.typed,
        status=status_of(refusal),
        summary=visit.words.refusal(refusal),
        troubles=wrong,
        changed=changed,
    )


def _task(
    request: Request, visit: Visit, task: Task, typed: Mapping[str, str], status: int = 200, **context: Any
) -> Response:
    """One form on a page of its own. Where the order no longer takes it, what was typed is listed."""
    context = {"summary": "", "troubles": (), "changed": ()} | context
    drawn = _but_for_hold(visit, task)
    if not drawn:
        # No input is left to lead to; the sentence above says it.
        context["troubles"] = ()
    return pages.draw(
        visit,
        "supplier/task.html",
        status,
        task=task,
        form=task.form(visit, typed) if drawn else None,
        entered=() if drawn else entered(visit, task.name, typed),
        instead=() if drawn else [other for other in offered(visit.order) if other is not task],
        **_seals(request, visit),
        typed=typed,
        **context,
    )


def _seals(request: Request, visit: Visit) -> dict[str, Any]:
    """A new id for a form, those of the files to be described, and how large a file may be."""
    seals = seals_of(request)
    return {
        "seal": seals.form(visit.link),
        "kept_seals": {each.id: seals.form_named(visit.link, each.id) for each in visit.kept},
        "limits": request.app.state.uploads.limits,
    }


def _changes(request: Request, visit: Visit, seen: str) -> tuple[str, ...]:
    if not seen.isdecimal():
        return ()
    with request.app.state.database.read() as session:
        before = terms.as_of_revision(session, visit.order.number, int(seen[:9]))
    return tuple(terms.changes(before, visit.order, visit.words)) if before is not None else ()


def _mark(task: str, typed: Mapping[str, str]) -> str:
    """What makes two forms the same, but for the id they came with."""
    told = sorted((name, value) for name, value in typed.items() if name != "form")
    return hashlib.sha256(repr((task, told)).encode()).hexdigest()


def _barred(visit: Visit) -> Response:
    """An export-controlled order is shown to cleared people only; nothing of it is on this page."""
    log.warning("controlled_order_refused", order=visit.order.number, contact=visit.actor.id)
    return pages.draw(replace(visit, told=()), "supplier/barred.html", 403)
