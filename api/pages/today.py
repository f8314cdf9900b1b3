"""The first page: what needs somebody now, what is to be decided or answered, what is due soon, who has
not answered; then the board."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import Query, Request, Response
from sqlmodel import Session

from activities import wording
from activities.i18n import N_
from api.pages import alert_words
from api.pages.deeds import deed
from api.pages.demand import to_begin
from api.pages.master.screens import may
from api.pages.order.possible import form_of, roles_told, who_may
from api.pages.route import page_router
from api.pages.staff import Staff, Visitor, draw
from api.pages.wording import flags_told, group_name, stage_name
from api.routes.demand import convert_demand
from api.routes.lot_holds import release_lot
from models.domain.lot_holds import MAY_RELEASE, OpenHold
from models.domain.order import Stage
from models.queries import alert_list, board, hold_reach, recall_alerts
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
    "new_lines": N_("Lines"),
}


# What the page can be narrowed to, by what the address says.
_KINDS = {
    "alerts": N_("Alerts"),
    "held": N_("Lots on hold"),
    "unreached": N_("Recall mails that did not arrive"),
    "rejected": N_("Rejected pieces"),
    "changes": N_("Changes"),
    "proposed": N_("Proposals"),
    "plans": N_("Contingency plans"),
    "claims": N_("Claims"),
    "due": N_("Due soon"),
    "silent": N_("Without an answer"),
    "begin": N_("To be made"),
}


@router.get("/")
def today(request: Request, staff: Visitor, only: Annotated[str, Query(max_length=20)] = "") -> Response:
    """Everything, or with `only` the things of one kind."""
    only = only if only in _KINDS else ""
    first, reader, few = staff.words.today, staff.reader, _ROWS if only else _FEW
    with request.app.state.database.read() as session:
        found: dict[str, list[dict[str, Any]]] = {
            "alerts": alert_list.worst(session, reader, _ROWS + 1),
            "held": [_held(staff, hold) for hold in _holds(session, staff, few + 1)],
            "unreached": [
                _unreached(staff, each)
                for each in recall_alerts.unreached(session, cleared=staff.principal.cleared)
            ],
            "rejected": board.to_decide(session, reader, few + 1),
            "changes": [_changed(staff, card) for card in board.changes(session, reader, few + 1)],
            "proposed": board.proposals(session, reader, few + 1),
            "plans": [
                _owed(staff, card, "settle-contingency", card["decides"])
                for card in board.plans(session, reader, first + _SOON, few + 1)
            ],
            "claims": [
                _owed(staff, card, "settle-claim", "buyer")
                for card in board.claimed(session, reader, few + 1)
            ],
            "due": board.due_soon(session, reader, first, first + _SOON, few + 1),
            "silent": board.unanswered(session, reader, few + 1),
            "begin": to_begin(session, staff, request.app.state.clock(), few + 1),
        }
        answered = alert_list.counts(session, alert_list.Filter(), reader)["answered"]
        counts = board.counts(session, Filter(is_open=True), reader)
        columns = board.columns(session, reader, _CARDS)
        on_board = {card["number"]: stage for stage, cards in columns.items() for card in cards}
        declined = declined_of(session, on_board)
        late = alert_list.lateness(session, on_board.keys())
    most = {kind: _ROWS if kind == "alerts" else few for kind in _KINDS}
    shown = {kind: rows[: most[kind]] if only in ("", kind) else [] for kind, rows in found.items()}
    more = {kind: len(rows) > most[kind] for kind, rows in found.items()}
    return draw(
        request,
        staff,
        "pages/today.html",
        only=only,
        kinds=[
            (kind, _KINDS[kind], f"{most[kind]}+" if more[kind] else str(len(rows)))
            for kind, rows in found.items()
            if rows or kind == only
        ],
        attention=[_row(staff, alert) for alert in shown["alerts"]],
        more=more["alerts"],
        answered=answered,
        due=[card | {"day": card["promise_current"] or card["need_by"]} for card in shown["due"]],
        more_due=_orders(due_before=first + _SOON + timedelta(days=1)) if more["due"] else None,
        proposed=shown["proposed"],
        more_proposed=_orders(stage="countered") if more["proposed"] else None,
        held=shown["held"],
        unreached=shown["unreached"],
        more_unreached=more["unreached"],
        rejected=[_rejected(staff, card) for card in shown["rejected"]],
        changes=shown["changes"],
        more_changes=_orders(change="true") if more["changes"] else None,
        plans=shown["plans"],
        claims=shown["claims"],
        # Their whole list: as many as fit on the page that shows nothing else.
        more_plans=more["plans"] and not only,
        more_claims=more["claims"] and not only,
        yours=found["held"]
        or found["unreached"]
        or (found["proposed"] and staff.may("answer-counter"))
        or any(card["address"] for kind in ("changes", "plans", "claims") for card in found[kind])
        or any(staff.may(_DECIDING[card["decided_by"]]) for card in found["rejected"]),
        more_rejected=more["rejected"],
        silent=[
            card | {"age": alert_words.lapse(staff.words, staff.now - card["issued_at"])}
            for card in shown["silent"]
        ],
        begin=shown["begin"],
        may_make=may(staff, convert_demand),
        more_begin=more["begin"],
        more_silent=_orders(stage="issued") if more["silent"] else None,
        columns=[
            (
                stage,
                group_name(stage),
                counts[stage],
                [card | {"flags": flags_told(card["flags"], late.get(card["number"], ""))} for card in cards],
            )
            for stage, cards in columns.items()
        ],
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


def _holds(session: Session, staff: Staff, limit: int) -> list[dict[str, Any]]:
    return hold_reach.standing(session, cleared=staff.principal.cleared, limit=limit)


def _held(staff: Staff, row: dict[str, Any]) -> dict[str, Any]:
    """A lot nobody has released, and the form that does for those who may: nothing else answers a hold."""
    hold, lot = OpenHold(row["id"], row["held_by"], row["reason"]), quote(row["lot"], safe="")
    # Whoever placed it does not release it; one by a certificate ends with the certificate that matches.
    theirs = may(staff, release_lot) and not hold.of_a_document and hold.by != staff.principal.id
    return {
        "lot": row["lot"],
        "path": f"/master/lots/{lot}",
        "part": " ".join(filter(None, (row["part"], row["part_revision"]))),
        "reason": row["reason"],
        "age": alert_words.lapse(staff.words, max(staff.now - row["held_at"], timedelta(0))),
        "address": f"/lots/{lot}/release" if theirs else "",
        "who": "" if hold.of_a_document else roles_told(MAY_RELEASE, staff.words),
    }


def _unreached(staff: Staff, each: recall_alerts.Unreached) -> dict[str, Any]:
    """A customer who does not know yet: whoever looks calls them, and corrects the address."""
    return {
        "recall": each.recall,
        "name": each.customer_name,
        "contacts": [contact.name for contact in each.failed],
        "age": alert_words.lapse(staff.words, max(staff.now - each.since, timedelta(0))),
        "address": f"/master/customers/{quote(each.customer, safe='')}",
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


def _owed(staff: Staff, card: dict[str, Any], command: str, owed_by: str) -> dict[str, Any]:
    """What is due on a day: who owes it, and the form that settles it for those who may."""
    return card | {
        "owes": wording.party(staff.words.locale, owed_by),
        "address": form_of(card["number"], command) if staff.may(command) else "",
    }


def _orders(**filters: object) -> str:
    return f"/orders?{urlencode(filters)}"
