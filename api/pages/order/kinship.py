"""The orders that an order came from or became, as the top of its page links to them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from activities.i18n import N_
from api.supplier.words import Words
from models.domain.records import Kin


@dataclass(frozen=True, slots=True)
class Kinship:
    """What the `orders` are to this one."""

    what: str
    orders: tuple[str, ...]


def kinships(kin: Kin, words: Words) -> tuple[Kinship, ...]:
    return tuple(Kinship(words.say(what), orders) for what, orders in _kin(kin) if any(orders))


def _kin(kin: Kin) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield N_("Goes on as part of"), (kin.merged_into,)
    yield N_("Merged from"), kin.merged_from
    yield N_("Goes on as"), kin.superseded_by
    yield N_("Split from"), (kin.split_from,)
    yield N_("Other parts"), kin.siblings
    yield N_("Given on as"), (kin.reassigned_to,)
    yield N_("In place of"), (kin.reassigned_from,)
