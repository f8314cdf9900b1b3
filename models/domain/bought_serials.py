"""The serial numbers of pieces that were bought: named once, when their lot is booked in."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal

from models.domain.errors import Refusal
from models.domain.serial_stock import SerialStock, check_serials, not_tracked
from models.domain.shop_floor import new_serials


def bought(
    part: str,
    quantity: Decimal,
    serials: Sequence[str],
    stock: SerialStock,
    *,
    tracked: bool,
    own: Collection[str] = (),
) -> None:
    """Whether these may be the numbers of a lot's pieces; none at all may, too. `stock` knows where pieces of
    these numbers are; `own` are those that the lot has already, when it is typed in anew.

    Raises `Invalid` for a part without serial numbers, one too many or too few, or one named twice, and `Refusal`
    for one that another piece of the part has, wherever that is.
    """
    if not serials:
        return
    if not tracked:
        raise not_tracked(part, "serials")
    check_serials(serials, quantity, "serials")
    new = [serial for serial in serials if serial not in own]
    known = {serial: where for serial in new if (where := stock.pieces.get((part, serial))) is not None}
    new_serials(serials, {serial: where.lot for serial, where in known.items() if where.lot}, part)
    for serial, where in known.items():
        raise Refusal(
            "serial.made",
            "Serial {serial} of {part} is known already ({where}). Look at the number on the piece.",
            field="serials",
            serial=serial,
            part=part,
            where=where.dispatch or where.job or where.order,
        )
