"""Whether all that was made is somewhere: a balance per part and unit, and beneath it one per lot.

Every figure is summed from what its own records say: lots, pieces on orders, what jobs drew and what was
dispatched. What is left over between made and found is `unexplained`, and must be 0.

Pieces are made once: when they are bought in, or come out of a job. A supplier that gives the same part back
as another lot makes none: what the first lot passes on, the second has received. Pieces at work belong to the
lot they went out as until they are back, and to the lot they come back as from then on.

A lot of another part, of which a supplier makes the part of the line, is consumed when it goes out, and the
pieces of the line's part are made by that. So is what was taken of a lot that is counted in another unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple, TypedDict

from models.domain.pieces import Bucket, Took
from models.domain.quantities import ZERO, plain
from models.domain.trace import Link, lot_node, work_of

# What an order's buckets are called in a balance. Accepted and unprocessed pieces are on the shelf, forwarded
# ones with the next order.
_BUCKETS: Mapping[Bucket, str] = {
    Bucket.IN_TRANSIT_OUT: "in_transit",
    Bucket.IN_TRANSIT_BACK: "in_transit",
    Bucket.AT_SUPPLIER: "at_suppliers",
    Bucket.PENDING: "pending",
    Bucket.REJECTED: "rejected",
    Bucket.SCRAPPED: "scrapped",
    Bucket.TEST_CONSUMED: "tested",
    Bucket.LOST: "lost",
    Bucket.RETURNED_TO_SUPPLIER: "returned",
}
# Decided here, they count as the lot they came back as.
_BACK = frozenset({Bucket.PENDING, Bucket.REJECTED, Bucket.SCRAPPED})
FIGURES = (
    "made",
    "on_hand",
    "pending",
    "rejected",
    "at_suppliers",
    "in_transit",
    "dispatched",
    "consumed",
    "scrapped",
    "tested",
    "lost",
    "returned",
    "elsewhere",
)
# What takes pieces off our shelf for good, and what that is called.
TAKEN = {"consume": "consumed", "dispatch": "dispatched", "scrap": "scrapped"}
# Between the lots of one balance: what one passes on the other has received, so that both are in no sum.
PASSED_ON, RECEIVED = "passed_on", "received"
_BETWEEN = frozenset({PASSED_ON, RECEIVED})
_NOTHING = dict.fromkeys((*FIGURES, PASSED_ON), ZERO)


class Shelf(NamedTuple):
    """A lot as its row has it: `booked` is all that ever became this lot, `on_hand` what is left of it."""

    lot: str
    part: str
    unit: str
    booked: Decimal
    on_hand: Decimal


@dataclass(frozen=True, slots=True)
class AtWork:
    """The pieces of a lot on one line of an order. `accepted_as`: how many of those accepted have which name,
    also one that none have so far."""

    node: str
    part: str
    unit: str
    buckets: Mapping[Bucket, Decimal]
    accepted_as: Mapping[str, Decimal] = field(default_factory=dict)
    # More were counted than had gone out, and were kept.
    kept: Decimal = ZERO
    # What they took of their lot, where that is counted in another unit.
    took: Took | None = None

    @property
    def lot(self) -> str:
        return work_of(self.node).lot

    @property
    def becomes(self) -> str:
        """The lot that pieces come back as; the lot itself when that is not one other."""
        names = self.accepted_as.keys() - {self.lot}
        return next(iter(names)) if len(names) == 1 else self.lot


class Item(TypedDict):
    """Part of a figure: how much of which lot, and where: an order's pieces, a job, a dispatch; empty: here."""

    figure: str
    quantity: Decimal
    lot: str
    where: str


