"""Other jobs that used the same lot, or whose pieces were in the same load."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import chain
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from models.domain.trace import Link, NodeKind, Trace
from models.queries.trace import Genealogy
from models.queries.trace_one import chunks
from models.tables.orders import LineRow
from models.tables.types import table

_LINES = table(LineRow)


def siblings(
    session: Session, trace: Trace, told: Iterable[Link], genealogy: Genealogy
) -> list[dict[str, Any]]:
    """Jobs that are not in the trace, each with the lots and loads of it that they shared. `told` are the
    links out of its lots; where those went is in a trace forward, but for who shared a load."""
    jobs = set(trace.of_kind(NodeKind.JOB))
    found: dict[str, list[str]] = {}
    works: dict[str, list[str]] = {}
    loads = trace.of_kind(NodeKind.LOAD)
    for link in chain(told, genealogy(list(loads), True)):
        target = link.target
        if link.how == "consume":
            if target not in jobs:
                shared = found.setdefault(target, [])
                if link.source not in shared:
                    shared.append(link.source)
        elif target.startswith("order:") and link.source.startswith(("lot:", "load:")):
            works.setdefault(target, []).append(link.source)
    if works:
        jobs.update(f"job:{job}" for job in _jobs_of(session, trace.of_kind(NodeKind.ORDER)).values())
        for node, job in _jobs_of(session, works).items():
            shared = found.setdefault(f"job:{job}", [])
            shared += [source for source in dict.fromkeys(works[node]) if source not in shared]
    seen = genealogy.visible(sorted(found.keys() - jobs))
    return [{"work_order": job.removeprefix("job:"), "shared": found[job]} for job in seen]


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
