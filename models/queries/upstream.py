"""How far the operations of a work order have come outside, over all its orders."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from sqlalchemy import RowMapping, and_, bindparam, cast, null, select, union_all
from sqlmodel import Session

from models.domain.pieces import SENT, Bucket
from models.domain.quantities import ZERO
from models.domain.transfers import TransferState
from models.domain.upstream import Onward, Ordered, after
from models.tables.orders import DraftLineRow, LineRow, OrderRow, PiecesRow, TransferRow
from models.tables.types import Exact, table

_ORDERS = table(OrderRow)
_LINES = table(LineRow)
_PIECES = table(PiecesRow)
_DRAFTED = table(DraftLineRow)
_TRANSFERS = table(TransferRow)
# Built once: to build a statement costs as much as to run it.
_KNOWN = union_all(
    select(
        _LINES.c.work_order,
        _LINES.c.operation,
        _LINES.c.order_number,
        _LINES.c.line,
        _ORDERS.c.stage,
        _ORDERS.c.export_controlled,
        *(_PIECES.c[bucket.value] for bucket in SENT),
    )
    .join(_ORDERS, _ORDERS.c.number == _LINES.c.order_number)
    .outerjoin(
        _PIECES, and_(_PIECES.c.order_number == _LINES.c.order_number, _PIECES.c.line == _LINES.c.line)
    )
    .where(_LINES.c.work_order.in_(bindparam("jobs", expanding=True))),
    # Nothing has happened to a draft yet.
    select(
        _DRAFTED.c.work_order,
        _DRAFTED.c.operation,
        _DRAFTED.c.order_number,
        _DRAFTED.c.line,
        _ORDERS.c.stage,
        _ORDERS.c.export_controlled,
        *(cast(null(), Exact).label(bucket.value) for bucket in SENT),
    )
    .join(_ORDERS, _ORDERS.c.number == _DRAFTED.c.order_number)
    .where(_DRAFTED.c.work_order.in_(bindparam("jobs", expanding=True))),
)
_ON = (Bucket.ACCEPTED, Bucket.FORWARDED)
# As the order they left has them.
_HANDED_ON = select(_TRANSFERS.c.source, _TRANSFERS.c.target, _TRANSFERS.c.lines).where(
    _TRANSFERS.c.order_number == _TRANSFERS.c.source,
    _TRANSFERS.c.state == TransferState.TAKEN.value,
    _TRANSFERS.c.source.in_(bindparam("orders", expanding=True)),
)


def ordered(session: Session, work_orders: Collection[str], *, cleared: bool) -> dict[str, list[Ordered]]:
    """By work order, its operations on every order, drafts among them. What was cancelled counts as far as
    it has pieces. Orders that only cleared people know of count without their number for the others."""
    found: dict[str, list[Ordered]] = {}
    rows = list(session.execute(_KNOWN, {"jobs": sorted(work_orders)}).mappings())
    handed_over = _handed_over(session, rows)
    for row in rows:
        pieces: dict[Bucket, Decimal] = {bucket: row[bucket.value] or ZERO for bucket in SENT}
        # They count where they are worked on, not where they came through.
        over = handed_over.get((row["order_number"], row["line"]), ZERO)
        on = sum((pieces[bucket] for bucket in _ON), ZERO) - over
        taken = sum(pieces.values(), ZERO) - pieces[Bucket.RETURNED_UNPROCESSED] - over
        if row["stage"] != "cancelled" or on or taken:
            order = row["order_number"] if cleared or not row["export_controlled"] else ""
            item = Ordered(row["operation"], order, on, taken)
            found.setdefault(row["work_order"], []).append(item)
    return found


def _handed_over(session: Session, rows: Sequence[RowMapping]) -> dict[tuple[str, int], Decimal]:
    """By order and line, the pieces that went straight to another order for the same operation: it was not
    done on them when they left."""
    senders = {row["order_number"] for row in rows if row[Bucket.FORWARDED.value]}
    at = {(row["order_number"], row["line"]): (row["work_order"], row["operation"]) for row in rows}
    return handed_on(session, senders, at)


def handed_on(
    session: Session, senders: Collection[str], counted: Mapping[tuple[str, int], object]
) -> dict[tuple[str, int], Decimal]:
    """By order and line, the pieces of `senders` that went straight to a line that is `counted` as the same."""
    found: dict[tuple[str, int], Decimal] = {}
    if not senders:
        return found
    for source, target, lines in session.execute(_HANDED_ON, {"orders": sorted(senders)}):
        for item in lines:
            left = (source, item["line"])
            if left in counted and counted[left] == counted.get((target, item["to_line"])):
                found[left] = found.get(left, ZERO) + Decimal(item["quantity"])
    return found


def onward(session: Session, lines: Mapping[int, tuple[str, int]], *, cleared: bool) -> dict[int, Onward]:
    """Of lines given with work order and operation those whose pieces an operation after it has taken."""
    known = ordered(session, {work_order for work_order, _ in lines.values()}, cleared=cleared)
    found = {
        line: after(operation, known.get(work_order, ())) for line, (work_order, operation) in lines.items()
    }
    return {line: gone for line, gone in found.items() if gone is not None}
