"""A new order from an outside operation: choosing, the form, the mail shown before it is sent, saving."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, select

from api.app import now
from models.domain.authority import Role
from models.tables.orders import OrderRow
from models.tables.parts import Part
from models.tables.suppliers import Supplier, SupplierContact
from models.tables.types import table
from tests.pages.browser import Browser, Browsers, StaffPage
from tests.stories import LOT, draft, issued
from tests.systems import System

NEED_BY = str(now().date() + timedelta(days=26))
FORM = "/orders/new?work_order={job}&operation=30"
FILLED = {
    "supplier": "ACME",
    "need_by": NEED_BY,
    "purchase_order": "PO-1",
    "currency": "eur",
    "lines.0.quantity": "1 200",
    "lines.0.unit_price": "0,85",
    "lines.0.tolerance": "2",
    "lines.0.first_article": "5",
    "lines.0.setup_allowance": "3",
    "lines.0.lots.0.use": "on",
}
JOBS = iter(range(5000, 6000))


async def job(system: System, **fields: Any) -> str:
    """A work order with an outside operation nobody has ordered."""
    number = f"WO-{next(JOBS)}"
    body = {
        "number": number,
        "type": "MTO",
        "part": "FLANGE-DN50",
        "revision": "B",
        "quantity": 1200,
        "operations": [
            {
                "sequence": 30,
                "kind": "outside",
                "process": "PLATE",
                "spec": "ASTM B633",
                "spec_revision": "2023",
            }
        ],
    }
    await system.post(Role.ADMIN, "/work-orders", body | fields, status=201)
    return number


def orders(system: System) -> int:
    with system.database.read() as session:
        return session.scalar(select(func.count()).select_from(table(OrderRow))) or 0


async def send(browser: Browser, page: StaffPage, do: str, action: str = "/orders/new", **more: str) -> Any:
    """Fills the form and presses one of its buttons; the answer is not followed."""
    return await browser.post(action, page.form_to(action).fields | FILLED | more | {"do": do})


async def test_operations_without_an_order_are_offered_the_first_due_first(
    system: System, browsers: Browsers
) -> None:
    late, soon, done = (
        await job(system, due="2031-05-02"),
        await job(system, due="2031-05-01"),
        await job(system),
    )
    page = await browsers.of(Role.BUYER).open("/orders/new")
    assert page.html.index(soon) < page.html.index(late)
    browser = browsers.of(Role.BUYER)
    await send(browser, await browser.open(FORM.format(job=done)), "issue")
    assert done not in (await browser.open("/orders/new")).html
    page = await browser.open(f"/orders/new?covered=true&q={done}")
    assert re.search(r"SO-\d+-\d+", page.text)


async def test_operations_are_found_by_their_words(system: System, browsers: Browsers) -> None:
    number, other = await job(system, project="BRIDGE"), await job(system)
    buyer = browsers.of(Role.BUYER)
    for words in (number, "bridge", "flange-dn50 BRIDGE", "ss flange bridge plating"):
        page = await buyer.open(f"/orders/new?q={words}")
        assert number in page.html, words
        assert other not in page.html, words
    assert (
        "No operation done outside is found" in (await buyer.open("/orders/new?q=nothing_like%25this")).text
    )


async def test_an_operation_in_a_draft_is_offered_and_says_so(system: System, browsers: Browsers) -> None:
    number = await job(system)
    buyer = browsers.of(Role.BUYER)
    saved = await send(buyer, await buyer.open(FORM.format(job=number)), "draft")
    order = saved.headers["location"].rpartition("/")[2]
    page = await buyer.open(f"/orders/new?q={number}")
    assert order in page.html
    page = await buyer.open(FORM.format(job=number))
    assert "This operation is ordered already:" in page.text
    assert order in page.links


async def test_the_form_begins_with_what_the_operation_says(system: System, browsers: Browsers) -> None:
    number = await job(system, due=NEED_BY)
    page = await browsers.of(Role.BUYER).open(FORM.format(job=number))
    fields = page.form_to("/orders/new").fields
    assert fields["spec"] == "ASTM B633"
    assert fields["spec_revision"] == "2023"
    assert fields["need_by"] == NEED_BY
    assert fields["lines.0.quantity"] == "1200"
    assert fields["lines.0.lots.0.lot"] == LOT
    assert "HX-1 · 1,200" in page.text.replace("\u00a0", " ")
    assert "lines.0.lots.0.use" not in fields, "which lots go out is for the buyer to say"


async def test_approved_suppliers_come_first_and_others_are_marked(
    system: System, browsers: Browsers
) -> None:
    with system.database.write() as session:
        if session.get(Supplier, "AAA") is None:
            known = session.get_one(Supplier, "ACME").model_dump()
            session.add(Supplier(**known | {"code": "AAA", "name": "Aardvark"}))
    page = await browsers.of(Role.BUYER).open(FORM.format(job=await job(system)))
    groups = re.findall(r'<optgroup label="([^"]*)">(.*?)</optgroup>', page.html, re.DOTALL)
    assert [label for label, _ in groups] == ["Approved for this today", "Not approved: cannot be issued to"]
    assert "ACME" in groups[0][1]
    assert "AAA" in groups[1][1]


async def test_a_draft_is_saved_as_it_was_typed(system: System, browsers: Browsers) -> None:
    buyer = browsers.of(Role.BUYER)
    number = await job(system)
    saved = await send(buyer, await buyer.open(FORM.format(job=number)), "draft", priority="urgent")
    assert saved.status_code == 303
    order = await system.get(f"/orders/{saved.headers['location'].rpartition('/')[2]}")
    line = order["lines"][0]
    assert order["stage"] == "draft"
    assert (order["supplier"], order["process"], order["need_by"]) == ("ACME", "PLATE", NEED_BY)
    assert (order["spec"], order["spec_revision"], order["priority"]) == ("ASTM B633", "2023", "urgent")
    assert (line["work_order"], line["operation"], line["ordered"]) == (number, 30, "1200")
    assert (line["unit_price"], line["currency"], line["tolerance"]) == ("0.85", "EUR", "0.02")
    assert [(each["lot"], each["quantity"]) for each in line["lots"]] == [(LOT, "1200")]
    assert line["first_article"] == "5"
    assert line["setup_allowance"] == "3"


async def test_one_form_makes_one_draft_however_often_it_is_sent(system: System, browsers: Browsers) -> None:
    buyer = browsers.of(Role.BUYER)
    page = await buyer.open(FORM.format(job=await job(system)))
    before = orders(system)
    places = {(await send(buyer, page, "draft")).headers["location"] for _ in range(3)}
    assert len(places) == 1
    assert orders(system) == before + 1
    other = await send(buyer, page, "draft", purchase_order="PO-2")
    assert other.status_code == 409
    assert "was sent before with other values" in other.text


async def test_issue_now_saves_and_issues(system: System, browsers: Browsers) -> None:
    buyer = browsers.of(Role.BUYER)
    done = await send(buyer, await buyer.open(FORM.format(job=await job(system))), "issue")
    where = urlsplit(done.headers["location"])
    assert where.query.startswith("saved=")
    order = await system.get(where.path)
    assert order["stage"] == "issued"


async def test_what_cannot_be_issued_stays_a_draft_and_says_why(system: System, browsers: Browsers) -> None:
    with system.database.write() as session:
        if session.get(Supplier, "BBB") is None:
            known = session.get_one(Supplier, "ACME").model_dump()
            session.add(Supplier(**known | {"code": "BBB", "name": "Beetle"}))
    buyer = browsers.of(Role.BUYER)
    page = await buyer.open(FORM.format(job=await job(system)))
    refused = StaffPage(await send(buyer, page, "issue", supplier="BBB"))
    assert refused.status == 409
    assert re.search(
        r"It is saved as draft SO-\d+-\d+, but not issued: BBB has no valid approval", refused.text
    )
    form = next(form for form in refused.forms if form.action.endswith("/edit"))
    path = urlsplit(form.action).path
    again = await buyer.post(path, form.fields | {"supplier": "ACME", "do": "issue"})
    assert again.status_code == 303, again.text
    assert (await system.get(path.removesuffix("/edit")))["stage"] == "issued"


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("supplier", "", "Choose the supplier."),
        ("supplier", "NOBODY", "There is no supplier NOBODY."),
        ("need_by", "", "Say by which day you need it."),
        ("need_by", "soon", "soon is not a date"),
        ("lines.0.quantity", "", "Say how many."),
        ("lines.0.quantity", "1,200", "without marks between thousands"),
        ("lines.0.quantity", "0", "Enter more than zero."),
        ("lines.0.unit_price", "much", "much is not a number."),
        ("lines.0.lots.0.quantity", "", f"Say how many pieces of lot {LOT}."),
        ("lines.0.lots.1.lot", "LOT-NONE", "There is no lot LOT-NONE."),
        ("currency", "euros", "Write the currency as three letters"),
        ("currency", "XQX", "XQX"),
        ("currency", "XXQ", "XXQ is not a currency"),
        ("lines.0.tolerance", "150", "The tolerance must be less than the whole quantity."),
    ],
)
async def test_what_is_wrong_is_named_at_its_field_and_everything_typed_is_kept(
    system: System, browsers: Browsers, name: str, value: str, sentence: str
) -> None:
    buyer = browsers.of(Role.BUYER)
    page = await buyer.open(FORM.format(job=await job(system)))
    before = orders(system)
    more = {name: value, "lines.0.lots.1.quantity": "1"} if ".lots.1." in name else {name: value}
    refused = StaffPage(await send(buyer, page, "draft", **more))
    assert refused.status == 422
    link = next(link for text, link in refused.links.items() if sentence in text)
    assert link.endswith(f"#{name.replace('.', '-')}")
    kept = refused.form_to("/orders/new").fields
    for field, given in (FILLED | more).items():
        if field != "supplier" or given != "NOBODY":
            assert kept[field] == given, field
    assert orders(system) == before


async def test_more_of_the_lots_than_is_ordered_is_refused_at_the_quantity(
    system: System, browsers: Browsers
) -> None:
    buyer = browsers.of(Role.BUYER)
    page = await buyer.open(FORM.format(job=await job(system)))
    refused = StaffPage(await send(buyer, page, "preview", **{"lines.0.quantity": "20"}))
    text = "Quantity: The lots add up to 1200, more than the 20 ordered."
    assert refused.links[text].endswith("#lines-0-quantity")


async def test_more_than_the_work_order_has_is_said_and_may_be_ordered(
    system: System, browsers: Browsers
) -> None:
    buyer = browsers.of(Role.BUYER)
    page = await buyer.open(FORM.format(job=await job(system)))
    said = "This is more than the work order has: 1,200\u00a0pcs."
    assert said not in page.html
    shown = StaffPage(await send(buyer, page, "preview", **{"lines.0.quantity": "5000000"}))
    assert (shown.status, said in shown.html) == (200, True)


@pytest.mark.parametrize(
    ("locale", "subject"), [("en", "New order"), ("zh", "新订单"), ("es", "Nuevo pedido")]
)
async def test_the_mail_is_shown_in_the_suppliers_language_and_nothing_is_saved(
    system: System, browsers: Browsers, locale: str, subject: str
) -> None:
    with system.database.write() as session:
        session.get_one(Supplier, "ACME").locale = locale
        for contact in session.scalars(select(table(SupplierContact).c.id)).all():
            session.get_one(SupplierContact, contact).locale = locale
    buyer = browsers.of(Role.BUYER)
    page = await buyer.open(FORM.format(job=await job(system)))
    before, mails = orders(system), len(system.smtp.received)
    shown = StaffPage(await send(buyer, page, "preview"))
    assert shown.status == 200
    assert subject in shown.text
    assert "Ana <orders@acme.example>" in shown.text
    frame = shown.one("iframe")
    assert frame["sandbox"] == ""
    mail = await buyer.get(frame["src"])
    assert mail.status_code == 200
    assert LOT in mail.text
    assert "default-src 'none'" in mail.headers["content-security-policy"]
    assert mail.headers["content-security-policy"].startswith("sandbox")
    assert (orders(system), len(system.smtp.received)) == (before, mails)
    assert shown.form_to("/orders/new").fields["purchase_order"] == "PO-1", "one goes on from there"


async def test_a_draft_is_edited_with_the_same_form(system: System, browsers: Browsers) -> None:
    number = await draft(system)
    buyer = browsers.of(Role.BUYER)
    page = await buyer.open(f"/orders/{number}/edit")
    path = f"/orders/{number}/edit"
    fields = page.form_to(path).fields
    assert (fields["supplier"], fields["lines.0.unit_price"], fields["lines.0.tolerance"]) == (
        "ACME",
        "0.85",
        "1",
    )
    assert fields["lines.0.lots.0.use"] == "on"
    saved = await buyer.post(path, fields | {"lines.0.quantity": "1300", "do": "draft"})
    assert (saved.status_code, saved.headers["location"]) == (303, f"/orders/{number}")
    assert (await system.get(f"/orders/{number}"))["lines"][0]["ordered"] == "1300"
    fields = (await buyer.open(path)).form_to(path).fields
    await buyer.post(path, fields | {"lines.0.quantity": "1250", "do": "issue"})
    order = await system.get(f"/orders/{number}")
    assert (order["stage"], order["lines"][0]["ordered"]) == ("issued", "1250")


async def test_two_edit_a_draft_and_the_second_is_told(system: System, browsers: Browsers) -> None:
    number = await draft(system)
    first, second = browsers.of(Role.BUYER), browsers.of(Role.BUYER)
    path = f"/orders/{number}/edit"
    fields = (await first.open(path)).form_to(path).fields
    assert (await first.post(path, fields | {"purchase_order": "PO-A", "do": "draft"})).status_code == 303
    stale = StaffPage(await second.post(path, fields | {"purchase_order": "PO-B", "do": "draft"}))
    assert stale.status == 412
    assert "Somebody has changed this draft since you opened it." in stale.text
    assert "Purchase order: PO-7781 → PO-A. Yours stays here: PO-B" in stale.text
    assert stale.form_to(path).fields["purchase_order"] == "PO-B"
    assert (await system.get(f"/orders/{number}"))["purchase_order"] == "PO-A"


async def test_after_issue_it_is_not_edited_any_more_and_says_why(system: System, browsers: Browsers) -> None:
    number = await draft(system)
    buyer = browsers.of(Role.BUYER)
    fields = (await buyer.open(f"/orders/{number}/edit")).form_to(f"/orders/{number}/edit").fields
    await system.command(Role.BUYER, number, "issue")
    for answer in (
        await buyer.get(f"/orders/{number}/edit"),
        await buyer.post(f"/orders/{number}/edit", fields | {"do": "draft"}),
    ):
        assert answer.status_code == 409
        assert "The order was issued; it is no longer edited" in answer.text
        assert f'href="/orders/{number}"' in answer.text


@pytest.mark.parametrize("do", ["draft", "preview", "issue"])
async def test_what_was_typed_into_a_draft_that_others_issued_is_listed(
    system: System, browsers: Browsers, do: str
) -> None:
    number = await draft(system)
    path, buyer = f"/orders/{number}/edit", browsers.of(Role.BUYER)
    fields = (await buyer.open(path)).form_to(path).fields
    await system.command(Role.BUYER, number, "issue")
    typed = {"purchase_order": "PO-LATE", "lines.0.quantity": "1300"}
    page = StaffPage(await buyer.post(path, fields | typed | {"do": do}))
    assert page.status == 409
    assert "What you entered Line 1, Quantity 1,300 Purchase order PO-LATE" in page.text
    assert "Needed by" not in page.text, "only what was typed"


async def test_only_buyers_order(system: System, browsers: Browsers) -> None:
    number = await draft(system)
    viewer = browsers.of(Role.VIEWER, Role.PLANNER)
    for path in ("/orders/new", f"/orders/{number}/edit"):
        assert (await viewer.get(path)).status_code == 403
        assert (await viewer.post(path, {"do": "draft"})).status_code == 403
    assert (await viewer.get("/orders/new/mail?process=PLATE")).status_code == 403


async def test_controlled_parts_are_ordered_by_cleared_people_only(
    system: System, browsers: Browsers
) -> None:
    with system.database.write() as session:
        known = session.get_one(Part, ("FLANGE-DN50", "B")).model_dump()
        session.add(Part(**known | {"number": "SECRET", "revision": "A"}))
    number = await job(system, part="SECRET", revision="A")
    with system.database.write() as session:
        session.get_one(Part, ("SECRET", "A")).export_controlled = True
    assert number not in (await browsers.of(Role.BUYER).open("/orders/new")).html
    assert (await browsers.of(Role.BUYER).get(FORM.format(job=number))).status_code == 404
    assert number in (await browsers.of(Role.BUYER, cleared=True).open("/orders/new")).html
    open_job = await job(system)
    buyer = browsers.of(Role.BUYER)
    before = orders(system)
    page = await buyer.open(FORM.format(job=open_job))
    sneaked = await send(buyer, page, "draft", **{"lines.0.work_order": number})
    assert sneaked.status_code == 422
    assert f"There is no work order {number}." in sneaked.text
    assert orders(system) == before


async def test_an_operation_there_is_not_is_said_to_be_none(browsers: Browsers) -> None:
    answer = await browsers.of(Role.BUYER).get("/orders/new?work_order=WO-3201&operation=31")
    assert answer.status_code == 404
    assert "WO-3201 has no outside operation 31." in answer.text


async def test_a_covered_operation_may_be_ordered_once_more(system: System, browsers: Browsers) -> None:
    first = await issued(system)
    buyer = browsers.of(Role.BUYER)
    page = await buyer.open(FORM.format(job="WO-3201"))
    assert first in page.text
    assert "You may order it once more." in page.text
    assert (await send(buyer, page, "draft")).status_code == 303


@pytest.mark.parametrize(("locale", "heading"), [("zh", "新订单"), ("es", "Nuevo pedido")])
async def test_it_is_there_in_other_languages(
    system: System, browsers: Browsers, locale: str, heading: str
) -> None:
    page = await browsers.of(Role.BUYER, locale=locale).open(FORM.format(job=await job(system)))
    assert page.heading == heading
    assert "Save draft" not in page.text


async def test_a_day_that_has_passed_is_called_once_in_chinese(system: System, browsers: Browsers) -> None:
    buyer = browsers.of(Role.BUYER, locale="zh")
    page = await buyer.open(FORM.format(job=await job(system)))
    refused = StaffPage(await send(buyer, page, "issue", need_by="2020-01-02"))
    problem = next(text for text in refused.links if text.startswith("需求日期："))
    assert problem.count("需求日期") == 1, problem
