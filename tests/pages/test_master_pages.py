"""Screens of master data: found, made, changed and refused like over the API, with what was typed kept."""

from __future__ import annotations

from html import escape
from typing import Any
from urllib.parse import unquote

import pytest
from starlette.testclient import TestClient

from activities.i18n import translations
from api.pages.master import choices
from api.pages.master.registry import SCREENS
from api.pages.master.screens import Screen, guard_of
from models.domain.authority import Role
from tests.api.conftest import API, LOT, NOW, PART, Login
from tests.api.conftest import admin as admin
from tests.api.conftest import anonymous as anonymous
from tests.api.conftest import app as app
from tests.api.conftest import as_role as as_role
from tests.api.conftest import clock as clock
from tests.api.conftest import stocked as stocked
from tests.api.conftest import stocks as stocks
from tests.pages.all_screens import ALL, CHILDREN, every_screen
from tests.pages.html_forms import fields_of

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
# What is typed into an empty form; everything else stays as it was drawn.
TYPED: dict[str, dict[str, str]] = {
    "calendars": {
        "code": "CN",
        "country": "CN",
        "workdays.6": "on",
        "exceptions.0.day": "2026-10-10",
        "exceptions.0.working": "on",
        "exceptions.0.reason": "make-up day",
    },
    "plants": {"code": "SHA", "name": "Shanghai", "timezone": "Asia/Shanghai", "calendar": "MX"},
    "processes": {
        "code": "HEAT",
        "name": "Heat treatment",
        "milestones.0.code": "in",
        "milestones.0.kind": "received",
        "milestones.0.day": "3",
        "required_documents.heat_chart": "on",
    },
    "specifications": {
        "code": "AMS 2759/3",
        "title": "Heat treatment of steel parts",
        "revisions.0.revision": "H",
        "revisions.0.in_force_from": "2019-06-01",
    },
    "customers": {
        "code": "CONTOSO",
        "name": "Contoso",
        "contacts.0.name": "Max Holm",
        "contacts.0.email": "max@contoso.example",
    },
    "suppliers": {
        "code": "FORGE",
        "name": "Forge",
        "email": "orders@forge.example",
        "locale": "zh",
        "country": "CN",
        "timezone": "Asia/Shanghai",
    },
    "parts": {"number": "BAR-4140", "revision": "A", "uom": "KGM", "material": "4140"},
    "inspection-plans": {
        "part": "FLANGE-DN50",
        "revision": "B",
        "process": "GRIND",
        "characteristics.0.number": "1",
        "characteristics.0.name": "Flatness",
        "characteristics.0.kind": "variable",
        "characteristics.0.upper": "0.05",
        "characteristics.0.sample": "AQL 1.0",
    },
    "routings": {
        "part": "VALVE",
        "revision": "A",
        "operations.0.sequence": "10",
        "operations.0.kind": "outside",
        "operations.0.process": "PLATE",
    },
    "sales-orders": {
        "number": "SO-1",
        "customer": "CONTOSO",
        "lines.0.line": "1",
        "lines.0.part": "FLANGE-DN50",
        "lines.0.revision": "B",
        "lines.0.quantity": "40",
        "lines.0.due": "2026-12-18",
    },
    "work-orders": {
        "number": "WO-1",
        "part": "FLANGE-DN50",
        "revision": "B",
        "quantity": "1200",
        "operations.0.sequence": "10",
        "operations.0.kind": "outside",
        "operations.0.process": "PLATE",
    },
    "lots": {"part": "FLANGE-DN50", "quantity": "40", "supplier": "ACME", "received_on": "2026-03-15"},
    "contacts": {"name": "Li Wei", "email": "li@acme.example", "notify.quality": "on"},
    "approvals": {"process": "PLATE", "spec": "ASTM B633", "valid_from": "2026-01-01"},
    "terms": {"process": "PLATE", "price": "0.85", "currency": "USD", "valid_from": "2026-01-01"},
    "people": {"email": "bo@example.com", "name": "Bo", "roles.buyer": "on", "roles.viewer": "on"},
}
# A value of each that is wrong, and the input that is named.
WRONG: dict[str, tuple[str, str]] = {
    "calendars": ("exceptions.0.day", "2026-02-30"),
    "plants": ("timezone", "Mars/Olympus"),
    "processes": ("milestones.0.day", "soon"),
    "specifications": ("revisions.0.in_force_from", "soon"),
    "customers": ("contacts.0.email", "nobody"),
    "suppliers": ("email", "nobody"),
    "parts": ("uom", "barrels"),
    "inspection-plans": ("characteristics.0.sample", "some"),
    "routings": ("operations.0.process", "BAKE"),
    "sales-orders": ("lines.0.due", "soon"),
    "work-orders": ("quantity", "1,200"),
    "lots": ("quantity", "many"),
    "contacts": ("email", "nobody"),
    "approvals": ("valid_from", "yesterday"),
    "terms": ("price", "much"),
    "people": ("email", "nobody"),
}
# What is typed over something of what was made, and what the page then says.
CHANGED: dict[str, tuple[str, str]] = {
    "calendars": ("exceptions.0.reason", "National Day"),
    "plants": ("name", "Shanghai works"),
    "processes": ("instructions", "Rack it.\nMask it."),
    "specifications": ("title", "Heat treatment of low-alloy steel parts"),
    "customers": ("name", "Contoso Ltd"),
    "suppliers": ("contact", "Zhang"),
    "parts": ("description", "Round bar"),
    "inspection-plans": ("characteristics.0.method", "CMM"),
    "routings": ("operations.0.spec", "ASTM B633"),
    "sales-orders": ("customer", "NORTHWIND"),
    "work-orders": ("customer", "NORTHWIND"),
    "lots": ("heat_number", "HX-9"),
    "contacts": ("name", "Li Wei Wei"),
    "approvals": ("certificate", "NADCAP-1"),
    "terms": ("lot_charge", "35.5"),
    "people": ("name", "Bo Chen"),
}


