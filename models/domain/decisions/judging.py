"""judge: what had to wait becomes accepted, rejected or used up."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from models.domain.commands import Judge
from models.domain.decisions import checks
from models.domain.decisions.accepting import Covered, may_accept, within_ordered
from models.domain.decisions.drawing import Shelf
from models.domain.decisions.nonconformances import open_for
from models.domain.decisions.shares import settle
from models.domain.errors import Invalid, Refusal
from models.domain.events import Event, PiecesJudged
from models.domain.facts import Asked, Facts
from models.domain.order import Order
from models.domain.pieces import Bucket, Move
from models.domain.records import WHEN_JUDGED

_TARGET = {"accepted": Bucket.ACCEPTED, "rejected": Bucket.REJECTED, "tested": Bucket.TEST_CONSUMED}


def judge(order: Order, command: Judge, asked: Asked, facts: Facts, now: datetime) -> list[Event]:
    checks.some_lines(command.lines)
    shelf = Shelf(order)
    covered = Covered(order)
    accepted: dict[int, Decimal] = {}
    moves: list[Move] = []
    unknown = False
    for index, item in enumerate(command.lines):
        line = checks.the_line(order, item.line, index)
        lot = checks.the_lot(order, line, item.lot, index)
        for name, target in _TARGET.items():
            wanted = checks.counted(line, getattr(item, name), index, name, zero=True)
            if not wanted and not any(each.result == name for each in item.serials):
                continue
            if target is Bucket.REJECTED and order.end is not None:
                raise Refusal(
                    "judge.ended",
                    "The order is {ended}: nothing is decided about rejected pieces any more. Accept what is "
                    "good; of what is not, report a nonconformance.",
                    field=f"lines.{index}.rejected",
                    ended=order.end,
                )
            typed = (each.serial for each in item.serials if each.result == name)
            named = checks.serials(line, typed, wanted, index)
            drawn = shelf.take(line.line, lot, wanted, [Bucket.PENDING], serials=named)
            if drawn.quantity < wanted:
                raise Refusal(
                    "judge.more_than_pending",
                    "Line {line}: {found} pieces are pending; you entered {entered}. Enter at most that "
                    "many.",
                    field=f"lines.{index}.{name}",
                    line=line.line,
                    found=drawn.quantity,
                    entered=wanted,
                )
            if target is Bucket.ACCEPTED:
                may_accept(order, facts, line, drawn.parts, field=f"lines.{index}.accepted", covered=covered)
                within_ordered(order, line, drawn.parts, accepted, field=f"lines.{index}.accepted")
            moves += drawn.to(target, line=line)
            unknown = unknown or drawn.lot_unknown
    if not moves:
        raise Invalid(
            "judge.nothing", "Say how many are accepted, rejected or used for tests.", field="lines"
        )
    rejected = [move for move in moves if move.target is Bucket.REJECTED]
    judged = PiecesJudged(tuple(moves), settle(order, moves, reinspected=covered.again), unknown)
    return [judged, *open_for(order, rejected, WHEN_JUDGED)]
