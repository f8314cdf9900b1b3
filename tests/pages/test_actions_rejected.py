"""Pieces that do not conform, entries typed wrongly, and papers."""

from __future__ import annotations

from api import people
from api.app import now
from api.pages.tasks.registry import TASKS
from models.domain.authority import Role
from models.domain.commands import COMMANDS, SYSTEM_COMMANDS
from tests.pages.browser import Browsers, StaffPage
from tests.pages.doing import at, hands, pieces, possible
from tests.stories import LOT
from tests.supplier.phone import encoded
from tests.supplier.steps import PDF
from tests.systems import System

# An alert's answer has a page of its own.
ELSEWHERE = {"acknowledge-alert"}


def test_there_is_a_form_for_every_command_a_person_can_send() -> None:
    assert {task.command for task in TASKS.values()} == COMMANDS.keys() - SYSTEM_COMMANDS - ELSEWHERE
    assert all(name == task.command or task.file for name, task in TASKS.items())


async def test_pieces_found_later_become_rejected(system: System, browsers: Browsers) -> None:
    number = await at(system, "rejected")
    dock = hands(browsers, number, Role.RECEIVING)
    page = await dock.look("report-nonconformance")
    assert "12 pcs accepted, 3 pcs waiting to be judged" in page.text.replace("\u00a0", " ")
    page = await dock.refused("report-nonconformance", lines__0__quantity="2")
    assert page.links["Say what is wrong with them."].endswith("#defect")
    await dock.do("report-nonconformance", lines__0__quantity="2", defect="Scratched")
    found = await pieces(system, number)
    assert (found["accepted"], found["rejected"]) == ("10", "7")


async def test_rejected_pieces_are_decided_about_some_at_a_time(system: System, browsers: Browsers) -> None:
    number = await at(system, "rejected")
    quality = hands(browsers, number, Role.QUALITY)
    page = await quality.refused("disposition", at__0__0__quantity="5")
    row = f"FLANGE-DN50 B · {LOT}, row"
    assert page.links[f"{row} 1 · What becomes of them: Choose what becomes of them."].endswith(
        "#at-0-0-decision"
    )
    page = await quality.refused("disposition", at__0__0__quantity="5", at__0__1__quantity="x")
    assert page.links[f"{row} 2 · Quantity: x is not a number."].endswith("#at-0-1-quantity")
    page = await quality.refused(
        "disposition",
        at__0__0__quantity="4",
        at__0__0__decision="scrap",
        at__0__1__quantity="4",
        at__0__1__decision="rework",
    )
    assert "1 undecided pieces; you entered 4" in page.text
    assert [given["id"] for _, given in page.tags if given.get("aria-invalid")] == ["at-0-1-quantity"]
    await quality.do(
        "disposition",
        at__0__0__quantity="2",
        at__0__0__decision="scrap",
        at__0__1__quantity="1",
        at__0__1__decision="return",
        at__0__2__quantity="2",
        at__0__2__decision="use_as_is",
        cause="material: Thin",
        responsibility="supplier",
    )
    page = await quality.browser.open(f"/orders/{number}")
    words = page.text.replace("\u00a0", " ")
    assert "Decided: scrap 2 pcs, return to the supplier 1 pc" in words
    assert "Cause: Material or parts missing: Thin" in words
    assert "material: Thin" not in words
    assert "Material or parts missing: Thin" in (await quality.browser.open("/quality")).text
    found = await pieces(system, number)
    assert (found["scrapped"], found["in_transit_out"], found["rejected"]) == ("2", "1", "2")
    page = await quality.look("decide-disposition")
    assert page.status == 403
    assert "This is for: design authority." in page.text


async def test_what_is_proposed_is_signed_by_the_design_authority(system: System, browsers: Browsers) -> None:
    number = await at(system, "rejected")
    quality = hands(browsers, number, Role.QUALITY)
    await quality.do("disposition", at__0__0__quantity="5", at__0__0__decision="use_as_is", cause="Thin")
    authority = hands(browsers, number, Role.DESIGN_AUTHORITY)
    page = await authority.look("decide-disposition")
    assert "use as is" in page.text
    page = await authority.refused("decide-disposition", "approve", name="", meaning="Fit")
    assert page.links["Sign with your printed name."].endswith("#name")
    await authority.do("decide-disposition", "approve", name="Dana Dupont", meaning="Fit for use")
    assert (await pieces(system, number))["accepted"] == "17"
    assert not possible(await authority.look("decide-disposition"))


