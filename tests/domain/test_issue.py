"""issue: what blocks a draft, and what is frozen when nothing does."""

# Rows of a table are keyword arguments, and a quantity is written as a number.
# mypy: disable-error-code="arg-type,comparison-overlap"

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from models.domain.commands import Issue
from models.domain.evidence import DocumentType
from models.domain.facts import Facts, IssueFacts, LineFact
from models.domain.records import PlannedLot
from tests.domain.orders import (
    LONDON,
    NEED_BY,
    NOW,
    PLAN,
    Scene,
    a_draft,
    a_line,
    a_lot,
    day,
    issue_facts,
    issued,
    parametrize,
)


def attempt(lots: tuple[str, ...] = ("L1",), known: IssueFacts | None = None, **draft: Any) -> Scene:
    facts = known or issue_facts(a_draft(**draft))
    return Scene().when(Issue(), facts=Facts(lots={lot: a_lot(lot) for lot in lots}, issue=facts))


def known(*lines: Any, **fields: Any) -> IssueFacts:
    return issue_facts(a_draft(*lines), **fields)


def test_an_order_freezes_what_its_life_depends_on() -> None:
    order = (
        issued(plans={1: PLAN}, documents=[DocumentType.coc], release_before_ship=True).then("issued").order
    )
    assert (order.number, order.version, order.revision, order.currency) == ("SO-1", 1, 1, "EUR")
    assert (order.issued_at, order.need_by, order.promise_first) == (NOW, NEED_BY, None)
    (line,) = order.lines
    assert (line.part, line.part_revision, line.ordered, line.unit) == ("FLANGE", "B", 100, "C62")
    assert line.lots == (PlannedLot("L1", Decimal(100), "H1"),)
    assert line.plan == PLAN
    assert (order.release_before_ship, order.required_documents) == (True, (DocumentType.coc,))
    assert [(item.code, item.planned) for item in order.milestones] == [
        ("REC", date(2026, 11, 4)),
        ("PLATE", date(2026, 11, 16)),
        ("INSP", date(2026, 11, 23)),
        ("SHIP", date(2026, 11, 30)),
    ]
    assert order.supplier_calendar == LONDON


@parametrize(
    "code, field, facts",
    ("supplier.not_approved", "supplier", known(approved=False)),
    ("supplier.no_contact", "supplier", known(supplier_has_contact=False)),
    ("lines.empty", "lines", replace(known(), draft=replace(a_draft(), lines=()))),
    ("currency.mixed", "lines", known(a_line(), replace(a_line(2), currency="USD"))),
    ("lot.unknown", "lines.0.lots.0.lot", known(a_line(lots=[("L9", 100)]))),
    ("lots.more_than_ordered", "lines.0.lots", known(a_line(lots=[("L1", 60), ("L1", 41)]))),
    ("quantity.too_small", "lines.0.lots.0.quantity", known(a_line(lots=[("L1", -1)]))),
    ("quantity.too_precise", "lines.0.lots.0.quantity", known(a_line(lots=[("L1", "0.5")]))),
    ("quantity.zero", "lines.0.quantity", known(a_line(quantity=0, lots=()))),
    ("quantity.too_precise", "lines.0.quantity", known(a_line(quantity="99.5", lots=()))),
    ("quantity.too_small", "lines.0.quantity", known(a_line(quantity=-1, lots=()))),
    ("quantity.not_a_number", "lines.0.quantity", known(a_line(quantity="NaN", lots=()))),
)
def test_what_blocks_a_draft(code: str, field: str, facts: IssueFacts) -> None:
    attempt(known=facts).refused(code, field)


def test_less_than_nothing_is_told_that_nothing_is_too_little_as_well() -> None:
    scene = attempt(known=known(a_line(quantity=-1, lots=()))).refused("quantity.too_small")
    assert scene.refusal is not None
    assert scene.refusal.detail == "Enter more than zero."


def test_need_by_may_be_today_but_not_yesterday_where_the_plant_is() -> None:
    attempt(need_by=date(2026, 11, 1)).refused("need_by.past", "need_by")
    attempt(need_by=date(2026, 11, 2)).then("issued")
    attempt(need_by=date(2032, 1, 1)).refused("date.too_far", "need_by")
    # 23:30 in London is the next day in Berlin already.
    late = Scene().at(day(2, 23, 30))
    late.when(Issue(), facts=Facts(issue=known(a_line(lots=())))).then("issued")
    late = Scene().at(day(2, 23, 30))
    draft = a_draft(a_line(lots=()), need_by=date(2026, 11, 2))
    late.when(Issue(), facts=Facts(issue=issue_facts(draft))).refused("need_by.past")


def test_controlled_parts_go_only_to_suppliers_with_a_cleared_contact() -> None:
    line = LineFact("FLANGE", "B", "Flange", "C62", True, None)
    attempt(known=known(lines={1: line})).refused("supplier.not_cleared", "supplier")
    attempt(known=known(lines={1: line}, contacts_cleared=True)).then("issued").flags("export_controlled")


@pytest.mark.parametrize(("priority", "flags"), [("normal", ()), ("urgent", ("urgent",))])
def test_an_urgent_order_says_so(priority: str, flags: tuple[str, ...]) -> None:
    issued(draft={"priority": priority}).flags(*flags)


def test_a_line_may_have_no_lots_and_any_unit() -> None:
    scene = issued(a_line(quantity="61.2", lots=()), unit="KGM")
    assert scene.order.lines[0].ordered == Decimal("61.2")
