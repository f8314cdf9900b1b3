"""What the nodes of a trace are beside lots: jobs, pieces at suppliers, loads, dispatches; and what hangs on them:
suppliers with their processes and certificates, customers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import bindparam, or_, select
from sqlmodel import Session

from models.codec import load_order
from models.domain.at_most import AtMost
from models.domain.evidence import DOCUMENTS
from models.domain.order import Order
from models.domain.paperwork import missing_documents
from models.domain.pieces import Bucket
from models.domain.trace import Link, NodeKind, Trace, lot_node, name_of, work_of
from models.queries import melt_flags, specifications
from models.queries.gone_wrong import not_accepted
from models.queries.lot_holds import stopped
from models.queries.prepared import Columns, Prepared, Row, among, together
from models.queries.trace import Begin
from models.queries.trace_lots import LOT_ROWS, Lots, lot_views, lots, views
from models.queries.trace_one import chunks
from models.tables.orders import DocumentRow, LineRow, OrderRow, PiecesRow
from models.tables.shop_floor import Customer, DispatchLineRow, DispatchRow
from models.tables.suppliers import Supplier
from models.tables.types import table
from models.tables.work_orders import WorkOrder

View = dict[str, Any]
_JOBS, _ORDERS, _LINES, _PIECES = table(WorkOrder), table(OrderRow), table(LineRow), table(PiecesRow)
_SUPPLIERS, _DOCUMENTS = table(Supplier), table(DocumentRow)
_DISPATCHES, _DISPATCHED, _CUSTOMERS = table(DispatchRow), table(DispatchLineRow), table(Customer)
JOB = ("number", "type", "part", "revision", "quantity", "due", "customer", "customer_order")
_JOB_ROWS = Prepared(select(*(_JOBS.c[name] for name in JOB)).where(among(_JOBS.c.number, "names")))
_ORDER = ("number", "supplier", "process", "stage", "purchase_order", "snapshot")
_ORDER_ROWS = Prepared(
    select(*(_ORDERS.c[name] for name in _ORDER))
    .where(among(_ORDERS.c.number, "names"))
    .order_by(_ORDERS.c.number)
)
# Ways that pieces go and come back, which somebody counted. The keys are of receipts that were counted in another
# unit, and of what was taken of lots that are.
_COUNTED = frozenset({"process", "return", "ship"})
_CONVERTED = select(_ORDERS.c.snapshot).where(
    _ORDERS.c.number.in_(bindparam("names", expanding=True)),
    or_(*(_ORDERS.c.snapshot.contains(told) for told in ('"counted_in":', '"pieces_back":'))),
)
_DISPATCH = ("number", "customer", "destination", "vehicle", "carrier", "recipient", "shipped_on")
_PAPER = ("type", "number", "issuer", "matched", "filename")
_AT_WORK_ROWS = Prepared(
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
    .where(among(_LINES.c.order_number, "names"))
)
# What went in a dispatch, line by line; one without any is there all the same.
_SENT_ROWS = Prepared(
    select(
        *(_DISPATCHES.c[name] for name in _DISPATCH),
        *(_DISPATCHED.c[name] for name in ("lot", "part", "part_revision", "serials")),
        _CUSTOMERS.c.name.label("customer_name"),
        _CUSTOMERS.c.contacts,
    )
    .outerjoin(_DISPATCHED, _DISPATCHED.c.dispatch == _DISPATCHES.c.number)
    .outerjoin(_CUSTOMERS, _CUSTOMERS.c.code == _DISPATCHES.c.customer)
    .where(among(_DISPATCHES.c.number, "names"))
)
# As a customer got it: the number is its dispatch's.
_SENT = ("dispatch", *_SENT_ROWS.names[1:])
_LOT_SENT = _SENT.index("lot")
_PAPER_ROWS = Prepared(
    select(*(_DOCUMENTS.c[name] for name in ("id", "order_number", "superseded_by", *_PAPER)))
    .where(among(_DOCUMENTS.c.order_number, "names"))
    .order_by(_DOCUMENTS.c.order_number, _DOCUMENTS.c.id)
)
CERTIFY = frozenset(kind.value for kind, rule in DOCUMENTS.items() if rule.certificate)
# A load's start as the end of its name.
_STARTED = len("2026-11-02T09:00:00Z")


@dataclass(frozen=True, slots=True)
class Records:
    """What the books have of the nodes of a trace."""

    lots: Lots
    jobs: Columns
    sent: Sequence[Row]


_BOOKS = {NodeKind.LOT: LOT_ROWS, NodeKind.JOB: _JOB_ROWS, NodeKind.DISPATCH: _SENT_ROWS}


def records(session: Session, trace: Trace) -> Records:
    """Nothing is asked about kinds of nodes that do not occur."""
    kinds = [kind for kind in _BOOKS if trace.of_kind(kind)]
    asked = [(_BOOKS[kind], {"names": _names(trace, kind)}) for kind in kinds]
    found = dict(zip(kinds, together(session, *asked), strict=True))
    of_lots, jobs, sent = (found.get(kind, []) for kind in _BOOKS)
    return Records(lots(of_lots), jobs, list(zip(*sent, strict=True)))


def nodes(session: Session, trace: Trace, records: Records, *, cleared: bool) -> list[View]:
    """Every node with what is known of it, in the trace's own sequence."""
    lots = records.lots
    of_lots = lot_views(lots)
    known = of_lots | _at_work(session, trace)
    known |= views("job", "work_order", JOB, records.jobs)
    known |= views("dispatch", "dispatch", _DISPATCH, list(zip(*records.sent, strict=True)))
    for node in trace.nodes:
        if node not in known:
            known[node] = _nameless(node)
    fed = {link.target for link, _ in trace.steps}
    gave = {link.source for link, _ in trace.steps}
    for node in trace.of_kind(NodeKind.JOB):
        # Work in progress, and work nobody said what it was made of, are shown as that.
        known[node]["nothing_drawn"] = node in trace.back and node not in fed
        known[node]["in_work"] = node in trace.ahead and node not in gave
    differing = not_accepted(session, cleared=cleared) if trace.of_kind(NodeKind.JOB) else {}
    for node in trace.of_kind(NodeKind.JOB):
        decided = differing.get(name_of(node), {})
        known[node]["mismatches"] = list(decided)
        if any(decided.values()):
            known[node]["mismatches_decided"] = {name: told for name, told in decided.items() if told}
    melts = melt_flags.flags(session, of_lots.values()) if lots.melt_asked else {}
    for lot, told in melts.items():
        known[lot_node(lot)] |= told
    stops = stopped(session, _names(trace, NodeKind.LOT), cleared=cleared) if lots.any_held else {}
    for lot, over in stops.items():
        known[lot_node(lot)]["held_with"] = over.lot or None if over.lot != lot else None
        if not over.lot:
            known[lot_node(lot)]["held"] = True
    gone_held = {link.target for link, _ in trace.steps if name_of(link.source) in stops} if stops else ()
    for node in trace.of_kind(NodeKind.DISPATCH):
        known[node]["held"] = node in gone_held
    return [known[node] for node in trace.nodes]


