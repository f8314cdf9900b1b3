"""The nodes, steps and tables of a trace in the reader's words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlencode

from activities.i18n import N_
from api.pages.order.compliance_told import MELTED
from api.supplier.words import Words
from models.domain.melting import Melted
from models.queries.trace_nodes import load_named
from models.queries.trace_view import conversions_of

View = Mapping[str, Any]
# What a node, or what somebody typed, is.
KINDS: dict[str, str] = {
    "lot": N_("Lot"),
    "work_order": N_("Work order"),
    "order": N_("Order"),
    "parcel": N_("Parcel"),
    "transfer": N_("Transfer"),
    "load": N_("Load"),
    "dispatch": N_("Dispatch"),
    "scrap": N_("Scrap"),
    "heat": N_("Heat"),
    "supplier_lot": N_("Supplier lot"),
    "serial": N_("Serial number"),
    "certificate": N_("Certificate"),
}
FOLDED: dict[str, str] = {
    "lot": N_("{count} lots"),
    "work_order": N_("{count} work orders"),
    "order": N_("{count} orders"),
    "load": N_("{count} loads"),
    "dispatch": N_("{count} dispatches"),
    "scrap": N_("{count} scrapped lots"),
}
# What happened on the way from one node to the next.
HOW: dict[str, str] = {
    "consume": N_("used"),
    "process": N_("processed"),
    "split": N_("split"),
    "merge": N_("merged"),
    "rework": N_("to rework"),
    "ship": N_("sent"),
    "return": N_("returned unprocessed"),
    "dispatch": N_("dispatched"),
    "scrap": N_("scrapped"),
}
# What `return` says of rejects: they went to their supplier for good.
GONE_BACK = N_("rejected, returned to the supplier")
UNSURE: dict[str, str] = {
    "lot": N_("nobody named the lot"),
    "load": N_("nobody named the load"),
}
# As short as a box of the drawing has room for.
MELT_WORDS: dict[Melted, str] = {
    Melted.UNITED_STATES: N_("US melt"),
    Melted.QUALIFYING: N_("qualifying melt"),
    Melted.ELSEWHERE: N_("other melt"),
    Melted.UNKNOWN: N_("melt unknown"),
}
UNFOLLOWED = N_("Customers are not followed in this direction.")
_DEPTH, _MOST_STEPS = 60, 400


@dataclass(frozen=True, slots=True)
class Melt:
    """Where a lot's metal was melted: a mark's kind, a word of it, and all of it."""

    kind: str
    word: str
    text: str


@dataclass(frozen=True, slots=True)
class Name:
    """What a node is called: its kind, its name, a line about it, and the record it is in."""

    kind: str
    name: str
    about: str
    href: str
    held: bool = False
    melt: Melt | None = None


@dataclass
class Twig:
    """A step of the nested list: where it leads, how many went, and what lies beyond."""

    name: Name
    how: str = ""
    quantity: str = ""
    unsure: str = ""
    # It is told further up already.
    again: bool = False
    beyond: list[Twig] = field(default_factory=list)


def names(words: Words, nodes: Iterable[View], customers: Iterable[View]) -> dict[str, Name]:
    """By node."""
    who = {row["dispatch"]: row["customer_name"] or row["customer"] for row in customers}
    return {node["id"]: _name(words, node, who) for node in nodes if node["kind"] in KINDS}


def _name(words: Words, node: View, who: Mapping[str, str]) -> Name:
    kind, number = node["kind"], node["id"].partition(":")[2]
    said = words.say(KINDS[kind])
    if kind == "lot":
        about = " · ".join(filter(None, (node.get("part"), node.get("heat_number"))))
        held = bool(node.get("held") or node.get("held_with"))
        return Name(said, number, about, record("lots", number), held, _melt(words, node))
    if kind == "scrap":
        return Name(said, number, "", record("lots", number))
    if kind == "work_order":
        return Name(said, number, node.get("part", ""), record("work-orders", number))
    if kind == "order":
        order = number.partition(":")[0]
        about = " · ".join(filter(None, (node.get("supplier_name"), node.get("process"))))
        return Name(said, order, about, f"/orders/{quote(order, safe='')}")
    if kind == "load":
        begun = words.time(datetime.fromisoformat(node["started_at"]))
        return Name(said, node["load"], " · ".join((node["equipment"], begun, node["supplier"])), "")
    customer = who.get(number) or node.get("customer", "")
    return Name(said, customer, number, f"/dispatches/{quote(number, safe='')}", bool(node.get("held")))


def _melt(words: Words, node: View) -> Melt | None:
    """Of lots of a trace in which it matters."""
    if "melted" not in node:
        return None
    where = Melted(node["melted"])
    kind, text = MELTED[where]
    return Melt(kind, words.say(MELT_WORDS[where]), words.say(text))


def went(how: str, *, to_order: bool) -> str:
    """What happened on the way to a node."""
    return GONE_BACK if how == "return" and to_order else HOW[how]


def called(words: Words, kind: str, value: str) -> str:
    """What somebody traced: a load by its equipment, number and start."""
    return _load(words, load_named(value)) if kind == "load" else value


def _load(words: Words, load: View) -> str:
    """Furnace 3 · L-311 · Thu 8 Oct 11:00"""
    begun = words.time(datetime.fromisoformat(load["started_at"]))
    return " · ".join((load["equipment"], load["load"], begun))


def record(kind: str, number: str) -> str:
    return f"/master/{kind}/{quote(number, safe='')}"


def asking(identifier: str, direction: str = "", **others: str) -> str:
    """The address of a trace."""
    given = {"q": identifier, "direction": direction, **others}
    return f"/trace?{urlencode({name: value for name, value in given.items() if value})}"


def identifier(node: str) -> str:
    """What names a node alone."""
    kind, _, name = node.partition(":")
    if kind == "order":
        name = name.partition(":")[0]
    named = {"job": "work_order", "scrap": "lot"}.get(kind, kind)
    return f"{named}:{name}"


def counted(words: Words, edge: View) -> Iterator[str]:
    """61.2 kg → 300 pcs; counted in another unit: 1 kg = 4.9 pcs"""
    if "taken" in edge:
        whole = [
            words.amount(edge["taken"], edge["taken_unit"]),
            words.amount(edge["quantity"], edge["unit"]),
        ]
        yield " → ".join(whole if edge["how"] == "ship" else reversed(whole))
    for each in conversions_of(edge):
        yield words.say(
            N_("counted in another unit: {one} = {ours}"),
            one=words.amount(Decimal(1), each["counted_in"]),
            ours=words.amount(each["conversion"], edge["unit"]),
        )


def twigs(words: Words, view: View, known: Mapping[str, Name], *, forward: bool) -> list[Twig]:
    """The trace as a nested list, each node's further way told once."""
    near, far = ("from", "to") if forward else ("to", "from")
    steps: dict[str, list[View]] = {}
    for edge in view["edges"]:
        steps.setdefault(edge[near], []).append(edge)
    seen: set[str] = set()
    left = [_MOST_STEPS]

    def grown(node: str, depth: int) -> list[Twig]:
        found = []
        for edge in steps.get(node, ()):
            beyond = edge[far]
            if left[0] <= 0 or depth > _DEPTH:
                break
            left[0] -= 1
            again = beyond in seen
            seen.add(beyond)
            found.append(
                Twig(
                    known[beyond],
                    words.say(went(edge["how"], to_order=edge["to"].startswith("order:"))),
                    " · ".join([words.amount_of(edge), *counted(words, edge)]),
                    words.say(UNSURE[edge["unsure"]]) if "unsure" in edge else "",
                    again,
                    # What is beyond a load is beside it.
                    [] if again or beyond.startswith("load:") else grown(beyond, depth + 1),
                )
            )
        return found

    roots: Sequence[str] = view["root"]["nodes"]
    seen.update(roots)
    return [Twig(known[root], beyond=grown(root, 0)) for root in roots if root in known]
