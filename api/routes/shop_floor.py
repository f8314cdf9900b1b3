"""What jobs used up and what came out of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from fastapi import Depends, Request
from pydantic import Field, StringConstraints
from sqlalchemy import Table
from sqlmodel import Session

from activities import hold_mails, mismatch_mails
from activities import shop_floor as floor
from activities.floor_stock import Recorder
from activities.shop_floor import Step
from api.auth import Principal, Reader, allowed
from api.changes import perform
from api.fields import Body, Key, Note, Number, Serials, Text, Whole
from api.routes.work_orders import work_orders
from api.wire import Answer, api_router
from models.domain.shop_floor import MAY_RECORD, MAY_REVERSE
from models.domain.texts import LONGEST_TOLD
from models.queries import shop_floor
from models.queries.shop_floor import CONSUMPTIONS, MISMATCHES, OUTPUTS

router = api_router(tags=["Shop floor"])
Floor = Annotated[Principal, Depends(allowed(*MAY_RECORD))]
Reverser = Annotated[Principal, Depends(allowed(*MAY_REVERSE))]
Why = Annotated[Note, StringConstraints(min_length=1, max_length=LONGEST_TOLD)]


class StepFields(Body):
    operation: Whole | None = None
    operator: Text | None = None
    machine: Text | None = None
    at: datetime | None = Field(
        default=None, description="When it was; left out: now. Earlier, the record is marked late."
    )


class ConsumptionBody(StepFields):
    lot: Key
    quantity: Number
    serials: Serials = Field(
        default=[], description="One for every piece; required for a lot of a part traced so."
    )
    confirm: bool = Field(
        default=False,
        description="The job takes pieces as they are that came back from a supplier unprocessed.",
    )


class InspectionBody(Body):
    """What failed is booked in and put on hold, as a lot of its own."""

    verdict: Literal["pass", "fail"]
    inspector: Text | None = None
    note: Annotated[Note, StringConstraints(max_length=LONGEST_TOLD)] = ""


class OutputBody(StepFields):
    lot: Key | None = Field(default=None, description="Left out: numbered after the job.")
    quantity: Number
    serials: Serials = Field(default=[], description="One for every piece; required for a part traced so.")
    inspection: InspectionBody | None = None
    confirm: bool = Field(
        default=False,
        description="It is so many, though that is more than a job may be over by the settings.",
    )


class ReversalBody(Body):
    reason: Why


@router.post("/work-orders/{number}/consumptions", status_code=201)
def record_consumption(number: str, body: ConsumptionBody, request: Request, principal: Floor) -> Answer:
    """Material goes into the job. `mismatch` is not null when its bill of material names other material: what
    the job makes is then not dispatched before quality has decided."""

    by = recorder(principal)
    return _recorded(
        request,
        principal,
        CONSUMPTIONS,
        number,
        lambda session, now: floor.consume(
            session,
            number,
            body.lot,
            body.quantity,
            tuple(body.serials),
            _step(body),
            by,
            now,
            usual=_usual(request),
            confirmed=body.confirm,
        ),
    )


@router.get("/work-orders/{number}/consumptions")
def list_consumptions(number: str, request: Request, principal: Reader) -> Answer:
    """The first one first; reversed ones too."""
    return _list(request, principal, CONSUMPTIONS, number)


@router.post("/work-orders/{number}/consumptions/{record}/reverse")
def reverse_consumption(
    number: str, record: str, body: ReversalBody, request: Request, principal: Reverser
) -> Answer:
    """Takes back what was typed wrongly; not once the job has made something since."""

    return _reversed(request, principal, CONSUMPTIONS, floor.reverse_consumption, number, record, body)


@router.post("/work-orders/{number}/outputs", status_code=201)
def record_output(number: str, body: OutputBody, request: Request, principal: Floor) -> Answer:
    """Pieces come out of the job, as a new lot or added to one of its own."""

    inspection = None
    if body.inspection is not None:
        looked = body.inspection
        inspection = {"verdict": looked.verdict, "inspector": looked.inspector or "", "note": looked.note}

    def write(session: Session, now: datetime) -> str:
        record = floor.produce(
            session,
            number,
            body.lot,
            body.quantity,
            tuple(body.serials),
            inspection,
            _step(body),
            recorder(principal),
            now,
            over=request.app.state.settings.output_over,
            usual=_usual(request),
            confirmed=body.confirm,
        )
        # What failed its inspection is on hold.
        hold_mails.tell(session, request.app.state.settings, now)
        return record

    return _recorded(request, principal, OUTPUTS, number, write)


@router.get("/work-orders/{number}/outputs")
def list_outputs(number: str, request: Request, principal: Reader) -> Answer:
    """The first one first; reversed ones too."""
    return _list(request, principal, OUTPUTS, number)


@router.post("/work-orders/{number}/outputs/{record}/reverse")
def reverse_output(
    number: str, record: str, body: ReversalBody, request: Request, principal: Reverser
) -> Answer:
    """Takes back what was typed wrongly; not once the pieces have moved on."""

    return _reversed(request, principal, OUTPUTS, floor.reverse_output, number, record, body)


def _usual(request: Request) -> Decimal | None:
    tolerance: Decimal | None = request.app.state.settings.bom_tolerance
    return tolerance


def recorder(principal: Principal) -> Recorder:
    return Recorder(principal.id, principal.plant, principal.cleared)


def of_job(session: Session, target: Table, number: str, *, cleared: bool) -> list[dict[str, Any]]:
    """A job's records as the API shows them."""
    rows = shop_floor.of_job(session, target, number, cleared=cleared)
    opened = {
        each["consumption"]: each["id"]
        for each in shop_floor.known_mismatches(session, MISMATCHES.c.work_order == number, cleared=cleared)
    }
    told = {"mismatch"} if target is CONSUMPTIONS else set()
    return [row | {name: opened.get(row["id"]) for name in told} for row in rows]


def _recorded(
    request: Request,
    principal: Principal,
    target: Table,
    number: str,
    write: Callable[[Session, datetime], str],
) -> Answer:
    """What `write` recorded of the job, as the API shows it."""

    def change(session: Session, now: datetime) -> Answer:
        record = write(session, now)
        mismatch_mails.tell(session, request.app.state.settings, number, now)
        view = _one(session, principal, target, number, record)
        return Answer(view, 201, {"Location": f"{request.url.path}/{view['id']}"})

    return perform(request, principal, change)


def _reversed(
    request: Request,
    principal: Principal,
    target: Table,
    take_back: Callable[..., None],
    number: str,
    record: str,
    body: ReversalBody,
) -> Answer:
    def change(session: Session, now: datetime) -> Answer:
        by = recorder(principal)
        take_back(session, number, record, body.reason, by, now, usual=_usual(request))
        mismatch_mails.tell(session, request.app.state.settings, number, now)
        return Answer(_one(session, principal, target, number, record))

    return perform(request, principal, change)


def _step(body: StepFields) -> Step:
    return Step(body.operation, body.operator or "", body.machine or "", body.at)


def _list(request: Request, principal: Principal, target: Table, number: str) -> Answer:
    with request.app.state.database.read() as session:
        work_orders.get(session, number, cleared=principal.cleared)
        items = of_job(session, target, number, cleared=principal.cleared)
    return Answer({"items": items, "next": None})


def _one(session: Session, principal: Principal, target: Table, number: str, record: str) -> dict[str, Any]:
    rows = of_job(session, target, number, cleared=principal.cleared)
    return next(row for row in rows if row["id"] == record)
