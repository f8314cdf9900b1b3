"""What is asked of every request: that lines, lots and papers exist and that numbers are numbers."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from models.domain.errors import Invalid, Refusal
from models.domain.order import Line, Order
from models.domain.pieces import line_of, lot_of
from models.domain.quantities import quantity
from models.domain.records import Nonconformance, Parcel
from models.domain.serials import Named, named


def some_lines(lines: tuple[object, ...]) -> None:
    if not lines:
        raise Invalid("lines.empty", "Name at least one line.", field="lines")


# What has to be written -> what is said when nobody did. The code of that is the field with `.missing`.
_WRITTEN = {
    "reason": "Give a reason.",
    "note": "Write a note.",
    "defect": "Say what is wrong with the pieces.",
    "cause": "Say what caused it.",
    "action": "Say what is done about it.",
}


def written(text: str, field: str) -> str:
    """What somebody wrote, without the spaces around."""
    if not text.strip():
        raise Invalid(f"{field}.missing", _WRITTEN[field], field=field)
    return text.strip()


def somebody_gets_it(supplier: str, *, there: bool, controlled: bool, cleared: bool) -> None:
    """Raises `Refusal` when nobody at the supplier would get the order: `there` is a contact that is notified, and
    one of them is `cleared`."""
    if not there:
        raise Refusal(
            "supplier.no_contact",
            "{supplier} has nobody who gets orders. Add a contact that is notified of orders.",
            field="supplier",
            supplier=supplier,
        )
    if controlled and not cleared:
        raise Refusal(
            "supplier.not_cleared",
            "These parts are export-controlled and {supplier} has no cleared contact.",
            field="supplier",
            supplier=supplier,
        )


def reason(text: str) -> str:
    """Why somebody does it."""
    return written(text, "reason")


def the_line(order: Order, number: int, index: int | None = None, of: str = "lines") -> Line:
    """The order's line `number`; `index` is its place in the request's list `of`, for the error."""
    line = order.line(number)
    if line is None:
        raise Invalid(
            "line.unknown",
            "Order {order} has no line {line}; it has {lines}.",
            field=_path(index, "line", of),
            order=order.number,
            line=number,
            lines=", ".join(str(item.line) for item in order.lines),
        )
    return line


def the_lot(order: Order, line: Line, lot: str, index: int | None = None, of: str = "lines") -> str:
    """The lot that was sent on the line: `lot`, or what became `lot`; the only one when none is named; else ''.

    `index` is its place in the request's list `of`, for the error.
    """
    known = [lot_of(at) for at in order.stock if line_of(at) == line.line]
    if not lot:
        return known[0] if len(known) == 1 else ""
    if lot in known:
        return lot
    became = [name for name in known if line.output_lot(name) == lot]
    if len(became) == 1:
        return became[0]
    field = _path(index, "lot", of)
    if became:
        raise Refusal(
            "lot.several_sources",
            "Lot {lot} was made of {lots} on line {line}; name one of those.",
            field=field,
            lot=lot,
            line=line.line,
            lots=", ".join(became),
        )
    raise Invalid(
        "lot.not_on_line",
        "Lot {lot} was not sent on line {line}; sent were: {lots}.",
        field=field,
        lot=lot,
        line=line.line,
        lots=", ".join(known) or "none",
    )


def counted(
    line: Line,
    value: Decimal,
    index: int | None = None,
    name: str = "quantity",
    *,
    zero: bool = False,
    of: str = "lines",
) -> Decimal:
    """A quantity of the line in its unit; more than nothing unless `zero`."""
    field = _path(index, name, of)
    result = quantity(value, field=field, unit=line.unit, zero=zero)
    if not zero and result == 0:
        raise Invalid("quantity.zero", "Enter more than zero.", field=field)
    return result


def serials(
    line: Line,
    typed: Iterable[str],
    quantity: Decimal,
    index: int | None = None,
    name: str = "serials",
    of: str = "lines",
) -> Named:
    """The serial numbers typed for `quantity` pieces of the line."""
    return named(line, typed, quantity, _path(index, name, of))


def the_nonconformance(order: Order, name: str, index: int | None = None) -> Nonconformance:
    item = order.nonconformances.get(name)
    if item is None or item.withdrawn:
        raise Invalid(
            "nonconformance.unknown",
            "Order {order} has no nonconformance {name}.",
            field=_path(index, "nonconformance"),
            order=order.number,
            name=name,
        )
    return item


def the_parcel(order: Order, name: str) -> Parcel:
    parcel = order.parcels.get(name)
    if parcel is None or parcel.void:
        raise Invalid("parcel.unknown", "There is no parcel {parcel}.", field="parcel", parcel=name)
    return parcel


def _path(index: int | None, name: str, of: str = "lines") -> str:
    return name if index is None else f"{of}.{index}.{name}"
