"""Pieces a recall reaches that are with a supplier or not decided about, and the lots whose hold stops them.

What is pending or rejected is stopped by the lot it came back as. What is still out is stopped by the lot it was sent
as; of a recall about a load, that holds what shares the lot with the load, too, where nobody can tell them
apart: a recall rather holds too much.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from models.domain.pieces import OUT, Bucket
from models.domain.quantities import ZERO
from models.domain.trace import went_again

View = dict[str, Any]
_LOT = "lot:"
_LOOKED_AT = (Bucket.PENDING, Bucket.REJECTED)


def open_pieces(trace: Mapping[str, Any], ahead: Collection[str]) -> Iterator[View]:
    """By order and lot: how many, the lots whose hold stops them, and whether others may be `unsure`ly among
    them. `ahead` are the nodes made from what the recall is about, that included."""
    edges = list(trace["edges"])
    # Of one piece no edge says as which lot it came back before it is accepted.
    came_as = [f"{_LOT}{lot}" for lot in trace["root"].get("piece", {}).get("lots", ())]
    for node in trace["nodes"]:
        if node["kind"] == "order" and node["id"] in ahead and node.get("pieces"):
            touching = [edge for edge in edges if node["id"] in (edge["from"], edge["to"])]
            row = _open(node, touching, ahead, came_as)
            if row["quantity"]:
                yield row


def _open(node: View, edges: Iterable[View], ahead: Collection[str], came_as: Iterable[str]) -> View:
    known = list(edges)
    back = _sum(node, _LOOKED_AT)
    out = _sum(node, OUT)
    sent_as = f"{_LOT}{node['lot']}" if node.get("lot") else ""
    stops: list[str] = []
    unsure = False
    if back:
        stops += [edge["to"] for edge in known if edge["from"] == node["id"] and edge["to"] in ahead]
        stops += came_as
    if out and sent_as in ahead:
        stops.append(sent_as)
    elif out and (again := [edge["from"] for edge in known if _again(edge, node["id"], ahead)]):
        stops += again
    elif out:
        out, unsure = _of_loads(node["id"], known, out)
        stops += [sent_as] if out and sent_as else []
    return {
        "order": node["order"],
        "lot": node.get("lot") or "",
        "part": node.get("part") or "",
        "unit": node["unit"],
        "quantity": back + out,
        "at_supplier": out,
        "held_by": sorted({each.removeprefix(_LOT) for each in stops if each.startswith(_LOT)}),
        "unsure": unsure,
    }


def _of_loads(work: str, edges: Iterable[View], out: Decimal) -> tuple[Decimal, bool]:
    """How many of those out may be of the loads the recall is about, and whether others are among them."""
    known = list(edges)
    inside = sum((edge["quantity"] for edge in known if edge["from"].startswith("load:")), ZERO)
    loads = {edge["from"] for edge in known if edge["from"].startswith("load:")}
    left = sum(
        (
            edge["quantity"]
            for edge in known
            if edge["from"] == work and edge.get("load") in loads and not edge["to"].startswith("load:")
        ),
        ZERO,
    )
    remain = max(ZERO, inside - left) if loads else out
    return min(out, remain), bool(remain) and remain < out


def _again(edge: View, work: str, ahead: Collection[str]) -> bool:
    """Whether rejects that are concerned went there again."""
    return edge["to"] == work and went_again(edge.get("how", ""), work) and edge["from"] in ahead


def _sum(node: View, buckets: Iterable[Bucket]) -> Decimal:
    return sum((node["pieces"].get(bucket.value, ZERO) for bucket in buckets), ZERO)
