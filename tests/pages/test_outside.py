"""Outside operations of all work orders: found, selected, shown as drafts, made at once and only once."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from api.app import now
from models.domain.authority import Role
from models.tables.orders import OrderRow
from models.tables.parts import Part
from models.tables.types import table
from tests.pages.browser import Browser, Browsers, StaffPage
from tests.pages.test_new_order import job
from tests.systems import System

DUE = str(now().date() + timedelta(days=40))


async def ticked(browser: Browser, *jobs: str, **more: str) -> StaffPage:
    """Finds each of these work orders in the list, ticks its box and looks at the drafts."""
    fields: dict[str, str] = {}
    for place, number in enumerate(jobs):
        page = await browser.open(f"/outside?q={number}")
        assert f'value="{number}/30"' in page.html
        fields[f"op.{place}"] = f"{number}/30"
    return StaffPage(await browser.client.post("/outside", data=fields | {"do": "show"} | more))


async def press(browser: Browser, page: StaffPage, do: str, **more: str) -> Any:
    return await browser.post("/outside", page.form_to("/outside").fields | more | {"do": do})


def orders(system: System) -> int:
    with system.database.read() as session:
        return session.scalar(select(func.count()).select_from(table(OrderRow))) or 0


async def test_selected_operations_are_seen_as_drafts_and_then_made(
    system: System, browsers: Browsers
) -> None:
    buyer = browsers.of(Role.BUYER)
    first, second = await job(system, due=DUE), await job(system, due=DUE)
    trial = await job(system, due=DUE, type="TRIAL")
    before = orders(system)
    page = await ticked(buyer, first, second, trial)
    assert "2 drafts, nothing is saved yet." in page.text
    assert "the only one approved for this" in page.text
    assert orders(system) == before
    made = await press(buyer, page, "make")
    assert made.status_code == 303
    page = await buyer.open(made.headers["location"])
    numbers = [link for link in page.links if re.fullmatch(r"S[OT]-\d+-\d+", link)]
    assert sorted(number[:2] for number in numbers) == ["SO", "ST"]
    shown = await buyer.open(f"/orders/{min(numbers)}")
    assert first in shown.text
    assert second in shown.text
    assert "trial" in (await buyer.open(f"/orders/{max(numbers)}")).text
    # Ordered, they leave the list, and are found with their orders among all of them.
    assert f"{first}/30" not in (await buyer.open(f"/outside?q={first}")).html
    assert min(numbers) in (await buyer.open(f"/outside?covered=true&q={first}")).text


async def test_pressed_twice_the_drafts_are_made_once(system: System, browsers: Browsers) -> None:
    buyer = browsers.of(Role.BUYER)
    page = await ticked(buyer, await job(system, due=DUE))
    before = orders(system)
    answers = [await press(buyer, page, "make") for _ in range(2)]
    assert answers[0].headers["location"] == answers[1].headers["location"]
    assert orders(system) == before + 1


async def test_what_somebody_else_ordered_meanwhile_is_named_and_the_rest_stays(
    system: System, browsers: Browsers
) -> None:
    buyer = browsers.of(Role.BUYER)
    first, second = await job(system, due=DUE), await job(system, due=DUE)
    page = await ticked(buyer, first, second)
    other = browsers.of(Role.BUYER)
    await press(other, await ticked(other, first), "make")
    refused = StaffPage(await press(buyer, page, "make"))
    assert refused.status == 409
    assert f"{first} operation 30 is covered by SO-" in refused.text
    left = refused.form_to("/outside").fields
    assert [value for name, value in left.items() if name.startswith("op.")] == [f"{second}/30"]
    again = StaffPage(await press(buyer, refused, "show"))
    assert "1 draft, nothing is saved yet." in again.text


async def test_only_what_was_looked_at_is_made(system: System, browsers: Browsers) -> None:
    buyer = browsers.of(Role.BUYER)
    page = await ticked(buyer, await job(system, due=DUE))
    before = orders(system)
    later = str(now().date() + timedelta(days=60))
    other = StaffPage(await press(buyer, page, "make", need_by=later))
    assert other.status == 412
    assert "This is not what you looked at" in other.text
    assert orders(system) == before
    assert (await press(buyer, other, "make")).status_code == 303


async def test_without_a_due_day_one_is_asked_for(system: System, browsers: Browsers) -> None:
    buyer = browsers.of(Role.BUYER)
    page = await ticked(buyer, await job(system))
    assert page.status == 422
    assert "has no due day" in page.text
    assert "1 draft," in StaffPage(await press(buyer, page, "show", need_by=DUE)).text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "Select at least one operation"),
        ({"op.0": "nonsense"}, "Select at least one operation"),
        ({"op.0": "WO-NONE/30"}, "WO-NONE has no outside operation 30."),
        ({"op.0": "WO-NONE/30", "need_by": "soon"}, "is not a date"),
        ({"op.0": "WO-NONE/30", "supplier": "NOBODY"}, "There is no supplier NOBODY."),
        ({f"op.{place}": f"WO-NONE/{place}" for place in range(201)}, "at most 200 operations"),
    ],
)
async def test_what_cannot_be_made_is_said_in_words(
    browsers: Browsers, typed: dict[str, str], said: str
) -> None:
    buyer = browsers.of(Role.BUYER)
    page = StaffPage(await buyer.client.post("/outside", data=typed | {"do": "show"}))
    assert page.status == 422
    assert said in page.text


async def test_operations_are_filtered_by_process_supplier_and_day(
    system: System, browsers: Browsers
) -> None:
    buyer = browsers.of(Role.BUYER)
    number = await job(system, due=DUE)
    for query, there in (
        ("process=PLATE", True),
        ("supplier=ACME", True),
        (f"due_before={DUE}", False),
        (f"due_before={now().date() + timedelta(days=41)}", True),
    ):
        page = await buyer.open(f"/outside?q={number}&{query}")
        assert (f"{number}/30" in page.html) is there, query
    page = await buyer.open("/outside?process=NOPE&supplier=NOBODY")
    assert "There is no process with the code NOPE." in page.text
    assert "There is no supplier with the code NOBODY." in page.text
    every = await buyer.open(f"/outside?q={number}&every=true")
    assert [form.fields["op.0"] for form in every.forms if "op.0" in form.fields] == [f"{number}/30"]


async def test_who_does_not_buy_sees_them_and_makes_nothing(system: System, browsers: Browsers) -> None:
    planner = browsers.of(Role.PLANNER)
    number = await job(system, due=DUE)
    page = await planner.open(f"/outside?q={number}")
    assert number in page.text
    assert "A buyer makes orders of these." in page.text
    assert (await planner.post("/outside", {"op.0": f"{number}/30", "do": "make"})).status_code == 403


async def test_controlled_operations_are_there_for_cleared_people_only(
    system: System, browsers: Browsers
) -> None:
    with system.database.write() as session:
        session.add(Part(number="SECRET-2", revision="B", uom="C62", created_at=now()))
    number = await job(system, due=DUE, part="SECRET-2")
    with system.database.write() as session:
        session.get_one(Part, ("SECRET-2", "B")).export_controlled = True
    for person, there in ((browsers.of(Role.BUYER), False), (browsers.of(Role.BUYER, cleared=True), True)):
        page = await person.open(f"/outside?covered=true&q={number}")
        assert (f"{number}/30" in page.html) is there
    page = await ticked(browsers.of(Role.BUYER, cleared=True), number)
    assert "1 draft," in page.text
    typed = {"op.0": f"{number}/30", "do": "show"}
    hidden = StaffPage(await browsers.of(Role.BUYER).client.post("/outside", data=typed))
    assert f"{number} has no outside operation 30." in hidden.text


async def test_orders_are_listed_by_their_type(system: System, browsers: Browsers) -> None:
    buyer = browsers.of(Role.BUYER)
    made = await press(buyer, await ticked(buyer, await job(system, due=DUE, type="ETO")), "make")
    number = made.headers["location"].rpartition("=")[2]
    page = await buyer.open("/orders?type=ETO")
    assert number in page.text
    assert "engineer to order" in page.text
    assert number not in (await buyer.open("/orders?type=MTO")).text


@pytest.mark.parametrize("locale", ["zh", "es"])
async def test_the_pages_speak_the_readers_language(system: System, browsers: Browsers, locale: str) -> None:
    buyer = browsers.of(Role.BUYER, locale=locale)
    page = await ticked(buyer, await job(system, due=DUE))
    assert {"zh": "尚未保存", "es": "todavía no se ha guardado nada"}[locale] in page.text


async def test_of_what_is_ordered_in_part_the_rest_is_offered(system: System, browsers: Browsers) -> None:
    buyer, number = browsers.of(Role.BUYER), await job(system, due=DUE)
    line = {"work_order": number, "operation": 30, "quantity": 500}
    body = {"supplier": "ACME", "process": "PLATE", "need_by": DUE, "lines": [line]}
    made = (await system.post(Role.BUYER, "/orders", body, status=201))["number"]
    told = f"500 pcs of 1,200 pcs ordered as {made}"
    for path in (f"/outside?q={number}", f"/orders/new?q={number}"):
        assert told in " ".join((await buyer.open(path)).text.split())
    form = await buyer.open(f"/orders/new?work_order={number}&operation=30")
    assert told in " ".join(form.text.split())
    assert form.form_to("/orders/new").fields["lines.0.quantity"] == "700"
    page = await ticked(buyer, number)
    assert "700 pcs" in page.text
    assert (await press(buyer, page, "make")).status_code == 303
    assert f"{number}/30" not in (await buyer.open(f"/outside?q={number}")).html
