"""Recalls over HTTP, on both databases: the clock, the report that is frozen, customers written to once."""

from __future__ import annotations

import csv
import hashlib
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import func, select, update
from starlette.testclient import TestClient

from activities.doctor_recalls import reports
from models.domain.authority import Role
from models.queries import recalls as queries
from models.tables.lots import Lot
from models.tables.outbox import Outbox, OutboxRecipient
from models.tables.parts import Part
from models.tables.recalls import RecallReportRow
from models.tables.shop_floor import Customer, DispatchLineRow, DispatchRow, OutputRow
from models.tables.types import table
from tests.api.conftest import API, NOW, Hands, Login
from tests.domain.asking import arrived, process, receive, send, ship
from tests.domain.genealogies import link
from tests.domain.orders import day, given
from tests.domain.test_trace_story import an_order
from tests.paper import sheets
from tests.traced import BARS, edge, record_all, tell_story

HEAT = {"identifier": "HX-1", "reason": "The mill reports a wrong melt"}
RECORD = {
    "team": ["Ana Ruiz", "Bo Li"],
    "actions": [{"what": "Quarantine J4520-B", "owner": "Bo Li"}],
    "conclusion": "All pieces found",
    "retest_on": "2026-05-04",
}
LOTS, PARTS, CUSTOMERS = table(Lot), table(Part), table(Customer)
OUTBOX, RECIPIENTS, REPORTS = table(Outbox), table(OutboxRecipient), table(RecallReportRow)
SIGNED_WITH = ("name", "role", "meaning", "sha256")
DRILL_ONLY_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def quality(app: FastAPI, as_role: Login) -> TestClient:
    client = as_role(Role.QUALITY)
    with app.state.database.write() as session:
        tell_story(session)
    return client


