"""A draft is taken away by its buyers, after one more look, and its operation can be ordered anew."""

from __future__ import annotations

from sqlmodel import select

from models.domain.authority import Role
from models.tables.master_changes import MasterChange
from models.tables.orders import CommandRow, IdentifierRow
from tests.pages.browser import Browsers, StaffPage
from tests.pages.test_new_order import job
from tests.stories import LOT, draft, issued
from tests.systems import System


async def drafted(system: System, **fields: object) -> tuple[str, str]:
    """A draft for a work order of its own: its number, and the work order's."""
    work_order = await job(system, quantity=20)
    line = {"work_order": work_order, "operation": 30, "quantity": 20, "lots": [{"lot": LOT, "quantity": 20}]}
    return await draft(system, lines=[line], **fields), work_order


async def test_it_is_asked_once_more_and_then_gone(system: System, browsers: Browsers) -> None:
    number, work_order = await drafted(system)
    buyer = browsers.of(Role.BUYER)
    page = await buyer.open(f"/orders/{number}")
    page = await buyer.open(page.links["Discard"])
    assert page.heading == "Discard the draft"
    assert work_order in page.text, "one sees what one takes away"
    assert (await system.get(f"/orders/{number}"))["stage"] == "draft"
    done = await buyer.send(page, f"/orders/{number}/discard")
    assert f"Draft {number} is discarded." in done.text
    assert work_order in done.text, "its operation can be ordered anew"
    assert (await buyer.get(f"/orders/{number}")).status_code == 404
    assert number not in (await buyer.open("/orders?stage=draft")).text
    assert number not in (await buyer.open(f"/orders?q={LOT}&stage=all")).text


async def test_what_it_said_is_kept_with_who_discarded_it(system: System, browsers: Browsers) -> None:
    number, work_order = await drafted(system)
    buyer = browsers.of(Role.BUYER)
    await buyer.send(await buyer.open(f"/orders/{number}/discard"), f"/orders/{number}/discard")
    with system.database.read() as session:
        (change,) = session.scalars(select(MasterChange).where(MasterChange.key == number))
    assert change.before is not None
    assert change.before["lines"][0]["work_order"] == work_order
    assert change.actor


async def test_one_that_could_not_be_issued_goes_with_what_was_asked_of_it(
    system: System, browsers: Browsers
) -> None:
    number, _ = await drafted(system, spec="MIL-STD-1")
    await system.command(Role.BUYER, number, "issue", status=409)
    buyer = browsers.of(Role.BUYER)
    await buyer.send(await buyer.open(f"/orders/{number}/discard"), f"/orders/{number}/discard")
    with system.database.read() as session:
        for kind in (CommandRow, IdentifierRow):
            assert not session.scalars(select(kind).where(kind.order_number == number)).all()


async def test_a_second_press_is_no_error(system: System, browsers: Browsers) -> None:
    number, _ = await drafted(system)
    buyer = browsers.of(Role.BUYER)
    fields = (await buyer.open(f"/orders/{number}/discard")).form_to(f"/orders/{number}/discard").fields
    answers = [await buyer.post(f"/orders/{number}/discard", fields) for _ in range(2)]
    assert [answer.headers["location"] for answer in answers] == [f"/orders/new?discarded={number}"] * 2
    assert (await buyer.post("/orders/SO-2001-00001/discard", fields)).status_code == 404
    assert "SO-2001" not in (await buyer.open("/orders/new?discarded=SO-2001-00001")).text


async def test_what_others_changed_meanwhile_is_told_first(system: System, browsers: Browsers) -> None:
    number, _ = await drafted(system)
    buyer, path = browsers.of(Role.BUYER), f"/orders/{number}/discard"
    page = await buyer.open(path)
    await system.login(Role.BUYER).patch(f"/api/v1/orders/{number}", json={"purchase_order": "PO-NEW"})
    stale = StaffPage(await buyer.post(path, page.form_to(path).fields))
    assert stale.status == 412
    assert "Purchase order: PO-7781 → PO-NEW" in stale.text
    assert (await buyer.post(path, stale.form_to(path).fields)).status_code == 303


async def test_an_order_is_cancelled_and_not_discarded(system: System, browsers: Browsers) -> None:
    number = await issued(system)
    buyer = browsers.of(Role.BUYER)
    for answer in (
        await buyer.get(f"/orders/{number}/discard"),
        await buyer.post(f"/orders/{number}/discard", {"version": "1"}),
    ):
        assert answer.status_code == 409
    refused = await system.login(Role.BUYER).delete(f"/api/v1/orders/{number}")
    assert refused.status_code == 409
    assert refused.json()["code"] == "order.issued"
    assert (await system.get(f"/orders/{number}"))["stage"] == "issued"


async def test_programs_discard_what_they_saw(system: System) -> None:
    number, _ = await drafted(system)
    buyer = system.login(Role.BUYER)
    assert (await buyer.delete(f"/api/v1/orders/{number}", headers={"If-Match": '"7"'})).status_code == 412
    assert (await system.login(Role.PLANNER).delete(f"/api/v1/orders/{number}")).status_code == 403
    assert (await buyer.delete(f"/api/v1/orders/{number}", headers={"If-Match": '"0"'})).status_code == 204
    assert (await buyer.delete(f"/api/v1/orders/{number}")).status_code == 404


async def test_only_buyers_discard(system: System, browsers: Browsers) -> None:
    number, _ = await drafted(system)
    planner = browsers.of(Role.PLANNER)
    assert "Discard" not in (await planner.open(f"/orders/{number}")).links
    for answer in (
        await planner.get(f"/orders/{number}/discard"),
        await planner.post(f"/orders/{number}/discard", {"version": "0"}),
    ):
        assert answer.status_code == 403
