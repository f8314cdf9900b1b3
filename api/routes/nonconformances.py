"""The quality ledger: nonconformances over all orders and jobs."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from fastapi import Query, Request

from api.auth import Reader
from api.fields import Key
from api.routes.orders import cursor, paged, reader
from api.routes.resource import Paging
from api.wire import Answer, api_router
from models.queries import ledger

router = api_router(tags=["Quality"])
ActionIs = Literal["none", "planned", "overdue", "completed", "verified", "ineffective"]
KindIs = Literal["pieces", "material"]
ResponsibleIs = Literal["supplier", "us", "material", "unknown"]


@router.get("/nonconformances")
def list_nonconformances(
    request: Request,
    page: Paging,
    principal: Reader,
    is_open: Annotated[bool | None, Query(alias="open")] = None,
    supplier: Key | None = None,
    part: Key | None = None,
    responsibility: ResponsibleIs | None = None,
    action: ActionIs | None = None,
    reviewed: bool | None = None,
    kind: KindIs | None = None,
) -> Answer:
    """The newest first: what was wrong, what became of the pieces, who answers for it, what is done about it.

    `open` asks for what has no end yet, `action` where corrective actions stand. Of the `kind` `material` is what a job
    used beside its bill of material; `decide_at` is where each is decided about.
    """
    wanted = ledger.Filter(
        is_open,
        supplier,
        part,
        "" if responsibility == "unknown" else responsibility,
        action,
        reviewed,
        kind,
    )
    today: date = request.app.state.clock().date()
    with request.app.state.database.read() as session:
        items = ledger.listed(session, wanted, reader(principal), today, cursor(page), page.limit + 1)
    return paged(items, page.limit, lambda item: f"{item['opened_at'].isoformat()}|{item['nonconformance']}")
