"""An order on somebody's desk: its state, how the API shows it, and who looks."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request
from sqlmodel import Session

from activities.facts import calendars_now
from api.pages.staff import Staff
from api.supplier.words import Words
from models.domain.calendar import WorkingCalendar
from models.domain.decisions.watching import nothing_to_replan
from models.domain.errors import Refusal
from models.domain.order import Order, Stage
from models.domain.purpose import why_pointless
from models.queries import orders as queries


@dataclass(frozen=True, slots=True)
class Desk:
    """`order` is None while it is a draft; `view` is what `GET /orders/{n}` answers this person."""

    staff: Staff
    number: str
    order: Order | None
    view: queries.View
    # Of the plant and the supplier, as they are now; None of a draft and of what has ended.
    calendars: tuple[WorkingCalendar, WorkingCalendar] | None = None

    @property
    def words(self) -> Words:
        return self.staff.words

    @property
    def stage(self) -> Stage:
        return Stage(self.view["stage"])

    @property
    def path(self) -> str:
        return f"/orders/{self.number}"

    @property
    def issued(self) -> Order:
        """Raises `Refusal` for a draft."""
        if self.order is None:
            raise Refusal("order.draft", "This is still a draft; issue it first.")
        return self.order

    def why_pointless(self, command: str) -> Refusal | None:
        """Why the command is not offered now: what its order says, or that nothing it goes by has changed."""
        refusal = why_pointless(self.issued, command, self.stage)
        if refusal is None and command == "replan" and self.calendars is not None:
            return nothing_to_replan(self.issued, self.calendars)
        return refusal


def desk(session: Session, staff: Staff, number: str) -> Desk:
    """Raises `Unknown` when there is no such order for this person."""
    order, view = queries.opened(session, number, staff.reader, staff.now)
    calendars = calendars_now(session, order) if order is not None and order.end is None else None
    return Desk(staff, number, order, view, calendars)


def on_desk(request: Request, staff: Staff, number: str) -> Desk:
    with request.app.state.database.read() as session:
        return desk(session, staff, number)
