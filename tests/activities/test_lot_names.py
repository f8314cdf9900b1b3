"""A lot's name is one name in any letters, and of two that begin it at once the second finds it; on both databases."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from models.db import Database
from models.domain import commands as c
from models.domain.evidence import DocumentType, Printed
from models.domain.scanned import read
from models.queries import scanning
from models.queries.lot_numbers import next_lot_number
from models.queries.orders import Reader
from models.settings import Settings
from models.tables.lots import Lot
from models.tables.types import table
from tests.activities.test_across import Shops
from tests.activities.test_apply import NOW

LOTS = table(Lot)
ROUNDS = 4


@pytest.fixture
def shop(database: Database, settings: Settings) -> Shops:
    shop = Shops(database, settings)
    assert shop.do(c.Issue()).status == "applied"
    return shop


def at_once(shop: Shops, commands: list[str]) -> list[str]:
    barrier = threading.Barrier(len(commands))

    def go(command: str) -> str:
        barrier.wait()
        return str(shop.apply(command).status)

    with ThreadPoolExecutor(len(commands)) as pool:
        return sorted(pool.map(go, commands))


def on_hand(shop: Shops) -> dict[str, Decimal]:
    with shop.database.read() as session:
        return {row.number: row.on_hand for row in session.execute(select(LOTS))}


def receipt(lot: str, becomes: str, accepted: int = 10) -> c.Receive:
    counted, pending = Decimal(10), Decimal(10 - accepted)
    line = c.ReceiveLine(1, counted, Decimal(accepted), lot=lot, pending=pending, output_lot=becomes)
    return c.Receive((line,), packing_slip=becomes)


def test_a_lot_typed_in_other_letters_is_the_one_there_is(shop: Shops) -> None:
    sent = c.Send((c.SendLine(1, Decimal(20), "l1"),))
    assert shop.do(sent).status == "applied"
    # Its name is new and pending at first, then typed in other letters, then accepted.
    assert shop.do(receipt("l1", "Plated-1", 0)).status == "applied"
    assert shop.do(receipt("L1", "PLATED-1", 10)).status == "applied"
    assert shop.do(c.Judge((c.JudgeLine(1, Decimal(10), lot="l1"),))).status == "applied"
    assert {name: some for name, some in on_hand(shop).items() if name != "L1"} == {"Plated-1": 20}
    assert shop.examined() == []
    with shop.database.read() as session:
        found = scanning.found(session, read("pLATED-1"), Reader((), cleared=True))
    assert (found[0].what, found[0].value) == (scanning.What.LOT, "Plated-1"), found


def test_a_certificate_keeps_the_lot_as_it_is_printed_and_fits_in_any_letters(shop: Shops) -> None:
    assert shop.do(c.Send((c.SendLine(1, Decimal(20), "L1"),))).status == "applied"
    fits, wrong = (
        c.AddDocument(DocumentType.coc, digit * 64, 1, "application/pdf", "c.pdf", printed=Printed(lot=lot))
        for digit, lot in (("0", "l1"), ("1", "L2"))
    )
    for paper in (fits, wrong):
        assert shop.do(paper).status == "applied"
    kept = shop.order(shop.number).documents.values()
    assert [each.printed.lot for each in kept] == ["l1", "L2"]
    contradicted = [[item.field for item in each.mismatches if item.printed] for each in kept]
    assert contradicted == [[], ["lot"]]


def test_the_database_keeps_no_second_lot_of_the_same_letters(shop: Shops) -> None:
    lot = Lot(number="l1", part="FLANGE", quantity=1, on_hand=1, uom="C62", created_at=NOW)
    with shop.database.read() as session:
        session.add(lot)
        with pytest.raises(IntegrityError):
            session.flush()


def test_a_number_typed_in_small_letters_is_passed_over(shop: Shops) -> None:
    with shop.database.write() as session:
        session.add(
            Lot(number="20260316-acme-001", part="FLANGE", quantity=1, on_hand=1, uom="C62", created_at=NOW)
        )
        session.flush()
        assert next_lot_number(session, "ACME", NOW.date()) == "20260316-ACME-002"


def test_two_orders_that_name_the_same_new_lot_at_once_share_it(shop: Shops) -> None:
    for place in range(ROUNDS):
        other = shop.issued(20)
        for number in (shop.number, other):
            assert shop.do_on(number, c.Send((c.SendLine(1, Decimal(10), "L1"),))).status == "applied"
        asked = [
            shop.save(receipt("L1", f"NEW-{place}")),
            shop.save(receipt("L1", f"new-{place}"), order=other),
        ]
        assert at_once(shop, asked) == ["applied", "applied"]
        (made,) = {name for name in on_hand(shop) if name.lower() == f"new-{place}"}
        assert on_hand(shop)[made] == 20
    assert shop.examined() == []
