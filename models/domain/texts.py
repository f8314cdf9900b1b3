"""Texts that people and their systems write: one line or several, so long, and nothing no screen shows.

A line break in a name would be a line of its own in the mails that carry it; a name of thousands of
characters fits no index and no column of a list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass

from models.domain.errors import FieldError, Invalid

# What is told rather than named, wherever a request has a field of that name.
TOLD = frozenset({"reason", "note", "defect", "cause", "action"})
# What becomes the name of something with an address of its own.
KEYS = frozenset({"output_lot"})
LONGEST_KEY = 64
LONGEST_LINE = 200
LONGEST_TOLD = 2_000

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_CONTROL_BUT_LINES = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def one_line(text: str) -> bool:
    """Whether it has neither line breaks nor other control characters."""
    return _CONTROL.search(text) is None


def some_lines(text: str) -> bool:
    """Whether it has no control characters but line breaks and tabs."""
    return _CONTROL_BUT_LINES.search(text) is None


def fits_address(key: str) -> bool:
    """Whether it can be a segment of an address as it is."""
    return not set(key) & set("/\\?#%")


def names_something(key: str) -> bool:
    """Whether it has more than dots: a segment of one or two means another address."""
    return key.strip(".") != ""


def check(request: object) -> None:
    """Raises `Invalid` naming every text of a request that is not what its field takes."""
    wrong = tuple(_wrong(request, "", ""))
    if wrong:
        text = "Some fields do not fit; correct them and send it again."
        raise Invalid(wrong[0][0], text, errors=tuple(error for _, error in wrong))


def problems(field: str, text: str, name: str = "") -> Iterator[tuple[str, FieldError]]:
    """What is wrong with a text, each with its code; `name` is its field's name without the path."""
    most = LONGEST_TOLD if name in TOLD else LONGEST_KEY if name in KEYS else LONGEST_LINE
    if len(text) > most:
        values = (("most", str(most)), ("length", str(len(text))))
        sentence = "Enter at most {most} characters; this text has {length}."
        yield "text.too_long", FieldError(field, sentence, values)
    elif name in TOLD:
        if not some_lines(text):
            yield "text.control", FieldError(field, "Leave out control characters.")
    elif not one_line(text):
        yield "text.control", _broken(field)
    elif name in KEYS and not fits_address(text):
        sentence = "A key is part of an address: leave out / \\ ? # and %."
        yield "text.key", FieldError(field, sentence)
    elif name in KEYS and text.strip() and not names_something(text.strip()):
        yield "text.key", FieldError(field, "A key needs a letter or a digit.")


def _broken(field: str) -> FieldError:
    return FieldError(field, "Leave out line breaks and control characters.")


def _wrong(value: object, name: str, path: str) -> Iterator[tuple[str, FieldError]]:
    if isinstance(value, str):
        yield from problems(path, value, name)
    elif is_dataclass(value):
        for field in fields(value):
            inner = field.name.rstrip("_")
            yield from _wrong(getattr(value, field.name), inner, f"{path}.{inner}" if path else inner)
    elif isinstance(value, tuple):
        for place, item in enumerate(value):
            yield from _wrong(item, name, f"{path}.{place}")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            # An address that long would say nothing more than where it is.
            unnamed = tuple(problems(path, key))
            yield from unnamed or _wrong(item, "", f"{path}.{key}")
