"""How much more than a job is for may come out of it before somebody has to confirm that."""

from __future__ import annotations

from decimal import Decimal

import pytest
from starlette.testclient import TestClient

from models.settings import Settings
from tests.api.conftest import API

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"output_over": Decimal("0.5")})


def test_the_operator_says_by_what_share(stocked: TestClient) -> None:
    outputs = f"{API}/work-orders/WO-3201/outputs"
    refused = stocked.post(outputs, json={"quantity": 1801})
    assert (refused.status_code, refused.json()["code"]) == (409, "output.beyond_job")
    assert stocked.post(outputs, json={"quantity": 1800}).status_code == 201
