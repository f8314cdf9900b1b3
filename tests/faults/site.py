"""The product as its users run it, every part a process of its own that can be killed or frozen."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from httpx2 import AsyncClient, Response
from sqlalchemy import select
from temporalio.client import Client

from api.app import create_app
from api.temporal import is_serving, polls
from models.db import Database
from models.domain.authority import Role
from models.settings import Settings
from models.tables.orders import CommandRow, EventRow
from models.tables.outbox import Outbox
from models.tables.types import table
from tests.processes import (
    Running,
    answers,
    environment,
    free_port,
    sendout,
    start,
    temporal_command,
    wait_until,
)
from tests.smtp import Received, mail_server
from tests.systems import API, System

COMMANDS = table(CommandRow)
EVENTS = table(EventRow)
OUTBOX = table(Outbox)
# A request waits this long for its command before it is answered 202.
PATIENCE = 1.5


@dataclass(kw_only=True)
class Site(System):
    """API processes `api`, `api2`, …, workers `worker`, `worker2`, …, and a Temporal server `temporal`.

    A part that is started again listens where it listened before.
    """

    folder: Path
    env: Mapping[str, str]
    ports: dict[str, int] = field(default_factory=dict)
    parts: dict[str, Running] = field(default_factory=dict)

    def start(self, *names: str) -> None:
        """Starts parts at once; returns when each does its work."""
        for name in names:
            # PostgreSQL then says who holds or waits for a lock.
            env = {**self.env, "PGAPPNAME": name}
            self.parts[name] = start(self._command(name), self.folder / f"{name}.log", env)
        for name in sorted(names, key=("temporal", "api", "api2", "worker", "worker2").index):
            wait_until(lambda part=name: self._works(part), f"{name}:\n{self.parts[name].output}")  # type: ignore[misc]

    def kill(self, *names: str) -> None:
        """kill -9, all at once."""
        for name in names:
            os.killpg(self.parts[name].pid, signal.SIGKILL)
        for name in names:
            self.parts[name].process.wait(10)

    @contextmanager
    def frozen(self, name: str) -> Iterator[None]:
        """The part answers nobody, and keeps every connection, as a machine does that hangs."""
        os.killpg(self.parts[name].pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(self.parts[name].pid, signal.SIGCONT)

    def address(self, name: str = "api") -> str:
        return f"http://127.0.0.1:{self.ports[name]}"

    def client(self, headers: dict[str, str] | None = None) -> AsyncClient:
        return AsyncClient(base_url=self.address(), headers=headers, timeout=60)

    async def ask(
        self, who: Role, path: str, body: Any = None, *, key: str | None = None, to: str = "api"
    ) -> Response:
        """POST with an Idempotency-Key, to one of several API processes; the answer as it comes."""
        headers = {} if key is None else {"Idempotency-Key": key}
        address = f"{self.address(to)}{API}{path}"
        return await self.login(who).post(address, json={} if body is None else body, headers=headers)

    async def order(self, number: str, *, to: str = "api") -> Any:
        answer = await self.login(Role.VIEWER).get(f"{self.address(to)}{API}/orders/{number}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def commands(self, order: str) -> list[Any]:
        """The order's command rows in their sequence."""
        return self._rows(
            select(COMMANDS).where(COMMANDS.c.order_number == order).order_by(COMMANDS.c.sequence)
        )

    def events(self, order: str) -> list[Any]:
        return self._rows(select(EVENTS).where(EVENTS.c.order_number == order).order_by(EVENTS.c.sequence))

    def outbox(self, order: str, *only: Any) -> list[Any]:
        return self._rows(select(OUTBOX).where(OUTBOX.c.order_number == order, *only))

    def waiting(self, order: str) -> int:
        return sum(command.status == "received" for command in self.commands(order))

    def mails(self, order: str, template: str) -> list[Received]:
        """Every copy the mail server took of the order's mails of one kind."""
        ids = {row.message_id for row in self.outbox(order, OUTBOX.c.template == template)}
        return [mail for mail in self.smtp.received if mail.message["Message-ID"] in ids]

    def _rows(self, query: Any) -> list[Any]:
        with self.database.read() as session:
            return list(session.execute(query))

    def _command(self, name: str) -> Sequence[str | Path]:
        if name.startswith("worker"):
            return sendout("worker")
        if name == "temporal":
            return temporal_command(self.ports[name], self.folder / "temporal.db")
        return sendout("api", "--port", str(self.ports[name]))

    def _works(self, name: str) -> bool:
        part = self.parts[name]
        assert part.alive, f"{name} ended:\n{part.output}"
        if name == "temporal":
            return is_serving(self.env)
        if name.startswith("api"):
            return answers(self.ports[name])
        return polls(self.env, self.settings.task_queue, part.pid)


@asynccontextmanager
async def site(folder: Path, url: str, *names: str) -> AsyncIterator[Site]:
    """A site on the migrated database `url` with the parts `names` and a mail server of this process."""
    ports = {name: free_port() for name in ("temporal", "api", "api2")}
    temporal = f"127.0.0.1:{ports['temporal']}"
    with mail_server() as smtp:
        settings = Settings(
            _env_file=None,
            public_url=f"http://127.0.0.1:{ports['api']}",
            data_dir=folder,
            database_url=url,
            smtp_url=smtp.url,
            mail_from="Sendout <sendout@example.com>",
            secret_key="a key for tests, long enough to sign with",
            update_timeout=PATIENCE,
            page_timeout=PATIENCE,
            relay_interval=0.3,
            log_level="INFO",
        )
        # This application is never served: it is how the test reads the database and makes people.
        app = create_app(settings)
        app.state.database = Database(url)
        running = Site(
            app,
            settings,
            await Client.connect(temporal, lazy=True),
            smtp,
            folder=folder,
            env=environment(
                SENDOUT_DATA_DIR=folder,
                SENDOUT_DATABASE_URL=url,
                SENDOUT_SMTP_URL=smtp.url,
                SENDOUT_MAIL_FROM=settings.mail_from,
                SENDOUT_SECRET_KEY=settings.secret_key.get_secret_value(),
                SENDOUT_UPDATE_TIMEOUT=settings.update_timeout,
                SENDOUT_PAGE_TIMEOUT=settings.page_timeout,
                SENDOUT_RELAY_INTERVAL=settings.relay_interval,
                SENDOUT_PUBLIC_URL=settings.public_url,
                TEMPORAL_ADDRESS=temporal,
            ),
            ports=ports,
        )
        try:
            running.start(*names)
            yield running
        finally:
            for client in running.clients.values():
                await client.aclose()
            running.kill(*(name for name, part in running.parts.items() if part.alive))
            app.state.database.dispose()


async def eventually(condition: Callable[[], bool], what: str, patience: float = 60.0) -> None:
    """Until the condition holds; fails the test naming `what` after that."""
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {patience:.0f} s"
        await asyncio.sleep(0.05)


def assert_chained(events: Sequence[Any]) -> None:
    """Numbered without a gap, each holding the hash of the one before."""
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    assert [event.prev_hash for event in events] == ["", *(event.hash for event in events[:-1])]
