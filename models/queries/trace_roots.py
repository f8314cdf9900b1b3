"""What somebody holds in their hands - a lot, a heat, a job, a certificate - as the place a trace begins.

One word may be several things. Each is a `Match` with an address of its own, `kind:value`, which names it alone;
where something is itself called `kind:value`, the other one's is `kind: value`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, String, cast, func, literal, or_, select, union
from sqlmodel import Session

from models.codec import load_order
from models.domain.errors import Choice
from models.domain.identifiers import Kind, words
from models.domain.trace import NodeKind, kind_of, lot_node, name_of, work_of
from models.queries import trace_boxes
from models.queries.serial_stock import BOUGHT
from models.queries.trace import Begin, Genealogy, holds
from models.queries.trace_one import ONE_PIECE
from models.queries.trace_reach import links
from models.tables.lot_documents import LotDocumentRow
from models.tables.lots import Lot
from models.tables.orders import DocumentRow, EdgeRow, IdentifierRow, LineRow, OrderRow, PiecesRow
from models.tables.serials import SerialRow
from models.tables.shop_floor import ConsumptionRow, DispatchLineRow, DispatchRow, OutputRow
from models.tables.types import table
from models.tables.work_orders import WorkOrder

_LOTS, _JOBS, _ORDERS, _PIECES = table(Lot), table(WorkOrder), table(OrderRow), table(PiecesRow)
_LOT_DOCUMENTS = table(LotDocumentRow)
_LINES, _DOCUMENTS, _IDENTIFIERS = table(LineRow), table(DocumentRow), table(IdentifierRow)
_DISPATCHES, _DISPATCHED, _OUTPUTS = table(DispatchRow), table(DispatchLineRow), table(OutputRow)
_EDGES, _AT_WORK, _CONSUMED = table(EdgeRow), table(SerialRow), table(ConsumptionRow)
_WRITTEN = (
    *(_LOTS.c[name] for name in ("number", "heat_number", "supplier_lot", "certificate")),
    *(rows.c.number for rows in (_JOBS, _ORDERS, _DISPATCHES, _DOCUMENTS, _LOT_DOCUMENTS)),
    _AT_WORK.c.serial,
)
# Between what tells two of the same name apart.
_SLASH = "/"
LONGEST = 200
# Kinds that are told by the lots and orders they stand for.
_STAND_FOR = frozenset({"heat", "certificate"})
# Supplier, equipment, the load's number and when it began.
_WHOLE_LOAD = re.compile(r"[^:]+:.*:([^:]+):\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.IGNORECASE)


Finder = Callable[[Session, list[str]], Iterator["Match"]]


@dataclass(frozen=True, slots=True)
class Match:
    """One thing that is called so. `told` says which of several it is: a supplier, a part, the lots and orders it
    stands for. `shared`: something else has its identifier for a name."""

    kind: str
    value: str
    told: str
    begin: Begin
    shared: bool = False

    @property
    def identifier(self) -> str:
        return f"{self.kind}:{' ' if self.shared else ''}{self.value}"

    @property
    def choice(self) -> Choice:
        return Choice(self.identifier, self.kind, self.value, self.told)


def matches(session: Session, identifier: str, *, cleared: bool) -> list[Match]:
    """What exists for who asks; looked up as typed, in capitals and in small letters, and where that finds
    nothing, in whatever letters it is written."""
    typed = unicodedata.normalize("NFKC", identifier).strip()[:LONGEST]
    kind, colon, value = typed.partition(":")
    if not colon or kind.lower() not in FINDERS:
        return _anything(session, typed, cleared)
    of_kind = _called(session, {kind.lower(): FINDERS[kind.lower()]}, value.strip(), cleared)
    if of_kind and (value.startswith(" ") or not _is_name(session, typed)):
        return of_kind
    # What has a colon in its name may begin like a kind.
    whole = _anything(session, typed, cleared)
    return [*(replace(match, shared=bool(whole)) for match in of_kind), *whole]


def _is_name(session: Session, typed: str) -> bool:
    names = _spellings(typed)
    called = union(*(select(literal(1)).where(column.in_(names)) for column in _WRITTEN))
    return session.scalar(called.limit(1)) is not None


def _anything(session: Session, typed: str, cleared: bool) -> list[Match]:
    found = _called(session, FINDERS, typed, cleared)
    exactly = [match for match in found if match.value.partition(_SLASH)[0] == typed]
    return exactly or found


def _called(session: Session, finders: Mapping[str, Finder], typed: str, cleared: bool) -> list[Match]:
    def look(names: list[str]) -> list[Match]:
        return [match for find in finders.values() for match in seen(session, find(session, names), cleared)]

    found = look(_spellings(typed))
    if not found and (written := _written(session, typed)):
        found = look(written)
    if not found and _SLASH in typed:
        # Of a name that tells two apart, the part that is written down; what it tells them by is compared here.
        heads = {typed.partition(_SLASH)[0], typed.rpartition(_SLASH)[0]}
        names = [name for head in sorted(heads) for name in (*_spellings(head), *_written(session, head))]
        found = [match for match in look(names) if match.value.lower() == typed.lower()]
    return found


def _written(session: Session, typed: str) -> list[str]:
    """As it is written where its letters are mixed. Only heats and suppliers' lots have an index for that,
    which is why it is asked last."""
    small = typed.lower()
    found: dict[str, None] = {}
    for column in _WRITTEN:
        found |= dict.fromkeys(session.scalars(select(column).where(func.lower(column) == small).distinct()))
    for serials in (_OUTPUTS.c.serials, _DISPATCHED.c.serials, _CONSUMED.c.serials, _LOTS.c.serials):
        text = func.lower(cast(serials, String))
        named = [BOUGHT] if serials is _LOTS.c.serials else []
        for some in session.scalars(
            select(serials).where(text.contains(f'"{small}"', autoescape=True), *named)
        ):
            found |= dict.fromkeys(serial for serial in some if serial.lower() == small)
    return list(found)


def _spellings(typed: str) -> list[str]:
    return list(dict.fromkeys(name for name in (typed, typed.upper(), typed.lower()) if name))


def seen(session: Session, found: Iterable[Match], cleared: bool) -> Iterator[Match]:
    """Those that exist for who asks, and of what they stand for the lots and orders that do."""
    genealogy = Genealogy(session, cleared)
    for match in found:
        roots = tuple(genealogy.visible(match.begin.roots))
        # Nothing says of what is nowhere who may know of it.
        if roots or genealogy.whole:
            told = _stands_for(roots) if match.kind in _STAND_FOR else match.told
            yield replace(match, begin=replace(match.begin, roots=roots), told=told)


def _stands_for(roots: Iterable[str]) -> str:
    """The first few lots among them, and the orders."""
    lots = [name_of(node) for node in roots if kind_of(node) is NodeKind.LOT]
    orders = dict.fromkeys(work_of(node).order for node in roots if kind_of(node) is NodeKind.ORDER)
    return ", ".join((*lots[:3], *orders))


def _lots(session: Session, names: Collection[str]) -> Iterator[Match]:
    query = select(_LOTS.c.number, _LOTS.c.part).where(_LOTS.c.number.in_(names))
    for row in session.execute(query.order_by(_LOTS.c.number)):
        yield Match("lot", row.number, row.part, Begin((lot_node(row.number),)))


def _heats(session: Session, names: Collection[str]) -> Iterator[Match]:
    """A heat is all lots made of it, whoever delivered them."""
    query = select(_LOTS.c.heat_number, _LOTS.c.number).where(_LOTS.c.heat_number.in_(names))
    by_heat: dict[str, list[str]] = {}
    for row in session.execute(query.order_by(_LOTS.c.heat_number, _LOTS.c.number)):
        by_heat.setdefault(row.heat_number, []).append(row.number)
    for heat, lots in by_heat.items():
        yield Match("heat", heat, "", Begin(tuple(lot_node(lot) for lot in lots)))


def _supplier_lots(session: Session, names: Collection[str]) -> Iterator[Match]:
    """A number of a supplier's own: two suppliers may have the same one."""
    wanted = {name: name.rpartition(_SLASH) for name in names}
    numbers = {*names, *(number for number, slash, _ in wanted.values() if slash)}
    query = select(_LOTS.c.supplier, _LOTS.c.supplier_lot, _LOTS.c.number).where(
        _LOTS.c.supplier_lot.in_(numbers)
    )
    by_lot: dict[tuple[str, str], list[str]] = {}
    for row in session.execute(query.order_by(_LOTS.c.supplier_lot, _LOTS.c.supplier, _LOTS.c.number)):
        by_lot.setdefault((row.supplier_lot, row.supplier or ""), []).append(row.number)
    for (number, supplier), lots in by_lot.items():
        value = f"{number}{_SLASH}{supplier}"
        if number in names or value in names:
            yield Match("supplier_lot", value, supplier, Begin(tuple(lot_node(lot) for lot in lots)))


