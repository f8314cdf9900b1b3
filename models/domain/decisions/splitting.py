"""split: an order becomes several, and the first of them goes on with all that was sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from models.domain import commands as c
from models.domain import first_article, hurrying, parted
from models.domain.across import Decision
from models.domain.decisions import checks
from models.domain.errors import Invalid, Refusal
from models.domain.events import Event, OrderIssued, OrderSplit, PiecesTakenOver, ShareMove
from models.domain.facts import Asked, Facts
from models.domain.order import Line, Order, line_sent, sent_on
from models.domain.pieces import Bucket, Move, key, line_of, lot_of, sent
from models.domain.quantities import ZERO
from models.domain.records import Inspection, Kin, PlannedLot
from models.domain.serials import here
from models.domain.transfers import handed_on

MOST = 20


def split(order: Order, command: c.Split, asked: Asked, facts: Facts, now: datetime) -> Decision:
    if facts.pending_commands:
        raise Refusal(
            "split.pending",
            "Still to be applied to this order: {count}. Wait a moment.",
            count=facts.pending_commands,
        )
    if handed_on(order):
        raise Refusal(
            "split.handed_on",
            "Pieces of {order} went straight to another order, or came from one; it stays one order. "
            "Give what is not done to another supplier instead.",
            order=order.number,
        )
    shares = shared_out(order, command.children)
    numbers = facts.numbers[: len(shares)]
    leaving = tuple(_leaving(order))
    parts = parted.shared(
        order.number, {line.line: line for line in order.lines}, dict(zip(numbers, shares, strict=True))
    )
    first, *others = (_child(order, parts[number], numbers, place) for place, number in enumerate(numbers))
    begun: list[Event] = [OrderIssued(_going_on(order, first))]
    if leaving:
        taken = {at: some.going_on() for at, some in order.withdrawn.items()}
        begun.append(PiecesTakenOver(order.number, tuple(move.reversed() for move in leaving), taken))
    born: dict[str, list[Event]] = {first.number: begun}
    born |= {other.number: [OrderIssued(_beginning(order, other))] for other in others}
    return Decision([OrderSplit(numbers, leaving, tuple(_shares(order)))], born)


def why_not(order: Order) -> Refusal | None:
    """Why there is nothing to share out although the order's stage allows it."""
    if all(line_sent(order, line) for line in order.lines):
        return Refusal(
            "split.all_sent", "Everything ordered was sent: all of it would stay with the first order."
        )
    return None


def shared_out(order: Order, children: Sequence[c.SplitChild]) -> list[tuple[Line, ...]]:
    """The lines of each new order, with their quantities and lots. Raises what is wrong with the wish."""
    if not 2 <= len(children) <= MOST:
        raise Invalid(
            "split.count", "An order is split into 2 to {most} orders.", field="children", most=MOST
        )
    wished = [_by_line(order, child, place) for place, child in enumerate(children)]
    for line in order.lines:
        _adds_up(order, line, [child.get(line.line, {}) for child in wished])
    lots = {line.line: _lots(order, line, wished) for line in order.lines}
    found = []
    for place, wish in enumerate(wished):
        lines = [
            replace(
                line,
                ordered=sum(wish.get(line.line, {}).values(), ZERO),
                lots=lots[line.line][place],
            )
            for line in order.lines
            if line.line in wish or (place == 0 and _began(order, line))
        ]
        found.append(tuple(lines))
    return found


def rest(order: Order, others: Sequence[c.SplitChild]) -> c.SplitChild:
    """What is left for the first of them when `others` are as wished."""
    found = []
    for line in order.lines:
        taken = (item.quantity for child in others for item in child.lines if item.line == line.line)
        left = line.ordered - sum(taken, ZERO)
        if left > 0:
            found.append(c.LineQuantity(line.line, left))
    return c.SplitChild(tuple(found))


def _by_line(order: Order, child: c.SplitChild, place: int) -> dict[int, dict[str, Decimal]]:
    """How many of each line and lot one new order is to have; lot '' for those no lot is named for."""
    at = f"children.{place}.lines"
    if not child.lines:
        raise Invalid("lines.empty", "Name at least one line.", field=at)
    found: dict[int, dict[str, Decimal]] = {}
    for index, item in enumerate(child.lines):
        line = checks.the_line(order, item.line, index, at)
        if item.serials:
            raise Invalid(
                "split.serials",
                "Pieces with serial numbers that were sent stay together; say only how many.",
                field=f"{at}.{index}.serials",
            )
        lots = found.setdefault(line.line, {})
        lot = item.lot.strip()
        if lot in lots:
            raise Invalid(
                "line.repeated", "Line {line} is named twice.", field=f"{at}.{index}.line", line=line.line
            )
        if lot and lot not in {planned.lot for planned in line.lots}:
            raise Invalid(
                "split.lot",
                "Line {line} has no lot {lot}; it has {lots}.",
                field=f"{at}.{index}.lot",
                line=line.line,
                lot=lot,
                lots=", ".join(planned.lot for planned in line.lots) or "none",
            )
        lots[lot] = checks.counted(line, item.quantity, index, of=at)
    return found


