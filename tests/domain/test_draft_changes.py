"""Two people at one draft: what differs is found, and nothing either of them wanted is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from models.domain.contract import Basis
from models.domain.draft_changes import OF_A_LINE, TERMS, Difference, differences, merged
from models.domain.facts import Draft, DraftLine


def line(number: int, **fields: Any) -> DraftLine:
    given: dict[str, Any] = {
        "work_order": f"WO-{number}",
        "operation": 30,
        "quantity": Decimal(100),
        "unit_price": Decimal("0.85"),
        "currency": "USD",
        "lots": (("L-1", Decimal(60)), ("L-2", Decimal(40))),
    }
    return DraftLine(line=number, **given | fields)


FIRST = Draft(
    "SO-1", "MAIN", "bea", "ACME", "PLATE", "B633", "2023", date(2026, 12, 18), lines=(line(1), line(2))
)


def with_lines(*lines: DraftLine) -> Draft:
    return replace(FIRST, lines=lines)


def test_every_field_of_a_draft_is_compared() -> None:
    assert {*TERMS, "number", "buyer", "lines", "type", "reassigned_from"} == set(Draft.__dataclass_fields__)
    assert {"line", *(name for names in OF_A_LINE.values() for name in names)} == set(
        DraftLine.__dataclass_fields__
    )


def test_a_draft_does_not_differ_from_itself() -> None:
    turned = replace(line(1), lots=tuple(reversed(line(1).lots)))
    assert differences(FIRST, with_lines(turned, line(2))) == []


def test_what_differs_is_told_with_both_values() -> None:
    now = replace(FIRST, need_by=date(2027, 1, 4), lines=(line(1, quantity=Decimal(90)), line(3)))
    assert differences(FIRST, now) == [
        Difference("quantity", 1, (Decimal(100),), (Decimal(90),)),
        Difference("line", 2, line(2), None),
        Difference("line", 3, None, line(3)),
        Difference("need_by", 0, date(2026, 12, 18), date(2027, 1, 4)),
    ]


def test_price_and_currency_are_one_thing() -> None:
    (found,) = differences(FIRST, with_lines(line(1, currency="EUR"), line(2)))
    assert (found.what, found.before, found.after) == (
        "price",
        (Decimal("0.85"), "USD", Basis.PIECE),
        (Decimal("0.85"), "EUR", Basis.PIECE),
    )


def test_mine_stands_where_i_changed_something_and_theirs_everywhere_else() -> None:
    mine = replace(FIRST, purchase_order="PO-B", lines=(line(1, unit_price=Decimal(1)), line(2)))
    theirs = replace(
        FIRST,
        purchase_order="PO-A",
        need_by=date(2027, 1, 4),
        lines=(line(1, quantity=Decimal(90)), line(2, lots=())),
    )
    both = merged(FIRST, mine, theirs)
    assert (both.purchase_order, both.need_by) == ("PO-B", date(2027, 1, 4))
    assert both.lines == (line(1, quantity=Decimal(90), unit_price=Decimal(1)), line(2, lots=()))


def test_a_line_one_took_out_stays_away() -> None:
    assert merged(FIRST, with_lines(line(1)), FIRST).lines == (line(1),)
    assert merged(FIRST, FIRST, with_lines(line(2))).lines == (line(2),)


def test_a_line_one_took_out_and_the_other_changed_is_kept() -> None:
    changed = line(2, quantity=Decimal(7))
    assert merged(FIRST, with_lines(line(1)), with_lines(line(1), changed)).lines == (line(1), changed)
    assert merged(FIRST, with_lines(line(1), changed), with_lines(line(1))).lines == (line(1), changed)


def test_lines_both_added_are_both_there_under_numbers_of_their_own() -> None:
    mine, theirs = line(3, work_order="WO-MINE"), line(3, work_order="WO-THEIRS")
    both = merged(FIRST, with_lines(line(1), line(2), mine), with_lines(line(1), line(2), theirs))
    assert both.lines == (line(1), line(2), theirs, replace(mine, line=4))


def test_the_same_line_added_by_both_is_one() -> None:
    more = with_lines(line(1), line(2), line(3))
    assert merged(FIRST, more, more).lines == more.lines
