"""report-nonconformance, and opening a nonconformance for whatever rejects pieces."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from models.domain.commands import ReportNonconformance
from models.domain.decisions import checks
from models.domain.decisions.drawing import Drawn, Shelf, Taken
from models.domain.decisions.going_on import Job, job_of, not_gone_on
from models.domain.decisions.shares import settle
from models.domain.errors import Refusal
from models.domain.events import Event, NonconformanceOpened, ShareMove
from models.domain.facts import Asked, Facts, no_longer_here
from models.domain.order import Line, Order
from models.domain.pieces import Bucket, Move, key, line_of
from models.domain.quantities import ZERO
from models.domain.records import Share
from models.domain.serial_stock import Whereabouts
from models.domain.serials import Named


def report_nonconformance(
    order: Order, command: ReportNonconformance, asked: Asked, facts: Facts, now: datetime
) -> list[Event]:
    """Found later: accepted pieces still on our shelf, then pending ones, become rejected.

    What was used, dispatched or sent straight on since, and everything once the order has ended, is only
    recorded; pieces with serial numbers by name, with what became of each.
    """
    checks.some_lines(command.lines)
    defect = checks.written(command.defect, "defect")
    shelf = Shelf(order)
    on_hand = {lot: fact.on_hand for lot, fact in facts.lots.items()}
    not_on = not_gone_on(order, facts)
    moves: list[Move] = []
    recorded: list[tuple[Line, Decimal, dict[str, Whereabouts]]] = []
    for index, item in enumerate(command.lines):
        line = checks.the_line(order, item.line, index)
        wanted = checks.counted(line, item.quantity, index)
        lot, output = _named(order, line, item.lot, index)
        _not_beyond_received(shelf, line, lot, output, wanted, index)
        named = checks.serials(line, item.serials, wanted, index)
        meant = _which(order, line, lot, output, wanted, named)
        accepted = shelf.take(
            line.line, lot, wanted, [Bucket.ACCEPTED], output=output, serials=named, only=False
        )
        here = [] if order.end is not None else _still_here(line, accepted, facts, on_hand, not_on)
        left = wanted - sum((move.quantity for move in here), ZERO)
        if order.end is None and not output:
            pending = shelf.take(line.line, lot, left, [Bucket.PENDING], serials=named, only=False)
            here += pending.to(Bucket.REJECTED)
            left -= pending.quantity
        moves += here
        if left:
            rejected = {serial for move in here for serial in move.serials}
            names = [serial for serial in meant if serial not in rejected]
            recorded.append(
                (line, left, {each: no_longer_here(facts, line, each) or Whereabouts() for each in names})
            )
    opened = open_for(order, moves, defect, moving=True, shares=settle(order, moves))
    count = len(order.nonconformances) + len(opened)
    return [
        *opened,
        *(
            NonconformanceOpened(
                f"{order.number}-N{count + place + 1}",
                line.line,
                gone,
                defect,
                (),
                recorded_only=True,
                recorded=names,
            )
            for place, (line, gone, names) in enumerate(recorded)
        ),
    ]


def _which(order: Order, line: Line, lot: str, output: str, wanted: Decimal, named: Named) -> tuple[str, ...]:
    """The serial numbers that are meant. Raises when some are named that were not accepted and are not pending,
    or when nobody could say which."""
    if not line.by_serial:
        return ()
    sources = [Bucket.ACCEPTED] if output else [Bucket.ACCEPTED, Bucket.PENDING]
    drawn = Shelf(order).take(line.line, lot, wanted, sources, output=output, serials=named)
    return tuple(serial for part in drawn.parts for serial in part.serials)


def _not_gone_on(line: Line, part: Taken, facts: Facts) -> Taken:
    """Without the serials that were dispatched, used up or with another order since."""
    if not line.by_serial:
        return part
    here = tuple(name for name in part.serials if no_longer_here(facts, line, name) is None)
    return replace(part, quantity=Decimal(len(here)), serials=here)


def _named(order: Order, line: Line, lot: str, index: int) -> tuple[str, str]:
    """The lot that was sent, or the lot that pieces were accepted as: our shelf shows the latter."""
    outputs = {name for at, names in order.accepted_as.items() if line_of(at) == line.line for name in names}
    if lot in outputs and key(line.line, lot) not in order.stock:
        return "", lot
    return checks.the_lot(order, line, lot, index), ""


def _not_beyond_received(
    shelf: Shelf, line: Line, lot: str, output: str, wanted: Decimal, index: int
) -> None:
    sources = [Bucket.ACCEPTED] if output else [Bucket.ACCEPTED, Bucket.PENDING, Bucket.FORWARDED]
    found = shelf.available(line.line, lot, *sources, output=output)
    if wanted > found:
        raise Refusal(
            "nonconformance.more_than_received",
            "Line {line}: {found} pieces were accepted, are pending or went straight on; you entered "
            "{entered}. Enter at most that many.",
            field=f"lines.{index}.quantity",
            line=line.line,
            found=found,
            entered=wanted,
        )


def _still_here(
    line: Line,
    accepted: Drawn,
    facts: Facts,
    on_hand: dict[str, Decimal],
    not_on: dict[Job, Decimal],
) -> list[Move]:
    """Accepted pieces that were used or dispatched since, or that a later operation has, are no longer ours
    to reject."""
    found: list[Move] = []
    job = job_of(line)
    for whole in accepted.parts:
        part = _not_gone_on(line, whole, facts)
        fact = facts.lots.get(part.output)
        here = part.quantity
        if job in not_on:
            here = min(here, not_on[job])
        # A lot counted in another unit, or in none, says nothing about how many pieces are left.
        if fact is not None and fact.unit == line.unit:
            here = max(ZERO, min(here, on_hand[part.output]))
            on_hand[part.output] -= here
        if job in not_on:
            not_on[job] -= here
        if here:
            found.append(part.to(Bucket.REJECTED, here))
    return found


def open_for(
    order: Order,
    rejected: Iterable[Move],
    defect: str,
    *,
    receipt: str = "",
    moving: bool = False,
    shares: tuple[ShareMove, ...] = (),
) -> list[NonconformanceOpened]:
    """One nonconformance per line of newly rejected pieces.

    With `moving` it carries the moves itself; else the command's first event has made them.
    """
    by_line: dict[int, list[Move]] = {}
    for move in rejected:
        by_line.setdefault(move.line, []).append(move)
    opened = []
    for place, (line, moves) in enumerate(by_line.items()):
        name = f"{order.number}-N{len(order.nonconformances) + place + 1}"
        mine = tuple(
            ShareMove(name, line, move.lot, move.quantity, None, Share.UNDECIDED, move.serials)
            for move in moves
        )
        opened.append(
            NonconformanceOpened(
                name,
                line,
                sum((move.quantity for move in moves), ZERO),
                defect,
                (*(share for share in shares if share.line == line), *mine),
                moves=tuple(moves) if moving else (),
                receipt=receipt,
                opened_by=0 if moving else order.version + 1,
            )
        )
    return opened
