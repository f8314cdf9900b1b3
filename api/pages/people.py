"""Our people and their tokens, for admins: the same functions as the API's."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import orjson
from fastapi import Query, Request, Response
from sqlmodel import Session, col, select
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from activities.codes import ROLES
from activities.i18n import N_
from api.auth import Admin
from api.pages.master import cells, choices
from api.pages.master.inputs import LANGUAGES, Input, words_for
from api.pages.master.records import Place, show
from api.pages.master.routes import listing
from api.pages.master.saving import asking, once, take
from api.pages.master.screens import Cell, Column, Screen
from api.pages.route import page_router
from api.pages.staff import Staff, Visitor
from api.people import user_by_email
from api.routes import people
from api.routes.resource import Fields as Record
from api.supplier.fields import typed
from api.supplier.words import Words
from models.tables.people import ApiToken

router = page_router()
_LOCALES = {"en": "English", "zh": "中文", "es": "Español"}
_TEMPLATE = "pages/people/person.html"


def _roles(words: Words, record: Record) -> str:
    return words.listed(words.say(ROLES[role]) for role in record["roles"])


def _state(words: Words, record: Record) -> Cell:
    if not record["active"]:
        return Cell(words.say(N_("Deactivated")), "watch")
    return Cell(words.say(N_("Active")), "good")


def _standing(words: Words, record: Record) -> list[Cell]:
    cleared = [Cell(words.say(N_("Cleared")), "plain")] if record["cleared"] else []
    return [_state(words, record), *cleared]


PEOPLE = Screen(
    "people",
    N_("People"),
    N_("New person"),
    N_("Who of ours comes in, what each may do, and the tokens programs use in their name."),
    people.users,
    (
        cells.text("name", N_("Full name")),
        Column(N_("Roles"), _roles),
        cells.text("plant", N_("Plant")),
        cells.told("locale", N_("Language"), _LOCALES),
        Column(N_("State"), _state),
    ),
    (
        Input("email", N_("Mail address"), key=True),
        Input("name", N_("Full name")),
        Input(
            "roles",
            N_("Roles"),
            "several",
            N_("Without a role a person sees nothing."),
            words_for(*ROLES.items()),
        ),
        Input("locale", N_("Language"), "pick", options=LANGUAGES, blank=False),
        Input("plant", N_("Plant"), "pick", N_("Left out: all of them."), choices.plants),
        Input("cleared", N_("Cleared for export-controlled orders"), "flag"),
        Input(
            "password",
            N_("Password"),
            "password",
            N_("At least 8 characters. Left out: only tokens, no login."),
            when="made",
        ),
        Input(
            "password",
            N_("New password"),
            "password",
            N_("Left out: it stays. A new one ends every session."),
            when="changed",
        ),
        Input(
            "active",
            N_("Active: without it this person and their tokens are locked out"),
            "flag",
            when="changed",
        ),
    ),
    people.create_user,
    people.replace_user,
    ("email", "name"),
    address=("email",),
    find=user_by_email,
    base="",
    standing=_standing,
)


@router.get("/people")
def listed(
    request: Request,
    staff: Visitor,
    _admin: Admin,
    q: Annotated[str, Query(max_length=100)] = "",
    after: Annotated[str | None, Query(max_length=1000)] = None,
) -> Response:
    return listing(request, staff, PEOPLE, q.strip(), after, "pages/people/list.html")


@router.get("/people/new")
def new(request: Request, staff: Visitor, _admin: Admin) -> Response:
    return show(request, staff, Place(PEOPLE, None), template=_TEMPLATE, **_tokens(request, None))


@router.post("/people/new")
async def make(request: Request, staff: Visitor, _admin: Admin) -> Response:
    form = await typed(request)
    return await run_in_threadpool(_take, request, staff, None, form)


@router.get("/people/{email}")
def person(email: str, request: Request, staff: Visitor, _admin: Admin) -> Response:
    return show(request, staff, Place(PEOPLE, (email,)), template=_TEMPLATE, **_tokens(request, email))


@router.post("/people/{email}")
async def change(email: str, request: Request, staff: Visitor, _admin: Admin) -> Response:
    form = await typed(request)
    return await run_in_threadpool(_take, request, staff, email, form)


@router.post("/people/{email}/tokens")
async def make_token(email: str, request: Request, staff: Visitor, _admin: Admin) -> Response:
    """The page shows the token this once; the same form sent again shows the same."""
    form = await typed(request)
    return await run_in_threadpool(_made_token, request, staff, email, form)


@router.post("/people/{email}/tokens/{token}/revoke")
def revoke(email: str, token: str, request: Request, admin: Admin) -> Response:
    people.revoke_token(email, token, request, admin)
    return RedirectResponse(f"{PEOPLE.path_of({'email': email})}?saved=changed", 303)


def _take(request: Request, staff: Staff, email: str | None, form: Mapping[str, str]) -> Response:
    place = Place(PEOPLE, None if email is None else (email,))
    return take(request, staff, place, form, template=_TEMPLATE, **_tokens(request, email))


def _made_token(request: Request, staff: Staff, email: str, form: Mapping[str, str]) -> Response:
    answer = people.create_token(
        email,
        asking(request, idempotency_key=once(form)),
        staff.principal,
        people.TokenBody(label=form.get("label") or None),
    )
    shown = orjson.loads(answer.body)["token"]
    return show(
        request,
        staff,
        Place(PEOPLE, (email,)),
        template=_TEMPLATE,
        **_tokens(request, email) | {"shown": shown},
    )


def _tokens(request: Request, email: str | None) -> dict[str, Any]:
    """What the page shows beside the person: their tokens, and a form's key for another one."""
    found: Sequence[ApiToken] = ()
    if email is not None:
        with request.app.state.database.read() as session:
            found = _tokens_of(session, email)
    return {"tokens": found, "token_form": secrets.token_urlsafe(12), "shown": ""}


def _tokens_of(session: Session, email: str) -> Sequence[ApiToken]:
    user = user_by_email(session, email)
    newest_first = col(ApiToken.created_at).desc()
    return session.exec(select(ApiToken).where(ApiToken.user_id == user.id).order_by(newest_first)).all()
