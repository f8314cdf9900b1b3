"""`make screenshots`: the pictures of the README and the tour, taken anew from the demo."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from playwright.async_api import Browser

from tests.browser.site import Site, demo_site
from tests.browser.tab import chromium, tab
from tests.processes import ROOT

# An operation nobody has ordered yet.
UNORDERED = {
    "number": "WO-3301",
    "type": "MTO",
    "part": "FLANGE-DN50",
    "revision": "B",
    "quantity": 400,
    "due": str(datetime.now(UTC).date() + timedelta(days=28)),
    "operations": [
        {
            "sequence": 30,
            "kind": "outside",
            "process": "PLATE",
            "spec": "ASTM B633",
            "spec_revision": "2023",
        }
    ],
}
PICTURES = ROOT / "docs" / "pictures"


@dataclass(frozen=True)
class Picture:
    """`name`.png of one page: `{link}` is the supplier's, `{temporal}` an order in Temporal's Web UI."""

    name: str
    address: str
    role: str = "buyer"
    locale: str = "en"
    width: int = 1440
    height: int = 900
    scheme: Literal["light", "dark"] = "light"


TAKEN = (
    Picture("today", "/"),
    Picture("orders-dark", "/orders", scheme="dark"),
    Picture("order", "/orders/{WO-3201}", height=1400),
    Picture("new-order", "/orders/new?work_order=WO-3301&operation=30", height=1200),
    Picture("issue", "/orders/{WO-3203}/issue", height=1500),
    Picture("alerts", "/alerts", role="planner"),
    Picture("demand", "/demand", role="planner", height=700),
    Picture("trace", "/trace?q=HX-1", role="quality", height=1100),
    Picture("quality", "/quality", role="quality"),
    Picture("master-data", "/master/suppliers/ACME", role="admin"),
    Picture("people", "/people", role="admin", height=700),
    Picture("mailbox", "/mailbox", role="admin"),
    Picture("receive-phone", "/orders/{WO-3201}/receive?parcel=-", role="receiving", width=360, height=740),
    Picture("supplier-phone-zh", "{link}", role="", locale="zh", width=360, height=740),
    Picture("temporal", "{temporal}", role=""),
)


async def take(browser: Browser, site: Site, picture: Picture) -> None:
    """Writes one picture."""
    async with tab(
        browser, site, width=picture.width, height=picture.height, scheme=picture.scheme
    ) as opened:
        if picture.role:
            await opened.log_in(picture.role)
        address = picture.address.replace("{link}", site.link).replace(
            "{temporal}", f"{site.temporal_ui}/namespaces/default/workflows"
        )
        await opened.go(address)
        if picture.locale != "en":
            await opened.speak(picture.locale)
            await opened.page.reload()
        await opened.page.wait_for_timeout(300)
        if "{temporal}" in picture.address:
            # Its page is there long before its list.
            await opened.page.get_by_text("SO-").first.wait_for(timeout=30_000)
            await opened.page.wait_for_timeout(500)
            # What Temporal's own page complains of is not ours.
            opened.complaints.clear()
        await opened.page.screenshot(path=PICTURES / f"{picture.name}.png")


async def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="sendout-pictures-") as folder, demo_site(Path(folder)) as site:
        site.post("/work-orders", UNORDERED)
        async with chromium() as browser:
            for picture in TAKEN:
                await take(browser, site, picture)


if __name__ == "__main__":
    asyncio.run(main())
