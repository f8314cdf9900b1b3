"""`sendout demo`: a company with history, seeded once, running on this machine."""

from __future__ import annotations

import json
import os
import re
import stat
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from activities.doctor import records
from api import demo, demo_guide, demo_heat, demo_seats, demo_story, demo_world, up
from models.codec import load_order
from models.db import Database
from models.domain.authority import Role
from models.domain.changes import ChangeKind
from models.domain.order import Stage
from models.domain.trace import Direction
from models.queries import board, open_operations, recalls
from models.queries.orders import Reader
from models.queries.trace_near import named
from models.queries.trace_view import found
from models.settings import Settings
from models.tables.orders import AlertRow, CommandRow, DocumentRow, LineRow, OrderRow
from models.tables.outbox import Outbox
from models.tables.parts import Part
from models.tables.types import table
from tests.processes import environment, free_port, running, sendout
from tests.test_doctor_command import doctor

ORDERS, ALERTS, COMMANDS = table(OrderRow), table(AlertRow), table(CommandRow)
LINES, OUTBOX, PARTS, DOCUMENTS = table(LineRow), table(Outbox), table(Part), table(DocumentRow)
# A Sunday: the last day of the stories is the Friday before.
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The demo's settings; what it puts into the environment is taken out again."""
    monkeypatch.setattr(os, "environ", dict(os.environ))
    return demo.settings_for(tmp_path / "demo")


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    database = Database(settings.database)
    yield database
    database.dispose()


def test_the_history_has_an_order_in_every_stage_and_contradicts_nothing(
    settings: Settings, database: Database
) -> None:
    half = settings.data_dir / "seeding"
    half.mkdir(parents=True)
    (half / "sendout.db").write_text("what an interrupted seeding left is thrown away")
    notes = demo.seed(settings, NOW)
    with database.read() as session:
        stages = dict(session.execute(select(ORDERS.c.number, ORDERS.c.stage)).all())
        open_alerts = set(
            session.execute(
                select(LINES.c.work_order, ALERTS.c.rule)
                .join(LINES, LINES.c.order_number == ALERTS.c.order_number)
                .where(ALERTS.c.open)
            ).all()
        )
        locales = set(session.scalars(select(OUTBOX.c.locale).distinct()))
        waiting = set(session.scalars(select(COMMANDS.c.order_number).where(COMMANDS.c.status == "received")))
    assert set(stages.values()) == set(Stage) - {Stage.DRAFT}, "the draft is made in the running system"
    assert {("WO-3150", "receipt_overdue"), ("WO-3140", "document_missing"), ("WO-3195", "ack_overdue")} <= (
        open_alerts
    )
    proposal = notes.orders["WO-3165"]
    with database.read() as session:
        order = load_order(session.scalar(select(ORDERS.c.snapshot).where(ORDERS.c.number == proposal)))
    assert stages[proposal] == Stage.COUNTERED
    assert order.counter is not None, "a real proposal, not only an order that was declined"
    assert locales == {"en", "es", "zh"}
    with database.read() as session:
        reader = Reader({Role.APPROVER}, cleared=False)
        (change,) = board.changes(session, reader, 9)
        asked = load_order(
            session.scalar(select(ORDERS.c.snapshot).where(ORDERS.c.number == notes.orders["WO-3185"]))
        )
        wanted = open_operations.Wanted(NOW.date())
        open_jobs = {found.work_order for found in open_operations.listed(session, reader, wanted, 0, 50)}
    assert (change["number"], change["who"]) == (notes.orders["WO-3175"], "Bea Lindqvist")
    assert change["terms"] == ["need_by", "quantity"]
    assert asked.change_to_answer is not None
    assert asked.change_to_answer.kind is ChangeKind.EXPEDITE
    # A cancelled order covers nothing; the two shafts of WO-4520 that were used up in tests are never plated.
    assert open_jobs == {"WO-3180", "WO-4521", *demo_story.TO_ORDER}
    ended = {number for number, stage in stages.items() if stage in (Stage.CLOSED, Stage.CANCELLED)}
    assert waiting == stages.keys() - ended, "each open order waits for the running system"
    assert set(notes.orders.values()) == set(stages)
    doubts = records(database, settings.files_dir, NOW + timedelta(minutes=1))
    assert {finding.code for finding in doubts} == {"mail.stuck"}, "its mails wait for the running system"
    assert not half.exists()
    assert stat.S_IMODE((settings.data_dir / "demo.json").stat().st_mode) == 0o600
    assert demo.Notes.of(settings.data_dir) == notes


