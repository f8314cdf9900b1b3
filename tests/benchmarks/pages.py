"""How long pages take with ten thousand open orders, and how long the SQL under them takes by itself."""

from __future__ import annotations

import http.client
import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from statistics import median
from typing import Any

import psycopg
from sqlalchemy import Engine, event, make_url

from api import people, sessions
from api.app import create_app
from models.domain.authority import Role
from models.settings import Settings
from tests.benchmarks.figures import say, worst
from tests.benchmarks.many import multiply
from tests.benchmarks.product import Product

SLOWEST_MS = 300.0
MOST_OF_SQL = 3.0
_TIMES = 120
# Set where a page is being asked for: what else runs in the product asks the database too.
_PAGE: ContextVar[str | None] = ContextVar("page", default=None)
# One page of each kind; `{order}` is another order each time.
_ADDRESSES = {
    "today": "/",
    "list": "/orders",
    "list, in process": "/orders?stage=in_process",
    "list, found": "/orders?q=WO-1",
    "order": "/orders/{order}",
    "alerts": "/alerts",
}


def report(product: Product, orders: int) -> bool:
    """Prints p95 of every page and its ratio to the bare SQL; whether everything required was reached."""
    drafts = product.drafts(4)
    for steps, draft in enumerate(drafts, 1):
        product.drive([draft], 1, slice(steps))
    began = time.perf_counter()
    numbers = multiply(product.database, [number for number, _ in drafts], orders)
    say(product.name, f"{orders} open orders made in {time.perf_counter() - began:.0f} s")
    reader = _Reader(product)
    reached = True
    for name, address in _ADDRESSES.items():
        asked = [address.format(order=random.choice(numbers)) for _ in range(_TIMES)]
        pages, bares = _side_by_side(product, reader, asked)
        page, bare = worst(pages), worst(bares)
        fine = page <= SLOWEST_MS / 1000 and page <= MOST_OF_SQL * bare
        reached = reached and fine
        say(
            product.name,
            f"page {name}: p95 {page * 1000:.1f} ms, {page / bare:.1f} times its SQL's {bare * 1000:.1f} ms; "
            f"median {median(pages) * 1000:.1f} and {median(bares) * 1000:.1f} ms"
            f"{'' if fine else ': NOT REACHED'}",
        )
    return reached


class _Reader:
    """A browser that is logged in, on one connection."""

    def __init__(self, product: Product) -> None:
        with product.database.write() as session:
            person = people.create_user(session, "reader@example.com", list(Role), None, datetime.now(UTC))
            session.flush()
            secret = sessions.create_session(session, person, datetime.now(UTC))
        self.cookie = f"{sessions.COOKIE}={secret}"
        self._connection = http.client.HTTPConnection("127.0.0.1", product.port, timeout=60)

    def begin(self, address: str) -> None:
        """One page that does not count. The server has closed a connection nothing came over for long."""
        self._connection.close()
        self.get(address)

    def get(self, address: str) -> float:
        """Seconds that the server took to make the page, as it says itself."""
        self._connection.request("GET", address, headers={"Cookie": self.cookie})
        answer = self._connection.getresponse()
        body = answer.read()
        assert answer.status == 200, f"{address}: {answer.status} {body[:500].decode()}"
        _, _, took = (answer.getheader("Server-Timing") or "").partition("dur=")
        return float(took) / 1000


def _side_by_side(
    product: Product, reader: _Reader, addresses: Sequence[str]
) -> tuple[list[float], list[float]]:
    """Seconds for each page, and for its statements on a plain connection, rows fetched: each asked once as
    the page does, and by turns, so that whatever else the machine does slows both."""
    said = list(_said(product, reader.cookie, addresses))
    pages: list[float] = []
    bares: list[float] = []
    reader.begin(addresses[0])
    with _plain(product.database.url) as cursor:
        for address, statements in zip(addresses, said, strict=True):
            pages.append(reader.get(address))
            began = time.perf_counter()
            for statement, values in statements:
                cursor.execute(statement, values)
                cursor.fetchall()
            bares.append(time.perf_counter() - began)
    return pages, bares


def _said(product: Product, cookie: str, addresses: Sequence[str]) -> Iterator[list[tuple[str, Any]]]:
    """The statements that each page asks."""
    from starlette.testclient import TestClient

    settings = Settings(_env_file=None, database_url=product.database.url, secret_key="x" * 40)
    with TestClient(create_app(settings)) as client:
        for address in addresses:
            with _statements() as said:
                _PAGE.set(address)
                assert client.get(address, headers={"Cookie": cookie}).status_code == 200
            yield said


@contextmanager
def _plain(url: str) -> Iterator[Any]:
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection, connection.cursor() as cursor:
        yield cursor


@contextmanager
def _statements() -> Iterator[list[tuple[str, Any]]]:
    """What pages ask of any database in this process meanwhile."""
    said: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        if _PAGE.get() and statement.lstrip().upper().startswith("SELECT"):
            said.append((statement, values))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(Engine, "before_cursor_execute", note)
