"""Where mails lead, those to our own people above all: the page on which the thing is done.

It follows from what the mail says, so that mails written before it was there have it as well. Nobody gets in by
its address: they log in.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from activities.i18n import N_
from activities.mail_parts import MailContext, SupplierMail
from activities.our_mails import (
    Alert,
    ChangeProposed,
    DrillReminder,
    HoldMail,
    MaterialLeft,
    OrderCountered,
)
from models.domain.tokens import link_token


@dataclass(frozen=True, slots=True)
class StaffPage:
    """``action`` is what its button says, in English."""

    path: str
    action: str


def staff_page(context: MailContext) -> StaffPage | None:
    """The page of ours the mail leads to; None for mails to suppliers and customers."""
    if isinstance(context, SupplierMail) or getattr(context, "link_id", "") != "":
        return None
    about = quote(context.order, safe="")
    match context:
        case Alert():
            return StaffPage(f"/alerts?{urlencode({'order': context.order})}", N_("Alerts"))
        case HoldMail():
            return StaffPage(f"/master/lots/{about}", N_("Open the lot"))
        case MaterialLeft():
            return StaffPage(f"/material-mismatches/{about}", N_("Decide"))
        case DrillReminder():
            return StaffPage("/recalls", N_("Recalls"))
        case ChangeProposed():
            return StaffPage(f"/orders/{about}/decide-change", N_("Decide the proposed change"))
        case OrderCountered():
            return StaffPage(f"/orders/{about}/answer-counter", N_("Answer the proposal"))
    return StaffPage(f"/orders/{about}", N_("Open the order"))


def address_of(context: MailContext, public_url: str, secret: bytes) -> str:
    """Of what a supplier's contact has a link to, or of one of our pages; empty for neither."""
    if link_id := getattr(context, "link_id", ""):
        return f"{public_url}/s/{link_token(secret, link_id)}"
    page = staff_page(context)
    return f"{public_url}{page.path}" if page is not None else ""
