"""Pages answer with pages: who is not logged in is asked to, and what went wrong is said in words."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

import orjson
import structlog
from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse

from activities.i18n import LOCALES, N_, say
from api import html, sessions
from api.errors import DATABASE_AWAY, Problem, Unanswered, reported, status_of
from api.supplier.fields import typed
from api.supplier.multipart import UploadForm, brings_file
from api.supplier.words import LANGUAGE_COOKIE, LANGUAGES, Words, language
from api.wire import ExactRoute
from models.domain.errors import Refusal

log = structlog.get_logger(__name__)
_A_YEAR = 365 * 24 * 3600
# Of the longest form there is: an order of many lines with all their lots.
_MOST_KEPT = 30_000
_ENDED = N_("Your session has ended. Log in again: what you entered is kept.")
_ENDED_WITH_FILE = N_(
    "Your session has ended. Log in again: what you typed is kept, only the file is to be chosen once more."
)
_ENDED_EMPTY = N_("Your session has ended. Log in again.")
# A file somebody sends whose session has ended is read and forgotten.
_MOST_PASSED_OVER = 100_000_000
_UNREADABLE = N_("This address cannot be read. Check it, or begin again from the list.")


class StaffRoute(ExactRoute):
    """Answers with a page whatever happens, and says of every page how it would answer (HEAD)."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **given: Any) -> None:
        methods = {*(given.pop("methods", None) or ("GET",))}
        super().__init__(path, endpoint, methods=methods | {"HEAD"} if "GET" in methods else methods, **given)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def shown(request: Request) -> Response:
            answer = await page(request)
            if request.method != "HEAD":
                return answer
            # Nothing follows the headers, least of all a stream that never ends.
            bare = Response(status_code=answer.status_code, background=answer.background)
            bare.raw_headers = answer.raw_headers
            return bare

        async def page(request: Request) -> Response:
            switched = _switched(request)
            if switched is not None:
                return switched
            locale = language(request)
            try:
                return await handle(request)
            except Refusal as refusal:
                sentence = Words(locale, "UTC", datetime.now(UTC).date()).refusal(refusal)
                return trouble(request, status_of(refusal), sentence)
            except DATABASE_AWAY:
                log.exception("database_away")
                return trouble(
                    request, 503, say(locale, N_("The database does not answer. Try again in a moment."))
                )
            except Unanswered:
                text = N_("It is saved, but the database stopped answering. Look again in a moment.")
                return trouble(request, 503, say(locale, text))
            except RequestValidationError:
                return trouble(request, 422, say(locale, _UNREADABLE))
            except HTTPException as error:
                if error.status_code == 401:
                    return await _log_in_first(request)
                return trouble(request, error.status_code, _reason(locale, error))
            except Exception as error:  # noqa: BLE001
                reference = reported(error, method=request.method, route=self.path)
                text = N_("Something went wrong here; nothing was saved. Its reference is {reference}.")
                return trouble(request, 500, say(locale, text, {"reference": reference}))

        return shown


def page_router() -> APIRouter:
    """A router for pages of ours. Every one of them declares who may look, as JSON routes do."""
    return APIRouter(route_class=StaffRoute, include_in_schema=False)


def trouble(request: Request, status: int, sentence: str, locale: str | None = None) -> Response:
    """A page that says what is wrong, and the way back."""
    return html.page(
        "pages/trouble.html",
        status,
        locale=locale or language(request),
        company=request.app.state.settings.company,
        sentence=sentence,
    )


def local_path(address: str, otherwise: str = "/") -> str:
    """`address` when it is one of ours, so that a login leads nowhere else."""
    parts = urlsplit(address)
    ours = not parts.scheme and not parts.netloc and address.startswith("/") and "\\" not in address
    return address if ours and not address.startswith("//") and address.isprintable() else otherwise


async def _log_in_first(request: Request) -> Response:
    """The login page; what was typed into a form goes on it and is sent after all."""
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    if request.method in ("GET", "HEAD"):
        return RedirectResponse(f"/login?next={quote(here)}", 303)
    file = brings_file(request)
    try:
        fields = await (_beside_the_file(request) if file else typed(request, most=_MOST_KEPT))
    except Problem:
        fields = {}
    kept = ""
    if fields:
        by = await run_in_threadpool(_owner, request)
        kept = orjson.dumps({"action": here, "fields": fields, "file": file, "by": by}).decode()
    return html.page(
        "pages/login.html",
        401,
        locale=language(request),
        company=request.app.state.settings.company,
        languages=LANGUAGES,
        email="",
        problem=say(language(request), (_ENDED_WITH_FILE if file else _ENDED) if kept else _ENDED_EMPTY),
        next="/" if kept else here,
        kept=kept,
    )


def _owner(request: Request) -> str:
    """The id of whose session ended; empty when nobody can tell."""
    secret = request.cookies.get(sessions.COOKIE)
    if secret is None:
        return ""
    try:
        with request.app.state.database.read() as session:
            return sessions.owner(session, secret)
    except DATABASE_AWAY:
        return ""


async def _beside_the_file(request: Request) -> dict[str, str]:
    """What was typed into a form that brings a file. The file itself nobody has the right to leave here."""
    form = UploadForm(request, _MOST_PASSED_OVER)
    with suppress(Refusal):
        if await form.fields_before_file() is not None:
            async for _ in form.file():
                pass
        await form.fields_after_file()
    return form.fields


def _reason(locale: str, error: HTTPException) -> str:
    if isinstance(error, Problem):
        return say(locale, error.detail)
    if error.status_code == 404:
        return say(locale, N_("There is nothing at this address."))
    return say(locale, N_("What was sent cannot be read; nothing was saved. Go back and send it again."))


def _switched(request: Request) -> Response | None:
    """``?language=es`` is kept in a cookie, and the address is clean again."""
    wanted = request.query_params.get("language")
    if wanted not in LOCALES or request.method == "POST":
        return None
    rest = request.url.remove_query_params("language")
    answer = RedirectResponse(local_path(f"{rest.path}?{rest.query}".removesuffix("?")), 303)
    answer.set_cookie(
        LANGUAGE_COOKIE,
        wanted,
        max_age=_A_YEAR,
        path="/",
        httponly=True,
        samesite="lax",
        secure=urlsplit(request.app.state.settings.public_url).scheme == "https",
    )
    return answer
