"""Measured values: exact at the limits, nothing guessed, nothing typed twice."""

from __future__ import annotations

import pytest

from api.supplier.fields import plain_number
from models.domain.authority import Role
from tests.stories import BEHALF, LOT
from tests.supplier.phone import opened
from tests.supplier.steps import order, reworked_beside_others, rows, there
from tests.systems import System

GOOD = {"v__0__1": "8", "v__0__2": "12", "v__0__3": "10.1", "v__1__1": "conforms"}


async def test_on_the_limit_is_inside_and_a_hair_beyond_is_not(system: System) -> None:
    number = await there(system)
    phone, page = await opened(system, number)
    assert page.heading == "What did you measure on FLANGE-DN50 B?"
    page = await phone.press(page, "submit", **GOOD | {"v__0__2": "12.000001"})
    assert "They do not fit the plan." in page.text
    assert "Coating thickness, sample 2: 12.000001 is outside 8 – 12 um" in page.text
    again = await phone.open(f"{page.url.partition('?')[0]}/measure")
    page = await phone.press(again, "submit", **GOOD)
    assert "You sent 4 measured values. They fit the plan." in page.text
    verdicts = [each["verdict"] for each in (await system.get(f"/orders/{number}/inspections"))["items"]]
    assert verdicts == ["fail", "pass"]


async def test_missing_values_are_named_in_chinese_and_the_typed_ones_kept(system: System) -> None:
    number = await there(system)
    phone, page = await opened(system, number, language="zh")
    before = rows(system)
    page = await phone.press(page, "submit", v__0__1="8", v__0__3="十")
    assert page.status == 422
    assert "Coating thickness, 3：十不是数字。" in page.text
    # All that is wrong is said at once.
    assert page.links["特性 1：缺少样品 2 的数值。"].endswith("#v-0-2")
    assert page.links["特性 2：缺少样品 1 的数值。"].endswith("#v-1-1")
    page = await phone.press(page, "submit", v__0__3="12.5")
    assert page.status == 422
    assert page.links["特性 1：缺少样品 2 的数值。"].endswith("#v-0-2")
    assert page.links["特性 2：缺少样品 1 的数值。"].endswith("#v-1-1")
    fields = page.form("submit").fields
    assert (fields["v.0.1"], fields["v.0.2"], fields["v.0.3"]) == ("8", "", "12.5")
    assert "✓ 合格" in page.text
    assert "✗ 超差" in page.text
    after = rows(system)
    assert after.pop("command") == before.pop("command") + 2
    assert after == before


async def test_a_value_that_reads_two_ways_is_named_with_all_that_is_missing(system: System) -> None:
    number = await there(system)
    phone, page = await opened(system, number)
    page = await phone.press(page, "submit", v__0__1="1,234", v__0__3="ten")
    assert page.status == 422
    found = {text: at.rpartition("#")[2] for text, at in page.links.items() if "#v-" in at}
    assert found == {
        "Coating thickness, 1: 1,234 could be two numbers. Write decimals with a point, such as 10.5.": "v-0-1",
        "Coating thickness, 3: ten is not a number.": "v-0-3",
        "Characteristic 1: values missing for samples 2.": "v-0-2",
        "Characteristic 2: values missing for samples 1.": "v-1-1",
    }


async def test_checking_shows_verdicts_and_saves_nothing(system: System) -> None:
    number = await there(system)
    phone, page = await opened(system, number)
    before = rows(system)
    page = await phone.press(page, "check", **GOOD | {"v__0__2": "7,99", "v__0__3": "ten"})
    assert page.status == 200
    assert "✓ inside" in page.text
    assert "✗ outside" in page.text
    assert "not a number" in page.text
    assert page.form("check").fields["v.0.2"] == "7,99"
    assert rows(system) == before
    page = await phone.press(page, "submit", v__0__2="8,01", v__0__3="10")
    assert "They fit the plan." in page.text
    results = (await system.get(f"/orders/{number}/inspections"))["items"][0]["results"]
    assert [each["value"] for each in results] == ["8", "8.01", "10", "conforms"]


