"""Alerts over all orders, and what became of commands that were only saved."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from sqlalchemy import select
from starlette.concurrency import run_in_threadpool

from api.auth import Principal, Reader, allowed
from api.routes.lot_holds import standing
from api.routes.order_commands import answer, ask, parse
from api.routes.orders import cursor, paged, reader
from api.routes.resource import Paging
from api.wire import Answer, ExactRequest, api_router
from models.domain import authority
from models.domain.commands import AcknowledgeAlert
from models.domain.errors import Unknown
from models.queries import order_records, recall_alerts
from models.queries import orders as queries
from models.queries.gone_wrong import gone_wrong
from models.tables.orders import AlertRow
from models.tables.types import table

router = api_router(tags=["Alerts"])
Watcher = Annotated[Principal, Depends(allowed(*authority.roles_for("acknowledge-alert")))]
_ALERTS = table(AlertRow)


@router.get("/alerts")
def list_alerts(
    request: Request,
    page: Paging,
    principal: Reader,
    is_open: Annotated[bool | None, Query(alias="open")] = None,
) -> Answer:
    """Alerts of orders; beside the first of them, as `lots_on_hold`, the lots nobody has released yet with what
    their holds touch, as `recall_mails` the customers whose contacts a recall's mail did not reach, and as
    `material_left` the dispatches whose job turned out to have used other material than named."""
    after = cursor(page)
    with request.app.state.database.read() as session:
        items = order_records.alerts(
            session, reader(principal), is_open=is_open, after=after, limit=page.limit + 1
        )
        beside: dict[str, Any] = {}
        if after is None and is_open is not False:
            beside["lots_on_hold"] = standing(session, principal, None, page.limit)
            beside["recall_mails"] = [
                asdict(each) for each in recall_alerts.unreached(session, cleared=principal.cleared)
            ]
            beside["material_left"] = [
                {"mismatch": each.mismatch["id"], "work_order": each.mismatch["work_order"]}
                | {"wrong": each.mismatch["wrong"], "dispatches": [asdict(gone) for gone in each.dispatches]}
                for each in gone_wrong(session, cleared=principal.cleared)
            ]
    return paged(items, page.limit, lambda item: f"{item['raised_at'].isoformat()}|{item['alert']}", **beside)


@router.post("/alerts/{alert}/acknowledge")
async def acknowledge_alert(alert: str, request: Request, principal: Watcher) -> Answer:
    """`cause` and `action`: an alert is answered by what is done about it."""
    exact = request if isinstance(request, ExactRequest) else ExactRequest(request.scope, request.receive)
    raw = await exact.json() if await exact.body() else {}
    order = await run_in_threadpool(_order_of, request, alert)
    command = parse(AcknowledgeAlert, {**raw, "alert": alert} if isinstance(raw, dict) else raw)
    return answer(await ask(exact, principal, order, command, {}))


@router.get("/commands/{command}")
async def read_command(command: str, request: Request, principal: Reader) -> Answer:
    """`received` until it is applied or refused; a refusal is in `refusal`."""
    outcome = await request.app.state.dispatcher.outcome(command)

    def visible() -> None:
        with request.app.state.database.read() as session:
            queries.stored(session, outcome.order, reader(principal))

    await run_in_threadpool(visible)
    return Answer(
        {
            "command": outcome.id,
            "order": outcome.order,
            "name": outcome.name,
            "status": outcome.status,
            "received_at": outcome.received_at,
            "made": outcome.result.get("made"),
            "refusal": outcome.refusal_shown(),
        }
    )


def _order_of(request: Request, alert: str) -> str:
    with request.app.state.database.read() as session:
        order = session.scalar(select(_ALERTS.c.order_number).where(_ALERTS.c.id == alert))
    if order is None:
        raise Unknown("alert.unknown", "There is no alert {alert}.", alert=alert)
    return str(order)
