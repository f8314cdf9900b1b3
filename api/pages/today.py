"""The first page: what needs somebody now, and under it the board by stage."""

from __future__ import annotations

from fastapi import Request, Response

from api.pages.route import page_router
from api.pages.staff import Visitor, draw
from api.pages.wording import stage_name
from models.queries import board, order_records
from models.queries.order_list import Filter

router = page_router()
_ROWS = 25
_CARDS = 4


@router.get("/")
def today(request: Request, staff: Visitor) -> Response:
    with request.app.state.database.read() as session:
        alerts = order_records.alerts(session, staff.reader, is_open=True, limit=_ROWS + 1)
        counts = board.counts(session, Filter(), staff.reader)
        columns = board.columns(session, staff.reader, _CARDS)
    return draw(
        request,
        staff,
        "pages/today.html",
        alerts=alerts[:_ROWS],
        more=len(alerts) > _ROWS,
        columns=[(stage, stage_name(stage), counts[stage], cards) for stage, cards in columns.items()],
    )
