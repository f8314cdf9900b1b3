"""A lot's pieces go through an operation once, whichever order asks first, on both databases."""

from __future__ import annotations

import threading
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, update

from activities.apply import apply
from activities.doctor_lots import through_twice
from activities.findings import Finding
from models import drafts
from models.db import Database
from models.domain import commands as c
from models.queries.orders import Reader, view
from models.settings import Settings
from models.tables.lots import Lot
from models.tables.orders import CommandRow
from models.tables.types import table
from tests.activities.test_apply import NOW, Shop

D = Decimal
LOTS, COMMANDS = table(Lot), table(CommandRow)


class Twice:
    """Two orders for one operation: of the 60 of L1 that the first sent, 20 came back done."""

    def __init__(self, shop: Shop) -> None:
        self.shop, self.one = shop, shop.number
        with shop.database.write() as session:
            draft = drafts.load(session, shop.number)
            assert draft is not None
            self.other = drafts.create(session, replace(draft, number=""), NOW).number
        for number in (self.one, self.other):
            for command in (c.Issue(), c.Acknowledge("accept")):
                assert self.do(number, command).status == "applied"
        assert self.send(self.one, 60).status == "applied"
        self.receive(20)

    def do(self, number: str, command: c.Command) -> Any:
        return self.shop.apply(self.shop.save(command, order=number))

    def send(self, number: str, quantity: int) -> Any:
        return self.do(number, c.Send((c.SendLine(1, D(quantity), "L1"),)))

    def receive(self, accepted: int, unprocessed: int = 0) -> None:
        line = c.ReceiveLine(1, D(accepted + unprocessed), D(accepted), unprocessed=D(unprocessed))
        assert self.do(self.one, c.Receive((line,), additional=True)).status == "applied"

    def shown(self, number: str) -> Any:
        with self.shop.database.read() as session:
            return view(session, number, Reader((), cleared=True), NOW)["lines"][0]["lots"][0]

    def found(self) -> list[Finding]:
        with self.shop.database.read() as session:
            return list(through_twice(session))


@pytest.fixture
def twice(database: Database, settings: Settings) -> Twice:
    return Twice(Shop(database, settings))


def refused(twice: Twice, number: str, quantity: int) -> dict[str, Any]:
    """What sending so many is refused with."""
    name = twice.shop.save(c.Send((c.SendLine(1, D(quantity), "L1"),)), order=number)
    assert twice.shop.apply(name).status == "refused"
    with twice.shop.database.read() as session:
        said: dict[str, Any] = session.execute(
            select(COMMANDS.c.result).where(COMMANDS.c.id == name)
        ).scalar_one()["refusal"]
    return said


def test_another_order_takes_what_is_raw_only(twice: Twice) -> None:
    assert twice.shown(twice.other)["usable"] == D(40)
    said = refused(twice, twice.other, 60)
    assert said["code"] == "send.already_done"
    assert (said["values"]["orders"], said["values"]["left"], said["values"]["done"]) == (
        twice.one,
        "40",
        "20",
    )
    assert twice.send(twice.other, 40).status == "applied"
    assert twice.shown(twice.other)["usable"] == D(0)
    assert refused(twice, twice.other, 1)["code"] == "send.already_done"
    assert twice.found() == []


def test_what_came_back_as_it_went_goes_out_on_the_other_order(twice: Twice) -> None:
    twice.receive(0, unprocessed=40)
    assert twice.send(twice.other, 80).status == "applied"
    assert refused(twice, twice.other, 1)["code"] == "send.already_done"


def test_two_orders_that_want_the_same_raw_pieces_do_not_both_get_them(twice: Twice) -> None:
    first, second = (
        twice.shop.save(c.Send((c.SendLine(1, D(40), "L1"),)), order=number)
        for number in (twice.one, twice.other)
    )
    found: list[str] = []

    def other() -> None:
        found.append(twice.shop.apply(second).status)

    waiting = threading.Thread(target=other)
    with twice.shop.database.write() as session:
        assert apply(session, twice.shop.settings, first, NOW).status == "applied"
        waiting.start()
        waiting.join(0.5)
        assert waiting.is_alive()
    waiting.join(20)
    assert found == ["refused"]


def test_the_doctor_finds_more_than_there_ever_was(twice: Twice) -> None:
    assert twice.send(twice.other, 40).status == "applied"
    with twice.shop.database.write() as session:
        session.execute(update(LOTS).where(LOTS.c.number == "L1").values(quantity=D(99)))
    [finding] = twice.found()
    assert (finding.code, finding.where) == ("lot.through_twice", "lot L1")
    assert finding.what == "work order WO operation 30 has had 100 of it, and there were 99."
