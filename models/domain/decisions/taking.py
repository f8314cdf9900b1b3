"""answer-transfer: pieces offered by another order are taken, or refused. Whoever says that pieces are here
(`received`, `ship`, `receive`) has taken what was offered first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from models.domain import commands as c
from models.domain.across import Decision
from models.domain.decisions import checks
from models.domain.decisions.converting import split
from models.domain.decisions.drawing import Shelf
from models.domain.decisions.offering import not_held
from models.domain.decisions.shipping import shipped_milestone
from models.domain.errors import Invalid, Refusal
from models.domain.events import Event, PiecesForwarded, TransferRefused, TransferTaken
from models.domain.evolve import evolve
from models.domain.facts import Asked, Facts
from models.domain.milestones import MilestoneKind
from models.domain.order import Answer, Order
from models.domain.pieces import OUT, Bucket, key, total
from models.domain.quantities import ZERO
from models.domain.records import Withdrawn
from models.domain.sendable import left_on
from models.domain.transfers import Transfer, coming, moves_of


def answer_transfer(
    order: Order, command: c.AnswerTransfer, asked: Asked, facts: Facts, now: datetime
) -> Decision:
    transfer = _waiting(order, command.transfer)
    source = facts.others.get(transfer.source)
    if source is None:
        raise Invalid(
            "transfer.unknown",
            "Nothing called {transfer} is offered to this order.",
            field="transfer",
            transfer=command.transfer,
        )
    if command.decision == "refuse":
        reason = command.reason.strip()
        told = TransferRefused(transfer.transfer, order.supplier_name, reason)
        return Decision([TransferRefused(transfer.transfer, reason=reason)], {source.number: [told]})
    refusal = why_not_taken(order, transfer, facts)
    if refusal is not None:
        raise refusal
    taking = Taking(order, facts)
    taking.take(transfer, asked, now)
    return Decision(taking.events, taking.others)


def _waiting(order: Order, name: str) -> Transfer:
    transfer = order.transfers.get(name)
    if transfer is None or transfer.target != order.number:
        raise Invalid(
            "transfer.unknown",
            "Nothing called {transfer} is offered to this order.",
            field="transfer",
            transfer=name,
        )
    if not transfer.open:
        raise Refusal(
            "transfer.answered",
            "{transfer} was answered or withdrawn already ({state}). Look at the order again.",
            field="transfer",
            transfer=name,
            state=transfer.state.value,
        )
    return transfer


def why_not_taken(order: Order, transfer: Transfer, facts: Facts) -> Refusal | None:
    """Why the order cannot take it as things stand; None when it can."""
    if order.cancelling or order.answer is Answer.DECLINED:
        return Refusal(
            "transfer.ending",
            "{order} was declined or is being cancelled; it takes no pieces. Refuse them, so that they "
            "come back.",
            field="decision",
            order=order.number,
        )
    try:
        not_held(facts, set(transfer.lots), "transfer")
    except Refusal as refusal:
        return refusal
    for line in order.lines:
        wanted = sum((item.quantity for item in transfer.lines if item.to_line == line.line), ZERO)
        left = left_on(order, line)
        if wanted > left:
            return Refusal(
                "transfer.does_not_fit",
                "Line {line}: {left} more pieces may come; {wanted} were offered. Refuse them, and have "
                "as many "
                "offered as fit.",
                field="decision",
                line=line.line,
                left=left,
                wanted=wanted,
            )
    return None


class Taking:
    """Pieces leave the orders before and are this one's, one transfer after the other."""

    def __init__(self, order: Order, facts: Facts) -> None:
        self.order = order
        self.events: list[Event] = []
        self.others: dict[str, list[Event]] = {}
        self._sources = dict(facts.others)

    def take(self, transfer: Transfer, asked: Asked, now: datetime) -> None:
        moves = moves_of(transfer, self.order, None, Bucket.IN_TRANSIT_OUT)
        source = self._sources[transfer.source]
        taken = TransferTaken(transfer.transfer, transfer.source, moves, _withdrawn(source, transfer))
        self.events.append(taken)
        self.order = evolve(self.order, taken, self.order.version + 1, now)
        gone = moves_of(transfer, source, Bucket.AT_SUPPLIER, Bucket.FORWARDED)
        told = self.others.setdefault(source.number, [])
        forwarded = PiecesForwarded(transfer.transfer, transfer.target, gone)
        source = _after(source, [forwarded], now)
        left = transfer.since or now
        done = sum((item.quantity - item.unprocessed for item in transfer.lines), ZERO)
        met = shipped_milestone(source, "", done, asked, Shelf(source), left)
        told += [forwarded, *met]
        self._sources[source.number] = _after(source, met, now)