def _began(order: Order, line: Line) -> bool:
    """Something happened on the line, or nothing is ordered on it any more: it stays with the first."""
    return not line.ordered or any(line_of(at) == line.line for at in order.stock)


def _adds_up(order: Order, line: Line, wished: Sequence[Mapping[str, Decimal]]) -> None:
    given = [sum(lots.values(), ZERO) for lots in wished]
    if sum(given, ZERO) != line.ordered:
        raise Invalid(
            "split.sum",
            "Line {line}: the new orders have {given} of it, {ordered} are ordered. Share out all of them.",
            field="children",
            line=line.line,
            given=sum(given, ZERO),
            ordered=line.ordered,
        )
    gone = min(line.ordered, sent_on(order, line.line))
    if given[0] < gone:
        raise Refusal(
            "split.sent",
            "Line {line}: {sent} pieces were sent already, which the first order goes on with. Give it at "
            "least that many.",
            field="children.0.lines",
            line=line.line,
            sent=gone,
        )
    if line.short_closed and given[0] < line.ordered:
        raise Refusal(
            "split.short_closed",
            "Line {line} was closed short; nothing more is sent on it. Leave it to the first order.",
            field="children.0.lines",
            line=line.line,
        )


def _lots(
    order: Order, line: Line, wished: Sequence[Mapping[int, Mapping[str, Decimal]]]
) -> list[tuple[PlannedLot, ...]]:
    """Which lots each new order has of the line: those it names, then what is left in their sequence."""
    left = {planned.lot: planned.quantity for planned in line.lots}
    named = [dict(child.get(line.line, {})) for child in wished]
    unnamed = [lots.pop("", ZERO) for lots in named]
    for lots in named:
        for lot, some in lots.items():
            left[lot] -= some
    short = next((lot for lot, some in left.items() if some < 0), "")
    if short:
        raise Invalid(
            "split.lot_short",
            "Line {line}: the new orders have more of lot {lot} than the {planned} that are to go out.",
            field="children",
            line=line.line,
            lot=short,
            planned=left[short] + sum((lots.get(short, ZERO) for lots in named), ZERO),
        )
    # What was sent is the first one's, whichever lots come before it in the sequence.
    for lot in left:
        gone = min(left[lot], unnamed[0], max(ZERO, _sent_of(order, line, lot) - named[0].get(lot, ZERO)))
        _hand(named[0], left, lot, gone)
        unnamed[0] -= gone
    for place, lots in enumerate(named):
        for lot in left:
            some = min(left[lot], unnamed[place])
            _hand(lots, left, lot, some)
            unnamed[place] -= some
    _sent_lots(order, line, named[0])
    return [
        tuple(replace(planned, quantity=lots[planned.lot]) for planned in line.lots if planned.lot in lots)
        for lots in named
    ]


def _hand(lots: dict[str, Decimal], left: dict[str, Decimal], lot: str, some: Decimal) -> None:
    if some:
        lots[lot] = lots.get(lot, ZERO) + some
        left[lot] -= some


def _sent_lots(order: Order, line: Line, first: Mapping[str, Decimal]) -> None:
    """Raises when lots that were sent would stay with another order than their pieces."""
    for planned in line.lots:
        gone = min(planned.quantity, _sent_of(order, line, planned.lot))
        if first.get(planned.lot, ZERO) < gone:
            raise Refusal(
                "split.sent_lot",
                "Line {line}: {sent} pieces of lot {lot} were sent already, which the first order goes "
                "on with.",
                field="children.0.lines",
                line=line.line,
                lot=planned.lot,
                sent=gone,
            )


def _sent_of(order: Order, line: Line, lot: str) -> Decimal:
    return sent(order.stock.get(key(line.line, lot), {}))


def _child(order: Order, lines: tuple[Line, ...], numbers: tuple[str, ...], place: int) -> Order:
    """A new order with the terms of the old one, and nothing that happened to it."""
    here = {line.line for line in lines}
    need_by = max(line.need_by or order.need_by for line in lines)
    promised = max(
        (line.promise or order.promise_current for line in lines if order.promise_current), default=None
    )
    return replace(
        order,
        number=numbers[place],
        lines=tuple(_of_child(order, line, here, need_by) for line in lines),
        need_by=need_by,
        promise_current=promised,
        version=0,
        stock={},
        serials={},
        accepted_as={},
        # What was taken of a lot in another unit goes on with the pieces it was taken for.
        withdrawn={},
        alerts={},
        changes={},
        expedites=hurrying.shared(order, lines, numbers[place], numbers[0]),
        corrected=(),
        transfers={},
        kin=Kin(
            split_from=order.number, siblings=tuple(each for at, each in enumerate(numbers) if at != place)
        ),
    )


