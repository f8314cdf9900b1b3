"""Recalls over HTTP: drills with a clock, real ones that write to customers, and the report of either."""

from __future__ import annotations

import secrets
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response
from pydantic import Field, StringConstraints
from sqlmodel import Session

from activities import hold_mails, recalling
from activities.i18n import N_
from api import sheets
from api.auth import Principal, Reader, allowed
from api.changes import perform
from api.fields import Body, Day, Flag, Note, Text
from api.pdf import as_pdf
from api.recall_sheet import COLUMNS, rows
from api.recall_words import told
from api.routes.trace import choice
from api.supplier.words import Words, language
from api.wire import Answer, api_router
from api.zones import Zone
from models.domain import recalls as rules
from models.domain.authority import Actor
from models.domain.errors import Refusal
from models.domain.recalls import MAY_APPROVE, MAY_RUN, MOST_ACTIONS, MOST_MEMBERS, Recall, Record
from models.domain.texts import LONGEST_TOLD
from models.queries import recalls
from models.queries.order_stream import names

router = api_router(tags=["Recalls"])
Runner = Annotated[Principal, Depends(allowed(*MAY_RUN))]
Approver = Annotated[Principal, Depends(allowed(*MAY_APPROVE))]
Told = Annotated[Note, StringConstraints(min_length=1, max_length=LONGEST_TOLD)]
View = dict[str, Any]
# What a signature means when nothing else is said.
SIGNED = N_("I have checked this report and stand by it.")


class StartBody(Body):
    """Either an `identifier`, as for a trace, or `draw` for a lot that is drawn."""

    identifier: Text | None = None
    draw: Flag = False
    reason: Told
    drill: Flag = Field(description="`false`: a real recall, whose customers are written to once approved.")


class ActionBody(Body):
    what: Told
    owner: Text


class RecordBody(Body):
    """All of it each time: what is left out is empty then."""

    team: Annotated[list[Text], Field(max_length=MOST_MEMBERS)] = []
    actions: Annotated[list[ActionBody], Field(max_length=MOST_ACTIONS)] = []
    conclusion: Annotated[Note, StringConstraints(max_length=LONGEST_TOLD)] = ""
    retest_on: Day | None = None


class SignBody(Body):
    """`record` is what was recorded since an earlier signature, which this one supersedes."""

    name: Text
    meaning: Text = SIGNED
    record: RecordBody | None = None


class ApproveBody(Body):
    name: Text


@router.post("/recalls", status_code=201)
def start_recall(body: StartBody, request: Request, principal: Runner) -> Answer:
    """Its clock runs from here to the signed report. Where several are called so the answer is 300 with
    `choices`, as of a trace."""
    rules.check_start(body.identifier, draw=body.draw, drill=body.drill)

    def change(session: Session, now: datetime) -> Answer:
        if body.draw:
            match = recalling.drawn(session, secrets.randbelow, cleared=principal.cleared)
        else:
            called = recalling.matches(session, str(body.identifier), cleared=principal.cleared)
            if len(called) > 1:
                return Answer({"choices": [choice(match) for match in called]}, 300)
            match = called[0]
        recall = recalling.begin(
            session,
            match,
            body.reason,
            drill=body.drill,
            drawn=body.draw,
            actor=_actor(principal),
            now=now,
        )
        made = {"recall": recall.number, "identifier": recall.identifier}
        return Answer(made, 201, {"Location": f"/api/v1/recalls/{recall.number}"})

    return perform(request, principal, change)


