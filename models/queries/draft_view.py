"""A draft as people and programs read it, in the shape of an order."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session

from models.codec import adapter
from models.domain.facts import Draft, DraftLine
from models.domain.pieces import Bucket
from models.domain.quantities import ZERO
from models.queries import costs
from models.tables.lots import Lot
from models.tables.parts import Part
from models.tables.work_orders import WorkOrder

View = dict[str, Any]


def _planned(session: Session, line: DraftLine) -> list[View]:
    """The lots of a draft's line, in the shape that those of an order have."""
    found = []
    for name, quantity in line.lots:
        lot = session.get(Lot, name)
        heat = (lot.heat_number or "") if lot is not None else ""
        found.append(
            {
                "lot": name,
                "quantity": quantity,
                "heat": heat,
                "output_lot": name,
                "output_lots": [],
                "pieces": _no_pieces(),
            }
        )
    return found


def _no_pieces() -> View:
    return {"sent": ZERO} | {bucket.value: ZERO for bucket in Bucket}


def drafted(session: Session, row: Any) -> View:
    """What a draft says, in the shape of an issued order; of the orders it is kin to nothing."""
    draft = adapter(Draft).validate_python(row.draft)
    lines = []
    for line in draft.lines:
        job = session.get(WorkOrder, line.work_order)
        part = session.get(Part, (job.part, job.revision)) if job is not None else None
        lines.append(
            {
                "line": line.line,
                "work_order": line.work_order,
                "operation": line.operation,
                "part": part.number if part else None,
                "part_revision": part.revision if part else None,
                "description": part.description if part else "",
                "unit": part.uom if part else None,
                "ordered": line.quantity,
                "unit_price": line.unit_price,
                "basis": line.basis.value,
                "terms": None,
                "currency": line.currency,
                "tolerance": line.tolerance,
                "first_article": line.first_article or None,
                "first_article_state": None,
                "setup_allowance": line.setup_allowance,
                "setup_left": line.setup_allowance,
                "short_closed": False,
                "promise_date": None,
                "need_by": draft.need_by,
                "delivery_of": None,
                "processes": [],
                "lots": _planned(session, line),
                "pieces": _no_pieces(),
                "offered": ZERO,
                "trace": "lot" if part is None else part.trace,
                "serials": [],
            }
        )
    return {
        "number": row.number,
        "version": row.version,
        "revision": 0,
        "stage": "draft",
        "flags": ["urgent"] if draft.priority == "urgent" else [],
        "headline": "Draft: nobody outside has seen it",
        "plant": draft.plant,
        "buyer": draft.buyer,
        "supplier": draft.supplier,
        "supplier_order": "",
        "process": draft.process,
        "spec": draft.spec,
        "spec_revision": draft.spec_revision,
        "purchase_order": draft.purchase_order,
        "priority": draft.priority,
        "type": draft.type,
        "issued_at": None,
        "need_by": draft.need_by,
        "promise_first": None,
        "promise_current": None,
        "forecast": None,
        "proposal": None,
        "open_change": None,
        "contingency": None,
        "claims": [],
        "expedites": [],
        "lines": lines,
        "milestones": [],
        "parcels": [],
        "transfers": [],
        "required_documents": [],
        "missing_documents": [],
        "missing": [],
        "next_actions": [{"command": "issue", "allowed": True, "reason": None}],
        "cost": costs.of_draft(draft),
    }
