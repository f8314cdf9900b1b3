"""A piece goes through an operation once, though it came back under the name of the lot it was sent as."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from models.domain import commands as c
from models.domain.pieces import OUT, Bucket, total
from models.domain.unfinished import Unfinished, unfinished
from models.domain.worked import Been, Passage, Step, Way, done_on, worked
from tests.domain.asking import (
    accept,
    agree,
    approve,
    change,
    changed,
    receive,
    report,
    send,
    ship,
)
from tests.domain.orders import Scene, a_line, a_lot, given, issued, parametrize

D = Decimal
HEAT, PLATE = Step("WO-1", 20, "HEAT"), Step("WO-1", 30, "PLATE")
AGAIN = Step("WO-1", 40, "PLATE")
OTHER, REWORK = Step("WO-2", 10, "PLATE"), Step("WO-3", 10, "PLATE", "REWORK")
SENT, ACCEPTED, BACK, LEFT = Way.SENT, Way.ACCEPTED, Way.UNPROCESSED, Way.LEFT


@parametrize(
    ("one", "other", "repeats"),
    (PLATE, PLATE, True),
    (PLATE, replace(PLATE, process="PLATE-2"), True),
    # One work order may want a process twice.
    (PLATE, AGAIN, False),
    (PLATE, OTHER, True),
    (PLATE, HEAT, False),
    (HEAT, OTHER, False),
    (PLATE, REWORK, False),
    (REWORK, PLATE, False),
    (REWORK, REWORK, True),
)
def test_which_operations_do_the_same_to_a_piece(one: Step, other: Step, repeats: bool) -> None:
    assert one.repeats(other) is repeats


@parametrize(
    ("been", "order"),
    ((), ""),
    ((Been("SO-1", PLATE, Bucket.ACCEPTED),), "SO-1"),
    ((Been("SO-1", OTHER, Bucket.ACCEPTED),), "SO-1"),
    ((Been("SO-1", HEAT, Bucket.ACCEPTED), Been("SO-2", REWORK, Bucket.ACCEPTED)), ""),
    ((Been("SO-1", PLATE, Bucket.RETURNED_UNPROCESSED),), ""),
    # It went straight on to the next operation, or to somebody else for the same one, who says what became of it.
    ((Been("SO-1", PLATE, Bucket.FORWARDED), Been("SO-2", AGAIN, Bucket.ACCEPTED)), "SO-1"),
    ((Been("SO-1", PLATE, Bucket.FORWARDED), Been("SO-2", PLATE, Bucket.RETURNED_UNPROCESSED)), ""),
    ((Been("SO-1", PLATE, Bucket.FORWARDED), Been("SO-2", PLATE, Bucket.ACCEPTED)), "SO-2"),
)  # fmt: skip
def test_where_a_piece_with_a_number_was_done(been: tuple[Been, ...], order: str) -> None:
    found = done_on(PLATE, been)
    assert (found.order if found is not None else "") == order


def told(*passages: tuple[Way, int] | tuple[Way, int, Step]) -> list[Passage]:
    return [
        Passage(each[0], D(each[1]), each[2] if len(each) > 2 else None if each[0] is LEFT else PLATE, "SO-1")
        for each in passages
    ]


@parametrize(
    ("here", "passages", "done", "unprocessed"),
    (20, (), 0, 0),
    (20, ((SENT, 20), (ACCEPTED, 20)), 20, 0),
    (80, ((SENT, 60), (ACCEPTED, 20), (BACK, 20)), 20, 20),
    # What came back as it went is the first to go again.
    (70, ((SENT, 60), (ACCEPTED, 20), (BACK, 20), (SENT, 10)), 20, 10),
    # What leaves is done, as far as there is some; what left before was not.
    (90, ((SENT, 20), (ACCEPTED, 20), (LEFT, 10)), 10, 0),
    (60, ((SENT, 20), (ACCEPTED, 20), (LEFT, 40)), 0, 0),
    (90, ((LEFT, 10), (SENT, 20), (ACCEPTED, 20)), 20, 0),
    # Rejected after it was accepted, it is not here; reworked, it is again.
    (15, ((SENT, 20), (ACCEPTED, 20), (Way.DOUBTED, 5)), 15, 0),
    (20, ((SENT, 20), (ACCEPTED, 20), (Way.DOUBTED, 5), (ACCEPTED, 5)), 20, 0),
    # A sending typed wrongly is none.
    (20, ((SENT, 5), (Way.NOT_SENT, 5)), 0, 0),
    # The next operation takes what is done, and brings it back as done.
    (90, ((SENT, 20), (ACCEPTED, 20), (SENT, 10, AGAIN)), 10, 0),
    (95, ((SENT, 20), (ACCEPTED, 20), (SENT, 10, AGAIN), (ACCEPTED, 5, AGAIN)), 15, 0),
    (95, ((SENT, 20), (ACCEPTED, 20), (SENT, 10, AGAIN), (BACK, 5, AGAIN)), 15, 0),
    # One that comes before takes what is not done.
    (40, ((SENT, 20), (ACCEPTED, 20), (SENT, 60, HEAT)), 20, 0),
    (10, ((SENT, 20), (ACCEPTED, 20), (SENT, 90, HEAT)), 10, 0),
    # Another job's operation of the same process has done them too, rework does it again.
    (20, ((SENT, 20, OTHER), (ACCEPTED, 20, OTHER)), 20, 0),
    (20, ((SENT, 20, REWORK), (ACCEPTED, 20, REWORK)), 0, 0),
    # More than was ever sent, of a lot that was counted wrongly: no more than there is.
    (4, ((ACCEPTED, 6),), 4, 0),
)  # fmt: skip
def test_what_of_a_lot_is_done(
    here: int, passages: tuple[tuple[Way, int]], done: int, unprocessed: int
) -> None:
    found = worked(D(here), told(*passages), PLATE)
    assert (found.done, found.unprocessed) == (done, unprocessed)
    assert found.orders == (("SO-1",) if done else ())


def test_what_went_straight_on_comes_back_done_with_both() -> None:
    passages = [
        Passage(SENT, D(20), HEAT, "SO-1"),
        Passage(Way.HANDED_ON, D(20), PLATE, "SO-2", HEAT),
        Passage(ACCEPTED, D(15), PLATE, "SO-2"),
    ]
    assert worked(D(95), passages, HEAT).done == 15
    assert worked(D(95), passages, PLATE).done == 15


@parametrize(
    ("here", "passages", "running", "found"),
    # Nothing of it was ever sent out: it may leave as it is.
    (20, (), (), Unfinished(D(0), (), D(20))),
    (20, ((SENT, 20), (ACCEPTED, 20)), (PLATE,), Unfinished(D(0), (), D(20))),
    (10, ((SENT, 10), (ACCEPTED, 6), (BACK, 4)), (PLATE,), Unfinished(D(4), ("SO-1",), D(6), PLATE)),
    # Nobody is going to send it any more.
    (10, ((SENT, 10), (ACCEPTED, 6), (BACK, 4)), (), Unfinished(D(0), (), D(6), PLATE)),
    # Never sent, of a lot of which some were.
    (16, ((SENT, 10), (ACCEPTED, 6)), (PLATE,), Unfinished(D(0), (), D(6), PLATE)),
    # Done with one operation, and another is ordered.
    (20, ((SENT, 20, HEAT), (ACCEPTED, 20, HEAT)), (PLATE,), Unfinished(D(0), (), D(0), PLATE)),
    # Rework is for some pieces only.
    (20, ((SENT, 20), (ACCEPTED, 20), (SENT, 5, REWORK), (ACCEPTED, 5, REWORK)), (REWORK,), Unfinished(D(0), (), D(20))),
    (10, ((SENT, 10), (Way.NOT_SENT, 10)), (PLATE,), Unfinished(D(0), (), D(10))),
)  # fmt: skip
def test_what_may_leave_for_a_customer(
    here: int, passages: tuple[tuple[Way, int]], running: tuple[Step, ...], found: Unfinished
) -> None:
    assert unfinished(D(here), told(*passages), running, running) == found


# --- an order


def twenty(*steps: c.Command) -> Scene:
    """20 of L1 went out and came back under its name."""
    line = a_line(1, 20, [("L1", 20)])
    return given(issued(line, lots=[a_lot("L1", 20)]), accept(), send(20), ship(20), receive(20), *steps)


def more(scene: Scene, quantity: int = 30) -> Scene:
    return given(scene, change(changed(1, quantity)), approve(), agree())


def test_finished_pieces_do_not_go_out_again_when_more_is_ordered() -> None:
    scene = more(twenty())
    scene.when(send(10, "L1")).refused(
        "send.already_done", "lines.0.quantity", lot="L1", left=0, here=20, done=20, orders="SO-1"
    )


def test_what_is_raw_of_a_lot_may_go_beside_what_is_done() -> None:
    line = a_line(1, 60, [("L1", 60)])
    scene = given(issued(line, lots=[a_lot("L1", 100)]), accept(), send(20), ship(20), receive(20))
    scene = more(scene, 120)
    scene.when(send(81, "L1")).refused("send.already_done", left=80, done=20)
    given(scene, send(80, "L1")).then(accepted=20, in_transit_out=80)


def test_what_came_back_as_it_went_may_go_again() -> None:
    line = a_line(1, 20, [("L1", 20)])
    scene = given(issued(line, lots=[a_lot("L1", 20)]), accept(), send(20), ship(20, unprocessed=5))
    given(scene, receive(15, unprocessed=5), send(5, "L1")).then(accepted=15, in_transit_out=5)


def test_what_left_since_was_done() -> None:
    line = a_line(1, 20, [("L1", 20)])
    scene = given(issued(line, lots=[a_lot("L1", 30)]), accept(), send(20), ship(20), receive(20))
    more(scene.use("L1", 20)).when(send(10, "L1")).then(accepted=20, in_transit_out=10)


def test_what_left_before_was_not() -> None:
    line = a_line(1, 20, [("L1", 20)])
    scene = given(issued(line, lots=[a_lot("L1", 30)]).use("L1", 10), accept(), send(20), ship(20))
    more(given(scene, receive(20))).when(send(1, "L1")).refused("send.already_done", left=0)


def test_rejected_pieces_that_were_reworked_are_done() -> None:
    scene = more(twenty(report(5)))
    scene.when(send(1, "L1")).refused("send.already_done", left=0, here=15, done=15)


def test_another_order_for_the_same_operation_takes_what_is_raw_only() -> None:
    """60 of 100 went out and 20 came back done: 40 are left for whoever goes on."""
    line = a_line(1, 60, [("L1", 60)])
    old = given(issued(line, lots=[a_lot("L1", 100)]), accept(), send(60), ship(20), receive(20))
    new = given(issued(line, draft={"number": "SO-2", "supplier": "BETA"}).beside(old), accept())
    new.when(send(60, "L1")).refused("send.already_done", left=40, here=60, done=20, orders="SO-1")
    given(new, send(40, "L1")).then(in_transit_out=40)


@parametrize(
    ("work_order", "operation", "order_type", "code"),
    ("WO-1", 40, "MTO", ""),
    ("WO-2", 10, "MTO", "send.already_done"),
    ("WO-2", 10, "REWORK", ""),
)
def test_another_operation_may_do_them_again(
    work_order: str, operation: int, order_type: str, code: str
) -> None:
    old = twenty()
    line = replace(a_line(1, 20, [("L1", 20)]), work_order=work_order, operation=operation)
    new = given(issued(line, draft={"number": "SO-2", "type": order_type}).beside(old), accept())
    new.when(send(20, "L1"))
    if code:
        new.refused(code, left=0, orders="SO-1")
    else:
        new.then(in_transit_out=20)


def test_pieces_that_come_back_as_another_lot_leave_the_first_as_it_was() -> None:
    line = a_line(1, 20, [("L1", 20)])
    scene = given(issued(line, lots=[a_lot("L1", 30)]), accept(), send(20), ship(20))
    scene = more(given(scene, receive(20, output_lot="L1-P")))
    scene.when(send(10, "L1-P")).refused("send.already_done", left=0, done=20)
    given(scene, send(10, "L1")).then(accepted=20, in_transit_out=10)


def test_out_and_done_are_never_more_than_the_lot_had() -> None:
    scene = more(twenty(), 40)
    for _ in range(2):
        scene.when(send(20, "L1")).refused("send.already_done")
    assert total(scene.order.stock, *OUT, Bucket.ACCEPTED) == 20
