"""The lines of a draft's form: one more, one less, one put back; nothing that was typed is lost."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from api.pages.drafting.form import ON, line_for, lines_of, lots_in
from models.queries.sourcing import Outside

# The line that was taken out last is kept under this name, to be put back.
TAKEN = "removed"
# What a form carries beside what it says.
ENVELOPE = frozenset({"form", "do", "seen", "add"})
# WO-3201 · 30, or with any other mark between them.
_JOB_AND_OPERATION = re.compile(r"(?P<job>.+?)[\s·/,;]+(?P<operation>\d{1,9})")
_LONGEST_NUMBER = 9

Typed = Mapping[str, str]


def named(text: str) -> tuple[str, int | None]:
    """The work order and the operation somebody names; the operation is None when only the job is named."""
    found = _JOB_AND_OPERATION.fullmatch(text)
    return (found["job"], int(found["operation"])) if found else (text, None)


def added(typed: Typed, found: Outside, lots: list[tuple[str, Decimal]]) -> dict[str, str]:
    """The form with one more line, for this operation."""
    place = lines_of(typed)
    return {**typed, "add": ""} | line_for(place, max(_numbers(typed), default=0) + 1, found, lots)


def without(typed: Typed, place: int) -> dict[str, str]:
    """The form without one of its lines, which may be put back."""
    rest = _but(typed, "lines", TAKEN)
    if place >= lines_of(typed):
        return dict(typed)
    rest |= _moved(typed, f"lines.{place}", TAKEN)
    for old in range(lines_of(typed)):
        if old != place:
            rest |= _moved(typed, f"lines.{old}", f"lines.{old - (old > place)}")
    return _numbered(rest)


def again(typed: Typed) -> dict[str, str]:
    """The form with the line that was taken out, as its last."""
    if f"{TAKEN}.work_order" not in typed:
        return dict(typed)
    at = f"lines.{lines_of(typed)}"
    back = _but(typed, TAKEN) | _moved(typed, TAKEN, at)
    if back.get(f"{at}.line") in {str(number) for number in _numbers(typed)}:
        back[f"{at}.line"] = str(max(_numbers(typed)) + 1)
    return _numbered(back)


def said(typed: Typed) -> dict[str, str]:
    """What the form says and nothing more, short enough for an address: of the lots only those that go out."""
    found = {name: text for name, text in _but(typed, "lines", TAKEN).items() if name not in ENVELOPE}
    for place in range(lines_of(typed)):
        at = f"lines.{place}"
        found |= _but(_moved(typed, at, at), f"{at}.lots")
        last = lots_in(typed, at) - 1
        out = [row for row in range(last) if typed.get(f"{at}.lots.{row}.use") == ON]
        for row, old in enumerate([*out, last]):
            found |= _moved(typed, f"{at}.lots.{old}", f"{at}.lots.{row}")
    return found


def _numbers(typed: Typed) -> list[int]:
    texts = [typed.get(f"lines.{place}.line", "") for place in range(lines_of(typed))]
    return [int(text) for text in texts if text.isdecimal() and len(text) <= _LONGEST_NUMBER]


def _numbered(typed: dict[str, str]) -> dict[str, str]:
    """Lines of an order nobody has saved yet are counted from one; those of a draft keep their numbers."""
    if not typed.get("number"):
        typed |= {f"lines.{place}.line": str(place + 1) for place in range(lines_of(typed))}
    return typed


def _but(typed: Typed, *names: str) -> dict[str, str]:
    begun = tuple(f"{name}." for name in names)
    return {name: text for name, text in typed.items() if not name.startswith(begun)}


def _moved(typed: Typed, old: str, new: str) -> dict[str, str]:
    inside = f"{old}."
    return {
        f"{new}.{name.removeprefix(inside)}": text for name, text in typed.items() if name.startswith(inside)
    }
