"""`apply`: one transaction, once in effect, on both databases."""

from __future__ import annotations

import random
import string
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col

from activities.apply import UnknownCommand, apply, next_sequence, pass_deadlines
from activities.settling import settled
from models import drafts
from models.codec import event_hash, load_event, load_order, plain
from models.db import Database
from models.domain import commands as c
from models.domain import texts
from models.domain.evolve import fold
from models.domain.facts import Draft, DraftLine
from models.settings import Settings
from models.tables.lots import Lot
from models.tables.orders import AlertRow, CommandRow, EdgeRow, EventRow, OrderRow, PiecesRow
from models.tables.outbox import Outbox
from models.tables.parts import Part
from models.tables.people import User
from models.tables.plants import Calendar, Plant
from models.tables.processes import Process
from models.tables.projection import TABLES, project
from models.tables.suppliers import Supplier, SupplierApproval
from models.tables.types import table
from models.tables.work_orders import Operation, WorkOrder

NOW = datetime(2026, 3, 16, 9, 30, tzinfo=UTC)
EVENTS, COMMANDS, ORDERS = table(EventRow), table(CommandRow), table(OrderRow)


class Shop:
    """A database with a draft in it, and commands saved by hand."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.database = database
        self.settings = settings
        with database.write() as session:
            self.number = _draft(session)

    def save(self, command: c.Command, *, order: str | None = None) -> str:
        """A saved command's id."""
        name = str(uuid.uuid4())
        number = order or self.number
        with self.database.write() as session:
            session.execute(
                table(CommandRow)
                .insert()
                .values(
                    id=name,
                    order_number=number,
                    sequence=next_sequence(session, number),
                    name=command.name,
                    payload=plain(command),
                    actor_id="u_1",
                    actor_kind="user",
                    actor_roles=["admin"],
                    cleared=True,
                    on_behalf_of={"contact": "Ana", "basis": "phone"},
                    request_hash="",
                    received_at=NOW,
                    status="received",
                    answered_early=False,
                )
            )
        return name

    def apply(self, command: str, now: datetime = NOW) -> Any:
        with self.database.write() as session:
            return apply(session, self.settings, command, now)

    def settle(self, command: str) -> Any:
        """As the workflow's activity and the dispatcher do."""
        return settled(
            self.database,
            lambda session, impossible: apply(session, self.settings, command, NOW, impossible=impossible),
        )

    def do(self, command: c.Command, now: datetime = NOW) -> Any:
        return self.apply(self.save(command), now)

    def dump(self) -> dict[str, list[Any]]:
        """Every row of every table that an order writes."""
        with self.database.read() as session:
            return {
                name: sorted(map(repr, session.execute(select(table(model))).all()))
                for name, model in {
                    "orders": OrderRow,
                    "commands": CommandRow,
                    "events": EventRow,
                    "pieces": PiecesRow,
                    "edges": EdgeRow,
                    "outbox": Outbox,
                    "lots": Lot,
                }.items()
            }


def _draft(session: Session) -> str:
    at = {"created_at": NOW}
    session.add(Calendar(code="DE", country="DE", workdays=[1, 2, 3, 4, 5], exceptions=[], **at))
    session.flush()
    session.add(Plant(code="MAIN", name="Main", timezone="Europe/Berlin", calendar="DE", **at))
    supplier = {"code": "ACME", "name": "Acme", "email": "orders@acme.example", "locale": "en"}
    session.add(Supplier(**supplier, timezone="Europe/Berlin", country="DE", **at))
    milestones = [{"code": "REC", "kind": "received", "name": "Received", "day": 2}]
    session.add(Process(code="PLATE", name="Plating", milestones=milestones, required_documents=[], **at))
    session.add(Part(number="FLANGE", revision="B", uom="C62", **at))
    session.add(User(id="u_1", email="buyer@example.com", roles=["admin", "buyer"], cleared=True, **at))
    session.flush()
    session.add(SupplierApproval(id="a", supplier="ACME", process="PLATE", valid_from=date(2020, 1, 1), **at))
    session.add(WorkOrder(number="WO", type="MTO", part="FLANGE", revision="B", quantity=Decimal(100), **at))
    session.add(Lot(number="L1", part="FLANGE", quantity=Decimal(100), uom="C62", on_hand=Decimal(100), **at))
    session.flush()
    session.add(Operation(work_order="WO", sequence=30, kind="outside", process="PLATE", spec="B633"))
    session.flush()
    line = DraftLine(1, "WO", 30, Decimal(100), Decimal("0.85"), "USD", (("L1", Decimal(100)),))
    draft = Draft("", "MAIN", "u_1", "ACME", "PLATE", "", "", date(2026, 4, 16), lines=(line,))
    return drafts.create(session, draft, NOW).number


