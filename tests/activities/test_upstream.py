"""Two operations of one job on two orders: the second is sent what the first was accepted for, on both databases."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select, update

from activities.apply import apply
from api.routes.projects import family_of
from models import drafts
from models.codec import load_order
from models.db import Database
from models.domain import commands as c
from models.domain.facts import Draft, DraftLine
from models.domain.pieces import Bucket, total
from models.domain.progress import totals
from models.queries import orders as queries
from models.queries.orders import Reader
from models.queries.progress import lines_of
from models.settings import Settings
from models.tables.lots import Lot
from models.tables.orders import CommandRow, EventRow, OrderRow
from models.tables.shop_floor import ConsumptionRow
from models.tables.suppliers import Supplier, SupplierApproval, SupplierTerms
from models.tables.types import table
from models.tables.work_orders import Operation, WorkOrder
from tests.activities.test_apply import NOW, Shop

D = Decimal
CLEARED = Reader((), cleared=True)


class Job:
    """The shop's work order with a second plating, and orders for both operations."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        with shop.database.write() as session:
            session.add(Operation(work_order="WO", sequence=40, kind="outside", process="PLATE", spec="B633"))
        self.first = shop.number
        self.second, self.third = self.order(), self.order()
        for number in (self.first, self.second, self.third):
            assert self.do(number, c.Issue()).status == "applied"
            assert self.do(number, c.Acknowledge("accept")).status == "applied"

    def order(self) -> str:
        """A draft for the second operation, whose lots are those the first brings back."""
        with self.shop.database.write() as session:
            draft = drafts.load(session, self.shop.number)
            assert draft is not None
            line = replace(draft.lines[0], operation=40, lots=())
            return drafts.create(session, replace(draft, number="", lines=(line,)), NOW).number

    def do(self, number: str, command: c.Command) -> Any:
        return self.shop.apply(self.shop.save(command, order=number))

    def receive(self, accepted: int, rejected: int = 0, pending: int = 0) -> None:
        counts = {"accepted": D(accepted), "rejected": D(rejected), "pending": D(pending)}
        line = c.ReceiveLine(1, counted=D(accepted + rejected + pending), **counts)
        found = self.do(self.first, c.Receive((line,), additional=True))
        assert found.status == "applied", found

    def send(self, number: str, quantity: int) -> Any:
        return self.do(number, c.Send((c.SendLine(1, D(quantity), "L1"),)))

    def shown(self, number: str) -> Any:
        with self.shop.database.read() as session:
            return queries.view(session, number, CLEARED, NOW)["lines"][0]["waits_for"]


@pytest.fixture
def job(database: Database, settings: Settings) -> Job:
    return Job(Shop(database, settings))


def said(job: Job, number: str, quantity: int) -> dict[str, Any]:
    """What sending so many is refused with."""
    return refused_with(job, number, c.Send((c.SendLine(1, D(quantity), "L1"),)))


def test_accepted_pieces_go_on_while_their_order_still_runs(job: Job) -> None:
    assert said(job, job.second, 1)["code"] == "send.not_accepted"
    job.send(job.first, 100)
    # Nothing of what is out, pending or rejected is usable, only what was accepted.
    job.receive(accepted=40, rejected=20, pending=10)
    assert job.shown(job.second) == {
        "operation": 30,
        "orders": [job.first],
        "accepted": D(40),
        "taken": D(0),
        "usable": D(40),
    }
    assert job.shown(job.first) is None
    refusal = said(job, job.second, 41)
    assert (refusal["values"]["left"], refusal["values"]["orders"]) == ("40", job.first)
    assert job.send(job.second, 30).status == "applied"
    # What one order was sent is not there for another one of the same operation.
    assert said(job, job.third, 11)["values"]["left"] == "10"
    assert job.send(job.third, 10).status == "applied"
    job.receive(accepted=30)
    assert job.shown(job.third)["usable"] == D(30)


def test_what_came_back_unprocessed_may_go_again(job: Job) -> None:
    job.send(job.first, 100)
    job.receive(accepted=50)
    job.send(job.second, 50)
    back = c.ReceiveLine(1, counted=D(20), unprocessed=D(20))
    assert job.do(job.second, c.Receive((back,), additional=True)).status == "applied"
    assert said(job, job.third, 21)["values"]["left"] == "20"
    assert job.send(job.second, 15).status == "applied"
    assert job.shown(job.second)["usable"] == D(5)


