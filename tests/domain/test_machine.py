"""Random people send random commands, legal and illegal, to one order while time passes.

Whatever they do, `invariants` hold after every step (`Scene` checks them), nothing but a refusal is
raised, a refusal changes nothing, and the stream folds to the state it was written with.
`SENDOUT_HYPOTHESIS=soak` runs it for long.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from models.codec import dump_order, load_event, load_order, plain
from models.domain import commands as c
from models.domain.authority import SYSTEM, Actor, OnBehalfOf, Role
from models.domain.commands import Command
from models.domain.contract import Terms
from models.domain.deadlines import next_deadline
from models.domain.evidence import DocumentType, Printed
from models.domain.evolve import fold
from models.domain.facts import Facts
from models.domain.inspection import Result
from models.domain.order import Answer, Stage, stage
from models.domain.pieces import OUT, Bucket, Took, total
from models.domain.records import Nonconformance, Share
from models.domain.reinspecting import inspectable
from tests.domain.genealogies import nothing_unexplained
from tests.domain.naming import named
from tests.domain.orders import (
    ADMIN,
    APPROVER,
    BUYER,
    DESIGN,
    DOCK,
    LONDON,
    NOW,
    PLAN,
    QUALITY,
    SUPPLIER_LINK,
    Scene,
    a_line,
    a_lot,
    an_operation,
    issued,
)

SOAK = settings.get_current_profile_name() == "soak"
RUNS = settings(
    max_examples=5000 if SOAK else 1500,
    stateful_step_count=120 if SOAK else 25,
    deadline=None,
    derandomize=False,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)

BOTH = Actor("u_both", "user", frozenset({Role.QUALITY, Role.DESIGN_AUTHORITY, Role.PLANNER}))
VIEWER = Actor("u_viewer", "user", frozenset({Role.VIEWER}))
EVERYBODY = [ADMIN, BUYER, DOCK, QUALITY, DESIGN, BOTH, VIEWER, SUPPLIER_LINK, SYSTEM]
LINES = (("1:L1", 60), ("1:L2", 40), ("2:L3", 50))
ZERO = Decimal(0)
# A little of everything, so that every charge comes about.
CONTRACT = Terms(
    "st_1",
    "EUR",
    NOW.date(),
    minimum=Decimal("77.77"),
    lot_charge=Decimal(7),
    late_per_day=Decimal("3.5"),
    reject_charge=Decimal("0.37"),
    early_reward=Decimal(11),
)

# The same part, another one in the same unit, and one counted in kilograms.
MADE_OF: list[dict[str, str]] = [{}, {"part": "BAR"}, {"part": "BAR", "unit": "KGM"}]
# Which of the places with such pieces; from 8 on no lot is named.
which = st.integers(0, 11)
# All there is, some, or what no bucket and no unit allows.
nonsense = st.sampled_from([Decimal(text) for text in ("0", "-1", "0.5", "NaN", "1e30", "101")])
portions = st.one_of(st.none(), st.none(), st.integers(1, 40).map(Decimal), st.none(), nonsense)
few = st.sampled_from([ZERO, ZERO, *map(Decimal, range(1, 7))])
numbers = st.integers(0, 4)
rarely = st.sampled_from([False] * 7 + [True])
sometimes = st.booleans()


def there(*buckets: Bucket) -> Callable[[Orders], bool]:
    """Some piece is in one of `buckets`."""
    return lambda self: bool(total(self.scene.order.stock, *buckets))


def shared(share: Share) -> Callable[[Orders], bool]:
    """Some piece of a nonconformance has this share."""
    return lambda self: any(self.of(item, share) for item in self.scene.order.nonconformances.values())


class Orders(RuleBasedStateMachine):
    # Where the order is made: here, or in a real database.
    begin = staticmethod(issued)
    scene: Scene
    last: tuple[Command, dict[str, Any]] | None = None
    # What was asked before, with the version it was asked of.
    kept: list[tuple[Command, dict[str, Any], int]]

    @initialize(
        gated=sometimes,
        documents=rarely,
        milestones=rarely,
        # Most often far along, where there is most to do.
        steps=st.sampled_from([14, 14, 14, 14, 10, 10, 8, 8, 8, 7, 6, 5, 4, 3, 2, 1, 0]),
        proposed=st.integers(0, 4),
        first=st.sampled_from([0, 0, 0, 10, 50]),
        tracked=st.sampled_from([(), (), (1,), (2,), (1, 2)]),
        made_of=st.sampled_from(MADE_OF),
        planned=st.sampled_from([(1, 2), (2,)]),
    )
    def issue(
        self,
        gated: bool,
        documents: bool,
        milestones: bool,
        steps: int,
        proposed: int,
        first: int,
        tracked: tuple[int, ...],
        made_of: dict[str, str],
        planned: tuple[int, ...],
    ) -> None:
        """An order of two lines and three lots, as far along as `steps` says. `planned` lines are inspected;
        the pieces of `tracked` ones have serial numbers. Lot L2 may be of what the part is made of."""
        self.kept = []
        rest: dict[str, Any] = {"milestones": ()} if milestones else {}
        self.scene = self.begin(
            a_line(1, 100, [("L1", 60), ("L2", 40)], tolerance=Decimal("0.05")),
            a_line(2, 50, [("L3", 50)], first_article=Decimal(first)),
            lots=[a_lot("L1", 60), a_lot("L2", 45, **made_of), a_lot("L3", 50), a_lot("L4", 60)],
            plans=dict.fromkeys(planned, PLAN),
            documents=[DocumentType.coc] if documents else [],
            release_before_ship=gated,
            contract=CONTRACT,
            by_serial=frozenset(tracked),
            materials=frozenset({"BAR"}),
            amounts={"BAR": Took(Decimal("0.333"), "KGM")},
            **rest,
        )
        # What a change may add: at the contract's price, and with serial numbers and a plan.
        priced = replace(CONTRACT, price=Decimal("1.5"))
        self.scene.operations = {
            ("WO-7", 30): an_operation(contract=priced),
            ("WO-8", 30): an_operation(plan=PLAN, by_serial=True),
        }
        # Other terms, most often to be answered still, or the order as it is.
        others = c.Acknowledge("counter", lines=(c.TermsLine(2, unit_price=Decimal("0.9")),))
        agreed: list[list[Command]] = [
            [c.Acknowledge("accept")],
            [others],
            [others, c.AnswerCounter("accept")],
        ]
        beginning: list[Command] = [
            *agreed[max(0, proposed - 2)],
            c.Send(
                tuple(
                    c.SendLine(int(at[0]), Decimal(some), at[2:]) for at, some in LINES[: 2 if first else 3]
                )
            ),
            *([c.Send((c.SendLine(2, Decimal(first), "L3"),))] if first else []),
            c.ReportMilestone("REC"),
            c.SubmitInspection(2, (Result("1", 1, "10"), Result("1", 2, "10"))),
            c.ReviewInspection("SO-1-I1", "release"),
            c.Ship((c.ShipLine(1, Decimal(70)), c.ShipLine(2, Decimal(30)))),
            c.Receive(
                (
                    c.ReceiveLine(1, Decimal(70), Decimal(50), Decimal(12), pending=Decimal(8)),
                    c.ReceiveLine(2, Decimal(31), Decimal(21), Decimal(10)),
                ),
                "SO-1-P1",
            ),
            c.ReportNonconformance((c.LineQuantity(1, Decimal(6)),), "Blisters"),
            c.Disposition("SO-1-N1", (c.DispositionLine(Decimal(6), "rework"),)),
            c.Disposition("SO-1-N2", (c.DispositionLine(Decimal(7), "rework", at="here"),)),
            *(
                c.SubmitInspection(line, (Result("1", 1, "10"), Result("1", 2, "10")), nonconformance=name)
                for line, name in ((2, "SO-1-N2"), (1, "SO-1-N1"))
            ),
            *(c.ReviewInspection(name, "release") for name in ("SO-1-I2", "SO-1-I3")),
        ]
        for command in beginning[:steps]:
            self.ask(command)

    def ask(self, command: Command, **how: Any) -> None:
        before, count = self.scene.order, len(self.scene.stream)
        command = named(before, command, count)
        self.last = command, how
        self.kept.append((command, how, before.version))
        self.scene.when(command, **how)
        if self.scene.refusal is not None:
            assert self.scene.refusal.code
            assert "{" not in self.scene.refusal.detail
            assert self.scene.order == before
            assert len(self.scene.stream) == count

    def place(self, number: int, *buckets: Bucket) -> tuple[int, str]:
        """A line and a lot with pieces in `buckets`, if there is one."""
        stock = self.scene.order.stock
        found = [at for at, held in stock.items() if any(held.get(bucket) for bucket in buckets)]
        at = found[number % len(found)] if found else LINES[number % 3][0]
        return int(at[0]), "" if number >= 8 else at[2:]

    def some(self, portion: Decimal | None, place: tuple[int, str], *buckets: Bucket) -> Decimal:
        """`portion`, or all there is at `place`; a piece of nothing when there is nothing."""
        if portion is not None:
            return portion
        named = f"{place[0]}:{place[1]}"
        stock = {at: held for at, held in self.scene.order.stock.items() if not place[1] or at == named}
        return total(stock, *buckets, line=place[0]) or Decimal(1)

    def of(self, item: Nonconformance, share: Share) -> Decimal:
        return sum((shares.get(share, ZERO) for shares in item.shares.values()), ZERO)

    def nonconformance(self, number: int, share: Share) -> Nonconformance:
        found = [item for item in self.scene.order.nonconformances.values() if self.of(item, share)]
        return found[number % len(found)]

    @rule(hours=st.integers(0, 200), told=sometimes)
    def time_passes(self, hours: int, told: bool) -> None:
        self.scene.at(self.scene.now + timedelta(hours=hours))
        if told:
            self.ask(c.PassDeadlines())

    @rule()
    def the_next_deadline_comes(self) -> None:
        due = next_deadline(self.scene.order)
        if due is not None:
            self.scene.at(max(due, self.scene.now))
            self.ask(c.PassDeadlines())

    @precondition(lambda self: self.last is not None)
    @rule(by=st.sampled_from(EVERYBODY))
    def somebody_else_asks_the_same(self, by: Actor) -> None:
        if self.last is not None:
            self.ask(self.last[0], **{**self.last[1], "by": by})

    @rule()
    def the_same_is_asked_again(self) -> None:
        if self.last is not None:
            self.ask(self.last[0], **self.last[1])

    @precondition(lambda self: bool(self.kept))
    @rule(back=st.integers(0, 12), watched=sometimes, by=st.sampled_from([None, None, *EVERYBODY]))
    def what_was_asked_before_comes_late(self, back: int, watched: bool, by: Actor | None) -> None:
        """Twice, behind what was asked after it, or by a second person who looked at the order as it was
        then: whoever `watched` it is refused when it has changed since."""
        command, how, seen = self.kept[-1 - back % len(self.kept)]
        others = {name: value for name, value in how.items() if name not in ("if_match", "by")}
        if not watched:
            self.ask(command, **others, by=by or how.get("by"))
            return
        version = self.scene.order.version
        self.ask(command, **others, by=by or how.get("by"), if_match=seen)
        assert seen == version or self.scene.refusal is not None, "decided on what was not there any more"

    @precondition(lambda self: self.scene.order.answer in (Answer.NONE, Answer.COUNTERED))
    @rule(declined=rarely, days=st.integers(-3, 60), phoned=rarely)
    def acknowledge(self, declined: bool, days: int, phoned: bool) -> None:
        promise = LONDON.local_date(self.scene.now) + timedelta(days=days) if days % 2 else None
        answer = c.Acknowledge(
            "decline" if declined else "accept", promise, reason="" if days > 55 else "Why"
        )
        if phoned:
            self.ask(answer, by=BUYER, on_behalf_of=OnBehalfOf("s_contact", "phone"))
        else:
            self.ask(answer)

    @precondition(lambda self: self.scene.order.answer in (Answer.NONE, Answer.COUNTERED))
    @rule(
        days=st.one_of(st.none(), st.integers(-3, 60)),
        lines=st.lists(
            st.tuples(
                st.sampled_from([1, 1, 2, 2, 3]),
                st.one_of(st.none(), st.integers(20, 140).map(Decimal), nonsense),
                st.one_of(st.none(), st.sampled_from([Decimal("0.9"), ZERO, Decimal("-1")])),
                st.one_of(st.none(), st.integers(-3, 60)),
            ),
            max_size=2,
        ),
    )
    def propose_other_terms(self, days: int | None, lines: Any) -> None:
        today = LONDON.local_date(self.scene.now)
        proposed = tuple(
            c.TermsLine(line, quantity, price, None if own is None else today + timedelta(days=own))
            for line, quantity, price, own in lines
        )
        promise = None if days is None else today + timedelta(days=days)
        self.ask(c.Acknowledge("counter", promise, reason="Capacity", lines=proposed))

    @precondition(lambda self: self.scene.order.answer in (Answer.NONE, Answer.COUNTERED))
    @rule(
        number=st.integers(0, 2),
        off=st.sampled_from([0, 0, 0, 1, -1]),
        portion=st.integers(1, 99),
        days=st.integers(0, 60),
        named=rarely,
    )
    def propose_deliveries(self, number: int, off: int, portion: int, days: int, named: bool) -> None:
        """One line in two deliveries, the second one later and dearer; sometimes they do not add up."""
        lines = self.scene.order.lines
        line = lines[number % len(lines)]
        first = max(Decimal(1), line.ordered * portion // 100)
        lots = tuple(c.ChangedLot(lot.lot, Decimal(5)) for lot in line.lots) if named else None
        later = LONDON.local_date(self.scene.now) + timedelta(days=days)
        parts = (
            c.TermsLine(line.line, first, None, None, lots),
            c.TermsLine(line.line, line.ordered - first + off, Decimal("1.1"), later),
        )
        self.ask(c.Acknowledge("counter", reason="Capacity", lines=parts))

    @precondition(lambda self: self.scene.order.answer is Answer.COUNTERED)
    @rule(
        rejected=sometimes,
        stale=rarely,
        lines=st.lists(
            st.tuples(
                st.sampled_from([1, 2, 3]),
                st.sampled_from(["accept", "reject", None]),
                st.sampled_from([None, None, 1, 2]),
                st.one_of(st.none(), st.integers(-3, 60)),
            ),
            max_size=2,
        ),
    )
    def answer_the_proposal(self, rejected: bool, stale: bool, lines: Any) -> None:
        seen = self.scene.order.version - 1 if stale else None
        today = LONDON.local_date(self.scene.now)
        answers = tuple(
            c.AnswerLine(line, decision, part, None if days is None else today + timedelta(days=days))
            for line, decision, part, days in lines
        )
        self.ask(c.AnswerCounter("reject" if rejected else "accept", "Why", answers), if_match=seen)

    @rule(days=st.integers(-3, 40), pushed=rarely, by=st.sampled_from([BUYER, BUYER, QUALITY]))
    def expedite(self, days: int, pushed: bool, by: Actor) -> None:
        sooner = self.scene.order.need_by - timedelta(days=days)
        push = (c.Pushed("SO-2", sooner + timedelta(days=60)),) if pushed else ()
        self.ask(c.Expedite(sooner, "The line stands", push), by=by)

    @rule(days=st.integers(-3, 40), supplier=st.sampled_from(["", "DELTA", "OTHER"]), settled=sometimes)
    def plan_for_the_worst(self, days: int, supplier: str, settled: bool) -> None:
        if settled:
            self.ask(c.SettleContingency("use" if days % 2 else "drop", "Enough"))
            return
        day = LONDON.local_date(self.scene.now) + timedelta(days=days)
        plan = c.PlanContingency(day, "One bath only", supplier, "" if days % 3 else "20 flanges")
        self.ask(plan, facts=Facts(approved={"DELTA": "Delta Coating"}))

    @rule(days=st.integers(0, 40), number=numbers, back=rarely)
    def another_order_goes_first(self, days: int, number: int, back: bool) -> None:
        day = LONDON.local_date(self.scene.now) + timedelta(days=days)
        self.ask(c.WarnPushed("SO-9", f"SO-9-C{number}", day), by=SYSTEM)
        if back:
            self.ask(c.TakeBackPush("SO-9", f"SO-9-C{number}"), by=SYSTEM)

    @precondition(lambda self: self.scene.order.answer is not Answer.DECLINED)
    @rule(
        days=st.one_of(st.none(), st.integers(-3, 60)),
        spec=st.sampled_from([None, None, "2024", " "]),
        lines=st.lists(
            st.tuples(
                st.sampled_from([1, 1, 2, 2, 3]),
                st.one_of(
                    st.none(), st.sampled_from([ZERO, ZERO]), st.integers(0, 140).map(Decimal), nonsense
                ),
                st.one_of(st.none(), st.sampled_from([Decimal("0.9"), ZERO, Decimal("-1")])),
                st.one_of(st.none(), st.integers(0, 60)),
            ),
            max_size=2,
        ),
        new=st.lists(st.sampled_from([7, 7, 8, 9]), max_size=2),
        straight=sometimes,
    )
    def propose_a_change(
        self, days: int | None, spec: str | None, lines: Any, new: list[int], straight: bool
    ) -> None:
        wanted = tuple(
            c.ChangedLine(
                line,
                quantity,
                price,
                None if some is None else (c.ChangedLot("L1" if some % 7 else "L9", Decimal(some)),),
            )
            for line, quantity, price, some in lines
        )
        wanted += tuple(
            c.ChangedLine(None, Decimal(5 * job), None if job == 7 else Decimal(1), None, f"WO-{job}", 30)
            for job in new
        )
        day = None if days is None else LONDON.local_date(self.scene.now) + timedelta(days=days)
        self.ask(c.ProposeChange(c.Changes(day, wanted, spec), "Our customer" if days != 7 else " "))
        if straight:
            name = f"SO-1-C{len(self.scene.order.changes)}"
            self.ask(c.DecideChange(name, "approve"))
            self.ask(c.Acknowledge("accept", change=name))

    @precondition(lambda self: bool(self.scene.order.changes))
    @rule(
        number=numbers,
        what=st.sampled_from(
            ["approve", "approve", "reject", "withdraw", "accept", "accept", "decline", "counter"]
        ),
        days=st.one_of(st.none(), st.integers(-3, 60)),
        by=st.sampled_from([None, None, None, ADMIN, BUYER]),
    )
    def go_on_with_a_change(self, number: int, what: Any, days: int | None, by: Actor | None) -> None:
        change = self.scene.order.open_change
        name = f"SO-1-C{number}" if change is None or not number else change.change
        if what in ("approve", "reject"):
            self.ask(c.DecideChange(name, what), by=by)
        elif what == "withdraw":
            self.ask(c.WithdrawChange(name), by=by)
        else:
            promise = None if days is None else LONDON.local_date(self.scene.now) + timedelta(days=days)
            self.ask(c.Acknowledge(what, promise, reason="Why", change=name))

    @rule(
        load=st.sampled_from(["F-1", "F-1", "F-2", " "]),
        began=st.integers(-2, 60),
        hours=st.integers(-1, 5),
        number=which,
        portion=st.one_of(few, portions),
    )
    def report_process(self, load: str, began: int, hours: int, number: int, portion: Decimal | None) -> None:
        place = self.place(number, *OUT, Bucket.ACCEPTED)
        lots = (c.LoadLot(self.some(portion, place, *OUT, Bucket.ACCEPTED), place[1]),)
        started = self.scene.now - timedelta(hours=began)
        ended = started + timedelta(hours=hours)
        self.ask(c.ReportProcess(place[0], "Bath 3", load, started, ended, lots, {"pH": Decimal("5.6")}))

    @rule(number=which, portion=portions, again=rarely)
    def send(self, number: int, portion: Decimal | None, again: bool) -> None:
        line, lot = self.place(number, Bucket.RETURNED_UNPROCESSED)
        new = [each.line for each in self.scene.order.lines if each.work_order in ("WO-7", "WO-8")]
        if new and number % 3 == 0:
            line, lot = new[number % len(new)], "L4"
        quantity = portion if portion is not None else self.scene.shelf.get(lot, a_lot("L1")).on_hand
        papers = "SO-1-N1" if again else ""
        self.ask(c.Send((c.SendLine(line, quantity, lot),), nonconformance=papers))

    @rule(
        code=st.sampled_from(["REC", "REC", "REC", "PLATE", "INSP", "SHIP", "NONE"]),
        ago=st.one_of(st.none(), st.integers(-10, 100)),
        ahead=st.one_of(st.none(), st.none(), st.integers(-3, 60)),
        number=st.one_of(st.none(), which),
        portion=portions,
    )
    def report_milestone(
        self, code: str, ago: int | None, ahead: int | None, number: int | None, portion: Decimal | None
    ) -> None:
        when = None if ago is None else self.scene.now - timedelta(hours=ago)
        forecast = None if ahead is None else LONDON.local_date(self.scene.now) + timedelta(days=ahead)
        parts: tuple[c.LineQuantity, ...] = ()
        if number is not None:
            place = self.place(number, Bucket.IN_TRANSIT_OUT)
            parts = (c.LineQuantity(place[0], self.some(portion, place, Bucket.IN_TRANSIT_OUT), place[1]),)
        self.ask(c.ReportMilestone(code, when, forecast, parts))

    @rule(
        values=st.sampled_from([("10", "10"), ("8", "12"), ("10",) * 6, ("7", "7"), ("10",), ("x", "1")]),
        parcel=st.one_of(st.none(), numbers),
        number=which,
        rejected=rarely,
    )
    def inspect(self, values: tuple[str, ...], parcel: int | None, number: int, rejected: bool) -> None:
        results = tuple(Result("1", index + 1, value) for index, value in enumerate(values))
        line, lot = (2, "") if number else self.place(number)
        box = "" if parcel is None else f"SO-1-P{parcel}"
        self.ask(c.SubmitInspection(line, results, lot, box))
        name = f"SO-1-I{max(1, len(self.scene.order.inspections))}"
        self.ask(c.ReviewInspection(name, "reject" if rejected else "release"))

    @precondition(
        lambda self: any(inspectable(self.scene.order, line.line) for line in self.scene.order.lines)
    )
    @rule(
        number=numbers,
        enough=st.sampled_from([6, 6, 6, 1]),
        boxed=st.one_of(st.none(), st.none(), numbers),
        lotted=rarely,
        decision=st.sampled_from(["release", "release", "release", "reject", None]),
    )
    def rework_is_inspected_again(
        self, number: int, enough: int, boxed: int | None, lotted: bool, decision: Any
    ) -> None:
        """As whose it is. Somebody reviews it at once, or later."""
        lines = [line.line for line in self.scene.order.lines]
        found = [(line, item) for line in lines for item in inspectable(self.scene.order, line)]
        line, item = found[number % len(found)]
        results = tuple(Result("1", index + 1, "10") for index in range(enough))
        lot = next(iter(item.shares))[2:] if lotted else ""
        box = "" if boxed is None else f"SO-1-P{boxed}"
        self.ask(c.SubmitInspection(line, results, lot, box, item.nonconformance))
        if decision is not None:
            self.ask(c.ReviewInspection(f"SO-1-I{max(1, len(self.scene.order.inspections))}", decision))

    @precondition(there(Bucket.AT_SUPPLIER, Bucket.IN_TRANSIT_OUT))
    @rule(
        number=which,
        portion=portions,
        raw=few,
        tested=few,
        other=rarely,
        rework=sometimes,
        load=st.sampled_from(["", "", "F-1", "F-2"]),
    )
    def ship(
        self,
        number: int,
        portion: Decimal | None,
        raw: Decimal,
        tested: Decimal,
        other: bool,
        rework: bool,
        load: str,
    ) -> None:
        place = self.place(number, Bucket.AT_SUPPLIER, Bucket.IN_TRANSIT_OUT)
        quantity = self.some(portion, place, Bucket.AT_SUPPLIER, Bucket.IN_TRANSIT_OUT)
        named = f"SO-1-N{1 + number % 2}" if rework else ""
        raw, tested = (raw, tested) if portion is None and quantity > 6 else (ZERO, ZERO)
        box = [c.ShipLine(place[0], quantity - tested, place[1], raw, tested, load, named)]
        if other:
            box.append(c.ShipLine(3 - place[0], Decimal(5)))
        self.ask(c.Ship(tuple(box), "UPS", "1Z"))

    @precondition(lambda self: any(not box.announced for box in self.scene.order.parcels.values()))
    @rule(number=numbers)
    def name_a_parcel_late(self, number: int) -> None:
        self.ask(c.Ship(parcel=f"SO-1-P{number}", carrier="UPS"))

    @precondition(there(*OUT, Bucket.LOST))
    @rule(
        number=which,
        portion=portions,
        others=st.one_of(st.none(), st.tuples(few, few, few, few, few)),
        box=st.one_of(st.none(), st.none(), numbers),
        slip=st.sampled_from(["", "", "LS-1", "LS-2"]),
        how=st.sampled_from(["", "", "", "additional", "kilos", "final", "rework", "output", "stale"]),
    )
    def receive(
        self, number: int, portion: Decimal | None, others: Any, box: int | None, slip: str, how: str
    ) -> None:
        place = self.place(number, *OUT, Bucket.LOST)
        rejected, pending, raw, scrapped, tested = others or [ZERO] * 5
        rest = sum(others or [], ZERO)
        accepted = portion if portion is not None else self.some(None, place, *OUT, Bucket.LOST) - rest
        counted = c.ReceiveLine(
            place[0],
            accepted + rest,
            accepted,
            rejected,
            place[1],
            pending,
            raw,
            scrapped,
            tested,
            output_lot=f"OUT-{number % 2}" if how == "output" else "",
            uom="KGM" if how == "kilos" else "",
            conversion=Decimal("1.37") if how == "kilos" else None,
            final=how == "final",
            nonconformance="SO-1-N1" if how == "rework" else "",
        )
        parcel = "" if box is None else f"SO-1-P{box}"
        version = self.scene.order.version - (how == "stale") if not parcel and not slip else None
        by = QUALITY if scrapped else DOCK
        self.ask(c.Receive((counted,), parcel, slip, how == "additional"), by=by, if_match=version)

    @precondition(there(Bucket.IN_TRANSIT_BACK))
    @rule(number=numbers, rejected=few, more=rarely)
    def receive_a_whole_parcel(self, number: int, rejected: Decimal, more: bool) -> None:
        parcels = [box for box in self.scene.order.parcels.values() if box.contents]
        parcel = parcels[number % len(parcels)]
        counted = [
            c.ReceiveLine(
                int(at[0]), some + more, max(ZERO, some - rejected) + more, min(some, rejected), at[2:]
            )
            for at, some in parcel.contents.items()
        ]
        self.ask(c.Receive(tuple(counted), parcel.parcel, additional=True))

    @precondition(there(Bucket.PENDING))
    @rule(number=which, portion=portions, others=st.tuples(few, few))
    def judge(self, number: int, portion: Decimal | None, others: Any) -> None:
        place = self.place(number, Bucket.PENDING)
        rejected, tested = others
        accepted = (
            portion if portion is not None else self.some(None, place, Bucket.PENDING) - rejected - tested
        )
        self.ask(c.Judge((c.JudgeLine(place[0], accepted, rejected, tested, place[1]),)))

    @precondition(there(Bucket.ACCEPTED, Bucket.PENDING))
    @rule(number=which, portion=st.one_of(few, portions), used=sometimes)
    def report_nonconformance(self, number: int, portion: Decimal | None, used: bool) -> None:
        place = self.place(number, Bucket.ACCEPTED, Bucket.PENDING)
        fact = self.scene.shelf.get(place[1])
        if used and fact is not None and fact.on_hand > 3:
            self.scene.use(fact.lot, 3)
        if used and number == 8:
            place = place[0], "OUT-1"
        quantity = self.some(portion, place, Bucket.ACCEPTED, Bucket.PENDING)
        self.ask(c.ReportNonconformance((c.LineQuantity(place[0], quantity, place[1]),), "Blisters"))

    @precondition(shared(Share.UNDECIDED))
    @rule(
        number=numbers,
        decisions=st.lists(
            st.tuples(
                st.sampled_from(["use_as_is", "rework", "repair", "reinspect", "scrap", "return"]),
                st.one_of(portions, few),
                st.sampled_from(["supplier", "supplier", "here"]),
            ),
            min_size=1,
            max_size=2,
        ),
        by=st.sampled_from([QUALITY, QUALITY, BOTH]),
    )
    def disposition(self, number: int, decisions: Any, by: Actor) -> None:
        item = self.nonconformance(number, Share.UNDECIDED)
        left = self.of(item, Share.UNDECIDED)
        parts = tuple(
            c.DispositionLine(portion if portion is not None else left, decision, at=at)
            for decision, portion, at in decisions
        )
        self.ask(c.Disposition(item.nonconformance, parts), by=by)

    @precondition(shared(Share.PROPOSED))
    @rule(number=numbers, rejected=rarely, by=st.sampled_from([DESIGN, DESIGN, BOTH]))
    def decide_disposition(self, number: int, rejected: bool, by: Actor) -> None:
        name = self.nonconformance(number, Share.PROPOSED).nonconformance
        signature = c.Signature("Ada Stahl")
        self.ask(c.DecideDisposition(name, "reject" if rejected else "approve", signature), by=by)

    @precondition(shared(Share.RETURNING))
    @rule(number=numbers, portion=portions)
    def confirm_return(self, number: int, portion: Decimal | None) -> None:
        item = self.nonconformance(number, Share.RETURNING)
        quantity = portion if portion is not None else self.of(item, Share.RETURNING)
        self.ask(c.ConfirmReturn(item.nonconformance, quantity))

    @precondition(there(*OUT))
    @rule(
        number=which,
        portion=st.one_of(few, portions),
        source=st.sampled_from([None, "in_transit_out", "at_supplier", "in_transit_back"]),
    )
    def declare_loss(self, number: int, portion: Decimal | None, source: Any) -> None:
        sources = [Bucket(source)] if source else OUT
        place = self.place(number, *sources)
        quantity = self.some(portion, place, *sources)
        whose: Any = [None, None, "carrier", "supplier"][number % 4]
        self.ask(c.DeclareLoss((c.LossLine(place[0], quantity, place[1], source),), "Gone", whose))

    @precondition(lambda self: bool(self.scene.order.claims))
    @rule(
        number=numbers,
        outcome=st.sampled_from(["paid", "credited", "refused", "withdrawn"]),
        amount=st.sampled_from([None, Decimal("12.50"), Decimal("12.50"), Decimal("-1"), Decimal("0.001")]),
        by=st.sampled_from([None, None, None, ADMIN, QUALITY]),
    )
    def settle_a_claim(self, number: int, outcome: Any, amount: Decimal | None, by: Actor | None) -> None:
        names = list(self.scene.order.claims)
        self.ask(c.SettleClaim(names[number % len(names)], outcome, amount, "Their letter"), by=by)

    @precondition(there(Bucket.OVER))
    @rule(number=which, portion=portions, decision=st.sampled_from(["return", "accept", "miscount"]))
    def resolve_over(self, number: int, portion: Decimal | None, decision: Any) -> None:
        place = self.place(number, Bucket.OVER)
        quantity = self.some(portion, place, Bucket.OVER)
        self.ask(c.ResolveOver((c.OverLine(place[0], quantity, decision, place[1]),)))

    @rule(back=st.integers(0, 25), moving=sometimes)
    def correct(self, back: int, moving: bool) -> None:
        movements = [sequence for sequence, _, event in self.scene.stream if getattr(event, "moves", ())]
        number = self.scene.order.version - back
        if moving and movements:
            number = movements[-1 - back % min(4, len(movements))]
        self.ask(c.Correct(max(0, number), "Typed wrongly"))

    @precondition(lambda self: self.scene.order.hold is not None)
    @rule()
    def resume(self) -> None:
        self.ask(c.Resume())

    @rule(number=st.integers(0, 9), line=st.sampled_from([1, 2, 3]))
    def decide_about_the_order(self, number: int, line: int) -> None:
        if number == 9:
            self.ask(c.Cancel("No longer needed"))
        elif number == 8:
            self.ask(c.ShortClose((c.LineOnly(line),), "Enough"))
        elif number < 4:
            self.ask(c.Hold("Drawing changes" if number else " "))

    @precondition(lambda self: stage(self.scene.order) is Stage.RECEIVED)
    @rule(pending=rarely)
    def close(self, pending: bool) -> None:
        self.ask(c.Close(), pending=int(pending))

    @precondition(lambda self: self.scene.order.version > 12)
    @rule(by=st.sampled_from([APPROVER, ADMIN, BUYER]), signed=st.sampled_from(["Abel Stone", ""]))
    def force_complete(self, by: Actor, signed: str) -> None:
        self.ask(c.ForceComplete("Enough", c.Signature(signed)), by=by)

    @rule(
        kind=st.sampled_from(["coc", "coc", "cert_3_1", "photo"]),
        lot=st.sampled_from([None, "L1", "L9"]),
        number=st.sampled_from([None, "C-1", "C-2"]),
        revision=st.sampled_from([None, "A", "B"]),
        line=st.sampled_from([None, None, 1, 2, 7]),
        supersedes=numbers,
    )
    def add_document(
        self, kind: str, lot: Any, number: Any, revision: Any, line: Any, supersedes: int
    ) -> None:
        printed = Printed(number=number, issuer="Acme", revision=revision, lot=lot)
        older = f"SO-1-D{supersedes}" if 0 < supersedes <= len(self.scene.order.documents) else ""
        file = ("ab" * 32, 1000, "application/pdf", "coc.pdf")
        self.ask(c.AddDocument(DocumentType(kind), *file, line, printed, older), by=SUPPLIER_LINK)

    @precondition(lambda self: bool(self.scene.order.nonconformances))
    @rule(
        number=numbers,
        what=st.sampled_from(["plan", "plan", "complete", "verify", "responsible", "review"]),
        owner=st.sampled_from(["supplier", "admin@here", "nobody@here"]),
        days=st.integers(-2, 40),
        by=st.sampled_from([None, QUALITY, BOTH, ADMIN, SUPPLIER_LINK]),
        good=sometimes,
    )
    def put_it_right(
        self, number: int, what: str, owner: str, days: int, by: Actor | None, good: bool
    ) -> None:
        names = list(self.scene.order.nonconformances)
        name = names[number % len(names)]
        action = f"{name}-C{1 + number // 3}"
        due = LONDON.local_date(self.scene.now) + timedelta(days=days)
        commands: dict[str, Command] = {
            "plan": c.PlanAction(name, "Why", "Do" if good else " ", owner, due),
            "complete": c.CompleteAction(name, action, "Done"),
            "verify": c.VerifyAction(name, action, good, "Looked"),
            "responsible": c.SetResponsibility(name, "us" if good else "material"),
            "review": c.ReviewNonconformance(name, "Seen"),
        }
        self.ask(commands[what], by=by)

    @rule(
        number=numbers, lots=st.lists(st.sampled_from(["L1", "L2", "L3", "L9"]), max_size=2), over=sometimes
    )
    def a_lot_is_held_somewhere(self, number: int, lots: list[str], over: bool) -> None:
        if over:
            self.ask(c.ReportLotRelease(f"h{number}", "Fine"), by=SYSTEM)
        else:
            self.ask(c.ReportLotHold(f"h{number}", "STEEL", tuple(lots), "suspect heat"), by=SYSTEM)

    @rule(number=st.integers(1, 5), what=st.sampled_from(["alert", "alert", "mail", "calendar", "lot"]))
    def the_world_goes_on(self, number: int, what: str) -> None:
        order = self.scene.order
        if what == "alert":
            self.ask(c.AcknowledgeAlert(f"SO-1-A{number}", "Capacity", "Called them"))
        elif what == "mail":
            self.ask(c.ReportUndeliverable(f"outbox-{number}", "order_issued", "supplier", "550"))
        elif what == "calendar":
            off = (NOW + timedelta(days=7 * number)).date().isoformat()
            plant = replace(order.plant_calendar, exceptions={off: False})
            self.ask(c.Replan(), facts=Facts(calendars=(plant, order.supplier_calendar)))
        else:
            lot = self.scene.shelf["L1" if number % 2 else "L3"]
            self.scene.shelf[lot.lot] = replace(lot, held=not lot.held)

    def teardown(self) -> None:
        if not hasattr(self, "scene"):
            return
        order, stream = self.scene.order, self.scene.stream
        assert fold(stream) == order
        nothing_unexplained({"L1": 60, "L2": 45, "L3": 50, "L4": 60}, self.scene)
        assert load_order(dump_order(order)) == order
        for _, _, event in stream:
            assert load_event(event.name, plain(event)) == event


Orders.TestCase.settings = RUNS
TestOrders = Orders.TestCase
