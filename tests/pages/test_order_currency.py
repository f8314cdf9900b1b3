"""A new order begins in the currency its buyer is likely to pay in."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from models.domain.authority import Role
from models.tables.plants import Calendar
from tests.pages.browser import Browser, Browsers
from tests.pages.test_new_order import FORM, job, send
from tests.systems import System


async def begun(browser: Browser, number: str) -> str:
    page = await browser.open(FORM.format(job=number))
    return page.form_to("/orders/new").fields["currency"]


@pytest.fixture
def country(system: System) -> Iterator[Callable[[str], None]]:
    """Moves the plant's calendar to another country; afterwards it is back."""

    def move(code: str) -> None:
        with system.database.write() as session:
            session.get_one(Calendar, "DE").country = code

    yield move
    move("DE")


@pytest.mark.parametrize(("code", "currency"), [("DE", "EUR"), ("CN", "CNY"), ("MX", "MXN"), ("XX", "USD")])
async def test_a_first_order_is_in_the_currency_of_the_plants_country(
    system: System, browsers: Browsers, country: Callable[[str], None], code: str, currency: str
) -> None:
    country(code)
    assert await begun(browsers.of(Role.BUYER), await job(system)) == currency


@pytest.mark.parametrize("how", ["draft", "issue"])
async def test_the_next_order_is_in_the_currency_of_the_buyers_latest(
    system: System, browsers: Browsers, how: str
) -> None:
    buyer, other = browsers.of(Role.BUYER), browsers.of(Role.BUYER)
    for currency in ("chf", "gbp"):
        page = await buyer.open(FORM.format(job=await job(system)))
        assert (await send(buyer, page, how, currency=currency)).status_code == 303
    assert await begun(buyer, await job(system)) == "GBP"
    assert await begun(other, await job(system)) == "EUR", "what others order in says nothing"


async def test_a_draft_keeps_its_own(system: System, browsers: Browsers) -> None:
    buyer = browsers.of(Role.BUYER)
    page = await buyer.open(FORM.format(job=await job(system)))
    saved = await send(buyer, page, "draft", currency="sek")
    page = await buyer.open(FORM.format(job=await job(system)))
    await send(buyer, page, "draft", currency="nok")
    path = f"{saved.headers['location']}/edit"
    assert (await buyer.open(path)).form_to(path).fields["currency"] == "SEK"
