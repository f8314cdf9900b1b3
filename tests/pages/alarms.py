"""Orders about which somebody has to be told, without waiting for days to pass."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import update

from api.app import now
from models.domain.authority import Role
from models.tables.orders import AlertRow
from tests.stories import BEHALF, issued
from tests.systems import System


async def declined(system: System, reason: str = "no capacity") -> tuple[str, str]:
    """An order its supplier will not do, and the alert that says so."""
    number = await issued(system)
    await system.command(
        Role.BUYER, number, "acknowledge", decision="decline", reason=reason, on_behalf_of=BEHALF
    )
    return number, f"{number}-A1"


def raised(
    system: System,
    order: str,
    rule: str,
    *,
    days: int = 6,
    details: str = "",
    occurrence: str = "",
    owed_by: str = "supplier",
    cleared_at: datetime | None = None,
) -> str:
    """A row as the order's tables have it when `rule` was raised `days` ago."""
    since = now() - timedelta(days=days, minutes=1)
    alert = f"{order}-{rule}"
    with system.database.write() as session:
        session.add(
            AlertRow(
                id=alert,
                order_number=order,
                rule=rule,
                occurrence=occurrence or rule,
                open=cleared_at is None,
                since=since,
                raised_at=since,
                owed_by=owed_by,
                details=details,
                cleared_at=cleared_at,
            )
        )
    return alert


def nothing_else(system: System) -> None:
    """Every alert so far is over."""
    with system.database.write() as session:
        session.execute(update(AlertRow).values(open=False, cleared_at=now()))
