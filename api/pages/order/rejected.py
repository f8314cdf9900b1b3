"""Nonconformances with their shares: how many pieces wait for whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from activities import wording
from api.pages.order.header import owner
from api.pages.order.serials_told import recorded
from api.pages.order.telling import defect
from api.pages.order.wording import DISPOSITIONS, RESPONSIBLE, SHARE_OWED_BY, SHARES
from api.pages.wording import ACTION_STATES
from api.supplier.naming import pieces_called
from api.supplier.words import Words
from models.domain.order import Order
from models.domain.pieces import key, line_of, lot_of
from models.domain.quantities import ZERO
from models.domain.records import Nonconformance, Share


@dataclass(frozen=True, slots=True)
class ShareView:
    amount: str
    word: str
    owner: str


@dataclass(frozen=True, slots=True)
class NonconformanceView:
    name: str
    opened: str
    defect: str
    # What its pieces are, lot by lot, with their serial numbers where they have any.
    of: tuple[str, ...]
    amount: str
    cause: str
    responsible: str
    shares: tuple[ShareView, ...]
    proposals: tuple[str, ...]
    # What was decided about how many of its pieces, the first one first.
    decided: tuple[str, ...]
    # Corrective actions: how each stands, in a word and its kind, what it is and until when.
    actions: tuple[tuple[str, str, str, str], ...]
    # The serial numbers of pieces that are recorded only, and where each was.
    recorded: tuple[str, ...]
    open: bool
    recorded_only: bool
    withdrawn: bool


def nonconformances(order: Order, words: Words) -> list[NonconformanceView]:
    """The open ones first, then the newest."""
    found = sorted(order.nonconformances.values(), key=lambda item: item.opened_at, reverse=True)
    return [_view(order, item, words) for item in sorted(found, key=lambda item: not item.open)]


def _view(order: Order, item: Nonconformance, words: Words) -> NonconformanceView:
    units = {line.line: line.unit for line in order.lines}
    held: dict[tuple[Share, str], Decimal] = {}
    for at, shares in item.shares.items():
        for share, quantity in shares.items():
            if quantity:
                place = (share, units.get(line_of(at), ""))
                held[place] = held.get(place, ZERO) + quantity
    # Its pieces are of one line: whatever opens it names one.
    unit = next((units.get(line_of(at), "") for at in item.shares), order.lines[0].unit)
    return NonconformanceView(
        name=item.nonconformance,
        opened=words.time(item.opened_at),
        defect=defect(words, item.defect, item.receipt),
        of=tuple(_called(order, item, words)),
        amount=words.amount(item.quantity, unit),
        cause=wording.cause(words.locale, item.cause),
        responsible=words.say(RESPONSIBLE[item.responsibility]) if item.responsibility else "",
        shares=tuple(
            ShareView(
                words.amount(quantity, unit_),
                words.say(SHARES[share]),
                order.supplier_name
                if SHARE_OWED_BY[share] == "supplier"
                else owner(SHARE_OWED_BY[share], words),
            )
            for (share, unit_), quantity in held.items()
        ),
        proposals=tuple(
            words.labelled(
                words.amount(each.quantity, units.get(each.line, "")), words.say(DISPOSITIONS[each.decision])
            )
            for each in item.proposals
        ),
        decided=tuple(
            f"{words.say(DISPOSITIONS[each.decision])} {words.amount(each.quantity, unit)}"
            for each in item.decided
        ),
        actions=tuple(
            (
                words.say(ACTION_STATES[each.state][0]),
                ACTION_STATES[each.state][1],
                each.what,
                words.day(each.due),
            )
            for each in item.actions
        ),
        open=item.open,
        recorded=recorded(item.recorded, words),
        recorded_only=item.recorded_only,
        withdrawn=item.withdrawn,
    )


def _called(order: Order, item: Nonconformance, words: Words) -> Iterator[str]:
    decided = (key(each.line, each.lot) for each in item.outcomes)
    for at in dict.fromkeys([*item.shares, *decided]) or [key(item.line, "")]:
        if order.line(line_of(at)) is None:
            continue
        serials = [
            lot_of(name)
            for name in item.serials
            if name in order.serials and key(line_of(name), order.serials[name].lot) == at
        ]
        yield " · ".join(filter(None, [pieces_called(order, at, words), words.listed(serials)]))
