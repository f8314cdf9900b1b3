"""The mail server we hand mails to, and what its answers mean."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from types import TracebackType
from urllib.parse import unquote, urlsplit

from aiosmtplib import (
    SMTP,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

_DEFAULT_PORT = {"smtp": 25, "smtps": 465}
_COMMAND_SECONDS = 30.0
_GOODBYE_SECONDS = 2.0
# "Log in first" and its like are about our settings, not about the recipient.
_OURS_TO_MEND = frozenset({421, 530, 534, 535, 538})


class Verdict(Enum):
    ACCEPTED = "accepted"
    REFUSED = "refused"
    LATER = "later"
    # Nobody there to answer: the next recipient would hear the same.
    AWAY = "away"


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one recipient. ``text`` is the server's and may name the recipient: it is kept
    in the database and goes nowhere else."""

    verdict: Verdict
    code: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Relay:
    """Where the mail server is. TLS from the start for ``smtps``, else as soon as it is offered."""

    host: str
    port: int
    tls: bool
    user: str | None = None
    password: str | None = None

    @classmethod
    def at(cls, url: str) -> Relay:
        """From ``smtp[s]://[user:password@]host[:port]``. Raises ``ValueError`` for anything else."""
        parts = urlsplit(url)
        if parts.scheme not in _DEFAULT_PORT or not parts.hostname:
            raise ValueError("the mail server's address looks like smtp://host:port or smtps://host:port")
        return cls(
            host=parts.hostname,
            port=parts.port or _DEFAULT_PORT[parts.scheme],
            tls=parts.scheme == "smtps",
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
        )


class Connection:
    """One conversation with the mail server, opened at the first mail, and again after it broke."""

    def __init__(self, relay: Relay) -> None:
        self._smtp = SMTP(
            hostname=relay.host,
            port=relay.port,
            username=relay.user,
            password=relay.password,
            use_tls=relay.tls,
            timeout=_COMMAND_SECONDS,
        )

    async def __aenter__(self) -> Connection:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None and self._smtp.is_connected:
            with suppress(SMTPException, OSError):
                await self._smtp.quit(timeout=_GOODBYE_SECONDS)
        self._smtp.close()

    async def deliver(self, sender: str, recipient: str, message: bytes) -> Answer:
        """One mail transaction with one recipient. Never raises for what a server can say or do."""
        try:
            if not self._smtp.is_connected:
                await self._smtp.connect()
        except (SMTPException, OSError) as error:
            return Answer(Verdict.AWAY, getattr(error, "code", None), _said(error))
        try:
            _, text = await self._smtp.sendmail(sender, [recipient], message)
        except SMTPRecipientsRefused as error:
            first = error.recipients[0]
            return self._refusal(first.code, first.message)
        except SMTPResponseException as error:
            return self._refusal(error.code, error.message)
        except SMTPNotSupported as error:
            return Answer(Verdict.REFUSED, None, _said(error))
        except (SMTPException, OSError) as error:
            # Lost on the way, perhaps after the server took it: the same bytes go out again.
            self._smtp.close()
            return Answer(Verdict.LATER, None, _said(error))
        return Answer(Verdict.ACCEPTED, 250, text)

    def _refusal(self, code: int, text: str) -> Answer:
        if code == 421:
            self._smtp.close()
        permanent = 500 <= code < 600 and code not in _OURS_TO_MEND
        return Answer(Verdict.REFUSED if permanent else Verdict.LATER, code, text)


def _said(error: Exception) -> str:
    return error.message if isinstance(error, SMTPException) else str(error)
