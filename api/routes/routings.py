"""Routing templates: the operations every new work order of a part revision begins with."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import Field
from sqlmodel import Session, col

from api.auth import Principal, Reader, allowed
from api.fields import Body, Key, Text
from api.routes.resource import Checks, Items, Paging, Resource
from api.routes.routing_steps import StepBody, check_steps
from api.wire import Answer, api_router
from models.domain.authority import Role
from models.tables.demand import Routing
from models.tables.parts import Part

router = api_router(tags=["Routings"])
routings = Resource(Routing, "routing", ("part", "revision"))
Planning = Annotated[Principal, Depends(allowed(Role.BUYER, Role.PLANNER))]


class RoutingFields(Body):
    operations: Annotated[list[StepBody], Field(min_length=1, max_length=500)]


class RoutingBody(RoutingFields):
    part: Key
    revision: Key


class RoutingEdit(RoutingFields):
    part: Key | None = None
    revision: Key | None = None


class RoutingView(RoutingBody):
    created_at: datetime


@router.post("/routings", status_code=201, response_model=RoutingView)
def create_routing(body: RoutingBody, request: Request, principal: Planning) -> Answer:
    def make(session: Session, now: datetime) -> Routing:
        checks = Checks(cleared=principal.cleared)
        checks.exists(session, Part, (body.part, body.revision), "part", "part")
        return Routing(
            part=body.part, revision=body.revision, operations=_kept(session, checks, body), created_at=now
        )

    return routings.create(request, principal, make)


@router.get("/routings", response_model=Items[RoutingView])
def list_routings(request: Request, page: Paging, principal: Reader, part: Text | None = None) -> Answer:
    return routings.page(
        request, page, *([] if part is None else [col(Routing.part) == part]), cleared=principal.cleared
    )


@router.get("/routings/{part}/{revision}", response_model=RoutingView)
def read_routing(part: str, revision: str, request: Request, principal: Reader) -> Answer:
    return routings.read(request, part, revision, cleared=principal.cleared)


@router.put("/routings/{part}/{revision}", response_model=RoutingView)
def replace_routing(
    part: str, revision: str, body: RoutingEdit, request: Request, principal: Planning
) -> Answer:
    """Work orders that there are keep their copy."""

    def change(session: Session, routing: Routing) -> None:
        checks = Checks()
        checks.same("part", body.part, part)
        checks.same("revision", body.revision, revision)
        routing.operations = _kept(session, checks, body)

    return routings.replace(request, principal, (part, revision), change)


def _kept(session: Session, checks: Checks, body: RoutingFields) -> list[dict[str, Any]]:
    """In their sequence. Raises ``Invalid``."""
    check_steps(session, checks, body.operations)
    checks.settle()
    return [step.model_dump() for step in sorted(body.operations, key=lambda step: step.sequence)]
