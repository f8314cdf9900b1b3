"""Which ways of a trace are those of one piece with a serial number, where others of its part went them as well."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, field
from decimal import Decimal

from sqlalchemy import select
from sqlmodel import Session

from models.domain.quantities import ZERO
from models.domain.trace import Link, lot_node, name_of, work_of
from models.tables.lots import Lot
from models.tables.shop_floor import OutputRow
from models.tables.types import table

_LOTS, _OUTPUTS = table(Lot), table(OutputRow)
# Parts with serial numbers are counted in whole pieces, and a number is one of them.
ONE_PIECE = Decimal(1)
_PIECES = "C62"
# On these ways each went that is known to have been at both ends.
_ONE_WAY = ("ship", "process")
# So many names go into one question.
AT_ONCE = 500


def chunks(names: Iterable[str]) -> Iterator[list[str]]:
    known = list(names)
    yield from (known[place : place + AT_ONCE] for place in range(0, len(known), AT_ONCE))


def own_lots(session: Session, part: str, found: Iterable[Link]) -> set[str]:
    """The lots of its part at the ends of these links, by name."""
    named = {_lot_of(node) for link in found for node in (link.source, link.target)}
    own: set[str] = set()
    for some in chunks(sorted(named - {""})):
        own |= set(
            session.scalars(select(_LOTS.c.number).where(_LOTS.c.number.in_(some), _LOTS.c.part == part))
        )
    return own


def is_own(link: Link, own: Set[str]) -> bool:
    """Whether pieces of its part went this way, counted as such."""
    return link.unit == _PIECES and not own.isdisjoint({_lot_of(link.source), _lot_of(link.target)})


def only_ways(found: Iterable[Link]) -> set[tuple[str, ...]]:
    """Keys of links beside which no other leads from the one to the other: what was at both ends went there."""
    ways = [link for link in found if link.how in _ONE_WAY]
    beside = Counter(link[:2] for link in ways)
    return {link.key for link in ways if beside[link[:2]] == 1}


def _lot_of(node: str) -> str:
    if node.startswith("order:"):
        return work_of(node).lot
    return name_of(node) if node.startswith("lot:") else ""


@dataclass
class Made:
    """What came out of one job as one lot, and which of it somebody named."""

    quantity: Decimal = ZERO
    serials: set[str] = field(default_factory=set)

    @property
    def all_named(self) -> bool:
        return len(self.serials) >= self.quantity


def made(session: Session, part: str, found: Iterable[Link]) -> dict[tuple[str, str], Made]:
    """By the nodes of job and lot, what was made of the part as one of these lots, by whatever job."""
    lots = {name_of(link.target) for link in found if link.source.startswith("job:")}
    by_way: dict[tuple[str, str], Made] = {}
    for some in chunks(sorted(lots)):
        query = select(_OUTPUTS).where(
            _OUTPUTS.c.lot.in_(some), _OUTPUTS.c.part == part, _OUTPUTS.c.reversed_at.is_(None)
        )
        for row in session.execute(query):
            known = by_way.setdefault((f"job:{row.work_order}", lot_node(row.lot)), Made())
            known.quantity += row.quantity
            known.serials.update(row.serials)
    return by_way
