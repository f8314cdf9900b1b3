"""report-part-work: an order that came of a split has ended, and the part that leads hears what was
finished there; where lines went that were hurried before, the order that is charged the fee hears what came."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from models.domain import billing, hurry_fees, hurrying
from models.domain.across import Decision
from models.domain.commands import Command, ReportPartWork
from models.domain.events import Event, OrderIssued, PartWorkReported
from models.domain.evolve import evolve
from models.domain.facts import Asked, Facts
from models.domain.hurrying import HurriedPart
from models.domain.order import Order
from models.domain.parted import PartWork, told


def report_part_work(
    order: Order, command: ReportPartWork, asked: Asked, facts: Facts, now: datetime
) -> Decision:
    """Where the leading part went on, the news go after it; what is known already is no news."""
    onward = order.kin.superseded_by or tuple(filter(None, [order.kin.merged_into]))
    if onward:
        return Decision([], asks=tuple((number, command) for number in onward))
    works = tuple(work for work in command.works if any(told(line, work) != line for line in order.lines))
    hurried = tuple(part for part in command.hurried if hurrying.told(order, part) != order.expedites)
    return Decision([PartWorkReported(works, hurried)] if works or hurried else [])


def with_reports(order: Order | None, decision: Decision, facts: Facts, now: datetime) -> Decision:
    """The decision, and what the orders that end by it have to tell the leading parts of their lines, and who
    is charged for hurrying."""
    works: dict[str, list[PartWork]] = {}
    hurried: dict[str, list[HurriedPart]] = {}
    happened = [(order, decision.events)]
    happened += [(facts.others.get(number), events) for number, events in decision.others.items()]
    for before, events in happened:
        if before is None or not _part_of_others(before):
            continue
        after = _after(before, events, now)
        if after.end is None:
            continue
        for lead, work in _reports(before, after, decision.others):
            works.setdefault(lead, []).append(work)
        for lead, part in _hurried(before, after):
            hurried.setdefault(lead, []).append(part)
    asks: list[tuple[str, Command]] = [
        (lead, ReportPartWork(tuple(works.get(lead, ())), tuple(hurried.get(lead, ()))))
        for lead in dict.fromkeys([*works, *hurried])
    ]
    return replace(decision, asks=(*decision.asks, *asks)) if asks else decision


def _part_of_others(order: Order) -> bool:
    return any(line.parted for line in order.lines) or any(each.lead for each in order.expedites)


def _reports(
    before: Order, after: Order, others: Mapping[str, Sequence[Event]]
) -> Iterator[tuple[str, PartWork]]:
    """What an order has to tell once it has ended, and again when that changes: the lead, and what it hears."""
    for of in dict.fromkeys(line.parted.of for line in after.lines if line.parted is not None):
        parts = [line.parted for line in after.lines if line.parted is not None and line.parted.of == of]
        if any(parted.leads for parted in parts):
            continue
        work = _work(after, of)
        if before.end is None or _work(before, of) != work:
            yield parts[0].lead, replace(work, becomes=tuple(_becomes(after, of, others)))


def _hurried(before: Order, after: Order) -> Iterator[tuple[str, HurriedPart]]:
    """What became of lines that were hurried, and again when that changes; where they go on, that one tells."""
    if after.kin.successor:
        return
    known = _hurried_here(before) if before.end is not None else []
    for lead, part in _hurried_here(after):
        # Of what never came nobody has to hear.
        if (lead, part) not in known and (known or part.came or not part.kept):
            yield lead, part


def _hurried_here(order: Order) -> list[tuple[str, HurriedPart]]:
    paid = billing.charges(order)
    return [(each.lead, hurry_fees.part_of(order, each, paid)) for each in order.expedites if each.lead]


def _work(order: Order, of: str) -> PartWork:
    work, lots = billing.finished_of(order, of)
    return PartWork(of, order.number, work, lots, punctual=billing.punctual_of(order, of))


def _becomes(order: Order, of: str, others: Mapping[str, Sequence[Event]]) -> Iterator[str]:
    if order.kin.merged_into:
        yield order.kin.merged_into
    for number in order.kin.superseded_by:
        begun = next(iter(others.get(number, ())), None)
        lines = begun.order.lines if isinstance(begun, OrderIssued) else ()
        if any(line.parted is not None and line.parted.of == of for line in lines):
            yield number


def _after(order: Order, events: Sequence[Event], now: datetime) -> Order:
    for event in events:
        order = evolve(order, event, order.version + 1, now)
    return order