def place_of(screen: Screen) -> str:
    owner = next((owner for owner, child in CHILDREN if child is screen), None)
    return screen.path() if owner is None else screen.path((owner.name, "ACME"))


@pytest.fixture
def shop(stocked: TestClient) -> TestClient:
    grind = {"code": "GRIND", "name": "Grinding"}
    assert stocked.post(API + "/processes", json=grind).status_code == 201
    assert stocked.post(API + "/parts", json=PART | {"number": "VALVE", "revision": "A"}).status_code == 201
    return stocked


def make(client: TestClient, screen: Screen, **typed: str) -> Any:
    """What becomes of a new one's form."""
    address = place_of(screen) + "/new"
    return client.post(address, data=fields_of(client.get(address).text) | TYPED[screen.name] | typed)


def address_of(client: TestClient, screen: Screen, answer: Any) -> str:
    """Where the record is that was just made."""
    path = str(answer.headers["location"]).partition("?")[0]
    if screen.owned_by:
        below = client.get(f"{API}/suppliers/ACME/{screen.name}").json()["items"]
        return f"{place_of(screen)}/{below[0]['id']}"
    return path


@every_screen
def test_one_of_each_is_made_found_and_changed_through_its_form(shop: TestClient, screen: Screen) -> None:
    made = make(shop, screen)
    assert made.status_code == 303, made.text
    after = shop.get(made.headers["location"])
    assert "Saved." in after.text
    address = address_of(shop, screen, made)
    record = shop.get(address)
    assert record.status_code == 200
    name, value = CHANGED[screen.name]
    drawn = fields_of(record.text)
    for key, text in TYPED[screen.name].items():
        assert drawn.get(key, text) == text
    changed = shop.post(address, data=drawn | {name: value})
    assert changed.status_code == 303, changed.text
    again = shop.get(address)
    assert fields_of(again.text)[name] == value
    assert value.splitlines()[0] in again.text.partition('class="changes"')[2], "its history tells"
    if not screen.owned_by:
        known = drawn.get("code") or unquote(address.rpartition("/")[2])
        listed = shop.get(
            screen.path(), params={"q": known if screen is not SCREENS["inspection-plans"] else "GRIND"}
        )
        assert f'href="{address}"' in listed.text
        assert "Nothing fits" in shop.get(screen.path(), params={"q": "no such thing"}).text


