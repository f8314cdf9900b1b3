"""Where the piece is that a trace by serial number began with."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session

from models.domain.pieces import Bucket
from models.domain.trace import NodeKind, Trace, kind_of, lot_node, name_of
from models.queries.serial_stock import serial_stock
from models.queries.trace import Begin
from models.queries.trace_reach import links

View = dict[str, Any]


def piece(session: Session, begin: Begin, trace: Trace) -> View:
    """Its number and part; `at` the node it is at, empty where that is not in the trace, None where nobody wrote
    it down; of pieces at work the `bucket` it is in; and of one that came back and is not accepted the `lots` whose
    hold stops it."""
    told: View = {"serial": begin.serial, "part": begin.part, "at": None, "bucket": "", "lots": []}
    lots = [name_of(root) for root in begin.roots if root.startswith("lot:")]
    known = (begin.part, begin.serial)
    where = serial_stock(session, lots, [known]).pieces.get(known)
    if where is None:
        return told
    if where.gone:
        at = f"dispatch:{where.dispatch}" if where.dispatch else f"job:{where.job}"
    elif where.away:
        begins = f"order:{where.order}:"
        at = next((root for root in begin.roots if root.startswith(begins)), "")
        assert where.bucket is not None, "what is away is in a bucket of its order"
        told["bucket"] = where.bucket.value
        if where.bucket in (Bucket.PENDING, Bucket.REJECTED):
            told["lots"] = _came_as(session, at) or [where.lot]
    else:
        at = lot_node(where.lot)
    return told | {"at": at if at in trace.nodes else ""}


def _came_as(session: Session, work: str) -> list[str]:
    """The lots as which pieces of this work came back: of one that nobody accepted no row says as which."""
    back = [link.target for link in links(session, [work], out=True) if link.how == "process"]
    return sorted({name_of(node) for node in back if kind_of(node) is NodeKind.LOT})
