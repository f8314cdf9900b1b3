"""`sendout doctor`: looks at everything, says what it found, answers with an exit code."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError
from temporalio.client import Client
from temporalio.envconfig import ClientConfig
from temporalio.service import RPCError

from activities.doctor import records
from activities.doctor_workflows import workflows
from activities.findings import Finding
from api import temporal, up
from models.db import Database
from models.settings import Settings
from workflows.client import connect

HEALTHY, FOUND, BLIND = 0, 1, 2
_PATIENCE = 15.0
_UNKNOWN = "no Temporal server is known here; name one with --temporal-address"


class CannotLook(Exception):
    """Why nothing could be examined, and what to do about it."""


@dataclass(frozen=True, slots=True)
class Report:
    """`findings`, and why workflows were `not_compared`; empty when they were.

    `blind`: a server was named and does not answer, so nobody can say that all is well.
    """

    findings: list[Finding]
    not_compared: str = ""
    blind: bool = False

    @property
    def code(self) -> int:
        return FOUND if self.findings else BLIND if self.blind else HEALTHY

    def lines(self) -> Iterator[str]:
        """For people: a line per finding, its remedy under the last of its kind."""
        for place, finding in enumerate(self.findings):
            yield f"{finding.where}: {finding.what} [{finding.code}]"
            following = self.findings[place + 1 : place + 2]
            if not following or following[0].code != finding.code:
                yield f"    {finding.remedy}"
        if self.not_compared:
            yield f"Workflows were not compared: {self.not_compared}."
        count = len(self.findings)
        yield "Nothing contradicts anything." if not count else f"{count} finding{'s' * (count > 1)}."

    def json(self) -> str:
        """For programs."""
        return json.dumps(
            {"findings": [asdict(each) for each in self.findings], "not_compared": self.not_compared or None},
            indent=2,
        )


def look(settings: Settings, temporal_address: str, now: datetime) -> Report:
    """Examines database and files, and the workflows where a Temporal server is known.

    That is the given one, the one of the environment, or that of a `sendout up` running on the data
    folder; never a guess, because another system's workflows would all look wrong. Raises `CannotLook`.
    """
    database = _database(settings)
    try:
        findings = records(database, settings.files_dir, now)
        environment = _environment(settings.data_dir, temporal_address)
        if environment is None:
            return Report(findings, _UNKNOWN)
        os.environ.update(environment)
        try:
            findings += asyncio.run(_workflows(database, settings, now))
        except (RPCError, RuntimeError, TimeoutError):
            return Report(findings, "the Temporal server does not answer", blind=True)
    except SQLAlchemyError as error:
        raise CannotLook(
            f"The database cannot be read ({type(error).__name__}). Is it there, and of this version? "
            "`sendout migrate` brings it to this version."
        ) from error
    finally:
        database.dispose()
    return Report(sorted(findings))


def _database(settings: Settings) -> Database:
    url = make_url(settings.database)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        # Opening it would make an empty one.
        raise CannotLook(f"There is no database at {url.database}. Name the data folder with --data-dir.")
    return Database(settings.database)


def _environment(folder: Path, address: str) -> dict[str, str] | None:
    """The variables that lead to the Temporal server; None when none is known."""
    if address:
        return {"TEMPORAL_ADDRESS": address}
    if "target_host" in ClientConfig.load_client_connect_config():
        return {}
    address = up.temporal_of(folder)
    return temporal.own_server_environment(address) if address else None


async def _workflows(database: Database, settings: Settings, now: datetime) -> list[Finding]:
    async with asyncio.timeout(_PATIENCE):
        client: Client = await connect()
    return await workflows(database, client, now, settings.task_queue)
