"""Where the bar of every page leads besides what is used every day: behind one word, so that it stays one line."""

from __future__ import annotations

from activities.i18n import N_
from models.domain.authority import Role

# Address and label.
Way = tuple[str, str]
_EVERYBODY: tuple[Way, ...] = (
    ("/demand", N_("To be made")),
    ("/outside", N_("Outside operations")),
    ("/dispatches", N_("Dispatches")),
    ("/recalls", N_("Recalls")),
    ("/master", N_("Master data")),
)
_PAYABLES: Way = ("/payables", N_("Payables"))
_PEOPLE: Way = ("/people", N_("People"))
_MAILBOX: Way = ("/mailbox", N_("Mailbox"))


def rarer(roles: frozenset[Role], *, mailbox: bool) -> list[Way]:
    """What somebody with these roles can go to at times."""
    admin = Role.ADMIN in roles
    found = list(_EVERYBODY)
    if admin or Role.FINANCE in roles:
        found.append(_PAYABLES)
    if admin:
        found.append(_PEOPLE)
    if admin and mailbox:
        found.append(_MAILBOX)
    return found


def here(ways: list[Way], path: str) -> str:
    """The label of the one that `path` is, or is below of; empty when it is none of them."""
    return next((label for address, label in ways if path == address or path.startswith(f"{address}/")), "")