async def test_many_samples_are_a_list_to_paste(system: System) -> None:
    plan = [
        {"number": "1", "name": "Thickness", "lower": "8", "upper": "12", "unit": "um", "sample": "all"},
        {"number": "2", "name": "Colour", "kind": "attribute", "sample": "all"},
    ]
    admin = system.login(Role.ADMIN)
    path = "/api/v1/inspection-plans"
    plans = (await admin.get(path)).json()["items"]
    body = {"part": "FLANGE-DN50", "revision": "B", "process": "PLATE"}
    key = f"{path}/{plans[0]['id']}" if "id" in plans[0] else f"{path}/FLANGE-DN50/B/PLATE"
    old = plans[0]["characteristics"]
    assert (await admin.put(key, json={**body, "characteristics": plan})).status_code == 200
    number = await there(system)
    await admin.put(key, json={**body, "characteristics": old})

    phone, page = await opened(system, number)
    values = " ".join(["8", "9,5", *["10"] * 17])
    page = await phone.press(page, "submit", v__0=values, v__1="some", v__1__bad="3, 21")
    assert "There is no sample 21; they are numbered from 1 to 20." in page.text
    page = await phone.press(page, "submit", v__1__bad="3、 17")
    assert "Characteristic 1: values missing for samples 20." in page.text
    assert page.form("submit").fields["v.0"].strip() == values
    page = await phone.press(page, "submit", v__0=values + "\r\nx")
    assert "Thickness, 20: x is not a number." in page.text
    page = await phone.press(page, "submit", v__0=values + "\n12")
    assert "You sent 40 measured values. They do not fit the plan." in page.text
    assert "Colour, sample 3: does not conform" in page.text
    results = (await system.get(f"/orders/{number}/inspections"))["items"][0]["results"]
    assert [each["sample"] for each in results if each["value"] == "not"] == [3, 17]


async def test_an_order_without_pieces_asks_for_no_values(system: System) -> None:
    number = await order(system)
    await system.command(Role.BUYER, number, "acknowledge", decision="accept", on_behalf_of=BEHALF)
    phone, page = await opened(system, number)
    assert (await phone.open(f"{page.url}/measure")).url == page.url
    fields = page.form("fresh").fields if page.forms else {}
    assert not fields
    assert LOT in page.text


@pytest.mark.parametrize(
    ("typed", "counted", "read"),
    [
        ("1200", "C62", "1200"),
        (" 1 200 ", "C62", "1200"),
        ("1\u202f200", "C62", "1200"),
        ("1,200", "C62", None),
        ("1.200", "C62", None),
        ("1,200.5", "KGM", None),
        ("1.200,5", "KGM", None),
        ("61.250", "KGM", "61.250"),
        ("61,250", "KGM", None),
        ("61,25", "KGM", "61.25"),
        ("0,125", "KGM", "0.125"),
        ("1200,125", "KGM", "1200.125"),
        ("12,5", "", "12.5"),
        ("10.125", "", "10.125"),
        ("10,125", "", None),
        ("-0,5", "", "-0.5"),
        ("1e3", "", "1e3"),
        ("", "", ""),
        ("abc", "", "abc"),
    ],
)
def test_a_number_that_reads_two_ways_is_not_guessed(typed: str, counted: str, read: str | None) -> None:
    assert plain_number(typed, counted_in=counted) == read


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("10,5", "10.5"),
        ("1,234", "1.234"),
        ("10,125", "10.125"),
        ("10.5", "10.5"),
        ("0.125", "0.125"),
        ("-1.234", None),
        ("1.234", None),
        ("1.234,5", None),
    ],
)
def test_who_writes_commas_is_read_by_commas(typed: str, read: str | None) -> None:
    """1.234 is a thousand and something to them, and one and a bit on the gauge: they are asked."""
    assert plain_number(typed, decimal=",") == read


