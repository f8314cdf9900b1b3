"""Quality decides about material a job's bill of material does not name, or names in another quantity."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from activities.i18n import N_
from activities.wording import WRONG_MATERIAL
from api.fields import Body, Text
from api.pages.floor import deeds
from api.pages.floor.deeds import Deed
from api.pages.floor.jobs import reason
from api.pages.floor.panels import DECISIONS, decided, elsewhere, scrapped, used_of
from api.pages.master.forms import Form
from api.pages.master.inputs import Input, words_for
from api.pages.route import page_router
from api.pages.staff import Staff, Visitor
from api.routes.material_mismatches import MismatchDecision, SignatureBody, decide_mismatch, shown
from api.routes.shop_floor import Why
from api.supplier.words import Words
from models.domain.errors import Unknown
from models.domain.materials import Decision, Wrong
from models.queries import shop_floor
from models.queries.shop_floor import MISMATCHES

router = page_router()
WAYS = {
    "accept": N_("Accept it: what was made may leave"),
    "hold": N_("Put what was made on hold"),
    "scrap": N_("Scrap what was made: it never leaves"),
}


def _asking(decisions: Collection[str]) -> Form:
    ways = [(each, text) for each, text in WAYS.items() if each in decisions]
    hint = N_("Accepting other material is signed, and so is what is decided later.")
    return Form(
        (
            Input("decision", N_("Decision"), "pick", options=words_for(*ways)),
            reason(),
            Input("signed", N_("Your printed name"), hint=hint),
        )
    )


FORM = _asking(WAYS)


class DecisionTyped(Body):
    """A decision as its form has it: the printed name beside the others."""

    decision: Decision
    reason: Why
    signed: Text | None = None


@router.get("/material-mismatches/{mismatch}")
async def ask_decision(mismatch: str, request: Request, staff: Visitor) -> Response:
    return await deeds.ask(request, staff, await run_in_threadpool(_deciding, request, staff, mismatch))


@router.post("/material-mismatches/{mismatch}")
async def decide(mismatch: str, request: Request, staff: Visitor) -> Response:
    return await deeds.do(request, staff, await run_in_threadpool(_deciding, request, staff, mismatch))


def _told_before(words: Words, earlier: Mapping[str, Any]) -> str:
    when = words.time(datetime.fromisoformat(earlier["decided_at"]))
    return words.labelled(f"{words.say(DECISIONS[earlier['decision']][0])} · {when}", earlier["reason"])


def _deciding(request: Request, staff: Staff, mismatch: str) -> Deed:
    with request.app.state.database.read() as session:
        rows = shop_floor.known_mismatches(
            session, MISMATCHES.c.id == mismatch, cleared=staff.principal.cleared
        )
        if not rows:
            raise Unknown("unknown", "There is no {kind} {key}.", kind="material mismatch", key=mismatch)
        (row,) = shown(session, rows, cleared=staff.principal.cleared)
    words = staff.words
    job = row["work_order"]
    path = f"/master/work-orders/{quote(job, safe='')}"

    def send(asked: Any, typed: DecisionTyped) -> Any:
        signature = None if typed.signed is None else SignatureBody(name=typed.signed)
        body = MismatchDecision(decision=typed.decision, reason=typed.reason, signature=signature)
        return decide_mismatch(mismatch, body, asked, staff.principal)

    counted = row["wrong"] in (Wrong.SHORT, Wrong.EXCESS)
    expected = words.listed(
        words.amount(Decimal(each["quantity"]), row["unit"])
        if counted
        else " ".join(filter(None, (each["part"], each.get("revision"))))
        for each in row["expected"]
    )
    return Deed(
        N_("Another quantity was used") if counted else N_("Other material was used"),
        N_("What the job made is not dispatched until quality has decided."),
        N_("Decide"),
        # What is decided for good says so when it is sent.
        _asking(row["possible"] or WAYS),
        DecisionTyped,
        decide_mismatch,
        send,
        (path, words.say(N_("Back to work order {number}"), number=job)),
        lambda _answer: f"{path}?saved=changed",
        (
            (N_("Nonconformance"), row["id"]),
            (N_("What is wrong"), words.say(WRONG_MATERIAL[row["wrong"]])),
            (N_("Used"), used_of(words, row)),
            (N_("Quantity"), words.amount(row["quantity"], row["unit"])),
            (N_("Expected"), expected),
            (
                N_("State"),
                words.labelled(words.say(decided(row["decision"], row["scrapped"])[0]), row["reason"]),
            ),
            *((N_("Decided before"), _told_before(words, each)) for each in row["earlier"]),
            *([(N_("Scrapped"), scrapped(words, row))] if row["scrapped"] else []),
            *([(N_("Used or left before"), elsewhere(words, row))] if row["elsewhere"] else []),
        ),
        given={"signed": staff.name},
        named={"signature.name": "signed"},
    )
