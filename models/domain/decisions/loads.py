"""Which reported load the pieces of a box were in."""

from __future__ import annotations

from dataclasses import replace

from models.domain.errors import Invalid, Refusal
from models.domain.order import Line
from models.domain.records import Load


def the_load(line: Line, lot: str, name: str, index: int) -> Load | None:
    """The reported load of the line, and of `lot` when one is named; None when `name` is empty.

    A number used again on another day is told apart by equipment and start, as its full name says.
    """
    if not name:
        return None
    by_node: dict[str, Load] = {}
    for load in line.reported_loads:
        if not lot or lot in load.lots:
            # One load reported in parts holds all of their lots.
            before = by_node.get(load.node)
            lots = {**before.lots, **load.lots} if before is not None else load.lots
            by_node[load.node] = replace(load, lots=lots)
    found = [load for load in by_node.values() if name in (load.load, load.full_name)]
    if len(found) == 1:
        return found[0]
    field = f"lines.{index}.load"
    if found:
        raise Refusal(
            "ship.load_several",
            "Load {load} was reported more than once; name one of these: {loads}.",
            field=field,
            load=name,
            loads=", ".join(load.full_name for load in found),
        )
    raise Invalid(
        "ship.load_unknown",
        "Load {load} was not reported for line {line}; reported were: {loads}.",
        field=field,
        load=name,
        line=line.line,
        loads=", ".join(dict.fromkeys(load.load for load in by_node.values())) or "none",
    )
