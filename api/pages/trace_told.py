"""What a trace says below its first line, the same for its page and on paper."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from activities.i18n import N_
from api.pages import trace_words as said
from api.pages.trace_graph import Box, Drawing
from api.pages.trace_tables import panels
from api.supplier.words import Words
from models.domain.trace import Direction

# Tables of more rows end after so many.
_MOST_ROWS = 500
DIRECTIONS = {
    Direction.BOTH: N_("Both ways"),
    Direction.BACK: N_("Where it came from"),
    Direction.FORWARD: N_("Where it went"),
}


def told(
    words: Words, view: said.View, known: Mapping[str, said.Name], picture: Drawing, direction: Direction
) -> dict[str, Any]:
    """Everything in words but the boxes, which lead somewhere on a page only."""
    back, ahead = (direction is not other for other in (Direction.FORWARD, Direction.BACK))
    return {
        "view": view,
        "kind": words.say(said.KINDS[view["root"]["kind"]]),
        "called": said.called(words, view["root"]["kind"], view["root"]["value"]),
        "picture": picture,
        "lines": _lines(words, picture),
        "back": said.twigs(words, view, known, forward=False) if back else [],
        "unfollowed": "" if ahead else words.say(said.UNFOLLOWED),
        "ahead": said.twigs(words, view, known, forward=True) if ahead else [],
        "panels": [
            (replace(each, rows=each.rows[:_MOST_ROWS]), len(each.rows))
            for each in panels(words, view, followed=ahead)
        ],
        "unsure": any("unsure" in edge for edge in view["edges"]),
        "nothing_drawn": [known[node["id"]] for node in view["nodes"] if node.get("nothing_drawn")],
        "differing": [
            (known[node["id"]], decision, ", ".join(names))
            for node in view["nodes"]
            for decision, names in _decided(node)
        ],
        "in_work": [known[node["id"]] for node in view["nodes"] if node.get("in_work")],
        # What is only held with another lot is marked, and that lot is named once.
        "held": [known[node["id"]] for node in view["nodes"] if node["kind"] == "lot" and node.get("held")],
    }


def _decided(node: said.View) -> list[tuple[str, list[str]]]:
    """The mismatches of a job by what quality decided about them, the undecided first."""
    found: dict[str, list[str]] = {}
    decided = node.get("mismatches_decided", {})
    for name in node.get("mismatches", ()):
        found.setdefault(decided.get(name, ""), []).append(name)
    return sorted(found.items())


def box(words: Words, box: Box, known: Mapping[str, said.Name], roots: Collection[str]) -> dict[str, Any]:
    """A node by its name; many that are folded by their number."""
    if box.fold:
        count = words.say(said.FOLDED[box.kind], count=len(box.of))
        held = any(known[node].held for node in box.of)
        name = said.Name(words.say(said.KINDS[box.kind]), count, "", "", held)
    else:
        name = known[box.id]
    place = {"x": box.x, "y": box.y, "kind": box.kind, "fold": bool(box.fold), "root": box.id in roots}
    return place | {"name": name}


def _lines(words: Words, picture: Drawing) -> list[dict[str, Any]]:
    return [
        {
            "path": line.path,
            "x": line.x,
            "y": line.y,
            "returns": line.returns,
            "unsure": line.unsure,
            "amount": words.listed(words.amount(some, unit) for unit, some in line.sums.items()),
        }
        for line in picture.lines
    ]
