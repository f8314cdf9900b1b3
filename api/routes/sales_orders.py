"""Sales orders: what customers ordered from us, line by line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import Field
from sqlmodel import Session, col

from api.auth import Principal, Reader, allowed
from api.fields import Body, Day, Key, Number, Text, Whole
from api.routes.resource import Checks, Items, Paging, Resource, fields_of
from api.wire import Answer, api_router
from models.domain.authority import Role
from models.domain.errors import FieldError, Refusal
from models.domain.quantities import ZERO, quantity
from models.queries import deliveries, demand
from models.tables.demand import SalesOrder, SalesOrderLine
from models.tables.parts import Part


def _views(session: Session, rows: Sequence[SalesOrder]) -> list[dict[str, Any]]:
    numbers = [row.number for row in rows]
    lines, took = demand.lines_of(session, numbers), deliveries.dispatched_of(session, numbers)
    return [
        fields_of(row)
        | {
            "lines": [
                fields_of(line, but={"sales_order"})
                | {"delivered": max(line.delivered, took.get((row.number, line.line), ZERO))}
                for line in lines[row.number]
            ]
        }
        for row in rows
    ]


router = api_router(tags=["Demand"])
sales_orders = Resource(SalesOrder, "sales order", ("number",), _views)
Planning = Annotated[Principal, Depends(allowed(Role.BUYER, Role.PLANNER))]


class SalesLineBody(Body):
    line: Whole
    part: Key
    revision: Key
    quantity: Number
    due: Day
    delivered: Number = Field(
        default=ZERO, validate_default=True, description="How many the customer has already."
    )


class SalesOrderFields(Body):
    customer: Text
    lines: Annotated[list[SalesLineBody], Field(min_length=1, max_length=500)]


class SalesOrderBody(SalesOrderFields):
    number: Key


class SalesOrderEdit(SalesOrderFields):
    number: Key | None = None


class SalesOrderView(SalesOrderBody):
    created_at: datetime


@router.post("/sales-orders", status_code=201, response_model=SalesOrderView)
def create_sales_order(body: SalesOrderBody, request: Request, principal: Planning) -> Answer:
    def make(session: Session, now: datetime) -> SalesOrder:
        if session.get(SalesOrder, body.number) is not None:
            raise sales_orders.exists(body.number)
        order = SalesOrder(number=body.number, customer=body.customer, created_at=now)
        kept = _checked(session, principal, body, body.number)
        session.add(order)
        # Its lines point at the order, so that row goes in first.
        session.flush()
        _keep(session, body.number, kept)
        return order

    return sales_orders.create(request, principal, make)


@router.get("/sales-orders", response_model=Items[SalesOrderView])
def list_sales_orders(
    request: Request, page: Paging, principal: Reader, customer: Text | None = None
) -> Answer:
    where = [] if customer is None else [col(SalesOrder.customer) == customer]
    return sales_orders.page(request, page, *where, cleared=principal.cleared)


@router.get("/sales-orders/{number}", response_model=SalesOrderView)
def read_sales_order(number: str, request: Request, principal: Reader) -> Answer:
    return sales_orders.read(request, number, cleared=principal.cleared)


@router.put("/sales-orders/{number}", response_model=SalesOrderView)
def replace_sales_order(number: str, body: SalesOrderEdit, request: Request, principal: Planning) -> Answer:
    """A line that a work order was made for stays, of the same part; its quantity, day and deliveries may change."""

    def change(session: Session, order: SalesOrder) -> None:
        kept = _checked(session, principal, body, number)
        order.customer = body.customer
        _keep(session, number, kept)

    return sales_orders.replace(request, principal, (number,), change)


def _checked(
    session: Session, principal: Principal, body: SalesOrderBody | SalesOrderEdit, number: str
) -> list[dict[str, Any]]:
    """The lines as kept. Raises ``Invalid``."""
    checks = Checks(cleared=principal.cleared)
    checks.same("number", body.number, number)
    seen: set[int] = set()
    for index, line in enumerate(body.lines):
        if line.line in seen:
            checks.wrong(f"lines.{index}.line", "Line numbers must differ.")
        seen.add(line.line)
        checks.exists(session, Part, (line.part, line.revision), f"lines.{index}.part", "part")
    checks.settle()
    found = []
    for index, line in enumerate(body.lines):
        unit = session.get_one(Part, (line.part, line.revision)).uom
        field = f"lines.{index}"
        amount = quantity(line.quantity, field=f"{field}.quantity", unit=unit, zero=False)
        gone = quantity(line.delivered, field=f"{field}.delivered", unit=unit)
        if amount == ZERO:
            checks.wrong(f"{field}.quantity", "Enter more than 0.")
        found.append(line.model_dump() | {"quantity": amount, "delivered": gone})
    checks.settle()
    return found


def _keep(session: Session, number: str, lines: Sequence[dict[str, Any]]) -> None:
    """Makes the lines what they are to be. Raises ``Refusal`` for one a work order was made for, or of which
    something was dispatched."""
    demand.lock_lines(session, [number])
    earlier = {row.line: row for row in demand.lines_of(session, [number])[number]}
    made = demand.work_orders_for(session, [number])
    took, dispatched = (
        deliveries.dispatched_of(session, [number]),
        deliveries.ever_dispatched(session, number),
    )
    wrong = []
    for index, values in enumerate(lines):
        row = earlier.pop(values["line"], None)
        jobs = made.get((number, values["line"]), ())
        if row is not None and jobs and (row.part, row.revision) != (values["part"], values["revision"]):
            text = "{work_orders} was made for this line; its part stays. Add another line."
            wrong.append(FieldError(f"lines.{index}.part", text, (("work_orders", ", ".join(jobs)),)))
        other = row is not None and (row.part, row.revision) != (values["part"], values["revision"])
        if other and not jobs and values["line"] in dispatched:
            text = "Pieces of this line were dispatched; its part stays. Add another line."
            wrong.append(FieldError(f"lines.{index}.part", text))
        if row is not None and values["delivered"] == took.get((number, row.line)):
            # What dispatches took is told back as it was read; it is not written down a second time.
            values = values | {"delivered": min(row.delivered, values["delivered"])}
        row = row or SalesOrderLine(sales_order=number, **values)
        row.sqlmodel_update({name: value for name, value in values.items() if name != "line"})
        session.add(row)
    for gone in earlier.values():
        if jobs := made.get((number, gone.line), ()):
            text = "{work_orders} was made for line {line}; it stays. Lower its quantity instead."
            about = (("work_orders", ", ".join(jobs)), ("line", str(gone.line)))
            wrong.append(FieldError("lines", text, about))
        elif gone.line in dispatched:
            text = "Pieces of line {line} were dispatched; it stays. Lower its quantity instead."
            wrong.append(FieldError("lines", text, (("line", str(gone.line)),)))
        else:
            session.delete(gone)
    if wrong:
        raise Refusal(
            "sales_line.covered",
            "A work order was made for a line you changed, or pieces of it were dispatched. Look at what is wrong.",
            errors=tuple(wrong),
        )
    session.flush()
