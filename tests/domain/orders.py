"""Given an order, when somebody asks, then: the language the tests of the core are written in.

    given(issued(), accept(), send(100)).when(ship(100)).then("shipped", in_transit_back=100)

A command without `by` comes from whoever usually sends it. Every step is checked against
`invariants`, a refusal must leave nothing behind, and our shelf of every lot is kept like `apply`
keeps it, so that a wrong count shows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Self

import pytest

from models.domain import commands as c
from models.domain import events as e
from models.domain.across import born
from models.domain.authority import SUPPLIER, Actor, OnBehalfOf, Role
from models.domain.calendar import WorkingCalendar
from models.domain.coming_back import to_be_named
from models.domain.commands import Command
from models.domain.contract import Terms
from models.domain.covering import Covered
from models.domain.deadlines import next_deadline, watch
from models.domain.decide import decided
from models.domain.errors import Refusal
from models.domain.evidence import DocumentType
from models.domain.evolve import evolve, lot_changes
from models.domain.facts import (
    Asked,
    Draft,
    DraftLine,
    EventFact,
    Facts,
    IssueFacts,
    LineFact,
    LotFact,
    OperationFact,
    lots_to_lock,
)
from models.domain.flags import flags
from models.domain.inspection import Characteristic, InspectionPlan, Sample
from models.domain.milestones import MilestoneKind, MilestoneTemplate
from models.domain.order import Order, stage
from models.domain.origins import Origin
from models.domain.pieces import SENT, Bucket, Took, total
from models.domain.serial_stock import SerialStock
from models.domain.serials import Elsewhere
from models.domain.worked import Been, History, Worked, step_of, worked
from tests.domain import invariants

# A Monday; 10:00 in Berlin, where the plant is, and 9:00 in London, where the supplier is.
NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
BERLIN = WorkingCalendar("Europe/Berlin")
LONDON = WorkingCalendar("Europe/London")
NEED_BY = date(2026, 12, 18)
# Those there are, of whom GAMMA is approved for nothing; the orders of these tests are ACME's unless said otherwise.
SUPPLIERS = frozenset({"ACME", "BETA", "GAMMA"})

ADMIN = Actor("u_admin", "user", frozenset({Role.ADMIN}))
BUYER = Actor("u_buyer", "user", frozenset({Role.BUYER}))
DOCK = Actor("u_dock", "user", frozenset({Role.RECEIVING}))
QUALITY = Actor("u_quality", "user", frozenset({Role.QUALITY}))
APPROVER = Actor("u_approver", "user", frozenset({Role.APPROVER}))
DESIGN = Actor("u_design", "user", frozenset({Role.DESIGN_AUTHORITY}))
APPROVER = Actor("u_approver", "user", frozenset({Role.APPROVER}))
PLANNER = Actor("u_planner", "user", frozenset({Role.PLANNER}))
SUPPLIER_LINK = Actor("s_contact", "supplier")
CLOCK = Actor("system", "system")

# Who sends a command; the buyer what nobody else does.
USUALLY = {
    "": BUYER,
    "receive": DOCK,
    "judge": QUALITY,
    "disposition": QUALITY,
    "decide-disposition": DESIGN,
    "force-complete": APPROVER,
    "review-inspection": QUALITY,
    "plan-action": QUALITY,
    "verify-action": QUALITY,
    "set-responsibility": QUALITY,
    "review-nonconformance": QUALITY,
    "decide-change": APPROVER,
    "pass-deadlines": CLOCK,
    "warn-pushed": CLOCK,
    "take-back-push": CLOCK,
    "report-part-work": CLOCK,
    "report-undeliverable": CLOCK,
} | dict.fromkeys(SUPPLIER, SUPPLIER_LINK)

# Thickness between 8 and 12 µm, measured on two units.
PLAN = InspectionPlan(
    "FLANGE",
    "B",
    "PLATE",
    (Characteristic("1", "Thickness", lower=Decimal(8), upper=Decimal(12), unit="µm", sample=Sample.of(2)),),
)
MILESTONES = (
    MilestoneTemplate("REC", MilestoneKind.received, "Material received", 2),
    MilestoneTemplate("PLATE", MilestoneKind.process, "Plating", 10),
    MilestoneTemplate("INSP", MilestoneKind.inspected, "Inspected", 15),
    MilestoneTemplate("SHIP", MilestoneKind.shipped, "Shipped", 20),
)


def day(number: int, hour: int = 9, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, number, hour, minute, tzinfo=UTC)


def a_line(
    number: int = 1,
    quantity: object = 100,
    lots: Sequence[tuple[str, object]] = (("L1", 100),),
    **fields: Any,
) -> DraftLine:
    planned = tuple((lot, Decimal(str(some))) for lot, some in lots)
    return DraftLine(
        number, f"WO-{number}", 30, Decimal(str(quantity)), Decimal("0.85"), "EUR", planned, **fields
    )


def a_lot(lot: str, on_hand: object = 100, **fields: Any) -> LotFact:
    plain: dict[str, Any] = {"part": "FLANGE", "unit": "C62", "heat": f"H{lot[1:]}"}
    return LotFact(lot, on_hand=Decimal(str(on_hand)), **(plain | fields))


def an_operation(part: str = "FLANGE", revision: str = "B", **fields: Any) -> OperationFact:
    """Plating to the order's specification, not ordered yet."""
    of_part = {"export_controlled": False, "plan": None} | {
        name: fields.pop(name)
        for name in ("export_controlled", "plan", "contract", "by_serial")
        if name in fields
    }
    plain: dict[str, Any] = {
        "process": "PLATE",
        "spec": "ASTM B633",
        "spec_revision": "2023",
        "type": "MTO",
        "quantity": Decimal(50),
    }
    return OperationFact(**(plain | fields), line=LineFact(part, revision, "Flange", "C62", **of_part))