async def test_a_spanish_reader_writes_and_reads_commas(system: System) -> None:
    number = await there(system)
    phone, page = await opened(system, number)
    page = await phone.open(f"{page.url}/measure?language=es")
    assert "Escriba los decimales con coma, como 10,5" in page.text
    page = await phone.press(page, "submit", **GOOD | {"v__0__2": "10,125", "v__0__3": "1.234"})
    assert page.status == 422
    assert "1.234 podría ser dos números" in page.text
    page = await phone.press(page, "submit", v__0__3="7,999")
    assert "7,999 está fuera de" in page.text
    results = (await system.get(f"/orders/{number}/inspections"))["items"][0]["results"]
    assert [each["value"] for each in results] == ["8", "10.125", "7.999", "conforms"]


async def test_measured_values_outlive_a_hold_and_the_end_of_the_order(system: System) -> None:
    number = await there(system)
    phone, page = await opened(system, number)
    await system.command(Role.BUYER, number, "hold", reason="Drawing in revision")
    held = await phone.press(page, "submit", **GOOD)
    assert held.status == 409
    assert "The order is on hold (Drawing in revision)." in held.text
    assert held.form("submit").fields["v.0.3"] == "10.1"
    await system.command(Role.BUYER, number, "resume")
    await system.command(Role.BUYER, number, "cancel", reason="Not needed")
    lines = [{"line": 1, "lot": LOT, "counted": 20, "unprocessed": 20}]
    await system.command(Role.RECEIVING, number, "receive", packing_slip="7", lines=lines)
    late = await phone.press(held, "submit")
    assert late.status == 409
    assert not late.forms
    assert "What you entered" in late.text
    for kept in ("Coating thickness, 1 8", "Coating thickness, 3 10.1"):
        assert kept in late.text


async def test_values_of_reworked_pieces_are_sent_for_their_nonconformance_and_for_nothing_else(
    system: System,
) -> None:
    number, name = await reworked_beside_others(system)
    phone, page = await opened(system, number)
    page = await phone.open(f"{page.url.partition('?')[0]}/measure")
    whole = f"FLANGE-DN50 B · {LOT}"
    assert "10 pcs" in page.text
    assert "the values speak of its pieces alone" not in page.text
    page = await phone.open(page.links[f"{whole} · inspected again for {name}"])
    assert f"Inspected again for {name}: the values speak of its pieces alone" in page.text
    assert f"Lot {LOT}, 4 pcs" in page.text
    assert "nonconformance" not in page.links[whole]
    # What is missing is said and the choice is kept, as it is when they are only looked at.
    page = await phone.press(page, "check", **GOOD)
    page = await phone.press(page, "submit", v__0__1="")
    assert page.status == 422
    assert f"Inspected again for {name}" in page.text
    assert page.form("submit").fields["v.0.2"] == "12"
    page = await phone.press(page, "submit", v__0__1="8")
    assert "They fit the plan." in page.text
    assert f"inspected again for {name}" in page.text
    (inspection,) = (await system.get(f"/orders/{number}/inspections"))["items"]
    assert (inspection["nonconformance"], inspection["lot"], inspection["lot_size"]) == (name, LOT, "4")


async def test_values_for_what_is_reworked_no_more_are_refused_and_kept(system: System) -> None:
    number, name = await reworked_beside_others(system)
    phone, page = await opened(system, number)
    page = await phone.open(f"{page.url.partition('?')[0]}/measure?nonconformance={name}&language=es")
    assert f"Nueva inspección por {name}" in page.text
    counted = {"line": 1, "counted": 4, "accepted": 0, "rejected": 4, "nonconformance": name}
    await system.command(Role.RECEIVING, number, "receive", packing_slip="LS-7", lines=[counted])
    refused = await phone.press(page, "submit", **GOOD | {"v__0__3": "10,1"})
    assert refused.status == 409
    assert f"{name}" in refused.text
    assert refused.form("submit").fields["v.0.3"] == "10,1"
    # The form is about the others now, and says so.
    assert not refused.form("submit").fields["nonconformance"]
    assert f"Nueva inspección por {name}" not in refused.text
    assert not (await system.get(f"/orders/{number}/inspections"))["items"]


async def test_without_rework_nobody_is_asked_whose_pieces_were_measured(system: System) -> None:
    number = await there(system)
    phone, page = await opened(system, number)
    page = await phone.open(f"{page.url.partition('?')[0]}/measure")
    assert page.form("submit").fields["nonconformance"] == ""
    assert "Or measure" not in page.text
