"""Which pieces with serial numbers are in a lot of ours, and where one is that is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from models.domain.errors import FieldError, Invalid, Refusal
from models.domain.pieces import Bucket
from models.domain.serials import listed, unsettled

_OURS = (Bucket.ACCEPTED, Bucket.RETURNED_UNPROCESSED)


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where one piece is as far as anybody wrote down: the lot on our shelf, or the order that has it and the
    bucket it is in there, or the dispatch it left with, or the job that used it up. All empty: nobody made or
    received it. Surplus of an order is on our dock, whatever else was said of where it is here."""

    lot: str = ""
    order: str = ""
    bucket: Bucket | None = None
    dispatch: str = ""
    job: str = ""

    @property
    def gone(self) -> bool:
        return bool(self.dispatch or self.job)

    @property
    def away(self) -> bool:
        return self.bucket is not None and self.bucket not in _OURS


@dataclass(frozen=True, slots=True)
class SerialStock:
    """`pieces` by part and serial; `here` the serials on our shelf by lot, for the lots all of whose pieces
    were named when they were made or received. In other lots there may be more."""

    pieces: Mapping[tuple[str, str], Whereabouts] = field(default_factory=dict)
    here: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def in_lot(self, part: str, lot: str) -> tuple[str, ...]:
        """The pieces of the part known to be in the lot."""
        return tuple(
            sorted(
                serial
                for (kind, serial), where in self.pieces.items()
                if kind == part and where.lot == lot and not where.away and not where.gone
            )
        )

    def leaving(
        self, part: str, lot: str, serials: Sequence[str], amount: Decimal, at: str, *, all_named: bool
    ) -> None:
        """Raises `Invalid` or `Refusal` unless each piece named is in the lot and there are as many as leave.
        `all_named`: each has a number, so that somebody has to say which they are."""
        if serials and not all_named:
            raise not_tracked(part, at)
        if all_named and not serials:
            raise self._unnamed(part, lot, at)
        if serials:
            check_serials(serials, amount, at)
        for serial in serials:
            self.may_leave(part, serial, lot, at)

    def _unnamed(self, part: str, lot: str, at: str) -> Invalid:
        """Nobody can say which pieces of the lot are meant. `at` is the field that would name them."""
        here = self.in_lot(part, lot)
        if not here:
            return Invalid(
                "serial.missing",
                "Lot {lot}: say which pieces, by their serial numbers.",
                field=at,
                lot=lot,
            )
        return Invalid(
            "serial.missing",
            "Lot {lot}: say which pieces, by their serial numbers. Here are: {serials}.",
            field=at,
            lot=lot,
            serials=listed(here),
        )

    def may_leave(self, part: str, serial: str, lot: str, at: str) -> None:
        """Whether the piece is in `lot`, from where it is to leave us. `at` is the field that names it.

        Raises `Refusal`: gone for good, used up, with an order, in another lot, or nowhere.
        """
        known = self.pieces.get((part, serial), Whereabouts())
        if known.dispatch:
            raise Refusal(
                "serial.gone",
                "Serial {serial} of {part} has left already with {dispatch}. Look at the number on the piece.",
                field=at,
                serial=serial,
                part=part,
                dispatch=known.dispatch,
            )
        if known.job:
            raise Refusal(
                "serial.used",
                "Serial {serial} of {part} went into work order {job} already. Look at the number on the piece.",
                field=at,
                serial=serial,
                part=part,
                job=known.job,
            )
        if known.bucket is Bucket.OVER:
            raise unsettled(serial, known.order, at)
        if known.away and known.bucket is not None:
            raise Refusal(
                "serial.elsewhere",
                "Serial {serial} is with order {order} ({bucket}). It can go once it is back.",
                field=at,
                serial=serial,
                order=known.order,
                bucket=known.bucket.replace("_", " "),
            )
        if known.lot and lot and known.lot != lot:
            raise Refusal(
                "serial.other_lot",
                "Serial {serial} of {part} is in lot {known}, not in {lot}. Name that lot, or look at the number "
                "on the piece.",
                field=at,
                serial=serial,
                part=part,
                known=known.lot,
                lot=lot,
            )
        if lot in self.here and serial not in self.here[lot]:
            raise Refusal(
                "serial.unknown",
                "Nobody made or received a piece {serial} of lot {lot}. Expected is one of: {serials}.",
                field=at,
                serial=serial,
                lot=lot,
                serials=listed(self.here[lot]),
            )


def fate(serial: str, where: Whereabouts, at: str) -> FieldError:
    """What became of a piece that is no longer where an order left it. `at` is the field that names it."""
    known = ("serial", serial)
    if where.dispatch:
        return FieldError(
            at, "{serial} left with dispatch {dispatch}.", (known, ("dispatch", where.dispatch))
        )
    if where.job:
        return FieldError(at, "{serial} was used up by work order {job}.", (known, ("job", where.job)))
    bucket = where.bucket.replace("_", " ") if where.bucket is not None else ""
    told = (known, ("order", where.order), ("bucket", bucket))
    return FieldError(at, "{serial} is with order {order} ({bucket}).", told)


def not_tracked(part: str, at: str) -> Invalid:
    """Nobody tells its pieces apart. `at` is the field that names some."""
    return Invalid("serial.not_tracked", "{part} has no serial numbers; leave them out.", field=at, part=part)


def check_serials(serials: Sequence[str], amount: Decimal, field: str) -> None:
    """Raises `Invalid` unless there is one for every piece, and each is another."""
    if len(serials) != amount:
        raise Invalid(
            "serials.count",
            "{quantity} pieces need {quantity} serial numbers; you named {named}.",
            field=field,
            quantity=amount,
            named=len(serials),
        )
    twice = next((serial for serial in serials if list(serials).count(serial) > 1), None)
    if twice is not None:
        raise Invalid("serials.repeated", "Serial {serial} is named twice.", field=field, serial=twice)
