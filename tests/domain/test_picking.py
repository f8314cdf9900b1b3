"""Which lots are set aside for a work order, and what is missing."""

from __future__ import annotations

from decimal import Decimal

import pytest

from models.domain.picking import (
    Clash,
    FreeLot,
    Need,
    Picked,
    Taker,
    clashes,
    needs,
    picked,
    planned_twice,
    shortages,
)

BAR = {"BAR": [FreeLot("L1", "KGM", Decimal(4)), FreeLot("L2", "KGM", Decimal(10))]}


def test_a_bill_of_materials_is_multiplied_and_rounded_up_to_what_can_be_counted() -> None:
    bom = [("BAR", Decimal("0.0125")), ("NUT", Decimal("0.3"))]
    assert needs(bom, Decimal(7), {"BAR": "KGM", "NUT": "C62"}) == [
        Need("BAR", "KGM", Decimal("0.088")),
        Need("NUT", "C62", Decimal(3)),
    ]
    most = Decimal(10) ** 12
    assert needs([("BAR", most)], most, {"BAR": "KGM"})[0].quantity == Decimal(10) ** 24


@pytest.mark.parametrize(
    ("wanted", "lots", "missing"),
    [
        ("3", [("L1", "3")], None),
        ("4", [("L1", "4")], None),
        ("5", [("L1", "4"), ("L2", "1")], None),
        ("20", [("L1", "4"), ("L2", "10")], "6"),
    ],
)
def test_the_oldest_lots_go_first_and_what_is_missing_is_named(
    wanted: str, lots: list[tuple[str, str]], missing: str | None
) -> None:
    need = Need("BAR", "KGM", Decimal(wanted))
    found = picked([need], BAR)
    assert found == [Picked("BAR", lot, Decimal(some)) for lot, some in lots]
    assert shortages([need], found, {}) == ([Need("BAR", "KGM", Decimal(missing))] if missing else [])


def test_a_lot_counted_in_another_unit_is_left_out() -> None:
    need = Need("BAR", "C62", Decimal(2))
    assert picked([need], BAR) == []
    assert shortages([need], [], {}) == [need]


def test_what_was_used_already_is_not_missing() -> None:
    need = Need("BAR", "KGM", Decimal(10))
    held = [Picked("BAR", "L1", Decimal(4))]
    assert shortages([need], held, {"BAR": Decimal(6)}) == []
    assert shortages([need], held, {"BAR": Decimal(5)}) == [Need("BAR", "KGM", Decimal(1))]


def taker(number: str, some: int, work_order: str = "") -> Taker:
    return Taker("order" if work_order else "work_order", number, Decimal(some), work_order or number)


@pytest.mark.parametrize(
    ("takers", "planned"),
    [
        ([taker("WO-1", 6), taker("WO-2", 4)], None),
        ([taker("WO-1", 6), taker("WO-2", 5)], 11),
        ([taker("WO-1", 6), taker("SO-1", 5, "WO-2")], 11),
        # A job's own order sends what the job picked.
        ([taker("WO-1", 6), taker("SO-1", 6, "WO-1")], None),
        ([taker("WO-1", 6), taker("SO-1", 7, "WO-1"), taker("WO-2", 4)], 11),
        # Too much for one alone is no second plan.
        ([taker("WO-1", 12)], None),
        ([], None),
    ],
)
def test_a_lot_is_planned_twice_when_several_want_more_than_there_is(
    takers: list[Taker], planned: int | None
) -> None:
    found = clashes({"L1": (Decimal(10), "KGM")}, {"L1": takers})
    expected = [] if planned is None else [Clash("L1", "KGM", Decimal(10), Decimal(planned), tuple(takers))]
    assert found == expected


def test_the_warning_names_who_takes_how_much() -> None:
    (clash,) = clashes({"L1": (Decimal(10), "KGM")}, {"L1": [taker("WO-1", 6), taker("WO-2", 5)]})
    said = "L1 is planned for 11 KGM, 10 are on hand: WO-1 takes 6, WO-2 takes 5"
    assert planned_twice(clash) == said
