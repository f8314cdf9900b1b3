"""Recalls run: begun, looked at, signed, and their customers written to.

What a recall reaches is read as it stands until a report is signed; the report keeps it from then on. Mails and
holds go by what stands now, also afterwards.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import orjson
from sqlmodel import Session

from activities import holding, recall_mails
from models.domain import recalls as rules
from models.domain.authority import Actor, acting_as
from models.domain.commands import Signature as Named
from models.domain.errors import Refusal, Unknown
from models.domain.lot_holds import OpenHold
from models.domain.recall_scope import not_stopped, scope_of, still_ours
from models.domain.recalls import Recall, Record, Signature
from models.domain.signing import signed
from models.domain.texts import LONGEST_TOLD
from models.domain.trace import Direction
from models.queries import recalls, trace_roots
from models.queries.signing import signer
from models.queries.trace import Begin
from models.queries.trace_near import named
from models.queries.trace_roots import Match
from models.queries.trace_view import found
from models.settings import Settings

View = dict[str, Any]
_IDS = uuid.UUID("9f0c2f7e-3d53-4f0e-8a7a-1e6c2b7d90aa")


def matches(session: Session, identifier: str, *, cleared: bool) -> list[Match]:
    """All that is called so; one that is called exactly so stands for all. Raises `Unknown`."""
    called = named(session, identifier, cleared=cleared)
    exactly = [match for match in called if match.identifier == identifier.strip()]
    return exactly or called


def drawn(session: Session, choose: Callable[[int], int], *, cleared: bool) -> Match:
    """What a drill is about that nobody chose. Raises `Refusal` when nothing went anywhere."""
    lot = recalls.draw(session, choose, cleared=cleared)
    if lot is None:
        raise rules.nothing_to_draw()
    return matches(session, f"lot:{lot}", cleared=cleared)[0]


def begin(
    session: Session, match: Match, reason: str, *, drill: bool, drawn: bool, actor: Actor, now: datetime
) -> Recall:
    """Opens a recall; its clock runs from now on. Raises `Forbidden`."""
    controlled = _controlled(session, match.identifier)
    rules.check_clearance(controlled=controlled, cleared=actor.cleared)
    number = recalls.next_number(session, now.year)
    recall = Recall(
        number, match.identifier, reason, drill, now, actor.id, controlled=controlled, drawn=drawn
    )
    recalls.open_recall(session, recall)
    return recall


def scope(session: Session, recall: Recall, *, cleared: bool) -> View:
    """What the recall reaches as it stands now, as JSON values."""
    match, gone = _about(session, recall.identifier, cleared=cleared)
    traced = found(session, match, Direction.BOTH, cleared=cleared)
    told: View = orjson.loads(_canonical(scope_of(traced.view, traced.trace.ahead, gone=gone)))
    return told


def read(session: Session, recall: Recall, *, cleared: bool) -> View:
    """What it reaches as the signed report says, or as it stands now."""
    report = recalls.signed_report(session, recall.number)
    if report is None:
        return scope(session, recall, cleared=cleared)
    kept: View = orjson.loads(report)["scope"]
    return kept


def sign(
    session: Session,
    number: str,
    reached: View,
    name: str,
    meaning: str,
    record: Record | None,
    *,
    actor: Actor,
    now: datetime,
) -> Signature:
    """Freezes the report with what it `reached`, and signs it. Raises `Invalid`, `Refusal`, `Forbidden`."""
    recall = recalls.named(session, number, cleared=actor.cleared, lock=True)
    printed, _ = signed(Named(name), signer(session, actor.id, name), "name")
    ready = rules.to_sign(recall, record)
    controlled = recall.controlled or _controlled(session, recall.identifier)
    rules.check_clearance(controlled=controlled, cleared=actor.cleared)
    ready = replace(ready, controlled=controlled)
    told = _report(ready, reached)
    content = hashlib.sha256(_canonical(told)).hexdigest()
    rules.check_signer(recall, content, actor.id)
    role = acting_as(actor.roles, rules.MAY_RUN)
    signature = Signature(printed, meaning.strip(), now, actor.id, "", role, content)
    report = _canonical(told | {"signature": _signature(signature)})
    signature = replace(signature, sha256=hashlib.sha256(report).hexdigest())
    recalls.keep_record(session, ready)
    recalls.keep_report(session, recall, signature, report.decode())
    return signature


def approve(
    session: Session, number: str, name: str, settings: Settings, *, actor: Actor, now: datetime
) -> tuple[Recall, list[str]]:
    """Has the customers' contacts written to, those that were not yet; gives the mails. Raises `Refusal`,
    `Forbidden`."""
    recall = recalls.named(session, number, cleared=actor.cleared, lock=True)
    rules.may_approve(recall, actor)
    printed, _ = signed(Named(name), signer(session, actor.id, name), "name")
    rules.check_clearance(controlled=_controlled(session, recall.identifier), cleared=actor.cleared)
    if recall.approved_at is None:
        role = acting_as(actor.roles, rules.MAY_APPROVE)
        recall = replace(
            recall, approved_at=now, approved_by=actor.id, approved_name=printed, approved_role=role
        )
    reached = scope(session, recall, cleared=actor.cleared)
    written = recall_mails.write(session, settings, recall, reached, now)
    recalls.keep_approval(session, recall, [*recalls.mails(session, number), *written])
    return recall, written


def to_hold(session: Session, number: str, *, cleared: bool) -> tuple[Recall, list[str], list[View]]:
    """The lots that stop what can still be stopped, and the pieces that none of them stops. Raises `Refusal` for
    a drill."""
    recall = recalls.named(session, number, cleared=cleared)
    rules.may_hold(recall)
    match, _ = _about(session, recall.identifier, cleared=cleared)
    scoped = found(session, match, Direction.FORWARD, cleared=cleared)
    reached = scope_of(scoped.view, scoped.trace.ahead)
    return recall, still_ours(reached), orjson.loads(_canonical(not_stopped(reached)))


def hold(session: Session, recall: Recall, lot: str, *, actor: Actor, now: datetime) -> None:
    """One lot. Raises `Refusal` when somebody holds it already."""
    reason = f"{recall.number}: {recall.reason}"[:LONGEST_TOLD]
    wanted = OpenHold(str(uuid.uuid5(_IDS, f"{recall.number}:{lot}:{now.isoformat()}")), actor.id, reason)
    holding.place(session, lot, wanted, reason, now)


def not_held(lot: str, refusal: Refusal) -> View:
    return {"lot": lot, "code": refusal.code, "detail": refusal.detail}


def _controlled(session: Session, identifier: str) -> bool:
    """Whether it reaches what only cleared people know of; asked as somebody who sees all."""
    match, _ = _about(session, identifier, cleared=True)
    return recalls.reaches_controlled(session, match.begin)


def _about(session: Session, identifier: str, *, cleared: bool) -> tuple[Match, bool]:
    """What an open recall is about, and whether the books have it no more: it may have been taken back, deleted or
    renamed since, and then nothing is reached. Raises `Unknown` for what only cleared people know of."""
    try:
        return matches(session, identifier, cleared=cleared)[0], False
    except Unknown:
        if trace_roots.matches(session, identifier, cleared=True):
            raise
        kind, _, value = identifier.partition(":")
        return Match(kind, value.strip(), "", Begin(())), True


def _report(recall: Recall, reached: View) -> View:
    """All that is signed, but for who signs it."""
    record = recall.record
    return {
        "recall": recall.number,
        "identifier": recall.identifier,
        "reason": recall.reason,
        "drill": recall.drill,
        "drawn": recall.drawn,
        "opened_at": recall.opened_at,
        "opened_by": recall.opened_by,
        "approved_at": recall.approved_at,
        "approved_by": recall.approved_by,
        "approved_name": recall.approved_name,
        "approved_role": recall.approved_role,
        "team": list(record.team),
        "actions": [
            {"what": each.what, "owner": each.owner, "at": each.at, "by": each.by} for each in record.actions
        ],
        "conclusion": record.conclusion,
        "retest_on": record.retest_on,
        "scope": reached,
    }


def _signature(signature: Signature) -> View:
    return {
        "name": signature.name,
        "meaning": signature.meaning,
        "at": signature.at,
        "by": signature.by,
        "role": signature.role,
    }


def _canonical(values: View | list[View]) -> bytes:
    """JSON with sorted keys: equal facts give equal bytes."""
    option = orjson.OPT_UTC_Z | orjson.OPT_SORT_KEYS
    return orjson.dumps(values, default=lambda value: f"{value:f}", option=option)
