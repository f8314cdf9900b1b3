"""JSON as this API speaks it: exact decimals, ISO dates, nothing unknown, nothing lost on the way.

A JSON number is read as the decimal that was written, never through a float; strings that no
database could keep (NUL, half a surrogate pair) are refused where they come in.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from decimal import Decimal
from typing import Any, NoReturn

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.requests import ClientDisconnect

from api.auth import Allowed
from api.errors import Problem

LARGEST_BODY = 1_000_000


class ExactRequest(Request):
    """A request whose JSON keeps its decimals and whose body is read with a limit."""

    async def body(self) -> bytes:
        if not hasattr(self, "_body"):
            announced = self.headers.get("content-length", "")
            if announced.isdecimal() and int(announced) > LARGEST_BODY:
                _too_large()
            chunks: list[bytes] = []
            size = 0
            async for chunk in self.stream():
                size += len(chunk)
                if size > LARGEST_BODY:
                    _too_large()
                chunks.append(chunk)
            self._body = b"".join(chunks)
        return self._body

    @property
    def raw(self) -> bytes:
        """The body as it came; empty for a route that takes none."""
        return getattr(self, "_body", b"")

    async def json(self) -> Any:
        if not hasattr(self, "_json"):
            self._json = parse(await self.body())
        return self._json


class ExactRoute(APIRoute):
    """Says who is asking before it reads what they sent, and reads that exactly."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        guards = guards_of(self.dependant)
        takes_json = self.body_field is not None

        async def exact(request: Request) -> Response:
            request = ExactRequest(request.scope, request.receive)
            if "\0" in request.scope["path"] or b"%00" in request.scope["query_string"]:
                raise Problem(400, "request.malformed", "The address holds a character that cannot be kept.")
            for guard in guards:
                await guard(request)
            if takes_json:
                _expect_json(request)
            try:
                return await handle(request)
            except ClientDisconnect:
                raise Problem(400, "request.cut_off", "The request ended before it was complete.") from None

        return exact


class Answer(Response):
    """A JSON answer: decimals as plain strings, instants in UTC with a Z."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return dumps(content)


def api_router(*, tags: list[str]) -> APIRouter:
    """A router for JSON routes. Every one of them declares who may use it."""
    return APIRouter(route_class=ExactRoute, strict_content_type=False, tags=list(tags))


def guards_of(dependant: Dependant) -> list[Allowed]:
    """The ``Allowed`` among everything a route depends on."""
    found = [dependant.call] if isinstance(dependant.call, Allowed) else []
    for needed in dependant.dependencies:
        found += guards_of(needed)
    return found


def dumps(content: Any) -> bytes:
    """JSON with sorted-out types: ``Decimal`` as a string, aware ``datetime`` as RFC 3339 with Z."""
    return orjson.dumps(content, default=_plain, option=orjson.OPT_UTC_Z)


def parse(body: bytes) -> Any:
    """The JSON in ``body`` with every fraction as a ``Decimal``. Raises ``Problem`` 400."""
    try:
        text = body.decode()
        value = json.loads(
            text, parse_float=Decimal, parse_constant=_no_number, object_pairs_hook=_without_repeats
        )
    except UnicodeDecodeError:
        raise Problem(400, "request.malformed", "The body is not UTF-8 text; send JSON in UTF-8.") from None
    except json.JSONDecodeError as error:
        raise Problem(
            400,
            "request.malformed",
            f"The body is not JSON: something is wrong in line {error.lineno}, column {error.colno}.",
        ) from None
    except (ValueError, RecursionError):
        raise Problem(
            400, "request.malformed", "The body holds a number too long or lists too deep to read."
        ) from None
    if "\\u" in text:
        _refuse_unstorable(value)
    return value


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Problem(400, "request.malformed", f"The name {twice!r} appears twice in one object.")
    return value


def _no_number(name: str) -> NoReturn:
    raise Problem(400, "request.malformed", f"{name} is not a number in JSON.")


def _refuse_unstorable(value: Any) -> None:
    """Escapes can spell NUL and lone surrogates, which raw JSON text cannot hold."""
    if isinstance(value, str):
        if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
            raise Problem(400, "request.malformed", "A text holds a character that cannot be kept.")
    elif isinstance(value, dict):
        for name, inner in value.items():
            _refuse_unstorable(name)
            _refuse_unstorable(inner)
    elif isinstance(value, list):
        for inner in value:
            _refuse_unstorable(inner)


def _expect_json(request: Request) -> None:
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        raise Problem(415, "request.content_type", "Send the body as application/json.")


def _too_large() -> NoReturn:
    raise Problem(413, "request.too_large", f"The body is larger than {LARGEST_BODY} bytes.")
