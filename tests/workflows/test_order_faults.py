"""Workers that are killed and databases that are away: every command is applied, and once."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import make_url, select, text
from temporalio.testing import WorkflowEnvironment

from activities.delivery_types import Patience, SendOutcome
from models.domain.commands import Hold, Resume
from models.settings import Settings
from models.tables.orders import OrderRow
from models.tables.types import table
from tests.mails import put_in_outbox
from tests.processes import Running, environment, sendout
from tests.processes import running as process
from tests.smtp import MailServer
from tests.stories import master_data
from tests.systems import System, running, serving
from tests.workflows.gate import Streams, gate
from tests.workflows.histories import details, events, kinds
from tests.workflows.journeys import eventually
from tests.workflows.sending import BUYER, acknowledged, applied, save, saved, send, statuses
from workflows.delivery import DeliveryWorkflow

ORDERS = table(OrderRow)
LI, WANG = "li@acme.test", "wang@acme.test"
# What the quick try of a command may cost everybody else at most.
QUICK = 2.0


@contextmanager
def worker_process(settings: Settings, folder: Path, address: str) -> Iterator[Running]:
    """`sendout worker` on `settings`, polling the Temporal server at `address`; killed afterwards."""
    variables = environment(
        SENDOUT_DATABASE_URL=settings.database,
        SENDOUT_DATA_DIR=settings.data_dir,
        SENDOUT_SMTP_URL=settings.smtp_url,
        SENDOUT_SECRET_KEY=settings.secret_key.get_secret_value(),
        SENDOUT_TASK_QUEUE=settings.task_queue,
        TEMPORAL_ADDRESS=address,
    )
    with process(sendout("worker"), folder / "worker.log", variables) as started:
        yield started


@contextmanager
def locked(system: System, order: str) -> Iterator[None]:
    """Holds the order's row on PostgreSQL, so that whoever wants to change the order waits."""
    with system.database.write() as session:
        session.execute(select(ORDERS.c.number).where(ORDERS.c.number == order).with_for_update())
        yield


