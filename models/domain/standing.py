"""Where an order stands, as whoever was refused reads it: its stage, what stands in the way, and the
commands this person could send instead."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from models.domain import gate
from models.domain.authority import SUPPLIER, SYSTEM_ONLY, Actor, Role, roles_for
from models.domain.errors import Refusal, Standing
from models.domain.flags import flags
from models.domain.order import Order, Stage, stage
from models.domain.purpose import why_pointless


def standing(order: Order | None, actor: Actor) -> Standing:
    """`order` is None for a draft."""
    if order is None:
        may = bool(roles_for("issue") & actor.roles)
        return Standing(Stage.DRAFT.value, possible=("issue",) if may else ())
    found = sendable(order, actor.roles, supplier=actor.kind == "supplier")
    return Standing(
        stage(order).value,
        flags(order),
        gate.conditions(order),
        tuple(command for command, refusal in found if refusal is None),
    )


def sendable(
    order: Order, roles: Collection[Role], *, supplier: bool = False
) -> Iterator[tuple[str, Refusal | None]]:
    """Every command people with these roles, or the supplier, may ever send on the order, and why not now."""
    at = stage(order)
    for name in gate.ALLOWED:
        if name in SYSTEM_ONLY or name == "issue":
            continue
        may = name in SUPPLIER or name == "add-document" if supplier else bool(roles_for(name) & set(roles))
        if may:
            yield name, why_pointless(order, name, at)
