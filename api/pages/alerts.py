"""Alerts: why, since when, who owes, what to do; each is answered by its cause and what is done about it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import Query, Request, Response
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from activities import wording
from activities.i18n import N_
from api.dispatch import Dispatcher
from api.errors import status_of
from api.pages import alert_words, held_lots
from api.pages.deeds import deed
from api.pages.floor.panels import used_of
from api.pages.order_list import NO_SUPPLIER
from api.pages.route import local_path, page_router
from api.pages.staff import Staff, Visitor, draw
from api.pages.wording import stage_name
from api.supplier.fields import Fields, typed
from api.supplier.troubles import troubles
from api.wishes import Wish
from models.domain import authority
from models.domain.attention import cause
from models.domain.commands import AcknowledgeAlert
from models.domain.deadlines import RULES
from models.domain.errors import Refusal, Unknown
from models.queries import alert_list, hold_reach, order_list, recall_alerts
from models.queries.alert_list import Filter, State
from models.queries.gone_wrong import gone_wrong
from models.queries.orders import Reader
from models.queries.recall_alerts import Unreached
from models.tables.suppliers import Supplier

router = page_router()
_ROWS = 25
_FILTERS = ("state", "supplier", "rule", "order")
# Filters by reason that recall mails which did not arrive fit.
_MAIL_RULES = (None, "mail_undeliverable")
STATES: dict[State, str] = {"open": N_("Open"), "answered": N_("Answered"), "cleared": N_("Resolved")}
_SAVED = {
    "answered": N_("Your answer is kept with the alert. It clears by itself when its cause is gone."),
    "waiting": N_("Your answer is saved and being applied."),
}


@router.get("/alerts")
def alerts(
    request: Request,
    staff: Visitor,
    state: Annotated[str, Query(max_length=64)] = "open",
    supplier: Annotated[str, Query(max_length=7)] = "",
    rule: Annotated[str, Query(max_length=64)] = "",
    order: Annotated[str, Query(max_length=64)] = "",
    after: Annotated[str, Query(max_length=100)] = "",
    saved: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    wanted = Filter(_state(state) or "open", supplier or None, rule or None, order or None)
    return _drawn(request, staff, wanted, after, saved=_SAVED.get(saved, ""), state=state)


@router.get("/alerts/{alert}")
def one(alert: str, request: Request, staff: Visitor) -> Response:
    """Leads to the alert where it stands in the list now."""
    order, state = _whereabouts(request, alert, staff.reader)
    return RedirectResponse(f"{_address({'order': order, 'state': state})}#{alert}", 303)


@router.post("/alerts/{alert}")
async def answer(alert: str, request: Request, staff: Visitor) -> Response:
    """Acknowledges an alert; a refusal shows the list again with what was typed."""
    fields = Fields(await typed(request))
    back = _back(fields.raw("back"))
    try:
        outcome = await _acknowledge(request, staff, alert, fields)
        outcome.raise_refusal()
    except Refusal as refusal:
        return await run_in_threadpool(
            _drawn,
            request,
            staff,
            _filter(back),
            "",
            status=status_of(refusal),
            answering=alert,
            form=fields.typed,
            refusal=refusal,
        )
    done = "waiting" if outcome.waiting else "answered"
    return RedirectResponse(f"/alerts?{urlencode({**back, 'saved': done})}", 303)


async def _acknowledge(request: Request, staff: Staff, alert: str, fields: Fields) -> Any:
    authority.check("acknowledge-alert", staff.actor, None)
    order, _ = await run_in_threadpool(_whereabouts, request, alert, staff.reader)
    text, action = fields.text("cause_text"), fields.text("action", most=500)
    form = fields.text("form", most=64)
    if not action:
        fields.wrong("action", N_("Say what is done about it."))
    try:
        why = cause(fields.raw("cause"), text)
    except Refusal as missing:
        fields.errors[:0] = missing.errors
        why = ""
    fields.check()
    wish = Wish(
        order=order,
        command=AcknowledgeAlert(alert=alert, cause=why, action=action),
        actor=staff.actor,
        idempotency_key=f"page:{form}" if form else None,
        request_hash=f"acknowledge-alert {alert}\n{why}\n{action}",
    )
    dispatcher: Dispatcher = request.app.state.dispatcher
    return await dispatcher.acted(wish, request.app.state.clock())


def _whereabouts(request: Request, alert: str, reader: Reader) -> tuple[str, State]:
    with request.app.state.database.read() as session:
        found = alert_list.whereabouts(session, alert, reader)
    if found is None:
        raise Unknown("alert.unknown", "There is no alert {alert}.", alert=alert)
    return found


def _drawn(
    request: Request,
    staff: Staff,
    wanted: Filter,
    after: str,
    *,
    status: int = 200,
    saved: str = "",
    state: str = "",
    answering: str = "",
    form: Mapping[str, str] | None = None,
    refusal: Refusal | None = None,
) -> Response:
    with request.app.state.database.read() as session:
        items = alert_list.listed(session, wanted, staff.reader, after or None, _ROWS + 1)
        filters = _filters(session, wanted, staff, state)
        lots, held = _held_lots(session, staff, wanted, after)
        unreached = _unreached(session, staff, wanted, after)
        left = _material_left(session, staff, wanted, after)
        declined = order_list.declined(session, {item["order"]: item["stage"] for item in items})
    rest = items[_ROWS - 1] if len(items) > _ROWS else None
    shown = [_shown(staff, item, item["order"] in declined) for item in items[:_ROWS]]
    here = _address(_given(wanted) | ({"after": after} if after else {}))
    return draw(
        request,
        staff,
        "pages/alerts.html",
        status,
        items=shown,
        lots_on_hold=lots,
        unreached=unreached,
        material_left=left,
        more_on_hold=held if held > len(lots) else 0,
        listed={item["alert"] for item in shown},
        state=wanted.state,
        order=wanted.order,
        # One alert alone is there to be answered.
        only=len(shown) == 1,
        this=here,
        query=urlsplit(here).query,
        more=_address(_given(wanted) | {"after": f"{rest['raised_at'].isoformat()}|{rest['alert']}"})
        if rest
        else None,
        saved=saved,
        answering=answering,
        typed=form or {},
        summary=staff.words.refusal(refusal) if refusal else "",
        troubles=troubles(refusal, None, staff.words) if refusal else (),
        causes=alert_words.causes(staff.words),
        fresh=str(uuid.uuid4()),
        may_answer=staff.may("acknowledge-alert"),
        **filters,
    )


def _held_lots(
    session: Session, staff: Staff, wanted: Filter, after: str
) -> tuple[list[held_lots.HeldLot], int]:
    """Beside the first open alerts of all orders: the lots on hold, which are no single order's."""
    if wanted.state != "open" or after or wanted.supplier or wanted.order:
        return [], 0
    if wanted.rule == "lot_on_hold":
        return held_lots.standing(session, staff, held_lots.ALL)
    return held_lots.standing(session, staff, held_lots.FEW) if wanted.rule is None else ([], 0)


