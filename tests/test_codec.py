"""What the codec keeps of a state."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from models.codec import dump_order, envelope, event_hash, load_order
from models.domain.calendar import WorkingCalendar
from models.domain.order import Order
from models.domain.pieces import Bucket

CALENDAR = WorkingCalendar("Europe/Berlin")
ORDER = Order(
    number="SO-1",
    plant="MAIN",
    buyer="u_1",
    supplier="ACME",
    supplier_name="Acme",
    process="PLATE",
    process_name="Plating",
    spec="",
    spec_revision="",
    purchase_order="",
    priority="normal",
    currency="USD",
    issued_at=datetime(2026, 3, 2, 8, tzinfo=UTC),
    need_by=date(2026, 3, 27),
    lines=(),
    milestones=(),
    required_documents=(),
    release_before_ship=False,
    plant_calendar=CALENDAR,
    supplier_calendar=CALENDAR,
    stock={"1:Z": {Bucket.AT_SUPPLIER: Decimal(5)}, "1:A": {Bucket.AT_SUPPLIER: Decimal(5)}},
)


def test_a_stored_order_keeps_the_sequence_in_which_its_lots_were_sent() -> None:
    again = load_order(dump_order(ORDER))
    assert list(again.stock) == ["1:Z", "1:A"]
    assert again == ORDER


def test_a_hash_covers_everything_its_event_says() -> None:
    says = {
        "order": "SO-1",
        "sequence": 2,
        "name": "order_held",
        "at": datetime(2026, 3, 1, 8, tzinfo=UTC),
        "actor": "u_1",
        "on_behalf_of": None,
        "command": "c",
        "payload": {"reason": "x"},
    }
    others = {
        "order": "SO-2",
        "sequence": 3,
        "name": "order_resumed",
        "at": datetime(2026, 3, 1, 9, tzinfo=UTC),
        "actor": "u_2",
        "on_behalf_of": {"contact": "Ana", "basis": "phone"},
        "command": "d",
        "payload": {"reason": "y"},
    }
    hashes = {event_hash(prev, envelope(**says)) for prev in ("", "0")}  # type: ignore[arg-type]
    hashes |= {event_hash("", envelope(**(says | {key: others[key]}))) for key in says}  # type: ignore[arg-type]
    assert len(hashes) == 2 + len(says)
