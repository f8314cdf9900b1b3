"""The delivery workflow on a real Temporal server, with real mails."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, col, select
from temporalio.client import Client, WorkflowFailureError, WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer, Worker

from activities.delivery_types import Patience, SendOutcome
from activities.mail import Mailer
from models.db import Database
from models.domain.tokens import link_token
from models.settings import Settings
from models.tables.outbox import Outbox, OutboxRecipient, workflow_id
from tests.mails import BY_NAME, LINK_ID, put_in_outbox
from tests.smtp import MailServer, mail_server
from workflows.delivery import DeliveryWorkflow

LI, WANG = "li@acme.test", "wang@acme.test"
SOON = Patience(first_retry=0.1, longest_retry=0.2)
Delivery = WorkflowHandle[DeliveryWorkflow, SendOutcome]

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class Reports:
    """Stands where the order is told that somebody will never get a mail."""

    def __init__(self) -> None:
        self.told: list[tuple[str, list[str]]] = []

    def __call__(self, session: Session, row: Outbox, failed: Sequence[OutboxRecipient]) -> None:
        self.told.append((row.id, [recipient.party for recipient in failed]))


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture
def reports() -> Reports:
    return Reports()


@pytest.fixture
def mailer(database: Database, settings: Settings, server: MailServer, reports: Reports) -> Mailer:
    return Mailer(database, settings.model_copy(update={"smtp_url": server.url}), reports)


@pytest.fixture
def client(temporal_env: WorkflowEnvironment) -> Client:
    return temporal_env.client


@asynccontextmanager
async def worker(
    client: Client, mailer: Mailer, queue: str, *, activities: int = 20, cached: int = 100
) -> AsyncIterator[None]:
    async with Worker(
        client,
        task_queue=queue,
        workflows=[DeliveryWorkflow],
        activities=mailer.activities,
        max_concurrent_activities=activities,
        max_cached_workflows=cached,
    ):
        yield


async def start(client: Client, queue: str, outbox_id: str, patience: Patience | None = None) -> Delivery:
    return await client.start_workflow(
        DeliveryWorkflow.run,
        args=[outbox_id, patience] if patience else [outbox_id],
        id=workflow_id(outbox_id),
        task_queue=queue,
    )


async def outcome_of(delivery: Delivery) -> SendOutcome:
    return await asyncio.wait_for(delivery.result(), 60)


async def until(condition: Callable[[], bool], what: str) -> None:
    for _ in range(600):
        if condition():
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"{what}: not within 30 s")


def recipients(database: Database, outbox_id: str) -> dict[str, OutboxRecipient]:
    query = select(OutboxRecipient).where(col(OutboxRecipient.outbox_id) == outbox_id)
    with database.read() as session:
        return {recipient.address: recipient for recipient in session.exec(query)}


async def test_a_mail_is_delivered(
    client: Client, settings: Settings, database: Database, mailer: Mailer, server: MailServer
) -> None:
    outbox_id = put_in_outbox(database, LI, WANG)
    async with worker(client, mailer, settings.task_queue):
        delivery = await start(client, settings.task_queue, outbox_id)
        assert await outcome_of(delivery) == SendOutcome(outbox_id, "sent", sent=2)
    assert delivery.id == f"mail-{outbox_id}"
    assert len(server.received) == 2


@pytest.mark.parametrize("cached", [100, 0])
async def test_a_server_that_is_away_delays_the_mail_and_nothing_else(
    client: Client, settings: Settings, database: Database, mailer: Mailer, server: MailServer, cached: int
) -> None:
    server.stop()
    outbox_id = put_in_outbox(database, LI)
    async with worker(client, mailer, settings.task_queue, cached=cached):
        delivery = await start(client, settings.task_queue, outbox_id, SOON)
        await until(lambda: recipients(database, outbox_id)[LI].tries >= 3, "tries while away")
        assert recipients(database, outbox_id)[LI].state == "queued"
        server.start()
        assert (await outcome_of(delivery)).state == "sent"
    assert len(server.received) == 1


async def test_a_mail_that_waits_holds_no_other_up(
    client: Client, settings: Settings, database: Database, mailer: Mailer, server: MailServer
) -> None:
    server.answers[LI] = "450 later"
    slow, quick = put_in_outbox(database, LI), put_in_outbox(database, WANG)
    async with worker(client, mailer, settings.task_queue, activities=1):
        waiting = await start(client, settings.task_queue, slow, SOON)
        await until(lambda: recipients(database, slow)[LI].tries >= 1, "a first try")
        delivered = await start(client, settings.task_queue, quick, SOON)
        assert (await outcome_of(delivered)).state == "sent"
        assert recipients(database, slow)[LI].state == "queued"
        del server.answers[LI]
        assert (await outcome_of(waiting)).state == "sent"


async def test_mails_of_an_order_reach_a_person_in_the_order_they_were_written_in(
    client: Client, settings: Settings, database: Database, mailer: Mailer, server: MailServer
) -> None:
    now = datetime.now(UTC)
    names = ("order_issued", "order_held", "order_resumed")
    first, *later = [
        put_in_outbox(database, LI, context=BY_NAME[name], written_at=now + timedelta(milliseconds=place))
        for place, name in enumerate(names)
    ]
    other = put_in_outbox(
        database, WANG, context=BY_NAME["order_held"], written_at=now + timedelta(seconds=1)
    )
    server.answers[LI] = "450 later"
    async with worker(client, mailer, settings.task_queue):
        # The last one is on its way first, and is asked about by nobody.
        started = [await start(client, settings.task_queue, each, SOON) for each in reversed(later)]
        started.append(await start(client, settings.task_queue, first, SOON))
        elsewhere = await start(client, settings.task_queue, other, SOON)
        assert (await outcome_of(elsewhere)).state == "sent"
        await until(lambda: recipients(database, first)[LI].tries >= 2, "tries of the first")
        assert [recipients(database, each)[LI].tries for each in later] == [0, 0]
        del server.answers[LI]
        for delivery in started:
            assert (await outcome_of(delivery)).state == "sent"
    ids = [mail.message["Message-ID"].partition("@")[0][1:] for mail in server.received]
    assert ids == [other, first, *later]
    # However often it looked, its history tells one activity.
    history = await started[0].fetch_history()
    assert len(history.events) < 15


async def test_a_refused_mail_is_not_tried_again(
    client: Client,
    settings: Settings,
    database: Database,
    mailer: Mailer,
    server: MailServer,
    reports: Reports,
) -> None:
    server.answers[LI] = "550 5.1.1 <li@acme.test> is nobody"
    outbox_id = put_in_outbox(database, LI)
    async with worker(client, mailer, settings.task_queue):
        delivery = await start(client, settings.task_queue, outbox_id, SOON)
        assert await outcome_of(delivery) == SendOutcome(outbox_id, "undeliverable", failed=1)
    assert server.asked == [LI]
    assert reports.told == [(outbox_id, ["supplier_contact:0"])]


async def test_waiting_comes_to_an_end(
    client: Client,
    settings: Settings,
    database: Database,
    mailer: Mailer,
    server: MailServer,
    reports: Reports,
) -> None:
    server.answers[LI] = "450 4.2.1 <li@acme.test> is busy"
    outbox_id = put_in_outbox(database, LI, WANG)
    async with worker(client, mailer, settings.task_queue):
        patience = Patience(first_retry=0.1, longest_retry=0.2, give_up_after=1.5)
        delivery = await start(client, settings.task_queue, outbox_id, patience)
        assert await outcome_of(delivery) == SendOutcome(outbox_id, "partly", sent=1, failed=1)
    assert server.asked.count(LI) > 1
    assert server.asked.count(WANG) == 1
    assert reports.told == [(outbox_id, ["supplier_contact:0"])]


async def test_a_delivery_of_nothing_fails_in_sight(
    client: Client, settings: Settings, mailer: Mailer
) -> None:
    async with worker(client, mailer, settings.task_queue):
        delivery = await start(client, settings.task_queue, f"nothing-{uuid.uuid4()}", SOON)
        with pytest.raises(WorkflowFailureError):
            await outcome_of(delivery)


async def test_temporal_never_learns_who_a_mail_is_for(
    client: Client, settings: Settings, database: Database, mailer: Mailer, server: MailServer
) -> None:
    server.answers[LI] = "450 4.2.1 <li@acme.test> is busy"
    outbox_id = put_in_outbox(database, LI, WANG)
    async with worker(client, mailer, settings.task_queue):
        delivery = await start(
            client, settings.task_queue, outbox_id, Patience(first_retry=0.1, give_up_after=2.0)
        )
        await until(lambda: recipients(database, outbox_id)[LI].tries >= 2, "a second try")
        pending = str((await delivery.describe()).raw_description)
        await outcome_of(delivery)
    history = (await delivery.fetch_history()).to_json()
    token = link_token(settings.secret_key.get_secret_value().encode(), LINK_ID)
    assert "450" in pending
    for told in (history, pending):
        for secret in ("acme", "li@", "Wang", "wang", token, LINK_ID, "northfield"):
            assert secret not in told


async def test_a_finished_delivery_replays(
    client: Client, settings: Settings, database: Database, mailer: Mailer, server: MailServer
) -> None:
    server.answers[LI] = "450 later"
    outbox_id = put_in_outbox(database, LI)
    async with worker(client, mailer, settings.task_queue):
        delivery = await start(
            client, settings.task_queue, outbox_id, Patience(first_retry=0.1, give_up_after=0.5)
        )
        assert (await outcome_of(delivery)).state == "undeliverable"
    history = await delivery.fetch_history()
    scheduled = [
        event["activityTaskScheduledEventAttributes"]["activityType"]["name"]
        for event in json.loads(history.to_json())["events"]
        if "activityTaskScheduledEventAttributes" in event
    ]
    assert scheduled == ["send_mail", "give_up"]
    await Replayer(workflows=[DeliveryWorkflow]).replay_workflow(history)
