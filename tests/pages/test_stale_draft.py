"""Two tabs of one draft: the second is told what changed, and nothing either of them typed is lost."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import orjson
import pytest

from models.domain.authority import Role
from tests.pages.browser import Browser, Browsers, StaffPage
from tests.pages.test_new_order import job
from tests.stories import draft
from tests.systems import System


async def fields_of(browser: Browser, path: str) -> dict[str, str]:
    return (await browser.open(path)).form_to(path).fields


async def save(browser: Browser, path: str, fields: dict[str, str], **typed: str) -> Any:
    given = {name.replace("__", "."): value for name, value in typed.items()}
    return await browser.post(path, fields | {"do": "draft"} | given)


async def test_it_is_told_which_fields_changed_from_what_to_what(system: System, browsers: Browsers) -> None:
    number = await draft(system)
    path, buyer = f"/orders/{number}/edit", browsers.of(Role.BUYER)
    fields = await fields_of(buyer, path)
    later = system.app.state.clock().date() + timedelta(days=40)
    changes = {"need_by": str(later), "lines__0__quantity": "1300", "lines__0__unit_price": "0.9"}
    assert (await save(buyer, path, fields, **changes, priority="urgent")).status_code == 303
    stale = StaffPage(await save(buyer, path, fields, purchase_order="PO-B"))
    assert stale.status == 412
    told = stale.text.replace("\u00a0", " ")
    assert "What happened meanwhile:" in told
    for sentence in (
        "Line 1, Quantity: 1,200 → 1,300",
        "Line 1, Price: 0.85 USD → 0.90 USD",
        "Priority: Normal → Urgent",
    ):
        assert sentence in told
    assert re.search(rf"Needed by: .* → {later:%a,? %-d %b}", told)
    assert "Purchase order:" not in told, "nobody else changed it"


async def test_sent_again_it_is_saved_with_what_both_changed(system: System, browsers: Browsers) -> None:
    number = await draft(system)
    path, buyer = f"/orders/{number}/edit", browsers.of(Role.BUYER)
    fields = await fields_of(buyer, path)
    await save(buyer, path, fields, lines__0__quantity="1300")
    stale = StaffPage(await save(buyer, path, fields, purchase_order="PO-B"))
    again = stale.form_to(path).fields
    assert (again["purchase_order"], again["lines.0.quantity"]) == ("PO-B", "1300")
    assert (await save(buyer, path, again)).status_code == 303
    order = await system.get(f"/orders/{number}")
    assert (order["purchase_order"], order["lines"][0]["ordered"]) == ("PO-B", "1300")


async def test_issuing_from_the_stale_tab_is_refused_too(system: System, browsers: Browsers) -> None:
    number = await draft(system)
    path, buyer = f"/orders/{number}/edit", browsers.of(Role.BUYER)
    fields = await fields_of(buyer, path)
    await save(buyer, path, fields, lines__0__quantity="1300")
    stale = StaffPage(await save(buyer, path, fields, do="issue", spec_revision="2024"))
    assert stale.status == 412
    assert "Line 1, Quantity: 1,200 → 1,300" in stale.text
    assert stale.form_to(path).fields["spec_revision"] == "2024"
    assert (await system.get(f"/orders/{number}"))["stage"] == "draft"


async def test_lines_others_added_or_took_out_are_told(system: System, browsers: Browsers) -> None:
    second, third = await job(system, quantity=300), await job(system, quantity=400)
    number = await draft(system)
    path, buyer = f"/orders/{number}/edit", browsers.of(Role.BUYER)
    added = StaffPage(await save(buyer, path, await fields_of(buyer, path), do="add", add=second))
    await save(buyer, path, added.form_to(path).fields)
    fields = await fields_of(buyer, path)
    less = StaffPage(await save(buyer, path, fields, do="remove.1"))
    more = StaffPage(await save(buyer, path, less.form_to(path).fields, do="add", add=third))
    await save(buyer, path, more.form_to(path).fields | {"lines.1.line": "3"})
    stale = StaffPage(await save(buyer, path, fields, purchase_order="PO-B"))
    assert f"Line 2 was taken out: {second} · 30, 300." in stale.text
    assert f"Line 3 was added: {third} · 30, 400." in stale.text
    again = stale.form_to(path).fields
    assert (again["lines.1.work_order"], again["purchase_order"]) == (third, "PO-B")


async def test_a_line_taken_out_there_and_changed_here_is_kept(system: System, browsers: Browsers) -> None:
    second = await job(system, quantity=300)
    number = await draft(system)
    path, buyer = f"/orders/{number}/edit", browsers.of(Role.BUYER)
    added = StaffPage(await save(buyer, path, await fields_of(buyer, path), do="add", add=second))
    await save(buyer, path, added.form_to(path).fields)
    fields = await fields_of(buyer, path)
    less = StaffPage(await save(buyer, path, fields, do="remove.1"))
    await save(buyer, path, less.form_to(path).fields)
    stale = StaffPage(await save(buyer, path, fields, lines__1__quantity="250"))
    assert "Line 2 was taken out" in stale.text
    assert "You changed it, so it is still here." in stale.text
    assert stale.form_to(path).fields["lines.1.quantity"] == "250"


async def test_the_same_change_in_both_tabs_is_no_conflict(system: System, browsers: Browsers) -> None:
    number = await draft(system)
    path, buyer = f"/orders/{number}/edit", browsers.of(Role.BUYER)
    fields = await fields_of(buyer, path)
    for _ in range(2):
        assert (await save(buyer, path, fields, purchase_order="PO-A")).status_code == 303


@pytest.mark.parametrize("seen", ["", "nonsense", "[]", orjson.dumps({"number": 1}).decode()])
async def test_a_form_that_does_not_say_what_was_seen_saves_nothing(
    system: System, browsers: Browsers, seen: str
) -> None:
    number = await draft(system)
    path, buyer = f"/orders/{number}/edit", browsers.of(Role.BUYER)
    fields = await fields_of(buyer, path)
    stale = StaffPage(await save(buyer, path, fields, seen=seen, purchase_order="PO-B"))
    assert stale.status == 412
    assert stale.form_to(path).fields["purchase_order"] == "PO-B"
    assert (await system.get(f"/orders/{number}"))["purchase_order"] == "PO-7781"


@pytest.mark.parametrize(("locale", "told"), [("zh", "第 1 行，数量"), ("es", "Línea 1, Cantidad")])
async def test_it_is_told_in_other_languages(
    system: System, browsers: Browsers, locale: str, told: str
) -> None:
    number = await draft(system)
    path, buyer = f"/orders/{number}/edit", browsers.of(Role.BUYER, locale=locale)
    fields = await fields_of(buyer, path)
    await save(buyer, path, fields, lines__0__quantity="1300")
    stale = StaffPage(await save(buyer, path, fields, purchase_order="PO-B"))
    assert told in stale.text
    assert "Somebody" not in stale.text
