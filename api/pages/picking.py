"""The picking list of a work order: which lots, how much of each, and what is missing; to be printed."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import quote

from fastapi import Request, Response
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from api.pages.drafting import saving
from api.pages.master.screens import guard_of, may
from api.pages.route import page_router
from api.pages.staff import Staff, Visitor, draw
from api.routes.demand import job_of, propose_picking_list
from api.supplier.fields import typed
from models import picking
from models.domain.picking import Clash, Need

router = page_router()


@router.get("/work-orders/{number}/picking-list")
def picking_list(number: str, request: Request, staff: Visitor) -> Response:
    with request.app.state.database.read() as session:
        job = job_of(session, staff.reader, number)
        found = picking.read(session, job, cleared=staff.principal.cleared)
    words = staff.words
    return draw(
        request,
        staff,
        "pages/demand/picking.html",
        job=job,
        quantity=words.number(job.quantity),
        start=words.day(job.start) if job.start else "",
        due=words.day(job.due) if job.due else "",
        needs=[_component(staff, need, found) for need in found.needs],
        others=[_other(staff, part, found) for part in _unplanned(found)],
        short=[words.amount(need.quantity, need.unit) + f" {need.part}" for need in found.short],
        twice=[_twice(staff, each) for each in found.clashes],
        used=any(found.used.values()),
        key=secrets.token_hex(16),
        may_pick=may(staff, propose_picking_list),
        address=_path(number),
    )


@router.post("/work-orders/{number}/picking-list")
async def pick_anew(number: str, request: Request, staff: Visitor) -> Response:
    """Sets lots aside anew."""
    await guard_of(propose_picking_list)(request)
    fields = await typed(request)
    return await run_in_threadpool(_anew, number, request, staff, fields)


def _anew(number: str, request: Request, staff: Staff, fields: dict[str, str]) -> Response:
    def pick(session: Session, _now: object) -> str:
        picking.propose(session, [job_of(session, staff.reader, number)])
        return _path(number)

    return RedirectResponse(saving.once(request, staff, fields.get("form", ""), fields, pick), 303)


def _path(number: str) -> str:
    return f"/work-orders/{quote(number, safe='')}/picking-list"


def _component(staff: Staff, need: Need, found: picking.PickingList) -> dict[str, Any]:
    words = staff.words
    missing = next((each.quantity for each in found.short if each.part == need.part), None)
    return {
        "part": need.part,
        "quantity": words.amount(need.quantity, need.unit),
        "used": words.amount(found.used[need.part], need.unit) if found.used.get(need.part) else "",
        "missing": words.amount(missing, need.unit) if missing is not None else "",
        "lots": [
            {
                "lot": row["lot"],
                "held": row["held"],
                "heat": row["heat_number"] or row["supplier_lot"] or "",
                "on_hand": words.amount(row["on_hand"], row["uom"]),
                "pick": words.amount(row["quantity"], row["uom"]),
                "used": words.amount(row["used"], row["uom"]) if row["used"] else "",
            }
            for row in found.picks
            if row["part"] == need.part
        ],
    }


def _twice(staff: Staff, clash: Clash) -> dict[str, Any]:
    """A lot that others want as well, and who they are."""
    words = staff.words
    return {
        "lot": clash.lot,
        "planned": words.amount(clash.planned, clash.unit),
        "on_hand": words.amount(clash.on_hand, clash.unit),
        "takers": [
            {
                "number": taker.number,
                "address": f"/master/work-orders/{quote(taker.number, safe='')}"
                if taker.kind == "work_order"
                else f"/orders/{taker.number}",
                "takes": words.amount(taker.quantity, clash.unit),
            }
            for taker in clash.takers
        ],
    }


def _unplanned(found: picking.PickingList) -> list[str]:
    """Parts that were used though nothing says that they are needed."""
    return sorted(found.used.keys() - {need.part for need in found.needs})


def _other(staff: Staff, part: str, found: picking.PickingList) -> str:
    return f"{part} · {staff.words.number(found.used[part])}"
