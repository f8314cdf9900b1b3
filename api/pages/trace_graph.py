"""A trace as a drawing: layers from raw material on the left to customers on the right.

A layer with many nodes of one kind folds them into one box that says how many; its link opens it. Every
other box leads to the trace that begins there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from api.pages.trace_labels import HIGH, WIDE, apart, area
from models.domain.quantities import ZERO

View = Mapping[str, Any]
# So many of one kind stand side by side in a layer before they are folded; so many at most when opened.
MOST, _MOST_OPENED = 8, 80
_WIDE, _HIGH, _GAP, _ROW, _EDGE = WIDE, HIGH, 72, 16, 16
# With more lines than this nobody reads their quantities.
_MOST_LABELS = 300


@dataclass(frozen=True, slots=True)
class Box:
    """One node, or many of a kind: `of` are their ids, `fold` is the name of the group it was folded into."""

    id: str
    kind: str
    layer: int
    of: tuple[str, ...]
    fold: str = ""
    x: int = 0
    y: int = 0


@dataclass
class Line:
    """All that goes from one box to another; dashed when it is not sure."""

    source: str
    target: str
    sums: dict[str, Decimal] = field(default_factory=dict)
    returns: bool = False
    unsure: bool = True
    path: str = ""
    x: int = 0
    y: int = 0


@dataclass(frozen=True, slots=True)
class Drawing:
    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    labelled: bool
    box_width: int = _WIDE
    box_height: int = _HIGH


def drawing(
    nodes: Sequence[View],
    edges: Sequence[View],
    roots: Collection[str],
    opened: Collection[str],
    most: int = MOST,
) -> Drawing:
    """More than `most` of a kind are folded; `opened` names the groups that are not."""
    kinds = {node["id"]: node["kind"] for node in nodes if node["kind"] not in ("supplier", "customer")}
    edges = _beside_loads(edges)
    layers = _layers(kinds, edges)
    boxes = _boxes(kinds, layers, set(roots), set(opened), most)
    within = {node: box.id for box in boxes for node in box.of}
    lines = _lines(edges, within)
    placed = _placed(boxes, lines)
    at = {box.id: box for box in placed}
    out, into = Counter(line.source for line in lines), Counter(line.target for line in lines)
    for line in lines:
        _draw(line, at[line.source], at[line.target], fanned=out[line.source] > into[line.target])
    if len(lines) <= _MOST_LABELS:
        apart(lines, placed)
    width = max((box.x + _WIDE for box in placed), default=0) + _EDGE
    height = max((*(box.y + _HIGH for box in placed), *(line.y for line in lines)), default=0) + _EDGE
    return Drawing(width, height, tuple(placed), tuple(lines), len(lines) <= _MOST_LABELS)


def _beside_loads(edges: Sequence[View]) -> list[View]:
    """A load is beside the order that was in it, whichever way it was reached: pieces go in and come out again
    as the same pieces, and one line says that."""
    into = {(edge["from"], edge["to"]) for edge in edges}
    found: list[View] = []
    for edge in edges:
        source, target = edge["from"], edge["to"]
        if not source.startswith("load:"):
            found.append(edge)
        elif (target, source) not in into:
            found.append({**edge, "from": target, "to": source})
    return found


def _layers(kinds: Mapping[str, str], edges: Iterable[View]) -> dict[str, int]:
    """Each node one layer behind the last one it came from; what leads back does not count, and a load stands with
    its order. Customers are the last."""
    ahead: dict[str, set[str]] = {node: set() for node in kinds}
    into: dict[str, set[str]] = {node: set() for node in kinds}
    ways = {(edge["from"], edge["to"]) for edge in edges if edge["how"] not in ("rework", "return")}
    for source, target in ways:
        ahead[source].add(target)
        into[target].add(source)
    layers = dict.fromkeys(kinds, 0)
    waiting = {node: len(sources) for node, sources in into.items()}
    ready = [node for node in kinds if not waiting[node]]
    left = dict.fromkeys(kinds)
    while left:
        node = ready.pop() if ready else _cut(left, into, ahead, layers)
        if node not in left:
            continue
        del left[node]
        for target in ahead[node]:
            if target in left:
                beside = kinds[target] == "load"
                layers[target] = max(layers[target], layers[node] + (not beside))
                waiting[target] -= 1
                if not waiting[target]:
                    ready.append(target)
    last = max(layers.values(), default=0)
    return {node: last if kinds[node] == "dispatch" else layer for node, layer in layers.items()}


def _cut(
    left: Collection[str],
    into: Mapping[str, Collection[str]],
    ahead: Mapping[str, Collection[str]],
    layers: Mapping[str, int],
) -> str:
    """Everything waits for something else: there is a circle. The one that nothing else leads to is cut where one
    comes into it, at what is nearest."""
    node = next(iter(left))
    while True:
        before, behind = _all_from(node, into, left), _all_from(node, ahead, left)
        other = next((each for each in left if each in before and each not in behind), None)
        if other is None:
            break
        node = other
    circle = [each for each in left if each in before]
    come_upon = [each for each in circle if any(source not in left for source in into[each])]
    return min(come_upon or circle, key=lambda each: layers[each])


def _all_from(node: str, ways: Mapping[str, Collection[str]], left: Collection[str]) -> set[str]:
    found, edge = {node}, [node]
    while edge:
        some = [each for each in ways[edge.pop()] if each in left and each not in found]
        found.update(some)
        edge += some
    return found


def _boxes(
    kinds: Mapping[str, str], layers: Mapping[str, int], roots: set[str], opened: set[str], folded: int
) -> list[Box]:
    groups: dict[tuple[int, str], list[str]] = {}
    for node, kind in kinds.items():
        groups.setdefault((layers[node], kind), []).append(node)
    found = []
    for (layer, kind), nodes in sorted(groups.items()):
        name = f"{layer}.{kind}"
        most = _MOST_OPENED if name in opened else folded
        alone = [node for node in nodes if node in roots][:most]
        if len(nodes) <= most or name in opened:
            alone += [node for node in nodes if node not in alone][: most - len(alone)]
        found += [Box(node, kind, layer, (node,)) for node in alone]
        rest = tuple(node for node in nodes if node not in set(alone))
        if rest:
            found.append(Box(f"fold:{name}", kind, layer, rest, fold=name))
    return found


def _lines(edges: Iterable[View], within: Mapping[str, str]) -> list[Line]:
    found: dict[tuple[str, str], Line] = {}
    for edge in edges:
        source, target = within[edge["from"]], within[edge["to"]]
        if source == target:
            continue
        line = found.setdefault((source, target), Line(source, target))
        line.sums[edge["unit"]] = line.sums.get(edge["unit"], ZERO) + edge["quantity"]
        line.returns = line.returns or edge["how"] in ("rework", "return")
        line.unsure = line.unsure and "unsure" in edge
    return list(found.values())


def _placed(boxes: Sequence[Box], lines: Sequence[Line]) -> list[Box]:
    """Boxes in rows, each near the middle of those it came from."""
    before: dict[str, list[str]] = {}
    for line in lines:
        if not line.returns:
            before.setdefault(line.target, []).append(line.source)
    row: dict[str, float] = {}
    found = []
    for layer in sorted({box.layer for box in boxes}):
        mine = [box for box in boxes if box.layer == layer]
        middle = {
            box.id: sum(row.get(source, 0) for source in before.get(box.id, ())) / len(before[box.id])
            if before.get(box.id)
            else 0.0
            for box in mine
        }
        for place, box in enumerate(_in_rows(mine, middle, before)):
            row[box.id] = float(place)
            x = _EDGE + layer * (_WIDE + _GAP)
            y = _EDGE + place * (_HIGH + _ROW)
            found.append(Box(box.id, box.kind, box.layer, box.of, box.fold, x, y))
    return found


def _in_rows(
    mine: Sequence[Box], middle: Mapping[str, float], before: Mapping[str, Sequence[str]]
) -> list[Box]:
    """A load directly under the last of its orders."""
    found = sorted(mine, key=lambda box: (middle[box.id], box.kind, box.id))
    place = {box.id: (row, "", "") for row, box in enumerate(found)}
    for box in found:
        orders = [place[order][0] for order in before.get(box.id, ()) if order in place]
        if box.kind == "load" and orders:
            place[box.id] = (max(orders), box.kind, box.id)
    return sorted(found, key=lambda box: place[box.id])


def _draw(line: Line, source: Box, target: Box, *, fanned: bool) -> None:
    """`fanned`: many begin where it does, so that its quantity has room only where it ends."""
    begin, end = (source.x + _WIDE, source.y + _HIGH // 2), (target.x, target.y + _HIGH // 2)
    if target.x > source.x:
        bend = (end[0] - begin[0]) // 2
        line.path = (
            f"M{begin[0]} {begin[1]}C{begin[0] + bend} {begin[1]} {end[0] - bend} {end[1]} {end[0]} {end[1]}"
        )
        line.x, line.y = begin[0] + _GAP // 2, begin[1] + (end[1] - begin[1]) * _GAP // 2 // max(bend * 2, 1)
        if fanned:
            line.x, line.y = end[0] - _GAP // 2, end[1]
    elif target.x < source.x:
        # Back to where it came from: between the boxes, under what goes ahead there.
        low = _HIGH * 4 // 5
        begin, end = (source.x, source.y + low), (target.x + _WIDE, target.y + low)
        bend = (begin[0] - end[0]) // 2
        line.path = (
            f"M{begin[0]} {begin[1]}C{begin[0] - bend} {begin[1]} {end[0] + bend} {end[1]} {end[0]} {end[1]}"
        )
        line.x, line.y = begin[0] - _GAP // 2, begin[1] + 17
    else:
        # To what stands in the same column; there is room for the quantity above or below that.
        down = target.y > source.y
        line.x, line.y = target.x + _WIDE * 3 // 4, target.y if down else target.y + _HIGH + _ROW
        if target.y - source.y == _HIGH + _ROW:
            middle = source.x + _WIDE // 2
            line.path = f"M{middle} {source.y + _HIGH}L{middle} {target.y}"
        else:
            out = source.x - _GAP // 3
            line.path = f"M{source.x} {begin[1]}C{out} {begin[1]} {out} {end[1]} {target.x} {end[1]}"
            # On its curve, where that leaves the box: before the target is the quantity of what stands next to it.
            line.x = source.x - round(area(line.sums, 0, 0).right) - 2
            line.y = source.y + _HIGH + _ROW if down else source.y
