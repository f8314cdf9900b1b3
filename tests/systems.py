"""The whole product in one process, on real parts: API, worker, database, Temporal, mail server."""

from __future__ import annotations

import asyncio
import shutil
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient
from temporalio.client import Client

from activities.mail import Mailer
from activities.orders import OrderActivities, report_undeliverable
from api import people
from api.app import create_app, now
from api.auth import Clock
from models.db import Database
from models.domain.authority import Role
from models.domain.order_types import SERIES
from models.settings import Settings
from models.tables.orders import OrderSeries
from tests.smtp import MailServer, mail_server
from workflows.options import worker
from workflows.post import posting

API = "/api/v1"
# Tests share one Temporal server, where an order's number is its workflow's id: each new database
# begins its series at numbers of its own.
_SERIES = count(100, 100)


def on_sqlite(folder: Path, template: Path, **own: object) -> Settings:
    """Settings of a product with everything in `folder`, on a copy of a migrated, empty SQLite file."""
    shutil.copy(template, folder / "sendout.db")
    usual: dict[str, object] = {
        "data_dir": folder,
        "database_url": f"sqlite:///{folder}/sendout.db",
        "task_queue": f"test-{uuid.uuid4().hex}",
        "secret_key": "a key for tests, long enough to sign with",
        "company": "Northfield Valves",
        "sandbox": True,
        "log_level": "WARNING",
    }
    return Settings(_env_file=None, **(usual | own))  # type: ignore[arg-type]


@dataclass
class System:
    """Drives the product as people and programs do."""

    app: FastAPI
    settings: Settings
    temporal: Client
    smtp: MailServer
    clients: dict[str, AsyncClient] = field(default_factory=dict)

    @property
    def database(self) -> Database:
        database: Database = self.app.state.database
        return database

    def login(self, *roles: Role) -> AsyncClient:
        """A client with the token of a new person who has `roles`."""
        name = "-".join(roles)
        if name not in self.clients:
            with self.database.write() as session:
                now = self.app.state.clock()
                user = people.create_user(session, f"{name}@example.com", roles, None, now)
                token = people.create_token(session, user, now)
            self.clients[name] = self.client({"Authorization": f"Bearer {token}"})
        return self.clients[name]

    def client(self, headers: dict[str, str] | None = None) -> AsyncClient:
        return AsyncClient(
            transport=ASGITransport(app=self.app), base_url=self.settings.public_url, headers=headers
        )

    async def post(self, who: Role, path: str, body: Any = None, *, status: int = 200, **headers: str) -> Any:
        answer = await self.login(who).post(
            API + path,
            json=body if body is not None else {},
            headers={k.replace("_", "-"): v for k, v in headers.items()},
        )
        assert answer.status_code == status, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()

    async def get(self, path: str, who: Role = Role.VIEWER) -> Any:
        answer = await self.login(who).get(API + path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def command(self, who: Role, order: str, name: str, /, *, status: int = 200, **body: Any) -> Any:
        """What the API answers. On a busy machine a command may only be saved at first: it is waited for,
        unless 202 is asked for, and answered like one that was applied at once."""
        headers = {"If-Match": str(body.pop("if_match"))} if "if_match" in body else {}
        path = f"{API}/orders/{order}/{name}"
        answer = await self.login(who).post(path, json=body, headers=headers)
        if answer.status_code == 202 and status == 200:
            return await self._applied(answer.json()["command"], order, who)
        assert answer.status_code == status, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()

    async def _applied(self, command: str, order: str, who: Role) -> Any:
        settled = {"status": "received"}
        async with asyncio.timeout(60):
            while settled["status"] == "received":
                await asyncio.sleep(0.1)
                settled = await self.get(f"/commands/{command}", who)
        assert settled["status"] == "applied", settled
        return await self.get(f"/orders/{order}", who) | settled["made"]


@asynccontextmanager
async def running(
    settings: Settings, temporal: Client, *, cached: int = 100, clock: Clock = now, working: bool = True
) -> AsyncIterator[System]:
    """The product on `settings`; `TEMPORAL_ADDRESS` must lead to `temporal`.

    Without `working` it has no worker: the test runs one of its own, on `system.settings`.
    """
    async with AsyncExitStack() as stack:
        smtp = stack.enter_context(mail_server())
        settings = settings.model_copy(update={"smtp_url": smtp.url})
        app = create_app(settings, clock=clock)
        await stack.enter_async_context(app.router.lifespan_context(app))
        _begin_series(app.state.database, clock().year)
        if working:
            await stack.enter_async_context(serving(settings, temporal, cached=cached))
        system = System(app, settings, temporal, smtp)
        yield system
        for client in system.clients.values():
            await client.aclose()


def _begin_series(database: Database, year: int) -> None:
    with database.write() as session:
        last = next(_SERIES)
        for series in SERIES.values():
            if session.get(OrderSeries, (series, year)) is None:
                session.add(OrderSeries(series=series, year=year, last=last))


@asynccontextmanager
async def serving(settings: Settings, temporal: Client, *, cached: int = 100) -> AsyncIterator[None]:
    """A worker on `settings`, with a database connection of its own."""
    database = Database(settings.database)
    mailer = Mailer(database, settings, report_undeliverable)
    async with posting(temporal, settings) as post:
        orders = OrderActivities(database, settings, post.take)
        async with worker(temporal, settings, [*orders.all, *mailer.activities], cached=cached):
            yield
    database.dispose()
