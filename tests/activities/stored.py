"""Orders of a real database that behave like a `Scene`: what the random machines of the core ask of one goes
through `apply`, is delivered twice, and everything written is compared with the events."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Self

from sqlalchemy import delete, func, insert, select, update
from sqlmodel import SQLModel

from activities.apply import apply
from activities.doctor_holds import holds
from activities.doctor_stock import Stock
from activities.doctor_streams import check, streams
from activities.doctor_transfers import transfers
from activities.own_commands import next_sequence
from activities.refusals import from_json
from models import drafts
from models.codec import load_event, load_order, plain
from models.db import Database
from models.domain import commands as c
from models.domain.authority import Actor, OnBehalfOf
from models.domain.commands import Command
from models.domain.contract import Terms
from models.domain.errors import Invalid
from models.domain.evolve import evolve
from models.domain.facts import DraftLine, Facts, LotFact
from models.domain.inspection import InspectionPlan as Plan
from models.domain.order import Order
from models.domain.transfers import partners
from models.settings import Settings
from models.tables.lots import Lot
from models.tables.master_changes import MasterChange
from models.tables.orders import CommandRow, EdgeRow, EventRow, OrderRow
from models.tables.outbox import Outbox
from models.tables.parts import InspectionPlan, Part
from models.tables.people import User
from models.tables.plants import Calendar, Plant
from models.tables.processes import Process
from models.tables.suppliers import Supplier, SupplierApproval, SupplierTerms
from models.tables.types import table
from models.tables.work_orders import Operation, WorkOrder
from tests.domain import invariants
from tests.domain.orders import MILESTONES, NOW, USUALLY, Scene, a_draft

ORDERS, EVENTS, COMMANDS, LOTS = table(OrderRow), table(EventRow), table(CommandRow), table(Lot)
_WRITTEN = (EVENTS, COMMANDS, table(EdgeRow), table(Outbox))
_AT: dict[str, Any] = {"created_at": NOW}
_MOST = Decimal(1000)
_PEOPLE = ("admin", "buyer", "dock", "quality", "approver", "design", "both", "viewer", "planner")


class Store:
    """A database with one kind of part or two, and the scenes of its orders by their numbers."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.database = database
        self.settings = settings
        self.scenes: dict[str, StoredScene] = {}
        self.shelf: dict[str, LotFact] = {}
        # Every command so far, for one that comes again long after it was answered.
        self.asked: list[str] = []
        self._held: dict[str, bool] = {}

    def clear(self) -> None:
        self.scenes, self.shelf, self.asked, self._held = {}, {}, [], {}
        with self.database.write() as session:
            for each in reversed(SQLModel.metadata.sorted_tables):
                session.execute(delete(each))

    def master_data(
        self,
        lots: Sequence[LotFact],
        parts: dict[str, tuple[Plan | None, bool]],
        jobs: dict[str, str],
        *,
        contract: Terms | None,
        documents: Sequence[str],
        milestones: bool,
        gated: bool,
    ) -> None:
        """`parts` with their plan and whether each piece has a number; `jobs` by work order, of which part."""
        steps = [
            {"code": item.code, "kind": item.kind.value, "name": item.name, "day": item.day}
            for item in (MILESTONES if milestones else ())
        ]
        with self.database.write() as session:
            session.add(Calendar(code="EU", country="DE", workdays=[1, 2, 3, 4, 5], exceptions=[], **_AT))
            session.flush()
            session.add(Plant(code="MAIN", name="Main", timezone="Europe/Berlin", calendar="EU", **_AT))
            session.add(
                Process(
                    code="PLATE",
                    name="Plating",
                    milestones=steps,
                    required_documents=list(documents),
                    release_before_ship=gated,
                    **_AT,
                )
            )
            for name in _PEOPLE:
                session.add(User(id=f"u_{name}", email=f"{name}@here", roles=["viewer"], **_AT))
            for code in ("ACME", "BETA"):
                email = f"orders@{code.lower()}.example"
                place = {"locale": "en", "timezone": "Europe/London", "country": "GB"}
                session.add(Supplier(code=code, name=code.title(), email=email, **place, **_AT))
            session.flush()
            for code in ("ACME", "BETA"):
                approval = {"process": "PLATE", "valid_from": date(2020, 1, 1)}
                session.add(SupplierApproval(id=f"a_{code}", supplier=code, **approval, **_AT))
            if contract is not None:
                terms = {each.name: getattr(contract, each.name) for each in fields(contract)}
                terms |= {"id": terms.pop("terms"), "basis": contract.basis.value}
                session.add(SupplierTerms(supplier="ACME", **terms, **_AT))
            materials = {lot.part: lot.unit for lot in lots if lot.part not in parts}
            for number, unit in materials.items():
                session.add(Part(number=number, revision="B", uom=unit, **_AT))
            bom = [{"part": number, "quantity": "1"} for number in materials]
            for number, (plan, by_serial) in parts.items():
                session.add(
                    Part(
                        number=number,
                        revision="B",
                        uom="C62",
                        trace="serial" if by_serial else "lot",
                        bom=bom,
                        **_AT,
                    )
                )
                session.flush()
                if plan is not None:
                    thickness = {"number": "1", "name": "Thickness", "kind": "variable", "unit": "µm"}
                    limits = {"lower": "8", "upper": "12", "sample": 2}
                    session.add(
                        InspectionPlan(
                            part=number,
                            revision="B",
                            process="PLATE",
                            characteristics=[thickness | limits],
                            **_AT,
                        )
                    )
            for job, part in jobs.items():
                session.add(WorkOrder(number=job, type="MTO", part=part, revision="B", quantity=_MOST, **_AT))
                session.flush()
                session.add(
                    Operation(
                        work_order=job,
                        sequence=30,
                        kind="outside",
                        process="PLATE",
                        spec="ASTM B633",
                        spec_revision="2023",
                    )
                )
            for lot in lots:
                some = {"quantity": lot.on_hand, "on_hand": lot.on_hand, "uom": lot.unit}
                session.add(Lot(number=lot.lot, part=lot.part, heat_number=lot.heat, **some, **_AT))
                # Somebody registered it, which is why its quantity is believed.
                session.add(MasterChange(table_name="lot", key=lot.lot, after={}, actor="u_admin", at=NOW))

    def issued(self, number: str, *lines: DraftLine, **terms: Any) -> StoredScene:
        with self.database.write() as session:
            drafts.add(session, a_draft(*lines, number=number, **terms), NOW)
        scene = StoredScene(self, number)
        self.scenes[number] = scene
        scene.when(c.Issue()).then()
        return scene

    def ask(
        self,
        scene: StoredScene,
        command: Command,
        actor: Actor,
        on_behalf_of: OnBehalfOf | None,
        revision: int | None,
        if_match: int | None,
    ) -> Any:
        """The command's row once it was applied, and once more."""
        self._hold()
        name = str(uuid.uuid4())
        with self.database.write() as session:
            session.execute(
                insert(COMMANDS).values(
                    id=name,
                    order_number=scene.number,
                    sequence=next_sequence(session, scene.number),
                    name=command.name,
                    payload=plain(command),
                    actor_id=actor.id,
                    actor_kind=actor.kind,
                    actor_roles=sorted(actor.roles),
                    cleared=actor.cleared,
                    on_behalf_of=plain(on_behalf_of) if on_behalf_of is not None else None,
                    revision=revision,
                    if_match=if_match,
                    request_hash="",
                    received_at=scene.now,
                    status="received",
                    answered_early=False,
                )
            )
        self._apply(name, scene.now)
        self.asked.append(name)
        self._deliver(scene.now)
        written = self._written()
        # Twice, and one from before behind it: what was answered is answered, and nothing is done again.
        for again in (name, self.asked[len(self.asked) // 2]):
            self._apply(again, scene.now)
        assert self._written() == written, "a command had an effect twice"
        self.refresh(scene.now)
        with self.database.read() as session:
            return session.execute(select(COMMANDS).where(COMMANDS.c.id == name)).one()

    def _apply(self, name: str, now: datetime) -> None:
        with self.database.write() as session:
            apply(session, self.settings, name, now)

    def _deliver(self, now: datetime) -> None:
        """What one order asks of another in the product's own name, as the relay delivers it."""
        waiting = (
            select(COMMANDS.c.id)
            .where(COMMANDS.c.status == "received")
            .order_by(COMMANDS.c.order_number, COMMANDS.c.sequence)
        )
        while True:
            with self.database.read() as session:
                name = session.scalar(waiting.limit(1))
            if name is None:
                return
            self._apply(name, now)

    def _written(self) -> tuple[Any, ...]:
        with self.database.read() as session:
            orders = session.execute(
                select(ORDERS.c.number, ORDERS.c.version, ORDERS.c.snapshot).order_by(ORDERS.c.number)
            ).all()
            counts = [session.scalar(select(func.count()).select_from(each)) for each in _WRITTEN]
            shelf = session.execute(select(LOTS.c.number, LOTS.c.on_hand).order_by(LOTS.c.number)).all()
        return (list(map(tuple, orders)), counts, list(map(tuple, shelf)))

    def _hold(self) -> None:
        """What a rule did to the shelf by hand."""
        changed = {name: fact for name, fact in self.shelf.items() if fact.held != self._held.get(name)}
        if changed:
            with self.database.write() as session:
                for name, fact in changed.items():
                    held = {"held": fact.held, "hold_reason": "suspect heat" if fact.held else None}
                    session.execute(update(LOTS).where(LOTS.c.number == name).values(**held))

    def refresh(self, now: datetime) -> None:
        """Every scene as its order stands, step by step; and what the doctor says of all of them."""
        with self.database.snapshot() as session:
            for row in session.execute(select(ORDERS).where(ORDERS.c.snapshot.is_not(None))).all():
                scene = self.scenes.setdefault(row.number, StoredScene(self, row.number))
                known = scene.state.version if scene.state is not None else 0
                if row.version == known:
                    continue
                scene.now = max(scene.now, now)
                later = EVENTS.c.order_number == row.number, EVENTS.c.sequence > known
                found = session.execute(select(EVENTS).where(*later).order_by(EVENTS.c.sequence)).all()
                scene.happened_so(found, load_order(row.snapshot))
            self.shelf.clear()
            for row in session.execute(select(LOTS)).all():
                heat, why = row.heat_number or "", row.hold_reason or ""
                self.shelf[row.number] = LotFact(
                    row.number, row.part, row.on_hand, row.uom, heat, row.held, why
                )
                self._held[row.number] = row.held
            findings, stock = [], Stock()
            for stream in streams(session, None):
                wrong, folded = check(stream)
                findings += wrong
                stock.add(folded.changes)
            findings += [*stock.check(session), *transfers(session), *holds(session)]
        # A rule holds lots as the shelf of the core is held: by hand.
        wrong = [each for each in findings if each.code != "lot.held"]
        assert wrong == [], wrong


class StoredScene(Scene):
    """One order of a store."""

    def __init__(self, store: Store, number: str) -> None:
        super().__init__()
        self.store = store
        self.number = number
        self.shelf = store.shelf

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
        if at is not None:
            self.at(at)
        before = set(self.store.scenes)
        self.events, self.refusal, self.asks, self.drafts = [], None, (), ()
        self.born = {}
        if "NaN" in str(plain(command)):
            # The API takes no such number, so that no row could hold it.
            self.refusal = Invalid("quantity.not_a_number", "Enter a number.")
            return self
        actor = by or USUALLY.get(command.name, USUALLY[""])
        row = self.store.ask(self, command, actor, on_behalf_of, revision, if_match)
        if row.status == "refused":
            self.refusal = from_json(row.result["refusal"])
        self.born = {name: scene for name, scene in self.store.scenes.items() if name not in before}
        for name in partners(self.order) if self.state is not None else ():
            invariants.check_pair(self.order, self.store.scenes[name].order)
        return self

    def happened_so(self, rows: Sequence[Any], stands: Order) -> None:
        """The stored events lead to the stored state, each step as it may be."""
        first = self.state
        for row in rows:
            event = load_event(row.type, row.payload)
            after = evolve(self.state, event, row.sequence, row.at)
            if self.state is not None:
                invariants.check_step(self.state, event, after)
            self.state = after
            self.events.append(event)
            self.stream.append((row.sequence, row.at, event))
        assert self.state == stands, "the order's row is not what its events lead to"
        invariants.check_state(stands)
        if first is not None:
            invariants.check_time(first, self.events, stands, self.now)

    def use(self, lot: str, quantity: object) -> Self:
        """Taken by hand: the lot is counted anew."""
        some = Decimal(str(quantity))
        taken = {"on_hand": LOTS.c.on_hand - some, "quantity": LOTS.c.quantity - some}
        with self.store.database.write() as session:
            session.execute(update(LOTS).where(LOTS.c.number == lot).values(**taken))
        return super().use(lot, some)
