"""Sentences about lost pieces and what is claimed for them; the claims as the order's page shows them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from activities.i18n import N_
from api.pages.order.telling import Sentence, Telling
from api.pages.wording import CLAIM_OUTCOMES, CLAIM_STATES
from api.supplier.words import Words
from models.domain import events as e
from models.domain.claims import CARRIER, Claim, ClaimState
from models.domain.order import Order
from models.domain.pieces import line_of
from models.domain.quantities import ZERO


@dataclass(frozen=True, slots=True)
class ClaimView:
    """`whose`: against whom, with the carrier's name and consignment where they are known."""

    claim: str
    whose: str
    pieces: str
    found: str
    due: str
    state: str
    kind: str
    outcome: str
    note: str
    open: bool


def lost(event: e.PiecesLost, tell: Telling) -> Sentence:
    return Sentence(
        N_("{who} declared {pieces} lost."),
        {"pieces": tell.pieces(event.moves)},
        "act",
        event.reason,
        details=tuple(_claimed(event, tell)),
    )


def _claimed(event: e.PiecesLost, tell: Telling) -> Iterator[str]:
    for loss in event.claims:
        text = (
            N_("Claim {claim} against the carrier, due {day}")
            if loss.against == CARRIER
            else N_("Claim {claim} against the supplier, due {day}")
        )
        yield tell.say(text, claim=loss.claim, day=tell.day(loss.due))


def settled(event: e.ClaimSettled, tell: Telling) -> Sentence:
    values = {
        "claim": event.claim,
        "outcome": tell.say(CLAIM_OUTCOMES[event.outcome]).lower(),
        "amount": tell.words.paid(event.amount or ZERO, tell.order.currency),
    }
    kind = "good" if event.amount is not None else "plain"
    if event.amount is not None:
        text = N_("{who} settled claim {claim}: {outcome}, {amount}.")
    else:
        text = N_("{who} settled claim {claim}: {outcome}.")
    return Sentence(text, values, kind, event.note)


def claims(order: Order, words: Words) -> list[ClaimView]:
    """The open ones first, then the newest; those of an order that was split are with what goes on."""
    if order.kin.superseded_by:
        return []
    known = [item for item in reversed(list(order.claims.values())) if item.state is not ClaimState.VOID]
    return [view(order, item, words) for item in sorted(known, key=lambda item: not item.open)]


def view(order: Order, item: Claim, words: Words) -> ClaimView:
    word, kind = CLAIM_STATES[item.state]
    outcome = words.say(CLAIM_OUTCOMES[item.outcome]) if item.outcome else ""
    if item.amount is not None:
        outcome = f"{outcome} · {words.paid(item.amount, order.currency)}"
    return ClaimView(
        claim=item.claim,
        whose=whose(order, item, words),
        pieces=amounts(order, item.pieces, words),
        found=amounts(order, item.found, words),
        due=words.far_day(item.due),
        state=words.say(word),
        kind=kind,
        outcome=outcome,
        note=item.note,
        open=item.open,
    )


def whose(order: Order, item: Claim, words: Words) -> str:
    if item.against != CARRIER:
        return order.supplier_name
    parcel = order.parcels.get(item.parcel)
    travel = (parcel.carrier, parcel.tracking) if parcel is not None else ()
    return " ".join(filter(None, travel)) or words.say(N_("Carrier"))


def amounts(order: Order, pieces: Mapping[str, Decimal], words: Words) -> str:
    """How many, unit by unit; empty for none."""
    units = {line.line: line.unit for line in order.lines}
    held: dict[str, Decimal] = {}
    for at, quantity in pieces.items():
        unit = units.get(line_of(at), "")
        held[unit] = held.get(unit, ZERO) + quantity
    return words.listed(words.amount(quantity, unit) for unit, quantity in held.items())
