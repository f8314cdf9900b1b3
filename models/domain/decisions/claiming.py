"""What is claimed for lost pieces, and settle-claim: what came of it, also after the order has ended."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from models.domain import money
from models.domain.claims import CARRIER, SUPPLIER, WITH_MONEY, Claim, ClaimState, Loss, due_from
from models.domain.commands import SettleClaim
from models.domain.decisions import checks
from models.domain.errors import Invalid, Refusal
from models.domain.events import ClaimSettled, Event
from models.domain.facts import Asked, Facts
from models.domain.order import Order
from models.domain.pieces import Bucket, Move, key
from models.domain.quantities import ZERO, quantity


def claimed(order: Order, moves: Iterable[Move], against: str | None, now: datetime) -> tuple[Loss, ...]:
    """One claim for each box, for what else was under way, and for what the supplier had."""
    lost: dict[tuple[str, str], dict[str, Decimal]] = {}
    for move in moves:
        whose = against or (SUPPLIER if move.source is Bucket.AT_SUPPLIER else CARRIER)
        pieces = lost.setdefault((whose, move.parcel), {})
        place = key(move.line, move.lot)
        pieces[place] = pieces.get(place, ZERO) + move.quantity
    due = due_from(order.plant_calendar, now)
    return tuple(
        Loss(f"{order.number}-L{len(order.claims) + place}", whose, due, pieces, parcel)
        for place, ((whose, parcel), pieces) in enumerate(lost.items(), 1)
    )


def settle_claim(
    order: Order, command: SettleClaim, asked: Asked, facts: Facts, now: datetime
) -> list[Event]:
    claim = _open(order, command.claim)
    with_money = command.outcome in WITH_MONEY
    if not with_money and command.amount is not None:
        raise Invalid(
            "claim.no_money",
            "What was refused or withdrawn brings no money; leave the amount out.",
            field="amount",
        )
    amount = _amount(order, command.amount) if with_money else None
    note = command.note.strip() if with_money else checks.written(command.note, "note")
    return [ClaimSettled(claim.claim, command.outcome, asked.actor.id, amount, note)]


def _open(order: Order, name: str) -> Claim:
    if order.kin.superseded_by:
        raise Refusal(
            "order.superseded",
            "{order} was split; its claims are with {child}.",
            order=order.number,
            child=order.kin.superseded_by[0],
        )
    claim = order.claims.get(name)
    if claim is None or claim.state is ClaimState.VOID:
        raise Invalid(
            "claim.unknown",
            "Order {order} has no claim {name}.",
            field="claim",
            order=order.number,
            name=name,
        )
    if claim.state is ClaimState.FOUND:
        raise Refusal(
            "claim.found",
            "All pieces of {claim} turned up; there is nothing left to claim.",
            field="claim",
            claim=claim.claim,
        )
    if not claim.open:
        raise Refusal(
            "claim.settled",
            "{claim} is settled already. It opens again by itself when pieces turn up.",
            field="claim",
            claim=claim.claim,
        )
    return claim


def _amount(order: Order, value: Decimal | None) -> Decimal:
    if value is None or value == 0:
        raise Invalid("claim.amount", "Enter the amount that was paid or credited.", field="amount")
    entered = quantity(value, field="amount", unit="a price")
    amount = money.amount(entered, order.currency)
    if amount != entered:
        raise Invalid(
            "claim.too_precise",
            "{amount} cannot be paid in {currency}; enter fewer decimals.",
            field="amount",
            amount=entered,
            currency=order.currency,
        )
    return amount
