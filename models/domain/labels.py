"""Labels: what they are about, the paper they are printed on, and where on it each one goes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote, unquote, urlsplit

from models.domain.authority import Role
from models.domain.errors import Invalid

# Who prints them.
LABELS = frozenset({Role.RECEIVING, Role.BUYER})
# More are more than one job at the printer.
MOST_LABELS = 240


class Kind(StrEnum):
    """What a label sticks on."""

    LOT = "lot"
    ORDER = "order"
    PARCEL = "parcel"


# The beginning of an address: short, because a small symbol is read from farther away. Printed ones are
# read for as long as pieces are kept, so these never change.
_ADDRESSES = {"l": Kind.LOT, "o": Kind.ORDER, "b": Kind.PARCEL}
_OURS = re.compile(r"(?:^|/)([lob])/([^/]+)/?$")


@dataclass(frozen=True, slots=True)
class Subject:
    """What one label is about."""

    kind: Kind
    number: str


@dataclass(frozen=True, slots=True)
class Paper:
    """Sizes in millimetres. A roll has one label a page."""

    name: str
    page: tuple[float, float]
    label: tuple[float, float]
    columns: int = 1
    rows: int = 1
    # From the left and upper edge to the first label, and from one label to the next.
    margin: tuple[float, float] = (0, 0)
    pitch: tuple[float, float] = (0, 0)

    @property
    def cells(self) -> int:
        return self.columns * self.rows

    @property
    def symbol(self) -> float:
        """The side of the symbol: as high as the label, but for its edges."""
        return self.label[1] - 4

    @property
    def text(self) -> float:
        """The size of the letters, in points."""
        return self.label[1] * 0.225

    @property
    def letters(self) -> int:
        """So many of the largest letters are beside the symbol in one line."""
        return int((self.label[0] - self.symbol - 6) / (self.text * 0.24))

    @property
    def ems(self) -> float:
        """How wide a line beside the symbol is, in the size of its letters; words seldom end where it does."""
        return 0.92 * (self.label[0] - self.symbol - 5) / (self.text * 0.3528)

    @property
    def lines(self) -> int:
        """So many lines have room below each other."""
        return int(self.symbol / (self.text * 0.425))


PAPERS: dict[str, Paper] = {
    "62x29": Paper("62x29", (62, 29), (62, 29)),
    "100x50": Paper("100x50", (100, 50), (100, 50)),
    "a4-24": Paper("a4-24", (210, 297), (70, 36), 3, 8, (0, 4.5), (70, 36)),
    "a4-14": Paper("a4-14", (210, 297), (99, 38), 2, 7, (4.5, 15.5), (102, 38)),
}


@dataclass(frozen=True, slots=True)
class Placed:
    """Which of the labels is where on its page, in millimetres from the upper left."""

    index: int
    left: float
    top: float


def address(base: str, subject: Subject) -> str:
    """What a label's symbol says of something that has no GTIN."""
    letter = next(letter for letter, kind in _ADDRESSES.items() if kind is subject.kind)
    return f"{base.rstrip('/')}/{letter}/{quote(subject.number, safe='')}"


def subject_of(text: str) -> Subject | None:
    """What one of our labels is about, wherever this server was when it was printed."""
    if not text.startswith(("http://", "https://")):
        return None
    try:
        found = _OURS.search(urlsplit(text).path)
    except ValueError:
        return None
    return Subject(_ADDRESSES[found[1]], unquote(found[2])) if found is not None else None


def placed(labels: int, paper: Paper, *, first: int = 1, copies: int = 1) -> Sequence[Sequence[Placed]]:
    """Pages of labels, the copies of each side by side; `first` is the first free cell of the first page.

    Raises `Invalid`.
    """
    if not 1 <= first <= paper.cells:
        raise Invalid(
            "labels.first",
            "This sheet has {cells} labels; the first free one is one of them.",
            field="first",
            cells=paper.cells,
        )
    if copies < 1 or labels * copies > MOST_LABELS:
        raise Invalid("labels.many", "Print 1 to {most} labels at once.", field="copies", most=MOST_LABELS)
    pages: list[list[Placed]] = []
    for count in range(labels * copies):
        page, cell = divmod(first - 1 + count, paper.cells)
        row, column = divmod(cell, paper.columns)
        if page == len(pages):
            pages.append([])
        pages[page].append(
            Placed(
                count // copies,
                paper.margin[0] + column * paper.pitch[0],
                paper.margin[1] + row * paper.pitch[1],
            )
        )
    return pages
