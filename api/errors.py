"""Every refusal becomes one ``application/problem+json`` here, and nowhere else.

A problem is ``{type, title, status, code, detail, errors: [{field, message}]}``, of a command on an order
also ``{stage, flags, conditions, possible}``, of a name a trace does not know also ``{choices}``. What went
wrong inside is logged under a reference and never told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import uuid4

import orjson
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from models.domain.errors import Choice, FieldError, Forbidden, Invalid, Refusal, Stale, Standing, Unknown

log = structlog.get_logger(__name__)
# A connection that broke, a server that is starting, read-only or ended our transaction, no room on disk.
DATABASE_AWAY = (OperationalError, InterfaceError, InternalError, PoolTimeout)


class TooLarge(Refusal):
    """More bytes than may be sent (HTTP 413)."""


class WrongKind(Refusal):
    """Bytes of another kind than may be sent (HTTP 415)."""


class TooOften(Refusal):
    """Again too soon (HTTP 429)."""


class CannotKeep(Refusal):
    """Bytes there is no room for, or no way to write (HTTP 507)."""


class CannotDraw(Refusal):
    """Paper, on a machine that lacks what draws it (HTTP 503)."""


STATUS: dict[type[Refusal], int] = {
    Invalid: 422,
    Forbidden: 403,
    Unknown: 404,
    Stale: 412,
    TooLarge: 413,
    WrongKind: 415,
    TooOften: 429,
    CannotKeep: 507,
    CannotDraw: 503,
    Refusal: 409,
}
TITLES = {
    400: "The request cannot be read",
    401: "Log in first",
    403: "Not allowed",
    404: "Not found",
    405: "Not possible at this address",
    409: "Not possible now",
    412: "Out of date",
    413: "Too large",
    415: "Wrong kind of content",
    422: "Something in the request is wrong",
    429: "Too many tries",
    500: "Something went wrong here",
    503: "Not available right now",
    507: "Cannot be stored right now",
}
_PLAIN = {
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not take that method; see the Allow header."),
}


class Problem(HTTPException):
    """A refusal of the request itself, before the business has been asked."""

    def __init__(
        self, status: int, code: str, detail: str, *, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(status, detail, dict(headers or {}))
        self.code = code


class Unanswered(Problem):
    """A command was saved, and then the database went away: it will be applied, but "saved" is no answer
    before it is written down that a refusal has to be told later."""

    def __init__(self, command: str) -> None:
        super().__init__(
            503,
            "database.away",
            "It is saved, but the database stopped answering before it could be told what became of it. "
            "Look at the address in Location, or repeat it with the same Idempotency-Key.",
            headers={"Retry-After": "5", "Location": f"/api/v1/commands/{command}"},
        )


def problem(
    status: int,
    code: str,
    detail: str,
    errors: Sequence[FieldError] = (),
    headers: Mapping[str, str] | None = None,
    standing: Standing | None = None,
    choices: Sequence[Choice] | None = None,
) -> Response:
    """The answer itself. `standing`: where the order stands, when it is of a command on one. `choices`: what may
    have been meant."""
    body = {
        "type": f"urn:sendout:problem:{code}",
        "title": TITLES.get(status, TITLES[500]),
        "status": status,
        "code": code,
        "detail": detail,
        "errors": [{"field": error.field, "message": error.message} for error in errors],
    }
    if standing is not None:
        body |= asdict(standing)
    if choices is not None:
        body["choices"] = [asdict(choice) for choice in choices]
    return Response(orjson.dumps(body), status, dict(headers or {}), media_type="application/problem+json")


def answered(error: HTTPException) -> Response:
    """The problem a refusal of the request itself becomes."""
    code, detail = _PLAIN.get(error.status_code, ("http", error.detail))
    if isinstance(error, Problem):
        code, detail = error.code, error.detail
    return problem(error.status_code, code, detail, headers=error.headers)


def status_of(refusal: Refusal) -> int:
    """The HTTP status of a refusal, by the nearest of the kinds in ``STATUS``."""
    return next(STATUS[kind] for kind in type(refusal).__mro__ if kind in STATUS)


def as_invalid(errors: Iterable[Mapping[str, Any]]) -> Invalid:
    """What pydantic found wrong, as a refusal with one sentence per field."""
    return fields_invalid(tuple(_field_error(error) for error in errors))


def fields_invalid(found: tuple[FieldError, ...]) -> Invalid:
    """The refusal that names all of them."""
    text = (
        "One field is wrong; correct it and send it again."
        if len(found) == 1
        else "{count} fields are wrong; correct them and send it again."
    )
    return Invalid("request.invalid", text, errors=found, count=len(found))


def install(app: FastAPI) -> None:
    """Teach the application to answer with problems."""

    @app.exception_handler(Refusal)
    async def refused(_request: Request, error: Refusal) -> Response:
        return problem(
            status_of(error),
            error.code,
            error.detail,
            error.errors,
            standing=error.standing,
            choices=error.choices,
        )

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        return await refused(request, as_invalid(error.errors()))

    @app.exception_handler(HTTPException)
    async def http(_request: Request, error: HTTPException) -> Response:
        return answered(error)

    async def database_away(_request: Request, error: Exception) -> Response:
        log.error("database_away", exc_info=error)
        return problem(
            503,
            "database.away",
            "The database does not answer. Try again in a moment, with the same Idempotency-Key: what "
            "was saved before is not done twice.",
            headers={"Retry-After": "5"},
        )

    for kind in DATABASE_AWAY:
        app.add_exception_handler(kind, database_away)


def broken(error: Exception, *, method: str, route: str) -> Response:
    """The answer to an unexpected exception: a reference to look up in the log, nothing else.

    ``route`` is the route's template: a real path could hold a secret link.
    """
    reference = reported(error, method=method, route=route)
    return problem(
        500, "internal", f"Nothing was saved. Try again; if it stays so, tell us the reference {reference}."
    )


def reported(error: Exception, *, method: str, route: str) -> str:
    """Logs an unexpected exception; gives the reference it is found by."""
    reference = uuid4().hex[:12]
    log.error("request_failed", reference=reference, method=method, route=route, exc_info=error)
    return reference


# pydantic's error type -> our sentence; its context fills the gaps. What is not here says itself.
_SENTENCES = {
    "missing": "This is required.",
    "extra_forbidden": "There is no field of this name here; remove it.",
    "string_type": "Enter a text.",
    "string_too_short": "Enter at least {min_length} characters.",
    "string_too_long": "Enter at most {max_length} characters.",
    "bool_type": "Enter true or false.",
    "int_type": "Enter a whole number.",
    "int_parsing": "Enter a whole number.",
    "int_from_float": "Enter a whole number.",
    "int_parsing_size": "This number is too large.",
    "greater_than_equal": "Enter {ge} or more.",
    "less_than_equal": "Enter {le} or less.",
    "greater_than": "Enter more than {gt}.",
    "less_than": "Enter less than {lt}.",
    "literal_error": "Enter one of these: {expected}.",
    "enum": "Enter one of these: {expected}.",
    "list_type": "Enter a list.",
    "dict_type": "Enter an object.",
    "dataclass_type": "Enter an object.",
    "model_type": "Enter an object.",
    "model_attributes_type": "Enter an object.",
    "too_short": "Enter at least {min_length}.",
    "too_long": "Enter at most {max_length}.",
}


# What an object of a kind has to have, by the name of its class.
_OBJECTS = {
    "Signature": "A signature is an object: the printed name of who signs, and its meaning.",
}


def _field_error(error: Mapping[str, Any]) -> FieldError:
    where = error["loc"][1:] if error["loc"][0] in ("body", "query", "path", "header") else error["loc"]
    field = ".".join(str(step) for step in where) or "body"
    context = dict(error.get("ctx") or {})
    # What we find wrong ourselves brings its sentence along.
    sentence = (
        context.pop("sentence", None)
        or _OBJECTS.get(context.get("class_name", ""))
        or _SENTENCES.get(error["type"])
    )
    if sentence is None:
        return FieldError(field, "{problem}", (("problem", _sentence(error["msg"])),))
    return FieldError(field, sentence, tuple((name, str(value)) for name, value in context.items()))


def _sentence(message: str) -> str:
    message = message.strip()
    return message if message.endswith(".") else message + "."