@pytest.fixture
def shop(database: Database, settings: Settings) -> Shop:
    return Shop(database, settings)


def run(shop: Shop) -> None:
    """From issue to receipt with a rejected piece."""
    for command in (
        c.Issue(),
        c.Acknowledge("accept"),
        c.Send((c.SendLine(1, Decimal(100), "L1"),), carrier="UPS"),
        c.ReportMilestone("REC"),
        c.Ship((c.ShipLine(1, Decimal(60)),)),
        c.Receive(
            (c.ReceiveLine(1, Decimal(60), Decimal(58), Decimal(2), output_lot="L1-P"),), f"{shop.number}-P1"
        ),
        c.Disposition(f"{shop.number}-N1", (c.DispositionLine(Decimal(2), "rework"),)),
    ):
        assert shop.do(command).status == "applied"


def test_applying_a_command_again_returns_the_same_and_writes_nothing(shop: Shop) -> None:
    first = shop.save(c.Issue())
    applied = shop.apply(first)
    before = shop.dump()
    again = shop.apply(first, NOW + timedelta(days=400))
    assert (again.status, again.stage, again.version, again.outbox) == (
        applied.status,
        applied.stage,
        applied.version,
        applied.outbox,
    )
    assert shop.dump() == before


def test_a_refusal_is_final_and_changes_no_order(shop: Shop) -> None:
    shop.do(c.Issue())
    before = shop.dump()
    command = shop.save(c.Resume())
    assert shop.apply(command).status == "refused"
    shop.do(c.Hold("drawing"))
    assert shop.apply(command).status == "refused"
    after = shop.dump()
    assert after["edges"] == before["edges"]
    assert len(after["events"]) == len(before["events"]) + 1


def test_an_unsaved_command_is_never_applied(shop: Shop) -> None:
    before = shop.dump()
    with pytest.raises(UnknownCommand):
        shop.apply(str(uuid.uuid4()))
    assert shop.dump() == before


def test_tables_are_the_folded_stream_and_the_chain_holds(shop: Shop) -> None:
    run(shop)
    with shop.database.read() as session:
        row = session.execute(select(ORDERS).where(ORDERS.c.number == shop.number)).one()
        rows = session.execute(
            select(EVENTS).where(EVENTS.c.order_number == shop.number).order_by(EVENTS.c.sequence)
        ).all()
        state = fold((event.sequence, event.at, load_event(event.type, event.payload)) for event in rows)
        assert load_order(row.snapshot) == state
        for name, expected in project(state).items():
            target, key = TABLES[name]
            found = [dict(found._mapping) for found in session.execute(select(target))]
            assert sorted(found, key=lambda each: [each[k] for k in key]) == sorted(
                expected, key=lambda each: [each[k] for k in key]
            ), name
    chain = ""
    for event in rows:
        envelope = {
            "order": event.order_number,
            "sequence": event.sequence,
            "type": event.type,
            "at": event.at.isoformat(timespec="microseconds"),
            "actor": event.actor,
            "on_behalf_of": event.on_behalf_of,
            "command": event.command,
            "payload": event.payload,
        }
        assert event.prev_hash == chain
        assert event.hash == event_hash(chain, envelope)
        chain = event.hash
    assert row.last_hash == chain


def test_our_stock_follows_the_pieces(shop: Shop) -> None:
    run(shop)
    with shop.database.read() as session:
        lots = {lot.number: lot.on_hand for lot in session.execute(select(table(Lot)))}
        edges = session.execute(select(table(EdgeRow)).order_by(table(EdgeRow).c.id)).all()
    assert lots == {"L1": Decimal(0), "L1-P": Decimal(58)}
    place = f"order:{shop.number}:1:L1"
    assert [(edge.from_node, edge.to_node, edge.quantity, edge.how) for edge in edges] == [
        ("lot:L1", place, Decimal(100), "ship"),
        (place, "lot:L1-P", Decimal(2), "process"),
        (place, "lot:L1-P", Decimal(58), "process"),
        ("lot:L1-P", place, Decimal(2), "rework"),
    ]


