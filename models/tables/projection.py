"""The tables a state stands for. `apply` writes the difference of two projections; `sendout doctor`
compares the projection of the folded stream with what the tables say."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Delete, Insert, Table, Update, bindparam, delete, insert, update
from sqlmodel import Session

from models.codec import dump_order, plain
from models.domain import identifiers
from models.domain.deadlines import latest_forecast, now_about, now_owed_by
from models.domain.facts import Draft
from models.domain.flags import flags
from models.domain.loose_ends import plan_to_decide
from models.domain.order import Order, stage
from models.domain.pieces import Bucket, line_of, lot_of
from models.domain.quantities import ZERO
from models.domain.records import Document, Nonconformance, Receipt
from models.domain.still_ordered import gone, still_ordered
from models.tables.orders import (
    AlertRow,
    DocumentRow,
    DraftLineRow,
    IdentifierRow,
    LineRow,
    MilestoneRow,
    NonconformanceRow,
    OrderRow,
    PiecesRow,
    TransferRow,
)
from models.tables.payables import PayableRow
from models.tables.quality import of_ledger
from models.tables.serials import SerialRow
from models.tables.types import table

Row = dict[str, Any]
# Each with its primary key; parents first.
TABLES: dict[str, tuple[Table, tuple[str, ...]]] = {
    "lines": (table(LineRow), ("order_number", "line")),
    "pieces": (table(PiecesRow), ("order_number", "line", "lot")),
    "serials": (table(SerialRow), ("order_number", "line", "serial")),
    "transfers": (table(TransferRow), ("order_number", "id")),
    "milestones": (table(MilestoneRow), ("order_number", "code")),
    "documents": (table(DocumentRow), ("id",)),
    "nonconformances": (table(NonconformanceRow), ("id",)),
    "alerts": (table(AlertRow), ("id",)),
    "identifiers": (table(IdentifierRow), ("order_number", "kind", "word")),
    "draft_lines": (table(DraftLineRow), ("order_number", "line")),
    "payables": (table(PayableRow), ("order_number", "settlement", "place")),
}
ORDERS = table(OrderRow)


def _statements(target: Table, key: tuple[str, ...]) -> tuple[Insert, Update, Delete]:
    at = [target.c[column] == bindparam(f"at_{column}") for column in key]
    return insert(target), update(target).where(*at), delete(target).where(*at)


_STATEMENTS = {name: _statements(target, key) for name, (target, key) in TABLES.items()}
_WRITE_ORDER = update(ORDERS).where(ORDERS.c.number == bindparam("order"))


def order_columns(order: Order, next_due: datetime | None) -> Row:
    """The columns of the order's own row, `snapshot` included."""
    on, change, plan = flags(order), order.change_to_decide, plan_to_decide(order)
    return {
        "stage": stage(order).value,
        "flags": list(on),
        "late": "late" in on,
        "export_controlled": order.export_controlled,
        "type": order.type,
        "need_by": order.need_by,
        "promise_first": order.promise_first,
        "promise_current": order.promise_current,
        "forecast": latest_forecast(order),
        "version": order.version,
        "revision": order.revision,
        "next_due": next_due,
        "snapshot": dump_order(order),
        "change_since": change.since if change is not None else None,
        "change_by": change.by if change is not None else "",
        "change_terms": list(change.terms) if change is not None else [],
        "plan_due": plan.decide_by if plan is not None else None,
        "plan_decides": plan.decides if plan is not None else "",
        "claim_due": min((claim.due for claim in order.open_claims), default=None),
        "issued_at": order.issued_at,
        "ended_at": order.ended_at,
    }


def project(order: Order) -> dict[str, list[Row]]:
    """The rows of every projected table, by the names in `TABLES`."""
    own = {"order_number": order.number}
    documents, nonconformances = _papers(order)
    return {
        "lines": [
            own
            | {
                "line": line.line,
                "work_order": line.work_order,
                "operation": line.operation,
                "part": line.part,
                "part_revision": line.part_revision,
                "unit": line.unit,
                "ordered": line.ordered,
                "unit_price": line.unit_price,
                "short_closed": line.short_closed,
                "still_ordered": still_ordered(order, line),
                "gone": gone(order, line),
            }
            for line in order.lines
        ],
        "pieces": [
            own
            | {"line": line_of(at), "lot": lot_of(at)}
            | {bucket.value: pieces.get(bucket, ZERO) for bucket in Bucket}
            | {
                "took": took.net if took is not None else ZERO,
                "took_unit": took.unit if took is not None else "",
            }
            for at, pieces in order.stock.items()
            for took in [order.withdrawn.get(at)]
        ],
        "serials": _serials(order),
        "transfers": [
            own
            | {
                "id": item.transfer,
                "source": item.source,
                "target": item.target,
                "state": item.state.value,
                "quantity": item.quantity,
                "lines": [plain(line) for line in item.lines],
                "carrier": item.carrier,
                "tracking": item.tracking,
                "offered_at": item.since,
                "answered_at": item.answered_at,
                "reason": item.reason,
            }
            for item in order.transfers.values()
        ],
        "milestones": [
            own
            | {
                "code": item.code,
                "kind": str(item.kind),
                "planned": item.planned,
                "forecast": item.forecast,
                "actual": item.actual,
                "reported_at": item.reported_at,
            }
            for item in order.milestones
        ],
        "documents": [
            own
            | {
                "id": item.document,
                "type": str(item.type),
                "number": item.printed.number or "",
                "issuer": item.printed.issuer or "",
                "sha256": item.sha256,
                "size": item.size,
                "media_type": item.media_type,
                "filename": item.filename,
                "matched": item.matched,
                "superseded_by": item.superseded_by,
                "added_at": item.added_at,
            }
            for item in documents
        ],
        "nonconformances": [own | of_ledger(order, item) for item in nonconformances],
        "alerts": [
            own
            | {
                "id": item.alert,
                "rule": item.rule,
                "occurrence": item.occurrence,
                "open": item.open,
                "since": item.since,
                "raised_at": item.raised_at,
                "owed_by": now_owed_by(order, item),
                "details": now_about(order, item),
                "escalations": item.escalations,
                "acknowledged_at": item.acknowledged_at,
                "cleared_at": item.cleared_at,
                "cause": item.cause,
                "action": item.action,
            }
            for item in order.alerts.values()
        ],
        "identifiers": _identifiers(order.number, identifiers.of_order(order)),
        "draft_lines": [],
        "payables": _payables(order),
    }


