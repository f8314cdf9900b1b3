"""What an order does not make any more is proposed again, on both databases: changed, closed short, agreed, given away."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import bindparam, select
from sqlmodel import Session

from models import converting, drafts
from models.db import Database
from models.domain import commands as c
from models.domain.authority import Role
from models.domain.errors import Refusal
from models.domain.facts import Draft, DraftLine
from models.queries import open_operations
from models.queries.orders import Reader
from models.settings import Settings
from models.tables.orders import OrderRow
from models.tables.shop_floor import OutputRow
from models.tables.suppliers import Supplier, SupplierApproval
from models.tables.types import table
from models.tables.work_orders import Operation, WorkOrder
from tests.activities.test_added_lines import decided, done
from tests.activities.test_apply import NOW, Shop

D = Decimal
_ORDERS = table(OrderRow)
FLAGS = select(_ORDERS.c.flags).where(_ORDERS.c.number == bindparam("number"))
READER = Reader(frozenset({Role.BUYER}), cleared=True)
WANTED = converting.Wanted((("WO", 30),), "MAIN", supplier="ACME", need_by=date(2026, 4, 16))


@pytest.fixture
def shop(database: Database, settings: Settings) -> Shop:
    shop = Shop(database, settings)
    done(shop, c.Issue())
    return shop


def another_job(session: Session, number: str, quantity: Decimal) -> None:
    at = {"part": "FLANGE", "revision": "B", "created_at": NOW}
    session.add(WorkOrder(number=number, type="MTO", quantity=quantity, **at))
    session.flush()
    session.add(Operation(work_order=number, sequence=30, kind="outside", process="PLATE", spec="B633"))


def left(shop: Shop) -> Decimal:
    """What converting the operation would order; the list of outside operations has it while that is something."""
    with shop.database.read() as session:
        listed = open_operations.listed(session, READER, open_operations.Wanted(NOW.date()), 0, 10)
        rows = [each for each in listed if each.work_order == "WO"]
        if not rows:
            with pytest.raises(Refusal) as refused:
                converting.groups(session, READER, WANTED, NOW)
            assert refused.value.code == "operations.covered"
            assert shop.number in refused.value.errors[0].message
            assert ("the cancelling" in refused.value.errors[0].message) == cancelling(shop)
            return D(0)
        [group], [row] = converting.groups(session, READER, WANTED, NOW), rows
        [line] = group.lines
        assert row.left == line.of.left
        return line.of.left


def cancelling(shop: Shop) -> bool:
    with shop.database.read() as session:
        return "cancelling" in session.execute(FLAGS, {"number": shop.number}).scalar_one()


def sent(shop: Shop, some: int) -> None:
    done(shop, c.Send((c.SendLine(1, D(some)),)))


def test_what_is_ordered_is_covered_until_its_order_is_cancelled(shop: Shop) -> None:
    assert left(shop) == 0
    done(shop, c.Cancel("Not needed"))
    assert left(shop) == 100


def test_an_order_that_is_being_cancelled_covers_all_until_what_it_has_is_back(shop: Shop) -> None:
    done(shop, c.Acknowledge("accept"))
    sent(shop, 60)
    back(shop, 20)
    done(shop, c.Cancel("Not needed"))
    assert left(shop) == 0
    lost = c.DeclareLoss((c.LossLine(1, D(10), "L1"),), "Cannot be found")
    done(shop, lost)
    back(shop, 0, undone=30)
    assert not cancelling(shop)
    # 20 are done, and 10 nobody can do any more.
    assert left(shop) == 70


def test_a_line_changed_to_nothing_covers_nothing(shop: Shop) -> None:
    with shop.database.write() as session:
        another_job(session, "WO-7", D(40))
    done(shop, c.Acknowledge("accept"))
    lines = (c.ChangedLine(1, D(0)), c.ChangedLine(None, D(40), D("0.8"), None, "WO-7", 30))
    done(shop, c.ProposeChange(c.Changes(lines=lines), "Made elsewhere"))
    assert decided(shop, c.DecideChange(f"{shop.number}-C1", "approve")).status == "applied"
    assert left(shop) == 0
    done(shop, c.Acknowledge("accept", change=f"{shop.number}-C1"))
    assert left(shop) == 100


def back(shop: Shop, some: int, *, undone: int = 0) -> None:
    line = c.ReceiveLine(1, D(some + undone), accepted=D(some), unprocessed=D(undone))
    done(shop, c.Receive((line,), packing_slip=f"LS-{some}-{undone}"))


def test_a_line_closed_short_covers_what_was_sent_of_it(shop: Shop) -> None:
    done(shop, c.Acknowledge("accept"))
    sent(shop, 40)
    assert left(shop) == 0
    done(shop, c.ShortClose((c.LineOnly(1),), "No more to send"))
    assert left(shop) == 60
    back(shop, 40)
    done(shop, c.Close())
    assert left(shop) == 60


def test_what_came_back_as_it_went_is_not_covered_once_its_order_has_ended(shop: Shop) -> None:
    done(shop, c.Acknowledge("accept"))
    sent(shop, 100)
    back(shop, 70, undone=30)
    # It may be sent again as long as the order is open.
    assert left(shop) == 0
    done(shop, c.Close())
    assert left(shop) == 30


def test_an_agreed_counter_proposal_covers_what_was_agreed(shop: Shop) -> None:
    done(shop, c.Acknowledge("counter", lines=(c.TermsLine(1, D(60)),), promise_date=date(2026, 4, 16)))
    assert left(shop) == 0
    done(shop, c.AnswerCounter("accept"))
    assert left(shop) == 40


def test_what_was_given_away_is_covered_by_the_draft_that_has_it_and_by_what_stays(shop: Shop) -> None:
    given_away(shop)
    # 40 are done here, 35 are in the draft, and of the others nobody makes any.
    assert left(shop) == 25


def given_away(shop: Shop) -> None:
    with shop.database.write() as session:
        beta = {"code": "BETA", "name": "Beta", "email": "orders@beta.example", "locale": "en"}
        session.add(Supplier(**beta, timezone="Europe/Berlin", country="DE", created_at=NOW))
        session.flush()
        approval = {"supplier": "BETA", "process": "PLATE", "valid_from": date(2020, 1, 1)}
        session.add(SupplierApproval(id="b", **approval, created_at=NOW))
    done(shop, c.Acknowledge("accept"))
    sent(shop, 60)
    back(shop, 40)
    done(shop, c.Reassign("BETA", "return", "The bath is down", (c.ReassignLine(1, D(35), D("0.9")),)))


def test_what_the_old_supplier_lost_is_not_asked_for_again(shop: Shop) -> None:
    given_away(shop)
    done(shop, c.DeclareLoss((c.LossLine(1, D(20), "L1"),), "Burnt"))
    # 40 are done, 35 are in the draft, 20 are gone: nobody could send more than these.
    assert left(shop) == 5


def routed(shop: Shop) -> None:
    """The work order goes on to a second operation and a third one."""
    with shop.database.write() as session:
        for sequence in (40, 50):
            step = {"kind": "outside", "process": "PLATE", "spec": "B633"}
            session.add(Operation(work_order="WO", sequence=sequence, **step))


def rest(shop: Shop) -> dict[int, Decimal]:
    """By operation what is proposed, as the list finds it, which says itself what has some left."""
    with shop.database.read() as session:
        listed = open_operations.listed(session, READER, open_operations.Wanted(NOW.date()), 0, 10)
        every = open_operations.listed(
            session, READER, open_operations.Wanted(NOW.date(), covered=True), 0, 10
        )
        found = {each.operation: each.left for each in listed}
        assert found == {each.operation: each.left for each in every if each.left}
        return found


def test_what_is_gone_before_an_operation_is_not_proposed_there(shop: Shop) -> None:
    routed(shop)
    assert rest(shop) == {40: 100, 50: 100}
    done(shop, c.Acknowledge("accept"))
    sent(shop, 100)
    done(shop, c.Receive((c.ReceiveLine(1, D(98), accepted=D(90), tested=D(8)),), packing_slip="LS-1"))
    assert rest(shop) == {40: 92, 50: 92}
    # What is still out may be lost, and may come.
    done(shop, c.DeclareLoss((c.LossLine(1, D(2), "L1"),), "Cannot be found"))
    assert rest(shop) == {40: 90, 50: 90}
    with shop.database.write() as session:
        line = DraftLine(1, "WO", 40, D(90), D("0.85"), "USD")
        draft = Draft("", "MAIN", "u_1", "ACME", "PLATE", "B633", "", date(2026, 4, 16), lines=(line,))
        drafts.create(session, draft, NOW)
    assert rest(shop) == {50: 90}
    wanted = replace(WANTED, operations=(("WO", 40),))
    with shop.database.read() as session, pytest.raises(Refusal) as refused:
        converting.groups(session, READER, wanted, NOW)
    assert (
        f"10 pieces can never come there: they were scrapped, lost or used up before, on {shop.number}"
        in (refused.value.errors[0].message)
    )


def test_what_the_job_made_in_their_place_goes_through_all_operations(shop: Shop) -> None:
    routed(shop)
    done(shop, c.Acknowledge("accept"))
    sent(shop, 100)
    done(shop, c.Receive((c.ReceiveLine(1, D(100), accepted=D(90), tested=D(10)),), packing_slip="LS-1"))
    for place, (some, proposed) in enumerate(((100, {40: 90, 50: 90}), (7, {30: 7, 40: 97, 50: 97}))):
        with shop.database.write() as session:
            at = {"at": NOW, "recorded_at": NOW, "recorded_by": "u_1"}
            of = {"part": "FLANGE", "part_revision": "B", "unit": "C62"}
            session.add(OutputRow(id=str(place), work_order="WO", lot="L1", quantity=D(some), **of, **at))
        assert rest(shop) == proposed
