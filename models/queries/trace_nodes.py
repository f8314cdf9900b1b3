"""What the nodes of a trace are: lots, jobs, pieces at suppliers, loads, dispatches; and what hangs on them:
suppliers with their processes and certificates, customers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, select
from sqlmodel import Session

from models.codec import load_order
from models.domain.evidence import DOCUMENTS
from models.domain.paperwork import missing_documents
from models.domain.pieces import Bucket
from models.domain.trace import NodeKind, Trace, kind_of, name_of, work_of
from models.queries import melt_flags
from models.queries.lot_holds import stopped
from models.queries.trace import chunks
from models.tables.lots import Lot
from models.tables.orders import DocumentRow, LineRow, OrderRow, PiecesRow
from models.tables.shop_floor import Customer, DispatchLineRow, DispatchRow
from models.tables.suppliers import Supplier
from models.tables.types import table
from models.tables.work_orders import WorkOrder

View = dict[str, Any]
_LOTS, _JOBS, _ORDERS, _LINES = table(Lot), table(WorkOrder), table(OrderRow), table(LineRow)
_PIECES, _SUPPLIERS, _DOCUMENTS = table(PiecesRow), table(Supplier), table(DocumentRow)
_DISPATCHES, _DISPATCHED, _CUSTOMERS = table(DispatchRow), table(DispatchLineRow), table(Customer)
_LOT = ("number", "part", "part_revision", "quantity", "uom", "on_hand", "supplier", "supplier_lot")
_ORIGIN = ("heat_number", "country_of_melt", "country_of_origin", "received_on", "held")
_SOME: BindParameter[Any] = bindparam("names", expanding=True)
# Built once: to build a statement costs as much as to run it.
_LOT_ROWS = (
    select(*(_LOTS.c[name] for name in (*_LOT, *_ORIGIN)), _SUPPLIERS.c.name.label("supplier_name"))
    .outerjoin(_SUPPLIERS, _SUPPLIERS.c.code == _LOTS.c.supplier)
    .where(_LOTS.c.number.in_(_SOME))
)
_JOB = ("number", "type", "part", "revision", "quantity", "due", "customer", "customer_order")
_JOB_ROWS = select(*(_JOBS.c[name] for name in _JOB)).where(_JOBS.c.number.in_(_SOME))
_ORDER = ("number", "supplier", "process", "stage", "purchase_order", "snapshot")
_ORDER_ROWS = (
    select(*(_ORDERS.c[name] for name in _ORDER))
    .where(_ORDERS.c.number.in_(_SOME))
    .order_by(_ORDERS.c.number)
)
_DISPATCH = ("number", "customer", "destination", "vehicle", "carrier", "recipient", "shipped_on")
_DISPATCH_ROWS = select(*(_DISPATCHES.c[name] for name in _DISPATCH)).where(_DISPATCHES.c.number.in_(_SOME))
_PAPER = ("type", "number", "issuer", "matched", "filename")
_AT_WORK_ROWS = (
    select(
        *(_LINES.c[name] for name in ("order_number", "line", "work_order", "operation")),
        *(_LINES.c[name] for name in ("part", "part_revision", "unit")),
        _ORDERS.c.supplier,
        _SUPPLIERS.c.name.label("supplier_name"),
        _ORDERS.c.process,
        _ORDERS.c.stage,
        _PIECES.c.lot,
        *(_PIECES.c[bucket.value] for bucket in Bucket),
    )
    .join(_ORDERS, _ORDERS.c.number == _LINES.c.order_number)
    .join(_SUPPLIERS, _SUPPLIERS.c.code == _ORDERS.c.supplier)
    .outerjoin(_PIECES, (_PIECES.c.order_number == _LINES.c.order_number) & (_PIECES.c.line == _LINES.c.line))
    .where(_LINES.c.order_number.in_(_SOME))
)
_SENT_ROWS = (
    select(
        *(_DISPATCHES.c[name] for name in _DISPATCH if name != "number"),
        *(_DISPATCHED.c[name] for name in ("dispatch", "lot", "part", "part_revision", "serials")),
        _CUSTOMERS.c.name.label("customer_name"),
        _CUSTOMERS.c.contacts,
    )
    .join(_DISPATCHES, _DISPATCHES.c.number == _DISPATCHED.c.dispatch)
    .outerjoin(_CUSTOMERS, _CUSTOMERS.c.code == _DISPATCHES.c.customer)
    .where(_DISPATCHED.c.dispatch.in_(_SOME))
)
_PAPER_ROWS = (
    select(*(_DOCUMENTS.c[name] for name in ("id", "order_number", "superseded_by", *_PAPER)))
    .where(_DOCUMENTS.c.order_number.in_(_SOME))
    .order_by(_DOCUMENTS.c.order_number, _DOCUMENTS.c.id)
)
_CERTIFY = frozenset(kind.value for kind, rule in DOCUMENTS.items() if rule.certificate)
# A load's start as the end of its name.
_STARTED = len("2026-11-02T09:00:00Z")


def nodes(session: Session, trace: Trace) -> list[View]:
    """Every node with what is known of it, in the trace's own sequence."""
    known: dict[NodeKind, dict[str, View]] = {
        NodeKind.LOT: _by_number(session, _LOT_ROWS, _names(trace, NodeKind.LOT)),
        NodeKind.JOB: _by_number(session, _JOB_ROWS, _names(trace, NodeKind.JOB)),
        NodeKind.ORDER: _at_work(session, trace),
        NodeKind.DISPATCH: _by_number(session, _DISPATCH_ROWS, _names(trace, NodeKind.DISPATCH)),
    }
    melts = melt_flags.flags(session, known[NodeKind.LOT].values())
    stops = stopped(session, _names(trace, NodeKind.LOT))
    gone_held = {step.link.target for step in trace.steps if name_of(step.link.source) in stops}
    fed = {step.link.target for step in trace.steps}
    gave = {step.link.source for step in trace.steps}
    found = []
    for node in trace.nodes:
        kind, name = kind_of(node), name_of(node)
        if kind is NodeKind.LOAD:
            told = load_named(name)
        else:
            told = known[kind].get(node if kind is NodeKind.ORDER else name, {})
        view: View = {"id": node, "kind": "work_order" if kind is NodeKind.JOB else kind.value, **told}
        if kind is NodeKind.LOT:
            over = stops.get(name)
            view |= {"held_with": over.lot if over is not None and over.lot != name else None}
            view |= melts.get(name, {"dfars": False})
        if kind is NodeKind.DISPATCH:
            view |= {"held": node in gone_held}
        if kind is NodeKind.JOB:
            # Work in progress, and work nobody said what it was made of, are shown as that.
            view |= {
                "nothing_drawn": node in trace.back and node not in fed,
                "in_work": node in trace.ahead and node not in gave,
            }
        found.append(view)
    return found


