"""What a supplier is approved to do, and until when. Without one no order is issued."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from fastapi import Request
from pydantic import Field
from sqlmodel import Session, col, select

from api.auth import Admin, Reader
from api.fields import Body, Day, Key, Text
from api.routes.resource import Checks, Items, Paging, Resource
from api.routes.suppliers import suppliers
from api.wire import Answer, api_router
from models.domain.errors import Refusal
from models.tables.processes import Process
from models.tables.suppliers import SupplierApproval

router = api_router(tags=["Suppliers"])
approvals = Resource(SupplierApproval, "approval", ("id",))


class ApprovalBody(Body):
    process: Key
    spec: Text | None = Field(default=None, description="Left out: every specification of the process.")
    valid_from: Day
    valid_to: Day | None = Field(default=None, description="The last day it holds; left out: no end.")
    certificate: Text | None = None


class ApprovalView(ApprovalBody):
    id: str
    supplier: str
    spec: str = Field(description="Empty: every specification of the process.")
    created_at: datetime


@router.post("/suppliers/{code}/approvals", status_code=201, response_model=ApprovalView)
def create_approval(code: str, body: ApprovalBody, request: Request, principal: Admin) -> Answer:
    def make(session: Session, now: datetime) -> SupplierApproval:
        suppliers.get(session, code)
        values = _columns(session, code, body)
        return SupplierApproval(id=f"sa_{secrets.token_hex(8)}", supplier=code, **values, created_at=now)

    return approvals.create(request, principal, make)


@router.get("/suppliers/{code}/approvals", response_model=Items[ApprovalView])
def list_approvals(code: str, request: Request, page: Paging, _principal: Reader) -> Answer:
    suppliers.must_exist(request, code)
    return approvals.page(request, page, col(SupplierApproval.supplier) == code)


@router.get("/suppliers/{code}/approvals/{approval}", response_model=ApprovalView)
def read_approval(code: str, approval: str, request: Request, _principal: Reader) -> Answer:
    return approvals.read(request, approval, within={"supplier": code})


@router.put("/suppliers/{code}/approvals/{approval}", response_model=ApprovalView)
def replace_approval(
    code: str, approval: str, body: ApprovalBody, request: Request, principal: Admin
) -> Answer:
    def change(session: Session, row: SupplierApproval) -> None:
        row.sqlmodel_update(_columns(session, code, body, but=approval))

    return approvals.replace(request, principal, (approval,), change, within={"supplier": code})


def _columns(session: Session, code: str, body: ApprovalBody, *, but: str = "") -> dict[str, Any]:
    """What is kept. Raises ``Invalid``, or ``Refusal`` ``exists`` for a second one from the same day."""
    checks = Checks()
    checks.exists(session, Process, body.process, "process", "process")
    if body.valid_to is not None and body.valid_to < body.valid_from:
        checks.wrong(
            "valid_to", "The approval would end before it begins; enter {day} or later.", day=body.valid_from
        )
    checks.settle()
    spec = body.spec or ""
    taken = session.exec(
        select(SupplierApproval.id).where(
            SupplierApproval.supplier == code,
            SupplierApproval.process == body.process,
            SupplierApproval.spec == spec,
            SupplierApproval.valid_from == body.valid_from,
            SupplierApproval.id != but,
        )
    ).first()
    if taken is not None:
        text = "{supplier} already has this approval from {day}: {approval}. Change that one instead."
        raise Refusal("exists", text, field="valid_from", supplier=code, day=body.valid_from, approval=taken)
    return body.model_dump() | {"spec": spec}
