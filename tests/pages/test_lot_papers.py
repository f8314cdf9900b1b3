"""The file of a lot's certificate: added on one form, opened from the lot's page and from the trace."""

from __future__ import annotations

from urllib.parse import urlsplit

from models.domain.authority import Role
from models.tables.lots import Lot
from tests.pages.browser import Browser, Browsers, StaffPage
from tests.stories import LOT
from tests.systems import System

PDF = b"%PDF-1.7 mill test report"
PATH = f"/lots/{LOT}/documents"


async def added(browser: Browser, content: bytes, **typed: str) -> StaffPage:
    page = await browser.open(PATH)
    form = page.form_to(PATH)
    return StaffPage(
        await browser.client.post(
            PATH,
            data=form.fields | {"type": "cert_3_1"} | typed,
            files={"file": ("mtr 1.pdf", content, "application/pdf")}
            if content
            else {"file": ("", b"", "application/octet-stream")},
            follow_redirects=True,
        )
    )


async def test_a_certificates_file_is_added_where_the_lots_page_leads(
    system: System, browsers: Browsers
) -> None:
    receiving = browsers.of(Role.RECEIVING)
    page = await receiving.open(f"/master/lots/{LOT}")
    assert "The files of the certificates that came with this lot appear here." in page.text
    assert page.links["Add a certificate"].endswith(PATH)
    wrong = await added(receiving, b"GIF89a", number="MTR-7", issuer="Nucor")
    assert wrong.status == 415
    assert "but its content is" in wrong.text
    assert wrong.form_to(PATH).fields["number"] == "MTR-7"
    page = await added(receiving, PDF, number="MTR-7", issuer="Nucor", revision="A")
    assert urlsplit(page.url).path == f"/master/lots/{LOT}"
    assert "EN 10204 3.1 certificate MTR-7 A Nucor" in page.text
    read = await receiving.get(urlsplit(page.links["mtr 1.pdf"]).path)
    assert read.content == PDF
    again = await added(receiving, b"%PDF-1.7 other", number="MTR-7", issuer="Nucor", revision="A")
    assert again.status == 409
    assert f"is here already as {LOT}-C1" in again.text
    page = await added(receiving, b"%PDF-1.7 newer", number="MTR-7", issuer="Nucor", revision="B")
    assert "superseded" in page.text
    trace = await receiving.open(f"/trace?q=lot:{LOT}")
    assert trace.links["MTR-7"].endswith(f"/api/v1/documents/{LOT}-C2")
    found = await receiving.open("/scan?q=MTR-7")
    assert f"/master/lots/{LOT}" in " ".join([found.url, *found.links.values()])


async def test_a_form_without_a_file_is_shown_again(system: System, browsers: Browsers) -> None:
    page = await added(browsers.of(Role.QUALITY), b"", number="MTR-8")
    assert page.status == 422
    assert "Choose a file." in page.text
    assert page.form_to(PATH).fields["number"] == "MTR-8"


async def test_who_may_not_add_one_is_not_led_there(system: System, browsers: Browsers) -> None:
    planner = browsers.of(Role.PLANNER)
    assert "Add a certificate" not in (await planner.open(f"/master/lots/{LOT}")).links
    assert (await planner.open(PATH)).status == 403


async def test_quality_adds_a_lots_heat_on_its_page_and_changes_nothing_else(
    system: System, browsers: Browsers
) -> None:
    with system.database.write() as session:
        lot = session.get_one(Lot, LOT)
        lot.heat_number, lot.supplier_lot = None, "S-1"
    path = f"/master/lots/{LOT}"
    quality = browsers.of(Role.QUALITY)
    page = await quality.open(path)
    assert "you may add what is missing" in page.text
    page = await quality.send(page, path, heat_number="HX-77")
    assert "Saved." in page.text
    assert "HX-77" in page.text
    page = await quality.send(page, path, heat_number="HX-78")
    assert page.status == 403
    # Whoever did not receive it only reads.
    reads = await browsers.of(Role.RECEIVING).open(path)
    assert not any("heat_number" in form.fields for form in reads.forms)
