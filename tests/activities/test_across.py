"""What one command does to several orders is one transaction, on both databases."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from activities.doctor import records
from models import drafts
from models.codec import load_order
from models.db import Database
from models.domain import commands as c
from models.domain.facts import Draft, DraftLine
from models.domain.order import Order
from models.domain.scanned import read
from models.queries import scanning
from models.queries.booked_boxes import Came, booked
from models.queries.orders import Reader
from models.settings import Settings
from models.tables.lots import Lot
from models.tables.orders import CommandRow, KeptFileRow, NonconformanceRow, OrderRow
from models.tables.outbox import Outbox
from models.tables.payables import PayableRow
from models.tables.suppliers import Supplier, SupplierApproval, SupplierTerms
from models.tables.types import table
from tests.activities.test_apply import NOW, Shop, failing

ORDERS, COMMANDS, OUTBOX = table(OrderRow), table(CommandRow), table(Outbox)
PAYABLES = table(PayableRow)


class Shops(Shop):
    """A shop with several orders of the same lot."""

    def another(self, quantity: int = 40, operation: int = 30) -> str:
        """Another draft's number."""
        line = DraftLine(
            1, "WO", operation, Decimal(quantity), Decimal("0.85"), "USD", (("L1", Decimal(quantity)),)
        )
        draft = Draft("", "MAIN", "u_1", "ACME", "PLATE", "", "", date(2026, 4, 10), lines=(line,))
        with self.database.write() as session:
            return drafts.create(session, draft, NOW).number

    def issued(self, quantity: int = 40, operation: int = 30) -> str:
        number = self.another(quantity, operation)
        assert self.do_on(number, c.Issue()).status == "applied"
        return number

    def do_on(self, number: str, command: c.Command) -> Any:
        return self.apply(self.save(command, order=number))

    def order(self, number: str) -> Order:
        with self.database.read() as session:
            return load_order(
                session.scalars(select(ORDERS.c.snapshot).where(ORDERS.c.number == number)).one()
            )

    def waiting(self, number: str) -> list[Any]:
        with self.database.read() as session:
            rows = select(COMMANDS).where(COMMANDS.c.order_number == number, COMMANDS.c.status == "received")
            return list(session.execute(rows))

    def examined(self) -> list[str]:
        """What the doctor says of it all, but for the stock of a lot that nobody registered."""
        found = records(self.database, self.settings.files_dir, NOW)
        return [finding.what for finding in found if finding.code != "lot.on_hand"]


@pytest.fixture
def shop(database: Database, settings: Settings) -> Shops:
    shop = Shops(database, settings)
    assert shop.do(c.Issue()).status == "applied"
    return shop


def test_a_merge_ends_the_others_in_the_same_moment_and_wakes_their_workflows(shop: Shops) -> None:
    other = shop.issued()
    asked = shop.save(c.Merge((other,)))
    applied = shop.apply(asked)
    assert (applied.status, applied.stage) == ("applied", "issued")
    merged, source = shop.order(shop.number), shop.order(other)
    assert [line.ordered for line in merged.lines] == [100, 40]
    assert (source.end, source.kin.merged_into) == ("cancelled", shop.number)
    assert shop.examined() == []
    (woken,) = shop.waiting(other)
    assert (woken.name, woken.actor_kind, woken.actor_id) == ("pass-deadlines", "system", "system")
    version = source.version
    told = shop.apply(woken.id)
    assert (told.status, told.stage, told.version, told.due) == ("applied", "cancelled", version, "")
    assert shop.waiting(shop.number) == []


def test_it_is_one_mail_and_applied_again_writes_nothing(shop: Shops) -> None:
    asked = shop.save(c.Merge((shop.issued(), shop.issued(10))))
    first = shop.apply(asked)
    before = shop.dump()
    assert shop.apply(asked).outbox == first.outbox
    assert shop.dump() == before
    with shop.database.read() as session:
        mails = session.execute(select(OUTBOX).where(OUTBOX.c.id.in_(first.outbox))).all()
    assert [(mail.template, mail.order_number) for mail in mails] == [("orders_merged", shop.number)]


@pytest.mark.parametrize("target", ["event", "outbox"])
def test_what_cannot_be_written_whole_ends_no_order(shop: Shops, target: str) -> None:
    other = shop.issued()
    asked = shop.save(c.Merge((other,)))
    before = shop.dump()
    with failing(shop.database, target), pytest.raises(DBAPIError):
        shop.apply(asked)
    assert shop.dump() == before
    assert shop.apply(asked).status == "applied"
    assert shop.examined() == []


def test_a_refused_merge_changes_nobody(shop: Shops) -> None:
    other = shop.issued()
    assert shop.do_on(other, c.Hold("drawing")).status == "applied"
    before = shop.order(other)
    assert shop.do(c.Merge((other,))).status == "refused"
    assert shop.do(c.Merge(("SO-2026-99999",))).status == "refused"
    assert shop.do(c.Merge((shop.another(),))).status == "refused"
    assert shop.order(other) == before
    assert shop.waiting(other) == []