def _nameless(node: str) -> View:
    """What is known of a load is its name; and of something that no book has."""
    kind, _, name = node.partition(":")
    if kind == NodeKind.LOAD:
        return {"id": node, "kind": kind, **load_named(name)}
    if kind == NodeKind.LOT:
        return {"id": node, "kind": kind, "held_with": None, "dfars": False}
    return {"id": node, "kind": "work_order" if kind == NodeKind.JOB else kind}


def _names(trace: Trace, kind: NodeKind) -> list[str]:
    begins = len(kind) + 1
    return [node[begins:] for node in trace.of_kind(kind)]


def _read(session: Session, query: Prepared, names: Collection[str]) -> list[View]:
    """Nothing is asked about no names."""
    if not names:
        return []
    return [dict(zip(query.names, row, strict=True)) for row in query.rows(session, names=names)]


def _at_work(session: Session, trace: Trace) -> dict[str, View]:
    """By node: the order's line, whose it is, and where its pieces are."""
    wanted = set(trace.of_kind(NodeKind.ORDER))
    found: dict[str, View] = {}
    for view in _read(session, _AT_WORK_ROWS, {work_of(node).order for node in wanted}):
        node = f"order:{view['order_number']}:{view['line']}:{view['lot'] or ''}"
        unsent = f"order:{view['order_number']}:0:"
        if node in wanted or unsent in wanted:
            pieces = {bucket.value: view.pop(bucket.value) for bucket in Bucket}
            held = {name: some for name, some in pieces.items() if some}
            at = node if node in wanted else unsent
            order = view.pop("order_number")
            found[at] = {"id": at, "kind": "order", "order": order, **view, "pieces": held}
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


