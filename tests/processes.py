"""Real processes for tests: started on free ports, waited for, and ended by their own pid."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = Path(sysconfig.get_path("scripts"))
TEMPORAL = SCRIPTS / "temporal"
PATIENCE = 60.0


def free_port() -> int:
    """A TCP port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answers(port: int) -> bool:
    """Whether something accepts connections on this port of this machine."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def wait_until(condition: Callable[[], bool], what: str, patience: float = PATIENCE) -> None:
    """Looks again and again until the condition holds; fails the test naming ``what`` after that."""
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {patience:.0f} s")
        time.sleep(0.05)


@dataclass
class Running:
    """A started process, the leader of its own group, with everything it printed in ``log``."""

    process: subprocess.Popen[bytes]
    log: Path

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def output(self) -> str:
        return self.log.read_text(errors="replace")

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def wait_for(self, text: str, patience: float = PATIENCE, *, since: int = 0) -> None:
        """Until it has printed ``text`` past ``since``; fails at once with its output when it ends before."""

        def said() -> bool:
            if text in self.output[since:]:
                return True
            assert self.alive, f"ended with {self.process.returncode}:\n{self.output}"
            return False

        wait_until(said, f"{text!r} in\n{self.output}", patience)

    def stop(self, patience: float = PATIENCE) -> int:
        """Asks it to end (SIGTERM) and gives its exit code; kills its group when it does not."""
        if self.alive:
            self.process.terminate()
        try:
            return self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"did not end on SIGTERM:\n{self.output}") from None

    def kill(self) -> None:
        """kill -9 of the process and of everything it started in its group."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.process.wait(PATIENCE)


def environment(**values: object) -> dict[str, str]:
    """This process's environment without any setting of ours, plus the given variables."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("SENDOUT_", "TEMPORAL_"))}
    return clean | {"PYTHONUNBUFFERED": "1"} | {name: str(value) for name, value in values.items()}


def start(command: Sequence[str | Path], log: Path, env: Mapping[str, str] | None = None) -> Running:
    """Starts a command from the project's root; it inherits nothing but ``env``."""
    with log.open("ab") as out:
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=ROOT,
            env=dict(env if env is not None else environment()),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Running(process, log)


@contextmanager
def running(
    command: Sequence[str | Path], log: Path, env: Mapping[str, str] | None = None
) -> Iterator[Running]:
    """``start`` for a block; whatever is left of it afterwards is killed."""
    started = start(command, log, env)
    try:
        yield started
    finally:
        started.kill()


def sendout(*arguments: str) -> list[str]:
    """The command line of ``sendout ARGUMENTS`` run from the sources."""
    return [sys.executable, "-m", "api.cli", *arguments]


def temporal_command(port: int, db: Path | None = None) -> list[str]:
    """The development server as the product runs it, on ``port``; kept in ``db`` when given."""
    from api import temporal

    return temporal.server_command(port=port, ui_port=None, db=db)


def descendants(pid: int) -> dict[int, str]:
    """The processes this one started and theirs: pid to command line (Linux)."""
    found: dict[int, str] = {}
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in map(int, (task / "children").read_text().split()):
                command = Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ")
                found[child] = command.decode(errors="replace").strip()
                found |= descendants(child)
    return found


def exists(pid: int) -> bool:
    """Whether the process runs; one that is dead but not yet collected does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


@dataclass
class Up:
    """A running ``sendout up`` that has said it is ready."""

    running: Running
    address: str

    def part(self, name: str) -> int | None:
        """The pid of one part now: ``api``, ``worker``, ``mailbox`` or ``temporal``."""
        words = "start-dev" if name == "temporal" else f"api.cli {name}"
        parts = descendants(self.running.pid)
        return next((pid for pid, line in parts.items() if words in line), None)

    def kill_everything(self) -> None:
        """kill -9 of the supervisor; returns when its parts, which die with it, are gone."""
        parts = descendants(self.running.pid)
        self.running.kill()
        wait_until(lambda: not any(exists(pid) for pid in parts), f"the end of {parts}", 10)


@contextmanager
def sendout_up(
    folder: Path, log: Path, *, program: Sequence[str] | None = None, **settings: object
) -> Iterator[Up]:
    """``sendout up`` on free ports with its data in ``folder``; killed with its parts at the end.

    ``settings`` are environment variables; ``program`` is another `sendout` than the sources'.
    """
    command = [*(program or sendout()), "up", "--port", "0", "--data-dir", str(folder)]
    said = log.stat().st_size if log.exists() else 0
    with running(command, log, environment(**settings)) as process:
        process.wait_for("Ctrl-C stops it.", since=said)
        (address,) = re.findall(r"^Sendout is ready at (\S+)$", process.output[said:], re.MULTILINE)
        up = Up(process, address)
        try:
            yield up
        finally:
            up.kill_everything()
