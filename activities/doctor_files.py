"""Compares the files on disk with the rows that name them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select, union_all
from sqlmodel import Session

from activities.findings import Finding, found
from models.files import FileStore
from models.tables.lot_documents import LotDocumentRow
from models.tables.orders import CommandRow, DocumentRow, KeptFileRow
from models.tables.types import table

_DOCUMENTS = table(DocumentRow)
_COMMANDS = table(CommandRow)
_KEPT = table(KeptFileRow)
_LOT_DOCUMENTS = table(LotDocumentRow)
# An upload keeps its file before it saves the command that names it.
_GRACE = timedelta(hours=1)


def files(session: Session, folder: Path, now: datetime, *, read: bool) -> Iterator[Finding]:
    """Missing, changed and forgotten files. With `read` every byte is hashed, else sizes are compared."""
    store = FileStore(folder)
    yield from _named(session, store, read=read)
    yield from _forgotten(session, store, now)
    for path in sorted((folder / "incoming").glob("*")):
        if _age(path, now) > _GRACE:
            yield found("file.unfinished", str(path.relative_to(folder)), "Nobody is receiving it any more.")


def _named(session: Session, store: FileStore, *, read: bool) -> Iterator[Finding]:
    both = union_all(
        *(
            select(rows.c.sha256, rows.c.size, owner.label("owner"), rows.c.id)
            for rows, owner in (
                (_DOCUMENTS, _DOCUMENTS.c.order_number),
                (_LOT_DOCUMENTS, _LOT_DOCUMENTS.c.lot),
            )
        )
    ).subquery()
    rows = session.execute(select(both).order_by(both.c.sha256, both.c.id).execution_options(yield_per=1000))
    looked_at = ""
    for row in rows:
        path = store.path(row.sha256)
        where = f"{row.owner} document {row.id}"
        if not path.is_file():
            yield found("file.missing", where, f"There is no file {path.relative_to(store.folder)}.")
        elif path.stat().st_size != row.size:
            yield found("file.changed", where, f"It has {path.stat().st_size} bytes instead of {row.size}.")
        elif read and row.sha256 != looked_at and _hash(path) != row.sha256:
            yield found("file.changed", where, "Its content is not what was uploaded.")
        looked_at = row.sha256


def _forgotten(session: Session, store: FileStore, now: datetime) -> Iterator[Finding]:
    """A refused upload keeps its file: its command is a record of what somebody sent. So is a file that
    its sender never described or put aside."""
    for sha256 in store.all():
        path = store.path(sha256)
        if _age(path, now) <= _GRACE:
            continue
        named = (
            select(rows.c.id).where(rows.c.sha256 == sha256).limit(1)
            for rows in (_DOCUMENTS, _KEPT, _LOT_DOCUMENTS)
        )
        command = (
            select(_COMMANDS.c.id)
            .where(_COMMANDS.c.name == "add-document", _COMMANDS.c.payload["sha256"].as_string() == sha256)
            .limit(1)
        )
        if all(session.scalar(each) is None for each in (*named, command)):
            yield found(
                "file.orphan", str(path.relative_to(store.folder)), "No document and no command has it."
            )


def _age(path: Path, now: datetime) -> timedelta:
    try:
        return timedelta(seconds=now.timestamp() - path.stat().st_mtime)
    except FileNotFoundError:
        # Finished in this moment.
        return timedelta(0)


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
