"""What of a node is one piece with a serial number: its neighbours in the lot, or at the supplier, are not meant."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from models.domain.quantities import ZERO

View = dict[str, Any]
_ONE = Decimal(1)


def only(piece: Mapping[str, Any], node: View) -> View:
    """A node of a trace as it is answered, with as much of it as the piece is: nothing where it is somewhere else,
    one at most where nobody wrote down where it is. What it went into is told as all of it."""
    if node.get("part") != piece["part"]:
        return node
    elsewhere = piece["at"] is not None and piece["at"] != node["id"]
    if node["kind"] == "lot":
        return {**node, "on_hand": ZERO if elsewhere else min(node.get("on_hand", ZERO), _ONE)}
    if node["kind"] == "order":
        return {**node, "pieces": {} if elsewhere else _pieces(piece, node.get("pieces", {}))}
    return node


def _pieces(piece: Mapping[str, Any], there: Mapping[str, Decimal]) -> dict[str, Decimal]:
    if piece["at"] is not None:
        return {piece["bucket"]: _ONE}
    return {bucket: min(some, _ONE) for bucket, some in there.items()}