@every_screen
def test_what_is_refused_stays_typed_and_is_named(shop: TestClient, screen: Screen) -> None:
    name, value = WRONG[screen.name]
    refused = make(shop, screen, **{name: value})
    assert refused.status_code == 422
    assert "There is a problem" in refused.text
    assert f'href="#{name.replace(".", "-")}"' in refused.text
    kept = fields_of(refused.text)
    for key, text in (TYPED[screen.name] | {name: value}).items():
        assert kept[key] == text
    assert 'aria-invalid="true"' in refused.text
    corrected = shop.post(place_of(screen) + "/new", data=kept | {name: TYPED[screen.name].get(name, "")})
    assert corrected.status_code == 303, corrected.text


@every_screen
def test_pressed_twice_is_made_once(shop: TestClient, screen: Screen) -> None:
    address = place_of(screen) + "/new"
    form = fields_of(shop.get(address).text) | TYPED[screen.name]
    first, second = (shop.post(address, data=form) for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["location"] == second.headers["location"]


def test_two_who_change_one_record_at_once_are_told_of_each_other(shop: TestClient) -> None:
    address = "/master/suppliers/ACME"
    mine = theirs = fields_of(shop.get(address).text)
    assert shop.post(address, data=theirs | {"contact": "Zhang", "name": "Acme GmbH"}).status_code == 303
    overtaken = shop.post(address, data=mine | {"email": "new@acme.example", "name": "Acme Ltd"})
    assert overtaken.status_code == 412
    assert "Contact: Ana Ruiz → Zhang" in overtaken.text
    assert "admin@example.com changed this while you did" in overtaken.text
    merged = fields_of(overtaken.text)
    assert (merged["contact"], merged["email"], merged["name"]) == ("Zhang", "new@acme.example", "Acme Ltd")
    assert shop.get(API + "/suppliers/ACME").json()["email"] == "orders@acme.example"
    assert shop.post(address, data=merged).status_code == 303
    saved = shop.get(API + "/suppliers/ACME").json()
    assert (saved["contact"], saved["email"], saved["name"]) == ("Zhang", "new@acme.example", "Acme Ltd")


def test_a_form_made_by_hand_overwrites_nothing(shop: TestClient) -> None:
    form = fields_of(shop.get("/master/plants/MTY").text) | {"name": "X", "before": "[1]"}
    assert shop.post("/master/plants/MTY", data=form).status_code == 412
    assert shop.get(API + "/plants/MTY").json()["name"] == "Monterrey"


def test_a_row_is_added_and_taken_away_without_losing_what_was_typed(shop: TestClient) -> None:
    address = "/master/processes/PLATE"
    form = fields_of(shop.get(address).text) | {"name": "Zinc"}
    more = shop.post(address, data=form | {"add": "milestones"})
    assert more.status_code == 200
    drawn = fields_of(more.text)
    assert (drawn["name"], drawn["milestones.2.code"]) == ("Zinc", "")
    assert 'id="milestones-2-code"' in more.text
    less = fields_of(shop.post(address, data=drawn | {"remove": "milestones.0"}).text)
    assert (less["milestones.0.code"], less["milestones.1.code"]) == ("out", "")
    assert "milestones.2.code" not in less
    assert shop.post(address, data=less).status_code == 303
    saved = shop.get(API + "/processes/PLATE").json()
    assert (saved["name"], [step["code"] for step in saved["milestones"]]) == ("Zinc", ["out"])


def test_the_summary_names_each_wrong_field_as_the_form_does(shop: TestClient) -> None:
    refused = shop.post(
        "/master/processes/new", data={"code": "X", "milestones.0.kind": "other", "milestones.0.day": "2"}
    )
    assert refused.status_code == 422
    assert '<a href="#name">Name: This is required.</a>' in refused.text
    assert '<a href="#milestones-0-code">Milestones, row 1, Code: This is required.</a>' in refused.text


def test_somebody_who_only_reads_sees_days_and_words_instead_of_codes(
    shop: TestClient, as_role: Login
) -> None:
    page = as_role(Role.VIEWER).get("/master/work-orders/WO-3201").text
    assert "Sun\u00a020\u00a0Dec" in page
    assert "<dd>1,200</dd>" in page
    assert "<dd>make to order</dd>" in page


def test_an_empty_row_between_is_passed_over_and_the_wrong_one_is_still_named(shop: TestClient) -> None:
    address = "/master/processes/PLATE"
    form = fields_of(shop.get(address).text)
    form |= {
        "milestones.0.code": "",
        "milestones.0.name": "",
        "milestones.0.day": "",
        "milestones.1.code": "a/b",
    }
    refused = shop.post(address, data=form)
    assert refused.status_code == 422
    assert 'href="#milestones-0-code"' in refused.text
    assert fields_of(refused.text)["milestones.0.code"] == "a/b"


@pytest.mark.parametrize("role", Role)
def test_who_may_make_and_change_is_who_the_api_lets(shop: TestClient, as_role: Login, role: Role) -> None:
    client = shop if role is Role.ADMIN else as_role(role)
    overview = client.get("/master").text
    for screen in SCREENS.values():
        may_make = role in guard_of(screen.create).roles
        assert (screen.make in overview) == may_make, screen.name
        sent = client.post(f"{screen.path()}/new", data={"form": ""}).status_code
        assert sent == (422 if may_make else 403), screen.name
        changing = role in guard_of(screen.replace).roles
        address = screen.path_of(shop.get(f"{API}/{screen.name}").json()["items"][0])
        # With the form's state left out everything counts as changed meanwhile.
        expected = {422, 412} if changing else {403}
        assert client.post(address, data={"form": ""}).status_code in expected, screen.name
    record = client.get("/master/parts/FLANGE-DN50/B").text
    assert "1.4404" in record
    assert ('class="master"' in record) == (role in guard_of(SCREENS["parts"].replace).roles)


def test_nobody_reads_without_a_role_or_a_login(
    shop: TestClient, as_role: Login, anonymous: TestClient
) -> None:
    assert as_role().get("/master").status_code == 403
    assert anonymous.get("/master/lots").headers["location"] == "/login?next=/master/lots"


def test_a_form_sent_after_the_session_ended_is_kept_for_after_the_login(
    shop: TestClient, anonymous: TestClient
) -> None:
    form = fields_of(shop.get("/master/plants/new").text) | TYPED["plants"]
    ended = anonymous.post("/master/plants/new", data=form)
    assert ended.status_code == 401
    assert "Shanghai" in ended.text


def test_of_very_many_choices_the_first_are_offered_and_any_may_be_typed(
    shop: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choices, "MOST", 1)
    page = shop.get("/master/plants/new").text
    assert '<select id="calendar"' not in page
    assert '<datalist id="of-calendar">' in page


@pytest.mark.parametrize(
    "address",
    [
        "/master/robots",
        "/master/robots/R2",
        "/master/plants/NOPE",
        "/master/parts/FLANGE-DN50",
        "/master/parts/FLANGE-DN50/Z",
        "/master/suppliers/NOPE/contacts/new",
        "/master/suppliers/ACME/robots/new",
        "/master/suppliers/ACME/contacts/sc_0",
    ],
)
def test_what_is_not_there_is_a_page_that_says_so(shop: TestClient, address: str) -> None:
    answer = shop.get(address)
    assert answer.status_code == 404
    assert "text/html" in answer.headers["content-type"]


def test_a_lot_shows_what_is_left_and_that_it_is_held(shop: TestClient) -> None:
    (lot,) = shop.get(API + "/lots").json()["items"]
    page = shop.get(f"/master/lots/{lot['number']}").text
    assert "On hand" in page
    assert "1,200 of 1,200\u00a0pcs on hand" in page


def test_a_work_order_shows_what_covers_each_operation(shop: TestClient) -> None:
    page = shop.get("/master/work-orders/WO-3201").text
    assert 'href="/orders/new?work_order=WO-3201&amp;operation=30"' in page
    line = {"work_order": "WO-3201", "operation": 30, "quantity": 1200, "unit_price": 1, "currency": "USD"}
    body = {"supplier": "ACME", "process": "PLATE", "need_by": "2026-12-01", "lines": [line]}
    order = shop.post(API + "/orders", json=body).json()["number"]
    page = shop.get("/master/work-orders/WO-3201").text
    assert f'href="/orders/{order}"' in page
    assert "operation=30" not in page


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("2026-01-01", None, "Valid"),
        ("2026-01-01", "2026-04-01", "Ends in 16 days"),
        ("2025-01-01", "2026-03-01", "Expired 15 days ago"),
        ("2026-04-01", None, "From Wed\u00a01\u00a0Apr"),
    ],
)
def test_an_approval_says_whether_it_holds(shop: TestClient, first: str, last: str | None, said: str) -> None:
    approval = {"process": "PLATE", "valid_from": first, "valid_to": last}
    assert shop.post(API + "/suppliers/ACME/approvals", json=approval).status_code == 201
    assert said in shop.get("/master/suppliers/ACME").text


