"""Several lines in one draft: added, taken out, put back; what is wrong stands at its line."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import pytest

from api.pages.drafting import lines
from models.domain.authority import Role
from tests.pages.browser import Browser, Browsers, StaffPage
from tests.pages.test_new_order import FILLED, FORM, NEED_BY, job, orders, send
from tests.stories import LOT, draft
from tests.systems import System

NEW = "/orders/new"


async def press(browser: Browser, page: StaffPage, do: str, action: str = NEW, **typed: str) -> StaffPage:
    """Types, with __ for the dots of names, and presses a button; the page it leads to."""
    given = {name.replace("__", "."): value for name, value in typed.items()}
    return StaffPage(await browser.post(action, page.form_to(action).fields | given | {"do": do}))


async def two_lines(system: System, buyer: Browser, **typed: str) -> tuple[StaffPage, str, str]:
    """A new order's form with a second line, and the jobs of both."""
    first, second = await job(system), await job(system, quantity=300)
    page = await buyer.open(FORM.format(job=first))
    filled = {name.replace(".", "__"): value for name, value in FILLED.items()}
    return await press(buyer, page, "add", add=f"{second} · 30", **filled | typed), first, second


async def test_a_line_is_added_and_everything_typed_is_kept(system: System, browsers: Browsers) -> None:
    buyer = browsers.of(Role.BUYER)
    before = orders(system)
    page, _first, second = await two_lines(system, buyer)
    assert page.status == 200
    fields = page.form_to(NEW).fields
    for name, text in FILLED.items():
        assert fields[name] == text, name
    assert (fields["lines.1.work_order"], fields["lines.1.operation"]) == (second, "30")
    assert (fields["lines.1.line"], fields["lines.1.quantity"], fields["add"]) == ("2", "300", "")
    assert fields["lines.1.lots.0.lot"] == LOT
    assert re.search(rf"<legend[^>]* autofocus>Line 2: {second} · 30", page.html), "one goes on there"
    assert orders(system) == before


async def test_all_lines_are_saved_in_one_draft(system: System, browsers: Browsers) -> None:
    buyer = browsers.of(Role.BUYER)
    page, first, second = await two_lines(system, buyer, lines__0__lots__0__quantity="700")
    more = {"lines.1.unit_price": "1,20", "lines.1.lots.0.use": "on", "lines.1.lots.0.quantity": "300"}
    fields = page.form_to(NEW).fields
    saved = await buyer.post(NEW, fields | more | {"do": "draft"})
    assert saved.status_code == 303, saved.text
    order = await system.get(saved.headers["location"])
    assert [
        (line["line"], line["work_order"], line["ordered"], line["unit_price"], line["currency"])
        for line in order["lines"]
    ] == [(1, first, "1200", "0.85", "EUR"), (2, second, "300", "1.2", "EUR")]
    assert [[(each["lot"], each["quantity"]) for each in line["lots"]] for line in order["lines"]] == [
        [(LOT, "700")],
        [(LOT, "300")],
    ]


async def test_the_enter_key_saves_and_removes_nothing(system: System, browsers: Browsers) -> None:
    buyer = browsers.of(Role.BUYER)
    page, _first, second = await two_lines(system, buyer)
    assert page.form_to(NEW).answers[0] == "enter", "it presses the first button"
    third = await job(system)
    page = await press(buyer, page, "enter", add=f"{third} 30")
    assert page.form_to(NEW).fields["lines.2.work_order"] == third
    saved = await buyer.post(NEW, page.form_to(NEW).fields | {"do": "enter"})
    order = await system.get(saved.headers["location"])
    assert [line["work_order"] for line in order["lines"]][1:] == [second, third]


