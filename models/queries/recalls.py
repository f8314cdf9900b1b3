"""Recalls as they are written down: opened, listed, recorded, signed; and which lot a drill begins with."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, func, insert, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from models import clearance
from models.domain.recalls import Action, Recall, Record, Signature, number_of, unknown
from models.domain.trace import Direction, follow
from models.queries.trace import Begin, Genealogy
from models.tables.lots import Lot
from models.tables.orders import EdgeRow
from models.tables.outbox import Outbox, OutboxRecipient
from models.tables.parts import Part
from models.tables.recalls import RecallReportRow, RecallRow, RecallSeries
from models.tables.types import table

_RECALLS, _REPORTS, _SERIES = table(RecallRow), table(RecallReportRow), table(RecallSeries)
_LOTS, _EDGES, _PARTS = table(Lot), table(EdgeRow), table(Part)
_OUTBOX, _RECIPIENTS = table(Outbox), table(OutboxRecipient)
View = dict[str, Any]


def next_number(session: Session, year: int) -> str:
    """Counting up locks the year's row until the caller commits, so two at once never get the same number."""
    dialect = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    count_up = (
        dialect(_SERIES)
        .values(year=year, last=1)
        .on_conflict_do_update(index_elements=["year"], set_={"last": _SERIES.c.last + 1})
        .returning(_SERIES.c.last)
    )
    return number_of(year, session.execute(count_up).scalar_one())


def open_recall(session: Session, recall: Recall) -> None:
    session.execute(
        insert(_RECALLS).values(
            number=recall.number,
            identifier=recall.identifier,
            reason=recall.reason,
            drill=recall.drill,
            drawn=recall.drawn,
            controlled=recall.controlled,
            opened_at=recall.opened_at,
            opened_by=recall.opened_by,
            team=[],
            actions=[],
            conclusion="",
            approved_name="",
            approved_as="",
            mails=[],
        )
    )


def named(session: Session, number: str, *, cleared: bool, lock: bool = False) -> Recall:
    """Raises `Unknown`, also for what only cleared people know of."""
    query = select(_RECALLS).where(_RECALLS.c.number == number)
    row = session.execute(query.with_for_update() if lock else query).one_or_none()
    hidden = row is not None and row.controlled and not cleared
    if hidden:
        clearance.barred("recall", number)
    if row is None or hidden:
        raise unknown(number)
    return _recall(row, _signatures(session, [number]).get(number, ()))


def listed(session: Session, *, cleared: bool, before: str | None = None, limit: int = 100) -> list[Recall]:
    """The latest first, those opened before the one named `before`."""
    query = select(_RECALLS).order_by(_RECALLS.c.opened_at.desc(), _RECALLS.c.number.desc()).limit(limit)
    if not cleared:
        query = query.where(_RECALLS.c.controlled.is_(False))
    if before is not None:
        opened = select(_RECALLS.c.opened_at).where(_RECALLS.c.number == before).scalar_subquery()
        at = _RECALLS.c.opened_at
        query = query.where(or_(at < opened, (at == opened) & (_RECALLS.c.number < before)))
    rows = session.execute(query).all()
    signed = _signatures(session, [row.number for row in rows])
    return [_recall(row, signed.get(row.number, ())) for row in rows]


def keep_record(session: Session, recall: Recall) -> None:
    record = recall.record
    session.execute(
        update(_RECALLS)
        .where(_RECALLS.c.number == recall.number)
        .values(
            team=list(record.team),
            actions=[
                {"what": each.what, "owner": each.owner, "at": each.at.isoformat(), "by": each.by}
                for each in record.actions
            ],
            conclusion=record.conclusion,
            retest_on=record.retest_on,
            controlled=recall.controlled,
        )
    )


def keep_report(session: Session, recall: Recall, signature: Signature, report: str) -> None:
    """The words somebody signed, beside those of earlier signatures."""
    session.execute(
        insert(_REPORTS).values(
            recall=recall.number,
            sequence=len(recall.signatures) + 1,
            name=signature.name,
            meaning=signature.meaning,
            signed_at=signature.at,
            signed_by=signature.by,
            signed_as=signature.role,
            report=report,
            sha256=signature.sha256,
            content=signature.content,
        )
    )
    if not recall.signatures:
        session.execute(
            update(_RECALLS).where(_RECALLS.c.number == recall.number).values(signed_at=signature.at)
        )


def keep_approval(session: Session, recall: Recall, mails: Iterable[str]) -> None:
    """Who approved that customers are written to, and the mails written so far."""
    session.execute(
        update(_RECALLS)
        .where(_RECALLS.c.number == recall.number)
        .values(
            approved_at=recall.approved_at,
            approved_by=recall.approved_by,
            approved_name=recall.approved_name,
            approved_as=recall.approved_role,
            mails=list(mails),
        )
    )


def mails(session: Session, number: str) -> list[str]:
    """The ids of the mails to customers."""
    found: list[str] = session.scalar(select(_RECALLS.c.mails).where(_RECALLS.c.number == number)) or []
    return found


