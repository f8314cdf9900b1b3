"""Templates as PDF: labels and reports on paper, drawn by WeasyPrint with nothing from any network.

The same values give the same bytes. Drawing takes tenths of a second of computing, so one thread does
it, apart from those that answer requests.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import Any
from urllib.parse import quote

import structlog
from fastapi import Response

from api import html
from api.errors import CannotDraw

log = structlog.get_logger(__name__)
_STATIC = (html.TEMPLATES / "static").resolve()
# Where addresses in a template begin; nobody is ever asked there.
_HERE = "http://paper.invalid/"
_PRESS = ThreadPoolExecutor(1, "paper")


async def as_pdf(filename: str, template: str, *, locale: str = "en", **context: Any) -> Response:
    """``template`` filled in and drawn, to be shown or kept under ``filename``. Raises `CannotDraw`."""
    loop = asyncio.get_running_loop()
    drawn = await loop.run_in_executor(_PRESS, partial(draw, template, locale=locale, **context))
    named = f"inline; filename*=utf-8''{quote(filename, safe='')}.pdf"
    return Response(drawn, media_type="application/pdf", headers={"Content-Disposition": named})


def draw(template: str, *, locale: str = "en", **context: Any) -> bytes:
    """The bytes of a PDF; for a thread that may take its time. Raises `CannotDraw`."""
    weasyprint, fetcher = _drawn_with()
    text = html.text(template, locale=locale, **context)
    return bytes(weasyprint.HTML(string=text, base_url=_HERE, url_fetcher=fetcher).write_pdf())


@cache
def _drawn_with() -> tuple[Any, Any]:
    """WeasyPrint, and how it reaches our own static files and nothing else. It loads libraries of the
    machine, which takes half a second, or fails where they were never installed: not at every start."""
    try:
        import weasyprint
        from weasyprint.urls import URLFetcher, URLFetcherResponse
    except (ImportError, OSError) as error:
        log.exception("no_paper")
        raise CannotDraw(
            "pdf.unavailable",
            "This server cannot draw PDFs: Pango or HarfBuzz is not installed on it. Ask who runs it.",
        ) from error

    class OnlyOurs(URLFetcher):  # type: ignore[misc]
        """Addresses that begin with /static/ are files; any other is a mistake in a template."""

        def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
            path = _STATIC / url.removeprefix(f"{_HERE}static/")
            if not url.startswith(_HERE) or path.resolve().parent != _STATIC:
                raise ValueError(f"paper asks for {url}")
            return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": _media_type(path.suffix)})

    return weasyprint, OnlyOurs(fail_on_errors=True)


def _media_type(suffix: str) -> str:
    return {".css": "text/css", ".svg": "image/svg+xml"}.get(suffix, "application/octet-stream")