def _unreached(session: Session, staff: Staff, wanted: Filter, after: str) -> list[Unreached]:
    """Recall mails that did not arrive are no order's either."""
    if wanted.state != "open" or after or wanted.supplier or wanted.order or wanted.rule not in _MAIL_RULES:
        return []
    return recall_alerts.unreached(session, cleared=staff.principal.cleared)


def _material_left(session: Session, staff: Staff, wanted: Filter, after: str) -> list[dict[str, Any]]:
    """Nor is what left although its material differs from what its bill of material says."""
    if wanted.state != "open" or after or wanted.supplier or wanted.order or wanted.rule is not None:
        return []
    words = staff.words
    return [
        {
            "mismatch": found.mismatch["id"],
            "work_order": found.mismatch["work_order"],
            "wrong": words.say(wording.WRONG_MATERIAL[found.mismatch["wrong"]]),
            "used": used_of(words, found.mismatch),
            "since": words.time(found.mismatch["opened_at"]),
            "age": alert_words.lapse(words, max(staff.now - found.mismatch["opened_at"], timedelta(0))),
            "dispatches": [
                (each.dispatch, " · ".join(filter(None, (each.customer, each.name))))
                for each in found.dispatches
            ],
        }
        for found in gone_wrong(session, cleared=staff.principal.cleared)
    ]


