"""A number, scanned or typed, leads to what has it; labels are printed from where things are."""

from __future__ import annotations

from urllib.parse import parse_qs, quote, urlsplit

import pytest

from models.domain.authority import Role
from models.tables.parts import Part
from tests.pages.browser import Browser, Browsers, StaffPage
from tests.pages.doing import PIECES, at, hands
from tests.pages.test_actions_serials import tracked
from tests.paper import sheets
from tests.stories import LOT
from tests.systems import System

GTIN = "09506000134352"
OTHERS = "https://brand.example"


async def lands(browser: Browser, text: str) -> str:
    """Where the scan of a text leads to."""
    answer = await browser.get(f"/scan?q={quote(text, safe='')}")
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


@pytest.fixture(scope="module")
async def item(system: System) -> None:
    """The flange is sold under a GTIN; its first lot came as the supplier's S-77."""
    part = {"description": "SS Flange DN50", "gtin": GTIN}
    answer = await system.login(Role.ADMIN).put("/api/v1/parts/FLANGE-DN50/B", json=part)
    assert answer.status_code == 200, answer.text
    lot = {
        "number": "L-NEXT",
        "part": "FLANGE-DN50",
        "quantity": 5,
        "heat_number": "HX-9",
        "supplier_lot": "S-77",
        "certificate": "C-9917",
    }
    await system.post(Role.ADMIN, "/lots", lot, status=201)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (LOT, f"/master/lots/{LOT}"),
        (LOT.lower(), f"/master/lots/{LOT}"),
        (f" {LOT}\r\n", f"/master/lots/{LOT}"),
        ("HX-9", "/master/lots/L-NEXT"),
        ("S-77", "/master/lots/L-NEXT"),
        ("c-9917", "/master/lots/L-NEXT"),
        ("wo-3201", "/master/work-orders/WO-3201"),
        (f"http://127.0.0.1:8000/l/{LOT}", f"/master/lots/{LOT}"),
        (f"https://an-old-name.example/l/{LOT}", f"/master/lots/{LOT}"),
        (f"]d201{GTIN}10{LOT}", f"/master/lots/{LOT}"),
        (f"(01){GTIN}(10)S-77", "/master/lots/L-NEXT"),
        (f"{OTHERS}/01/{GTIN}/10/S-77", "/master/lots/L-NEXT"),
        (f"{OTHERS}/01/96385074/10/S-77", "/master/lots/L-NEXT"),
        (f"01{GTIN}", "/master/parts/FLANGE-DN50/B"),
    ],
)
async def test_a_scan_leads_to_what_has_this_name(
    item: None, browsers: Browsers, text: str, path: str
) -> None:
    assert await lands(browsers.of(Role.VIEWER), text) == path


async def test_a_box_is_received_by_who_may_and_its_order_shown_to_others(
    system: System, browsers: Browsers
) -> None:
    number = await at(system, "shipped")
    receiving, viewer = browsers.of(Role.RECEIVING), browsers.of(Role.VIEWER)
    assert await lands(receiving, number.lower()) == f"/orders/{number}"
    for text in (f"{number}-P1", f"http://127.0.0.1:8000/b/{number}-P1"):
        assert await lands(receiving, text) == f"/orders/{number}/receive?parcel={number}-P1"
        assert await lands(viewer, text) == f"/orders/{number}"
    page = await receiving.open(f"/b/{number}-P1")
    assert page.heading == "How many are in parcel P1?"