def test_every_piece_of_the_heat_that_the_mill_reports_is_accounted_for(
    settings: Settings, database: Database
) -> None:
    demo.seed(settings, NOW)
    with database.read() as session:
        (heat,) = named(session, demo_heat.HEAT, cleared=False)
        view = found(session, heat, Direction.FORWARD, cleared=False).view
        papers = session.execute(select(DOCUMENTS).where(DOCUMENTS.c.number == "C-9917")).all()
        drills = recalls.listed(session, cleared=False)
    # The certificate that named another job's lot was corrected by the one that matches, and nothing is overwritten.
    assert {(each.matched, each.superseded_by != "") for each in papers} == {(False, True), (True, False)}
    now = NOW + timedelta(days=1)
    assert sorted((each.drill, each.minutes(now), len(each.signatures)) for each in drills) == [
        (True, 21, 1),
        (True, 47, 1),
    ]
    assert {(got["customer"], got["lot"]): got["quantity"] for got in view["customers"]} == {
        ("NORTHWIND", demo_heat.PLATED): 200,
        ("CONTOSO", demo_heat.PLATED): 50,
    }
    assert all(got["vehicle"] and got["recipient"] for got in view["customers"])
    sums = {
        balance["part"]: {k: v for k, v in balance.items() if v and k != "items"}
        for balance in view["balance"]
    }
    assert sums["BAR-4140"].items() >= {"made": 10, "on_hand": 8, "consumed": 2}.items()
    assert (
        sums["SHAFT-4140"].items()
        >= {"made": 300, "on_hand": 45, "dispatched": 250, "scrapped": 1, "tested": 2, "lost": 2}.items()
    )
    assert not any("unexplained" in figures for figures in sums.values())


def test_seats_have_numbers_through_the_outside_step_and_where_their_metal_was_melted_shows(
    settings: Settings, database: Database
) -> None:
    notes = demo.seed(settings, NOW)
    with database.read() as session:
        snapshot = session.scalar(select(ORDERS.c.snapshot).where(ORDERS.c.number == notes.orders["WO-3220"]))
        views = [
            found(session, named(session, name, cleared=False)[0], Direction.BOTH, cleared=False).view
            for name in (demo_seats.SERIALS[0], demo_seats.SERIALS[2], f"lot:{demo_seats.DOUBTED_BAR}")
        ]
        flange = session.scalar(select(PARTS.c.gtin).where(PARTS.c.number == "FLANGE-DN50"))
    places = {
        name.partition(":")[2]: place.bucket.value for name, place in load_order(snapshot).serials.items()
    }
    assert places == dict(
        zip(demo_seats.SERIALS, ["accepted"] * 4 + ["rejected", "at_supplier"], strict=False)
    )
    left, here, doubted = views
    assert [got["customer"] for got in left["customers"]] == ["NORTHWIND"]
    assert here["customers"] == []
    allowed = [
        {node["number"]: node["clauses"]["252.225-7009"] for node in view["nodes"] if node.get("dfars")}
        for view in (left, doubted)
    ]
    assert allowed == [{demo_seats.BAR: True, demo_seats.MADE: True}, {demo_seats.DOUBTED_BAR: False}]
    assert flange == "09506000134352"


@pytest.mark.parametrize("hours", [15, 24, 5 * 24 + 13])
def test_it_can_be_seeded_on_any_day_at_any_hour_for_its_owner_alone(settings: Settings, hours: int) -> None:
    assert "WO-3201" in demo.seed(settings, NOW + timedelta(hours=hours)).orders
    assert stat.S_IMODE(settings.data_dir.stat().st_mode) == 0o700


def test_a_folder_with_other_data_is_left_alone(settings: Settings) -> None:
    settings.data_dir.mkdir(parents=True)
    theirs = settings.data_dir / "sendout.db"
    theirs.write_text("real")
    with pytest.raises(up.CannotStart, match="holds data that is not the demo's"):
        demo.seed(settings, NOW)
    assert theirs.read_text() == "real"


