"""How many of the pieces that a trace reaches can be of what it began with, where others are among them.

Several heats in one job, lot or line, which nobody told apart: of what came out any piece may be of either, and
no more than went in. A lot made by a job of 60 and 40 pieces has at most 40 of the second heat, and so has each
dispatch of it. Where all pieces are of what the trace began with, nothing is said.

Bounds go forward from node to node: no more leaves a node than can have come to it, and no more goes one way
than went there. What goes in a circle (rework) came into the circle once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from models.domain.quantities import ZERO, plain
from models.domain.trace import Step, Trace, name_of


class Feed(NamedTuple):
    """What a job drew of a lot."""

    job: str
    source: str
    part: str
    quantity: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class Books:
    """What is known beside the trace. `got`: all that ever came to a lot, or to pieces at work but for rework,
    wherever from. `kept`: surplus of pieces at work that nobody had sent, which may be of anything. `drawn`: what the jobs
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


class _Bounds:
    def __init__(self, trace: Trace, books: Books) -> None:
        self.books = books
        self.roots = frozenset(trace.roots)
        self.out: dict[str, list[Step]] = {}
        self.into: dict[str, list[Step]] = {}
        # Nodes with others among them, and how many of theirs can be of the roots in which unit; no unit where
        # nobody can say.
        self.most: dict[str, tuple[Decimal, str]] = {
            root: (some, unit)
            for root, (some, unit) in books.began.items()
            if some < books.got.get(root, ZERO)
        }
        for step in trace.steps:
            source, target = step.link.source, step.link.target
            # Ways of other pieces out of a load, and back to where it began, bring nothing.
            if source not in trace.ahead or target not in trace.ahead or target in self.roots:
                continue
            if source in self.roots or not source.startswith("load:"):
                self.out.setdefault(source, []).append(step)
                self.into.setdefault(target, []).append(step)

    def found(self) -> AtMost:
        if not self.most and not any(self._has_others(node) for node in self.into):
            return AtMost()
        for group in _groups(self.roots, self.out):
            if self.roots.isdisjoint(group):
                self._bound(group)
        links = {}
        for steps in self.into.values():
            for step in steps:
                bound, mixed = self._along(step)
                if mixed:
                    links[step.link.key] = plain(bound)
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
        came = (step.link.quantity for step in steps if step.link.how != "rework")
        return sum(came, ZERO) < self.books.got.get(node, ZERO)

    def _same_parts(self, job: str) -> list[Feed]:
        """What the job drew of the parts that come to it from the roots, of whatever lot."""
        sources = {step.link.source for step in self.into[job]}
        feeds = self.books.drawn[job]
        parts = {feed.part for feed in feeds if feed.source in sources}
        return [feed for feed in feeds if feed.part in parts]

    def _one_for_one(self, job: str) -> bool:
        """Whether no piece that the job drew can have become several: it drew as many of the part as it makes."""
        makes = max(self.books.wanted.get(job, ZERO), self._there(job))
        drew: dict[str, Decimal] = {}
        for feed in self._same_parts(job):
            drew[feed.part] = drew.get(feed.part, ZERO) + feed.quantity
        return bool(drew) and all(quantity >= makes for quantity in drew.values())

    def _bound(self, group: frozenset[str]) -> None:
        """The nodes of one circle, mostly a single one, have what came to it from elsewhere."""
        came = [
            (step, *self._along(step))
            for node in group
            for step in self.into.get(node, ())
            if step.link.source not in group
        ]
        if not any(mixed for _, _, mixed in came) and not any(map(self._has_others, group)):
            return
        units = {step.link.unit for step, _, _ in came}
        jobs = [node for node in group if node.startswith("job:")]
        countable = len(units) == 1 and all(map(self._one_for_one, jobs))
        kept = sum((self.books.kept.get(node, ZERO) for node in group), ZERO)
        of_source: dict[str, Decimal] = {}
        for step, bound, _ in came:
            of_source[step.link.source] = of_source.get(step.link.source, ZERO) + bound
        # In however many boxes: from one place came no more than were there.
        for source, some in of_source.items():
            most, unit = self.most.get(source, (some, ""))
            of_source[source] = min(some, most) if unit in units else some
        whole = sum(of_source.values(), kept)
        for node in group:
            self.most[node] = (whole, next(iter(units)) if countable else "")

    def _along(self, step: Step) -> tuple[Decimal, bool]:
        """How many at most went this way, and whether others may have."""
        link = step.link
        went = link.quantity or link.assumed
        whole_root = link.source in self.roots and link.source not in self.most
        if whole_root or link.load in self.roots:
            return went, bool(step.unsure)
        if link.source not in self.most:
            # What nobody named is assumed to be more than there was, where several lots were out.
            return link.quantity or min(went, self._there(link.source)), bool(step.unsure)
        most, unit = self.most[link.source]
        return (min(went, most) if unit == link.unit else went), True

    def _there(self, node: str) -> Decimal:
        if node in self.books.got:
            return self.books.got[node]
        steps = self.out.get(node, ()) if node.startswith("job:") else self.into.get(node, ())
        return sum((step.link.quantity or step.link.assumed for step in steps), ZERO)


def _groups(roots: Iterable[str], out: Mapping[str, Sequence[Step]]) -> list[frozenset[str]]:
    """The nodes, those that lead to each other together, each group before what it leads to (Tarjan's way, with
    a list in place of calls: a genealogy may be deeper than Python calls)."""
    number: dict[str, int] = {}
    lowest: dict[str, int] = {}
    path: list[str] = []
    waiting: set[str] = set()
    found: list[frozenset[str]] = []
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
                group = {node}
                while (last := path.pop()) != node:
                    group.add(last)
                waiting -= group
                found.append(frozenset(group))
    return found[::-1]