def test_a_lot_counts_all_that_was_booked_in_as_it_and_never_more_used_than_that(shop: Shop) -> None:
    run(shop)
    box = f"{shop.number}-P2"
    line = c.ReceiveLine(1, Decimal(30), Decimal(20), unprocessed=Decimal(10), output_lot="L1-P")
    for command in (
        c.Ship((c.ShipLine(1, Decimal(30), unprocessed=Decimal(10)),)),
        c.Receive((line,), box),
        c.ReportNonconformance((c.LineQuantity(1, Decimal(5), "L1-P"),), "Blisters"),
    ):
        assert shop.do(command).status == "applied"
    with shop.database.read() as session:
        lots = {lot.number: (lot.quantity, lot.on_hand) for lot in session.execute(select(table(Lot)))}
    assert lots == {
        "L1": (Decimal(100), Decimal(10)),  # 90 are with the order, 10 came back as they were
        "L1-P": (Decimal(73), Decimal(73)),  # 58 and 20, of which 5 turned out wrong
    }


def test_pieces_that_keep_their_lot_come_back_to_it(shop: Shop) -> None:
    sent = c.Send((c.SendLine(1, Decimal(100), "L1"),), carrier="UPS")
    box = f"{shop.number}-P1"
    receipt = c.Receive((c.ReceiveLine(1, Decimal(60), Decimal(60)),), box)
    for command in (c.Issue(), c.Acknowledge("accept"), sent, c.Ship((c.ShipLine(1, Decimal(60)),)), receipt):
        assert shop.do(command).status == "applied"
    with shop.database.read() as session:
        lot = session.execute(select(table(Lot))).one()
    assert (lot.quantity, lot.on_hand) == (Decimal(100), Decimal(60))


def test_every_mail_about_an_alert_says_what_it_is_about(shop: Shop) -> None:
    """Also those of the escalations, days later."""
    run_until = NOW + timedelta(days=14)
    shop.do(c.Issue())
    shop.do(c.Acknowledge("accept"))
    standing = shop.do(c.Send((c.SendLine(1, Decimal(100), "L1"),)))
    while standing.due and (due := datetime.fromisoformat(standing.due)) < run_until:
        with shop.database.write() as session:
            standing = pass_deadlines(session, shop.settings, shop.number, str(uuid.uuid4()), due)
    with shop.database.read() as session:
        contexts = session.scalars(select(table(Outbox).c.context).where(table(Outbox).c.template == "alert"))
        told = [context["details"] for context in contexts if context["rule"] == "milestone_overdue"]
    assert len(told) == 3, "raised, and escalated twice"
    assert set(told) == {"Received · 2026-03-18"}


def test_the_list_says_the_day_expected_now_of_an_alert_told_once(shop: Shop) -> None:
    for command in (
        c.Issue(),
        c.Acknowledge("accept"),
        c.ReportMilestone("REC", forecast=date(2026, 4, 22)),
        c.ReportMilestone("REC", forecast=date(2026, 4, 20)),
    ):
        assert shop.do(command).status == "applied"
    with shop.database.read() as session:
        (alert,) = session.execute(select(table(AlertRow)).where(table(AlertRow).c.rule == "forecast_late"))
        mails = session.scalars(select(table(Outbox).c.context).where(table(Outbox).c.template == "alert"))
        assert [mail["rule"] for mail in mails].count("forecast_late") == 2, "planner and buyer, once"
    assert (alert.occurrence, alert.details) == ("forecast-2026-04-22", "2026-04-20")


