"""What expediting an order would push: read before it is asked for."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import Request

from api.auth import Reader
from api.routes.orders import reader
from api.wire import Answer, api_router
from models.domain import gate
from models.domain.decisions.expediting import Proposal, expected, gained_days, proposals
from models.domain.errors import Refusal
from models.queries import orders as queries
from models.queries.expediting import others_there

router = api_router(tags=["Orders"])


@router.get("/orders/{number}/expedite-preview")
def preview_expedite(number: str, need_by: date, request: Request, principal: Reader) -> Answer:
    """The supplier's other open orders that may come later when this one is needed by `need_by`, each with
    the day proposed for it; what is sent as `push` of `expedite` is up to whoever asks. 409 when the order
    cannot be expedited."""
    seen = reader(principal)
    with request.app.state.database.read() as session:
        order, _ = queries.opened(session, number, seen)
        if order is None:
            raise Refusal("order.stage", "The order is a draft. Issue it first.")
        gate.check(order, "expedite")
        others = others_there(session, order, cleared=seen.cleared)
    found = proposals(order, need_by, others, request.app.state.clock())
    return Answer(
        {
            "order": number,
            "need_by": need_by,
            "expected": expected(order),
            "gained": gained_days(order, need_by),
            "orders": [_proposed(each) for each in found],
        }
    )


def _proposed(proposal: Proposal) -> dict[str, Any]:
    order = proposal.order
    return {
        "order": order.number,
        "process": order.process,
        "buyer": order.buyer,
        "need_by": order.need_by,
        "promise_current": order.promise_current,
        "expected": proposal.expected,
        "forecast": proposal.proposed,
        "overtaken": proposal.overtaken,
    }
