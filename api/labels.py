"""Labels as they are printed: a symbol for scanners, and for people what matters most first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil

import segno
from fastapi import Request, Response
from markupsafe import Markup
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from activities.i18n import N_
from api.pdf import as_pdf
from api.supplier.words import Words
from models.domain import gs1
from models.domain.errors import Invalid
from models.domain.labels import Kind, Paper, Subject, address, placed
from models.queries import labels as queries
from models.queries.labels import LotLabel, OrderLabel, ParcelLabel, Pieces
from models.queries.orders import Reader

KINDS = {Kind.LOT: N_("Lot"), Kind.ORDER: N_("Order"), Kind.PARCEL: N_("Parcel")}
# A label has no room for more; the symbol leads to the others.
_MOST_PIECES = 3
_MOST_LINES = 3
# Of fewer nothing is cut: a tenth of them is no sign.
_FEWEST_SIGNS = 10
# What a fact is called is written smaller than what it says.
_NAME, _SPACE = 0.8, 0.4
# Signs from here on are as wide as they are high.
_WIDE = "\u2e80"
Fact = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Label:
    """`code` is what the symbol says, `below` the same for people where it is GS1's."""

    subject: Subject
    kind: str
    code: str
    facts: tuple[Fact, ...]
    below: str = ""

    @property
    def symbol(self) -> Markup:
        """A QR code as a drawing that takes the size it is given."""
        made = segno.make(self.code, error="m", micro=False)
        return Markup(made.svg_inline(border=2, omitsize=True))  # noqa: S704 - modules, no text


@dataclass(frozen=True, slots=True)
class Cell:
    """A label in its place. `facts` are those that have room beside a number of this length."""

    left: float
    top: float
    label: Label
    symbol: Markup
    facts: Sequence[Fact]


def labels_of(
    session: Session, subjects: Sequence[Subject], reader: Reader, words: Words, base: str
) -> list[Label]:
    """What to print on each. Raises `Unknown` and, for none at all, `Invalid`."""
    if not subjects:
        raise Invalid("labels.none", "Name a lot, an order or a parcel to print a label for.", field="lot")
    return [_label(session, subject, reader, words, base) for subject in subjects]


def subjects_of(lots: Sequence[str], orders: Sequence[str], parcels: Sequence[str]) -> list[Subject]:
    named = {Kind.LOT: lots, Kind.ORDER: orders, Kind.PARCEL: parcels}
    return [Subject(kind, number) for kind, numbers in named.items() for number in dict.fromkeys(numbers)]


async def printed(
    request: Request,
    read: Callable[[Session], Sequence[Label]],
    words: Words,
    paper: Paper,
    first: int,
    copies: int,
) -> Response:
    """The labels that `read` finds as PDF."""

    def found() -> Sequence[Label]:
        with request.app.state.database.read() as session:
            return read(session)

    labels = await run_in_threadpool(found)
    sheets = _sheets(labels, paper, first, copies)
    name = f"label-{labels[0].subject.number}" if len(labels) == 1 else f"labels-{len(labels)}"
    return await as_pdf(name, "pdf/labels.html", locale=words.locale, paper=paper, sheets=sheets)


def _sheets(labels: Sequence[Label], paper: Paper, first: int, copies: int) -> list[list[Cell]]:
    pages = placed(len(labels), paper, first=first, copies=copies)
    symbols = [label.symbol for label in labels]
    return [
        [
            Cell(
                each.left, each.top, labels[each.index], symbols[each.index], _room(labels[each.index], paper)
            )
            for each in page
        ]
        for page in pages
    ]


