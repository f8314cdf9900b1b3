"""The main job on `sendout up`, whose every process is killed again and again, at moments drawn by lot."""

from __future__ import annotations

import asyncio
import os
import random
import re
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response, TransportError
from sqlalchemy import select
from temporalio.client import Client

from api.app import create_app
from models.db import Database
from models.domain.authority import Role
from models.migrate import upgrade
from models.settings import Settings
from tests.faults.site import COMMANDS, OUTBOX, Site, assert_chained, eventually
from tests.processes import Running, descendants, environment, exists, sendout, start, wait_until
from tests.smtp import MailServer
from tests.stories import BEHALF, LOT, MEASURED, draft, master_data
from tests.systems import API

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\ncertificate"
# What an order's stream has to hold in the end, and nothing else but what the clock adds.
HAPPENED = [
    "order_issued",
    "order_acknowledged",
    "pieces_sent",
    "milestone_reported",
    "inspection_submitted",
    "inspection_reviewed",
    "parcel_shipped",
    "milestone_reported",
    "pieces_received",
    "nonconformance_opened",
    "nonconformance_dispositioned",
    "nonconformance_closed",
    "parcel_shipped",
    "milestone_reported",
    "pieces_received",
    "document_added",
    "order_closed",
    "order_settled",
]


@dataclass
class Work:
    """Somebody who repeats each request, with its key, until it is answered."""

    site: Site
    answered: int = 0
    # Idempotency-Key -> the command that was promised, or "" when the answer came with the order.
    acknowledged: dict[str, str] = field(default_factory=dict)

    async def act(self, who: Role, order: str, name: str, status: str = "applied", **body: Any) -> Any:
        """What the command made; it must end as `status`."""
        key = f"{order} {len(self.acknowledged)} {name}"
        return await self._done(
            key, status, lambda: self.site.ask(who, f"/orders/{order}/{name}", body, key=key)
        )

    async def upload(self, order: str) -> Any:
        key = f"{order} certificate"
        path = f"{API}/orders/{order}/documents?type=coc&lot={LOT}&heat=HX-1&quantity=10"
        head = {"Content-Type": "application/pdf", "X-Filename": "coc.pdf", "Idempotency-Key": key}
        quality = self.site.login(Role.QUALITY)
        return await self._done(
            key, "applied", lambda: quality.post(self.site.address() + path, content=PDF, headers=head)
        )

    async def _done(self, key: str, status: str, request: Any) -> Any:
        answer = await self._insist(request)
        expected = {"applied": (200, 201, 202), "refused": (202, 409)}[status]
        assert answer.status_code in expected, answer.text
        self.answered += 1
        told = answer.json()
        self.acknowledged[key] = told["command"] if answer.status_code == 202 else ""
        if answer.status_code != 202:
            return told
        while told["status"] == "received":
            await asyncio.sleep(0.2)
            told = (await self._insist(partial(self._look, answer.headers["Location"]))).json()
        assert told["status"] == status, told
        return told["made"]

    async def _look(self, where: str) -> Response:
        return await self.site.login(Role.VIEWER).get(self.site.address() + where)

    async def _insist(self, request: Any) -> Response:
        while True:
            with suppress(TransportError):
                answer: Response = await request()
                if answer.status_code != 503:
                    return answer
            await asyncio.sleep(0.1)


async def main_job(work: Work, order: str) -> None:
    async def act(who: Role, name: str, **body: Any) -> Any:
        return await work.act(who, order, name, **body)

    await act(Role.BUYER, "issue")
    await act(Role.BUYER, "acknowledge", decision="accept", on_behalf_of=BEHALF)
    await act(Role.RECEIVING, "send", lines=[{"line": 1, "lot": LOT, "quantity": 10}])
    await act(Role.PLANNER, "report-milestone", code="REC", on_behalf_of=BEHALF)
    made = await act(Role.BUYER, "submit-inspection", line=1, results=MEASURED, on_behalf_of=BEHALF)
    released = {"inspection": made["inspection"], "decision": "release", "note": ""}
    await act(Role.QUALITY, "review-inspection", **released)
    made = await act(Role.BUYER, "ship", lines=[{"line": 1, "quantity": 6}], on_behalf_of=BEHALF)
    received = [{"line": 1, "counted": 6, "accepted": 5, "rejected": 1}]
    made = await act(Role.RECEIVING, "receive", parcel=made["parcel"], lines=received)
    scrap = {"lines": [{"quantity": 1, "decision": "scrap"}], "cause": "thin", "responsibility": "supplier"}
    await act(Role.QUALITY, "disposition", nonconformance=made["nonconformance"], **scrap)
    made = await act(Role.BUYER, "ship", lines=[{"line": 1, "quantity": 4}], on_behalf_of=BEHALF)
    received = [{"line": 1, "counted": 4, "accepted": 4}]
    await act(Role.RECEIVING, "receive", parcel=made["parcel"], lines=received)
    await act(Role.BUYER, "close", status="refused")
    await work.upload(order)
    await act(Role.BUYER, "close")


