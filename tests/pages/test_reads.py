"""What the lists read is read by both databases, for people who are cleared and for those who are not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from api.pages.wording import LATE, flags_told
from models.db import Database
from models.domain.authority import Role
from models.domain.flags import LATENESS
from models.queries import alert_list, board, currencies, order_list, sourcing
from models.queries.order_list import Filter
from models.queries.orders import Reader
from models.tables.orders import AlertRow, NonconformanceRow, OrderRow
from models.tables.plants import Calendar, Plant
from models.tables.processes import Process
from models.tables.suppliers import Supplier

NOW = datetime(2026, 3, 16, 9, tzinfo=UTC)
TODAY = NOW.date()
# Order -> the rules that raised alerts about it, and whether it is controlled.
ORDERS = {
    "SO-1": (("no_news", "receipt_overdue"), False),
    "SO-2": (("order_declined",), True),
    "SO-3": ((), False),
}


@pytest.fixture
def filled(database: Database) -> Database:
    """Three issued orders, two of them with alerts, and one that is closed."""
    with database.write() as session:
        session.add(Calendar(code="DE", country="DE", workdays=[1], exceptions=[], created_at=NOW))
        session.flush()
        session.add(Plant(code="P", name="Plant", timezone="UTC", calendar="DE", created_at=NOW))
        supplier = {"email": "a@b.example", "locale": "en", "timezone": "UTC", "country": "DE"}
        session.add(Supplier(code="ACME", name="Acme", created_at=NOW, **supplier))
        session.add(Process(code="PLATE", name="Plating", created_at=NOW))
        session.flush()
        for number, (rules, controlled) in ORDERS.items():
            session.add(_order(number, "issued", controlled))
            session.flush()
            for rule in rules:
                session.add(_alert(number, rule))
        session.add(_order("SO-4", "closed", False, ended_at=NOW))
    return database


def _order(number: str, stage: str, controlled: bool, **more: datetime) -> OrderRow:
    return OrderRow(
        number=number,
        plant="P",
        buyer="user_1",
        supplier="ACME",
        process="PLATE",
        stage=stage,
        export_controlled=controlled,
        need_by=TODAY + timedelta(days=2),
        created_at=NOW,
        issued_at=NOW,
        **more,
    )


def _alert(order: str, rule: str) -> AlertRow:
    return AlertRow(
        id=f"{order}-{rule}",
        order_number=order,
        rule=rule,
        occurrence="1",
        open=True,
        since=NOW,
        raised_at=NOW,
        owed_by="supplier",
    )


@pytest.mark.parametrize("cleared", [True, False])
def test_lists_boards_and_alerts_agree_about_the_same_orders(filled: Database, cleared: bool) -> None:
    reader = Reader(frozenset({Role.VIEWER}), cleared)
    wanted, alarmed = Filter(is_open=True), alert_list.Filter("open")
    with filled.read() as session:
        numbers = [row["number"] for row in order_list.listed(session, wanted, reader, None, 10)]
        assert numbers == (["SO-1", "SO-2", "SO-3"] if cleared else ["SO-1", "SO-3"])
        assert board.counts(session, wanted, reader)["issued"] == len(numbers)
        assert board.counts(session, Filter(), reader)["closed"] == 1
        for by, code, name in (("supplier", "ACME", "Acme"), ("process", "PLATE", "Plating")):
            assert board.choices(session, wanted, reader, by) == [(code, name, len(numbers))]  # type: ignore[arg-type]
        assert board.late(session, wanted, reader) == 0
        columns = board.columns(session, reader, 2)
        assert [card["number"] for card in columns["issued"]] == numbers[:2]
        worst = alert_list.worst(session, reader, 10)
        assert [(row["order"], row["rule"], row["others"]) for row in worst] == [
            *([("SO-2", "order_declined", 0)] if cleared else []),
            ("SO-1", "receipt_overdue", 1),
        ]
        alerts = len(alert_list.listed(session, alarmed, reader, None, 10))
        assert alerts == (3 if cleared else 2)
        assert alert_list.counts(session, alarmed, reader) == {"open": alerts, "answered": 0, "cleared": 0}
        assert alert_list.by_supplier(session, alarmed, reader) == [("ACME", "Acme", alerts)]
        assert sum(alert_list.by_rule(session, alarmed, reader).values()) == alerts


def test_what_is_due_or_unanswered_leaves_out_what_alerts_name_already(filled: Database) -> None:
    reader = Reader(frozenset({Role.VIEWER}), True)
    with filled.read() as session:
        due = board.due_soon(session, reader, TODAY, TODAY + timedelta(days=3), 10)
        assert [card["number"] for card in due] == ["SO-3"]
        assert board.due_soon(session, reader, TODAY, TODAY + timedelta(days=1), 10) == []
        assert [card["number"] for card in board.unanswered(session, reader, 10)] == ["SO-3"]


@pytest.mark.parametrize("cleared", [True, False])
def test_rejected_pieces_wait_for_who_decides_the_oldest_first(filled: Database, cleared: bool) -> None:
    with filled.write() as session:
        for place, order in enumerate(("SO-3", "SO-2", "SO-1")):
            for name, decided_by in (("N1", "quality" if place else "design_authority"), ("N2", "")):
                session.add(
                    NonconformanceRow(
                        id=f"{order}-{name}",
                        order_number=order,
                        open=True,
                        quantity=Decimal(5),
                        defect="thin",
                        opened_at=NOW + timedelta(hours=place),
                        decided_by=decided_by,
                    )
                )
    with filled.read() as session:
        found = board.to_decide(session, Reader(frozenset({Role.VIEWER}), cleared), 10)
    told = [(card["nonconformance"], card["decided_by"]) for card in found]
    controlled = [("SO-2-N1", "quality")] if cleared else []
    assert told == [("SO-3-N1", "design_authority"), *controlled, ("SO-1-N1", "quality")]


def test_a_page_of_alerts_begins_where_the_one_before_ended(filled: Database) -> None:
    reader = Reader(frozenset({Role.VIEWER}), True)
    found: list[str] = []
    after = None
    with filled.read() as session:
        while rows := alert_list.listed(session, alert_list.Filter("open"), reader, after, 2):
            found += [row["alert"] for row in rows]
            after = f"{rows[-1]['raised_at'].isoformat()}|{rows[-1]['alert']}"
    assert found == sorted(f"{order}-{rule}" for order, (rules, _) in ORDERS.items() for rule in rules)


def test_operations_suppliers_and_lots_are_asked_for_without_any(filled: Database) -> None:
    reader = Reader(frozenset({Role.BUYER}), False)
    with filled.read() as session:
        assert sourcing.operations(session, reader, {"WO-1"}) == {}
        assert sourcing.outside(session, reader, "", covered=False, start=0, limit=5, process="PLATE") == []
        assert currencies.likely(session, "nobody", "P") == "EUR"
        for covered in (True, False):
            assert sourcing.outside(session, reader, "a %_\\ b", covered=covered, start=0, limit=5) == []
        assert sourcing.suppliers_for(session, "PLATE", "", date(2026, 3, 16)) == [("ACME", "Acme", False)]
        assert sourcing.lots_of(session, "X", "A") == []


def test_what_is_late_is_told_by_the_worst_that_makes_it_so(filled: Database) -> None:
    with filled.write() as session:
        session.add(_alert("SO-1", "milestone_overdue"))
        session.add(_alert("SO-3", "milestone_overdue"))
    with filled.read() as session:
        told = alert_list.lateness(session, ORDERS)
        assert told == {"SO-1": "receipt_overdue", "SO-3": "milestone_overdue"}
        assert alert_list.lateness(session, []) == {}
    assert set(LATENESS) == LATE.keys()
    assert flags_told(("urgent", "late"), told["SO-3"]) == ("urgent", "milestone_overdue")
