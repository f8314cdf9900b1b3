"""true and false are no numbers: Python counts them as 1 and 0, and so does what parses a request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass
from decimal import Decimal
from typing import Any, get_args, get_type_hints

from models.domain.errors import FieldError


def taken_for_numbers(kind: Any, raw: Any, at: str = "") -> Iterator[FieldError]:
    """Every place in `raw` where a number belongs and true or false stands, as fields of a `kind`."""
    if isinstance(raw, bool):
        allowed = {kind, *get_args(kind)}
        if bool not in allowed and allowed & {int, Decimal}:
            yield FieldError(at, "Enter a number." if Decimal in allowed else "Enter a whole number.")
    elif isinstance(raw, Mapping):
        for each in (kind, *get_args(kind)):
            if is_dataclass(each):
                hints = get_type_hints(each)
                for name, value in raw.items():
                    # The API calls `from` what Python has to call `from_`.
                    hint = hints.get(name) or hints.get(f"{name}_")
                    yield from taken_for_numbers(hint, value, f"{at}.{name}" if at else str(name))
    elif isinstance(raw, list):
        for each in (kind, *get_args(kind)):
            for item in get_args(each)[:1]:
                for place, value in enumerate(raw):
                    yield from taken_for_numbers(item, value, f"{at}.{place}")