def post(client: TestClient, path: str, body: Any, status: int = 200, **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = client.post(API + path, json=body, headers=named)
    assert answer.status_code == status, answer.text
    return answer.json()


def get(client: TestClient, path: str, status: int = 200) -> Any:
    answer = client.get(API + path)
    assert answer.status_code == status, answer.text
    return answer.json()


def begun(client: TestClient, *, drill: bool = True) -> str:
    return str(post(client, "/recalls", {**HEAT, "drill": drill}, 201)["recall"])


def signed(client: TestClient, number: str) -> Any:
    post(client, f"/recalls/{number}/record", RECORD)
    return post(client, f"/recalls/{number}/sign", {"name": "Ana Ruiz"})


def contacts(app: FastAPI, customer: str, *emails: str) -> None:
    known = [{"name": email.partition("@")[0], "email": email} for email in emails]
    with app.state.database.write() as session:
        session.execute(update(CUSTOMERS).where(CUSTOMERS.c.code == customer).values(contacts=known))


def test_a_recall_says_at_once_where_all_of_it_is(quality: TestClient) -> None:
    assert begun(quality) == "RC-2026-0001"
    told = get(quality, "/recalls/RC-2026-0001")
    scope = told["scope"]
    assert (told["identifier"], told["drill"], told["frozen"]) == ("heat:HX-1", True, False)
    assert {row["lot"] for row in scope["lots"] if row["affected"]} == {BARS, "J4520-A", "J4520-B"}
    assert [row["order"] for row in scope["orders"]] == ["SO-1", "SO-2"]
    assert [(each["customer"], each["lines"][0]["quantity"]) for each in scope["customers"]] == [
        ("CONTOSO", "50"),
        ("NORTHWIND", "200"),
    ]
    assert scope["balance_percent"] == "100"
    assert scope["answer"]["sent"] == [{"part": "FLANGE", "quantity": "250", "unit": "C62"}]
    assert [gap["where"] for gap in scope["gaps"] if gap["gap"] == "no_contact"] == ["Contoso", "Northwind"]


def test_numbers_follow_each_other_and_the_same_request_makes_one(quality: TestClient) -> None:
    body = {**HEAT, "drill": True}
    first = post(quality, "/recalls", body, 201, Idempotency_Key="k")
    assert post(quality, "/recalls", body, 201, Idempotency_Key="k") == first
    assert begun(quality) == "RC-2026-0002"
    listed = get(quality, "/recalls?limit=1")
    assert [item["recall"] for item in listed["items"]] == ["RC-2026-0002"]
    older = get(quality, f"/recalls?cursor={listed['next']}")
    assert ([item["recall"] for item in older["items"]], older["next"]) == (["RC-2026-0001"], None)


def test_a_drawn_lot_is_one_that_went_somewhere(app: FastAPI, quality: TestClient) -> None:
    with app.state.database.read() as session:
        found = {queries.draw(session, lambda _, place=place: place, cleared=False) for place in range(5)}
        count = []
        queries.draw(session, lambda most: count.append(most) or 0, cleared=False)  # type: ignore[func-returns-value]
    assert found == {BARS, "J4520-A", "J4520-B", "J4521-A", "STEEL-2"}
    assert count == [5]
    drawn = post(quality, "/recalls", {"draw": True, "reason": "Quarterly", "drill": True}, 201)
    told = get(quality, f"/recalls/{drawn['recall']}")
    assert told["drawn"]
    assert told["identifier"].removeprefix("lot:") in found


def test_without_a_lot_that_went_anywhere_none_is_drawn(as_role: Login) -> None:
    client = as_role(Role.QUALITY)
    refused = post(client, "/recalls", {"draw": True, "reason": "Quarterly", "drill": True}, 409)
    assert refused["code"] == "recall.nothing_drawn"
    assert get(client, "/recalls")["items"] == []


@DRILL_ONLY_SQLITE
def test_several_of_that_name_are_offered_and_nothing_is_begun(app: FastAPI, quality: TestClient) -> None:
    with app.state.database.write() as session:
        session.execute(update(LOTS).where(LOTS.c.number == BARS).values(supplier_lot="HX-1"))
    told = post(quality, "/recalls", {**HEAT, "drill": True}, 300)
    assert [each["identifier"] for each in told["choices"]] == ["heat:HX-1", "supplier_lot:HX-1/STEEL"]
    assert get(quality, "/recalls")["items"] == []
    post(quality, "/recalls", {**HEAT, "identifier": "heat:HX-1", "drill": True}, 201)
    assert post(quality, "/recalls", {**HEAT, "identifier": "NONE", "drill": True}, 404)["code"] == (
        "trace.unknown"
    )
    near = post(quality, "/recalls", {**HEAT, "identifier": "J4520", "drill": True}, 404)
    assert [each["identifier"] for each in near["choices"]] == ["lot:J4520-A", "lot:J4520-B"]


def test_a_signature_stops_the_clock_and_freezes_what_was_reached(
    app: FastAPI, quality: TestClient, clock: Hands
) -> None:
    number = begun(quality)
    refused = post(quality, f"/recalls/{number}/sign", {"name": "Ana Ruiz"}, 409)
    assert refused["code"] == "recall.incomplete"
    clock.now += timedelta(minutes=42)
    told = signed(quality, number)
    assert (told["minutes"], told["frozen"]) == (42, True)
    with app.state.database.write() as session:
        session.execute(update(LOTS).where(LOTS.c.number == "J4520-B").values(on_hand=1))
        report, sha256 = session.execute(select(REPORTS.c.report, REPORTS.c.sha256)).one()
    clock.now += timedelta(days=1)
    later = get(quality, f"/recalls/{number}")
    assert (later["minutes"], later["scope"]) == (42, told["scope"])
    assert later["signatures"][0]["sha256"] == sha256 == hashlib.sha256(report.encode()).hexdigest()
    refused = post(quality, f"/recalls/{number}/record", RECORD, 409)
    assert refused["code"] == "recall.signed"


@DRILL_ONLY_SQLITE
def test_a_recall_is_signed_and_approved_under_the_name_of_who_does_it(app: FastAPI, as_role: Login) -> None:
    ana = as_role(Role.QUALITY, name="Ana Ruiz")
    with app.state.database.write() as session:
        tell_story(session)
    number = begun(ana, drill=False)
    post(ana, f"/recalls/{number}/record", RECORD)
    refused = post(ana, f"/recalls/{number}/sign", {"name": "Bo Li"}, 403)
    assert (refused["code"], refused["errors"][0]["field"]) == ("signature.not_yours", "name")
    told = post(ana, f"/recalls/{number}/sign", {"name": "ana ruiz"})
    assert (told["signatures"][0]["name"], told["signatures"][0]["role"]) == ("Ana Ruiz", "quality")
    # Who has no name with us does not take somebody else's.
    approver = as_role(Role.APPROVER)
    refused = post(approver, f"/recalls/{number}/approve", {"name": "Ana Ruiz"}, 403)
    assert refused["code"] == "signature.not_yours"


def test_nobody_signs_a_report_twice_and_of_two_at_once_one_signs(quality: TestClient, clock: Hands) -> None:
    number = begun(quality)
    more = RECORD["actions"] + [{"what": "Call Northwind", "owner": "Cy Stone"}]

    def sign(meaning: str) -> Any:
        body = {"name": "Ana Ruiz", "meaning": meaning, "record": {**RECORD, "actions": more}}
        clock.now += timedelta(seconds=1)
        return quality.post(f"{API}/recalls/{number}/sign", json=body)

    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(sign, ["written", "checked", "approved"] * 2))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409, 409]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {
        "recall.signed_by_you"
    }
    assert len(get(quality, f"/recalls/{number}")["signatures"]) == 1


