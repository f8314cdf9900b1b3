"""Random people at two orders between which parts go straight: not a piece more or less over both, ever.

Each step is asked of one of the two, now and then again, or on a version that has passed.
`SENDOUT_HYPOTHESIS=soak` runs it for long.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import settings as often
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from models.domain import commands as c
from models.domain import events as e
from models.domain.evolve import fold
from models.domain.pieces import OUT, SENT, Bucket, total
from models.domain.transfers import coming, leaving
from tests.domain import invariants
from tests.domain.asking import accept, inspect, release, send
from tests.domain.orders import ADMIN, PLAN, Scene, a_line, a_lot, issued
from tests.domain.test_machine import RUNS, SOAK

SENT_OUT = Decimal(100)
portions = st.integers(1, 60).map(Decimal)
few = st.sampled_from([0, 0, 0, 1, 2]).map(Decimal)
sides = st.booleans()


class TwoOrders(RuleBasedStateMachine):
    """Lots L1 and L2 are sent to the first order; the second one takes what goes on, and has a lot of its own."""

    one: Scene
    other: Scene
    last: tuple[bool, c.Command, dict[str, Any]] | None = None

    @initialize(planned=st.booleans(), room=st.sampled_from([40, 100, 150]), arrived=st.booleans())
    def begin(self, planned: bool, room: int, arrived: bool) -> None:
        first = a_line(1, 100, [("L1", 60), ("L2", 40)])
        self.one = issued(
            first,
            lots=[a_lot("L1", 60), a_lot("L2", 40), a_lot("L3", 20)],
            plans={1: PLAN} if planned else None,
        )
        line = replace(a_line(1, room, [("L3", 20)]), operation=40)
        self.other = issued(line, draft={"number": "SO-2", "supplier": "NEXT"})
        self.other.beside(self.one)
        for command in (accept(), send(60, "L1"), send(40, "L2")):
            self.one.when(command).then()
        self.other.when(accept()).then()
        if arrived:
            self.one.when(c.ReportMilestone("REC")).then()
        if planned:
            self.one.when(inspect()).then()
            self.one.when(release()).then()

    def ask(self, second: bool, command: c.Command, **how: Any) -> None:
        asked, beside = (self.other, self.one) if second else (self.one, self.other)
        before = asked.order, beside.order
        self.last = second, command, how
        asked.when(command, others=[beside], **how)
        if asked.refusal is not None:
            assert asked.refusal.code
            assert "{" not in asked.refusal.detail
            assert (asked.order, beside.order) == before, "a refusal changes nobody"

    @rule(
        quantity=portions,
        lot=st.sampled_from(["", "L1", "L2"]),
        tested=few,
        to_line=st.sampled_from([None, 1, 2]),
    )
    def offer(self, quantity: Decimal, lot: str, tested: Decimal, to_line: int | None) -> None:
        line = c.ShipLine(1, quantity, lot, tested=tested, to_line=to_line)
        self.ask(False, c.Ship((line,), "DHL", "T-77", to_order="SO-2"))

    @precondition(lambda self: self.other.order.transfers)
    @rule(which=st.integers(0, 9), take=st.sampled_from([True, True, False]))
    def answer(self, which: int, take: bool) -> None:
        names = list(self.other.order.transfers)
        self.ask(True, c.AnswerTransfer(names[which % len(names)], "take" if take else "refuse"))

    @rule(second=sides, quantity=st.one_of(st.none(), portions))
    def arrive(self, second: bool, quantity: Decimal | None) -> None:
        lines = () if quantity is None else (c.LineQuantity(1, quantity),)
        self.ask(second, c.ReportMilestone("REC", lines=lines))

    @rule(second=sides, quantity=portions, tested=few)
    def ship_back(self, second: bool, quantity: Decimal, tested: Decimal) -> None:
        self.ask(second, c.Ship((c.ShipLine(1, quantity, tested=tested),)))

    @rule(second=sides, counted=portions, rejected=few)
    def receive(self, second: bool, counted: Decimal, rejected: Decimal) -> None:
        bad = min(counted, rejected)
        line = c.ReceiveLine(1, counted, counted - bad, bad)
        self.ask(second, c.Receive((line,), additional=True))

    @rule(quantity=portions)
    def send_ours(self, quantity: Decimal) -> None:
        self.ask(True, send(min(quantity, Decimal(20)), "L3"))

    @rule(second=sides, quantity=portions)
    def lose(self, second: bool, quantity: Decimal) -> None:
        self.ask(second, c.DeclareLoss((c.LossLine(1, quantity),), "Truck burnt"))

    @rule(second=sides, back=st.integers(0, 6))
    def correct(self, second: bool, back: int) -> None:
        scene = self.other if second else self.one
        self.ask(second, c.Correct(max(1, scene.order.version - back), "Typed wrongly"))

    @rule(
        second=sides,
        command=st.sampled_from([c.Hold("Drawing"), c.Resume(), c.Cancel("Not needed"), c.Close()]),
    )
    def stop_or_go(self, second: bool, command: c.Command) -> None:
        self.ask(second, command, by=ADMIN)

    @rule(second=sides, lot=st.sampled_from(["L1", "L2"]), held=st.booleans())
    def hold_lot(self, second: bool, lot: str, held: bool) -> None:
        self.one.shelf[lot] = replace(
            self.one.shelf[lot], held=held, hold_reason="Suspect heat" if held else ""
        )

    @precondition(lambda self: self.last is not None)
    @rule(stale=st.booleans())
    def again(self, stale: bool) -> None:
        """The same request a second time, sometimes by who has looked at an older version."""
        assert self.last is not None
        second, command, how = self.last
        scene = self.other if second else self.one
        if stale:
            how = {**how, "if_match": max(1, scene.order.version - 1)}
            self.ask(second, command, **how)
            assert scene.refusal is not None
            assert scene.refusal.code in ("order.version", "forbidden.supplier", "on_behalf_of.missing")
            self.last = None
        else:
            self.ask(second, command, **how)

    @invariant()
    def nothing_is_made_or_lost_over_both(self) -> None:
        one, other = self.one.order, self.other.order
        invariants.check_pair(one, other)
        invariants.check_pair(other, one)
        ours = sum(
            (
                move.quantity
                for _, _, event in self.other.stream
                if isinstance(event, e.TransferTaken)
                for move in event.moves
            ),
            Decimal(0),
        )
        assert ours == total(one.stock, Bucket.FORWARDED), "what one gave away the other was sent"
        gone = sum(
            (fact.on_hand for name, fact in self.one.shelf.items() if name in ("L1", "L2")), Decimal(0)
        )
        assert gone >= 0
        assert total(one.stock, *SENT) <= SENT_OUT or total(one.stock, Bucket.OVER)
        for order in (one, other):
            waiting = sum((each.quantity for each in leaving(order)), Decimal(0))
            assert waiting <= total(order.stock, *OUT)
            assert order.end is None or not coming(order), "an order ended while pieces wait to go there"

    def teardown(self) -> None:
        for scene in (self.one, self.other) if hasattr(self, "other") else ():
            assert fold(scene.stream) == scene.order


TestTwoOrders = TwoOrders.TestCase
# One order has most of the sequences: here only what goes between the two is new.
TestTwoOrders.settings = RUNS if SOAK else often(RUNS, max_examples=500)
