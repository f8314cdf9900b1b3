"""The register of specifications: their revisions, and from which day on each is in force."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import Field
from sqlmodel import Session

from api.auth import Principal, Reader, allowed
from api.fields import Body, Day, SpecCode, Text
from api.routes.resource import Checks, Items, Paging, Resource
from api.wire import Answer, api_router
from models.domain import specifications as domain
from models.domain.authority import Role
from models.domain.specifications import SpecRevision
from models.tables.specifications import Specification

router = api_router(tags=["Specifications"])
specifications = Resource(Specification, "specification", ("code",))
Quality = Annotated[Principal, Depends(allowed(Role.QUALITY))]


class SpecRevisionBody(Body):
    revision: Text
    in_force_from: Day = Field(description="From this day on, until the next one is in force.")
    withdrawn_on: Day | None = Field(
        default=None, description="The first day it is no longer in force although no other is."
    )


class SpecificationFields(Body):
    title: Text
    revisions: Annotated[list[SpecRevisionBody], Field(min_length=1, max_length=200)]

    def columns(self) -> dict[str, Any]:
        """As kept, the earliest first. Raises ``Invalid`` when two are in force at once."""
        domain.check([SpecRevision(**each.model_dump()) for each in self.revisions])
        in_time = sorted(self.revisions, key=lambda each: each.in_force_from)
        return {"title": self.title, "revisions": [each.model_dump(mode="json") for each in in_time]}


class SpecificationBody(SpecificationFields):
    code: SpecCode


class SpecificationEdit(SpecificationFields):
    code: SpecCode | None = None


class SpecRevisionView(Body):
    revision: str
    in_force_from: date
    withdrawn_on: date | None


class SpecificationView(Body):
    code: str
    title: str
    revisions: list[SpecRevisionView]
    created_at: datetime


@router.post("/specifications", status_code=201, response_model=SpecificationView)
def create_specification(body: SpecificationBody, request: Request, principal: Quality) -> Answer:
    def make(_session: Session, now: datetime) -> Specification:
        return Specification(code=body.code, **body.columns(), created_at=now)

    return specifications.create(request, principal, make)


@router.get("/specifications", response_model=Items[SpecificationView])
def list_specifications(request: Request, page: Paging, _principal: Reader) -> Answer:
    return specifications.page(request, page)


@router.get("/specifications/{code:path}", response_model=SpecificationView)
def read_specification(code: str, request: Request, _principal: Reader) -> Answer:
    """A code may have a slash: AMS 2759/3."""
    return specifications.read(request, code)


@router.put("/specifications/{code:path}", response_model=SpecificationView)
def replace_specification(code: str, body: SpecificationEdit, request: Request, principal: Quality) -> Answer:
    """Orders keep the revision they name; whether it was in force is judged anew."""

    def change(_session: Session, specification: Specification) -> None:
        checks = Checks()
        checks.same("code", body.code, code)
        checks.settle()
        specification.sqlmodel_update(body.columns())

    return specifications.replace(request, principal, (code,), change)
