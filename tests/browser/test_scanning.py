"""A phone that looks at a label opens what the label is about; the camera is a film of one."""

from __future__ import annotations

from pathlib import Path

import segno
from playwright.async_api import expect

from tests.browser.site import Site
from tests.browser.tab import chromium, tab

WIDE, HIGH = 640, 480
_FRAMES = 3


def film(path: Path, text: str) -> None:
    """What a camera in front of a QR code of `text` sees: dark modules on light paper, without colour."""
    modules = [list(row) for row in segno.make(text, error="m", micro=False).matrix_iter(border=4)]
    size = HIGH // len(modules)
    left = (WIDE - size * len(modules)) // 2
    rows = bytearray()
    for row in modules:
        line = b"".join((b"\x10" if dark else b"\xeb") * size for dark in row)
        rows += (b"\xeb" * left + line).ljust(WIDE, b"\xeb") * size
    picture = bytes(rows.ljust(WIDE * HIGH, b"\xeb")) + b"\x80" * (WIDE * HIGH // 2)
    head = f"YUV4MPEG2 W{WIDE} H{HIGH} F10:1 Ip A1:1 C420jpeg\n".encode()
    path.write_bytes(head + (b"FRAME\n" + picture) * _FRAMES)


async def test_a_label_in_front_of_the_camera_opens_its_lot_and_fills_a_form(
    site: Site, tmp_path: Path
) -> None:
    film(tmp_path / "label.y4m", site.at("/l/MELT-7"))
    camera = (
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={tmp_path / 'label.y4m'}",
    )
    async with chromium(*camera) as browser, tab(browser, site, width=390, height=844) as opened:
        await opened.log_in("receiving")
        await opened.go("/scan")
        await opened.page.wait_for_url(site.at("/master/lots/MELT-7"))
        await expect(opened.page.locator("h1")).to_contain_text("MELT-7")
        order = site.orders["WO-SOME"]
        await opened.go(f"/orders/{order}/receive")
        await opened.page.get_by_label("Counted", exact=True).first.fill("4")
        await opened.page.get_by_role("link", name="Scan it").click()
        await opened.page.wait_for_url(site.at(f"/orders/{order}/receive?**packing_slip=MELT-7**"))
        await expect(opened.page.get_by_label("Packing slip")).to_have_value("MELT-7")
        await expect(opened.page.get_by_label("Counted", exact=True).first).to_have_value("4")
