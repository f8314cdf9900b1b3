"""One receipt, line by line: what each counted piece is booked from and into."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from models.domain import reinspecting, reworking
from models.domain.coming_back import is_another
from models.domain.commands import Receive, ReceiveLine
from models.domain.decisions import checks
from models.domain.decisions.accepting import held_lot
from models.domain.decisions.converting import SPLIT, Split, split
from models.domain.decisions.drawing import NOBODY, Drawn, Shelf, Taken
from models.domain.decisions.inspecting import released_left
from models.domain.decisions.received_serials import received_serials
from models.domain.errors import Refusal
from models.domain.events import ReceiptLine
from models.domain.facts import Asked, Facts
from models.domain.order import Line, Order, sent_on
from models.domain.origins import Origin, joins
from models.domain.paperwork import contradicted
from models.domain.pieces import OUT, Bucket, Move, held_in, key, line_of, lot_of
from models.domain.quantities import ZERO, plain
from models.domain.records import Share
from models.domain.serials import Named, missing, of_line
from models.domain.surplus import acceptable

_TARGET = {
    "accepted": Bucket.ACCEPTED,
    "rejected": Bucket.REJECTED,
    "pending": Bucket.PENDING,
    "unprocessed": Bucket.RETURNED_UNPROCESSED,
    "scrapped": Bucket.SCRAPPED,
    "tested": Bucket.TEST_CONSUMED,
}
# Counted beyond what was out comes off these, in this order.
_EXCESS_FROM = ("accepted", "pending", "rejected")


class Count:
    """Books the lines of one receipt one after another against what is left."""

    def __init__(self, order: Order, command: Receive, asked: Asked, facts: Facts) -> None:
        self.order = order
        self.asked = asked
        self.facts = facts
        self.named = command.parcel
        self.unannounced = False
        self.lot_unknown = False
        self.shelf = Shelf(order)
        self.judged = dict(order.judged)
        # What was accepted of each line so far.
        self.accepted: dict[int, Decimal] = {}
        self.moves: list[Move] = []
        self.lines: list[ReceiptLine] = []
        # Where the pieces of this receipt come from, by the lot it names for them.
        self.named_now: dict[str, set[Origin]] = {}
        # What came, and what of it from rework; and how much of what was inspected anew it used up: by stock key.
        self.came: dict[str, tuple[Decimal, Decimal]] = {}
        self.fresh: dict[str, Decimal] = {}
        # How much of that was inspected as rework alone.
        self.own: dict[str, Decimal] = {}
        # Whose rework it was that had serials.
        self.whose: dict[str, dict[str, Decimal]] = {}
        # Whose rework came back, by stock key.
        self.rework: dict[str, str] = {}

    @property
    def parcel(self) -> str:
        """The box of the whole receipt: the one named, one opened here, or the only one drawn from."""
        if self.named or self.unannounced:
            return self.named or self.opened
        boxes = {move.parcel for move in self.moves if move.parcel}
        return boxes.pop() if len(boxes) == 1 else ""

    @property
    def opened(self) -> str:
        """The name of the box that nobody announced."""
        return f"{self.order.number}-P{len(self.order.parcels) + 1}"

    def add(self, index: int, item: ReceiveLine) -> None:
        line = checks.the_line(self.order, item.line, index)
        counted = split(line, item, index)
        lot = checks.the_lot(self.order, line, item.lot, index)
        output = self._output_lot(line, lot, item.output_lot.strip(), index)
        if line.by_serial:
            drawn, over, kept, why = self._add_serials(line, lot, output, counted, item, index)
        else:
            checks.serials(line, (each.serial for each in item.serials), counted.counted, index)
            drawn = self._take(line, lot, counted.counted, index)
            over = counted.counted - drawn.quantity
            _excess(line, counted, over, index)
            kept, why = self._book(_renamed(line, lot, drawn, output), drawn, counted.parts, item)
            if over:
                excess = _lot_of_excess(line, lot, drawn)
                self.moves.append(Move(line.line, excess, over, None, Bucket.OVER))
        if item.final:
            self._residue(line, lot, index)
        self._name_rework(line, item, drawn, index)
        self.lot_unknown = self.lot_unknown or drawn.lot_unknown
        self.lines.append(
            ReceiptLine(
                line=line.line,
                lot=lot,
                counted=counted.counted,
                **{name: counted.parts[name] for name in SPLIT},
                over=over,
                output_lot=output,
                counted_in=counted.counted_in,
                conversion=counted.conversion,
                kept_pending=kept,
                kept_because=why,
            )
        )

    def _add_serials(
        self, line: Line, lot: str, output: str, counted: Split, item: ReceiveLine, index: int
    ) -> tuple[Drawn, Decimal, Decimal, str]:
        """Books each named piece as what it was found to be; one that was never sent is over."""
        book = received_serials(self.order, line, counted, item, index, self.facts.serial_stock)
        parts: tuple[Taken, ...] = ()
        kept, why = ZERO, ""
        for name, expected in book.expected.items():
            drawn = self._take(line, lot, counted.parts[name], index, expected)
            if drawn.quantity < counted.parts[name]:
                raise missing(line.line, of_line(self.order, line.line, *OUT), expected.field)
            these = {name: counted.parts[name]}
            some, because = self._book(_renamed(line, lot, drawn, output), drawn, these, item)
            parts, kept, why = (*parts, *drawn.parts), kept + some, because or why
        drawn = Drawn(parts)
        if book.over:
            over = Decimal(len(book.over))
            excess = _lot_of_excess(line, lot, drawn)
            self.moves.append(Move(line.line, excess, over, None, Bucket.OVER, serials=book.over))
        return drawn, Decimal(len(book.over)), kept, why

    def _output_lot(self, line: Line, lot: str, typed: str, index: int) -> str:
        """What the pieces are called from now on; '' when they keep the name they were sent under.

        A lot that exists already must hold the same part; anything else would mix two parts in it. What was
        made of a lot of another part gets a number of its own.
        """
        output = typed or self.facts.new_lots.get(key(line.line, lot)) or line.output_lot(lot)
        known = self.facts.lots.get(output)
        if output == lot and not (typed and is_another(known, line)):
            return output if output != line.output_lot(lot) else ""
        if known is not None and is_another(known, line):
            raise Refusal(
                "lot.other_part",
                "Lot {lot} holds {part}, not {expected}. Give the received pieces another lot.",
                field=f"lines.{index}.output_lot",
                lot=output,
                part=known.part,
                expected=line.part,
            )
        self._not_its_source(line, lot, output, index)
        self._of_one_origin(line, lot, output, index)
        return output

    def _of_one_origin(self, line: Line, lot: str, output: str, index: int) -> None:
        """Neither with what is in the lot already, nor with what this receipt puts there."""
        sent = {lot} if lot else {lot_of(at) for at in self.order.stock if line_of(at) == line.line}
        here = self.named_now.setdefault(output, set())
        joins(
            output,
            {*self.facts.origins.get(output, ()), *here},
            line.work_order,
            sent,
            f"lines.{index}.output_lot",
        )
        here |= {Origin(line.work_order, self.order.number, each) for each in sent or {""}}

    def _not_its_source(self, line: Line, lot: str, output: str, index: int) -> None:
        """Pieces are not made of themselves: a trace would come back to where it began."""
        for at, behind in self.facts.made_of.items():
            if line_of(at) == line.line and lot in ("", lot_of(at)) and output in behind:
                raise Refusal(
                    "receive.own_source",
                    "Lot {lot} went into {sent}, which was sent; what comes back of it is another lot. Give the "
                    "received pieces another lot.",
                    field=f"lines.{index}.output_lot",
                    lot=output,
                    sent=lot_of(at),
                )

    def _take(self, line: Line, lot: str, wanted: Decimal, index: int, serials: Named = NOBODY) -> Drawn:
        if self.order.end is not None:
            return self._found(line, lot, wanted, index, serials)
        if self.named:
            return self.shelf.take(
                line.line, lot, wanted, [Bucket.IN_TRANSIT_BACK], parcel=self.named, serials=serials
            )
        drawn = self.shelf.take(line.line, lot, wanted, [*OUT, Bucket.LOST], serials=serials)
        if any(part.bucket in (Bucket.AT_SUPPLIER, Bucket.IN_TRANSIT_OUT) for part in drawn.parts):
            # Nobody announced it: the box is opened here, and a late notice only names it.
            self.unannounced = True
        return drawn

    def _found(self, line: Line, lot: str, wanted: Decimal, index: int, serials: Named) -> Drawn:
        """After its end an order takes back only what had been given up, and no piece more."""
        drawn = self.shelf.take(line.line, lot, wanted, [Bucket.LOST], serials=serials)
        if drawn.quantity < wanted:
            raise Refusal(
                "receive.more_than_lost",
                "The order is {ended}: of line {line} {found} pieces are missing; you counted {entered}. "
                "Count again; what is another order's is received there.",
                field=f"lines.{index}.counted",
                ended=self.order.end,
                line=line.line,
                found=drawn.quantity,
                entered=wanted,
            )
        return drawn

    def _book(
        self, line: Line, drawn: Drawn, counted: Mapping[str, Decimal], item: ReceiveLine
    ) -> tuple[Decimal, str]:
        """Moves what was drawn into the buckets; returns how much of what was typed is kept pending, and why."""
        left = dict(counted)
        kept, why = ZERO, ""
        for part in drawn.parts:
            available = part.quantity
            rest = part
            for name in reversed(SPLIT):
                amount = min(available, left.get(name, ZERO))
                if not amount:
                    continue
                left[name] -= amount
                available -= amount
                again = self._come_again(rest, amount, item)
                of = self._whose(rest, amount, again, item)
                for target, some, reason in self._targets(line, part, name, amount, again, of):
                    box = self.opened if self.unannounced else ""
                    these, rest = rest.cut(some)
                    self.moves.append(these.to(target, parcel=box, line=line))
                    if reason:
                        kept, why = kept + some, reason
        return kept, why

    def _come_again(self, part: Taken, amount: Decimal, item: ReceiveLine) -> Decimal:
        """How many of the first `amount` of these come back from rework: those whose serials say so; of a box that
        is named for it as many as are out again; of others what cannot be anything else."""
        if part.bucket not in OUT:
            return ZERO
        at = key(part.line, part.lot)
        if part.serials:
            named = reinspecting.named(self.order, part.line, part.serials[: int(amount)], Share.REWORKING)
            return sum(named.values(), ZERO)
        came, came_again = self.came.get(at, (ZERO, ZERO))
        left = reworking.out_again(self.order, at) - came_again
        first = held_in(self.order.stock[at], *OUT) - reworking.again(self.order, at) - (came - came_again)
        found = min(left, amount if self._named(part, item) else max(ZERO, amount - first))
        self.came[at] = (came + amount, came_again + found)
        return found

    def _named(self, part: Taken, item: ReceiveLine) -> str:
        """Whose rework these are said to be, by who counted them or announced their box."""
        box = self.order.parcels.get(part.parcel)
        return item.nonconformance or (box.nonconformance if box is not None else "")

    def _whose(
        self, part: Taken, amount: Decimal, again: Decimal, item: ReceiveLine
    ) -> dict[str, Decimal] | None:
        """Whose rework came with them so far, where anything says so."""
        at = key(part.line, part.lot)
        if part.serials:
            these = reinspecting.named(self.order, part.line, part.serials[: int(amount)], Share.REWORKING)
            self.whose[at] = reinspecting.together(self.whose.get(at, {}), these)
            return self.whose[at]
        name = self._named(part, item)
        return {name: again + self.fresh.get(at, ZERO)} if name else None

    def _covered(
        self, line: Line, lot: str, amount: Decimal, again: Decimal, of: Mapping[str, Decimal] | None
    ) -> Decimal:
        """How many of `amount`, `again` of them from rework, released inspections speak of; these use it up."""
        at = key(line.line, lot)
        left = reinspecting.to_judge(self.order, at, of) - self.fresh.get(at, ZERO) if again else ZERO
        fresh = max(ZERO, min(again, left))
        as_such = min(fresh, self._as_such(at))
        covered = min(amount - again + fresh, released_left(self.order, line, lot, self.judged) + as_such)
        if again:
            self.fresh[at] = self.fresh.get(at, ZERO) + min(fresh, covered)
        self._judge(at, covered, min(fresh, covered))
        return covered

    def _as_such(self, at: str) -> Decimal:
        """What is left of what was inspected as rework alone."""
        return max(ZERO, reinspecting.own(self.order, at, leaving=False) - self.own.get(at, ZERO))

    def _judge(self, at: str, amount: Decimal, again: Decimal) -> None:
        as_such = min(again, self._as_such(at))
        self.own[at] = self.own.get(at, ZERO) + as_such
        self.judged[at] = self.judged.get(at, ZERO) + amount - as_such

    def _targets(
        self,
        line: Line,
        part: Taken,
        name: str,
        amount: Decimal,
        again: Decimal,
        of: Mapping[str, Decimal] | None,
    ) -> list[tuple[Bucket, Decimal, str]]:
        """Where `amount` pieces typed as `name` go, `again` of them from rework; accepted ones wait for what is
        still missing."""
        if part.bucket is Bucket.LOST:
            return [(Bucket.PENDING, amount, "found")]
        at = key(line.line, part.lot)
        if name == "rejected":
            self._judge(at, amount, again)
            self.fresh[at] = self.fresh.get(at, ZERO) + again
        if name != "accepted":
            return [(_TARGET[name], amount, "")]
        if self.order.hold is not None:
            return [(Bucket.PENDING, amount, "hold")]
        if held_lot(self.facts, line, part.lot) is not None:
            return [(Bucket.PENDING, amount, "lot")]
        if contradicted(self.order, line.line):
            return [(Bucket.PENDING, amount, "document")]
        ordered = min(amount, self._ordered_still(line))
        free = ordered
        if line.plan is not None:
            free = self._covered(line, part.lot, ordered, min(again, ordered), of)
        else:
            self._judge(at, free, ZERO)
        self.accepted[line.line] = self.accepted.get(line.line, ZERO) + free
        targets = [
            (Bucket.ACCEPTED, free, ""),
            (Bucket.PENDING, ordered - free, "inspection"),
            (Bucket.PENDING, amount - ordered, "ordered"),
        ]
        return [target for target in targets if target[1]]

    def _ordered_still(self, line: Line) -> Decimal:
        """How many more may become accepted. What a change took off the line after it was sent waits, though it
        comes back done: somebody orders it anew, or it goes back."""
        left = acceptable(self.order, line)
        assert left is not None, "after its end an order takes back only what was lost, to be judged"
        return max(ZERO, left - self.accepted.get(line.line, ZERO))

    def _residue(self, line: Line, lot: str, index: int) -> None:
        """The last receipt of a line counted by weight: what the scale did not show is written off."""
        sent = sent_on(self.order, line.line)
        residue = self.shelf.take(line.line, lot, sent, OUT)
        limit = plain(sent * line.tolerance)
        if residue.quantity > limit:
            raise Refusal(
                "receive.residue",
                "Line {line}: {left} {unit} are still out, more than the {limit} that counting by weight "
                "explains. Count again, or leave the line open.",
                field=f"lines.{index}.final",
                line=line.line,
                left=residue.quantity,
                unit=line.unit,
                limit=limit,
            )
        self.moves += residue.to(Bucket.LOST)

    def _name_rework(self, line: Line, item: ReceiveLine, drawn: Drawn, index: int) -> None:
        """Pieces are rework when whoever counted says so, or whoever announced their box did."""
        if item.nonconformance:
            checks.the_nonconformance(self.order, item.nonconformance, index)
        for part in drawn.parts:
            name = self._named(part, item)
            if name and self.rework.setdefault(key(line.line, part.lot), name) != name:
                raise Refusal(
                    "receive.two_nonconformances",
                    "Line {line}: reworked pieces of two nonconformances are received one after the other. Count "
                    "those of the other separately.",
                    field=f"lines.{index}.nonconformance",
                    line=line.line,
                )


def _renamed(line: Line, lot: str, drawn: Drawn, output: str) -> Line:
    """The line giving its output the name of this receipt."""
    if not output:
        return line
    lots = [lot] if lot else [part.lot for part in drawn.parts]
    return replace(line, output_lots={**line.output_lots, **dict.fromkeys(lots, output)})


def _excess(line: Line, counted: Split, over: Decimal, index: int) -> None:
    left = over
    for name in _EXCESS_FROM:
        off = min(left, counted.parts[name])
        counted.parts[name] -= off
        left -= off
    if left:
        raise Refusal(
            "receive.more_than_out",
            "Line {line}: {over} more than is out, and not from what was accepted. Count again.",
            field=f"lines.{index}.counted",
            line=line.line,
            over=over,
        )


def _lot_of_excess(line: Line, lot: str, drawn: Drawn) -> str:
    if lot:
        return lot
    if drawn.parts:
        return drawn.parts[-1].lot
    return line.lots[-1].lot if line.lots else ""
