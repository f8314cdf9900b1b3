"""The demo, running, as browsers visit it: its address, people and orders."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from api import demo_world
from tests.processes import environment, free_port, running, sendout


@dataclass(frozen=True)
class Site:
    """`orders` by work order. `link` is the mailed one of the order nobody has answered."""

    address: str
    link: str
    temporal_ui: str
    orders: dict[str, str]
    token: str
    database: Path
    # By role, of those who have logged in.
    cookies: dict[str, list[Any]] = field(default_factory=dict)

    def email(self, role: str) -> str:
        return demo_world.PEOPLE[role][1]

    def at(self, path: str) -> str:
        """An address on this site; `{WO-3201}` stands for that job's order."""
        for job, number in self.orders.items():
            path = path.replace(f"{{{job}}}", number)
        return self.address + path

    def post(self, path: str, body: Any, method: str = "POST") -> Any:
        """What a program of the company's asks the API."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        request = Request(f"{self.address}/api/v1{path}", json.dumps(body).encode(), headers, method=method)
        with urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def mailed_link(self, order: str) -> str:
        """The supplier's link in a mail about an order, as the mailbox page shows it, the newest first.

        Raises `LookupError` while there is none.
        """
        shown = "/mailbox"
        while shown:
            page = self._read(shown)
            for name, subject in re.findall(r'<a href="(/mailbox/[^"?]+)">([^<]*)</a>', page):
                if order in subject:
                    links = re.findall(r'href="(http[^"]+/s/[^"]+)"', self._read(f"{name}/html"))
                    if links:
                        return str(links[0])
            shown = next(iter(re.findall(r'href="(/mailbox\?before=[^"]+)"', page)), "")
        raise LookupError(order)

    def _read(self, path: str) -> str:
        with urlopen(self.address + path, timeout=30) as answer:
            return str(answer.read().decode())


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
        (token,) = re.findall(r"A token \(\S+\): (\S+)", said)
        yield Site(
            f"http://127.0.0.1:{port}", link, temporal_ui, orders, token, folder / "demo" / "sendout.db"
        )
        assert process.stop() == 0
