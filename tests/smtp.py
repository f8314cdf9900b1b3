"""A small real mail server for tests: it keeps what it takes, and misbehaves when told to."""

from __future__ import annotations

import asyncio
import email
import email.policy
import ssl
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from functools import cached_property

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.processes import free_port


@dataclass(frozen=True)
class Received:
    """One accepted mail: the envelope, and the bytes as they came."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    encrypted: bool = False
    user: str | None = None

    @cached_property
    def message(self) -> EmailMessage:
        parsed = email.message_from_bytes(self.raw, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    def body(self, kind: str) -> str:
        """The text of the ``plain`` or ``html`` part."""
        part = self.message.get_body((kind,))
        assert part is not None
        return str(part.get_content()).replace("\r\n", "\n")


@dataclass
class MailServer:
    """On 127.0.0.1, in a thread of its own. Everything may be changed while it runs."""

    port: int = field(default_factory=free_port)
    # Taken and confirmed, in order.
    received: list[Received] = field(default_factory=list)
    # Address -> what RCPT is answered with instead of 250, until it is removed.
    answers: dict[str, str] = field(default_factory=dict)
    # What DATA is answered with instead of 250.
    data_answer: str | None = None
    # Address -> how many times the connection drops after its mail was taken, unconfirmed.
    drops: dict[str, int] = field(default_factory=dict)
    # Every RCPT heard, refused ones too.
    asked: list[str] = field(default_factory=list)
    # Taken, but the connection dropped instead of the confirmation.
    unconfirmed: list[Received] = field(default_factory=list)
    # Offers STARTTLS with it.
    tls: ssl.SSLContext | None = None
    # Demands this user and password.
    login: tuple[str, str] | None = None
    _controller: Controller | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Comes (back) to its port."""
        server = self

        class _Controller(Controller):
            def factory(self) -> SMTP:
                with warnings.catch_warnings():
                    # It warns of passwords in clear text, which never leave this machine here.
                    warnings.simplefilter("ignore")
                    return SMTP(
                        self.handler,
                        hostname="mail.test",
                        tls_context=server.tls,
                        authenticator=server._authenticate if server.login else None,
                        auth_required=server.login is not None,
                        auth_require_tls=False,
                    )

        self._controller = _Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self) -> None:
        """Goes away: nobody listens on its port any more."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def messages_to(self, address: str) -> list[Received]:
        return [mail for mail in self.received if address in mail.recipients]

    # What aiosmtpd calls.

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.asked.append(address)
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.data_answer is not None:
            return self.data_answer
        mail = Received(
            sender=str(envelope.mail_from),
            recipients=tuple(map(str, envelope.rcpt_tos)),
            raw=envelope.original_content or b"",
            encrypted=session.ssl is not None,
            user=session.auth_data.login.decode() if session.auth_data else None,
        )
        with self._lock:
            dropping = next((each for each in mail.recipients if self.drops.get(each, 0)), None)
            if dropping is None:
                self.received.append(mail)
                return "250 OK"
            self.drops[dropping] -= 1
            self.unconfirmed.append(mail)
        assert isinstance(server.transport, asyncio.Transport)
        server.transport.abort()
        return "250 never heard"

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword
    ) -> AuthResult:
        given = (data.login.decode(), data.password.decode())
        return AuthResult(success=given == self.login, handled=False, auth_data=data)


@contextmanager
def mail_server(**values: object) -> Iterator[MailServer]:
    """A running ``MailServer``, gone after the block."""
    server = MailServer(**values)  # type: ignore[arg-type]
    server.start()
    try:
        yield server
    finally:
        server.stop()