def test_an_empty_list_offers_the_one_button(admin: TestClient) -> None:
    page = admin.get("/master/lots").text
    assert "Nothing here yet." in page
    assert 'href="/master/lots/new"' in page


def test_a_long_list_goes_on_where_it_ended(admin: TestClient) -> None:
    for number in range(55):
        body = {"code": f"C{number:02}", "country": "MX"}
        assert admin.post(API + "/calendars", json=body).status_code == 201
    first = admin.get("/master/calendars").text
    assert ("C49" in first, "C50" in first, "55 records" in first) == (True, False, True)
    more = first.partition('<a class="button secondary" href="')[2].partition('"')[0].replace("&amp;", "&")
    second = admin.get(more).text
    assert ("C49" in second, "C54" in second) == (False, True)


@pytest.mark.parametrize("locale", ["zh", "es"])
def test_every_screen_is_in_the_readers_language(shop: TestClient, locale: str) -> None:
    say = translations(locale).gettext
    shop.cookies.set("sendout_language", locale)
    for screen in ALL:
        page = shop.get(place_of(screen) + "/new").text
        assert say(screen.make) in page
        assert screen.make not in page
        for part in screen.making.parts:
            assert escape(say(part.label)) in page, part.label
    refused = make(shop, SCREENS["plants"], calendar="NOPE")
    assert "create it first" not in refused.text
    assert "There is" not in refused.text


