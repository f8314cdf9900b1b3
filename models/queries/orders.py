"""Orders as people and programs read them. Reads only; everything derived comes from the core."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlmodel import Session

from models.codec import adapter, load_order
from models.domain import gate, headline
from models.domain.authority import SUPPLIER, SYSTEM_ONLY, Role, roles_for
from models.domain.deadlines import RULES, latest_forecast
from models.domain.decisions.documents import missing_documents
from models.domain.errors import Unknown
from models.domain.facts import Draft
from models.domain.order import Line, Order, flags, stage
from models.domain.pieces import Bucket, held_in, line_of, lot_of, sent
from models.domain.quantities import ZERO, money
from models.tables.orders import AlertRow, CommandRow, EventRow, LineRow, OrderRow, PiecesRow
from models.tables.outbox import Outbox, OutboxRecipient
from models.tables.parts import Part
from models.tables.types import table
from models.tables.work_orders import WorkOrder

_ORDERS = table(OrderRow)
_COMMANDS = table(CommandRow)
_EVENTS = table(EventRow)
_ALERTS = table(AlertRow)
_LINES = table(LineRow)
_PIECES = table(PiecesRow)
_OUTBOX = table(Outbox)
_RECIPIENTS = table(OutboxRecipient)

View = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: decides which commands are offered and whether controlled orders exist for them."""

    roles: Collection[Role]
    cleared: bool
    supplier: bool = False


def stored(session: Session, number: str, reader: Reader) -> Any:
    """The order's row. Raises `Unknown` when there is none, or none for this reader."""
    row = session.execute(select(_ORDERS).where(_ORDERS.c.number == number)).first()
    if row is None or (row.export_controlled and not reader.cleared):
        raise Unknown("order.unknown", "There is no order {number}.", number=number)
    return row


def view(session: Session, number: str, reader: Reader) -> View:
    """The order as `GET /orders/{n}` answers it."""
    row = stored(session, number, reader)
    waiting = [
        {
            "command": command.id,
            "name": command.name,
            "received_at": command.received_at,
            "actor": command.actor_id,
        }
        for command in session.execute(
            select(_COMMANDS)
            .where(_COMMANDS.c.order_number == number, _COMMANDS.c.status == "received")
            .order_by(_COMMANDS.c.sequence)
        )
    ]
    shown = _draft(session, row) if row.snapshot is None else issued(load_order(row.snapshot), reader)
    return shown | {"pending_commands": waiting}


def issued(order: Order, reader: Reader) -> View:
    """An issued order's state as the API shows it, without pending commands."""
    return {
        "number": order.number,
        "version": order.version,
        "revision": order.revision,
        "stage": stage(order).value,
        "flags": list(flags(order)),
        "headline": headline.headline(order),
        "plant": order.plant,
        "buyer": order.buyer,
        "supplier": order.supplier,
        "supplier_order": order.supplier_order,
        "process": order.process,
        "spec": order.spec,
        "spec_revision": order.spec_revision,
        "purchase_order": order.purchase_order,
        "priority": order.priority,
        "issued_at": order.issued_at,
        "need_by": order.need_by,
        "promise_first": order.promise_first,
        "promise_current": order.promise_current,
        "forecast": latest_forecast(order),
        "lines": [_line(order, line) for line in order.lines],
        "milestones": [
            {
                "code": item.code,
                "kind": str(item.kind),
                "name": item.name,
                "planned": item.planned,
                "forecast": item.forecast,
                "actual": item.actual,
                "reported_at": item.reported_at,
                "quantity": item.quantity,
            }
            for item in order.milestones
        ],
        "parcels": [
            {
                "parcel": item.parcel,
                "quantity": item.quantity,
                "carrier": item.carrier,
                "tracking": item.tracking,
                "shipped_at": item.shipped_at,
                "announced": item.announced,
                "nonconformance": item.nonconformance or None,
                "contents": [
                    {"line": line_of(at), "lot": lot_of(at), "quantity": quantity}
                    for at, quantity in item.packed.items()
                ],
                "open": any(item.contents.values()),
            }
            for item in order.parcels.values()
            if not item.void
        ],
        "required_documents": [str(kind) for kind in order.required_documents],
        "missing_documents": [str(kind) for kind in missing_documents(order)],
        "missing": headline.missing(order),
        "next_actions": _next_actions(order, reader),
        "cost": _cost(order),
    }


