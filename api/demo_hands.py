"""How the demo acts: as people and programs do, through the API, in the past or now."""

from __future__ import annotations

import asyncio
import hashlib
import http.client
import json
import uuid
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from fastapi import FastAPI
from sqlalchemy import select

from activities.apply import pass_deadlines
from api.app import create_app
from api.auth import Keyring
from api.dispatch import Dispatcher, Saved
from api.uploads import Uploads
from models.db import Database
from models.settings import Settings
from models.tables.orders import CommandRow, OrderRow
from models.tables.types import table
from workflows.client import connect

_ORDERS, _COMMANDS = table(OrderRow), table(CommandRow)
_PATIENCE = 60.0
_PATH = "/api/v1"

# Method, path with query, headers and body in; status and body out.
Transport = Callable[[str, str, Mapping[str, str], bytes], Awaitable[tuple[int, bytes]]]


class DemoFailed(Exception):
    """The API refused what the demo asked; the text says what."""


class Hands:
    """Asks the API in the name of whoever has the token; `tokens` by role.

    Each request has a key, so that asking for all of it again, after an interruption, does it once.
    """

    def __init__(self, transport: Transport, tokens: Mapping[str, str]) -> None:
        self._transport = transport
        self.tokens = dict(tokens)
        self._asked = 0

    async def post(self, who: str, path: str, body: object) -> Any:
        return await self._ask("POST", who, path, json.dumps(body).encode(), "application/json")

    async def get(self, who: str, path: str) -> Any:
        return await self._ask("GET", who, path, b"", "application/json")

    async def upload(self, who: str, path: str, content: bytes, name: str) -> Any:
        return await self._ask("POST", who, path, content, "application/pdf", {"x-filename": name})

    async def command(self, who: str, order: str, name: str, /, **body: object) -> Any:
        """What the command made; waits while it is only saved."""
        answer = await self.post(who, f"/orders/{order}/{name}", body)
        async with asyncio.timeout(_PATIENCE):
            while answer.get("status") == "received":
                await asyncio.sleep(0.2)
                answer = await self.get(who, f"/commands/{answer['command']}")
        if answer.get("status") == "refused":
            raise DemoFailed(f"{name} {order}: {answer['refusal']}")
        return answer.get("made") or answer

    async def _ask(
        self,
        method: str,
        who: str,
        path: str,
        body: bytes,
        kind: str,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        sent = {"authorization": f"Bearer {self.tokens[who]}", **(headers or {})}
        if method == "POST":
            self._asked += 1
            digest = hashlib.sha256(path.encode() + b"\n" + body).hexdigest()
            sent |= {"content-type": kind, "idempotency-key": f"demo-{self._asked}-{digest}"}
        status, answer = await self._transport(method, _PATH + path, sent, body)
        if status >= 400:
            raise DemoFailed(f"{method} {path}: {status} {answer.decode(errors='replace')}")
        return json.loads(answer)


class Past:
    """The product with a clock of its own, before anything runs: what is asked is applied at once, and
    deadlines pass as the clock goes on. Mails wait in the outbox for the system that starts later."""

    def __init__(self, settings: Settings, begins: datetime) -> None:
        self._now = begins
        self._settings = settings
        self.app = create_app(settings, clock=lambda: self._now)
        self.database = Database(settings.database)

    async def open(self) -> None:
        state = self.app.state
        state.database = self.database
        state.keyring = Keyring(self.database, state.clock)
        state.uploads = Uploads(self._settings, self.database)
        state.dispatcher = _AtOnce(self.database, self._settings, await connect(lazy=True))

    def close(self) -> None:
        self.database.dispose()

    def go_to(self, now: datetime) -> None:
        """Lets time pass: every deadline until then is met or missed at its own instant."""
        passed: tuple[str, datetime] | None = None
        while True:
            with self.database.write() as session:
                due = session.execute(
                    select(_ORDERS.c.number, _ORDERS.c.next_due)
                    .where(_ORDERS.c.next_due <= now)
                    .order_by(_ORDERS.c.next_due, _ORDERS.c.number)
                    .limit(1)
                ).first()
                if due is None:
                    break
                if (due.number, due.next_due) == passed:
                    raise DemoFailed(f"{due.number}: the deadline at {due.next_due} stays due.")
                passed = (due.number, due.next_due)
                self._now = max(self._now, due.next_due)
                pass_deadlines(session, self._settings, due.number, str(uuid.uuid4()), self._now)
        self._now = max(self._now, now)

    async def transport(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, bytes]:
        return await _called(self.app, method, path, headers, body)


class _AtOnce(Dispatcher):
    """Applies without a workflow; the running system starts the workflows of what is still open."""

    async def _send(self, command: str, order: str, name: str) -> None:
        # What another order has asked of this one stands before it in the line.
        waiting = select(_COMMANDS.c.id).where(
            _COMMANDS.c.order_number == order, _COMMANDS.c.status == "received"
        )
        with self.database.read() as session:
            line = session.scalars(waiting.order_by(_COMMANDS.c.sequence)).all()
        for each in line:
            await self._apply_here(each)

    async def _its_turn(self, saved: Saved, now: datetime, until: float) -> bool:
        return True

    async def deliver(self, outbox: str) -> bool:
        return False


async def _called(
    app: FastAPI, method: str, path: str, headers: Mapping[str, str], body: bytes
) -> tuple[int, bytes]:
    """One request to the application in this process, without a network."""
    parts = urlsplit(path)
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": parts.path,
        "raw_path": parts.path.encode(),
        "query_string": parts.query.encode(),
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 0),
        "server": ("127.0.0.1", 80),
    }
    status, answer = 500, b""

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        nonlocal status, answer
        if message["type"] == "http.response.start":
            status = message["status"]
        else:
            answer += message.get("body", b"")

    await app(scope, receive, send)
    return status, answer


def over_http(address: str) -> Transport:
    """The API that runs at `address`."""
    where = urlsplit(address)

    def ask(method: str, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=_PATIENCE)
        try:
            connection.request(method, path, body, dict(headers))
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    async def transport(method: str, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        return await asyncio.to_thread(ask, method, path, headers, body)

    return transport
