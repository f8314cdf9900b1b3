"""Part revisions."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Depends, Request
from pydantic import Field
from sqlmodel import Session, col

from api.auth import Admin, Principal, Reader, allowed
from api.fields import Body, Flag, Gtin, Key, Note, Number, Text, Unit, Whole
from api.routes.resource import Checks, Items, Paging, Resource
from api.wire import Answer, api_router
from models.domain.authority import Role
from models.domain.quantities import UNIT_DECIMALS, ZERO, quantity
from models.queries import master
from models.tables.parts import Part

router = api_router(tags=["Parts"])
parts = Resource(Part, "part", ("number", "revision"))


class Component(Body):
    """How much of another part goes into one unit."""

    part: Key
    revision: Key | None = Field(default=None, description="Left out: any revision will do.")
    quantity: Number
    tolerance: Number | None = Field(
        default=None,
        description="By what share (0.05 is 5 %) what a job uses may differ; left out: as the settings say.",
    )


class PartFields(Body):
    description: Note = ""
    uom: Unit = "C62"
    trace: Literal["lot", "serial"] = "lot"
    gtin: Gtin | None = Field(
        default=None, description="GTIN-8, -12, -13 or -14, kept as 14 digits; on labels and found by scans."
    )
    material: Text | None = None
    export_controlled: Flag = False
    dfars: Flag = False
    bom: Annotated[list[Component], Field(max_length=2000)] = []
    safety_stock: Number | None = Field(
        default=None, description="Kept on hand at least; with less to come, work orders are suggested."
    )
    lot_multiple: Number | None = Field(default=None, description="Suggested in multiples of this.")
    lead_days: Whole | None = Field(default=None, description="Working days a work order of it takes.")


class PartBody(PartFields):
    number: Key
    revision: Key


class PartEdit(PartFields):
    number: Key | None = None
    revision: Key | None = None


class PartView(PartBody):
    created_at: datetime


@router.post("/parts", status_code=201, response_model=PartView)
def create_part(
    body: PartBody, request: Request, principal: Annotated[Principal, Depends(allowed(Role.BUYER))]
) -> Answer:
    def make(session: Session, now: datetime) -> Part:
        values = _columns(session, principal, body, body.number, body.revision)
        return Part(number=body.number, revision=body.revision, **values, created_at=now)

    return parts.create(request, principal, make)


@router.get("/parts", response_model=Items[PartView])
def list_parts(request: Request, page: Paging, principal: Reader) -> Answer:
    return parts.page(request, page, cleared=principal.cleared)


@router.get("/parts/{number}", response_model=Items[PartView])
def list_part_revisions(number: str, request: Request, page: Paging, principal: Reader) -> Answer:
    """Every revision of one part."""
    return parts.page(request, page, col(Part.number) == number, cleared=principal.cleared)


@router.get("/parts/{number}/{revision}", response_model=PartView)
def read_part(number: str, revision: str, request: Request, principal: Reader) -> Answer:
    return parts.read(request, number, revision, cleared=principal.cleared)


@router.put("/parts/{number}/{revision}", response_model=PartView)
def replace_part(number: str, revision: str, body: PartEdit, request: Request, principal: Admin) -> Answer:
    def change(session: Session, part: Part) -> None:
        part.sqlmodel_update(_columns(session, principal, body, number, revision))

    return parts.replace(request, principal, (number, revision), change)


def _columns(
    session: Session, principal: Principal, body: PartBody | PartEdit, number: str, revision: str
) -> dict[str, Any]:
    """As kept. Raises ``Invalid``."""
    checks = Checks(cleared=principal.cleared)
    checks.same("number", body.number, number)
    checks.same("revision", body.revision, revision)
    if body.trace == "serial" and UNIT_DECIMALS.get(body.uom) != 0:
        checks.wrong("trace", "What has serial numbers is counted in whole pieces: its unit is C62.")
    known = master.known_parts(session, [component.part for component in body.bom], cleared=principal.cleared)
    bom: list[dict[str, str]] = []
    for index, component in enumerate(body.bom):
        field = f"bom.{index}"
        amount = quantity(component.quantity, field=f"{field}.quantity", zero=False)
        if amount == ZERO:
            checks.wrong(f"{field}.quantity", "Enter more than 0.")
        if component.part == number:
            checks.wrong(f"{field}.part", "A part cannot be made of itself.")
        elif component.part not in known:
            checks.wrong(f"{field}.part", "There is no part {part}; create it first.", part=component.part)
        elif any(component.part == earlier["part"] for earlier in bom):
            checks.wrong(f"{field}.part", "{part} appears twice; add the two up.", part=component.part)
        elif component.revision is not None:
            of = (component.part, component.revision)
            checks.exists(session, Part, of, f"{field}.revision", "part")
        named = {} if component.revision is None else {"revision": component.revision}
        if component.tolerance is not None:
            share = quantity(component.tolerance, field=f"{field}.tolerance", unit="a share")
            if share >= 1:
                checks.wrong(f"{field}.tolerance", "Enter a share below 1, such as 0.05.")
            named["tolerance"] = str(share)
        bom.append({"part": component.part, "quantity": str(amount)} | named)
    if body.lot_multiple == ZERO:
        checks.wrong("lot_multiple", "Enter more than 0.")
    if body.gtin is not None:
        other = master.part_of_gtin(session, body.gtin)
        if other is not None and other != number:
            checks.wrong("gtin", "This GTIN is that of part {part}; no two parts have the same.", part=other)
    checks.settle()
    stock = {
        name: None if value is None else quantity(value, field=name, unit=body.uom)
        for name, value in (("safety_stock", body.safety_stock), ("lot_multiple", body.lot_multiple))
    }
    return body.model_dump(exclude={"number", "revision"}) | {"bom": bom} | stock
