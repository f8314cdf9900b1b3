"""Following pieces through the genealogy: back to where they came from, forward to where they went.

A walk goes from node to node over net edges. It follows pieces, not names, as far as the records tell them
apart:

- Pieces pass a load and are the same lot's pieces after it: a walk shows the load and does not go through it
  to the other lots in it. Only a walk that begins at the load reaches all of them, and leaves each with the
  pieces that name that load, or none.
- Pieces that are reworked are of the lot that the rework names, and leave the supplier after they came.
- What came back unprocessed has not been through what the others went through.
- Where nobody named the lot, every lot that was out is a source, and the edge says that it is assumed.

A node is looked at once, or again when it is reached in a way that lets more of it belong: returns that
lead back to where they came from end there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import cached_property, partial
from operator import itemgetter
from typing import NamedTuple

from models.domain.quantities import ZERO


class Direction(StrEnum):
    BACK = "back"
    FORWARD = "forward"
    BOTH = "both"


class NodeKind(StrEnum):
    """What a node is; its name begins with the word before the first colon."""

    LOT = "lot"
    JOB = "job"
    ORDER = "order"
    LOAD = "load"
    DISPATCH = "dispatch"
    # What was scrapped here of the lot it names.
    SCRAP = "scrap"


def kind_of(node: str) -> NodeKind:
    return NodeKind(node.partition(":")[0])


def lot_node(lot: str) -> str:
    return f"lot:{lot}"


def name_of(node: str) -> str:
    """What is behind the kind: a lot's number, a job's, a dispatch's."""
    return node.partition(":")[2]


@dataclass(frozen=True, slots=True)
class Work:
    """The pieces of a lot on one line of an order, as its node names them."""

    order: str
    line: int
    lot: str


def work_of(node: str) -> Work:
    _, order, line, lot = node.split(":", 3)
    return Work(order, int(line), lot)


def went_again(how: str, target: str) -> bool:
    """Whether rejects went to their supplier once more: to be reworked, or returned for good. What comes back from it
    unprocessed is a `return`, too, and goes the other way."""
    return how == "rework" or (how == "return" and target.startswith("order:"))


class Link(NamedTuple):
    """All that went from one node to another in one way, what was taken back already taken off.

    `first` and `last` are the events of `order` that told of it; `assumed` pieces may have come this way,
    because nobody named their lot.
    """

    source: str
    target: str
    quantity: Decimal
    unit: str
    how: str
    parcel: str = ""
    load: str = ""
    order: str = ""
    first: int = 0
    last: int = 0
    assumed: Decimal = ZERO

    @property
    def key(self) -> tuple[str, ...]:
        key: tuple[str, ...] = _KEY(self)
        return key

    @property
    def again(self) -> bool:
        """Whether rejects went to their supplier once more."""
        return went_again(self.how, self.target)


# What says which way it is: everything before `first` but the quantity.
_KEY = itemgetter(0, 1, 3, 4, 5, 6, 7)
_ENDS = itemgetter(0, 1)


class Step(NamedTuple):
    """A link that belongs. `unsure` says why it may not: `lot` when nobody named the lot, `load` when nobody
    named the load; empty when it does belong."""

    link: Link
    unsure: str = ""


# As `Step._make`, which looks at each once more.
_STEP_OF: Callable[[tuple[Link, str]], Step] = partial(tuple.__new__, Step)


@dataclass(frozen=True, slots=True)
class _Entry:
    """How a node was reached, as far as that says which of its links belong; None is any.

    `loads`: pieces at work that were in one of these. `works`: the pieces of a lot that came from, or went
    to, these. `since`: pieces at work that came with this event of their order, or later; a load is no event that
    they came with.
    """

    loads: frozenset[str] | None = None
    works: frozenset[str] | None = None
    since: int | None = None

    def with_also(self, other: _Entry) -> _Entry:
        loads = None if self.loads is None or other.loads is None else self.loads | other.loads
        works = None if self.works is None or other.works is None else self.works | other.works
        since = None if self.since is None or other.since is None else min(self.since, other.since)
        return _Entry(loads, works, since)


