"""The product as its users run it: API and worker in processes of their own, driven over HTTP."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from api import people
from api.temporal import TemporalError, create_namespace, polls, register_search_attributes
from models.db import Database
from models.domain.authority import Role
from models.migrate import upgrade
from models.tables.outbox import Outbox
from models.tables.types import table
from tests.benchmarks.figures import Round
from tests.processes import Running, answers, environment, free_port, running, sendout, start, wait_until

ROLES = (Role.BUYER, Role.RECEIVING, Role.QUALITY, Role.PLANNER, Role.ADMIN)
BEHALF = {"contact": "Ana", "basis": "phone"}
PIECES = 1200
_OUTBOX = table(Outbox)


@dataclass
class Line:
    """One keep-alive connection, as a program that works through an order holds it."""

    port: int
    token: str
    connection: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def post(self, path: str, body: Any, status: int = 200) -> Any:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        self.connection.request("POST", f"/api/v1{path}", json.dumps(body), headers)
        answer = self.connection.getresponse()
        text = answer.read()
        assert answer.status == status, f"{path}: {answer.status} {text.decode()}"
        return json.loads(text)


def steps(lot: str) -> list[tuple[str, Any]]:
    """The eight commands of one order's life; what the last answer made is filled in as `{name}`."""
    whole = {"line": 1, "quantity": PIECES}
    arrived = {"line": 1, "counted": PIECES, "accepted": 0, "rejected": 0, "pending": PIECES}
    return [
        ("issue", {}),
        ("acknowledge", {"decision": "accept", "on_behalf_of": BEHALF}),
        ("send", {"lines": [whole | {"lot": lot}], "carrier": "DHL"}),
        ("report-milestone", {"code": "REC", "on_behalf_of": BEHALF}),
        ("ship", {"lines": [whole], "carrier": "DHL", "tracking": "1Z", "on_behalf_of": BEHALF}),
        ("receive", {"parcel": "{parcel}", "lines": [arrived]}),
        ("judge", {"lines": [{"line": 1, "accepted": PIECES, "rejected": 0}]}),
        ("close", {}),
    ]


@dataclass
class Product:
    """A running product with master data in it."""

    name: str
    database: Database
    temporal: str
    port: int
    token: str
    api: Running
    worker: Running
    start_worker: Any
    made: int = 0

    @property
    def namespace(self) -> str:
        """Order numbers are workflow ids: two databases in one namespace would number alike."""
        return f"bench-{self.name}"

    def line(self) -> Line:
        return Line(self.port, self.token)

    def drafts(self, count: int) -> list[tuple[str, str]]:
        """Drafts ready to be issued: number and lot of each."""
        line, found = self.line(), []
        for _ in range(count):
            self.made += 1
            lot, job = f"LOT-{self.made}", f"WO-{self.made}"
            outside = {"sequence": 30, "kind": "outside", "process": "PLATE"}
            part = {"part": "FLANGE", "revision": "B", "quantity": PIECES}
            line.post("/lots", {"number": lot, "part": "FLANGE", "quantity": PIECES, "uom": "C62"}, 201)
            line.post("/work-orders", {"number": job, "type": "MTO", **part, "operations": [outside]}, 201)
            ordered = {
                "work_order": job,
                "operation": 30,
                "quantity": PIECES,
                "unit_price": "0.85",
                "lots": [{"lot": lot, "quantity": PIECES}],
            }
            need_by = str(datetime.now(UTC).date() + timedelta(days=40))
            body = {"supplier": "ACME", "process": "PLATE", "need_by": need_by, "lines": [ordered]}
            found.append((line.post("/orders", body, 201)["number"], lot))
        return found

    def drive(self, drafts: Sequence[tuple[str, str]], at_once: int, part: slice = slice(8)) -> Round:
        """`at_once` orders at a time, this part of the eight steps of each one after another."""
        waits: list[float] = []

        def one(number: str, lot: str) -> None:
            line, made = self.line(), ""
            for name, body in steps(lot)[part]:
                if body.get("parcel"):
                    body = body | {"parcel": made}
                begun = time.perf_counter()
                answer = line.post(f"/orders/{number}/{name}", body)
                waits.append(time.perf_counter() - begun)
                made = answer.get("parcel", made)

        with ThreadPoolExecutor(at_once) as pool:
            begun = time.perf_counter()
            list(pool.map(lambda draft: one(*draft), drafts))
            elapsed = time.perf_counter() - begun
        mails = self.await_mails()
        return Round(len(waits), elapsed, waits, mails=mails, trailing=time.perf_counter() - begun - elapsed)

    def await_mails(self) -> int:
        """Until no mail waits; says how many there have ever been."""
        wait_until(lambda: not self._mails(_OUTBOX.c.state == "queued"), "the delivery of every mail")
        return self._mails()

    def mails_of(self, number: str) -> list[str]:
        """The outbox ids of an order's mails."""
        with self.database.read() as session:
            return list(session.scalars(select(_OUTBOX.c.id).where(_OUTBOX.c.order_number == number)))

    def _mails(self, *only: Any) -> int:
        with self.database.read() as session:
            return session.scalar(select(func.count()).select_from(_OUTBOX).where(*only)) or 0

    def restart_worker(self) -> None:
        self.worker.stop()
        self.worker = self.start_worker()


