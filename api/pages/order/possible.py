"""What can be done with an order now, by whom, and why the rest cannot."""

from __future__ import annotations

from dataclasses import dataclass

from api.pages.desk import Desk
from api.pages.wording import ACTIONS, ROLES
from models.domain import gate
from models.domain.authority import SUPPLIER, SYSTEM_ONLY, Role, roles_for

# Alerts are answered where they stand; issuing is over.
_ELSEWHERE = frozenset({"issue", "acknowledge-alert"})


@dataclass(frozen=True, slots=True)
class Action:
    """`who`: the roles that may, in words. `reason`: why not now. `told`: entered for the supplier."""

    command: str
    label: str
    address: str
    who: str
    reason: str = ""
    told: bool = False


@dataclass(frozen=True, slots=True)
class Actions:
    """`mine` are possible now and for this reader, `others` possible now for somebody else."""

    mine: tuple[Action, ...]
    others: tuple[Action, ...]
    not_now: tuple[Action, ...]


def actions(desk: Desk) -> Actions:
    """Every command on an issued order, sorted by whether it can be sent; none for a draft."""
    mine: list[Action] = []
    others: list[Action] = []
    not_now: list[Action] = []
    if desk.order is not None:
        for command in gate.ALLOWED:
            if command in SYSTEM_ONLY | _ELSEWHERE:
                continue
            refusal = gate.why_not(desk.order, command)
            if refusal is not None:
                not_now.append(_action(desk, command, desk.words.refusal(refusal)))
            else:
                (mine if desk.staff.may(command) else others).append(_action(desk, command))
    return Actions(tuple(mine), tuple(others), tuple(not_now))


def _action(desk: Desk, command: str, reason: str = "") -> Action:
    words = desk.words
    roles = sorted(roles_for(command) - {Role.ADMIN}, key=list(Role).index)
    return Action(
        command=command,
        label=words.say(ACTIONS[command]),
        address=f"{desk.path}/{command}",
        who=", ".join(words.say(ROLES[role]) for role in roles),
        reason=reason,
        told=command in SUPPLIER,
    )