@dataclass
class Balance:
    """`lot` is empty for the sum over all lots of a part, `of_lots`."""

    part: str
    unit: str
    lot: str = ""
    # What it is made of: the figure, how much, and where.
    told: list[tuple[str, Decimal, str]] = field(default_factory=list)
    # What that adds up to, by figure.
    sums: dict[str, Decimal] = field(default_factory=dict)
    of_lots: list[Balance] = field(default_factory=list)

    @cached_property
    def items(self) -> list[Item]:
        """As they are shown: made when somebody looks at them, once for a lot and its part."""
        if not self.of_lots:
            return [
                {"figure": figure, "quantity": quantity, "lot": self.lot, "where": where}
                for figure, quantity, where in self.told
            ]
        found: list[Item] = []
        for of_lot in self.of_lots:
            between = not _BETWEEN.isdisjoint(of_lot.sums)
            found += (
                [item for item in of_lot.items if item["figure"] not in _BETWEEN] if between else of_lot.items
            )
        return found

    def put(self, figure: str, quantity: Decimal, where: str) -> None:
        self.told.append((figure, quantity, where))
        before = self.sums.get(figure)
        self.sums[figure] = quantity if before is None else before + quantity

    def figures(self) -> dict[str, Decimal]:
        """Every figure by name; `made` of a lot counts what it received. `unexplained` is the last."""
        sums = self.sums
        found = _NOTHING | sums
        received = found.pop(RECEIVED, ZERO)
        made = found["made"] = found["made"] + received
        # Everything but what was made is somewhere.
        found["unexplained"] = plain(made + made - sum(sums.values(), ZERO))
        for figure, quantity in sums.items():
            if figure != RECEIVED and not quantity.same_quantum(ZERO):
                found[figure] = plain(quantity)
        if received:
            found["made"] = plain(made)
        return found

    @property
    def unexplained(self) -> Decimal:
        return self.figures()["unexplained"]


@dataclass(frozen=True, slots=True)
class Scope:
    """What a balance is about: lots; pieces at work, all those of these lots among them; and the links out of
    the lots, and into and out of the pieces at work."""

    shelves: Mapping[str, Shelf]
    works: Mapping[str, AtWork]
    links: tuple[Link, ...]


def by_lot(scope: Scope) -> list[Balance]:
    """The balance of each lot. What one passes on to another is received there, as far as that is in scope."""
    book = _Book(scope)
    for node, shelf in book.by_node.items():
        book.shelved(node, shelf)
    for work in scope.works.values():
        book.at_work(work)
    for link in scope.links:
        source, target, quantity, unit, how = link[:5]
        figure = TAKEN.get(how)
        if figure is None:
            book.moved(link)
        elif (own := book.own.get(source)) is not None and own.unit == unit:
            if quantity:
                own.put(figure, quantity, target)
        elif (at := book.by_node.get(source)) is not None:
            book.put(at.part, unit, figure, quantity, at.lot, target)
    book.turned()
    return list(book.balances.values())


def by_part(lots: Iterable[Balance]) -> list[Balance]:
    """The sum per part and unit; what lots pass on to each other is in none of it."""
    found: dict[tuple[str, str], Balance] = {}
    for balance in lots:
        whole = found.get((balance.part, balance.unit))
        if whole is None:
            whole = found[balance.part, balance.unit] = Balance(balance.part, balance.unit)
        whole.of_lots.append(balance)
        for figure, quantity in balance.sums.items():
            if figure not in _BETWEEN:
                whole.sums[figure] = whole.sums.get(figure, ZERO) + quantity
    return [found[key] for key in sorted(found)]


