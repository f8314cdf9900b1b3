"""Whatever fits our own OpenAPI description, and much that does not, is answered by the contract."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as profile
from hypothesis.errors import Unsatisfiable
from schemathesis.generation import GenerationMode
from sqlalchemy import select
from starlette.testclient import TestClient

from api import people
from api.app import create_app
from models.domain.authority import Role
from models.settings import Settings
from models.tables.orders import OrderRow
from models.tables.types import table
from tests.api.conftest import CALENDAR, NOW, PART, PLANT, PROCESS, SUPPLIER, WORK_ORDER

EXAMPLES = 8


@pytest.fixture(scope="module")
def served(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Any
) -> Iterator[tuple[FastAPI, TestClient]]:
    """The API with some master data and nobody at the other end: commands are saved and answered 202."""
    folder = tmp_path_factory.mktemp("schema")
    database = folder / "sendout.db"
    database.write_bytes(sqlite_template.read_bytes())
    app = create_app(
        Settings(
            _env_file=None,  # type: ignore[call-arg]
            data_dir=folder,
            database_url=f"sqlite:///{database}",
            secret_key="a key for tests, long enough to sign with",  # type: ignore[arg-type]
            update_timeout=0.05,
            relay_interval=3600,
        )
    )
    with TestClient(app, raise_server_exceptions=True) as client:
        with app.state.database.write() as session:
            user = people.create_user(session, "all@example.com", list(Role), None, NOW)
            client.headers["Authorization"] = f"Bearer {people.create_token(session, user, NOW)}"
        for path, body in (
            ("calendars", CALENDAR),
            ("plants", PLANT),
            ("suppliers", SUPPLIER),
            ("processes", PROCESS),
            ("parts", PART),
            ("work-orders", WORK_ORDER),
        ):
            assert client.post(f"/api/v1/{path}", json=body).status_code == 201
        line = {"work_order": "WO-3201", "operation": 30, "quantity": 5}
        body = {"supplier": "ACME", "process": "PLATE", "need_by": "2030-01-01", "lines": [line]}
        order = client.post("/api/v1/orders", json=body)
        assert order.status_code == 201, order.text
        yield app, client


def strategies(app: FastAPI, client: TestClient) -> Iterator[tuple[str, Any]]:
    schema = schemathesis.openapi.from_dict(client.get("/api/v1/openapi.json").json())
    for found in schema.get_all_operations():
        operation = found.ok()
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            yield operation.label, operation.as_strategy(generation_mode=mode)


def test_no_request_breaks_the_api(served: tuple[FastAPI, TestClient]) -> None:
    app, client = served
    with app.state.database.read() as session:
        number = session.scalars(select(table(OrderRow).c.number)).one()
    tried = 0
    for label, strategy in strategies(app, client):
        tried += 1
        _try(client, label, strategy, number)
    assert tried > 100


def _try(client: TestClient, label: str, strategy: Any, number: str) -> None:
    # Without shrinking: the failing request is small enough to read, and CI's time is short.
    @profile(
        max_examples=EXAMPLES,
        # The same requests in every run: what fails here fails for whoever looks for the reason.
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
    @given(case=strategy)
    def answered(case: Any) -> None:
        if label.startswith("POST /api/v1/orders/{number}"):
            # An order that exists, so that the body is looked at.
            case.path_parameters["number"] = number
        wanted = case.as_transport_kwargs(base_url="http://testserver")
        headers = {name: value for name, value in (wanted.get("headers") or {}).items() if value.isascii()}
        body = {"json": wanted["json"]} if "json" in wanted else {"content": wanted.get("data") or b""}
        answer = client.request(
            wanted["method"], wanted["url"], params=wanted.get("params"), headers=headers, **body
        )
        assert answer.status_code < 500, f"{label}: {answer.text}"
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json", label
            assert {"code", "detail", "status"} <= answer.json().keys()

    # An operation that takes nothing cannot be asked wrongly.
    with suppress(Unsatisfiable):
        answered()
