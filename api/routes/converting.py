"""Drafts in bulk: the outside operations of many work orders, one draft for each supplier and specification."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import Request
from pydantic import Field
from sqlmodel import Session

from api.changes import perform
from api.fields import Body, Day, Flag, Key, Whole
from api.routes.orders import Buyer, only_plant, reader
from api.wire import Answer, api_router
from models import converting, draft_warnings
from models.domain.grouping import MOST, Group

router = api_router(tags=["Orders"])


class OperationBody(Body):
    work_order: Key
    operation: Whole


class ConvertBody(Body):
    operations: Annotated[list[OperationBody], Field(max_length=MOST)]
    supplier: Key | None = Field(
        default=None,
        description="Who gets all of it. Left out: the only supplier that is approved, else the one of them "
        "last used for the process.",
    )
    need_by: Day | None = Field(
        default=None,
        description="When all of it is needed. Left out: when each work order is due, less the working days "
        "that its later outside operations take.",
    )
    plant: Key | None = None
    dry_run: Flag = Field(default=False, description="Only say which drafts these would become.")


@router.post("/orders/convert", status_code=201)
def convert_operations(body: ConvertBody, request: Request, principal: Buyer) -> Answer:
    """All of the operations become drafts, or none does: `errors` then names every one that stands in the way,
    such as one that orders cover already (409). What orders make of an operation is left out of its quantity. `reason` says how each draft's supplier was found."""

    def make(session: Session, now: datetime) -> Answer:
        wanted = converting.Wanted(
            operations=tuple((each.work_order, each.operation) for each in body.operations),
            plant=body.plant or principal.plant or only_plant(session),
            supplier=body.supplier or "",
            need_by=body.need_by,
        )
        if body.dry_run:
            found = converting.groups(session, reader(principal), wanted, now)
            return _answer([(None, group) for group in found], 200)
        made = converting.make(session, reader(principal), wanted, principal.id, now)
        warnings = [
            f"{draft.number}: {warning}"
            for draft, _ in made
            for warning in draft_warnings.without_price(draft)
        ]
        return _answer([(draft.number, group) for draft, group in made], 201, warnings)

    return perform(request, principal, make)


def _answer(made: list[tuple[str | None, Group]], status: int, prices: Sequence[str] = ()) -> Answer:
    items = [{"number": number} | _shown(group) for number, group in made]
    warnings = [
        f"{group.supplier} has no valid approval for {group.process} {group.spec} today; "
        "it is issued once there is one"
        for _, group in made
        if not group.approved
    ]
    return Answer({"items": items, "warnings": [*warnings, *prices]}, status)


def _shown(group: Group) -> dict[str, Any]:
    return {
        "supplier": group.supplier,
        "reason": group.why.value,
        "process": group.process,
        "spec": group.spec,
        "spec_revision": group.spec_revision,
        "type": group.type,
        "need_by": group.need_by,
        "lines": [
            {
                "line": place,
                "work_order": line.of.work_order,
                "operation": line.of.operation,
                "part": line.of.part,
                "part_revision": line.of.part_revision,
                "quantity": line.of.left,
                "lots": [{"lot": lot, "quantity": quantity} for lot, quantity in line.lots],
            }
            for place, line in enumerate(group.lines, 1)
        ],
    }
