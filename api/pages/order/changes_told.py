"""Sentences about change orders: proposed, decided, answered."""

# A sentence has one signature, whether or not it needs every argument.
# ruff: noqa: ARG001

from __future__ import annotations

from activities.i18n import N_
from api.pages.order.telling import Sentence, Telling
from models.domain import events as e
from models.domain.changes import AddedLine
from models.domain.order import Line


def proposed(event: e.ChangeProposed, tell: Telling) -> Sentence:
    return Sentence(
        N_("{who} proposed change {change}."),
        {"change": event.change},
        "watch",
        event.reason,
        changes=tell.commercial(event.before, event.after, event.added),
    )


def approved(event: e.ChangeApproved, tell: Telling) -> Sentence:
    return Sentence(
        N_("{who} approved change {change}; {supplier} is asked."),
        {"change": event.change, "supplier": tell.order.supplier_name},
        reason=event.reason,
        details=tell.decided_as(event.decided_as),
    )


def rejected(event: e.ChangeRejected, tell: Telling) -> Sentence:
    text = N_("{who} rejected change {change}.")
    role = tell.decided_as(event.decided_as)
    return Sentence(text, {"change": event.change}, "watch", event.reason, role)


def withdrawn(event: e.ChangeWithdrawn, tell: Telling) -> Sentence:
    return Sentence(N_("{who} withdrew change {change}."), {"change": event.change})


def acknowledged(event: e.ChangeAcknowledged, tell: Telling) -> Sentence:
    said = []
    if event.promise_date is not None:
        said.append(tell.say(N_("Promised for {day}"), day=tell.day(event.promise_date)))
    if event.supplier_order:
        said.append(tell.say(N_("Their order number: {number}"), number=event.supplier_order))
    return Sentence(
        N_("{who} accepted change {change}; the order is at revision {revision}."),
        {"change": event.change, "revision": str(event.revision)},
        "good",
        details=tuple(said),
        changes=tell.commercial(event.before, event.after, map(_as_asked, event.added)),
    )


def _as_asked(line: Line) -> AddedLine:
    return AddedLine(
        line.work_order,
        line.operation,
        line.part,
        line.part_revision,
        line.unit,
        line.ordered,
        line.unit_price,
        line.basis,
        line.lots,
    )


def declined(event: e.ChangeDeclined, tell: Telling) -> Sentence:
    return Sentence(
        N_("{who} declined change {change}; the order stands as it was."),
        {"change": event.change},
        "act",
        event.reason,
    )
