"""Parts straight from one supplier to the next, over HTTP, on pages and on the next supplier's phone."""

from __future__ import annotations

from temporalio.testing import WorkflowEnvironment

from activities.doctor import examine
from models.domain.authority import Role
from models.settings import Settings
from tests.pages.browser import Browsers
from tests.pages.doing import TOLD, hands, possible
from tests.stories import BEHALF, LOT, draft, master_data
from tests.supplier.phone import Phone, mailed_link
from tests.systems import System, running

NEXT = "orders@next.example"


async def two_orders(system: System) -> tuple[str, str]:
    """An order for operation 30, all of whose 100 pieces are at Acme, and one for operation 40 at Next."""
    await master_data(system, plan=False, documents=())
    admin = Role.ADMIN
    following = {"name": "Next Coating", "contact": "Nia", "timezone": "Europe/Berlin", "country": "DE"}
    following |= {"code": "NEXT", "email": NEXT, "locale": "en"}
    await system.post(admin, "/suppliers", following, status=201)
    milestones = [{"code": "REC", "kind": "received", "name": "Material received", "day": 2}]
    coat = {"code": "COAT", "name": "Coating", "milestones": milestones, "required_documents": []}
    await system.post(admin, "/processes", coat, status=201)
    approval = {"process": "COAT", "spec": "Q-40", "valid_from": "2020-01-01", "valid_to": "2099-12-31"}
    await system.post(admin, "/suppliers/NEXT/approvals", approval, status=201)
    operations = [
        {"sequence": 30, "kind": "outside", "process": "PLATE", "spec": "ASTM B633", "spec_revision": "2023"},
        {"sequence": 40, "kind": "outside", "process": "COAT", "spec": "Q-40", "spec_revision": "A"},
    ]
    job = {"number": "WO-77", "type": "MTO", "part": "FLANGE-DN50", "revision": "B", "quantity": 100}
    await system.post(admin, "/work-orders", {**job, "operations": operations}, status=201)

    def line(operation: int, **fields: object) -> dict[str, object]:
        price = {"unit_price": "0.85", "currency": "USD"}
        return {"work_order": "WO-77", "operation": operation, "quantity": 100, **price, **fields}

    orders = [
        await draft(system, lines=[line(30, lots=[{"lot": LOT, "quantity": 100}])]),
        await draft(system, supplier="NEXT", process="COAT", lines=[line(40)]),
    ]
    for number in orders:
        await system.command(Role.BUYER, number, "issue")
        await system.command(Role.BUYER, number, "acknowledge", decision="accept", on_behalf_of=BEHALF)
    sent = [{"line": 1, "lot": LOT, "quantity": 100}]
    await system.command(Role.RECEIVING, orders[0], "send", lines=sent)
    await system.command(Role.BUYER, orders[0], "report-milestone", code="REC", on_behalf_of=BEHALF)
    return orders[0], orders[1]


async def test_parts_go_straight_to_the_next_supplier(
    settings: Settings, temporal_env: WorkflowEnvironment, temporal_address: str
) -> None:
    async with running(settings, temporal_env.client) as system:
        first, second = await two_orders(system)
        lines = [{"line": 1, "quantity": 40}]
        refused = await system.command(
            Role.BUYER, first, "ship", lines=lines, to_order="SO-0", on_behalf_of=BEHALF, status=422
        )
        assert (refused["code"], refused["errors"][0]["field"]) == ("transfer.target", "to_order")
        assert second in refused["detail"]
        shipped = await system.command(
            Role.BUYER, first, "ship", lines=lines, to_order=second, tracking="T-77", on_behalf_of=BEHALF
        )
        transfer = shipped["transfer"]
        assert (transfer, shipped["parcel"]) == (f"{first}-T1", f"{first}-T1")
        assert shipped["lines"][0]["offered"] == "40"
        assert shipped["lines"][0]["pieces"]["at_supplier"] == "100"

        # Both pages tell of it and lead to each other.
        browsers = Browsers(system)
        buyer = hands(browsers, first, Role.BUYER)
        for number, other in ((first, second), (second, first)):
            page = await buyer.browser.open(f"/orders/{number}")
            assert page.links[other].endswith(f"/orders/{other}")
            assert "not answered yet" in page.text
        told = hands(browsers, second, Role.BUYER)
        assert possible(await told.look("answer-transfer"))

        # The next supplier is asked on its phone, and says yes.
        phone = Phone(system.client())
        link = await mailed_link(system, second, NEXT)
        page = await phone.open(link)
        assert (
            page.heading.replace("\u00a0", " ")
            == "40 pcs come to you straight from Acme Plating. Are they with you?"
        )
        done = await phone.press(page, "take")
        assert f"You received {transfer}." in done.text
        here, there = [await system.get(f"/orders/{number}") for number in (first, second)]
        assert (here["lines"][0]["pieces"]["forwarded"], here["lines"][0]["offered"]) == ("40", "0")
        assert there["lines"][0]["pieces"]["in_transit_out"] == "40"
        assert [each["transfers"][0]["state"] for each in (here, there)] == ["taken", "taken"]

        # Our people send the others on by the form, and hear that they were not taken.
        await buyer.do("ship", "ship", lines__0__quantity="60", to=second, **TOLD)
        page = await phone.open(link)
        assert "60" in page.heading
        await phone.press(page, "refuse", reason="No room this week")
        here = await system.get(f"/orders/{first}")
        assert (here["lines"][0]["pieces"]["at_supplier"], here["transfers"][1]["state"]) == ("60", "refused")
        assert "No room this week" in (await buyer.browser.open(f"/orders/{first}")).text

        # Offered again, and withdrawn by the correction that the page leads to.
        await buyer.do("ship", "ship", lines__0__quantity="60", to=second, **TOLD)
        events = await system.get(f"/orders/{first}/events")
        wrong = next(each for each in reversed(events["items"]) if each["type"] == "transfer_offered")
        await system.command(Role.BUYER, first, "correct", event=wrong["sequence"], reason="Wrong truck")
        await system.command(
            Role.BUYER, first, "ship", lines=[{"line": 1, "quantity": 60}], on_behalf_of=BEHALF
        )
        mails = {each["template"] for each in (await system.get(f"/orders/{second}/mail"))["items"]}
        assert {"transfer_offered", "transfer_announced", "transfer_withdrawn"} <= mails
        mails = {each["template"] for each in (await system.get(f"/orders/{first}/mail"))["items"]}
        assert "transfer_refused" in mails
        now = system.app.state.clock()
        found = await examine(
            system.database, settings.files_dir, system.temporal, now, task_queue=settings.task_queue
        )
        assert found == []
        await browsers.close()
