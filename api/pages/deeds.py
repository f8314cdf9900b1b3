"""What to do about an alert, whom to ask, and a way to the very form that settles it, for those whose it is
to fill in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from activities import wording
from activities.codes import ROLES
from activities.i18n import N_
from api.pages.order.possible import form_of, who_may
from api.pages.reaching import Reach, reach
from api.pages.staff import Staff
from api.pages.wording import ACTIONS
from models.domain import attention
from models.domain.authority import Role
from models.domain.order import Stage

# Rules whose form does what is recommended. For the others somebody has to be asked first, and the form
# takes the answer.
_AS_SAID = frozenset(
    {
        "order_declined",
        "proposal_waiting",
        "change_undecided",
        "nonconformance_unanswered",
        "contingency_due",
    }
)
# What the button of a form says that takes an answer, where its usual name says something else.
_ENTERED = {
    "acknowledge": N_("Enter the answer"),
    "report-milestone": N_("Enter the progress"),
    "add-document": N_("Add the document"),
}
_FORECAST = N_("Enter the forecast")


@dataclass(frozen=True, slots=True)
class Deed:
    """`label` is what its form does; `address` is empty for a reader who may not do it; `who` may, in words.
    `advice` is what is recommended and `reach` whom to ask, where that is not the form itself."""

    label: str
    address: str
    who: str
    advice: str = ""
    reach: Reach | None = None


def deed(staff: Staff, alert: dict[str, Any]) -> Deed:
    """What is recommended about an alert, as lists have it."""
    words, rule = staff.words, alert["rule"]
    advice = wording.rule_action(words.locale, rule, alert["owed_by"], alert["supplier_name"])
    command, about = attention.deed(rule, alert["occurrence"], alert["owed_by"], Stage(alert["stage"]))
    if rule == "lot_on_hold":
        lot = f"/master/lots/{quote(alert['details'], safe='')}"
        return Deed(advice, lot, words.say(ROLES[Role.DESIGN_AUTHORITY]))
    if not command:
        record = f"/master/suppliers/{quote(alert['supplier'], safe='')}"
        return Deed(advice, record if staff.has(Role.BUYER) else "", words.say(ROLES[Role.BUYER]))
    address = form_of(alert["order"], command) + (f"?{urlencode(about)}" if about else "")
    address, who = address if staff.may(command) else "", who_may(command, words)
    if rule in _AS_SAID or command == "send":
        return Deed(advice, address, who)
    asks_day = about.get("happened") == "later"
    label = words.say(_FORECAST if asks_day else _ENTERED.get(command, ACTIONS[command]))
    return Deed(label, address, who, advice, _reach(alert))


def _reach(alert: dict[str, Any]) -> Reach:
    name = alert["supplier_contact"] or alert["supplier_name"]
    return reach(
        name, alert["supplier_email"], alert["supplier_locale"], alert["order"], alert["purchase_order"]
    )
