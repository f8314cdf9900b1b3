"""What makes a browser the link's: a signed cookie, and a signed one-time id in every form.

Both are derived from the link's id, so opening a page writes nothing anywhere. A link that is
revoked or expired takes its cookie and its forms with it.
"""

from __future__ import annotations

import hmac
import secrets
from base64 import urlsafe_b64encode
from hashlib import sha256

COOKIE = "sendout_link"
_COOKIE_PURPOSE = b"sendout link cookie v1\0"
_FORM_PURPOSE = b"sendout link form v1\0"


class Seals:
    """Signs with the server's secret, which also signs other things for other purposes."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def cookie(self, link: str) -> str:
        """The cookie's value; the same for every browser that opened this link."""
        return self._sign(_COOKIE_PURPOSE, link)

    def opens(self, link: str, cookie: str | None) -> bool:
        """Whether a cookie of this value was given for this link."""
        return cookie is not None and hmac.compare_digest(cookie.encode(), self.cookie(link).encode())

    def form(self, link: str) -> str:
        """A new one-time id for a form on this link's pages, and its signature."""
        return self.form_named(link, secrets.token_hex(16))

    def form_named(self, link: str, name: str) -> str:
        """An id that this link's forms had before, and its signature."""
        return f"{name}.{self._sign(_FORM_PURPOSE, f'{link}.{name}')}"

    def form_id(self, link: str, form: str) -> str | None:
        """The one-time id of a form that was given to this link; None for any other."""
        name, _, mark = form.partition(".")
        good = hmac.compare_digest(mark.encode(), self._sign(_FORM_PURPOSE, f"{link}.{name}").encode())
        return name if good else None

    def _sign(self, purpose: bytes, text: str) -> str:
        digest = hmac.digest(self._secret, purpose + text.encode(), sha256)
        return urlsafe_b64encode(digest).rstrip(b"=").decode()
