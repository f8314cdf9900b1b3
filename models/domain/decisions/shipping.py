"""ship: the supplier sends pieces back, and says what is in the box."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from models.domain import serials
from models.domain.across import Decision
from models.domain.arrivals import over_in
from models.domain.commands import Ship, ShipLine
from models.domain.decisions import checks
from models.domain.decisions.drawing import Drawn, Shelf
from models.domain.decisions.inspecting import unworked
from models.domain.decisions.loads import in_load, not_more_than_held, of_tests, the_load
from models.domain.decisions.offering import offer
from models.domain.decisions.shares import settle
from models.domain.errors import Invalid, Refusal
from models.domain.events import Event, MilestoneReported, ParcelNamed, ParcelShipped
from models.domain.facts import Asked, Facts
from models.domain.order import Line, Order, all_sent
from models.domain.pieces import Bucket, Move, key, line_of, lot_of
from models.domain.quantities import ZERO
from models.domain.records import Load, Share, Tested
from models.domain.reinspecting import named, own, to_ship, together
from models.domain.reworking import raw_there, reworked_there
from models.domain.transfers import offered

_THERE = (Bucket.AT_SUPPLIER, Bucket.IN_TRANSIT_OUT)


def ship(order: Order, command: Ship, asked: Asked, facts: Facts, now: datetime) -> list[Event] | Decision:
    if command.to_order.strip():
        return offer(order, command, asked, facts, now)
    if command.parcel:
        return _name_parcel(order, command, asked)
    checks.some_lines(command.lines)
    for index, item in enumerate(command.lines):
        if item.to_line is not None:
            text = "A line of another order is named with that order (to_order)."
            raise Invalid("ship.to_line", text, field=f"lines.{index}.to_line")
    packing = _Packing(order)
    for index, item in enumerate(command.lines):
        packing.add(index, item)
    shipped = ParcelShipped(
        parcel=packing.parcel,
        moves=tuple(packing.moves),
        quantity=packing.boxed,
        carrier=command.carrier.strip(),
        tracking=command.tracking.strip(),
        unprocessed=packing.unprocessed,
        announced_over=packing.announced_over,
        lot_unknown=packing.lot_unknown,
        nonconformance=packing.rework,
        shares=settle(order, packing.moves),
        loads={at: node for at, node in packing.loads.items() if node},
        unworked=packing.unworked,
        tested=tuple(packing.tested),
    )
    return [shipped, *shipped_milestone(order, packing.parcel, packing.done, asked, packing.shelf, now)]


class _Packing:
    """Fills one box, line by line, with what is still at the supplier."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.parcel = f"{order.number}-P{len(order.parcels) + 1}"
        self.shelf = Shelf(order)
        self.used = dict(order.shipped)
        self.moves: list[Move] = []
        self.boxed = self.unprocessed = self.announced_over = ZERO
        # Those that were worked on and go back for the first time.
        self.done = ZERO
        self.lot_unknown = False
        self.rework = ""
        # By stock key: the load its pieces were in, '' for those of no load.
        self.loads: dict[str, str] = {}
        # By stock key: those nothing was done to, which have nothing to show.
        self.unworked: dict[str, Decimal] = {}
        # By stock key: those in the box, and how many of them were worked on again.
        self.packed: dict[str, tuple[Decimal, Decimal]] = {}
        # By stock key: whose rework those of them are that have serials.
        self.whose: dict[str, dict[str, Decimal]] = {}
        # By stock key and load: those that leave it, in the box or in tests.
        self.of_load: dict[tuple[str, str], Decimal] = {}
        self.tested: list[Tested] = []

    def add(self, index: int, item: ShipLine) -> None:
        line = checks.the_line(self.order, item.line, index)
        tested = checks.counted(line, item.tested, index, "tested", zero=True)
        quantity = checks.counted(line, item.quantity, index, zero=bool(tested))
        raw = checks.counted(line, item.unprocessed, index, "unprocessed", zero=True)
        if raw > quantity:
            raise Invalid(
                "ship.unprocessed",
                "{unprocessed} unprocessed pieces do not fit in a box of {quantity}.",
                field=f"lines.{index}.unprocessed",
                unprocessed=raw,
                quantity=quantity,
            )
        lot = checks.the_lot(self.order, line, item.lot, index)
        load = the_load(line, lot, item.load.strip(), index)
        if load is not None and not lot and len(load.lots) == 1:
            lot = next(iter(load.lots))
        if item.nonconformance:
            name = checks.the_nonconformance(self.order, item.nonconformance, index).nonconformance
            if self.rework not in ("", name):
                raise Refusal(
                    "ship.two_nonconformances",
                    "Line {line}: one parcel holds the reworked pieces of one nonconformance. Ship the others in "
                    "a parcel of their own.",
                    field=f"lines.{index}.nonconformance",
                    line=line.line,
                )
            self.rework = name
        if tested:
            self._test(line, lot, tested, load, item, index)
        wanted = checks.serials(line, item.serials, quantity, index)
        there = self._there(line, lot, again=bool(item.nonconformance))
        drawn = self.shelf.take(line.line, lot, quantity, there, serials=wanted)
        if not drawn.parts and not tested:
            raise Refusal(
                "ship.nothing_there",
                "Line {line}: there is nothing at the supplier to ship. Look at the order again: nothing "
                "was sent, or all was shipped.",
                field=f"lines.{index}.quantity",
                line=line.line,
            )
        if line.by_serial and drawn.quantity < quantity:
            # Nobody could say later which pieces the surplus was.
            raise serials.not_enough(line, drawn.quantity, quantity, f"lines.{index}.quantity")
        released = self.order.release_before_ship and line.plan is not None
        bare, own = self._rework(drawn, item.nonconformance) if released else ({}, {})
        as_they_came = unworked(
            self.order, line, drawn, self.used, raw, index, released=released, bare=bare, own=own
        )
        for at, some in as_they_came.items():
            self.unworked[at] = self.unworked.get(at, ZERO) + some
        self._of_load(line, drawn, load, index)
        if load is not None:
            self._not_more_than_held(line, drawn, load, as_they_came, item.nonconformance, index)
        self.moves += drawn.to(Bucket.IN_TRANSIT_BACK, parcel=self.parcel)
        self.boxed += quantity
        self.unprocessed += raw
        if not item.nonconformance:
            self.done += max(ZERO, drawn.quantity - raw)
        self.announced_over += quantity - drawn.quantity
        self.lot_unknown = self.lot_unknown or drawn.lot_unknown

    def _there(self, line: Line, lot: str, *, again: bool) -> Sequence[Bucket]:
        """Where pieces are taken from first. Rework whose arrival nobody reported is still on its way out."""
        places = [at for at in self.shelf.stock if line_of(at) == line.line and lot in ("", lot_of(at))]
        on_its_way = sum((self.shelf.stock[at].get(Bucket.IN_TRANSIT_OUT, ZERO) for at in places), ZERO)
        rework = sum((reworked_there(self.order, at) for at in places), ZERO)
        return tuple(reversed(_THERE)) if again and on_its_way <= rework else _THERE

    def _rework(self, drawn: Drawn, again: str) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
        """Rework among these that no inspection speaks of since, by stock key, and rework that one speaks of and of
        nothing else: all that is called so, and what can be nothing else."""
        bare: dict[str, Decimal] = {}
        inspected: dict[str, Decimal] = {}
        for at, quantity in drawn.by_place().items():
            packed, packed_again = self.packed.get(at, (ZERO, ZERO))
            serials = [
                name for part in drawn.parts if key(part.line, part.lot) == at for name in part.serials
            ]
            if serials:
                these = named(self.order, line_of(at), serials, Share.REWORKING)
                rework = sum(these.values(), ZERO)
                of: dict[str, Decimal] | None = together(self.whose.get(at, {}), these)
                self.whose[at] = of or {}
            else:
                first = raw_there(self.order, at) - (packed - packed_again)
                rework = quantity if again else max(ZERO, quantity - first)
                rework = min(rework, reworked_there(self.order, at) - packed_again)
                of = {again: packed_again + rework} if again else None
            self.packed[at] = (packed + quantity, packed_again + rework)
            fresh = max(ZERO, to_ship(self.order, at, of) - packed_again)
            bare[at] = max(ZERO, rework - fresh)
            as_such = max(ZERO, own(self.order, at, leaving=True) - packed_again)
            inspected[at] = min(rework - bare[at], as_such)
        return bare, inspected

    def _of_load(self, line: Line, drawn: Drawn, load: Load | None, index: int) -> None:
        """A box with pieces of two loads would no longer say which piece was in which."""
        for part in drawn.parts:
            node = load.node if load is not None else ""
            if load is not None:
                in_load(line, part.lot, load, index)
            if self.loads.setdefault(key(line.line, part.lot), node) != node:
                raise Refusal(
                    "ship.two_loads",
                    "Line {line}: one parcel holds pieces of one load. Ship the others in a parcel of "
                    "their own.",
                    field=f"lines.{index}.load",
                    line=line.line,
                )

    def _not_more_than_held(
        self, line: Line, drawn: Drawn, load: Load, raw: Mapping[str, Decimal], rework: str, index: int
    ) -> None:
        """What nothing was done to was in no load. What else is in the box does not make these rework."""
        worked: dict[str, Decimal] = {}
        for part in drawn.parts:
            worked[part.lot] = worked.get(part.lot, ZERO) + part.quantity
        for lot, quantity in worked.items():
            at = key(line.line, lot)
            self._leave(line, lot, load, quantity - raw.get(at, ZERO), rework, index)

    def _leave(
        self,
        line: Line,
        lot: str,
        load: Load,
        quantity: Decimal,
        rework: str,
        index: int,
        field: str = "quantity",
    ) -> None:
        at = (key(line.line, lot), load.node)
        self.of_load[at] = self.of_load.get(at, ZERO) + quantity
        not_more_than_held(self.order, line, lot, load, self.of_load[at], index, rework=rework, field=field)

    def _test(
        self, line: Line, lot: str, tested: Decimal, load: Load | None, item: ShipLine, index: int
    ) -> None:
        named = checks.serials(line, item.tested_serials, tested, index, "tested_serials")
        drawn = self.shelf.take(line.line, lot, tested, [Bucket.AT_SUPPLIER], serials=named)
        if drawn.quantity < tested:
            raise Refusal(
                "ship.tested",
                "Line {line}: {found} pieces are at the supplier; you entered {entered} used for tests. "
                "Report the "
                "material as received first.",
                field=f"lines.{index}.tested",
                line=line.line,
                found=drawn.quantity,
                entered=tested,
            )
        if load is not None:
            for part in drawn.parts:
                in_load(line, part.lot, load, index)
                self._leave(line, part.lot, load, part.quantity, item.nonconformance, index, "tested")
            self.tested += of_tests(drawn, load)
        self.moves += drawn.to(Bucket.TEST_CONSUMED)
        self.lot_unknown = self.lot_unknown or drawn.lot_unknown