def _serials(session: Session, names: Collection[str]) -> Iterator[Match]:
    """A piece is in the lot it was bought in or came out of a job in, went out in, was accepted as, or was dispatched
    or used up from."""
    found: dict[tuple[str, str], dict[str, None]] = {}
    whole = {*names, *(name.rpartition(_SLASH)[0] for name in names if _SLASH in name)}
    for rows, lot, live in (
        (_LOTS, _LOTS.c.number, [BOUGHT]),
        (_OUTPUTS, _OUTPUTS.c.lot, [_OUTPUTS.c.reversed_at.is_(None)]),
        (_DISPATCHED, _DISPATCHED.c.lot, []),
        (_CONSUMED, _CONSUMED.c.lot, []),
    ):
        query = select(rows.c.part, lot.label("lot"), rows.c.serials).where(
            or_(*(holds(rows.c.serials, name) for name in whole)), *live
        )
        for row in session.execute(query.order_by(lot)):
            for serial in set(row.serials) & whole:
                found.setdefault((serial, row.part), {})[lot_node(row.lot)] = None
    query = select(_AT_WORK).where(_AT_WORK.c.serial.in_(whole))
    for row in session.execute(query.order_by(_AT_WORK.c.order_number, _AT_WORK.c.line)):
        nodes = found.setdefault((row.serial, row.part), {})
        nodes[f"order:{row.order_number}:{row.line}:{row.lot}"] = None
        if row.output:
            nodes[lot_node(row.output)] = None
    for (serial, part), nodes in found.items():
        value = f"{serial}{_SLASH}{part}"
        if serial in names or value in names:
            most = dict.fromkeys(nodes, ONE_PIECE)
            begin = Begin(tuple(nodes), _sources(session, nodes), serial=serial, part=part, most=most)
            yield Match("serial", value, part, begin)