def _serials(order: Order) -> list[Row]:
    parts = {line.line: line.part for line in order.lines}
    return [
        {
            "order_number": order.number,
            "line": line_of(name),
            "serial": lot_of(name),
            "part": parts[line_of(name)],
            "lot": place.lot,
            "bucket": place.bucket.value,
            "since": place.since,
            "parcel": place.parcel,
            "output": place.output,
        }
        for name, place in order.serials.items()
    ]


def _payables(order: Order) -> list[Row]:
    proofs = {receipt.receipt: receipt for receipt in order.receipts}
    return [
        {
            "order_number": order.number,
            "settlement": number,
            "place": place,
            "kind": charge.kind.value,
            "line": charge.line,
            "supplier": order.supplier,
            "purchase_order": order.purchase_order,
            "part": line.part if line is not None else "",
            "part_revision": line.part_revision if line is not None else "",
            "quantity": charge.quantity,
            "unit": charge.unit,
            "pieces": charge.pieces,
            "basis": line.basis.value if line is not None else "",
            "rate": charge.rate,
            "amount": charge.amount,
            "currency": order.currency,
            "adjustment": settled.adjustment,
            "settled_on": order.plant_calendar.local_date(settled.at),
            "settled_at": settled.at,
            "nonconformance": charge.nonconformance,
            "promised": charge.promised,
            "promise_moved": charge.promise_moved,
            "received": charge.received,
            "receipts": [_proof(proofs[name]) for name in charge.receipts],
        }
        for number, settled in enumerate(order.settlements, 1)
        for place, charge in enumerate(settled.charges, 1)
        for line in [order.line(charge.line)]
    ]


def _proof(receipt: Receipt) -> Row:
    return {
        "receipt": receipt.receipt,
        "at": receipt.at.isoformat(),
        "packing_slip": receipt.packing_slip,
        "parcels": list(receipt.parcels),
    }


def project_draft(draft: Draft) -> dict[str, list[Row]]:
    """The rows of a draft: nothing has happened to it, but it is looked for and covers its operations."""
    found = _identifiers(draft.number, identifiers.of_draft(draft))
    lines: list[Row] = [
        {
            "order_number": draft.number,
            "line": line.line,
            "work_order": line.work_order,
            "operation": line.operation,
            "quantity": line.quantity,
        }
        for line in draft.lines
    ]
    return {name: [] for name in TABLES} | {"identifiers": found, "draft_lines": lines}


def _papers(order: Order) -> tuple[list[Document], list[Nonconformance]]:
    """Those that are this order's still: with what was sent they go to the order that goes on with it."""
    if order.kin.superseded_by:
        return [], []
    return list(order.documents.values()), list(order.nonconformances.values())


def _identifiers(number: str, found: Iterable[identifiers.Identifier]) -> list[Row]:
    return [
        {"order_number": number, "kind": each.kind.value, "word": each.word, "value": each.value}
        for each in found
    ]


def write(
    session: Session,
    before: Order | Draft | None,
    after: Order,
    last_hash: str,
    next_due: datetime | None,
) -> None:
    """Brings the tables from `before` to `after`, touching only rows that changed. An order that is
    issued is a draft no more; one that was born of another, `before` being None, has a row already."""
    _write_rows(session, _rows_of(before), project(after))
    connection = session.connection()
    columns = order_columns(after, next_due)
    connection.execute(
        _WRITE_ORDER, {"order": after.number, "draft": None, "last_hash": last_hash, **columns}
    )


def _rows_of(before: Order | Draft | None) -> dict[str, list[Row]]:
    if before is None:
        return {}
    return project_draft(before) if isinstance(before, Draft) else project(before)


def write_draft(session: Session, before: Draft | None, after: Draft | None) -> None:
    """The same for a draft that is saved, `before` being what was saved until now; `after` is None for one
    that is discarded."""
    old, new = (project_draft(each) if each is not None else {} for each in (before, after))
    _write_rows(session, old, new)


def _write_rows(session: Session, old: dict[str, list[Row]], new: dict[str, list[Row]]) -> None:
    connection = session.connection()
    for name, (_, key) in TABLES.items():
        added, changed, gone = _difference(old.get(name, []), new.get(name, []), key)
        for statement, rows in zip(_STATEMENTS[name], (added, changed, gone), strict=True):
            if rows:
                connection.execute(statement, rows)


def _difference(
    old: list[Row], new: list[Row], key: tuple[str, ...]
) -> tuple[list[Row], list[Row], list[Row]]:
    """The parameters of a table's three statements: rows to add, to change and to take away."""

    def at(row: Row) -> Row:
        return {f"at_{column}": row[column] for column in key}

    was = {tuple(row[column] for column in key): row for row in old}
    added: list[Row] = []
    changed: list[Row] = []
    for row in new:
        before = was.pop(tuple(row[column] for column in key), None)
        if before is None:
            added.append(row)
        elif before != row:
            changed.append(at(row) | {name: value for name, value in row.items() if name not in key})
    return added, changed, [at(row) for row in was.values()]
