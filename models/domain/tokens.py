"""Link tokens: derived from a secret when they are needed, known to the database by fingerprint."""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode

SHORTEST_SECRET = 16
# The same secret signs other things too; this keeps a link's token from being any of them.
_PURPOSE = b"sendout link token v1\0"


def link_token(secret: bytes, link_id: str) -> str:
    """The 256-bit token of a link, 43 URL-safe characters; always the same for the same link.

    Raises ``ValueError`` for a secret that could be guessed.
    """
    if len(secret) < SHORTEST_SECRET:
        raise ValueError(f"a secret of fewer than {SHORTEST_SECRET} bytes signs nothing")
    digest = hmac.digest(secret, _PURPOSE + link_id.encode(), hashlib.sha256)
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def fingerprint(token: str) -> str:
    """What is stored of a token: SHA-256, 64 hex digits."""
    return hashlib.sha256(token.encode()).hexdigest()
