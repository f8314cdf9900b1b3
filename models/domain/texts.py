"""Texts that people and their systems write: one line or several, and nothing that no screen shows.

A line break in a name would be a line of its own in the mails that carry it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass

from models.domain.errors import FieldError, Invalid

# What is told rather than named, wherever a request has a field of that name.
TOLD = frozenset({"reason", "note", "defect", "cause", "action"})

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_CONTROL_BUT_LINES = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def one_line(text: str) -> bool:
    """Whether it has neither line breaks nor other control characters."""
    return _CONTROL.search(text) is None


def some_lines(text: str) -> bool:
    """Whether it has no control characters but line breaks and tabs."""
    return _CONTROL_BUT_LINES.search(text) is None


def check(request: object) -> None:
    """Raises `Invalid` naming every text of a request that is not what its field takes."""
    wrong = tuple(_wrong(request, "", ""))
    if wrong:
        text = "Some fields do not fit; correct them and send it again."
        raise Invalid("text.control", text, errors=wrong)


def broken(field: str) -> FieldError:
    """What is said of a text that should be one line."""
    return FieldError(field, "Leave out line breaks and control characters.")


def _wrong(value: object, name: str, path: str) -> Iterator[FieldError]:
    if isinstance(value, str):
        if name in TOLD:
            if not some_lines(value):
                yield FieldError(path, "Leave out control characters.")
        elif not one_line(value):
            yield broken(path)
    elif is_dataclass(value):
        for field in fields(value):
            inner = field.name.rstrip("_")
            yield from _wrong(getattr(value, field.name), inner, f"{path}.{inner}" if path else inner)
    elif isinstance(value, tuple):
        for place, item in enumerate(value):
            yield from _wrong(item, name, f"{path}.{place}")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if not one_line(key):
                yield broken(path)
            yield from _wrong(item, "", f"{path}.{key}")
