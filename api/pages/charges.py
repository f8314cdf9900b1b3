"""What an order costs, in words: each charge with how it came about. Read from what the API shows of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from activities.i18n import N_
from api.supplier.words import Words
from models.domain.charges import DAYS, LOTS, ChargeKind

CHARGES: dict[str, str] = {
    ChargeKind.PRICE: N_("Work done"),
    ChargeKind.LOT_CHARGE: N_("Lot charge"),
    ChargeKind.SCRAPPED: N_("Scrapped, not the supplier's fault"),
    ChargeKind.MINIMUM: N_("Up to the minimum"),
    ChargeKind.REWORK: N_("Rework, not the supplier's fault"),
    ChargeKind.EXPEDITE: N_("Expedite fee"),
    ChargeKind.EARLY: N_("Early reward"),
    ChargeKind.REJECTS: N_("Rejects"),
    ChargeKind.LATE: N_("Late"),
    ChargeKind.CLAIM: N_("Credited for lost pieces"),
}

# Nobody writes these behind a number.
_COUNTED = {LOTS: N_("Lots"), DAYS: N_("Working days")}


@dataclass(frozen=True, slots=True)
class ChargeRow:
    """One charge; `how` is its calculation, `why` what it follows from. `adjusted`: added after the end."""

    what: str
    line: int | None
    how: str
    why: str
    amount: str
    deducted: bool
    adjusted: bool


def row(item: Mapping[str, Any], currency: str, words: Words) -> ChargeRow:
    """`item` as the API shows it."""
    return ChargeRow(
        what=words.say(CHARGES[item["kind"]]),
        line=item["line"],
        how=_how(item, currency, words),
        why=_why(item, words),
        amount=words.paid(item["amount"], currency),
        deducted=item["amount"] < 0,
        adjusted=item["adjustment"],
    )


def _how(item: Mapping[str, Any], currency: str, words: Words) -> str:
    """How many at how much each; nothing where it is what it is."""
    if item["unit"] is None:
        return ""
    rate = words.price(item["rate"], currency)
    if item["unit"] in _COUNTED:
        label = words.say(_COUNTED[item["unit"]])
        return words.labelled(label, f"{words.number(item['quantity'])} × {rate}")
    return f"{words.amount(item['quantity'], item['unit'])} × {rate}"


# By whether the promise was moved, and what became of what was promised.
_DAYS = {
    (False, "came"): N_("promised {promised}, received {received}"),
    (True, "came"): N_("promised {promised}, moved to {moved} by our hold, received {received}"),
    (False, "gone"): N_("promised {promised}, never came"),
    (True, "gone"): N_("promised {promised}, moved to {moved} by our hold, never came"),
    (False, "out"): N_("promised {promised}, so far"),
    (True, "out"): N_("promised {promised}, moved to {moved} by our hold, so far"),
}


def _why(item: Mapping[str, Any], words: Words) -> str:
    if item["promised"] is not None:
        days = {
            name: words.day(day)
            for name, at in (("promised", "promised"), ("moved", "promise_moved"), ("received", "received"))
            if (day := item[at]) is not None
        }
        # Of what is settled nobody asks: it has no more days to come.
        fate = "out" if item.get("so_far") else "came" if "received" in days else "gone"
        return words.say(_DAYS["moved" in days, fate], **days)
    return str(item["nonconformance"] or "")
