"""What comes back from a supplier is never given the name of something it was made of, on both databases."""

from __future__ import annotations

from decimal import Decimal

import pytest

from models.db import Database
from models.domain import commands as c
from models.settings import Settings
from models.tables.work_orders import Operation
from tests.activities.test_across import Shops
from tests.activities.test_apply import refused


@pytest.fixture
def shop(database: Database, settings: Settings) -> Shops:
    shop = Shops(database, settings)
    with database.write() as session:
        # A lot goes through each operation once.
        for sequence in (40, 50, 60):
            session.add(
                Operation(work_order="WO", sequence=sequence, kind="outside", process="PLATE", spec="B633")
            )
    assert shop.do(c.Issue()).status == "applied"
    return shop


def through(shop: Shops, number: str, lot: str, becomes: str, slip: str = "1") -> str:
    """Ten pieces of a lot go out and come back under another name; what became of the receipt."""
    sent = c.Send((c.SendLine(1, Decimal(10), lot),))
    assert shop.do_on(number, sent).status == "applied"
    line = c.ReceiveLine(1, Decimal(10), Decimal(10), lot=lot, output_lot=becomes)
    command = shop.save(c.Receive((line,), packing_slip=slip), order=number)
    return "applied" if shop.apply(command).status == "applied" else refused(shop, command)


def test_a_lot_does_not_become_what_it_was_made_of(shop: Shops) -> None:
    second, third, fourth = (shop.issued(operation=operation) for operation in (40, 50, 60))
    assert through(shop, shop.number, "L1", "L2") == "applied"
    assert through(shop, second, "L2", "L3") == "applied"
    assert through(shop, third, "L3", "L1") == "receive.own_source"
    line = c.ReceiveLine(1, Decimal(10), Decimal(10), lot="L3", output_lot="L4")
    assert shop.do_on(third, c.Receive((line,), packing_slip="1")).status == "applied"
    # What another lot became already may take in more.
    assert through(shop, fourth, "L1", "L3") == "applied"
    assert through(shop, shop.number, "L1", "L1", "2") == "applied"
