"""The quality ledger: nonconformances over all orders."""

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
) -> Answer:
    """The newest first: what was wrong, what became of the pieces, who answers for it, what is done about it.

    `open` asks for pieces that have no end yet, `action` where corrective actions stand.
    """
    wanted = ledger.Filter(
        is_open,
        supplier,
        part,
        "" if responsibility == "unknown" else responsibility,
        action,
        reviewed,
    )
    today: date = request.app.state.clock().date()
    with request.app.state.database.read() as session:
        items = ledger.listed(session, wanted, reader(principal), today, cursor(page), page.limit + 1)
    return paged(items, page.limit, lambda item: f"{item['opened_at'].isoformat()}|{item['nonconformance']}")
