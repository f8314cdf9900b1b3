"""Logging in and out with a browser."""

from __future__ import annotations

from collections.abc import Mapping

import orjson
from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse

from activities.i18n import N_, say
from api import sessions
from api.auth import PUBLIC
from api.errors import Problem
from api.html import page
from api.pages.resuming import resumed
from api.pages.route import local_path, page_router
from api.pages.staff import enter
from api.supplier.fields import typed
from api.supplier.words import LANGUAGES, language

router = page_router()


@router.get("/login", dependencies=PUBLIC)
async def login_page(request: Request, next: str = "/") -> HTMLResponse:  # noqa: A002
    return _page(request, 200, {"next": local_path(next)}, "")


@router.get("/favicon.ico", dependencies=PUBLIC)
async def icon() -> Response:
    """Browsers ask for it where a page names none, such as a mail shown in a frame."""
    return RedirectResponse("/static/icon.svg", 301)


@router.post("/login", dependencies=PUBLIC)
async def log_in(request: Request) -> Response:
    sessions.refuse_cross_site(request)
    # Spaces around a password belong to it.
    form = await typed(request, exactly=("password",))
    email, password = form.get("email", ""), form.get("password", "")
    brake: sessions.LoginBrake = request.app.state.login_brake
    # Cut short, because the brake remembers it: no address is longer.
    name, address = email.strip().lower()[:254], request.client.host if request.client else ""
    try:
        brake.check(name, address)
    except Problem as too_many:
        answer = _page(request, too_many.status_code, form, _(request, too_many.detail))
        answer.headers.update(too_many.headers or {})
        return answer
    state = request.app.state
    secret = await run_in_threadpool(sessions.log_in, state.database, email, password, state.clock())
    if secret is None:
        brake.failed(name, address)
        wrong = N_("The mail address and the password do not belong together. Try again.")
        return _page(request, 401, form, _(request, wrong))
    response = await _resumed(request, form, secret) or RedirectResponse(
        local_path(form.get("next", "/")), 303
    )
    sessions.set_cookie(response, secret, secure=request.app.state.settings.public_url.startswith("https:"))
    return response


@router.post("/logout", dependencies=PUBLIC)
async def log_out(request: Request) -> Response:
    sessions.refuse_cross_site(request)
    secret = request.cookies.get(sessions.COOKIE)
    if secret is not None:
        await run_in_threadpool(_end, request, secret)
    response = RedirectResponse("/login", 303)
    response.delete_cookie(sessions.COOKIE, path="/")
    return response


def _end(request: Request, secret: str) -> None:
    with request.app.state.database.write() as session:
        sessions.end_session(session, secret, request.app.state.clock())
    request.app.state.keyring.forget()


def _page(request: Request, status: int, form: Mapping[str, str], problem: str) -> HTMLResponse:
    return page(
        "pages/login.html",
        status,
        locale=language(request),
        company=request.app.state.settings.company,
        languages=LANGUAGES,
        email=form.get("email", ""),
        next=local_path(form.get("next", "/")),
        kept=form.get("kept", ""),
        problem=problem,
    )


async def _resumed(request: Request, form: Mapping[str, str], secret: str) -> Response | None:
    """The form that was being sent when the session ended, ready to be sent after all."""
    try:
        kept = orjson.loads(form.get("kept", ""))
        action, fields = local_path(kept["action"], ""), {str(k): str(v) for k, v in kept["fields"].items()}
        by = str(kept.get("by", ""))
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        return None
    principal = await request.app.state.keyring.principal("cookie", secret)
    if not action or principal is None:
        return None
    staff = await enter(request, principal)
    shown = await run_in_threadpool(resumed, request, staff, action, fields, by)
    return page(
        "pages/resume.html",
        locale=staff.words.locale,
        company=request.app.state.settings.company,
        action=action,
        fields=fields,
        file=bool(kept.get("file")),
        staff=staff,
        shown=shown,
    )


def _(request: Request, sentence: str) -> str:
    return say(language(request), sentence)
