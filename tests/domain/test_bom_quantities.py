"""Too little and too much of a component, within the tolerance its bill of material gives."""

from __future__ import annotations

from decimal import Decimal

import pytest

from models.domain.bom_quantities import Amount, deviations
from models.domain.materials import Mismatch, Wrong, blocked

D = Decimal
ROD = Amount("ROD", D("0.6"), "KGM", D("0.05"))
BAR = Amount("BAR", D("0.006"), "C62", D(0))


def found(
    amount: Amount,
    used: str,
    *,
    ordered: str = "100",
    made: str = "0",
    unit: str = "",
    replaced: bool = False,
) -> list[tuple[Wrong, str]]:
    taken = {amount.part: {unit or amount.unit: D(used)}} if used else {}
    return [
        (each.wrong, str(each.expected))
        for each in deviations([amount], D(ordered), D(made), taken, replaced=replaced)
    ]


@pytest.mark.parametrize(
    ("used", "made", "wrong"),
    [
        # Nothing was made yet: nothing is missing, and the whole job's material may be drawn.
        ("", "0", []),
        ("63", "0", []),
        ("63.001", "0", [(Wrong.EXCESS, "60")]),
        # 50 made want 30 kg, 28.5 at least.
        ("28.5", "50", []),
        ("28.499", "50", [(Wrong.SHORT, "30")]),
        ("", "50", [(Wrong.SHORT, "30")]),
        # More was made than ordered.
        ("75.6", "120", []),
        ("75.601", "120", [(Wrong.EXCESS, "72")]),
    ],
)
def test_a_quantity_on_the_tolerance_is_inside(used: str, made: str, wrong: list[tuple[Wrong, str]]) -> None:
    assert found(ROD, used, made=made) == wrong


@pytest.mark.parametrize(
    ("used", "wrong"), [("1", []), ("2", []), ("3", [(Wrong.EXCESS, "2")]), ("0", [(Wrong.SHORT, "2")])]
)
def test_whole_bars_are_rounded_in_the_jobs_favour(used: str, wrong: list[tuple[Wrong, str]]) -> None:
    assert found(BAR, used, ordered="300", made="300") == wrong


def test_only_what_has_a_tolerance_and_the_same_unit_is_compared() -> None:
    loose = Amount("ROD", D("0.6"), "KGM", None)
    assert found(loose, "900", made="50") == []
    assert found(loose, "0.001", made="50") == []
    assert found(ROD, "3", unit="C62", made="50") == []


@pytest.mark.parametrize("tolerance", [None, D("0.1"), D(0)])
def test_nothing_is_too_little_however_little_is_wanted(tolerance: Decimal | None) -> None:
    """100 pieces want 0.54 of a bar."""
    bar = Amount("BAR", D("0.0054"), "C62", tolerance)
    assert found(bar, "", made="100") == [(Wrong.SHORT, "1")]
    assert found(bar, "0", made="100") == [(Wrong.SHORT, "1")]
    assert found(bar, "1", made="100") == []
    assert found(bar, "", made="0") == []
    assert found(bar, "", made="100", replaced=True) == []


def test_what_other_material_stands_for_is_not_missing() -> None:
    assert found(ROD, "", made="50", replaced=True) == []
    assert found(ROD, "99", made="50", replaced=True) == [(Wrong.EXCESS, "60")]


@pytest.mark.parametrize(("decision", "code"), [("", "dispatch.material"), ("scrap", "dispatch.scrapped")])
def test_a_quantity_that_differs_keeps_the_pieces_here(decision: str, code: str) -> None:
    mismatch = Mismatch("WO-1-M1", "WO-1", "", "ROD", None, D(3), "KGM", "short", decision)
    refusal = blocked(mismatch, "WO-1-A")
    assert refusal.code == code
    assert "used 3 KGM of ROD" in refusal.detail
