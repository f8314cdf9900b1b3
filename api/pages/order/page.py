"""GET /orders/{number}: everything about one order on one page, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Query, Request, Response
from sqlmodel import Session

from activities import wording
from activities.refusals import from_json
from api.auth import Reader
from api.pages import labels
from api.pages.desk import Desk, desk
from api.pages.order import (
    claims_told,
    compliance_told,
    header,
    measured,
    money_told,
    papers,
    possible,
    rejected,
    rows,
    stream,
    transfers,
    whereabouts,
)
from api.pages.order.drafted import drafted
from api.pages.order.milestone_line import milestone_line
from api.pages.order.telling import Telling
from api.pages.route import page_router
from api.pages.staff import draw, who_looks
from api.pages.wording import ACTIONS
from models.domain.labels import LABELS, Kind
from models.domain.order import Order
from models.queries import compliance, order_records, order_stream
from models.queries.labels import came_with

router = page_router()
_ENTRIES = 30


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a command that was just sent: received, applied or refused. `labels` leads to those
    of the lots that came in with it."""

    status: str
    what: str
    problems: tuple[str, ...] = ()
    labels: str = ""


@dataclass(frozen=True, slots=True)
class Pending:
    """A saved command that waits for its turn."""

    label: str
    when: str
    who: str


@router.get("/orders/{number}")
def show_order(
    number: str,
    request: Request,
    principal: Reader,
    before: Annotated[int | None, Query(ge=1, le=10**9)] = None,
    saved: Annotated[str | None, Query(max_length=64)] = None,
) -> Response:
    with request.app.state.database.read() as session:
        staff = who_looks(session, request, principal)
        shown = desk(session, staff, number)
        context = (
            _draft(session, shown) if shown.order is None else _issued(session, shown, shown.order, before)
        )
        receipt = _receipt(session, shown, saved) if saved else None
    return draw(
        request,
        staff,
        "pages/order_draft.html" if shown.order is None else "pages/order.html",
        view=shown.view,
        receipt=receipt,
        **context,
    )


def _draft(session: Session, shown: Desk) -> dict[str, Any]:
    draft = drafted(session, shown)
    return {
        "draft": draft,
        "head": header.head(shown, draft.supplier, draft.process),
        "may_issue": shown.staff.may("issue"),
    }


def _issued(session: Session, shown: Desk, order: Order, before: int | None) -> dict[str, Any]:
    words = shown.words
    tell, cost = Telling(order, words), shown.view["cost"]
    part = order_stream.stretch(session, order.number, before, _ENTRIES)
    pending = shown.view["pending_commands"]
    waiting = header.waiting(shown)
    names = order_stream.names(
        session, {order.buyer, *stream.authors(part), *(item["actor"] for item in pending)}
    )
    measured_rows = order_records.inspections(session, order) if order.inspections else []
    today = order.plant_calendar.local_date(shown.staff.now)
    marks = rows.steps(order, today)
    start = order.plant_calendar.local_date(order.issued_at)
    return {
        "order": order,
        "places": whereabouts.whereabouts(shown.view, words, order),
        "transfers": transfers.transfers(order, words),
        "value": words.paid(cost["ordered"], cost["currency"]),
        "cost": money_told.bill(cost, words),
        "buyer": names.get(order.buyer, "–"),
        "head": header.head(shown),
        "waiting": waiting,
        "pending": [
            Pending(
                words.say(ACTIONS[item["name"]]),
                words.time(item["received_at"]),
                names.get(item["actor"], ""),
            )
            for item in pending
            if item["name"] in ACTIONS
        ],
        "actions": possible.actions(shown, {item.label for item in waiting}),
        "line": milestone_line(marks, start, order.need_by, today if order.end is None else None),
        "milestones": rows.milestones(order, marks, today, words),
        "proposal": tell.terms(order.counter.before, order.counter.terms) if order.counter else (),
        "change": order.open_change,
        "plan": order.contingency,
        "claims": claims_told.claims(order, words),
        "change_rows": tell.commercial(
            order.open_change.before, order.open_change.after, order.open_change.added
        )
        if order.open_change
        else (),
        "loads": rows.loads(tell),
        "held_lots": rows.held_lots(order, words),
        "papers": papers.papers(order, words),
        "proofs": compliance_told.proofs(
            compliance.proved(session, shown.view, order, shown.staff.now), order.supplier_name, words
        ),
        "inspections": measured.inspections(order, measured_rows, words),
        "nonconformances": rejected.nonconformances(order, words),
        "parcels": [rows.parcel(order, item, words) for item in shown.view["parcels"]],
        "label": _label(shown),
        "entries": stream.entries(part, tell, names),
        "older": part.older,
        "before": before,
    }


def _label(shown: Desk) -> str:
    """Where a label of the order is printed; empty for who does not print any."""
    return labels.path_of(Kind.ORDER, shown.number) if shown.staff.has(*LABELS) else ""


def _receipt(session: Session, shown: Desk, command: str) -> Receipt | None:
    row = order_stream.command(session, shown.number, command)
    if row is None:
        return None
    what = wording.command(shown.words.locale, row.name)
    if row.status != "refused":
        return Receipt(row.status, what, labels=_labels(session, shown, row))
    refusal = from_json(row.result["refusal"])
    others = (shown.words.refusal(error) for error in refusal.errors if error.text != refusal.text)
    return Receipt(row.status, what, (shown.words.refusal(refusal), *others))


def _labels(session: Session, shown: Desk, row: Any) -> str:
    """Where labels of what was just received are printed; empty for who does not print any."""
    if row.name != "receive" or row.status != "applied" or shown.order is None:
        return ""
    receipt = row.result["made"].get("receipt")
    event = next((item.sequence for item in shown.order.receipts if item.receipt == receipt), None)
    if event is None or not shown.staff.has(*LABELS):
        return ""
    lots = came_with(session, shown.number, event)
    return labels.path_of(Kind.LOT, *lots) if lots else ""
