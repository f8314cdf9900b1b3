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

from activities.doctor_streams import check, streams
from models import drafts
from models.codec import load_order
from models.db import Database
from models.domain import commands as c
from models.domain.facts import Draft, DraftLine
from models.domain.order import Order
from models.settings import Settings
from models.tables.orders import CommandRow, OrderRow
from models.tables.outbox import Outbox
from models.tables.types import table
from tests.activities.test_apply import NOW, Shop, failing

ORDERS, COMMANDS, OUTBOX = table(OrderRow), table(CommandRow), table(Outbox)


class Shops(Shop):
    """A shop with several orders of the same lot."""

    def another(self, quantity: int = 40) -> str:
        """Another draft's number."""
        line = DraftLine(1, "WO", 30, Decimal(quantity), Decimal("0.85"), "USD", (("L1", Decimal(quantity)),))
        draft = Draft("", "MAIN", "u_1", "ACME", "PLATE", "", "", date(2026, 4, 10), lines=(line,))
        with self.database.write() as session:
            return drafts.create(session, draft, NOW).number

    def issued(self, quantity: int = 40) -> str:
        number = self.another(quantity)
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
        """What the doctor says of all streams."""
        with self.database.read() as session:
            return [finding.what for stream in streams(session, None) for finding in check(stream)[0]]


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