async def test_pieces_returned_for_good_are_confirmed_back(system: System, browsers: Browsers) -> None:
    number = await at(system, "rejected")
    await hands(browsers, number, Role.QUALITY).do("disposition", at__0__0__decision="return")
    dock = hands(browsers, number, Role.RECEIVING)
    await dock.do("send", nonconformance=f"{number}-N1", carrier="DHL")
    page = await dock.refused("confirm-return", quantity="9")
    assert "5 pieces are on their way back to the supplier; you entered 9" in page.text
    await dock.do("confirm-return")
    assert (await pieces(system, number))["returned_to_supplier"] == "5"


async def test_an_entry_typed_wrongly_is_taken_back(system: System, browsers: Browsers) -> None:
    number = await at(system, "rejected")
    dock = hands(browsers, number, Role.RECEIVING)
    page = await dock.refused("correct", reason="Counted wrongly")
    assert page.links["Choose the entry that is wrong."].endswith("#event")
    receipt = next(
        event["sequence"]
        for event in (await system.get(f"/orders/{number}/events"))["items"]
        if event["type"] == "pieces_received"
    )
    await dock.do("correct", event=str(receipt), reason="Counted wrongly")
    assert await pieces(system, number) == {"sent": "20", "in_transit_back": "20"}
    page = await dock.look("correct")
    assert str(receipt) not in [given.get("value") for _, given in page.tags if given.get("name") == "event"]


async def test_a_certificate_is_added_with_what_is_printed_on_it(system: System, browsers: Browsers) -> None:
    number = await at(system, "there")
    quality = hands(browsers, number, Role.QUALITY)
    page = await quality.look("documents?type=coc")
    (form,) = [form for form in page.forms if "version" in form.fields]
    assert form.multipart

    async def upload(file: tuple[str, bytes, str] | None, **typed: str) -> StaffPage | str:
        content, kind = encoded(form.fields | typed, file)
        response = await quality.browser.client.post(
            form.action, content=content, headers={"Content-Type": kind}, follow_redirects=False
        )
        return response.headers["location"] if response.status_code == 303 else StaffPage(response)

    missing = await upload(None, lot="KEEP-ME")
    assert isinstance(missing, StaffPage)
    assert missing.links["Choose a file."].endswith("#file")
    assert [kept.fields["lot"] for kept in missing.forms if "version" in kept.fields] == ["KEEP-ME"]
    lying = await upload(("coc.pdf", b"not a pdf", "application/pdf"))
    assert isinstance(lying, StaffPage)
    assert "its content is" in lying.text
    first = await upload(("coc.pdf", PDF, "application/pdf"), lot=LOT, heat="HX-1")
    assert first == await upload(("coc.pdf", PDF, "application/pdf"), lot=LOT, heat="HX-1")
    (document,) = (await system.get(f"/orders/{number}/documents"))["items"]
    assert (document["filename"], document["matched"]) == ("coc.pdf", True)
    viewer = hands(browsers, number, Role.VIEWER)
    assert (await viewer.look("documents")).status == 403


async def test_what_was_typed_beside_a_file_outlives_the_session_and_only_the_file_is_asked_for_again(
    system: System, browsers: Browsers
) -> None:
    number = await at(system, "there")
    quality = hands(browsers, number, Role.QUALITY)
    page = await quality.look("documents?type=coc")
    (form,) = [form for form in page.forms if "version" in form.fields]
    typed = form.fields | {"number": "C-77", "lot": LOT}
    content, kind = encoded(typed, ("coc.pdf", PDF, "application/pdf"))
    turned_away = StaffPage(
        await browsers.stranger().client.post(form.action, content=content, headers={"Content-Type": kind})
    )
    assert turned_away.status == 401
    assert "only the file is to be chosen once more" in turned_away.text
    kept = turned_away.form_to("/login").fields["kept"]
    with system.database.write() as session:
        people.create_user(session, "late@example.com", [Role.QUALITY], "correct horse", now())
    late = browsers.stranger()
    login = {"email": "late@example.com", "password": "correct horse", "kept": kept}
    again = StaffPage(await late.post("/login", login))
    assert "choose the file once more" in again.text
    back = StaffPage(await late.post(form.action, again.form_to(f"/orders/{number}/documents").fields))
    assert back.links["Choose a file."].endswith("#file")
    (once_more,) = [form for form in back.forms if "version" in form.fields]
    assert once_more.multipart
    assert (once_more.fields["number"], once_more.fields["lot"]) == ("C-77", LOT)
    content, kind = encoded(once_more.fields, ("coc.pdf", PDF, "application/pdf"))
    sent = await late.client.post(
        form.action, content=content, headers={"Content-Type": kind}, follow_redirects=False
    )
    assert sent.status_code == 303
    assert len((await system.get(f"/orders/{number}/documents"))["items"]) == 1
