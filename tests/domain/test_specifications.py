"""Which revision of a specification is in force, and how what was ordered stands beside it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from models.domain.errors import Invalid
from models.domain.specifications import SpecRevision, check, in_force, standing
from tests.domain.asking import accept, agree, approve, change, changed
from tests.domain.orders import day, given, issued
from tests.domain.test_split import children, halves

ONE = SpecRevision("2015", date(2015, 7, 1))
TWO = SpecRevision("2019", date(2019, 11, 1))
NEXT = SpecRevision("2023", date(2023, 5, 1))
ENDED = replace(NEXT, withdrawn_on=date(2025, 1, 1))


@pytest.mark.parametrize(
    ("given", "on", "then"),
    [
        ((), "2026-01-01", None),
        ((TWO, NEXT), "2019-10-31", None),
        ((TWO, NEXT), "2019-11-01", "2019"),
        ((NEXT, TWO), "2023-04-30", "2019"),
        ((NEXT, TWO), "2023-05-01", "2023"),
        # Registered later for a day that has passed, it counts for that day.
        ((TWO, NEXT, ONE), "2016-01-01", "2015"),
        # What is withdrawn brings back nothing that came before it.
        ((TWO, ENDED), "2024-12-31", "2023"),
        ((TWO, ENDED), "2025-01-01", None),
    ],
)
def test_the_latest_that_has_begun_is_in_force(
    given: tuple[SpecRevision, ...], on: str, then: str | None
) -> None:
    found = in_force(given, date.fromisoformat(on))
    assert (found.revision if found is not None else None) == then


@pytest.mark.parametrize(
    ("ordered", "on", "then"),
    [
        ("2023", "2023-05-01", "in_force"),
        ("2019", "2023-04-30", "in_force"),
        ("2019", "2023-05-01", "superseded"),
        ("2023", "2023-04-30", "coming"),
        ("2023", "2025-01-01", "withdrawn"),
        ("2019", "2025-01-01", "superseded"),
        ("2021", "2023-05-01", "unknown"),
        ("", "2023-05-01", "unnamed"),
    ],
)
def test_what_is_ordered_is_judged_by_the_day_it_was_ordered(ordered: str, on: str, then: str) -> None:
    assert standing((TWO, ENDED), ordered, date.fromisoformat(on)).value == then


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ((TWO, NEXT, ENDED), ["revisions.2.revision", "revisions.2.in_force_from"]),
        ((TWO, replace(NEXT, in_force_from=TWO.in_force_from)), ["revisions.1.in_force_from"]),
        ((replace(NEXT, withdrawn_on=NEXT.in_force_from),), ["revisions.0.withdrawn_on"]),
    ],
)
def test_two_in_force_at_once_are_refused(given: tuple[SpecRevision, ...], fields: list[str]) -> None:
    with pytest.raises(Invalid) as refused:
        check(given)
    assert [error.field for error in refused.value.errors] == fields


def test_a_register_that_fits_is_taken() -> None:
    check((ONE, TWO, ENDED))


def test_a_revision_that_a_change_asked_for_was_ordered_when_it_was_asked_for() -> None:
    scene = given(issued(), accept())
    assert scene.order.spec_ordered_at == scene.order.issued_at
    given(scene.at(day(12)), change(changed(1, price="0.9")))
    given(scene.at(day(13)), approve(), agree())
    assert scene.order.spec_ordered_at == scene.order.issued_at
    given(scene.at(day(16)), change(spec_revision="2024"))
    given(scene.at(day(20)), approve("SO-1-C2"), agree("SO-1-C2"))
    assert scene.order.spec_ordered_at == day(16) != scene.order.issued_at


def test_orders_that_an_order_was_split_into_were_ordered_when_it_was() -> None:
    scene = given(issued(), accept())
    given(scene.at(day(12)), change(spec_revision="2024"), approve(), agree())
    born = children(scene.at(day(20)).when(halves()))
    assert [child.order.spec_ordered_at for child in born] == [day(12), day(12)]