def _of_child(order: Order, line: Line, here: set[int], need_by: date) -> Line:
    """The line among those of a new order, which shows the latest of their days."""
    day = line.need_by or order.need_by
    return replace(
        line,
        need_by=None if day == need_by else day,
        delivery_of=line.delivery_of if line.delivery_of in here else 0,
    )


def _going_on(order: Order, child: Order) -> Order:
    """The first one: all that happened, but for the pieces, which come by moves. What told of it is in the
    old order's stream, where nothing is corrected any more."""
    here = {line.line for line in child.lines}
    lines = tuple(
        replace(line, loads=tuple(replace(load, sequence=0) for load in line.loads)) for line in child.lines
    )
    return replace(
        child,
        lines=lines,
        parcels={name: replace(parcel, contents={}) for name, parcel in order.parcels.items()},
        receipts=tuple(replace(receipt, sequence=0) for receipt in order.receipts),
        inspections=_of_lines(order, here),
        documents={
            name: replace(item, lines=tuple(line for line in item.lines if line in here))
            for name, item in order.documents.items()
        },
        nonconformances={name: replace(item, opened_by=0) for name, item in order.nonconformances.items()},
        claims={name: replace(claim, opened_by=0) for name, claim in order.claims.items()},
    )


def _of_lines(order: Order, lines: set[int]) -> dict[str, Inspection]:
    return {name: item for name, item in order.inspections.items() if item.line in lines}


def _beginning(order: Order, child: Order) -> Order:
    """Another one: the same terms and answer, and nothing was sent of it."""
    return replace(
        child,
        lines=tuple(_fresh(order, line) for line in child.lines),
        milestones=tuple(
            replace(item, forecast=None, actual=None, reported_at=None, source="", quantity=None)
            for item in order.milestones
        ),
        sent_under=(),
        first_sent={},
        arrived=ZERO,
        out_since=None,
        judged={},
        shipped={},
        parcels={},
        receipts=(),
        inspections={},
        documents={},
        nonconformances={},
        claims={},
        # The pieces they are about are the first one's.
        lot_holds={},
        pushes=(),
    )


def _fresh(order: Order, line: Line) -> Line:
    """A line nothing was sent on. One whose first article was released needs no other."""
    was = order.line(line.line)
    assert was is not None, "new orders have lines of the old one"
    released = first_article.state(order, was) is first_article.State.RELEASED
    wanted = ZERO if released else min(was.first_article, line.ordered)
    return replace(
        line,
        output_lots={},
        waiting_as={},
        loads=(),
        first_article=wanted,
        first_articles_spent=ZERO,
        weight=ZERO,
        weighed=ZERO,
        setup_allowance=min(line.setup_allowance, line.ordered),
    )


def _leaving(order: Order) -> Iterator[Move]:
    """Every piece, out of where it is: those on their way by their box, accepted ones by their name."""
    for at, pieces in order.stock.items():
        line, lot = line_of(at), lot_of(at)
        for bucket, quantity in pieces.items():
            if bucket is Bucket.IN_TRANSIT_BACK:
                for parcel in order.parcels.values():
                    if some := parcel.contents.get(at, ZERO):
                        yield Move(
                            line,
                            lot,
                            some,
                            bucket,
                            None,
                            parcel=parcel.parcel,
                            serials=here(order, at, bucket, parcel=parcel.parcel),
                        )
            elif bucket is Bucket.ACCEPTED:
                for output, some in order.accepted_as.get(at, {}).items():
                    named = here(order, at, bucket, output=output)
                    yield Move(line, lot, some, bucket, None, output=output, serials=named)
            else:
                yield Move(line, lot, quantity, bucket, None, serials=here(order, at, bucket))


def _shares(order: Order) -> Iterator[ShareMove]:
    for item in order.nonconformances.values():
        for at, shares in item.shares.items():
            for share, quantity in shares.items():
                named = tuple(
                    lot_of(name)
                    for name, theirs in item.serials.items()
                    if theirs is share
                    and line_of(name) == line_of(at)
                    and order.serials[name].lot == lot_of(at)
                )
                yield ShareMove(item.nonconformance, line_of(at), lot_of(at), quantity, share, None, named)
