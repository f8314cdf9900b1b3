"""Parts going straight from one order to the next are with one of the two at every moment, on both databases."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from models.db import Database
from models.domain import commands as c
from models.domain.pieces import SENT, Bucket, total
from models.queries.transfers import following
from models.settings import Settings
from models.tables.orders import EdgeRow, TransferRow
from models.tables.outbox import Outbox
from models.tables.types import table
from tests.activities.test_across import Shops
from tests.activities.test_apply import failing

TRANSFERS, EDGES, OUTBOX = table(TransferRow), table(EdgeRow), table(Outbox)


@pytest.fixture
def shop(database: Database, settings: Settings) -> Shops:
    """One order with 60 pieces at the supplier."""
    shop = Shops(database, settings)
    for command in (
        c.Issue(),
        c.Acknowledge("accept"),
        c.Send((c.SendLine(1, Decimal(60), "L1"),)),
        c.ReportMilestone("REC"),
    ):
        assert shop.do(command).status == "applied"
    return shop


def onward(order: str, quantity: int = 40) -> c.Ship:
    return c.Ship((c.ShipLine(1, Decimal(quantity)),), "DHL", "T-77", to_order=order)


def offered(shop: Shops, quantity: int = 40) -> tuple[str, str]:
    """The order they were offered to, and the transfer."""
    other = shop.issued()
    assert shop.do(onward(other, quantity)).status == "applied"
    return other, f"{shop.number}-T1"


def where(shop: Shops, *orders: str) -> list[dict[str, int]]:
    return [
        {bucket.value: int(some) for bucket in Bucket if (some := total(shop.order(each).stock, bucket))}
        for each in orders
    ]


def rows(shop: Shops) -> list[tuple[str, str]]:
    with shop.database.read() as session:
        found = select(TRANSFERS.c.order_number, TRANSFERS.c.state).order_by(TRANSFERS.c.order_number)
        return [tuple(row) for row in session.execute(found)]


def test_an_offer_is_written_with_both_orders_and_told_to_the_next_one(shop: Shops) -> None:
    other = shop.issued()
    applied = shop.do(onward(other))
    assert rows(shop) == [(shop.number, "offered"), (other, "offered")]
    assert where(shop, shop.number, other) == [{"at_supplier": 60}, {}]
    with shop.database.read() as session:
        mails = session.execute(select(OUTBOX).where(OUTBOX.c.id.in_(applied.outbox))).all()
    assert {(mail.template, mail.order_number) for mail in mails} >= {("transfer_announced", other)}
    assert [row.name for row in shop.waiting(other)] == ["pass-deadlines"]
    assert shop.examined() == []


def test_taking_moves_the_pieces_of_both_orders_at_once(shop: Shops) -> None:
    other, transfer = offered(shop)
    taken = shop.save(c.AnswerTransfer(transfer, "take"), order=other)
    assert shop.apply(taken).status == "applied"
    assert where(shop, shop.number, other) == [{"at_supplier": 20, "forwarded": 40}, {"in_transit_out": 40}]
    assert rows(shop) == [(shop.number, "taken"), (other, "taken")]
    before = shop.dump()
    assert shop.apply(taken).status == "applied"
    assert shop.dump() == before
    with shop.database.read() as session:
        (edge,) = session.execute(select(EDGES).where(EDGES.c.parcel == transfer)).all()
    assert (edge.from_node, edge.to_node) == (f"order:{shop.number}:1:L1", f"order:{other}:1:L1")
    assert (edge.quantity, edge.how, edge.order_number) == (Decimal(40), "ship", other)
    assert shop.examined() == []


@pytest.mark.parametrize("target", ["event", "genealogy", "command"])
def test_what_cannot_be_written_whole_moves_nothing(shop: Shops, target: str) -> None:
    other, transfer = offered(shop)
    taken = shop.save(c.AnswerTransfer(transfer, "take"), order=other)
    before = shop.dump()
    with failing(shop.database, target), pytest.raises(DBAPIError):
        shop.apply(taken)
    assert shop.dump() == before
    assert where(shop, shop.number, other) == [{"at_supplier": 60}, {}]
    assert shop.apply(taken).status == "applied"
    assert where(shop, shop.number, other) == [{"at_supplier": 20, "forwarded": 40}, {"in_transit_out": 40}]
    assert shop.examined() == []


def test_the_next_order_that_says_they_are_here_has_taken_them(shop: Shops) -> None:
    other, _ = offered(shop)
    assert shop.do_on(other, c.ReportMilestone("REC")).status == "applied"
    assert where(shop, shop.number, other) == [{"at_supplier": 20, "forwarded": 40}, {"at_supplier": 40}]
    assert shop.examined() == []


def test_an_offer_is_withdrawn_at_both_orders(shop: Shops) -> None:
    other, _ = offered(shop)
    version = shop.order(shop.number).version
    assert shop.do(c.Correct(version, "Wrong truck")).status == "applied"
    assert rows(shop) == [(shop.number, "withdrawn"), (other, "withdrawn")]
    assert shop.do(c.Ship((c.ShipLine(1, Decimal(60)),))).status == "applied"
    assert shop.examined() == []


def test_a_held_lot_stays_where_it_is(shop: Shops) -> None:
    other, transfer = offered(shop)
    with shop.database.write() as session:
        session.execute(text("UPDATE lot SET held = :on WHERE number = 'L1'"), {"on": True})
    refused = shop.do_on(other, c.AnswerTransfer(transfer, "take"))
    assert refused.status == "refused"
    assert shop.do(onward(other, 1)).status == "refused"
    assert where(shop, shop.number, other) == [{"at_supplier": 60}, {}]


def test_orders_that_answer_and_withdraw_at_once_agree_about_it(shop: Shops) -> None:
    others = []
    for place in range(1, 6):
        other = shop.issued(2)
        others.append(other)
        assert shop.do(onward(other, 2)).status == "applied"
        told = shop.order(shop.number).version
        # Each names the other order, so that locks taken one by one would wait crosswise.
        asked = [
            shop.save(c.AnswerTransfer(f"{shop.number}-T{place}", "take"), order=other),
            shop.save(c.Correct(told, "Wrong truck")),
        ]
        barrier = threading.Barrier(2)

        def go(command: str) -> Any:
            barrier.wait()  # noqa: B023
            return shop.apply(command).status

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(go, asked)) == ["applied", "refused"]
        here = shop.order(shop.number)
        went = sum(total(shop.order(each).stock, *SENT) for each in others)
        assert total(here.stock, *SENT) + went - total(here.stock, Bucket.FORWARDED) == 60
    assert shop.examined() == []


@pytest.mark.parametrize("side", ["source", "target"])
def test_the_doctor_finds_a_transfer_the_two_orders_disagree_about(shop: Shops, side: str) -> None:
    other, transfer = offered(shop)
    number = shop.number if side == "source" else other
    mine = (TRANSFERS.c.order_number == number) & (TRANSFERS.c.id == transfer)
    with shop.database.write() as session:
        session.execute(update(TRANSFERS).where(mine).values(state="taken"))
    found = shop.examined()
    assert any("is offered here; " in what and "says taken" in what for what in found), found
    with shop.database.write() as session:
        session.execute(TRANSFERS.delete().where(mine))
    assert any("knows nothing of it" in what for what in shop.examined())


def test_orders_that_take_no_more_are_not_offered_any(shop: Shops) -> None:
    other = shop.issued()

    def possible() -> list[str]:
        with shop.database.read() as session:
            return [each.number for each in following(session, shop.order(shop.number))]

    assert possible() == [other]
    assert shop.do(onward(other)).status == "applied"
    assert possible() == []