class _Book:
    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        # By lot, part and unit: pieces at work may be of another part than the lot they went out as.
        self.balances: dict[tuple[str, str, str], Balance] = {}
        # What of a lot became pieces of another part at work: what went out, less what came back as it was.
        self._turned: dict[tuple[str, str], Decimal] = {}
        self.by_node = {lot_node(lot): shelf for lot, shelf in scope.shelves.items()}
        # The balance that a lot has of its own part and unit, by node, as far as it began with something.
        self.own: dict[str, Balance] = {}
        # Lot and unit -> how many pieces of other lots became this one on orders.
        self._accepted: dict[tuple[str, str], Decimal] = {}
        for work in scope.works.values():
            for lot, quantity in work.accepted_as.items():
                if lot != work.lot:
                    self._arrived(lot, work.unit, quantity)
        for link in scope.links if scope.works else ():
            # What went straight on under another name has become that lot on its way.
            target = scope.works.get(link.target)
            straight_on = link.how == "ship" and link.source.startswith("order:")
            if target is not None and straight_on and work_of(link.source).lot != target.lot:
                self._arrived(target.lot, target.unit, link.quantity)

    def _arrived(self, lot: str, unit: str, quantity: Decimal) -> None:
        self._accepted[lot, unit] = self._accepted.get((lot, unit), ZERO) + quantity

    def put(self, part: str, unit: str, figure: str, quantity: Decimal, lot: str, where: str) -> None:
        if quantity:
            balance = self.balances.get((lot, part, unit))
            if balance is None:
                balance = self.balances[lot, part, unit] = Balance(part, unit, lot)
            balance.put(figure, quantity, where)

    def shelved(self, node: str, shelf: Shelf) -> None:
        """What was bought in as this lot, came out of jobs, or of orders beyond the scope; and what is left."""
        lot, part, unit, made, on_hand = shelf
        if accepted := self._accepted.get((lot, unit)) if self._accepted else None:
            made -= accepted
        if made or on_hand:
            own = self.own[node] = self.balances[lot, part, unit] = Balance(part, unit, lot)
            if made:
                own.put("made", made, "")
            if on_hand:
                own.put("on_hand", on_hand, "")

    def at_work(self, work: AtWork) -> None:
        became = self._shelf(work.becomes, work)
        for bucket, figure in _BUCKETS.items():
            quantity = work.buckets.get(bucket, ZERO)
            if quantity and bucket in _BACK and became is not None and became.lot != work.lot:
                self._pass_on(work, became, quantity)
                self.put(became.part, became.unit, figure, quantity, became.lot, work.node)
            else:
                self._of(work, figure, quantity)
        for lot, quantity in work.accepted_as.items():
            shelf = self._shelf(lot, work)
            if shelf is None:
                self._of(work, "elsewhere", quantity, lot_node(lot))
            elif lot != work.lot:
                self._pass_on(work, shelf, quantity)
        self._of(work, "made", work.kept)

    def moved(self, link: Link) -> None:
        source, target = self.scope.works.get(link.source), self.scope.works.get(link.target)
        if source is not None and target is not None:
            if (source.lot, source.unit) != (target.lot, target.unit):
                self._of(source, PASSED_ON, link.quantity, target.node)
                self._of(target, RECEIVED, link.quantity, source.node)
        elif target is not None and link.how in ("ship", "split"):
            self._went_out(target, link)
        elif source is not None and link.how in ("ship", "split", "return"):
            self._came_back(source, link)

    def _went_out(self, work: AtWork, link: Link) -> None:
        lot = self.by_node.get(link.source)
        if lot is None:
            self._of(work, "made", link.quantity, link.source)
        elif (lot.part, lot.unit) != (work.part, work.unit):
            self._turn(lot, work, link.quantity)

    def _came_back(self, work: AtWork, link: Link) -> None:
        lot = self.by_node.get(link.target)
        if lot is None:
            self._of(work, "elsewhere", link.quantity, link.target)
        elif (lot.part, lot.unit) != (work.part, work.unit):
            self._turn(lot, work, -link.quantity)

    def _turn(self, lot: Shelf, work: AtWork, quantity: Decimal) -> None:
        at = (lot.lot, work.node)
        self._turned[at] = self._turned.get(at, ZERO) + quantity

    def turned(self) -> None:
        """What suppliers made of lots of other parts. Of a lot that is counted in another unit, as much is consumed
        as was taken when they went out."""
        for (name, node), quantity in self._turned.items():
            lot, work = self.scope.shelves[name], self.scope.works[node]
            self._of(work, "made", quantity, lot_node(name))
            if lot.unit == work.unit:
                self.put(lot.part, lot.unit, "consumed", quantity, lot.lot, node)
            elif work.took is not None and (work.lot, work.took.unit) == (name, lot.unit):
                self.put(lot.part, lot.unit, "consumed", work.took.quantity, lot.lot, node)

    def _shelf(self, lot: str, work: AtWork) -> Shelf | None:
        """The lot in scope that pieces at work come from or go to; one counted in another unit is none."""
        shelf = self.scope.shelves.get(lot)
        return shelf if shelf is not None and (shelf.part, shelf.unit) == (work.part, work.unit) else None

    def _of(self, work: AtWork, figure: str, quantity: Decimal, where: str = "") -> None:
        self.put(work.part, work.unit, figure, quantity, work.lot, where or work.node)

    def _pass_on(self, work: AtWork, shelf: Shelf, quantity: Decimal) -> None:
        self._of(work, PASSED_ON, quantity, lot_node(shelf.lot))
        self.put(shelf.part, shelf.unit, RECEIVED, quantity, shelf.lot, work.node)
