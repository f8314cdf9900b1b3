"""Says in the log that somebody who is not cleared named something export-controlled, and was told it is unknown."""

from __future__ import annotations

import structlog

log = structlog.get_logger(__name__)


def barred(kind: str, key: str, by: str) -> None:
    """`by`: the opaque id of who asked."""
    log.warning("controlled_refused", kind=kind, key=key, by=by)
