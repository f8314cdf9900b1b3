"""What is to be made: listed with its proposals, ticked, made at once and only once; picked and printed."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from itertools import count

import pytest
from sqlalchemy import func, select

from activities.i18n import translations
from api.app import now
from models.domain.authority import Role
from models.tables.demand import Pick
from models.tables.parts import Part
from models.tables.types import table
from models.tables.work_orders import WorkOrder
from tests.pages.browser import Browser, Browsers, StaffPage
from tests.systems import System

SOON = str(now().date() + timedelta(days=2))
LATER = str(now().date() + timedelta(days=40))
_EACH = count(1)


class Shop:
    """A part of its own, made of bar, a sales order for it, and a lot of bar."""

    def __init__(self, system: System, number: int) -> None:
        self.system = system
        self.part, self.bar, self.order = f"STEM-{number}", f"ROD-{number}", f"CO-{number}"

    async def make(self, *, stock: int | None = None, due: str = LATER, controlled: bool = False) -> None:
        part = {"revision": "A", "description": "Stem"}
        await self.system.post(Role.ADMIN, "/parts", part | {"number": self.bar, "uom": "KGM"}, status=201)
        bom = [{"part": self.bar, "quantity": "0.5"}]
        body = part | {
            "number": self.part,
            "bom": bom,
            "safety_stock": stock,
            "lot_multiple": 25,
            "lead_days": 4,
        }
        await self.system.post(Role.ADMIN, "/parts", body, status=201)
        outside = {"sequence": 20, "kind": "outside", "process": "PLATE", "spec": "ASTM B633"}
        routing = {"part": self.part, "revision": "A", "operations": [outside]}
        await self.system.post(Role.ADMIN, "/routings", routing, status=201)
        line = {"line": 1, "part": self.part, "revision": "A", "quantity": 30, "due": due}
        sold = {"number": self.order, "customer": "NORTHWIND", "lines": [line]}
        await self.system.post(Role.ADMIN, "/sales-orders", sold, status=201)
        lot = {"number": f"LOT-{self.bar}", "part": self.bar, "quantity": 10, "heat_number": "HX-7"}
        await self.system.post(Role.ADMIN, "/lots", lot, status=201)
        if controlled:
            self.control()

    def control(self) -> None:
        """Who is not cleared would not have made any of it."""
        with self.system.database.write() as session:
            for number in (self.part, self.bar):
                session.get_one(Part, (number, "A")).export_controlled = True


@pytest.fixture
async def shop(system: System) -> Shop:
    return Shop(system, next(_EACH))


def row_of(page: StaffPage, value: str) -> str:
    """The name of the row that makes this."""
    found = re.search(rf'name="(row\.\d+)" value="{re.escape(value)}"', page.html)
    assert found, value
    return found[1]


async def tick(browser: Browser, shop: Shop, *values: str, **changed: str) -> StaffPage:
    """Looks for what is to be made of a shop's part, ticks it and makes it."""
    page = await browser.open(f"/demand?q={shop.part}")
    form = next(each for each in page.forms if "form" in each.fields)
    fields = {name: value for name, value in form.fields.items() if name.count(".") != 1}
    for value in values:
        row = row_of(page, value)
        fields |= {row: value} | {f"{row}.{name}": text for name, text in changed.items()}
    return StaffPage(await browser.client.post("/demand", data=fields, follow_redirects=True))


def jobs(system: System) -> int:
    with system.database.read() as session:
        return session.scalar(select(func.count()).select_from(table(WorkOrder))) or 0