def _names(trace: Trace, kind: NodeKind) -> list[str]:
    return [name_of(node) for node in trace.of_kind(kind)]


def _by_number(session: Session, query: Select[Any], names: Iterable[str]) -> dict[str, View]:
    found = {}
    for some in chunks(names):
        for row in session.execute(query, {"names": some}).mappings():
            found[row["number"]] = dict(row)
    return found


def _at_work(session: Session, trace: Trace) -> dict[str, View]:
    """By node: the order's line, whose it is, and where its pieces are."""
    wanted = set(trace.of_kind(NodeKind.ORDER))
    found: dict[str, View] = {}
    for some in chunks(sorted({work_of(node).order for node in wanted})):
        for row in session.execute(_AT_WORK_ROWS, {"names": some}).mappings():
            node = f"order:{row['order_number']}:{row['line']}:{row['lot'] or ''}"
            unsent = f"order:{row['order_number']}:0:"
            if node in wanted or unsent in wanted:
                view = dict(row)
                pieces = {bucket.value: view.pop(bucket.value) for bucket in Bucket}
                held = {name: some for name, some in pieces.items() if some}
                at = node if node in wanted else unsent
                found[at] = {"order": view.pop("order_number"), **view, "lot": row["lot"], "pieces": held}
    return found


def load_named(name: str) -> View:
    """What the name of a load's node says: whose, in what, its number, when it began."""
    supplier, _, rest = name.partition(":")
    equipment, _, load = rest[: -_STARTED - 1].partition(":")
    return {
        "supplier": supplier,
        "equipment": equipment,
        "load": load,
        "started_at": rest[-_STARTED:],
    }


def customers(session: Session, trace: Trace) -> list[View]:
    """Who got what, dispatch by dispatch: what left of lots that are in the trace."""
    sent = [step.link for step in trace.steps if step.link.how == "dispatch"]
    numbers = {name_of(link.target) for link in sent}
    rows: dict[tuple[str, str], View] = {}
    for some in chunks(sorted(numbers)):
        for row in session.execute(_SENT_ROWS, {"names": some}).mappings():
            rows[row["dispatch"], row["lot"]] = dict(row) | {"contacts": row["contacts"] or []}
    found = []
    for link in sent:
        told = rows.get((name_of(link.target), name_of(link.source)))
        if told is not None:
            found.append(told | {"quantity": link.quantity, "unit": link.unit})
    return sorted(
        found, key=lambda item: (item["customer"], item["shipped_on"], item["dispatch"], item["lot"])
    )


def suppliers(session: Session, trace: Trace) -> tuple[list[View], list[View], list[View]]:
    """What was done outside, order by order; the certificates of it; and those that are missing."""
    orders = sorted({work_of(node).order for node in trace.of_kind(NodeKind.ORDER)})
    done: list[View] = []
    missing: list[View] = []
    for row in _of(session, _ORDER_ROWS, orders):
        told = {"order": row["number"], "supplier": row["supplier"], "process": row["process"]}
        if row["snapshot"] is None:
            done.append(
                told | {"stage": row["stage"], "spec": "", "spec_revision": "", "loads": [], "load_nodes": []}
            )
            continue
        order = load_order(row["snapshot"])
        loads = {load.node: load.full_name for line in order.lines for load in line.reported_loads}
        done.append(
            told
            | {"supplier_name": order.supplier_name, "process_name": order.process_name}
            | {"stage": row["stage"], "spec": order.spec, "spec_revision": order.spec_revision}
            | {"supplier_order": order.supplier_order, "loads": list(dict.fromkeys(loads.values()))}
            | {"load_nodes": list(loads)}
        )
        missing += [
            {"order": order.number, "supplier": order.supplier, "type": type_.value}
            for type_ in missing_documents(order)
        ]
    papers = [
        {"document": row["id"], "order": row["order_number"]} | {name: row[name] for name in _PAPER}
        for row in _of(session, _PAPER_ROWS, orders)
        if row["type"] in _CERTIFY and not row["superseded_by"]
    ]
    return done, papers, missing


def _of(session: Session, query: Select[Any], names: Iterable[str]) -> Iterator[View]:
    for some in chunks(names):
        for row in session.execute(query, {"names": some}).mappings():
            yield dict(row)