def test_what_leaves_while_a_report_waits_to_be_signed_is_in_it(app: FastAPI, quality: TestClient) -> None:
    number = begun(quality)
    post(quality, f"/recalls/{number}/record", RECORD)
    before = get(quality, f"/recalls/{number}")["scope"]["customers"]
    with ThreadPoolExecutor(1) as thread:
        with app.state.database.write() as session:
            queries.named(session, number, cleared=True, lock=True)
            body = {"name": "Ana Ruiz"}
            signing = thread.submit(quality.post, f"{API}/recalls/{number}/sign", json=body)
            # Long enough for whoever reads first to have read, and to wait.
            time.sleep(1.5)
            assert not signing.done()
            to: Any = {
                "destination": "Oslo",
                "shipped_on": NOW.date(),
                "recorded_at": NOW,
                "recorded_by": "u",
            }
            session.add(DispatchRow(number="D-3", customer="NORTHWIND", **to))
            session.flush()
            line: Any = {"part": "FLANGE", "part_revision": "B", "quantity": 5, "unit": "C62"}
            session.add(DispatchLineRow(dispatch="D-3", line=1, lot="J4520-B", **line))
            session.execute(update(LOTS).where(LOTS.c.number == "J4520-B").values(on_hand=LOTS.c.on_hand - 5))
            edge(session, link("lot:J4520-B", "dispatch", "dispatch:D-3", 5))
        assert signing.result().status_code == 200
    reached = get(quality, f"/recalls/{number}")["scope"]
    assert "D-3" not in str(before)
    assert "D-3" in str(reached["customers"])
    assert {row["unexplained"] for row in reached["balance"]} == {"0"}


def test_who_signs_the_same_report_too_stands_beside_the_first(quality: TestClient, as_role: Login) -> None:
    number = begun(quality)
    first = signed(quality, number)
    other = as_role(Role.QUALITY, Role.BUYER, name="Bo Li")
    told = post(other, f"/recalls/{number}/sign", {"name": "Bo Li", "meaning": "I was there"})
    assert [(each["name"], each["superseded"]) for each in told["signatures"]] == [
        ("Ana Ruiz", False),
        ("Bo Li", False),
    ]
    assert (told["minutes"], told["scope"]) == (first["minutes"], first["scope"])
    assert post(other, f"/recalls/{number}/sign", {"name": "Bo Li"}, 409)["code"] == "recall.signed_by_you"


@DRILL_ONLY_SQLITE
def test_who_signs_a_real_recall_does_not_approve_its_mails_nor_the_other_way(
    quality: TestClient, as_role: Login
) -> None:
    both, another = as_role(Role.QUALITY, Role.APPROVER), as_role(Role.QUALITY, Role.DESIGN_AUTHORITY)
    number = begun(quality, drill=False)
    post(both, f"/recalls/{number}/approve", {"name": "Cy Stone"})
    post(quality, f"/recalls/{number}/record", RECORD)
    refused = post(both, f"/recalls/{number}/sign", {"name": "Cy Stone"}, 403)
    assert refused["code"] == "forbidden.same_person"
    post(another, f"/recalls/{number}/sign", {"name": "Dee Moss"})
    refused = post(another, f"/recalls/{number}/approve", {"name": "Dee Moss"}, 403)
    assert (refused["code"], "You signed this recall's report" in refused["detail"]) == (
        "forbidden.same_person",
        True,
    )


