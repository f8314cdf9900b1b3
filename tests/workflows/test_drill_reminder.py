"""The drill reminder: quality is written to once for a quarter without a signed drill."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from temporalio.client import ScheduleOverlapPolicy
from temporalio.testing import ActivityEnvironment, WorkflowEnvironment

from activities.drill_reminder import DrillReminders
from activities.drill_types import Reminded
from api import people
from models.db import Database
from models.domain.authority import Role
from models.domain.recalls import Recall, Record, Signature
from models.queries import recalls
from models.settings import Settings
from models.tables.outbox import Outbox, OutboxRecipient
from models.tables.types import table
from workflows.options import worker
from workflows.schedules import DrillReminderWorkflow, drill_reminder_id, schedule_drill_reminder

OUTBOX, RECIPIENTS = table(Outbox), table(OutboxRecipient)
NOW = datetime(2026, 10, 1, 6, 0, tzinfo=UTC)


def staffed(database: Database) -> None:
    with database.write() as session:
        for name, role in (("ana", Role.QUALITY), ("bo", Role.QUALITY), ("cy", Role.BUYER)):
            people.create_user(session, f"{name}@example.com", [role], None, NOW, name=name)


def drilled(database: Database, at: datetime, *, drill: bool = True) -> None:
    recall = Recall("RC-2026-0001", "lot:A", "Drill", drill, at - timedelta(hours=1), "u")
    record = Record(("Ana",), (), "Found", date(2027, 1, 4))
    with database.write() as session:
        recalls.open_recall(session, recall)
        recalls.keep_record(session, replace(recall, record=record))
        recalls.keep_report(session, recall, Signature("Ana", "checked", at, "u", "0"), "{}")


def reminders(database: Database, settings: Settings, now: datetime = NOW) -> DrillReminders:
    return DrillReminders(database, settings, clock=lambda: now)


def mails(database: Database) -> list[tuple[str, str]]:
    with database.read() as session:
        rows = session.execute(select(OUTBOX.c.template, RECIPIENTS.c.address).join(RECIPIENTS))
        return sorted((row.template, row.address) for row in rows)


async def test_quality_is_reminded_once_of_a_quarter_without_a_drill(
    database: Database, settings: Settings
) -> None:
    staffed(database)
    environment = ActivityEnvironment()
    first = await environment.run(reminders(database, settings).remind)
    assert first == Reminded("2026-Q3", drilled=False, mails=2)
    assert mails(database) == [
        ("drill_reminder", "ana@example.com"),
        ("drill_reminder", "bo@example.com"),
    ]
    later = reminders(database, settings, NOW + timedelta(days=9))
    again = await environment.run(later.remind)
    assert again == Reminded("2026-Q3", drilled=False, mails=0), "tried again, it writes to nobody twice"
    assert len(mails(database)) == 2
    next_one = reminders(database, settings, NOW + timedelta(days=92))
    assert (await environment.run(next_one.remind)).mails == 2, "another quarter is another mail"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("signed", "drill", "reminded"),
    [
        (datetime(2026, 7, 1, tzinfo=UTC), True, False),
        (datetime(2026, 9, 30, 23, 59, tzinfo=UTC), True, False),
        (datetime(2026, 6, 30, 23, 59, tzinfo=UTC), True, True),
        (datetime(2026, 10, 1, tzinfo=UTC), True, True),
        (datetime(2026, 8, 1, tzinfo=UTC), False, True),
    ],
)
async def test_only_a_drill_signed_in_that_quarter_spares_the_mail(
    database: Database, settings: Settings, signed: datetime, drill: bool, reminded: bool
) -> None:
    staffed(database)
    drilled(database, signed, drill=drill)
    told = await ActivityEnvironment().run(reminders(database, settings).remind)
    assert told.drilled is not reminded
    assert bool(mails(database)) is reminded


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_its_workflow_says_what_was_done(
    database: Database, settings: Settings, temporal_env: WorkflowEnvironment, temporal_address: str
) -> None:
    staffed(database)
    client, own = temporal_env.client, reminders(database, settings)
    async with worker(client, settings, [own.remind]):
        told = await client.execute_workflow(
            DrillReminderWorkflow.run,
            id=drill_reminder_id(settings.task_queue),
            task_queue=settings.task_queue,
        )
    assert told == Reminded("2026-Q3", drilled=False, mails=2)


async def test_it_is_scheduled_for_the_first_morning_of_a_quarter_and_stays_paused(
    temporal_env: WorkflowEnvironment, temporal_address: str
) -> None:
    client, queue = temporal_env.client, "test-drills"
    handle = client.get_schedule_handle(drill_reminder_id(queue))
    await schedule_drill_reminder(client, queue)
    try:
        described = await handle.describe()
        assert described.info.num_actions == 0, "nobody is written to when it is set up"
        nexts = [(at.month, at.day, at.hour) for at in described.info.next_action_times[:4]]
        assert sorted(nexts) == [(1, 1, 6), (4, 1, 6), (7, 1, 6), (10, 1, 6)]
        await handle.pause(note="nobody to drill")
        await schedule_drill_reminder(client, queue)
        described = await handle.describe()
        assert described.schedule.state.paused
        assert described.schedule.policy.overlap is ScheduleOverlapPolicy.SKIP
    finally:
        await handle.delete()
