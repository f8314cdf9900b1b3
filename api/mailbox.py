"""A local mailbox: an SMTP server that keeps every mail as a file, so that people can read it.

`sendout up` and `sendout demo` run it when no SMTP server is set. Nothing leaves this machine.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
from datetime import UTC, datetime
from email.parser import BytesHeaderParser
from email.utils import parsedate_to_datetime
from pathlib import Path

import structlog
from aiosmtpd.smtp import SMTP, Envelope, Session

from models.settings import Settings

LARGEST_MAIL = 50_000_000

log = structlog.get_logger(__name__)


def folder(settings: Settings) -> Path:
    """Where the mails are: one ``.eml`` file each, named by the instant it was written."""
    return settings.data_dir / "mailbox"


def mails(folder: Path) -> list[Path]:
    """Every kept mail, the newest first."""
    return sorted(folder.glob("*.eml"), reverse=True)


class KeepAsFiles:
    """aiosmtpd's handler: a mail is answered with 250 only when it is on disk, whole."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keeps the mail as it was sent, under a Delivered-To line per recipient of the envelope."""
        content = envelope.original_content or b""
        head = "".join(f"Delivered-To: {address}\r\n" for address in envelope.rcpt_tos)
        name = f"{_written(content, datetime.now(UTC)):%Y%m%dT%H%M%S.%fZ}-{secrets.token_hex(4)}.eml"
        _keep(self.folder / name, head.encode() + content)
        log.info("mail_kept", file=name, recipients=len(envelope.rcpt_tos), bytes=len(content))
        return "250 Kept"


def _written(content: bytes, arrived: datetime) -> datetime:
    """What the mail's Date says, to the second; when it came, where there is none to believe."""
    date = BytesHeaderParser().parsebytes(content.partition(b"\r\n\r\n")[0])["Date"]
    try:
        written = parsedate_to_datetime(str(date)).astimezone(UTC)
    except (ValueError, OverflowError):
        return arrived
    if not 2000 <= written.year <= arrived.year:
        return arrived
    return written.replace(microsecond=arrived.microsecond)


def _keep(path: Path, content: bytes) -> None:
    draft = path.with_suffix(".part")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)


async def serve(folder: Path, host: str, port: int) -> None:
    """Receives mail until SIGTERM or SIGINT."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    keeper = KeepAsFiles(folder)
    server = await loop.create_server(
        lambda: SMTP(keeper, data_size_limit=LARGEST_MAIL, enable_SMTPUTF8=True, loop=loop), host, port
    )
    log.info("mailbox_ready", host=host, port=port, folder=str(folder))
    async with server:
        await stop.wait()
