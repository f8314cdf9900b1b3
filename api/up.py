"""`sendout up`: everything on this machine, its data kept in one folder."""

from __future__ import annotations

import fcntl
import http.client
import os
import random
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from api import mailbox, temporal
from api.supervisor import Part, Supervisor
from models import migrate
from models.secrets import with_secret_key
from models.settings import Settings

LOCK_FILE = "sendout.lock"
# Where the Temporal server of this folder listens; means something only while the lock is held.
TEMPORAL_FILE = "temporal.address"
_LOCK_PATIENCE = 5.0
_THIS_HOST = ("127.0.0.1", "localhost", "::1")
# Below the ports that Linux hands out by itself (ip_local_port_range).
_OURS = range(20_000, 32_768)
_ANY_HOST = ("", "0.0.0.0", "::")  # noqa: S104 - compared with, not listened on


class CannotStart(Exception):
    """Why `sendout up` does not start, and what to do about it."""


@dataclass(frozen=True)
class Addresses:
    """Where everything listens, and the folder of the mailbox. Empty: not run by us."""

    api: str
    temporal_ui: str
    smtp: str
    mailbox: str


def up(
    settings: Settings,
    *,
    host: str,
    port: int,
    temporal_address: str,
    announce: Callable[[Addresses], None],
    open_mailbox: bool = False,
) -> int:
    """Runs everything until a signal and returns the exit code; ``port`` 0 is any free one.

    ``temporal_address`` names a Temporal server that already runs; empty starts one. The mailbox's page
    asks for no login with ``open_mailbox``, if only this machine can reach it.
    Raises ``CannotStart``.
    """
    folder = settings.data_dir.absolute()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = hold(folder)
    settings = with_secret_key(settings)
    migrate.upgrade(settings.database)
    try:
        addresses, stages = plan(settings, host, port, temporal_address, open_mailbox)
        return Supervisor(stages, inherited=(lock,)).run(lambda: announce(addresses))
    except temporal.TemporalError as error:
        raise CannotStart(str(error)) from error
    finally:
        os.close(lock)


def hold(folder: Path) -> int:
    """Locks the folder and returns the descriptor that holds it.

    The children inherit it: the folder is free again only when the last of them is gone, which
    after kill -9 takes a moment.
    """
    descriptor = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + _LOCK_PATIENCE
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() < deadline:
                time.sleep(0.2)
                continue
            owner = os.read(descriptor, 32).decode(errors="replace").strip() or "unknown"
            os.close(descriptor)
            raise CannotStart(
                f"Sendout already runs on {folder} (process {owner}). "
                "Stop that one, or choose another folder with --data-dir."
            ) from None
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        return descriptor


def temporal_of(folder: Path) -> str:
    """Where the Temporal server of a `sendout up` that runs on the folder listens; empty: none runs."""
    try:
        with (folder / LOCK_FILE).open() as held:
            fcntl.flock(held, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        with suppress(FileNotFoundError):
            return (folder / TEMPORAL_FILE).read_text()
    except FileNotFoundError:
        pass
    return ""


def plan(
    settings: Settings, host: str, port: int, temporal_address: str, open_mailbox: bool = False
) -> tuple[Addresses, list[list[Part]]]:
    """What to run, in stages, and where it will be found."""
    folder = settings.data_dir.absolute()
    any_port = port == 0
    port = _free_port(host) if any_port else _wanted_port(host, port)
    reached = "127.0.0.1" if host in _ANY_HOST else host
    api_address = f"http://{reached}:{port}"
    ours = {
        "PYTHONPATH": _python_path(),
        "PYTHONUNBUFFERED": "1",
        "SENDOUT_DATA_DIR": str(folder),
    }
    if "public_url" not in settings.model_fields_set:
        ours["SENDOUT_PUBLIC_URL"] = api_address

    first: list[Part] = []
    temporal_ui = smtp = mail_folder = ""
    (folder / TEMPORAL_FILE).unlink(missing_ok=True)
    if temporal_address:
        environment = os.environ | {"TEMPORAL_ADDRESS": temporal_address}
        temporal.register_search_attributes(environment)
    else:
        server_port = _port(7233, any_port)
        ui_port = _port(8233, any_port)
        environment = temporal.own_server_environment(f"127.0.0.1:{server_port}")
        (folder / TEMPORAL_FILE).write_text(environment["TEMPORAL_ADDRESS"])
        command = temporal.server_command(port=server_port, ui_port=ui_port, db=folder / "temporal.db")
        first.append(Part("temporal", command, environment, lambda _pid: temporal.is_serving(environment)))
        temporal_ui = f"http://127.0.0.1:{ui_port}"
    if "smtp_url" not in settings.model_fields_set:
        smtp_port = _port(1025, any_port)
        mail_folder = str(mailbox.folder(settings).absolute())
        smtp = ours["SENDOUT_SMTP_URL"] = f"smtp://127.0.0.1:{smtp_port}"
        ours["SENDOUT_MAILBOX"] = "open" if open_mailbox and host in _THIS_HOST else "login"
        command = _python("mailbox", "--port", str(smtp_port))
        first.append(Part("mailbox", command, environment | ours, lambda _pid: _accepts(smtp_port)))
    environment = environment | ours
    queue = settings.task_queue
    worker = Part(
        "worker", _python("worker"), environment, lambda pid: temporal.polls(environment, queue, pid)
    )
    command = _python("api", "--host", host, "--port", str(port))
    api = Part("api", command, environment, lambda _pid: _is_ready(reached, port))
    return Addresses(api_address, temporal_ui, smtp, mail_folder), [first, [worker, api]]


def _python(*arguments: str) -> list[str]:
    # -P: a folder called `api` where the operator happens to stand must not be imported instead.
    return [sys.executable, "-P", "-m", "api.cli", *arguments]


def _python_path() -> str:
    """The children import the very code that runs here, installed or not."""
    here = str(Path(__file__).resolve().parent.parent)
    inherited = os.environ.get("PYTHONPATH", "")
    return f"{here}{os.pathsep}{inherited}" if inherited else here


def _port(preferred: int, any_port: bool) -> int:
    """The well-known port when nobody has it, so that people find things where they expect them."""
    if not any_port and not _accepts(preferred):
        with suppress(CannotStart):
            return _wanted_port("127.0.0.1", preferred)
    return _free_port("127.0.0.1")


def free_or(preferred: int) -> int:
    """The port ``preferred`` of this machine, or any free one when somebody has it."""
    return _port(preferred, any_port=False)


def _free_port(host: str) -> int:
    """A free port below those the system hands out: Temporal asks it for ports of its own, and one
    that is only free now would be taken before we listen on it."""
    for port in random.sample(_OURS, len(_OURS)):
        with suppress(OSError), socket.create_server((host, port)):
            return port
    raise CannotStart(
        f"No port from {_OURS.start} to {_OURS.stop - 1} of {host} is free. Choose one with --port."
    )


def _wanted_port(host: str, port: int) -> int:
    try:
        with socket.create_server((host, port)):
            return port
    except OSError as error:
        raise CannotStart(
            f"Cannot listen on {host}:{port} ({error.strerror}). Choose another port with --port; 0 takes a free one."
        ) from error


def _accepts(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def _is_ready(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=2)
    with suppress(OSError, http.client.HTTPException):
        connection.request("GET", "/api/v1/health/ready")
        return connection.getresponse().status == 200
    return False
