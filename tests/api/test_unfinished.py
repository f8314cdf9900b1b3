"""Pieces that an outside operation was begun with do not leave, or go into a job, for done ones by mistake."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from models.domain import commands as c
from models.domain.authority import Role
from models.settings import Settings
from tests.activities.test_apply import Shop
from tests.api.conftest import API, Login

D = Decimal


class Dock:
    """An order that was sent 10 of the 100 of L1; 6 came back done, 4 as they had gone."""

    def __init__(self, shop: Shop, client: TestClient) -> None:
        self.shop, self.client = shop, client
        line = c.ReceiveLine(1, D(10), D(6), unprocessed=D(4))
        for command in (
            c.Issue(),
            c.Acknowledge("accept"),
            c.Send((c.SendLine(1, D(10), "L1"),)),
            c.Receive((line,), "", "LS-1"),
        ):
            self.do(command)

    def do(self, command: c.Command) -> None:
        assert self.shop.do(command).status == "applied", command

    def dispatch(self, quantity: int, **more: Any) -> Any:
        lines = [{"lot": "L1", "quantity": quantity}]
        body = {"customer": "NORTHWIND", "destination": "Graz", "lines": lines}
        return self.client.post(f"{API}/dispatches", json=body | more)

    def use(self, quantity: int, **more: Any) -> Any:
        body = {"lot": "L1", "quantity": quantity}
        return self.client.post(f"{API}/work-orders/WO/consumptions", json=body | more)


@pytest.fixture
def dock(app: FastAPI, as_role: Login, settings: Settings) -> Dock:
    client = as_role(Role.ADMIN)
    return Dock(Shop(app.state.database, settings), client)


def said(answer: Any) -> tuple[int, str, str]:
    problem = answer.json()
    return answer.status_code, problem["code"], problem["detail"]


def test_what_came_back_as_it_went_is_not_dispatched(dock: Dock) -> None:
    # 90 were never sent.
    status, code, told = said(dock.dispatch(97, confirm=True))
    assert (status, code) == (409, "dispatch.unprocessed")
    assert dock.shop.number in told
    assert "96 may leave; you entered 97" in told
    assert dock.dispatch(6).status_code == 201
    assert said(dock.dispatch(1))[:2] == (409, "dispatch.unfinished")
    assert said(dock.dispatch(91, confirm=True))[1] == "dispatch.unprocessed"


def test_what_was_never_sent_leaves_only_when_somebody_says_so(dock: Dock) -> None:
    status, code, told = said(dock.dispatch(10))
    assert (status, code) == (409, "dispatch.unfinished")
    assert "6 C62 are done with operation 30 of WO" in told
    assert dock.dispatch(10, confirm=True).status_code == 201
    # The done ones left first: what goes out of the lot after it is raw.
    dock.do(c.Send((c.SendLine(1, D(4), "L1"),)))
    assert dock.dispatch(1, confirm=True).status_code == 201


def test_what_no_order_awaits_any_more_leaves_when_somebody_says_so(dock: Dock) -> None:
    for command in (c.ShortClose((c.LineOnly(1),), "No more wanted"), c.Close()):
        dock.do(command)
    assert said(dock.dispatch(97))[1] == "dispatch.unfinished"
    assert dock.dispatch(97, confirm=True).status_code == 201


def test_a_job_uses_up_what_came_back_as_it_went_only_when_somebody_says_so(dock: Dock) -> None:
    assert said(dock.use(97))[:2] == (409, "consumption.unprocessed")
    assert dock.use(97, confirm=True).status_code == 201


def test_lots_that_were_never_sent_out_leave_as_they_are(dock: Dock) -> None:
    lot = {"part": "FLANGE", "quantity": 5, "number": "L2", "uom": "C62"}
    answer = dock.client.post(f"{API}/lots", json=lot)
    assert answer.status_code == 201, answer.text
    lines = [{"lot": answer.json()["number"], "quantity": 5}]
    body = {"customer": "NORTHWIND", "destination": "Graz", "lines": lines}
    assert dock.client.post(f"{API}/dispatches", json=body).status_code == 201
