"""Applies one saved command to its order: one locked, pure decision and one transaction.

Everything the decision causes is written together: events, tables, stock, genealogy, outbox and
the command's result. Applying a command again returns the stored result and writes nothing, so it
may run as often as Temporal likes.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlmodel import Session

from activities import facts as facts_of
from activities import hold_mails, lot_names
from activities.contracts import Applied, Carried
from activities.letters import Letters
from activities.locking import Locked, lock
from activities.own_commands import next_sequence as next_sequence
from activities.own_commands import save_system_command as save_system_command
from activities.recording import hand_on_files, record
from activities.refusals import as_json, cannot_be_kept, tell_late
from activities.shelving import shelve
from models import drafts, order_numbers
from models.codec import adapter, load_command, load_order, plain
from models.domain import events as e
from models.domain import headline
from models.domain.across import Decision
from models.domain.authority import Actor, OnBehalfOf, Role
from models.domain.commands import DecideDisposition, ForceComplete
from models.domain.deadlines import Deadline, soonest
from models.domain.decide import decide, decided
from models.domain.errors import Refusal
from models.domain.evolve import evolve
from models.domain.facts import Asked
from models.domain.flags import flags
from models.domain.made import made
from models.domain.notices import notices
from models.domain.order import Order, stage
from models.domain.standing import standing
from models.queries.signing import signer
from models.settings import Settings
from models.tables.orders import CommandRow, OrderRow
from models.tables.types import table

_COMMANDS = table(CommandRow)
_ORDERS = table(OrderRow)

# Built once: to build a statement costs as much as to run it.
_COMMAND = select(_COMMANDS).where(_COMMANDS.c.id == bindparam("command"))
_SETTLE = update(_COMMANDS).where(_COMMANDS.c.id == bindparam("command"))


class UnknownCommand(Exception):
    """No such command row: it was never saved, so it is never applied."""


def apply(
    session: Session, settings: Settings, command_id: str, now: datetime, *, impossible: bool = False
) -> Applied:
    """Applies command `command_id` in the caller's write transaction and says where the order stands.

    Raises `UnknownCommand`; a refusal is a result, not an exception. `impossible`: it was tried and can
    never be written, so it is refused; see `activities.settling`, through which whoever commits calls it.
    """
    locked = lock(session, command_id)
    if locked is None:
        raise UnknownCommand(command_id)
    row = locked.row
    # Read only now, under the order's lock: a second delivery of the same command has waited for it.
    command = session.execute(_COMMAND, {"command": command_id}).one()
    order = load_order(row.snapshot) if row.snapshot is not None else None
    if command.status != "received":
        return _as_it_was(command.status, row, order, (command.result or {}).get("outbox", []))
    return _decide_and_write(session, settings, locked, order, command, now, impossible)


def before_issue(session: Session, command_id: str) -> Carried | None:
    """What the workflow that applies this `issue` begins with; None when it would be refused as things
    stand. It is listed from its start as what the order is about to be: to list it anew costs Temporal
    half a command. Nothing is locked, nothing written.
    """
    command = session.execute(_COMMAND, {"command": command_id}).one()
    row: Any = session.execute(select(_ORDERS).where(_ORDERS.c.number == command.order_number)).one()
    now = command.received_at
    order: Order | None = None
    try:
        asked = _asked(command)
        events = decide(None, asked, facts_of.gather(session, row, None, asked.command, now), now)
        for place, event in enumerate(events):
            order = evolve(order, event, place + 1, now)
        assert order is not None, "a decision about a draft issues it"
        issued = _standing(command.status, stage(order).value, order, soonest(order), [])
    except (Refusal, ArithmeticError):
        # What can never be computed is refused by `apply`, which is asked next.
        return None
    return Carried(shown=issued.attributes, shown_at=now.isoformat(), details=issued.details)


def pass_deadlines(
    session: Session,
    settings: Settings,
    number: str,
    command: str,
    now: datetime,
    *,
    impossible: bool = False,
) -> Applied:
    """Saves and applies command `command`, which says that time has passed; again, it is the same one."""
    session.execute(select(_ORDERS.c.number).where(_ORDERS.c.number == number).with_for_update())
    if session.scalar(select(_COMMANDS.c.id).where(_COMMANDS.c.id == command)) is None:
        save_system_command(session, command, number, "pass-deadlines", {}, now)
    return apply(session, settings, command, now, impossible=impossible)


def _decide_and_write(
    session: Session,
    settings: Settings,
    locked: Locked,
    order: Order | None,
    command: Any,
    now: datetime,
    impossible: bool,
) -> Applied:
    row, others = locked.row, _others(locked, command)
    # Two clocks may differ by a little; the stream's never runs backwards.
    heard = [
        each.last_news_at for each in (order, *others.values()) if each is not None and each.last_news_at
    ]
    now = max(now, command.received_at, *heard)
    letters = Letters(session, settings, command.id, now)
    try:
        if impossible:
            raise cannot_be_kept()
        asked = _asked(command)
        asked = replace(asked, command=lot_names.of_command(session, order, asked.command))
        known = facts_of.gather(session, row, order, asked.command, now)
        if isinstance(asked.command, ForceComplete | DecideDisposition):
            who = signer(session, asked.actor.id, asked.command.signature.name)
            known = replace(known, signer=who)
        if others:
            known = replace(known, others=others)
        decision = decided(order, asked, known, now)
    except Refusal as refusal:
        if command.actor_kind != "system":
            refusal.standing = standing(order, _actor(command))
        if command.answered_early:
            tell_late(letters, row.number, order, command, refusal)
        refused = {"refusal": as_json(refusal), "outbox": letters.written}
        _settle(session, command.id, "refused", refused, now)
        return _as_it_was("refused", row, order, letters.written)
    before = order if order is not None else drafts.of_row(row)
    after, deadline = record(session, row.number, before, row.last_hash, command, decision.events, now)
    # Its own papers have left the tables by now where another order takes them over.
    happened = [(after, decision.events), *_happen_to_others(session, locked, others, command, decision, now)]
    for number, ask in sorted(decision.asks, key=lambda asked: (asked[0], asked[1].name)):
        # Derived from the cause, so that it is the same one however often this is tried.
        name = str(uuid.uuid5(uuid.UUID(command.id), f"{after.version}:{number}:{ask.name}"))
        save_system_command(session, name, number, ask.name, plain(ask), now)
    shelve(session, happened, now)
    if any(isinstance(event, e.DocumentAdded) for _, events in happened for event in events):
        # A paper that contradicts its order holds lots, its correction releases them.
        hold_mails.tell(session, settings, now)
    for state, events in happened:
        if events and state.kin.successor:
            hand_on_files(session, state)
    for state, events in happened:
        rules = {alert.alert: alert.rule for alert in state.alerts.values()}
        letters.write(state, notices(events, rules))
    result: dict[str, Any] = {
        "made": made(decision.events),
        "outbox": letters.written,
        "version": after.version,
    }
    _settle(session, command.id, "applied", result, now)
    return _standing("applied", stage(after).value, after, deadline, letters.written)


def _happen_to_others(
    session: Session,
    locked: Locked,
    others: Mapping[str, Order],
    command: Any,
    decision: Decision,
    now: datetime,
) -> Iterator[tuple[Order, list[e.Event]]]:
    """Writes what the decision does to other orders and brings into the world; their workflows hear of it."""
    for number, events in sorted(decision.others.items()):
        known = locked.others.get(number)
        chain = known.last_hash if known is not None else ""
        after, _ = record(session, number, others.get(number), chain, command, events, now)
        _wake(session, command.id, number, now)
        yield after, events
    for draft in decision.drafts:
        drafts.add(session, draft, now)
    new = len(decision.others.keys() - others.keys()) + len(decision.drafts)
    if new:
        order_numbers.give_numbers(session, locked.row.type, now.year, new)


def _others(locked: Locked, command: Any) -> Mapping[str, Order]:
    """The issued orders the command is about, but for those that do not exist for who asks."""
    return {
        number: load_order(row.snapshot)
        for number, row in locked.others.items()
        if row.snapshot is not None and (command.cleared or not row.export_controlled)
    }


def _wake(session: Session, cause: str, number: str, now: datetime) -> None:
    """Its workflow does not know yet what somebody else's command did to the order: told that time has
    passed, it takes over where the order stands, or begins."""
    command = str(uuid.uuid5(uuid.UUID(cause), f"wake:{number}"))
    save_system_command(session, command, number, "pass-deadlines", {}, now)


def _asked(command: Any) -> Asked:
    """The command row as the core reads it."""
    return Asked(
        command=load_command(command.name, command.payload),
        actor=_actor(command),
        on_behalf_of=adapter(OnBehalfOf).validate_python(command.on_behalf_of)
        if command.on_behalf_of
        else None,
        revision=command.revision,
        if_match=command.if_match,
    )


def _actor(command: Any) -> Actor:
    roles = frozenset(Role(role) for role in command.actor_roles)
    return Actor(command.actor_id, command.actor_kind, roles, command.cleared)


def _settle(session: Session, command: str, status: str, result: dict[str, Any], now: datetime) -> None:
    session.execute(_SETTLE, {"command": command, "status": status, "result": result, "applied_at": now})


def _as_it_was(status: str, row: Any, order: Order | None, outbox: list[str]) -> Applied:
    """Nothing was written: the order stands where it stood."""
    if order is None:
        return Applied(status, row.stage, 0, outbox=outbox)
    return _standing(status, row.stage, order, soonest(order), outbox)


def _standing(
    status: str, stage_name: str, order: Order, deadline: Deadline | None, outbox: list[str]
) -> Applied:
    on = flags(order)
    return Applied(
        status=status,
        stage=stage_name,
        version=order.version,
        due=deadline.due.isoformat() if deadline is not None else "",
        waits_for=headline.waits_for(deadline) if deadline is not None else "",
        outbox=outbox,
        attributes={
            "Stage": stage_name,
            # People look at the list: a second's difference is no news to them.
            "DueAt": deadline.due.replace(second=0, microsecond=0).isoformat()
            if deadline is not None
            else "",
            "Supplier": order.supplier,
            "Buyer": order.buyer,
            "Process": order.process,
            "Late": "yes" if "late" in on else "no",
            "Urgent": "yes" if "urgent" in on else "no",
            "Hold": "yes" if "hold" in on else "no",
        },
        details=headline.details(order),
    )
