"""What an order is with other terms: once they hold, and for whoever asks what it would be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from models.domain.changes import AddedLine, Change, Commercial, LineCommercial
from models.domain.order import Line, Order
from models.domain.quantities import ZERO


def on_terms(order: Order, terms: Commercial, added: Iterable[Line] = ()) -> Order:
    """The order asked for on these terms. What is promised, and what follows from an answer, is not of them."""
    wanted = {each.line: each for each in terms.lines}
    return replace(
        order,
        need_by=terms.need_by,
        spec_revision=terms.spec_revision,
        lines=(*(_line(order, line, wanted[line.line], terms) for line in order.lines), *added),
    )


def with_change(order: Order, change: Change) -> Order:
    """The order with what it would be asked for once `change` holds."""
    return on_terms(order, change.on(order.commercial), map(_added, change.added))


def _line(order: Order, line: Line, wanted: LineCommercial, terms: Commercial) -> Line:
    moved = terms.need_by != order.need_by
    return replace(
        line,
        ordered=wanted.quantity,
        kept=line.kept if wanted.quantity == line.ordered else ZERO,
        unit_price=wanted.unit_price,
        lots=wanted.lots,
        # The new day is for every line but for one that is needed before it anyway.
        need_by=None if moved and line.need_by and line.need_by >= terms.need_by else line.need_by,
    )


def _added(new: AddedLine) -> Line:
    """A new line as far as it is known: it gets a number, and what the contract says, when it is agreed."""
    return Line(
        0,
        new.work_order,
        new.operation,
        new.part,
        new.part_revision,
        new.unit,
        new.quantity,
        new.unit_price,
        new.lots,
        basis=new.basis,
    )
