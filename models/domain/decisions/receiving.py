"""receive: what was counted at the dock, split into accepted, rejected and the rest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from models.domain.authority import Role
from models.domain.commands import Receive, ReceiveLine
from models.domain.decisions import drawing
from models.domain.decisions.documents import contradicted
from models.domain.decisions.inspecting import released_left
from models.domain.decisions.nonconformances import open_for
from models.domain.decisions.shares import settle
from models.domain.errors import Forbidden, Invalid, Refusal
from models.domain.events import Event, PiecesReceived, ReceiptLine
from models.domain.facts import Asked, Facts
from models.domain.order import Line, Order, Receipt, sent_on
from models.domain.pieces import OUT, Bucket, Move, key
from models.domain.quantities import ZERO, plain, quantity, rounded, unit_code

_SPLIT = ("accepted", "rejected", "pending", "unprocessed", "scrapped", "tested")
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


def receive(order: Order, command: Receive, asked: Asked, facts: Facts, now: datetime) -> list[Event]:
    drawing.some_lines(command.lines)
    _once(order, command, asked)
    count = _Count(order, command, asked)
    for index, item in enumerate(command.lines):
        count.add(index, item)
    receipt = f"{order.number}-R{len(order.receipts) + 1}"
    received = PiecesReceived(
        receipt=receipt,
        lines=tuple(count.lines),
        moves=tuple(count.moves),
        shares=settle(order, count.moves, count.rework),
        parcel=count.parcel,
        unannounced=count.unannounced,
        packing_slip=command.packing_slip.strip(),
        additional=command.additional,
        lot_unknown=count.lot_unknown,
        nonconformance=next(iter(count.rework.values()), ""),
    )
    rejected = [move for move in count.moves if move.target is Bucket.REJECTED]
    return [received, *open_for(order, rejected, f"Rejected at receipt {receipt}", receipt=receipt)]


def _once(order: Order, command: Receive, asked: Asked) -> None:
    """The same box is not booked twice by two people who both counted it."""
    if command.parcel and (command.parcel not in order.parcels or order.parcels[command.parcel].void):
        raise Invalid("parcel.unknown", "There is no parcel {parcel}.", field="parcel", parcel=command.parcel)
    if command.additional:
        return
    if not command.parcel and not command.packing_slip.strip():
        if asked.if_match is None:
            raise Invalid(
                "receive.which",
                "Name the parcel or the packing slip, or send If-Match with the version you counted against.",
                field="parcel",
            )
        return
    first = _first_receipt(order, command)
    if first is not None:
        raise Refusal(
            "receive.twice",
            "This was received already as {receipt} on {at}. Mark it additional if more came.",
            field="parcel" if command.parcel else "packing_slip",
            receipt=first.receipt,
            at=order.plant_calendar.local_date(first.at),
        )


def _first_receipt(order: Order, command: Receive) -> Receipt | None:
    slip = command.packing_slip.strip()
    for receipt in order.receipts:
        if receipt.void:
            continue
        if (command.parcel and receipt.parcel == command.parcel) or (slip and receipt.packing_slip == slip):
            return receipt
    return None


@dataclass
class _Split:
    """One counted line in the line's unit."""

    counted: Decimal
    parts: dict[str, Decimal]
    conversion: Decimal | None


