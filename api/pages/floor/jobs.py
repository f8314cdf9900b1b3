"""What a job used up and made, written down where it happened, and taken back where that was wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal
from urllib.parse import quote

from fastapi import Request, Response
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from activities.i18n import N_
from api.fields import Key, Note, Number, Serials, Text
from api.pages.floor import deeds
from api.pages.floor.deeds import Deed
from api.pages.master import choices
from api.pages.master.forms import Form
from api.pages.master.inputs import Input, Option, words_for
from api.pages.route import page_router
from api.pages.staff import Staff, Visitor
from api.routes import shop_floor
from api.routes.shop_floor import (
    ConsumptionBody,
    InspectionBody,
    OutputBody,
    ReversalBody,
    StepFields,
)
from api.routes.work_orders import work_orders
from api.supplier.words import Words
from models.domain.errors import Unknown
from models.queries import master
from models.queries import shop_floor as queries
from models.queries.shop_floor import CONSUMPTIONS, OUTPUTS

router = page_router()
Kept = Literal["consumptions", "outputs"]
VERDICTS = {"pass": N_("passed"), "fail": N_("failed: the lot is put on hold")}
REVERSE = N_("Reverse it")
_WRONG = N_("It stays in the list, marked as reversed, with who did it and why.")


class ConsumptionTyped(ConsumptionBody):
    """A consumption as its form has it: the operation is picked from a list of texts."""

    operation: int | None = None


class OutputTyped(StepFields):
    """An output as its form has it: the inspection's fields beside the others."""

    operation: int | None = None
    lot: Key | None = None
    quantity: Number
    serials: Serials = []
    verdict: Literal["pass", "fail"] | None = None
    inspector: Text | None = None
    note: Note = ""
    confirm: bool = False


@router.get("/work-orders/{number}/consume")
async def ask_consumption(number: str, request: Request, staff: Visitor) -> Response:
    return await deeds.ask(request, staff, await run_in_threadpool(_consuming, request, staff, number))


@router.post("/work-orders/{number}/consume")
async def consume(number: str, request: Request, staff: Visitor) -> Response:
    return await deeds.do(request, staff, await run_in_threadpool(_consuming, request, staff, number))


@router.get("/work-orders/{number}/output")
async def ask_output(number: str, request: Request, staff: Visitor) -> Response:
    return await deeds.ask(request, staff, await run_in_threadpool(_making, request, staff, number))


@router.post("/work-orders/{number}/output")
async def output(number: str, request: Request, staff: Visitor) -> Response:
    return await deeds.do(request, staff, await run_in_threadpool(_making, request, staff, number))


@router.get("/work-orders/{number}/{kept}/{record}/reverse")
async def ask_reversal(number: str, kept: Kept, record: str, request: Request, staff: Visitor) -> Response:
    deed = await run_in_threadpool(_reversing, request, staff, number, kept, record)
    return await deeds.ask(request, staff, deed)


@router.post("/work-orders/{number}/{kept}/{record}/reverse")
async def reverse(number: str, kept: Kept, record: str, request: Request, staff: Visitor) -> Response:
    deed = await run_in_threadpool(_reversing, request, staff, number, kept, record)
    return await deeds.do(request, staff, deed)


def reason(label: str = N_("Why?")) -> Input:
    return Input("reason", label, "area")


def consumption_form(steps: list[Option]) -> Form:
    """`steps`: the job's operations to choose from."""
    return Form(
        (
            Input("lot", N_("Lot"), "suggest", options=choices.lots_to_use),
            Input("quantity", N_("Quantity"), "number"),
            Input("serials", N_("Serial numbers"), "lines", N_("One in each line, or with commas between")),
            *_step(steps),
            Input("confirm", N_("It takes pieces as they are that came back unprocessed"), "flag"),
        )
    )


def output_form(steps: list[Option]) -> Form:
    """The same for what came out."""
    return Form(
        (
            Input("quantity", N_("Quantity"), "number"),
            Input("lot", N_("Lot"), hint=N_("Left out: numbered after the job.")),
            Input("serials", N_("Serial numbers"), "lines", N_("One in each line, or with commas between")),
            *_step(steps),
            Input("verdict", N_("Inspection"), "pick", options=words_for(*VERDICTS.items())),
            Input("inspector", N_("Inspector")),
            Input("note", N_("Note"), "area"),
            Input("confirm", N_("Counted again: it is much more than the job is for"), "flag"),
        )
    )