def _jobs(session: Session, names: Collection[str]) -> Iterator[Match]:
    """A job is what it drew and made, and its pieces at suppliers."""
    query = select(_JOBS.c.number, _JOBS.c.part).where(_JOBS.c.number.in_(names)).order_by(_JOBS.c.number)
    for row in session.execute(query):
        nodes = _at_work(session, _LINES.c.work_order == row.number)
        yield Match("work_order", row.number, row.part, Begin((f"job:{row.number}", *nodes)))


def _orders(session: Session, names: Collection[str]) -> Iterator[Match]:
    query = select(_ORDERS.c.number, _ORDERS.c.supplier).where(_ORDERS.c.number.in_(names))
    for row in session.execute(query.order_by(_ORDERS.c.number)):
        nodes = _at_work(session, _LINES.c.order_number == row.number)
        # What nothing was sent of yet is there all the same.
        roots = nodes or (_unsent(row.number),)
        yield Match("order", row.number, row.supplier, Begin(roots, _sources(session, nodes)))


def _parcels(session: Session, names: Collection[str]) -> Iterator[Match]:
    for box in trace_boxes.parcels(session, names):
        yield Match(
            "parcel", box.name, box.told, Begin(box.nodes, _sources(session, box.nodes), most=box.most)
        )


def _transfers(session: Session, names: Collection[str]) -> Iterator[Match]:
    for box in trace_boxes.transfers(session, names):
        yield Match(
            "transfer", box.name, box.told, Begin(box.nodes, _sources(session, box.nodes), most=box.most)
        )


