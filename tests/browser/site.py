"""The demo, running, as browsers visit it: its address, people and orders."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from api import demo_world
from tests.processes import environment, free_port, running, sendout


@dataclass(frozen=True)
class Site:
    """`orders` by work order. `link` is the mailed one of the order nobody has answered."""

    address: str
    link: str
    temporal_ui: str
    orders: dict[str, str]
    # By role, of those who have logged in.
    cookies: dict[str, list[Any]] = field(default_factory=dict)

    def email(self, role: str) -> str:
        return demo_world.PEOPLE[role][1]

    def at(self, path: str) -> str:
        """An address on this site; `{WO-3201}` stands for that job's order."""
        for job, number in self.orders.items():
            path = path.replace(f"{{{job}}}", number)
        return self.address + path


@contextmanager
def demo_site(folder: Path) -> Iterator[Site]:
    """A demo of its own in `folder`, ended with the block."""
    port = free_port()
    command = [*sendout("demo"), "--data-dir", str(folder / "demo"), "--port", str(port)]
    env = environment(TEMPORAL_CONFIG_FILE="/dev/null")
    with running(command, folder / "demo.log", env) as process:
        process.wait_for("Ctrl-C stops it.", 180)
        said = process.output
        (link,) = re.findall(r"Supplier's page +(\S+)", said)
        (temporal_ui,) = re.findall(r"Temporal Web UI +(\S+)", said)
        orders = {job: number for number, job in re.findall(r"^ +(\S+-\d+-\d+) +(WO-\d+) ", said, re.M)}
        yield Site(f"http://127.0.0.1:{port}", link, temporal_ui, orders)
        assert process.stop() == 0