@DRILL_ONLY_SQLITE
def test_the_report_on_paper_says_what_became_of_each_mail(
    app: FastAPI, quality: TestClient, as_role: Login
) -> None:
    contacts(app, "NORTHWIND", "ann@northwind.example", "joe@northwind.example")
    number = begun(quality, drill=False)

    def paper() -> str:
        pdf = quality.get(f"{API}/recalls/{number}.pdf")
        return " ".join(" ".join(sheet.text for sheet in sheets(pdf.content)).split())

    assert "No mail was written to customers." in paper()
    post(as_role(Role.APPROVER), f"/recalls/{number}/approve", {"name": "Cy Stone"})
    with app.state.database.write() as session:
        for name, state, code, minutes in (("ann", "sent", 250, 3), ("joe", "failed", 550, 9)):
            fate = {"state": state, "smtp_code": code, "updated_at": NOW + timedelta(minutes=minutes)}
            session.execute(update(RECIPIENTS).where(RECIPIENTS.c.name == name).values(**fate))
    said = paper()
    assert "ann · ann@northwind.example sent · Mon, 16 Mar 2026 10:33" in said
    assert "joe · joe@northwind.example ● could not be delivered (550) · Mon, 16 Mar 2026 10:39" in said


@DRILL_ONLY_SQLITE
def test_a_later_signature_supersedes_and_the_earlier_one_stays(
    app: FastAPI, quality: TestClient, clock: Hands
) -> None:
    number = begun(quality)
    first = signed(quality, number)
    clock.now += timedelta(days=2)
    with app.state.database.write() as session:
        session.execute(update(LOTS).where(LOTS.c.number == "J4520-B").values(on_hand=44))
    again = {"name": "Bo Li", "record": {**RECORD, "conclusion": "One is nowhere"}}
    told = post(quality, f"/recalls/{number}/sign", again)
    assert [(each["name"], each["superseded"]) for each in told["signatures"]] == [
        ("Ana Ruiz", True),
        ("Bo Li", False),
    ]
    assert (told["minutes"], told["conclusion"]) == (first["minutes"], "One is nowhere")
    assert (first["scope"]["balance_percent"], told["scope"]["balance_percent"]) == ("100", "99.6")
    with app.state.database.read() as session:
        assert session.scalar(select(func.count()).select_from(REPORTS)) == 2


def test_customers_are_written_to_once_somebody_else_approved(
    app: FastAPI, quality: TestClient, as_role: Login
) -> None:
    contacts(app, "NORTHWIND", "ann@northwind.example", "joe@northwind.example")
    number = begun(quality, drill=False)
    assert get(quality, f"/recalls/{number}")["mails"] == []
    forbidden = post(quality, f"/recalls/{number}/approve", {"name": "Ana"}, 403)
    assert forbidden["code"] == "forbidden.role"
    approver = as_role(Role.APPROVER)
    told = post(approver, f"/recalls/{number}/approve", {"name": "Cy Stone"})
    written = sorted(mail["address"] for mail in told["mails"])
    assert written == ["ann@northwind.example", "joe@northwind.example"]
    signed_by = (told["approved_name"], told["approved_role"])
    assert (len(told["written"]), signed_by) == (2, ("Cy Stone", "approver"))
    sheet = quality.get(f"{API}/recalls/{number}.csv").text
    assert f"approval,,,,,,,,{told['approved_at'][:19]}" in sheet
    assert ",Cy Stone,approver," in sheet
    report = [each.text for each in sheets(quality.get(f"{API}/recalls/{number}.pdf").content)]
    assert "Cy Stone" in report[0]
    assert "· approver" in report[0]
    signed(quality, number)
    with app.state.database.read() as session:
        kept = session.scalars(select(REPORTS.c.report)).one()
    assert '"approved_role":"approver"' in kept
    again = post(approver, f"/recalls/{number}/approve", {"name": "Cy Stone"})
    assert (again["written"], len(again["mails"])) == ([], 2)
    contacts(app, "CONTOSO", "may@contoso.example")
    more = post(approver, f"/recalls/{number}/approve", {"name": "Somebody Else"})
    assert (len(more["written"]), len(more["mails"]), more["approved_name"]) == (1, 3, "Cy Stone")
    with app.state.database.read() as session:
        rows = session.execute(select(OUTBOX).join(RECIPIENTS).where(RECIPIENTS.c.name == "ann")).all()
    (mail,) = rows
    assert (mail.order_number, mail.template, mail.context["order"]) == (None, "recall_notice", number)
    (piece,) = mail.context["pieces"]
    assert (piece["lot"], piece["quantity"], piece["dispatch"]) == ("J4520-B", "200", "D-1")


