"""A link of the genealogy knows in which other unit its pieces were counted."""

# Rows of a table are keyword arguments, and a quantity is written as a number.
# mypy: disable-error-code="arg-type,comparison-overlap"

from __future__ import annotations

from decimal import Decimal

from models.domain.commands import Correct
from models.domain.conversions import conversions
from models.domain.genealogy import edges
from models.domain.records import Conversion
from models.domain.trace import Link, netted
from tests.domain.asking import RECEIPT, arrived, receive, send, ship
from tests.domain.orders import DOCK, Scene, given, issued

KILOGRAMS = Conversion(1, "L1", "KGM", Decimal("4.9"))


def links(scene: Scene) -> list[Link]:
    """What came back, as a trace reads it."""
    told = [
        Link(
            *(edge.from_node, edge.to_node, edge.quantity, edge.unit, edge.how, edge.parcel, edge.load),
            *(scene.order.number, sequence, sequence),
        )
        for sequence, _, event in scene.stream
        for edge in edges(scene.order, event)
    ]
    return [link for link in netted(told) if link.how in ("process", "return") and not link.load]


def weighed() -> Scene:
    scene = given(issued(), send(100), arrived(), ship(98), ship(2))
    return scene.when(receive("19.6", rejected="0.4", uom="KGM", conversion="4.9"))


def test_pieces_that_were_weighed_say_so_on_their_way_back() -> None:
    scene = weighed()
    assert [conversions(scene.order, link) for link in links(scene)] == [(KILOGRAMS,)]


def test_what_was_counted_as_pieces_or_taken_back_says_nothing() -> None:
    scene = weighed().when(receive(2, parcel="SO-1-P2"))
    assert [conversions(scene.order, link) for link in links(scene)] == [(KILOGRAMS,), ()]
    receipt = next(item.sequence for item in scene.order.receipts if item.receipt == RECEIPT)
    scene.when(Correct(event=receipt, reason="Weighed wrongly"), by=DOCK)
    assert [conversions(scene.order, link) for link in links(scene)] == [()]
    out = Link("lot:L1", "order:SO-1:1:L1", Decimal(100), "C62", "ship", order="SO-1", first=1, last=99)
    assert conversions(scene.order, out) == ()
