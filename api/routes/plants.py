"""Our sites."""

from __future__ import annotations

from datetime import datetime

from fastapi import Request
from sqlmodel import Session

from api.auth import Admin, Reader
from api.fields import Body, Key, Text, Timezone
from api.routes.resource import Checks, Items, Paging, Resource
from api.wire import Answer, api_router
from models.tables.plants import Calendar, Plant

router = api_router(tags=["Plants"])
plants = Resource(Plant, "plant", ("code",))


class PlantFields(Body):
    name: Text
    timezone: Timezone
    calendar: Key


class PlantBody(PlantFields):
    code: Key


class PlantEdit(PlantFields):
    code: Key | None = None


class PlantView(PlantBody):
    created_at: datetime


@router.post("/plants", status_code=201, response_model=PlantView)
def create_plant(body: PlantBody, request: Request, principal: Admin) -> Answer:
    def make(session: Session, now: datetime) -> Plant:
        _check(session, body)
        return Plant(**body.model_dump(), created_at=now)

    return plants.create(request, principal, make)


@router.get("/plants", response_model=Items[PlantView])
def list_plants(request: Request, page: Paging, _principal: Reader) -> Answer:
    return plants.page(request, page)


@router.get("/plants/{code}", response_model=PlantView)
def read_plant(code: str, request: Request, _principal: Reader) -> Answer:
    return plants.read(request, code)


@router.put("/plants/{code}", response_model=PlantView)
def replace_plant(code: str, body: PlantEdit, request: Request, principal: Admin) -> Answer:
    def change(session: Session, plant: Plant) -> None:
        _check(session, body, code)
        plant.sqlmodel_update(body.model_dump(exclude={"code"}))

    return plants.replace(request, principal, (code,), change)


def _check(session: Session, body: PlantBody | PlantEdit, code: str | None = None) -> None:
    checks = Checks()
    if code is not None:
        checks.same("code", body.code, code)
    checks.exists(session, Calendar, body.calendar, "calendar", "calendar")
    checks.settle()
