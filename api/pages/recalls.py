"""Recalls as pages: what was drilled and how long it took, and one recall with its clock, answer and forms."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

import orjson
from fastapi import Query, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from activities.i18n import N_
from api import recall_words
from api.errors import status_of
from api.pages import recall_trend
from api.pages.master.saving import asking, once
from api.pages.master.screens import guard_of, may
from api.pages.route import page_router
from api.pages.staff import Staff, Visitor, draw
from api.pages.trace_words import KINDS, called
from api.routes import recalls as routes
from api.routes.recalls import SIGNED, RecordBody, SignBody, StartBody
from api.supplier.fields import LONGEST_TEXT, Fields, typed
from api.supplier.troubles import troubles
from api.wire import Answer
from models.domain.errors import Refusal
from models.domain.recalls import next_drill
from models.queries import recalls
from models.queries.order_stream import names

router = page_router()
Form = Mapping[str, str]
_PAGE = 50
# Two more rows than there are actions, so that one can be added without a script.
_SPARE = 2
_ACTION = re.compile(r"actions\.(\d{1,3})\.(?:what|owner)")
NOT_STOPPED = N_("Order {order}: {amount} are still open, and no lot stands for them. Stop them by hand.")
CALLED = {
    "identifier": N_("What is it about?"),
    "reason": N_("Reason"),
    "name": N_("Name"),
    "signature": N_("Name"),
    "team": N_("Team"),
    "conclusion": N_("Conclusion"),
    "retest_on": N_("Tried again on"),
    "what": N_("What is done"),
    "owner": N_("By whom"),
}
Do = Literal["record", "sign", "approve", "hold"]
_ROUTES: dict[str, Callable[..., Answer]] = {
    "record": routes.record_recall,
    "sign": routes.sign_recall,
    "approve": routes.approve_recall,
    "hold": routes.hold_lots,
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A form that was sent and is shown again: what was typed, and what is wrong with it."""

    typed: Form
    refusal: Refusal | None = None
    choices: tuple[dict[str, str], ...] = ()
    approving: bool = False
    outcome: dict[str, Any] | None = None

    @property
    def status(self) -> int:
        if self.refusal is not None:
            return status_of(self.refusal)
        return 300 if self.choices else 200

    def _fields(self, staff: Staff) -> Fields:
        """What was typed, with what its rows are called."""
        fields = Fields(self.typed)
        for row in _rows(self.typed):
            fields.rows[f"actions.{row}"] = staff.words.say(N_("Action {number}"), number=row + 1)
        return fields

    def shown(self, staff: Staff) -> dict[str, Any]:
        """What templates are told of it."""
        refusal = self.refusal
        return {
            "typed": self.typed,
            "key": secrets.token_urlsafe(12),
            "summary": staff.words.refusal(refusal) if refusal is not None else "",
            "troubles": troubles(refusal, None, staff.words, self._fields(staff), CALLED)
            if refusal is not None
            else (),
            "called": CALLED,
            "changed": (),
            "approving": self.approving,
            "outcome": self.outcome,
            "choices": self.choices,
        }


_NOTHING = Sheet({})


