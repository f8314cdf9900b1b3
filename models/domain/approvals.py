"""How an approval of a supplier stands on a day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

# So long before its end somebody should look after the next one.
NOTICE = timedelta(days=30)
Standing = Literal["coming", "valid", "ending", "ended"]


def standing(valid_from: date, valid_to: date | None, today: date) -> Standing:
    """`valid_to` is the last day it holds; without one it has no end."""
    if today < valid_from:
        return "coming"
    if valid_to is None or today + NOTICE < valid_to:
        return "valid"
    return "ending" if today <= valid_to else "ended"
