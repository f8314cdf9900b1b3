"""Where every piece is: one bar a line whose segments are the buckets, and a table by lot under it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from activities.codes import BUCKETS
from activities.i18n import N_
from api.pages.order.wording import AMOUNTS
from api.supplier.naming import delivery_told, line_among
from api.supplier.words import Words
from models.domain.delivery_days import delivery
from models.domain.first_article import State
from models.domain.order import Order
from models.domain.pieces import SENT, Bucket
from models.domain.quantities import ZERO

# A few pieces of many are still seen, in percent.
_LEAST = 1.2
OFFERED = N_("{amount} of those sent on to the next supplier, not answered yet")
UNSENT = N_("{amount} not sent yet")


@dataclass(frozen=True, slots=True)
class Segment:
    """`kind` is the bucket or unsent; `start` and `width` in percent of the bar."""

    kind: str
    start: float
    width: float
    text: str
    amount: str


@dataclass(frozen=True, slots=True)
class LotRow:
    lot: str
    output: str
    heat: str
    planned: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """One line. `columns` name the buckets that hold pieces; `over` is apart, empty when nothing is."""

    line: int
    # With the line where others have the part, too.
    part: str
    description: str
    work_order: str
    # Which delivery it is, and its days; empty where the order's own say it all.
    delivery: str
    ordered: str
    price: str
    short_closed: bool
    # How it stands with the pieces that go first; empty when all may go at once.
    first_article: str
    # How many may be used up in setting up, and how many more; empty when none.
    setup: str
    # What it may still be sent of what the operation before it was accepted for; empty when none is before.
    waits_for: str
    segments: tuple[Segment, ...]
    # How many of those at the supplier wait for the next order to take them; empty when none does.
    offered: str
    over: str
    columns: tuple[str, ...]
    lots: tuple[LotRow, ...]
    # Where pieces have serial numbers: how many in all, and which are where.
    serials: int
    named: tuple[tuple[str, tuple[str, ...]], ...]


def whereabouts(view: Mapping[str, Any], words: Words, order: Order | None = None) -> list[Whereabouts]:
    """Of an order that is issued, with which of its lines and deliveries each is."""
    lines = order.lines if order is not None else ()
    told = {line.line: delivery_told(order, line, words) for line in lines} if order is not None else {}
    called = {line.line: line_among(order, line, words) for line in lines} if order is not None else {}
    # What a delivery costs stands with its days, where it has a price of its own.
    priced = {
        line.line
        for line in lines
        if order is not None and (found := delivery(order, line)) is not None and found.unit_price is not None
    }
    return [
        _line(
            line,
            called.get(line["line"]) or " ".join(filter(None, [line["part"], line["part_revision"]])),
            told.get(line["line"], ""),
            words,
            priced=line["line"] in priced,
        )
        for line in view["lines"]
    ]


def _line(line: Mapping[str, Any], called: str, told: str, words: Words, *, priced: bool) -> Whereabouts:
    pieces: Mapping[str, Decimal] = line["pieces"]
    unit = line["unit"] or ""
    used = [bucket for bucket in Bucket if pieces[bucket.value]]
    lots = [lot for lot in line["lots"] if "pieces" in lot]
    return Whereabouts(
        line=line["line"],
        part=called,
        description=line["description"],
        work_order=f"{line['work_order']} · {line['operation']}",
        delivery=told,
        ordered=words.amount(line["ordered"], unit),
        price=words.price(line["unit_price"], line["currency"], line["basis"])
        if line["unit_price"] is not None and not priced
        else "",
        short_closed=line["short_closed"],
        first_article=_first_article(line, words),
        setup=_setup(line, words),
        waits_for=waits_for(line, words),
        segments=tuple(_segments(line, words)),
        offered=words.say(OFFERED, amount=words.amount(line["offered"], unit)) if line["offered"] else "",
        over=words.say(AMOUNTS[Bucket.OVER], amount=words.amount(pieces["over"], unit))
        if pieces["over"]
        else "",
        columns=tuple(words.say(BUCKETS[bucket]) for bucket in used),
        lots=tuple(
            LotRow(
                lot["lot"],
                words.listed(
                    name for name in lot["output_lots"] or [lot["output_lot"]] if name != lot["lot"]
                ),
                lot["heat"],
                words.number(lot["quantity"]),
                tuple(words.number(lot["pieces"][bucket.value]) for bucket in used),
            )
            for lot in lots
        ),
        serials=len(line["serials"]),
        named=_named(line, words),
    )


def _named(line: Mapping[str, Any], words: Words) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The serial numbers by where they are: the bucket, with the box they travel in."""
    found: dict[tuple[Bucket, str], list[str]] = {}
    for each in line["serials"]:
        found.setdefault((Bucket(each["bucket"]), each["parcel"] or ""), []).append(each["serial"])
    ordered = sorted(found, key=lambda at: (_TRAVEL.index(at[0]) if at[0] in _TRAVEL else -1, at[1]))
    return tuple(
        (" · ".join(filter(None, [words.say(BUCKETS[at[0]]), at[1]])), tuple(sorted(found[at])))
        for at in ordered
    )


