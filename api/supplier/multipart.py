"""A form with one file, read part by part: nothing is kept in memory or on disk beyond its limits."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from fastapi import Request
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from api.errors import TooLarge, WrongKind
from api.supplier.fields import cleaned
from models.domain.errors import Invalid

_MOST_PARTS = 60
_LONGEST_FIELD = 10_000


@dataclass
class Part:
    """One part: a field, or a file when it has a file name (an empty one: none was chosen)."""

    name: str = ""
    filename: str | None = None
    content_type: str = ""
    header: bytes = b""
    headers: dict[str, bytes] = field(default_factory=dict)


def brings_file(request: Request) -> bool:
    """Whether the form is one of several parts; only those can bring a file."""
    return request.headers.get("content-type", "").startswith("multipart/")


class UploadForm:
    """First ``fields_before_file``, then ``file``, then ``fields_after_file``; each once, in this order."""

    def __init__(self, request: Request, most: int) -> None:
        """``most`` bytes in all. Raises ``TooLarge`` or ``WrongKind`` before anything is read."""
        announced = request.headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > most:
            raise _too_large(most)
        kind, options = parse_options_header(request.headers.get("content-type", ""))
        boundary = options.get(b"boundary", b"")
        if kind != b"multipart/form-data" or not boundary:
            raise WrongKind("request.content_type", "The form cannot be read. Send it from our page.")
        self.fields: dict[str, str] = {}
        self.part: Part | None = None
        self._stream = request.stream()
        self._most = most
        self._read = self._parts = 0
        self._heard: deque[tuple[str, bytes]] = deque()
        self._complete = False
        self._header = b""
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": lambda: self._heard.append(("begin", b"")),
                "on_header_field": lambda data, start, end: self._heard.append(("name", data[start:end])),
                "on_header_value": lambda data, start, end: self._heard.append(("value", data[start:end])),
                "on_header_end": lambda: self._heard.append(("header", b"")),
                "on_headers_finished": lambda: self._heard.append(("headers", b"")),
                "on_part_data": lambda data, start, end: self._heard.append(("data", data[start:end])),
                "on_part_end": lambda: self._heard.append(("end", b"")),
                "on_end": self._end,
            },
        )

    async def fields_before_file(self) -> Part | None:
        """Reads up to the file and gives it, None when there is none. What comes is in ``fields``."""
        while True:
            part = await self._next_part()
            if part is None or part.filename is not None:
                self.part = part
                return part
            await self._keep_field(part)

    async def file(self) -> AsyncIterator[bytes]:
        """The file's bytes as they come."""
        async for chunk in self._data():
            yield chunk

    async def fields_after_file(self) -> None:
        """Reads the rest. Another file is passed over."""
        while (part := await self._next_part()) is not None:
            if part.filename is None:
                await self._keep_field(part)
            else:
                async for _ in self._data():
                    pass

    async def _keep_field(self, part: Part) -> None:
        text = b""
        async for chunk in self._data():
            text += chunk
            if len(text) > _LONGEST_FIELD:
                raise TooLarge("request.too_large", "A field is too long. Send less text.", field=part.name)
        self.fields[part.name] = cleaned(text.decode("utf-8", "replace"))

    async def _next_part(self) -> Part | None:
        part = Part()
        while (told := await self._next()) is not None:
            what, data = told
            if what == "name":
                part.header += data
            elif what == "value":
                name = part.header.decode("latin-1").lower()
                part.headers[name] = part.headers.get(name, b"") + data
            elif what == "header":
                part.header = b""
            elif what == "headers":
                return self._described(part)
        return None

    def _described(self, part: Part) -> Part:
        self._parts += 1
        if self._parts > _MOST_PARTS:
            raise TooLarge("request.too_large", "The form has too many fields. Send it from our page.")
        _, options = parse_options_header(part.headers.get("content-disposition", b""))
        part.name = options.get(b"name", b"").decode("utf-8", "replace")
        if b"filename" in options:
            part.filename = options[b"filename"].decode("utf-8", "replace")
        part.content_type = part.headers.get("content-type", b"").decode("latin-1")
        return part

    async def _data(self) -> AsyncIterator[bytes]:
        while (told := await self._next()) is not None:
            what, data = told
            if what == "end":
                return
            if data:
                yield data

    async def _next(self) -> tuple[str, bytes] | None:
        """What the parser hears next; None after the last part. Raises ``Invalid`` ``file.cut_off``."""
        while not self._heard:
            if self._complete:
                return None
            try:
                chunk = await anext(self._stream)
            except StopAsyncIteration:
                raise Invalid(
                    "file.cut_off", "The file did not arrive whole. Send it again.", field="file"
                ) from None
            self._read += len(chunk)
            if self._read > self._most:
                raise _too_large(self._most)
            try:
                self._parser.write(chunk)
            except MultipartParseError:
                raise Invalid(
                    "request.malformed", "The form cannot be read. Send it from our page."
                ) from None
        return self._heard.popleft()

    def _end(self) -> None:
        self._complete = True


def _too_large(most: int) -> TooLarge:
    return TooLarge(
        "file.too_large",
        "This is larger than {limit} MB. Send a smaller file.",
        field="file",
        limit=most // 1_000_000,
    )
