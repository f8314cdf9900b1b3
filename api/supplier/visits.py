"""Everything one look at an order needs, read at once: who looks, the order, and what was said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

from fastapi import Request, Response
from sqlalchemy import select
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from activities import links
from activities.mail_message import sender_of
from api.supplier.keeping import KeptFile, kept_files
from api.supplier.seals import COOKIE, Seals
from api.supplier.told import Told, told
from api.supplier.words import Words, language
from models.codec import load_order
from models.domain.authority import Actor
from models.domain.order import Order
from models.domain.pieces import Bucket, total
from models.queries.contacts import user
from models.queries.transfers import following
from models.tables.orders import OrderRow
from models.tables.suppliers import SupplierContact
from models.tables.types import table

_ORDERS = table(OrderRow)
_THERE = (Bucket.AT_SUPPLIER, Bucket.IN_TRANSIT_OUT)


class DeadLink(Exception):
    """No living link, or not this browser's. Which of them it is nobody is told."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One contact looking at one order. ``path`` is the clean address of its pages."""

    link: str
    actor: Actor
    order: Order
    told: tuple[Told, ...]
    company: str
    buyer: str
    buyer_email: str
    words: Words
    now: datetime
    # Files this person has still to describe.
    kept: tuple[KeptFile, ...] = ()
    # The same person's links to the orders that go on with this one, and to its other parts.
    kindred: Mapping[str, Any] = field(default_factory=dict)
    # Orders that go on with its pieces, to which these may be sent straight.
    following: tuple[Order, ...] = ()

    @property
    def path(self) -> str:
        return f"/s/o/{self.link}"

    @property
    def onward(self) -> Any:
        """The link to the order where this one goes on; None where there is none."""
        return self.kindred.get(self.order.kin.successor)

    def way_to(self, order: str) -> str:
        """Where the page of another order of theirs is; empty where they have no link to it."""
        return f"{self.path}/orders/{quote(order, safe='')}" if order in self.kindred else ""

    @property
    def barred(self) -> bool:
        """An export-controlled order and somebody who is not cleared for it."""
        return self.order.export_controlled and not self.actor.cleared

    @property
    def waiting(self) -> tuple[Told, ...]:
        """Saved and not yet applied."""
        return tuple(item for item in self.told if item.waits)


def seals_of(request: Request) -> Seals:
    return Seals(request.app.state.settings.secret_key.get_secret_value())


def let_in(request: Request, link: Any, now: datetime) -> Response:
    """To the clean address of a link's pages, with the cookie that opens them."""
    answer = RedirectResponse(f"/s/o/{link.id}", 303)
    answer.set_cookie(
        COOKIE,
        seals_of(request).cookie(link.id),
        max_age=int((link.expires_at - now).total_seconds()),
        # Each link has its own, so several orders can be open in one browser.
        path=f"/s/o/{link.id}",
        httponly=True,
        samesite="lax",
        secure=request.app.state.settings.public_url.startswith("https:"),
    )
    return answer


async def enter(request: Request, link: str) -> Visit:
    """The visit of a browser that opened this link. Raises ``DeadLink``."""
    if not seals_of(request).opens(link, request.cookies.get(COOKIE)):
        raise DeadLink
    return await run_in_threadpool(_read, request, link)


async def again(request: Request, visit: Visit) -> Visit:
    """The same visit as things stand now."""
    return await run_in_threadpool(_read, request, visit.link)


def _read(request: Request, link_id: str) -> Visit:
    now: datetime = request.app.state.clock()
    with request.app.state.database.read() as session:
        link = links.by_id(session, link_id)
        contact = session.get(SupplierContact, link.contact) if links.living(link, now) else None
        if contact is None:
            raise DeadLink
        return _visit(session, request, link, contact, now)


def _visit(session: Session, request: Request, link: Any, contact: SupplierContact, now: datetime) -> Visit:
    settings = request.app.state.settings
    number = link.order_number
    order = load_order(
        session.execute(select(_ORDERS.c.snapshot).where(_ORDERS.c.number == number)).scalar_one()
    )
    buyer = user(session, order.buyer)
    calendar = order.supplier_calendar
    return Visit(
        link=link.id,
        actor=Actor(contact.id, "supplier", cleared=contact.cleared),
        order=order,
        told=told(session, number, contact.id),
        company=settings.company,
        buyer=buyer.name if buyer is not None else settings.company,
        buyer_email=buyer.email if buyer is not None else sender_of(settings.mail_from)[1],
        words=Words(language(request, contact.locale), calendar.timezone, calendar.local_date(now)),
        now=now,
        kept=kept_files(session, number, contact.id),
        kindred=links.kindred(session, link, order, now),
        following=tuple(following(session, order)) if total(order.stock, *_THERE) else (),
    )
