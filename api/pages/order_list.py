"""The list of orders: filters in the address, counts beside them, found by any identifier."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query, Request, Response
from starlette.responses import RedirectResponse

from api.pages.route import page_router
from api.pages.staff import Visitor, draw
from api.pages.wording import STAGES
from models.domain.order import Stage
from models.queries import board, order_list

router = page_router()
_ROWS = 50


@router.get("/orders")
def orders(
    request: Request,
    staff: Visitor,
    stage: Stage | None = None,
    supplier: Annotated[str | None, Query(max_length=7)] = None,
    process: Annotated[str | None, Query(max_length=64)] = None,
    late: bool | None = None,
    q: Annotated[str | None, Query(max_length=100)] = None,
    due_before: date | None = None,
    after: Annotated[str | None, Query(max_length=100)] = None,
) -> Response:
    wanted = order_list.Filter(
        stage.value if stage else None, supplier, process, late, (q or "").strip() or None, due_before
    )
    with request.app.state.database.read() as session:
        items = order_list.listed(session, wanted, staff.reader, after or None, _ROWS + 1)
        counts = board.counts(session, wanted, staff.reader)
        is_late = board.late(session, wanted, staff.reader)
    if wanted.q and after is None and len(items) == 1 and len(_given(request)) == 1:
        return RedirectResponse(f"/orders/{items[0]['number']}", 303)
    rest = items[_ROWS - 1] if len(items) > _ROWS else None
    return draw(
        request,
        staff,
        "pages/orders.html",
        items=items[:_ROWS],
        stages=[(each, STAGES[each], count, _with(request, stage=each)) for each, count in counts.items()],
        all_count=sum(counts.values()),
        all_address=_with(request, stage=None),
        chosen=stage.value if stage else None,
        late=bool(late),
        late_count=is_late,
        late_address=_with(request, late=None if late else "true"),
        others={
            name: value for name, value in _given(request).items() if name in ("supplier", "process", "q")
        },
        without={name: _with(request, **{name: None}) for name in ("supplier", "process", "q")},
        older=_with(request, after=f"{rest['need_by']}|{rest['number']}") if rest else None,
        first=after is None,
    )


def _given(request: Request) -> dict[str, str]:
    """The filters in the address, without the place in the list."""
    return {name: value for name, value in request.query_params.items() if value and name != "after"}


def _with(request: Request, **changed: str | None) -> str:
    """The list's address with other filters."""
    given = _given(request) | changed
    rest = urlencode({name: value for name, value in given.items() if value})
    return f"/orders?{rest}" if rest else "/orders"
