"""Every refusal is one problem with a stable code; nothing from inside leaks out."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from api.auth import PUBLIC, Reader
from api.errors import STATUS, TITLES
from api.fields import Body, Day, Number
from api.wire import Answer, api_router
from models.domain.errors import Forbidden, Invalid, Refusal, Stale, Unknown
from tests.api.conftest import API, CALENDAR

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SHAPE = {"type", "title", "status", "code", "detail", "errors"}


class Line(Body):
    quantity: Number
    day: Day | None = None


class Echo(Body):
    lines: list[Line]


@pytest.fixture
def echo(app: FastAPI, admin: TestClient) -> TestClient:
    """The admin's client, at an application with routes that repeat, refuse and break."""
    router = api_router(tags=["Echo"])

    @router.post("/echo")
    def repeat(body: Echo, _principal: Reader) -> Answer:
        return Answer({"lines": [line.model_dump() for line in body.lines]})

    @router.get("/refuse/{kind}")
    def refuse(kind: str, _principal: Reader) -> Answer:
        kinds = {each.__name__: each for each in STATUS}
        raise kinds[kind]("test.code", "{left} of {right} left.", field="lines.0.quantity", left=1, right=2)

    @router.get("/break", dependencies=PUBLIC)
    def break_down() -> Answer:
        raise RuntimeError("the secret is hunter2")

    @router.get("/away", dependencies=PUBLIC)
    def away() -> Answer:
        raise OperationalError("SELECT 1", {}, Exception("password=hunter2"))

    app.include_router(router)
    return admin


def post(client: TestClient, text: str | bytes, kind: str | None = "application/json") -> Any:
    headers = {} if kind is None else {"Content-Type": kind}
    return client.post("/echo", content=text, headers=headers)


def assert_problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem.keys() == SHAPE
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["type"] == f"urn:sendout:problem:{code}"
    assert problem["title"] == TITLES[status]
    assert problem["detail"]
    return problem


@pytest.mark.parametrize(
    ("kind", "status"), [(Refusal, 409), (Invalid, 422), (Forbidden, 403), (Unknown, 404), (Stale, 412)]
)
def test_each_kind_of_refusal_has_its_status(echo: TestClient, kind: type[Refusal], status: int) -> None:
    problem = assert_problem(echo.get(f"/refuse/{kind.__name__}"), status, "test.code")
    assert problem["detail"] == "1 of 2 left."
    assert problem["errors"] == [{"field": "lines.0.quantity", "message": "1 of 2 left."}]


def test_numbers_are_read_and_written_exactly(echo: TestClient) -> None:
    written = ["0.1", "0.30000000000000004", "1e2", "-0.000001", "12345678901234567890.123456", "7"]
    body = ",".join(f'{{"quantity":{number}}}' for number in written)
    answer = post(echo, f'{{"lines":[{body},{{"quantity":"2.50"}}]}}')
    assert [line["quantity"] for line in answer.json()["lines"]] == [
        "0.1",
        "0.30000000000000004",
        "100",
        "-0.000001",
        "12345678901234567890.123456",
        "7",
        "2.5",
    ]


@pytest.mark.parametrize(
    "number",
    ["true", "null", '"1,5"', '"1_000"', '""', '"NaN"', '"Infinity"', '"１２"', "[]", "1e99", '"1e3"', '"٣"'],
)
def test_what_is_no_number_is_refused_with_its_place(echo: TestClient, number: str) -> None:
    answer = post(echo, f'{{"lines":[{{"quantity":1}},{{"quantity":{number}}}]}}')
    problem = assert_problem(answer, 422, "request.invalid")
    assert [error["field"] for error in problem["errors"]] == ["lines.1.quantity"]


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[1,]",
        "nonsense",
        '{"lines":[{"quantity":NaN}]}',
        '{"lines":[{"quantity":-Infinity}]}',
        '{"lines":[],"lines":[]}',
        '{"lines":["\\u0000"]}',
        '{"li\\ud800nes":[]}',
        b'{"lines":["\xff"]}',
        "[" * 100_000,
        '{"lines":[{"quantity":' + "1" * 5000 + "}]}",
    ],
)
def test_a_body_that_cannot_be_read_is_400(echo: TestClient, text: str | bytes) -> None:
    assert_problem(post(echo, text), 400, "request.malformed")


