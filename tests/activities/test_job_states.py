"""The state of a work order follows what is sent, made and drawn, on both databases."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from models.db import Database
from models.domain import commands as c
from models.domain.job_state import JobState
from models.queries import job_states
from models.settings import Settings
from models.tables.shop_floor import ConsumptionRow, OutputRow
from models.tables.types import table
from models.tables.work_orders import Operation, WorkOrder
from tests.activities.test_apply import NOW, Shop
from tests.activities.test_upstream import Job

D = Decimal
JOBS, MADE, USED = table(WorkOrder), table(OutputRow), table(ConsumptionRow)


def state(shop: Shop) -> str:
    """As one says it, as the list finds it and as it is counted."""
    with shop.database.read() as session:
        said = job_states.states(session, ["WO"])["WO"]
        for each in JobState:
            listed = session.scalars(select(JOBS.c.number).where(job_states.are(each), JOBS.c.number == "WO"))
            assert list(listed) == (["WO"] if each is said else [])
        assert job_states.counts(session, JOBS.c.number == "WO") == {
            each.value: int(each is said) for each in JobState
        }
    return said.value


def recorded(shop: Shop, target: Any, quantity: int, **fields: Any) -> None:
    row = {"id": f"{target.name}{quantity}", "work_order": "WO", "lot": "L1", "part": "FLANGE", "unit": "C62"}
    when = {"at": NOW, "recorded_at": NOW, "recorded_by": "u_1"}
    with shop.database.write() as session:
        session.execute(insert(target).values(**row, **when, quantity=D(quantity), **fields))


def test_it_is_done_when_the_last_outside_operation_accepted_all(
    database: Database, settings: Settings
) -> None:
    job = Job(Shop(database, settings))
    with database.write() as session:
        session.execute(update(JOBS).where(JOBS.c.number == "WO").values(quantity=D(100)))
    assert state(job.shop) == "open"
    job.send(job.first, 100)
    assert state(job.shop) == "in_work"
    job.receive(accepted=100)
    # That was not the last one, and what is scrapped there counts for nothing.
    assert state(job.shop) == "in_work"
    job.send(job.second, 100)
    back = c.ReceiveLine(1, counted=D(99), accepted=D(99))
    assert job.do(job.second, c.Receive((back,), additional=True)).status == "applied"
    assert state(job.shop) == "in_work"
    recorded(job.shop, MADE, 500)
    assert state(job.shop) == "in_work"
    back = c.ReceiveLine(1, counted=D(1), accepted=D(1))
    assert job.do(job.second, c.Receive((back,), additional=True)).status == "applied"
    assert state(job.shop) == "done"


@pytest.mark.parametrize("operation", [None, 50])
def test_it_is_done_when_the_last_operation_in_house_brought_all(
    database: Database, settings: Settings, operation: int | None
) -> None:
    shop = Shop(database, settings)
    with database.write() as session:
        session.add(Operation(work_order="WO", sequence=50, kind="internal"))
        session.execute(update(JOBS).where(JOBS.c.number == "WO").values(quantity=D(100)))
    recorded(shop, USED, 7)
    assert state(shop) == "in_work"
    recorded(shop, MADE, 300, operation=30)
    recorded(shop, MADE, 60, operation=operation)
    assert state(shop) == "in_work"
    recorded(shop, MADE, 40, operation=operation)
    assert state(shop) == "done"
    with database.write() as session:
        session.execute(update(MADE).where(MADE.c.quantity == D(40)).values(reversed_at=NOW))
    assert state(shop) == "in_work"
    with database.write() as session:
        for target in (MADE, USED):
            session.execute(update(target).values(reversed_at=NOW))
    assert state(shop) == "open"