def _line(order: Order, line: Line) -> View:
    places = {at: pieces for at, pieces in order.stock.items() if line_of(at) == line.line}
    buckets = {
        bucket.value: sum((held_in(pieces, bucket) for pieces in places.values()), ZERO) for bucket in Bucket
    }
    return {
        "line": line.line,
        "work_order": line.work_order,
        "operation": line.operation,
        "part": line.part,
        "part_revision": line.part_revision,
        "description": line.description,
        "unit": line.unit,
        "ordered": line.ordered,
        "unit_price": line.unit_price,
        "currency": order.currency,
        "tolerance": line.tolerance,
        "short_closed": line.short_closed,
        "lots": _lots(line, places),
        "pieces": {"sent": sum((sent(pieces) for pieces in places.values()), ZERO)} | buckets,
    }


def _lots(line: Line, places: dict[str, Any]) -> list[View]:
    planned = {item.lot: item for item in line.lots}
    names = list(dict.fromkeys([*planned, *(lot_of(at) for at in places)]))
    return [
        {
            "lot": name,
            "quantity": planned[name].quantity if name in planned else ZERO,
            "heat": planned[name].heat if name in planned else "",
            "output_lot": line.output_lot(name),
            "pieces": {
                "sent": sent(places.get(f"{line.line}:{name}", {})),
                **{bucket.value: held_in(places.get(f"{line.line}:{name}", {}), bucket) for bucket in Bucket},
            },
        }
        for name in names
        if name
    ]


def _next_actions(order: Order, reader: Reader) -> list[View]:
    """Every command this reader may ever send, and why not now."""
    found = []
    for name in gate.ALLOWED:
        if name in SYSTEM_ONLY or name == "issue":
            continue
        may = (
            name in SUPPLIER or name == "add-document"
            if reader.supplier
            else bool(roles_for(name) & set(reader.roles))
        )
        if not may:
            continue
        refusal = gate.why_not(order, name)
        found.append(
            {"command": name, "allowed": refusal is None, "reason": refusal.detail if refusal else None}
        )
    return found


def _cost(order: Order) -> View:
    """What the accepted pieces cost so far; charges and deductions come with the terms."""
    total = ZERO
    for line in order.lines:
        accepted = sum(
            (
                held_in(pieces, Bucket.ACCEPTED)
                for at, pieces in order.stock.items()
                if line_of(at) == line.line
            ),
            ZERO,
        )
        total += money(accepted * line.unit_price)
    ordered = sum((money(line.ordered * line.unit_price) for line in order.lines), ZERO)
    return {"currency": order.currency, "ordered": ordered, "accepted": total}


def _draft(session: Session, row: Any) -> View:
    draft = adapter(Draft).validate_python(row.draft)
    lines = []
    for line in draft.lines:
        job = session.get(WorkOrder, line.work_order)
        part = session.get(Part, (job.part, job.revision)) if job is not None else None
        lines.append(
            {
                "line": line.line,
                "work_order": line.work_order,
                "operation": line.operation,
                "part": part.number if part else None,
                "part_revision": part.revision if part else None,
                "description": part.description if part else "",
                "unit": part.uom if part else None,
                "ordered": line.quantity,
                "unit_price": line.unit_price,
                "currency": line.currency,
                "tolerance": line.tolerance,
                "short_closed": False,
                "lots": [{"lot": lot, "quantity": quantity} for lot, quantity in line.lots],
                "pieces": {"sent": ZERO} | {bucket.value: ZERO for bucket in Bucket},
            }
        )
    return {
        "number": row.number,
        "version": 0,
        "revision": 0,
        "stage": "draft",
        "flags": ["urgent"] if draft.priority == "urgent" else [],
        "headline": "Draft: nobody outside has seen it",
        "plant": draft.plant,
        "buyer": draft.buyer,
        "supplier": draft.supplier,
        "supplier_order": "",
        "process": draft.process,
        "spec": draft.spec,
        "spec_revision": draft.spec_revision,
        "purchase_order": draft.purchase_order,
        "priority": draft.priority,
        "issued_at": None,
        "need_by": draft.need_by,
        "promise_first": None,
        "promise_current": None,
        "forecast": None,
        "lines": lines,
        "milestones": [],
        "parcels": [],
        "required_documents": [],
        "missing_documents": [],
        "missing": [],
        "next_actions": [{"command": "issue", "allowed": True, "reason": None}],
        "cost": {
            "currency": draft.lines[0].currency if draft.lines else None,
            "ordered": sum((money(line.quantity * line.unit_price) for line in draft.lines), ZERO),
            "accepted": ZERO,
        },
    }


