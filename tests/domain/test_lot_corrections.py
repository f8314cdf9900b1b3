"""What is known of a lot stays once its pieces went anywhere."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from models.domain.authority import Role
from models.domain.errors import Forbidden, Refusal
from models.domain.lot_corrections import adds_only, may_become, missing, settled

LOT: dict[str, object] = {
    "number": "20260315-STEEL-001",
    "part": "BAR-4140",
    "part_revision": None,
    "quantity": Decimal(10),
    "uom": "C62",
    "supplier": "STEEL",
    "supplier_lot": "S-1",
    "heat_number": "HX-1",
    "certificate": None,
    "country_of_melt": "CN",
    "country_of_origin": None,
    "received_on": date(2026, 3, 15),
    "serials": None,
    "unit_cost": None,
}


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("quantity", Decimal(500), "lot.counted"),
        ("part", "BAR-316", "lot.counted"),
        ("uom", "KGM", "lot.counted"),
        ("supplier", None, "lot.found_by"),
        ("supplier_lot", "S-2", "lot.found_by"),
        ("heat_number", "HX-2", "lot.found_by"),
        ("country_of_melt", "US", "lot.judged_by"),
        ("received_on", date(2016, 1, 1), "lot.judged_by"),
        ("received_on", date(2026, 11, 20), "lot.judged_by"),
        ("received_on", None, "lot.judged_by"),
    ],
)
def test_what_was_counted_or_is_found_or_judged_by_it_stays(field: str, value: object, code: str) -> None:
    with pytest.raises(Refusal) as refusal:
        may_become(LOT, LOT | {field: value}, moved=True)
    assert (refusal.value.code, refusal.value.errors[0].field) == (code, field)
    may_become(LOT, LOT | {field: value}, moved=False)


def test_why_it_stays_says_that_what_nobody_said_may_be_added() -> None:
    """The form has a field for a revision that nobody named."""
    why = settled(LOT, moved=True)
    assert "part_revision" not in why
    assert "only what nobody has said may be added" in why["part"].detail


def test_what_nobody_said_is_added_and_what_it_costs_is_corrected() -> None:
    added = {"certificate": "C-9", "part_revision": "A", "unit_cost": Decimal(2), "country_of_origin": "SE"}
    may_become(LOT, LOT | added, moved=True)
    assert settled(LOT, moved=True).keys() == {
        "part",
        "quantity",
        "uom",
        "supplier",
        "supplier_lot",
        "heat_number",
        "country_of_melt",
        "received_on",
    }
    assert settled(LOT, moved=False) == {}


def test_the_day_a_lot_came_is_not_added_after_its_use() -> None:
    made_here = LOT | {"received_on": None}
    with pytest.raises(Refusal):
        may_become(made_here, LOT, moved=True)
    assert "received_on" in settled(made_here, moved=True)


@pytest.mark.parametrize(
    ("roles", "person", "adds"),
    [
        ({Role.ADMIN}, "u_2", False),
        ({Role.ADMIN, Role.QUALITY}, "u_2", False),
        ({Role.QUALITY}, "u_2", True),
        ({Role.RECEIVING}, "u_1", True),
    ],
)
def test_quality_and_who_received_a_lot_add_to_it(roles: set[Role], person: str, adds: bool) -> None:
    assert adds_only(roles, person, "u_1") is adds


@pytest.mark.parametrize(("roles", "person"), [({Role.RECEIVING}, "u_2"), ({Role.BUYER}, "u_1")])
def test_others_do_not(roles: set[Role], person: str) -> None:
    with pytest.raises(Forbidden) as refusal:
        adds_only(roles, person, "u_1")
    assert refusal.value.code == "lot.others"


@pytest.mark.parametrize("moved", [False, True])
def test_who_adds_what_is_missing_changes_nothing_else(moved: bool) -> None:
    assert missing(LOT) == ("certificate", "country_of_origin")
    may_become(LOT, LOT | {"certificate": "C-9", "country_of_origin": "SE"}, moved=moved, adding=True)
    for change in ({"heat_number": "HX-2"}, {"unit_cost": Decimal(2)}, {"quantity": Decimal(9)}):
        with pytest.raises(Refusal):
            may_become(LOT, LOT | change, moved=moved, adding=True)
    assert settled(LOT, moved=False, adding=True).keys() == LOT.keys() - {
        "number",
        "certificate",
        "country_of_origin",
    }
