"""The verdict while one types reads a number as the server does."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser

from api.supplier.fields import plain_number

SCRIPT = Path(__file__).parents[2] / "templates" / "static" / "measuring.js"
# Between limits that take every number: what is unreadable has no other verdict.
FIELD = """<fieldset class="measured" data-decimal="{decimal}" data-kind="variable" data-count="1"
 data-lower="-9999" data-upper="9999" data-done="" data-inside="read" data-unreadable="not read">
<span class="done"></span><div class="cell"><input value="{typed}"><span class="verdict"></span></div>
</fieldset><script>{script}</script>"""


@pytest.mark.parametrize("decimal", [".", ","])
async def test_a_number_is_read_the_same_while_one_types(browser: Browser, decimal: str) -> None:
    page = await browser.new_page()
    for typed in (
        "10.5",
        "10,5",
        "1.234",
        "1,234",
        "-1,234",
        "0.125",
        "0,125",
        "1234,567",
        "1.234,5",
        "1 234",
    ):
        await page.set_content(FIELD.format(decimal=decimal, typed=typed, script=SCRIPT.read_text()))
        read = plain_number(typed, decimal=decimal) is not None
        assert (await page.inner_text(".verdict") == "read") is read, typed
    await page.close()
