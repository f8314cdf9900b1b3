"""`sendout doctor`: what it prints and how it ends."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from api import doctor as examination
from api.doctor import CannotLook, Report
from models.settings import Settings
from tests.processes import environment, free_port, sendout, sendout_up


def doctor(folder: Path, *options: str, **settings: object) -> tuple[int, str]:
    """The exit code and what it said."""
    command = [*sendout("doctor"), "--data-dir", str(folder), *options]
    env = environment(TEMPORAL_CONFIG_FILE="/dev/null", **settings)
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def folder(sqlite_template: Path, tmp_path: Path) -> Path:
    """A data folder with an empty, migrated database."""
    shutil.copy(sqlite_template, tmp_path / "sendout.db")
    return tmp_path


def damage(folder: Path) -> None:
    """A draft whose content is gone."""
    with sqlite3.connect(folder / "sendout.db") as database:
        known: dict[str, Any] = {
            "number": "SO-2026-00001",
            "plant": "MAIN",
            "buyer": "u_1",
            "supplier": "ACME",
            "process": "PLATE",
            "type": "MTO",
            "change_by": "",
            "change_terms": "[]",
            "plan_decides": "",
            "stage": "draft",
            "flags": "[]",
            "late": 0,
            "export_controlled": 0,
            "purchase_order": "",
            "need_by": "2026-12-18",
            "version": 0,
            "revision": 0,
            "last_hash": "",
            "created_at": "2026-11-01 08:00:00",
        }
        names = ", ".join(known)
        marks = ", ".join("?" * len(known))
        database.execute(f"INSERT INTO orders ({names}) VALUES ({marks})", list(known.values()))
    database.close()


def look(folder: Path, address: str = "") -> Report:
    settings = Settings(_env_file=None, data_dir=folder)
    return examination.look(settings, address, datetime.now(UTC))


def test_without_a_database_it_cannot_look_and_makes_none(tmp_path: Path) -> None:
    with pytest.raises(CannotLook, match=f"There is no database at {tmp_path}/sendout.db"):
        look(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_is_none_of_ours_cannot_be_looked_at(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "sendout.db").execute("CREATE TABLE x (y)").connection.close()
    with pytest.raises(CannotLook, match=r"cannot be read \(OperationalError\)"):
        look(tmp_path)


def test_a_server_nobody_named_is_not_guessed(folder: Path) -> None:
    report = look(folder)
    assert (report.code, report.findings) == (0, [])
    first, last = report.lines()
    assert first.startswith("Workflows were not compared: no Temporal server is known here")
    assert last == "Nothing contradicts anything."


def test_a_named_server_that_does_not_answer_is_no_health(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # `look` sets the address it was given; this takes it back.
    monkeypatch.setenv("TEMPORAL_ADDRESS", f"127.0.0.1:{free_port()}")
    report = look(folder)
    assert (report.code, report.not_compared) == (2, "the Temporal server does not answer")
    damage(folder)
    assert look(folder, f"127.0.0.1:{free_port()}").code == 1, "what was found counts more"


def test_exit_codes_and_output_are_for_people_and_programs(folder: Path) -> None:
    code, said = doctor(folder / "nowhere")
    assert (code, said) == (2, f"There is no folder {folder / 'nowhere'}.\n")
    damage(folder)
    code, said = doctor(folder)
    assert code == 1
    assert "SO-2026-00001: It has no events but is no draft either. [order.snapshot]\n    The stored" in said
    assert said.endswith("1 finding.\n")
    code, said = doctor(folder, "--json")
    assert code == 1
    (finding,) = json.loads(said)["findings"]
    assert (finding["code"], finding["where"]) == ("order.snapshot", "SO-2026-00001")
    assert finding["remedy"]


def test_it_finds_the_server_of_a_running_sendout_by_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with sendout_up(folder, tmp_path / "log"):
        code, said = doctor(folder)
        assert (code, said) == (0, "Nothing contradicts anything.\n")
    code, said = doctor(folder)
    assert code == 0, "ended: its server is nobody's any more"
    assert "Workflows were not compared" in said
