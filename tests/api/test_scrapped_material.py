"""What quality decides to scrap of a job goes to scrap: in the lot, the genealogy and the balance, and for good."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from decimal import Decimal
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select
from starlette.testclient import TestClient

from activities import mismatches, shop_floor
from activities.doctor import records
from activities.floor_stock import Recorder, locked_job, shelved
from activities.shop_floor import Step
from models.domain import commands as c
from models.domain.authority import Actor, Role
from models.domain.events import PiecesSent
from models.domain.materials import Decision
from models.settings import Settings
from models.tables.orders import CommandRow, EventRow
from models.tables.shop_floor import OutputRow
from models.tables.types import table
from tests.activities.test_apply import Shop
from tests.activities.test_order_search import statements
from tests.api.conftest import API, NOW, PART, WORK_ORDER, Login
from tests.api.test_shop_floor import JOB, SIGNED, decide, floor, leave, listed, made, on_hand, out, refused
from tests.domain.genealogies import link
from tests.traced import edge

__all__ = ["floor", "listed"]
sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
LATER = f"{API}/work-orders/WO-9"


def wrong(client: TestClient, pieces: int = 300) -> None:
    """The job used up a tube and made pieces of it."""
    made(client, f"{JOB}/consumptions", lot="TUBE", quantity=1)
    out(client, pieces)


def scrap(client: TestClient) -> Any:
    answer = decide(client, "WO-3201-M1", decision="scrap", reason="Soft")
    assert answer.status_code == 200, answer.text
    return answer.json()


def used_elsewhere(client: TestClient, quantity: int) -> Any:
    assert client.post(API + "/work-orders", json=WORK_ORDER | {"number": "WO-9"}).status_code == 201
    return made(client, f"{LATER}/consumptions", lot="WO-3201-A", quantity=quantity)


def figures(client: TestClient, lot: str = "WO-3201-A") -> dict[str, str]:
    told = client.get(f"{API}/trace/lot:{lot}").json()
    assert told["answer"]["unexplained"] == []
    (row,) = [row for row in told["lots"] if row["lot"] == lot]
    return {name: row[name] for name in ("made", "on_hand", "scrapped", "consumed")}


def release(client: TestClient, lot: str = "WO-3201-A") -> Any:
    return client.post(f"{API}/lots/{lot}/release", json={"reason": "Hard enough"})


def test_scrapped_pieces_are_scrap_in_lot_genealogy_and_balance(listed: TestClient, app: FastAPI) -> None:
    wrong(listed)
    assert figures(listed) == {"made": "300", "on_hand": "300", "scrapped": "0", "consumed": "0"}
    decided = scrap(listed)
    (gone,) = decided["scrapped"]
    assert (gone["lot"], gone["quantity"], decided["elsewhere"]) == ("WO-3201-A", "300", [])
    assert on_hand(listed, "WO-3201-A") == ("0", "300")
    assert figures(listed) == {"made": "300", "on_hand": "0", "scrapped": "300", "consumed": "0"}
    edges = listed.get(f"{API}/trace/lot:WO-3201-A", params={"direction": "forward"}).json()["edges"]
    assert [(edge["to"], edge["how"], edge["quantity"]) for edge in edges] == [
        ("scrap:WO-3201-A", "scrap", "300")
    ]
    assert refused(leave(listed, "WO-3201-A", 10)) == "dispatch.scrapped"
    assert records(app.state.database, app.state.settings.files_dir, NOW) == []


def test_what_was_used_before_is_named_and_no_release_brings_any_of_it_back(
    listed: TestClient, as_role: Login, app: FastAPI
) -> None:
    wrong(listed)
    used = used_elsewhere(listed, 11)
    decided = scrap(listed)
    assert decided["scrapped"][0]["quantity"] == "289"
    (there,) = decided["elsewhere"]
    assert (there["lot"], there["kind"], there["number"], there["quantity"]) == (
        "WO-3201-A",
        "work_order",
        "WO-9",
        "11",
    )
    assert figures(listed) == {"made": "300", "on_hand": "0", "scrapped": "289", "consumed": "11"}
    design = as_role(Role.DESIGN_AUTHORITY)
    assert refused(release(design)) == "lot.scrapped"
    # What comes back into the lot goes the same way.
    back = listed.post(f"{LATER}/consumptions/{used['id']}/reverse", json={"reason": "Wrong lot"})
    assert back.status_code == 200, back.text
    assert figures(listed) == {"made": "300", "on_hand": "0", "scrapped": "300", "consumed": "0"}
    assert records(app.state.database, app.state.settings.files_dir, NOW) == []


@sqlite_only
def test_what_another_job_made_of_it_is_said_to_come_from_it(listed: TestClient, as_role: Login) -> None:
    wrong(listed)
    used_elsewhere(listed, 11)
    made(listed, f"{LATER}/outputs", quantity=11)
    scrap(listed)
    answer = leave(listed, "WO-9-A", 5)
    assert refused(answer) == "dispatch.scrapped"
    assert answer.json()["detail"].startswith("Lot WO-9-A comes from WO-3201, which used TUBE-1;")


@sqlite_only
def test_what_the_job_makes_later_is_scrapped_at_once(listed: TestClient) -> None:
    wrong(listed)
    scrap(listed)
    out(listed, 5)
    assert on_hand(listed, "WO-3201-B") == ("0", "5")
    (row,) = listed.get(API + "/material-mismatches").json()["items"]
    assert [(each["lot"], each["quantity"]) for each in row["scrapped"]] == [
        ("WO-3201-A", "300"),
        ("WO-3201-B", "5"),
    ]


def test_good_pieces_of_another_job_in_a_lot_that_was_taken_back_are_not_scrapped(
    listed: TestClient, as_role: Login
) -> None:
    made(listed, f"{JOB}/consumptions", lot="TUBE", quantity=1)
    mistaken = out(listed, 300)["id"]
    assert listed.post(f"{JOB}/outputs/{mistaken}/reverse", json={"reason": "Wrong job"}).status_code == 200
    scrap(listed)
    assert listed.post(API + "/work-orders", json=WORK_ORDER | {"number": "WO-9"}).status_code == 201
    made(listed, f"{LATER}/outputs", lot="WO-3201-A", quantity=40)
    assert on_hand(listed, "WO-3201-A") == ("40", "40")
    assert listed.post(f"{API}/lots/WO-3201-A/hold", json={"reason": "Looks soft"}).status_code == 200
    assert release(as_role(Role.DESIGN_AUTHORITY)).status_code == 200


@pytest.mark.parametrize(
    ("decision", "standing"), [(Decision.SCRAP, ("0", False)), (Decision.HOLD, ("5", True))]
)
def test_pieces_that_come_out_while_quality_decides_wait_for_the_decision(
    listed: TestClient, app: FastAPI, decision: Decision, standing: tuple[str, bool]
) -> None:
    wrong(listed)
    (row,) = listed.get(API + "/material-mismatches").json()["items"]
    quality = Actor(row["opened_by"], "user", frozenset({Role.QUALITY}))
    with ThreadPoolExecutor(1) as pool:
        with app.state.database.write() as session:
            mismatches.disposition(session, row["id"], decision, "Soft", None, quality, app.state.clock())
            asked = pool.submit(out, listed, 5)
            assert wait([asked], timeout=1).not_done
        assert asked.result()["lot"] == "WO-3201-B"
    lot = listed.get(f"{API}/lots/WO-3201-B").json()
    assert (lot["on_hand"], lot["held"]) == standing


def test_quality_decides_about_what_is_being_recorded_once_it_is(listed: TestClient, app: FastAPI) -> None:
    # Nothing was used: each output changes the mismatch that quality decides about.
    out(listed, 300)
    some, now = Decimal(5), app.state.clock()
    with ThreadPoolExecutor(1) as pool:
        with app.state.database.write() as session:
            locked_job(session, "WO-3201", Recorder("u"))
            shelved(session, ["WO-3201-A"], cleared=True)
            asked = pool.submit(scrap, listed)
            assert wait([asked], timeout=1).not_done
            by, lot = Recorder("u_1"), "WO-3201-A"
            shop_floor.produce(session, "WO-3201", lot, some, (), None, Step(), by, now, over=some)
        decided = asked.result()
    assert [(each["lot"], each["quantity"]) for each in decided["scrapped"]] == [("WO-3201-A", "305")]


@sqlite_only
def test_a_person_s_hold_of_a_lot_that_is_all_scrapped_can_be_lifted(
    listed: TestClient, as_role: Login
) -> None:
    wrong(listed)
    listed.post(f"{API}/lots/WO-3201-A/hold", json={"reason": "Looks soft"})
    scrap(listed)
    assert release(as_role(Role.DESIGN_AUTHORITY)).status_code == 200
    assert on_hand(listed, "WO-3201-A") == ("0", "300")


@sqlite_only
def test_a_lot_held_with_another_says_where_to_release(listed: TestClient, as_role: Login) -> None:
    made(listed, f"{JOB}/consumptions", lot="TUBE", quantity=1)
    out(listed)
    listed.post(f"{API}/lots/TUBE/hold", json={"reason": "Soft"})
    answer = release(as_role(Role.DESIGN_AUTHORITY))
    assert refused(answer) == "lot.not_held"
    assert answer.json()["detail"] == (
        "Lot WO-3201-A is not on hold itself: it was made from lot TUBE, which is. Release TUBE."
    )


SIGNED_SCRAP = SIGNED | {"decision": "scrap", "reason": "Soft after all"}


def test_what_is_on_hold_is_scrapped_later_with_a_signature(listed: TestClient, app: FastAPI) -> None:
    wrong(listed)
    held = decide(listed, "WO-3201-M1", decision="hold", reason="Wait for the laboratory").json()
    assert (held["decision"], held["earlier"], held["possible"]) == ("hold", [], ["accept", "scrap"])
    unsigned = decide(listed, "WO-3201-M1", **SIGNED_SCRAP | {"signature": None})
    assert refused(unsigned, 422) == "signature.missing"
    assert refused(decide(listed, "WO-3201-M1", **SIGNED_SCRAP | {"decision": "hold"})) == "mismatch.decided"
    told = decide(listed, "WO-3201-M1", **SIGNED_SCRAP).json()
    assert (told["decision"], told["signature"]["name"], told["possible"]) == ("scrap", "Q. Lee", [])
    assert [(each["decision"], each["reason"]) for each in told["earlier"]] == [
        ("hold", "Wait for the laboratory")
    ]
    assert figures(listed) == {"made": "300", "on_hand": "0", "scrapped": "300", "consumed": "0"}
    edges = listed.get(f"{API}/trace/lot:WO-3201-A", params={"direction": "forward"}).json()["edges"]
    assert [(edge["to"], edge["how"], edge["quantity"]) for edge in edges] == [
        ("scrap:WO-3201-A", "scrap", "300")
    ]
    assert records(app.state.database, app.state.settings.files_dir, NOW) == []


@sqlite_only
def test_what_was_released_and_is_scrapped_then_is_on_hold_again_where_it_is_elsewhere(
    listed: TestClient, as_role: Login
) -> None:
    wrong(listed)
    decide(listed, "WO-3201-M1", decision="hold", reason="Soft")
    assert release(as_role(Role.DESIGN_AUTHORITY)).status_code == 200
    used_elsewhere(listed, 11)
    told = decide(listed, "WO-3201-M1", **SIGNED_SCRAP)
    assert told.status_code == 200, told.text
    assert told.json()["possible"] == ["accept", "scrap"]
    assert listed.get(f"{API}/lots/WO-3201-A").json()["held"] is True


class Away:
    """Of the 100 pieces of L1, which job WO made with a tube, 60 went out: 20 came back as L1-P and were accepted, and
    40 as they went, after quality had decided to scrap what the job made. `corrected`: all 60 never went."""

    def __init__(self, shop: Shop, client: TestClient, *, corrected: bool = False) -> None:
        self.client = client
        made(client, f"{API}/parts", **PART | {"number": "BAR", "revision": "A", "dfars": False})
        made(client, f"{API}/parts", **PART | {"number": "TUBE-1", "revision": "A", "dfars": False})
        flange = PART | {"number": "FLANGE", "revision": "B", "dfars": False}
        flange |= {"bom": [{"part": "BAR", "revision": None, "quantity": "1"}]}
        assert client.put(f"{API}/parts/FLANGE/B", json=flange).is_success
        made(client, f"{API}/lots", number="TUBE", part="TUBE-1", quantity=5, uom="C62")
        with shop.database.write() as session:
            told: dict[str, Any] = {"at": NOW, "recorded_at": NOW, "recorded_by": "u"}
            pieces = {"part": "FLANGE", "quantity": Decimal(100), "unit": "C62"}
            session.add(OutputRow(id="O-1", work_order="WO", lot="L1", **pieces, **told))
            edge(session, link("job:WO", "process", "lot:L1", 100), "O-1")
        done = (c.Issue(), c.Acknowledge("accept"), c.Send((c.SendLine(1, Decimal(60), "L1"),)))
        back = c.ReceiveLine(1, Decimal(20), Decimal(20), output_lot="L1-P")
        for command in (*done, *(() if corrected else (c.Receive((back,), "", "LS-1"),))):
            assert shop.do(command).status == "applied", command
        self.mismatch = made(client, f"{API}/work-orders/WO/consumptions", lot="TUBE", quantity=1)["mismatch"]
        self.decided = self.decide(decision="scrap", reason="Soft")
        if corrected:
            # What the order was told of the hold comes first.
            _take_back(shop)
            return
        unprocessed = c.ReceiveLine(1, Decimal(40), Decimal(0), unprocessed=Decimal(40))
        self.back = shop.do(c.Receive((unprocessed,), "", "LS-2"))

    def decide(self, **body: Any) -> Any:
        answer = decide(self.client, self.mismatch, **body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def leave(self, lot: str, quantity: int) -> Any:
        return leave(self.client, lot, quantity)


def _take_back(shop: Shop) -> None:
    commands, happened = table(CommandRow), table(EventRow)
    with shop.database.read() as session:
        waiting = session.scalars(select(commands.c.id).where(commands.c.status == "received")).all()
        sent = session.scalar(select(happened.c.sequence).where(happened.c.type == PiecesSent.name))
    for command in waiting:
        shop.apply(command)
    assert shop.do(c.Correct(sent or 0, "Another lot went")).status == "applied"


@pytest.fixture
def away(app: FastAPI, as_role: Login, settings: Settings) -> Away:
    return Away(Shop(app.state.database, settings), as_role(Role.ADMIN))


def test_what_came_back_after_the_rest_was_scrapped_is_scrapped_by_another_signature(
    away: Away, as_role: Login, app: FastAPI
) -> None:
    client, design = away.client, as_role(Role.DESIGN_AUTHORITY)
    assert [(each["lot"], each["quantity"]) for each in away.decided["scrapped"]] == [
        ("L1", "40"),
        ("L1-P", "20"),
    ]
    assert on_hand(client, "L1")[0] == "40"
    assert refused(release(design, "L1")) == "lot.scrapped"
    assert away.decided["possible"] == ["accept", "scrap"]
    told = away.decide(**SIGNED_SCRAP)
    assert [(each["lot"], each["quantity"]) for each in told["scrapped"]] == [("L1", "80"), ("L1-P", "20")]
    assert (told["possible"], [each["decision"] for each in told["earlier"]]) == ([], ["scrap"])
    assert release(design, "L1").status_code == 200
    assert client.get(f"{API}/trace/lot:L1").json()["answer"]["unexplained"] == []
    assert records(app.state.database, app.state.settings.files_dir, NOW) == []


@sqlite_only
def test_what_came_back_after_the_rest_was_scrapped_is_accepted_and_released(
    away: Away, as_role: Login
) -> None:
    told = away.decide(**SIGNED)
    assert (told["decision"], told["possible"]) == ("accept", [])
    assert refused(away.leave("L1", 40)) == "lot.held"
    assert release(as_role(Role.DESIGN_AUTHORITY), "L1").status_code == 200
    assert refused(away.leave("L1", 40)) == "dispatch.unprocessed"
    assert on_hand(away.client, "L1")[0] == "40"


@sqlite_only
def test_pieces_whose_sending_was_typed_wrongly_are_decided_about_again(
    app: FastAPI, as_role: Login, settings: Settings
) -> None:
    away = Away(Shop(app.state.database, settings), as_role(Role.ADMIN), corrected=True)
    design = as_role(Role.DESIGN_AUTHORITY)
    assert on_hand(away.client, "L1")[0] == "60"
    assert refused(release(design, "L1")) == "lot.scrapped"
    told = away.decide(**SIGNED_SCRAP)
    assert ([(each["lot"], each["quantity"]) for each in told["scrapped"]], told["possible"]) == (
        [("L1", "100")],
        [],
    )
    assert release(design, "L1").status_code == 200


@sqlite_only
def test_the_list_asks_no_more_however_many_lots_were_scrapped(listed: TestClient, app: FastAPI) -> None:
    def asked() -> int:
        with statements("") as seen:
            assert listed.get(API + "/material-mismatches").status_code == 200
        return len(seen)

    wrong(listed)
    used_elsewhere(listed, 11)
    scrap(listed)
    few = asked()
    for _ in range(4):
        out(listed, 5)
    assert asked() == few
