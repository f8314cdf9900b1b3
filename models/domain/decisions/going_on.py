"""Pieces that an outside operation after the order's has taken: they are doubted at the order that has them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from models.domain.errors import Refusal
from models.domain.facts import Facts
from models.domain.order import Line, Order
from models.domain.pieces import Bucket, Move
from models.domain.quantities import ZERO

# A work order's operation: several lines may be for the same one.
Job = tuple[str, int]
_DONE = frozenset({Bucket.ACCEPTED, Bucket.FORWARDED})


def job_of(line: Line) -> Job:
    return line.work_order, line.operation


def not_gone_on(order: Order, facts: Facts) -> dict[Job, Decimal]:
    """How many accepted pieces are still here, of the operations of which a later one has some. Those with
    serial numbers are not among them: where each went on to is known."""
    return {
        job_of(line): facts.onward[line.line].left
        for line in order.lines
        if line.line in facts.onward and not line.by_serial
    }


def refuse_gone_on(order: Order, moves: Iterable[Move], facts: Facts) -> None:
    """Raises `Refusal` when `moves`, which reverse an event, take back what a later operation has, or put out
    again what came back as it was and went out elsewhere since."""
    doubted: dict[Job, Decimal] = {}
    out_again: dict[Job, Decimal] = {}
    for line, move in _counted(order, moves):
        job = job_of(line)
        less = (move.source in _DONE) - (move.target in _DONE)
        doubted[job] = doubted.get(job, ZERO) + less * move.quantity
        more = (move.source is Bucket.RETURNED_UNPROCESSED) - (move.target is Bucket.RETURNED_UNPROCESSED)
        out_again[job] = out_again.get(job, ZERO) + more * move.quantity
    for line in order.lines:
        job = job_of(line)
        gone, before = facts.onward.get(line.line), facts.upstream.get(line.line)
        if gone is not None and doubted.get(job, ZERO) > gone.left:
            raise Refusal(
                "correct.moved_on",
                "Operation {operation} of {work_order} has pieces of this one ({orders}): {left} that were accepted "
                "are still here, and {wanted} would be taken back. Report a nonconformance on the order that has "
                "them.",
                field="event",
                operation=gone.operation,
                work_order=line.work_order,
                orders=", ".join(gone.orders) or "–",
                left=gone.left,
                wanted=doubted[job],
            )
        if before is not None and out_again.get(job, ZERO) > before.usable:
            raise Refusal(
                "correct.moved_on",
                "What came back as it was has gone out on another order since: of {work_order}, {left} pieces are "
                "still here for operation {operation}, and {wanted} would be out again. Correct that sending first.",
                field="event",
                operation=line.operation,
                work_order=line.work_order,
                left=before.usable,
                wanted=out_again[job],
            )


def _counted(order: Order, moves: Iterable[Move]) -> Iterator[tuple[Line, Move]]:
    """The moves of lines that are counted, not named piece by piece."""
    for move in moves:
        line = order.line(move.line)
        if line is not None and not line.by_serial:
            yield line, move
