"""Evidence on disk, by the hash of its bytes: equal files are kept once, nothing is overwritten."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path


class FileStore:
    """`<folder>/ab/cd…`, written beside and renamed: a file is there whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, sha256: str) -> Path:
        return self.folder / sha256[:2] / sha256[2:]

    def draft(self) -> Draft:
        """A file that is being received; use it as a context manager."""
        return Draft(self)

    def open(self, sha256: str) -> Iterator[bytes]:
        """The bytes in chunks. Raises `FileNotFoundError`."""
        with self.path(sha256).open("rb") as file:
            while chunk := file.read(1 << 20):
                yield chunk

    def all(self) -> Iterator[str]:
        """The hash of every stored file."""
        if self.folder.exists():
            for folder in sorted(self.folder.iterdir()):
                if len(folder.name) == 2:
                    yield from (folder.name + file.name for file in sorted(folder.iterdir()))


class Draft:
    """Bytes on their way in; gone unless `keep` was called."""

    def __init__(self, store: FileStore) -> None:
        self._store = store
        incoming = store.folder / "incoming"
        incoming.mkdir(parents=True, exist_ok=True)
        self._path = incoming / secrets.token_hex(16)
        self._file = self._path.open("xb")
        self._hash = hashlib.sha256()
        self.size = 0
        self.head = b""

    def __enter__(self) -> Draft:
        return self

    def __exit__(self, *_: object) -> None:
        # On a full disk even closing fails, as the rest of the bytes is written then.
        try:
            self._file.close()
        finally:
            self._path.unlink(missing_ok=True)

    def write(self, chunk: bytes) -> None:
        if len(self.head) < 8192:
            self.head += chunk[: 8192 - len(self.head)]
        self._file.write(chunk)
        self._hash.update(chunk)
        self.size += len(chunk)

    def keep(self) -> str:
        """Moves it into the store, durable before this returns; gives its SHA-256 in hex."""
        self._file.flush()
        os.fsync(self._file.fileno())
        sha256 = self._hash.hexdigest()
        target = self._store.path(sha256)
        target.parent.mkdir(exist_ok=True)
        self._path.replace(target)
        for folder in (target.parent, self._store.folder):
            _fsync(folder)
        return sha256


def _fsync(folder: Path) -> None:
    """Makes the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