async def test_a_box_that_is_booked_in_says_when_by_whom_and_as_which_lots(
    system: System, browsers: Browsers
) -> None:
    number = await at(system, "shipped")
    dock = browsers.of(Role.RECEIVING)
    box = f"{number}-P1"
    first = {"line": 1, "counted": 5, "accepted": 5, "output_lot": "BOX-1"}
    await system.command(Role.RECEIVING, number, "receive", parcel=box, lines=[first])
    # Something is still in it.
    assert await lands(dock, box) == f"/orders/{number}/receive?parcel={box}"
    counted = {"line": 1, "counted": 15, "accepted": 12, "unprocessed": 3, "output_lot": "BOX-1"}
    body = {"parcel": box, "additional": True, "lines": [counted]}
    received = await system.command(Role.RECEIVING, number, "receive", **body)
    for browser in (dock, browsers.of(Role.VIEWER)):
        for path in (f"/scan?q={box.lower()}", f"/b/{box}"):
            page = await browser.open(path)
            assert page.status == 200
            assert (
                f"Parcel {box} is booked in: receiving@example.com received it as {number}-R2, " in page.text
            )
            assert "Lot BOX-1 17 pcs" in page.text
            assert f"Lot {LOT} 3 pcs · returned unprocessed" in page.text
            links = [given.get("href") for _, given in page.tags]
            assert {"/master/lots/BOX-1", f"/master/lots/{LOT}", f"/orders/{number}"} <= {*links}
            # The next box can be scanned at once.
            assert page.form_to("/scan").fields["q"] == ""
    taken_back = {"event": received["version"], "reason": "Another box"}
    await system.command(Role.RECEIVING, number, "correct", **taken_back)
    assert await lands(dock, box) == f"/orders/{number}/receive?parcel={box}"


async def test_printed_addresses_open_what_they_are_about(
    item: None, system: System, browsers: Browsers
) -> None:
    number = await at(system, "shipped")
    viewer = browsers.of(Role.VIEWER)
    for printed, path in (
        (f"/l/{LOT}", f"/master/lots/{LOT}"),
        (f"/o/{number}", f"/orders/{number}"),
        (f"/01/{GTIN}/10/{LOT}", f"/master/lots/{LOT}"),
    ):
        assert (await viewer.get(printed)).headers["location"] == path
    # A lot of the same name as an order is not meant by the order's label.
    assert (await viewer.get(f"/o/{LOT}")).status_code == 404


async def test_several_things_of_one_name_are_offered(item: None, system: System, browsers: Browsers) -> None:
    for number in ("TWIN-1", "TWIN-2"):
        lot = {"number": number, "part": "FLANGE-DN50", "quantity": 5, "heat_number": "HX-TWIN"}
        await system.post(Role.ADMIN, "/lots", lot, status=201)
    page = await browsers.of(Role.VIEWER).open("/scan?q=hx-twin")
    assert "Which one is it?" in page.text
    assert {"/master/lots/TWIN-1", "/master/lots/TWIN-2"} <= {given.get("href") for _, given in page.tags}


async def test_what_nobody_knows_is_said_and_can_be_typed_again(browsers: Browsers) -> None:
    page = await browsers.of(Role.VIEWER).open("/scan?q=NO-SUCH")
    assert page.status == 404
    assert "Nothing here is called NO-SUCH." in page.text
    assert page.form_to("/scan").fields["q"] == "NO-SUCH"


async def test_a_damaged_gs1_code_is_refused_with_the_digit_it_should_end_with(browsers: Browsers) -> None:
    page = await browsers.of(Role.VIEWER).open(f"/scan?q=(01){GTIN[:-1]}9")
    assert page.status == 422
    assert "its last digit should be 2" in page.text


async def test_nothing_controlled_is_found_by_who_is_not_cleared(system: System, browsers: Browsers) -> None:
    part = {"number": "SEEKER", "revision": "A"}
    await system.post(Role.ADMIN, "/parts", part, status=201)
    lot = {"number": "SEEKER-1", "part": "SEEKER", "quantity": 5, "heat_number": "HX-SEEK"}
    await system.post(Role.ADMIN, "/lots", lot, status=201)
    with system.database.write() as session:
        session.get_one(Part, ("SEEKER", "A")).export_controlled = True
    for text in ("SEEKER-1", "HX-SEEK", "/l/SEEKER-1"):
        path = text if text.startswith("/") else f"/scan?q={text}"
        assert (await browsers.of(Role.RECEIVING).get(path)).status_code == 404
        assert (await browsers.of(Role.RECEIVING, cleared=True).get(path)).status_code == 303


