"""POST /orders/{n}/<command>: parse, save one command, send it, answer. One route per command class."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from fastapi import Depends, Request
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from api.auth import Principal, authenticate
from api.changes import mark_of
from api.dispatch import Dispatcher, Look
from api.errors import as_invalid, fields_invalid
from api.numbers import taken_for_numbers
from api.routes.order_roles import actor_of, allowed_to, standing_for
from api.routes.orders import if_match, reader
from api.wire import Answer, ExactRequest, api_router
from api.wishes import Outcome, Wish
from models.codec import adapter
from models.domain import authority
from models.domain.authority import OnBehalfOf
from models.domain.commands import COMMANDS, OWN_PATH, SYSTEM_COMMANDS, Command
from models.domain.errors import Forbidden, Invalid
from models.queries import orders as queries

router = api_router(tags=["Commands"])


async def ask(
    request: Request,
    principal: Principal,
    order: str,
    command: Command,
    raw: Mapping[str, Any],
    *,
    file: str = "",
) -> Outcome:
    """Saves and sends a command of `principal`; `raw` is the body it came in, for `on_behalf_of`, or
    `file` the hash of a body that was a file, after which nobody looks at the order."""
    on_behalf_of = (
        _parsed(OnBehalfOf, raw["on_behalf_of"], "on_behalf_of") if raw.get("on_behalf_of") else None
    )
    try:
        authority.check(command.name, actor_of(principal), on_behalf_of)
    except Forbidden as refusal:
        refusal.standing = await run_in_threadpool(standing_for, request, principal, order)
        raise
    wish = Wish(
        order=order,
        command=command,
        actor=actor_of(principal),
        on_behalf_of=on_behalf_of,
        if_match=if_match(request),
        idempotency_key=_key(request),
        request_hash=mark_of(request) + file,
    )
    dispatcher: Dispatcher = request.app.state.dispatcher
    now = request.app.state.clock()
    look = None if file else _look(order, principal, now)
    return await dispatcher.act(wish, now, look)


def _look(order: str, principal: Principal, now: datetime) -> Look:
    return lambda session: queries.view(session, order, reader(principal), now)


def answer(outcome: Outcome) -> Answer:
    """200 with the order and what the command made, 202 while it waits, or its refusal."""
    outcome.raise_refusal()
    if outcome.waiting:
        return Answer(
            {"command": outcome.id, "status": "received"}, 202, {"Location": f"/api/v1/commands/{outcome.id}"}
        )

    shown: dict[str, Any] = outcome.seen
    return Answer(shown | outcome.result["made"], 200, {"ETag": f'"{shown["version"]}"'})


def parse(kind: type[Command], raw: Any) -> Command:
    """The command in a JSON body. Raises `Invalid` naming every wrong field."""
    if not isinstance(raw, dict):
        raise Invalid("request.invalid", "Send a JSON object.")
    command: Command = _parsed(kind, {name: value for name, value in raw.items() if name != "on_behalf_of"})
    return command


def _parsed(kind: type[Any], raw: Any, prefix: str = "") -> Any:
    try:
        parsed = adapter(kind).validate_python(raw)
        wrong = tuple(taken_for_numbers(kind, raw))
        if not wrong:
            return parsed
        refusal = fields_invalid(wrong)
    except ValidationError as error:
        refusal = as_invalid(error.errors())
    if prefix:
        errors = tuple(replace(item, field=f"{prefix}.{item.field}") for item in refusal.errors)
        refusal = Invalid(refusal.code, refusal.text, errors=errors, **refusal.values)
    raise refusal


def _key(request: Request) -> str | None:
    given = request.headers.get("idempotency-key")
    if given is not None and (not 1 <= len(given) <= 200 or not given.isprintable()):
        raise Invalid(
            "idempotency.key",
            "Use 1 to 200 printable characters as the key, such as a UUID.",
            field="Idempotency-Key",
        )
    return given


def _route(kind: type[Command]) -> Callable[[str, Request], Coroutine[Any, Any, Answer]]:
    async def command(number: str, request: Request) -> Answer:
        principal = await authenticate(request)
        exact = request if isinstance(request, ExactRequest) else ExactRequest(request.scope, request.receive)
        raw = await exact.json() if await exact.body() else {}
        outcome = await ask(exact, principal, number, parse(kind, raw), raw)
        return answer(outcome)

    command.__name__ = kind.name.replace("-", "_")
    command.__doc__ = (
        kind.__doc__ if kind.__doc__ and not kind.__doc__.startswith(kind.__name__ + "(") else None
    )
    return command


def _body_schema(kind: type[Command]) -> dict[str, Any]:
    """The request body for OpenAPI: the command's fields, and `on_behalf_of` where staff may use it."""
    schema = adapter(kind).json_schema(by_alias=True, ref_template="#/components/schemas/{model}")
    if kind.name in authority.SUPPLIER:
        schema.setdefault("properties", {})["on_behalf_of"] = adapter(OnBehalfOf).json_schema()
    return {"requestBody": {"content": {"application/json": {"schema": schema}}}}


for _kind in COMMANDS.values():
    if _kind.name not in SYSTEM_COMMANDS | OWN_PATH:
        router.add_api_route(
            f"/orders/{{number}}/{_kind.name}",
            _route(_kind),
            methods=["POST"],
            dependencies=[Depends(allowed_to(_kind.name))],
            openapi_extra=_body_schema(_kind),
        )
