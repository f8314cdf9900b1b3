"""Which of the pieces that move belong to a nonconformance, and where that leaves it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from models.domain.events import ShareMove
from models.domain.order import Order
from models.domain.pieces import OUT, Bucket, Move, Pieces, held_in, key, line_of, lot_of, moved
from models.domain.quantities import ZERO
from models.domain.records import Nonconformance, Share
from models.domain.reinspecting import covered_of

# Shares of a bucket: their sum can never exceed what the bucket holds.
_LIVES_IN: tuple[tuple[tuple[Bucket, ...], tuple[Share, ...]], ...] = (
    ((Bucket.REJECTED,), (Share.PROPOSED, Share.UNDECIDED)),
    ((Bucket.PENDING,), (Share.REINSPECTING,)),
    (OUT, (Share.REWORKING, Share.RETURNING)),
)


def returning(order: Order) -> dict[str, Decimal]:
    """Pieces in transit out that go back to the supplier for good, by stock key."""
    found: dict[str, Decimal] = {}
    for item in order.nonconformances.values():
        for at, shares in item.shares.items():
            quantity = shares.get(Share.RETURNING, ZERO)
            if quantity:
                found[at] = found.get(at, ZERO) + quantity
    return found


def returning_serials(order: Order) -> frozenset[str]:
    """The serials among those, by `key(line, serial)`."""
    return frozenset(
        name
        for item in order.nonconformances.values()
        for name, share in item.serials.items()
        if share is Share.RETURNING
    )


def overclaimed(order: Order) -> str:
    """A nonconformance that speaks of more pieces than are where its shares say; '' when none does."""
    claims: dict[tuple[str, int], Decimal] = {}
    for item in order.nonconformances.values():
        for at, shares in item.shares.items():
            for index, (buckets, kinds) in enumerate(_LIVES_IN):
                claimed = sum((shares.get(kind, ZERO) for kind in kinds), ZERO)
                claims[at, index] = claims.get((at, index), ZERO) + claimed
                if claims[at, index] > held_in(order.stock.get(at, {}), *buckets):
                    return item.nonconformance
            if any(quantity < 0 for quantity in shares.values()):
                return item.nonconformance
    return ""


def settle(
    order: Order,
    moves: Iterable[Move],
    named: Mapping[str, str] | None = None,
    reinspected: Mapping[str, Decimal] | None = None,
) -> tuple[ShareMove, ...]:
    """The shares that `moves` change. `named` says by stock key whose pieces come back from rework.

    A serial number says itself whose piece it is. Pieces judged while pending are taken to be the re-inspected ones
    first; of those that become accepted, as many as `reinspected` says where it does, by stock key. What nobody named is
    settled at last when the pieces can no longer be where the share says they are.
    """
    moves = tuple(moves)
    ledger = _Ledger(order)
    again = dict(reinspected or {})
    for move in moves:
        at = key(move.line, move.lot)
        if move.serials:
            ledger.take_serials(move)
        elif move.source in OUT and named and at in named:
            target = Share.REINSPECTING if move.target is Bucket.PENDING else None
            ledger.wait(move, ledger.take(named[at], at, Share.REWORKING, move.quantity, target))
        elif move.source is Bucket.PENDING:
            some = move.quantity
            if move.target is Bucket.ACCEPTED and at in again:
                some = min(some, again[at])
                again[at] -= some
                for name, covered in covered_of(order, at).items():
                    some -= ledger.take(name, at, Share.REINSPECTING, min(some, covered), None)
            ledger.take_any(at, Share.REINSPECTING, some)
        else:
            ledger.wait(move)
    ledger.fit(moved(order.stock, moves), {key(move.line, move.lot) for move in moves})
    return tuple(ledger.changes)


class _Ledger:
    def __init__(self, order: Order) -> None:
        self.items: Mapping[str, Nonconformance] = order.nonconformances
        self.left = {
            (name, at, share): quantity
            for name, item in order.nonconformances.items()
            for at, shares in item.shares.items()
            for share, quantity in shares.items()
        }
        self.serials = {
            serial: (name, share)
            for name, item in order.nonconformances.items()
            for serial, share in item.serials.items()
        }
        self.places = order.serials
        self.changes: list[ShareMove] = []
        # By stock key.
        self.waiting: dict[str, Decimal] = {}

    def take_serials(self, move: Move) -> None:
        found: dict[tuple[str, Share, Share | None], list[str]] = {}
        for serial in move.serials:
            mine = self.serials.get(key(move.line, serial))
            if mine is None:
                continue
            name, share = mine
            if share is Share.REINSPECTING and move.source is Bucket.PENDING:
                found.setdefault((name, share, None), []).append(serial)
            elif share is Share.REWORKING and move.source in OUT and move.target not in OUT:
                target = Share.REINSPECTING if move.target is Bucket.PENDING else None
                found.setdefault((name, share, target), []).append(serial)
        at = key(move.line, move.lot)
        for (name, share, target), serials in found.items():
            if self.take(name, at, share, Decimal(len(serials)), target):
                self.changes[-1] = replace(self.changes[-1], serials=tuple(serials))

    def take(self, name: str, at: str, share: Share, wanted: Decimal, target: Share | None) -> Decimal:
        quantity = min(wanted, self.left.get((name, at, share), ZERO))
        if quantity <= 0:
            return ZERO
        self.left[name, at, share] -= quantity
        if target is not None:
            self.left[name, at, target] = self.left.get((name, at, target), ZERO) + quantity
        self.changes.append(ShareMove(name, line_of(at), lot_of(at), quantity, share, target))
        return quantity

    def wait(self, move: Move, named: Decimal = ZERO) -> None:
        """Of pieces that came back and wait to be judged, those that nobody named may be rework."""
        if move.source in OUT and move.target is Bucket.PENDING:
            at = key(move.line, move.lot)
            self.waiting[at] = self.waiting.get(at, ZERO) + move.quantity - named

    def take_any(self, at: str, share: Share, wanted: Decimal) -> None:
        for name in self.items:
            wanted -= self.take(name, at, share, wanted, None)

    def fit(self, stock: Mapping[str, Pieces], touched: Iterable[str]) -> None:
        for at in sorted(touched):
            for buckets, shares in _LIVES_IN:
                here = held_in(stock.get(at, {}), *buckets)
                claimed = sum(
                    (self.left.get((name, at, share), ZERO) for name in self.items for share in shares), ZERO
                )
                for share in shares:
                    for name in self.items:
                        if claimed > here:
                            claimed -= self._still_rework(name, at, share, claimed - here)
                        if claimed > here:
                            taken = self.take(name, at, share, claimed - here, None)
                            claimed -= taken
                            self._name_gone(name, at, share, buckets, int(taken))

    def _still_rework(self, name: str, at: str, share: Share, wanted: Decimal) -> Decimal:
        """Pieces that can be nothing but rework, though nobody said so, are to be inspected again."""
        if share is not Share.REWORKING:
            return ZERO
        waiting = self.waiting.get(at, ZERO)
        taken = self.take(name, at, share, min(wanted, waiting), Share.REINSPECTING)
        self.waiting[at] = waiting - taken
        return taken

    def _name_gone(self, name: str, at: str, share: Share, buckets: tuple[Bucket, ...], count: int) -> None:
        """Those of its pieces with serial numbers that went straight on to another order and were still its own."""
        gone = [
            lot_of(serial)
            for serial, mine in self.serials.items()
            if mine == (name, share)
            and (place := self.places.get(serial)) is not None
            and key(line_of(serial), place.lot) == at
            and place.bucket not in buckets
        ]
        if count and gone:
            self.changes[-1] = replace(self.changes[-1], serials=tuple(gone[:count]))
