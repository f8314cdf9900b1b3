"""Receives one file with a limit, and believes its bytes rather than its name."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import filetype
import structlog
from sqlalchemy import func, select
from starlette.concurrency import run_in_threadpool

from api.errors import CannotKeep, TooLarge, WrongKind
from models.db import Database
from models.domain.errors import Invalid, Refusal
from models.domain.evidence import DOCUMENTS, DocumentType
from models.files import Draft, FileStore
from models.settings import Settings
from models.tables.lot_documents import LotDocumentRow
from models.tables.orders import DocumentRow, KeptFileRow
from models.tables.types import table

log = structlog.get_logger(__name__)
_DOCUMENTS = table(DocumentRow)
_KEPT = table(KeptFileRow)
_LOT_DOCUMENTS = table(LotDocumentRow)
# Formats without a signature: text that reads as UTF-8 and is nothing else.
_TEXT = frozenset({"text/csv", "text/plain"})


@dataclass(frozen=True, slots=True)
class Stored:
    sha256: str
    size: int
    media_type: str
    filename: str


class Uploads:
    """Shared by the API and the supplier's pages."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self.settings = settings
        self.database = database
        self.store = FileStore(settings.files_dir)

    async def receive(
        self, order: str, kind: DocumentType, chunks: AsyncIterator[bytes], claimed: str, filename: str
    ) -> Stored:
        """Stores the bytes and says what they are.

        Raises `TooLarge`, `WrongKind`, `Invalid` for an empty file, `Refusal` when the order is full,
        `CannotKeep` when the disk is.
        """
        await run_in_threadpool(self._room, order)
        return await self._stored(order, kind, chunks, claimed, filename)

    async def receive_of_lot(
        self, lot: str, kind: DocumentType, chunks: AsyncIterator[bytes], claimed: str, filename: str
    ) -> Stored:
        """The same for what came with a lot."""
        await run_in_threadpool(self._room_of_lot, lot)
        return await self._stored(lot, kind, chunks, claimed, filename)

    async def _stored(
        self, owner: str, kind: DocumentType, chunks: AsyncIterator[bytes], claimed: str, filename: str
    ) -> Stored:
        try:
            return await self._received(kind, chunks, claimed, filename)
        except OSError as error:
            log.exception("file_not_stored", owner=owner)
            raise CannotKeep(
                "file.storage",
                "The file cannot be stored right now; nothing was saved. Try again later.",
                field="file",
            ) from error

    async def _received(
        self, kind: DocumentType, chunks: AsyncIterator[bytes], claimed: str, filename: str
    ) -> Stored:
        limit = self._limit(kind)
        with await run_in_threadpool(self.store.draft) as draft:
            async for chunk in chunks:
                if draft.size + len(chunk) > limit:
                    raise TooLarge(
                        "file.too_large",
                        "{document}: the file is larger than {limit} MB. Send a smaller one.",
                        field="file",
                        document=DOCUMENTS[kind].name,
                        limit=limit // 1_000_000,
                    )
                await run_in_threadpool(draft.write, chunk)
            media_type = check(draft, kind, claimed)
            sha256 = await run_in_threadpool(draft.keep)
            return Stored(sha256, draft.size, media_type, clean_name(filename))

    @property
    def limits(self) -> dict[str, int]:
        """The most bytes of a file, by its size class."""
        return {
            "document": self.settings.document_bytes,
            "photo": self.settings.photo_bytes,
            "video": self.settings.video_bytes,
        }

    def _limit(self, kind: DocumentType) -> int:
        return self.limits[DOCUMENTS[kind].size]

    def _room(self, order: str) -> None:
        with self.database.read() as session:
            count = max(
                session.scalar(select(func.count()).select_from(rows).where(rows.c.order_number == order))
                or 0
                for rows in (_DOCUMENTS, _KEPT)
            )
        if count >= self.settings.files_per_order:
            raise Refusal(
                "file.too_many",
                "This order has {count} files, the most it may have. Replace one with `supersedes`.",
                count=count,
            )

    def _room_of_lot(self, lot: str) -> None:
        count = select(func.count()).select_from(_LOT_DOCUMENTS).where(_LOT_DOCUMENTS.c.lot == lot)
        with self.database.read() as session:
            kept = session.scalar(count) or 0
        if kept >= self.settings.files_per_order:
            raise Refusal(
                "file.too_many_of_lot", "This lot has {count} files, the most it may have.", count=kept
            )


def check(draft: Draft, kind: DocumentType, claimed: str) -> str:
    """The media type, sniffed from the bytes and the same as claimed."""
    if draft.size == 0:
        raise Invalid("file.empty", "The file is empty. Choose it again.", field="file")
    claimed = claimed.partition(";")[0].strip().lower()
    found = filetype.guess_mime(draft.head)
    allowed = DOCUMENTS[kind].media_types
    if claimed not in allowed:
        raise WrongKind(
            "file.type",
            "{document} cannot be {claimed}; send one of {allowed}.",
            field="file",
            document=DOCUMENTS[kind].name,
            claimed=claimed or "of no type",
            allowed=", ".join(allowed),
        )
    if found != claimed and not (claimed in _TEXT and found is None and _reads_as_text(draft.head)):
        raise WrongKind(
            "file.lies",
            "The file says it is {claimed}, but its content is {found}. Send the original file.",
            field="file",
            claimed=claimed,
            found=found or "something else",
        )
    return claimed


def clean_name(name: str) -> str:
    """A name to show, never a path to write to."""
    base = name.replace("\\", "/").rpartition("/")[2]
    return "".join(character for character in base if character.isprintable())[:200] or "file"


def _reads_as_text(head: bytes) -> bool:
    try:
        # A character may be cut at the end of what was kept.
        text = (
            head.decode("utf-8", errors="strict") if len(head) < 8192 else head[:-3].decode("utf-8", "ignore")
        )
    except UnicodeDecodeError:
        return False
    return "\0" not in text
