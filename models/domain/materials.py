"""Whether a job used up what its bill of material names, and what quality decides when it did not.

How much of it: see `models.domain.bom_quantities`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from enum import StrEnum

from models.domain.authority import Role, acting_as
from models.domain.commands import Signature
from models.domain.errors import Invalid, Refusal
from models.domain.signing import Signer, signed


class Wrong(StrEnum):
    """What is not as the bill of material says."""

    PART = "part"
    REVISION = "revision"
    # Less, or more, of what it names than it says.
    SHORT = "short"
    EXCESS = "excess"


class Decision(StrEnum):
    """What becomes of what was made with other material."""

    ACCEPT = "accept"
    SCRAP = "scrap"
    HOLD = "hold"


# What may be decided, by what was decided before. A hold is not the last word; and of what was elsewhere when the rest
# was scrapped, somebody has to say what becomes of it once it is back.
_NEXT: Mapping[str, tuple[Decision, ...]] = {
    "": tuple(Decision),
    Decision.HOLD: (Decision.ACCEPT, Decision.SCRAP),
    Decision.SCRAP: (Decision.ACCEPT, Decision.SCRAP),
    Decision.ACCEPT: (),
}
# Nobody has decided yet, or decided that it never leaves.
BLOCKING = ("", Decision.SCRAP.value)


@dataclass(frozen=True, slots=True)
class Component:
    """A line of a bill of material; without a revision any of the part will do."""

    part: str
    revision: str | None = None


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A use of other material than was named, or of another quantity, as it is kept; `quantity` is what was
    used, and `lot` empty where it was drawn from several."""

    id: str
    work_order: str
    lot: str
    part: str
    part_revision: str | None
    quantity: Decimal
    unit: str
    wrong: str
    decision: str = ""
    withdrawn: bool = False

    @property
    def hash(self) -> str:
        """What a signature under it stands for."""
        told = {
            name: str(value) for name, value in asdict(self).items() if name not in ("decision", "withdrawn")
        }
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


# Who decides about other material than the bill of material names.
MAY_DECIDE = frozenset({Role.QUALITY})


@dataclass(frozen=True, slots=True)
class Signed:
    """Printed name, meaning, the hash of what was signed, and the role of who signed."""

    name: str
    meaning: str
    record: str
    role: str = ""


def wrong_material(bom: Sequence[Component], part: str, revision: str | None) -> Wrong | None:
    """Without a bill of material nothing is wrong; nor is a lot whose revision nobody knows."""
    named = [component for component in bom if component.part == part]
    if not bom:
        return None
    if not named:
        return Wrong.PART
    fits = revision is None or any(component.revision in (None, revision) for component in named)
    return None if fits else Wrong.REVISION


def possible(mismatch: Mismatch, *, left: bool) -> tuple[Decision, ...]:
    """What may be decided now. `left`: some of what the job made is not with the scrap."""
    over = mismatch.withdrawn or (mismatch.decision == Decision.SCRAP and not left)
    return () if over else _NEXT[mismatch.decision]


def decide(
    mismatch: Mismatch,
    decision: Decision,
    reason: str,
    signature: Signature | None,
    signer: Signer = Signer(),
    roles: Collection[Role] = (),
    *,
    left: bool = True,
) -> Signed | None:
    """What is signed; accepting other material needs it, and so does whatever is decided later. `left`: see
    `possible`. Raises `Refusal`, `Invalid` or `Forbidden`."""
    if mismatch.withdrawn and not mismatch.lot:
        raise Refusal(
            "mismatch.withdrawn",
            "What {job} used of {part} fits its bill of material by now; there is nothing left to decide.",
            job=mismatch.work_order,
            part=mismatch.part,
        )
    if mismatch.withdrawn:
        raise Refusal(
            "mismatch.withdrawn",
            "The use of lot {lot} was reversed; there is nothing left to decide.",
            lot=mismatch.lot,
        )
    if decision not in possible(mismatch, left=left):
        raise Refusal(
            "mismatch.decided",
            "{mismatch} was decided already. Look at what was decided.",
            mismatch=mismatch.id,
            decision=mismatch.decision,
        )
    if not reason.strip():
        raise Invalid("reason.missing", "Give a reason.", field="reason")
    if decision is not Decision.ACCEPT and not mismatch.decision:
        return None
    name, meaning = signed(signature or Signature(name="", meaning=""), signer)
    return Signed(name, meaning, mismatch.hash, acting_as(roles, MAY_DECIDE))


def blocked(mismatch: Mismatch | None, lot: str) -> Refusal:
    """Why `lot`, which was made by the job or of what it made, may not leave; without a `mismatch`, to somebody
    who may not know of it."""
    if mismatch is None:
        return Refusal(
            "dispatch.material",
            "Lot {lot} cannot leave before quality has decided about it. Dispatch another lot, or ask quality.",
            field="lines",
            lot=lot,
        )
    if mismatch.wrong in (Wrong.SHORT, Wrong.EXCESS):
        return _quantity_blocks(mismatch, lot)
    if mismatch.decision:
        return Refusal(
            "dispatch.scrapped",
            "Lot {lot} comes from {job}, which used {part}; its bill of material does not name that, and quality decided "
            "to scrap what was made of it ({mismatch}). Dispatch another lot.",
            field="lines",
            lot=lot,
            job=mismatch.work_order,
            part=mismatch.part,
            mismatch=mismatch.id,
        )
    return Refusal(
        "dispatch.material",
        "Lot {lot} comes from {job}, which used {part}; its bill of material does not name that ({mismatch}). It can "
        "leave once quality has accepted that.",
        field="lines",
        lot=lot,
        job=mismatch.work_order,
        part=mismatch.part,
        mismatch=mismatch.id,
    )


def _quantity_blocks(mismatch: Mismatch, lot: str) -> Refusal:
    if mismatch.decision:
        return Refusal(
            "dispatch.scrapped",
            "Lot {lot} comes from {job}, which used {used} {unit} of {part}, another quantity than its bill of "
            "material says; quality decided to scrap what was made of it ({mismatch}). Dispatch another lot.",
            field="lines",
            lot=lot,
            job=mismatch.work_order,
            part=mismatch.part,
            used=mismatch.quantity,
            unit=mismatch.unit,
            mismatch=mismatch.id,
        )
    return Refusal(
        "dispatch.material",
        "Lot {lot} comes from {job}, which used {used} {unit} of {part}, another quantity than its bill of "
        "material says ({mismatch}). Record what else it used, or reverse what it did not; or it can leave once "
        "quality has accepted that.",
        field="lines",
        lot=lot,
        job=mismatch.work_order,
        part=mismatch.part,
        used=mismatch.quantity,
        unit=mismatch.unit,
        mismatch=mismatch.id,
    )
