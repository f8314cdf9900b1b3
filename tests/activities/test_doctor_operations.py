"""The doctor compares operations with the ones before them, and picking lists with the shelf, on both databases."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import insert, update

from activities.doctor_operations import operations
from activities.doctor_picks import picks
from activities.findings import Finding
from models.db import Database
from models.domain import commands as c
from models.settings import Settings
from models.tables.demand import Pick
from models.tables.lots import Lot
from models.tables.orders import EventRow, PiecesRow
from models.tables.types import table
from tests.activities.test_apply import NOW, Shop
from tests.activities.test_upstream import Job

D = Decimal
PIECES, LOTS, EVENTS = table(PiecesRow), table(Lot), table(EventRow)


@pytest.fixture
def job(database: Database, settings: Settings) -> Job:
    """Of 50 accepted pieces the next operation has 30 and had 20 more, which came back as they were."""
    job = Job(Shop(database, settings))
    job.send(job.first, 100)
    job.receive(accepted=50)
    job.send(job.second, 50)
    back = c.ReceiveLine(1, counted=D(20), unprocessed=D(20))
    assert job.do(job.second, c.Receive((back,), additional=True)).status == "applied"
    return job


def found(job: Job) -> list[Finding]:
    with job.shop.database.read() as session:
        return [*operations(session), *picks(session)]


def accepted(job: Job, quantity: int) -> None:
    with job.shop.database.write() as session:
        mine = PIECES.c.order_number == job.first
        session.execute(update(PIECES).where(mine).values(accepted=D(quantity)))


def test_an_operation_has_no_more_than_the_one_before_it_gave(job: Job) -> None:
    assert found(job) == []
    accepted(job, 30)
    assert found(job) == []
    accepted(job, 29)
    [finding] = found(job)
    assert (finding.code, finding.where) == ("pieces.not_accepted", "work order WO operation 40")
    assert finding.what == "It was sent 30, and 29 were accepted after operation 30."


def test_what_went_out_before_anybody_ordered_the_operation_before_is_no_contradiction(job: Job) -> None:
    accepted(job, 0)
    with job.shop.database.write() as session:
        begun = (EVENTS.c.order_number == job.first) & (EVENTS.c.sequence == 1)
        session.execute(update(EVENTS).where(begun).values(at=NOW.replace(year=2027)))
    assert found(job) == []


def test_surplus_that_was_kept_came_from_nowhere(job: Job) -> None:
    over = c.ReceiveLine(1, counted=D(31), accepted=D(31))
    assert job.do(job.second, c.Receive((over,), additional=True)).status == "applied"
    kept = c.ResolveOver((c.OverLine(1, D(1), "accept"),))
    assert job.do(job.second, kept).status == "applied"
    accepted(job, 30)
    assert found(job) == []
    accepted(job, 29)
    assert [finding.code for finding in found(job)] == ["pieces.not_accepted"]


@pytest.mark.parametrize(
    ("quantity", "part", "code"),
    [(7, "FLANGE", ""), (8, "FLANGE", "pick.short"), (7, "BAR", "pick.part")],
)
def test_a_picking_list_sets_aside_what_is_there(job: Job, quantity: int, part: str, code: str) -> None:
    with job.shop.database.write() as session:
        session.execute(update(LOTS).where(LOTS.c.number == "L1").values(on_hand=D(7)))
        row = {"work_order": "WO", "lot": "L1", "part": part, "quantity": D(quantity)}
        session.execute(insert(table(Pick)).values(row))
    assert [finding.code for finding in found(job)] == [code] * bool(code)
