"""Hold, resume, plan anew, cancel, close: what is done to the order as a whole."""

from __future__ import annotations

from dataclasses import dataclass

from activities.codes import BUCKETS
from activities.i18n import N_
from api.pages import charges
from api.pages.charges import ChargeRow
from api.pages.tasks.base import Acting, Button, Task, Typed
from api.supplier.fields import LONGEST_TEXT, Fields
from api.supplier.tasks import Wanted
from models.domain import commands as c
from models.domain.authority import SYSTEM
from models.domain.decisions import control
from models.domain.errors import Refusal
from models.domain.facts import Asked, Facts
from models.domain.order import Order
from models.domain.pieces import OUT, UNDECIDED, line_of
from models.domain.quantities import ZERO
from models.queries import costs


@dataclass(frozen=True, slots=True)
class HoldForm:
    """What stands now: why it is on hold and since when, or what is still out."""

    reason: str = ""
    since: str = ""
    # Where the pieces are that have to come back or be decided about: how many, and where.
    pieces: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class CancelForm:
    """`charges` are what is to be paid by contract if nothing else comes, `total` their sum."""

    pieces: tuple[tuple[str, str], ...]
    charges: tuple[ChargeRow, ...]
    total: str


def _cancel_form(acting: Acting, _typed: Typed) -> CancelForm:
    order, words = acting.order, acting.words
    found = costs.if_cancelled(order, acting.now)
    return CancelForm(
        open_pieces(acting),
        tuple(charges.row(item, order.currency, words) for item in found["items"]),
        words.paid(found["total"], order.currency),
    )


def _plain_form(acting: Acting, _typed: Typed) -> HoldForm:
    hold = acting.order.hold
    if hold is None:
        return HoldForm(pieces=open_pieces(acting))
    return HoldForm(hold.reason, acting.words.time(hold.held_at), open_pieces(acting))


def open_pieces(acting: Acting) -> tuple[tuple[str, str], ...]:
    """Pieces that keep the order from ending, by where they are."""
    order, words = acting.order, acting.words
    found = []
    for bucket in (*OUT, *UNDECIDED):
        by_unit: dict[str, list[str]] = {}
        for at, pieces in order.stock.items():
            line = order.line(line_of(at))
            if pieces.get(bucket) and line is not None:
                by_unit.setdefault(line.unit, []).append(at)
        for unit, places in by_unit.items():
            some = sum((order.stock[at][bucket] for at in places), ZERO)
            found.append((words.amount(some, unit), words.say(BUCKETS[bucket])))
    return tuple(found)


def _reason(fields: Fields) -> str:
    reason = fields.text("reason", most=LONGEST_TEXT)
    if not reason:
        fields.wrong("reason", "Give a reason.")
    fields.check()
    return reason


def _hold(fields: Fields, _acting: Acting) -> Wanted:
    return Wanted(c.Hold(_reason(fields)))


def _resume(_fields: Fields, _acting: Acting) -> Wanted:
    return Wanted(c.Resume())


def _replan(_fields: Fields, _acting: Acting) -> Wanted:
    return Wanted(c.Replan())


def _cancel(fields: Fields, _acting: Acting) -> Wanted:
    return Wanted(c.Cancel(_reason(fields)))


HOLD = Task("hold", "hold", _plain_form, _hold, (Button("hold", N_("Hold the order")),))
RESUME = Task("resume", "resume", _plain_form, _resume, (Button("resume", N_("Resume the order")),))
REPLAN = Task("replan", "replan", _plain_form, _replan, (Button("replan", N_("Plan anew")),))
CANCEL = Task("cancel", "cancel", _cancel_form, _cancel, (Button("cancel", N_("Cancel the order")),))


def _incomplete(order: Order) -> Refusal | None:
    """Says so while anything keeps the order from being closed; commands that wait are counted later."""
    try:
        control.close(order, c.Close(), Asked(c.Close(), SYSTEM), Facts(), order.issued_at)
    except Refusal:
        return Refusal("form.nothing", "Not everything is here yet.")
    return None


def _close(_fields: Fields, _acting: Acting) -> Wanted:
    return Wanted(c.Close())


CLOSE = Task(
    "close", "close", _plain_form, _close, (Button("close", N_("Close the order")),), idle=_incomplete
)