@pytest.mark.parametrize(
    ("seed", "kills", "orders"), [(1, 4, 1), pytest.param(2, 40, 4, marks=pytest.mark.soak)]
)
async def test_nothing_acknowledged_is_lost_and_nothing_doubled(
    tmp_path: Path, seed: int, kills: int, orders: int
) -> None:
    lot = random.Random(seed)
    async with everything(tmp_path) as (site, log):
        work = Work(site)
        alive = await ready(site, begin(log, site.folder), log)
        await master_data(site)
        numbers = [await draft(site, quantity=10) for _ in range(orders)]

        async def all_jobs() -> None:
            for number in numbers:
                await main_job(work, number)

        job = asyncio.create_task(all_jobs())
        try:
            for _ in range(kills):
                before, steps = work.answered, lot.randrange(3)
                await eventually(lambda: work.answered >= before + steps or job.done(), "some steps", 120)  # noqa: B023
                await asyncio.sleep(lot.uniform(0, 0.2))
                kill_everything(alive, lot)
                alive = begin(log, site.folder)
                if lot.random() < 0.2:
                    # Not even its start may be disturbed to any harm.
                    await asyncio.sleep(lot.uniform(0, 4))
                    kill_everything(alive, lot)
                    alive = begin(log, site.folder)
                alive = await ready(site, alive, log)
            await asyncio.wait_for(job, 300)
            for number in numbers:
                await eventually(lambda n=number: delivered(site, n), "every mail is delivered", 120)  # type: ignore[misc]
            check(site, work, numbers)
            doctor(log, site.folder)
        finally:
            job.cancel()
            kill_everything(alive, lot)


def delivered(site: Site, number: str) -> bool:
    return not site.outbox(number, OUTBOX.c.state == "queued")


def check(site: Site, work: Work, numbers: list[str]) -> None:
    for number in numbers:
        events = site.events(number)
        assert_chained(events)
        assert [event.type for event in events] == HAPPENED
        assert {row.state for row in site.outbox(number)} == {"sent"}
        assert_mails(site, number)
    with site.database.read() as session:
        rows = session.execute(select(COMMANDS).where(COMMANDS.c.idempotency_key.is_not(None))).all()
    kept = {row.idempotency_key: row for row in rows}
    assert len(kept) == len(rows)
    assert kept.keys() == work.acknowledged.keys()
    for key, promised in work.acknowledged.items():
        assert promised in ("", kept[key].id)
        assert kept[key].status in ("applied", "refused")


def assert_mails(site: Site, number: str) -> None:
    """Each mail at least once; copies, which only a kill at the wrong moment makes, are the same bytes."""
    copies: dict[str, set[bytes]] = {}
    for path in (site.folder / "mailbox").glob("*.eml"):
        content = path.read_bytes()
        (name,) = re.findall(rb"^Message-ID: (\S+)", content, re.MULTILINE | re.IGNORECASE)
        copies.setdefault(name.decode(), set()).add(content)
    for row in site.outbox(number):
        assert len(copies[row.message_id]) == 1, row.template


def doctor(log: Path, folder: Path) -> None:
    """What `sendout doctor` says about it all: nothing."""
    port = re.findall(r"Temporal Server: +localhost:(\d+)$", log.read_text(errors="replace"), re.MULTILINE)[
        -1
    ]
    examined = subprocess.run(
        sendout("doctor", "--data-dir", str(folder), "--temporal-address", f"127.0.0.1:{port}"),
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert examined.returncode == 0, examined.stdout + examined.stderr


@asynccontextmanager
async def everything(tmp_path: Path) -> AsyncIterator[tuple[Site, Path]]:
    """The test's own view of a folder that `sendout up` will run on, and the log of that."""
    folder = tmp_path / "data"
    folder.mkdir()
    settings = Settings(_env_file=None, data_dir=folder)
    upgrade(settings.database)
    app = create_app(settings)
    app.state.database = Database(settings.database)
    client = await Client.connect("127.0.0.1:1", lazy=True)
    site = Site(app, settings, client, MailServer(), folder=folder, env={})
    yield site, tmp_path / "log"
    for each in site.clients.values():
        await each.aclose()
    app.state.database.dispose()


def begin(log: Path, folder: Path) -> tuple[Running, int]:
    """`sendout up`, and where in the log its words begin."""
    said = log.stat().st_size if log.exists() else 0
    # Suppliers reach it at one address, whichever port it takes: a mail sent again has the same links in it.
    env = environment(
        SENDOUT_UPDATE_TIMEOUT=2, SENDOUT_RELAY_INTERVAL=0.3, SENDOUT_PUBLIC_URL="http://sendout.example"
    )
    return start([*sendout("up"), "--port", "0", "--data-dir", str(folder)], log, env), said


async def ready(site: Site, alive: tuple[Running, int], log: Path) -> tuple[Running, int]:
    process, said = alive
    pattern = re.compile(r"^Sendout is ready at http://127.0.0.1:(\d+)$", re.MULTILINE)

    def has_said() -> bool:
        assert process.alive, process.output[said:]
        found = pattern.search(process.output[said:])
        if found:
            site.ports["api"] = int(found[1])
        return found is not None

    await eventually(has_said, "sendout up", 120)
    return alive


def kill_everything(alive: tuple[Running, int], lot: random.Random) -> None:
    """kill -9 of the supervisor and its parts, in any order."""
    process = alive[0]
    pids = [process.pid, *descendants(process.pid)]
    lot.shuffle(pids)
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.process.wait(10)
    wait_until(lambda: not any(exists(pid) for pid in pids), "the end of everything", 10)