_ANY = _Entry()
# In place of a load: pieces that came back as they went.
_UNPROCESSED = frozenset({"unprocessed"})


@dataclass
class Walk:
    """One way through the genealogy. The caller brings the links of each `frontier`, out of its nodes when
    going forward and into them when going back, and is told which of them belong.

    Nodes `behind` the roots are shown and not gone on from.
    """

    roots: frozenset[str]
    forward: bool
    behind: frozenset[str] = frozenset()
    entered: dict[str, _Entry] = field(init=False)
    frontier: set[str] = field(init=False)
    _told: set[tuple[str, ...]] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        self.entered = dict.fromkeys(self.roots, _ANY)
        self.frontier = {root for root in self.roots if not root.startswith("dispatch:") or not self.forward}

    def next_frontier(self) -> list[str]:
        """The nodes whose links are wanted now; what they lead to is collected from here on."""
        nodes, self.frontier = sorted(self.frontier), set()
        return nodes

    def take(self, links: Iterable[Link]) -> Iterator[Step]:
        """Those links of the frontier that belong; where they lead is gone on from."""
        entered, forward = self.entered, self.forward
        for link in links:
            near, far = link[:2] if forward else link[1::-1]
            entry = entered[near]
            if entry is _ANY and not near.startswith("order:") and not far.startswith("order:"):
                # Between jobs, lots and dispatches nothing restricts it, and a node is looked at once.
                if entered.get(far) is not _ANY:
                    entered[far] = _ANY
                    self._go_on_from(far)
                yield _STEP_OF((link, "" if link[2] else "lot"))
            elif (step := self._taken(link, near, far, entry)) is not None:
                yield step

    def _taken(self, link: Link, near: str, far: str, entry: _Entry) -> Step | None:
        if not self._belongs(link, near, far, entry):
            return None
        self._enter(far, self._entry(link, near, far))
        if entry is not _ANY or near.startswith("order:"):
            # Looked at again, a node tells its links again.
            key = link.key
            if key in self._told:
                return None
            self._told.add(key)
        return Step(link, self._unsure(link, near, entry))

    def _belongs(self, link: Link, near: str, far: str, entry: _Entry) -> bool:
        if near.startswith("order:"):
            return self._of_these_pieces(link, near, far, entry)
        if near.startswith("lot:") and entry.works is not None and far.startswith("order:"):
            returns = link.again if self.forward else link.how == "process"
            if returns and far not in entry.works:
                return _order_of(far) not in {_order_of(work) for work in entry.works}
        return True

    def _of_these_pieces(self, link: Link, near: str, far: str, entry: _Entry) -> bool:
        """Whether pieces at work that were reached as `entry` says go this way."""
        left = link.last if self.forward else -link.first
        # What a load did to pieces it did when it ran, whenever somebody told of it: perhaps after they came back.
        late = not self.forward and far.startswith("load:")
        if entry.since is not None and not late and link.order == _order_of(near) and left < entry.since:
            return False
        if entry.loads is None:
            return True
        if far.startswith("load:"):
            return link.load in entry.loads
        if not self.forward:
            return not link.again or entry.loads != _UNPROCESSED
        return not link.load or link.load in entry.loads

    def _entry(self, link: Link, near: str, far: str) -> _Entry:
        if far.startswith("order:"):
            since = None
            if link.order == _order_of(far) and not (self.forward and near.startswith("load:")):
                since = link.first if self.forward else -link.last
            return _Entry(loads=self._loads(link, near), since=since)
        came = link.how == "process" if self.forward else link.again
        if far.startswith("lot:") and near.startswith("order:") and came:
            return _Entry(works=frozenset({near}))
        return _ANY

    def _loads(self, link: Link, near: str) -> frozenset[str] | None:
        if near.startswith("load:"):
            return frozenset({near})
        if self.forward:
            return None
        if link.how == "return":
            return _UNPROCESSED
        return frozenset({link.load}) if link.load else None

    def _enter(self, node: str, entry: _Entry) -> None:
        before = self.entered.get(node)
        if before is not None:
            after = before.with_also(entry)
            if before == after:
                return
            entry = after
        self.entered[node] = entry
        self._go_on_from(node)

    def _go_on_from(self, node: str) -> None:
        if not node.startswith(("load:", "dispatch:")) and node not in self.behind:
            self.frontier.add(node)

    def _unsure(self, link: Link, near: str, entry: _Entry) -> str:
        if not link.quantity:
            return "lot"
        if self.forward and entry.loads is not None and near.startswith("order:") and not link.load:
            return "load"
        return ""


