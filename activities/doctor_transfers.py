"""Compares what two orders say of pieces that go straight from one to the other."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import and_, or_, select
from sqlmodel import Session

from activities.findings import Finding, found
from models.tables.orders import TransferRow
from models.tables.types import table

_ONE = table(TransferRow)
_OTHER = _ONE.alias("other")
_BOTH_WAYS = and_(_OTHER.c.id == _ONE.c.id, _OTHER.c.order_number != _ONE.c.order_number)


def transfers(session: Session) -> Iterator[Finding]:
    """Every transfer is told by both of its orders, in the same state and of the same pieces: what one gave
    away the other has. Each order's own rows are compared with its stream elsewhere."""
    rows = session.execute(
        select(_ONE.c.id, _ONE.c.order_number, _ONE.c.source, _ONE.c.target, _ONE.c.state, _OTHER.c.state)
        .join(_OTHER, _BOTH_WAYS, isouter=True)
        .where(
            or_(
                _OTHER.c.id.is_(None),
                _OTHER.c.state != _ONE.c.state,
                _OTHER.c.quantity != _ONE.c.quantity,
                _OTHER.c.source != _ONE.c.source,
                _OTHER.c.target != _ONE.c.target,
                _ONE.c.order_number.not_in((_ONE.c.source, _ONE.c.target)),
            )
        )
        .order_by(_ONE.c.id, _ONE.c.order_number)
    )
    for name, number, source, target, state, theirs in rows:
        other = target if number == source else source
        said = f"{other} says {theirs}" if theirs is not None else f"{other} knows nothing of it"
        yield found("transfer.differ", f"{number} transfer {name}", f"It is {state} here; {said}.")
