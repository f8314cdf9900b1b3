"""A nonconformance as a line of the quality ledger."""

from __future__ import annotations

from typing import Any

from models.domain.corrective import CorrectiveAction, next_due, standing
from models.domain.order import Order
from models.domain.pieces import line_of
from models.domain.records import Nonconformance


def of_ledger(order: Order, item: Nonconformance) -> dict[str, Any]:
    """The columns of its row; JSON values inside them, as the API shows them."""
    # Those opened before lines were kept with them have their pieces' line.
    number = item.line or next((line_of(at) for at in item.shares), order.lines[0].line)
    line = order.line(number) or order.lines[0]
    return {
        "id": item.nonconformance,
        "open": item.open,
        "quantity": item.quantity,
        "defect": item.defect,
        "opened_at": item.opened_at,
        "decided_by": item.decided_by,
        "supplier": order.supplier,
        "line": line.line,
        "part": line.part,
        "part_revision": line.part_revision,
        "unit": line.unit,
        "responsibility": item.responsibility,
        "cause": item.cause,
        "decided": [
            {"decision": each.decision, "at": each.at, "quantity": str(each.quantity)}
            for each in item.decided
        ],
        "actions": [shown(action) for action in item.actions],
        "action_state": standing(item.actions).value,
        "action_due": next_due(item.actions),
        "reviewed_at": item.reviews[-1].at if item.reviews else None,
        "reviews": [{"at": each.at.isoformat(), "by": each.by, "note": each.note} for each in item.reviews],
        "recorded_only": item.recorded_only,
        "withdrawn": item.withdrawn,
    }


def shown(action: CorrectiveAction) -> dict[str, Any]:
    """A corrective action as the API shows it."""
    return {
        "action": action.action,
        "state": action.state.value,
        "cause": action.cause,
        "what": action.what,
        "owner": action.owner,
        "due": action.due.isoformat(),
        "planned_at": action.planned_at.isoformat(),
        "planned_by": action.planned_by,
        "completed_at": action.completed_at.isoformat() if action.completed_at is not None else None,
        "completed_by": action.completed_by or None,
        "done": action.done,
        "verified_at": action.verified_at.isoformat() if action.verified_at is not None else None,
        "verified_by": action.verified_by or None,
        "effective": action.effective if action.verified_at is not None else None,
        "verdict": action.verdict,
    }
