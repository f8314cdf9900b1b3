"""What every form for an issued order is made of; one module per family of commands builds on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar

from fastapi import Request
from sqlmodel import Session

from activities.i18n import N_
from api.pages.desk import Desk
from api.pages.staff import Staff
from api.pages.wording import ACTIONS
from api.supplier.entered import NAMES
from api.supplier.fields import Fields
from api.supplier.tasks import Lead, Wanted
from api.supplier.words import Words
from models.domain import gate
from models.domain.errors import Invalid, Refusal
from models.domain.order import Order

Typed = Mapping[str, str]
Known = TypeVar("Known")


# What the inputs for numbers and days are called, by the end of their names: what is wrong with one
# could be wrong with any of them.
CALLED: dict[str, str] = {
    "quantity": N_("Quantity"),
    "counted": N_("Counted"),
    "accepted": N_("Accepted"),
    "rejected": N_("Rejected"),
    "pending": N_("To be checked"),
    "unprocessed": N_("Unprocessed"),
    "tested": N_("Used for tests"),
    "scrapped": N_("Scrapped"),
    "weight": N_("Weight in kg, if weighed"),
    "taken": N_("How much of the lot"),
    "conversion": N_("How many pieces one of it is"),
    "unit_price": N_("Price each"),
    "amount": N_("Amount"),
    "promise_date": N_("Promised day"),
    "started_at": N_("Began"),
    "ended_at": N_("Ended"),
    "equipment": N_("Equipment"),
    "load": N_("Load number"),
}


# Beside those, what is listed of a form that is gone with what was typed into it.
ENTERED: dict[str, str] = (
    NAMES
    | CALLED
    | {
        "action": N_("Action"),
        "cause": N_("Cause"),
        "contact": N_("Who told you?"),
        "defect": N_("What is wrong with them?"),
        "meaning": N_("What your signature means"),
        "name": N_("Your printed name"),
        "need_by": N_("Needed by"),
        "output_lot": N_("Lot they get here"),
        "packing_slip": N_("Packing slip"),
        "reason": N_("Reason"),
        "spec_revision": N_("Specification revision"),
        "supplier_order": N_("The supplier's order number"),
    }
)


@dataclass(frozen=True, slots=True)
class Acting:
    """One of our people about to do something with an order."""

    desk: Desk

    @property
    def order(self) -> Order:
        return self.desk.issued

    @property
    def staff(self) -> Staff:
        return self.desk.staff

    @property
    def words(self) -> Words:
        return self.desk.words

    @property
    def now(self) -> datetime:
        return self.desk.staff.now

    @property
    def version(self) -> int:
        """That of the order as it is shown."""
        shown: int = self.desk.view["version"]
        return shown


@dataclass(frozen=True, slots=True)
class Knowing(Acting, Generic[Known]):
    """Somebody whose task looked something up beside the order."""

    known: Known


# What a task's form and its reading are given, and its `look` returns.
Seen = TypeVar("Seen", bound=Acting)


@dataclass(frozen=True, slots=True)
class Button:
    """One way to send a form; the first of several is the usual one. ``text`` is English, marked."""

    value: str
    text: str


def _nothing_more(_session: Session, desk: Desk) -> Any:
    return Acting(desk)


def _nothing_beside(_request: Request, _acting: Acting) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class Task(Generic[Seen]):
    """Something our people do with an order. ``name`` is the end of its address and names its template."""

    name: str
    # The command it sends, as the core's gate and the table of authority know it.
    command: str
    # What its form shows, given what was typed or chosen before.
    form: Callable[[Seen, Typed], Any]
    # The command in what was typed, None when it was only to be looked at. Raises `Invalid`.
    read: Callable[[Fields, Seen], Wanted | None]
    buttons: tuple[Button, ...]
    # What the page asks, in English, marked for translation.
    question: str = ""
    # Why there is nothing to do, though the order's stage allows it; None when there is. Without it
    # the core says so.
    idle: Callable[[Order], Refusal | None] | None = None
    # What has to be read beside the order.
    look: Callable[[Session, Desk], Seen] = _nothing_more
    # A file comes with it.
    file: bool = False
    # What its page shows beside the form, read only when it is drawn.
    beside: Callable[[Request, Acting], Mapping[str, Any]] = _nothing_beside

    @property
    def title(self) -> str:
        return self.question or ACTIONS[self.command]

    @property
    def of_draft(self) -> bool:
        """Whether it is done to a draft, and to nothing else."""
        return self.command == "issue"

    def why_not(self, desk: Desk) -> Refusal | None:
        """The reason it is impossible now, or None."""
        if desk.order is None:
            if self.of_draft:
                return None
            return Refusal("order.draft", "This is still a draft; issue it first.")
        refusal = gate.why_not(desk.order, self.command)
        if refusal is not None:
            return refusal
        if self.idle is None:
            return desk.why_pointless(self.command)
        return self.idle(desk.order)


# One of several tasks, whatever each of them looks up.
AnyTask = Task[Any]


def answered(fields: Fields, task_buttons: tuple[Button, ...]) -> str:
    """The button that was pressed; the first one when Enter sent the form. Raises `Invalid`."""
    answer = fields.raw("answer") or task_buttons[0].value
    if answer not in {button.value for button in task_buttons}:
        raise Invalid("form.answer", "Press one of the buttons to answer.")
    return answer


def picked(fields: Fields, name: str, answers: tuple[str, ...], otherwise: str) -> str:
    """The choice made in ``name``; says ``otherwise`` and answers '' when there is none."""
    value = fields.raw(name)
    if value in answers:
        return value
    fields.wrong(name, otherwise)
    return ""


def number_in(fields: Fields, name: str, unit: str) -> Decimal | None:
    """A quantity above zero; None for an empty field or a zero, which says the same."""
    return fields.quantity(name, unit) or None


def leads_of(index: int, prefix: str, *names: str) -> dict[str, Lead]:
    """Where the core's errors about line ``index`` belong: the inputs that begin with ``prefix``."""
    return {f"lines.{index}.{name}": Lead(f"{prefix}.{name}") for name in names} | {
        f"lines.{index}.lot": Lead(f"{prefix}.{names[0]}"),
        f"lines.{index}.line": Lead(f"{prefix}.{names[0]}"),
    }