def _consuming(request: Request, staff: Staff, number: str) -> Deed:
    facts, steps = _job(request, staff, number)
    return Deed(
        N_("Record material used"),
        N_("What went into the job leaves the shelf."),
        N_("Record it"),
        consumption_form(steps),
        ConsumptionTyped,
        shop_floor.record_consumption,
        lambda asked, body: shop_floor.record_consumption(number, body, asked, staff.principal),
        _back(staff, number),
        lambda _answer: f"{_path(number)}?saved=changed",
        facts,
    )


def _making(request: Request, staff: Staff, number: str) -> Deed:
    facts, steps = _job(request, staff, number)

    def send(asked: Any, typed: OutputTyped) -> Any:
        looked = None
        if typed.verdict is not None:
            looked = InspectionBody(verdict=typed.verdict, inspector=typed.inspector, note=typed.note)
        step = typed.model_dump(include=set(StepFields.model_fields))
        body = OutputBody(
            lot=typed.lot,
            quantity=typed.quantity,
            serials=typed.serials,
            inspection=looked,
            confirm=typed.confirm,
            **step,
        )
        return shop_floor.record_output(number, body, asked, staff.principal)

    return Deed(
        N_("Record output"),
        N_("What came out of the job is on the shelf, as a lot of its own or with one it began before."),
        N_("Record it"),
        output_form(steps),
        OutputTyped,
        shop_floor.record_output,
        send,
        _back(staff, number),
        lambda _answer: f"{_path(number)}?saved=changed",
        facts,
    )


def _reversing(request: Request, staff: Staff, number: str, kept: Kept, record: str) -> Deed:
    consumed = kept == "consumptions"
    route = shop_floor.reverse_consumption if consumed else shop_floor.reverse_output
    cleared = staff.principal.cleared
    with request.app.state.database.read() as session:
        work_orders.get(session, number, cleared=cleared)
        rows = queries.of_job(session, CONSUMPTIONS if consumed else OUTPUTS, number, cleared=cleared)
    row = next((row for row in rows if row["id"] == record), None)
    if row is None:
        raise Unknown("unknown", "There is no {kind} {key}.", kind="record", key=record)
    words = staff.words
    return Deed(
        N_("Reverse material used") if consumed else N_("Reverse output"),
        _WRONG,
        REVERSE,
        Form((reason(),)),
        ReversalBody,
        route,
        lambda asked, body: route(number, record, body, asked, staff.principal),
        _back(staff, number),
        lambda _answer: f"{_path(number)}?saved=changed",
        (
            (N_("Lot"), f"{row['lot']} · {row['part']}"),
            (N_("Quantity"), words.amount(row["quantity"], row["unit"])),
            (N_("When"), words.time(row["at"])),
        ),
    )


def _job(request: Request, staff: Staff, number: str) -> tuple[tuple[tuple[str, str], ...], list[Option]]:
    """What the form is about, and the operations to choose from. Raises `Unknown`."""
    with request.app.state.database.read() as session:
        job = work_orders.get(session, number, cleared=staff.principal.cleared)
        steps = master.operations_of(session, [number])[number]
        facts = (
            (N_("Work order"), number),
            (N_("Part"), f"{job.part} {job.revision}"),
            (N_("Quantity"), staff.words.number(job.quantity)),
        )
        return facts, [(str(step.sequence), f"{step.sequence} {step.process or ''}") for step in steps]


def _step(steps: list[Option]) -> tuple[Input, ...]:
    def options(_session: Session, _words: Words) -> Sequence[Option]:
        return steps

    operation = (Input("operation", N_("Operation"), "pick", options=options),) if steps else ()
    return (
        *operation,
        Input("operator", N_("Operator")),
        Input("machine", N_("Machine")),
        Input("at", N_("When, if not just now"), "moment"),
    )


def _back(staff: Staff, number: str) -> tuple[str, str]:
    return _path(number), staff.words.say(N_("Back to work order {number}"), number=number)


def _path(number: str) -> str:
    return f"/master/work-orders/{quote(number, safe='')}"
