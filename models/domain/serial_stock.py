"""Which pieces with serial numbers are in a lot of ours, and where one is that is not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from models.domain.errors import Refusal
from models.domain.pieces import Bucket
from models.domain.serials import listed

_OURS = (Bucket.ACCEPTED, Bucket.RETURNED_UNPROCESSED)


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where one piece is as far as anybody wrote down: the lot on our shelf, or the order that has it and the
    bucket it is in there, or the dispatch it left with. All empty: nobody made or received it."""

    lot: str = ""
    order: str = ""
    bucket: Bucket | None = None
    dispatch: str = ""

    @property
    def away(self) -> bool:
        return self.bucket is not None and self.bucket not in _OURS


@dataclass(frozen=True, slots=True)
class SerialStock:
    """`pieces` by part and serial; `here` the serials on our shelf by lot, for the lots all of whose pieces
    were named when they were made or received. In other lots there may be more."""

    pieces: Mapping[tuple[str, str], Whereabouts] = field(default_factory=dict)
    here: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def may_leave(self, part: str, serial: str, lot: str, at: str) -> None:
        """Whether the piece is in `lot`, from where it is to leave us. `at` is the field that names it.

        Raises `Refusal`: gone for good, with an order, in another lot, or nowhere.
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