async def test_what_is_ticked_becomes_work_orders_with_a_picking_list_in_one_click(
    system: System, browsers: Browsers, shop: Shop
) -> None:
    await shop.make(stock=10)
    planner = browsers.of(Role.PLANNER)
    page = await tick(planner, shop, f"line/{shop.order}/1", f"stock/{shop.part}/A")
    assert page.status == 200
    assert "2 work orders are made:" in page.text
    order, stock = sorted(set(re.findall(r"/work-orders/(W[OS]-\d+-\d+)/picking-list", page.html)))
    # Ten and thirty less the thirty made to order, in multiples of 25.
    assert "× 25" in (await planner.open(f"/work-orders/{stock}/picking-list")).text
    picking = await planner.open(f"/work-orders/{order}/picking-list")
    assert "× 30" in picking.text
    # The bar goes to the first: fifteen are needed, ten are there.
    assert f"LOT-{shop.bar} HX-7 10 kg 10 kg" in picking.text
    assert f"Missing: 5 kg {shop.bar}" in picking.text
    record = await planner.get(f"/master/work-orders/{order}")
    assert "ASTM B633" in record.text
    assert f"LOT-{shop.bar}" in record.text
    sold = await planner.get(f"/master/sales-orders/{shop.order}")
    assert order in sold.text.partition("What is made of it")[2]
    # Nothing of it is left to be made; its outside operation is left to be ordered.
    assert "Nothing that is to be made fits this." in (await planner.open(f"/demand?q={shop.part}")).text
    assert f'value="{order}/20"' in (await browsers.of(Role.BUYER).open(f"/outside?q={order}")).html


async def test_quantity_and_start_are_edited_before(system: System, browsers: Browsers, shop: Shop) -> None:
    await shop.make()
    page = await tick(browsers.of(Role.BUYER), shop, f"line/{shop.order}/1", quantity="12", start=SOON)
    assert "1 work order is made:" in page.text
    (number,) = set(re.findall(r"WO-\d+-\d+", page.text))
    made = await system.get(f"/work-orders/{number}")
    assert (made["quantity"], made["start"], made["type"]) == ("12", SOON, "MTO")
    left = await browsers.of(Role.BUYER).open(f"/demand?q={shop.order}")
    assert "18 pcs of 30 pcs" in left.text


async def test_more_than_is_left_is_asked_about_and_made_once_it_is_confirmed(
    system: System, browsers: Browsers, shop: Shop
) -> None:
    await shop.make()
    before, buyer, value = jobs(system), browsers.of(Role.BUYER), f"line/{shop.order}/1"
    assert 'name="confirm"' not in (await buyer.open(f"/demand?q={shop.part}")).html
    asked = await tick(buyer, shop, value, quantity="3000")
    assert asked.status == 409
    assert f"30 of {shop.order} line 1 are left to be made, not 3000." in asked.text
    assert 'value="3000"' in asked.html
    assert jobs(system) == before
    form = next(each for each in asked.forms if "form" in each.fields)
    row = row_of(asked, value)
    made = StaffPage(
        await buyer.client.post(
            "/demand", data=form.fields | {row: value, "confirm": "yes"}, follow_redirects=True
        )
    )
    (number,) = set(re.findall(r"WO-\d+-\d+", made.text))
    assert (await system.get(f"/work-orders/{number}"))["quantity"] == "3000"


async def test_a_picking_list_says_who_else_wants_its_lots(
    system: System, browsers: Browsers, shop: Shop
) -> None:
    await shop.make(stock=10)
    planner = browsers.of(Role.PLANNER)
    page = await tick(planner, shop, f"line/{shop.order}/1")
    (number,) = set(re.findall(r"WO-\d+-\d+", page.text))
    assert "is planned for" not in (await planner.open(f"/work-orders/{number}/picking-list")).text
    with system.database.write() as session:
        session.add(Pick(work_order="WO-3201", lot=f"LOT-{shop.bar}", part=shop.bar, quantity=Decimal(4)))
    page = await planner.open(f"/work-orders/{number}/picking-list")
    assert f"Lot LOT-{shop.bar} is planned for 14 kg, and there are 10 kg:" in page.text
    assert page.links["WO-3201"].endswith("/master/work-orders/WO-3201")


async def test_what_is_refused_is_marked_and_keeps_what_was_typed(
    system: System, browsers: Browsers, shop: Shop
) -> None:
    await shop.make(stock=10)
    before = jobs(system)
    both = (f"line/{shop.order}/1", f"stock/{shop.part}/A")
    refused = await tick(browsers.of(Role.BUYER), shop, *both, start="2020-01-01")
    assert refused.status == 422
    assert "There is a problem" in refused.text
    row = row_of(refused, both[0])
    assert f'href="#{row.replace(".", "-")}-start"' in refused.html
    assert f'name="{row}" value="{both[0]}" checked' in refused.html
    assert 'value="2020-01-01"' in refused.html
    unread = await tick(browsers.of(Role.BUYER), shop, both[0], quantity="many")
    assert "many is not a number." in unread.text
    for power in ("1e3", "٣"):
        unread = await tick(browsers.of(Role.BUYER), shop, both[0], quantity=power)
        assert f"{power} is not a number." in unread.text
        assert f'value="{power}"' in unread.html
    nothing = await tick(browsers.of(Role.BUYER), shop)
    assert "Select at least one sales-order line or suggestion" in nothing.text
    assert jobs(system) == before


