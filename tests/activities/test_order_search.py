"""Orders are found by any of their identifiers, on both databases, at the price of one statement at most."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, event, select, text, update
from sqlmodel import Session

from models import drafts
from models.db import Database
from models.domain import commands as c
from models.domain.evidence import DocumentType, Printed
from models.domain.identifiers import Kind
from models.queries import order_list, order_search
from models.queries.order_list import Filter
from models.queries.orders import Reader
from models.settings import Settings
from models.tables.lot_documents import LotDocumentRow
from models.tables.lots import Lot
from models.tables.orders import OrderRow
from models.tables.suppliers import Supplier
from models.tables.types import table
from models.tables.work_orders import WorkOrder
from tests.activities.test_apply import NOW, Shop

HUNDRED = Decimal(100)
LOTS, JOBS, SUPPLIERS = table(Lot), table(WorkOrder), table(Supplier)


@pytest.fixture
def shop(database: Database, settings: Settings) -> Shop:
    return Shop(database, settings)


def paper(name: str, **printed: Any) -> c.AddDocument:
    kind = DocumentType.other
    return c.AddDocument(kind, "0" * 64, 1, "application/pdf", name, printed=Printed(**printed))


STORY = (
    c.Issue(),
    c.Acknowledge("accept", supplier_order="A-5501"),
    c.Send((c.SendLine(1, HUNDRED, "L1"),), carrier="UPS", tracking="1Z-OUT"),
    c.ReportMilestone("REC"),
    c.ReportProcess(1, "TANK-2", "B-17", NOW, NOW, (c.LoadLot(HUNDRED, "L1"),)),
    c.Ship((c.ShipLine(1, HUNDRED),), tracking="JD-BACK"),
    paper("Zertifikat C-900.pdf", number="C-900", heat="H-2231"),
)


def do(shop: Shop, *commands: c.Command) -> None:
    for command in commands:
        assert shop.do(command).status == "applied"


def found(session: Session, q: str, *, cleared: bool = True) -> list[str]:
    rows = order_list.listed(session, Filter(q=q), Reader((), cleared), None, 10)
    return [row["number"] for row in rows]


def why(session: Session, q: str, number: str) -> list[tuple[Kind, str]]:
    return [(reason.kind, reason.value) for reason in order_search.reasons(session, q, [number])[number]]


def name_by_others(shop: Shop) -> None:
    """What master data calls the order's lot, job and supplier; typed in after the order was issued."""
    with shop.database.write() as session:
        came = {"heat_number": "Hx 4140", "supplier_lot": "SteelCo/7_a%", "certificate": "MTR-88 A"}
        session.execute(update(LOTS).values(**came))
        file: dict[str, Any] = {
            "sha256": "0" * 64,
            "size": 1,
            "media_type": "application/pdf",
            "filename": "a",
        }
        by: dict[str, Any] = {"added_at": NOW, "added_by": "u_1"}
        session.add(
            LotDocumentRow(id="L1-D1", lot="L1", type="cert_3_1", number="Zeugnis 5/26", **file, **by)
        )
        named = {"customer_order": "Cust-9", "customer": "Northwind", "project": "P100", "parent": "Set-1"}
        session.execute(update(JOBS).values(**named))
        session.execute(update(SUPPLIERS).values(name="上海精密 Härterei"))


@pytest.mark.parametrize(
    ("q", "kind", "value"),
    [
        ("so-2026", Kind.ORDER, "SO-2026-00001"),
        ("ACME", Kind.SUPPLIER_NAME, "Acme"),
        ("wo", Kind.WORK_ORDER, "WO"),
        ("flan", Kind.PART, "FLANGE"),
        ("l1", Kind.LOT, "L1"),
        ("a-55", Kind.SUPPLIER_ORDER, "A-5501"),
        ("1z-out", Kind.TRACKING, "1Z-OUT"),
        ("Jd-Back", Kind.TRACKING, "JD-BACK"),
        ("b-17", Kind.LOAD, "B-17"),
        ("so-2026-00001-p1", Kind.PARCEL, "SO-2026-00001-P1"),
        ("c-900", Kind.DOCUMENT, "C-900"),
        ("zerti", Kind.FILE, "Zertifikat C-900.pdf"),
        ("  Ｈ－２２３１ ", Kind.HEAT, "H-2231"),
        ("hx", Kind.HEAT, "Hx 4140"),
        ("STEELCO/7_A%", Kind.SUPPLIER_LOT, "SteelCo/7_a%"),
        ("mtr-88", Kind.CERTIFICATE, "MTR-88 A"),
        ("ZEUG", Kind.CERTIFICATE, "Zeugnis 5/26"),
        ("cust-", Kind.CUSTOMER_ORDER, "Cust-9"),
        ("northw", Kind.CUSTOMER, "Northwind"),
        ("p100", Kind.PROJECT, "P100"),
        ("SET-1", Kind.PARENT, "Set-1"),
        ("精密", Kind.SUPPLIER_NAME, "上海精密 Härterei"),
        ("härt", Kind.SUPPLIER_NAME, "上海精密 Härterei"),
    ],
)
def test_an_order_is_found_by_any_of_its_identifiers(shop: Shop, q: str, kind: Kind, value: str) -> None:
    do(shop, *STORY)
    name_by_others(shop)
    with shop.database.read() as session:
        assert found(session, q) == [shop.number]
        assert why(session, q, shop.number) == [(kind, value)]


