"""The contract: served as OpenAPI and as a page, and kept."""

from __future__ import annotations

import re

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from jsonschema import Draft202012Validator
from starlette.testclient import TestClient

from api.auth import PUBLIC
from api.fields import Body
from tests.api.conftest import API, MASTER_DATA

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_the_contract_is_open_to_everybody_and_names_every_route(anonymous: TestClient, app: FastAPI) -> None:
    schema = anonymous.get(API + "/openapi.json").json()
    assert schema["openapi"].startswith("3.")
    served = {
        (context.path_format, method.lower())
        for context in iter_route_contexts(app.routes)
        if isinstance(context.original_route, APIRoute) and context.include_in_schema
        for method in context.methods or ()
    }
    described = {(path, method) for path, item in schema["paths"].items() for method in item}
    assert described == served


def test_bodies_that_are_taken_and_answers_that_are_given_fit_the_contract(stocked: TestClient) -> None:
    schema = stocked.get(API + "/openapi.json").json()
    for path, body in MASTER_DATA.items():
        operations = schema["paths"][API + path]
        taken = operations["post"]["requestBody"]["content"]["application/json"]["schema"]
        given = operations["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        for part, value in ((taken, body), (given, stocked.get(API + path).json())):
            Draft202012Validator(part | {"components": schema["components"]}).validate(value)


def test_every_operation_says_who_may_and_how_it_refuses(anonymous: TestClient) -> None:
    schema = anonymous.get(API + "/openapi.json").json()
    for path, item in schema["paths"].items():
        for method, operation in item.items():
            assert "422" not in operation["responses"]
            assert "application/problem+json" in operation["responses"]["default"]["content"]
            if "/health/" in path:
                continue
            assert operation["x-roles"], (path, method)
            assert operation["security"] == [{"token": []}]
            keys = [p["name"] for p in operation.get("parameters", []) if p["in"] == "header"]
            assert keys == (["Idempotency-Key"] if method == "post" else [])
    assert schema["paths"][API + "/parts"]["post"]["x-roles"] == ["admin", "buyer"]


def test_the_page_shows_every_operation_without_a_script_or_another_site(anonymous: TestClient) -> None:
    page = anonymous.get("/api/docs")
    schema = anonymous.get(API + "/openapi.json").json()
    assert page.headers["content-type"].startswith("text/html")
    for path, item in schema["paths"].items():
        for method in item:
            assert f"<code>{method.upper()} {path}</code>" in page.text
    assert "<script" not in page.text
    assert "style=" not in page.text
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page.text)
    assert "list of {code, kind, name, day}" in page.text


def test_decimals_are_strings_out_and_strings_or_numbers_in(anonymous: TestClient) -> None:
    schemas = anonymous.get(API + "/openapi.json").json()["components"]["schemas"]
    taken = schemas["IncomingLotBody"]["properties"]["quantity"]["anyOf"]
    assert taken == [{"type": "number"}, {"type": "string"}]
    assert schemas["LotView"]["properties"]["on_hand"]["type"] == "string"


def test_definitions_a_route_brings_along_can_be_found(app: FastAPI, anonymous: TestClient) -> None:
    class Thing(Body):
        name: str

    class Box(Body):
        things: list[Thing]

    async def put_away() -> None:
        pass

    schema = Box.model_json_schema(ref_template="#/components/schemas/{model}")
    extra = {"requestBody": {"content": {"application/json": {"schema": schema}}}}
    app.add_api_route("/boxes", put_away, methods=["POST"], dependencies=PUBLIC, openapi_extra=extra)
    contract = anonymous.get(API + "/openapi.json").json()
    assert "Thing" in contract["components"]["schemas"]
    assert "$defs" not in str(contract["paths"]["/boxes"])


def test_every_reference_leads_somewhere(anonymous: TestClient) -> None:
    answer = anonymous.get(API + "/openapi.json")
    named = set(re.findall(r'"#/components/schemas/([^"]+)"', answer.text))
    assert named <= answer.json()["components"]["schemas"].keys()