def customers(trace: Trace, sent: Iterable[Row], bounds: AtMost, begin: Begin) -> list[View]:
    """Who got what, dispatch by dispatch: what left of lots that are in the trace; `at_most` so many of it can be
    of what the trace began with, where others are among them. Of one piece its number alone."""
    rows = {(row[0], row[_LOT_SENT]): row for row in sent}
    found: list[View] = []
    for link, _ in trace.steps if rows else ():
        row = link.how == "dispatch" and rows.get((name_of(link.target), name_of(link.source)))
        if row:
            told = dict(zip(_SENT, row, strict=True))
            told["contacts"] = told["contacts"] or []
            if begin.serial in told["serials"] and told["part"] == begin.part:
                told["serials"] = [begin.serial]
            told |= {"quantity": link.quantity, "unit": link.unit}
            if bounds.links and (most := bounds.links.get(link.key)) is not None:
                told["at_most"] = most
            found.append(told)
    return sorted(
        found, key=lambda item: (item["customer"], item["shipped_on"], item["dispatch"], item["lot"])
    )


def suppliers(session: Session, trace: Trace) -> tuple[list[View], list[View], list[View], dict[str, Order]]:
    """What was done outside, order by order; the certificates of it; those that are missing; and the orders that
    counted pieces in another unit."""
    orders = sorted({work_of(node).order for node in trace.of_kind(NodeKind.ORDER)})
    converted: dict[str, Order] = {}
    done: list[View] = []
    ordered_on: dict[str, date] = {}
    missing: list[View] = []
    for row in _read(session, _ORDER_ROWS, orders):
        told = {"order": row["number"], "supplier": row["supplier"], "process": row["process"]}
        if row["snapshot"] is None:
            done.append(
                told
                | {"stage": row["stage"], "spec": "", "spec_revision": "", "specification": None}
                | {"loads": [], "load_nodes": []}
            )
            continue
        order = load_order(row["snapshot"])
        if order.withdrawn or any(receipt.conversions for receipt in order.receipts):
            converted[order.number] = order
        ordered_on[order.number] = order.plant_calendar.local_date(order.spec_ordered_at)
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
    register = specifications.registered(session, {told["spec"] for told in done})
    for told in done:
        if told["order"] in ordered_on:
            ordered = told["spec"], told["spec_revision"], ordered_on[told["order"]]
            told["specification"] = specifications.judged(register, *ordered)
    papers = [
        {"document": row["id"], "order": row["order_number"]} | {name: row[name] for name in _PAPER}
        for row in _read(session, _PAPER_ROWS, orders)
        if row["type"] in CERTIFY and not row["superseded_by"]
    ]
    return done, papers, missing, converted


def converting(session: Session, links: Iterable[Link]) -> dict[str, Order]:
    """Of the orders of these links, those that counted pieces in another unit. Few do: the others are not read."""
    names = sorted({link.order for link in links if link.order and link.how in _COUNTED})
    found: dict[str, Order] = {}
    for some in chunks(names):
        for snapshot in session.scalars(_CONVERTED, {"names": some}):
            order = load_order(snapshot)
            found[order.number] = order
    return found
