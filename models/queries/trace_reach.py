"""All links that a trace may need, read in one recursive statement.

It reads the links out of everything that can be reached, whether or not the rules of `models.domain.trace` let
them belong. A way back needs no other: what leads into something that was reached comes out of something that
was reached. The balance asks for the rest of them, all that went out of these lots. Only loads are different:
a way ends there, so that what comes out of one is asked for when there is one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cached_property, partial
from itertools import chain, repeat
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Select,
    String,
    and_,
    case,
    cast,
    func,
    not_,
    null,
    or_,
    select,
    true,
    type_coerce,
)
from sqlmodel import Session

from models.domain.quantities import ZERO
from models.domain.trace import Direction, Link, netted
from models.queries.prepared import Columns, Prepared, among, each
from models.tables.orders import EdgeRow
from models.tables.types import DECIMALS, table

_EDGES = table(EdgeRow)
_LOAD = "load:%"
# A trace of more nodes is for a file that is sent while it is read, and for nobody to look at.
MOST_HELD = 5_000
_LINK = (
    *(_EDGES.c[name] for name in ("from_node", "to_node", "quantity", "unit", "how", "parcel", "load")),
    func.coalesce(_EDGES.c.order_number, ""),
    func.coalesce(_EDGES.c.event, 0),
    func.coalesce(_EDGES.c.event, 0),
    _EDGES.c.assumed,
)

# The same in fewer: what most links are without is one text, and empty where they are without all of it. To fetch
# a value costs as much as to find it.
_APART = "\x1f"
_MORE = case(
    (
        and_(
            _EDGES.c.order_number.is_(None),
            *(_EDGES.c[name] == "" for name in ("parcel", "load")),
            _EDGES.c.assumed == 0,
        ),
        null(),
    ),
    else_=func.coalesce(cast(_EDGES.c.event, String), "0")
    + _APART
    + cast(type_coerce(_EDGES.c.assumed, BigInteger), String)
    + _APART
    + func.coalesce(_EDGES.c.order_number, "")
    + _APART
    + _EDGES.c.parcel
    + _APART
    + _EDGES.c.load,
)
_SHORT = (*_LINK[:5], _MORE)
# As `Link._make`, which looks at each once more.
_LINK_OF: Callable[[tuple[Any, ...]], Link] = partial(tuple.__new__, Link)
_BARE = (repeat(""), repeat(""), repeat(""), repeat(0), repeat(0), repeat(ZERO))


def _told(columns: Columns) -> list[Link]:
    """The net links that `_SHORT` tells of."""
    if not columns:
        return []
    *way, more = columns
    sources, targets, quantities = way[:3]
    links = map(_LINK_OF, zip(*way, *_BARE))  # noqa: B905 - what they all are without goes on for ever
    if any(more):
        return netted(
            link._replace(**_rest(said)) if said else link for link, said in zip(links, more, strict=False)
        )
    if min(quantities) > ZERO and len(set(zip(sources, targets, strict=True))) == len(sources):
        # Nothing to net, as almost always: to look at whole columns costs less than at every link.
        return list(links)
    return netted(links)


def _rest(said: str) -> dict[str, Any]:
    # A load's name is what somebody typed.
    event, assumed, order, parcel, load = said.split(_APART, 4)
    told = {"parcel": parcel, "load": load, "order": order, "first": int(event), "last": int(event)}
    return told | {"assumed": DECIMALS[int(assumed)]}


def _reached(near: str, far: str) -> CTE:
    """Every node that can be reached, and whether one goes on from it."""
    begun = select(each("roots").selected_columns.value.label("node"), true().label("goes_on"))
    reached = begun.cte(f"reached_{far}", recursive=True)
    ends: list[ColumnElement[bool]] = [_EDGES.c[far].not_like(_LOAD)]
    if far == "to_node":
        ends.append(not_(among(_EDGES.c[far], "behind")))
    ahead = select(_EDGES.c[far], and_(*ends)).where(_EDGES.c[near] == reached.c.node, reached.c.goes_on)
    return reached.union(ahead)


def _some_reached(near: str, far: str) -> Prepared:
    begun = select(each("roots").selected_columns.value.label("node"))
    reached = begun.cte("reached", recursive=True)
    reached = reached.union(select(_EDGES.c[far]).where(_EDGES.c[near] == reached.c.node))
    some = select(reached.c.node).limit(MOST_HELD + 1).subquery()
    return Prepared(select(func.count()).select_from(some))


def _out_of(*reached: CTE) -> Prepared:
    nodes = [select(some.c.node).where(some.c.goes_on) for some in reached]
    if len(nodes) == 1:
        (some,) = reached
        return Prepared(select(*_SHORT).where(_EDGES.c.from_node == some.c.node, some.c.goes_on))
    either = nodes[0].union(*nodes[1:]).subquery()
    return Prepared(select(*_SHORT).where(_EDGES.c.from_node == either.c.node))


_BACK, _AHEAD = _reached("to_node", "from_node"), _reached("from_node", "to_node")
_REACHED = {
    Direction.BACK: _out_of(_BACK),
    Direction.FORWARD: _out_of(_AHEAD),
    Direction.BOTH: _out_of(_BACK, _AHEAD),
}


def _links_at(end: str) -> ColumnElement[bool]:
    return among(_EDGES.c[end], "nodes")


_OUT, _INTO = (Prepared(select(*_SHORT).where(_links_at(end))) for end in ("from_node", "to_node"))


def links(session: Session, nodes: Collection[str], *, out: bool) -> list[Link]:
    """The net links out of the nodes, or into them."""
    if not nodes:
        return []
    return _told((_OUT if out else _INTO).columns(session, nodes=nodes))


def _netted(links: Select[Any]) -> Prepared:
    """The same as `netted`, by the database: one link for each way, as far as anything is left of it."""
    quantity, assumed = func.sum(_EDGES.c.quantity), func.sum(_EDGES.c.assumed)
    source, target, _, unit, how, parcel, load, order, first, last, _ = _LINK
    net = links.with_only_columns(
        *(source, target, quantity, unit, how, parcel, load, order, func.min(first), func.max(last), assumed)
    )
    return Prepared(
        net.group_by(source, target, unit, how, parcel, load, order).having(or_(quantity > 0, assumed > 0))
    )


_NET_OUT, _NET_INTO = (_netted(select(*_LINK).where(_links_at(end))) for end in ("from_node", "to_node"))


def net_links(session: Session, nodes: Collection[str], *, out: bool) -> Iterator[Link]:
    """The same a few thousand at a time, however many come out of one."""
    return map(Link._make, (_NET_OUT if out else _NET_INTO).stream(session, nodes=nodes))


def _plainly(near: str, far: str) -> tuple[Prepared, Prepared]:
    """What is in the way of telling all that can be reached as it is: pieces at work and loads, which the rules
    are about, and corrections; and all links of it."""
    begun = select(each("roots").selected_columns.value.label("node"))
    reached = begun.cte("reached", recursive=True)
    reached = reached.union(select(_EDGES.c[far]).where(_EDGES.c[near] == reached.c.node))
    told = select(*_LINK).where(_EDGES.c[near] == reached.c.node)
    ruled = [_EDGES.c[far].like(begins) for begins in (_LOAD, "order:%")]
    return Prepared(told.where(or_(_EDGES.c.quantity <= 0, *ruled)).limit(1)), _netted(told)


def _but_back() -> Prepared:
    """All links of the way forward that are not of the way back as well, as what leads in a circle is."""
    begun = select(each("roots").selected_columns.value.label("node"))
    ahead, back = (begun.cte(name, recursive=True) for name in ("ahead", "back"))
    ahead = ahead.union(select(_EDGES.c.to_node).where(_EDGES.c.from_node == ahead.c.node))
    back = back.union(select(_EDGES.c.from_node).where(_EDGES.c.to_node == back.c.node))
    told = select(*_LINK).where(_EDGES.c.from_node == ahead.c.node)
    return _netted(told.where(_EDGES.c.to_node.not_in(select(back.c.node))))


_PLAINLY = {True: _plainly("from_node", "to_node"), False: _plainly("to_node", "from_node")}
_BUT_BACK = _but_back()


def told_plainly(
    session: Session, roots: Collection[str], *, forward: bool, but_back: bool = False
) -> Iterator[Link] | None:
    """All links of a trace between lots, jobs and dispatches, told by the database a few thousand at a time: it
    keeps what it has reached, and nobody else. `but_back`: forward without what is of the way back, too. None where
    rules have to say what belongs."""
    hindrance, told = _PLAINLY[forward]
    told = _BUT_BACK if but_back else told
    if any(root.startswith(("order:", "load:")) for root in roots) or hindrance.rows(session, roots=roots):
        return None
    return map(Link._make, told.stream(session, roots=roots))


_SOME_AHEAD, _SOME_BACK = _some_reached("from_node", "to_node"), _some_reached("to_node", "from_node")


def too_many(session: Session, roots: Collection[str], direction: Direction) -> bool:
    """Whether so much can be reached that only a file has room for it. The database stops counting there."""
    asked = [_SOME_AHEAD] if direction is not Direction.BACK else []
    asked += [_SOME_BACK] if direction is not Direction.FORWARD else []
    return any(some.rows(session, roots=roots)[0][0] > MOST_HELD for some in asked)


class Reach:
    """Links by the nodes at their ends."""

    def __init__(
        self, session: Session, roots: Collection[str], behind: frozenset[str], direction: Direction
    ) -> None:
        """All that a trace from these roots may come upon; nothing is read of what is `behind` its way ahead."""
        ahead = direction is Direction.FORWARD
        self._unread = behind.difference(roots) if ahead else frozenset[str]()
        given = {"roots": roots} if direction is Direction.BACK else {"roots": roots, "behind": behind}
        self._links = _told(_REACHED[direction].columns(session, **given))
        self._into: dict[str, list[Link]] = defaultdict(list)
        if not ahead:
            # What went elsewhere as well is of the balance only.
            sources = {link[0] for link in self._links}
            reached = sources.union(roots)
            works = [node for node in reached if node.startswith("order:")]
            for link in chain(self._links, _out_of_loads(session, works, sources)):
                if link[1] in reached:
                    self._into[link[1]].append(link)

    @cached_property
    def _out(self) -> dict[str, list[Link]]:
        out: dict[str, list[Link]] = defaultdict(list)
        for link in self._links:
            out[link[0]].append(link)
        return out

    def __call__(self, nodes: Iterable[str], forward: bool) -> Iterator[Link]:
        """The links out of nodes that the trace goes on from, or into them."""
        known = self._out if forward else self._into
        return chain.from_iterable(filter(None, map(known.get, nodes)))

    def out_of(self, session: Session, nodes: Collection[str]) -> list[Link]:
        """The links out of any nodes of the trace but loads."""
        wanted, unread = frozenset(nodes), self._unread.intersection(nodes)
        return [
            *(link for link in self._links if link[0] in wanted),
            *links(session, unread, out=True),
        ]


def _out_of_loads(session: Session, works: Collection[str], known: Collection[str]) -> list[Link]:
    into = links(session, works, out=False)
    return [link for link in into if link.source.startswith("load:") and link.source not in known]
