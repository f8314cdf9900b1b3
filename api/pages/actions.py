"""Doing something with an order: one form for each command, one way to show it and one to send it.

A form carries a one-time id, which is the command's key, and the version of the order it was drawn
for: sent twice it is one command, and sent for an order that has moved on it says what happened.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from typing import Any

from fastapi import Request, Response
from sqlalchemy import or_, select
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from activities.codes import ROLES
from activities.i18n import N_
from api.dispatch import Dispatcher
from api.errors import status_of
from api.pages.desk import desk
from api.pages.drafting import asking
from api.pages.order.wording import BASES
from api.pages.reaching import reach_of
from api.pages.route import page_router
from api.pages.staff import Staff, Visitor, draw
from api.pages.tasks import meanwhile
from api.pages.tasks.base import CALLED, ENTERED, Acting, AnyTask, Typed
from api.pages.tasks.behalf import contacts, on_behalf_of
from api.pages.tasks.gaps import gaps
from api.pages.tasks.registry import TASKS
from api.pages.wording import ACTIONS
from api.supplier.entered import entered
from api.supplier.evidence import kind_of
from api.supplier.fields import Fields, typed
from api.supplier.multipart import UploadForm, brings_file
from api.supplier.tasks import Wanted
from api.supplier.troubles import Trouble, troubles
from api.supplier.words import Words
from api.uploads import Stored, Uploads
from api.wishes import Outcome, Wish
from models.domain.authority import SUPPLIER, OnBehalfOf, Role, roles_for
from models.domain.commands import AddDocument
from models.domain.decide import decide
from models.domain.errors import Invalid, Refusal, Stale
from models.domain.facts import Asked, Facts
from models.tables.orders import CommandRow
from models.tables.types import table

router = page_router()
_COMMANDS = table(CommandRow)
# Not part of what a form says.
_ENVELOPE = frozenset({"form", "version"})
# Everything in an upload but the file.
_FORM_BYTES = 100_000


@dataclass(frozen=True, slots=True)
class Sent:
    """A form as it came: its one-time id, what makes it the same form again, what it was drawn for."""

    key: str
    mark: str
    version: int


def _show(task: AnyTask) -> Callable[..., Response]:
    def show(number: str, request: Request, staff: Visitor) -> Response:
        acting = _acting(request, staff, number, task)
        return _page(request, acting, task, dict(request.query_params))

    return show


def _act(task: AnyTask) -> Callable[..., Coroutine[Any, Any, Response]]:
    async def act(number: str, request: Request, staff: Visitor) -> Response:
        fields = Fields(await typed(request))
        return await take(request, staff, number, task, fields)

    return act


def _act_with_file(task: AnyTask) -> Callable[..., Coroutine[Any, Any, Response]]:
    async def act(number: str, request: Request, staff: Visitor) -> Response:
        """The file is read only once it is known who sends it, and that the order takes one."""
        acting = await run_in_threadpool(_acting, request, staff, number, task)
        if not brings_file(request):
            # Typed before the session ended, and sent after a new login, where no file is kept.
            fields = Fields(await typed(request))
            return await _refused(request, acting, task, fields, None, _no_file())
        uploads: Uploads = request.app.state.uploads
        form = UploadForm(request, max(uploads.limits.values()) + _FORM_BYTES)
        fields = Fields(form.fields)
        try:
            file = await form.fields_before_file()
            if staff.may(task.command) and task.why_not(acting.desk) is None:
                kind = kind_of(fields)
                if file is None or not file.filename:
                    await form.fields_after_file()
                    raise _no_file()
                whole = _whole(form, fields, acting, task)
                stored = await uploads.receive(number, kind, whole, file.content_type, file.filename)
                return await take(request, staff, number, task, fields, stored)
        except Refusal as refusal:
            return await _refused(request, acting, task, fields, None, refusal)
        return await run_in_threadpool(_page, request, acting, task, fields.typed)

    return act


def _no_file() -> Invalid:
    return Invalid("form.invalid", "Choose a file.", field="file")


async def _whole(form: UploadForm, fields: Fields, acting: Acting, task: AnyTask) -> AsyncIterator[bytes]:
    """The file's bytes. It ends well, so that they are kept, only when all of the form came and the
    order would take it."""
    async for chunk in form.file():
        yield chunk
    await form.fields_after_file()
    wanted = task.read(fields, acting)
    assert wanted is not None, "a form with a file asks for something"
    decide(acting.order, Asked(wanted.command, acting.staff.actor), Facts(), acting.now)


async def take(
    request: Request, staff: Staff, number: str, task: AnyTask, fields: Fields, stored: Stored | None = None
) -> Response:
    """Saves the command a form asks for, once. ``stored`` is the file that came with it."""
    acting = await run_in_threadpool(_acting, request, staff, number, task)
    if not staff.may(task.command):
        return await run_in_threadpool(_barred, request, acting, task)
    wanted: Wanted | None = None
    try:
        sent = _sent(request, fields, stored)
        sent, earlier = await run_in_threadpool(_earlier, request, staff, sent)
        if earlier is None:
            _current(acting, task, sent)
            refusal = task.why_not(acting.desk)
            if refusal is not None:
                raise refusal
        behalf = _behalf(task, fields)
        wanted = task.read(fields, acting) if earlier is None else None
        if earlier is None and wanted is None:
            return await run_in_threadpool(_page, request, acting, task, fields.typed)
        fields.check()
        outcome = await _save(request, acting, task, sent, _with_file(wanted, stored), behalf, earlier)
        outcome.raise_refusal()
    except Refusal as refusal:
        return await _refused(request, acting, task, fields, wanted, refusal)
    # The order's page shows what becomes of it, also of what has to wait for its turn.
    return RedirectResponse(f"{acting.desk.path}?saved={outcome.id}", 303)


async def _save(
    request: Request,
    acting: Acting,
    task: AnyTask,
    sent: Sent,
    wanted: Wanted | None,
    behalf: OnBehalfOf | None,
    earlier: str | None,
) -> Outcome:
    dispatcher: Dispatcher = request.app.state.dispatcher
    if earlier is not None:
        return await dispatcher.outcome(earlier)
    assert wanted is not None, "read before it is saved"
    wish = Wish(
        order=acting.desk.number,
        command=wanted.command,
        actor=acting.staff.actor,
        on_behalf_of=behalf,
        if_match=sent.version if not task.file else None,
        idempotency_key=sent.key,
        request_hash=sent.mark,
    )
    return await dispatcher.acted(wish, request.app.state.clock())


def _with_file(wanted: Wanted | None, stored: Stored | None) -> Wanted | None:
    if wanted is None or stored is None or not isinstance(wanted.command, AddDocument):
        return wanted
    command = replace(
        wanted.command,
        sha256=stored.sha256,
        size=stored.size,
        media_type=stored.media_type,
        filename=stored.filename,
    )
    return replace(wanted, command=command)


def _sent(request: Request, fields: Fields, stored: Stored | None) -> Sent:
    key = fields.raw("form")
    if not (key.isalnum() and len(key) <= 64):
        raise Invalid("form.stale", "This form was open too long. Look at it again and send it once more.")
    told = sorted((name, value) for name, value in fields.typed.items() if name not in _ENVELOPE)
    said = (request.url.path, told, stored.sha256 if stored is not None else "")
    mark = hashlib.sha256(repr(said).encode()).hexdigest()
    version = fields.raw("version")
    return Sent(key, mark, int(version) if version.isdecimal() and len(version) < 10 else -1)


def _earlier(request: Request, staff: Staff, sent: Sent) -> tuple[Sent, str | None]:
    """The command this very form has become before. Nothing was saved by tries that were refused: after
    them the form is something new. Raises `Refusal` when it said something else then."""
    key = _COMMANDS.c.idempotency_key
    of_form = or_(key == sent.key, key.startswith(f"{sent.key}-"))
    with request.app.state.database.read() as session:
        rows = session.execute(
            select(_COMMANDS.c.id, _COMMANDS.c.request_hash, _COMMANDS.c.status).where(
                _COMMANDS.c.actor_id == staff.actor.id, of_form
            )
        ).all()
    row = next((row for row in rows if row.status != "refused"), None)
    if row is None:
        return (replace(sent, key=f"{sent.key}-{len(rows) + 1}") if rows else sent), None
    if row.request_hash != sent.mark:
        raise Refusal(
            "form.reused",
            "This form was sent before with other values. Look at what was saved, then send it if it is new.",
        )
    return sent, row.id


def _current(acting: Acting, task: AnyTask, sent: Sent) -> None:
    """A paper is as good for an order that has moved on, and its file would have to be chosen again. What
    was a draft may have the same number of a version now that it is issued."""
    issued = task.of_draft and acting.desk.order is not None
    if (sent.version != acting.version or issued) and not task.file:
        raise Stale(
            "order.version",
            "The order has changed: you looked at version {seen}, it is at {version}. Look again and repeat.",
            seen=max(sent.version, 0),
            version=acting.version,
        )


def _behalf(task: AnyTask, fields: Fields) -> OnBehalfOf | None:
    return on_behalf_of(fields) if task.command in SUPPLIER else None


def _acting(request: Request, staff: Staff, number: str, task: AnyTask) -> Acting:
    """Raises `Unknown` when there is no such order for this person."""
    with request.app.state.database.read() as session:
        found = desk(session, staff, number)
        # Nothing is looked up for a draft: its page says that it has to be issued first.
        acting: Acting = task.look(session, found) if found.order is not None else Acting(found)
        return acting


async def _refused(
    request: Request, acting: Acting, task: AnyTask, fields: Fields, wanted: Wanted | None, refusal: Refusal
) -> Response:
    """The form as it was typed, with what is wrong and, when the order moved on, what happened."""
    words = acting.words
    context: dict[str, Any] = {
        "summary": words.refusal(refusal),
        "troubles": _troubles(refusal, wanted, fields, words),
    }
    acting = await run_in_threadpool(_acting, request, acting.staff, acting.desk.number, task)
    if isinstance(refusal, Stale):
        context["summary"] = words.say(
            N_("The order has changed since you opened this form. Look at what happened, then send it again.")
        )
        context["changed"] = await run_in_threadpool(_changed, request, acting, task, fields)
        if acting.desk.order is not None:
            # Where a parcel or a lot is gone, so are the inputs that were filled in for it.
            context["had_entered"] = entered(acting, "", fields.typed, ENTERED)
    return await run_in_threadpool(_page, request, acting, task, fields.typed, status_of(refusal), **context)


def _troubles(refusal: Refusal, wanted: Wanted | None, fields: Fields, words: Words) -> tuple[Trouble, ...]:
    """What the core finds wrong may be of the order and not of an input: there is nothing to go to then."""
    found = troubles(refusal, wanted, words, fields, ENTERED | {"decision": N_("What becomes of them")})
    if wanted is None:
        return found
    inputs = {*fields.typed, *(lead.input for lead in wanted.places.values())}
    return tuple(each if each.input in inputs else replace(each, input="", at="") for each in found)


def _changed(request: Request, acting: Acting, task: AnyTask, fields: Fields) -> Sequence[str]:
    version, order = fields.raw("version"), acting.desk.order
    if not version.isdecimal():
        return ()
    with request.app.state.database.read() as session:
        if order is None:
            return asking.changed(session, acting.staff, acting.desk.number, fields.raw("seen"))
        # A draft counts how often it was saved, the order it became counts its events.
        return meanwhile.since(session, order, 0 if task.of_draft else int(version[:9]), acting.words)


def _page(
    request: Request, acting: Acting, task: AnyTask, given: Typed, status: int = 200, **context: Any
) -> Response:
    """The form, or why there is none and what is possible instead; just to look at that is no error."""
    if not acting.staff.may(task.command):
        return _barred(request, acting, task)
    context = {"summary": "", "troubles": (), "changed": (), "had_entered": ()} | context
    refusal = task.why_not(acting.desk)
    if refusal is not None:
        return _not_now(request, acting, task, given, status, refusal, **context)
    behalf = task.command in SUPPLIER
    return draw(
        request,
        acting.staff,
        "pages/action.html",
        status,
        task=task,
        acting=acting,
        number=acting.desk.number,
        form=task.form(acting, given),
        typed=given,
        key=secrets.token_hex(16),
        **_there(request, acting if behalf else None),
        behalf=behalf,
        bases=BASES,
        called=CALLED,
        **task.beside(request, acting),
        **context,
    )


def _there(request: Request, acting: Acting | None) -> dict[str, Any]:
    """Who is known at the supplier one enters something for, and how it is reached."""
    if acting is None:
        return {"contacts": (), "reach": None}
    order = acting.order
    with request.app.state.database.read() as session:
        return {
            "contacts": contacts(session, order.supplier),
            "reach": reach_of(session, order.supplier, order.number, order.purchase_order),
        }


def _barred(request: Request, acting: Acting, task: AnyTask) -> Response:
    """Nobody's page but theirs: who may do it, and what this person can do instead."""
    words = acting.words
    may = [words.say(ROLES[role]) for role in sorted(roles_for(task.command) - {Role.ADMIN})]
    sentence = words.say(N_("This is for: {roles}. Ask one of them to do it."), roles=words.listed(may))
    return _instead(request, acting, task, 403, sentence)


