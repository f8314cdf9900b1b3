"""The application on a real database, and clients with a token for every role."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI
from sqlmodel import select
from starlette.testclient import TestClient

from api import people
from api.app import create_app
from models.domain.authority import Role
from models.settings import Settings
from models.tables.people import User
from tests.api.stock import Stock

API = "/api/v1"
Body = dict[str, Any]
NOW = datetime(2026, 3, 16, 9, 30, tzinfo=UTC)
Login = Callable[..., TestClient]


class Hands:
    """A clock whose hands a test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def app(settings: Settings, clock: Hands, monkeypatch: pytest.MonkeyPatch) -> FastAPI:
    """Without Temporal, whatever may run on this machine: nobody listens on port 1."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    return create_app(settings, clock=clock)


@pytest.fixture
def anonymous(app: FastAPI) -> Iterator[TestClient]:
    """A client without any key; the application is running."""
    with TestClient(app, follow_redirects=False) as client:
        yield client


@pytest.fixture
def as_role(app: FastAPI, anonymous: TestClient) -> Login:
    """Makes a client for a new person with the given roles."""

    def client(*roles: Role, **person: object) -> TestClient:
        with app.state.database.write() as session:
            email = f"{'-'.join(roles) or 'nobody'}@example.com"
            user = people.create_user(session, email, roles, None, NOW, **person)  # type: ignore[arg-type]
            token = people.create_token(session, user, NOW)
        return TestClient(app, headers={"Authorization": f"Bearer {token}"}, follow_redirects=False)

    return client


@pytest.fixture
def admin(as_role: Login) -> TestClient:
    return as_role(Role.ADMIN)


CALENDAR: Body = {"code": "MX", "country": "MX", "workdays": [1, 2, 3, 4, 5], "exceptions": []}
PLANT: Body = {"code": "MTY", "name": "Monterrey", "timezone": "America/Monterrey", "calendar": "MX"}
SUPPLIER: Body = {
    "code": "ACME",
    "name": "Acme Plating",
    "email": "orders@acme.example",
    "contact": "Ana Ruiz",
    "locale": "es",
    "timezone": "America/Monterrey",
    "country": "MX",
    "calendar": "MX",
}
PROCESS: Body = {
    "code": "PLATE",
    "name": "Zinc plating",
    "release_before_ship": True,
    "milestones": [
        {"code": "in", "kind": "received", "name": "Material received", "day": 2},
        {"code": "out", "kind": "shipped", "name": "Shipped", "day": None},
    ],
    "required_documents": ["coc"],
    "instructions": "Rack, do not barrel.\nMask the threads.",
}
PART: Body = {
    "number": "FLANGE-DN50",
    "revision": "B",
    "description": "SS Flange DN50",
    "uom": "C62",
    "trace": "lot",
    "gtin": None,
    "material": "1.4404",
    "export_controlled": False,
    "dfars": True,
    "bom": [],
}
PLAN: Body = {
    "part": "FLANGE-DN50",
    "revision": "B",
    "process": "PLATE",
    "characteristics": [
        {
            "number": "1",
            "name": "Zinc thickness",
            "nominal": "10",
            "lower": 8,
            "upper": 12.5,
            "unit": "um",
            "method": "XRF",
            "sample": {"aql": "1.0"},
        },
        {"number": 2, "name": "Adhesion", "kind": "attribute", "sample": 5},
    ],
}
WORK_ORDER: Body = {
    "number": "WO-3201",
    "type": "MTO",
    "part": "FLANGE-DN50",
    "revision": "B",
    "quantity": 1200,
    "due": "2026-12-20",
    "customer": "NORTHWIND",
    "customer_order": "SO-88",
    "operations": [
        {"sequence": 10, "kind": "internal", "process": "TURN"},
        {
            "sequence": 30,
            "kind": "outside",
            "process": "PLATE",
            "spec": "ASTM B633",
            "spec_revision": "2023",
        },
    ],
}
ROUTING: Body = {"part": "FLANGE-DN50", "revision": "B", "operations": WORK_ORDER["operations"]}
SALES_ORDER: Body = {
    "number": "SO-88",
    "customer": "NORTHWIND",
    "lines": [
        {"line": 1, "part": "FLANGE-DN50", "revision": "B", "quantity": 1200, "due": "2026-12-20"},
    ],
}
LOT: Body = {
    "part": "FLANGE-DN50",
    "quantity": 1200,
    "uom": "C62",
    "supplier": "ACME",
    "supplier_lot": "A-77",
    "heat_number": "HX-1",
    "country_of_melt": "SE",
    "country_of_origin": "MX",
    "unit_cost": "1.25",
    "received_on": "2026-03-15",
}
CUSTOMER: Body = {
    "code": "NORTHWIND",
    "name": "Northwind Ltd",
    "contacts": [{"name": "Ines Berg", "email": "quality@northwind.example", "locale": "es"}],
}
SPECIFICATION: Body = {
    "code": "ASTM B633",
    "title": "Electrodeposited coatings of zinc on iron and steel",
    "revisions": [
        {"revision": "2019", "in_force_from": "2019-11-01", "withdrawn_on": None},
        {"revision": "2023", "in_force_from": "2023-05-01", "withdrawn_on": None},
    ],
}
# In the order in which they refer to each other.
MASTER_DATA: dict[str, Body] = {
    "/calendars": CALENDAR,
    "/plants": PLANT,
    "/suppliers": SUPPLIER,
    "/processes": PROCESS,
    "/specifications": SPECIFICATION,
    "/parts": PART,
    "/inspection-plans": PLAN,
    "/customers": CUSTOMER,
    "/routings": ROUTING,
    "/sales-orders": SALES_ORDER,
    "/work-orders": WORK_ORDER,
    "/lots": LOT,
}


@pytest.fixture(scope="session")
def stocks() -> list[Stock]:
    """What `stocked` has saved, once it has."""
    return []


@pytest.fixture
def stocked(app: FastAPI, admin: TestClient, stocks: list[Stock]) -> TestClient:
    """The admin's client, with one of everything saved: the first time through the API."""
    if not stocks:
        for path, body in MASTER_DATA.items():
            answer = admin.post(API + path, json=body)
            assert answer.status_code == 201, answer.text
    with app.state.database.write() as session:
        person = session.exec(select(User.id)).one()
        if stocks:
            stocks[0].put(session, person)
        else:
            stocks.append(Stock(session, person))
    return admin