def _withdrawn(source: Order, transfer: Transfer) -> dict[str, Withdrawn]:
    """What `source` had taken of lots that are counted in another unit for pieces that come as they were."""
    found: dict[str, Withdrawn] = {}
    for item in transfer.lines:
        known = source.withdrawn.get(key(item.line, item.lot))
        if known is not None and item.unprocessed and item.to_lot == item.lot:
            place, part = key(item.to_line, item.to_lot), known.part(item.unprocessed)
            found[place] = found[place].and_also(part) if place in found else part
    return found


def _after(order: Order, events: list[Event], now: datetime) -> Order:
    for event in events:
        order = evolve(order, event, order.version + 1, now)
    return order


def taken_before(order: Order, asked: Asked, facts: Facts, now: datetime) -> Taking:
    """What `asked` takes before it is decided itself: offers without which its pieces could not be there.

    What cannot be taken stays offered, and the pieces are missing to whoever says that they are here.
    """
    taking = Taking(order, facts)
    needs = _NEEDS.get(type(asked.command))
    if needs is None or not coming(order) or order.end is not None:
        return taking
    wanted = needs(order, asked.command)
    for transfer in coming(order):
        lines = {item.to_line for item in transfer.lines}
        needed = any(wanted.get(line, ZERO) > _there(taking.order, asked.command, line) for line in lines)
        if (
            needed
            and transfer.source in facts.others
            and why_not_taken(taking.order, transfer, facts) is None
        ):
            taking.take(transfer, asked, now)
    if type(asked.command) is c.ReportMilestone and wanted:
        _something_came(taking.order, asked.command, facts)
    return taking


def _something_came(order: Order, command: c.ReportMilestone, facts: Facts) -> None:
    """Raises why what is offered cannot have come, when there is nothing else that could."""
    if command.lines or total(order.stock, Bucket.IN_TRANSIT_OUT):
        return
    for transfer in coming(order):
        refusal = why_not_taken(order, transfer, facts)
        if refusal is not None:
            raise refusal


# Where pieces may be that a command speaks of, without any that are only offered.
_PLACES: dict[type[c.Command], tuple[Bucket, ...]] = {
    c.ReportMilestone: (Bucket.IN_TRANSIT_OUT,),
    c.Ship: (Bucket.AT_SUPPLIER, Bucket.IN_TRANSIT_OUT),
    c.Receive: OUT,
}


def _there(order: Order, command: c.Command, line: int) -> Decimal:
    shelf = Shelf(order)
    return sum((shelf.available(line, "", bucket) for bucket in _PLACES[type(command)]), ZERO)


def _arrived(order: Order, command: c.ReportMilestone) -> dict[int, Decimal]:
    """All that is on its way has come when nobody says how many; a forecast says nothing."""
    milestone = order.milestone(command.code)
    forecast_only = command.forecast is not None and command.actual is None
    if milestone is None or milestone.kind is not MilestoneKind.received or forecast_only:
        return {}
    if command.lines:
        return _added((item.line, item.quantity) for item in command.lines)
    if any(not receipt.void for receipt in order.receipts):
        return {}
    on_its_way = total(order.stock, Bucket.IN_TRANSIT_OUT)
    every = sum((transfer.quantity for transfer in coming(order)), on_its_way)
    return {line.line: every + 1 for line in order.lines}


def _shipped(order: Order, command: c.Ship) -> dict[int, Decimal]:
    if command.parcel:
        return {}
    return _added((item.line, item.quantity + item.tested) for item in command.lines)


def _received(order: Order, command: c.Receive) -> dict[int, Decimal]:
    if command.parcel:
        return {}
    found = []
    for index, item in enumerate(command.lines):
        line = checks.the_line(order, item.line, index)
        found.append((line.line, split(line, item, index).counted))
    return _added(found)


def _added(wanted: Any) -> dict[int, Decimal]:
    found: dict[int, Decimal] = {}
    for line, quantity in wanted:
        found[line] = found.get(line, ZERO) + quantity
    return found


_NEEDS: dict[type[c.Command], Callable[[Order, Any], dict[int, Decimal]]] = {
    c.ReportMilestone: _arrived,
    c.Ship: _shipped,
    c.Receive: _received,
}
