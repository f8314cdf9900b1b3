"""What is recorded about an order: its stream, mails, alerts, documents, inspections, nonconformances."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, or_, select
from sqlmodel import Session

from models.domain.deadlines import RULES
from models.domain.order import Order
from models.domain.pieces import line_of, lot_of
from models.queries.cursors import behind
from models.queries.orders import Reader, View
from models.tables.orders import AlertRow, EventRow, OrderRow
from models.tables.outbox import Outbox, OutboxRecipient
from models.tables.quality import of_ledger, shown
from models.tables.suppliers import Supplier
from models.tables.types import table

_ORDERS = table(OrderRow)
_EVENTS = table(EventRow)
_ALERTS = table(AlertRow)
_OUTBOX = table(Outbox)
_RECIPIENTS = table(OutboxRecipient)
_SUPPLIERS = table(Supplier)


def events(session: Session, number: str, after: int, limit: int) -> list[View]:
    rows = session.execute(
        select(_EVENTS)
        .where(_EVENTS.c.order_number == number, _EVENTS.c.sequence > after)
        .order_by(_EVENTS.c.sequence)
        .limit(limit)
    )
    return [
        {
            "sequence": row.sequence,
            "type": row.type,
            "at": row.at,
            "actor": row.actor,
            "on_behalf_of": row.on_behalf_of,
            "command": row.command,
            "payload": row.payload,
            "prev_hash": row.prev_hash,
            "hash": row.hash,
        }
        for row in rows
    ]


def mail(session: Session, number: str) -> list[View]:
    """Every mail of the order and its fate, oldest first. Recipients by opaque party, not by address."""
    rows = session.execute(
        select(
            _OUTBOX,
            _RECIPIENTS.c.party,
            _RECIPIENTS.c.state.label("fate"),
            _RECIPIENTS.c.smtp_code,
            _RECIPIENTS.c.tries,
        )
        .join(_RECIPIENTS, _RECIPIENTS.c.outbox_id == _OUTBOX.c.id)
        .where(_OUTBOX.c.order_number == number)
        .order_by(_OUTBOX.c.created_at, _OUTBOX.c.id)
    )
    return [
        {
            "mail": row.id,
            "template": row.template,
            "locale": row.locale,
            "message_id": row.message_id,
            "party": row.party,
            "state": row.fate,
            "smtp_code": row.smtp_code,
            "tries": row.tries,
            "created_at": row.created_at,
            "sent_at": row.sent_at,
        }
        for row in rows
    ]


def alerts(
    session: Session,
    reader: Reader,
    *,
    order: str | None = None,
    is_open: bool | None = None,
    after: str | None = None,
    limit: int = 200,
) -> list[View]:
    query = (
        select(_ALERTS, _ORDERS.c.supplier, _SUPPLIERS.c.name.label("supplier_name"))
        .join(_ORDERS, _ORDERS.c.number == _ALERTS.c.order_number)
        .join(_SUPPLIERS, _SUPPLIERS.c.code == _ORDERS.c.supplier)
    )
    if not reader.cleared:
        query = query.where(_ORDERS.c.export_controlled.is_(False))
    if order is not None:
        query = query.where(_ALERTS.c.order_number == order)
    if is_open is not None:
        query = query.where(_ALERTS.c.open.is_(is_open))
    if after is not None:
        at, last = behind(after, instant)
        query = query.where(
            or_(_ALERTS.c.raised_at > at, and_(_ALERTS.c.raised_at == at, _ALERTS.c.id > last))
        )
    return [
        alert(row) for row in session.execute(query.order_by(_ALERTS.c.raised_at, _ALERTS.c.id).limit(limit))
    ]


def instant(text: str) -> datetime:
    """The instant in a cursor. Raises `ValueError` for anything else."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("a naive datetime is no instant")
    return at


def alert(row: Any) -> View:
    """An alert as lists show it; `row` has its order's `supplier` and its name, `supplier_name`, too."""
    rule = RULES[row.rule]
    return {
        "alert": row.id,
        "order": row.order_number,
        "supplier": row.supplier,
        "rule": row.rule,
        "name": rule.name,
        "occurrence": row.occurrence,
        "open": row.open,
        "since": row.since,
        "raised_at": row.raised_at,
        "owed_by": row.owed_by,
        "details": row.details,
        "recommended_action": rule.action_of(row.owed_by).format(supplier=row.supplier_name),
        "escalations": row.escalations,
        "acknowledged_at": row.acknowledged_at,
        "cleared_at": row.cleared_at,
        "cause": row.cause,
        "action": row.action,
    }


def documents(order: Order) -> list[View]:
    return [
        {
            "document": item.document,
            "type": str(item.type),
            "printed": {name: value for name, value in _printed(item).items() if value is not None},
            "lines": list(item.lines),
            "sha256": item.sha256,
            "size": item.size,
            "media_type": item.media_type,
            "filename": item.filename,
            "matched": item.matched,
            "compared": item.compared,
            "mismatches": [
                {"field": wrong.field, "printed": wrong.printed, "expected": wrong.expected}
                for wrong in item.mismatches
            ],
            "superseded_by": item.superseded_by or None,
            "added_at": item.added_at,
        }
        for item in order.documents.values()
    ]


def _printed(item: Any) -> dict[str, str | Decimal | None]:
    return {name: getattr(item.printed, name) for name in item.printed.__dataclass_fields__}


def inspections(session: Session, order: Order) -> list[View]:
    """Inspections with every measured value, as the events kept them."""
    rows = session.execute(
        select(_EVENTS)
        .where(_EVENTS.c.order_number == order.number, _EVENTS.c.type == "inspection_submitted")
        .order_by(_EVENTS.c.sequence)
    )
    return [
        {
            "inspection": row.payload["inspection"],
            "line": row.payload["line"],
            "lot": row.payload["lot"] or None,
            "parcel": row.payload["parcel"] or None,
            "nonconformance": order.inspections[row.payload["inspection"]].nonconformance or None,
            "lot_size": row.payload["lot_size"],
            "verdict": row.payload["verdict"],
            "decision": order.inspections[row.payload["inspection"]].decision or None,
            "results": row.payload["results"],
            "failures": row.payload["failures"],
            "submitted_at": row.at,
            "actor": row.actor,
        }
        for row in rows
    ]


def nonconformances(order: Order) -> list[View]:
    return [
        {
            "nonconformance": item.nonconformance,
            "open": item.open,
            "opened_at": item.opened_at,
            "defect": item.defect,
            "quantity": item.quantity,
            "cause": item.cause,
            "responsibility": item.responsibility or None,
            "recorded_only": item.recorded_only,
            "recorded": [
                {
                    "serial": serial,
                    "dispatch": where.dispatch or None,
                    "work_order": where.job or None,
                    "order": where.order or None,
                }
                for serial, where in item.recorded.items()
            ],
            "withdrawn": item.withdrawn,
            "dispositions": of_ledger(order, item)["decided"],
            "actions": [shown(action) for action in item.actions],
            "reviews": of_ledger(order, item)["reviews"],
            "shares": [
                {"line": line_of(at), "lot": lot_of(at), "share": str(share), "quantity": quantity}
                for at, shares in item.shares.items()
                for share, quantity in shares.items()
            ],
        }
        for item in order.nonconformances.values()
    ]
