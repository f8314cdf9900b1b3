"""What a recall reaches, read from a trace: the answer first, then lots, orders, jobs, customers, whether all
pieces are somewhere, and what nobody can say.

The trace comes as it is answered (`models.queries.trace_view`); here it is only counted and sorted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from decimal import ROUND_DOWN, ROUND_UP, Decimal
from enum import StrEnum
from typing import Any

from models.domain.at_most import left, of_lots
from models.domain.one_piece import only
from models.domain.quantities import ZERO, plain
from models.domain.recall_open import open_pieces

View = dict[str, Any]
_HUNDRED = Decimal(100)
# Beside made and what is left over; together they are what was found.
_HEADS = frozenset({"part", "unit", "lot", "made", "unexplained", "items"})


class Gap(StrEnum):
    """What stands between a trace and an answer one can rely on."""

    GONE = "gone"
    UNEXPLAINED = "unexplained"
    UNSURE = "unsure"
    NO_LOT = "no_lot"
    NOTHING_DRAWN = "nothing_drawn"
    MATERIAL = "material"
    DOCUMENT = "document"
    NO_CERTIFICATE = "no_certificate"
    NO_CONTACT = "no_contact"


def scope_of(trace: Mapping[str, Any], ahead: Collection[str], *, gone: bool = False) -> View:
    """What a recall reaches. `ahead` are the nodes made from what it is about, that included; `gone`: the books have
    that no more."""
    by_kind: dict[str, list[View]] = {}
    if (one := trace["root"].get("piece")) is not None:
        trace = {**trace, "nodes": [only(one, node) for node in trace["nodes"]]}
    for node in trace["nodes"]:
        by_kind.setdefault(node["kind"], []).append(node)
    lots = [_lot(node, affected=node["id"] in ahead) for node in by_kind.get("lot", ())]
    customers = _customers(trace["customers"])
    balance = [_balance(row) for row in trace["balance"]]
    scope: View = {
        "root": {name: trace["root"][name] for name in ("identifier", "kind", "value")},
        "lots": lots,
        "orders": _orders(by_kind.get("order", ()), trace["suppliers"], ahead),
        "open": list(open_pieces(trace, ahead)),
        "jobs": [_job(node, affected=node["id"] in ahead) for node in by_kind.get("work_order", ())],
        "customers": customers,
        "balance": balance,
        "balance_percent": furthest(row["percent"] for row in balance),
        "missing": list(trace["missing"]),
        "gaps": [
            *([_gap(Gap.GONE, trace["root"]["value"])] if gone else []),
            *_gaps(trace, customers, balance),
        ],
    }
    return scope | {"answer": _answer(scope, of_lots(trace["nodes"]))}


def percent(made: Decimal, accounted: Decimal) -> Decimal:
    """Of what was made so much was found, to a tenth; 100 only when all of it was."""
    if made == accounted:
        return _HUNDRED
    if not made:
        return ZERO
    exact = accounted * _HUNDRED / made
    return plain(exact.quantize(Decimal("0.1"), ROUND_DOWN if exact < _HUNDRED else ROUND_UP))


def furthest(percents: Iterable[Decimal]) -> Decimal | None:
    """The one that is furthest from all; None of nothing."""
    return max(percents, key=lambda each: abs(each - _HUNDRED), default=None)


def still_ours(scope: Mapping[str, Any]) -> list[str]:
    """The lots to be held: those affected that are here, and what stops the pieces that are open."""
    here = [lot["lot"] for lot in scope["lots"] if lot["affected"] and lot["on_hand"] > 0]
    return list(dict.fromkeys([*here, *(lot for row in scope["open"] for lot in row["held_by"])]))


def not_stopped(scope: Mapping[str, Any]) -> list[View]:
    """Open pieces that no lot stands for: a hold does not reach them."""
    return [row for row in scope["open"] if not row["held_by"]]


def _lot(node: View, *, affected: bool) -> View:
    told = {name: node.get(name) for name in ("part", "part_revision", "heat_number", "supplier")}
    return {
        "lot": node["id"].partition(":")[2],
        **told,
        "quantity": node.get("quantity", ZERO),
        "on_hand": node.get("on_hand", ZERO),
        "unit": node.get("uom", ""),
        # Also when it is another lot, of which it was made.
        "held": bool(node.get("held") or node.get("held_with")),
        "affected": affected,
    }


def _job(node: View, *, affected: bool) -> View:
    told = {name: node.get(name) for name in ("part", "revision", "quantity", "customer")}
    return {
        "work_order": node["id"].partition(":")[2],
        **told,
        "in_work": node["in_work"],
        "affected": affected,
    }


# Pieces that are on their way, there, or not decided about.
_OPEN = ("in_transit_out", "at_supplier", "in_transit_back", "pending", "rejected")


def _orders(nodes: Iterable[View], done: Iterable[View], ahead: Collection[str]) -> list[View]:
    """One row an order, whatever of it the trace has."""
    found: dict[str, View] = {
        row["order"]: {
            "order": row["order"],
            "supplier": row["supplier"],
            "supplier_name": row.get("supplier_name") or row["supplier"],
            "process": row["process"],
            "stage": row["stage"],
            "affected": False,
            "open_lots": [],
        }
        for row in done
    }
    for node in nodes:
        row = found.get(node["id"].split(":", 3)[1])
        if row is None:
            continue
        row["affected"] = row["affected"] or node["id"] in ahead
        pieces, lot = node.get("pieces", {}), node.get("lot")
        if lot and any(pieces.get(bucket) for bucket in _OPEN) and lot not in row["open_lots"]:
            row["open_lots"].append(lot)
    return list(found.values())


def _customers(rows: Iterable[View]) -> list[View]:
    found: dict[str, View] = {}
    for row in rows:
        customer = found.setdefault(
            row["customer"],
            {
                "customer": row["customer"],
                "name": row["customer_name"] or row["customer"],
                "contacts": [
                    # Those who were written down before languages were are written to in English.
                    {"name": each["name"], "email": each["email"], "locale": each.get("locale", "en")}
                    for each in row["contacts"]
                ],
                "lines": [],
            },
        )
        names = ("dispatch", "shipped_on", "destination", "lot", "part", "part_revision", "quantity")
        line = {name: row[name] for name in (*names, "unit", "at_most") if name in row}
        customer["lines"].append({**line, "serials": list(row["serials"])})
    return list(found.values())


def _balance(row: View) -> View:
    figures = {name: value for name, value in row.items() if name not in _HEADS}
    accounted = sum(figures.values(), ZERO)
    return {
        "part": row["part"],
        "unit": row["unit"],
        "made": row["made"],
        "accounted": accounted,
        "unexplained": row["unexplained"],
        "percent": percent(row["made"], accounted),
        "figures": {name: value for name, value in figures.items() if value},
    }


def _gaps(trace: Mapping[str, Any], customers: Iterable[View], balance: Iterable[View]) -> Iterable[View]:
    for row in balance:
        if row["unexplained"]:
            yield _gap(Gap.UNEXPLAINED, row["part"], row["unexplained"], row["unit"])
    for edge in trace["edges"]:
        if edge.get("unsure"):
            where = f"{edge['from']} → {edge['to']}"
            yield {**_gap(Gap.UNSURE, where, edge["quantity"], edge["unit"]), "type": edge["unsure"]}
    for node in trace["nodes"]:
        if node["kind"] == "order" and node["id"].endswith(":") and node.get("pieces"):
            quantity = sum(node["pieces"].values(), ZERO)
            yield _gap(Gap.NO_LOT, node["order"], quantity, node["unit"])
        if node["kind"] == "work_order" and node["nothing_drawn"]:
            yield _gap(Gap.NOTHING_DRAWN, node["id"].partition(":")[2])
        for mismatch in node.get("mismatches", ()):
            yield {**_gap(Gap.MATERIAL, node["id"].partition(":")[2]), "mismatch": mismatch}
    for paper in trace["missing"]:
        owed = {"type": paper["type"], "owed_by": paper["supplier"]}
        lot = paper.get("lot")
        yield {**(_gap(Gap.NO_CERTIFICATE, lot) if lot else _gap(Gap.DOCUMENT, paper["order"])), **owed}
    for customer in customers:
        if not customer["contacts"]:
            yield _gap(Gap.NO_CONTACT, customer["name"])


def _gap(gap: Gap, where: str, quantity: Decimal | None = None, unit: str = "") -> View:
    told: View = {"gap": gap.value, "where": where}
    return told | {"quantity": quantity, "unit": unit} if quantity is not None else told


def _answer(scope: Mapping[str, Any], bounds: Mapping[str, Decimal]) -> View:
    def count(name: str) -> int:
        return sum(row["affected"] for row in scope[name])

    sent = left((line for each in scope["customers"] for line in each["lines"]), bounds)
    here: dict[tuple[str, str], Decimal] = {}
    on_shelf = [(lot, lot["on_hand"]) for lot in scope["lots"] if lot["affected"] and lot["on_hand"]]
    for row, quantity in [*on_shelf, *((row, row["quantity"]) for row in scope["open"])]:
        kind = row["part"] or "", row["unit"]
        here[kind] = here.get(kind, ZERO) + quantity
    return {
        "customers": len(scope["customers"]),
        "dispatches": len({line["dispatch"] for each in scope["customers"] for line in each["lines"]}),
        "sent": sent,
        "here": [{"part": kind[0], "unit": kind[1], "quantity": here[kind]} for kind in sorted(here)],
        "lots": count("lots"),
        "orders": count("orders"),
        "jobs": count("jobs"),
        "missing": len(scope["missing"]),
        "unexplained": [
            {"part": row["part"], "unit": row["unit"], "quantity": row["unexplained"]}
            for row in scope["balance"]
            if row["unexplained"]
        ],
        "gaps": len(scope["gaps"]),
    }