def _loads(session: Session, names: Collection[str]) -> Iterator[Match]:
    """By its number, or by its whole name: supplier, equipment, number and start."""
    found: dict[str, None] = {}
    nodes = [f"load:{name}" for name in names]
    found |= dict.fromkeys(
        session.scalars(select(_EDGES.c.to_node).where(_EDGES.c.to_node.in_(nodes)).limit(1))
    )
    numbers = {whole[1] for name in names if (whole := _WHOLE_LOAD.fullmatch(name))}
    lookups = {word for name in (*names, *numbers) for word in words(name)}
    small = {name.lower() for name in names}
    query = (
        select(_ORDERS.c.snapshot)
        .join(_IDENTIFIERS, _IDENTIFIERS.c.order_number == _ORDERS.c.number)
        .where(
            _IDENTIFIERS.c.kind == Kind.LOAD.value,
            _IDENTIFIERS.c.word.in_(lookups),
            _ORDERS.c.snapshot.is_not(None),
        )
    )
    for snapshot in session.scalars(query):
        for line in load_order(snapshot).lines:
            found |= {
                load.node: None
                for load in line.reported_loads
                if {load.load.lower(), load.node.partition(":")[2].lower()} & small
            }
    for node in sorted(found):
        yield Match("load", node.partition(":")[2], "", Begin((node,)))


def _dispatches(session: Session, names: Collection[str]) -> Iterator[Match]:
    query = select(_DISPATCHES.c.number, _DISPATCHES.c.customer).where(_DISPATCHES.c.number.in_(names))
    for row in session.execute(query.order_by(_DISPATCHES.c.number)):
        yield Match("dispatch", row.number, row.customer, Begin((f"dispatch:{row.number}",)))


def _certificates(session: Session, names: Collection[str]) -> Iterator[Match]:
    """By the number its issuer printed on it, or ours. It begins at the pieces it is about: the lots that came
    with it; of an order those of its lines and its lot, where it names them, or all."""
    found = {(match.value, match.begin.roots): match for match in _material(session, names)}
    for match in _of_orders(session, names):
        same = [key for key in found if key[0] == match.value]
        if not same:
            yield match
            continue
        # One paper that came with material and was handed in for an order is one paper.
        also = found.pop(same[0])
        begin = Begin((*also.begin.roots, *match.begin.roots), match.begin.behind)
        yield Match("certificate", match.value, "", begin)
    yield from found.values()


