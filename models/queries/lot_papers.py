"""The certificates that material came with: a mill's test report, a dealer's certificate of conformity."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import Session

from models.domain.trace import NodeKind, kind_of, name_of, work_of
from models.queries.trace import chunks
from models.queries.trace_nodes import CERTIFY
from models.tables.lots import Lot
from models.tables.orders import DocumentRow
from models.tables.types import table

View = dict[str, Any]
# In place of a type of document: what is written down with a lot, and compared with nothing.
MATERIAL = "material"
_LOTS, _DOCUMENTS = table(Lot), table(DocumentRow)
_OF_LOTS = select(_LOTS.c.number, _LOTS.c.certificate).where(
    _LOTS.c.number.in_(bindparam("names", expanding=True)), _LOTS.c.certificate.is_not(None)
)
_OF_ORDERS = (
    select(_DOCUMENTS.c.order_number, _DOCUMENTS.c.number)
    .where(
        _DOCUMENTS.c.order_number.in_(bindparam("names", expanding=True)),
        _DOCUMENTS.c.type.in_(sorted(CERTIFY)),
        _DOCUMENTS.c.superseded_by == "",
        _DOCUMENTS.c.number != "",
    )
    .order_by(_DOCUMENTS.c.order_number, _DOCUMENTS.c.number)
)


def of_material(nodes: Iterable[View]) -> tuple[list[View], list[View]]:
    """The certificates of the bought lots among the nodes of a trace, and those that have none. What was made
    here has its certificates at the orders it went through."""
    papers: list[View] = []
    missing: list[View] = []
    for node in nodes:
        if node["kind"] != NodeKind.LOT.value or not (node.get("certificate") or node.get("supplier")):
            continue
        if not node["certificate"]:
            missing.append({"lot": node["number"], "supplier": node["supplier"], "type": MATERIAL})
            continue
        papers.append(
            {
                "lot": node["number"],
                "type": MATERIAL,
                "number": node["certificate"],
                "issuer": node["supplier_name"] or node["supplier"] or "",
            }
        )
    return papers, missing


def numbers(session: Session, nodes: Iterable[str]) -> dict[str, list[str]]:
    """By node the numbers on the certificates of its lot, or of its order."""
    lots: dict[str, str] = {}
    orders: dict[str, list[str]] = {}
    for node in dict.fromkeys(nodes):
        if kind_of(node) is NodeKind.LOT:
            lots[name_of(node)] = node
        elif kind_of(node) is NodeKind.ORDER:
            orders.setdefault(work_of(node).order, []).append(node)
    found: dict[str, list[str]] = {}
    for some in chunks(lots):
        for number, certificate in session.execute(_OF_LOTS, {"names": some}):
            found[lots[number]] = [certificate]
    for some in chunks(orders):
        for order, printed in session.execute(_OF_ORDERS, {"names": some}):
            for node in orders[order]:
                found.setdefault(node, []).append(printed)
    return found
