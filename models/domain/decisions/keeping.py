"""receive: pieces that were to go straight to another order and are counted at our dock did not go there."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from models.domain import commands as c
from models.domain.decisions import checks
from models.domain.decisions.converting import split
from models.domain.decisions.drawing import Shelf
from models.domain.decisions.taking import Taking
from models.domain.events import TransferCameHere, TransferWithdrawn
from models.domain.evolve import evolve
from models.domain.facts import Asked, Facts
from models.domain.order import Order
from models.domain.pieces import OUT, Bucket
from models.domain.quantities import ZERO
from models.domain.transfers import Transfer, leaving


def kept_before(taking: Taking, asked: Asked, facts: Facts, now: datetime) -> None:
    """Ends the offers without whose pieces so many could not have been counted here, before the receipt is
    booked. A box that was named holds what its notice says."""
    command = asked.command
    if not isinstance(command, c.Receive) or command.parcel or taking.order.end is not None:
        return
    if not leaving(taking.order):
        return
    counted: dict[tuple[int, str], Decimal] = {}
    for index, item in enumerate(command.lines):
        line, lot = checks.the_line(taking.order, item.line, index), item.lot.strip()
        so_far = counted.get((line.line, lot), ZERO) + split(line, item, index).counted
        counted[line.line, lot] = so_far
        for transfer in leaving(taking.order):
            if so_far <= _free(taking.order, line.line, lot):
                break
            if transfer.target in facts.others and _has(transfer, line.line, lot):
                _end(taking, transfer, now)


def _end(taking: Taking, transfer: Transfer, now: datetime) -> None:
    ended = TransferCameHere(transfer.transfer, transfer.target)
    taking.events.append(ended)
    told = taking.others.setdefault(transfer.target, [])
    told.append(TransferWithdrawn(transfer.transfer, transfer.source))
    taking.order = evolve(taking.order, ended, taking.order.version + 1, now)


def _free(order: Order, line: int, lot: str) -> Decimal:
    """How many of the line may be counted, offered ones left out."""
    return Shelf(order).available(line, lot, *OUT, Bucket.LOST)


def _has(transfer: Transfer, line: int, lot: str) -> bool:
    return any(item.line == line and lot in ("", item.lot) for item in transfer.lines)
