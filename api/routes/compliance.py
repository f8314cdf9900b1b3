"""What is proved of an order or a lot: supplier's approval, specification, where its metal was melted."""

from __future__ import annotations

from fastapi import Request

from api.auth import Reader
from api.routes.orders import reader
from api.wire import Answer, api_router
from models.queries import compliance

router = api_router(tags=["Compliance"])


@router.get("/orders/{number}/compliance")
def read_order_compliance(number: str, request: Request, principal: Reader) -> Answer:
    """`approval` under which it was issued, the revision each routing asks for, the `specification` in force when
    its revision was ordered, and for parts under `dfars` where the metal of each lot was melted. `findings`:
    `approval_missing`, `specification_differs`, `specification_not_in_force`, `melted_elsewhere`, `melt_unknown`."""
    now = request.app.state.clock()
    with request.app.state.database.read() as session:
        return Answer(compliance.of_order(session, number, reader(principal), now))


@router.get("/lots/{number}/compliance")
def read_lot_compliance(number: str, request: Request, principal: Reader) -> Answer:
    """`specifications` it was processed to, order by order. `clauses` says of each whether it is met; null when
    nobody knows where a metal was melted."""
    with request.app.state.database.read() as session:
        return Answer(compliance.of_lot(session, number, reader(principal)))