def _name_parcel(order: Order, command: Ship, asked: Asked) -> list[Event]:
    """A late notice: the box has been received already, so that it moves nothing; what the supplier says was
    in it is kept beside what was counted."""
    parcel = checks.the_parcel(order, command.parcel)
    if parcel.announced:
        raise Refusal(
            "parcel.announced",
            "Parcel {parcel} was announced already. Ship what else there is as another parcel.",
            field="parcel",
            parcel=command.parcel,
        )
    said = _said(order, command)
    named = ParcelNamed(
        parcel.parcel,
        command.carrier.strip(),
        command.tracking.strip(),
        said,
        over_in(order, parcel, said),
    )
    left = parcel.shipped_at
    done = ZERO if parcel.nonconformance else max(ZERO, parcel.quantity - parcel.unprocessed)
    return [named, *shipped_milestone(order, parcel.parcel, done, asked, Shelf(order), left, late=True)]


def _said(order: Order, command: Ship) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for index, item in enumerate(command.lines):
        line = checks.the_line(order, item.line, index)
        for name in ("load", "nonconformance", "unprocessed", "tested"):
            if getattr(item, name):
                raise Invalid(
                    "ship.counted_already",
                    "Line {line}: this parcel was counted before it was announced. Say only how many were in it.",
                    field=f"lines.{index}.{name}",
                    line=line.line,
                )
        at = key(line.line, checks.the_lot(order, line, item.lot, index))
        found[at] = found.get(at, ZERO) + checks.counted(line, item.quantity, index)
    return found


def shipped_milestone(
    order: Order,
    parcel: str,
    quantity: Decimal,
    asked: Asked,
    shelf: Shelf,
    at: datetime,
    *,
    late: bool = False,
) -> list[Event]:
    """The milestone of kind `shipped` is met when nothing is left there; until then it counts pieces, each once:
    neither those that were worked on again nor those nothing was done to. What waits for the next order is there."""
    milestone = next(
        (item for item in order.milestones if item.kind == "shipped" and item.actual is None), None
    )
    if milestone is None:
        return []
    left = sum((pieces.get(bucket, ZERO) for pieces in shelf.stock.values() for bucket in _THERE), ZERO)
    left += sum(offered(order).values(), ZERO)
    met = all_sent(order) and not left
    if not met and not quantity:
        return []
    return [
        MilestoneReported(
            code=milestone.code,
            actual=at if met else None,
            forecast=None,
            source=asked.actor.kind if asked.on_behalf_of is None else asked.on_behalf_of.basis,
            quantity=milestone.quantity + quantity if milestone.quantity else quantity or None,
            previous_actual=milestone.actual,
            previous_forecast=milestone.forecast,
            previous_quantity=milestone.quantity,
            late_entry=late,
            parcel="" if late else parcel,
        )
    ]
