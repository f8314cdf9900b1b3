"""Who looks at a page of ours, and how it is drawn: their name, language, day and open alerts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import Depends, Request, Response
from sqlalchemy import func, select
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from api import html
from api.auth import Principal, Reader
from api.pages import navigation
from api.supplier.words import LANGUAGES, Words, language
from models.domain.authority import Actor, Role, roles_for
from models.queries import hold_reach, recall_alerts
from models.queries import orders as queries
from models.queries.local_day import timezone_at
from models.tables.orders import AlertRow, OrderRow
from models.tables.types import table

_ALERTS = table(AlertRow)
_ORDERS = table(OrderRow)
_UNANSWERED = select(func.count()).where(_ALERTS.c.open.is_(True), _ALERTS.c.acknowledged_at.is_(None))
# Of orders that anybody may know of.
_UNANSWERED_FREE = _UNANSWERED.where(
    _ALERTS.c.order_number.not_in(select(_ORDERS.c.number).where(_ORDERS.c.export_controlled.is_(True)))
)
# Beside them the lots nobody has released: what a hold stops is every planner's.
_HELD = hold_reach.counting(cleared=True).scalar_subquery()
_HELD_FREE = hold_reach.counting(cleared=False).scalar_subquery()
_ALL_ALERTS = select(_UNANSWERED.scalar_subquery() + _HELD)
_ALL_ALERTS_FREE = select(_UNANSWERED_FREE.scalar_subquery() + _HELD_FREE)


@dataclass(frozen=True, slots=True)
class Staff:
    """One of our people looking at a page. `alerts`: open ones nobody has answered yet, lots on hold, and
    customers whom a recall's mail did not reach."""

    principal: Principal
    words: Words
    now: datetime
    alerts: int

    @property
    def name(self) -> str:
        return self.principal.name

    @property
    def actor(self) -> Actor:
        return Actor(
            self.principal.id, self.principal.kind, self.principal.roles, cleared=self.principal.cleared
        )

    @property
    def reader(self) -> queries.Reader:
        return queries.Reader(self.principal.roles, self.principal.cleared)

    def may(self, command: str) -> bool:
        """Whether one of this person's roles may send `command` at all."""
        return bool(self.principal.roles & {*roles_for(command), Role.ADMIN})

    def has(self, *roles: Role) -> bool:
        return bool(self.principal.roles & {*roles, Role.ADMIN})


async def enter(request: Request, principal: Reader) -> Staff:
    """A dependency: who looks. Everybody with a role may; what they may do there is another question."""
    return await run_in_threadpool(_read, request, principal)


Visitor = Annotated[Staff, Depends(enter)]


def _read(request: Request, principal: Principal) -> Staff:
    with request.app.state.database.read() as session:
        return who_looks(session, request, principal)


def who_looks(session: Session, request: Request, principal: Principal) -> Staff:
    """For a page that is read in one go; others ask for a `Visitor`."""
    now: datetime = request.app.state.clock()
    zone = timezone_at(session, principal.plant)
    alerts = session.scalar(_ALL_ALERTS if principal.cleared else _ALL_ALERTS_FREE) or 0
    alerts += recall_alerts.count(session, cleared=principal.cleared)
    words = Words(language(request, principal.locale), zone, now.astimezone(ZoneInfo(zone)).date())
    return Staff(principal, words, now, alerts)


def draw(request: Request, staff: Staff, template: str, status: int = 200, **context: Any) -> Response:
    """A page in the frame; `template` extends `pages/_frame.html`."""
    settings = request.app.state.settings
    ways = navigation.rarer(staff.principal.roles, mailbox=settings.mailbox != "off")
    return html.page(
        template,
        status,
        locale=staff.words.locale,
        staff=staff,
        words=staff.words,
        company=settings.company,
        languages=LANGUAGES,
        more_pages=ways,
        here_in_more=navigation.here(ways, request.url.path),
        path=request.url.path,
        here=request.url.path + (f"?{request.url.query}" if request.url.query else ""),
        **context,
    )
