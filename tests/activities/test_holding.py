"""Holds of lots on both databases: what they cover, whom they tell, and that they are lifted one by one."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlmodel import Session

from activities import holding
from models.codec import load_order
from models.db import Database
from models.domain.authority import Actor, Role
from models.domain.errors import Refusal
from models.domain.lot_holds import OpenHold
from models.domain.order import Order
from models.queries import lot_holds
from models.tables.lots import Lot
from models.tables.orders import CommandRow, EdgeRow, OrderRow
from models.tables.types import table
from tests.activities.test_apply import Shop, c

NOW = datetime(2026, 3, 17, 8, tzinfo=UTC)
HIM = Actor("u_2", "user", frozenset({Role.DESIGN_AUTHORITY}))
SIGNED = c.Signature("Dana Sousa")


@pytest.fixture
def shop(database: Database, settings: object) -> Shop:
    """An order of which fifty pieces of L1 are at the supplier."""
    shop = Shop(database, settings)  # type: ignore[arg-type]
    for command in (
        c.Issue(),
        c.Acknowledge("accept"),
        c.Send((c.SendLine(1, Decimal(50), "L1"),)),
        c.ReportMilestone("REC"),
    ):
        assert shop.do(command).status == "applied"
    with database.write() as session:
        for name in ("L2", "L3"):
            session.add(
                Lot(
                    number=name,
                    part="FLANGE",
                    quantity=Decimal(9),
                    uom="C62",
                    on_hand=Decimal(9),
                    created_at=NOW,
                )
            )
        session.flush()
        _edge(session, shop.number, "lot:L2", "work_order:WO")
        _edge(session, shop.number, "work_order:WO", "lot:L1")
    return shop


def _edge(session: Session, order: str, source: str, target: str) -> None:
    session.add(
        EdgeRow(
            from_node=source,
            to_node=target,
            quantity=Decimal(5),
            unit="C62",
            how="consume",
            order_number=order,
            event=1,
        )
    )


def place(shop: Shop, lot: str, by: str = "u_1") -> list[str]:
    with shop.database.write() as session:
        return holding.place(session, lot, OpenHold(f"{lot}-{by}", by, f"{lot} is suspect"), "Suspect", NOW)


def told(shop: Shop) -> list[tuple[str, object]]:
    commands = table(CommandRow)
    with shop.database.read() as session:
        rows = session.execute(
            select(commands.c.name, commands.c.payload)
            .where(commands.c.name.like("report-lot-%"))
            .order_by(commands.c.sequence)
        )
        return [(row.name, row.payload.get("lots")) for row in rows]


def test_a_hold_tells_the_orders_downstream_and_covers_their_lots(shop: Shop) -> None:
    assert place(shop, "L3") == []
    assert place(shop, "L2") == [shop.number]
    assert told(shop) == [("report-lot-hold", ["L1"])]
    with shop.database.read() as session:
        covered = lot_holds.covering(session, ["L1", "L2", "L3"], cleared=True)
        assert {name: item.lot for name, item in covered.items()} == {"L1": "L2"}
    refused = shop.do(c.Send((c.SendLine(1, Decimal(1), "L1"),)))
    assert refused.status == "refused"


def test_a_released_lot_goes_on_and_is_told_to_those_who_were_stopped(shop: Shop) -> None:
    place(shop, "L2")
    with shop.database.write() as session:
        assert holding.release_by(session, "L2", HIM, "Fine", SIGNED, NOW) == [shop.number]
    assert [name for name, _ in told(shop)] == ["report-lot-hold", "report-lot-release"]
    assert shop.do(c.Send((c.SendLine(1, Decimal(1), "L1"),))).status == "applied"


@pytest.mark.parametrize("times", [1, 2])
def test_who_goes_on_with_a_split_order_is_told_of_the_release(shop: Shop, times: int) -> None:
    place(shop, "L2")
    for name in _waiting(shop, shop.number):
        assert shop.apply(name).status == "applied"
    for time in range(times):
        ordered = (90, 10) if not time else (80, 10)
        shares = tuple(c.SplitChild((c.LineQuantity(1, Decimal(some)),)) for some in ordered)
        assert shop.do(c.Split(shares)).status == "applied"
        shop.number, second = _order(shop, shop.number).kin.superseded_by
        for name in _waiting(shop, shop.number):
            assert shop.apply(name).status == "applied"
        assert list(_order(shop, shop.number).open_lot_holds)
        assert not _order(shop, second).lot_holds
    with shop.database.write() as session:
        assert shop.number in holding.release_by(session, "L2", HIM, "Fine", SIGNED, NOW)
    for name in _waiting(shop, shop.number):
        assert shop.apply(name).status == "applied"
    after = _order(shop, shop.number)
    assert not list(after.open_lot_holds)
    assert not [alert for alert in after.open_alerts if alert.rule == "lot_hold"]


def _order(shop: Shop, number: str) -> Order:
    orders = table(OrderRow)
    with shop.database.read() as session:
        return load_order(session.scalars(select(orders.c.snapshot).where(orders.c.number == number)).one())


def _waiting(shop: Shop, number: str) -> list[str]:
    commands = table(CommandRow)
    mine = (commands.c.order_number == number, commands.c.status == "received")
    with shop.database.read() as session:
        return list(session.scalars(select(commands.c.id).where(*mine).order_by(commands.c.sequence)))


def test_of_two_holds_the_lot_stays_held_by_the_other(shop: Shop) -> None:
    place(shop, "L2", "document:SO-9-D1")
    place(shop, "L2")
    with pytest.raises(Refusal, match="on hold already"):
        place(shop, "L2", "u_3")
    with shop.database.write() as session:
        holding.release_by(session, "L2", HIM, "Fine", SIGNED, NOW)
    with shop.database.read() as session:
        lot = session.get(Lot, "L2")
        assert lot is not None
        assert (lot.held, lot.held_by) == (True, "document:SO-9-D1")