@DRILL_ONLY_SQLITE
def test_a_contact_is_written_to_in_their_language_and_one_nobody_reached_is_an_alert(
    app: FastAPI, quality: TestClient, as_role: Login
) -> None:
    def known(*people: dict[str, str]) -> None:
        with app.state.database.write() as session:
            session.execute(update(CUSTOMERS).where(CUSTOMERS.c.code == "CONTOSO").values(contacts=people))

    def arrived(address: str, state: str, code: int | None = None) -> None:
        with app.state.database.write() as session:
            of = update(RECIPIENTS).where(RECIPIENTS.c.address == address)
            session.execute(of.values(state=state, smtp_code=code))

    may, old = ({"name": name, "email": f"{name}@contoso.example"} for name in ("may", "old"))
    known(may | {"locale": "es"}, old)
    number = begun(quality, drill=False)
    approver = as_role(Role.APPROVER)
    post(approver, f"/recalls/{number}/approve", {"name": "Cy Stone"})
    with app.state.database.read() as session:
        query = select(RECIPIENTS.c.name, OUTBOX.c.locale).join(OUTBOX).order_by(RECIPIENTS.c.name)
        assert session.execute(query).all() == [("may", "es"), ("old", "en")]
    assert get(quality, "/alerts")["recall_mails"] == []
    arrived("may@contoso.example", "sent")
    arrived("old@contoso.example", "failed", 550)
    (alert,) = get(quality, "/alerts?open=true")["recall_mails"]
    assert (alert["recall"], alert["customer"], alert["customer_name"]) == (number, "CONTOSO", "Contoso")
    assert alert["failed"] == [{"name": "old", "address": "old@contoso.example", "smtp_code": 550}]
    # Corrected, the address is written to when the recall is approved again, and the alert is over with that.
    known(may, old | {"email": "new@contoso.example"})
    assert get(quality, "/alerts")["recall_mails"] != []
    post(approver, f"/recalls/{number}/approve", {"name": "Cy Stone"})
    arrived("new@contoso.example", "sent")
    assert get(quality, "/alerts")["recall_mails"] == []


@DRILL_ONLY_SQLITE
def test_the_doctor_finds_a_report_that_is_not_what_was_signed(app: FastAPI, quality: TestClient) -> None:
    number = begun(quality)
    signed(quality, number)
    with app.state.database.read() as session:
        assert list(reports(session)) == []
    with app.state.database.write() as session:
        session.execute(update(REPORTS).values(report=func.replace(REPORTS.c.report, "All", "Not all")))
    with app.state.database.read() as session:
        (finding,) = reports(session)
    assert (finding.code, finding.where) == ("recall.report", f"recall {number}, signature 1")


def test_what_the_books_have_no_more_is_a_gap_and_its_recall_is_ended_like_any_other(
    app: FastAPI, quality: TestClient
) -> None:
    with app.state.database.write() as session:
        made: Any = {"work_order": "4520", "lot": "J4520-A", "part": "FLANGE", "quantity": 1, "unit": "C62"}
        session.add(OutputRow(id="O-RV", **made, serials=["RV-1"], at=NOW, recorded_at=NOW, recorded_by="u"))
    body = {"identifier": "RV-1", "reason": "A crack", "drill": False}
    number = post(quality, "/recalls", body, 201)["recall"]
    with app.state.database.write() as session:
        session.execute(update(table(OutputRow)).values(reversed_at=NOW))
    told = get(quality, f"/recalls/{number}")["scope"]
    assert told["gaps"] == [{"gap": "gone", "where": "RV-1/FLANGE"}]
    assert (told["lots"], told["customers"], told["answer"]["gaps"]) == ([], [], 1)
    assert quality.get(f"{API}/recalls/{number}.pdf").content.startswith(b"%PDF-")
    assert "RV-1/FLANGE" in quality.get(f"{API}/recalls/{number}.csv").text
    assert post(quality, f"/recalls/{number}/hold", {}) == {"held": [], "failed": [], "not_stopped": []}
    assert signed(quality, number)["frozen"]
    assert get(quality, f"/recalls/{number}")["scope"] == told


