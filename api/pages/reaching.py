"""How a supplier is reached: who answers there, and a mail that begins with the order's number."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from sqlmodel import Session

from activities.i18n import N_, say
from models.tables.suppliers import Supplier


@dataclass(frozen=True, slots=True)
class Reach:
    """`address` begins a mail to them."""

    name: str
    email: str
    address: str


def reach(name: str, email: str, locale: str, order: str, purchase_order: str) -> Reach:
    """`locale` is the supplier's: who gets the mail reads its subject."""
    text = N_("Order {order}, purchase order {purchase_order}") if purchase_order else N_("Order {order}")
    subject = say(locale, text, {"order": order, "purchase_order": purchase_order})
    return Reach(name, email, f"mailto:{quote(email, safe='@')}?subject={quote(subject)}")


def reach_of(session: Session, supplier: str, order: str, purchase_order: str) -> Reach | None:
    """How the supplier of this code is reached about an order."""
    found = session.get(Supplier, supplier)
    if found is None:
        return None
    return reach(found.contact or found.name, found.email, found.locale, order, purchase_order)
