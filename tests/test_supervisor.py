"""The supervisor with real, tiny processes."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes import Running, environment, exists, start, wait_until

# A part: notes its start and its end in a shared file, and stays until it is asked to go.
PART = """
import os, signal, sys, time
name, journal, stubborn = sys.argv[1], sys.argv[2], sys.argv[3] == "stubborn"
def note(word):
    with open(journal, "a") as file:
        file.write(f"{name} {word} {os.getpid()}\\n")
def go(*_):
    note("ends")
    if not stubborn:
        sys.exit(0)
signal.signal(signal.SIGTERM, go)
note("starts")
print(f"hello from {name}", flush=True)
while True:
    time.sleep(0.05)
"""

DRIVER = """
import os, sys
from api.supervisor import Part, Supervisor
folder, kind = sys.argv[1], sys.argv[2]
journal = os.path.join(folder, "journal")
def part(name):
    def is_ready(pid):
        return os.path.exists(journal) and f"{name} starts {pid}\\n" in open(journal).read()
    command = [sys.executable, "-S", os.path.join(folder, "part.py"), name, journal, kind]
    if kind == "broken" and name == "second":
        command = [sys.executable, "-S", "-c", "raise SystemExit('no licence')"]
    return Part(name, command, os.environ, is_ready)
sys.exit(Supervisor([[part("first")], [part("second")]]).run(lambda: print("ready", flush=True)))
"""


class Driven:
    """A supervisor in a process of its own, and what its parts wrote down."""

    def __init__(self, folder: Path, kind: str) -> None:
        (folder / "part.py").write_text(PART)
        (folder / "driver.py").write_text(DRIVER)
        self.journal = folder / "journal"
        command = [sys.executable, str(folder / "driver.py"), str(folder), kind]
        if kind == "nohup":
            command = ["nohup", *command]
        self.running: Running = start(
            command, folder / "output", environment(PYTHONPATH=Path(__file__).parent.parent)
        )

    def words(self) -> list[str]:
        """What happened, without the pids: ``first starts``."""
        return [line.rsplit(" ", 1)[0] for line in self.journal.read_text().splitlines()]

    def pids(self, name: str) -> list[int]:
        """The pids of every process that ran this part, in order."""
        lines = self.journal.read_text().splitlines()
        return [int(line.split()[2]) for line in lines if line.startswith(f"{name} starts")]


@pytest.fixture
def driven(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Driven]:
    driven = Driven(tmp_path, getattr(request, "param", "polite"))
    yield driven
    driven.running.kill()


def test_stages_start_in_order_and_end_in_reverse(driven: Driven) -> None:
    driven.running.wait_for("ready")
    assert driven.words() == ["first starts", "second starts"]
    assert driven.running.stop() == 0
    assert driven.words()[2:] == ["second ends", "first ends"]
    assert "first  | hello from first" in driven.running.output


def test_a_dead_part_is_started_again(driven: Driven) -> None:
    driven.running.wait_for("ready")
    os.kill(driven.pids("first")[0], signal.SIGKILL)
    wait_until(lambda: len(driven.pids("first")) == 2, "a second start")
    assert "first  | ended with code -9; starts again in 0.5 s" in driven.running.output
    assert len(driven.pids("second")) == 1


def test_nothing_outlives_a_killed_supervisor(driven: Driven) -> None:
    driven.running.wait_for("ready")
    pids = [*driven.pids("first"), *driven.pids("second")]
    os.kill(driven.running.pid, signal.SIGKILL)
    driven.running.process.wait()
    wait_until(lambda: not any(exists(pid) for pid in pids), "the end of every part", 5)


@pytest.mark.parametrize("driven", ["broken"], indirect=True)
def test_a_part_that_cannot_start_ends_everything_and_says_why(driven: Driven) -> None:
    assert driven.running.process.wait(30) == 1
    assert "second | no licence" in driven.running.output
    assert "second | could not be started" in driven.running.output
    assert driven.words() == ["first starts", "first ends"]


@pytest.mark.parametrize("driven", ["stubborn"], indirect=True)
def test_a_second_signal_kills_what_does_not_go(driven: Driven) -> None:
    driven.running.wait_for("ready")
    pids = [*driven.pids("first"), *driven.pids("second")]
    driven.running.process.terminate()
    wait_until(lambda: "second ends" in driven.words(), "the first signal")
    driven.running.process.terminate()
    assert driven.running.process.wait(10) == 0
    assert not any(exists(pid) for pid in pids)


@pytest.mark.parametrize("driven", ["nohup"], indirect=True)
def test_it_outlives_its_terminal_when_told_to(driven: Driven) -> None:
    driven.running.wait_for("ready")
    os.kill(driven.running.pid, signal.SIGHUP)
    os.kill(driven.pids("first")[0], signal.SIGKILL)
    wait_until(lambda: len(driven.pids("first")) == 2, "a second start, for it still runs")
    assert driven.running.stop() == 0
