"""Quality decides about what was made with other material than its bill of material names."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlmodel import Session

from activities import holding
from activities.floor_stock import lock_jobs, shelved, write
from models.domain.authority import Actor
from models.domain.commands import Signature
from models.domain.errors import Unknown
from models.domain.floor_records import scrapped
from models.domain.lot_holds import OpenHold
from models.domain.materials import Decision, decide
from models.queries import controlled, lot_holds, shop_floor, signing
from models.queries.shop_floor import MISMATCHES, SCRAPPED
from models.tables.lots import Lot, LotHoldRow
from models.tables.shop_floor import MaterialMismatchRow
from models.tables.types import table

_LOTS = table(Lot)
_IDS = uuid.UUID("8f1f0c9a-5a0e-4f6d-9d0b-3c6f2b7e41aa")


def disposition(
    session: Session,
    mismatch: str,
    decision: Decision,
    reason: str,
    signature: Signature | None,
    actor: Actor,
    now: datetime,
) -> None:
    """Accepted, the lots may leave, once whatever holds them is released. Scrapped is what is here of all that the job
    made, also of what came back under another name; what is elsewhere, and what is not scrapped, is put on hold."""
    of_it = MISMATCHES.c.id == mismatch
    job = session.scalar(select(MISMATCHES.c.work_order).where(of_it))
    if job is None:
        raise Unknown("unknown", "There is no {kind} {key}.", kind="material mismatch", key=mismatch)
    # In the order in which the floor locks them. What the job makes meanwhile is made once this is decided.
    lock_jobs(session, {job})
    row = session.execute(select(MISMATCHES).where(of_it).with_for_update()).mappings().one()
    made = shop_floor.lots_made(session, job)
    signed = decide(
        shop_floor.as_mismatch(dict(row)),
        decision,
        reason,
        signature,
        signing.signer(session, actor.id, signature.name if signature is not None else ""),
        actor.roles,
        left=bool(shop_floor.not_all_scrapped(session, made)),
    )
    if decision is not Decision.ACCEPT:
        # To hold a lot, its orders are locked: before any lot is.
        for lot in made:
            if decision is Decision.HOLD or not _all_here(session, lot):
                _hold(session, lot, mismatch, actor.id, reason, now)
    if decision is Decision.SCRAP:
        for lot in sorted(lot_holds.became(session, made)):
            _scrap(session, lot, mismatch, now)
        for lot in shop_floor.not_all_scrapped(session, made):
            # Some of it went out while the lot was not locked yet.
            _hold(session, lot, mismatch, actor.id, reason, now)
    session.execute(
        update(MISMATCHES)
        .where(of_it)
        .values(
            decision=decision.value,
            reason=reason,
            signature=None if signed is None else asdict(signed) | {"at": now.isoformat()},
            decided_at=now,
            decided_by=actor.id,
            earlier=[*row["earlier"], *_before(dict(row))],
        )
    )


def _before(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What was decided until now, as it is kept beside what is decided instead."""
    if not row["decision"]:
        return []
    told = {name: row[name] for name in ("decision", "reason", "signature", "decided_by")}
    return [told | {"decided_at": row["decided_at"].isoformat()}]


def made_later(session: Session, job: str, lot: str, now: datetime) -> None:
    """What a job makes after quality decided that none of it leaves is scrapped at once, or on hold from its first
    moment, unless what was made of it before was released meanwhile."""
    scrap_again(session, [lot], now)
    for row in shop_floor.mismatches(
        session,
        MISMATCHES.c.work_order == job,
        MISMATCHES.c.decision == Decision.HOLD.value,
        MISMATCHES.c.withdrawn_at.is_(None),
    ):
        before = [_hold_id(row["id"], made) for made in shop_floor.lots_ever_made(session, job)]
        if not lot_holds.released_of(session, before):
            _hold(session, lot, row["id"], row["decided_by"], row["reason"], now)


def scrap_again(session: Session, lots: Iterable[str], now: datetime) -> None:
    """Pieces that come to be in lots which quality decided to scrap go the same way."""
    for lot in lots:
        wrong = shop_floor.to_be_scrapped(session, lot)
        if wrong is not None:
            _scrap(session, lot, wrong["id"], now)


def _all_here(session: Session, lot: str) -> bool:
    there = _LOTS.c.quantity == _LOTS.c.on_hand
    return session.scalar(select(_LOTS.c.number).where(_LOTS.c.number == lot, there)) is not None


def _scrap(session: Session, lot: str, mismatch: str, now: datetime) -> None:
    """All of the lot that is on our shelf, under its lock."""
    there = shelved(session, [lot], cleared=True)[lot]
    fact = there.fact
    if not fact.on_hand:
        return
    record = str(uuid.uuid4())
    session.execute(
        insert(SCRAPPED).values(
            id=record,
            mismatch=mismatch,
            lot=lot,
            part=fact.part,
            part_revision=there.part_revision,
            quantity=fact.on_hand,
            unit=fact.unit,
            at=now,
        )
    )
    write(session, scrapped(lot, fact.on_hand, fact.unit), record)


def _hold(session: Session, lot: str, mismatch: str, by: str, why: str, now: datetime) -> None:
    """Once for a mismatch and lot, if nobody holds the lot already."""
    if all(hold.of_a_document for hold in lot_holds.open_holds(session, lot)):
        row = session.get_one(MaterialMismatchRow, mismatch)
        # Who reads why a lot is held need not be cleared for what was used.
        reason = why if controlled.hidden(session, row, cleared=False) else f"{mismatch}: {why}"
        hold = _hold_id(mismatch, lot)
        if session.get(LotHoldRow, hold) is not None:
            # That one was released before it was decided anew.
            hold = str(uuid.uuid4())
        holding.place(session, lot, OpenHold(hold, by, reason), reason, now)


def _hold_id(mismatch: str, lot: str) -> str:
    """The same for a mismatch and lot, without saying which: who reads of the hold need not know of the other."""
    return str(uuid.uuid5(_IDS, f"{mismatch}:{lot}"))
