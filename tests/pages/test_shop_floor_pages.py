"""What the shop floor records, on its pages: a job's material and output, dispatches, other material."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import Any
from urllib.parse import urlsplit

from models.domain.authority import Role
from tests.pages.browser import Browser, Browsers, StaffPage
from tests.stories import LOT
from tests.systems import System

_NUMBERS = count(1)


@dataclass(frozen=True)
class Floor:
    """A job for pins, which are made of rods alone, with its lots; a wire is on the shelf, too."""

    job: str
    rods: str
    wires: str

    @property
    def page(self) -> str:
        return f"/master/work-orders/{self.job}"

    @property
    def consume(self) -> str:
        return f"/work-orders/{self.job}/consume"

    @property
    def output(self) -> str:
        return f"/work-orders/{self.job}/output"


async def _floor(system: System) -> Floor:
    each = next(_NUMBERS)
    names = {name: f"{name}-{each}" for name in ("ROD", "WIRE", "PIN", "RODS", "WIRES", "WO-PIN")}
    bom = [{"part": names["ROD"], "quantity": 1}]
    for part, made_of in (("ROD", []), ("WIRE", []), ("PIN", bom)):
        body: Any = {"number": names[part], "revision": "A", "bom": made_of}
        await system.post(Role.ADMIN, "/parts", body, status=201)
    for number, part in (("RODS", "ROD"), ("WIRES", "WIRE")):
        lot = {"number": names[number], "part": names[part], "quantity": 50, "received_on": "2026-01-04"}
        await system.post(Role.ADMIN, "/lots", lot, status=201)
    steps = [{"sequence": 10, "kind": "internal", "process": "TURN"}]
    job = {"number": names["WO-PIN"], "part": names["PIN"], "revision": "A", "quantity": 20}
    await system.post(Role.ADMIN, "/work-orders", job | {"operations": steps}, status=201)
    return Floor(names["WO-PIN"], names["RODS"], names["WIRES"])


async def _sent(browser: Browser, path: str, **typed: str) -> StaffPage:
    return await browser.send(await browser.open(path), path, **typed)


async def test_a_dispatch_says_which_sales_order_line_it_delivers(system: System, browsers: Browsers) -> None:
    floor = await _floor(system)
    part, sold = floor.job.removeprefix("WO-"), f"SALE-{floor.job}"
    line = {"line": 3, "part": part, "revision": "A", "quantity": 20, "due": "2031-01-01"}
    body = {"number": sold, "customer": "NORTHWIND", "lines": [line]}
    await system.post(Role.ADMIN, "/sales-orders", body, status=201)
    dock = browsers.of(Role.RECEIVING)
    await _sent(dock, floor.consume, lot=floor.rods, quantity="12")
    await _sent(dock, floor.output, quantity="12")
    left = {"customer": "NORTHWIND", "destination": "Dock 4", "lines.0.lot": f"{floor.job}-A"}
    of = {"lines.0.sales_order": sold, "lines.0.line": "3", "lines.0.quantity": "7"}
    page = await _sent(dock, "/dispatches/new", **left, **of)
    assert page.links[f"{sold}/3"].endswith(f"/master/sales-orders/{sold}")
    number = urlsplit(page.url).path.rpartition("/")[2]
    (read,) = (await system.get(f"/dispatches/{number}"))["lines"]
    assert read["delivers"] == [{"sales_order": sold, "line": 3, "quantity": "7"}]
    wrong = await _sent(dock, "/dispatches/new", **left, **of | {"lines.0.line": "9"})
    assert wrong.form_to("/dispatches/new").fields["lines.0.sales_order"] == sold


async def test_a_job_says_what_it_used_up_made_and_what_left(system: System, browsers: Browsers) -> None:
    floor = await _floor(system)
    dock = browsers.of(Role.RECEIVING)
    page = await dock.open(floor.page)
    assert page.links["Record material used"].endswith(floor.consume)
    typed = {"lot": floor.rods, "quantity": "12", "operation": "10", "operator": "Kim", "machine": "Lathe 2"}
    page = await _sent(dock, floor.consume, **typed)
    assert urlsplit(page.url).path == floor.page
    assert "Kim · Operation 10 · Lathe 2" in page.text
    page = await _sent(dock, floor.output, quantity="12", verdict="pass", inspector="Bo")
    assert f"{floor.job}-A" in page.text
    left = {"customer": "NORTHWIND", "destination": "Dock 4", "lines__0__lot": f"{floor.job}-A"}
    page = await _sent(dock, "/dispatches/new", lines__0__quantity="7", **left)
    assert "Packing list DN-" in page.text
    assert f"{floor.job}-A PIN" in page.text
    number = urlsplit(page.url).path.rpartition("/")[2]
    assert number in (await dock.open(floor.page)).text
    assert "NORTHWIND Dock 4" in (await dock.open("/dispatches?q=north")).text
    assert "No dispatch fits that." in (await dock.open("/dispatches?q=contoso")).text
    page = await _sent(dock, f"/dispatches/{number}/reverse", reason="Wrong customer")
    assert "Wrong customer" in page.text
    assert (await system.get(f"/lots/{floor.job}-A"))["on_hand"] == "12"


async def test_what_is_refused_stays_typed(system: System, browsers: Browsers) -> None:
    floor = await _floor(system)
    dock = browsers.of(Role.RECEIVING)
    page = await _sent(dock, floor.consume, lot=floor.rods, quantity="51", machine="Lathe 2")
    assert page.status == 409
    assert f"Lot {floor.rods} has 50" in page.text
    assert page.form_to(floor.consume).fields["machine"] == "Lathe 2"
    page = await _sent(dock, floor.output, quantity="2", serials="S1, S2\nS3")
    assert page.status == 422
    assert "has no serial numbers; leave them out." in page.text
    page = await _sent(dock, "/dispatches/new", customer="X", destination="Y")
    assert page.status == 422
    assert (await browsers.of(Role.VIEWER).open(floor.consume)).status == 403
    assert (await dock.open("/work-orders/NONE/consume")).status == 404


async def test_a_late_entry_is_marked_and_taken_back_on_its_page(system: System, browsers: Browsers) -> None:
    floor = await _floor(system)
    dock = browsers.of(Role.RECEIVING)
    page = await _sent(dock, floor.consume, lot=floor.rods, quantity="2", at="2026-01-05T06:30")
    assert "Late entry by" in page.text
    (used,) = (await system.get(f"/work-orders/{floor.job}/consumptions"))["items"]
    # As the clocks of the plant showed it.
    assert used["at"] == "2026-01-05T05:30:00Z"
    page = await dock.open(urlsplit(page.links["Reverse"]).path)
    page = await dock.send(page, urlsplit(page.url).path, reason="Counted twice")
    assert "Counted twice" in page.text
    assert "Reverse" not in page.links


async def test_quality_decides_about_other_material_from_its_ledger(
    system: System, browsers: Browsers
) -> None:
    floor = await _floor(system)
    dock, quality = browsers.of(Role.RECEIVING), browsers.of(Role.QUALITY)
    await _sent(dock, floor.consume, lot=floor.wires, quantity="2")
    await _sent(dock, floor.output, quantity="2")
    left = {"customer": "X", "destination": "Y", "lines__0__lot": f"{floor.job}-A", "lines__0__quantity": "2"}
    page = await _sent(dock, "/dispatches/new", **left)
    assert "It can leave once quality has accepted that." in page.text
    page = await quality.open("/quality")
    assert "Other material was used" in page.text
    path = urlsplit(page.links["Decide"]).path
    page = await _sent(quality, path, decision="accept", reason="Same steel", signed="")
    assert page.status == 422
    assert "Sign with your printed name." in page.text
    page = await quality.send(page, path, signed="Q. Lee")
    assert "Accepted" in page.text
    assert "Other material was used" not in (await quality.open("/quality?state=open")).text
    assert "Other material was used" in (await quality.open("/quality?kind=material")).text
    assert "Packing list" in (await _sent(dock, "/dispatches/new", **left)).text


async def test_what_quality_scraps_is_named_with_what_was_used_before(
    system: System, browsers: Browsers
) -> None:
    floor = await _floor(system)
    dock, quality = browsers.of(Role.RECEIVING), browsers.of(Role.QUALITY)
    await _sent(dock, floor.consume, lot=floor.wires, quantity="2")
    await _sent(dock, floor.output, quantity="12")
    user = {"number": f"{floor.job}-2", "type": "MTO", "part": f"PIN-{floor.job.rpartition('-')[2]}"}
    await system.post(Role.ADMIN, "/work-orders", user | {"revision": "A", "quantity": 20}, status=201)
    await _sent(dock, f"/work-orders/{floor.job}-2/consume", lot=f"{floor.job}-A", quantity="3")
    path = f"/material-mismatches/{floor.job}-M1"
    page = await _sent(quality, path, decision="scrap", reason="Soft")
    assert f"Scrapped 9 pcs of {floor.job}-A" in page.text
    page = await quality.open(path)
    assert f"3 pcs of {floor.job}-A: Work order {floor.job}-2" in page.text
    page = await quality.open(f"/master/lots/{floor.job}-A")
    assert "9 pcs scrapped" in page.text
    page = await quality.open(f"/trace?q=lot:{floor.job}-A&direction=forward")
    assert "scrapped 9 pcs" in page.text


async def test_scrap_of_which_nothing_is_here_is_not_said_to_be_scrapped(
    system: System, browsers: Browsers
) -> None:
    floor = await _floor(system)
    dock, quality = browsers.of(Role.RECEIVING), browsers.of(Role.QUALITY)
    await _sent(dock, floor.consume, lot=floor.wires, quantity="2")
    await _sent(dock, floor.output, quantity="12")
    user = {"number": f"{floor.job}-2", "type": "MTO", "part": f"PIN-{floor.job.rpartition('-')[2]}"}
    await system.post(Role.ADMIN, "/work-orders", user | {"revision": "A", "quantity": 20}, status=201)
    await _sent(dock, f"/work-orders/{floor.job}-2/consume", lot=f"{floor.job}-A", quantity="12")
    path = f"/material-mismatches/{floor.job}-M1"
    page = await _sent(quality, path, decision="scrap", reason="Soft")
    there = f"12 pcs of {floor.job}-A: Work order {floor.job}-2"
    assert f"To be scrapped: none of it was here {there}" in page.text
    wire = floor.wires.replace("WIRES", "WIRE")
    for told in (await quality.open(path), await quality.open(f"/quality?kind=material&part={wire}")):
        assert "To be scrapped: none of it was here" in told.text
        assert "Scrapped" not in told.text


async def test_what_quality_put_on_hold_is_decided_about_again_on_its_page(
    system: System, browsers: Browsers
) -> None:
    floor = await _floor(system)
    dock, quality = browsers.of(Role.RECEIVING), browsers.of(Role.QUALITY)
    await _sent(dock, floor.consume, lot=floor.wires, quantity="2")
    await _sent(dock, floor.output, quantity="12")
    path = f"/material-mismatches/{floor.job}-M1"
    page = await _sent(quality, path, decision="hold", reason="Wait for the laboratory")
    assert page.text.count("Decide") == 1
    page = await quality.open(path)
    assert "Put what was made on hold" not in page.text
    page = await _sent(quality, path, decision="scrap", reason="Soft after all", signed="Q. Lee")
    assert f"Scrapped 12 pcs of {floor.job}-A" in page.text
    assert "Decide" not in page.text.replace("Decided", "").replace("Decision", "")
    page = await quality.open(path)
    assert "Decided before" in page.text
    assert "Wait for the laboratory" in page.text


async def test_a_lot_that_failed_is_said_to_and_held(system: System, browsers: Browsers) -> None:
    floor = await _floor(system)
    dock = browsers.of(Role.RECEIVING)
    failed = {"quantity": "3", "verdict": "fail", "note": "Thread torn"}
    page = await _sent(dock, floor.output, **failed)
    assert "Failed its inspection" in page.text
    assert "Thread torn" in (await dock.open(f"/master/lots/{floor.job}-A")).text
    assert (await dock.open(f"/master/lots/{LOT}")).status == 200