@router.get("/recalls")
def list_recalls(
    request: Request,
    principal: Reader,
    cursor: Annotated[str | None, Query(max_length=100)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Answer:
    """The latest first, with the minutes each took. `next_drill` is the day by which a drill is due."""
    now = request.app.state.clock()
    with request.app.state.database.read() as session:
        found = recalls.listed(session, cleared=principal.cleared, before=cursor, limit=limit + 1)
        due = rules.next_drill(now.date(), *recalls.last_drill(session))
    items = [_summary(recall, now) for recall in found[:limit]]
    more = items[-1]["recall"] if len(found) > limit else None
    return Answer({"items": items, "next": more, "next_drill": due})


@router.get("/recalls/{number}.pdf", response_class=Response)
async def print_recall(number: str, request: Request, principal: Reader, zone: Zone) -> Response:
    """The report with its signatures, in the time zone of the reader's plant; not signed yet, it says so."""
    return await pdf(number, request, principal, language(request, principal.locale), zone)


@router.get("/recalls/{number}.csv", response_class=Response)
def download_recall(number: str, request: Request, principal: Reader) -> Response:
    """All that the report says, a line each: the answer, lots, orders, jobs, what customers got, balance, gaps,
    missing documents, team, actions, approval and signatures."""
    return sheet(number, request, principal)


@router.get("/recalls/{number}")
def read_recall(number: str, request: Request, principal: Reader) -> Answer:
    """What it reaches as it stands now, and once it is signed as it was signed (`frozen`)."""
    return Answer(view(request, principal, number))


@router.post("/recalls/{number}/record")
def record_recall(number: str, body: RecordBody, request: Request, principal: Runner) -> Answer:
    def change(session: Session, now: datetime) -> Answer:
        recall = recalls.named(session, number, cleared=principal.cleared, lock=True)
        recalls.keep_record(session, rules.recorded(recall, _record(body, recall, principal, now)))
        return _answer(session, principal, number, now)

    return perform(request, principal, change)


@router.post("/recalls/{number}/sign")
def sign_recall(number: str, body: SignBody, request: Request, principal: Runner) -> Answer:
    """Freezes the report: what it reaches, as it stands now, is read no more. The first signature stops the
    clock. Nobody signs the same report twice; somebody else may, and where anything is new a later signature
    supersedes those before."""

    def change(session: Session, now: datetime) -> Answer:
        # Of two at once the second sees what the first recorded.
        recall = recalls.named(session, number, cleared=principal.cleared, lock=True)
        # As it stands at one moment, and not before: what left while somebody else wrote is in it.
        with request.app.state.database.snapshot() as moment:
            reached = recalling.scope(moment, recall, cleared=principal.cleared)
        record = None if body.record is None else _record(body.record, recall, principal, now)
        recalling.sign(
            session, number, reached, body.name, body.meaning, record, actor=_actor(principal), now=now
        )
        return _answer(session, principal, number, now)

    return perform(request, principal, change)


@router.post("/recalls/{number}/approve")
def approve_recall(number: str, body: ApproveBody, request: Request, principal: Approver) -> Answer:
    """Of a real recall, by somebody else than who opened it or signed its report: one mail to each contact of the customers.
    Again, it writes to those who were not written to yet. `written` are the mails of this time."""

    def change(session: Session, now: datetime) -> Answer:
        settings = request.app.state.settings
        _, written = recalling.approve(session, number, body.name, settings, actor=_actor(principal), now=now)
        return _answer(session, principal, number, now, written=written)

    return perform(request, principal, change)


@router.post("/recalls/{number}/hold")
def hold_lots(number: str, request: Request, principal: Runner) -> Answer:
    """Every affected lot that is here, pending, rejected or at a supplier, one after another: `held` now, and
    `failed` with why not. What somebody holds already stays as it is. `not_stopped` are pieces still open that
    no lot stands for."""
    database = request.app.state.database
    with database.snapshot() as session:
        recall, lots, open_still = recalling.to_hold(session, number, cleared=principal.cleared)
    held, failed = [], []
    for lot in lots:
        try:
            with database.write() as session:
                now = request.app.state.clock()
                recalling.hold(session, recall, lot, actor=_actor(principal), now=now)
                hold_mails.tell(session, request.app.state.settings, now)
            held.append(lot)
        except Refusal as refusal:
            failed.append(recalling.not_held(lot, refusal))
    return Answer({"held": held, "failed": failed, "not_stopped": open_still})


def view(request: Request, principal: Principal, number: str) -> View:
    """A recall with all it reaches. Raises `Unknown`."""
    with request.app.state.database.snapshot() as session:
        return _view(session, principal, number, request.app.state.clock())


async def pdf(number: str, request: Request, principal: Principal, locale: str, timezone: str) -> Response:
    """The report as it was signed, or as it stands. Raises `Unknown`."""
    found = view(request, principal, number)
    # On paper no day is today: every time stands with its day and year.
    words = Words(locale, timezone, date.min)
    with request.app.state.database.read() as session:
        called = names(session, people_in(found))
    return await as_pdf(
        number,
        "pdf/recall.html",
        locale=words.locale,
        company=request.app.state.settings.company,
        words=words,
        told=told(found, words, called),
    )


def sheet(number: str, request: Request, principal: Principal) -> Response:
    """Raises `Unknown`."""
    return sheets.as_file("csv", number, COLUMNS, rows(view(request, principal, number)))


def people_in(found: View) -> set[str]:
    """Ids of everybody a recall's view names."""
    ids = {found["opened_by"], found["approved_by"]}
    ids |= {action["by"] for action in found["actions"]} | {each["by"] for each in found["signatures"]}
    return ids - {None}


def _answer(session: Session, principal: Principal, number: str, now: datetime, **more: Any) -> Answer:
    return Answer(_view(session, principal, number, now) | more)


def _view(session: Session, principal: Principal, number: str, now: datetime) -> View:
    recall = recalls.named(session, number, cleared=principal.cleared)
    holding = recall.holding
    return {
        **_summary(recall, now),
        "opened_by": recall.opened_by,
        "team": list(recall.record.team),
        "actions": [
            {"what": each.what, "owner": each.owner, "at": each.at, "by": each.by}
            for each in recall.record.actions
        ],
        "conclusion": recall.record.conclusion,
        "approved_at": recall.approved_at,
        "approved_by": recall.approved_by,
        "approved_name": recall.approved_name,
        "approved_role": recall.approved_role,
        "signatures": [
            {
                "name": each.name,
                "meaning": each.meaning,
                "at": each.at,
                "by": each.by,
                "role": each.role,
                "sha256": each.sha256,
                "superseded": each not in holding,
            }
            for each in recall.signatures
        ],
        "frozen": bool(recall.signatures),
        "mails": recalls.mail_fates(session, number),
        "scope": recalling.read(session, recall, cleared=principal.cleared),
    }


def _summary(recall: Recall, now: datetime) -> View:
    return {
        "recall": recall.number,
        "identifier": recall.identifier,
        "reason": recall.reason,
        "drill": recall.drill,
        "drawn": recall.drawn,
        "opened_at": recall.opened_at,
        "signed_at": recall.signed_at,
        "minutes": recall.minutes(now),
        "retest_on": recall.record.retest_on,
    }


def _record(body: RecordBody, recall: Recall, principal: Principal, now: datetime) -> Record:
    wanted = [(action.what, action.owner) for action in body.actions]
    actions = rules.with_actions(recall.record.actions, wanted, principal.id, now)
    return Record(tuple(body.team), actions, body.conclusion, body.retest_on)


def _actor(principal: Principal) -> Actor:
    return Actor(principal.id, principal.kind, principal.roles, principal.cleared)
