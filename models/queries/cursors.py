"""Where a page of a list begins: behind the last row of the page before."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from models.domain.errors import Invalid

Key = TypeVar("Key")


def behind(cursor: str, read: Callable[[str], Key]) -> tuple[Key, str]:
    """The sort key and the id in a cursor ``key|id``. Raises ``Invalid`` for anything else."""
    key, bar, row = cursor.partition("|")
    try:
        found = read(key)
    except ValueError:
        raise bad_cursor() from None
    if not bar:
        raise bad_cursor()
    return found, row


def bad_cursor() -> Invalid:
    return Invalid("cursor.invalid", "Use `next` of the page before as the cursor.", field="cursor")
