"""Two people at one draft: what differs between two states of it, and what both of them want."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from models.domain.facts import Draft, DraftLine

# What a draft says of the whole order, in the order of its form.
TERMS = (
    "supplier",
    "need_by",
    "purchase_order",
    "process",
    "spec",
    "spec_revision",
    "priority",
    "plant",
)
# What it says of a line. Several fields that mean one thing are one: what they say is said together.
OF_A_LINE: Mapping[str, tuple[str, ...]] = {
    "operation": ("work_order", "operation"),
    "quantity": ("quantity",),
    "price": ("unit_price", "currency", "basis"),
    "tolerance": ("tolerance",),
    "first_article": ("first_article",),
    "setup_allowance": ("setup_allowance",),
    "lots": ("lots",),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that was `before` and is `after` now; `line` is its line's number, 0 for the whole order.

    Values of `OF_A_LINE` are tuples; `what` is `line` for one that was added or taken out, which is None
    on the other side.
    """

    what: str
    line: int
    before: Any
    after: Any


def differences(before: Draft, after: Draft) -> list[Difference]:
    """Everything in which they differ, in the order of the form."""
    found: list[Difference] = []
    was, now = _by_number(before), _by_number(after)
    for number in sorted(was.keys() | now.keys()):
        old, new = was.get(number), now.get(number)
        if old is None or new is None:
            found.append(Difference("line", number, old, new))
        else:
            found += _of_a_line(number, old, new)
    terms = ((name, getattr(before, name), getattr(after, name)) for name in TERMS)
    return found + [Difference(name, 0, old, new) for name, old, new in terms if old != new]


def merged(before: Draft, mine: Draft, theirs: Draft) -> Draft:
    """`theirs` with everything in which `mine` differs from what it began with."""
    terms = {name: _chosen(before, mine, theirs, (name,))[0] for name in TERMS}
    return replace(theirs, **terms, lines=tuple(_lines(_by_number(before), mine.lines, _by_number(theirs))))


def _lines(
    was: Mapping[int, DraftLine], mine: Iterable[DraftLine], theirs: Mapping[int, DraftLine]
) -> Iterator[DraftLine]:
    """Theirs in their order, then those only I have. A line one of us took out stays away unless the
    other changed it."""
    own = {line.line: line for line in mine}
    for number, line in theirs.items():
        old, yours = was.get(number), own.get(number)
        if old is not None and yours is not None:
            chosen = {
                name: value
                for names in OF_A_LINE.values()
                for name, value in zip(names, _chosen(old, yours, line, names), strict=True)
            }
            yield replace(line, **chosen)
        elif old is None or line != old:
            yield line
    free = max([0, *was, *theirs, *own]) + 1
    for number, line in own.items():
        old = was.get(number)
        if number not in theirs:
            if old is None or line != old:
                yield line
        elif old is None and line != theirs[number]:
            # Both of us added one: mine comes after theirs.
            yield replace(line, line=free)
            free += 1


def _chosen(before: object, mine: object, theirs: object, names: tuple[str, ...]) -> tuple[Any, ...]:
    """Mine where I changed it, theirs everywhere else."""
    old, new = _values(before, names), _values(mine, names)
    return new if _said(new) != _said(old) else _values(theirs, names)


def _of_a_line(number: int, old: DraftLine, new: DraftLine) -> Iterator[Difference]:
    for what, names in OF_A_LINE.items():
        was, now = _values(old, names), _values(new, names)
        if _said(was) != _said(now):
            yield Difference(what, number, was, now)


def _values(of: object, names: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(getattr(of, name) for name in names)


def _said(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """In which sequence the lots are named means nothing."""
    return tuple(sorted(value) if isinstance(value, tuple) else value for value in values)


def _by_number(draft: Draft) -> dict[int, DraftLine]:
    return {line.line: line for line in draft.lines}
