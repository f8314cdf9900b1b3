"""What a draft costs when nobody says so: by the supplier's terms, and without any it waits for a price."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.api.conftest import API
from tests.api.test_convert import APPROVAL, add, convert

TERMS = {"price": "0.5", "basis": "piece", "currency": "EUR", "valid_from": "2020-01-01"}


@pytest.fixture
def shop(stocked: TestClient) -> TestClient:
    add(stocked, "/suppliers/ACME/approvals", APPROVAL)
    return stocked


def draft(**line: Any) -> dict[str, Any]:
    """A draft whose line says of its price only what is given."""
    order = {"supplier": "ACME", "process": "PLATE", "spec": "ASTM B633", "need_by": "2026-12-18"}
    return order | {"lines": [{"work_order": "WO-3201", "operation": 30, "quantity": 100} | line]}


def priced(order: dict[str, Any]) -> tuple[Any, ...]:
    (line,) = order["lines"]
    return line["unit_price"], line["basis"], line["currency"]


@pytest.mark.parametrize(
    ("terms", "line", "price"),
    [
        (TERMS, {}, ("0.5", "piece", "EUR")),
        (TERMS | {"basis": "kg"}, {}, ("0.5", "kg", "EUR")),
        (TERMS, {"currency": "eur"}, ("0.5", "piece", "EUR")),
        (TERMS, {"unit_price": "0.7"}, ("0.7", "piece", "EUR")),
        (TERMS, {"unit_price": 0}, ("0", "piece", "EUR")),
        (TERMS, {"currency": "USD"}, (None, "piece", "USD")),
        (TERMS | {"currency": "USD", "price": 0, "lot_charge": 80}, {}, ("0", "piece", "USD")),
        (TERMS | {"valid_from": "2099-01-01"}, {}, (None, "piece", "USD")),
        (None, {}, (None, "piece", "USD")),
    ],
)
def test_a_line_without_a_price_takes_price_basis_and_currency_of_the_terms(
    shop: TestClient, terms: dict[str, Any] | None, line: dict[str, Any], price: tuple[Any, ...]
) -> None:
    if terms is not None:
        add(shop, "/suppliers/ACME/terms", terms)
    made = add(shop, "/orders", draft(**line))
    assert priced(made) == price
    assert any("no price" in warning for warning in made["warnings"]) == (price[0] is None)


def test_what_has_no_price_is_not_issued(shop: TestClient) -> None:
    number = add(shop, "/orders", draft())["number"]
    refused = shop.post(f"{API}/orders/{number}/issue", json={})
    problem = refused.json()
    assert (refused.status_code, problem["code"]) == (409, "price.missing"), problem
    assert [each["field"] for each in problem["errors"]] == ["lines.0.unit_price"]
    assert "0 if it is for nothing" in problem["detail"]
    # Once there are terms, saving it again is enough.
    add(shop, "/suppliers/ACME/terms", TERMS | {"currency": "USD"})
    again = shop.patch(f"{API}/orders/{number}", json={"priority": "urgent"})
    assert priced(again.json()) == ("0.5", "piece", "USD")
    assert again.json()["warnings"] == []


def test_converted_operations_without_terms_say_that_they_have_no_price(shop: TestClient) -> None:
    answer = convert(shop, {"work_order": "WO-3201", "operation": 30}).json()
    assert any("no price" in warning for warning in answer["warnings"]), answer
    (made,) = answer["items"]
    order = shop.get(f"{API}/orders/{made['number']}").json()
    assert order["lines"][0]["unit_price"] is None
