"""What was announced in a parcel and not found in it."""

from __future__ import annotations

from decimal import Decimal

from models.domain.arrivals import short_in
from models.domain.commands import Ship
from models.domain.events import ParcelNamed
from models.domain.made import made
from tests.domain.asking import PARCEL, accept, arrived, lose, receive, send, ship
from tests.domain.orders import Scene, given, issued


def missing(scene: Scene) -> dict[str, Decimal]:
    return dict(short_in(scene.order, scene.order.parcels[PARCEL]))


def test_a_parcel_on_its_way_misses_nothing() -> None:
    assert missing(given(issued(), accept(), send(100), arrived(), ship(100))) == {}


def test_what_was_not_found_is_missing_until_it_comes_or_is_lost() -> None:
    scene = given(issued(), accept(), send(100), arrived(), ship(100), receive(97))
    assert missing(scene) == {"1:L1": 3}
    assert missing(given(scene, lose(3))) == {}


def test_a_full_parcel_misses_nothing() -> None:
    scene = given(issued(), accept(), send(100), arrived(), ship(100), receive(97, rejected=3))
    assert missing(scene) == {}


def opened_at_the_dock() -> Scene:
    return given(issued(), accept(), send(100), arrived(), receive(6, parcel="", slip="LS-1"))


def test_a_late_notice_of_more_than_was_counted_says_what_is_missing_until_it_comes() -> None:
    scene = opened_at_the_dock().when(ship(7, parcel=PARCEL)).then(accepted=6, at_supplier=94)
    assert made(scene.events) == {"parcel": PARCEL}
    assert scene.event(ParcelNamed).said == {"1:L1": 7}
    assert missing(scene) == {"1:L1": 1}
    assert missing(given(scene, ship(94))) == {}


def test_a_late_notice_of_what_was_counted_misses_nothing() -> None:
    assert missing(given(opened_at_the_dock(), ship(6, parcel=PARCEL))) == {}
    assert missing(given(opened_at_the_dock(), Ship(parcel=PARCEL))) == {}


def test_a_late_notice_of_more_than_there_ever_was_says_so() -> None:
    scene = given(issued(), accept(), send(6), arrived(), receive(6, parcel="", slip="LS-1"))
    scene.when(ship(7, parcel=PARCEL)).then()
    assert made(scene.events) == {"parcel": PARCEL, "announced_over": "1"}
    assert missing(scene) == {}


def test_the_lines_of_a_late_notice_are_checked() -> None:
    opened_at_the_dock().when(ship(7, line=9, parcel=PARCEL)).refused("line.unknown", "lines.0.line")
    opened_at_the_dock().when(ship(0, parcel=PARCEL)).refused("quantity.zero", "lines.0.quantity")
