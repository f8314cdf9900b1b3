"""Files that are sent as soon as they are chosen: they are here, whatever becomes of the page."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest

from activities.doctor_files import files as files_and_rows
from tests.stories import LOT
from tests.supplier.phone import Page, Phone, opened
from tests.supplier.steps import PDF, rows, there
from tests.supplier.test_uploads import JPEG, files
from tests.systems import System

COC = ("coc.pdf", PDF, "application/pdf")


async def chooser(system: System, language: str = "en", **fields: str) -> tuple[str, Phone, Page]:
    """An order, and the page that asks for a file."""
    number = await there(system, **fields)
    phone, page = await opened(system, number, language=language)
    return number, phone, await phone.open(f"{page.url.partition('?')[0]}/document")


async def chosen(phone: Phone, page: Page, file: tuple[str, bytes, str], **typed: str) -> Page:
    """What the page's script sends when a file is chosen."""
    form = page.form("send")
    fields = {"form": form.fields["form"], **form.fields, "type": "coc", **typed, "answer": "keep"}
    return await phone.send(form.action, fields, file, multipart=True)


async def documents(system: System, number: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = (await system.get(f"/orders/{number}/documents"))["items"]
    return found


async def test_a_paper_is_kept_when_it_is_chosen_and_described_afterwards(system: System) -> None:
    number, phone, page = await chooser(system)
    page = await chosen(phone, page, COC)
    assert (page.status, page.heading) == (200, "What is printed on coc.pdf?")
    assert await documents(system, number) == []
    # The camera closed the page: the mailed link leads back to it, from another browser too.
    other, page = await opened(system, number)
    page = await other.open(page.links["Say what is printed on coc.pdf"])
    assert page.heading == "What is printed on coc.pdf?"
    page = await other.press(page, "send", lot=LOT, number="C-1")
    assert "You sent Certificate of conformance: coc.pdf" in page.text
    (document,) = await documents(system, number)
    assert document["filename"] == "coc.pdf"
    page = await phone.open(f"{page.url.partition('?')[0]}/document")
    assert page.heading != "What is printed on coc.pdf?"
    assert "What has arrived ✓ coc.pdf 1 kB Certificate of conformance" in page.text


async def test_a_photo_needs_no_description(system: System) -> None:
    number, phone, page = await chooser(system)
    page = await chosen(phone, page, ("bath.jpg", JPEG, "image/jpeg"), type="photo")
    assert page.status == 200
    assert page.url.endswith("/document?type=photo")
    assert page.form("send").fields["type"] == "photo"
    assert "✓ bath.jpg 1 kB Photo" in page.text
    assert [each["filename"] for each in await documents(system, number)] == ["bath.jpg"]


async def test_several_files_are_described_one_by_one_and_photos_go_between(system: System) -> None:
    number, phone, page = await chooser(system)
    await chosen(phone, page, COC)
    page = await phone.open(f"{page.url}?another=1")
    page = await chosen(phone, page, ("chart.pdf", PDF + b"2", "application/pdf"), type="heat_chart")
    assert page.heading == "What is printed on coc.pdf?"
    page = await phone.open(f"{page.url}?another=1")
    await chosen(phone, page, ("bath.jpg", JPEG, "image/jpeg"), type="photo")
    page = await phone.open(page.url.partition("?")[0])
    page = await phone.press(page, "send", lot=LOT)
    page = await phone.open(f"{page.url.partition('?')[0]}/document")
    assert page.heading == "What is printed on chart.pdf?"
    assert page.form("send").fields["type"] == "heat_chart"
    await phone.press(page, "send")
    found = await documents(system, number)
    assert {each["filename"] for each in found} == {"coc.pdf", "chart.pdf", "bath.jpg"}


async def test_what_was_typed_beside_the_file_is_in_its_form(system: System) -> None:
    _, phone, page = await chooser(system)
    page = await chosen(phone, page, COC, number="C-77", heat="HX-1", type="cert_3_1")
    fields = page.form("send").fields
    assert (fields["number"], fields["heat"], fields["type"]) == ("C-77", "HX-1", "cert_3_1")


async def test_a_file_whose_answer_was_lost_can_be_sent_again_and_is_there_once(system: System) -> None:
    number, phone, page = await chooser(system)
    await chosen(phone, page, COC)
    before = rows(system)
    again = await chosen(phone, page, COC)
    assert again.heading == "What is printed on coc.pdf?"
    assert rows(system) == before
    other = await chosen(phone, page, ("other.pdf", PDF + b"other", "application/pdf"))
    assert other.status == 409
    assert "This form was sent before with other values." in other.text
    photo = ("bath.jpg", JPEG, "image/jpeg")
    page = await phone.open(f"{page.url}?another=1")
    for _ in range(2):
        await chosen(phone, page, photo, type="photo")
    assert len(await documents(system, number)) == 1


async def test_a_file_that_is_put_aside_is_asked_for_no_more_and_misses_nowhere(system: System) -> None:
    number, phone, page = await chooser(system)
    page = await chosen(phone, page, ("coc.pdf", PDF + b"put aside", "application/pdf"))
    kept = page.form("remove")
    removed = await phone.press(page, "remove")
    assert removed.heading != "What is printed on coc.pdf?"
    assert "coc.pdf" not in removed.text
    late = await phone.send(kept.action, kept.fields | {"answer": "send", "lot": LOT})
    assert late.status == 422
    assert "This file is not here any more. Send it again." in late.text
    assert await documents(system, number) == []
    with system.database.read() as session:
        late_enough = system.app.state.clock() + timedelta(hours=2)
        found = list(files_and_rows(session, system.settings.files_dir, late_enough, read=False))
    sha256 = hashlib.sha256(PDF + b"put aside").hexdigest()
    assert (system.settings.files_dir / sha256[:2] / sha256[2:]).is_file()
    assert not [each for each in found if each.where.endswith(sha256[2:])]


async def test_a_description_that_is_refused_keeps_what_was_typed_and_the_file(system: System) -> None:
    number, phone, page = await chooser(system)
    page = await chosen(phone, page, COC)
    page = await phone.press(page, "send", number="C-1", quantity="1,200")
    assert (page.status, page.heading) == (422, "What is printed on coc.pdf?")
    fields = page.form("send").fields
    assert (fields["number"], fields["quantity"]) == ("C-1", "1,200")
    page = await phone.press(page, "send", quantity="20")
    assert "You sent Certificate of conformance: coc.pdf" in page.text
    assert len(await documents(system, number)) == 1


@pytest.mark.parametrize(("kind", "status"), [("photo", 422), ("passport", 422)])
async def test_a_file_to_be_described_is_a_paper(system: System, kind: str, status: int) -> None:
    number, phone, page = await chooser(system)
    page = await chosen(phone, page, COC)
    form = page.form("send")
    refused = await phone.send(form.action, form.fields | {"type": kind, "answer": "send"})
    assert refused.status == status
    assert "Choose what kind of document it is." in refused.text
    assert await documents(system, number) == []


async def test_a_sheet_is_not_made_a_certificate_that_cannot_be_one(system: System) -> None:
    _, phone, page = await chooser(system, "es")
    page = await chosen(phone, page, ("chart.csv", b"time;degrees\n1;800\n", "text/csv"), type="heat_chart")
    refused = await phone.press(page, "send", type="coc")
    assert refused.status == 415
    assert "no puede ser CSV" in refused.text


async def test_a_file_of_another_person_cannot_be_described(system: System) -> None:
    number, phone, page = await chooser(system)
    kept = (await chosen(phone, page, COC)).form("send")
    _, stranger, _ = await chooser(system)
    answer = await stranger.send(kept.action, kept.fields | {"answer": "send"})
    assert answer.status == 404
    assert await documents(system, number) == []


@pytest.mark.parametrize(
    ("language", "words"), [("zh", "coc.pdf 上印了什么？"), ("es", "¿Qué pone en coc.pdf?")]
)
async def test_the_file_is_asked_about_in_the_readers_language(
    system: System, language: str, words: str
) -> None:
    _, phone, page = await chooser(system, language)
    assert (await chosen(phone, page, COC)).heading == words


async def test_an_upload_that_is_refused_is_not_kept(system: System) -> None:
    _, phone, page = await chooser(system)
    before, kept = rows(system), files(system)
    for file, status in (
        (("coc.pdf", JPEG, "application/pdf"), 415),
        (("coc.pdf", b"", "application/pdf"), 422),
    ):
        assert (await chosen(phone, page, file)).status == status
    assert (rows(system), files(system)) == (before, kept)
