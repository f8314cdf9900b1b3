"""Logging in and out with a browser."""

from __future__ import annotations

from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse

from api import sessions
from api.auth import PUBLIC
from api.errors import Problem
from api.html import page
from api.wire import ExactRequest, ExactRoute

router = APIRouter(route_class=ExactRoute, include_in_schema=False)
_AFTER_LOGIN = "/api/docs"


@router.get("/login", dependencies=PUBLIC)
async def login_page() -> HTMLResponse:
    return page("pages/login.html", email="", problem="")


@router.post("/login", dependencies=PUBLIC)
async def log_in(request: Request) -> Response:
    sessions.refuse_cross_site(request)
    form = await _form(request)
    email, password = form.get("email", ""), form.get("password", "")
    brake: sessions.LoginBrake = request.app.state.login_brake
    # Cut short, because the brake remembers it: no address is longer.
    name, address = email.strip().lower()[:254], request.client.host if request.client else ""
    try:
        brake.check(name, address)
    except Problem as too_many:
        answer = page("pages/login.html", too_many.status_code, email=email, problem=too_many.detail)
        answer.headers.update(too_many.headers or {})
        return answer
    state = request.app.state
    secret = await run_in_threadpool(sessions.log_in, state.database, email, password, state.clock())
    if secret is None:
        brake.failed(name, address)
        wrong = "The mail address and the password do not belong together. Try again."
        return page("pages/login.html", 401, email=email, problem=wrong)
    response = RedirectResponse(_AFTER_LOGIN, 303)
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


async def _form(request: Request) -> dict[str, str]:
    """The form's fields. Raises ``Problem`` 415 or 413."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise Problem(415, "request.content_type", "Send the form as application/x-www-form-urlencoded.")
    body = await ExactRequest(request.scope, request.receive).body()
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=20)
    except ValueError:
        raise Problem(400, "request.malformed", "The form cannot be read.") from None
    return {name: value.replace("\0", "") for name, value in pairs}
