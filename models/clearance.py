"""Says in the log that somebody who is not cleared named something export-controlled, and was told it is unknown.

Who it was stands on the same line: `api/auth.py` puts the opaque id of who asks on every line of a request.
"""

from __future__ import annotations

import structlog

log = structlog.get_logger(__name__)


def barred(kind: str, key: str) -> None:
    log.warning("controlled_refused", kind=kind, key=key)
