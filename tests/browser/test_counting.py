"""Counting on a phone: what is left is said while one types, and never overrules what was typed."""

from __future__ import annotations

from playwright.async_api import Browser

from tests.browser.site import Site
from tests.browser.tab import tab


async def test_what_is_left_is_accepted_while_one_types(browser: Browser, site: Site) -> None:
    async with tab(browser, site, width=360, height=640) as dock:
        await dock.log_in("receiving")
        await dock.go("/orders/{WO-3150}/receive")
        page = dock.page
        counted, accepted = page.get_by_label("Counted", exact=True), page.get_by_label("Accepted")
        left = page.locator("output").first
        await counted.fill("80")
        await page.get_by_label("Of those, rejected").fill("12")
        assert await accepted.input_value() == "68"
        assert await left.inner_text() == "68 of 80 accepted"
        await accepted.fill("60")
        await page.get_by_label("To be checked").fill("8")
        assert await accepted.input_value() == "60"
        await counted.fill("10")
        assert await left.inner_text() == "10 more than counted"
        target = await counted.bounding_box()
        assert target is not None
        assert target["height"] >= 44
        assert await dock.fits()


# What is said of 2,500 pieces at 0.6 kg each, of others that are typed, and nothing of what can be read in two ways.
TAKEN = {
    "en": {
        "2500": "2,500 pcs take 1,500 kg of it.",
        "251": "251 pcs take 150.6 kg of it.",
        "12 500": "12,500 pcs take 7,500 kg of it.",
    },
    "es": {
        "2500": "2.500 uds. toman 1.500 kg de él.",
        "251": "251 uds. toman 150,6 kg de él.",
        "12 500": "12.500 uds. toman 7.500 kg de él.",
    },
}


async def test_what_pieces_take_of_a_lot_in_kilograms_is_said_while_one_types(
    browser: Browser, site: Site
) -> None:
    for locale, sentences in TAKEN.items():
        async with tab(browser, site, width=360, height=640) as dock:
            await dock.log_in("receiving")
            await dock.speak(locale)
            await dock.go("/orders/{WO-STEEL}/send")
            quantity = dock.page.locator("input[name$='.quantity']")
            said = dock.page.locator("output[data-takes]")
            # What the server wrote is what the script writes of the same number.
            assert _plain(await said.inner_text()) == sentences[await quantity.input_value()]
            for typed, sentence in sentences.items():
                await quantity.fill("")
                assert await said.inner_text() == ""
                await quantity.fill(typed)
                assert _plain(await said.inner_text()) == sentence
            for typed in ("1,499", "1.499", "x", "-3", "0"):
                await quantity.fill(typed)
                assert await said.inner_text() == "", typed
            assert await dock.fits()


def _plain(text: str) -> str:
    return text.replace("\u00a0", " ")
