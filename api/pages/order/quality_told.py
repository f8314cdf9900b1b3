"""Sentences about measured values, rejected pieces and papers."""

# A sentence has one signature, whether or not it needs every argument.
# ruff: noqa: ARG001

from __future__ import annotations

from decimal import Decimal

from activities.i18n import N_
from api.pages.alert_words import caused_by
from api.pages.order.serials_told import recorded
from api.pages.order.telling import Sentence, Telling, defect
from api.pages.order.wording import DISPOSITIONS, PLACES, RESPONSIBLE
from api.supplier.naming import again_for
from api.supplier.told import mismatch
from models.domain import events as e
from models.domain.evidence import DOCUMENTS, comparable
from models.domain.inspection import Failure

_MOST = 5


def submitted(event: e.InspectionSubmitted, tell: Telling) -> Sentence:
    values = {
        "count": tell.words.number(Decimal(len(event.results))),
        "part": tell.part(event.line),
        "inspection": event.inspection,
    }
    again = (again_for(event.nonconformance, tell.words),) if event.nonconformance else ()
    if event.verdict == "pass":
        text = N_("{who} submitted {count} measured values of {part} as {inspection}; they fit the plan.")
        return Sentence(text, values, "good", details=again)
    failures = tuple(_failure(item, tell) for item in event.failures)
    more = (f"+{len(failures) - _MOST}",) if len(failures) > _MOST else ()
    text = N_("{who} submitted {count} measured values of {part} as {inspection}; they do not fit the plan.")
    return Sentence(text, values, "act", details=(*again, *failures[:_MOST], *more))


def _failure(item: Failure, tell: Telling) -> str:
    values = dict(item.values)
    measured = {name: tell.words.measured(values[name]) for name in ("value", "limit") if name in values}
    return tell.say(item.text, **(values | measured))


def reviewed(event: e.InspectionReviewed, tell: Telling) -> Sentence:
    values = {"inspection": event.inspection}
    if event.decision == "release":
        return Sentence(N_("{who} released {inspection}."), values, "good", event.note)
    return Sentence(N_("{who} rejected {inspection}."), values, "act", event.note)


def opened(event: e.NonconformanceOpened, tell: Telling) -> Sentence:
    values = {
        "nonconformance": event.nonconformance,
        "pieces": tell.amount(event.quantity, event.line),
    }
    why = defect(tell.words, event.defect, event.receipt)
    if event.recorded_only:
        text = N_("{who} recorded {nonconformance}: {pieces}, used or sent on already.")
        return Sentence(text, values, "act", why, details=recorded(event.recorded, tell.words))
    return Sentence(N_("{who} opened {nonconformance}: {pieces} rejected."), values, "act", why)


def withdrawn(event: e.NonconformanceWithdrawn, tell: Telling) -> Sentence:
    text = N_("{nonconformance} was withdrawn with the entry that opened it.")
    return Sentence(text, {"nonconformance": event.nonconformance})


def _why(cause: str, responsibility: str, tell: Telling) -> tuple[str, ...]:
    found = [tell.say(N_("Cause: {cause}"), cause=cause)] if cause else []
    if responsibility:
        who = tell.say(RESPONSIBLE[responsibility])
        found.append(tell.say(N_("Responsible: {who_is}"), who_is=who))
    return tuple(found)


def dispositioned(event: e.NonconformanceDispositioned, tell: Telling) -> Sentence:
    decision = tell.say(DISPOSITIONS[event.decision])
    if event.decision in ("rework", "repair"):
        decision = f"{decision} {tell.say(PLACES[event.at])}"
    return Sentence(
        N_("{who} decided about {pieces} of {nonconformance}: {decision}."),
        {
            "pieces": tell.amount(event.quantity, event.line),
            "nonconformance": event.nonconformance,
            "decision": decision,
        },
        details=_why(caused_by(tell.words, {"cause": event.cause}), event.responsibility, tell),
    )


def proposed(event: e.DispositionProposed, tell: Telling) -> Sentence:
    wanted = (
        tell.words.labelled(tell.amount(item.quantity, item.line), tell.say(DISPOSITIONS[item.decision]))
        for item in event.proposals
    )
    return Sentence(
        N_("{who} proposed what to do with {nonconformance}; the design authority decides."),
        {"nonconformance": event.nonconformance},
        "watch",
        details=(*wanted, *_why(caused_by(tell.words, {"cause": event.cause}), event.responsibility, tell)),
    )


def decided(event: e.DispositionDecided, tell: Telling) -> Sentence:
    values = {"nonconformance": event.nonconformance, "name": event.signed_by}
    role = tell.signed_as(event.signed_as)
    if event.decision == "approve":
        text = N_("{who} approved what was proposed for {nonconformance}, signed {name}.")
        return Sentence(text, values, "good", event.meaning, role)
    text = N_("{who} rejected what was proposed for {nonconformance}, signed {name}.")
    return Sentence(text, values, "watch", event.meaning, role)


def nonconformance_closed(event: e.NonconformanceClosed, tell: Telling) -> Sentence:
    text = N_("{nonconformance} is closed: every piece has an end.")
    return Sentence(text, {"nonconformance": event.nonconformance}, "good")


def return_confirmed(event: e.ReturnConfirmed, tell: Telling) -> Sentence:
    return Sentence(
        N_("{who} confirmed that {pieces} of {nonconformance} went back to the supplier."),
        {"pieces": tell.pieces(event.moves), "nonconformance": event.nonconformance},
    )


def document(event: e.DocumentAdded, tell: Telling) -> Sentence:
    name = tell.document(event.type)
    shown = " ".join(filter(None, [event.printed.number or "", event.printed.revision or ""]))
    values = {"document": f"{name} {shown}".strip(), "file": event.filename}
    text = N_("{who} added {document} ({file}).")
    if event.supersedes:
        text = N_("{who} added {document} ({file}) in place of {before}.")
        before = tell.order.documents.get(event.supersedes)
        values["before"] = before.filename if before is not None else event.supersedes
    details = [
        mismatch({"field": item.field, "printed": item.printed, "expected": item.expected}, tell.words)
        for item in event.mismatches
    ]
    # A photo or the like has nothing that could be.
    compared = comparable(event.type, event.printed) or not DOCUMENTS[event.type].compared
    if not compared and not event.mismatches:
        details.append(tell.say(N_("Nothing on it was compared with the order.")))
    if event.holds:
        details.append(tell.say(N_("Lots put on hold: {lots}"), lots=tell.words.listed(event.holds)))
    if event.releases:
        details.append(tell.say(N_("Lots let go: {lots}"), lots=tell.words.listed(event.releases)))
    kind = "act" if event.mismatches else "good" if compared else "plain"
    return Sentence(text, values, kind, details=tuple(details))
