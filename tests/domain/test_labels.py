"""Where labels go on their paper, what their symbols say, and how that is read again."""

from __future__ import annotations

from decimal import Decimal

import pytest

from models.domain import labels, scanned
from models.domain.errors import Invalid
from models.domain.labels import PAPERS, Kind, Subject
from tests.domain.orders import parametrize

SHEET = PAPERS["a4-24"]
PART = "09506000134352"


def indexes(*, count: int, first: int = 1, copies: int = 1) -> list[list[int]]:
    return [[each.index for each in page] for page in labels.placed(count, SHEET, first=first, copies=copies)]


def test_labels_begin_at_the_first_free_one_and_go_on_on_the_next_sheet() -> None:
    first, second = labels.placed(4, SHEET, first=22)
    assert [(each.index, each.left, each.top) for each in first] == [
        (0, 0, 256.5),
        (1, 70, 256.5),
        (2, 140, 256.5),
    ]
    assert [(each.index, each.left, each.top) for each in second] == [(3, 0, 4.5)]


def test_copies_stand_side_by_side() -> None:
    assert indexes(count=2, copies=3) == [[0, 0, 0, 1, 1, 1]]


def test_a_roll_has_one_label_a_page() -> None:
    assert [len(page) for page in labels.placed(2, PAPERS["62x29"], copies=2)] == [1, 1, 1, 1]


@parametrize("paper", *PAPERS)
def test_every_label_is_on_the_paper_and_touches_no_other(paper: str) -> None:
    sheet = PAPERS[paper]
    wide, high = sheet.label
    (page,) = labels.placed(sheet.cells, sheet)
    boxes = [(each.left, each.top, each.left + wide, each.top + high) for each in page]
    assert len(boxes) == sheet.cells
    assert all(right <= sheet.page[0] and low <= sheet.page[1] for _, _, right, low in boxes)
    for place, (left, top, right, low) in enumerate(boxes):
        for other in boxes[place + 1 :]:
            assert right <= other[0] or other[2] <= left or low <= other[1] or other[3] <= top


@parametrize("first, copies, field", (0, 1, "first"), (25, 1, "first"), (1, 0, "copies"), (1, 241, "copies"))
def test_a_cell_that_is_not_there_and_a_flood_of_labels_are_refused(
    first: int, copies: int, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        labels.placed(1, SHEET, first=first, copies=copies)
    assert [error.field for error in refused.value.errors] == [field]


@parametrize(
    "subject, address",
    (Subject(Kind.LOT, "20260315-STEEL-001"), "https://s.example/l/20260315-STEEL-001"),
    (Subject(Kind.ORDER, "SO-2026-00001"), "https://s.example/o/SO-2026-00001"),
    (Subject(Kind.PARCEL, "SO-2026-00001-P1"), "https://s.example/b/SO-2026-00001-P1"),
    (Subject(Kind.LOT, "批 1/2"), "https://s.example/l/%E6%89%B9%201%2F2"),
)
def test_the_address_on_a_label_is_read_as_what_it_is_about(subject: Subject, address: str) -> None:
    assert labels.address("https://s.example/", subject) == address
    assert scanned.read(address) == scanned.Scanned(address, subject)


def test_a_label_printed_when_the_server_had_another_name_is_read_all_the_same() -> None:
    assert scanned.read("http://old.example:8000/app/l/J4520-A").subject == Subject(Kind.LOT, "J4520-A")


@parametrize(
    "text, read",
    (" J4520-A \r\n", scanned.Scanned("J4520-A")),
    ("https://example.com/lot", scanned.Scanned("https://example.com/lot")),
    ("http://[/l/A", scanned.Scanned("http://[/l/A")),
    (f"(01){PART}(10)HX-1", scanned.Scanned(f"(01){PART}(10)HX-1", gtin=PART, lot="HX-1")),
    (
        f"]d202{PART}3725\x1d10HX-1",
        scanned.Scanned(f"]d202{PART}3725\x1d10HX-1", gtin=PART, lot="HX-1", count=Decimal(25)),
    ),
    (
        f"https://id.gs1.org/01/{PART}/21/S1",
        scanned.Scanned(f"https://id.gs1.org/01/{PART}/21/S1", gtin=PART, serial="S1"),
    ),
)
def test_a_scan_is_our_label_a_partners_symbol_or_just_a_number(text: str, read: scanned.Scanned) -> None:
    assert scanned.read(text) == read
