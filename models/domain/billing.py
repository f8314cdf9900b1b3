"""What an order costs as it stands, charge by charge.

Pure: the same order always gives the same charges. Amounts are rounded once, at each charge.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from models.domain import hurry_fees, money, punctuality
from models.domain.charges import DAYS, KILOGRAM, LOTS, Charge, ChargeKind
from models.domain.claims import SUPPLIER
from models.domain.contract import Basis, Terms
from models.domain.order import Line, Order
from models.domain.parted import Punctuality, elsewhere, root
from models.domain.pieces import held_in, line_of, lot_of
from models.domain.quantities import ZERO, rounded
from models.domain.records import NOT_THE_SUPPLIERS, Nonconformance, Outcome, Receipt, ReceivedLine
from models.domain.transfers import DONE, finished, gone_raw

_WORKED_AGAIN = frozenset({"rework", "repair"})
# Rejects that may be accepted without being received again.
_NO_OTHER_RECEIPT = frozenset(
    {
        ("use_as_is", "supplier"),
        ("use_as_is", "here"),
        ("reinspect", "supplier"),
        ("reinspect", "here"),
        ("rework", "here"),
        ("repair", "here"),
    }
)
# Pieces that are good as they are, or only looked at again, were no rejects.
_FAULTY = _WORKED_AGAIN | {"scrap", "return"}
_KILOGRAMS = {
    "KGM": Decimal(1),
    "GRM": Decimal("0.001"),
    "MGM": Decimal("0.000001"),
    "TNE": Decimal(1000),
    "LBR": Decimal("0.45359237"),
    "ONZ": Decimal("0.028349523125"),
    "STN": Decimal("907.18474"),
}
_ONCE = Decimal(1)
# Charged once for a line and its later deliveries.
TOGETHER = frozenset({ChargeKind.LOT_CHARGE, ChargeKind.MINIMUM})


def charges(order: Order, now: datetime | None = None) -> tuple[Charge, ...]:
    """All that is to be paid and deducted as things stand, in the sequence of the lines; with `now`, what is late
    and still out until then. What goes on as another order is paid there."""
    if order.kin.successor:
        return ()
    found = [charge for line in order.lines for charge in _Bill.of(order, line).charges(now)]
    return (*found, *hurry_fees.charges(order, found), *_claimed(order))


def total_of(some: Iterable[Charge]) -> Decimal:
    return sum((charge.amount for charge in some), ZERO)


def ordered_amount(order: Order, line: Line) -> Decimal | None:
    """What the line would cost as ordered, by its price alone; None while nobody has weighed a piece."""
    lots = Decimal(max(1, len(line.lots))) if line.ordered else ZERO
    quantity, _ = _priced(line, line.ordered, lots)
    if needs_weight(line) and not line.weighed:
        return None
    return money.amount(quantity * line.unit_price, order.currency)


def needs_weight(line: Line) -> bool:
    """Whether what is sent has to be weighed, because the price is for a kilogram of it."""
    return line.basis is Basis.KG and line.unit not in _KILOGRAMS


def weight_asked(line: Line, other: Line) -> bool:
    """Whether pieces of `line` that go straight to `other` have to be weighed: that one is paid by the kilogram
    and nobody has put such pieces on the scale."""
    return needs_weight(other) and not line.weighed


def weight_of(line: Line, pieces: Decimal) -> Decimal:
    """What so many pieces of a line weigh, of which some were weighed."""
    return rounded(pieces * line.weight / line.weighed, KILOGRAM)


def _priced(line: Line, pieces: Decimal, lots: Decimal) -> tuple[Decimal, str]:
    """How many of what the price is for, and the unit of that."""
    if line.basis is Basis.PIECE:
        return pieces, line.unit
    if line.basis is Basis.LOT:
        return lots, LOTS
    each = _KILOGRAMS.get(line.unit)
    if each is None:
        each = line.weight / line.weighed if line.weighed else ZERO
    return rounded(pieces * each, KILOGRAM), KILOGRAM


@dataclass(frozen=True, slots=True)
class _Bill:
    """One line's charges. `receipts` are those that stand and counted what was, or may yet be, accepted of it."""

    order: Order
    line: Line
    terms: Terms
    receipts: tuple[str, ...]

    @staticmethod
    def of(order: Order, line: Line) -> _Bill:
        again = {
            item.receipt
            for item in order.nonconformances.values()
            for outcome in item.outcomes
            if outcome.line == line.line and (outcome.decision, outcome.at) in _NO_OTHER_RECEIPT
        }
        terms = line.contract or Terms("", order.currency, date.min)
        bill = _Bill(order, line, terms, ())
        paid = bill._counted_where(lambda receipt, counted: counted.good != ZERO or receipt.receipt in again)
        return replace(bill, receipts=paid)

    def charges(self, now: datetime | None) -> Iterator[Charge]:
        yield from self._work()
        yield from self._besides()
        for item in self.order.nonconformances.values():
            yield from self._rejected(item)
        yield from self._in_time(now)

    def _charge(
        self,
        kind: ChargeKind,
        quantity: Decimal,
        unit: str,
        rate: Decimal,
        *,
        pieces: Decimal = ZERO,
        nonconformance: str = "",
    ) -> Charge:
        amount = money.amount(quantity * rate, self.order.currency)
        return Charge(
            kind,
            self.line.line,
            quantity,
            unit,
            rate,
            amount,
            pieces,
            self._proof(kind, nonconformance),
            nonconformance,
        )

    def _proof(self, kind: ChargeKind, nonconformance: str) -> tuple[str, ...]:
        """The receipts that prove a charge: of rejects the one that found them, of rework those it came back
        with, of lots and minimum those of all deliveries; else those whose pieces are paid."""
        if kind in TOGETHER:
            return paid_by(self.order, self.line)
        if kind is ChargeKind.REWORK:
            proof = self._counted_where(lambda _, counted: counted.rework_of == nonconformance)
        else:
            item = self.order.nonconformances.get(nonconformance)
            proof = self._counted_where(
                lambda receipt, _: item is not None and receipt.receipt == item.receipt
            )
        return proof or self.receipts

    def _counted_where(
        self, proves: Callable[[Receipt, ReceivedLine], bool], line: int = 0
    ) -> tuple[str, ...]:
        """The receipts that stand and counted something of the line, or another one, that `proves` it."""
        number = line or self.line.line
        return tuple(
            receipt.receipt
            for receipt in self.order.receipts
            if not receipt.void
            and any(counted.line == number and proves(receipt, counted) for counted in receipt.lines)
        )

    def _work(self) -> list[Charge]:
        """What was done. Pieces scrapped through no fault of the supplier's were."""
        line, found = self.line, []
        done, scrapped = finished(self.order, line.line), self._scrapped()
        lots = Decimal(len(self._paid_lots())) if line.basis is Basis.LOT else ZERO
        if done or (lots and not scrapped):
            quantity, unit = _priced(line, done, lots)
            found.append(self._charge(ChargeKind.PRICE, quantity, unit, line.unit_price, pieces=done))
        if scrapped and (not done or line.basis is not Basis.LOT):
            pieces = sum((outcome.quantity for outcome in scrapped), ZERO)
            quantity, unit = _priced(line, pieces, lots)
            found.append(self._charge(ChargeKind.SCRAPPED, quantity, unit, line.unit_price, pieces=pieces))
        return found

    def _besides(self) -> Iterator[Charge]:
        """Lot charges and what is missing to the minimum: of a line, its later deliveries and its parts in
        other orders together. As long as such a part goes on, nobody knows what is missing."""
        group = charged_with(self.order, self.line)
        if not group:
            return
        parts = list(elsewhere(self.order.number, self.line)) if self.line.parted is not None else []
        work, named = _worked(self.order, group)
        work += sum((part.work for part in parts if part is not None), ZERO)
        named |= {lot for part in parts if part is not None for lot in part.lots}
        lots = Decimal(len(named))
        if lots and self.terms.lot_charge:
            charge = self._charge(ChargeKind.LOT_CHARGE, lots, LOTS, self.terms.lot_charge)
            work += charge.amount
            yield charge
        missing = self.terms.minimum - work
        if named and missing > 0 and None not in parts:
            yield self._charge(ChargeKind.MINIMUM, _ONCE, "", missing)

    def _scrapped(self) -> list[Outcome]:
        return [
            outcome
            for item in self.order.nonconformances.values()
            if item.responsibility in NOT_THE_SUPPLIERS
            for outcome in self._outcomes(item)
            if outcome.decision == "scrap"
        ]

    def _lots(self) -> set[str]:
        """Those of which something was done."""
        done = {
            lot_of(at)
            for at, pieces in self.order.stock.items()
            if line_of(at) == self.line.line
            and held_in(pieces, *DONE) > gone_raw(self.order, self.line.line, lot_of(at))
        }
        return done | {outcome.lot for outcome in self._scrapped()}

    def _paid_lots(self) -> set[str]:
        """The lots whose price is paid with this line: each of a line, its later deliveries and its parts in
        other orders once. The part that leads pays those of which something was done elsewhere, too."""
        of = root(self.order.number, self.line)
        group = [line for line in self.order.lines if root(self.order.number, line) == of]
        if any(line.parted is not None for line in group):
            if not any(line.parted is not None and line.parted.leads for line in group):
                return set()
            group.sort(key=lambda line: line.parted is None or not line.parted.leads)
        paid: set[str] = set()
        for line in group:
            lots = _Bill.of(self.order, line)._lots()
            if line.parted is not None and line.parted.leads:
                lots |= {lot for part in elsewhere(self.order.number, line) if part for lot in part.lots}
            if line.line == self.line.line:
                return lots - paid
            paid |= lots
        return paid

    def _outcomes(self, item: Nonconformance) -> list[Outcome]:
        return [outcome for outcome in item.outcomes if outcome.line == self.line.line]

    def _rejected(self, item: Nonconformance) -> Iterator[Charge]:
        """Work that was done again is paid when it was not the supplier's fault; its rejects are deducted
        when they were."""
        decided = self._outcomes(item)
        if item.responsibility in NOT_THE_SUPPLIERS:
            there = [outcome for outcome in decided if outcome.at == "supplier"]
            # What was lost on its way there and back was not worked on.
            again = _sum(there, _WORKED_AGAIN) - _sum(there, frozenset({"lost"}))
            if again > 0:
                quantity, unit = _priced(self.line, again, _ONCE)
                price, name = self.line.unit_price, item.nonconformance
                yield self._charge(
                    ChargeKind.REWORK, quantity, unit, price, pieces=again, nonconformance=name
                )
        faulty = _sum(decided, _FAULTY)
        if item.recorded_only and item.line == self.line.line:
            # Found wrong after they were used: nothing is decided about them, they were rejects all the same.
            faulty += item.quantity
        if item.responsibility == "supplier" and faulty and self.terms.reject_charge:
            rate, name = -self.terms.reject_charge, item.nonconformance
            yield self._charge(
                ChargeKind.REJECTS, faulty, self.line.unit, rate, pieces=faulty, nonconformance=name
            )

    def _in_time(self, now: datetime | None) -> Iterator[Charge]:
        """The deduction for working days late, or the reward for being early: of a line, its later deliveries and
        its parts in other orders once, by the one that came last against its promise. The reward waits for the
        parts that go on."""
        group = charged_with(self.order, self.line)
        parts = list(elsewhere(self.order.number, self.line)) if group and self.line.parted else []
        here = punctuality.of_lines(self.order, group, now)
        found = [here, *(part.punctual for part in parts if part is not None)]
        known = [each for each in found if each is not None]
        last = punctuality.worst(known)
        if last is None:
            return
        proof = self._received_on(last) if last is here else ()
        if last.days > 0 and self.terms.late_per_day:
            yield self._on_day(
                ChargeKind.LATE, Decimal(last.days), DAYS, -self.terms.late_per_day, last, proof
            )
        complete = None not in parts and all(each.complete for each in known)
        if last.days < 0 and complete and self.terms.early_reward:
            yield self._on_day(ChargeKind.EARLY, _ONCE, "", self.terms.early_reward, last, proof)

    def _received_on(self, last: Punctuality) -> tuple[str, ...]:
        """The receipts of the delivery that came last, of the day it did."""
        day = self.order.plant_calendar.local_date
        return self._counted_where(lambda receipt, _: day(receipt.at) == last.received, last.line)

    def _on_day(
        self,
        kind: ChargeKind,
        quantity: Decimal,
        unit: str,
        rate: Decimal,
        last: Punctuality,
        proof: tuple[str, ...],
    ) -> Charge:
        charge = self._charge(kind, quantity, unit, rate)
        return replace(
            charge,
            receipts=proof or charge.receipts,
            promised=last.promised,
            received=last.received,
            promise_moved=last.moved,
            so_far=last.so_far,
        )