def test_all_wrong_fields_are_named_at_once(echo: TestClient) -> None:
    answer = post(echo, '{"lines":[{"quantity":1,"colour":"red"},{"day":"1.1."}],"x":1}')
    problem = assert_problem(answer, 422, "request.invalid")
    assert {error["field"]: error["message"] for error in problem["errors"]} == {
        "lines.0.colour": "There is no field of this name here; remove it.",
        "lines.1.quantity": "This is required.",
        "lines.1.day": "Enter a date that exists, as year-month-day: 2026-12-18.",
        "x": "There is no field of this name here; remove it.",
    }
    assert problem["detail"].startswith("4 fields are wrong")


def test_braces_in_what_was_sent_are_only_text(echo: TestClient) -> None:
    answer = post(echo, '{"lines":[],"{detail}":1}')
    assert assert_problem(answer, 422, "request.invalid")["errors"][0]["field"] == "{detail}"


@pytest.mark.parametrize("text", ["", "null", "[]", "1", '"x"'])
def test_a_body_that_is_no_object_is_refused(echo: TestClient, text: str) -> None:
    assert_problem(post(echo, text), 422, "request.invalid")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_only_json_is_taken_for_json(echo: TestClient, kind: str) -> None:
    assert_problem(post(echo, '{"lines":[]}', kind), 415, "request.content_type")


@pytest.mark.parametrize("kind", [None, "application/json; charset=utf-8", "application/merge-patch+json"])
def test_json_is_taken_by_every_name_it_has(echo: TestClient, kind: str | None) -> None:
    assert post(echo, '{"lines":[]}', kind).status_code == 200


def test_a_large_body_is_refused_announced_or_not(echo: TestClient) -> None:
    large = b" " * 1_000_001
    assert_problem(post(echo, large), 413, "request.too_large")
    unannounced = echo.post("/echo", content=iter([large]), headers={"Content-Type": "application/json"})
    assert_problem(unannounced, 413, "request.too_large")


@pytest.mark.parametrize("address", ["/plants/%00", "/lots?heat_number=a%00b", "/plants?cursor=%00"])
def test_an_address_no_database_could_look_up_is_400(admin: TestClient, address: str) -> None:
    assert_problem(admin.get(API + address), 400, "request.malformed")


def test_an_unknown_address_is_a_problem_too(admin: TestClient) -> None:
    assert_problem(admin.get(API + "/nowhere"), 404, "not_found")
    assert_problem(admin.get("/nowhere"), 404, "not_found")


def test_a_method_an_address_does_not_take_says_which_it_takes(admin: TestClient) -> None:
    answer = admin.delete(API + "/plants/MTY")
    assert_problem(answer, 405, "method_not_allowed")
    assert set(answer.headers["allow"].split(", ")) <= {"GET", "PUT"}


def test_what_breaks_inside_is_logged_under_the_reference_that_is_told(echo: TestClient) -> None:
    with capture_logs() as logs:
        answer = echo.get("/break")
    problem = assert_problem(answer, 500, "internal")
    assert "hunter2" not in answer.text
    assert "RuntimeError" not in answer.text
    assert logs[0]["reference"] in problem["detail"]
    assert logs[0]["log_level"] == "error"
    assert isinstance(logs[0]["exc_info"], RuntimeError)
    assert (logs[0]["method"], logs[0]["route"]) == ("GET", "/break")


def test_a_database_that_is_away_is_503_with_a_hint_when_to_come_back(echo: TestClient) -> None:
    answer = echo.get("/away")
    assert_problem(answer, 503, "database.away")
    assert answer.headers["retry-after"] == "5"
    assert "hunter2" not in answer.text


@pytest.mark.parametrize("path", ["/login", "/api/docs", "/nowhere", "/api/v1/plants", "/break"])
def test_every_answer_carries_the_security_headers(echo: TestClient, path: str) -> None:
    headers = echo.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    assert "strict-transport-security" not in headers


def test_who_is_known_is_told_how_long_an_answer_took_to_make(admin: TestClient, echo: TestClient) -> None:
    name, _, milliseconds = admin.get("/api/v1/plants").headers["server-timing"].partition(";dur=")
    assert name == "app"
    assert 0 < float(milliseconds) < 60_000
    assert "server-timing" not in echo.get("/login").headers


def test_a_request_object_that_ends_too_early_is_400(app: FastAPI, admin: TestClient) -> None:
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    async def call() -> None:
        scope = {
            "type": "http",
            "method": "POST",
            "path": API + "/calendars",
            "query_string": b"",
            "headers": [(b"authorization", admin.headers["authorization"].encode())],
        }
        await app(scope, receive, send)

    import asyncio

    asyncio.run(call())
    assert sent[0]["status"] == 400
    assert admin.post(API + "/calendars", json=CALENDAR).status_code == 201
