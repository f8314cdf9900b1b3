"""Random people split, merge and give away orders, and go on with what comes of them.

Whatever they do, every piece that was ever sent is with one order, our shelf knows the rest, no piece goes
through the same operation twice, each order's own invariants hold (`Scene` checks them), and a refusal changes
nothing anywhere.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from models.domain import commands as c
from models.domain.authority import OnBehalfOf
from models.domain.commands import Command
from models.domain.contract import Terms
from models.domain.evolve import fold
from models.domain.order import ENDED, Order, stage
from models.domain.pieces import OUT, SENT, Bucket, Took, line_of, lot_of, total
from models.domain.transfers import partners
from tests.domain.genealogies import nothing_unexplained
from tests.domain.naming import named
from tests.domain.orders import BUYER, PLAN, QUALITY, Scene, a_line, a_lot, issued

SOAK = settings.get_current_profile_name() == "soak"
RUNS = settings(
    max_examples=2000 if SOAK else 400,
    stateful_step_count=60 if SOAK else 20,
    deadline=None,
    derandomize=False,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
ZERO = Decimal(0)
LOTS = ("L1", "L2")
AGREED = Terms("st_1", "EUR", date(2026, 1, 1), minimum=Decimal(30), lot_charge=Decimal(7))
# The same part, another one in the same unit, and one counted in kilograms.
MADE_OF: list[dict[str, str]] = [{}, {"part": "BAR"}, {"part": "BAR", "unit": "KGM"}]
# Which of the orders, lines or lots; there are seldom so many, so it goes round.
which = st.integers(0, 11)
shares = st.one_of(st.integers(1, 9), st.integers(0, 60))
sometimes = st.booleans()
BEHALF = OnBehalfOf("s_contact", "phone")
far = st.integers(0, 6)


class Across(RuleBasedStateMachine):
    # Where the orders are made: here, or in a real database.
    begin = staticmethod(issued)
    scenes: dict[str, Scene]
    # How many of each lot there were, and what customers have of them.
    had: Decimal
    gone: dict[str, Decimal]

    @initialize(
        plan=sometimes,
        tracked=sometimes,
        made_of=st.sampled_from(MADE_OF),
        # Often so few that the orders soon want what is done already.
        had=st.sampled_from([30, 30, 60, 300]),
        steps=st.tuples(far, st.sampled_from([0, 0, 1, 3]), st.just(0)),
    )
    def issue(
        self, plan: bool, tracked: bool, made_of: dict[str, str], had: int, steps: tuple[int, int, int]
    ) -> None:
        """Three orders of the same lots, each as far along as its `steps` say; our shelf is one for all. Lot L1
        may be of what the part is made of."""
        lots = [a_lot("L1", had, **made_of), a_lot("L2", had)]
        self.had = Decimal(had)
        self.gone = dict.fromkeys(LOTS, ZERO)
        self.scenes = {}
        for number in ("SO-1", "SO-2", "SO-3"):
            lines = a_line(1, 60, [("L1", 40), ("L2", 20)]), a_line(2, 30, [("L2", 30)])
            plans = {2: PLAN} if plan else None
            scene = self.begin(
                *lines,
                lots=lots,
                draft={"number": number},
                plans=plans,
                contract=AGREED,
                by_serial=frozenset({1} if tracked else ()),
                materials=frozenset({"BAR"}),
                amounts={"BAR": Took(Decimal("0.333"), "KGM")},
            )
            if self.scenes:
                scene.beside(self.scenes["SO-1"])
            self.scenes[number] = scene
        for scene, done in zip(self.scenes.values(), steps, strict=True):
            name = scene.order.number
            beginning: list[Command] = [
                c.Acknowledge("accept"),
                c.Send((c.SendLine(1, Decimal(30), "L1"), c.SendLine(2, Decimal(10), "L2"))),
                c.ReportMilestone("REC"),
                c.Ship((c.ShipLine(1, Decimal(20), unprocessed=Decimal(3)),)),
                c.Receive(
                    (c.ReceiveLine(1, Decimal(15), Decimal(8), Decimal(4), unprocessed=Decimal(3)),),
                    f"{name}-P1",
                ),
                c.Disposition(f"{name}-N1", (c.DispositionLine(Decimal(2), "rework"),)),
            ]
            for command in beginning[:done]:
                self.ask(scene, command)

    @property
    def orders(self) -> list[Order]:
        return [scene.order for scene in self.scenes.values()]

    def scene(self, number: int) -> Scene:
        """One of those that go on, if there are any."""
        going = [scene for scene in self.scenes.values() if stage(scene.order) not in ENDED]
        found = going or list(self.scenes.values())
        return found[number % len(found)]

    def ask(self, scene: Scene, command: Command, **how: Any) -> None:
        latest = max(each.now for each in self.scenes.values())
        before = {number: each.order for number, each in self.scenes.items()}
        # What is offered to the order, or by it, concerns whoever is on the other side.
        concerned = dict.fromkeys([*how.pop("orders", ()), *sorted(partners(scene.order))])
        own = scene.order.number
        others = [each for name, each in self.scenes.items() if name in concerned and name != own]
        command = named(scene.order, command, 10 * len(scene.stream) + int(scene.order.number[-1]))
        sent = self.sent()
        scene.at(max(scene.now, latest)).when(command, others=others, **how)
        self.scenes |= scene.born if scene.refusal is None else {}
        if scene.refusal is not None:
            assert "{" not in scene.refusal.detail
            assert {number: each.order for number, each in self.scenes.items()} == before
        if isinstance(command, c.Split | c.Merge | c.Reassign):
            assert self.sent() == sent, "pieces were made or lost between orders"
        for number, ask in scene.asks if scene.refusal is None else ():
            self.ask(self.scenes[number], ask)
            assert self.scenes[number].refusal is None
        self.due_once()
        self.through_once()
        for draft in scene.drafts if scene.refusal is None else ():
            assert all(line.quantity > 0 for line in draft.lines)
        scene.drafts = ()

    def through_once(self) -> None:
        """All lines are for the same process: of no lot, more has gone through than there ever was. What came back
        as it went did not, what went straight on did at its end. Kilograms of bars are not pieces."""
        for lot in LOTS:
            if self.scenes["SO-1"].shelf[lot].unit != "C62":
                continue
            through = sum(
                (
                    total({at: pieces}, *SENT)
                    - total({at: pieces}, Bucket.RETURNED_UNPROCESSED, Bucket.FORWARDED)
                    for order in self.orders
                    for at, pieces in order.stock.items()
                    if lot_of(at) == lot
                ),
                ZERO,
            )
            assert through <= self.had, f"pieces of {lot} went through the same operation twice"

    def due_once(self) -> None:
        """One order at most charges the lots and the minimum of a line, however its parts went on."""
        leads = [
            line.parted.of
            for order in self.orders
            if not order.kin.successor
            for line in order.lines
            if line.parted is not None and line.parted.leads
        ]
        assert len(leads) == len(set(leads))

    def sent(self) -> dict[str, Decimal]:
        """How many pieces are with all orders together, by bucket."""
        return {bucket: sum((total(order.stock, bucket) for order in self.orders), ZERO) for bucket in Bucket}

    def place(self, order: Order, number: int, *buckets: Bucket) -> tuple[int, str, Decimal]:
        """A line, a lot and how many of it are in `buckets`."""
        found = [
            (line_of(at), lot_of(at), some)
            for at in order.stock
            if (some := total({at: order.stock[at]}, *buckets))
        ]
        return found[number % len(found)] if found else (1, "L1", Decimal(1))

    @rule(number=which)
    def accept(self, number: int) -> None:
        self.ask(self.scene(number), c.Acknowledge("accept"))

    @rule(
        number=which, line=st.sampled_from([1, 2]), lot=st.sampled_from(["L1", "L2"]), some=st.integers(1, 30)
    )
    def send(self, number: int, line: int, lot: str, some: int) -> None:
        scene = self.scene(number)
        lines = [item.line for item in scene.order.lines]
        chosen = lines[line % len(lines)]
        self.ask(scene, c.Send((c.SendLine(chosen, Decimal(some), lot),)))

    @rule(number=which, place=which)
    def arrive(self, number: int, place: int) -> None:
        self.ask(self.scene(number), c.ReportMilestone("REC"))

    @rule(number=which, place=which, raw=sometimes)
    def ship(self, number: int, place: int, raw: bool) -> None:
        scene = self.scene(number)
        line, lot, some = self.place(scene.order, place, Bucket.AT_SUPPLIER, Bucket.IN_TRANSIT_OUT)
        self.ask(scene, c.Ship((c.ShipLine(line, some, lot, some if raw else ZERO),)))

    @rule(
        number=which, place=which, onto=which, some=st.one_of(st.none(), st.none(), shares), taken=sometimes
    )
    def offer(self, number: int, place: int, onto: int, some: int | None, taken: bool) -> None:
        """Pieces go straight to another order; those with serial numbers all of a lot, or named."""
        scene, other = self.scene(number), self.scene(onto)
        line, lot, there = self.place(scene.order, place, Bucket.AT_SUPPLIER, Bucket.IN_TRANSIT_OUT)
        quantity = there if some is None else Decimal(some)
        lines = (c.ShipLine(line, quantity, lot, to_line=line),)
        command = c.Ship(lines, to_order=other.order.number)
        self.ask(scene, command, by=BUYER, on_behalf_of=BEHALF, orders=(other.order.number,))
        if taken and scene.refusal is None:
            self.ask(other, c.AnswerTransfer(list(other.order.transfers)[-1], "take"))

    @rule(number=which, which_one=which, taken=sometimes)
    def answer_an_offer(self, number: int, which_one: int, taken: bool) -> None:
        scene = self.scene(number)
        offers = [*scene.order.transfers] or ["SO-9-T1"]
        answer: Any = "take" if taken else "refuse"
        self.ask(scene, c.AnswerTransfer(offers[which_one % len(offers)], answer))

    @rule(number=which, place=which, rejected=st.integers(0, 3), more=st.integers(0, 1))
    def receive(self, number: int, place: int, rejected: int, more: int) -> None:
        scene = self.scene(number)
        line, lot, some = self.place(scene.order, place, *OUT)
        bad = min(some, Decimal(rejected))
        counted = c.ReceiveLine(line, some + more, some + more - bad, bad, lot)
        self.ask(scene, c.Receive((counted,), packing_slip=f"LS-{scene.order.version}"))

    @rule(number=which, place=which, what=st.sampled_from(["rework", "scrap", "return"]))
    def decide(self, number: int, place: int, what: Any) -> None:
        scene = self.scene(number)
        names = [item.nonconformance for item in scene.order.open_nonconformances]
        line, lot, some = self.place(scene.order, place, Bucket.REJECTED)
        if names:
            item = c.DispositionLine(some, what, line, lot)
            self.ask(scene, c.Disposition(names[place % len(names)], (item,)), by=QUALITY)

    @rule(number=which, line=st.sampled_from([1, 2]), more=st.integers(1, 60))
    def want_more(self, number: int, line: int, more: int) -> None:
        """Asked for, approved by somebody else and agreed to by the supplier."""
        scene = self.scene(number)
        known = scene.order.line(line) or scene.order.lines[0]
        wanted = c.ChangedLine(known.line, known.ordered + more)
        self.ask(scene, c.ProposeChange(c.Changes(lines=(wanted,)), "The customer wants more"))
        change = scene.order.open_change
        if scene.refusal is None and change is not None:
            self.ask(scene, c.DecideChange(change.change, "approve"))
            self.ask(scene, c.Acknowledge("accept", change=change.change))

    @rule(lot=st.sampled_from(LOTS), some=shares)
    def sell(self, lot: str, some: int) -> None:
        """A customer gets what is done of a lot."""
        done = sum(
            (
                total({at: pieces}, Bucket.ACCEPTED)
                for order in self.orders
                for at, pieces in order.stock.items()
                if lot_of(at) == lot
            ),
            ZERO,
        )
        leaves = min(Decimal(some), done - self.gone[lot])
        here = self.scenes["SO-1"].shelf[lot]
        # What is of another part comes back as a lot of its own.
        if here.part == "FLANGE" and 0 < leaves <= here.on_hand:
            self.scenes["SO-1"].use(lot, leaves)
            self.gone[lot] += leaves

    @rule(number=which, hours=st.integers(0, 90), told=sometimes)
    def time_passes(self, number: int, hours: int, told: bool) -> None:
        scene = self.scene(number)
        scene.at(max(each.now for each in self.scenes.values()) + timedelta(hours=hours))
        if told:
            self.ask(scene, c.PassDeadlines())

    @rule(number=which, parts=st.lists(shares, min_size=1, max_size=2), lots=sometimes, line=which)
    def split(self, number: int, parts: list[int], lots: bool, line: int) -> None:
        """So many of one line, or of its first lot, go onto each new order; the first keeps the rest."""
        scene = self.scene(number)
        order = scene.order
        chosen = order.lines[line % len(order.lines)]
        lot = chosen.lots[0].lot if lots and chosen.lots else ""
        others = [c.SplitChild((c.LineQuantity(chosen.line, Decimal(some), lot),)) for some in parts]
        left = {item.line: item.ordered for item in order.lines}
        left[chosen.line] -= sum(parts)
        first = c.SplitChild(tuple(c.LineQuantity(at, some) for at, some in left.items() if some > 0))
        self.ask(scene, c.Split((first, *others)))

    @rule(number=which, others=st.lists(which, min_size=1, max_size=2))
    def merge(self, number: int, others: list[int]) -> None:
        scene = self.scene(number)
        names = tuple(list(self.scenes)[other % len(self.scenes)] for other in others)
        known = tuple(dict.fromkeys(name for name in names if name != scene.order.number))
        self.ask(scene, c.Merge(names), orders=known)

    @rule(number=which, pieces=st.sampled_from(["return", "transfer"]), some=st.one_of(st.none(), shares))
    def reassign(self, number: int, pieces: Literal["return", "transfer"], some: int | None) -> None:
        scene = self.scene(number)
        line = scene.order.lines[0].line
        lines = () if some is None else (c.ReassignLine(line, Decimal(some), Decimal(1)),)
        self.ask(scene, c.Reassign("BETA", pieces, "The bath is down", lines))

    def teardown(self) -> None:
        if not hasattr(self, "scenes"):
            return
        here = sum((fact.on_hand for fact in self.scenes["SO-1"].shelf.values()), ZERO)
        sent = sum((total(order.stock, *SENT) for order in self.orders), ZERO)
        # What went straight to the next order is counted there, too.
        again = (Bucket.ACCEPTED, Bucket.RETURNED_UNPROCESSED, Bucket.FORWARDED)
        back = sum((total(order.stock, *again) for order in self.orders), ZERO)
        here += sum(self.gone.values(), ZERO)
        if self.scenes["SO-1"].shelf["L1"].part == "FLANGE":
            assert here + sent - back == self.had * len(LOTS), "a piece is nowhere, or in two places"
        nothing_unexplained(dict.fromkeys(LOTS, int(self.had)), *self.scenes.values())
        for scene in self.scenes.values():
            assert fold(scene.stream) == scene.order


Across.TestCase.settings = RUNS
TestAcross = Across.TestCase