def test_a_cancellation_asks_for_what_is_there_and_expects_what_is_on_its_way_back(shop: Shop) -> None:
    for command in (
        c.Issue(),
        c.Acknowledge("accept"),
        c.Send((c.SendLine(1, Decimal(100), "L1"),)),
        c.ReportMilestone("REC"),
        c.Ship((c.ShipLine(1, Decimal(60)),)),
        c.Cancel("Too late"),
    ):
        assert shop.do(command).status == "applied"
    with shop.database.read() as session:
        mails = select(table(Outbox).c.context).where(table(Outbox).c.template == "order_cancelled")
        context = session.scalars(mails).one()
    quantities = {name: [each["quantity"] for each in context[name]] for name in ("returns", "coming")}
    assert quantities == {"returns": ["40"], "coming": ["60"]}


@contextmanager
def failing(database: Database, target: str) -> Iterator[None]:
    """Makes every insert into a table fail, in the database itself."""
    with database.write() as session:
        if database.is_sqlite:
            session.execute(
                text(
                    f"CREATE TRIGGER broken BEFORE INSERT ON {target} BEGIN SELECT RAISE(ABORT, 'broken'); END"
                )
            )
        else:
            session.execute(
                text(
                    "CREATE FUNCTION broken() RETURNS trigger AS $$ BEGIN RAISE 'broken'; END $$ LANGUAGE plpgsql"
                )
            )
            session.execute(
                text(
                    f"CREATE TRIGGER broken BEFORE INSERT ON {target} FOR EACH ROW EXECUTE FUNCTION broken()"
                )
            )
    yield
    with database.write() as session:
        session.execute(text("DROP TRIGGER broken" + ("" if database.is_sqlite else f" ON {target}")))


@pytest.mark.parametrize("target", ["event", "genealogy", "order_pieces", "lot", "outbox_recipient"])
def test_what_cannot_be_written_whole_is_not_written_at_all(shop: Shop, target: str) -> None:
    shop.do(c.Issue())
    shop.do(c.Acknowledge("accept"))
    if target in ("event", "genealogy", "order_pieces"):
        command = shop.save(c.Send((c.SendLine(1, Decimal(100), "L1"),)))
    elif target == "outbox_recipient":
        command = shop.save(c.Hold("drawing"))
    else:
        shop.do(c.Send((c.SendLine(1, Decimal(100), "L1"),)))
        command = shop.save(
            c.Receive((c.ReceiveLine(1, Decimal(10), Decimal(10), output_lot="NEW"),), packing_slip="1")
        )
    before = shop.dump()
    with failing(shop.database, target), pytest.raises(Exception, match="broken"):
        shop.apply(command)
    assert shop.dump() == before
    assert shop.apply(command).status == "applied"


def outgrown(shop: Shop) -> str:
    """A receipt, saved: its pieces join a lot that holds as many as its column does."""
    line = c.ReceiveLine(1, Decimal(10), Decimal(10), output_lot="BIG")
    came = c.Receive((line,), packing_slip="0")
    for command in (c.Issue(), c.Acknowledge("accept"), c.Send((c.SendLine(1, Decimal(100), "L1"),)), came):
        assert shop.do(command).status == "applied"
    most = Decimal("9223372036854")
    with shop.database.write() as session:
        session.execute(update(Lot).where(col(Lot.number) == "BIG").values(quantity=most, on_hand=most))
    return shop.save(c.Receive((line,), packing_slip="1"))


def refused(shop: Shop, command: str) -> str:
    """The code it was refused with."""
    with shop.database.read() as session:
        row = session.execute(select(COMMANDS).where(COMMANDS.c.id == command)).one()
    assert row.status == "refused"
    code: str = row.result["refusal"]["code"]
    return code


