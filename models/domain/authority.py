"""Who may do what: role by command, as one table."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from models.domain.errors import Forbidden, Invalid


class Role(StrEnum):
    """What a person answers for; a person may have several."""

    BUYER = "buyer"
    APPROVER = "approver"
    RECEIVING = "receiving"
    QUALITY = "quality"
    DESIGN_AUTHORITY = "design_authority"
    PLANNER = "planner"
    FINANCE = "finance"
    ADMIN = "admin"
    VIEWER = "viewer"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, by opaque id; names and addresses live apart so that a person can be erased."""

    id: str
    kind: Literal["user", "supplier", "system"]
    roles: frozenset[Role] = frozenset()
    cleared: bool = False


@dataclass(frozen=True, slots=True)
class OnBehalfOf:
    """Staff entering what a supplier said: who said it, and what that rests on."""

    contact: str
    basis: Literal["mail", "phone", "visit", "paper"]


SYSTEM = Actor("system", "system")

_BUYER = frozenset({Role.BUYER})
_DOCK = frozenset({Role.RECEIVING, Role.BUYER})
_FINDERS = frozenset({Role.RECEIVING, Role.QUALITY, Role.BUYER})
_WATCHERS = frozenset({Role.BUYER, Role.PLANNER, Role.QUALITY})
_FOR_SUPPLIER = frozenset({Role.BUYER, Role.PLANNER, Role.RECEIVING})
_DOERS = frozenset(Role) - {Role.ADMIN, Role.VIEWER}

STAFF: dict[str, frozenset[Role]] = {
    "issue": _BUYER,
    "answer-counter": _BUYER,
    "propose-change": _BUYER,
    "decide-change": frozenset({Role.APPROVER}),
    "withdraw-change": _BUYER,
    "merge": _BUYER,
    "split": _BUYER,
    "expedite": _BUYER,
    "reassign": _BUYER,
    "plan-contingency": frozenset({Role.BUYER, Role.PLANNER}),
    "settle-contingency": frozenset({Role.BUYER, Role.PLANNER}),
    "cancel": _BUYER,
    "close": _BUYER,
    "force-complete": frozenset({Role.APPROVER}),
    "send": _DOCK,
    "receive": _DOCK,
    "declare-loss": _DOCK,
    "settle-claim": frozenset({Role.BUYER, Role.FINANCE}),
    "resolve-over": _DOCK,
    "confirm-return": _DOCK,
    "plan-action": frozenset({Role.QUALITY}),
    # Its owner, whoever that is; the decision knows.
    "complete-action": _DOERS,
    "verify-action": frozenset({Role.QUALITY}),
    "set-responsibility": frozenset({Role.QUALITY}),
    "review-nonconformance": frozenset({Role.QUALITY, Role.APPROVER}),
    "short-close": _DOCK,
    "report-nonconformance": _FINDERS,
    "correct": _FINDERS,
    "review-inspection": frozenset({Role.QUALITY}),
    "judge": frozenset({Role.QUALITY}),
    "disposition": frozenset({Role.QUALITY}),
    "decide-disposition": frozenset({Role.DESIGN_AUTHORITY}),
    "hold": _WATCHERS,
    "resume": _WATCHERS,
    "replan": _WATCHERS,
    "acknowledge-alert": _WATCHERS,
    "add-document": frozenset({Role.BUYER, Role.QUALITY, Role.RECEIVING}),
}
# The supplier's own commands. Staff may enter them only with `on_behalf_of`.
SUPPLIER = frozenset(
    {"acknowledge", "report-milestone", "report-process", "submit-inspection", "ship", "answer-transfer"}
)
SUPPLIER_TOO = frozenset({"add-document", "complete-action"})
SYSTEM_ONLY = frozenset(
    {
        "pass-deadlines",
        "warn-pushed",
        "take-back-push",
        "report-part-work",
        "report-undeliverable",
        "report-lot-hold",
        "report-lot-release",
    }
)


def roles_for(command: str) -> frozenset[Role]:
    """Staff roles that may send `command`; admin may send all."""
    return (_FOR_SUPPLIER if command in SUPPLIER else STAFF.get(command, frozenset())) | {Role.ADMIN}


def acting_as(roles: Collection[Role], allowed: Collection[Role]) -> str:
    """The role in which somebody who has `roles` does what `allowed` may; an administrator's only where they
    have none of these. Empty for who has neither."""
    may = [role for role in Role if role in roles and (role in allowed or role is Role.ADMIN)]
    return may[0].value if may else ""


def check(command: str, actor: Actor, on_behalf_of: OnBehalfOf | None) -> None:
    """Raises `Forbidden` when this actor may not send `command`."""
    if actor.kind == "system":
        return
    if command in SYSTEM_ONLY:
        raise Forbidden("forbidden.system", "Only Sendout itself does this.")
    if actor.kind == "supplier":
        if command not in SUPPLIER | SUPPLIER_TOO:
            raise Forbidden("forbidden.supplier", "This is for your customer's people; ask them to do it.")
        return
    allowed = roles_for(command)
    if not allowed & actor.roles:
        raise Forbidden(
            "forbidden.role",
            "This needs the role {roles}. Ask someone who has it.",
            roles=" or ".join(sorted(allowed - {Role.ADMIN})),
        )
    if command in SUPPLIER and on_behalf_of is None:
        raise Invalid(
            "on_behalf_of.missing",
            "You are entering this for the supplier: say who told you (on_behalf_of.contact) and how "
            "(on_behalf_of.basis).",
            field="on_behalf_of",
        )