class _Count:
    """Books the lines of one receipt one after another against what is left."""

    def __init__(self, order: Order, command: Receive, asked: Asked) -> None:
        self.order = order
        self.asked = asked
        self.named = command.parcel
        self.parcel = command.parcel
        self.unannounced = False
        self.lot_unknown = False
        self.shelf = drawing.Shelf(order)
        self.judged = dict(order.judged)
        self.moves: list[Move] = []
        self.lines: list[ReceiptLine] = []
        self.rework: dict[str, str] = {}

    def add(self, index: int, item: ReceiveLine) -> None:
        line = drawing.the_line(self.order, item.line, index)
        split = _split(line, item, index)
        if (
            split.parts["scrapped"]
            and self.asked.actor.kind == "user"
            and not self.asked.actor.roles & {Role.QUALITY, Role.ADMIN}
        ):
            raise Forbidden(
                "forbidden.scrap",
                "Scrapping at receipt needs the role quality.",
                field=f"lines.{index}.scrapped",
            )
        lot = drawing.the_lot(self.order, line, item.lot, index)
        taken = self._take(line, lot, split.counted)
        over = split.counted - sum((part.quantity for part in taken), ZERO)
        self._excess(line, split, over, index)
        kept, why = self._book(line, lot, taken, split.parts)
        if over:
            self.moves.append(Move(line.line, self._lot_of_excess(line, lot, taken), over, None, Bucket.OVER))
        if item.final:
            self._residue(line, lot, index)
        self._name_rework(line, item, taken, index)
        self.lot_unknown = self.lot_unknown or (not lot and len({part.lot for part in taken}) > 1)
        self.lines.append(
            ReceiptLine(
                line=line.line,
                lot=lot,
                counted=split.counted,
                **{name: split.parts[name] for name in _SPLIT},
                over=over,
                output_lot=item.output_lot.strip(),
                counted_in=unit_code(item.uom) if split.conversion is not None else "",
                conversion=split.conversion,
                kept_pending=kept,
                kept_because=why,
            )
        )

    def _take(self, line: Line, lot: str, wanted: Decimal) -> list[drawing.Taken]:
        if self.order.end is not None:
            taken = self.shelf.take(line.line, lot, wanted, [Bucket.LOST])
            if not taken:
                raise Refusal(
                    "order.ended",
                    "The order is {stage} and nothing of line {line} is missing.",
                    stage=self.order.end,
                    line=line.line,
                )
            return taken
        if self.named:
            return self.shelf.take(line.line, lot, wanted, [Bucket.IN_TRANSIT_BACK], parcel=self.named)
        taken = self.shelf.take(line.line, lot, wanted, [*OUT, Bucket.LOST])
        boxes = {part.parcel for part in taken if part.parcel}
        if any(part.bucket in (Bucket.AT_SUPPLIER, Bucket.IN_TRANSIT_OUT) for part in taken):
            # Nobody announced it: the box is opened here, and a late notice only names it.
            self.unannounced = True
            self.parcel = f"{self.order.number}-P{len(self.order.parcels) + 1}"
        elif len(boxes) == 1 and not self.parcel:
            self.parcel = boxes.pop()
        return taken

    def _excess(self, line: Line, split: _Split, over: Decimal, index: int) -> None:
        left = over
        for name in _EXCESS_FROM:
            off = min(left, split.parts[name])
            split.parts[name] -= off
            left -= off
        if left:
            raise Refusal(
                "receive.more_than_out",
                "Line {line}: {over} more than is out, and not from what was accepted. Count again.",
                field=f"lines.{index}.counted",
                line=line.line,
                over=over,
            )

    def _book(
        self, line: Line, lot: str, taken: list[drawing.Taken], parts: dict[str, Decimal]
    ) -> tuple[Decimal, str]:
        """Moves what was taken into the buckets; returns how much was kept pending and why."""
        left = dict(parts)
        kept, why = ZERO, ""
        for part in taken:
            available = part.quantity
            for name in reversed(_SPLIT):
                amount = min(available, left[name])
                if not amount:
                    continue
                left[name] -= amount
                available -= amount
                for target, some, reason in self._targets(line, part, name, amount):
                    self.moves.append(Move(line.line, part.lot, some, part.bucket, target, self._box(part)))
                    if reason:
                        kept, why = kept + some, reason
        return kept, why

    def _targets(
        self, line: Line, part: drawing.Taken, name: str, amount: Decimal
    ) -> list[tuple[Bucket, Decimal, str]]:
        """Where `amount` pieces typed as `name` go; accepted ones wait for what is still missing."""
        if part.bucket is Bucket.LOST:
            return [(Bucket.PENDING, amount, "found")]
        at = key(line.line, part.lot)
        if name == "rejected":
            self.judged[at] = self.judged.get(at, ZERO) + amount
        if name != "accepted":
            return [(_TARGET[name], amount, "")]
        if self.order.hold is not None:
            return [(Bucket.PENDING, amount, "hold")]
        if contradicted(self.order, line.line):
            return [(Bucket.PENDING, amount, "document")]
        free = (
            amount
            if line.plan is None
            else min(amount, released_left(self.order, line, part.lot, self.judged))
        )
        self.judged[at] = self.judged.get(at, ZERO) + free
        targets = [(Bucket.ACCEPTED, free, "")] if free else []
        return targets + ([(Bucket.PENDING, amount - free, "inspection")] if amount > free else [])

    def _box(self, part: drawing.Taken) -> str:
        return part.parcel or (self.parcel if self.unannounced else "")

    def _lot_of_excess(self, line: Line, lot: str, taken: list[drawing.Taken]) -> str:
        if lot or not taken:
            return lot or (line.lots[-1].lot if line.lots else "")
        return taken[-1].lot

    def _residue(self, line: Line, lot: str, index: int) -> None:
        """The last receipt of a line counted by weight: what the scale did not show is written off."""
        residue = self.shelf.take(line.line, lot, sent_on(self.order, line.line), OUT)
        left = sum((part.quantity for part in residue), ZERO)
        limit = plain(sent_on(self.order, line.line) * line.tolerance)
        if left > limit:
            raise Refusal(
                "receive.residue",
                "Line {line}: {left} pieces are still out, more than the {limit} that counting by weight explains.",
                field=f"lines.{index}.final",
                line=line.line,
                left=left,
                limit=limit,
            )
        self.moves += drawing.moves(line.line, residue, Bucket.LOST)

    def _name_rework(self, line: Line, item: ReceiveLine, taken: list[drawing.Taken], index: int) -> None:
        boxes = {part.parcel for part in taken if part.parcel}
        announced = [
            self.order.parcels[box].nonconformance for box in boxes if self.order.parcels[box].nonconformance
        ]
        name = item.nonconformance or (announced[0] if announced else "")
        if not name:
            return
        if name not in self.order.nonconformances:
            raise Invalid(
                "nonconformance.unknown",
                "Order {order} has no nonconformance {name}.",
                field=f"lines.{index}.nonconformance",
                order=self.order.number,
                name=name,
            )
        for part in taken:
            self.rework[key(line.line, part.lot)] = name


