"""Orders merged over HTTP, on a page and by the supplier's old link: one order goes on, the others end."""

from __future__ import annotations

from temporalio.client import WorkflowExecutionStatus
from temporalio.testing import WorkflowEnvironment

from activities.doctor import examine
from models.domain.authority import Role
from models.settings import Settings
from tests.pages.browser import Browsers
from tests.pages.doing import hands
from tests.stories import BEHALF, issued, master_data
from tests.supplier.phone import Phone, mailed_link
from tests.systems import System, running


async def test_merged_orders_go_on_as_one(
    settings: Settings, temporal_env: WorkflowEnvironment, temporal_address: str
) -> None:
    async with running(settings, temporal_env.client) as system:
        await master_data(system, plan=False, documents=())
        number, other, third = [await issued(system, quantity=quantity) for quantity in (100, 40, 7)]
        await system.command(Role.BUYER, other, "acknowledge", decision="accept", on_behalf_of=BEHALF)
        old = await mailed_link(system, other)

        await system.command(Role.PLANNER, number, "merge", orders=[other], status=403)
        refused = await system.command(Role.BUYER, number, "merge", orders=["SO-1"], status=422)
        assert refused["errors"][0]["field"] == "orders.0"
        order = await system.command(Role.BUYER, number, "merge", orders=[other])
        assert (order["merged"], order["merged_from"], order["revision"]) == ([other], [other], 2)
        assert [line["ordered"] for line in order["lines"]] == ["100", "40"]
        source = await system.get(f"/orders/{other}")
        assert (source["stage"], source["merged_into"]) == ("cancelled", number)

        # On the page of what is left the third one is offered; those that ended are not.
        browsers = Browsers(system)
        buyer = hands(browsers, number, Role.BUYER)
        page = await buyer.look("merge")
        assert third in page.text
        assert other not in page.text.partition("Merged from")[2].partition("Orders to merge")[2]
        (form,) = [form for form in page.forms if "version" in form.fields]
        sent = await buyer.browser.post(
            form.action, {**form.fields, f"orders.{third}": "yes", "answer": "merge"}
        )
        assert sent.status_code == 303
        page = await buyer.browser.open(f"/orders/{number}")
        assert page.links[other].endswith(f"/orders/{other}")
        assert f"merged {third} into this order" in page.text
        page = await buyer.browser.open(f"/orders/{other}")
        assert page.links[number].endswith(f"/orders/{number}")

        # The supplier's old link leads to the order that goes on, which asks for an answer to all of it.
        phone = Phone(system.client())
        shown = await phone.open(old)
        assert number in shown.text
        assert f"This order now includes {other}, {third}." in shown.text
        answered = await phone.press(shown, "accept")
        assert answered.status == 200
        assert (await system.get(f"/orders/{number}"))["stage"] == "acknowledged"

        for ended in (other, third):
            await eventually_ended(system, ended)
        now = system.app.state.clock()
        found = await examine(
            system.database, settings.files_dir, system.temporal, now, task_queue=settings.task_queue
        )
        assert found == []
        await browsers.close()


async def eventually_ended(system: System, number: str) -> None:
    handle = system.temporal.get_workflow_handle(number)
    assert await handle.result() == "cancelled"
    assert (await handle.describe()).status is WorkflowExecutionStatus.COMPLETED