def test_a_drill_writes_to_nobody_and_holds_nothing(quality: TestClient, as_role: Login) -> None:
    number = begun(quality)
    refused = post(as_role(Role.DESIGN_AUTHORITY), f"/recalls/{number}/approve", {"name": "Dee"}, 409)
    assert refused["code"] == "recall.drill"
    assert post(quality, f"/recalls/{number}/hold", {}, 409)["code"] == "recall.drill"


def test_who_opened_it_does_not_approve_it(app: FastAPI, as_role: Login) -> None:
    both = as_role(Role.QUALITY, Role.APPROVER)
    with app.state.database.write() as session:
        tell_story(session)
    number = begun(both, drill=False)
    refused = post(both, f"/recalls/{number}/approve", {"name": "Ana"}, 403)
    assert refused["code"] == "forbidden.same_person"


def test_every_affected_lot_that_is_left_is_held_and_what_was_not_is_said(quality: TestClient) -> None:
    number = begun(quality, drill=False)
    post(quality, f"/lots/{BARS}/hold", {"reason": "Found before"})
    told = post(quality, f"/recalls/{number}/hold", {})
    assert told["held"] == ["J4520-B"]
    assert [(each["lot"], each["code"]) for each in told["failed"]] == [(BARS, "lot.already_held")]
    lot = get(quality, "/lots/J4520-B")
    assert lot["hold_reason"] == f"{number}: The mill reports a wrong melt"


def test_controlled_parts_are_a_matter_of_cleared_people(
    app: FastAPI, quality: TestClient, as_role: Login
) -> None:
    open_one = begun(quality)
    with app.state.database.write() as session:
        session.execute(update(PARTS).where(PARTS.c.number == "FLANGE").values(export_controlled=True))
    refused = post(quality, "/recalls", {**HEAT, "drill": True}, 403)
    assert refused["code"] == "recall.clearance"
    cleared = as_role(Role.QUALITY, Role.VIEWER, cleared=True)
    number = begun(cleared)
    assert get(quality, f"/recalls/{number}", 404)["code"] == "recall.unknown"
    assert [item["recall"] for item in get(quality, "/recalls")["items"]] == [open_one]
    shown = get(quality, f"/recalls/{open_one}")["scope"]
    assert [row["lot"] for row in shown["lots"]] == [BARS]
    post(quality, f"/recalls/{open_one}/record", RECORD)
    refused = post(quality, f"/recalls/{open_one}/sign", {"name": "Ana"}, 403)
    assert refused["code"] == "recall.clearance"
    assert len(get(cleared, f"/recalls/{number}")["scope"]["customers"]) == 2


