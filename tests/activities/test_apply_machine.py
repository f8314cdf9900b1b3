"""Random commands on a real database: what the tables say is what the stream of events folds to, whatever
was asked, applied twice, late or on a version that is gone."""

from __future__ import annotations

import uuid
from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given
from hypothesis import settings as often
from hypothesis import strategies as st
from sqlalchemy import select, update

from activities.doctor_balance import balances
from models import drafts
from models.codec import load_event, load_order
from models.db import Database
from models.domain import commands as c
from models.domain.commands import Command
from models.domain.evolve import fold
from models.domain.order import Order
from models.settings import Settings
from models.tables.lots import Lot
from models.tables.orders import EventRow, OrderRow
from models.tables.parts import Part
from models.tables.projection import TABLES, project
from models.tables.types import table
from tests.activities.test_apply import NOW, Shop
from tests.domain import invariants
from tests.domain.naming import named

D = Decimal
_ORDERS, _EVENTS = table(OrderRow), table(EventRow)
# A lot of the part, of what it is made of, and one of that counted in kilograms.
MADE_OF = [("FLANGE", "C62"), ("BAR", "C62"), ("BAR", "KGM")]
asked = st.lists(st.tuples(st.integers(0, 13), st.integers(1, 40), st.booleans()), min_size=3, max_size=8)


def command(order: Order, what: int, some: int, lot: str) -> Command:
    """One of what is done to orders every day, about `some` pieces."""
    box, nonconformance = f"{order.number}-P1", f"{order.number}-N1"
    of = D(some)
    every: list[Command] = [
        c.Send((c.SendLine(1, D(30), lot),)),
        c.ReportMilestone("REC"),
        c.Ship((c.ShipLine(1, of),)),
        c.Ship((c.ShipLine(1, of),), carrier="UPS"),
        c.Receive((c.ReceiveLine(1, of, of),), additional=True),
        c.Receive((c.ReceiveLine(1, of + 3, of - 1, D(2), pending=D(2)),), box, additional=True),
        c.Judge((c.JudgeLine(1, D(1), D(1)),)),
        c.ReportNonconformance((c.LineQuantity(1, D(2)),), "Blisters"),
        c.Disposition(nonconformance, (c.DispositionLine(D(1), "rework"),)),
        c.Disposition(nonconformance, (c.DispositionLine(D(1), "scrap"),)),
        c.DeclareLoss((c.LossLine(1, D(1)),), "Gone"),
        c.Correct(max(1, order.version - some % 4), "Typed wrongly"),
        c.Hold("Drawing changes"),
        c.Resume(),
    ]
    return every[what]


@often(
    max_examples=60,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=asked, tracked=st.booleans(), made_of=st.sampled_from(MADE_OF))
def _anything_may_be_asked(
    shop: Shop, steps: list[tuple[int, int, bool]], tracked: bool, made_of: tuple[str, str]
) -> None:
    part, unit = made_of
    lot = f"L-{uuid.uuid4().hex[:8]}"
    with shop.database.write() as session:
        some = {"quantity": D(100), "on_hand": D(100), "created_at": NOW}
        session.add(Lot(number=lot, part=part, uom=unit, **some))
        session.flush()
        session.execute(update(table(Part)).values(trace="serial" if tracked else "lot"))
        session.execute(update(table(Part)).values(bom=[{"part": "BAR", "quantity": "1"}]))
        draft = drafts.load(session, shop.number)
        assert draft is not None
        draft = replace(draft, lines=(replace(draft.lines[0], lots=((lot, D(100)),)),))
        number = drafts.create(session, draft, NOW).number
    for first in (c.Issue(), c.Acknowledge("accept"), c.Send((c.SendLine(1, D(40), lot),))):
        _ask(shop, number, first)
    kept: list[str] = []
    for what, some, again in steps:
        kept.append(_ask(shop, number, command(_state(shop, number), what, some, lot)))
        if again:
            # The same command delivered a second time, and one from before behind it.
            before = _state(shop, number)
            for name in (kept[-1], kept[some % len(kept)]):
                shop.apply(name)
            assert _state(shop, number) == before
        _tables_say_what_happened(shop, number)


def _ask(shop: Shop, number: str, wanted: Command) -> str:
    with shop.database.read() as session:
        snapshot = session.scalar(select(_ORDERS.c.snapshot).where(_ORDERS.c.number == number))
    if snapshot is not None:
        order = load_order(snapshot)
        wanted = named(order, wanted, order.version)
    name = shop.save(wanted, order=number)
    shop.apply(name)
    return name


def _state(shop: Shop, number: str) -> Order:
    with shop.database.read() as session:
        return load_order(
            session.execute(select(_ORDERS.c.snapshot).where(_ORDERS.c.number == number)).scalar_one()
        )


def _tables_say_what_happened(shop: Shop, number: str) -> None:
    order = _state(shop, number)
    invariants.check_state(order)
    with shop.database.read() as session:
        assert list(balances(session)) == []
        rows = session.execute(
            select(_EVENTS).where(_EVENTS.c.order_number == number).order_by(_EVENTS.c.sequence)
        ).all()
        assert fold((row.sequence, row.at, load_event(row.type, row.payload)) for row in rows) == order
        expected: dict[str, list[dict[str, Any]]] = project(order)
        for name in ("lines", "pieces", "serials", "nonconformances", "identifiers"):
            target, _ = TABLES[name]
            found = session.execute(select(target).where(target.c.order_number == number)).mappings()
            columns = expected[name][0].keys() if expected[name] else ()
            said = [{column: row[column] for column in columns} for row in found]
            assert _written(said) == _written(expected[name]), name


def _written(rows: list[dict[str, Any]]) -> list[list[str]]:
    """One instant is written in one way, whatever its zone is called."""
    return sorted([f"{name}: {value}" for name, value in row.items()] for row in rows)


def test_the_tables_say_what_the_events_say_whatever_was_asked(
    database: Database, settings: Settings
) -> None:
    _anything_may_be_asked(Shop(database, settings))
