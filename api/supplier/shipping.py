"""What is on its way back, and in which box."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from activities.i18n import N_
from api.supplier.arriving import reworks_at
from api.supplier.fields import Fields
from api.supplier.naming import line_called
from api.supplier.onward import Destination, destinations, sent_to
from api.supplier.returning import to_send_back
from api.supplier.serials import amount, nothing, typed_serials
from api.supplier.tasks import (
    Lead,
    Place,
    Task,
    Wanted,
    chosen,
    places,
    serial_leads,
    told_apart,
    total_of,
)
from api.supplier.visits import Visit
from api.supplier.words import Words
from models.domain import gate, going_back
from models.domain.commands import Ship, ShipLine
from models.domain.decisions.drawing import Shelf
from models.domain.decisions.inspecting import may_ship
from models.domain.order import Line, Order
from models.domain.pieces import Bucket
from models.domain.quantities import ZERO
from models.domain.records import Parcel
from models.domain.reworking import reworked_there

_THERE = (Bucket.AT_SUPPLIER, Bucket.IN_TRANSIT_OUT)


@dataclass(frozen=True, slots=True)
class ShipForm:
    heading: str
    places: tuple[Place, ...]
    # Boxes that came before their notice: number and day.
    unannounced: tuple[tuple[str, str], ...]
    # Where their notice says how many were in it: input and line.
    said: tuple[tuple[str, str], ...]
    going_back: bool
    # What of it a change took off the order, to come back as it is.
    excess: tuple[str, ...]
    # Where it may go instead of back to us.
    onward: tuple[Destination, ...]
    # Whether somebody has to say what pieces weigh that go there.
    weighed: bool


def there(visit: Visit) -> list[tuple[Place, Decimal]]:
    """What the supplier can put into a box."""
    return list(places(visit, Shelf(visit.order).stock, *_THERE))


def unannounced(order: Order) -> tuple[Parcel, ...]:
    return tuple(item for item in order.parcels.values() if not item.announced and not item.void)


def said_inputs(order: Order, words: Words) -> tuple[tuple[str, str], ...]:
    """Where a notice that came after its parcel may say how many of each line were in it; none is asked while
    no such parcel is there."""
    if not unannounced(order):
        return ()
    return tuple((f"said.{line.line}.quantity", line_called(line, words)) for line in order.lines)


def read_said(fields: Fields, order: Order) -> Wanted:
    """The notice of a parcel that has come already."""
    lines: list[ShipLine] = []
    leads: dict[str, Lead] = {}
    for line in order.lines:
        said = fields.quantity(f"said.{line.line}.quantity", line.unit)
        if said is not None:
            leads[f"lines.{len(lines)}.quantity"] = Lead(f"said.{line.line}.quantity")
            lines.append(ShipLine(line.line, said))
    carrier, tracking, parcel = (fields.text(name) for name in ("carrier", "tracking", "parcel"))
    fields.check()
    return Wanted(Ship(tuple(lines), carrier, tracking, parcel), leads)


def _offered(order: Order) -> bool:
    if gate.why_not(order, "ship") is not None:
        return False
    stock = Shelf(order).stock.values()
    return bool(unannounced(order)) or any(pieces.get(bucket) for pieces in stock for bucket in _THERE)


def _form(visit: Visit, _typed: Mapping[str, str]) -> ShipForm:
    order, words = visit.order, visit.words
    found = there(visit)
    by_line: dict[int, Decimal] = {}
    for place, quantity in found:
        by_line[place.line] = by_line.get(place.line, ZERO) + quantity
    if not found:
        heading = words.say(N_("How did the parcel travel?"))
    elif order.giving_back and not _reworking(order):
        heading = words.say(N_("Please send back {pieces}, as they are."), pieces=total_of(visit, by_line))
    else:
        heading = words.say(N_("Ready to ship? {pieces} are with you."), pieces=total_of(visit, by_line))
    onward = destinations(order, visit.following, words) if found else ()
    return ShipForm(
        heading=heading,
        places=tuple(_described(visit, place, quantity) for place, quantity in found),
        unannounced=tuple((item.parcel, words.local_day(item.shipped_at)) for item in unannounced(order)),
        said=said_inputs(order, words),
        going_back=order.giving_back or order.reassigned is not None,
        excess=()
        if going_back.given_up(order)
        else tuple(pieces for _, pieces in to_send_back(order, words)),
        onward=onward,
        weighed=any(each.weighed for each in onward),
    )


def _reworking(order: Order) -> bool:
    """An order given away keeps the rejects that its supplier works on again."""
    return order.reassigned is not None and any(reworked_there(order, at) for at in order.stock)


def _described(visit: Visit, place: Place, quantity: Decimal) -> Place:
    """With what may be reworked in it, and how many may leave where a release is needed."""
    order, words = visit.order, visit.words
    line = order.line(place.line)
    assert line is not None, "pieces are on the order's lines"
    note = ""
    if order.release_before_ship and line.plan is not None:
        released = min(quantity, may_ship(order, line, place.lot))
        note = words.say(N_("Released for shipping: {pieces}"), pieces=words.amount(released, line.unit))
    return replace(place, reworks=reworks_at(order, place.at), note=note, loads=_loads(line, place.lot))


def _loads(line: Line, lot: str) -> tuple[str, ...]:
    """The loads the lot was in: by their number, by their full name where a number was used again."""
    found = {load.node: load for load in line.reported_loads if lot in load.lots}
    numbers = [load.load for load in found.values()]
    return tuple(load.load if numbers.count(load.load) == 1 else load.full_name for load in found.values())


def _read(fields: Fields, visit: Visit) -> Wanted:
    if chosen(fields, "ship", "name") == "name":
        return read_said(fields, visit.order)
    carrier, tracking = fields.text("carrier"), fields.text("tracking")
    lines: list[ShipLine] = []
    leads: dict[str, Lead] = {}
    told_apart(fields, (place for place, _ in there(visit)))
    for place, _ in there(visit):
        line = visit.order.line(place.line)
        assert line is not None, "pieces are on the order's lines"
        boxed, serials = amount(fields, place.serials, fields.quantity(f"{place.input}.quantity", line.unit))
        raw = fields.quantity(f"{place.input}.unprocessed", line.unit)
        tested = fields.quantity(f"{place.input}.tested", line.unit)
        used = typed_serials(fields, f"{place.input}.tested_serials")
        if place.serials is not None:
            tested = Decimal(len(used)) or None
        if boxed is None and raw is None and tested is None:
            continue
        for name in (
            "quantity",
            "unprocessed",
            "tested",
            "weight",
            "load",
            "nonconformance",
            "tested_serials",
        ):
            leads[f"lines.{len(lines)}.{name}"] = Lead(f"{place.input}.{name}")
        leads |= serial_leads(len(lines), place, "quantity")
        lines.append(
            ShipLine(
                line=place.line,
                quantity=boxed if boxed is not None else ZERO,
                lot=place.lot,
                unprocessed=raw or ZERO,
                tested=tested or ZERO,
                load=fields.text(f"{place.input}.load"),
                nonconformance=fields.text(f"{place.input}.nonconformance"),
                weight=fields.quantity(f"{place.input}.weight", "") or None,
                serials=serials,
                tested_serials=used,
            )
        )
    if not lines and not fields.errors:
        first = next((place for place, _ in there(visit)), None)
        prefix, asked = (first.input, first.serials) if first is not None else ("lines.0", None)
        nothing(fields, prefix, asked, "Enter how many are in the box.")
    fields.check()
    leads |= {"to_order": Lead("to")} | {f"lines.{place}.to_line": Lead("to") for place in range(len(lines))}
    return Wanted(sent_to(fields, Ship(tuple(lines), carrier, tracking)), leads)


SHIP = Task("ship", "ship", N_("Announce a parcel"), _offered, _form, _read)