def _split(line: Line, item: ReceiveLine, index: int) -> _Split:
    field = f"lines.{index}"
    uom = unit_code(item.uom)
    other = bool(uom) and uom != line.unit
    if other and (item.conversion is None or item.conversion <= 0):
        raise Invalid(
            "receive.conversion",
            "Line {line} is counted in {unit}: say how many {unit} one {uom} is (conversion).",
            field=f"{field}.conversion",
            line=line.line,
            unit=line.unit,
            uom=uom,
        )
    unit = uom if other else line.unit
    typed = {name: quantity(getattr(item, name), field=f"{field}.{name}", unit=unit) for name in _SPLIT}
    counted = quantity(item.counted, field=f"{field}.counted", unit=unit)
    if counted == 0:
        raise Invalid("quantity.zero", "Enter more than zero.", field=f"{field}.counted")
    if counted != sum(typed.values(), ZERO):
        raise Invalid(
            "receive.split",
            "Counted {counted}, but accepted, rejected, pending, unprocessed, scrapped and tested add up to {sum}.",
            field=f"{field}.counted",
            counted=counted,
            sum=plain(sum(typed.values(), ZERO)),
        )
    if not other or item.conversion is None:
        return _Split(counted, typed, None)
    factor = quantity(item.conversion, field=f"{field}.conversion")
    # In the line's unit, half-up to the decimals it has.
    converted = {name: rounded(value * factor, line.unit) for name, value in typed.items()}
    return _Split(sum(converted.values(), ZERO), converted, factor)