def test_pieces_that_turn_out_wrong_are_usable_no_longer(job: Job) -> None:
    job.send(job.first, 100)
    job.receive(accepted=50)
    wrong = c.ReportNonconformance((c.LineQuantity(1, D(30), "L1"),), "thin")
    assert job.do(job.first, wrong).status == "applied"
    assert said(job, job.second, 21)["values"]["left"] == "20"


def left_for(job: Job, work_order: str, some: int) -> None:
    """So many of the lot went into that job, as the shop floor writes it down."""
    with job.shop.database.write() as session:
        lots = table(Lot)
        session.execute(update(lots).where(lots.c.number == "L1").values(on_hand=lots.c.on_hand - some))
        of = {"work_order": work_order, "lot": "L1", "part": "FLANGE", "quantity": D(some), "unit": "C62"}
        at = NOW + timedelta(
            minutes=session.scalar(select(func.count()).select_from(table(ConsumptionRow))) or 0
        )
        session.add(ConsumptionRow(id=f"{work_order}-{some}", **of, at=at, recorded_at=at, recorded_by="u_1"))


def test_what_left_the_shelf_is_usable_no_longer(job: Job) -> None:
    with job.shop.database.write() as session:
        session.add(
            WorkOrder(number="WO-9", type="MTO", part="FLANGE", revision="B", quantity=D(9), created_at=NOW)
        )
    job.send(job.first, 100)
    job.receive(accepted=60)
    assert job.shown(job.second)["usable"] == D(60)
    left_for(job, "WO-9", 25)
    assert job.shown(job.second)["usable"] == D(35)
    assert said(job, job.second, 36)["values"]["left"] == "35"
    assert job.send(job.second, 30).status == "applied"
    assert job.shown(job.second)["usable"] == D(5)
    # What the work order itself uses of the lot comes out of it under another name, and goes on.
    left_for(job, "WO", 5)
    assert job.shown(job.second)["usable"] == D(5)


def test_what_went_on_to_a_later_operation_is_usable_once_it_is_back(job: Job) -> None:
    with job.shop.database.write() as session:
        session.add(Operation(work_order="WO", sequence=35, kind="outside", process="PLATE", spec="B633"))
    job.send(job.first, 100)
    job.receive(accepted=60)
    job.send(job.second, 45)
    # An operation in between is ordered when most are past it.
    line = DraftLine(1, "WO", 35, D(60), D("0.85"), "USD")
    draft = Draft("", "MAIN", "u_1", "ACME", "PLATE", "B633", "", date(2026, 4, 16), lines=(line,))
    with job.shop.database.write() as session:
        between = drafts.create(session, draft, NOW).number
    assert job.do(between, c.Issue()).status == "applied"
    assert job.shown(between)["usable"] == D(15)
    back = c.ReceiveLine(1, counted=D(20), accepted=D(20), output_lot="L1-P")
    assert job.do(job.second, c.Receive((back,), additional=True)).status == "applied"
    assert job.shown(between)["usable"] == D(35)


def with_other_stock(job: Job) -> None:
    """The lot holds the pieces of another job, too, so that its count says nothing about this one's."""
    with job.shop.database.write() as session:
        session.execute(update(table(Lot)).where(table(Lot).c.number == "L1").values(on_hand=D(500)))


def taken_back(job: Job, number: str, kind: str) -> c.Correct:
    """The correction of the last event of this kind."""
    with job.shop.database.read() as session:
        events = table(EventRow)
        wrong = session.scalar(
            select(func.max(events.c.sequence)).where(events.c.order_number == number, events.c.type == kind)
        )
    assert wrong is not None
    return c.Correct(wrong, "Typed wrongly")


def refused_with(job: Job, number: str, command: c.Command) -> dict[str, Any]:
    name = job.shop.save(command, order=number)
    assert job.shop.apply(name).status == "refused"
    with job.shop.database.read() as session:
        refusal: dict[str, Any] = session.execute(
            select(table(CommandRow).c.result).where(table(CommandRow).c.id == name)
        ).scalar_one()["refusal"]
    return refusal


def here(job: Job, number: str, bucket: Bucket) -> Decimal:
    with job.shop.database.read() as session:
        snapshot = session.scalars(
            select(table(OrderRow).c.snapshot).where(table(OrderRow).c.number == number)
        ).one()
    return total(load_order(snapshot).stock, bucket)


def test_pieces_the_next_operation_has_are_not_rejected_where_they_came_from(job: Job) -> None:
    job.send(job.first, 100)
    with_other_stock(job)
    job.receive(accepted=50)
    assert job.send(job.second, 30).status == "applied"
    wrong = c.ReportNonconformance((c.LineQuantity(1, D(50), "L1"),), "thin")
    assert job.do(job.first, wrong).status == "applied"
    assert (here(job, job.first, Bucket.ACCEPTED), here(job, job.first, Bucket.REJECTED)) == (D(30), D(20))
    assert job.shown(job.second)["usable"] == D(0)


