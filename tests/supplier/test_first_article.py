"""First articles on the supplier's phone: what comes first, what it is asked for, what it hears of it."""

from __future__ import annotations

from models.domain.authority import Role
from tests.stories import BEHALF, LOT
from tests.supplier.phone import opened
from tests.supplier.steps import order
from tests.systems import System

LINE = {"work_order": "WO-3201", "operation": 30, "quantity": 20, "unit_price": "0.85", "first_article": 5,
        "setup_allowance": 2,
        "lots": [{"lot": LOT, "quantity": 20}]}  # fmt: skip
GOOD = {f"v__0__{sample}": "10" for sample in (1, 2, 3)} | {"v__1__1": "conforms"}


async def test_the_first_pieces_are_asked_for_and_their_release_is_told(system: System) -> None:
    number = await order(system, lines=[LINE])
    phone, page = await opened(system, number)
    assert "First 5 pcs come to you alone." in page.text
    assert "Up to 2 pcs may be used up in setting up" in page.text
    await system.command(Role.BUYER, number, "acknowledge", decision="accept", on_behalf_of=BEHALF)
    await system.command(Role.RECEIVING, number, "send", lines=[{"line": 1, "lot": LOT, "quantity": 5}])
    for code in ("REC", "PLATED"):
        await system.command(Role.PLANNER, number, "report-milestone", code=code, on_behalf_of=BEHALF)
    page = await phone.open(page.url)
    assert "Please measure the first 5 pcs." in page.text
    page = await phone.press(page, "submit", **GOOD)
    assert "The values of the first 5 pcs are being reviewed." in page.text
    released = {"inspection": f"{number}-I1", "decision": "release", "note": ""}
    await system.command(Role.QUALITY, number, "review-inspection", **released)
    page = await phone.open(page.url.partition("?")[0])
    assert "The first 5 pcs are released; the others may come." in page.text
    mails = (await system.get(f"/orders/{number}/mail"))["items"]
    assert [mail["template"] for mail in mails if mail["template"] == "inspection_reviewed"]
