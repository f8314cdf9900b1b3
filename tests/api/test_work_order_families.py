"""Two who put work orders below each other at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from time import sleep
from typing import Any

from fastapi import FastAPI
from starlette.testclient import TestClient

from models.queries import families
from models.tables.work_orders import WorkOrder
from tests.api.conftest import API, WORK_ORDER


def below(client: TestClient, number: str, parent: str) -> Any:
    return client.put(f"{API}/work-orders/{number}", json=WORK_ORDER | {"number": number, "parent": parent})


def test_who_comes_second_sees_what_the_first_one_has_not_saved_yet(
    app: FastAPI, stocked: TestClient
) -> None:
    stocked.post(API + "/work-orders", json=WORK_ORDER | {"number": "WO-2"})
    with ThreadPoolExecutor(1) as threads:
        with app.state.database.write() as session:
            families.lock(session)
            session.get_one(WorkOrder, "WO-2").parent = "WO-3201"
            session.flush()
            second = threads.submit(below, stocked, "WO-3201", "WO-2")
            sleep(0.3)
            assert not second.done()
        answer = second.result()
    assert (answer.status_code, answer.json()["code"]) == (422, "work_order.ring")


def test_of_two_at_once_that_would_make_a_ring_one_is_refused(stocked: TestClient) -> None:
    stocked.post(API + "/work-orders", json=WORK_ORDER | {"number": "WO-2"})
    pairs = [("WO-3201", "WO-2"), ("WO-2", "WO-3201")]
    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(lambda pair: below(stocked, *pair), pairs))
    assert sorted(answer.status_code for answer in answers) == [200, 422]
