"""ship to the next order: pieces are offered to it, and stay here until it has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from models.domain import billing, gate
from models.domain.across import Decision
from models.domain.charges import KILOGRAM
from models.domain.coming_back import is_another
from models.domain.commands import Ship, ShipLine
from models.domain.decisions import checks
from models.domain.decisions.drawing import Drawn, Shelf
from models.domain.decisions.inspecting import unworked
from models.domain.decisions.loads import in_load, not_more_than_held, of_tests, tested_of, the_load
from models.domain.errors import Invalid, Refusal
from models.domain.events import TransferAnnounced, TransferOffered
from models.domain.facts import Asked, Facts
from models.domain.order import Line, Order, stage
from models.domain.pieces import OUT, Bucket, Move, key, line_of, lot_of
from models.domain.quantities import ZERO, rounded
from models.domain.quantities import quantity as counted
from models.domain.records import Load, Share, Tested
from models.domain.sendable import room
from models.domain.serials import Named
from models.domain.transfers import Transfer, TransferLine, fits, offered, same_job, same_operation

_THERE = (Bucket.AT_SUPPLIER, Bucket.IN_TRANSIT_OUT)


def offer(order: Order, command: Ship, asked: Asked, facts: Facts, now: datetime) -> Decision:
    """Nothing leaves the order by this: what is offered cannot be shipped otherwise until it is answered."""
    if command.parcel:
        text = "A parcel that was received here did not go to another order; name one of the two."
        raise Invalid("transfer.parcel", text, field="parcel")
    checks.some_lines(command.lines)
    target = the_target(order, command.to_order.strip(), asked, facts)
    packing = _Packing(order, target, facts, asked.actor.kind == "supplier")
    for index, item in enumerate(command.lines):
        packing.add(index, item)
    transfer = Transfer(
        f"{order.number}-T{_offers(order) + 1}",
        order.number,
        target.number,
        tuple(packing.lines),
        order.supplier_name,
        target.supplier_name,
        command.carrier.strip(),
        command.tracking.strip(),
        tested=tuple(packing.tested),
    )
    told = TransferOffered(transfer, tuple(packing.moves), packing.lot_unknown)
    return Decision([told], {target.number: [TransferAnnounced(transfer)]})


def _offers(order: Order) -> int:
    return sum(1 for each in order.transfers.values() if each.source == order.number)


def the_target(order: Order, name: str, asked: Asked, facts: Facts) -> Order:
    """The order that may take them. A supplier hears of no order that does not go on with its pieces."""
    target = facts.others.get(name)
    if target is None or not any(
        _may_go(line, other, asked.actor.kind == "supplier") for line in order.lines for other in target.lines
    ):
        raise Invalid(
            "transfer.target",
            "Nothing of {order} can go straight to order {target}. These take its pieces: {possible}.",
            field="to_order",
            order=order.number,
            target=name,
            possible=", ".join(facts.next_orders) or "none",
        )
    if gate.why_not(target, "send") is not None:
        raise Refusal(
            "transfer.not_now",
            "{target} takes no pieces as it stands ({stage}). It has to be issued or under way, not on hold, "
            "not declined and not being cancelled.",
            field="to_order",
            target=target.number,
            stage=stage(target).value.replace("_", " "),
        )
    return target


def _may_go(line: Line, other: Line, by_supplier: bool) -> bool:
    return fits(line, other) and (not by_supplier or same_job(line, other))


class _Packing:
    """Finds the pieces of one offer, line by line, and where on the next order they go."""

    def __init__(self, order: Order, target: Order, facts: Facts, by_supplier: bool) -> None:
        self.order = order
        self.target = target
        self.facts = facts
        self.by_supplier = by_supplier
        self.shelf = Shelf(order)
        self.lines: list[TransferLine] = []
        self.moves: list[Move] = []
        self.tested: list[Tested] = []
        self.lot_unknown = False
        # What inspections have been used for: pieces shipped will be judged, and some judged were not shipped.
        self.used = {
            at: max(order.shipped.get(at, ZERO), order.judged.get(at, ZERO))
            for at in {*order.shipped, *order.judged}
        }

    def add(self, index: int, item: ShipLine) -> None:
        line = checks.the_line(self.order, item.line, index)
        tested = checks.counted(line, item.tested, index, "tested", zero=True)
        quantity = checks.counted(line, item.quantity, index)
        raw = checks.counted(line, item.unprocessed, index, "unprocessed", zero=True)
        if raw > quantity:
            raise Invalid(
                "ship.unprocessed",
                "{unprocessed} unprocessed pieces do not fit in a box of {quantity}.",
                field=f"lines.{index}.unprocessed",
                unprocessed=raw,
                quantity=quantity,
            )
        if item.nonconformance:
            text = "Reworked pieces come back to be inspected again; they do not go to the next order."
            raise Invalid("transfer.rework", text, field=f"lines.{index}.nonconformance")
        lot = checks.the_lot(self.order, line, item.lot, index)
        load = the_load(line, lot, item.load.strip(), index)
        if load is not None and not lot and len(load.lots) == 1:
            lot = next(iter(load.lots))
        other = self._its_line(line, item.to_line, index)
        if same_operation(line, other):
            # Who takes over an operation works on pieces that were not worked on, whatever the box is called.
            raw = quantity
        elif raw and other.operation > line.operation:
            raise Refusal(
                "transfer.unprocessed",
                "Line {line}: unprocessed pieces do not go on to operation {operation}. Ship them back "
                "to us.",
                field=f"lines.{index}.unprocessed",
                line=line.line,
                operation=other.operation,
            )
        self._room(other, quantity, index)
        if tested:
            named = checks.serials(line, item.tested_serials, tested, index, "tested_serials")
            self._test(line, lot, tested, load, index, named)
        named = checks.serials(line, item.serials, quantity, index)
        drawn = self._take(line, lot, quantity, index, named)
        as_they_came = self._may_leave(line, drawn, raw, index)
        weight = _weight(line, other, item.weight, quantity, index)
        self._hand_over(line, other, drawn, as_they_came, load, weight, index)

    def _its_line(self, line: Line, wanted: int | None, index: int) -> Line:
        """The line of the next order that the pieces go to: the one named, or the only one that fits."""
        fitting = [each for each in self.target.lines if _may_go(line, each, self.by_supplier)]
        # What goes on with the same work order comes before what only has the same part.
        fitting = [each for each in fitting if same_job(line, each)] or fitting
        if wanted is not None:
            fitting = [
                each
                for each in self.target.lines
                if each.line == wanted and _may_go(line, each, self.by_supplier)
            ]
        if len(fitting) == 1:
            return fitting[0]
        possible = [each for each in self.target.lines if _may_go(line, each, self.by_supplier)]
        raise Invalid(
            "transfer.line",
            "Line {line} does not fit one line of {target}; name in to_line one of these: {lines}.",
            field=f"lines.{index}.to_line",
            line=line.line,
            target=self.target.number,
            lines=", ".join(str(each.line) for each in possible) or "none",
        )

    def _room(self, other: Line, quantity: Decimal, index: int) -> None:
        wanted = sum((item.quantity for item in self.lines if item.to_line == other.line), quantity)
        left = room(self.target, other)
        if wanted > left:
            raise Refusal(
                "transfer.more_than_ordered",
                "Line {line} of {target} takes {left} more pieces; {entered} were to go there. Ship the "
                "others back to us.",
                field=f"lines.{index}.quantity",
                line=other.line,
                target=self.target.number,
                left=left,
                entered=wanted,
            )

    def _test(
        self, line: Line, lot: str, tested: Decimal, load: Load | None, index: int, named: Named
    ) -> None:
        drawn = self._take(line, lot, tested, index, named, "tested")
        if load is not None:
            for part in drawn.parts:
                in_load(line, part.lot, load, index)
                wanted = self._leaving(line, part.lot, load, part.quantity)
                not_more_than_held(self.order, line, part.lot, load, wanted, index, field="tested")
            self.tested += of_tests(drawn, load)
        self.moves += [
            replace(move, source=Bucket.AT_SUPPLIER, target=Bucket.TEST_CONSUMED)
            for move in drawn.to(Bucket.TEST_CONSUMED)
        ]

    def _take(
        self, line: Line, lot: str, wanted: Decimal, index: int, named: Named, field: str = "quantity"
    ) -> Drawn:
        """Pieces at the supplier, then those on the way there, which have arrived if they go on from there."""
        drawn = self.shelf.take(line.line, lot, wanted, _THERE, serials=named)
        if drawn.quantity < wanted or any(not self._free(line, part.lot) for part in drawn.parts):
            raise Refusal(
                "transfer.more_than_there",
                "Line {line}: {found} pieces are at the supplier and may go; you entered {entered}. "
                "Offered pieces "
                "wait for an answer, and those to be reworked come back here.",
                field=f"lines.{index}.{field}",
                line=line.line,
                found=drawn.quantity,
                entered=wanted,
            )
        self.moves += [
            part.to(Bucket.AT_SUPPLIER) for part in drawn.parts if part.bucket is Bucket.IN_TRANSIT_OUT
        ]
        self.lot_unknown = self.lot_unknown or drawn.lot_unknown
        return drawn

    def _free(self, line: Line, lot: str) -> bool:
        """What is left of the lot after this still holds all that is to be reworked."""
        at = key(line.line, lot)
        left = sum((self.shelf.stock[at].get(bucket, ZERO) for bucket in OUT), ZERO)
        return left >= _claimed(self.order, at)

    def _may_leave(self, line: Line, drawn: Drawn, raw: Decimal, index: int) -> dict[str, Decimal]:
        """Held lots stay. What was processed under a plan is covered by a released inspection: nobody of
        ours sees it before the next supplier works on it. Returns those that were not, by stock key."""
        for part in drawn.parts:
            not_held(self.facts, {part.lot, line.output_lot(part.lot)}, f"lines.{index}.lot")
        released = line.plan is not None
        return unworked(self.order, line, drawn, self.used, raw, index, released=released)

    def _hand_over(
        self,
        line: Line,
        other: Line,
        drawn: Drawn,
        raw: Mapping[str, Decimal],
        load: Load | None,
        weight: Decimal | None,
        index: int,
    ) -> None:
        left = drawn.quantity
        heats = {planned.lot: planned.heat for planned in line.lots}
        for lot, (quantity, serials) in _by_lot(drawn).items():
            some = raw.get(key(line.line, lot), ZERO)
            if load is not None:
                in_load(line, lot, load, index)
                wanted = self._leaving(line, lot, load, quantity - some)
                not_more_than_held(self.order, line, lot, load, wanted, index)
            # What the last lot weighs is what is left of the whole.
            share = None if weight is None else rounded(weight * quantity / left, KILOGRAM)
            weight, left = (None if share is None or weight is None else weight - share), left - quantity
            self.lines.append(
                TransferLine(
                    line.line,
                    lot,
                    quantity,
                    other.line,
                    self._called_there(line, lot, worked=some < quantity),
                    some,
                    heats.get(lot, ""),
                    load.node if load is not None else "",
                    share,
                    serials,
                    self._others(line, lot) if drawn.lot_unknown else (),
                )
            )

    def _leaving(self, line: Line, lot: str, load: Load, quantity: Decimal) -> Decimal:
        """What leaves the load with this offer: what was packed and tested so far, and `quantity` more."""
        known = (line.line, lot, load.node)
        before = (each for each in self.lines if (each.line, each.lot, each.load) == known)
        worked = sum((each.quantity - each.unprocessed for each in before), quantity)
        return worked + tested_of(self.tested, key(line.line, lot), load.node)

    def _called_there(self, line: Line, lot: str, *, worked: bool) -> str:
        """What was made of a lot of another part goes on under a number of its own, and its rest as that lot."""
        if not is_another(self.facts.lots.get(lot), line):
            return line.output_lot(lot)
        named = line.output_lots.get(lot) or self.facts.new_lots.get(key(line.line, lot))
        return named or lot if worked else lot

    def _others(self, line: Line, lot: str) -> tuple[str, ...]:
        """The other lots of the line, any of which may be what goes."""
        lots = (lot_of(at) for at in self.order.stock if line_of(at) == line.line)
        return tuple(sorted({other for other in lots if other and other != lot}))


def _weight(line: Line, other: Line, entered: Decimal | None, pieces: Decimal, index: int) -> Decimal | None:
    """Kilograms of what goes to a line that is paid by them: as entered, else in proportion to what was
    weighed before."""
    if not billing.needs_weight(other):
        return None
    if entered:
        return counted(entered, field=f"lines.{index}.weight")
    if not billing.weight_asked(line, other):
        return billing.weight_of(line, pieces)
    raise Invalid(
        "weight.missing",
        "Line {line} is paid by the kilogram: enter what the pieces weigh.",
        field=f"lines.{index}.weight",
        line=other.line,
    )


def not_held(facts: Facts, lots: set[str], field: str) -> None:
    """Raises `Refusal` when a hold covers one of `lots`."""
    for lot in sorted(lots):
        fact = facts.lots.get(lot)
        if fact is not None and fact.held:
            raise Refusal(
                "transfer.held",
                "Lot {lot} is on hold ({reason}). It can go on once that is released.",
                field=field,
                lot=fact.held_with or fact.lot,
                reason=fact.hold_reason or "no reason given",
            )


def _claimed(order: Order, at: str) -> Decimal:
    """Pieces out that come back from rework; those that go back for good are nobody's to take already."""
    shares = (item.shares.get(at, {}) for item in order.nonconformances.values())
    return sum((each.get(Share.REWORKING, ZERO) for each in shares), ZERO)


def _by_lot(drawn: Drawn) -> dict[str, tuple[Decimal, tuple[str, ...]]]:
    """How many pieces of each lot, and their serial numbers."""
    found: dict[str, tuple[Decimal, tuple[str, ...]]] = {}
    for part in drawn.parts:
        quantity, serials = found.get(part.lot, (ZERO, ()))
        found[part.lot] = (quantity + part.quantity, (*serials, *part.serials))
    return found


def still_offered(order: Order) -> str:
    """A transfer that speaks of more pieces than are at the supplier; '' when none does."""
    for at, waiting in offered(order).items():
        if waiting > order.stock.get(at, {}).get(Bucket.AT_SUPPLIER, ZERO):
            return next(each.transfer for each in order.transfers.values() if each.open)
    return ""
