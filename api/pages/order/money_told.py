"""What an order costs, on its page and in its stream."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from activities.i18n import N_
from api.pages.charges import CHARGES, ChargeRow, row
from api.pages.order.telling import Sentence, Telling
from api.supplier.words import Words
from models.domain import events as e
from models.domain.billing import total_of


@dataclass(frozen=True, slots=True)
class Bill:
    """`each` is what one finished piece costs with everything; empty when there is none."""

    settled: bool
    total: str
    each: str
    rows: tuple[ChargeRow, ...]


def bill(cost: Mapping[str, Any], words: Words) -> Bill:
    """The order's `cost` as the API shows it, in words."""
    currency = cost["currency"]
    return Bill(
        settled=cost["state"] == "settled",
        total=words.paid(cost["total"], currency),
        each=words.price(cost["per_piece"], currency) if cost["per_piece"] is not None else "",
        rows=tuple(row(item, currency, words) for item in cost["items"]),
    )


_KEPT = {
    True: N_("{order} came by the earlier day"),
    False: N_("{order} did not come by the earlier day"),
}


def settled(event: e.OrderSettled, tell: Telling) -> Sentence:
    values = {"amount": tell.money(total_of(event.charges))}
    return Sentence(N_("What the order costs was settled: {amount}."), values, details=_each(event, tell))


def adjusted(event: e.SettlementAdjusted, tell: Telling) -> Sentence:
    values = {"amount": tell.money(total_of(event.charges))}
    text = N_("What the order costs was adjusted by {amount}.")
    return Sentence(text, values, "watch", details=_each(event, tell))


def part_work(event: e.PartWorkReported, tell: Telling) -> Sentence:
    text = (
        N_(
            "Lots and minimum of what was split are charged here; other parts of it came to an end, or go on as others."
        )
        if event.works
        else N_("The fee for hurrying what was split is charged here; other parts of it came to an end.")
    )
    hurried = (each for each in event.hurried if each.came or not each.kept)
    return Sentence(
        text,
        details=(
            *(
                tell.say(N_("{order} goes on as {others}"), order=work.order, others=", ".join(work.becomes))
                if work.becomes
                else tell.words.labelled(work.order, tell.money(work.work))
                for work in event.works
            ),
            *(tell.say(_KEPT[each.kept], order=each.order) for each in hurried),
        ),
    )


def _each(event: e.OrderSettled | e.SettlementAdjusted, tell: Telling) -> tuple[str, ...]:
    return tuple(
        tell.words.labelled(tell.say(CHARGES[charge.kind]), tell.money(charge.amount))
        for charge in event.charges
    )
