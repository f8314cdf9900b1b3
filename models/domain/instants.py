"""When something is said to have happened: with its zone, not in the future, not in a mistyped year."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from models.domain.errors import Invalid

# Two clocks differ a little; an hour ahead is somebody's wrong date.
CLOCK_SKEW = timedelta(minutes=5)


def happened_at(
    at: datetime, now: datetime, *, since: datetime, field: str, future: Invalid, long_ago: Invalid
) -> datetime:
    """The instant in UTC, never after `now`. Raises `future` for one to come, `long_ago` for one before
    `since`, and `Invalid` for one without a zone."""
    if at.tzinfo is None:
        raise Invalid(
            "time.zone",
            "Give {entered} with its zone, such as {entered}Z for UTC.",
            field=field,
            entered=at.isoformat(),
        )
    if at > now + CLOCK_SKEW:
        raise future
    if at < since:
        raise long_ago
    return min(at.astimezone(UTC), now)