def test_no_setting_of_the_operator_reaches_a_real_database_or_mail_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = {
        "SENDOUT_DATABASE_URL": "postgresql+psycopg://db.example/real",
        "SENDOUT_SMTP_URL": "smtp://mail.example:25",
        "SENDOUT_SECRET_KEY": "theirs",
    }
    monkeypatch.setattr(os, "environ", dict(os.environ) | theirs)
    settings = demo.settings_for(tmp_path)
    inherited = Settings(_env_file=None, data_dir=tmp_path)
    for each in (settings, inherited):
        assert each.database == f"sqlite:///{tmp_path}/sendout.db"
        assert each.smtp_url == "smtp://127.0.0.1:1025"
        assert each.secret_key.get_secret_value() == ""


def test_everybody_has_a_login_and_a_token() -> None:
    assert demo_world.PEOPLE.keys() == {role.value for role in Role}


def test_the_certificate_is_a_pdf_whose_table_of_contents_is_right() -> None:
    pdf = demo_world.certificate(["COC (1)", "Zinc \\ 10 µm"])
    assert pdf.startswith(b"%PDF-1.4")
    start = int(pdf.split(b"startxref\n")[1].split()[0])
    assert pdf[start:].startswith(b"xref")
    for number, place in enumerate(re.findall(rb"(\d{10}) 00000 n", pdf), 1):
        assert pdf[int(place) :].startswith(b"%d 0 obj" % number)


def test_a_folder_of_an_older_demo_is_told_of_what_is_in_it(tmp_path: Path) -> None:
    older = demo.Notes("2026-11-20", {"admin": "secret"}, {"WO-3201": "SO-1", "WO-3202": "SO-2"}, "mailed")
    said = "\n".join(demo_guide.lines(up.Addresses("http://here", "", "", ""), older, tmp_path))
    assert "SO-1  WO-3201" in said
    assert "WO-3100" not in said


def test_it_runs_is_stopped_and_goes_on_where_it_was(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    first = ran(folder, tmp_path / "first.log")
    # As after a kill between the last step and the note of it: all of them are asked again.
    notes = demo.Notes.of(folder)
    assert notes is not None
    past = {name: order for name, order in notes.orders.items() if name not in ("WO-3202", "WO-3203")}
    replace(notes, orders=past, link="").keep(folder)
    assert ran(folder, tmp_path / "second.log") == first


def ran(folder: Path, log: Path) -> Any:
    """Runs the demo once and looks at everything it prints; returns what must be the same next time."""
    port = free_port()
    command = [*sendout("demo"), "--data-dir", str(folder), "--port", str(port)]
    with running(command, log, environment(TEMPORAL_CONFIG_FILE="/dev/null")) as process:
        process.wait_for("Ctrl-C stops it.", 120)
        said = process.output
        api = f"http://127.0.0.1:{port}"
        assert f"Sendout is ready at {api}\n" in said
        for path in ("/api/docs", "/login", "/mailbox"):
            assert f"{api}{path}" in said
            assert fetched(api + path).status == 200
        assert "Subject" in fetched(f"{api}/mailbox").read().decode()
        (web_ui,) = re.findall(r"Temporal Web UI +(\S+)", said)
        assert fetched(web_ui).status == 200
        (link,) = re.findall(r"Supplier's page +(\S+)", said)
        assert "WO-3202" in fetched(link).read().decode()
        token = re.findall(r"A token \(\S+\): (\S+)", said)[0]
        assert f"{api}/outside\n" in said
        assert f"{api}/trace?q={demo_heat.HEAT}\n" in said
        assert {"WO-3175", "WO-3185", *demo_story.TO_ORDER} <= set(re.findall(r"WO-\d+", said))
        assert f"(password of all: {demo_world.PASSWORD})" in said
        for _, email in demo_world.PEOPLE.values():
            assert email in said
        items = json.load(fetched(f"{api}/api/v1/orders?limit=100", token))["items"]
        stages = {item["number"]: item["stage"] for item in items}
        assert set(stages.values()) == set(Stage)
        main = re.findall(r"(\S+)  WO-3201", said)[0]
        order = json.load(fetched(f"{api}/api/v1/orders/{main}", token))
        assert (order["stage"], order["lines"][0]["pieces"]["accepted"]) == ("receiving", "690")
        assert order["lines"][0]["lots"][0]["lot"] == demo_story.LOT
        code, found = doctor(folder)
        assert (code, found) == (0, "Nothing contradicts anything.\n")
        assert process.stop() == 0
    return stages, token, link.rpartition("/")[2]


def fetched(address: str, token: str = "") -> Any:
    request = urllib.request.Request(address, headers={"Authorization": f"Bearer {token}"} if token else {})
    return urllib.request.build_opener(urllib.request.HTTPCookieProcessor()).open(request, timeout=30)
