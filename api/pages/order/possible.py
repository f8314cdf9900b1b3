"""What can be done with an order now, by whom, and why the rest cannot."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from activities.codes import ROLES
from activities.i18n import say
from activities.wording import listed
from api.pages.desk import Desk
from api.pages.wording import ACTIONS, THEMES
from api.supplier.words import Words
from models.domain import gate
from models.domain.authority import SUPPLIER, SYSTEM_ONLY, Role, roles_for

# Alerts are answered where they stand; issuing is over.
_ELSEWHERE = frozenset({"issue", "acknowledge-alert"})
# Where a command's form is not under its own name.
_PAGES = {"add-document": "documents"}


@dataclass(frozen=True, slots=True)
class Action:
    """`who`: the roles that may, in words. `told`: entered for the supplier."""

    command: str
    label: str
    address: str
    who: str
    told: bool = False


@dataclass(frozen=True, slots=True)
class Theme:
    """What can be done about one matter; `label` in the reader's words."""

    label: str
    actions: tuple[Action, ...]


@dataclass(frozen=True, slots=True)
class NotNow:
    """What all stands still for the same reason."""

    reason: str
    actions: tuple[Action, ...]


@dataclass(frozen=True, slots=True)
class Actions:
    """`mine` are possible now and for this reader, `others` possible now for somebody else."""

    mine: tuple[Theme, ...]
    others: tuple[Action, ...]
    not_now: tuple[NotNow, ...]


def actions(desk: Desk, shown: Collection[str] = ()) -> Actions:
    """Every command on an issued order, sorted by whether it can be sent; none for a draft. `shown`
    are labels of buttons that stand on the page already."""
    mine: list[Action] = []
    others: list[Action] = []
    not_now: dict[str, list[Action]] = {}
    if desk.order is not None:
        for command in gate.ALLOWED:
            if command in SYSTEM_ONLY | _ELSEWHERE:
                continue
            refusal = desk.why_pointless(command)
            if refusal is not None:
                not_now.setdefault(desk.words.refusal(refusal), []).append(_action(desk, command))
            else:
                (mine if desk.staff.may(command) else others).append(_action(desk, command))
    mine = [action for action in mine if action.label not in shown]
    reasons = (NotNow(reason, tuple(those)) for reason, those in not_now.items())
    return Actions(tuple(_themes(mine, desk.words)), tuple(others), tuple(reasons))


def _themes(mine: list[Action], words: Words) -> Iterator[Theme]:
    by_command = {action.command: action for action in mine}
    for label, commands in THEMES.items():
        those = tuple(by_command[command] for command in commands if command in by_command)
        if those:
            yield Theme(words.say(label), those)


def form_of(order: str, command: str) -> str:
    """The address of a command's form, for the order of this number."""
    return f"/orders/{order}/{_PAGES.get(command, command)}"


def who_may(command: str, words: Words) -> str:
    """The roles that may send it, in words."""
    return _who_may(command, words.locale)


def roles_told(roles: Iterable[Role], words: Words) -> str:
    return _listed(frozenset(roles), words.locale)


@cache
def _who_may(command: str, locale: str) -> str:
    return _listed(roles_for(command) - {Role.ADMIN}, locale)


def _listed(roles: frozenset[Role], locale: str) -> str:
    ranked = sorted(roles, key=list(Role).index)
    return listed(locale, [say(locale, ROLES[role]) for role in ranked])


def _action(desk: Desk, command: str) -> Action:
    words = desk.words
    return Action(
        command=command,
        label=words.say(ACTIONS[command]),
        address=form_of(desk.number, command),
        who=who_may(command, words),
        told=command in SUPPLIER,
    )
