"""What axe-core says of the page a tab shows."""

from __future__ import annotations

import json
from typing import Any, Literal

from axe_playwright_python.async_playwright import Axe

from tests.browser.tab import Tab

_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# All that can differ between the schemes of one and the same page.
_OF_COLOURS = ["color-contrast", "link-in-text-block"]
_AXE = Axe()


async def bring(opened: Tab) -> None:
    """Puts axe-core into the page that is shown."""
    await opened.page.evaluate(_AXE.axe_script)


async def complaints(opened: Tab) -> list[str]:
    """What is wrong with the page as it is shown, by every rule."""
    await bring(opened)
    return await _found(opened, {"type": "tag", "values": _TAGS})


async def complaints_but_of_colours(opened: Tab) -> list[str]:
    """The same without the rules about colours, which take nine tenths of the time."""
    await bring(opened)
    return await _found(opened, {"type": "tag", "values": _TAGS}, *_OF_COLOURS)


async def complaints_in(opened: Tab, scheme: Literal["light", "dark"]) -> list[str]:
    """What is wrong with the colours of the page axe-core was brought into, in this scheme."""
    await opened.page.emulate_media(color_scheme=scheme)
    return await _found(opened, {"type": "rule", "values": _OF_COLOURS})


async def _found(opened: Tab, rules: dict[str, Any], *without: str) -> list[str]:
    # A mail in a frame is for whom it is written to; axe cannot reach into it anyway.
    left_out = {rule: {"enabled": False} for rule in without}
    options = json.dumps(
        {"runOnly": rules, "rules": left_out, "resultTypes": ["violations"], "iframes": False}
    )
    found = await opened.page.evaluate(f"axe.run({options})")
    return [
        f"{one['id']}: {one['help']}: {[node['html'][:160] for node in one['nodes'][:3]]}"
        for one in found["violations"]
    ]