def a_draft(*lines: DraftLine, **fields: Any) -> Draft:
    plain: dict[str, Any] = {"number": "SO-1", "plant": "MAIN", "buyer": "u_buyer", "supplier": "ACME", "process": "PLATE",
             "spec": "ASTM B633", "spec_revision": "2023", "need_by": NEED_BY, "purchase_order": "PO-7781"}  # fmt: skip
    return Draft(**(plain | fields), lines=lines or (a_line(),))


def issue_facts(
    draft: Draft,
    *,
    plans: dict[int, InspectionPlan] | None = None,
    unit: str = "C62",
    contract: Terms | None = None,
    by_serial: bool | frozenset[int] = False,
    materials: frozenset[str] = frozenset(),
    **fields: Any,
) -> IssueFacts:
    lines = {
        line.line: LineFact(
            "FLANGE",
            "B",
            "Flange",
            unit,
            False,
            (plans or {}).get(line.line),
            contract,
            by_serial if isinstance(by_serial, bool) else line.line in by_serial,
            materials,
        )
        for line in draft.lines
    }
    plain: dict[str, Any] = {"draft": draft, "supplier_name": "Acme Plating", "supplier_has_contact": True, "approved": True,
             "process_name": "Zinc plating", "release_before_ship": False, "milestones": MILESTONES,
             "required_documents": (), "lines": lines, "plant_calendar": BERLIN, "supplier_calendar": LONDON}  # fmt: skip
    return IssueFacts(**(plain | fields))


def issued(
    *lines: DraftLine,
    lots: Sequence[LotFact] | None = None,
    plans: dict[int, InspectionPlan] | None = None,
    documents: Sequence[DocumentType] = (),
    draft: dict[str, Any] | None = None,
    materials: frozenset[str] = frozenset(),
    amounts: Mapping[str, Took] | None = None,
    **fields: Any,
) -> Scene:
    """An order of 100 flanges out of lot L1, issued on Monday morning, unless said otherwise."""
    order = a_draft(*lines, **(draft or {}))
    if lots is None:
        unit = fields.get("unit", "C62")
        lots = [a_lot(lot, some, unit=unit) for line in order.lines for lot, some in line.lots]
    facts = issue_facts(
        order, plans=plans, materials=materials, required_documents=tuple(documents), **fields
    )
    scene = Scene(lots)
    scene.materials, scene.amounts = materials, amounts or {}
    scene.when(c.Issue(), facts=Facts(lots=dict(scene.shelf), issue=facts)).then()
    return scene