async def test_operations_of_the_process_without_an_order_are_offered(
    system: System, browsers: Browsers
) -> None:
    buyer = browsers.of(Role.BUYER)
    here, there, elsewhere = await job(system), await job(system), await job(system)
    await send(buyer, await buyer.open(FORM.format(job=elsewhere)), "draft")
    page = await buyer.open(FORM.format(job=here))
    offered = page.html.partition("<datalist")[2]
    assert f'value="{there} · 30"' in offered
    assert "FLANGE-DN50 B · SS Flange DN50" in offered
    assert f'value="{here} · 30"' not in offered, "it is on the form"
    assert f'value="{elsewhere} · 30"' not in offered, "it is in a draft"


@pytest.mark.parametrize("text", ["{job} · 30", "{job} 30", "{job}/30", "{job}"])
async def test_an_operation_may_be_named_in_other_ways(system: System, browsers: Browsers, text: str) -> None:
    buyer = browsers.of(Role.BUYER)
    page, other = await buyer.open(FORM.format(job=await job(system))), await job(system)
    page = await press(buyer, page, "add", add=text.format(job=other))
    assert page.form_to(NEW).fields["lines.1.work_order"] == other


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Choose the operation of the next line."),
        ("WO-NONE · 30", "WO-NONE · 30 is no outside operation for PLATE."),
        ("{two}", "Say which one you mean: {two} · 30, {two} · 40."),
        ("{heat} · 30", "{heat} · 30 is no outside operation for PLATE."),
    ],
)
async def test_what_cannot_be_added_is_said_at_its_field(
    system: System, browsers: Browsers, text: str, sentence: str
) -> None:
    buyer = browsers.of(Role.BUYER)
    if not (await system.get("/processes?limit=200"))["items"][1:]:
        await system.post(Role.ADMIN, "/processes", {"code": "HEAT", "name": "Heat treatment"}, status=201)
    step: dict[str, Any] = {"kind": "outside", "process": "PLATE"}
    jobs = {
        "two": await job(system, operations=[step | {"sequence": 30}, step | {"sequence": 40}]),
        "heat": await job(system, operations=[step | {"sequence": 30, "process": "HEAT"}]),
    }
    page = await buyer.open(FORM.format(job=await job(system)))
    refused = await press(buyer, page, "add", add=text.format(**jobs), purchase_order="PO-5")
    assert refused.status == 422
    link = next(link for said, link in refused.links.items() if sentence.format(**jobs) in said)
    assert link.endswith("#add")
    fields = refused.form_to(NEW).fields
    assert (fields["add"], fields["purchase_order"]) == (text.format(**jobs), "PO-5")
    assert "lines.1.work_order" not in fields


async def test_what_was_named_and_not_added_is_not_forgotten_on_saving(
    system: System, browsers: Browsers
) -> None:
    buyer = browsers.of(Role.BUYER)
    page = await buyer.open(FORM.format(job=await job(system)))
    before = orders(system)
    refused = StaffPage(await send(buyer, page, "issue", add="WO-3201 · 30"))
    assert refused.status == 422
    assert "Press “Add another line” to order this too, or empty the field." in refused.text
    assert refused.form_to(NEW).fields["add"] == "WO-3201 · 30"
    assert orders(system) == before


async def test_a_line_is_taken_out_and_put_back_as_it_was(system: System, browsers: Browsers) -> None:
    buyer = browsers.of(Role.BUYER)
    page, first, second = await two_lines(system, buyer)
    assert {"remove.0", "remove.1"} <= set(page.form_to(NEW).answers)
    page = await press(buyer, page, "remove.0", lines__1__quantity="250")
    fields = page.form_to(NEW).fields
    assert (fields["lines.0.work_order"], fields["lines.0.line"]) == (second, "1")
    assert fields["lines.0.quantity"] == "250"
    assert "lines.1.work_order" not in fields
    assert f"{first} · 30 was taken out." in page.text
    assert not any(answer.startswith("remove.") for answer in page.form_to(NEW).answers), "one is left"
    page = await press(buyer, page, "restore")
    fields = page.form_to(NEW).fields
    assert (fields["lines.1.work_order"], fields["lines.1.line"]) == (first, "2")
    for name, text in FILLED.items():
        assert fields[name.replace("lines.0", "lines.1")] == text, name
    assert "removed.work_order" not in fields