def mail_fates(session: Session, number: str) -> list[View]:
    """What became of the mails to customers."""
    names = ("name", "address", "state", "smtp_code", "updated_at")
    query = (
        select(_OUTBOX.c.id, _OUTBOX.c.created_at, *(_RECIPIENTS.c[name] for name in names))
        .join(_RECIPIENTS, _RECIPIENTS.c.outbox_id == _OUTBOX.c.id)
        .where(_OUTBOX.c.id.in_(mails(session, number)))
        .order_by(_OUTBOX.c.created_at, _OUTBOX.c.id)
    )
    return [
        {
            "mail": row.id,
            "name": row.name,
            "address": row.address,
            "state": row.state,
            "smtp_code": row.smtp_code,
            "created_at": row.created_at,
            # Until there is news of it, when it was written.
            "updated_at": row.updated_at,
        }
        for row in session.execute(query)
    ]


def signed_report(session: Session, number: str) -> str | None:
    """The words of the signature that holds."""
    query = select(_REPORTS.c.report).where(_REPORTS.c.recall == number)
    report: str | None = session.scalar(query.order_by(_REPORTS.c.sequence.desc()).limit(1))
    return report


def last_drill(session: Session) -> tuple[date | None, date | None]:
    """When a drill was signed last, and the day it is to be tried again."""
    query = (
        select(_RECALLS.c.signed_at, _RECALLS.c.retest_on)
        .where(_RECALLS.c.drill, _RECALLS.c.signed_at.is_not(None))
        .order_by(_RECALLS.c.signed_at.desc())
        .limit(1)
    )
    row = session.execute(query).first()
    return (None, None) if row is None else (row.signed_at.date(), row.retest_on)


def drill_signed(session: Session, begin: datetime, end: datetime) -> bool:
    """Whether a drill was signed from `begin` on and before `end`."""
    query = select(_RECALLS.c.number).where(
        _RECALLS.c.drill, _RECALLS.c.signed_at >= begin, _RECALLS.c.signed_at < end
    )
    return session.scalar(query.limit(1)) is not None


def draw(session: Session, choose: Callable[[int], int], *, cleared: bool) -> str | None:
    """A lot that went somewhere, every one as likely: `choose(n)` gives a number from 0 to n - 1."""
    lots = _gone_somewhere(cleared)
    count = session.scalar(select(func.count()).select_from(lots.subquery())) or 0
    if not count:
        return None
    lot: str = session.execute(lots.order_by(_LOTS.c.number).offset(choose(count)).limit(1)).scalar_one()
    return lot


def _gone_somewhere(cleared: bool) -> Select[Any]:
    """What was taken back by a correction went nowhere."""
    gone = (
        select(func.sum(_EDGES.c.quantity))
        .where(_EDGES.c.from_node == literal("lot:") + _LOTS.c.number)
        .correlate(_LOTS)
        .scalar_subquery()
    )
    query = select(_LOTS.c.number).where(gone > 0)
    if not cleared:
        controlled = select(_PARTS.c.number).where(_PARTS.c.export_controlled)
        query = query.where(_LOTS.c.part.not_in(controlled))
    return query


def reaches_controlled(session: Session, begin: Begin) -> bool:
    """Whether anything on the way is known to cleared people only."""
    if Genealogy(session, cleared=False).whole:
        return False
    trace = follow(begin.roots, Direction.BOTH, Genealogy(session, cleared=True), begin.behind)
    return len(Genealogy(session, cleared=False).visible(trace.nodes)) < len(trace.nodes)


def _signatures(session: Session, numbers: list[str]) -> dict[str, tuple[Signature, ...]]:
    names = ("recall", "name", "meaning", "signed_at", "signed_by", "sha256", "signed_as", "content")
    query = (
        select(*(_REPORTS.c[name] for name in names))
        .where(_REPORTS.c.recall.in_(numbers))
        .order_by(_REPORTS.c.recall, _REPORTS.c.sequence)
    )
    found: dict[str, tuple[Signature, ...]] = {}
    for row in session.execute(query):
        told = (row.name, row.meaning, row.signed_at, row.signed_by, row.sha256, row.signed_as, row.content)
        signature = Signature(*told)
        found[row.recall] = (*found.get(row.recall, ()), signature)
    return found


def _recall(row: Row[Any], signatures: tuple[Signature, ...]) -> Recall:
    actions = tuple(
        Action(each["what"], each["owner"], datetime.fromisoformat(each["at"]), each["by"])
        for each in row.actions
    )
    return Recall(
        row.number,
        row.identifier,
        row.reason,
        row.drill,
        row.opened_at,
        row.opened_by,
        row.controlled,
        Record(tuple(row.team), actions, row.conclusion, row.retest_on),
        signatures,
        row.approved_at,
        row.approved_by,
        row.approved_name,
        row.approved_as,
        row.drawn,
    )
