"""An order split over HTTP and on its page: the parts go on, each with a workflow and a link of its own."""

from __future__ import annotations

from temporalio.testing import WorkflowEnvironment

from activities.doctor import examine
from models.domain.authority import Role
from models.settings import Settings
from tests.pages.browser import Browsers
from tests.pages.doing import hands, possible
from tests.stories import BEHALF, LOT, issued, master_data
from tests.supplier.phone import Phone, mailed_link
from tests.systems import running


async def test_the_parts_of_a_split_order_go_on(
    settings: Settings, temporal_env: WorkflowEnvironment, temporal_address: str
) -> None:
    async with running(settings, temporal_env.client) as system:
        await master_data(system, plan=False, documents=())
        number = await issued(system, quantity=100)
        await system.command(Role.BUYER, number, "acknowledge", decision="accept", on_behalf_of=BEHALF)
        sent = [{"line": 1, "lot": LOT, "quantity": 30}]
        await system.command(Role.RECEIVING, number, "send", lines=sent)
        old = await mailed_link(system, number)

        def parts(*quantities: int) -> list[dict[str, object]]:
            return [{"lines": [{"line": 1, "quantity": quantity}]} for quantity in quantities]

        refused = await system.command(Role.BUYER, number, "split", children=parts(20, 80), status=409)
        assert (refused["code"], refused["errors"][0]["field"]) == ("split.sent", "children.0.lines")
        await system.command(Role.PLANNER, number, "split", children=parts(60, 40), status=403)

        # On its page one looks first, and is told what does not add up.
        browsers = Browsers(system)
        buyer = hands(browsers, number, Role.BUYER)
        page = await buyer.refused("split", "look", parts__1__1__quantity="80")
        assert "30 pieces were sent already" in page.text
        response = await buyer.fill(await buyer.look("split"), "look", parts__1__1__quantity="40")
        assert response.status_code == 200
        shown = response.text.replace("\u00a0", " ")
        assert "60 pcs FLANGE-DN50 B" in shown
        await buyer.do("split", "split", parts__1__1__quantity="40")

        order = await system.get(f"/orders/{number}")
        first, second = order["superseded_by"]
        assert order["stage"] == "cancelled"
        page = await buyer.browser.open(f"/orders/{number}")
        assert page.links[first].endswith(f"/orders/{first}")
        assert f"split the order into {first}, {second}" in page.text
        assert not possible(await buyer.look("split"))
        going, other = [await system.get(f"/orders/{each}") for each in (first, second)]
        assert (going["split_from"], going["lines"][0]["pieces"]["in_transit_out"]) == (number, "30")
        assert [each["lines"][0]["ordered"] for each in (going, other)] == ["60", "40"]
        assert (going["stage"], other["stage"]) == ("acknowledged", "acknowledged")

        # The old link leads to the part that has the pieces; the other one has a mail of its own.
        phone = Phone(system.client())
        shown_page = await phone.open(old)
        assert first in shown_page.text
        # Beside it the other part is named, and opened by this person's own link to it.
        beside = await phone.open(shown_page.links[second])
        assert beside.heading != shown_page.heading or second in beside.text
        assert beside.url != shown_page.url
        assert beside.links[first] != beside.url
        strange = await phone.open(shown_page.url + "/orders/SO-1")
        assert strange.url == shown_page.url
        assert "Split into" in (await buyer.browser.open(f"/orders/{number}")).text
        assert second in (await Phone(system.client()).open(await mailed_link(system, second))).text

        # Both take commands, so both have workflows.
        await system.command(Role.RECEIVING, second, "send", lines=sent)
        await system.command(
            Role.BUYER, first, "ship", lines=[{"line": 1, "quantity": 30}], on_behalf_of=BEHALF
        )
        counted = [{"line": 1, "counted": 30, "accepted": 30}]
        done = await system.command(Role.RECEIVING, first, "receive", lines=counted, parcel=f"{first}-P1")
        assert done["lines"][0]["pieces"]["accepted"] == "30"
        assert await system.temporal.get_workflow_handle(number).result() == "cancelled"
        now = system.app.state.clock()
        found = await examine(
            system.database, settings.files_dir, system.temporal, now, task_queue=settings.task_queue
        )
        assert found == []
        await browsers.close()