def test_a_receipt_the_next_operation_lives_on_is_not_corrected(job: Job) -> None:
    job.send(job.first, 100)
    with_other_stock(job)
    job.receive(accepted=50)
    assert job.send(job.second, 30).status == "applied"
    undo = taken_back(job, job.first, "pieces_received")
    refusal = refused_with(job, job.first, undo)
    assert (refusal["code"], refusal["values"]["orders"]) == ("correct.moved_on", job.second)
    # Taken back there first, it may be taken back here.
    assert job.do(job.second, taken_back(job, job.second, "pieces_sent")).status == "applied"
    assert job.do(job.first, undo).status == "applied"


def test_what_came_back_as_it_was_and_went_out_again_elsewhere_stays_there(job: Job) -> None:
    job.send(job.first, 100)
    with_other_stock(job)
    job.receive(accepted=50)
    job.send(job.second, 50)
    back = c.ReceiveLine(1, counted=D(20), unprocessed=D(20))
    assert job.do(job.second, c.Receive((back,), additional=True)).status == "applied"
    assert job.send(job.third, 1).status == "applied"
    refusal = refused_with(job, job.second, taken_back(job, job.second, "pieces_received"))
    assert (refusal["code"], refusal["values"]["left"]) == ("correct.moved_on", "19")


@pytest.mark.parametrize("taking", [True, False], ids=["taken first", "doubted first"])
@pytest.mark.parametrize("kind", ["report", "correct"])
def test_pieces_are_doubted_here_or_taken_there_never_both(job: Job, kind: str, taking: bool) -> None:
    """The later one waits in the database until the other has decided."""
    job.send(job.first, 100)
    with_other_stock(job)
    job.receive(accepted=50)
    # Not from a lot, whose row would keep them apart by itself.
    send = job.shop.save(c.Send((c.SendLine(1, D(50)),)), order=job.second)
    wrong = c.ReportNonconformance((c.LineQuantity(1, D(50), "L1"),), "thin")
    doubt = job.shop.save(
        wrong if kind == "report" else taken_back(job, job.first, "pieces_received"), order=job.first
    )
    first, second = (send, doubt) if taking else (doubt, send)
    found: list[str] = []

    def other() -> None:
        found.append(job.shop.apply(second).status)

    waiting = threading.Thread(target=other)
    with job.shop.database.write() as session:
        assert apply(session, job.shop.settings, first, NOW).status == "applied"
        waiting.start()
        waiting.join(0.5)
        assert waiting.is_alive()
    waiting.join(20)
    # What is only recorded moves nothing.
    assert found == ["applied" if taking and kind == "report" else "refused"]
    assert here(job, job.first, Bucket.ACCEPTED) == (D(50) if taking else D(0))
    assert here(job, job.second, Bucket.IN_TRANSIT_OUT) == (D(50) if taking else D(0))


def successor(job: Job, number: str) -> str:
    """The order that went on with all that was at the supplier of this one, straight from there."""
    with job.shop.database.write() as session:
        at = {"email": "orders@beta.example", "locale": "en", "timezone": "Europe/Berlin", "country": "DE"}
        session.add(Supplier(code="BETA", name="Beta", created_at=NOW, **at))
        session.flush()
        approved = {"process": "PLATE", "valid_from": date(2020, 1, 1), "created_at": NOW}
        session.add(SupplierApproval(id="b", supplier="BETA", **approved))
        nothing_else = dict.fromkeys(
            ("minimum", "lot_charge", "expedite_fee", "late_per_day", "reject_charge", "early_reward"), D(0)
        )
        agreed = {"basis": "piece", "price": D("0.85"), "currency": "USD", "valid_from": date(2020, 1, 1)}
        session.add(SupplierTerms(id="t", supplier="BETA", created_at=NOW, **agreed, **nothing_else))
    assert job.do(number, c.ReportMilestone("REC")).status == "applied"
    assert job.do(number, c.Reassign("BETA", "transfer", "Bath down")).status == "applied"
    with job.shop.database.read() as session:
        found = session.scalar(
            select(table(OrderRow).c.number).where(
                table(OrderRow).c.number.not_in((job.first, job.second, job.third))
            )
        )
    assert found
    quantity = here(job, number, Bucket.AT_SUPPLIER)
    for order, command in (
        (found, c.Issue()),
        (found, c.Acknowledge("accept")),
        (number, c.Ship((c.ShipLine(1, quantity),), "DHL", "T-1", to_order=found)),
        (found, c.AnswerTransfer(f"{number}-T1", "take")),
    ):
        assert job.do(order, command).status == "applied", command
    return str(found)


