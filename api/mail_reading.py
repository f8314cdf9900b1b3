"""Kept mails as people read them: who, when, what, and what came along."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser, BytesParser
from pathlib import Path

# As `api.mailbox` names its files; nothing else is ever opened.
NAME = re.compile(r"\d{8}T\d{6}\.\d{6}Z-[0-9a-f]{8}\.eml")
_BODIES = ("text/plain", "text/html")
_SHOWN = ("Date", "From", "To", "Subject", "Message-ID", "In-Reply-To", "References", "Auto-Submitted")


@dataclass(frozen=True, slots=True)
class Heading:
    """One line of the list. `written` is the mail's date, `delivered_to` the envelope's recipients."""

    name: str
    written: datetime
    sender: str
    delivered_to: tuple[str, ...]
    subject: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """`index` is its place among the parts of the mail."""

    index: int
    filename: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Mail:
    heading: Heading
    headers: tuple[tuple[str, str], ...]
    text: str
    html: str
    attachments: tuple[Attachment, ...]


def heading(path: Path) -> Heading:
    """Reads the headers alone."""
    with path.open("rb") as file:
        return _heading(path.name, BytesHeaderParser(policy=policy.default).parse(file))


def read(path: Path) -> Mail:
    with path.open("rb") as file:
        message = BytesParser(EmailMessage, policy=policy.default).parse(file)
    bodies = dict.fromkeys(_BODIES, "")
    attachments = []
    for index, part in enumerate(message.walk()):
        kind = part.get_content_type()
        if part.is_multipart():
            continue
        if kind in bodies and not bodies[kind] and part.get_content_disposition() != "attachment":
            bodies[kind] = _text(part)
        else:
            name = part.get_filename() or ("invite.ics" if kind == "text/calendar" else f"part-{index}")
            attachments.append(Attachment(index, name, kind, _bytes(part)))
    shown = tuple((name, str(value)) for name in _SHOWN for value in message.get_all(name, ()))
    return Mail(
        _heading(path.name, message), shown, bodies["text/plain"], bodies["text/html"], tuple(attachments)
    )


def _heading(name: str, message: EmailMessage) -> Heading:
    return Heading(
        name=name,
        written=datetime.strptime(name.partition("-")[0], "%Y%m%dT%H%M%S.%fZ").replace(tzinfo=UTC),
        sender=str(message.get("From", "")),
        delivered_to=tuple(str(address) for address in message.get_all("Delivered-To", ())),
        subject=str(message.get("Subject", "")),
    )


def _bytes(part: EmailMessage) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _text(part: EmailMessage) -> str:
    """What it says, whatever character set it claims."""
    try:
        return _bytes(part).decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:
        return _bytes(part).decode("utf-8", "replace")
