"""Prices on the pages of a draft: that of the supplier's terms where none is typed, and what it is for."""

from __future__ import annotations

import pytest

from models.domain.authority import Role
from tests.pages.browser import Browser, Browsers, StaffPage
from tests.pages.test_new_order import FILLED, FORM, job, send
from tests.stories import LOT
from tests.systems import System

TERMS = {"price": "2.75", "basis": "kg", "currency": "CHF", "valid_from": "2020-01-01"}
FRANCS = {"currency": "chf", "lines.0.unit_price": ""}


@pytest.fixture(scope="module")
async def agreed(system: System) -> None:
    await system.post(Role.BUYER, "/suppliers/ACME/terms", TERMS, status=201)


async def saved(system: System, buyer: Browser, **typed: str) -> tuple[str, str | None, str]:
    """The number, the price and what it is for, of a new draft."""
    page = await buyer.open(FORM.format(job=await job(system)))
    answer = await send(buyer, page, "draft", **typed)
    assert answer.status_code == 303, answer.text
    number = answer.headers["location"].partition("?")[0].rpartition("/")[2]
    (line,) = (await system.get(f"/orders/{number}"))["lines"]
    return number, line["unit_price"], line["basis"]


@pytest.mark.usefixtures("agreed")
async def test_a_price_left_empty_is_that_of_the_terms(system: System, browsers: Browsers) -> None:
    buyer = browsers.of(Role.BUYER)
    number, *price = await saved(system, buyer, **FRANCS)
    assert price == ["2.75", "kg"]
    assert "2.75 CHF / kg" in (await buyer.open(f"/orders/{number}")).text.replace("\u00a0", " ")
    again = await buyer.open(f"/orders/{number}/edit")
    assert "By contract: 2.75 CHF / kg" in again.text.replace("\u00a0", " ")
    form = again.form_to(f"/orders/{number}/edit").fields
    assert (form["lines.0.unit_price"], form["lines.0.basis"]) == ("2.75", "kg")


@pytest.mark.usefixtures("agreed")
async def test_a_price_that_is_typed_is_for_what_one_says(system: System, browsers: Browsers) -> None:
    buyer = browsers.of(Role.BUYER)
    _, *each = await saved(system, buyer, **(FRANCS | {"lines.0.unit_price": "3"}))
    assert each == ["3", "piece"]
    _, *lots = await saved(system, buyer, **(FRANCS | {"lines.0.unit_price": "80", "lines.0.basis": "lot"}))
    assert lots == ["80", "lot"]


@pytest.mark.usefixtures("agreed")
async def test_terms_in_another_currency_are_no_offer(system: System, browsers: Browsers) -> None:
    buyer = browsers.of(Role.BUYER)
    number, *price = await saved(system, buyer, **{"lines.0.unit_price": ""})
    assert FILLED["currency"] == "eur"
    assert price == [None, "piece"]
    assert "No price" in (await buyer.open(f"/orders/{number}")).text
    again = (await buyer.open(f"/orders/{number}/edit")).text.replace("\u00a0", " ")
    assert "By contract: 2.75 CHF / kg. Write CHF as the currency to order at that price." in again
    why_not = await buyer.open(f"/orders/{number}/issue")
    assert "Line 1 has no price, and ACME has no terms for it in EUR." in why_not.text


@pytest.mark.usefixtures("agreed")
async def test_an_order_that_was_saved_without_a_price_is_not_given_one_by_another_change(
    system: System, browsers: Browsers
) -> None:
    buyer = browsers.of(Role.BUYER)
    line = {
        "work_order": await job(system),
        "operation": 30,
        "quantity": 5,
        "unit_price": 0,
        "currency": "CHF",
    }
    body = {"supplier": "ACME", "process": "PLATE", "need_by": "2027-12-01", "lines": [line]}
    number = (await system.post(Role.BUYER, "/orders", body, status=201))["number"]
    path = f"/orders/{number}/edit"
    page = await buyer.open(path)
    fields = page.form_to(path).fields | {"purchase_order": "PO-9", "do": "draft"}
    assert (await buyer.post(path, fields)).status_code == 303
    shown = await system.get(f"/orders/{number}")
    assert (shown["purchase_order"], shown["lines"][0]["unit_price"]) == ("PO-9", "0")


async def test_the_mail_is_shown_before_anybody_said_a_price(system: System, browsers: Browsers) -> None:
    buyer = browsers.of(Role.BUYER, locale="en")
    page = await buyer.open(FORM.format(job=await job(system)))
    missing = "Line 1 has no price yet."
    assert missing not in StaffPage(await send(buyer, page, "preview")).text
    # Terms are in francs alone.
    shown = StaffPage(await send(buyer, page, "preview", **{"lines.0.unit_price": ""}))
    assert (shown.status, missing in shown.text) == (200, True)
    mail = await buyer.get(shown.one("iframe")["src"])
    assert (mail.status_code, LOT in mail.text) == (200, True)
    refused = await send(buyer, page, "issue", **{"lines.0.unit_price": ""})
    assert refused.status_code == 409
    assert "Line 1 has no price" in StaffPage(refused).text
