"""Where the pieces of lots come from: the jobs that made them, and the orders they came back from."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import func, select, tuple_
from sqlmodel import Session

from models.domain.origins import Origin
from models.domain.trace import NodeKind, kind_of, name_of, work_of
from models.tables.lots import Lot
from models.tables.orders import EdgeRow, LineRow
from models.tables.types import table

_EDGES, _LINES, _LOTS = table(EdgeRow), table(LineRow), table(Lot)


def origins(session: Session, lots: Collection[str]) -> dict[str, tuple[Origin, ...]]:
    """By lot; what was taken back came from nowhere, and a lot that is empty again is free."""
    query = (
        select(_EDGES.c.to_node, _EDGES.c.from_node)
        .where(_EDGES.c.to_node.in_([f"lot:{lot}" for lot in sorted(lots)]), _EDGES.c.how == "process")
        .group_by(_EDGES.c.to_node, _EDGES.c.from_node)
        .having(func.sum(_EDGES.c.quantity) > 0)
    )
    rows = [(name_of(row.to_node), row.from_node) for row in session.execute(query)]
    works = {node: work_of(node) for _, node in rows if kind_of(node) is NodeKind.ORDER}
    at = tuple_(_LINES.c.order_number, _LINES.c.line)
    wanted = sorted({(work.order, work.line) for work in works.values()})
    jobs = {
        (row.order_number, row.line): row.work_order
        for row in session.execute(select(_LINES).where(at.in_(wanted)))
    }
    found: dict[str, set[Origin]] = {lot: set() for lot in lots}
    for lot, node in rows:
        work = works.get(node)
        if work is None:
            found[lot].add(Origin(job=name_of(node)))
        else:
            found[lot].add(Origin(jobs.get((work.order, work.line), ""), work.order, work.lot))
    booked = select(_LOTS.c.number, _LOTS.c.quantity, _LOTS.c.supplier).where(
        _LOTS.c.number.in_(sorted(lots))
    )
    for row in session.execute(booked):
        if row.supplier is not None or (row.quantity > 0 and not found[row.number]):
            found[row.number].add(Origin())
    return {lot: tuple(sorted(each, key=lambda one: (one.name, one.lot))) for lot, each in found.items()}
