"""What is no number though Python reads one: true and false, which count as 1 and 0, and texts that are not plain
digits, such as 1e3, 1_0 or ١٢."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass
from decimal import Decimal
from typing import Any, get_args, get_type_hints

from models.domain.errors import FieldError
from models.domain.quantities import digits, whole


def taken_for_numbers(kind: Any, raw: Any, at: str = "") -> Iterator[FieldError]:
    """Every place in `raw` where a number belongs and something else stands that would pass for one, as fields of
    a `kind`."""
    if isinstance(raw, bool | str):
        allowed = {kind, *get_args(kind)}
        if type(raw) in allowed or not allowed & {int, Decimal}:
            return
        if Decimal not in allowed:
            if isinstance(raw, bool) or whole(raw) is None:
                yield FieldError(at, "Enter a whole number.")
        elif isinstance(raw, bool) or digits(raw) is None:
            yield FieldError(at, "Enter a number in plain digits, such as 12.5.")
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
