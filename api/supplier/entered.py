"""What was typed into a form that can no longer be drawn, by the names its inputs had, to be copied."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from activities.i18n import N_
from api.supplier.naming import line_among
from api.supplier.tasks import Sight, label
from models.domain.pieces import line_of

# By the end of an input's name. What was only chosen from a list is not here.
NAMES: dict[str, str] = {
    "accepted": N_("Accepted"),
    "actual": N_("On which day?"),
    "carrier": N_("Carrier"),
    "ended_at": N_("Ended"),
    "equipment": N_("Equipment"),
    "forecast": N_("When do you expect it?"),
    "load": N_("Load number"),
    "note": N_("Note"),
    "promise_date": N_("Which day do you promise?"),
    "quantity": N_("Quantity"),
    "reason": N_("Why not?"),
    "started_at": N_("Began"),
    "supplier_order": N_("Your own order number, if you have one"),
    "tested": N_("Used up for tests, not in the box"),
    "tracking": N_("Tracking number"),
    "unit_price": N_("Price each"),
    "unprocessed": N_("Of those, unprocessed"),
    "why": N_("Why?"),
}


def entered(
    visit: Sight, task: str, typed: Mapping[str, str], names: Mapping[str, str] = NAMES
) -> tuple[tuple[str, str], ...]:
    """Label and value of everything that was typed; nothing that the form itself had put in. Without a
    supplier's `task` nothing is said of parts and lots."""
    return tuple(_entered(visit, task, typed, names))


def _entered(
    visit: Sight, task: str, typed: Mapping[str, str], names: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    words = visit.words
    for name, value in typed.items():
        group, _, rest = name.partition(".")
        index, _, last = rest.partition(".")
        if not value:
            continue
        if group == "v":
            yield _measured(visit, typed, index, last), value
        elif group == "parameters" and last == "value":
            yield typed.get(f"parameters.{index}.name", ""), value
        elif (called := name.rpartition(".")[2]) in names:
            place = _place(visit, task, typed, group, index) if task else ""
            yield " · ".join(filter(None, [place, words.say(names[called])])), value


def _measured(visit: Sight, typed: Mapping[str, str], index: str, sample: str) -> str:
    """Coating thickness, 2"""
    line = next((line for line in visit.order.lines if str(line.line) == typed.get("line")), None)
    asked = line.plan.characteristics if line is not None and line.plan is not None else ()
    name = asked[int(index)].name if index.isdecimal() and int(index[:9]) < len(asked) else ""
    return ", ".join(filter(None, [name, sample if sample.isdecimal() else ""]))


def _place(visit: Sight, task: str, typed: Mapping[str, str], group: str, index: str) -> str:
    """The part, and the lot where the form asked by lot; forms number both in the order's own sequence."""
    order = visit.order
    if task == "answer":
        found = [line_among(order, line, visit.words) for line in order.lines]
    else:
        wanted = typed.get("line", "") if group == "lots" else ""
        found = [label(visit, at) for at in order.stock if wanted in ("", str(line_of(at)))]
    return found[int(index)] if index.isdecimal() and int(index[:9]) < len(found) else ""
