"""What a trace is compared with: its rows fetched by hand, and nothing made of them.

As somebody would write it who needs this answer once: one recursive statement for the links out of everything that
can be reached, then one each for the lots, the work orders and the dispatches with their customers, with all columns
that the answer shows, by their keys. In the driver's own tuples; no rules, no balance, no netting of corrections, no
look at orders, holds or who may see what. What leads back is asked with all that went out of these lots, since the
answer shows those links as items of the lots' balances.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from models.db import Database
from models.domain.trace import Direction, lot_node

Rows = Sequence[Any]
_LINK = "edge.from_node, edge.to_node, edge.quantity, edge.unit, edge.how, edge.parcel, edge.load, edge.order_number"
_LOT = (
    "lot.number, lot.part, lot.part_revision, lot.quantity, lot.uom, lot.on_hand, lot.supplier, lot.supplier_lot, "
    "lot.heat_number, lot.country_of_melt, lot.country_of_origin, lot.received_on, lot.certificate, lot.held, "
    "supplier.name"
)
_JOB = "number, type, part, revision, quantity, due, customer, customer_order"
_SENT = (
    "dispatch.number, dispatch.customer, dispatch.destination, dispatch.vehicle, dispatch.carrier, "
    "dispatch.recipient, dispatch.shipped_on, line.lot, line.part, line.part_revision, line.serials, "
    "customer.name, customer.contacts"
)
_ENDS = {Direction.FORWARD: ("from_node", "to_node"), Direction.BACK: ("to_node", "from_node")}


class Floor:
    """The statements as one kind of database is asked them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._as_text = database.is_sqlite
        one = "?" if database.is_sqlite else "%s"
        some = "IN (SELECT value FROM json_each(?))" if database.is_sqlite else "= ANY (%s)"
        self._links = {
            way: f"WITH RECURSIVE reached(node) AS (SELECT CAST({one} AS varchar) UNION "
            f"SELECT edge.{far} FROM reached JOIN genealogy AS edge ON edge.{near} = reached.node) "
            f"SELECT {_LINK} FROM reached JOIN genealogy AS edge ON edge.from_node = reached.node"
            for way, (near, far) in _ENDS.items()
        }
        lots = f"FROM lot LEFT JOIN supplier ON supplier.code = lot.supplier WHERE lot.number {some}"
        sent = (
            "FROM dispatch JOIN dispatch_line AS line ON line.dispatch = dispatch.number "
            f"LEFT JOIN customer ON customer.code = dispatch.customer WHERE dispatch.number {some}"
        )
        self._nodes = {
            "lot": f"SELECT {_LOT} {lots}",
            "job": f"SELECT {_JOB} FROM work_order WHERE number {some}",
            "dispatch": f"SELECT {_SENT} {sent}",
        }

    def trace(self, lot: str, direction: Direction) -> int:
        """How many nodes the rows were of."""
        with self._database.snapshot() as session:
            connection = session.connection()
            return self._fetched(
                lambda text, given: connection.exec_driver_sql(text, (given,)).fetchall(), lot, direction
            )

    def _fetched(self, ask: Callable[[str, Any], Rows], lot: str, direction: Direction) -> int:
        root = lot_node(lot)
        links = ask(self._links[direction], root)
        # What went out of these lots to elsewhere is not of the trace back.
        nodes = {root, *(link[0] for link in links)}
        if direction is Direction.FORWARD:
            nodes.update(link[1] for link in links)
        names: dict[str, list[str]] = {}
        for node in nodes:
            kind, _, name = node.partition(":")
            names.setdefault(kind, []).append(name)
        for kind, some in names.items():
            ask(self._nodes[kind], json.dumps(some) if self._as_text else some)
        return len(nodes)
