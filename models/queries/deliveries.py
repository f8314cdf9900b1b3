"""What of a sales order the customer has: as somebody wrote it down, and as dispatches took it there."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

from sqlalchemy import ColumnElement, Subquery, case, func, select, tuple_
from sqlmodel import Session

from models.domain.deliveries import Sold
from models.domain.demand import LineKey, PartKey
from models.domain.quantities import ZERO
from models.queries import controlled
from models.tables.demand import DispatchSale, SalesOrder, SalesOrderLine
from models.tables.shop_floor import DispatchRow
from models.tables.types import table

_ORDERS, _LINES, _SALES = table(SalesOrder), table(SalesOrderLine), table(DispatchSale)
_DISPATCHES = table(DispatchRow)


def gone() -> Subquery:
    """How many pieces dispatches took, by sales-order line; those that were reversed took none."""
    return (
        select(_SALES.c.sales_order, _SALES.c.line, func.sum(_SALES.c.quantity).label("quantity"))
        .join(_DISPATCHES, _DISPATCHES.c.number == _SALES.c.dispatch)
        .where(_DISPATCHES.c.reversed_at.is_(None))
        .group_by(_SALES.c.sales_order, _SALES.c.line)
        .subquery()
    )


def has(dispatched: Subquery) -> ColumnElement[Decimal]:
    """How many the customer has of a line: what was written down may be what dispatches took, too, so that
    the larger counts. `dispatched` is `gone()`, joined to the line where it has one."""
    by_dispatch = dispatched.c.quantity
    return case((by_dispatch > _LINES.c.delivered, by_dispatch), else_=_LINES.c.delivered)


def dispatched_of(session: Session, numbers: Collection[str]) -> dict[LineKey, Decimal]:
    """How many pieces dispatches took of each line of these sales orders; none for a line without."""
    took = gone()
    rows = session.execute(select(took).where(took.c.sales_order.in_(sorted(numbers))))
    return {(row.sales_order, row.line): row.quantity for row in rows}


def ever_dispatched(session: Session, number: str) -> set[int]:
    """The lines of a sales order that some dispatch names, also one that was reversed."""
    query = select(_SALES.c.line).where(_SALES.c.sales_order == number).distinct()
    return set(session.scalars(query))


def lock_lines_of(session: Session, customer: str) -> None:
    """Keeps two dispatches to a customer apart, so that they are not both for the same pieces it wants."""
    orders = select(_ORDERS.c.number).where(_ORDERS.c.customer == customer)
    query = select(_LINES.c.line).where(_LINES.c.sales_order.in_(orders))
    session.execute(query.order_by(_LINES.c.sales_order, _LINES.c.line).with_for_update()).all()


def sold(session: Session, keys: Collection[LineKey], *, cleared: bool) -> dict[LineKey, Sold]:
    """Those of the sales-order lines that there are for this reader, with what of each is still to be delivered."""
    if not keys:
        return {}
    orders = select(_ORDERS.c.number).where(_ORDERS.c.number.in_({number for number, _ in keys}))
    known = session.scalars(orders.where(*controlled.visible(SalesOrder, cleared=cleared))).all()
    took = gone()
    query = (
        select(_LINES, _ORDERS.c.customer, took.c.quantity.label("took"))
        .join(_ORDERS, _ORDERS.c.number == _LINES.c.sales_order)
        .outerjoin(took, (took.c.sales_order == _LINES.c.sales_order) & (took.c.line == _LINES.c.line))
        .where(tuple_(_LINES.c.sales_order, _LINES.c.line).in_(sorted(keys)))
        .where(_ORDERS.c.number.in_(known))
    )
    return {
        (row.sales_order, row.line): Sold(
            row.customer, (row.part, row.revision), row.quantity - max(row.delivered, row.took or ZERO)
        )
        for row in session.execute(query)
    }


def wanted_by(session: Session, customer: str) -> dict[PartKey, list[tuple[LineKey, Decimal]]]:
    """What a customer still wants of each part revision, line by line, the first due first."""
    took = gone()
    query = (
        select(_LINES, took.c.quantity.label("took"))
        .join(_ORDERS, _ORDERS.c.number == _LINES.c.sales_order)
        .outerjoin(took, (took.c.sales_order == _LINES.c.sales_order) & (took.c.line == _LINES.c.line))
        .where(_ORDERS.c.customer == customer)
        .order_by(_LINES.c.due, _LINES.c.sales_order, _LINES.c.line)
    )
    found: dict[PartKey, list[tuple[LineKey, Decimal]]] = {}
    for row in session.execute(query):
        still = row.quantity - max(row.delivered, row.took or ZERO)
        if still > 0:
            found.setdefault((row.part, row.revision), []).append(((row.sales_order, row.line), still))
    return found
