"""Where the piece is that a trace by serial number began with."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session

from models.domain.trace import Trace, lot_node, name_of
from models.queries.serial_stock import serial_stock
from models.queries.trace import Begin

View = dict[str, Any]


def piece(session: Session, begin: Begin, trace: Trace) -> View:
    """Its number and part; `at` the node it is at, empty where that is not in the trace, None where nobody wrote
    it down; and of pieces at work the `bucket` it is in."""
    told: View = {"serial": begin.serial, "part": begin.part, "at": None, "bucket": ""}
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
    else:
        at = lot_node(where.lot)
    return told | {"at": at if at in trace.nodes else ""}
