"""The release of a held lot, as it is signed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from models.domain.authority import Actor, acting_as
from models.domain.commands import Signature
from models.domain.lot_holds import MAY_RELEASE, OpenHold
from models.domain.signing import Signer, signed

# What a release means when its signature says nothing else.
RELEASED = "Released"


@dataclass(frozen=True, slots=True)
class Released:
    """A release as it is signed: printed name, meaning, the hash of what was signed, and the signer's role."""

    name: str
    meaning: str
    record: str
    role: str = ""


def signed_release(
    hold: OpenHold, lot: str, reason: str, signature: Signature, signer: Signer, actor: Actor
) -> Released:
    """Raises `Invalid` without a printed name and `Forbidden` with somebody else's."""
    name, meaning = signed(signature, signer)
    told = {
        "hold": hold.hold,
        "lot": lot,
        "held_by": hold.by,
        "held_for": hold.reason,
        "released_for": reason,
    }
    record = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
    return Released(name, meaning or RELEASED, record, acting_as(actor.roles, MAY_RELEASE))
