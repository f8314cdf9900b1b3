"""The inputs a form of master data has, and how each turns what was typed into a value and back.

What was typed is one flat table of texts: `milestones.2.code` is a cell of a repeated row,
`notify.orders` one tick of several. So are the paths in which refusals name what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlmodel import Session

from activities.i18n import N_
from api.supplier.fields import Fields, plain_number
from api.supplier.words import Words
from models.domain.quantities import whole

# Value and what it is called.
Option = tuple[str, str]
Options = Callable[[Session, Words], Sequence[Option]]
Typed = Mapping[str, str]
# `pick`: one of what exists; `suggest`: anything, what exists is offered; `several`: ticks; `lines`: a list
# with one entry a line, or commas between.
Kind = Literal[
    "text",
    "area",
    "number",
    "whole",
    "day",
    "moment",
    "flag",
    "pick",
    "suggest",
    "several",
    "sample",
    "lines",
    "password",
]
ON = "on"
# Digits of a row's number: a form with more rows than that is none of ours.
LONGEST_ROW = 4
_AQL = "AQL"


@dataclass(frozen=True, slots=True)
class Input:
    """One value. `when`: asked only when something is made, or only when it is changed; `key`: part of
    what it is known by, so asked once and shown ever after; `blank`: nothing may be picked."""

    name: str
    label: str
    kind: Kind = "text"
    hint: str = ""
    options: Options | None = None
    when: Literal["always", "made", "changed"] = "always"
    key: bool = False
    blank: bool = True

    def value(self, fields: Fields, at: str) -> Any:
        """What the body is given; None for what was left empty."""
        text = fields.raw(at)
        match self.kind:
            case "flag":
                return text == ON
            case "several":
                ticks = [name.removeprefix(f"{at}.") for name in fields.typed if name.startswith(f"{at}.")]
                return [int(tick) if tick.isdecimal() else tick for tick in ticks]
            case "number":
                return _number(fields, at, text) if text else None
            case "whole":
                number = whole(text)
                return number if number is not None else text or None
            case "sample":
                return sample_rule(text) if text else None
            case "lines":
                return [entry for each in text.replace(",", "\n").split("\n") if (entry := each.strip())]
            case _:
                return text or None

    def texts(self, value: Any, at: str) -> dict[str, str]:
        """How a value stands in the form; nothing for what is empty."""
        if value is None or value is False or value == "":
            return {}
        match self.kind:
            case "flag":
                return {at: ON}
            case "several":
                return {f"{at}.{each}": ON for each in value}
            case "sample":
                return {at: sample_text(value)}
            case "lines":
                return {at: "\n".join(value)} if value else {}
            case _:
                return {at: str(value)}


@dataclass(frozen=True, slots=True)
class Rows:
    """A list: a row of inputs for each entry, as many rows as one adds."""

    name: str
    label: str
    inputs: tuple[Input, ...]
    add: str
    hint: str = ""
    when: Literal["always", "made", "changed"] = "always"
    key: bool = False

    def value(self, fields: Fields, at: str) -> list[dict[str, Any]]:
        return [
            {
                each.name: found
                for each in self.inputs
                if (found := each.value(fields, f"{at}.{row}.{each.name}")) is not None
            }
            for row in range(rows_of(fields.typed, at))
        ]

    def texts(self, value: Any, at: str) -> dict[str, str]:
        found: dict[str, str] = {}
        for row, entry in enumerate(value or ()):
            for each in self.inputs:
                found |= each.texts(entry.get(each.name), f"{at}.{row}.{each.name}")
        return found


def rows_of(typed: Typed, at: str) -> int:
    """How many rows of a list were typed into, or left empty."""
    numbers = [name.removeprefix(f"{at}.").partition(".")[0] for name in typed if name.startswith(f"{at}.")]
    return max(
        (int(number) + 1 for number in numbers if number.isdecimal() and len(number) <= LONGEST_ROW),
        default=0,
    )


def sample_rule(text: str) -> Any:
    """`all`, a number of pieces, or `AQL 1.0` as the API writes it; anything else as it is, to be refused."""
    number = whole(text)
    if number is not None:
        return number
    if text.upper().startswith(_AQL):
        return {"aql": text[len(_AQL) :].strip()}
    return text.lower()


def sample_text(rule: Any) -> str:
    return f"{_AQL} {rule['aql']}" if isinstance(rule, dict) else str(rule)


def words_for(*options: Option) -> Options:
    """Options that are always the same, their words marked for translation."""
    return lambda _session, words: [(value, words.say(label)) for value, label in options]


LANGUAGES = words_for(("en", "English"), ("zh", "中文"), ("es", "Español"))


def _number(fields: Fields, at: str, text: str) -> str:
    number = plain_number(text)
    if number is None:
        fields.wrong(at, N_("Write {entered} without marks between thousands, such as 1200."), entered=text)
    return number or ""
