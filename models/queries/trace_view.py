"""A trace as the API answers it and pages draw it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from models.domain.at_most import AtMost, left, of_lots
from models.domain.balance import PASSED_ON, Balance, Scope, by_lot, by_part
from models.domain.conversions import conversions, taken
from models.domain.order import Order
from models.domain.quantities import plain
from models.domain.records import Conversion
from models.domain.trace import Direction, Step, Trace, follow
from models.queries import lot_papers, trace_at_most, trace_balance, trace_nodes
from models.queries.trace import Begin, Genealogy
from models.queries.trace_nodes import Records
from models.queries.trace_one import ONE_PIECE
from models.queries.trace_piece import piece
from models.queries.trace_reach import Reach, too_many
from models.queries.trace_roots import Match
from models.queries.trace_siblings import siblings

View = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Read:
    """A trace as the rules have it, what the books have of its nodes, and the balance of each lot and part."""

    trace: Trace
    records: Records
    scope: Scope
    lots: list[Balance]
    parts: list[Balance]


@dataclass(frozen=True, slots=True)
class Found:
    """A trace, the balance of each of its lots, and both as an answer."""

    trace: Trace
    lots: list[Balance]
    view: View


def read(session: Session, begin: Begin, direction: Direction, genealogy: Genealogy) -> Read:
    """The rows of all that belongs, and whether all of it is somewhere."""
    reach = Reach(session, begin.roots, begin.behind, direction)
    trace = follow(begin.roots, direction, genealogy.over(reach), begin.behind)
    records = trace_nodes.records(session, trace)
    about = trace_balance.scope(session, trace, records.lots, reach)
    lots = by_lot(about)
    return Read(trace, records, about, lots, by_part(lots))


def found(session: Session, match: Match, direction: Direction, *, cleared: bool) -> Found:
    """All that belongs to what `match` names."""
    begin = match.begin
    genealogy = Genealogy(session, cleared, begin.serial, begin.part)
    known = read(session, begin, direction, genealogy)
    trace, records = known.trace, known.records
    nodes = trace_nodes.nodes(session, trace, records, cleared=cleared)
    done, papers, missing, converted = trace_nodes.suppliers(session, trace)
    bought, uncertified = lot_papers.of_material(session, nodes)
    papers, missing = [*bought, *papers], [*uncertified, *missing]
    bounds = _bounds(session, known, begin, genealogy)
    for node in nodes:
        if node["id"] in bounds.nodes:
            node["at_most"] = bounds.nodes[node["id"]]
    customers = trace_nodes.customers(trace, records.sent, bounds, begin)
    by_lot_told = [_balance(balance, genealogy) for balance in known.lots]
    of_parts = [_balance(balance, genealogy) for balance in known.parts]
    view: View = {
        "root": {
            "identifier": match.identifier,
            "kind": match.kind,
            "value": match.value,
            "nodes": list(begin.roots),
            **({"piece": piece(session, begin, trace)} if begin.serial else {}),
        },
        "direction": direction.value,
        "answer": _answer(customers, missing, of_parts, nodes),
        "nodes": [*nodes, *_parties(nodes, done, customers)],
        "edges": [_edge(step, converted, bounds) for step in trace.steps],
        "customers": customers,
        "suppliers": done,
        "certificates": papers,
        "missing": missing,
        "balance": of_parts,
        "lots": by_lot_told,
        "siblings": siblings(session, trace, known.scope.links, genealogy),
    }
    return Found(trace, known.lots, view)


def at_most(session: Session, begin: Begin, direction: Direction, *, cleared: bool) -> AtMost | None:
    """How many of each way can be of what the trace begins with; None where too many were reached to say."""
    if too_many(session, begin.roots, direction):
        return None
    genealogy = Genealogy(session, cleared, begin.serial, begin.part)
    return _bounds(session, read(session, begin, direction, genealogy), begin, genealogy)


def _bounds(session: Session, known: Read, begin: Begin, genealogy: Genealogy) -> AtMost:
    """Where it is known that a piece went nobody else can be meant; where it may have, it is one at most."""
    bounds = trace_at_most.bounds(session, known.trace, known.records, known.scope, begin.most)
    if not begin.serial:
        return bounds
    links = {**dict.fromkeys(genealogy.one_of, ONE_PIECE), **bounds.links}
    told = {key: min(most, ONE_PIECE) if key in genealogy.one_of else most for key, most in links.items()}
    return AtMost(bounds.nodes, {key: most for key, most in told.items() if key not in genealogy.exact})


def _answer(customers: list[View], missing: list[View], balances: list[View], nodes: list[View]) -> View:
    """What somebody who is called about a heat wants to know first."""
    return {
        "customers": len({row["customer"] for row in customers}),
        "dispatched": left(customers, of_lots(nodes)),
        "missing": len(missing),
        "unexplained": [
            {"part": row["part"], "unit": row["unit"], "quantity": row["unexplained"]}
            for row in balances
            if row["unexplained"]
        ],
        # What they are made of is as unknown as what nobody can account for.
        "nothing_drawn": sum(bool(node.get("nothing_drawn")) for node in nodes),
        "mismatches": sum(len(node.get("mismatches", ())) for node in nodes),
    }


def _edge(step: Step, converted: Mapping[str, Order], bounds: AtMost) -> View:
    link = step.link
    told = {
        "from": link.source,
        "to": link.target,
        "quantity": link.quantity or link.assumed,
        "unit": link.unit,
        "how": link.how,
    }
    for name in ("parcel", "load", "order"):
        if getattr(link, name):
            told[name] = getattr(link, name)
    if bounds.links and (most := bounds.links.get(link.key)) is not None:
        told["at_most"] = most
    if link.order in converted:
        told |= _counted(conversions(converted[link.order], link))
        if (took := taken(converted[link.order], link)) is not None:
            told |= {"taken": took.quantity, "taken_unit": took.unit}
    # Nobody named the lot, or the load: these pieces may have come this way.
    return told | {"unsure": step.unsure} if step.unsure else told


def _counted(found: Sequence[Conversion]) -> View:
    """The unit it was counted in and how many of ours one of it is; `conversions` where there were several."""
    each = [{"counted_in": some.counted_in, "conversion": plain(some.factor)} for some in found]
    return {} if not each else each[0] if len(each) == 1 else {"conversions": each}


def conversions_of(edge: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """What `counted_in` and `conversion` of an edge say, however many there are."""
    several: Sequence[Mapping[str, Any]] = edge.get("conversions", ())
    return several or ([edge] if "counted_in" in edge else [])


def _parties(nodes: list[View], done: list[View], customers: list[View]) -> list[View]:
    """Suppliers and customers: no edge leads to them, they hang on lots, orders, loads and dispatches."""
    names = {row["supplier"]: row["supplier_name"] for row in (*nodes, *done) if row.get("supplier_name")}
    codes = {node["supplier"] for node in nodes if node.get("supplier")}
    known = {row["customer"]: row["customer_name"] for row in customers}
    return [
        *(
            {"id": f"supplier:{code}", "kind": "supplier", "supplier": code, "name": names.get(code)}
            for code in sorted(codes)
        ),
        *(
            {"id": f"customer:{code}", "kind": "customer", "customer": code, "name": known[code]}
            for code in sorted(known)
        ),
    ]


def _balance(balance: Balance, genealogy: Genealogy) -> View:
    figures = balance.figures()
    if balance.lot:
        head = {"part": balance.part, "unit": balance.unit, "lot": balance.lot}
    else:
        head = {"part": balance.part, "unit": balance.unit}
        del figures[PASSED_ON]
    items = balance.items
    if not genealogy.whole:
        shown = set(genealogy.visible({item["where"] for item in items if item["where"]}))
        items = [item if item["where"] in shown else {**item, "where": ""} for item in items]
    return {**head, **figures, "items": items}