@dataclass(frozen=True, slots=True)
class Filter:
    """What `GET /orders` is asked for; None leaves a filter out."""

    stage: str | None = None
    supplier: str | None = None
    process: str | None = None
    late: bool | None = None
    q: str | None = None
    due_before: date | None = None


def listed(session: Session, wanted: Filter, reader: Reader, after: str | None, limit: int) -> list[View]:
    """At most `limit` orders behind `after` (need-by and number), the most pressing first."""
    query = select(_ORDERS).where(*_conditions(wanted, reader))
    if after is not None:
        day, _, number = after.partition("|")
        query = query.where(
            or_(
                _ORDERS.c.need_by > date.fromisoformat(day),
                and_(_ORDERS.c.need_by == date.fromisoformat(day), _ORDERS.c.number > number),
            )
        )
    rows = session.execute(query.order_by(_ORDERS.c.need_by, _ORDERS.c.number).limit(limit))
    return [
        {
            "number": row.number,
            "version": row.version,
            "revision": row.revision,
            "stage": row.stage,
            "flags": row.flags,
            "supplier": row.supplier,
            "process": row.process,
            "purchase_order": row.purchase_order,
            "need_by": row.need_by,
            "promise_first": row.promise_first,
            "promise_current": row.promise_current,
            "forecast": row.forecast,
            "issued_at": row.issued_at,
        }
        for row in rows
    ]


def _conditions(wanted: Filter, reader: Reader) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if not reader.cleared:
        found.append(_ORDERS.c.export_controlled.is_(False))
    if wanted.stage is not None:
        found.append(_ORDERS.c.stage == wanted.stage)
    if wanted.supplier is not None:
        found.append(_ORDERS.c.supplier == wanted.supplier)
    if wanted.process is not None:
        found.append(_ORDERS.c.process == wanted.process)
    if wanted.late is not None:
        found.append(_ORDERS.c.late.is_(wanted.late))
    if wanted.due_before is not None:
        found.append(_ORDERS.c.need_by < wanted.due_before)
    if wanted.q:
        found.append(_matches(wanted.q))
    return found


def _matches(q: str) -> ColumnElement[bool]:
    """Order, purchase order, supplier, work order, part or lot beginning with `q`."""
    like = q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    lines = select(_LINES.c.order_number).where(
        or_(_LINES.c.work_order.ilike(like, escape="\\"), _LINES.c.part.ilike(like, escape="\\"))
    )
    lots = select(_PIECES.c.order_number).where(_PIECES.c.lot.ilike(like, escape="\\"))
    return or_(
        _ORDERS.c.number.ilike(like, escape="\\"),
        _ORDERS.c.purchase_order.ilike(like, escape="\\"),
        _ORDERS.c.supplier.ilike(like, escape="\\"),
        _ORDERS.c.number.in_(lines),
        _ORDERS.c.number.in_(lots),
    )


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
    query = select(_ALERTS, _ORDERS.c.supplier).join(_ORDERS, _ORDERS.c.number == _ALERTS.c.order_number)
    if not reader.cleared:
        query = query.where(_ORDERS.c.export_controlled.is_(False))
    if order is not None:
        query = query.where(_ALERTS.c.order_number == order)
    if is_open is not None:
        query = query.where(_ALERTS.c.open.is_(is_open))
    if after is not None:
        at, _, alert = after.partition("|")
        instant = datetime.fromisoformat(at)
        query = query.where(
            or_(_ALERTS.c.raised_at > instant, and_(_ALERTS.c.raised_at == instant, _ALERTS.c.id > alert))
        )
    return [
        _alert(row) for row in session.execute(query.order_by(_ALERTS.c.raised_at, _ALERTS.c.id).limit(limit))
    ]


def _alert(row: Any) -> View:
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
        "recommended_action": rule.action,
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
            "withdrawn": item.withdrawn,
            "shares": [
                {"line": line_of(at), "lot": lot_of(at), "share": str(share), "quantity": quantity}
                for at, shares in item.shares.items()
                for share, quantity in shares.items()
            ],
        }
        for item in order.nonconformances.values()
    ]