def given(scene: Scene, *steps: Command) -> Scene:
    """The order after `steps`, none of which may be refused."""
    for step in steps:
        scene.when(step).then()
    return scene


class Scene:
    """One order, our shelf, and what happened in the last step."""

    def __init__(self, lots: Sequence[LotFact] = ()) -> None:
        self.state: Order | None = None
        self.shelf = {lot.lot: lot for lot in lots}
        self.now = NOW
        self.stream: list[tuple[int, datetime, e.Event]] = []
        self.events: list[e.Event] = []
        self.refusal: Refusal | None = None
        # The orders that came of the last step, by number; our shelf is the same for all of them.
        self.born: dict[str, Scene] = {}
        # What it asked of other orders in the product's own name.
        self.asks: tuple[tuple[str, Command], ...] = ()
        self.drafts: tuple[Draft, ...] = ()
        # Serials that other orders had later, by `key(line, serial)`.
        self.elsewhere: dict[str, Elsewhere] = {}
        self.been: dict[str, tuple[Been, ...]] = {}
        # Where else pieces with serial numbers are, and those on the shelf of lots all of whose pieces are known.
        self.serial_stock = SerialStock()
        # What every lot on the shelf has been through, on whichever order.
        self.history = History({})
        # What the lots sent were made of, by `key(line, lot)`.
        self.made_of: dict[str, frozenset[str]] = {}
        # Where the pieces of lots there are come from, by lot.
        self.origins: dict[str, tuple[Origin, ...]] = {}
        # The parts that the bill of material of every line names.
        self.materials: frozenset[str] = frozenset()
        # How much of each goes into one piece.
        self.amounts: Mapping[str, Took] = {}
        # What was taken off our shelf beside the orders, by lot.
        self.used: dict[str, Decimal] = {}
        # How many lots were given a number: `SO-1-L1` and on.
        self.numbered = 0
        # Outside operations of work orders, and those of our suppliers that may do them today.
        self.operations: dict[tuple[str, int], OperationFact] = {}
        self.approved = dict.fromkeys(SUPPLIERS - {"GAMMA"}, "")

    def beside(self, other: Scene) -> Self:
        """This order takes its pieces from the shelf of `other`."""
        self.shelf = other.shelf
        other.history.steps |= self.history.steps
        self.history = other.history
        return self

    @property
    def order(self) -> Order:
        assert self.state is not None, "the order is still a draft"
        return self.state

    def at(self, moment: datetime) -> Self:
        """It is `moment` now; deadlines that passed meanwhile are not told by this."""
        assert moment >= self.now, "time does not run backwards"
        self.now = moment
        return self

    def when(
        self,
        command: Command,
        *,
        by: Actor | None = None,
        at: datetime | None = None,
        facts: Facts | None = None,
        on_behalf_of: OnBehalfOf | None = None,
        revision: int | None = None,
        if_match: int | None = None,
        pending: int = 0,
        others: Sequence[Scene] = (),
    ) -> Self:
        """`others` are the orders it is about beside this one; what happens to them happens in their scenes."""
        if at is not None:
            self.at(at)
        actor = by or USUALLY.get(command.name, USUALLY[""])
        asked = Asked(command, actor, on_behalf_of, revision, if_match)
        known = facts or self._facts(command, pending, others)
        self.events, self.refusal, self.asks = [], None, ()
        try:
            decision = decided(self.state, asked, known, self.now)
        except Refusal as refusal:
            self.refusal = refusal
        else:
            self.events, self.drafts, self.asks = decision.events, decision.drafts, decision.asks
            self._happen()
            known = {scene.order.number for scene in others}
            self.born = {
                number: self._born(events)
                for number, events in decision.others.items()
                if number not in known
            }
            for scene in others:
                scene.now, scene.events = self.now, decision.others.get(scene.order.number, [])
                # One that nothing was decided about has deadlines of its own, which nobody asked to pass.
                if scene.events:
                    scene._happen()
            for scene in others:
                for ask in [ask for number, ask in decision.asks if number == scene.order.number]:
                    scene.when(ask).then()
                invariants.check_pair(self.order, scene.order)
        return self

    def _born(self, events: list[e.Event]) -> Scene:
        scene = Scene().beside(self)
        scene.materials, scene.amounts = self.materials, self.amounts
        scene.now, scene.events = self.now, events
        scene._happen()
        return scene

    def _facts(self, command: Command, pending: int, others: Sequence[Scene]) -> Facts:
        if self.state is None:
            return Facts()
        event = None
        if isinstance(command, c.Correct):
            event = next((EventFact(*item) for item in self.stream if item[0] == command.event), None)
        locked = lots_to_lock(self.state, command)
        lots = {name: fact for name, fact in self.shelf.items() if name in locked}
        supplier = isinstance(command, c.Reassign) and command.supplier in SUPPLIERS
        concerned = {scene.order.number: scene.order for scene in others}
        owner = ""
        if isinstance(command, c.PlanAction) and "@" in command.owner and "nobody" not in command.owner:
            owner = f"u_{command.owner.partition('@')[0]}"
        numbers = tuple(f"{self.order.number}-{place}" for place in range(1, born(command) + 1))
        return Facts(
            lots=lots,
            event=event,
            owner=owner,
            pending_commands=pending,
            others=concerned,
            numbers=numbers,
            supplier_known=supplier,
            approved=self.approved if supplier or self.operations else {},
            elsewhere=self.elsewhere,
            been=self.been,
            serial_stock=self.serial_stock,
            made_of=self.made_of,
            origins=self.origins,
            materials={line.line: self.materials for line in self.order.lines},
            amounts={line.line: self.amounts for line in self.order.lines},
            new_lots=self._new_lots(command, lots),
            operations={key: self._covered(key, fact) for key, fact in self.operations.items()},
            worked=self._worked(command, lots),
        )

    def _covered(self, key: tuple[str, int], fact: OperationFact) -> OperationFact:
        """An operation, ordered by whom it was or by this order."""
        here = [line.ordered for line in self.order.lines if (line.work_order, line.operation) == key]
        own = sum(here, Decimal(0))
        return replace(fact, covered=Covered(own, ((self.order.number, own),))) if here else fact

    def _new_lots(self, command: Command, lots: dict[str, LotFact]) -> dict[str, str]:
        found = {}
        for at in to_be_named(self.order, command, lots):
            self.numbered += 1
            found[at] = f"{self.order.number}-L{self.numbered}"
        return found

    def _worked(self, command: Command, lots: dict[str, LotFact]) -> dict[str, Worked]:
        return {
            f"{line.line}:{lot}": worked(fact.on_hand, self.history.of(lot), step_of(self.order, line))
            for line in (self.order.lines if isinstance(command, c.Send) else ())
            for lot, fact in lots.items()
        }

    def _happen(self) -> None:
        before = state = self.state
        for event in self.events:
            sequence = state.version + 1 if state is not None else 1
            after = evolve(state, event, sequence, self.now)
            if state is not None:
                invariants.check_step(state, event, after)
            state = after
            self.stream.append((sequence, self.now, event))
        if state is None:
            return
        self.state = state
        self.history.steps |= {(state.number, line.line): step_of(state, line) for line in state.lines}
        for event in self.events:
            self.history.add(state.number, event)
        self._shelve(state)
        invariants.check_state(state)
        invariants.check_time(before, self.events, state, self.now)

    def _shelve(self, order: Order) -> None:
        # What one order takes over from another leaves the shelf with the one and is back with the other.
        splitting = any(isinstance(event, e.OrderSplit) for event in self.events)
        for name, change in lot_changes(order, self.events).items():
            fact = self.shelf.get(name) or LotFact(name, change.part, Decimal(0), change.unit)
            if fact.unit == change.unit:
                fact = replace(fact, on_hand=fact.on_hand + change.quantity)
            assert splitting or fact.on_hand >= 0, f"more of {name} left our shelf than was on it"
            self.shelf[name] = fact
        for event in self.events:
            if isinstance(event, e.DocumentAdded):
                for name in event.holds:
                    self.hold_lot(name, event.document)
                for name in event.releases:
                    self.shelf[name] = replace(self.shelf[name], held=False, hold_reason="")

    def hold_lot(self, lot: str, reason: str = "suspect heat") -> Self:
        self.shelf[lot] = replace(self.shelf[lot], held=True, hold_reason=reason)
        return self

    def use(self, lot: str, quantity: object) -> Self:
        """The next operation, or a customer, takes pieces off our shelf."""
        fact = self.shelf[lot]
        some = Decimal(str(quantity))
        self.shelf[lot] = replace(fact, on_hand=fact.on_hand - some)
        self.used[lot] = self.used.get(lot, Decimal(0)) + some
        self.history.left(lot, some)
        assert self.shelf[lot].on_hand >= 0
        return self

    def then(
        self, expected_stage: str = "", *, place: str = "", sent: object = None, **buckets: object
    ) -> Self:
        """The step was taken; with a stage, or with any bucket, the whole of it is as said.

        Buckets are those of all lines and lots, or of one `place` such as "1:L2"; those not named
        are empty.
        """
        assert self.refusal is None, f"refused: {self.refusal}"
        if expected_stage:
            assert stage(self.order).value == expected_stage
        if buckets or place:
            stock = {at: held for at, held in self.order.stock.items() if place in ("", at)}
            found = {bucket.value: total(stock, bucket) for bucket in Bucket if total(stock, bucket)}
            assert found == {name: Decimal(str(some)) for name, some in buckets.items()}
        if sent is not None:
            assert total(self.order.stock, *SENT) == Decimal(str(sent))
        return self

    def refused(self, code: str, field: str | None = None, **values: object) -> Self:
        """The last step was refused with `code`, naming `field`, with at least these `values`."""
        assert self.refusal is not None, f"not refused: {self.events}"
        assert self.refusal.code == code, self.refusal.detail
        if field is not None:
            assert field in [error.field for error in self.refusal.errors]
        for name, value in values.items():
            assert self.refusal.values[name] == str(value), self.refusal.detail
        return self

    def lacks(self, *gaps: str) -> Self:
        """The last step was refused because of exactly these gaps, each with a sentence of its own."""
        self.refused("close.gaps")
        assert self.refusal is not None
        assert [error.message for error in self.refusal.errors] == list(gaps)
        return self

    def then_nothing(self, expected_stage: str) -> Self:
        """The order stands where it stood before the refusal."""
        assert stage(self.order).value == expected_stage
        return self

    def flags(self, *expected: str) -> Self:
        assert flags(self.order) == expected
        return self

    def happened(self, *kinds: type[e.Event]) -> Self:
        """Exactly these events, in order, came of the last step."""
        assert [type(event) for event in self.events] == list(kinds)
        return self

    def sequence(self, kind: type[e.Event]) -> int:
        """The number of the last event of `kind`."""
        return next(sequence for sequence, _, event in reversed(self.stream) if isinstance(event, kind))

    def event(self, kind: type[e.Event]) -> Any:
        """The last event of `kind`."""
        return next(event for _, _, event in reversed(self.stream) if isinstance(event, kind))

    def wait(self, until: datetime) -> list[str]:
        """Lets time pass and deadlines come; returns what was told, like `03 08:00 remind ack_reminder`."""
        told: list[str] = []
        while (due := next_deadline(self.order)) is not None and due <= until:
            assert watch(self.order)[0].due == due
            self.when(c.PassDeadlines(), at=max(due, self.now)).then()
            told += self.told()
        self.at(until)
        return told

    def told(self) -> list[str]:
        """What the last step told or cleared, with the London time when it did."""
        found = []
        for event in self.events:
            clock = f"{LONDON.local_date(self.now):%d} {self.now:%H:%M}"
            match event:
                case e.ReminderSent():
                    found.append(f"{clock} remind {event.rule}")
                case e.AlertRaised():
                    found.append(f"{clock} raise {event.rule}")
                case e.AlertEscalated():
                    found.append(f"{clock} escalate {self.order.alerts[event.alert].rule} {event.escalation}")
                case e.AlertCleared():
                    found.append(f"{clock} clear {self.order.alerts[event.alert].rule}")
        return found


def parametrize(names: str, *rows: object) -> pytest.MarkDecorator:
    """A table of cases; a row may be named with `pytest.param(…, id=…)`."""
    return pytest.mark.parametrize(names, rows)
