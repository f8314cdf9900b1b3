"""split: an order becomes several; what was sent goes on with the first, and no piece is made or lost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from models.domain import events as e
from models.domain.commands import Cancel, Hold, LineOnly, LineQuantity, ShortClose, Split, SplitChild
from models.domain.deadlines import next_deadline
from models.domain.evolve import fold, lot_changes
from models.domain.genealogy import edges
from models.domain.order import Answer, Order
from models.domain.pieces import SENT, Bucket, total
from models.domain.purpose import why_pointless
from models.domain.records import PlannedLot
from models.domain.settlement import cost_of, total_of
from tests.domain.asking import (
    accept,
    arrived,
    change,
    changed,
    decline,
    dispose,
    document,
    inspect,
    judge,
    lose,
    over,
    receive,
    release,
    send,
    ship,
    some,
)
from tests.domain.orders import NEED_BY, PLAN, PLANNER, Scene, a_line, a_lot, given, issued, parametrize

TWO_LINES = (a_line(1, 100, [("L1", 60), ("L2", 40)]), a_line(2, 50, [("L3", 50)]))


def split(*children: Iterable[LineQuantity]) -> Split:
    """`split([some(1, 70)], [some(1, 30)])`"""
    return Split(tuple(SplitChild(tuple(lines)) for lines in children))


def halves(first: int = 60, second: int = 40) -> Split:
    return split([some(1, first)], [some(1, second)])


def children(scene: Scene) -> list[Scene]:
    return list(scene.then().born.values())


def pieces(*orders: Order) -> dict[str, Decimal]:
    """Where the pieces of all orders together are."""
    return {bucket: sum(total(order.stock, bucket) for order in orders) for bucket in Bucket}


def test_the_new_orders_have_the_terms_and_the_answer_of_the_old_one() -> None:
    scene = given(issued(), accept(promise=NEED_BY))
    first, second = children(scene.when(halves()).happened(e.OrderSplit))
    scene.then("cancelled")
    assert scene.order.kin.superseded_by == ("SO-1-1", "SO-1-2")
    assert next_deadline(scene.order) is None
    assert [child.order.lines[0].ordered for child in (first, second)] == [60, 40]
    assert [child.order.lines[0].lots for child in (first, second)] == [
        (PlannedLot("L1", Decimal(60), "H1"),),
        (PlannedLot("L1", Decimal(40), "H1"),),
    ]
    for child, sibling in ((first, second), (second, first)):
        child.then("acknowledged")
        assert child.order.answer is Answer.ACCEPTED
        assert (child.order.promise_first, child.order.need_by) == (NEED_BY, NEED_BY)
        assert child.order.kin.split_from == "SO-1"
        assert child.order.kin.siblings == (sibling.order.number,)
    given(first, send(60, "L1")).then("acknowledged", in_transit_out=60)
    given(second, send(40, "L1"), arrived()).then("in_process", at_supplier=40)
    second.when(send(1, "L1")).refused("send.more_than_ordered")


def test_one_that_nobody_answered_is_still_to_be_answered() -> None:
    for child in children(issued().when(halves())):
        child.then("issued")
        given(child, accept()).then("acknowledged")


def busy() -> Scene:
    """Pieces of one order in every bucket there is at once."""
    scene = issued(*TWO_LINES, lots=[a_lot("L1", 60), a_lot("L2", 40), a_lot("L3", 50)], plans={1: PLAN})
    given(scene, accept(), send(60, "L1"), send(20, "L2"), arrived(), inspect(), release())
    given(
        scene, ship(50, "L1"), receive(30, rejected=12, pending=5, unprocessed=3, lot="L1", output_lot="L1-P")
    )
    given(
        scene, dispose(rework=2, scrap=1, return_=1), ship(10, "L2"), lose(4, "L2", from_="in_transit_back")
    )
    return given(scene, document())


def test_the_first_goes_on_with_every_piece_where_it_is() -> None:
    scene = busy()
    before, number = pieces(scene.order), total(scene.order.stock, *SENT)
    stock = {at: held for at, held in scene.order.stock.items() if held}
    shelf = {lot: fact.on_hand for lot, fact in scene.shelf.items()}
    first, second = children(scene.when(split([some(1, 90), some(2, 10)], [some(1, 10), some(2, 40)])))
    assert {at: held for at, held in first.order.stock.items() if held} == stock
    assert total(scene.order.stock, *Bucket) == 0
    assert pieces(scene.order, first.order, second.order) == before
    assert total(first.order.stock, *SENT) == number
    assert {lot: fact.on_hand for lot, fact in scene.shelf.items()} == shelf
    assert lot_changes(first.order, first.events).keys() == lot_changes(scene.order, scene.events).keys()
    assert fold(first.stream) == first.order
    assert not any(total(second.order.stock, bucket) for bucket in Bucket)


def test_what_was_open_goes_on_with_the_first() -> None:
    scene = busy()
    nonconformance = next(iter(scene.order.nonconformances))
    first, second = children(scene.when(split([some(1, 90), some(2, 10)], [some(1, 10), some(2, 40)])))
    scene.happened(e.OrderSplit)
    assert not list(scene.order.open_nonconformances)
    assert [item.nonconformance for item in first.order.open_nonconformances] == [nonconformance]
    assert list(first.order.documents) == list(busy().order.documents)
    assert (second.order.documents, second.order.nonconformances, second.order.parcels) == ({}, {}, {})
    given(first, receive(10, parcel="SO-1-P2", lot="L2"))
    given(
        first,
        dispose(nonconformance, scrap=8),
        judge("L1", accepted=5),
        ship(2, "L1", nonconformance=nonconformance),
    )
    # Its own numbers go on behind those it took over.
    assert list(first.order.parcels) == ["SO-1-P1", "SO-1-P2", "SO-1-1-P3"]


def test_the_genealogy_runs_on_from_the_old_order_into_the_first() -> None:
    scene = busy()
    first, _ = children(scene.when(split([some(1, 90), some(2, 10)], [some(1, 10), some(2, 40)])))
    (taken,) = [event for event in first.events if isinstance(event, e.PiecesTakenOver)]
    found = [(edge.from_node, edge.to_node, edge.how) for edge in edges(first.order, taken)]
    assert set(found) == {
        ("order:SO-1:1:L1", "order:SO-1-1:1:L1", "split"),
        ("order:SO-1:1:L2", "order:SO-1-1:1:L2", "split"),
    }
    out = total(
        first.order.stock, Bucket.IN_TRANSIT_OUT, Bucket.AT_SUPPLIER, Bucket.IN_TRANSIT_BACK, Bucket.LOST
    )
    assert sum(edge.quantity for edge in edges(first.order, taken)) == out
    assert list(edges(scene.order, scene.events[0])) == []


def test_lots_are_shared_out_as_named_and_else_in_their_sequence() -> None:
    def lots(*wish: Iterable[LineQuantity]) -> list[dict[str, int]]:
        scene = issued(*TWO_LINES, lots=[a_lot("L1", 60), a_lot("L2", 40), a_lot("L3", 50)])
        return [
            {lot.lot: int(lot.quantity) for line in child.order.lines for lot in line.lots}
            for child in children(scene.when(split(*wish)))
        ]

    assert lots([some(1, 70), some(2, 50)], [some(1, 30)]) == [{"L1": 60, "L2": 10, "L3": 50}, {"L2": 30}]
    assert lots([some(1, 50, "L1"), some(2, 20)], [some(1, 50), some(2, 30)]) == [
        {"L1": 50, "L3": 20},
        {"L1": 10, "L2": 40, "L3": 30},
    ]


def test_a_lot_that_was_sent_stays_with_its_pieces() -> None:
    scene = given(
        issued(*TWO_LINES, lots=[a_lot("L1", 60), a_lot("L2", 40), a_lot("L3", 50)]), accept(), send(40, "L2")
    )
    named = split([some(1, 40, "L1"), some(2, 50)], [some(1, 20, "L1"), some(1, 40, "L2")])
    scene.when(named).refused("split.sent_lot", "children.0.lines", lot="L2", sent=40).then_nothing(
        "acknowledged"
    )
    first, second = children(scene.when(split([some(1, 40), some(2, 50)], [some(1, 60)])))
    assert [lot.lot for lot in first.order.lines[0].lots] == ["L2"]
    assert [lot.lot for lot in second.order.lines[0].lots] == ["L1"]


@parametrize(
    "wish, code, field",
    (halves(60, 30), "split.sum", "children"),
    (halves(60, 50), "split.sum", "children"),
    (split([some(1, 100)]), "split.count", "children"),
    (split([some(1, 100)], []), "lines.empty", "children.1.lines"),
    (split([some(1, 60)], [some(2, 40)]), "line.unknown", "children.1.lines.0.line"),
    (split([some(1, 100)], [some(1, 0)]), "quantity.zero", "children.1.lines.0.quantity"),
    (split([some(1, 60)], [some(1, 40, "L9")]), "split.lot", "children.1.lines.0.lot"),
    (split([some(1, 60)], [some(1, 20), some(1, 20)]), "line.repeated", "children.1.lines.1.line"),
    (halves(20, 80), "split.sent", "children.0.lines"),
)
def test_a_wish_that_does_not_add_up_is_refused(wish: Split, code: str, field: str) -> None:
    given(issued(), accept(), send(30)).when(wish).refused(code, field).then_nothing("acknowledged")


def test_giving_the_first_less_than_was_sent_says_how_many_it_needs() -> None:
    given(issued(), accept(), send(30)).when(halves(29, 71)).refused("split.sent", sent=30)
    given(issued(), accept(), send(30)).when(halves(30, 70)).then("cancelled")


def test_nothing_is_split_while_something_is_open_or_waits() -> None:
    given(issued(), accept(), change(changed(1, 80))).when(halves()).refused("change.open")
    given(issued(), Hold("drawing")).when(halves()).refused("order.hold")
    given(issued(), accept(), send(10), Cancel("x")).when(halves()).refused("order.cancelling")
    given(issued(), decline()).when(halves()).refused("order.stage")
    issued().when(halves(), pending=1).refused("split.pending", count=1)
    issued().when(halves(), by=PLANNER).refused("forbidden.role")


def test_a_line_closed_short_stays_with_the_first() -> None:
    scene = given(issued(*TWO_LINES), accept(), send(10, "L1"), ShortClose((LineOnly(1),), "Enough"))
    scene.when(split([some(1, 60), some(2, 25)], [some(1, 40), some(2, 25)])).refused("split.short_closed")
    first, second = children(scene.when(split([some(1, 100), some(2, 25)], [some(2, 25)])))
    assert [line.line for line in second.order.lines] == [2]
    assert first.order.lines[0].short_closed


def test_an_order_of_which_all_was_sent_is_not_offered_to_be_split() -> None:
    scene = given(issued(), accept(), send(60))
    assert why_pointless(scene.order, "split") is None
    found = why_pointless(given(scene, send(40)).order, "split")
    assert found is not None
    assert found.code == "split.all_sent"


def test_pieces_counted_beyond_go_along() -> None:
    scene = given(issued(), accept(), send(40), ship(40), receive(43))
    first, _ = children(scene.when(halves()))
    first.then("receiving", accepted=40, over=3)
    given(first, over("return", 3)).then("receiving", accepted=40)


def test_the_clock_of_the_first_goes_on_where_it_was() -> None:
    scene = given(issued(), accept(), send(30))
    due = next_deadline(scene.order)
    first, second = children(scene.at(scene.now + timedelta(hours=1)).when(halves()))
    assert next_deadline(first.order) == next_deadline(second.order) == due


def test_a_part_is_needed_when_the_latest_of_its_lines_is() -> None:
    scene = issued(*TWO_LINES)
    early = NEED_BY - timedelta(days=7)
    first_line, second_line = scene.order.lines
    scene.state = replace(
        scene.order, lines=(replace(first_line, need_by=early), replace(second_line, delivery_of=1))
    )
    first, second = children(scene.when(split([some(1, 100)], [some(2, 50)])))
    assert (first.order.need_by, first.order.lines[0].need_by) == (early, None)
    assert (second.order.need_by, second.order.lines[0].delivery_of) == (NEED_BY, 0)


def test_what_was_accepted_before_is_paid_with_the_first_and_with_nobody_else() -> None:
    scene = given(issued(), accept(), send(60), ship(60), receive(60))
    before = total_of(cost_of(scene.order))
    first, second = children(scene.when(halves()).happened(e.OrderSplit))
    assert before > 0
    assert [total_of(cost_of(each.order)) for each in (scene, first, second)] == [0, before, 0]
