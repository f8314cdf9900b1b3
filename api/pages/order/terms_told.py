"""Sentences about an order's terms and course: issued, answered, held, ended, watched."""

# A sentence has one signature, whether or not it needs every argument.
# ruff: noqa: ARG001

from __future__ import annotations

from activities.i18n import N_
from api.pages.alert_words import caused_by
from api.pages.order.telling import Change, Sentence, Telling, rule_name
from models.domain import events as e


def issued(event: e.OrderIssued, tell: Telling) -> Sentence:
    if event.order.kin.split_from:
        return Sentence(N_("{who} split this order off {order}."), {"order": event.order.kin.split_from})
    return Sentence(N_("{who} issued the order to {supplier}."), {"supplier": event.order.supplier_name})


def acknowledged(event: e.OrderAcknowledged, tell: Telling) -> Sentence:
    # Of several lines those that were answered now; what was agreed before was told then.
    now = {each.day for each in event.promises} or {*event.days, event.promise_date}
    values = {"day": tell.words.listed(tell.day(day) for day in sorted(now)), "number": event.supplier_order}
    text = _ACCEPTED[event.rest, bool(event.supplier_order)]
    details = tuple(
        tell.words.labelled(tell.part(each.line), tell.day(each.day))
        for each in event.promises
        if len(now) > 1 or event.rest
    )
    return Sentence(text, values, "good", details=details)


# Whether other lines were agreed before, and whether the supplier named its own number.
_ACCEPTED = {
    (False, False): N_("{who} accepted the order for {day}."),
    (False, True): N_("{who} accepted the order for {day}, as order {number}."),
    (True, False): N_("{who} accepted the rest of the order for {day}."),
    (True, True): N_("{who} accepted the rest of the order for {day}, as order {number}."),
}


def countered(event: e.OrderCountered, tell: Telling) -> Sentence:
    return Sentence(
        N_("{who} proposed other terms."),
        kind="watch",
        reason=event.reason,
        changes=tell.terms(event.before, event.terms),
    )


def counter_accepted(event: e.CounterAccepted, tell: Telling) -> Sentence:
    text = N_("{who} accepted the proposal; the order is at revision {revision}.")
    if event.rejected:
        text = N_("{who} accepted part of the proposal; the order is at revision {revision}.")
    again = tell.words.listed(tell.part(line) for line in event.rejected)
    return Sentence(
        text,
        {"revision": str(event.revision)},
        "watch" if event.rejected else "good",
        event.reason,
        details=(tell.say(N_("Rejected, and asked again: {parts}"), parts=again),) if again else (),
        changes=tell.terms(event.before, event.terms),
    )


def counter_rejected(event: e.CounterRejected, tell: Telling) -> Sentence:
    return Sentence(N_("{who} rejected the proposal."), kind="watch", reason=event.reason)


def declined(event: e.OrderDeclined, tell: Telling) -> Sentence:
    return Sentence(N_("{who} declined the order."), kind="act", reason=event.reason)


def held(event: e.OrderHeld, tell: Telling) -> Sentence:
    return Sentence(N_("{who} put the order on hold."), kind="watch", reason=event.reason)


def resumed(event: e.OrderResumed, tell: Telling) -> Sentence:
    return Sentence(N_("{who} resumed the order."))


def cancellation(event: e.CancellationRequested, tell: Telling) -> Sentence:
    given_away = tell.order.reassigned
    if given_away is not None and given_away.reason == event.reason:
        # Nobody asked: it follows from giving away what was not done, which says what becomes of the pieces.
        return Sentence(N_("The order ends once nothing of it is out."), kind="watch")
    return Sentence(
        N_("{who} asked to cancel the order; what is out has to come back."),
        kind="watch",
        reason=event.reason,
    )


def cancelled(event: e.OrderCancelled, tell: Telling) -> Sentence:
    return Sentence(N_("The order was cancelled."), reason=event.reason)


def closed(event: e.OrderClosed, tell: Telling) -> Sentence:
    return Sentence(N_("{who} closed the order."), kind="good")


