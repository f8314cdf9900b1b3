"""The story of one heat in a database: the orders as their own commands made them, the shop floor beside them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, SQLModel

from activities.recording import record
from models.domain.order import Order
from models.domain.trace import Link
from models.tables.lots import Lot
from models.tables.orders import EdgeRow, OrderRow
from models.tables.parts import Part
from models.tables.plants import Calendar, Plant
from models.tables.processes import Process
from models.tables.shop_floor import Customer, DispatchLineRow, DispatchRow
from models.tables.suppliers import Supplier
from models.tables.types import table
from models.tables.work_orders import WorkOrder
from tests.domain.orders import NOW, Scene
from tests.domain.test_trace_story import FLOOR, lots, told

BARS = "20260315-STEEL-001"
_AT: dict[str, Any] = {"created_at": NOW}
_ORDERS = table(OrderRow)


def tell_story(session: Session) -> None:
    """Everything of `tests.domain.test_trace_story`, the suppliers' and customers' names beside it."""
    _master_data(session)
    for shelf in lots():
        bars = shelf.lot == BARS
        _put(
            session,
            Lot(
                number=shelf.lot,
                part=shelf.part,
                part_revision="B",
                quantity=shelf.booked,
                uom=shelf.unit,
                on_hand=shelf.on_hand,
                supplier="STEEL" if bars else None,
                supplier_lot="M-77" if bars else None,
                heat_number="HX-1" if bars else None,
                certificate="MTR-HX-1" if bars else None,
                **_AT,
            ),
        )
    for number, heat in (("J4521-A", None), ("STEEL-2", "HX-2")):
        part = "FLANGE" if heat is None else "4140-BAR"
        some = Decimal(100) if heat is None else Decimal(1)
        _put(
            session,
            Lot(
                number=number,
                part=part,
                quantity=some,
                uom="C62",
                on_hand=Decimal(0),
                heat_number=heat,
                **_AT,
            ),
        )
    record_all(session, *told())
    for dispatch, customer, some in (("D-1", "NORTHWIND", 200), ("D-2", "CONTOSO", 50)):
        sent: dict[str, Any] = {"destination": "Oslo", "shipped_on": date(2026, 12, 1)}
        _put(
            session, DispatchRow(number=dispatch, customer=customer, **sent, recorded_at=NOW, recorded_by="u")
        )
        line: dict[str, Any] = {
            "lot": "J4520-B",
            "part": "FLANGE",
            "part_revision": "B",
            "quantity": Decimal(some),
        }
        _put(session, DispatchLineRow(dispatch=dispatch, line=1, **line, unit="C62"))
    for link in FLOOR:
        edge(session, link)


def record_all(session: Session, *scenes: Scene) -> None:
    """Orders with their streams, tables and genealogy, as `apply` writes them."""
    command = SimpleNamespace(id="told", actor_id="u_1", on_behalf_of=None)
    states: dict[str, Order | None] = {}
    chains: dict[str, str] = {}

    def put(scene: Scene, first: int, last: int | None) -> None:
        number = scene.order.number
        for _, at, event in scene.stream[first:last]:
            before, chain = states.get(number), chains.get(number, "")
            states[number], _ = record(session, number, before, chain, command, [event], at)
            row = session.execute(select(_ORDERS.c.last_hash).where(_ORDERS.c.number == number))
            chains[number] = row.scalar_one()

    # What is handed from one to another is written when both are there.
    for scene in scenes:
        put(scene, 0, 1)
    for scene in scenes:
        put(scene, 1, None)


def edge(session: Session, link: Link, source: str = "told") -> None:
    """One edge that no order wrote."""
    way: dict[str, Any] = {"from_node": link.source, "to_node": link.target, "how": link.how}
    _put(session, EdgeRow(**way, quantity=link.quantity, unit=link.unit, source=source))


def _master_data(session: Session) -> None:
    _put(session, Calendar(code="DE", country="DE", workdays=[1, 2, 3, 4, 5], exceptions=[], **_AT))
    _put(session, Plant(code="MAIN", name="Main", timezone="Europe/Berlin", calendar="DE", **_AT))
    for code in ("STEEL", "FORGE", "ACME"):
        named: dict[str, Any] = {
            "code": code,
            "name": code.title(),
            "email": f"{code}@example.com".lower(),
            "locale": "en",
        }
        _put(session, Supplier(**named, timezone="Europe/London", country="GB", **_AT))
    _put(session, Process(code="PLATE", name="Zinc plating", milestones=[], **_AT))
    for part in ("4140-BAR", "FLANGE"):
        _put(session, Part(number=part, revision="B", uom="C62", bom=[], **_AT))
    for number in ("4520", "4521", "WO-1"):
        made: dict[str, Any] = {
            "part": "FLANGE",
            "revision": "B",
            "quantity": Decimal(300),
            "customer": "NORTHWIND",
        }
        _put(session, WorkOrder(number=number, type="MTO", **made, **_AT))
    for code in ("NORTHWIND", "CONTOSO"):
        _put(session, Customer(code=code, name=code.title(), contacts=[], **_AT))


def _put(session: Session, row: SQLModel) -> None:
    session.add(row)
    session.flush()