async def test_only_this_page_may_run_webassembly(browsers: Browsers) -> None:
    viewer = browsers.of(Role.VIEWER)
    assert "'wasm-unsafe-eval'" in (await viewer.get("/scan")).headers["content-security-policy"]
    assert "'unsafe-inline'" not in (await viewer.get("/scan")).headers["content-security-policy"]
    assert "wasm" not in (await viewer.get("/orders")).headers["content-security-policy"]


async def test_a_form_gets_back_what_was_typed_and_what_was_scanned(
    item: None, system: System, browsers: Browsers
) -> None:
    number = await at(system, "shipped")
    dock = browsers.of(Role.RECEIVING)
    form = f"/orders/{number}/receive"
    page = await dock.open(form)
    assert f"/scan/to{form}?field=packing_slip" in [given.get("href") for _, given in page.tags]
    scanning = f"/scan/to{form}?field=packing_slip&parcel={number}-P1&lines.0.counted=7&version=3"
    page = await dock.open(scanning)
    fields = page.form_to(f"/scan/to{form}").fields
    assert (fields["lines.0.counted"], fields["field"]) == ("7", "packing_slip")
    answer = await dock.get(f"{scanning}&q=PS-9")
    assert answer.status_code == 303
    typed = parse_qs(urlsplit(answer.headers["location"]).query)
    assert typed == {"packing_slip": ["PS-9"], "lines.0.counted": ["7"], "parcel": [f"{number}-P1"]}
    assert (
        StaffPage(await dock.get(answer.headers["location"])).form_to(form).fields["packing_slip"] == "PS-9"
    )


@pytest.mark.parametrize(
    ("scanned", "filled"),
    [
        (LOT, {"line.1.lot": LOT}),
        ("http://127.0.0.1:8000/l/L-NEXT", {"line.1.lot": "L-NEXT"}),
        (f"]d202{GTIN}3725\x1d10S-77", {"line.1.lot": "L-NEXT", "line.1.quantity": "25"}),
        ("S-77", {"line.1.lot": "L-NEXT"}),
        ("NEW-LOT", {"line.1.lot": "NEW-LOT"}),
    ],
)
async def test_a_lots_field_gets_our_number_whatever_was_scanned(
    item: None, browsers: Browsers, scanned: str, filled: dict[str, str]
) -> None:
    path = f"/scan/to/orders/X/send?field=line.1.lot&q={quote(scanned, safe='')}"
    answer = await browsers.of(Role.RECEIVING).get(path)
    where = urlsplit(answer.headers["location"])
    assert where.path == "/orders/X/send"
    assert parse_qs(where.query) == {name: [value] for name, value in filled.items()}


async def test_a_scan_never_leads_away_from_here(browsers: Browsers) -> None:
    answer = await browsers.of(Role.RECEIVING).get("/scan/to//evil.example/x?field=lot&q=A")
    assert answer.headers["location"].startswith("/?")


async def test_labels_are_offered_where_pieces_come_in_and_print_what_came(
    system: System, browsers: Browsers
) -> None:
    number = await at(system, "shipped")
    dock = hands(browsers, number, Role.RECEIVING)
    form, browser = await dock.look("receive"), dock.browser
    counted = {"lines__0__counted": str(PIECES), "lines__0__output_lot": "J-OUT", "packing_slip": "PS"}
    saved = (await dock.fill(form, "receive", **counted)).headers["location"]
    links = [given.get("href") for tag, given in (await browser.open(saved)).tags if tag == "a"]
    assert "/labels?lot=J-OUT" in links
    assert f"/labels?order={number}" in links
    assert f"/labels?parcel={number}-P1" in links
    (sheet,) = sheets((await browser.get(f"/labels.pdf?parcel={number}-P1")).content)
    assert sheet.symbols[0].text.endswith(f"/b/{number}-P1")
    assert f"Order {number}" in sheet.text
    (sheet,) = sheets((await browser.get("/labels.pdf?lot=J-OUT&paper=100x50")).content)
    for said in ("J-OUT", "FLANGE-DN50 B", f"{PIECES} pcs", "Heat HX-1", f"Order {number}"):
        assert said in sheet.text


