"""Reminds quality of the recall drill that a quarter went without."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, time

from sqlmodel import Session
from temporalio import activity

from activities.drill_types import REMIND_DRILL, Reminded
from activities.mail_message import mail_host
from activities.our_mails import DrillReminder
from activities.outgoing import queue_once
from models.db import Database
from models.domain.authority import Role
from models.domain.recalls import Quarter
from models.queries.contacts import everybody_with
from models.queries.recalls import drill_signed
from models.settings import Settings

_IDS = uuid.UUID("2c1c1d0e-6a53-4f58-9d66-0d8a4cf1f2b4")


class DrillReminders:
    """The activity of the drill reminder's workflow."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock

    @activity.defn(name=REMIND_DRILL)
    async def remind(self) -> Reminded:
        """Writes to everybody of quality when no drill was signed in the quarter that ended last. Tried
        again, it writes to nobody twice: a mail's id follows from quarter and person."""
        return await asyncio.to_thread(self._remind, self._clock())

    def _remind(self, now: datetime) -> Reminded:
        quarter = Quarter.of(now.date()).before
        with self._database.write() as session:
            if drill_signed(session, _midnight(quarter), _midnight(quarter.after)):
                return Reminded(str(quarter), drilled=True)
            return Reminded(str(quarter), drilled=False, mails=self._write(session, quarter, now))

    def _write(self, session: Session, quarter: Quarter, now: datetime) -> int:
        context = DrillReminder(
            order=str(quarter),
            company=self._settings.company,
            first=quarter.first,
            last=quarter.last,
            due=quarter.after.last,
        )
        host = mail_host(self._settings.mail_from)
        return sum(
            queue_once(
                session, str(uuid.uuid5(_IDS, f"{quarter}:{person.id}")), person, context, host=host, now=now
            )
            for person in everybody_with(session, Role.QUALITY)
        )


def _midnight(quarter: Quarter) -> datetime:
    return datetime.combine(quarter.first, time(), UTC)