def paid_by(order: Order, line: Line) -> tuple[str, ...]:
    """The receipts whose pieces are paid on a line, its later deliveries and its parts here together."""
    paid = {name for each in charged_with(order, line) for name in _Bill.of(order, each).receipts}
    return tuple(receipt.receipt for receipt in order.receipts if receipt.receipt in paid)


def finished_of(order: Order, of: str) -> tuple[Decimal, tuple[str, ...]]:
    """What was finished here of the parts of line `of`, which was split: what it costs by its price, and its
    lots. What goes on elsewhere was finished nowhere yet."""
    if order.kin.successor:
        return ZERO, ()
    work, lots = _worked(order, _parts_of(order, of))
    return work, tuple(sorted(lots))


def punctual_of(order: Order, of: str) -> Punctuality | None:
    """How the parts of line `of` that are here came; what goes on elsewhere was not to come here."""
    return None if order.kin.successor else punctuality.of_lines(order, _parts_of(order, of))


def _parts_of(order: Order, of: str) -> list[Line]:
    return [line for line in order.lines if line.parted is not None and line.parted.of == of]


def charged_with(order: Order, line: Line) -> list[Line]:
    """The lines whose lots and minimum are charged with this one, itself among them; none when its own are
    charged elsewhere."""
    parted = line.parted
    if parted is not None:
        return _parts_of(order, parted.of) if parted.leads else []
    if order.line(line.delivery_of) is not None:
        return []
    return [each for each in order.lines if line.line in (each.line, each.delivery_of)]


def _worked(order: Order, lines: Iterable[Line]) -> tuple[Decimal, set[str]]:
    """What the work on `lines` costs by their prices, and the lots of which something was done."""
    bills = [_Bill.of(order, line) for line in lines]
    work = total_of(charge for bill in bills for charge in bill._work())
    return work, {lot for bill in bills for lot in bill._lots()}


def _sum(outcomes: Iterable[Outcome], decisions: frozenset[str]) -> Decimal:
    return sum((outcome.quantity for outcome in outcomes if outcome.decision in decisions), ZERO)


def _claimed(order: Order) -> Iterator[Charge]:
    """What the supplier credits for pieces it lost. What it paid came another way, as a carrier's money does."""
    credited = [
        claim.amount
        for claim in order.claims.values()
        if claim.against == SUPPLIER and claim.outcome == "credited" and claim.amount is not None
    ]
    if credited:
        amount = -sum(credited, Decimal(0))
        yield Charge(ChargeKind.CLAIM, 0, _ONCE, "", amount, money.amount(amount, order.currency))