def test_two_orders_that_merge_each_other_at_once_are_one_afterwards(shop: Shops) -> None:
    for _ in range(5):
        other = shop.issued()
        # Each names the other, so that locks taken one by one would wait crosswise.
        asked = [shop.save(c.Merge((other,))), shop.save(c.Merge((shop.number,)), order=other)]
        barrier = threading.Barrier(2)

        def go(command: str) -> str:
            barrier.wait()  # noqa: B023
            return str(shop.apply(command).status)

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(go, asked)) == ["applied", "refused"]
        if shop.order(shop.number).end is not None:
            shop.number = other
    assert sum(line.ordered for line in shop.order(shop.number).lines) == 100 + 5 * 40
    assert shop.examined() == []


def halves(first: int, second: int) -> c.Split:
    return c.Split(tuple(c.SplitChild((c.LineQuantity(1, Decimal(some)),)) for some in (first, second)))


def test_payables_of_a_split_order_have_its_minimum_once(shop: Shops) -> None:
    none = dict.fromkeys(
        ["price", "lot_charge", "expedite_fee", "late_per_day", "reject_charge", "early_reward"], 0
    )
    agreed = SupplierTerms(
        id="st_1",
        supplier="ACME",
        basis="piece",
        minimum=Decimal(100),
        currency="USD",
        valid_from=NOW.date(),
        created_at=NOW,
        **none,
    )
    with shop.database.write() as session:
        session.add(agreed)
    number = shop.issued(40)
    assert shop.do_on(number, c.Acknowledge("accept")).status == "applied"
    assert shop.do_on(number, halves(30, 10)).status == "applied"
    first, second = shop.order(number).kin.superseded_by
    for each in (first, second):
        (woken,) = shop.waiting(each)
        shop.apply(woken.id)
        for step in (
            c.Send((c.SendLine(1, shop.order(each).lines[0].ordered, "L1"),)),
            c.ReportMilestone("REC"),
        ):
            assert shop.do_on(each, step).status == "applied"
        some = shop.order(each).lines[0].ordered
        assert shop.do_on(each, c.Receive((c.ReceiveLine(1, some, some),), "", "LS-1")).status == "applied"
        assert shop.do_on(each, c.Close()).stage == "closed"
    with shop.database.read() as session:
        before = session.scalars(select(PAYABLES.c.amount)).all()
    assert sum(before) == Decimal("34.00")
    (told,) = [row for row in shop.waiting(first) if row.name == "report-part-work"]
    assert [shop.apply(told.id).status for _ in range(2)] == ["applied", "applied"]
    with shop.database.read() as session:
        paid = session.execute(select(PAYABLES.c.kind, PAYABLES.c.amount)).all()
    assert sum(row.amount for row in paid) == Decimal("100.00")
    assert [row.amount for row in paid if row.kind == "minimum"] == [Decimal("66.00")]
    assert shop.examined() == []


def test_a_split_brings_new_orders_into_the_world_with_all_that_was_sent(shop: Shops) -> None:
    steps: tuple[c.Command, ...] = (
        c.Acknowledge("accept"),
        c.Send((c.SendLine(1, Decimal(60), "L1"),)),
        c.ReportMilestone("REC"),
        c.Ship((c.ShipLine(1, Decimal(30)),)),
        c.Receive(
            (c.ReceiveLine(1, Decimal(20), Decimal(18), Decimal(2), output_lot="L1-P"),), f"{shop.number}-P1"
        ),
    )
    for step in steps:
        assert shop.do(step).status == "applied"
    before, shelf = shop.order(shop.number), lots(shop)
    applied = shop.do(halves(70, 30))
    assert (applied.status, applied.stage, applied.due) == ("applied", "cancelled", "")
    first, second = shop.order(shop.number).kin.superseded_by
    assert shop.examined() == []
    assert lots(shop) == shelf
    assert {at: held for at, held in shop.order(first).stock.items() if held} == before.stock
    for number in (first, second):
        (woken,) = shop.waiting(number)
        told = shop.apply(woken.id)
        assert told.status == "applied"
        assert told.due
    assert shop.order(second).stock == {}
    with shop.database.read() as session:
        mails = session.execute(select(OUTBOX).where(OUTBOX.c.id.in_(applied.outbox))).all()
        nonconformances = session.execute(select(table(NonconformanceRow))).all()
    assert sorted((mail.template, mail.order_number) for mail in mails) == [
        ("order_split", first),
        ("order_split", second),
    ]
    assert [row.order_number for row in nonconformances] == [first]


