"""What docker-compose.yml starts, as plain processes: its own commands on PostgreSQL, two APIs, two workers."""

from __future__ import annotations

import subprocess
import uuid
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import URL, create_engine, text

from models.domain.authority import Role
from tests.faults.site import Site, eventually, site
from tests.processes import ROOT, sendout
from tests.stories import BEHALF, LOT, MEASURED, issued, master_data
from tests.systems import API

SERVICES: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]


@pytest.fixture
def empty_database(postgres_server: URL) -> Iterator[str]:
    """As PostgreSQL's image makes it: there, and nothing in it."""
    name = f"compose_{uuid.uuid4().hex}"
    engine = create_engine(postgres_server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield postgres_server.set(database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


def run_to_its_end(running: Site, arguments: list[str]) -> str:
    """What `sendout ARGUMENTS` prints; it must do its work and end well."""
    done = subprocess.run(
        sendout(*arguments), cwd=ROOT, env=dict(running.env), capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


async def test_an_order_goes_through_two_apis_and_two_workers(empty_database: str, tmp_path: Path) -> None:
    assert SERVICES["api"]["command"][0] == "api"
    assert SERVICES["worker"]["command"] == ["worker"]
    assert SERVICES["worker"]["deploy"]["replicas"] == 2
    async with site(tmp_path, empty_database, "temporal") as running:
        for service in ("migrate", "temporal-setup", "migrate", "temporal-setup"):
            run_to_its_end(running, SERVICES[service]["command"])
        running.start("api", "api2", "worker", "worker2")
        await master_data(running)
        number = await issued(running)
        turns = cycle(("api2", "api"))

        async def act(who: Role, name: str, **body: Any) -> Any:
            answer = await running.ask(who, f"/orders/{number}/{name}", body, to=next(turns))
            assert answer.status_code in (200, 202), answer.text
            await eventually(lambda: not running.waiting(number), f"{name} is settled")
            return answer.json()

        await act(Role.BUYER, "acknowledge", decision="accept", on_behalf_of=BEHALF)
        await act(Role.RECEIVING, "send", lines=[{"line": 1, "lot": LOT, "quantity": 1200}])
        # One machine with a worker and an API dies in the middle; the others go on.
        running.kill("api2", "worker")
        turns = cycle(("api",))
        made = await act(Role.BUYER, "submit-inspection", line=1, results=MEASURED, on_behalf_of=BEHALF)
        inspection = made.get("inspection") or running.commands(number)[-1].result["made"]["inspection"]
        await act(Role.QUALITY, "review-inspection", inspection=inspection, decision="release", note="")
        running.start("api2", "worker")
        turns = cycle(("api2", "api"))
        await act(Role.BUYER, "ship", lines=[{"line": 1, "quantity": 1200}], on_behalf_of=BEHALF)
        parcel = (await running.order(number, to="api2"))["parcels"][0]["parcel"]
        whole = {"line": 1, "counted": 1200, "accepted": 1200}
        await act(Role.RECEIVING, "receive", parcel=parcel, lines=[whole])
        answer = await running.login(Role.QUALITY).post(
            f"{running.address('api2')}{API}/orders/{number}/documents?type=coc&lot={LOT}&heat=HX-1",
            content=b"%PDF-1.7\ncertificate",
            headers={"Content-Type": "application/pdf", "X-Filename": "coc.pdf"},
        )
        assert answer.status_code == 201, answer.text
        await act(Role.BUYER, "close")
        order = await running.order(number)
        assert (order["stage"], order["lines"][0]["pieces"]["accepted"]) == ("closed", "1200")
        await eventually(lambda: all(row.state == "sent" for row in running.outbox(number)), "its mails went")
        assert run_to_its_end(running, ["doctor"]) == "Nothing contradicts anything.\n"