def test_a_command_that_can_never_be_written_is_refused_and_the_next_one_applied(shop: Shop) -> None:
    command = outgrown(shop)
    before = shop.dump()
    assert shop.settle(command).status == "refused"
    assert refused(shop, command) == "command.impossible"
    after = shop.dump()
    assert {name: after[name] for name in before if name != "commands"} == {
        name: before[name] for name in before if name != "commands"
    }
    assert shop.settle(shop.save(c.Hold("drawing"))).status == "applied"


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_a_name_too_long_for_an_index_is_refused_too(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorter ones are all that a command may carry; were there another way in, this is below it."""
    monkeypatch.setattr(texts, "LONGEST_KEY", 10_000)
    for command in (c.Issue(), c.Acknowledge("accept"), c.Send((c.SendLine(1, Decimal(100), "L1"),))):
        assert shop.do(command).status == "applied"
    # What compresses well would fit.
    name = "".join(random.Random(1).choices(string.ascii_letters, k=9_000))
    line = c.ReceiveLine(1, Decimal(10), Decimal(10), output_lot=name)
    command = shop.save(c.Receive((line,), packing_slip="1"))
    assert shop.settle(command).status == "refused"
    assert refused(shop, command) == "command.impossible"
    assert shop.settle(shop.save(c.Hold("drawing"))).status == "applied"


def test_who_was_told_saved_is_told_by_mail_that_it_was_impossible(shop: Shop) -> None:
    command = outgrown(shop)
    with shop.database.write() as session:
        session.execute(update(COMMANDS).where(COMMANDS.c.id == command).values(answered_early=True))
    (mail,) = shop.settle(command).outbox
    with shop.database.read() as session:
        row = session.get(Outbox, mail)
    assert row is not None
    assert (row.template, row.context["command"]) == ("command_refused", "receive")
    assert row.context["why"]["text"].startswith("The database cannot keep this")


def test_a_command_that_fails_for_another_reason_waits_for_better_times(shop: Shop) -> None:
    shop.do(c.Issue())
    command = shop.save(c.Hold("drawing"))
    before = shop.dump()
    with failing(shop.database, "event"), pytest.raises(DBAPIError, match="broken"):
        shop.settle(command)
    assert shop.dump() == before
    assert shop.settle(command).status == "applied"


def test_two_deliveries_of_one_command_at_once_apply_it_once(shop: Shop) -> None:
    shop.do(c.Issue())
    command = shop.save(c.Hold("drawing"))
    start = threading.Barrier(6)

    def deliver(_: int) -> str:
        start.wait()
        status: str = shop.apply(command).status
        return status

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(deliver, range(6))) == {"applied"}
    with shop.database.read() as session:
        assert (
            session.scalar(select(func.count()).select_from(EVENTS).where(EVENTS.c.command == command)) == 1
        )


def test_two_orders_cannot_send_the_same_pieces_of_a_lot(shop: Shop) -> None:
    shop.do(c.Issue())
    with shop.database.write() as session:
        draft = drafts.load(session, shop.number)
        assert draft is None
        line = DraftLine(1, "WO", 30, Decimal(100), Decimal(1), "USD", (("L1", Decimal(100)),))
        other = drafts.create(
            session, Draft("", "MAIN", "u_1", "ACME", "PLATE", "", "", date(2026, 4, 16), lines=(line,)), NOW
        ).number
    shop.apply(shop.save(c.Issue(), order=other))
    sends = [
        shop.save(c.Send((c.SendLine(1, Decimal(80), "L1"),)), order=each) for each in (shop.number, other)
    ]
    with ThreadPoolExecutor(2) as pool:
        statuses = sorted(applied.status for applied in pool.map(shop.apply, sends))
    assert statuses == ["applied", "refused"]
    with shop.database.read() as session:
        lot = session.get(Lot, "L1")
        assert lot is not None
        assert lot.on_hand == Decimal(20)


def test_a_deadline_is_passed_once_however_often_its_timer_fires(shop: Shop) -> None:
    issued = shop.do(c.Issue())
    due = datetime.fromisoformat(issued.due)
    command = str(uuid.uuid4())
    for _ in range(3):
        with shop.database.write() as session:
            passed = pass_deadlines(session, shop.settings, shop.number, command, due)
    with shop.database.read() as session:
        reminders = session.scalar(
            select(func.count()).select_from(EVENTS).where(EVENTS.c.type == "reminder_sent")
        )
        mails = session.scalars(select(table(Outbox).c.template).order_by(table(Outbox).c.created_at)).all()
    assert reminders == 1
    assert mails == ["order_issued", "acknowledgment_reminder"]
    assert datetime.fromisoformat(passed.due) > due


def test_the_clock_of_a_stream_never_runs_backwards(shop: Shop) -> None:
    shop.do(c.Issue())
    shop.do(c.Acknowledge("accept"), NOW + timedelta(hours=2))
    shop.do(c.Hold("drawing"), NOW + timedelta(hours=1))
    with shop.database.read() as session:
        times = session.scalars(select(EVENTS.c.at).order_by(EVENTS.c.sequence)).all()
    assert list(times) == sorted(times)
