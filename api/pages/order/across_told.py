"""Sentences about what happened across orders: merged, split, given to another supplier."""

# A sentence has one signature, whether or not it needs every argument.
# ruff: noqa: ARG001

from __future__ import annotations

from activities.i18n import N_
from api.pages.order.telling import Change, Sentence, Telling
from models.domain import events as e
from models.domain.order import Line


def merged(event: e.OrdersMerged, tell: Telling) -> Sentence:
    was, now = event.before.need_by, event.after.need_by
    moved = (Change(tell.say(N_("Needed by")), tell.day(was), tell.day(now)),) if was != now else ()
    return Sentence(
        N_(
            "{who} merged {orders} into this order, which is at revision {revision}; {supplier} is asked again."
        ),
        {
            "orders": tell.words.listed(source.order for source in event.sources),
            "revision": str(event.revision),
            "supplier": tell.order.supplier_name,
        },
        details=tuple(_brought(tell, source) for source in event.sources),
        changes=moved,
    )


def _brought(tell: Telling, source: e.MergedOrder) -> str:
    """SO-2026-00007: 40 pcs FLANGE B · needed Fri 4 Dec"""
    return tell.words.labelled(source.order, tell.words.listed(_amount(tell, line) for line in source.lines))


def _amount(tell: Telling, line: Line) -> str:
    told = f"{tell.words.amount(line.ordered, line.unit)} {line.part} {line.part_revision}"
    if line.need_by is None:
        return told
    return f"{told} · {tell.say(N_('needed {day}'), day=tell.day(line.need_by))}"


def merged_into(event: e.OrderMergedInto, tell: Telling) -> Sentence:
    return Sentence(N_("{who} merged this order into {order}, where it goes on."), {"order": event.into})


def split(event: e.OrderSplit, tell: Telling) -> Sentence:
    pieces = tell.pieces(event.moves)
    return Sentence(
        N_("{who} split the order into {orders}."),
        {"orders": tell.words.listed(event.children)},
        details=(tell.say(N_("{pieces} go on with {order}."), pieces=pieces, order=event.children[0]),)
        if pieces
        else (),
    )


def taken_over(event: e.PiecesTakenOver, tell: Telling) -> Sentence:
    values = {"pieces": tell.pieces(event.moves), "order": event.source}
    return Sentence(N_("{pieces} came over from {order}, each where it was."), values)


def reassigned(event: e.OrderReassigned, tell: Telling) -> Sentence:
    out = N_("What is out comes back as it is.")
    if event.pieces == "transfer":
        out = N_("What is out is to go on to the other supplier.")
    return Sentence(
        N_("{who} gave what was not done to {to}, as draft {order}."),
        {"to": event.supplier, "order": event.to},
        "watch",
        event.reason,
        details=(tell.say(out),),
    )
