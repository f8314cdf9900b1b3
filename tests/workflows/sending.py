"""Commands that are saved, and sent when the test says so, several at once or again."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from api.wishes import Wish
from models.domain.authority import Actor, OnBehalfOf, Role
from models.domain.commands import Command, ReportMilestone
from models.tables.orders import CommandRow, EventRow
from models.tables.types import table
from tests.stories import BEHALF, draft
from tests.systems import System
from workflows.order import OrderWorkflow

PLANNER = Actor("u_planner", "user", frozenset({Role.PLANNER}))
BUYER = Actor("u_buyer", "user", frozenset({Role.BUYER}))


async def acknowledged(system: System, *, task_timeout: float = 10) -> str:
    """The number of an order that the supplier has accepted; a lost task is noticed after so many seconds."""
    number = await draft(system)
    await system.temporal.start_workflow(
        OrderWorkflow.run,
        number,
        id=number,
        task_queue=system.settings.task_queue,
        task_timeout=timedelta(seconds=task_timeout),
        static_summary=f"Outside-processing order {number}",
    )
    await system.command(Role.BUYER, number, "issue")
    await system.command(Role.BUYER, number, "acknowledge", decision="accept", on_behalf_of=BEHALF)
    return number


def save(system: System, order: str, command: Command, actor: Actor, behalf: OnBehalfOf | None = None) -> str:
    """A command that is saved and that nobody has sent."""
    made = system.app.state.dispatcher._save(Wish(order, command, actor, behalf), datetime.now(UTC))
    identity: str = made.command
    return identity


def saved(system: System, order: str, note: str = "") -> str:
    """A report of the supplier that is saved and that nobody has sent."""
    forecast = datetime.now(UTC).date() + timedelta(days=9)
    report = ReportMilestone("PLATED", forecast=forecast, note=note)
    return save(system, order, report, PLANNER, OnBehalfOf("Ana", "phone"))


async def send(system: System, order: str, command: str) -> None:
    """Hands it to its order, as the API and the relay do; returns when it is settled or time is up."""
    await system.app.state.dispatcher.send(command, order, "report-milestone")


def statuses(system: System, order: str) -> dict[str, str]:
    """Every command of the order by id: received, applied or refused."""
    rows = table(CommandRow).c
    with system.database.read() as session:
        found = session.execute(select(rows.id, rows.status).where(rows.order_number == order))
        return {row.id: row.status for row in found}


def applied(system: System, order: str) -> Counter[str]:
    """How many milestone events each command has caused."""
    rows = table(EventRow).c
    with system.database.read() as session:
        return Counter(
            session.scalars(
                select(rows.command).where(rows.order_number == order, rows.type == "milestone_reported")
            )
        )
