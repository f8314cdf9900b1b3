"""Work orders and projects on pages: how far each operation has come outside, and what it sums up to."""

from __future__ import annotations

from datetime import timedelta

from api.app import now
from models.domain.authority import Role
from tests.pages.browser import Browsers
from tests.pages.test_new_order import job
from tests.stories import BEHALF, LOT
from tests.systems import System

NEED_BY = str(now().date() + timedelta(days=26))


async def ordered(system: System, number: str, operation: int = 30, quantity: int = 10) -> str:
    """An issued and accepted order for an operation."""
    line = {"work_order": number, "operation": operation, "quantity": quantity, "unit_price": "2"}
    body = {"supplier": "ACME", "process": "PLATE", "spec": "ASTM B633", "need_by": NEED_BY, "lines": [line]}
    order: str = (await system.post(Role.BUYER, "/orders", body, status=201))["number"]
    await system.command(Role.BUYER, order, "issue")
    await system.command(Role.BUYER, order, "acknowledge", decision="accept", on_behalf_of=BEHALF)
    return order


async def test_a_work_order_says_what_came_of_its_operations_and_of_those_below_it(
    system: System, browsers: Browsers
) -> None:
    parent = await job(system, project="VALVE 9")
    child = await job(system, parent=parent)
    order = await ordered(system, child)
    line = {"line": 1, "lot": LOT, "quantity": 7}
    await system.command(Role.RECEIVING, order, "send", lines=[line])
    viewer = browsers.of(Role.VIEWER)
    page = await viewer.open(f"/master/work-orders/{child}")
    assert "Operations and their orders in pcs" in page.text
    # Each operation once, with its order as a link, and the unit once for all.
    assert f"30 outside processing PLATE ASTM B633 2023 {order} ACME · Acknowledged 10 7 0" in page.text
    assert page.links[order].endswith(f"/orders/{order}")
    page = await viewer.open(f"/master/work-orders/{parent}")
    assert "With the work orders below it" in page.text
    assert (
        f"Pieces by process, with those below it in pcs Process Ordered Sent Accepted Orders PLATE 10 7 0 {order}"
        in (page.text)
    )
    page = await viewer.open("/projects/VALVE%209")
    assert page.heading == "Project VALVE 9"
    for said in (parent, child, order, "Costs by type and currency"):
        assert said in page.text
    assert (await viewer.open("/projects/NONE")).status == 404
    read = await system.get(f"/work-orders/{parent}")
    assert [each["number"] for each in read["family"]["work_orders"]] == sorted([parent, child])
    assert (await system.get("/projects/VALVE 9"))["totals"][0]["sent"] == "7"


async def test_a_later_operation_says_how_many_pieces_are_usable_and_is_sent_no_more(
    system: System, browsers: Browsers
) -> None:
    step = {"kind": "outside", "process": "PLATE", "spec": "ASTM B633"}
    number = await job(system, operations=[step | {"sequence": 30}, step | {"sequence": 40}])
    first, second = await ordered(system, number), await ordered(system, number, 40)
    buyer = browsers.of(Role.BUYER)
    page = await buyer.open(f"/orders/{second}")
    assert f"operation 30 before it: 0 pcs accepted, 0 pcs usable now ({first})" in page.text
    form = await buyer.open(f"/orders/{second}/send")
    assert "0 pcs usable now" in form.text
    sent = await buyer.send(form, f"/orders/{second}/send", **{"send.1.x.quantity": "5", "answer": "send"})
    assert sent.status == 409
    assert f"accepted after operation 30 and did not go on yet ({first})" in sent.text
    shown = await system.get(f"/orders/{second}")
    assert shown["lines"][0]["waits_for"]["usable"] == "0"


async def test_the_page_of_a_work_order_with_orders_refuses_at_the_field_and_keeps_what_was_typed(
    system: System, browsers: Browsers
) -> None:
    number = await job(system)
    order = await ordered(system, number)
    path = f"/master/work-orders/{number}"
    admin = browsers.of(Role.ADMIN)
    form = await admin.open(path)
    typed = {"quantity": "9", "customer": "Kept", "operations.0.spec_revision": "2024"}
    refused = await admin.send(form, path, **typed)
    assert refused.status == 409
    assert f"Of operation 30, 10 are on {order}" in refused.text
    again = refused.form_to(path).fields
    assert {name: again[name] for name in typed} == typed
    assert {"#quantity", "#operations-0-spec_revision"} <= {
        link[link.find("#") :] for link in refused.links.values()
    }
    assert (
        await admin.send(refused, path, **{"quantity": "10", "operations.0.spec_revision": "2023"})
    ).status < 400
    read = await system.get(f"/work-orders/{number}")
    assert (read["quantity"], read["customer"]) == ("10", "Kept")


async def test_a_work_order_shows_its_state_and_unit_and_the_list_is_filtered_by_it(
    system: System, browsers: Browsers
) -> None:
    number = await job(system)
    viewer = browsers.of(Role.VIEWER)
    assert "1,200 pcs Open" in (await viewer.open(f"/master/work-orders/{number}")).text
    order = await ordered(system, number)
    await system.command(Role.RECEIVING, order, "send", lines=[{"line": 1, "lot": LOT, "quantity": 1}])
    assert "1,200 pcs In work" in (await viewer.open(f"/master/work-orders/{number}")).text
    begun = await viewer.open(f"/master/work-orders?q={number}&state=in_work")
    assert number in begun.links
    assert "All 1 Open 0 In work 1 Done 0" in begun.text
    waiting = await viewer.open(f"/master/work-orders?q={number}&state=open")
    assert number not in waiting.links
    assert "Nothing fits this search." in waiting.text
