"""receive: what was counted at the dock, split into accepted, rejected and the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from models.domain.authority import Actor, Role
from models.domain.commands import Receive
from models.domain.decisions import checks
from models.domain.decisions.counting import Count
from models.domain.decisions.nonconformances import open_for
from models.domain.decisions.shares import settle
from models.domain.decisions.withdrawing import given_back
from models.domain.errors import Forbidden, Invalid, Refusal
from models.domain.events import Event, PiecesReceived, ReceiptLine
from models.domain.facts import Asked, Facts
from models.domain.order import Order
from models.domain.pieces import Bucket
from models.domain.quantities import ZERO
from models.domain.records import Receipt
from models.domain.setting_up import allowed, set_up


def receive(order: Order, command: Receive, asked: Asked, facts: Facts, now: datetime) -> list[Event]:
    checks.some_lines(command.lines)
    _once(order, command, asked)
    count = Count(order, command, asked, facts)
    for index, item in enumerate(command.lines):
        count.add(index, item)
    receipt = f"{order.number}-R{len(order.receipts) + 1}"
    shares = settle(order, count.moves, count.rework)
    setup = set_up(order, count.moves, shares)
    _may_scrap(order, count.lines, setup, asked.actor)
    received = PiecesReceived(
        receipt=receipt,
        lines=tuple(count.lines),
        moves=given_back(order, count.moves),
        shares=shares,
        parcel=count.parcel,
        unannounced=count.unannounced,
        packing_slip=command.packing_slip.strip(),
        additional=command.additional,
        lot_unknown=count.lot_unknown,
        nonconformance=next(iter(count.rework.values()), ""),
        setup=setup,
    )
    rejected = [move for move in count.moves if move.target is Bucket.REJECTED]
    return [received, *open_for(order, rejected, f"Rejected at receipt {receipt}", receipt=receipt)]


def _may_scrap(
    order: Order, lines: Sequence[ReceiptLine], setup: Mapping[str, Decimal], actor: Actor
) -> None:
    """What was used up in setting up is part of the order, so whoever counts it writes it off. That more is good
    for nothing is a judgement, which is quality's."""
    if actor.kind != "user" or actor.roles & {Role.QUALITY, Role.ADMIN}:
        return
    rest = dict(setup)
    for index, counted in enumerate(lines):
        covered = min(counted.scrapped, rest.get(str(counted.line), ZERO))
        if counted.scrapped > covered:
            raise _judgement(order, counted, rest.get(str(counted.line), ZERO), index)
        if covered:
            rest[str(counted.line)] -= covered


def _judgement(order: Order, counted: ReceiptLine, left: Decimal, index: int) -> Forbidden:
    """`left`: how many of these are still allowed for setting up."""
    field = f"lines.{index}.scrapped"
    line = order.line(counted.line)
    assert line is not None, "what is counted is on a line of the order"
    if not allowed(order, line):
        text = "Scrapping at receipt needs the role quality. Count the pieces as rejected; quality decides about them."
        return Forbidden("forbidden.scrap", text, field=field)
    return Forbidden(
        "forbidden.scrap",
        "Line {line}: {left} of these pieces may be scrapped as used up in setting up; you entered {entered}. "
        "Scrapping others needs the role quality. Count them as rejected; quality decides about them.",
        field=field,
        line=counted.line,
        left=left,
        entered=counted.scrapped,
    )


def _once(order: Order, command: Receive, asked: Asked) -> None:
    """The same box is not booked twice by two people who both counted it."""
    if command.parcel:
        checks.the_parcel(order, command.parcel)
    if command.additional:
        return
    if not command.parcel and not command.packing_slip.strip():
        if asked.if_match is None:
            raise Invalid(
                "receive.which",
                "Name the parcel or the packing slip, or send If-Match with the version you counted against.",
                field="parcel",
            )
        return
    first = _first_receipt(order, command)
    if first is not None:
        raise Refusal(
            "receive.twice",
            "This was received already as {receipt} on {at}. Mark it additional if more came.",
            field="parcel" if command.parcel else "packing_slip",
            receipt=first.receipt,
            at=order.plant_calendar.local_date(first.at),
        )


def _first_receipt(order: Order, command: Receive) -> Receipt | None:
    slip = command.packing_slip.strip()
    for receipt in order.receipts:
        if receipt.void:
            continue
        same_box = bool(command.parcel) and command.parcel in (receipt.parcel, *receipt.parcels)
        if same_box or (slip and receipt.packing_slip == slip):
            return receipt
    return None