async def test_what_is_wrong_is_said_of_its_line_and_field(system: System, browsers: Browsers) -> None:
    buyer = browsers.of(Role.BUYER)
    page, *_ = await two_lines(system, buyer)
    typed = {"lines__0__quantity": "", "lines__1__quantity": "many", "lines__1__unit_price": "dear"}
    for do in ("draft", "preview", "issue"):
        refused = await press(buyer, page, do, **typed)
        assert refused.status == 422
        for text, place in {
            "Line 1, Quantity: Say how many.": "lines-0-quantity",
            "Line 2, Quantity: many is not a number.": "lines-1-quantity",
            "Line 2, Price: dear is not a number.": "lines-1-unit_price",
        }.items():
            assert refused.links[text].endswith(f"#{place}")
            assert f'id="{place}-wrong"' in refused.html, "and beside the field"
        assert [text.partition(",")[0] for text in refused.links if text.startswith("Line")] == [
            "Line 1",
            "Line 2",
            "Line 2",
        ]
        fields = refused.form_to(NEW).fields
        for name, text in typed.items():
            assert fields[name.replace("__", ".")] == text


async def test_of_many_lots_it_is_said_which_has_a_wrong_number(system: System, browsers: Browsers) -> None:
    buyer = browsers.of(Role.BUYER)
    page, *_ = await two_lines(system, buyer)
    wrong = {"lines__1__lots__0__use": "on", "lines__1__lots__0__quantity": "many"}
    refused = await press(buyer, page, "draft", **wrong)
    text = f"Line 2, Lots that go out · {LOT}: many is not a number."
    assert refused.links[text].endswith("#lines-1-lots-0-quantity")


async def test_what_the_core_finds_wrong_stands_at_its_line_too(system: System, browsers: Browsers) -> None:
    buyer = browsers.of(Role.BUYER)
    page, *_ = await two_lines(system, buyer)
    wrong = {"lines__1__lots__1__lot": "LOT-NONE", "lines__1__lots__1__quantity": "1"}
    refused = await press(buyer, page, "draft", **wrong)
    text = "Line 2, Lots that go out: There is no lot LOT-NONE. Create it first or correct the name."
    assert refused.links[text].endswith("#lines-1-lots-1-lot")


async def test_the_mail_shows_all_lines(system: System, browsers: Browsers) -> None:
    buyer = browsers.of(Role.BUYER)
    page, *_ = await two_lines(system, buyer, lines__0__lots__0__quantity="700")
    second = {"lines__1__unit_price": "1", "lines__1__lots__0__use": "on", "lines__1__lots__0__quantity": "3"}
    shown = await press(buyer, page, "preview", **second)
    mail = (await buyer.get(shown.one("iframe")["src"])).text
    assert re.search(r"1,200.*\b300\b", mail, re.DOTALL)
    assert shown.form_to(NEW).fields["lines.1.lots.0.quantity"] == "3", "one goes on from there"


async def test_one_operation_on_two_lines_is_said(system: System, browsers: Browsers) -> None:
    buyer = browsers.of(Role.BUYER)
    page, first, _second = await two_lines(system, buyer)
    page = await press(buyer, page, "add", add=f"{first} · 30")
    assert "Line 1 orders this operation already." in page.text


async def test_another_specification_is_said_at_the_line(system: System, browsers: Browsers) -> None:
    buyer = browsers.of(Role.BUYER)
    page = await buyer.open(FORM.format(job=await job(system)))
    other = {"sequence": 30, "kind": "outside", "process": "PLATE", "spec": "AMS 2404"}
    page = await press(buyer, page, "add", add=await job(system, operations=[other]))
    assert "The work order asks for AMS 2404; the order says something else." in page.text


