"""What a round measured, and what many rounds say together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles


@dataclass(frozen=True)
class Round:
    """`orders` at once, each stepping one after another. Times in seconds."""

    steps: int
    elapsed: float
    # One figure per step, as its caller waited.
    waits: Sequence[float] = field(repr=False)
    mails: int = 0
    # Until the last mail was taken by the mail server, from the last answer on.
    trailing: float = 0.0

    @property
    def rate(self) -> float:
        """Steps per second."""
        return self.steps / self.elapsed

    @property
    def p50(self) -> float:
        return median(self.waits)

    @property
    def p95(self) -> float:
        return worst(self.waits)


@dataclass(frozen=True)
class Spread:
    """Minimum, median and maximum of one figure over the rounds."""

    low: float
    middle: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        return cls(min(values), median(values), max(values))

    def __str__(self) -> str:
        return f"{self.middle:.2f} ({self.low:.2f}-{self.high:.2f})"


def worst(values: Sequence[float]) -> float:
    """The 95th percentile."""
    return quantiles(values, n=20)[-1]


def say(whom: str, what: str) -> None:
    """One line of the report, at once."""
    print(f"{whom:<17} {what}", flush=True)  # noqa: T201 - a report is read where it is made