def test_pieces_another_supplier_goes_on_with_are_not_done(job: Job) -> None:
    job.send(job.first, 40)
    other = successor(job, job.first)
    shown = job.shown(job.second)
    assert (shown["accepted"], shown["usable"]) == (D(0), D(0))
    assert said(job, job.second, 1)["code"] == "send.not_accepted"
    # Nor do sums count them twice, though both orders were sent them.
    with job.shop.database.read() as session:
        lines = lines_of(session, CLEARED, {"WO"})
    assert sorted(line.figures.sent for line in lines if line.figures.sent) == [D(40), D(40)]
    assert [each.figures.sent for each in totals(lines)] == [D(40)]
    back = c.ReceiveLine(1, counted=D(40), accepted=D(40))
    assert job.do(other, c.Receive((back,), additional=True)).status == "applied"
    assert job.shown(job.second)["usable"] == D(40)


def test_what_another_supplier_goes_on_with_is_ordered_once(job: Job) -> None:
    job.send(job.first, 100)
    assert job.do(job.first, c.ReportMilestone("REC")).status == "applied"
    job.receive(accepted=20)
    assert job.do(job.second, c.Cancel("One operation will do")).status == "applied"
    assert job.do(job.third, c.Cancel("One operation will do")).status == "applied"
    other = successor(job, job.first)

    def summed() -> tuple[Any, ...]:
        with job.shop.database.read() as session:
            found = family_of(session, CLEARED, "WO", NOW)
        operation, (total,), costs = found["outside"][0], found["family"]["totals"], found["family"]["costs"]
        assert operation["orders"] == sorted([job.first, other])
        return operation["ordered"], total["ordered"], total["sent"], sum(each["ordered"] for each in costs)

    assert summed() == (D(100), D(100), D(100), D("85.00"))
    back = c.ReceiveLine(1, D(80), accepted=D(80))
    assert job.do(other, c.Receive((back,), additional=True)).status == "applied"
    assert summed() == (D(100), D(100), D(100), D("85.00"))


def test_pieces_another_supplier_goes_on_with_are_taken_once(job: Job) -> None:
    job.send(job.first, 100)
    job.receive(accepted=100)
    job.send(job.second, 60)
    other = successor(job, job.second)
    shown = job.shown(other)
    assert (shown["taken"], shown["usable"]) == (D(60), D(40))
    assert job.send(other, 40).status == "applied"
    assert said(job, job.third, 1)["code"] == "send.not_accepted"


def test_two_orders_never_use_the_same_accepted_pieces(job: Job) -> None:
    """The second waits in the database until the first has decided."""
    job.send(job.first, 100)
    job.receive(accepted=50)
    # Not from a lot, whose row would keep them apart by itself.
    sends = [
        job.shop.save(c.Send((c.SendLine(1, D(50)),)), order=number) for number in (job.second, job.third)
    ]
    found: list[str] = []

    def other() -> None:
        found.append(job.shop.apply(sends[1]).status)

    waiting = threading.Thread(target=other)
    with job.shop.database.write() as session:
        assert apply(session, job.shop.settings, sends[0], NOW).status == "applied"
        waiting.start()
        waiting.join(0.5)
        assert waiting.is_alive()
    waiting.join(20)
    assert found == ["refused"]
    assert job.shown(job.second)["usable"] == D(0)


def test_what_nobody_ordered_before_it_holds_nothing_up(database: Database, settings: Settings) -> None:
    shop = Shop(database, settings)
    with database.write() as session:
        session.add(Operation(work_order="WO", sequence=20, kind="outside", process="PLATE", spec="B633"))
    for command in (c.Issue(), c.Acknowledge("accept"), c.Send((c.SendLine(1, D(100), "L1"),))):
        assert shop.do(command).status == "applied"


def test_an_order_only_cleared_people_know_of_is_not_named_to_others(job: Job) -> None:
    with job.shop.database.write() as session:
        session.execute(
            update(table(OrderRow))
            .where(table(OrderRow).c.number == job.first)
            .values(export_controlled=True)
        )
    with job.shop.database.read() as session:
        reader = Reader((), cleared=False)
        waits = queries.view(session, job.second, reader, NOW)["lines"][0]["waits_for"]
    assert (waits["operation"], waits["orders"]) == (30, [])