def force_completed(event: e.OrderForceCompleted, tell: Telling) -> Sentence:
    return Sentence(
        N_("{who} completed the order as it is, signed {name}."),
        {"name": event.signed_by},
        "watch",
        reason=event.reason,
        details=(event.meaning, *tell.signed_as(event.signed_as)),
    )


def replanned(event: e.OrderReplanned, tell: Telling) -> Sentence:
    return Sentence(N_("{who} planned the order anew with today's calendars."))


def reminded(event: e.ReminderSent, tell: Telling) -> Sentence:
    what = rule_name(tell.words, event.rule)
    if event.rule == "milestone_due_soon":
        # The occurrence is the milestone's code and its planned day.
        milestone = next(
            (item.name for item in tell.order.milestones if event.occurrence.startswith(f"{item.code}-")), ""
        )
        what = tell.words.labelled(what, milestone)
    return Sentence(
        N_("{supplier} was reminded: {what}."), {"supplier": tell.order.supplier_name, "what": what}
    )


def raised(event: e.AlertRaised, tell: Telling) -> Sentence:
    return Sentence(N_("Alert raised: {alert}"), {"alert": tell.alert(event.alert)}, "act")


def escalated(event: e.AlertEscalated, tell: Telling) -> Sentence:
    return Sentence(
        N_("Nobody answered “{alert}”; the next in line was told."), {"alert": tell.alert(event.alert)}, "act"
    )


def answered(event: e.AlertAcknowledged, tell: Telling) -> Sentence:
    return Sentence(
        N_("{who} answered the alert “{alert}”."),
        {"alert": tell.alert(event.alert)},
        details=(
            tell.say(N_("Cause: {cause}"), cause=caused_by(tell.words, {"cause": event.cause})),
            tell.say(N_("Action: {action}"), action=event.action),
        ),
    )


def cleared(event: e.AlertCleared, tell: Telling) -> Sentence:
    return Sentence(N_("Alert over: {alert}"), {"alert": tell.alert(event.alert)}, "good")


def milestone(event: e.MilestoneReported, tell: Telling) -> Sentence:
    name = tell.milestone(event.code)
    details = tuple(filter(None, [tell.say(N_("Entered late.")) if event.late_entry else ""]))
    changes = []
    if event.forecast is not None and event.previous_forecast not in (None, event.forecast):
        before, after = tell.day(event.previous_forecast), tell.day(event.forecast)
        changes.append(Change(tell.say(N_("Forecast")), before, after))
    if event.actual is not None and event.previous_actual not in (None, event.actual):
        changes.append(
            Change(tell.say(N_("Done")), tell.time(event.previous_actual), tell.time(event.actual))
        )
    rest = {"reason": event.note, "details": details, "changes": tuple(changes)}
    if event.actual is None and event.forecast is not None:
        values = {"milestone": name, "day": tell.day(event.forecast)}
        return Sentence(N_("{who} expects “{milestone}” on {day}."), values, "watch", **rest)  # type: ignore[arg-type]
    pieces = tell.pieces(event.moves)
    if not pieces and event.quantity is not None and len(tell.order.lines) == 1:
        pieces = tell.amount(event.quantity, tell.order.lines[0].line)
    if event.actual is None and not pieces:
        return Sentence(N_("{who} reported part of “{milestone}”."), {"milestone": name}, **rest)  # type: ignore[arg-type]
    if event.actual is None:
        values = {"milestone": name, "pieces": pieces}
        return Sentence(N_("{who} reported part of “{milestone}”: {pieces}."), values, **rest)  # type: ignore[arg-type]
    values = {"milestone": name, "time": tell.time(event.actual)}
    if pieces:
        text = N_("{who} reported “{milestone}” for {time}: {pieces}.")
        return Sentence(text, {**values, "pieces": pieces}, **rest)  # type: ignore[arg-type]
    return Sentence(N_("{who} reported “{milestone}” for {time}."), values, **rest)  # type: ignore[arg-type]
