"""Lots: what came in, from whom, of which heat."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import Field
from sqlmodel import Session, col

from api.auth import Principal, Reader, allowed
from api.fields import Body, Country, Day, Key, Number, Serials, SupplierCode, Text, Unit
from api.routes.resource import Checks, Fields, Items, Paging, Resource, columns, fields_of
from api.wire import Answer, api_router
from models import clearance
from models.domain.authority import Role
from models.domain.bought_serials import bought
from models.domain.errors import Invalid, Refusal
from models.domain.floor_records import told_late
from models.domain.lot_corrections import adds_only, may_become
from models.domain.quantities import ZERO, quantity
from models.queries import lot_holds, lot_uses, master, shop_floor
from models.queries.local_day import today_at
from models.queries.lot_numbers import as_written, lock_names, next_lot_number
from models.queries.serial_stock import serial_stock
from models.queries.serials import lock_parts
from models.tables.lots import Lot
from models.tables.suppliers import Supplier

router = api_router(tags=["Lots"])


def _views(session: Session, rows: Sequence[Lot]) -> list[Fields]:
    """With the lot on hold that each was made from, named where everybody may know of it."""
    covered = lot_holds.covering(session, [row.number for row in rows], cleared=False)
    return [
        view
        | {"held": row.held or (row.number in covered and not covered[row.number].lot)}
        | {"held_with": covered[row.number].lot or None if row.number in covered else None}
        | {"recorded_at": row.created_at}
        for row, view in zip(rows, columns(session, rows), strict=True)
    ]


def _written(session: Session, key: tuple[object, ...]) -> tuple[object, ...]:
    """LOT-1 and lot-1 are one lot."""
    return tuple(as_written(session, [str(number)]).get(str(number), number) for number in key)


lots = Resource(Lot, "lot", ("number",), _views, _written)
# The earliest zone is this far ahead of UTC: what is tomorrow here may be today there.
_EARLIEST_ZONE = timedelta(hours=14)


class LotFields(Body):
    part: Key
    part_revision: Key | None = None
    quantity: Number
    uom: Unit | None = Field(default=None, description="Left out: the part's unit.")
    supplier: SupplierCode | None = None
    supplier_lot: Text | None = None
    heat_number: Text | None = None
    country_of_melt: Country | None = None
    country_of_origin: Country | None = None
    unit_cost: Number | None = None
    certificate: Text | None = Field(default=None, description="Number of the supplier's certificate.")
    serials: Serials = Field(
        default=[], description="One for every piece or none; only of a part traced by serial numbers."
    )
    received_on: Day | None = Field(
        default=None, description="Left out: today, or as it was. Earlier, the record is marked late."
    )


class IncomingLotBody(LotFields):
    number: Key | None = Field(
        default=None, description="Left out: given as YYYYMMDD-VENDOR-SEQ, which needs the supplier."
    )


class LotView(LotFields):
    number: str
    uom: str
    on_hand: Number
    plant: str | None
    held: bool
    hold_reason: str | None
    held_by: str | None
    held_with: str | None = Field(
        description="A lot on hold that this one was made from: it is held with it."
    )
    created_at: datetime
    recorded_at: datetime
    recorded_by: str | None = Field(description="Null for a lot made here.")
    late: bool = Field(description="It was recorded on a later day than it came.")


@router.post("/lots", status_code=201, response_model=LotView)
def create_lot(
    body: IncomingLotBody, request: Request, principal: Annotated[Principal, Depends(allowed(Role.RECEIVING))]
) -> Answer:
    def make(session: Session, now: datetime) -> Lot:
        values = _columns(session, body, now, principal)
        today = today_at(session, principal.plant, now)
        received_on = body.received_on or today
        number = body.number
        if number is None:
            # `_columns` has seen to it that there is a supplier then.
            number = next_lot_number(session, str(body.supplier), received_on)
        else:
            lock_names(session, [number])
            if number in (there := as_written(session, [number])):
                raise lots.exists(there[number])
        return Lot(
            **values
            | {"number": number, "received_on": received_on, "on_hand": values["quantity"]}
            | {"plant": principal.plant, "created_at": now, "recorded_by": principal.id}
            | {"late": told_late(received_on, today)}
        )

    return lots.create(request, principal, make)


@router.get("/lots", response_model=Items[LotView])
def list_lots(
    request: Request,
    page: Paging,
    principal: Reader,
    part: Text | None = None,
    supplier: Text | None = None,
    supplier_lot: Text | None = None,
    heat_number: Text | None = None,
) -> Answer:
    wanted = {
        Lot.part: part,
        Lot.supplier: supplier,
        Lot.supplier_lot: supplier_lot,
        Lot.heat_number: heat_number,
    }
    where = [col(column) == value for column, value in wanted.items() if value is not None]
    return lots.page(request, page, *where, cleared=principal.cleared)


@router.get("/lots/{number}", response_model=LotView)
def read_lot(number: str, request: Request, principal: Reader) -> Answer:
    return lots.read(request, number, cleared=principal.cleared)


@router.get("/lots/{number}/uses")
def list_lot_uses(number: str, request: Request, page: Paging, principal: Reader) -> Answer:
    """What used the lot, the newest first: jobs, order lines and dispatches, each with the `quantity` of it that
    went there and was not taken back. `count` is how many there are in all; the trace says what became of it."""
    after = page.cursor or ""
    if after and not after.isdecimal():
        raise Invalid("cursor.invalid", "Use `next` of the page before as the cursor.", field="cursor")
    with request.app.state.database.read() as session:
        found = lot_uses.of_lot(
            session,
            lots.get(session, number, cleared=principal.cleared).number,
            cleared=principal.cleared,
            limit=page.limit + 1,
            before=int(after) if after else None,
        )
    shown = found.some[: page.limit]
    items = [
        {"kind": use.kind, "number": use.number, "line": use.line, "how": use.how}
        | {"quantity": use.quantity, "unit": use.unit, "at": use.at}
        for use in shown
    ]
    more = str(shown[-1].last) if len(found.some) > page.limit else None
    return Answer({"items": items, "next": more, "count": found.count})


@router.put("/lots/{number}", response_model=LotView)
def replace_lot(
    number: str,
    body: IncomingLotBody,
    request: Request,
    principal: Annotated[Principal, Depends(allowed(Role.QUALITY, Role.RECEIVING))],
) -> Answer:
    """Corrects what was typed in, as long as no pieces of it went anywhere; what is missing may be added
    later too: `supplier_lot`, `heat_number`, `certificate`, `country_of_melt` and `country_of_origin` also by
    quality and whoever received it, who leave the rest as it is. A hold stays, and what was already used stays
    used."""
    now = request.app.state.clock()

    def change(session: Session, lot: Lot) -> None:
        adding = adds_only(principal.roles, principal.id, lot.recorded_by)
        checks = Checks()
        checks.same("number", body.number, lot.number)
        checks.settle()
        values = _columns(session, body, now, principal, known=lot)
        came = values["received_on"] = body.received_on or lot.received_on
        may_become(fields_of(lot), values, moved=shop_floor.moved(session, lot.number), adding=adding)
        used = lot.quantity - lot.on_hand
        _refuse_contradiction(lot, values, used)
        recorded_on = today_at(session, lot.plant, lot.created_at)
        late = came is not None and told_late(came, recorded_on)
        lot.sqlmodel_update(values | {"on_hand": values["quantity"] - used, "late": late})

    return lots.replace(request, principal, (number,), change)


def _columns(
    session: Session, body: IncomingLotBody, now: datetime, by: Principal, *, known: Lot | None = None
) -> dict[str, Any]:
    """As kept, without the number; `known` is the lot that is typed in anew. Raises ``Invalid``, ``Refusal``."""
    checks = Checks()
    there = master.revisions_of(session, body.part)
    revisions = [part for part in there if by.cleared or not part.export_controlled]
    # A lot of no revision may be of any.
    if len(revisions) < len(there) and body.part_revision not in {part.revision for part in revisions}:
        clearance.barred("part", body.part)
    if not revisions:
        checks.wrong("part", "There is no part {part}; create it first.", part=body.part)
    elif body.part_revision is None and len(revisions) < len(there):
        checks.wrong("part_revision", "Name the revision.")
    elif body.part_revision is not None and body.part_revision not in {part.revision for part in revisions}:
        text = "There is no {kind} {key}; create it first."
        checks.wrong("part_revision", text, kind="part", key=f"{body.part} {body.part_revision}")
    checks.exists(session, Supplier, body.supplier, "supplier", "supplier")
    if body.supplier is None and body.number is None and known is None:
        checks.wrong("supplier", "Name the supplier, so that the lot can be numbered, or give a number.")
    if body.received_on is not None and body.received_on > (now + _EARLIEST_ZONE).date():
        checks.wrong("received_on", "This day has not come yet.")
    checks.settle()
    named = [part for part in revisions if part.revision == body.part_revision]
    made_as = (named or revisions)[-1]
    unit = body.uom or made_as.uom
    amount = quantity(body.quantity, unit=unit, zero=False)
    cost = None if body.unit_cost is None else quantity(body.unit_cost, field="unit_cost", unit="a price")
    if amount == ZERO:
        checks.wrong("quantity", "Enter more than 0.")
    checks.settle()
    if body.serials:
        # Nobody else brings pieces of these numbers meanwhile.
        lock_parts(session, [body.part])
        stock = serial_stock(session, [], [(body.part, serial) for serial in body.serials])
        tracked = made_as.trace == "serial"
        own = known.serials if known is not None and known.part == body.part else ()
        bought(body.part, amount, body.serials, stock, tracked=tracked, own=own)
    return body.model_dump(exclude={"number"}) | {"uom": unit, "quantity": amount, "unit_cost": cost}


def _refuse_contradiction(lot: Lot, values: dict[str, Any], used: Decimal) -> None:
    if not used:
        return
    if (lot.part, lot.uom) != (values["part"], values["uom"]):
        text = "{used} {unit} of {lot} are used already; its part and unit can no longer change."
        raise Refusal("lot.used", text, field="part", used=used, unit=lot.uom, lot=lot.number)
    if values["quantity"] < used:
        text = "{used} {unit} of {lot} are used already; enter at least that."
        raise Refusal("lot.used", text, field="quantity", used=used, unit=lot.uom, lot=lot.number)
