"""How many of the pieces that a trace reaches can be of what it began with, where others are among them.

Several heats in one job, lot or line, which nobody told apart: of what came out any piece may be of either, and
no more than went in. A lot made by a job of 60 and 40 pieces has at most 40 of the second heat, and so has each
dispatch of it. Where all pieces are of what the trace began with, nothing is said.

Bounds go forward from node to node: no more leaves a node than can have come to it, and no more goes one way
than went there. What goes in a circle (rework) came into the circle once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from models.domain.quantities import ZERO, plain
from models.domain.trace import Link, Step, Trace, name_of


class Feed(NamedTuple):
    """What a job drew of a lot."""

    job: str
    source: str
    part: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Books:
    """What is known beside the trace. `got`: all that ever came to a lot, or to pieces at work but for rejects that
    go there again, wherever from. `kept`: surplus of pieces at work that nobody had sent, which may be of anything. `drawn`: what the jobs
    drew, and `wanted` how many they are to make. `began`: how many of a root's pieces are meant, and their unit, where
    it is a box of them."""

    got: Mapping[str, Decimal] = field(default_factory=dict)
    kept: Mapping[str, Decimal] = field(default_factory=dict)
    drawn: Mapping[str, Sequence[Feed]] = field(default_factory=dict)
    wanted: Mapping[str, Decimal] = field(default_factory=dict)
    began: Mapping[str, tuple[Decimal, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AtMost:
    """`nodes`: the most that can be of it, where that is less than what is there. `links`: the same of each way
    that may have taken others, by the link's key; also where it is all that went."""

    nodes: Mapping[str, Decimal] = field(default_factory=dict)
    links: Mapping[tuple[str, ...], Decimal] = field(default_factory=dict)


def at_most(trace: Trace, books: Books) -> AtMost:
    """Of everything ahead of the roots."""
    return _Bounds(trace, books).found()


def left(rows: Iterable[Mapping[str, Any]], of_lots: Mapping[str, Decimal]) -> list[dict[str, Any]]:
    """Pieces of several lots that left, by part and unit; `at_most` where others may be among them. Together no
    more can be of it than a lot has at most."""
    whole: dict[tuple[tuple[str, str], str], Decimal] = {}
    most: dict[tuple[tuple[str, str], str], Decimal] = {}
    mixed: set[tuple[str, str]] = set()
    for row in rows:
        kind, quantity = (row["part"], row["unit"]), row["quantity"]
        at = (kind, row["lot"])
        whole[at] = whole.get(at, ZERO) + quantity
        most[at] = most.get(at, ZERO) + row.get("at_most", quantity)
        if "at_most" in row:
            mixed.add(kind)
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for (kind, lot), quantity in sorted(whole.items()):
        part, unit = kind
        told = found.setdefault(kind, {"part": part, "quantity": ZERO, "unit": unit})
        told["quantity"] = plain(told["quantity"] + quantity)
        if kind in mixed:
            limit = min(most[kind, lot], of_lots.get(lot, quantity))
            told["at_most"] = plain(told.get("at_most", ZERO) + limit)
    return list(found.values())


def of_lots(nodes: Iterable[Mapping[str, Any]]) -> dict[str, Decimal]:
    """How many at most are of it in each lot of a trace as it is answered, where that is not all."""
    return {
        name_of(node["id"]): node["at_most"] for node in nodes if node["kind"] == "lot" and "at_most" in node
    }


# A link, how many at most went its way, and whether others may have.
_Way = tuple[Link, Decimal, bool]


