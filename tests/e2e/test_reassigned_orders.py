"""An order given to another supplier, on its page: a draft for that one, and material that comes back first."""

from __future__ import annotations

from sqlalchemy import select
from temporalio.testing import WorkflowEnvironment

from activities.doctor import examine
from models.domain.authority import Role
from models.settings import Settings
from models.tables.outbox import Outbox
from models.tables.types import table
from tests.pages.browser import Browsers
from tests.pages.doing import hands, possible
from tests.stories import BEHALF, LOT, issued, master_data
from tests.supplier.phone import Phone, mailed_link
from tests.systems import System, running

OUTBOX = table(Outbox)


async def another_supplier(system: System) -> None:
    supplier = {"code": "BETA", "name": "Beta Plating", "email": "orders@beta.example", "locale": "es"}
    where = {"contact": "Bo", "timezone": "Europe/Madrid", "country": "ES"}
    await system.post(Role.ADMIN, "/suppliers", {**supplier, **where}, status=201)
    approval = {"process": "PLATE", "spec": "ASTM B633", "valid_from": "2020-01-01", "valid_to": "2099-12-31"}
    await system.post(Role.ADMIN, "/suppliers/BETA/approvals", approval, status=201)


async def test_what_is_not_done_goes_to_another_supplier(
    settings: Settings, temporal_env: WorkflowEnvironment, temporal_address: str
) -> None:
    async with running(settings, temporal_env.client) as system:
        await master_data(system, plan=False, documents=())
        await another_supplier(system)
        number = await issued(system, quantity=100)
        await system.command(Role.BUYER, number, "acknowledge", decision="accept", on_behalf_of=BEHALF)
        sent = [{"line": 1, "lot": LOT, "quantity": 60}]
        await system.command(Role.RECEIVING, number, "send", lines=sent)
        link = await mailed_link(system, number)
        body = {"supplier": "NOBODY", "pieces": "return", "reason": "The bath is down"}
        refused = await system.command(Role.BUYER, number, "reassign", status=422, **body)
        assert refused["code"] == "supplier.unknown"

        browsers = Browsers(system)
        buyer = hands(browsers, number, Role.BUYER)
        page = await buyer.refused("reassign", supplier="", reason="The bath is down")
        assert "Choose the supplier." in page.text
        typed = {"open__1__quantity": "90", "open__1__unit_price": "1.1"}
        await buyer.do("reassign", supplier="BETA", reason="The bath is down", **typed)

        order = await system.get(f"/orders/{number}")
        draft = await system.get(f"/orders/{order['reassigned_to']}")
        assert (order["stage"], order["flags"]) == ("acknowledged", ["cancelling"])
        lots = [{"lot": LOT, "quantity": "60"}]
        owed = {"what": "return:line-1", "owed_by": "supplier", "quantity": "60", "unit": "C62", "lots": lots}
        assert order["missing"] == [owed]
        assert (draft["stage"], draft["supplier"], draft["reassigned_from"]) == ("draft", "BETA", number)
        assert [(line["ordered"], line["unit_price"]) for line in draft["lines"]] == [("90", "1.1")]
        page = await buyer.browser.open(f"/orders/{number}")
        assert page.links[draft["number"]].endswith(f"/orders/{draft['number']}")
        page = await buyer.browser.open(f"/orders/{draft['number']}")
        assert page.links[number].endswith(f"/orders/{number}")
        assert not possible(await buyer.look("reassign"))

        # The old supplier reads it in one mail, and on its page what it has to send.
        shown = await Phone(system.client()).open(link)
        assert shown.heading.replace("\u00a0", " ") == "Please send back 60 pcs, as they are."
        assert "asks for the parts back as they are" in shown.text
        with system.database.read() as session:
            told = list(session.scalars(select(OUTBOX.c.template).where(OUTBOX.c.order_number == number)))
        assert told.count("order_reassigned") == 1
        assert "order_cancelled" not in told

        # Discarded, nobody would do the rest: the old order closed short for it.
        kept = await system.login(Role.BUYER).delete(f"/api/v1/orders/{draft['number']}")
        assert (kept.status_code, kept.json()["code"]) == (409, "draft.given")

        counted = [{"line": 1, "counted": 60, "accepted": 0, "unprocessed": 60}]
        order = await system.command(Role.RECEIVING, number, "receive", lines=counted, packing_slip="LS-1")
        assert order["stage"] == "cancelled"
        # The draft keeps what it takes the place of, however often it is edited; its material is here again.
        edit = {"purchase_order": "PO-8"}
        changed = await system.login(Role.BUYER).patch(f"/api/v1/orders/{draft['number']}", json=edit)
        assert changed.json()["reassigned_from"] == number
        await system.command(Role.BUYER, draft["number"], "issue")
        again = [{"line": 1, "lot": LOT, "quantity": 90}]
        order = await system.command(Role.RECEIVING, draft["number"], "send", lines=again)
        assert (order["reassigned_from"], order["lines"][0]["pieces"]["sent"]) == (number, "90")
        now = system.app.state.clock()
        found = await examine(
            system.database, settings.files_dir, system.temporal, now, task_queue=settings.task_queue
        )
        assert found == []
        await browsers.close()