def _material(session: Session, names: Collection[str]) -> Iterator[Match]:
    """A mill's report, or a dealer's certificate: its number stands with the lots that came with it, or on
    the files that are kept of them."""
    wanted = {*names, *(name.partition(_SLASH)[0] for name in names)}
    query = union(
        select(_LOTS.c.certificate, _LOTS.c.supplier, _LOTS.c.number).where(_LOTS.c.certificate.in_(wanted)),
        select(_LOT_DOCUMENTS.c.number, _LOTS.c.supplier, _LOTS.c.number)
        .join(_LOTS, _LOTS.c.number == _LOT_DOCUMENTS.c.lot)
        .where(_LOT_DOCUMENTS.c.number.in_(wanted)),
        select(_LOT_DOCUMENTS.c.id, _LOTS.c.supplier, _LOTS.c.number)
        .join(_LOTS, _LOTS.c.number == _LOT_DOCUMENTS.c.lot)
        .where(_LOT_DOCUMENTS.c.id.in_(names)),
    )
    found = sorted((row[0], row[1] or "", row[2]) for row in session.execute(query))
    by_paper: dict[tuple[str, str], list[str]] = {}
    for number, supplier, lot in found:
        by_paper.setdefault((number, supplier), []).append(lot)
    for (number, supplier), lots in by_paper.items():
        value = f"{number}{_SLASH}{supplier}" if supplier else number
        if number in names or value in names:
            begin = Begin(tuple(lot_node(lot) for lot in lots))
            yield Match("certificate", value, "", begin)


def _of_orders(session: Session, names: Collection[str]) -> Iterator[Match]:
    wanted = {*names, *(name.partition(_SLASH)[0] for name in names)}
    query = select(_DOCUMENTS).where(or_(_DOCUMENTS.c.number.in_(wanted), _DOCUMENTS.c.id.in_(names)))
    by_paper: dict[tuple[str, str], list[Any]] = {}
    for row in session.execute(query.order_by(_DOCUMENTS.c.number, _DOCUMENTS.c.issuer, _DOCUMENTS.c.id)):
        by_paper.setdefault((row.number or row.id, row.issuer), []).append(row)
    for (number, issuer), papers in by_paper.items():
        value = f"{number}{_SLASH}{issuer}" if issuer else number
        if not {number, value, *(paper.id for paper in papers)} & set(names):
            continue
        nodes = dict.fromkeys(node for paper in papers for node in _about(session, paper))
        begin = Begin(tuple(nodes), _sources(session, nodes))
        yield Match("certificate", value, "", begin)


def _about(session: Session, paper: Any) -> tuple[str, ...]:
    snapshot = session.scalar(select(_ORDERS.c.snapshot).where(_ORDERS.c.number == paper.order_number))
    assert snapshot is not None, "a draft has no documents"
    order = load_order(snapshot)
    document = order.documents[paper.id]
    nodes = _at_work(session, _LINES.c.order_number == paper.order_number)
    for line in document.lines:
        nodes = tuple(node for node in nodes if int(node.split(":", 3)[2]) in document.lines) or (
            f"order:{paper.order_number}:{line}:",
        )
    lot = (document.printed.lot or "").strip()
    # What nothing was sent of yet is there all the same.
    return tuple(node for node in nodes if node.split(":", 3)[3] == lot) or nodes or (_unsent(order.number),)


def _unsent(order: str) -> str:
    return f"order:{order}:0:"


def _at_work(session: Session, which: ColumnElement[bool]) -> tuple[str, ...]:
    query = (
        select(_PIECES.c.order_number, _PIECES.c.line, _PIECES.c.lot)
        .join(
            _LINES,
            (_LINES.c.order_number == _PIECES.c.order_number) & (_LINES.c.line == _PIECES.c.line),
        )
        .where(which)
        .order_by(_PIECES.c.order_number, _PIECES.c.line, _PIECES.c.lot)
    )
    return tuple(f"order:{row.order_number}:{row.line}:{row.lot}" for row in session.execute(query))


def _sources(session: Session, nodes: Iterable[str]) -> frozenset[str]:
    """What these pieces were sent from: theirs is not all that became of it."""
    return frozenset(link.source for link in links(session, list(nodes), out=False) if link.how == "ship")


FINDERS: dict[str, Finder] = {
    "lot": _lots,
    "work_order": _jobs,
    "order": _orders,
    "parcel": _parcels,
    "transfer": _transfers,
    "dispatch": _dispatches,
    "heat": _heats,
    "supplier_lot": _supplier_lots,
    "load": _loads,
    "serial": _serials,
    "certificate": _certificates,
}
