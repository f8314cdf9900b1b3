"""What is on a printed page: drawn as a printer would draw it, and its symbols read again."""

from __future__ import annotations

from dataclasses import dataclass

import pypdfium2
import zxingcpp

# Of 72 dots to an inch this many: a cheap label printer has 200.
_SCALE = 203 / 72
_POINTS_A_MILLIMETRE = 72 / 25.4


@dataclass(frozen=True)
class Symbol:
    """What a scanner reads and where its middle is, in millimetres from the upper left."""

    text: str
    left: float
    top: float


@dataclass(frozen=True)
class Sheet:
    """Sizes in millimetres."""

    wide: int
    high: int
    text: str
    symbols: list[Symbol]


def sheets(pdf: bytes) -> list[Sheet]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [_sheet(document[place]) for place in range(len(document))]
    finally:
        document.close()


def _sheet(page: pypdfium2.PdfPage) -> Sheet:
    wide, high = (round(points / _POINTS_A_MILLIMETRE) for points in page.get_size())
    drawn = page.render(scale=_SCALE).to_pil()
    textpage = page.get_textpage()
    text = " ".join(textpage.get_text_bounded().split())
    textpage.close()
    return Sheet(wide, high, text, sorted(map(_symbol, zxingcpp.read_barcodes(drawn)), key=_reading_order))


def _symbol(found: zxingcpp.Barcode) -> Symbol:
    corners = found.position.top_left, found.position.bottom_right
    left, top = (
        sum(getattr(corner, axis) for corner in corners) / 2 / _SCALE / _POINTS_A_MILLIMETRE for axis in "xy"
    )
    return Symbol(found.text, left, top)


def _reading_order(symbol: Symbol) -> tuple[int, float]:
    return round(symbol.top / 10), symbol.left
