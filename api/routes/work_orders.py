"""Work orders and their operations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Depends, Request
from pydantic import Field
from sqlmodel import Session, col

from api.auth import Admin, Principal, Reader, allowed
from api.fields import Body, Day, Key, Number, Text
from api.routes.orders import reader
from api.routes.projects import family_of
from api.routes.resource import Checks, Items, Paging, Resource, etag, fields_of
from api.routes.routing_steps import StepBody, Steps, check_steps
from api.wire import Answer, api_router
from models import drafts
from models.domain.authority import Role
from models.domain.families import check_parent
from models.domain.job_changes import Job, Step
from models.domain.job_changes import check as check_orders
from models.domain.job_state import JobState
from models.domain.quantities import ZERO, quantity
from models.queries import families, job_states, master
from models.queries.demand import made_for
from models.queries.placed import placed
from models.tables.parts import Part
from models.tables.work_orders import Operation, WorkOrder


def _views(session: Session, rows: Sequence[WorkOrder]) -> list[dict[str, Any]]:
    operations = master.operations_of(session, [row.number for row in rows])
    return [
        fields_of(row)
        | {"operations": [fields_of(step, but={"work_order"}) for step in operations[row.number]]}
        for row in rows
    ]


router = api_router(tags=["Work orders"])
work_orders = Resource(WorkOrder, "work order", ("number",), _views)


class WorkOrderFields(Body):
    type: Literal["MTO", "MTS", "ETO", "TRIAL", "REWORK"] = "MTO"
    part: Key
    revision: Key
    quantity: Number
    start: Day | None = Field(default=None, description="When work on it is to begin.")
    due: Day | None = None
    customer: Text | None = None
    customer_order: Text | None = None
    project: Text | None = None
    parent: Key | None = Field(default=None, description="The work order this one is a part of.")
    operations: Steps = []


class WorkOrderBody(WorkOrderFields):
    number: Key


class WorkOrderEdit(WorkOrderFields):
    number: Key | None = None


class WorkOrderView(WorkOrderBody):
    created_at: datetime


class WorkOrderListed(WorkOrderView):
    state: JobState = Field(description="Computed from what was sent, made and drawn.")


class WorkOrderRead(WorkOrderListed):
    outside: list[dict[str, Any]]
    family: dict[str, Any]
    made_for: dict[str, Any] | None


@router.post("/work-orders", status_code=201, response_model=WorkOrderView)
def create_work_order(
    body: WorkOrderBody, request: Request, principal: Annotated[Principal, Depends(allowed(Role.BUYER))]
) -> Answer:
    def make(session: Session, now: datetime) -> WorkOrder:
        if session.get(WorkOrder, body.number) is not None:
            raise work_orders.exists(body.number)
        _check_parent(session, principal, body.number, body.parent)
        work_order = WorkOrder(
            number=body.number, **_columns(session, principal, body, body.number), created_at=now
        )
        session.add(work_order)
        # The routing points at the work order, so that row goes in first.
        session.flush()
        _route(session, body.number, body.operations)
        return work_order

    return work_orders.create(request, principal, make)


@router.get("/work-orders", response_model=Items[WorkOrderListed])
def list_work_orders(
    request: Request,
    page: Paging,
    principal: Reader,
    part: Text | None = None,
    state: JobState | None = None,
) -> Answer:
    where = [] if part is None else [col(WorkOrder.part) == part]
    if state is not None:
        where.append(job_states.are(state))
    with request.app.state.database.read() as session:
        items, following = work_orders.listed(session, page, *where, cleared=principal.cleared)
        stand = job_states.states(session, [item["number"] for item in items])
    return Answer({"items": [item | {"state": stand[item["number"]]} for item in items], "next": following})


@router.get("/work-orders/{number}", response_model=WorkOrderRead)
def read_work_order(number: str, request: Request, principal: Reader) -> Answer:
    """`outside` says of each operation how far it has come over all its orders, `usable` how many pieces of the
    one before it may be sent to it now; `family` sums this work order and all below it; `made_for` is the
    sales-order line it was made for."""
    with request.app.state.database.read() as session:
        view = work_orders.view(session, work_orders.get(session, number, cleared=principal.cleared))
        come = family_of(session, reader(principal), number, request.app.state.clock()) | {
            "made_for": made_for(session, number),
            "state": job_states.states(session, [number])[number],
        }
    return Answer(view | come, headers={"ETag": etag(view)})


@router.put("/work-orders/{number}", response_model=WorkOrderView)
def replace_work_order(number: str, body: WorkOrderEdit, request: Request, principal: Admin) -> Answer:
    """What orders that are not cancelled were made from stays: 409 `work_order.ordered` names them at each field."""

    def change(session: Session, work_order: WorkOrder) -> None:
        _check_parent(session, principal, number, body.parent)
        columns = _columns(session, principal, body, number)
        earlier = master.operations_of(session, [number])[number]
        # Who orders one of them at the same moment waits for this, or this for them.
        drafts.lock_operations(session, {(number, step.sequence) for step in earlier})
        check_orders(
            _job(work_order.model_dump(), earlier),
            _job(columns, body.operations),
            placed(session, number, cleared=principal.cleared),
        )
        work_order.sqlmodel_update(columns)
        _route(session, number, body.operations)

    return work_orders.replace(request, principal, (number,), change)


def _job(columns: Mapping[str, Any], steps: Sequence[Operation | StepBody]) -> Job:
    routing = (
        Step(step.sequence, step.kind, step.process or "", step.spec or "", step.spec_revision or "")
        for step in steps
    )
    return Job(columns["type"], columns["part"], columns["revision"], columns["quantity"], tuple(routing))


def _check_parent(session: Session, principal: Principal, number: str, parent: str | None) -> None:
    """Raises ``Invalid`` when it is below this work order, which nobody else changes until this is saved."""
    if parent is not None:
        families.lock(session)
        check_parent(number, families.upwards(session, parent, cleared=principal.cleared))


def _columns(
    session: Session, principal: Principal, body: WorkOrderBody | WorkOrderEdit, number: str
) -> dict[str, Any]:
    """As kept, without the operations. Raises ``Invalid``."""
    checks = Checks(cleared=principal.cleared)
    checks.same("number", body.number, number)
    checks.exists(session, Part, (body.part, body.revision), "part", "part")
    checks.exists(session, WorkOrder, body.parent, "parent", "work order")
    check_steps(session, checks, body.operations)
    checks.settle()
    part = session.get_one(Part, (body.part, body.revision))
    amount = quantity(body.quantity, unit=part.uom, zero=False)
    if amount == ZERO:
        checks.wrong("quantity", "Enter more than 0.")
    checks.settle()
    return body.model_dump(exclude={"number", "operations"}) | {"quantity": amount}


def _route(session: Session, number: str, steps: Sequence[StepBody]) -> None:
    """Make the routing what ``steps`` say, keeping the rows of operations that stay."""
    earlier = {step.sequence: step for step in master.operations_of(session, [number])[number]}
    for step in steps:
        operation = earlier.pop(step.sequence, None) or Operation(
            work_order=number, sequence=step.sequence, kind=step.kind
        )
        operation.sqlmodel_update(step.model_dump(exclude={"sequence"}))
        session.add(operation)
    for operation in earlier.values():
        session.delete(operation)
    session.flush()
