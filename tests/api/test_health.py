"""Alive, and ready to serve."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from api.routes.health import _temporal
from models.db import Database
from tests.api.conftest import API

sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@sqlite_only
def test_a_living_process_says_so_without_a_key(anonymous: TestClient) -> None:
    answer = anonymous.get(API + "/health/live")
    assert (answer.status_code, answer.json()) == (200, {"status": "live"})


def test_without_temporal_it_is_ready_and_says_that_temporal_is_away(anonymous: TestClient) -> None:
    answer = anonymous.get(API + "/health/ready")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ready", "database": "ok", "temporal": "away"}


@sqlite_only
def test_without_its_database_it_is_not_ready(anonymous: TestClient, app: FastAPI) -> None:
    working = app.state.database
    app.state.database = Database("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    answer = anonymous.get(API + "/health/ready")
    app.state.database.dispose()
    app.state.database = working
    assert answer.status_code == 503
    assert answer.json() == {"status": "not ready", "database": "away", "temporal": "away"}


async def test_a_temporal_server_that_answers_is_reported(temporal_env: WorkflowEnvironment) -> None:
    assert await _temporal(temporal_env.client)


async def test_a_temporal_server_that_is_gone_is_reported() -> None:
    assert not await _temporal(await Client.connect("127.0.0.1:1", lazy=True))
