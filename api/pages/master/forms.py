"""A form of several inputs: read into a request body, filled from a record, compared with another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import orjson
from pydantic import BaseModel, ValidationError

from activities.i18n import N_
from api.errors import as_invalid
from api.pages.master.inputs import LONGEST_ROW, ON, Input, Rows, Typed, rows_of
from api.supplier.fields import Fields
from api.supplier.words import Words

Body = TypeVar("Body", bound=BaseModel)
Part = Input | Rows
# The buttons of a row, and what a form carries beside its values.
ADD, REMOVE = "add", "remove"
FORM, BEFORE = "form", "before"


@dataclass(frozen=True, slots=True)
class Change:
    """One input that says something else than before; `path` is its place in the form."""

    path: str
    part: Input
    # The list it is a cell of, and which row, counted from one.
    rows: Rows | None
    row: int
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Form:
    """The inputs of one kind of record, when it is made or when it is changed."""

    parts: tuple[Part, ...]

    def read(self, typed: Typed, body: type[Body]) -> Body:
        """Raises ``Invalid`` with every wrong field."""
        fields = Fields(typed)
        values = {part.name: part.value(fields, part.name) for part in self.parts}
        fields.check()
        try:
            return body.model_validate({name: value for name, value in values.items() if value is not None})
        except ValidationError as error:
            raise as_invalid(error.errors()) from None

    def fill(self, record: Mapping[str, Any]) -> dict[str, str]:
        """What the form says for a record."""
        found: dict[str, str] = {}
        for part in self.parts:
            found |= part.texts(record.get(part.name), part.name)
        return found

    def kept(self, typed: Typed) -> dict[str, str]:
        """Only what was typed into this form's inputs, without empty ones and empty rows."""
        own = {name: text for name, text in typed.items() if text and self._owns(name)}
        for part in self.parts:
            if isinstance(part, Rows):
                own = _closed_up(own, part)
        return own

    def again(self, typed: Typed) -> dict[str, str]:
        """What is shown when a row was to be added or removed: everything typed, empty rows too."""
        row = typed.get(REMOVE, "")
        own = {
            name: text
            for name, text in typed.items()
            if self._owns(name) and not (row and name.startswith(f"{row}."))
        }
        for part in self.parts:
            if isinstance(part, Rows):
                own = _closed_up(own, part, but_empty=True)
        return own

    def changes(self, before: Typed, after: Typed) -> list[Change]:
        """Every input in which they differ, in the order of the form."""
        found: list[Change] = []
        for part in self.parts:
            if isinstance(part, Input):
                found += _input_changes(part, part.name, before, after)
                continue
            for row in range(max(rows_of(before, part.name), rows_of(after, part.name))):
                for each in part.inputs:
                    path = f"{part.name}.{row}.{each.name}"
                    found += _input_changes(each, path, before, after, part, row + 1)
        return found

    def merged(self, before: Typed, typed: Typed, now: Typed) -> dict[str, str]:
        """What was typed where something was typed, and what the record says now everywhere else."""
        found: dict[str, str] = {}
        for part in self.parts:
            old, mine, theirs = (_of(part, each) for each in (before, typed, now))
            found |= theirs if mine == old else mine
        return found

    def called(self, path: str, words: Words) -> str:
        """What an input is called: Name, or Milestones, row 2, Code. Empty for what is not of this form."""
        name, _, rest = path.partition(".")
        for part in self.parts:
            if part.name != name:
                continue
            row, _, cell = rest.partition(".")
            if isinstance(part, Rows) and row.isdecimal():
                inside = [
                    words.say(each.label) for each in part.inputs if each.name == cell.partition(".")[0]
                ]
                in_row = words.say(N_("{table}, row {row}"), table=words.say(part.label), row=int(row) + 1)
                return ", ".join([in_row, *inside])
            return words.say(part.label)
        return ""

    def _owns(self, name: str) -> bool:
        return any(name == part.name or name.startswith(f"{part.name}.") for part in self.parts)


def sealed(texts: Typed) -> str:
    """A form's texts as one, to be sent along and compared with later."""
    return orjson.dumps(dict(texts), option=orjson.OPT_SORT_KEYS).decode()


def unsealed(text: str) -> dict[str, str]:
    """Nothing when it was made by hand: then everything counts as changed."""
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {}
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}


def _of(part: Part, texts: Typed) -> dict[str, str]:
    inside = f"{part.name}."
    return {name: text for name, text in texts.items() if name == part.name or name.startswith(inside)}


def _closed_up(texts: Typed, rows: Rows, *, but_empty: bool = False) -> dict[str, str]:
    """The rows of one list numbered anew without those in which nothing was typed."""
    inside = f"{rows.name}."
    found: dict[str, str] = {}
    entries: dict[int, dict[str, str]] = {}
    for name, text in texts.items():
        if not name.startswith(inside):
            found[name] = text
            continue
        row, _, cell = name.removeprefix(inside).partition(".")
        if row.isdecimal() and len(row) <= LONGEST_ROW:
            entries.setdefault(int(row), {})[cell] = text
    kept = 0
    for _, entry in sorted(entries.items()):
        # Where one of several must be picked, one always is: that alone is nothing typed.
        if but_empty or any(text and not _chosen(rows, cell) for cell, text in entry.items()):
            found |= {f"{inside}{kept}.{cell}": text for cell, text in entry.items()}
            kept += 1
    return found


def _chosen(rows: Rows, name: str) -> bool:
    return any(each.name == name and each.kind == "pick" and not each.blank for each in rows.inputs)


def _input_changes(
    part: Input, path: str, before: Typed, after: Typed, rows: Rows | None = None, row: int = 0
) -> Sequence[Change]:
    if part.kind != "several":
        old, new = before.get(path, ""), after.get(path, "")
        return [] if old == new else [Change(path, part, rows, row, old, new)]
    old, new = (",".join(ticks(path, each)) for each in (before, after))
    return [] if old == new else [Change(path, part, rows, row, old, new)]


def ticks(path: str, texts: Typed) -> list[str]:
    """Which of several are ticked."""
    inside = f"{path}."
    return sorted(
        name.removeprefix(inside) for name, text in texts.items() if name.startswith(inside) and text == ON
    )
