"""`sendout up` for real: everything on this machine, killed and started again."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from api.temporal import polls
from tests.processes import Up, descendants, environment, exists, sendout, sendout_up, wait_until

READY = "/api/v1/health/ready"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("up") / "data"


@pytest.fixture(scope="module")
def up(folder: Path) -> Iterator[Up]:
    with sendout_up(folder, folder.parent / "log") as up:
        yield up


def status(address: str) -> int:
    try:
        return httpx2.get(address, timeout=5).status_code
    except httpx2.TransportError:
        return 0


def parts_are_well(up: Up) -> bool:
    """Whether the API serves and Temporal hands tasks to the worker that now runs."""
    (port,) = re.findall(r"Temporal Server: +localhost:(\d+)$", up.running.output, re.MULTILINE)[-1:]
    server = environment(TEMPORAL_ADDRESS=f"127.0.0.1:{port}")
    worker = up.part("worker")
    return status(up.address + READY) == 200 and worker is not None and polls(server, "sendout", worker)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        sendout(*arguments), env=environment(), capture_output=True, text=True, check=False, timeout=60
    )


def test_it_says_where_everything_is(up: Up) -> None:
    (web_ui,) = re.findall(r"^Temporal Web UI: (\S+)$", up.running.output, re.MULTILINE)
    assert parts_are_well(up)
    assert status(web_ui) == 200
    assert re.search(
        r"^Mail is kept in \S+/data/mailbox \(received at smtp://127.0.0.1:\d+\)$", up.running.output, re.M
    )


def test_what_people_are_not_meant_to_read_is_private(up: Up, folder: Path) -> None:
    for path in (folder, folder / "secret.key", folder / "mailbox"):
        assert path.stat().st_mode & 0o077 == 0, path


def test_a_second_one_on_the_same_folder_is_refused(up: Up, folder: Path) -> None:
    second = run("up", "--port", "0", "--data-dir", str(folder))
    assert second.returncode == 1
    assert f"already runs on {folder} (process {up.running.pid})" in second.stderr
    assert parts_are_well(up)


def test_a_taken_port_is_refused(up: Up, tmp_path: Path) -> None:
    port = up.address.rpartition(":")[2]
    other = run("up", "--port", port, "--data-dir", str(tmp_path))
    assert other.returncode == 1
    assert f"Cannot listen on 127.0.0.1:{port}" in other.stderr


@pytest.mark.parametrize("part", ["api", "worker", "temporal"])
def test_a_killed_part_comes_back_at_the_same_place(up: Up, part: str) -> None:
    dead = up.part(part)
    assert dead is not None
    os.kill(dead, signal.SIGKILL)
    wait_until(lambda: not exists(dead), "its end")
    wait_until(lambda: up.part(part) not in (None, dead), "another one")
    wait_until(lambda: parts_are_well(up), "its health")


def test_what_was_answered_survives_kill_9_and_a_clean_end_is_clean(tmp_path: Path) -> None:
    folder, log = tmp_path / "data", tmp_path / "log"
    calendar = {"code": "DE", "country": "DE"}
    with sendout_up(folder, log) as first:
        run("user", "create", "a@example.com", "--role", "admin", "--data-dir", str(folder))
        made = run("token", "create", "--user", "a@example.com", "--data-dir", str(folder))
        head = {"Authorization": f"Bearer {made.stdout.splitlines()[-1]}"}
        answer = httpx2.post(f"{first.address}/api/v1/calendars", json=calendar, headers=head, timeout=30)
        assert answer.status_code == 201, answer.text
        first.kill_everything()
    with sendout_up(folder, log) as second:
        answer = httpx2.get(f"{second.address}/api/v1/calendars/DE", headers=head, timeout=30)
        assert answer.json()["country"] == "DE"
        parts = descendants(second.running.pid)
        assert second.running.stop() == 0
        assert not any(exists(pid) for pid in parts)
        assert "Traceback" not in second.running.output
