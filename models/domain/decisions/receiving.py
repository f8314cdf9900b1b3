"""receive: what was counted at the dock, split into accepted, rejected and the rest."""

from __future__ import annotations

from datetime import datetime

from models.domain.commands import Receive
from models.domain.decisions import checks
from models.domain.decisions.counting import Count
from models.domain.decisions.nonconformances import open_for
from models.domain.decisions.shares import settle
from models.domain.errors import Invalid, Refusal
from models.domain.events import Event, PiecesReceived
from models.domain.facts import Asked, Facts
from models.domain.order import Order
from models.domain.pieces import Bucket
from models.domain.records import Receipt
from models.domain.setting_up import set_up


def receive(order: Order, command: Receive, asked: Asked, facts: Facts, now: datetime) -> list[Event]:
    checks.some_lines(command.lines)
    _once(order, command, asked)
    count = Count(order, command, asked, facts)
    for index, item in enumerate(command.lines):
        count.add(index, item)
    receipt = f"{order.number}-R{len(order.receipts) + 1}"
    shares = settle(order, count.moves, count.rework)
    received = PiecesReceived(
        receipt=receipt,
        lines=tuple(count.lines),
        moves=tuple(count.moves),
        shares=shares,
        parcel=count.parcel,
        unannounced=count.unannounced,
        packing_slip=command.packing_slip.strip(),
        additional=command.additional,
        lot_unknown=count.lot_unknown,
        nonconformance=next(iter(count.rework.values()), ""),
        setup=set_up(order, count.moves, shares),
    )
    rejected = [move for move in count.moves if move.target is Bucket.REJECTED]
    return [received, *open_for(order, rejected, f"Rejected at receipt {receipt}", receipt=receipt)]


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
