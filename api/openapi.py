"""The contract as OpenAPI, and a page of it that needs neither a script nor another site."""

from __future__ import annotations

from typing import Any, cast

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, iter_route_contexts

from api.auth import PUBLIC
from api.html import page
from api.wire import Answer, ExactRoute, api_router, guards_of
from models.domain.authority import Role

router = api_router(tags=["About"])
pages = APIRouter(route_class=ExactRoute, include_in_schema=False)
_DESCRIPTION = (
    "Decimals are strings in answers and strings or numbers in requests, read exactly. Times are RFC 3339 "
    "in UTC, dates ISO 8601. Unknown fields are refused. Every refusal is application/problem+json."
)
_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail", "errors"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable: programs decide by this."},
        "detail": {"type": "string", "description": "For people: what is wrong and what to do."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
        # Of a command on an order only.
        "stage": {"type": "string", "description": "Where the order stands."},
        "flags": {"type": "array", "items": {"type": "string"}},
        "conditions": {
            "type": "array",
            "items": {"type": "string"},
            "description": "What keeps commands from going on beside the stage, such as on_hold.",
        },
        "possible": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Commands that who asked could send instead, as in next_actions.",
        },
        # Of a name that a trace or recall does not know only.
        "choices": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["identifier", "kind", "value", "of"],
                "properties": {name: {"type": "string"} for name in ("identifier", "kind", "value", "of")},
            },
            "description": "What has it in its name, at most 8; each `identifier` names one alone.",
        },
    },
}
_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
    "description": "The same key with the same request gets the same answer; nothing is done twice.",
}


@router.get("/openapi.json", include_in_schema=False, dependencies=PUBLIC)
async def openapi(request: Request) -> Answer:
    return Answer(schema_of(request.app))


@pages.get("/api/docs", dependencies=PUBLIC)
async def docs(request: Request) -> Response:
    schema = schema_of(request.app)
    return page("pages/docs.html", about=schema["info"], tags=_by_tag(schema))


def schema_of(app: FastAPI) -> dict[str, Any]:
    """The application's OpenAPI schema, made once."""
    if app.openapi_schema is None:
        app.openapi_schema = _schema(app)
    return app.openapi_schema


def _schema(app: FastAPI) -> dict[str, Any]:
    schema = get_openapi(title="Sendout", version=app.version, description=_DESCRIPTION, routes=app.routes)
    components = schema.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = _PROBLEM
    components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    for route in iter_route_contexts(app.routes):
        if isinstance(route.original_route, APIRoute) and route.include_in_schema:
            for method in route.methods or ():
                operation = schema["paths"][route.path_format][method.lower()]
                _complete(operation, route.original_route, method)
                _hoist(operation, components["schemas"])
    return schema


def _hoist(operation: dict[str, Any], shared: dict[str, Any]) -> None:
    """A body a route describes by itself brings its definitions along; references look for them here."""
    for content in operation.get("requestBody", {}).get("content", {}).values():
        shared.update(content.get("schema", {}).pop("$defs", {}))


def _complete(operation: dict[str, Any], route: APIRoute, method: str) -> None:
    """Adds what every operation of a kind has: who may use it, the key of a POST, the problems."""
    guards = guards_of(route.dependant)
    if guards:
        roles = sorted(set.intersection(*(set(guard.roles) for guard in guards)))
        who = "everyone with a role" if len(roles) == len(Role) else ", ".join(roles)
        operation["security"] = [{"token": []}]
        operation["x-roles"] = [role.value for role in roles]
        operation["description"] = f"{operation.get('description', '')}\n\nFor {who}.".strip()
        if method == "POST":
            operation.setdefault("parameters", []).append(_IDEMPOTENCY_KEY)
    responses = operation["responses"]
    responses.pop("422", None)
    responses["default"] = {
        "description": "A problem",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


def _by_tag(schema: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """For the page: tag -> operations, each with its fields spelled out."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            entry = {
                "method": method.upper(),
                "path": path,
                "summary": operation.get("summary", ""),
                "description": operation.get("description", ""),
                "parameters": operation.get("parameters", []),
                "fields": _fields(schema, body.get("schema", {})),
            }
            for tag in operation.get("tags", ["Other"]):
                found.setdefault(tag, []).append(entry)
    return dict(sorted(found.items()))


def _fields(schema: dict[str, Any], body: dict[str, Any]) -> list[dict[str, Any]]:
    definition = _resolved(schema, body)
    required = definition.get("required", ())
    return [
        {
            "name": name,
            "required": name in required,
            "type": _type(schema, field),
            "description": field.get("description", ""),
        }
        for name, field in definition.get("properties", {}).items()
    ]


def _resolved(schema: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    for choice in node.get("anyOf", ()):
        if "$ref" in choice:
            node = choice
    if "$ref" not in node:
        return node
    name = node["$ref"].rpartition("/")[2]
    return cast("dict[str, Any]", schema["components"]["schemas"].get(name, {}))


def _type(schema: dict[str, Any], node: dict[str, Any]) -> str:
    """A field's type in words, one level deep into lists of objects."""
    if "anyOf" in node:
        kinds = [_type(schema, choice) for choice in node["anyOf"] if choice.get("type") != "null"]
        return " or ".join(dict.fromkeys(kinds))
    node = _resolved(schema, node)
    if "enum" in node:
        return " | ".join(str(value) for value in node["enum"])
    if "const" in node:
        return str(node["const"])
    if node.get("type") == "array":
        inner = _resolved(schema, node.get("items", {}))
        names = ", ".join(inner.get("properties", ()))
        return f"list of {{{names}}}" if names else f"list of {_type(schema, node.get('items', {}))}"
    return str(node.get("format") or node.get("type") or "any")
