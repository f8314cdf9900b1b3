"""What came of a claim for lost pieces."""

from __future__ import annotations

from dataclasses import dataclass

from activities.i18n import N_
from api.pages.order.claims_told import ClaimView, view
from api.pages.tasks.base import Acting, Button, Task, Typed, picked
from api.pages.wording import CLAIM_OUTCOMES
from api.supplier.fields import LONGEST_TEXT, Fields
from api.supplier.tasks import Wanted
from models.domain import commands as c
from models.domain.claims import WITH_MONEY, Claim
from models.domain.order import Order


@dataclass(frozen=True, slots=True)
class SettleForm:
    """The claim a form is about. `others`: those it could be about instead, name and address."""

    heading: str
    about: ClaimView
    reason: str
    currency: str
    outcomes: dict[str, str]
    others: tuple[tuple[str, str], ...]


def _subject(order: Order, typed: Typed) -> Claim:
    """The one named; else the one that is due first."""
    found = sorted(order.open_claims, key=lambda item: item.due)
    return next((item for item in found if item.claim == typed.get("claim")), found[0])


def _form(acting: Acting, typed: Typed) -> SettleForm:
    item = _subject(acting.order, typed)
    short = item.claim.removeprefix(f"{acting.desk.number}-")
    return SettleForm(
        heading=acting.words.say(N_("What came of claim {claim}?"), claim=short),
        about=view(acting.order, item, acting.words),
        reason=item.reason,
        currency=acting.order.currency,
        outcomes=CLAIM_OUTCOMES,
        others=tuple(
            (other.claim, f"{acting.desk.path}/settle-claim?claim={other.claim}")
            for other in acting.order.open_claims
            if other is not item
        ),
    )


def _settle(fields: Fields, acting: Acting) -> Wanted:
    item = _subject(acting.order, fields.typed)
    outcome = picked(fields, "outcome", tuple(CLAIM_OUTCOMES), N_("Say what came of it."))
    amount = fields.quantity("amount", "")
    note = fields.text("note", most=LONGEST_TEXT)
    if outcome in WITH_MONEY and amount is None and not fields.errors:
        fields.wrong("amount", N_("Enter the amount that was paid or credited."))
    if outcome and outcome not in WITH_MONEY and not note:
        fields.wrong("note", N_("Say why."))
    fields.check()
    match outcome:
        case "paid" | "credited" | "refused" | "withdrawn":
            return Wanted(c.SettleClaim(item.claim, outcome, amount, note))
    raise AssertionError("only what the form offers is picked")


SETTLE_CLAIM = Task("settle-claim", "settle-claim", _form, _settle, (Button("settle", N_("Settle it")),))