async def test_what_somebody_else_made_meanwhile_is_named(
    system: System, browsers: Browsers, shop: Shop
) -> None:
    await shop.make()
    buyer = browsers.of(Role.BUYER)
    page = await buyer.open(f"/demand?q={shop.part}")
    form = next(each for each in page.forms if "form" in each.fields)
    value = f"line/{shop.order}/1"
    fields = form.fields | {row_of(page, value): value}
    first, second = [await buyer.post("/demand", fields) for _ in range(2)]
    assert first.headers["location"] == second.headers["location"], "pressed twice it is made once"
    late = StaffPage(await browsers.of(Role.BUYER).client.post("/demand", data=fields))
    assert late.status == 409
    assert re.search(rf"{shop.order} line 1 is covered by WO-\d+-\d+\.", late.text)


async def test_lots_are_picked_anew_when_more_has_come(
    system: System, browsers: Browsers, shop: Shop
) -> None:
    await shop.make()
    planner = browsers.of(Role.PLANNER)
    page = await tick(planner, shop, f"line/{shop.order}/1")
    (number,) = set(re.findall(r"WO-\d+-\d+", page.text))
    lot = {"number": f"MORE-{shop.bar}", "part": shop.bar, "quantity": 40}
    await system.post(Role.ADMIN, "/lots", lot, status=201)
    path = f"/work-orders/{number}/picking-list"
    anew = await planner.send(await planner.open(path), path)
    assert f"MORE-{shop.bar}" in anew.text
    assert "Everything it needs is set aside or used already." in anew.text
    viewer = browsers.of(Role.VIEWER)
    assert "Pick anew" not in (await viewer.open(path)).text
    assert (await viewer.post(path, {"form": "a"})).status_code == 403


async def test_who_may_not_make_work_orders_looks(system: System, browsers: Browsers, shop: Shop) -> None:
    await shop.make(stock=10)
    viewer = browsers.of(Role.VIEWER)
    page = await viewer.open(f"/demand?q={shop.part}")
    assert "A planner or buyer makes work orders of these." in page.text
    assert 'type="checkbox"' not in page.html
    assert (await viewer.post("/demand", {"form": "a"})).status_code == 403
    assert "Work orders to make now" not in (await viewer.open("/")).text


async def test_controlled_parts_are_for_the_cleared(system: System, browsers: Browsers, shop: Shop) -> None:
    await shop.make(stock=10, controlled=True)
    page = await browsers.of(Role.PLANNER).open(f"/demand?q={shop.part}")
    assert "Nothing that is to be made fits this." in page.text
    cleared = await browsers.of(Role.PLANNER, cleared=True).open(f"/demand?q={shop.part}")
    assert shop.order in cleared.text


async def test_today_says_what_has_to_begin(system: System, browsers: Browsers, shop: Shop) -> None:
    await shop.make(due=SOON)
    today = (await browsers.of(Role.PLANNER).open("/")).text
    assert f"{shop.order} · 1" in today.partition("Work orders to make now")[2]


@pytest.mark.parametrize("locale", ["zh", "es"])
async def test_its_pages_are_in_the_readers_language(
    system: System, browsers: Browsers, shop: Shop, locale: str
) -> None:
    await shop.make(stock=10)
    said = translations(locale).gettext
    planner = browsers.of(Role.PLANNER, locale=locale)
    page = await planner.open(f"/demand?q={shop.part}")
    for text in ("To be made", "For stock", "Still to be made", "Make work orders"):
        assert said(text) in page.text
        assert text not in page.text
    made = await tick(planner, shop, f"line/{shop.order}/1")
    (number,) = set(re.findall(r"WO-\d+-\d+", made.text))
    picking = await planner.open(f"/work-orders/{number}/picking-list")
    assert said("Needed in all") in picking.text
    assert "Missing" not in picking.text