def test_a_lots_number_is_given_when_it_is_left_out(shop: TestClient) -> None:
    made = make(shop, SCREENS["lots"], received_on=str(LOT["received_on"]))
    assert "/master/lots/20260315-ACME-002" in made.headers["location"]


def test_a_bought_lot_has_the_numbers_of_its_pieces(shop: TestClient) -> None:
    part = {"number": "PUMP", "revision": "A", "trace": "serial", "uom": "C62"}
    assert shop.post(API + "/parts", json=part).status_code == 201
    pumps = {"part": "PUMP", "quantity": "2", "received_on": NOW.date().isoformat()}
    refused = make(shop, SCREENS["lots"], **pumps, serials="P1, P1")
    assert refused.status_code == 422
    assert "Serial P1 is named twice." in refused.text
    page = shop.get(make(shop, SCREENS["lots"], **pumps, serials="P1\nP2").headers["location"]).text
    assert "P1\nP2</textarea>" in page
    (lot,) = shop.get(API + "/lots?part=PUMP").json()["items"]
    assert lot["serials"] == ["P1", "P2"]
    left = {"customer": "NORTHWIND", "destination": "Dock 4"}
    lines = [{"lot": lot["number"], "quantity": 1, "serials": ["P1"]}]
    assert shop.post(API + "/dispatches", json=left | {"lines": lines}).status_code == 201
    page = shop.get(f"/master/lots/{lot['number']}").text
    assert 'value="P1, P2" readonly' in page


def test_a_lot_told_late_says_so_with_who_and_when(shop: TestClient) -> None:
    page = shop.get("/master/lots/20260315-ACME-001").text
    assert "Late entry by " in page
    today = make(shop, SCREENS["lots"], received_on=NOW.date().isoformat()).headers["location"]
    assert "Late entry" not in shop.get(today).text
