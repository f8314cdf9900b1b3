"""Inspection plans: what is measured on a part revision after a process."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from fastapi import Depends, Request
from pydantic import BeforeValidator, Field, WithJsonSchema
from sqlmodel import Session, col

from api.auth import Principal, Reader, allowed
from api.fields import Body, Key, Number, Text
from api.routes.resource import Checks, Items, Paging, Resource
from api.wire import Answer, api_router
from models.domain import inspection
from models.domain.authority import Role
from models.domain.inspection import Characteristic, Sample
from models.tables.parts import InspectionPlan, Part
from models.tables.processes import Process

router = api_router(tags=["Inspection plans"])
plans = Resource(InspectionPlan, "inspection plan", ("part", "revision", "process"))
Quality = Annotated[Principal, Depends(allowed(Role.QUALITY))]

# A drawing's balloon number is often sent as a number.
Balloon = Annotated[
    Key,
    BeforeValidator(lambda given: str(given) if type(given) is int else given),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "integer"}]}, mode="validation"),
]
SampleRule = Annotated[
    Any,
    WithJsonSchema(
        {
            "anyOf": [
                {"const": "all"},
                {"type": "integer", "minimum": 1},
                {
                    "type": "object",
                    "properties": {"aql": {"type": "string"}},
                    "required": ["aql"],
                    "additionalProperties": False,
                },
            ]
        }
    ),
]


class CharacteristicBody(Body):
    number: Balloon
    name: Text
    kind: Literal["variable", "attribute"] = "variable"
    nominal: Number | None = None
    lower: Number | None = None
    upper: Number | None = None
    unit: Annotated[str, Field(max_length=20)] = ""
    method: Annotated[str, Field(max_length=200)] = ""
    sample: SampleRule = "all"

    def read(self, field: str) -> Characteristic:
        """Raises ``Invalid`` naming the sample when it is no rule."""
        values = self.model_dump(exclude={"sample"})
        return Characteristic(**values, sample=Sample.of(self.sample, field=f"{field}.sample"))


class PlanFields(Body):
    characteristics: Annotated[list[CharacteristicBody], Field(min_length=1, max_length=500)]


class PlanBody(PlanFields):
    part: Key
    revision: Key
    process: Key


class PlanEdit(PlanFields):
    part: Key | None = None
    revision: Key | None = None
    process: Key | None = None


class PlanView(PlanBody):
    created_at: datetime


@router.post("/inspection-plans", status_code=201, response_model=PlanView)
def create_plan(body: PlanBody, request: Request, principal: Quality) -> Answer:
    key = (body.part, body.revision, body.process)

    def make(session: Session, now: datetime) -> InspectionPlan:
        checks = Checks(cleared=principal.cleared)
        checks.exists(session, Part, key[:2], "part", "part")
        checks.exists(session, Process, body.process, "process", "process")
        checks.settle()
        kept = _characteristics(body, key)
        return InspectionPlan(
            part=body.part, revision=body.revision, process=body.process, characteristics=kept, created_at=now
        )

    return plans.create(request, principal, make)


@router.get("/inspection-plans", response_model=Items[PlanView])
def list_plans(request: Request, page: Paging, principal: Reader, part: Text | None = None) -> Answer:
    return plans.page(
        request,
        page,
        *([] if part is None else [col(InspectionPlan.part) == part]),
        cleared=principal.cleared,
    )


@router.get("/inspection-plans/{part}/{revision}/{process}", response_model=PlanView)
def read_plan(part: str, revision: str, process: str, request: Request, principal: Reader) -> Answer:
    return plans.read(request, part, revision, process, cleared=principal.cleared)


@router.put("/inspection-plans/{part}/{revision}/{process}", response_model=PlanView)
def replace_plan(
    part: str, revision: str, process: str, body: PlanEdit, request: Request, principal: Quality
) -> Answer:
    """Orders already issued keep the copy they were issued with."""
    key = (part, revision, process)

    def change(_session: Session, plan: InspectionPlan) -> None:
        checks = Checks()
        for field, given, wanted in zip(
            plans.keys, (body.part, body.revision, body.process), key, strict=True
        ):
            checks.same(field, given, wanted)
        checks.settle()
        plan.characteristics = _characteristics(body, key)

    return plans.replace(request, principal, key, change)


def _characteristics(body: PlanFields, key: tuple[str, str, str]) -> list[dict[str, Any]]:
    """As kept, decimals as text. Raises ``Invalid`` when nothing could be judged by them."""
    read = tuple(item.read(f"characteristics.{i}") for i, item in enumerate(body.characteristics))
    inspection.check(inspection.InspectionPlan(*key, read))
    checks = Checks()
    for index, item in enumerate(read):
        _check_nominal(checks, f"characteristics.{index}.nominal", item)
    checks.settle()
    return [
        {
            "number": item.number,
            "name": item.name,
            "kind": item.kind,
            "nominal": _text(item.nominal),
            "lower": _text(item.lower),
            "upper": _text(item.upper),
            "unit": item.unit,
            "method": item.method,
            "sample": item.sample.raw(),
        }
        for item in read
    ]


def _check_nominal(checks: Checks, field: str, item: Characteristic) -> None:
    if item.nominal is None:
        return
    if item.lower is not None and item.nominal < item.lower:
        checks.wrong(field, "The nominal is below the lower limit {limit}.", limit=item.lower)
    if item.upper is not None and item.nominal > item.upper:
        checks.wrong(field, "The nominal is above the upper limit {limit}.", limit=item.upper)


def _text(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")
