"""What is on its way back, entered for the supplier; or how a parcel that came unannounced travelled."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from sqlmodel import Session

from activities.i18n import N_
from api.pages.desk import Desk
from api.pages.tasks.base import Acting, Button, Knowing, Task, Typed, leads_of, number_in
from api.supplier.arriving import reworks_at
from api.supplier.fields import Fields
from api.supplier.onward import Destination, destinations, sent_to
from api.supplier.serials import amount, nothing, typed_serials
from api.supplier.shipping import read_said, said_inputs, unannounced
from api.supplier.tasks import Lead, Place, Wanted, places, serial_leads, told_apart
from models.domain import commands as c
from models.domain.decisions.drawing import Shelf
from models.domain.decisions.inspecting import may_ship
from models.domain.errors import Refusal
from models.domain.order import Order
from models.domain.pieces import Bucket
from models.domain.quantities import ZERO
from models.queries.transfers import following

_THERE = (Bucket.AT_SUPPLIER, Bucket.IN_TRANSIT_OUT)


@dataclass(frozen=True, slots=True)
class ShipForm:
    places: tuple[Place, ...]
    # Whether nothing of what is there may be sent before quality releases it.
    unreleased: bool
    # The loads reported for each place, by its input.
    loads: dict[str, tuple[str, ...]]
    # Boxes that came before their notice: number and day.
    unannounced: tuple[tuple[str, str], ...]
    # Where it may go instead of back to us.
    onward: tuple[Destination, ...]
    # Whether somebody has to say what pieces weigh that go there.
    weighed: bool
    # Where the notice of one that came unannounced says how many were in it: input and line.
    said: tuple[tuple[str, str], ...]


def _released(order: Order, place: Place, quantity: Decimal) -> Decimal | None:
    """How many pieces of a place are released for shipping; None where they need no release."""
    line = order.line(place.line)
    assert line is not None, "pieces are on the order's lines"
    if not order.release_before_ship or line.plan is None:
        return None
    return min(quantity, may_ship(order, line, place.lot))


def _unreleased(acting: Acting) -> bool:
    there = places(acting, Shelf(acting.order).stock, *_THERE)
    released = [_released(acting.order, place, quantity) for place, quantity in there]
    return bool(released) and all(pieces == ZERO for pieces in released)


def _there(acting: Acting) -> tuple[Place, ...]:
    order, words = acting.order, acting.words
    found = []
    for place, quantity in places(acting, Shelf(order).stock, *_THERE):
        line = order.line(place.line)
        assert line is not None, "pieces are on the order's lines"
        note, released = "", _released(order, place, quantity)
        if released is not None:
            note = words.say(N_("Released for shipping: {pieces}"), pieces=words.amount(released, line.unit))
        found.append(replace(place, reworks=reworks_at(order, place.at), note=note))
    return tuple(found)


def _loads(order: Order, place: Place) -> tuple[str, ...]:
    line = order.line(place.line)
    assert line is not None, "pieces are on the order's lines"
    names = (load.full_name for load in line.reported_loads if place.lot in load.lots)
    return tuple(dict.fromkeys(names))


def _form(acting: Shipping, _typed: Typed) -> ShipForm:
    there = _there(acting)
    boxes = tuple(
        (item.parcel, acting.words.local_day(item.shipped_at)) for item in unannounced(acting.order)
    )
    loads = {place.input: _loads(acting.order, place) for place in there}
    onward = destinations(acting.order, acting.known, acting.words) if there else ()
    weighed = any(each.weighed for each in onward)
    return ShipForm(
        there, _unreleased(acting), loads, boxes, onward, weighed, said_inputs(acting.order, acting.words)
    )


Shipping = Knowing[list[Order]]


def _look(session: Session, desk: Desk) -> Shipping:
    return Knowing(desk, following(session, desk.issued))


def _nothing_there(order: Order) -> Refusal | None:
    stock = Shelf(order).stock.values()
    if unannounced(order) or any(pieces.get(bucket, ZERO) > 0 for pieces in stock for bucket in _THERE):
        return None
    return Refusal("form.nothing", "No pieces are at the supplier.")


def _ship(fields: Fields, acting: Acting) -> Wanted:
    carrier, tracking, parcel = (fields.text(name) for name in ("carrier", "tracking", "parcel"))
    if parcel:
        return read_said(fields, acting.order)
    lines: list[c.ShipLine] = []
    leads: dict[str, Lead] = {}
    told_apart(fields, _there(acting))
    for place in _there(acting):
        line = acting.order.line(place.line)
        assert line is not None, "pieces are on the order's lines"
        boxed, raw, tested = (
            number_in(fields, f"{place.input}.{name}", line.unit)
            for name in ("quantity", "unprocessed", "tested")
        )
        boxed, serials = amount(fields, place.serials, boxed)
        used = typed_serials(fields, f"{place.input}.tested_serials")
        if place.serials is not None:
            tested = Decimal(len(used)) or None
        if boxed is None and raw is None and tested is None:
            continue
        leads |= leads_of(
            len(lines), place.input, "quantity", "unprocessed", "tested", "tested_serials", "weight"
        )
        leads |= serial_leads(len(lines), place, "quantity", "lot", "line")
        if place.reworks:
            leads[f"lines.{len(lines)}.nonconformance"] = Lead(f"{place.input}.nonconformance")
        if _loads(acting.order, place):
            leads[f"lines.{len(lines)}.load"] = Lead(f"{place.input}.load")
        lines.append(
            c.ShipLine(
                line=place.line,
                quantity=boxed or ZERO,
                lot=place.lot,
                unprocessed=raw or ZERO,
                tested=tested or ZERO,
                load=fields.text(f"{place.input}.load"),
                nonconformance=fields.text(f"{place.input}.nonconformance"),
                weight=number_in(fields, f"{place.input}.weight", ""),
                serials=serials,
                tested_serials=used,
            )
        )
    if not lines and not fields.errors:
        first = next(iter(_there(acting)), None)
        if first is None:
            fields.wrong("parcel", "Enter how many are in the box.")
        else:
            nothing(fields, first.input, first.serials, "Enter how many are in the box.")
    fields.check()
    leads |= {"to_order": Lead("to")} | {f"lines.{place}.to_line": Lead("to") for place in range(len(lines))}
    return Wanted(sent_to(fields, c.Ship(tuple(lines), carrier, tracking)), leads)


SHIP = Task(
    "ship",
    "ship",
    _form,
    _ship,
    (Button("ship", N_("Announce the parcel")),),
    question=N_("What is on its way back?"),
    look=_look,
    idle=_nothing_there,
)
