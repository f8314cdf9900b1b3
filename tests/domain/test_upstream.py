"""A later outside operation works with what the one before it was accepted for, while that one goes on."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from models.domain.commands import Send, SendLine
from models.domain.facts import Facts
from models.domain.upstream import Ordered, Upstream, before
from tests.domain.asking import accept, send
from tests.domain.orders import Scene, a_line, a_lot, given, issued

D = Decimal


@pytest.mark.parametrize(
    ("ordered", "found"),
    [
        ([], None),
        # Nobody ordered what comes before.
        ([Ordered(30, "SO-2")], None),
        ([Ordered(40, "SO-3")], None),
        ([Ordered(20, "SO-1")], Upstream(20, ("SO-1",), D(0), D(0))),
        # The last one before it that is ordered, over all its orders.
        (
            [Ordered(10, "SO-0", D(99)), Ordered(20, "SO-2", D(5)), Ordered(20, "SO-1", D(7), D(40))],
            Upstream(20, ("SO-1", "SO-2"), D(12), D(0)),
        ),
        # What this operation was sent, on whichever order, is no longer usable.
        (
            [Ordered(20, "SO-1", D(50)), Ordered(30, "SO-2", D(1), D(20)), Ordered(30, "SO-3", D(0), D(10))],
            Upstream(20, ("SO-1",), D(50), D(30)),
        ),
        # An order one may not know of counts, unnamed.
        ([Ordered(20, "", D(50))], Upstream(20, (), D(50), D(0))),
    ],
)
def test_an_operation_waits_for_the_last_one_before_it(
    ordered: list[Ordered], found: Upstream | None
) -> None:
    assert before(30, ordered) == found


@pytest.mark.parametrize(
    ("accepted", "taken", "usable"), [("50", "20", "30"), ("50", "50", "0"), ("40", "50", "0")]
)
def test_usable_is_what_was_accepted_and_did_not_go_on(accepted: str, taken: str, usable: str) -> None:
    assert Upstream(20, ("SO-1",), D(accepted), D(taken)).usable == D(usable)


def two_lines(usable: int, command: Send) -> Scene:
    """Both lines are for one operation, which may go on with so many pieces of operation 20."""
    lines = [replace(a_line(n, lots=[(f"L{n}", 100)]), work_order="WO-1") for n in (1, 2)]
    scene = given(issued(*lines, lots=[a_lot("L1", 100), a_lot("L2", 100)]), accept())
    waits = Upstream(20, ("SO-1",), D(usable), D(0))
    return scene.when(command, facts=Facts(lots=scene.shelf, upstream={1: waits, 2: waits}))


def both(first: int, second: int) -> Send:
    return Send((SendLine(1, D(first), "L1"), SendLine(2, D(second), "L2")))


def test_what_is_usable_may_go_while_the_order_before_goes_on() -> None:
    two_lines(60, both(20, 40)).then(in_transit_out=60)


@pytest.mark.parametrize(
    ("command", "field", "left"),
    [
        (send(61, "L1"), "lines.0.quantity", 60),
        (both(20, 41), "lines.1.quantity", 40),
        (both(60, 1), "lines.1.quantity", 0),
    ],
)
def test_more_than_is_usable_is_refused_naming_the_order_before(command: Send, field: str, left: int) -> None:
    refused = two_lines(60, command).refused("send.not_accepted", field, left=left, orders="SO-1")
    assert refused.refusal is not None
    assert "accepted after operation 20" in refused.refusal.detail
