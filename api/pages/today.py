"""The first page: what needs somebody now, what is to be decided or answered, what is due soon, who has
not answered; then the board."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from fastapi import Request, Response

from activities import wording
from activities.i18n import N_
from api.pages import alert_words
from api.pages.deeds import deed
from api.pages.demand import to_begin
from api.pages.master.screens import may
from api.pages.order.possible import form_of, who_may
from api.pages.route import page_router
from api.pages.staff import Staff, Visitor, draw
from api.pages.wording import group_name, stage_name
from api.routes.demand import convert_demand
from models.domain.order import Stage
from models.queries import alert_list, board
from models.queries.order_list import Filter
from models.queries.order_list import declined as declined_of

router = page_router()
_ROWS = 25
_FEW = 8
_CARDS = 4
# Who has to decide about rejected pieces -> the command that does.
_DECIDING = {"quality": "disposition", "design_authority": "decide-disposition"}
_SOON = timedelta(days=3)
# What a change asks to be different -> what it is called.
_TERMS = {
    "need_by": N_("Needed by"),
    "quantity": N_("Quantity"),
    "unit_price": N_("Price"),
    "lots": N_("Lots"),
    "spec_revision": N_("Specification"),
}


@router.get("/")
def today(request: Request, staff: Visitor) -> Response:
    first, reader = staff.words.today, staff.reader
    with request.app.state.database.read() as session:
        worst = alert_list.worst(session, reader, _ROWS + 1)
        answered = alert_list.counts(session, alert_list.Filter(), reader)["answered"]
        due = board.due_soon(session, reader, first, first + _SOON, _FEW + 1)
        silent = board.unanswered(session, reader, _FEW + 1)
        proposed = board.proposals(session, reader, _FEW + 1)
        rejected = board.to_decide(session, reader, _FEW + 1)
        changes = [_changed(staff, card) for card in board.changes(session, reader, _FEW + 1)]
        begin = to_begin(session, staff, request.app.state.clock(), _FEW + 1)
        counts = board.counts(session, Filter(is_open=True), reader)
        columns = board.columns(session, reader, _CARDS)
        declined = declined_of(
            session, {card["number"]: stage for stage, cards in columns.items() for card in cards}
        )
    return draw(
        request,
        staff,
        "pages/today.html",
        attention=[_row(staff, alert) for alert in worst[:_ROWS]],
        more=len(worst) > _ROWS,
        answered=answered,
        due=[card | {"day": card["promise_current"] or card["need_by"]} for card in due[:_FEW]],
        more_due=_orders(due_before=first + _SOON + timedelta(days=1)) if len(due) > _FEW else None,
        proposed=proposed[:_FEW],
        more_proposed=_orders(stage="countered") if len(proposed) > _FEW else None,
        rejected=[_rejected(staff, card) for card in rejected[:_FEW]],
        changes=changes[:_FEW],
        more_changes=len(changes) > _FEW,
        yours=(proposed and staff.may("answer-counter"))
        or any(card["address"] for card in changes)
        or any(staff.may(_DECIDING[card["decided_by"]]) for card in rejected),
        more_rejected=len(rejected) > _FEW,
        silent=[
            card | {"age": alert_words.lapse(staff.words, staff.now - card["issued_at"])}
            for card in silent[:_FEW]
        ],
        begin=begin[:_FEW],
        may_make=may(staff, convert_demand),
        more_begin=len(begin) > _FEW,
        more_silent=_orders(stage="issued") if len(silent) > _FEW else None,
        columns=[(stage, group_name(stage), counts[stage], cards) for stage, cards in columns.items()],
        declined={number: stage_name(Stage.COUNTERED, declined=True) for number in declined},
    )


def _row(staff: Staff, alert: dict[str, Any]) -> dict[str, Any]:
    """One order that needs somebody: its worst alert, and where it is answered."""
    words = staff.words
    return alert | {
        "about": alert_words.about(words, alert),
        "age": alert_words.age(words, alert, staff.now),
        "owes": wording.party(words.locale, alert["owed_by"], alert["supplier_name"]),
        "deed": deed(staff, alert),
        "address": f"/alerts?{urlencode({'order': alert['order']})}",
    }


def _rejected(staff: Staff, card: dict[str, Any]) -> dict[str, Any]:
    """Rejected pieces, what is wrong with them, and the form that decides about them for those who do."""
    words, command = staff.words, _DECIDING[card["decided_by"]]
    about = urlencode({"nonconformance": card["nonconformance"]})
    return card | {
        "what": wording.defect(words.locale, card["defect"]),
        "age": alert_words.lapse(words, staff.now - card["opened_at"]),
        "address": f"{form_of(card['number'], command)}?{about}" if staff.may(command) else "",
        "who": who_may(command, words),
    }


def _changed(staff: Staff, card: dict[str, Any]) -> dict[str, Any]:
    """A change that waits for approval, and the form that decides about it for those who did not ask for it."""
    words, command = staff.words, "decide-change"
    may = staff.may(command) and card["by"] != staff.principal.id
    return card | {
        "what": " · ".join(words.say(_TERMS[term]) for term in card["terms"]),
        "age": alert_words.lapse(words, staff.now - card["since"]),
        "address": form_of(card["number"], command) if may else "",
        "approver": who_may(command, words),
    }


def _orders(**filters: object) -> str:
    return f"/orders?{urlencode(filters)}"
