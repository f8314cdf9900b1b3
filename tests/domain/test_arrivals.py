"""What was announced in a parcel and not found in it."""

from __future__ import annotations

from decimal import Decimal

from models.domain.arrivals import short_in
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
