"""All files that prove how an order was done, as one file with an index, sent while it is packed."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import RawIOBase, StringIO
from typing import Any
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from api.sheets import Value, cell
from models.files import FileStore
from models.queries.order_evidence import EvidenceFile

INDEX = "index.csv"
COLUMNS = (
    *("path", "of", "document", "type", "number", "issuer", "revision", "filename", "media_type", "size"),
    *("sha256", "added_at", "superseded_by", "matched"),
)


class _Packed(RawIOBase):
    """Where bytes go that nobody has sent yet; it cannot be sought in, so that nothing has to be kept."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, some: Any, /) -> int:
        self._bytes += some
        return len(some)

    def take(self) -> bytes:
        taken = bytes(self._bytes)
        self._bytes.clear()
        return taken


def packed(number: str, files: Sequence[EvidenceFile], store: FileStore) -> Iterator[bytes]:
    """Certificates and photos are compressed already: they are stored as they are. A file whose bytes are lost
    stands in the index without a path."""
    there = [each for each in files if store.path(each.sha256).exists()]
    lost = [each for each in files if each not in there]
    sink = _Packed()
    with ZipFile(sink, "w", ZIP_STORED) as archive:
        latest = max((each.added_at for each in files), default=None)
        index = _info(f"{number}/{INDEX}")
        if latest is not None:
            index.date_time = latest.timetuple()[:6]
        archive.writestr(index, _index(there, lost))
        yield sink.take()
        for each in there:
            info = _info(f"{number}/{each.path}")
            info.date_time = each.added_at.timetuple()[:6]
            info.file_size = each.size
            with archive.open(info, "w") as entry:
                for chunk in store.open(each.sha256):
                    entry.write(chunk)
                    yield sink.take()
            yield sink.take()
    yield sink.take()


def _info(path: str) -> ZipInfo:
    info = ZipInfo(path)
    # Readable by whoever unpacks it, changed by nobody.
    info.external_attr = 0o444 << 16
    return info


def _index(there: Iterable[EvidenceFile], lost: Iterable[EvidenceFile]) -> bytes:
    written = StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for each, path in [*((each, each.path) for each in there), *((each, "") for each in lost)]:
        known: dict[str, Value] = {name: getattr(each, name) for name in COLUMNS} | {"path": path}
        writer.writerow([cell(known[name]) for name in COLUMNS])
    return written.getvalue().encode("utf-8-sig")
