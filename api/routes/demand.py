"""What is to be made, and work orders of it in bulk with their picking lists."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from pydantic import Field, model_validator
from sqlmodel import Session

from activities.i18n import N_
from api.auth import Principal, Reader, allowed
from api.changes import perform
from api.fields import Body, Day, Flag, Key, Number, Text, Whole, wrong_value
from api.routes.orders import only_plant, reader
from api.routes.work_orders import work_orders
from api.wire import Answer, api_router
from models import making, picking
from models.domain.authority import Role
from models.domain.demand import MOST, ForLine, ForStock, Suggestion
from models.domain.picking import Need, planned_twice
from models.queries.orders import Reader as OrderReader
from models.tables.work_orders import WorkOrder

router = api_router(tags=["Demand"])
Planning = Annotated[Principal, Depends(allowed(Role.BUYER, Role.PLANNER))]


class DemandLineBody(Body):
    """Either a sales-order line or a part that a suggestion is for."""

    sales_order: Key | None = None
    line: Whole | None = None
    suggestion: Key | None = Field(default=None, description="The part.")
    revision: Key | None = Field(
        default=None, description="Of the suggested part. Left out: the latest with a safety stock."
    )
    quantity: Number | None = Field(default=None, description="Left out: as proposed.")
    start: Day | None = Field(default=None, description="Left out: as proposed.")

    @model_validator(mode="after")
    def _one_of_both(self) -> DemandLineBody:
        ordered = self.sales_order is not None and self.line is not None and self.revision is None
        named = self.sales_order is not None or self.line is not None
        if (self.suggestion is None and not ordered) or (self.suggestion is not None and named):
            raise wrong_value(
                "demand.line", N_("Name a sales order and its line, or a part as the suggestion, not both.")
            )
        return self

    def read(self) -> ForLine | ForStock:
        if self.suggestion is not None:
            return ForStock(self.suggestion, self.revision or "", self.quantity, self.start)
        return ForLine(self.sales_order or "", self.line or 0, self.quantity, self.start)


class MakeBody(Body):
    lines: Annotated[list[DemandLineBody], Field(max_length=MOST)]
    plant: Key | None = Field(default=None, description="Whose working days count; left out: yours.")
    confirm: Flag = Field(
        default=False, description="It is so many, though less is left of a line, or stock needs less."
    )


@router.get("/demand")
def read_demand(
    request: Request,
    principal: Reader,
    q: Annotated[str, Query(max_length=100)] = "",
    plant: Text | None = None,
) -> Answer:
    """Sales-order lines nobody makes all of, the first due first, and what is to be made for stock: safety stock
    and open demand less what is on hand and what work orders will bring. Each with a quantity and a start."""
    now, whose = request.app.state.clock(), reader(principal)
    with request.app.state.database.read() as session:
        at = plant or principal.plant or only_plant(session)
        lines = making.lines(session, whose, at, now, q=q, limit=MOST)
        suggested = making.suggestions(session, whose, at, now)
    return Answer(
        {
            "lines": [
                {
                    "sales_order": each.line.sales_order,
                    "line": each.line.line,
                    "customer": each.line.customer,
                    "part": each.line.part,
                    "revision": each.line.revision,
                    "ordered": each.line.quantity,
                    "delivered": each.line.delivered,
                    "made": each.line.made,
                    "work_orders": list(each.line.work_orders),
                    "due": each.line.due,
                    "quantity": each.line.left,
                    "start": each.start,
                }
                for each in lines
            ],
            "suggestions": [_suggested(each) for each in suggested],
        }
    )


def _suggested(found: Suggestion) -> dict[str, Any]:
    return {
        "suggestion": found.of.part,
        "revision": found.of.revision,
        "safety_stock": found.of.safety_stock,
        "open_demand": found.of.open_demand,
        "on_hand": found.of.on_hand,
        "on_order": found.of.on_order,
        "quantity": found.quantity,
        "start": found.start,
        "due": found.due,
    }


@router.post("/work-orders/convert", status_code=201)
def convert_demand(body: MakeBody, request: Request, principal: Planning) -> Answer:
    """All of it becomes work orders with the part's routing and a picking list, or nothing does: `errors` then
    names every line that stands in the way, such as one that a work order covers already, or one of which more is
    made than anybody wants without `confirm` (409)."""

    def make(session: Session, now: datetime) -> Answer:
        plant = body.plant or principal.plant or only_plant(session)
        wanted = [each.read() for each in body.lines]
        made = making.make(session, reader(principal), wanted, plant, now, confirmed=body.confirm)
        record_made(session, principal, made, now)
        lists = [picking.read(session, each.work_order, cleared=principal.cleared) for each in made]
        items = [
            {
                "number": each.work_order.number,
                "type": each.job.type,
                "part": each.job.part,
                "revision": each.job.revision,
                "quantity": each.job.quantity,
                "start": each.job.start,
                "due": each.job.due,
                "sales_order": each.job.line.sales_order if each.job.line else None,
                "line": each.job.line.line if each.job.line else None,
                "operations": each.operations,
                "picking_list": shown(found),
            }
            for each, found in zip(made, lists, strict=True)
        ]
        warnings = [
            f"{each.job.part} {each.job.revision} has no routing; give {each.work_order.number} its operations"
            for each in made
            if not each.operations
        ]
        warnings += [
            planned_twice(each) for each in {each.lot: each for one in lists for each in one.clashes}.values()
        ]
        return Answer({"items": items, "warnings": warnings}, 201)

    return perform(request, principal, make)


def record_made(
    session: Session, principal: Principal, made: Sequence[making.Made], now: datetime
) -> list[str]:
    """Keeps who made these work orders, as for those made by hand; gives their numbers."""
    for each in made:
        view = work_orders.view(session, each.work_order)
        work_orders.record(session, principal, (each.work_order.number,), None, view, now)
    return [each.work_order.number for each in made]


@router.get("/work-orders/{number}/picking-list")
def read_picking_list(number: str, request: Request, principal: Reader) -> Answer:
    """The lots set aside for a work order, what is missing of each component, and under `planned_twice` the lots
    that others want as well, more than there is."""
    with request.app.state.database.read() as session:
        job = job_of(session, reader(principal), number)
        found = picking.read(session, job, cleared=principal.cleared)
    return Answer(shown(found))


@router.post("/work-orders/{number}/picking-list")
def propose_picking_list(number: str, request: Request, principal: Planning) -> Answer:
    """Sets lots aside anew, the oldest first, such as when more has come in."""

    def change(session: Session, _now: datetime) -> Answer:
        job = job_of(session, reader(principal), number)
        picking.propose(session, [job])
        return Answer(shown(picking.read(session, job, cleared=principal.cleared)))

    return perform(request, principal, change)


def job_of(session: Session, whose: OrderReader, number: str) -> WorkOrder:
    """Raises `Unknown`, also for who may not know of its part."""
    job: WorkOrder = work_orders.get(session, number, cleared=whose.cleared)
    return job


def shown(found: picking.PickingList) -> dict[str, Any]:
    return {
        "needs": [_need(each) for each in found.needs],
        "picks": [
            {
                name: row[name]
                for name in ("part", "lot", "quantity", "uom", "heat_number", "supplier_lot", "used")
            }
            for row in found.picks
        ],
        "short": [_need(each) for each in found.short],
        "planned_twice": [
            {"lot": each.lot, "uom": each.unit, "on_hand": each.on_hand, "planned": each.planned}
            | {"by": [{taker.kind: taker.number, "quantity": taker.quantity} for taker in each.takers]}
            for each in found.clashes
        ],
    }


def _need(need: Need) -> dict[str, Any]:
    return {"part": need.part, "quantity": need.quantity, "uom": need.unit}