@DRILL_ONLY_SQLITE
def test_the_report_on_paper_has_its_numbers_and_signature(quality: TestClient, clock: Hands) -> None:
    number = begun(quality)
    draft = sheets(quality.get(f"{API}/recalls/{number}.pdf").content)
    assert "Not signed yet" in draft[0].text + draft[-1].text
    clock.now += timedelta(minutes=75)
    told = signed(quality, number)
    answer = quality.get(f"{API}/recalls/{number}.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    text = " ".join(sheet.text for sheet in sheets(answer.content))
    for said in (
        f"Recall drill {number}",
        "2 customers got 250 pcs of FLANGE",
        "100 % of all pieces accounted for",
        "1 h 15 min",
        "Ana Ruiz · quality",
        "Mon, 16 Mar 2026 10:30",
        "Time zone Europe/Berlin",
        "J4520-B",
        "Quarantine J4520-B",
        "Ana Ruiz",
        "I have checked this report and stand by it.",
    ):
        assert said in text
    assert told["signatures"][0]["sha256"] in text.replace(" ", "")


@DRILL_ONLY_SQLITE
def test_the_same_comes_as_a_table(quality: TestClient) -> None:
    number = begun(quality)
    lines = quality.get(f"{API}/recalls/{number}.csv").text.removeprefix("\ufeff").split("\r\n")
    assert lines[0] == ",".join(
        ("what,number,part,part_revision,lot,quantity,unit,customer,day,told,at_most", "who,role,sha256")
    )
    assert "dispatched,D-1,FLANGE,B,J4520-B,200,C62,Northwind,2026-12-01,,200,,," in lines
    assert "balance,made,FLANGE,,,300,C62,,,,,,," in lines
    assert "answer,here,4140-BAR,,,8,C62,,,,,,," in lines
    assert "answer,here,FLANGE,,,45,C62,,,,,,," in lines
    assert len({line.count(",") for line in lines[1:-1]}) == 1


def test_the_table_says_all_that_the_report_says(app: FastAPI, quality: TestClient) -> None:
    with app.state.database.write() as session:
        # The mill's certificate is missing.
        session.execute(update(LOTS).where(LOTS.c.number == BARS).values(certificate=None))
    number = begun(quality)
    signed(quality, number)
    again = {"name": "Ana Ruiz", "record": RECORD | {"conclusion": "All pieces found, and counted"}}
    told = post(quality, f"/recalls/{number}/sign", again)
    text = quality.get(f"{API}/recalls/{number}.csv").text.removeprefix("\ufeff")
    rows = list(csv.DictReader(text.splitlines()))

    def of(what: str, *columns: str) -> list[tuple[str, ...]]:
        return [tuple(row[column] for column in columns) for row in rows if row["what"] == what]

    assert of("team", "who") == [(name,) for name in told["team"]]
    assert of("action", "told", "who") == [(each["what"], each["owner"]) for each in told["actions"]]
    assert of("conclusion", "told", "day") == [(told["conclusion"], str(told["retest_on"] or ""))]
    first, last = told["signatures"]
    columns = ("number", "who", "role", "told", "sha256")
    assert of("superseded signature", *columns) == [("1", *(first[name] for name in SIGNED_WITH))]
    assert of("signature", *columns) == [("2", *(last[name] for name in SIGNED_WITH))]
    scope = told["scope"]
    assert len(of("gap", "number")) == len(scope["gaps"]) > 0
    assert of("missing", "number", "told", "who") == [
        (each.get("order") or each["lot"], each["type"], each["supplier"]) for each in scope["missing"]
    ]
    assert scope["missing"]
    for name in ("lots", "jobs", "orders", "missing", "gaps", "customers", "dispatches"):
        assert ("answer", name, str(scope["answer"][name])) in of("answer", "what", "number", "quantity")


@DRILL_ONLY_SQLITE
def test_only_quality_runs_recalls_and_all_read_them(quality: TestClient, as_role: Login) -> None:
    number = begun(quality)
    buyer = as_role(Role.BUYER)
    post(buyer, "/recalls", {**HEAT, "drill": True}, 403)
    for what, body in (("record", RECORD), ("sign", {"name": "Bo"}), ("hold", {})):
        post(buyer, f"/recalls/{number}/{what}", body, 403)
    assert get(buyer, f"/recalls/{number}")["recall"] == number
    assert get(buyer, "/recalls/RC-1999-0001", 404)["code"] == "recall.unknown"


def bad_load(app: FastAPI, *, loaded: int = 40) -> None:
    """Of 40 pieces, `loaded` were in a bad load: 20 came back as P and wait, 20 are still with the supplier."""
    made = an_order("SO-7", "ACME", "HL-A", 40, "H9")
    given(made, send(40), arrived())
    given(made.at(day(3)), process("BADL", started=day(2, 9), **{"HL-A": loaded}))
    given(made, ship(20, load="BADL"), receive(pending=20, parcel="SO-7-P1", output_lot="HL-P"))
    with app.state.database.write() as session:
        amount: Any = {"part": "FLANGE", "quantity": 40, "uom": "C62", "on_hand": 40, "created_at": NOW}
        session.add(Lot(number="HL-A", **amount))
        # The records come without their receipt, which would have made the lot that came back.
        session.add(Lot(number="HL-P", **amount | {"quantity": 0, "on_hand": 0}))
        session.flush()
        record_all(session, made)


def test_a_bad_load_is_stopped_pending_and_at_its_supplier(app: FastAPI, quality: TestClient) -> None:
    bad_load(app)
    body = {"identifier": "BADL", "reason": "Too hot", "drill": False}
    number = post(quality, "/recalls", body, 201)["recall"]
    scope = get(quality, f"/recalls/{number}")["scope"]
    (row,) = scope["open"]
    assert (row["quantity"], row["at_supplier"], row["unsure"]) == ("40", "20", False)
    assert scope["answer"]["here"] == [{"part": "FLANGE", "quantity": "40", "unit": "C62"}]
    told = post(quality, f"/recalls/{number}/hold", {})
    assert (told["held"], told["failed"], told["not_stopped"]) == (["HL-A", "HL-P"], [], [])
    assert get(quality, "/lots/HL-P")["held"] is True
    again = post(quality, f"/recalls/{number}/hold", {})
    assert [each["code"] for each in again["failed"]] == ["lot.already_held"] * 2


def test_a_load_of_two_heats_is_recalled_and_held_with_both(app: FastAPI, quality: TestClient) -> None:
    bad_load(app)
    beside = an_order("SO-8", "ACME", "HL-B", 10, "H8")
    given(beside, send(10), arrived())
    given(beside.at(day(3)), process("BADL", started=day(2, 9), **{"HL-B": 10}))
    # Of the same supplier, and in another load.
    clean = an_order("SO-9", "ACME", "HL-C", 10, "H8")
    given(clean, send(10), arrived())
    given(clean.at(day(3)), process("GOOD", started=day(2, 12), **{"HL-C": 10}))
    with app.state.database.write() as session:
        for lot, made in (("HL-B", beside), ("HL-C", clean)):
            amount: Any = {"part": "FLANGE", "quantity": 10, "uom": "C62", "on_hand": 10, "created_at": NOW}
            session.add(Lot(number=lot, heat_number="H8", **amount))
            session.flush()
            record_all(session, made)
    body = {"identifier": "BADL", "reason": "Too hot", "drill": False}
    number = post(quality, "/recalls", body, 201)["recall"]
    scope = get(quality, f"/recalls/{number}")["scope"]
    assert sorted(row["order"] for row in scope["open"]) == ["SO-7", "SO-8"]
    told = post(quality, f"/recalls/{number}/hold", {})
    assert (sorted(told["held"]), told["failed"]) == (["HL-A", "HL-B", "HL-P"], [])
    assert [get(quality, f"/lots/{lot}")["held"] for lot in ("HL-B", "HL-C")] == [True, False]


def test_a_load_told_of_after_its_pieces_left_is_recalled_from_who_got_them(
    app: FastAPI, quality: TestClient
) -> None:
    made = an_order("SO-7", "ACME", "Y1-A", 10, "H9")
    given(made, send(10), arrived(), ship(5), receive(5, parcel="SO-7-P1", output_lot="Y1-B"))
    given(made.at(day(3)), process("LY", started=day(2, 9), **{"Y1-A": 10}))
    with app.state.database.write() as session:
        amount: Any = {"part": "FLANGE", "uom": "C62", "on_hand": 0, "created_at": NOW}
        session.add(Lot(number="Y1-A", quantity=10, **amount))
        session.add(Lot(number="Y1-B", quantity=5, **amount))
        for number, customer, some in (("Y-1", "NORTHWIND", 3), ("Y-2", "CONTOSO", 1), ("Y-3", "CONTOSO", 1)):
            line: Any = {"line": 1, "lot": "Y1-B", "part": "FLANGE", "part_revision": "B", "unit": "C62"}
            to: Any = {"destination": "Oslo", "shipped_on": NOW.date(), "recorded_by": "u"}
            session.add(DispatchRow(number=number, customer=customer, recorded_at=NOW, **to))
            session.flush()
            session.add(DispatchLineRow(dispatch=number, quantity=some, **line))
            edge(session, link("lot:Y1-B", "dispatch", f"dispatch:{number}", some))
        record_all(session, made)
    told = get(quality, "/trace/LY?direction=forward")
    got = {row["dispatch"]: (row["customer"], row["quantity"]) for row in told["customers"]}
    assert got == {"Y-1": ("NORTHWIND", "3"), "Y-2": ("CONTOSO", "1"), "Y-3": ("CONTOSO", "1")}
    (row,) = (row for row in told["balance"] if row["part"] == "FLANGE")
    assert {name: row.get(name, "0") for name in ("made", "dispatched", "at_suppliers", "elsewhere")} == {
        "made": "10",
        "dispatched": "5",
        "at_suppliers": "5",
        "elsewhere": "0",
    }
    back = get(quality, "/trace/lot:Y1-B?direction=back")
    load = "load:ACME:Bath 3:LY:2026-11-02T09:00:00Z"
    assert load in {node["id"] for node in back["nodes"]}
    number = post(quality, "/recalls", {"identifier": "LY", "reason": "Too hot", "drill": False}, 201)[
        "recall"
    ]
    scope = get(quality, f"/recalls/{number}")["scope"]
    assert [each["customer"] for each in scope["customers"]] == ["CONTOSO", "NORTHWIND"]
