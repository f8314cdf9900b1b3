"""Processes: the milestones and documents each one brings to an order."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import Request
from pydantic import Field
from sqlmodel import Session

from api.auth import Admin, Reader
from api.fields import Body, Flag, Key, Note, Text, Whole
from api.routes.resource import Checks, Items, Paging, Resource
from api.wire import Answer, api_router
from models.domain import milestones
from models.domain.evidence import DocumentType
from models.domain.milestones import MilestoneKind, MilestoneTemplate
from models.tables.processes import Process

router = api_router(tags=["Processes"])
processes = Resource(Process, "process", ("code",))


class MilestoneBody(Body):
    code: Key
    kind: MilestoneKind
    name: Text | None = Field(default=None, description="Left out: the code.")
    day: Whole | None = Field(
        default=None, description="Working days after issue; null spreads it to need-by."
    )


class ProcessFields(Body):
    name: Text
    release_before_ship: Flag = False
    milestones: Annotated[list[MilestoneBody], Field(max_length=50)] = []
    required_documents: Annotated[list[DocumentType], Field(max_length=50)] = []
    instructions: Note | None = None

    def columns(self) -> dict[str, Any]:
        """As kept. Raises ``Invalid`` when no plan can be made of the milestones."""
        templates = tuple(
            MilestoneTemplate(step.code, step.kind, step.name or step.code, step.day)
            for step in self.milestones
        )
        milestones.check(templates)
        return {
            "name": self.name,
            "release_before_ship": self.release_before_ship,
            "milestones": [
                {"code": step.code, "kind": step.kind.value, "name": step.name, "day": step.day}
                for step in templates
            ],
            "required_documents": list(dict.fromkeys(kind.value for kind in self.required_documents)),
            "instructions": self.instructions,
        }


class ProcessBody(ProcessFields):
    code: Key


class ProcessEdit(ProcessFields):
    code: Key | None = None


class ProcessView(ProcessBody):
    created_at: datetime


@router.post("/processes", status_code=201, response_model=ProcessView)
def create_process(body: ProcessBody, request: Request, principal: Admin) -> Answer:
    def make(_session: Session, now: datetime) -> Process:
        return Process(code=body.code, **body.columns(), created_at=now)

    return processes.create(request, principal, make)


@router.get("/processes", response_model=Items[ProcessView])
def list_processes(request: Request, page: Paging, _principal: Reader) -> Answer:
    return processes.page(request, page)


@router.get("/processes/{code}", response_model=ProcessView)
def read_process(code: str, request: Request, _principal: Reader) -> Answer:
    return processes.read(request, code)


@router.put("/processes/{code}", response_model=ProcessView)
def replace_process(code: str, body: ProcessEdit, request: Request, principal: Admin) -> Answer:
    """Orders already issued keep the copy they were issued with."""

    def change(_session: Session, process: Process) -> None:
        checks = Checks()
        checks.same("code", body.code, code)
        checks.settle()
        process.sqlmodel_update(body.columns())

    return processes.replace(request, principal, (code,), change)
