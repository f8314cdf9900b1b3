"""Which pieces an event moved, where they have serial numbers: said under its sentence, whatever it is."""

from __future__ import annotations

from collections.abc import Mapping

from activities.codes import BUCKETS
from activities.i18n import N_
from api.pages.order.telling import Telling
from api.supplier.words import Words
from models.domain import events as e
from models.domain.pieces import Bucket, Move
from models.domain.serial_stock import Whereabouts, fate

# An order that is split, or goes on with what another had, moves every piece without any of them moving.
_STAY = (e.OrderSplit, e.PiecesTakenOver)


def recorded(pieces: Mapping[str, Whereabouts], words: Words) -> tuple[str, ...]:
    """Of pieces that are recorded only: their serial numbers, and where those are that are no longer here."""
    away = [
        words.refusal(fate(serial, where, "")) for serial, where in pieces.items() if where != Whereabouts()
    ]
    here = [serial for serial, where in pieces.items() if where == Whereabouts()]
    told = (words.labelled(words.say(N_("Serial numbers")), words.listed(here)),) if here else ()
    return (*told, *away)


def moved(event: e.Event, tell: Telling) -> tuple[str, ...]:
    """By where they are since: the serial numbers, in the sequence in which they moved."""
    if isinstance(event, _STAY):
        return ()
    moves: tuple[Move, ...] = getattr(event, "moves", ())
    found: dict[Bucket | None, list[str]] = {}
    for move in moves:
        found.setdefault(move.target, []).extend(move.serials)
    return tuple(
        tell.words.labelled(
            tell.say(BUCKETS[bucket]) if bucket is not None else tell.say(N_("taken off")),
            tell.words.listed(serials),
        )
        for bucket, serials in found.items()
        if serials
    )