def test_all_words_must_be_of_the_order_and_each_says_by_what(shop: Shop) -> None:
    do(shop, *STORY)
    with shop.database.read() as session:
        assert found(session, "acme h-22") == [shop.number]
        assert why(session, "acme h-22", shop.number) == [
            (Kind.SUPPLIER_NAME, "Acme"),
            (Kind.HEAT, "H-2231"),
        ]
        for nothing in ("acme h-33", "2231", "l1%", "l_", "精密", "steelco/7xa"):
            assert found(session, nothing) == [], nothing


def test_a_draft_is_found_as_it_was_saved_last(shop: Shop) -> None:
    with shop.database.read() as session:
        for q in ("l1", "wo", "flange", "acme", "so-2026-00001"):
            assert found(session, q) == [shop.number], q
        assert found(session, "PO-7") == []
    with shop.database.write() as session:
        draft = drafts.load(session, shop.number)
        assert draft is not None
        line = replace(draft.lines[0], lots=())
        drafts.save(session, replace(draft, purchase_order="PO-7", lines=(line,)), NOW)
    with shop.database.read() as session:
        assert (found(session, "po-7"), found(session, "l1")) == ([shop.number], [])
    do(shop, c.Issue())


def test_who_is_not_cleared_finds_nothing_of_a_controlled_order(shop: Shop) -> None:
    with shop.database.write() as session:
        session.execute(text("UPDATE orders SET export_controlled = true"))
    with shop.database.read() as session:
        assert (found(session, "l1"), found(session, "l1", cleared=False)) == ([shop.number], [])


@contextmanager
def statements(name: str) -> Iterator[list[str]]:
    """What is said about table `name` meanwhile."""
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if name in statement:
            said.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def test_a_command_writes_identifiers_at_once_and_only_when_it_brings_some(shop: Shop) -> None:
    brings = {c.Issue: 1, c.Acknowledge: 1, c.Send: 1, c.ReportMilestone: 0, c.ReportProcess: 1}
    for command in STORY:
        with statements("order_identifier") as said:
            do(shop, command)
        assert len(said) == brings.get(type(command), 1), command.name
    with statements("order_identifier") as said:
        do(shop, c.Hold("material is short"), c.Resume())
    assert said == []


# Ten thousand more orders as the database sees them, each with a job and a lot of its own.
BULK = """
INSERT INTO supplier (code, name, email, locale, timezone, country, created_at)
SELECT 'S' || n, 'Supplier number ' || n, 'a@b.example', 'en', 'UTC', 'DE', now() FROM generate_series(0, 199) n;
INSERT INTO lot (number, part, quantity, uom, on_hand, heat_number, supplier_lot, held, created_at)
SELECT 'LOT-' || n, 'FLANGE', 1, 'C62', 1, 'HT-' || n, 'SL-' || n, false, now() FROM generate_series(1, 10000) n;
INSERT INTO lot_document (id, lot, type, number, issuer, revision, sha256, size, media_type, filename, supersedes,
  superseded_by, added_at, added_by)
SELECT 'LOT-' || n || '-D1', 'LOT-' || n, 'coc', 'CE-' || n, '', '', '', 1, '', '', '', '', now(), '' FROM generate_series(1, 10000) n;
INSERT INTO work_order
  (number, type, part, revision, quantity, customer, customer_order, project, parent, created_at)
SELECT 'JOB-' || n, 'MTO', 'FLANGE', 'B', 1, 'CU-' || n, 'CO-' || n, 'PR-' || n, 'PA-' || n, now()
FROM generate_series(1, 10000) n;
INSERT INTO orders (number, plant, buyer, supplier, process, type, purchase_order, stage, flags, late, export_controlled,
  need_by, version, revision, last_hash, change_by, change_terms, plan_decides, created_at)
SELECT 'MO-' || n, 'MAIN', 'u_1', 'S' || n % 200, 'PLATE', 'MTO', '', 'draft', '[]', false, false, now(), 0, 0, '', '', '[]', '', now()
FROM generate_series(1, 10000) n;
INSERT INTO order_identifier (order_number, kind, word, value)
SELECT 'MO-' || n, kind, lower(prefix || n), prefix || n FROM generate_series(1, 10000) n,
  (VALUES ('order', 'MO-'), ('lot', 'LOT-'), ('work_order', 'JOB-'), ('tracking', 'TR-'), ('file', 'F-')) named (kind, prefix);
ANALYZE
"""


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_to_find_an_order_no_table_of_identifiers_is_read_whole(shop: Shop) -> None:
    with shop.database.write() as session:
        for statement in BULK.split(";"):
            session.execute(text(statement))
        assert found(session, "ht-4711") == found(session, "pa-4711 tr-4711") == ["MO-4711"]
        assert found(session, "ce-4711") == ["MO-4711"]
        query = select(table(OrderRow).c.number).where(*order_search.matching("ht-4711"))
        plain = query.compile(dialect=session.get_bind().dialect, compile_kwargs={"literal_binds": True})
        plan = "\n".join(session.connection().exec_driver_sql(f"EXPLAIN {plain}").scalars())
    # Suppliers are few, and what is found may be joined to the orders either way.
    assert set(re.findall(r"Seq Scan on (\w+)", plan)) <= {"supplier", "orders"}, plan
