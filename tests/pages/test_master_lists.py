"""What the screens look up, on both databases."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.testclient import TestClient

from models.domain.authority import Role
from models.queries.master_lists import Cover, changes_of, covers
from models.queries.orders import Reader
from models.tables.orders import OrderRow
from models.tables.parts import Part
from tests.api.conftest import API, PART, Login
from tests.api.conftest import admin as admin
from tests.api.conftest import anonymous as anonymous
from tests.api.conftest import app as app
from tests.api.conftest import as_role as as_role
from tests.api.conftest import clock as clock
from tests.api.conftest import stocked as stocked
from tests.api.conftest import stocks as stocks

LINE = {"work_order": "WO-3201", "operation": 30, "quantity": 1200, "unit_price": 1, "currency": "USD"}
ORDER = {"supplier": "ACME", "process": "PLATE", "need_by": "2026-12-01", "lines": [LINE]}


def test_a_draft_covers_an_operation_but_nobody_without_clearance_sees_a_controlled_one(
    stocked: TestClient, app: FastAPI
) -> None:
    number = stocked.post(API + "/orders", json=ORDER).json()["number"]
    everyone, cleared = (Reader({Role.VIEWER}, cleared=it) for it in (False, True))
    with app.state.database.write() as session:
        assert covers(session, "WO-3201", everyone) == [Cover(30, number, "draft", "ACME")]
        assert covers(session, "WO-320", everyone) == []
        session.get_one(OrderRow, number).export_controlled = True
        session.flush()
        assert covers(session, "WO-3201", everyone) == []
        assert len(covers(session, "WO-3201", cleared)) == 1


def test_a_search_takes_any_case_and_every_character_as_it_is(stocked: TestClient) -> None:
    assert "FLANGE-DN50" in stocked.get("/master/parts", params={"q": "flange-dn"}).text
    assert "Nothing fits" in stocked.get("/master/parts", params={"q": "FLANGE%50"}).text
    assert "Nothing fits" in stocked.get("/master/parts", params={"q": "FLANGE_DN50"}).text


def test_the_changes_of_one_record_are_its_own_and_the_newest_first(
    stocked: TestClient, app: FastAPI
) -> None:
    twin = stocked.post(API + "/parts", json=PART | {"revision": "C"})
    assert twin.status_code == 201
    for material in ("1.4571", "1.4401"):
        body = {name: value for name, value in PART.items() if name not in ("number", "revision")}
        changed = stocked.put(API + "/parts/FLANGE-DN50/B", json=body | {"material": material})
        assert changed.status_code == 200
    with app.state.database.read() as session:
        found = [change.after["material"] for change in changes_of(session, Part, ("FLANGE-DN50", "B"))]
    assert found == ["1.4401", "1.4571", "1.4404"]


def test_people_are_listed_by_address_over_several_pages(admin: TestClient, as_role: Login) -> None:
    for number in range(55):
        body = {"email": f"p{54 - number:02}@example.com", "roles": ["viewer"]}
        assert admin.post(API + "/users", json=body).status_code == 201
    first = admin.get("/people").text
    assert ("p00@" in first, "p48@" in first, "p54@" in first) == (True, True, False)
    more = first.partition('<a class="button secondary" href="/people')[2].partition('"')[0]
    assert "p54@" in admin.get(f"/people{more}").text
