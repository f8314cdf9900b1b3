"""The form that issues a draft: what it says, the mail it shows, and what others changed meanwhile."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from models.domain.authority import Role
from tests.pages.browser import Browsers, StaffPage
from tests.pages.doing import hands
from tests.stories import draft
from tests.systems import System


def words(page: StaffPage) -> str:
    return page.text.replace("\u00a0", " ")


async def test_a_draft_is_issued_by_its_form(system: System, browsers: Browsers) -> None:
    number = await draft(system, quantity=20)
    buyer = hands(browsers, number, Role.BUYER)
    page = await buyer.look("issue")
    assert "FLANGE-DN50 B" in page.text
    assert "20 pcs" in page.text.replace("\u00a0", " ")
    await buyer.do("issue")
    assert (await system.get(f"/orders/{number}"))["stage"] == "issued"


async def test_what_keeps_a_draft_from_being_issued_is_said_on_the_form(
    system: System, browsers: Browsers
) -> None:
    number = await draft(system, quantity=20, spec="MIL-STD-1")
    buyer = hands(browsers, number, Role.BUYER)
    page = await buyer.refused("issue")
    assert page.status == 409
    assert "ACME has no valid approval for PLATE MIL-STD-1 today." in page.text
    assert (await system.get(f"/orders/{number}"))["stage"] == "draft"


async def test_a_draft_somebody_changed_meanwhile_is_not_issued(system: System, browsers: Browsers) -> None:
    number = await draft(system, quantity=20)
    buyer = hands(browsers, number, Role.BUYER)
    page = await buyer.look("issue")
    edited = {"purchase_order": "PO-CHANGED"}
    await system.login(Role.BUYER).patch(f"/api/v1/orders/{number}", json=edited)
    refused = StaffPage(await buyer.fill(page))
    assert refused.status == 412
    assert "The order has changed since you opened this form." in refused.text
    assert "What happened meanwhile: Purchase order: PO-7781 → PO-CHANGED" in refused.text
    assert (await system.get(f"/orders/{number}"))["stage"] == "draft"


async def test_the_stale_form_lists_what_changed_and_is_issued_with_it(
    system: System, browsers: Browsers
) -> None:
    number = await draft(system, quantity=20)
    buyer = hands(browsers, number, Role.BUYER)
    page = await buyer.look("issue")
    later = str(system.app.state.clock().date() + timedelta(days=40))
    path = f"/orders/{number}/edit"
    fields = (await buyer.browser.open(path)).form_to(path).fields
    edited = {"need_by": later, "lines.0.quantity": "25", "lines.0.unit_price": "2.1", "do": "draft"}
    assert (await buyer.browser.post(path, fields | edited)).status_code == 303
    refused = StaffPage(await buyer.fill(page))
    assert refused.status == 412
    for sentence in (
        "Line 1, Quantity: 20 → 25",
        "Line 1, Price: 0.85 USD → 2.10 USD",
        "Needed by: ",
    ):
        assert sentence in words(refused)
    assert (await system.get(f"/orders/{number}"))["stage"] == "draft"
    assert (await buyer.fill(refused)).status_code == 303
    assert (await system.get(f"/orders/{number}"))["stage"] == "issued"


@pytest.mark.parametrize("saved_again", [0, 1])
async def test_who_comes_late_with_it_is_told_who_issued(
    system: System, browsers: Browsers, saved_again: int
) -> None:
    number = await draft(system, quantity=20)
    if saved_again:
        await system.login(Role.BUYER).patch(f"/api/v1/orders/{number}", json={"purchase_order": "PO-2"})
    one, two = hands(browsers, number, Role.BUYER), hands(browsers, number, Role.BUYER)
    late = await two.look("issue")
    await one.do("issue")
    refused = StaffPage(await two.fill(late))
    assert refused.status == 409
    assert "What happened meanwhile:" in refused.text
    assert "issued the order" in refused.text


async def test_a_form_that_does_not_say_what_was_seen_is_stale_all_the_same(
    system: System, browsers: Browsers
) -> None:
    number = await draft(system, quantity=20)
    buyer = hands(browsers, number, Role.BUYER)
    page = await buyer.look("issue")
    await system.login(Role.BUYER).patch(f"/api/v1/orders/{number}", json={"purchase_order": "PO-2"})
    refused = StaffPage(await buyer.fill(page, seen="nonsense"))
    assert refused.status == 412
    assert "What happened meanwhile" not in refused.text


async def test_it_shows_names_amounts_and_the_purchase_order(system: System, browsers: Browsers) -> None:
    number = await draft(system, quantity=20)
    await system.login(Role.BUYER).patch(
        f"/api/v1/orders/{number}",
        json={"lines": [{"work_order": "WO-3201", "operation": 30, "quantity": 20, "unit_price": "2.1"}]},
    )
    page = await hands(browsers, number, Role.BUYER).look("issue")
    for part in ("Acme Plating", "Plating", "SS Flange DN50", "WO-3201 · 30", "2.10 USD", "PO-7781"):
        assert part in words(page)
    assert "42.00 USD" in words(page), "the value of the order"


@pytest.mark.parametrize(("locale", "price"), [("es", "2,10 USD"), ("zh", "2.10 USD")])
async def test_amounts_are_written_as_each_language_does(
    system: System, browsers: Browsers, locale: str, price: str
) -> None:
    number = await draft(system, quantity=20)
    line = {"work_order": "WO-3201", "operation": 30, "quantity": 20, "unit_price": "2.1"}
    await system.login(Role.BUYER).patch(f"/api/v1/orders/{number}", json={"lines": [line]})
    browser = browsers.of(Role.BUYER, locale=locale)
    assert price in words(await browser.open(f"/orders/{number}/issue"))


async def test_it_shows_the_mail_each_contact_gets_and_its_frame(system: System, browsers: Browsers) -> None:
    number = await draft(system, quantity=20)
    buyer = hands(browsers, number, Role.BUYER)
    page = await buyer.look("issue")
    assert "Mail to Ana <orders@acme.example> · English" in page.text
    assert "This is what the supplier gets" in page.text
    frame = page.one("iframe")["src"]
    assert frame == f"/orders/{number}/issue/mail?reader=0"
    mail = await buyer.browser.get(frame)
    assert mail.status_code == 200
    assert number in mail.text
    assert mail.headers["x-frame-options"] == "SAMEORIGIN"
    assert (await buyer.browser.get(f"{urlsplit(frame).path}?reader=7")).status_code == 404
    viewer = browsers.of(Role.VIEWER)
    assert (await viewer.get(frame)).status_code == 403


async def test_what_would_refuse_it_is_said_before_it_is_pressed(system: System, browsers: Browsers) -> None:
    number = await draft(system, quantity=20, spec="MIL-STD-1")
    page = await hands(browsers, number, Role.BUYER).look("issue")
    assert "As it stands it cannot be issued:" in page.text
    assert "ACME has no valid approval for PLATE MIL-STD-1 today." in page.text
    assert page.links["Edit"].endswith(f"/orders/{number}/edit")
