"""Orders at a point of their life, and what the database says of them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlmodel import SQLModel

from models.domain.authority import Role
from tests.stories import BEHALF, LOT, issued
from tests.systems import System

PIECES = 20
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\ncertificate"


async def order(system: System, **fields: Any) -> str:
    """An issued order of twenty pieces."""
    return await issued(system, quantity=PIECES, **fields)


async def accepted(system: System, **fields: Any) -> str:
    number = await order(system, **fields)
    await system.command(Role.BUYER, number, "acknowledge", decision="accept", on_behalf_of=BEHALF)
    return number


async def sent(system: System, **fields: Any) -> str:
    """Accepted, and all its pieces are on their way to the supplier."""
    number = await accepted(system, **fields)
    lines = [{"line": 1, "lot": LOT, "quantity": PIECES}]
    await system.command(Role.RECEIVING, number, "send", lines=lines)
    return number


async def there(system: System, **fields: Any) -> str:
    """Its pieces are at the supplier and processed."""
    number = await sent(system, **fields)
    for code in ("REC", "PLATED"):
        await system.command(Role.PLANNER, number, "report-milestone", code=code, on_behalf_of=BEHALF)
    return number


async def reworked_beside_others(system: System) -> tuple[str, str]:
    """Ten of its pieces are at the supplier still, and of those that came back four were rejected and are to be
    worked on again: the order's number and that of the nonconformance."""
    number = await there(system)
    shipped = await system.command(
        Role.BUYER, number, "ship", lines=[{"line": 1, "quantity": 10}], on_behalf_of=BEHALF
    )
    counted = {"line": 1, "counted": 10, "accepted": 0, "pending": 6, "rejected": 4}
    received = await system.command(
        Role.RECEIVING, number, "receive", parcel=shipped["parcel"], lines=[counted]
    )
    name = received["nonconformance"]
    decided = {
        "cause": "thin",
        "responsibility": "supplier",
        "lines": [{"quantity": 4, "decision": "rework"}],
    }
    await system.command(Role.QUALITY, number, "disposition", nonconformance=name, **decided)
    return number, name


def rows(system: System) -> dict[str, int]:
    """How many rows every table has."""
    with system.database.read() as session:
        return {
            name: session.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in SQLModel.metadata.tables.items()
        }