def _filters(session: Session, wanted: Filter, staff: Staff, state: str) -> dict[str, Any]:
    """The filters with how many alerts each would show; `state` is the one the address asks for."""
    given = _given(wanted)
    rules = alert_list.by_rule(session, wanted, staff.reader)
    suppliers = alert_list.by_supplier(session, wanted, staff.reader)
    counts = alert_list.counts(session, wanted, staff.reader)
    if not (wanted.supplier or wanted.order) and wanted.rule in (None, "lot_on_hold"):
        counts["open"] += hold_reach.count(session, cleared=staff.principal.cleared)
    if not (wanted.supplier or wanted.order) and wanted.rule in _MAIL_RULES:
        counts["open"] += recall_alerts.count(session, cleared=staff.principal.cleared)
    return {
        "states": [
            (each, STATES[each], count, _address(given | {"state": each})) for each, count in counts.items()
        ],
        "supplier_options": suppliers,
        "unknown": _unknown(session, wanted, staff, state),
        "rule_options": [
            (rule, staff.words.say(RULES[rule].name), rules[rule]) for rule in RULES if rule in rules
        ],
        "supplier": wanted.supplier or "",
        "rule": wanted.rule or "",
        "without_order": _address({name: value for name, value in given.items() if name != "order"}),
    }


def _unknown(session: Session, wanted: Filter, staff: Staff, state: str) -> list[tuple[str, str]]:
    """Filters that name nothing there is, each with the list's address without it."""
    words, given, found = staff.words, _given(wanted), []
    if state and _state(state) is None:
        text = words.say(N_("There is no state of alerts called {code}."), code=state)
        found.append((text, _address(given)))
    if wanted.supplier and session.get(Supplier, wanted.supplier) is None:
        text = words.say(NO_SUPPLIER, code=wanted.supplier)
        found.append((text, _address(given | {"supplier": ""})))
    if wanted.rule and wanted.rule not in RULES:
        text = words.say(N_("There is no reason for alerts called {code}."), code=wanted.rule)
        found.append((text, _address(given | {"rule": ""})))
    return found


def _shown(staff: Staff, alert: dict[str, Any], declined: bool) -> dict[str, Any]:
    words = staff.words
    return alert | {
        "stage_name": stage_name(alert["stage"], declined=declined),
        "about": alert_words.about(words, alert),
        "age": alert_words.age(words, alert, staff.now),
        "owes": wording.party(words.locale, alert["owed_by"], alert["supplier_name"]),
        "deed": deed(staff, alert),
        "escalated": alert_words.escalated_to(words, alert),
        "caused_by": alert_words.caused_by(words, alert),
    }


def _given(wanted: Filter) -> dict[str, str]:
    """The filters as the address has them; open alerts need no word for it."""
    values = {name: getattr(wanted, name) for name in _FILTERS}
    return {name: value for name, value in values.items() if value and (name, value) != ("state", "open")}


def _address(given: Mapping[str, str]) -> str:
    given = {name: value for name, value in given.items() if value and (name, value) != ("state", "open")}
    return f"/alerts?{urlencode(given)}" if given else "/alerts"


def _back(query: str) -> dict[str, str]:
    """The filters of the page an answer came from."""
    if local_path(f"/alerts?{query}", "") == "":
        return {}
    return {name: value for name, value in parse_qsl(query)[:10] if name in _FILTERS}


def _state(asked: str) -> State | None:
    return next((each for each in STATES if each == asked), None)


def _filter(given: Mapping[str, str]) -> Filter:
    return Filter(
        _state(given.get("state", "")) or "open",
        given.get("supplier"),
        given.get("rule"),
        given.get("order"),
    )
