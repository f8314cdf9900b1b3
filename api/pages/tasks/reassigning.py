"""Reassign: who goes on, with how much, for how much, and what becomes of the pieces that are out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast

from sqlmodel import Session

from activities.i18n import N_
from api.pages.desk import Desk
from api.pages.tasks.base import Acting, Button, Knowing, Task, Typed, number_in, picked
from api.pages.tasks.control import open_pieces
from api.supplier.fields import LONGEST_TEXT, Fields
from api.supplier.naming import delivery_told, line_called
from api.supplier.tasks import Lead, Wanted
from models.domain import commands as c
from models.domain.decisions.reassigning import Offer, offered, undone
from models.domain.falling_back import alternate
from models.domain.order import Line, Order
from models.domain.pieces import Bucket, total
from models.queries.contracts import terms_of
from models.queries.sourcing import suppliers_for

_PIECES = ("return", "transfer")


@dataclass(frozen=True, slots=True)
class OpenLine:
    """A line that is not done, and how many of it are open."""

    input: str
    name: str
    quantity: str
    # Which delivery it is, and its days; empty where the order's own say it all.
    delivery: str


@dataclass(frozen=True, slots=True)
class ReassignForm:
    """`suppliers` are code, name, and whether they are approved for it. `ends`: nothing was accepted here,
    so the order is cancelled once nothing is out."""

    suppliers: tuple[tuple[str, str, bool], ...]
    # What each of them that may do it is paid by contract: its name, and the price of every line.
    offers: tuple[tuple[str, str], ...]
    lines: tuple[OpenLine, ...]
    pieces: tuple[tuple[str, str], ...]
    currency: str
    ends: bool
    # Whom the contingency plan names that is to be used.
    planned: str


@dataclass(frozen=True, slots=True)
class Others:
    """Other suppliers, as the form lists them, and what those that are approved do it for, by code."""

    suppliers: tuple[tuple[str, str, bool], ...]
    offers: Mapping[str, Offer]


Reassigning = Knowing[Others]


def _look(session: Session, desk: Desk) -> Reassigning:
    order, now = desk.issued, desk.staff.now
    found = suppliers_for(session, order.process, order.spec, order.plant_calendar.local_date(now))
    others = tuple(each for each in found if each[0] != order.supplier)
    offers = {code: offered(order, terms_of(session, code), now) for code, _, approved in others if approved}
    return Knowing(desk, Others(others, offers))


def _offer(acting: Acting, offer: Offer) -> str:
    """Line 1 · FLANGE B: 0.92 EUR, Line 2 · RING A: no price agreed"""
    words = acting.words
    prices = []
    for line in _open(acting.order):
        terms = offer.terms.get(line.line)
        price = words.say(N_("no price agreed"))
        if terms is not None:
            price = words.price(terms.price, offer.currency, terms.basis)
        prices.append(words.labelled(line_called(line, words), price))
    return words.listed(prices)


def _form(acting: Reassigning, _typed: Typed) -> ReassignForm:
    order = acting.order
    plan = alternate(order)
    return ReassignForm(
        suppliers=acting.known.suppliers,
        offers=tuple(
            (name, _offer(acting, acting.known.offers[code]))
            for code, name, _ in acting.known.suppliers
            if code in acting.known.offers
        ),
        lines=tuple(
            OpenLine(
                _input(line),
                line_called(line, acting.words),
                f"{left.normalize():f}",
                delivery_told(order, line, acting.words),
            )
            for line in order.lines
            if (left := undone(order, line))
        ),
        pieces=open_pieces(acting),
        currency=order.currency,
        ends=not total(order.stock, Bucket.ACCEPTED),
        planned=plan.supplier if plan is not None else "",
    )


def _input(line: Line) -> str:
    return f"open.{line.line}"


def _reassign(fields: Fields, acting: Acting) -> Wanted:
    supplier = fields.text("supplier")
    if not supplier:
        fields.wrong("supplier", "Choose the supplier.")
    pieces = picked(fields, "pieces", _PIECES, N_("Choose what becomes of the pieces that are out."))
    lines: list[c.ReassignLine] = []
    leads: dict[str, Lead] = {}
    for line in _open(acting.order):
        at = _input(line)
        fields.rows[at] = line_called(line, acting.words)
        some = number_in(fields, f"{at}.quantity", line.unit)
        price = fields.quantity(f"{at}.unit_price", "")
        if some is None:
            continue
        leads |= {f"lines.{len(lines)}.{name}": Lead(f"{at}.{name}") for name in ("quantity", "unit_price")}
        lines.append(c.ReassignLine(line.line, some, price))
    if not lines:
        first = next((_input(line) for line in _open(acting.order)), "")
        fields.wrong(f"{first}.quantity" if first else "", "Enter how many the other supplier is to do.")
    reason = fields.text("reason", most=LONGEST_TEXT)
    if not reason:
        fields.wrong("reason", "Give a reason.")
    fields.check()
    wish = cast(Literal["return", "transfer"], pieces)
    named = any(line.unit_price is not None for line in lines)
    currency = fields.text("currency") if named else ""
    return Wanted(c.Reassign(supplier, wish, reason, tuple(lines), currency), leads)


def _open(order: Order) -> list[Line]:
    return [line for line in order.lines if undone(order, line)]


REASSIGN = Task(
    "reassign",
    "reassign",
    _form,
    _reassign,
    (Button("reassign", N_("Give it to them")),),
    question=N_("Who goes on with it?"),
    look=_look,
)
