"""Labels beside each other stand on one line, and a folded part of a form leaves no hole behind it."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from tests.browser.site import Site
from tests.browser.tab import tab

# Of fields whose inputs stand side by side, how far their labels are apart at most.
_APART = """() => {
  const rows = new Map();
  for (const field of document.querySelectorAll("main form .field")) {
    const input = field.querySelector("input, select"), label = field.querySelector("label");
    if (!input || !label || !label.getClientRects().length) continue;
    const at = Math.round(input.getBoundingClientRect().top);
    rows.set(at, [...(rows.get(at) ?? []), label.getBoundingClientRect().top]);
  }
  const beside = [...rows.values()].filter(tops => tops.length > 1);
  return beside.length ? Math.max(...beside.map(tops => Math.max(...tops) - Math.min(...tops))) : -1;
}"""
# Between each folded part of a card and what comes below it, or the card's end.
_HOLES = """() => [...document.querySelectorAll(".place > details:not([open])")].map(folded => {
  const next = folded.nextElementSibling, end = folded.getBoundingClientRect().bottom;
  return (next ?? folded.parentElement).getBoundingClientRect()[next ? "top" : "bottom"] - end;
})"""


@pytest.mark.parametrize(
    ("role", "path"),
    [("receiving", "/orders/{WO-3201}/receive?parcel=-"), ("admin", "/master/suppliers/new")],
)
async def test_labels_beside_each_other_stand_on_one_line(
    browser: Browser, site: Site, role: str, path: str
) -> None:
    async with tab(browser, site) as opened:
        await opened.log_in(role)
        await opened.page.set_viewport_size({"width": 1440, "height": 900})
        assert await opened.go(path) == 200
        assert 0 <= await opened.page.evaluate(_APART) < 1


@pytest.mark.parametrize("width", [360, 1440])
async def test_a_folded_part_of_a_card_leaves_no_hole(browser: Browser, site: Site, width: int) -> None:
    async with tab(browser, site) as opened:
        await opened.log_in("receiving")
        await opened.page.set_viewport_size({"width": width, "height": 900})
        assert await opened.go("/orders/{WO-3201}/receive?parcel=-") == 200
        holes = await opened.page.evaluate(_HOLES)
        assert len(holes) >= 2
        assert max(holes) <= 12, holes