def waiting_for_locks(system: System) -> int:
    """How many others stand before a locked row."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with system.database.read() as session:
        return int(session.execute(text(query)).scalar_one())


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_a_worker_killed_before_and_after_its_commit_applies_each_command_once(
    settings: Settings, temporal_env: WorkflowEnvironment, temporal_address: str, tmp_path: Path
) -> None:
    client = temporal_env.client
    host, _, port = temporal_address.rpartition(":")
    async with (
        running(settings, client, working=False) as system,
        gate(lambda: asyncio.open_connection(host, int(port))) as way,
    ):
        async with serving(system.settings, client):
            await master_data(system)
            # Found out sooner than after the usual ten seconds: that a task was lost with its worker.
            before, after = [await acknowledged(system, task_timeout=3) for _ in range(2)]
        commands = {order: saved(system, order) for order in (before, after)}
        with worker_process(system.settings, tmp_path, f"127.0.0.1:{way.port}") as killed:
            with locked(system, before):
                with locked(system, after):
                    sending = [
                        asyncio.create_task(send(system, order, command))
                        for order, command in commands.items()
                    ]
                    await eventually(lambda: waiting_for_locks(system) == 2, "two commands being applied")
                    # From now on the worker can tell Temporal nothing.
                    way.freeze()
                await eventually(
                    lambda: statuses(system, after)[commands[after]] == "applied", "the commit of one of them"
                )
                killed.kill()
                await way.close()
            assert statuses(system, before)[commands[before]] == "received"
        await asyncio.gather(*sending)
        async with serving(system.settings, client):
            for order, command in commands.items():
                while statuses(system, order)[command] == "received":
                    await send(system, order, command)
                await send(system, order, command)
                assert applied(system, order) == Counter([command])
                answered = kinds(await events(client.get_workflow_handle(order)))
                assert answered["WORKFLOW_EXECUTION_UPDATE_ACCEPTED"] == 3
                assert answered["WORKFLOW_EXECUTION_UPDATE_COMPLETED"] == 3


@dataclass
class Hanging(MailServer):
    """Never answers the mails of LI until it is released, and has not taken them."""

    released: threading.Event = field(default_factory=threading.Event)
    reached: threading.Event = field(default_factory=threading.Event)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if LI in envelope.rcpt_tos and not self.released.is_set():
            self.reached.set()
            await asyncio.to_thread(self.released.wait)
            return "451 too late"
        return await super().handle_DATA(server, session, envelope)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_worker_killed_with_a_mail_in_its_hands_loses_none_and_repeats_only_the_same(
    settings: Settings, temporal_env: WorkflowEnvironment, temporal_address: str, tmp_path: Path
) -> None:
    client = temporal_env.client
    server = Hanging()
    server.start()
    settings = settings.model_copy(update={"smtp_url": server.url})
    async with running(settings, client, working=False) as system:
        settings = system.settings.model_copy(update={"smtp_url": server.url})
        mails = [put_in_outbox(system.database, address) for address in (LI, WANG)]
        with worker_process(settings, tmp_path, temporal_address) as killed, system.database.write():
            deliveries = [
                await client.start_workflow(
                    DeliveryWorkflow.run,
                    args=[mail, Patience(attempt=5, first_retry=0.1)],
                    id=f"mail-{mail}",
                    task_queue=settings.task_queue,
                )
                for mail in mails
            ]
            await eventually(server.reached.is_set, "a mail half handed over")
            await eventually(lambda: bool(server.messages_to(WANG)), "a mail taken")
            # It was taken, and there is no way to write that down.
            killed.kill()
        server.released.set()
        async with serving(settings, client):
            outcomes: list[SendOutcome] = [await delivery.result() for delivery in deliveries]
    server.stop()
    assert [(outcome.state, outcome.sent) for outcome in outcomes] == [("sent", 1), ("sent", 1)]
    assert len(server.messages_to(LI)) == 1
    copies = server.messages_to(WANG)
    assert len(copies) > 1
    assert len({copy.raw for copy in copies}) == 1
    assert copies[0].message["Message-ID"]


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_a_database_that_is_away_delays_commands_and_stops_nothing_else(
    settings: Settings, temporal_env: WorkflowEnvironment, temporal_address: str
) -> None:
    client = temporal_env.client
    server = make_url(settings.database)

    async def postgres() -> Streams:
        return await asyncio.open_unix_connection(f"{server.query['host']}/.s.PGSQL.{server.port or 5432}")

    async with running(settings, client, working=False) as system, gate(postgres) as way:
        behind = server.set(host="127.0.0.1", port=way.port, query={}).render_as_string(hide_password=False)
        async with serving(system.settings.model_copy(update={"database_url": behind}), client):
            await master_data(system)
            one, other = await acknowledged(system), await acknowledged(system)

            # One order cannot be changed: the other does not notice.
            stuck = saved(system, one)
            with locked(system, one):
                sending = asyncio.create_task(send(system, one, stuck))
                await eventually(lambda: waiting_for_locks(system) == 1, "a command that cannot go on")
                assert await seconds(send(system, other, saved(system, other))) < QUICK
            await sending
            assert applied(system, one) == Counter([stuck])

            # No order can be changed: the worker goes on answering, and afterwards all of them are.
            commands = {order: saved(system, order) for order in (one, other)}
            away_since = time.monotonic()
            await way.close()
            sent = [asyncio.create_task(send(system, *item)) for item in commands.items()]
            await asyncio.sleep(1)
            assert await seconds(details(client.get_workflow_handle(other))) < QUICK + 0.5
            await asyncio.sleep(10 - (time.monotonic() - away_since))
            assert all(statuses(system, order)[command] == "received" for order, command in commands.items())
            await way.open()
            await asyncio.gather(*sent)
            for order, command in commands.items():
                await eventually(lambda: statuses(system, order)[command] == "applied", "the command")  # noqa: B023
                assert applied(system, order)[command] == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_database_file_that_somebody_else_writes_to_delays_commands_and_stops_nothing_else(
    settings: Settings, temporal_env: WorkflowEnvironment, temporal_address: str
) -> None:
    client = temporal_env.client
    async with running(settings, client) as system:
        await master_data(system)
        orders = [await acknowledged(system) for _ in range(2)]
        commands = {order: saved(system, order) for order in orders}
        with system.database.write():
            sent = [asyncio.create_task(send(system, *item)) for item in commands.items()]
            await asyncio.sleep(0.5)
            assert await seconds(details(client.get_workflow_handle(orders[1]))) < QUICK + 0.5
            await asyncio.sleep(9.5)
        back_at = time.monotonic()
        for order, command in commands.items():
            await eventually(lambda: statuses(system, order)[command] == "applied", "the command")  # noqa: B023
            assert applied(system, order) == Counter([command])
        assert time.monotonic() - back_at < 5
        await asyncio.gather(*sent)


async def seconds(act: Awaitable[object]) -> float:
    """How long it took."""
    started = time.monotonic()
    await act
    return time.monotonic() - started


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_command_waits_for_the_one_before_it_however_often_that_is_tried(
    settings: Settings, temporal_env: WorkflowEnvironment, temporal_address: str
) -> None:
    async with running(settings, temporal_env.client) as system:
        await master_data(system)
        number = await acknowledged(system)
        hold = save(system, number, Hold(reason="drawing unclear"), BUYER)
        rename(system, "event", "elsewhere")
        holding = asyncio.create_task(send(system, number, hold))
        await asyncio.sleep(0.7)
        rename(system, "elsewhere", "event")
        resume = save(system, number, Resume(), BUYER)
        await asyncio.gather(holding, send(system, number, resume))
        # Out of its turn the second would have met an order that is not on hold, and been refused.
        settled = statuses(system, number)
        assert (settled[hold], settled[resume]) == ("applied", "applied")


def rename(system: System, old: str, new: str) -> None:
    with system.database.write() as session:
        session.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))
