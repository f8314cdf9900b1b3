"""A line that a change adds, written to real databases: what it reads of master data, and who else wants it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, update

from activities.doctor import records
from models import drafts
from models.codec import load_order
from models.db import Database
from models.domain import commands as c
from models.domain.covering import Covered
from models.domain.facts import Draft, DraftLine
from models.domain.order import Order
from models.queries.covering import covering
from models.settings import Settings
from models.tables.orders import CommandRow, OrderRow
from models.tables.parts import InspectionPlan, Part
from models.tables.suppliers import SupplierTerms
from models.tables.types import table
from models.tables.work_orders import Operation, WorkOrder
from tests.activities.test_apply import COMMANDS, NOW, Shop

D = Decimal
_RATES = ("price", "lot_charge", "expedite_fee", "late_per_day", "reject_charge", "early_reward")
ADDED = c.ProposeChange(
    c.Changes(lines=(c.ChangedLine(None, D(40), D("0.8"), None, "WO-7", 30),)), "More of the same"
)


@pytest.fixture
def going(database: Database, settings: Settings) -> Shop:
    """An accepted order, and another job with the same operation."""
    shop = Shop(database, settings)
    at = {"created_at": NOW}
    with shop.database.write() as session:
        session.add(WorkOrder(number="WO-7", type="MTO", part="FLANGE", revision="B", quantity=D(40), **at))
        session.flush()
        session.add(Operation(work_order="WO-7", sequence=30, kind="outside", process="PLATE", spec="B633"))
    done(shop, c.Issue(), c.Acknowledge("accept"))
    return shop


def done(shop: Shop, *commands: c.Command) -> None:
    for command in commands:
        assert shop.do(command).status == "applied", command


def decided(shop: Shop, command: c.Command) -> Any:
    """As somebody else's: our people here are one."""
    name = shop.save(command)
    with shop.database.write() as session:
        session.execute(update(COMMANDS).where(COMMANDS.c.id == name).values(actor_id="u_2"))
    return shop.apply(name)


def order(shop: Shop) -> Order:
    with shop.database.read() as session:
        rows = table(OrderRow)
        return load_order(
            session.execute(select(rows.c.snapshot).where(rows.c.number == shop.number)).scalar_one()
        )


def refusal(shop: Shop, command: c.Command) -> str:
    name = shop.save(command)
    shop.apply(name)
    with shop.database.read() as session:
        row = session.get(CommandRow, name)
        assert row is not None
        assert row.result is not None
        code: str = row.result["refusal"]["code"]
        return code


def test_a_line_keeps_the_plan_and_the_terms_of_the_day_it_is_agreed(going: Shop) -> None:
    done(going, ADDED)
    assert decided(going, c.DecideChange(f"{going.number}-C1", "approve")).status == "applied"
    at = {"created_at": NOW}
    with going.database.write() as session:
        characteristics = [{"number": "1", "name": "Thickness", "kind": "variable", "lower": "8"}]
        session.add(
            InspectionPlan(
                part="FLANGE", revision="B", process="PLATE", characteristics=characteristics, **at
            )
        )
        session.add(
            SupplierTerms(
                id="t",
                supplier="ACME",
                currency="USD",
                valid_from=date(2026, 1, 1),
                basis="piece",
                minimum=D(50),
                **dict.fromkeys(_RATES, D(0)),
                **at,
            )
        )
    done(going, c.Acknowledge("accept", change=f"{going.number}-C1"))
    line = order(going).lines[1]
    assert (line.line, line.part, line.ordered, line.unit_price) == (2, "FLANGE", 40, D("0.8"))
    assert line.plan is not None
    assert line.contract is not None
    assert line.contract.minimum == 50
    with going.database.read() as session:
        assert covering(session, {"WO-7"}) == {("WO-7", 30): Covered(D(40), ((going.number, D(40)),))}
    # The shop's lot was put there by hand, and nothing else is wrong.
    wrong = records(going.database, going.settings.files_dir, NOW)
    assert [each.where for each in wrong] == ["lot L1"]
    done(going, c.Send((c.SendLine(2, D(40)),)))


def test_an_operation_that_another_order_covers_meanwhile_is_not_agreed_to(going: Shop) -> None:
    done(going, ADDED)
    line = DraftLine(1, "WO-7", 30, D(40), D("0.85"), "USD")
    draft = Draft("", "MAIN", "u_1", "ACME", "PLATE", "", "", date(2026, 4, 16), lines=(line,))
    with going.database.write() as session:
        drafts.create(session, draft, NOW)
    assert decided(going, c.DecideChange(f"{going.number}-C1", "approve")).status == "refused"
    done(going, c.WithdrawChange(f"{going.number}-C1"))
    assert refusal(going, ADDED) == "operations.covered"
    assert len(order(going).lines) == 1


def test_a_controlled_part_is_not_added_to_an_order_that_everybody_sees(going: Shop) -> None:
    with going.database.write() as session:
        session.execute(update(table(Part)).values(export_controlled=True))
    assert refusal(going, ADDED) == "line.export_controlled"