@contextmanager
def product(name: str, url: str, folder: Path, temporal: str, smtp: int) -> Iterator[Product]:
    """API and worker on `url`, its tables created and its master data in."""
    folder.mkdir()
    port = free_port()
    upgrade(url)
    database = Database(url)
    with database.write() as session:
        person = people.create_user(session, "buyer@example.com", ROLES, None, datetime.now(UTC))
        token = people.create_token(session, person, datetime.now(UTC))
    env = environment(
        SENDOUT_DATA_DIR=folder,
        SENDOUT_DATABASE_URL=url,
        SENDOUT_SMTP_URL=f"smtp://127.0.0.1:{smtp}",
        SENDOUT_MAIL_FROM="Sendout <sendout@example.com>",
        SENDOUT_TASK_QUEUE=f"bench-{name}",
        SENDOUT_SECRET_KEY="a key for the benchmark, long enough to sign with",
        SENDOUT_LOG_LEVEL="WARNING",
        SENDOUT_UPDATE_TIMEOUT=55,
        TEMPORAL_ADDRESS=temporal,
        TEMPORAL_NAMESPACE=f"bench-{name}",
    )
    create_namespace(env)
    wait_until(lambda: _registered(env), "the search attributes")

    def start_worker() -> Running:
        worker = start(sendout("worker"), folder / "worker.log", env)
        wait_until(lambda: polls(env, env["SENDOUT_TASK_QUEUE"], worker.pid), "the worker")
        return worker

    with ExitStack() as stack:
        stack.callback(database.dispose)
        api = stack.enter_context(running(sendout("api", "--port", str(port)), folder / "api.log", env))
        found = Product(name, database, temporal, port, token, api, start_worker(), start_worker)
        stack.callback(lambda: found.worker.kill())
        wait_until(lambda: answers(port), "the API")
        _master_data(found.line())
        yield found


def _registered(env: dict[str, str]) -> bool:
    """A namespace just made is known everywhere in the server only a little later."""
    with suppress(TemporalError):
        return register_search_attributes(env) == []
    return False


def _master_data(line: Line) -> None:
    zone = {"timezone": "Europe/Berlin"}
    line.post("/calendars", {"code": "DE", "country": "DE", "workdays": [1, 2, 3, 4, 5]}, 201)
    line.post("/plants", {"code": "MAIN", "name": "Main", "calendar": "DE", **zone}, 201)
    supplier = {"code": "ACME", "name": "Acme Plating", "contact": "Ana", "email": "ana@acme.example"}
    line.post("/suppliers", {**supplier, "country": "DE", "locale": "en", **zone}, 201)
    milestones = [
        {"code": "REC", "kind": "received", "name": "Material received", "day": 2},
        {"code": "PLATED", "kind": "process", "name": "Plated", "day": 6},
        {"code": "SHIP", "kind": "shipped", "name": "Shipped", "day": None},
    ]
    process = {"code": "PLATE", "name": "Plating", "milestones": milestones, "required_documents": []}
    line.post("/processes", process, 201)
    approval = {"process": "PLATE", "valid_from": "2020-01-01", "valid_to": "2099-12-31"}
    line.post("/suppliers/ACME/approvals", approval, 201)
    part = {"number": "FLANGE", "revision": "B", "description": "SS Flange DN50", "uom": "C62"}
    line.post("/parts", part, 201)