async def test_the_page_of_labels_shows_what_will_be_printed(item: None, browsers: Browsers) -> None:
    page = await browsers.of(Role.BUYER).open(f"/labels?lot={LOT}")
    assert f"(01){GTIN}(10){LOT}" in page.text
    assert page.form_to("/labels.pdf").fields["lot"] == LOT
    assert "1 label" in page.text
    page = await browsers.of(Role.BUYER).open(f"/master/lots/{LOT}")
    assert f"/labels?lot={LOT}" in [given.get("href") for _, given in page.tags]
    page = await browsers.of(Role.VIEWER).open(f"/master/lots/{LOT}")
    assert "Print a label" not in page.text
    assert (await browsers.of(Role.VIEWER).get(f"/labels?lot={LOT}")).status_code == 403


async def test_serial_numbers_are_scanned_one_after_the_other(browsers: Browsers) -> None:
    path = "/scan/to/orders/X/send?field=line.1.serials&line.1.serials=S1%0D%0A"
    answer = await browsers.of(Role.RECEIVING).get(f"{path}&q={quote(f'(01){GTIN}(21)S2')}")
    typed = parse_qs(urlsplit(answer.headers["location"]).query)
    assert typed == {"line.1.serials": ["S1\nS2"]}


async def test_material_used_by_a_job_is_scanned_with_its_count(item: None, browsers: Browsers) -> None:
    dock = browsers.of(Role.ADMIN)
    form = "/work-orders/WO-3201/consume"
    page = await dock.open(form)
    assert f"/scan/to{form}?field=lot" in [given.get("href") for _, given in page.tags]
    scanned = quote(f"]d202{GTIN}3725\x1d10S-77")
    page = await dock.open(f"/scan/to{form}?field=lot&q={scanned}")
    fields = page.form_to(form).fields
    assert (fields["lot"], fields["quantity"]) == ("L-NEXT", "25")


async def test_a_dispatch_is_found_by_its_number(item: None, system: System, browsers: Browsers) -> None:
    lines = [{"lot": "L-NEXT", "quantity": 1}]
    body = {"customer": "NORTHWIND", "destination": "Dock 4", "lines": lines}
    made = await system.post(Role.ADMIN, "/dispatches", body, status=201)
    assert await lands(browsers.of(Role.VIEWER), made["number"]) == f"/dispatches/{made['number']}"


async def test_a_symbol_of_part_and_serial_leads_to_where_that_piece_is(
    system: System, browsers: Browsers
) -> None:
    pump, other = "04012345678901", "04012345678918"
    number = await tracked(system, "PUMP-1")
    for part, gtin in (("PUMP-1", pump), ("PUMP-2", other)):
        body = {"number": part, "revision": "A", "description": "Pump", "trace": "serial", "gtin": gtin}
        if part == "PUMP-1":
            answer = await system.login(Role.ADMIN).put(f"/api/v1/parts/{part}/A", json=body)
            assert answer.status_code == 200, answer.text
        else:
            await system.post(Role.ADMIN, "/parts", body, status=201)
    lot = {"number": "PUMPS-2", "part": "PUMP-2", "quantity": 1, "serials": ["GS-3"]}
    await system.post(Role.ADMIN, "/lots", lot, status=201)
    line = {"line": 1, "quantity": 3, "serials": ["GS-1", "GS-2", "GS-3"]}
    await system.command(Role.RECEIVING, number, "send", lines=[line])
    viewer = browsers.of(Role.VIEWER)
    # The very piece, also where a piece of another part has the same number.
    assert await lands(viewer, f"(01){pump}(21)GS-3") == f"/orders/{number}"
    assert await lands(viewer, f"{OTHERS}/01/{pump}/21/GS-3") == f"/orders/{number}"
    assert await lands(viewer, f"(01){other}(21)GS-3") == "/master/lots/PUMPS-2"
    # Of a piece nobody knows the symbol still says the part.
    assert await lands(viewer, f"(01){pump}(21)GS-9") == "/master/parts/PUMP-1/A"
