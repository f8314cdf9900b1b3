"""Other jobs that used the same lot, or whose pieces were in the same load."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import chain
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from models.domain.trace import Link, NodeKind, Trace, name_of
from models.queries.trace import Genealogy, chunks
from models.tables.orders import LineRow
from models.tables.types import table

_LINES = table(LineRow)


def siblings(
    session: Session, trace: Trace, told: Iterable[Link], genealogy: Genealogy
) -> list[dict[str, Any]]:
    """Jobs that are not in the trace, each with the lots and loads of it that they shared. `told` are the
    links out of its lots; where those went is in a trace forward, but for who shared a load."""
    jobs = set(trace.of_kind(NodeKind.JOB))
    found: dict[str, dict[str, None]] = {}
    works: dict[str, dict[str, None]] = {}
    loads = trace.of_kind(NodeKind.LOAD)
    for link in chain(told, genealogy(list(loads), True)):
        source, target = link.source, link.target
        if link.how == "consume":
            if target not in jobs:
                found.setdefault(target, {})[source] = None
        elif target.startswith("order:") and source.startswith(("lot:", "load:")):
            works.setdefault(target, {})[source] = None
    if works:
        jobs.update(f"job:{job}" for job in _jobs_of(session, trace.of_kind(NodeKind.ORDER)).values())
        for node, job in _jobs_of(session, works).items():
            found.setdefault(f"job:{job}", {}).update(works[node])
    seen = genealogy.visible(sorted(found.keys() - jobs))
    return [{"work_order": name_of(job), "shared": list(found[job])} for job in seen]


def _jobs_of(session: Session, nodes: Collection[str]) -> dict[str, str]:
    """The work orders that pieces at work are of, by node."""
    orders: dict[str, list[str]] = {}
    for node in nodes:
        orders.setdefault(node.split(":", 2)[1], []).append(node)
    found: dict[str, str] = {}
    for some in chunks(orders):
        rows = session.execute(
            select(_LINES.c.order_number, _LINES.c.line, _LINES.c.work_order).where(
                _LINES.c.order_number.in_(some)
            )
        )
        for row in rows:
            begins = f"order:{row.order_number}:{row.line}:"
            found |= {node: row.work_order for node in orders[row.order_number] if node.startswith(begins)}
    return found
