"""The list of orders: filters in the address, counts beside them, found by any identifier."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import Query, Request, Response
from sqlmodel import Session
from starlette.responses import RedirectResponse

from activities.i18n import N_
from api.pages.route import page_router
from api.pages.staff import Staff, Visitor, draw
from api.pages.wording import KINDS, ORDER_TYPES, flags_told, group_name, stage_name
from models.domain.identifiers import Kind
from models.domain.order import Stage
from models.domain.order_types import DEFAULT, OrderType
from models.queries import alert_list, board, order_list, order_search
from models.queries.order_list import Filter
from models.queries.order_search import Reason
from models.tables.processes import Process
from models.tables.suppliers import Supplier

router = page_router()
_ROWS = 50
NO_SUPPLIER = N_("There is no supplier with the code {code}.")
_WORDS = ("q", "due_before")


@router.get("/orders")
def orders(
    request: Request,
    staff: Visitor,
    stage: Stage | Literal["all"] | None = None,
    supplier: Annotated[str, Query(max_length=7)] = "",
    process: Annotated[str, Query(max_length=64)] = "",
    late: bool | None = None,
    change: bool | None = None,
    q: Annotated[str, Query(max_length=100)] = "",
    due_before: date | None = None,
    order_type: Annotated[OrderType | None, Query(alias="type")] = None,
    after: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """Open orders, unless a stage or all are asked for; what is looked for by name may have ended."""
    wanted = Filter(
        stage=stage if isinstance(stage, Stage) else None,
        supplier=supplier or None,
        process=process or None,
        late=late,
        change=change,
        q=q.strip() or None,
        due_before=due_before,
        is_open=True if stage is None and not q.strip() else None,
        type=order_type.value if order_type else None,
    )
    with request.app.state.database.read() as session:
        items = order_list.listed(session, wanted, staff.reader, after or None, _ROWS + 1)
        if wanted.q and not after and len(items) == 1 and len(_given(request)) == 1:
            return RedirectResponse(f"/orders/{items[0]['number']}", 303)
        filters = _filters(request, session, wanted, staff)
        declined = order_list.declined(session, {item["number"]: item["stage"] for item in items})
        lateness = alert_list.lateness(session, [item["number"] for item in items])
        found = order_search.reasons(session, wanted.q or "", [item["number"] for item in items])
    rest = items[_ROWS - 1] if len(items) > _ROWS else None
    return draw(
        request,
        staff,
        "pages/orders.html",
        items=[
            item
            | {
                "flags": flags_told(item["flags"], lateness.get(item["number"], "")),
                "stage_name": stage_name(item["stage"], declined=item["number"] in declined),
                # Most are to order: the others say so.
                "type_name": ORDER_TYPES[item["type"]] if item["type"] != DEFAULT else "",
                "found_by": [
                    (KINDS[by.kind], by.value)
                    for by in found[item["number"]]
                    if not _shown(by, filters["names"][item["supplier"]])
                ],
            }
            for item in items[:_ROWS]
        ],
        older=_with(request, after=f"{rest['need_by']}|{rest['number']}") if rest else None,
        first=not after,
        narrowed=bool(_given(request)),
        searched=staff.words.listed(dict.fromkeys(staff.words.say(kind) for kind in KINDS.values()))
        if wanted.q
        else "",
        **filters,
    )


def _filters(request: Request, session: Session, wanted: Filter, staff: Staff) -> dict[str, Any]:
    """Every filter with how many orders it would show."""
    counts = board.counts(session, replace(wanted, is_open=None), staff.reader)
    suppliers = board.choices(session, wanted, staff.reader, "supplier")
    given = _given(request)
    return {
        "stages": [
            (each, group_name(each), count, _with(request, stage=each)) for each, count in counts.items()
        ],
        "open_count": sum(counts[stage] for stage in board.OPEN_STAGES),
        "open_address": _with(request, stage=None, q=None),
        "open_chosen": wanted.is_open is True,
        "all_count": sum(counts.values()),
        "all_address": _with(request, stage="all"),
        "all_chosen": wanted.is_open is None and wanted.stage is None,
        "chosen": wanted.stage,
        "late": bool(wanted.late),
        "late_count": board.late(session, wanted, staff.reader),
        "late_address": _with(request, late=None if wanted.late else "true"),
        "change": bool(wanted.change),
        "change_count": board.changing(session, wanted, staff.reader),
        "change_address": _with(request, change=None if wanted.change else "true"),
        "worded": [(given[name], _with(request, **{name: None})) for name in _WORDS if name in given],
        "unknown": _unknown(request, session, wanted, staff),
        "supplier": wanted.supplier or "",
        "supplier_options": suppliers,
        "names": {code: name for code, name, _ in suppliers},
        "process": wanted.process or "",
        "process_options": board.choices(session, wanted, staff.reader, "process"),
        "type": wanted.type or "",
        "type_options": [
            (each, staff.words.say(ORDER_TYPES[each]), count)
            for each, count in board.types(session, wanted, staff.reader)
        ],
        "kept": {name: value for name, value in given.items() if name not in ("supplier", "process", "type")},
    }


def _shown(by: Reason, supplier: str) -> bool:
    """Whether the order's row shows what it was found by anyway."""
    return by.kind in (Kind.ORDER, Kind.PURCHASE_ORDER) or (
        by.kind is Kind.SUPPLIER_NAME and by.value == supplier
    )


def _unknown(request: Request, session: Session, wanted: Filter, staff: Staff) -> list[tuple[str, str]]:
    """Filters that name nothing there is, each with the list's address without it."""
    words, found = staff.words, []
    if wanted.supplier and session.get(Supplier, wanted.supplier) is None:
        text = words.say(NO_SUPPLIER, code=wanted.supplier)
        found.append((text, _with(request, supplier=None)))
    if wanted.process and session.get(Process, wanted.process) is None:
        text = words.say(N_("There is no process with the code {code}."), code=wanted.process)
        found.append((text, _with(request, process=None)))
    return found


def _given(request: Request) -> dict[str, str]:
    """The filters in the address, without the place in the list."""
    return {name: value for name, value in request.query_params.items() if value and name != "after"}


def _with(request: Request, **changed: str | None) -> str:
    """The list's address with other filters."""
    given = _given(request) | changed
    rest = urlencode({name: value for name, value in given.items() if value})
    return f"/orders?{rest}" if rest else "/orders"