_FIRST = {
    None: N_("{amount} go first"),
    State.SEND: N_("{amount} go first, to be measured before the others may go"),
    State.INSPECT: N_("first {amount}: to be measured before the others may go"),
    State.REVIEW: N_("first {amount}: measured, quality has to release them before the others may go"),
    State.RELEASED: N_("first {amount}: released"),
}


def _first_article(line: Mapping[str, Any], words: Words) -> str:
    if not line["first_article"]:
        return ""
    return words.say(
        _FIRST[line["first_article_state"]], amount=words.amount(line["first_article"], line["unit"] or "")
    )


def _setup(line: Mapping[str, Any], words: Words) -> str:
    if not line["setup_allowance"]:
        return ""
    unit = line["unit"] or ""
    used = line["setup_allowance"] - line["setup_left"]
    text = (
        N_("{amount} allowed for setting up, {used} used") if used else N_("{amount} allowed for setting up")
    )
    return words.say(text, amount=words.amount(line["setup_allowance"], unit), used=words.number(used))


def waits_for(line: Mapping[str, Any], words: Words) -> str:
    """Of a line that works with the pieces of an operation before it, how many it may be sent now."""
    waits = line.get("waits_for")
    if not waits:
        return ""
    unit = line["unit"] or ""
    return words.say(
        N_("operation {operation} before it: {accepted} accepted, {usable} usable now ({orders})"),
        operation=waits["operation"],
        accepted=words.amount(waits["accepted"], unit),
        usable=words.amount(waits["usable"], unit),
        orders=words.listed(waits["orders"]) or "–",
    )


def _segments(line: Mapping[str, Any], words: Words) -> list[Segment]:
    pieces: Mapping[str, Decimal] = line["pieces"]
    unsent = ZERO if line["short_closed"] else max(ZERO, line["ordered"] - pieces["sent"])
    held = {bucket.value: pieces[bucket.value] for bucket in _TRAVEL if pieces[bucket.value]}
    sentences = {bucket.value: AMOUNTS[bucket] for bucket in Bucket} | {"unsent": UNSENT}
    if unsent:
        held = {"unsent": unsent, **held}
    starts = 0.0
    found = []
    for kind, width in zip(held, _widths(list(held.values())), strict=True):
        amount = words.amount(held[kind], line["unit"] or "")
        text = words.say(sentences[kind], amount=amount)
        found.append(Segment(kind, round(starts, 2), round(width, 2), text, amount))
        starts += width
    return found


# From what is out to what is done with.
_TRAVEL = tuple(
    sorted(
        SENT,
        key=[
            Bucket.IN_TRANSIT_OUT,
            Bucket.AT_SUPPLIER,
            Bucket.IN_TRANSIT_BACK,
            Bucket.PENDING,
            Bucket.REJECTED,
            Bucket.ACCEPTED,
            Bucket.RETURNED_UNPROCESSED,
            Bucket.FORWARDED,
            Bucket.TEST_CONSUMED,
            Bucket.RETURNED_TO_SUPPLIER,
            Bucket.SCRAPPED,
            Bucket.LOST,
        ].index,
    )
)


def _widths(quantities: list[Decimal]) -> list[float]:
    """Percent of the bar; what is too small to see is widened at the cost of the widest."""
    whole = sum(quantities, ZERO)
    widths = [max(_LEAST, float(100 * quantity / whole)) for quantity in quantities]
    if widths:
        widths[widths.index(max(widths))] -= sum(widths) - 100
    return widths