def _not_now(
    request: Request,
    acting: Acting,
    task: AnyTask,
    given: Typed,
    status: int,
    refusal: Refusal,
    **context: Any,
) -> Response:
    # Where the form is gone, what happened says why; to send it again is no way on.
    told = {"summary": "" if context["changed"] else context["summary"], "changed": context["changed"]}
    if acting.desk.order is not None:
        told["entered"] = entered(acting, "", given, ENTERED)
    # Looking at it is no error; sending it is refused for what stands in its way now.
    status = status if status == 200 else status_of(refusal)
    return _instead(request, acting, task, status, acting.words.refusal(refusal), **told)


def _instead(
    request: Request, acting: Acting, task: AnyTask, status: int, sentence: str, **context: Any
) -> Response:
    order = acting.desk.order
    closing = task.command == "close" and order is not None and order.end is None
    return draw(
        request,
        acting.staff,
        "pages/not_now.html",
        status,
        task=task,
        number=acting.desk.number,
        sentence=sentence,
        onward=order.kin.next_ones if order is not None else (),
        gaps=gaps(order, acting.words) if order is not None and closing else (),
        others=[
            (other.name, ACTIONS[other.command])
            for other in TASKS.values()
            if other is not task and acting.staff.may(other.command) and _makes_sense(acting, other)
        ],
        **({"summary": "", "changed": (), "entered": ()} | context),
    )


def _makes_sense(acting: Acting, task: AnyTask) -> bool:
    """Whether to offer it: possible, and with something to do."""
    if task.why_not(acting.desk) is not None:
        return False
    return acting.desk.order is None or acting.desk.why_pointless(task.command) is None


for _task in TASKS.values():
    _path = f"/orders/{{number}}/{_task.name}"
    router.add_api_route(_path, _show(_task), methods=["GET", "HEAD"])
    router.add_api_route(_path, _act_with_file(_task) if _task.file else _act(_task), methods=["POST"])
