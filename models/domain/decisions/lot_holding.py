"""report-lot-hold and report-lot-release: an order hears of a hold that covers pieces it has."""

from __future__ import annotations

from datetime import datetime

from models.domain.commands import ReportLotHold, ReportLotRelease
from models.domain.events import Event, LotHeld, LotReleased
from models.domain.facts import Asked, Facts
from models.domain.lot_holds import held_here, with_supplier
from models.domain.order import Order


def report_lot_hold(
    order: Order, command: ReportLotHold, asked: Asked, facts: Facts, now: datetime
) -> list[Event]:
    """Told once; pieces that have gone on meanwhile concern the order no more."""
    if order.end is not None or command.hold in order.lot_holds or not held_here(order, command.lots):
        return []
    told = with_supplier(order, command.lots)
    return [LotHeld(command.hold, command.lot, command.lots, command.reason, told)]


def report_lot_release(
    order: Order, command: ReportLotRelease, asked: Asked, facts: Facts, now: datetime
) -> list[Event]:
    hold = order.lot_holds.get(command.hold)
    if order.end is not None or hold is None or hold.released_at is not None:
        return []
    return [LotReleased(hold.hold, hold.lot, hold.lots, command.reason, hold.supplier_told)]