class _Bounds:
    def __init__(self, trace: Trace, books: Books) -> None:
        self.books = books
        self.roots = frozenset(trace.roots)
        self.out: dict[str, list[Step]] = {}
        self.into: dict[str, list[Step]] = {}
        # Ways from one root to another: they bring nothing, and no more goes there than is meant.
        self.between: list[Step] = []
        # Nodes with others among them, and how many of theirs can be of the roots in which unit; no unit where
        # nobody can say.
        self.most: dict[str, tuple[Decimal, str]] = {
            root: (some, unit)
            for root, (some, unit) in books.began.items()
            if some < books.got.get(root, ZERO)
        }
        roots, ahead, out, into = self.roots, trace.ahead, self.out, self.into
        for step in trace.steps:
            source, target = step[0][:2]
            if source in self.most and target in self.most:
                self.between.append(step)
            # Ways of other pieces out of a load, and back to where it began, bring nothing.
            if source not in ahead or target not in ahead or target in roots:
                continue
            if source in roots or not source.startswith("load:"):
                out.setdefault(source, []).append(step)
                into.setdefault(target, []).append(step)

    def found(self) -> AtMost:
        if not self.most and not any(map(self._has_others, self.into)):
            return AtMost()
        links = {step.link.key: plain(self._along(step)[1]) for step in self.between}
        for group in _groups(self.roots, self.out):
            came: list[_Way] = []
            inside: list[Step] = []
            some_mixed = False
            for node in group:
                for step in self.into.get(node, ()):
                    if step[0][0] in group:
                        inside.append(step)
                    else:
                        came.append(way := self._along(step))
                        some_mixed = some_mixed or way[2]
            if came and (some_mixed or any(map(self._has_others, group))):
                self._bound(group, came)
            came += map(self._along, inside)
            for link, most, mixed in came:
                if mixed:
                    links[link.key] = plain(most)
        nodes = {
            node: plain(most) for node, (most, unit) in self.most.items() if unit and most < self._there(node)
        }
        return AtMost(nodes, links)

    def _has_others(self, node: str) -> bool:
        steps = self.into[node]
        if any(step.unsure for step in steps):
            return True
        if node in self.books.drawn:
            sources = {step.link.source for step in steps}
            return any(feed.source not in sources for feed in self._same_parts(node))
        came = (step.link.quantity for step in steps if not step.link.again)
        return sum(came, ZERO) < self.books.got.get(node, ZERO)

    def _same_parts(self, job: str) -> Sequence[Feed]:
        """What the job drew of the parts that come to it from the roots, of whatever lot."""
        feeds = self.books.drawn[job]
        if len({feed.part for feed in feeds}) == 1:
            return feeds
        sources = {step.link.source for step in self.into[job]}
        parts = {feed.part for feed in feeds if feed.source in sources}
        return [feed for feed in feeds if feed.part in parts]

    def _one_for_one(self, job: str) -> bool:
        """Whether no piece that the job drew can have become several: it drew as many of the part as it makes."""
        if job not in self.books.drawn:
            return False
        drew: dict[str, Decimal] = {}
        for feed in self._same_parts(job):
            drew[feed.part] = drew[feed.part] + feed.quantity if feed.part in drew else feed.quantity
        least = min(drew.values(), default=ZERO)
        return bool(drew) and least >= self.books.wanted.get(job, ZERO) and least >= self._there(job)

    def _bound(self, group: Collection[str], came: Sequence[_Way]) -> None:
        """The nodes of one circle, mostly a single one, have what came to it from elsewhere."""
        units = {link.unit for link, _, _ in came}
        unit = units.pop() if len(units) == 1 else ""
        for node in group:
            if unit and node.startswith("job:") and not self._one_for_one(node):
                unit = ""
        whole = self._came(came, unit) if unit else ZERO
        if unit and self.books.kept:
            whole += sum((self.books.kept.get(node, ZERO) for node in group), ZERO)
        for node in group:
            self.most[node] = (whole, unit)

    def _came(self, ways: Iterable[_Way], unit: str) -> Decimal:
        of_source: dict[str, Decimal] = {}
        for link, most, _ in ways:
            source = link.source
            of_source[source] = of_source[source] + most if source in of_source else most
        whole = ZERO
        for source, some in of_source.items():
            # In however many boxes: from one place came no more than were there.
            known = self.most.get(source)
            whole += min(some, known[0]) if known is not None and known[1] == unit else some
        return whole

    def _along(self, step: Step) -> _Way:
        link, unsure = step
        went, source = link.quantity or link.assumed, link.source
        known = self.most.get(source)
        if link.load in self.roots or (known is None and source in self.roots):
            return link, went, bool(unsure)
        if known is None:
            # What nobody named is assumed to be more than there was, where several lots were out.
            return link, link.quantity or min(went, self._there(source)), bool(unsure)
        most, unit = known
        return link, min(went, most) if unit == link.unit else went, True

    def _there(self, node: str) -> Decimal:
        if node in self.books.got:
            return self.books.got[node]
        steps = self.out.get(node, ()) if node.startswith("job:") else self.into.get(node, ())
        return sum((step.link.quantity or step.link.assumed for step in steps), ZERO)


def _groups(roots: Iterable[str], out: Mapping[str, Sequence[Step]]) -> list[Collection[str]]:
    """The nodes, those that lead to each other together, each group before what it leads to (Tarjan's way, with
    a list in place of calls: a genealogy may be deeper than Python calls)."""
    number: dict[str, int] = {}
    lowest: dict[str, int] = {}
    path: list[str] = []
    waiting: set[str] = set()
    found: list[Collection[str]] = []
    for root in roots:
        if root in number:
            continue
        calls: list[tuple[str, Iterator[Step]]] = []
        entering: str | None = root
        while entering is not None or calls:
            if entering is not None:
                number[entering] = lowest[entering] = len(number)
                path.append(entering)
                waiting.add(entering)
                calls.append((entering, iter(out.get(entering, ()))))
                entering = None
            node, steps = calls[-1]
            for step in steps:
                target = step.link.target
                if target not in number:
                    entering = target
                    break
                if target in waiting:
                    lowest[node] = min(lowest[node], number[target])
            if entering is not None:
                continue
            calls.pop()
            if calls:
                before = calls[-1][0]
                lowest[before] = min(lowest[before], lowest[node])
            if lowest[node] == number[node]:
                waiting.discard(node)
                group = [path.pop()]
                while group[-1] != node:
                    waiting.discard(group[-1])
                    group.append(path.pop())
                found.append(group if len(group) == 1 else frozenset(group))
    return found[::-1]
