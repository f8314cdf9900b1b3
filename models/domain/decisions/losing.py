"""declare-loss: what never arrived, claimed from who lost it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from models.domain.commands import DeclareLoss
from models.domain.decisions import checks
from models.domain.decisions.claiming import claimed
from models.domain.decisions.drawing import Shelf
from models.domain.decisions.shares import settle
from models.domain.errors import Refusal
from models.domain.events import Event, PiecesLost
from models.domain.facts import Asked, Facts
from models.domain.order import Line, Order
from models.domain.pieces import OUT, Bucket, Move
from models.domain.quantities import plain


def declare_loss(
    order: Order, command: DeclareLoss, asked: Asked, facts: Facts, now: datetime
) -> list[Event]:
    """Out pieces are given up: those `from` one place, which has to be said where they are in several, as long as
    not all of them are lost."""
    checks.some_lines(command.lines)
    reason = checks.reason(command.reason)
    shelf = Shelf(order)
    moves: list[Move] = []
    unknown = False
    for index, item in enumerate(command.lines):
        line = checks.the_line(order, item.line, index)
        wanted = checks.counted(line, item.quantity, index)
        lot = checks.the_lot(order, line, item.lot, index)
        named = checks.serials(line, item.serials, wanted, index)
        sources = (Bucket(item.from_),) if item.from_ else OUT
        if not line.by_serial:
            _one_place(shelf, line, lot, wanted, sources, f"lines.{index}.from")
        drawn = shelf.take(line.line, lot, wanted, sources, serials=named)
        if drawn.quantity < wanted:
            raise Refusal(
                "loss.more_than_out",
                "Line {line}: only {found} pieces are out there; you entered {entered}. Enter at most "
                "that many.",
                field=f"lines.{index}.quantity",
                line=line.line,
                found=drawn.quantity,
                entered=wanted,
            )
        moves += drawn.to(Bucket.LOST)
        unknown = unknown or drawn.lot_unknown
    claims = claimed(order, moves, command.against, now)
    return [PiecesLost(tuple(moves), reason, settle(order, moves), unknown, claims)]


def _one_place(
    shelf: Shelf, line: Line, lot: str, wanted: Decimal, sources: Sequence[Bucket], field: str
) -> None:
    """Raises `Refusal` when nobody can tell where the pieces were lost: who is claimed from depends on it."""
    there = {bucket: shelf.available(line.line, lot, bucket) for bucket in sources}
    there = {bucket: held for bucket, held in there.items() if held}
    if len(there) > 1 and wanted < sum(there.values()):
        raise Refusal(
            "loss.several_places",
            "Line {line}: pieces are out in several places: {places}. Say from which of them "
            "pieces are lost, and how many.",
            field=field,
            line=line.line,
            places=", ".join(f"{plain(held)} {bucket}" for bucket, held in there.items()),
        )
