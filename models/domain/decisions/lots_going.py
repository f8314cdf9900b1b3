"""Which lots a line may send out: those of its part, and of what that part is made of."""

from __future__ import annotations

from collections.abc import Collection

from models.domain.authority import Actor
from models.domain.errors import Invalid, Refusal
from models.domain.facts import LotFact


def may_go(holds: str, part: str, materials: Collection[str]) -> bool:
    """`materials` are the parts that the bill of material of `part` names: a supplier may make it of them."""
    return holds == part or holds in materials


def other_part(lot: str, holds: str, line: int, part: str, materials: Collection[str], field: str) -> Refusal:
    """What the lot holds, and what may go."""
    return Refusal(
        "send.lot_of_other_part",
        "Lot {lot} holds {holds}, and line {line} works on {part}: it takes lots of {possible}. Choose one of "
        "those, or correct the lot if it was registered as the wrong part.",
        field=field,
        lot=lot,
        holds=holds,
        line=line,
        part=part,
        possible=", ".join([part, *sorted(set(materials) - {part})]),
    )


def check(
    fact: LotFact | None,
    line: int,
    part: str,
    materials: Collection[str],
    *,
    lot: str,
    field: str,
    actor: Actor | None = None,
) -> LotFact:
    """The lot, which is there and may go out on the line. Whoever is not cleared knows of no lot of a controlled
    part. Raises `Invalid` or `Refusal`."""
    if fact is None:
        raise Invalid("lot.unknown", "There is no lot {lot}.", field=field, lot=lot)
    if may_go(fact.part, part, materials):
        return fact
    if fact.controlled and actor is not None and not actor.cleared:
        raise Invalid("lot.unknown", "There is no lot {lot}.", field=field, lot=lot)
    raise other_part(lot, fact.part, line, part, materials, field)