async def test_a_draft_gets_and_loses_lines_and_keeps_their_numbers(
    system: System, browsers: Browsers
) -> None:
    number, more, last = await draft(system), await job(system), await job(system)
    path, buyer = f"/orders/{number}/edit", browsers.of(Role.BUYER)
    page = await press(buyer, await buyer.open(path), "add", path, add=more)
    page = await press(buyer, page, "add", path, add=last)
    page = await press(buyer, page, "remove.1", path)
    assert page.form_to(path).fields["lines.1.line"] == "3"
    saved = await buyer.post(path, page.form_to(path).fields | {"do": "draft"})
    assert saved.status_code == 303, saved.text
    lines = (await system.get(f"/orders/{number}"))["lines"]
    assert [(line["line"], line["work_order"]) for line in lines] == [(1, "WO-3201"), (3, last)]
    (planned,) = lines[0]["lots"]
    assert (lines[0]["ordered"], planned["lot"], planned["quantity"]) == ("1200", LOT, "1200")


async def test_a_draft_without_lines_gets_its_first(system: System, browsers: Browsers) -> None:
    number, first = await draft(system, lines=[]), await job(system)
    path, buyer = f"/orders/{number}/edit", browsers.of(Role.BUYER)
    page = await press(buyer, await buyer.open(path), "add", path, add=first)
    assert page.form_to(path).fields["lines.0.work_order"] == first


async def test_two_lines_are_issued_together(system: System, browsers: Browsers) -> None:
    buyer = browsers.of(Role.BUYER)
    page, *_ = await two_lines(system, buyer)
    done = await buyer.post(NEW, page.form_to(NEW).fields | {"lines.1.unit_price": "1", "do": "issue"})
    assert done.status_code == 303, done.text
    order = await system.get(urlsplit(done.headers["location"]).path)
    assert (order["stage"], len(order["lines"])) == ("issued", 2)
    assert order["need_by"] == NEED_BY


@pytest.mark.parametrize(("locale", "button"), [("zh", "再加一行"), ("es", "Añadir otra línea")])
async def test_lines_are_there_in_other_languages(
    system: System, browsers: Browsers, locale: str, button: str
) -> None:
    buyer = browsers.of(Role.BUYER, locale=locale)
    page, *_ = await two_lines(system, buyer)
    assert button in page.text
    assert "line" not in page.text.replace("online", "")


def test_an_address_names_only_the_lots_that_go_out() -> None:
    typed = {"number": "", "form": "1", "do": "preview", "seen": "{}", "add": "", "removed.work_order": "X"}
    typed |= {"lines.0.work_order": "WO-1", "lines.0.quantity": "5"}
    for row, (lot, use) in enumerate((("A", ""), ("B", "on"), ("C", ""), ("D", "on"), ("", ""))):
        typed |= {f"lines.0.lots.{row}.lot": lot, f"lines.0.lots.{row}.quantity": str(row)}
        typed |= {f"lines.0.lots.{row}.use": use} if use else {}
    assert lines.said(typed) == {
        "number": "",
        "lines.0.work_order": "WO-1",
        "lines.0.quantity": "5",
        "lines.0.lots.0.lot": "B",
        "lines.0.lots.0.quantity": "1",
        "lines.0.lots.0.use": "on",
        "lines.0.lots.1.lot": "D",
        "lines.0.lots.1.quantity": "3",
        "lines.0.lots.1.use": "on",
        "lines.0.lots.2.lot": "",
        "lines.0.lots.2.quantity": "4",
    }


def test_a_line_that_is_put_back_gets_a_number_of_its_own() -> None:
    typed = {"number": "SO-1", "lines.0.work_order": "A", "lines.0.line": "2"}
    back = lines.again(typed | {"removed.work_order": "B", "removed.line": "2"})
    assert (back["lines.1.work_order"], back["lines.1.line"]) == ("B", "3")


@pytest.mark.parametrize("place", [1, 200])
def test_a_line_that_is_not_there_is_not_taken_out(place: int) -> None:
    typed = {"number": "", "lines.0.work_order": "A", "lines.0.line": "1"}
    assert lines.without(typed, place) == typed