def test_a_box_is_with_the_order_that_went_on_and_says_who_booked_it_in_before_the_split(shop: Shops) -> None:
    box = f"{shop.number}-P1"
    everything = (c.ReceiveLine(1, Decimal(30), Decimal(20), unprocessed=Decimal(10), output_lot="L1-P"),)
    steps: tuple[c.Command, ...] = (
        c.Acknowledge("accept"),
        c.Send((c.SendLine(1, Decimal(60), "L1"),)),
        c.ReportMilestone("REC"),
        c.Ship((c.ShipLine(1, Decimal(30)),)),
        c.Ship((c.ShipLine(1, Decimal(10)),)),
        c.Receive(everything, box),
        halves(70, 30),
    )
    for step in steps:
        assert shop.do(step).status == "applied"
    first = shop.order(shop.number).kin.superseded_by[0]
    with shop.database.read() as session:
        for name in (box, box.lower()):
            (match,) = scanning.found(session, read(name), Reader((), cleared=False))
            assert (match.what, match.value, match.number) == ("parcel", box, first)
        told, parent = booked(session, first, box), booked(session, shop.number, box)
        assert booked(session, first, f"{shop.number}-P2") is None
    assert told is not None
    assert parent is not None
    assert told.lots == (
        Came("L1", Decimal(10), "C62", unprocessed=True),
        Came("L1-P", Decimal(20), "C62", unprocessed=False),
    )
    assert (told.by, told.at, told.receipt) == (parent.by, parent.at, f"{shop.number}-R1")
    assert told.by


def lots(shop: Shops) -> dict[str, tuple[Decimal, Decimal]]:
    with shop.database.read() as session:
        return {lot.number: (lot.quantity, lot.on_hand) for lot in session.execute(select(table(Lot)))}


def test_numbers_are_given_once_and_none_for_a_split_that_is_refused(shop: Shops) -> None:
    assert shop.do(halves(70, 31)).status == "refused"
    following = shop.issued()
    assert int(following[-5:]) == int(shop.number[-5:]) + 1
    assert shop.do(halves(70, 30)).status == "applied"
    children = shop.order(shop.number).kin.superseded_by
    assert [int(number[-5:]) for number in children] == [int(following[-5:]) + 1, int(following[-5:]) + 2]
    assert int(shop.issued()[-5:]) == int(following[-5:]) + 3


@pytest.mark.parametrize("target", ["orders", "event", "outbox", "command"])
def test_a_split_that_cannot_be_written_whole_is_not_written_at_all(shop: Shops, target: str) -> None:
    asked = shop.save(halves(70, 30))
    before = shop.dump()
    with failing(shop.database, target), pytest.raises(DBAPIError):
        shop.apply(asked)
    assert shop.dump() == before
    assert shop.apply(asked).status == "applied"
    assert shop.examined() == []


def test_a_reassignment_writes_a_draft_with_the_next_number_in_the_same_moment(shop: Shops) -> None:
    with shop.database.write() as session:
        at = {"email": "orders@beta.example", "locale": "en", "timezone": "Europe/Berlin", "country": "DE"}
        session.add(Supplier(code="BETA", name="Beta", created_at=NOW, **at))
    assert shop.do(c.Acknowledge("decline", reason="Bath down")).status == "applied"
    # Nobody has approved them for it: a draft that cannot be issued is not made.
    assert shop.do(c.Reassign("BETA", "return", "Bath down")).status == "refused"
    with shop.database.write() as session:
        approved = {"process": "PLATE", "valid_from": date(2020, 1, 1), "created_at": NOW}
        session.add(SupplierApproval(id="b", supplier="BETA", **approved))
    (line,) = shop.order(shop.number).lines
    priced = c.ReassignLine(line.line, line.ordered, Decimal("0.9"))
    asked = shop.save(c.Reassign("BETA", "return", "Bath down", (priced,)))
    before = shop.dump()
    with failing(shop.database, "orders"), pytest.raises(DBAPIError):
        shop.apply(asked)
    assert shop.dump() == before
    applied = shop.apply(asked)
    assert (applied.status, applied.stage) == ("applied", "cancelled")
    to = shop.order(shop.number).kin.reassigned_to
    assert int(to[-5:]) == int(shop.number[-5:]) + 1
    assert shop.waiting(to) == []
    assert shop.do_on(to, c.Issue()).status == "applied"
    assert shop.order(to).kin.reassigned_from == shop.number
    assert shop.examined() == []


def test_a_file_nobody_described_is_asked_for_where_the_order_goes_on(shop: Shops) -> None:
    kept = table(KeptFileRow)
    with shop.database.write() as session:
        file = {
            "type": "coc",
            "sha256": "ab" * 32,
            "size": 10,
            "media_type": "application/pdf",
            "filename": "c.pdf",
        }
        session.add(KeptFileRow(id="k1", order_number=shop.number, contact="c", arrived_at=NOW, **file))
    assert shop.do(halves(70, 30)).status == "applied"
    with shop.database.read() as session:
        at = session.scalars(select(kept.c.order_number)).one()
    assert at == shop.order(shop.number).kin.superseded_by[0]