def _order_of(node: str) -> str:
    return node.split(":", 2)[1]


Links = Callable[[list[str], bool], Iterable[Link]]


def steps(walk: Walk, links: Links) -> Iterator[Step]:
    """All that belongs, the nearest first. `links(nodes, forward)` are those out of, or into, the nodes."""
    while nodes := walk.next_frontier():
        yield from walk.take(links(nodes, walk.forward))


@dataclass(frozen=True)
class Trace:
    """What was found: the nodes, the roots first, and what went between them. `back` and `ahead` are those
    behind and ahead of the roots."""

    roots: tuple[str, ...]
    direction: Direction
    nodes: tuple[str, ...]
    steps: tuple[Step, ...]
    back: frozenset[str]
    ahead: frozenset[str]

    @cached_property
    def _by_kind(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for node in self.nodes:
            found.setdefault(node.partition(":")[0], []).append(node)
        return found

    def of_kind(self, kind: NodeKind) -> tuple[str, ...]:
        return tuple(self._by_kind.get(kind, ()))


def follow(
    roots: Iterable[str], direction: Direction, links: Links, behind: frozenset[str] = frozenset()
) -> Trace:
    """A trace, both ways one after the other: what is ahead of something behind a root is not of it."""
    begin = tuple(dict.fromkeys(roots))
    # In the sequence they were come upon.
    nodes: dict[str, None] = dict.fromkeys(begin)
    reached: dict[bool, frozenset[str]] = {True: frozenset(), False: frozenset()}
    told: list[Step] = []
    for forward in (False, True):
        if direction is (Direction.BACK if forward else Direction.FORWARD):
            continue
        walk = Walk(frozenset(begin), forward, behind if forward else frozenset())
        told += steps(walk, links)
        nodes |= dict.fromkeys(walk.entered)
        reached[forward] = frozenset(walk.entered)
    if direction is Direction.BOTH:
        # What leads back to where it came from is found on both ways.
        found: dict[tuple[str, ...], Step] = {}
        for step in told:
            known = found.get(step.link.key)
            if known is None or (known.unsure and not step.unsure):
                found[step.link.key] = step
        told = list(found.values())
    return Trace(begin, direction, tuple(nodes), tuple(told), reached[False], reached[True])


def netted(links: Iterable[Link]) -> list[Link]:
    """Links that say the same of the same way, summed; nothing is left of what was taken back."""
    found = list(links)
    # Most ways are the only one between their ends.
    if len(set(map(_ENDS, found))) < len(found):
        found = _summed(found)
    return [link for link in found if link.quantity > ZERO or link.assumed > ZERO]


def _summed(links: Iterable[Link]) -> list[Link]:
    sums: dict[tuple[str, ...], Link] = {}
    for link in links:
        key = link.key
        before = sums.get(key)
        if before is not None:
            link = link._replace(
                quantity=before.quantity + link.quantity,
                first=min(before.first, link.first),
                last=max(before.last, link.last),
                assumed=before.assumed + link.assumed,
            )
        sums[key] = link
    return list(sums.values())


def among(links: Iterable[Link]) -> Links:
    """The links of nodes, looked up among all there are."""
    out: dict[str, list[Link]] = {}
    into: dict[str, list[Link]] = {}
    for link in netted(links):
        out.setdefault(link.source, []).append(link)
        into.setdefault(link.target, []).append(link)

    def of(nodes: list[str], forward: bool) -> Iterator[Link]:
        known: Mapping[str, list[Link]] = out if forward else into
        for node in nodes:
            yield from known.get(node, ())

    return of
