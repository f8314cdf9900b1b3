"""Who is not cleared finds nothing of export-controlled parts in whatever can be read."""

from __future__ import annotations

import asyncio
import re

import pytest
from fastapi.routing import APIRoute

from api.addresses import PAGES as ROUTERS
from models.domain.authority import Role
from models.tables.orders import OrderRow
from models.tables.parts import Part
from tests.pages.alarms import raised
from tests.pages.browser import Browser, Browsers
from tests.pages.doing import at
from tests.stories import LOT
from tests.systems import System

API = "/api/v1"
PART, JOB = "FLANGE-DN50", "WO-3201"
# Not controlled itself, and used a lot that is.
OPEN_JOB = "WO-VALVE"
# Of no use without a person at the other end, or without one of the mailbox's mails.
UNREAD = {"/live", "/mailbox/{name}", "/mailbox/{name}/html", "/mailbox/{name}/attachments/{index}"}
# What stands for a part of an address; all of it is secret, but for suppliers, processes and people.
NAMED = {"part": PART, "revision": "B", "process": "PLATE", "code": "ACME", "identifier": LOT, "kind": "csv"}


@pytest.fixture(scope="module")
async def orders(system: System) -> list[str]:
    """Three orders for the flange at work, and all that can name it; since then it is controlled."""
    bom = [{"part": PART, "quantity": 1}]
    made = {"number": "VALVE-9", "revision": "A", "description": "Valve", "uom": "C62", "bom": bom}
    await system.post(Role.ADMIN, "/parts", made, status=201)
    sold = {"line": 1, "part": PART, "revision": "B", "quantity": 5, "due": "2030-01-01"}
    await system.post(
        Role.ADMIN, "/sales-orders", {"number": "SALES-9", "customer": "C", "lines": [sold]}, status=201
    )
    terms = {"basis": "piece", "price": "1", "currency": "USD", "valid_from": "2030-01-01", "part": PART}
    await system.post(Role.ADMIN, "/suppliers/ACME/terms", terms, status=201)
    job = {"number": OPEN_JOB, "part": "CAP-9", "revision": "A", "quantity": 5, "operations": []}
    cap = {"number": "CAP-9", "revision": "A", "description": "Cap", "uom": "C62"}
    await system.post(Role.ADMIN, "/parts", cap, status=201)
    await system.post(Role.ADMIN, "/work-orders", job, status=201)
    used = {"lot": LOT, "quantity": 1}
    await system.post(Role.ADMIN, f"/work-orders/{OPEN_JOB}/consumptions", used, status=201)
    numbers = [await at(system, point) for point in ("accepted", "there", "rejected")]
    waiting, _, received = numbers
    changes = {"need_by": "2030-01-01"}
    await system.command(Role.BUYER, waiting, "propose-change", changes=changes, reason="Later is fine")
    raised(system, waiting, "no_news")
    wish = [{"quantity": 5, "decision": "scrap"}]
    await system.command(Role.QUALITY, received, "disposition", nonconformance=f"{received}-N1", lines=wish)
    await system.command(Role.QUALITY, received, "judge", lines=[{"line": 1, "accepted": 3}])
    signed = {"name": "Ann Approver"}
    await system.command(Role.APPROVER, received, "force-complete", reason="No certificate", signature=signed)
    await system.post(Role.QUALITY, f"/lots/{LOT}/hold", {"reason": "Chemistry"})
    # What the hold asks of the orders is done, too: it writes their rows once more.
    for _ in range(100):
        shown = [await system.get(f"/orders/{number}") for number in numbers]
        if not any(order["pending_commands"] for order in shown):
            break
        await asyncio.sleep(0.1)
    with system.database.write() as session:
        session.get_one(Part, (PART, "B")).export_controlled = True
        for number in numbers:
            session.get_one(OrderRow, number).export_controlled = True
    return numbers


# Pages of master data are behind one route.
MASTER = (
    *(
        f"/master/{name}"
        for name in ("parts", "lots", "work-orders", "inspection-plans", "sales-orders", "routings")
    ),
    f"/master/parts/{PART}/B",
    f"/master/lots/{LOT}",
    f"/master/work-orders/{JOB}",
    f"/master/work-orders/{OPEN_JOB}",
    f"{API}/work-orders/{OPEN_JOB}/consumptions",
    f"{API}/work-orders/{OPEN_JOB}/outputs",
    "/master/parts/VALVE-9/A",
    "/master/work-orders/new",
    "/master/suppliers/ACME",
)


def addresses(system: System, order: str) -> list[str]:
    """Everything that can be read; what has to be named in an address is the controlled one."""
    own = {"orders": order, "parts": PART, "lots": LOT, "work-orders": JOB, "sales-orders": "SALES-9"}
    pages = {
        route.path
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute) and "GET" in (route.methods or ())
    }
    told = {path for path, methods in system.app.openapi()["paths"].items() if "get" in methods}
    found = list(MASTER)
    for path in sorted((pages | told) - UNREAD):
        here = NAMED | dict.fromkeys(["number"], own.get(path.removeprefix(API).split("/")[1], "x"))
        found.append(re.sub(r"{(\w+)(:path)?}", lambda named, here=here: here.get(named[1], "x"), path))
    return found


async def named(reader: Browser, path: str, secrets: set[str]) -> set[str] | None:
    """Those of `secrets` in an answer; None where there is no answer. A refusal repeats what was asked for."""
    answer = await reader.client.get(path, follow_redirects=True)
    return {secret for secret in secrets if secret in answer.text} if answer.status_code == 200 else None


async def test_no_answer_names_anything_controlled(
    system: System, browsers: Browsers, orders: list[str]
) -> None:
    secrets = {PART, JOB, LOT, *orders}
    reader = browsers.of(*Role)
    answers = {path: await named(reader, path, secrets) for path in addresses(system, orders[0])}
    assert {path: told for path, told in answers.items() if told} == {}
    assert sum(told is not None for told in answers.values()) > 30, "hardly anything was read"


async def test_cleared_people_read_all_of_it(browsers: Browsers, orders: list[str]) -> None:
    reader = browsers.of(*Role, cleared=True)
    for path, secret in {
        "/": orders[0],
        "/orders?stage=all": orders[0],
        "/payables": orders[2],
        "/quality": orders[2],
        "/alerts": orders[0],
        "/master/parts": PART,
        f"/master/parts/{PART}/B": PART,
        f"/master/work-orders/{OPEN_JOB}": LOT,
        "/master/lots": LOT,
        f"{API}/work-orders": JOB,
        f"{API}/parts/{PART}/B": PART,
        f"{API}/trace/{LOT}": LOT,
        f"{API}/suppliers/ACME/terms": PART,
    }.items():
        assert await named(reader, path, {secret}), path
