"""The whole main job from the supplier's side: the real mail, its link, the pages behind it."""

from __future__ import annotations

from temporalio.testing import WorkflowEnvironment

from models.domain.authority import Role
from models.settings import Settings
from tests.stories import LOT, issued, master_data
from tests.supplier.phone import Page, Phone, opened
from tests.supplier.steps import PDF
from tests.systems import System, running


async def test_a_supplier_does_the_whole_job_from_the_mail(
    settings: Settings, temporal_env: WorkflowEnvironment, temporal_address: str
) -> None:
    async with running(settings, temporal_env.client) as system:
        await master_data(system, release_before_ship=True)
        number = await issued(system)
        phone, page = await opened(system, number)
        assert page.heading.startswith("Can you finish 1,200 pcs by ")
        assert page.form("accept").answers == ["accept"]

        page = await phone.press(page, "accept")
        assert "You promised" in page.text
        assert "Saved" in page.text
        assert page.heading == "The parts will be sent to you. Nothing to do now."
        order = await system.get(f"/orders/{number}")
        assert (order["stage"], order["promise_current"]) == ("acknowledged", order["need_by"])

        await system.command(
            Role.RECEIVING, number, "send", lines=[{"line": 1, "lot": LOT, "quantity": 1200}]
        )
        page = await phone.open(page.url)
        assert page.heading == "Have the 1,200 pcs arrived?"
        page = await phone.press(page, "some", lines__0__quantity="1000")
        assert page.heading == "Have the 200 pcs arrived?"
        page = await phone.press(page, "all")
        assert page.heading == "Is “Plated” finished?"
        page = await phone.press(page, "now")

        assert page.heading == "What did you measure on FLANGE-DN50 B?"
        assert "8 – 12 um" in page.text
        values = {"v__0__1": "8", "v__0__2": "12", "v__0__3": "10.1", "v__1__1": "conforms"}
        page = await phone.press(page, "submit", **values)
        assert "They fit the plan." in page.text
        page = await _certificate(phone, page)
        assert page.heading == "Your measured values are being reviewed"
        (inspection,) = (await system.get(f"/orders/{number}/inspections"))["items"]
        assert inspection["verdict"] == "pass"
        review = {"inspection": inspection["inspection"], "decision": "release", "note": ""}
        await system.command(Role.QUALITY, number, "review-inspection", **review)

        page = await phone.open(page.url)
        assert page.heading == "Ready to ship? 1,200 pcs are with you."
        page = await phone.press(page, "ship", lines__0__quantity="700", carrier="DHL", tracking="JD01")
        assert f"You shipped 700 pcs as parcel {number}-P1." in page.text
        page = await phone.press(page, "ship", lines__0__quantity="500")
        assert page.heading == "The parcel is on its way. Nothing to do now."
        assert "DHL JD01" in page.text
        await _received(system, number)
        page = await phone.open(page.url)
        assert page.heading == "Everything is back. Thank you."
        await system.command(Role.BUYER, number, "close")
        page = await phone.open(page.url)
        assert page.heading == "This order is closed. Thank you."
        late = await phone.press(
            await phone.open(page.links["Send a document or photo"]),
            "send",
            ("late.pdf", PDF + b"3", "application/pdf"),
            type="other",
        )
        assert "You sent Other document: late.pdf" in late.text
        assert late.heading == page.heading

        order = await system.get(f"/orders/{number}")
        assert order["lines"][0]["pieces"]["accepted"] == "1200"
        reported = [each["reported_at"] is not None for each in order["milestones"]]
        assert reported == [True, True, True]


async def _certificate(phone: Phone, page: Page) -> Page:
    """A certificate that names the wrong lot, then the corrected one."""
    assert page.heading == "Please send: Certificate of conformance"
    assert '<details class="printed" open>' in page.html, (
        "what is printed on a certificate is asked, not hidden"
    )
    coc = ("coc.pdf", PDF, "application/pdf")
    page = await phone.press(page, "send", coc, type="coc", lot="WRONG")
    assert f"Lot: the document says WRONG, the order {LOT}." in page.text
    assert page.heading == "Please send a corrected document: Certificate of conformance"
    assert page.form("send").fields["supersedes"]
    corrected = ("coc-2.pdf", PDF + b"2", "application/pdf")
    page = await phone.press(page, "send", corrected, lot=LOT, heat="HX-1")
    assert "fits the order" in page.text
    return page


async def _received(system: System, number: str) -> None:
    for parcel, count in (("P1", 700), ("P2", 500)):
        lines = [{"line": 1, "counted": count, "accepted": count}]
        await system.command(Role.RECEIVING, number, "receive", parcel=f"{number}-{parcel}", lines=lines)
