"""What to do about an alert, as a way to the very form that settles it, for those whose it is to fill in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from activities import wording
from activities.codes import ROLES
from api.pages.order.possible import form_of, who_may
from api.pages.staff import Staff
from models.domain import attention
from models.domain.authority import Role
from models.domain.order import Stage


@dataclass(frozen=True, slots=True)
class Deed:
    """`address` is empty for a reader who may not do it; `who` may, in words."""

    label: str
    address: str
    who: str


def deed(staff: Staff, alert: dict[str, Any]) -> Deed:
    """What is recommended about an alert, as lists have it."""
    words = staff.words
    label = wording.rule_action(words.locale, alert["rule"], alert["owed_by"], alert["supplier_name"])
    command, about = attention.deed(
        alert["rule"], alert["occurrence"], alert["owed_by"], Stage(alert["stage"])
    )
    if not command:
        record = f"/master/suppliers/{quote(alert['supplier'], safe='')}"
        return Deed(label, record if staff.has(Role.BUYER) else "", words.say(ROLES[Role.BUYER]))
    address = form_of(alert["order"], command) + (f"?{urlencode(about)}" if about else "")
    return Deed(label, address if staff.may(command) else "", who_may(command, words))
