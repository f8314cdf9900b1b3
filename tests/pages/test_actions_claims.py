"""Lost pieces are claimed on the order's page, and what came of it is kept there."""

from __future__ import annotations

from models.domain.authority import Role
from tests.pages.browser import Browsers
from tests.pages.doing import at, hands
from tests.systems import System


async def test_a_claim_is_opened_shown_and_settled(system: System, browsers: Browsers) -> None:
    number = await at(system, "there")
    dock = hands(browsers, number, Role.RECEIVING)
    await dock.do("declare-loss", lost__0__at_supplier__quantity="2", reason="Fire", against="")
    (claim,) = (await system.get(f"/orders/{number}"))["claims"]
    assert (claim["claim"], claim["against"], claim["state"]) == (f"{number}-L1", "supplier", "open")
    assert [(line["quantity"], line["found"]) for line in claim["lines"]] == [("2", "0")]
    page = await browsers.of(Role.VIEWER).open(f"/orders/{number}")
    assert "Claims for lost pieces" in page.text
    assert f"Claim {number}-L1 against the supplier" in page.text
    finance = hands(browsers, number, Role.FINANCE)
    page = await finance.refused("settle-claim", note="")
    assert page.links["Say what came of it."].endswith("#outcome")
    page = await finance.refused("settle-claim", outcome="credited", amount="")
    assert page.links["Enter the amount that was paid or credited."].endswith("#amount")
    page = await finance.refused("settle-claim", outcome="refused", note="")
    assert page.links["Say why."].endswith("#note")
    await finance.do("settle-claim", outcome="credited", amount="4.20", note="Credit note 17")
    order = await system.get(f"/orders/{number}")
    (claim,) = order["claims"]
    assert (claim["state"], claim["outcome"], claim["amount"]) == ("settled", "credited", "4.20")
    assert ("claim", "-4.20") in [(item["kind"], item["amount"]) for item in order["cost"]["items"]]
    page = await browsers.of(Role.VIEWER).open(f"/orders/{number}")
    for words in ("Settled", "Credit note 17", "Credited for lost pieces"):
        assert words in page.text
    page = await finance.look("settle-claim")
    assert "No claim is open." in page.text


async def test_the_carrier_may_be_claimed_from_instead(system: System, browsers: Browsers) -> None:
    number = await at(system, "there")
    dock = hands(browsers, number, Role.RECEIVING)
    lost = {"lost__0__at_supplier__quantity": "2", "reason": "Never arrived there", "against": "carrier"}
    await dock.do("declare-loss", **lost)
    order = await system.get(f"/orders/{number}")
    assert [claim["against"] for claim in order["claims"]] == ["carrier"]