def _room(label: Label, paper: Paper) -> Sequence[Fact]:
    """The facts that stand below each other in full, the first ones first. One that is too long for a label is cut
    where the sentence says so."""
    taken = 1 + ceil(len(label.subject.number) / paper.letters) + 2 * bool(label.below)
    left = max(paper.lines - taken, 1)
    found: list[Fact] = []
    for name, value in label.facts:
        while (needed := ceil((_NAME * _ems(name) + _SPACE + _ems(value)) / paper.ems)) > _MOST_LINES:
            if len(value) <= _FEWEST_SIGNS:
                break
            value = f"{value[: len(value) * 9 // 10].rstrip(' …')}…"
        if needed > left and found:
            break
        found.append((name, value))
        left -= needed
    return found


def _ems(text: str) -> float:
    """How wide a text is, in the size of its letters."""
    return sum(
        1 if sign >= _WIDE else 0.7 if sign.isupper() or sign.isdigit() else 0.6 if sign.isalpha() else 0.4
        for sign in text
    )


def _label(session: Session, subject: Subject, reader: Reader, words: Words, base: str) -> Label:
    kind, number = words.say(KINDS[subject.kind]), subject.number
    match subject.kind:
        case Kind.LOT:
            lot = queries.of_lot(session, number, reader)
            elements = {gs1.GTIN: lot.gtin, gs1.LOT: number}
            if lot.gtin and gs1.can_carry(elements):
                code, below = gs1.digital_link(base, elements), gs1.readable(elements)
            else:
                code, below = address(base, subject), ""
            return Label(subject, kind, code, _facts(words, *_lot(lot, words)), below)
        case Kind.ORDER:
            order = queries.of_order(session, number, reader)
            return Label(subject, kind, address(base, subject), _facts(words, *_order(order, words)))
        case Kind.PARCEL:
            parcel = queries.of_parcel(session, number, reader)
            return Label(subject, kind, address(base, subject), _facts(words, *_parcel(parcel, words)))


def _facts(words: Words, *said: Fact) -> tuple[Fact, ...]:
    return tuple((words.say(name), value) for name, value in said if value)


def _lot(lot: LotLabel, words: Words) -> list[Fact]:
    return [
        (N_("Lot on hold"), lot.held),
        (N_("Part"), _part(lot.pieces)),
        (N_("Quantity"), words.amount(lot.pieces.quantity, lot.pieces.unit)),
        (N_("Heat"), ", ".join(lot.heats)),
        (N_("Order"), lot.order),
        (N_("Supplier lot"), " ".join(filter(None, [lot.supplier, lot.supplier_lot]))),
        (N_("Received"), f"{lot.received_on or ''}"),
        (N_("Description"), lot.pieces.description),
    ]


def _order(order: OrderLabel, words: Words) -> list[Fact]:
    return [
        (N_("Supplier"), order.supplier),
        *((N_("Part"), f"{_part(line)} · {_amount(line, words)}") for line in order.lines[:_MOST_PIECES]),
        (N_("More lines"), f"+{len(order.lines) - _MOST_PIECES}" if len(order.lines) > _MOST_PIECES else ""),
        (N_("Process"), order.process),
        (N_("Needed by"), f"{order.need_by}"),
        (N_("Purchase order"), order.purchase_order),
        (N_("Specification"), order.spec),
    ]


def _parcel(parcel: ParcelLabel, words: Words) -> list[Fact]:
    contents = parcel.contents
    return [
        *(
            (N_("Part"), " · ".join(filter(None, [_part(each), each.lot, _amount(each, words)])))
            for each in contents[:_MOST_PIECES]
        ),
        (N_("More lots"), f"+{len(contents) - _MOST_PIECES}" if len(contents) > _MOST_PIECES else ""),
        (N_("Order"), parcel.order),
        (N_("Supplier"), parcel.supplier),
        (N_("Process"), parcel.process),
        (N_("Carrier"), parcel.tracking),
    ]


def _part(pieces: Pieces) -> str:
    return " ".join(filter(None, [pieces.part, pieces.revision]))


def _amount(pieces: Pieces, words: Words) -> str:
    return words.amount(pieces.quantity, pieces.unit)
