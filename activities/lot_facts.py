"""Loads what `decide` has to know of lots, under their locks: balances and holds, what they may go out for, what
was made of them, and numbers for what comes back of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlmodel import Session

from activities.floor_stock import lock_jobs_above
from models.domain import commands as c
from models.domain.coming_back import to_be_named
from models.domain.facts import Facts, LotFact, renamed
from models.domain.order import Order
from models.domain.pieces import lot_of
from models.domain.quantities import ZERO
from models.queries.lot_holds import covering, covering_nodes, made_of
from models.queries.lot_numbers import next_lot_number
from models.queries.lot_origins import origins
from models.queries.materials import amounts, controlled, materials
from models.queries.shop_floor import undecided
from models.tables.lots import Lot
from models.tables.types import table

_LOTS = table(Lot)
# Built once: to build a statement costs as much as to run it.
_READ_LOTS = (
    select(_LOTS).where(_LOTS.c.number.in_(bindparam("lots", expanding=True))).order_by(_LOTS.c.number)
)
_LOCK_LOTS = _READ_LOTS.with_for_update()


def lots(session: Session, numbers: Iterable[str], *, lock: bool, cleared: bool) -> dict[str, LotFact]:
    wanted = sorted({number for number in numbers if number})
    if not wanted:
        return {}
    rows = session.execute(_LOCK_LOTS if lock else _READ_LOTS, {"lots": wanted}).all()
    # Under the lots' locks: whoever holds what these were made from waits for them.
    covered = covering(session, wanted, cleared=cleared) if lock else {}
    return {
        row.number: LotFact(
            row.number,
            row.part,
            row.on_hand,
            row.uom,
            row.heat_number or "",
            row.held or row.number in covered,
            row.hold_reason or (covered[row.number].reason if row.number in covered else ""),
            covered[row.number].lot if row.number in covered and not row.held else "",
        )
        for row in rows
    }


def with_held_work(session: Session, order: Order, known: Facts) -> Facts:
    """With the holds that cover what the supplier has or had: what comes of it may have no row as a lot yet."""
    nodes = {f"order:{order.number}:{at}": at for at in order.stock if lot_of(at)}
    found = {
        nodes[node]: LotFact(
            lot_of(nodes[node]), "", ZERO, "", held=True, hold_reason=covered.reason, held_with=covered.lot
        )
        for node, covered in covering_nodes(session, nodes, cleared=order.export_controlled).items()
    }
    return replace(known, at_work=found) if found else known


def with_undecided(session: Session, known: Facts) -> Facts:
    """With what of the lots is here, but pending or rejected: it does not go out."""
    some = undecided(session, known.lots)
    return replace(
        known,
        lots={name: replace(fact, undecided=some.get(name, ZERO)) for name, fact in known.lots.items()},
    )


def given_names(session: Session, order: Order, command: c.Receive) -> dict[str, list[str]]:
    """The nodes, by `key(line, lot)`, of what is given the name of a lot there is: the lot sent, and its pieces
    at work, which may have come from another order."""
    wanted = renamed(order, command)
    there = (
        {row.number for row in session.execute(_READ_LOTS, {"lots": sorted(set(wanted.values()))})}
        if wanted
        else set()
    )
    return {
        at: [f"lot:{lot_of(at)}", f"order:{order.number}:{at}"]
        for at, output in wanted.items()
        if output in there
    }


def of_given_names(
    session: Session, order: Order, locked: frozenset[str], given: dict[str, list[str]], known: Facts
) -> Facts:
    """What was received is not to become a part of what it was made of. Whoever makes a job or another order
    the source of these lots meanwhile waits for the jobs' and the lots' locks, jobs before lots."""
    nodes = [node for nodes in given.values() for node in nodes]
    lock_jobs_above(session, nodes)
    found = lots(session, locked | made_of(session, nodes), lock=True, cleared=order.export_controlled)
    return replace(
        known,
        lots={name: fact for name, fact in found.items() if name in locked},
        made_of={at: made_of(session, nodes) for at, nodes in given.items()},
    )


def with_origins(session: Session, command: c.Receive, known: Facts) -> Facts:
    """With where the pieces come from of the lots there are that this receipt gives what it counted. The lots
    are locked: whoever else makes something of them waits."""
    typed = {item.output_lot.strip() for item in command.lines} & known.lots.keys()
    return replace(known, origins=origins(session, typed)) if typed else known


def with_materials(session: Session, order: Order, known: Facts) -> Facts:
    """With the bills of material of the lines, where some lot is not of its line's part."""
    parts = {(line.part, line.part_revision) for line in order.lines}
    others = {fact.part for fact in known.lots.values()} - {part for part, _ in parts}
    if not others and len({part for part, _ in parts}) < 2:
        return known
    made = materials(session, parts)
    each = amounts(session, parts)
    secret = controlled(session, {fact.part for fact in known.lots.values()})
    return replace(
        known,
        lots={
            name: replace(fact, controlled=fact.part in secret) if secret else fact
            for name, fact in known.lots.items()
        },
        materials={line.line: made.get((line.part, line.part_revision), frozenset()) for line in order.lines},
        amounts={line.line: each.get((line.part, line.part_revision), {}) for line in order.lines},
    )


def with_new_numbers(
    session: Session, order: Order, command: c.Command, known: Facts, now: datetime
) -> Facts:
    """With a number for each lot that comes back as another one. One that is not used is not given again."""
    wanted = to_be_named(order, command, known.lots)
    if not wanted:
        return known
    day = order.plant_calendar.local_date(now)
    return replace(
        known, new_lots={at: next_lot_number(session, order.supplier, day) for at in sorted(wanted)}
    )