@router.get("/recalls")
def show_recalls(
    request: Request,
    staff: Visitor,
    before: Annotated[str | None, Query(max_length=100)] = None,
    about: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """`about` fills in what a recall is to be about: from a trace."""
    return _list(request, staff, Sheet({"identifier": about} if about else {}), before)


@router.post("/recalls")
async def start(request: Request, staff: Visitor) -> Response:
    await guard_of(routes.start_recall)(request)
    form = await typed(request)
    return await run_in_threadpool(_started, request, staff, form)


@router.get("/recalls/{number}.pdf")
async def print_recall(number: str, request: Request, staff: Visitor) -> Response:
    words = staff.words
    return await routes.pdf(number, request, staff.principal, words.locale, words.timezone)


@router.get("/recalls/{number}.csv")
def download_recall(number: str, request: Request, staff: Visitor) -> Response:
    return routes.sheet(number, request, staff.principal)


@router.get("/recalls/{number}")
def show_recall(number: str, request: Request, staff: Visitor) -> Response:
    return _one(request, staff, number, _NOTHING)


@router.post("/recalls/{number}/{what}")
async def do(number: str, what: Do, request: Request, staff: Visitor) -> Response:
    await guard_of(_ROUTES[what])(request)
    form = await typed(request)
    return await run_in_threadpool(_done, request, staff, number, what, form)


def _started(request: Request, staff: Staff, form: Form) -> Response:
    try:
        answer = routes.start_recall(_start(form), _sent(request, form), staff.principal)
    except Refusal as refusal:
        offered = tuple(_choice(asdict(each), staff) for each in refusal.choices or ())
        return _list(request, staff, Sheet(form, refusal, offered))
    made = orjson.loads(answer.body)
    if answer.status_code == 300:
        return _list(
            request, staff, Sheet(form, choices=tuple(_choice(each, staff) for each in made["choices"]))
        )
    return RedirectResponse(f"/recalls/{made['recall']}", 303)


def _done(request: Request, staff: Staff, number: str, what: Do, form: Form) -> Response:
    sent, who = _sent(request, form), staff.principal
    try:
        match what:
            case "record":
                routes.record_recall(number, _record(form), sent, who)
            case "sign":
                routes.sign_recall(number, _signing(form, staff), sent, who)
            case "approve":
                routes.approve_recall(number, routes.ApproveBody(name=_name(form, "name")), sent, who)
            case "hold":
                outcome = _outcome(routes.hold_lots(number, sent, who), staff)
                return _one(request, staff, number, Sheet({}, outcome=outcome))
    except Refusal as refusal:
        if what == "sign":
            refusal.errors = tuple(
                replace(error, field="signature") if error.field == "name" else error
                for error in refusal.errors
            )
        return _one(request, staff, number, Sheet(form, refusal, approving=what == "approve"))
    return RedirectResponse(f"/recalls/{number}", 303)


def _choice(each: dict[str, str], staff: Staff) -> dict[str, str]:
    kind = each["kind"]
    return each | {"kind": staff.words.say(KINDS[kind]), "value": called(staff.words, kind, each["value"])}


def _sent(request: Request, form: Form) -> Any:
    return asking(request, idempotency_key=once(form))


def _start(form: Form) -> StartBody:
    """A drill about nothing in particular has its lot drawn."""
    fields = Fields(form)
    drill = fields.raw("kind") != "real"
    identifier = fields.text("identifier")
    draw_one = fields.raw("draw") == "yes" or (drill and not identifier)
    reason = fields.text("reason", most=LONGEST_TEXT)
    if not reason:
        fields.wrong("reason", N_("Give a reason."))
    if not identifier and not draw_one:
        fields.wrong("identifier", N_("Enter what the recall is about."))
    fields.check()
    return StartBody(identifier=None if draw_one else identifier, draw=draw_one, reason=reason, drill=drill)


def _record(form: Form) -> RecordBody:
    fields = Fields(form)
    actions = []
    for row in _rows(form):
        what = fields.text(f"actions.{row}.what", most=LONGEST_TEXT)
        owner = fields.text(f"actions.{row}.owner")
        if what and not owner:
            fields.wrong(f"actions.{row}.owner", N_("Say who does it."))
        elif owner and not what:
            fields.wrong(f"actions.{row}.what", N_("Say what is done."))
        elif what:
            actions.append({"what": what, "owner": owner})
    team = [line.strip() for line in fields.text("team", most=LONGEST_TEXT).split("\n") if line.strip()]
    conclusion = fields.text("conclusion", most=LONGEST_TEXT)
    retest_on = fields.day("retest_on")
    fields.check()
    body = {"team": team, "actions": actions, "conclusion": conclusion}
    return RecordBody.model_validate(body | {"retest_on": str(retest_on) if retest_on else None})


def _rows(form: Form) -> list[int]:
    return sorted({int(found[1]) for name in form if (found := _ACTION.fullmatch(name))})


def _signing(form: Form, staff: Staff) -> SignBody:
    """What a signature means is said in the words of who signs."""
    name = _name(form, "signature")
    meaning = staff.words.say(SIGNED)
    return SignBody(name=name, meaning=meaning, record=_record(form) if form.get("again") else None)


def _name(form: Form, field: str) -> str:
    fields = Fields(form)
    name = fields.text(field)
    if not name:
        fields.wrong(field, N_("Sign with your printed name."))
    fields.check()
    return name


def _outcome(answer: Answer, staff: Staff) -> dict[str, Any]:
    told: dict[str, Any] = orjson.loads(answer.body)
    failed = [each | {"said": staff.words.say(each["detail"])} for each in told["failed"]]
    return told | {"failed": failed, "open_told": [_not_stopped(each, staff) for each in told["not_stopped"]]}


def _not_stopped(row: dict[str, Any], staff: Staff) -> str:
    words = staff.words
    return words.say(
        NOT_STOPPED, order=row["order"], amount=words.amount(Decimal(row["quantity"]), row["unit"])
    )


def _list(request: Request, staff: Staff, sheet: Sheet, before: str | None = None) -> Response:
    cleared, today = staff.principal.cleared, staff.words.today
    with request.app.state.database.read() as session:
        found = recalls.listed(session, cleared=cleared, before=before, limit=_PAGE + 1)
        last, retest_on = recalls.last_drill(session)
    due = next_drill(today, last, retest_on)
    shown = found[:_PAGE]
    return draw(
        request,
        staff,
        "pages/recalls.html",
        sheet.status,
        rows=[recall_trend.row(recall, staff) for recall in shown],
        bars=recall_trend.bars(shown, staff.words),
        trend=recall_trend.trend(shown, staff.words),
        due=staff.words.far_day(due),
        late=due < today,
        older=f"/recalls?before={shown[-1].number}" if len(found) > _PAGE else None,
        may_run=may(staff, routes.start_recall),
        **sheet.shown(staff),
    )


def _one(request: Request, staff: Staff, number: str, sheet: Sheet) -> Response:
    found = routes.view(request, staff.principal, number)
    with request.app.state.database.read() as session:
        people = names(session, routes.people_in(found))
    # It is kept and printed: every time stands with its day and year, as on its PDF.
    told = recall_words.told(found, replace(staff.words, today=date.min), people)
    written = [(each["what"], each["owner"]) for each in found["actions"]] + [("", "")] * _SPARE
    me, may_run = staff.principal.id, may(staff, routes.record_recall)
    signed_by = {each["by"] for each in found["signatures"]}
    holding = {each["by"] for each in found["signatures"] if not each["superseded"]}
    may_approve = may(staff, routes.approve_recall) and me not in {found["opened_by"], *signed_by}
    return draw(
        request,
        staff,
        "pages/recall.html",
        sheet.status,
        told=told,
        identifier=found["identifier"],
        since=found["opened_at"].isoformat(),
        now=staff.now.isoformat(),
        written=written,
        retest_on=str(found["retest_on"] or ""),
        may_run=may_run,
        # What was signed says nothing of what is free today.
        may_hold=may_run
        and (found["frozen"] or any(row["affected"] and not row["held"] for row in found["scope"]["lots"])),
        may_sign=may_run and found["approved_by"] != me,
        signs_too=me not in holding,
        may_approve=may_approve,
        **sheet.shown(staff),
    )
