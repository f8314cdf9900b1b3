"""Changes made over HTTP: one transaction each, committed before anything is answered."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

import orjson
from fastapi import Request
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from api.auth import Principal
from api.wire import Answer, ExactRequest
from models.domain.errors import Invalid
from models.tables.master_changes import Idempotency

Result = TypeVar("Result")
_ATTEMPTS = 3


def perform(
    request: Request,
    principal: Principal,
    change: Callable[[Session, datetime], Answer],
    *,
    file: str = "",
) -> Answer:
    """One transaction, at most once for one ``Idempotency-Key``; the same request gets the same answer.
    ``file`` is the hash of one that was read from the request already.

    Raises ``Invalid`` ``idempotency.reused`` when the key came with another request.
    """
    given = request.headers.get("idempotency-key")
    if given is None:
        return transact(request, change)
    if not 1 <= len(given) <= 200 or not given.isprintable():
        raise Invalid(
            "idempotency.key",
            "Use 1 to 200 printable characters as the key, such as a UUID.",
            field="Idempotency-Key",
        )
    mark = mark_of(request) + file

    def once(session: Session, now: datetime) -> Answer:
        earlier = session.get(Idempotency, (principal.id, given))
        if earlier is not None:
            return _again(earlier, mark)
        answer = change(session, now)
        session.add(
            Idempotency(
                principal=principal.id,
                key=given,
                request_hash=mark,
                status=answer.status_code,
                body=bytes(answer.body).decode(),
                location=answer.headers.get("location"),
                created_at=now,
            )
        )
        return answer

    return transact(request, once)


def transact(request: Request, change: Callable[[Session, datetime], Result]) -> Result:
    """Commit what ``change`` does, then hand out what it returns.

    Of two that create the same key at once the database lets one through; the other runs again and
    then sees what the first one made.
    """
    for _ in range(_ATTEMPTS - 1):
        try:
            return _committed(request, change)
        except IntegrityError:
            continue
    return _committed(request, change)


def _committed(request: Request, change: Callable[[Session, datetime], Result]) -> Result:
    with request.app.state.database.write() as session:
        return change(session, request.app.state.clock())


def _again(earlier: Idempotency, mark: str) -> Answer:
    if earlier.request_hash != mark:
        raise Invalid(
            "idempotency.reused",
            "This key came with another request before; use a new key for a new request.",
            field="Idempotency-Key",
        )
    headers = {} if earlier.location is None else {"Location": earlier.location}
    return Answer(orjson.Fragment(earlier.body), earlier.status, headers)


def mark_of(request: Request) -> str:
    """What makes two requests the same: method, address and body, as a hash."""
    body = request.raw if isinstance(request, ExactRequest) else b""
    address = f"{request.method} {request.url.path}?{request.url.query}\n"
    return hashlib.sha256(address.encode() + body).hexdigest()
