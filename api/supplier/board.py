"""What an order's page shows beside its question: the order, the pieces, the papers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from activities import wording
from activities.i18n import N_
from api.supplier.naming import again_for, delivery_told, line_among
from api.supplier.owing import Owed, owed_by_supplier
from api.supplier.tasks import label
from api.supplier.told import Line as Said
from api.supplier.told import in_words, limits, mismatch
from api.supplier.visits import Visit
from api.supplier.words import Words
from models.domain import first_article, setting_up
from models.domain.arrivals import short_in
from models.domain.delivery_days import days_needed, days_promised
from models.domain.evidence import DOCUMENTS
from models.domain.first_article import State
from models.domain.lot_holds import with_supplier
from models.domain.order import Line, Order
from models.domain.pieces import Bucket, line_of, total
from models.domain.quantities import ZERO
from models.domain.records import Inspection, Load, Share

# Each bucket as the supplier sees it.
_WHERE = {
    Bucket.IN_TRANSIT_OUT: N_("on the way to you"),
    Bucket.AT_SUPPLIER: N_("with you"),
    Bucket.IN_TRANSIT_BACK: N_("on the way back"),
    Bucket.PENDING: N_("received, being checked"),
    Bucket.ACCEPTED: N_("accepted"),
    Bucket.REJECTED: N_("rejected"),
    Bucket.SCRAPPED: N_("scrapped"),
    Bucket.TEST_CONSUMED: N_("used for tests"),
    Bucket.LOST: N_("lost"),
    Bucket.FORWARDED: N_("gone on to the next supplier"),
    Bucket.RETURNED_UNPROCESSED: N_("came back unprocessed"),
    Bucket.RETURNED_TO_SUPPLIER: N_("returned to you"),
    Bucket.OVER: N_("more than expected"),
}
_SHARES = {
    Share.UNDECIDED: N_("being decided"),
    Share.PROPOSED: N_("being decided"),
    Share.REWORKING: N_("to be reworked by you"),
    Share.REINSPECTING: N_("being inspected again"),
    Share.RETURNING: N_("coming back to you for good"),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """`links`: several values, each with where it leads, empty for nowhere."""

    name: str
    value: str
    links: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class LineView:
    title: str
    # Which delivery it is, and its days; empty where the order's own say it all.
    delivery: str
    description: str
    work_order: str
    ordered: str
    # How it stands with the pieces that come first; empty when all may come at once.
    first: str
    # How many may be used up in setting up; empty when none.
    setup: str
    lots: tuple[str, ...]
    pieces: tuple[Fact, ...]
    limits: tuple[Fact, ...]
    # What was reported of its processing.
    loads: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ParcelView:
    parcel: str
    amount: str
    travel: str
    shipped: str
    arrived: bool
    # What was announced in it and not found; empty when all was, or nobody has counted it.
    missing: str


@dataclass(frozen=True, slots=True)
class DocumentView:
    document: str
    name: str
    filename: str
    added: str
    # good, act, or empty once a newer one took its place.
    state: str
    # Whether anything on it was held against the order.
    compared: bool
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RejectionView:
    name: str
    defect: str
    shares: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class InspectionView:
    name: str
    of: str
    verdict: str
    decision: str


@dataclass(frozen=True, slots=True)
class StepView:
    name: str
    when: str
    # done, late or open.
    state: str


@dataclass(frozen=True, slots=True)
class HoldView:
    """Pieces of these lots are to stay as they are."""

    lots: str
    reason: str


@dataclass(frozen=True, slots=True)
class Board:
    holds: tuple[HoldView, ...]
    facts: tuple[Fact, ...]
    lines: tuple[LineView, ...]
    steps: tuple[StepView, ...]
    owed: tuple[Owed, ...]
    rejections: tuple[RejectionView, ...]
    inspections: tuple[InspectionView, ...]
    parcels: tuple[ParcelView, ...]
    documents: tuple[DocumentView, ...]
    said: tuple[Said, ...]


def board(visit: Visit) -> Board:
    order, words = visit.order, visit.words
    return Board(
        holds=tuple(
            HoldView(words.listed(hold.lots), hold.reason)
            for hold in order.open_lot_holds
            if with_supplier(order, hold.lots)
        ),
        facts=tuple(_facts(visit)),
        lines=tuple(_line(visit, line) for line in order.lines),
        steps=tuple(_steps(order, words)),
        owed=tuple(owed_by_supplier(visit)),
        rejections=tuple(_rejections(order, words)),
        inspections=tuple(_inspection(visit, item) for item in order.inspections.values()),
        parcels=tuple(_parcels(order, words)),
        documents=tuple(_documents(order, words)),
        # What was refused on the spot was read on the spot.
        said=tuple(
            in_words(item, order, words)
            for item in visit.told
            if item.status != "refused" or item.answered_early
        ),
    )


def _facts(visit: Visit) -> Iterator[Fact]:
    order, words = visit.order, visit.words
    yield Fact(words.say(N_("Process")), order.process_name)
    if order.spec:
        yield Fact(words.say(N_("Specification")), f"{order.spec} {order.spec_revision}".strip())
    yield Fact(words.say(N_("Needed by")), _days(days_needed(order), words))
    if order.promise_current is not None:
        yield Fact(words.say(N_("You promised")), _days(days_promised(order), words))
    if order.purchase_order:
        yield Fact(words.say(N_("Purchase order")), order.purchase_order)
    if order.kin.merged_from:
        yield Fact(words.say(N_("Includes the former orders")), words.listed(order.kin.merged_from))
    if order.kin.split_from:
        yield Fact(words.say(N_("Part of the former order")), order.kin.split_from)
        yield _orders(visit, words.say(N_("Other parts")), order.kin.siblings)
    if order.kin.successor:
        yield _orders(visit, words.say(N_("Goes on as")), order.kin.superseded_by or (order.kin.successor,))
    if order.supplier_order:
        yield Fact(words.say(N_("Your order number")), order.supplier_order)


def _days(days: list[date], words: Words) -> str:
    """How far away one is; several stand side by side."""
    return words.listed(map(words.day, days)) if len(days) > 1 else words.far_day(days[0])


def _orders(visit: Visit, name: str, numbers: tuple[str, ...]) -> Fact:
    """Other orders of theirs, each a link where they have one to it."""
    ways = tuple((number, visit.way_to(number)) for number in numbers)
    return Fact(name, visit.words.listed(numbers), ways)


def _line(visit: Visit, line: Line) -> LineView:
    order, words = visit.order, visit.words
    lots = (
        words.say(N_("Lot {lot}"), lot=item.lot)
        + f": {words.amount(item.quantity, line.unit)}"
        + (f", {words.say(N_('heat {heat}'), heat=item.heat)}" if item.heat else "")
        for item in line.lots
    )
    pieces = (
        Fact(words.say(_WHERE[bucket]), words.amount(quantity, line.unit))
        for bucket in _WHERE
        if (quantity := total(order.stock, bucket, line=line.line))
    )
    plan = line.plan.characteristics if line.plan is not None else ()
    return LineView(
        title=line_among(order, line, words),
        delivery=delivery_told(order, line, words),
        description=line.description,
        work_order=line.work_order,
        ordered=words.amount(line.ordered, line.unit),
        first=_first(order, line, words),
        setup=_setup(order, line, words),
        lots=tuple(lots),
        pieces=tuple(pieces),
        limits=tuple(Fact(f"{item.number} · {item.name}", limits(item, words)) for item in plan),
        loads=tuple(_load(load, line, words) for load in line.reported_loads),
    )


_FIRST = {
    State.SEND: N_("First {amount} come to you alone. Measure them: the others come once they are released."),
    State.INSPECT: N_("Please measure the first {amount}. The others come to you once they are released."),
    State.REVIEW: N_(
        "The values of the first {amount} are being reviewed. The others come once they are released."
    ),
    State.RELEASED: N_("The first {amount} are released; the others may come."),
}


def _first(order: Order, line: Line, words: Words) -> str:
    state = first_article.state(order, line)
    return words.say(_FIRST[state], amount=words.amount(line.first_article, line.unit)) if state else ""


def _setup(order: Order, line: Line, words: Words) -> str:
    left = setting_up.left(order, line) if line.setup_allowance else ZERO
    text = N_("Up to {amount} may be used up in setting up; please send those back, too.")
    return words.say(text, amount=words.amount(left, line.unit)) if left else ""


def _load(load: Load, line: Line, words: Words) -> str:
    pieces = words.amount(sum(load.lots.values(), ZERO), line.unit)
    began, ended = words.time(load.started_at), words.time(load.ended_at)
    name = words.say(N_("Load {load}"), load=load.load)
    return f"{name} · {load.equipment} · {began} – {ended} · {pieces}"


def _steps(order: Order, words: Words) -> Iterator[StepView]:
    for step in order.milestones:
        if step.actual is not None:
            yield StepView(step.name, words.local_day(step.actual), "done")
        else:
            state = "late" if step.expected < words.today else "open"
            yield StepView(step.name, words.far_day(step.expected), state)


def _rejections(order: Order, words: Words) -> Iterator[RejectionView]:
    for item in order.open_nonconformances:
        found: dict[tuple[str, str], Decimal] = {}
        for at, shares in item.shares.items():
            line = order.line(line_of(at))
            for share, quantity in shares.items():
                if quantity and line is not None:
                    place = (_SHARES[share], line.unit)
                    found[place] = found.get(place, ZERO) + quantity
        shown = (
            Fact(words.say(text), words.amount(quantity, unit)) for (text, unit), quantity in found.items()
        )
        yield RejectionView(item.nonconformance, wording.defect(words.locale, item.defect), tuple(shown))


def _inspection(visit: Visit, item: Inspection) -> InspectionView:
    of = [label(visit, f"{item.line}:{item.lot}"), again_for(item.nonconformance, visit.words)]
    return InspectionView(item.inspection, " · ".join(filter(None, of)), item.verdict, item.decision)


def _parcels(order: Order, words: Words) -> Iterator[ParcelView]:
    for item in order.parcels.values():
        if item.void:
            continue
        yield ParcelView(
            parcel=item.parcel,
            amount=_in_units(order, item.packed, words),
            travel=" ".join(filter(None, [item.carrier, item.tracking])),
            shipped=words.local_day(item.shipped_at),
            arrived=not any(item.contents.values()),
            missing=_in_units(order, short_in(order, item), words),
        )


def _in_units(order: Order, contents: Mapping[str, Decimal], words: Words) -> str:
    by_unit: dict[str, Decimal] = {}
    for at, quantity in contents.items():
        line = order.line(line_of(at))
        if line is not None:
            by_unit[line.unit] = by_unit.get(line.unit, ZERO) + quantity
    return words.listed(words.amount(quantity, unit) for unit, quantity in by_unit.items())


def _documents(order: Order, words: Words) -> Iterator[DocumentView]:
    for item in order.documents.values():
        wrong = (
            mismatch({"field": each.field, "printed": each.printed, "expected": each.expected}, words)
            for each in item.mismatches
        )
        yield DocumentView(
            document=item.document,
            name=words.say(DOCUMENTS[item.type].name),
            filename=item.filename,
            added=words.time(item.added_at),
            state=("good" if item.matched else "act") if item.current else "",
            compared=item.compared,
            problems=tuple(wrong) if item.current else (),
        )
