"""A signature is of the person who acts: the printed name under it is their own."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from models.domain.commands import Signature
from models.domain.errors import Forbidden, Invalid


@dataclass(frozen=True, slots=True)
class Signer:
    """Who acts, as we know them: `name` is empty where nobody wrote it down. `taken`: what they signed with is
    the name of somebody else of ours."""

    name: str = ""
    taken: bool = False


def signed(signature: Signature, signer: Signer, field: str = "signature.name") -> tuple[str, str]:
    """The printed name of who signs, as it is written down, and what the signature means; that may be empty.

    Raises `Invalid` without a name, and `Forbidden` for one that is not theirs.
    """
    if not signature.name.strip():
        raise Invalid("signature.missing", "Sign with your printed name.", field=field)
    if signer.name and same_name(signature.name) != same_name(signer.name):
        raise Forbidden(
            "signature.not_yours",
            "A signature is of who acts, and you are {signer}. Sign with that name, or have {entered} sign.",
            field=field,
            signer=signer.name,
            entered=signature.name.strip(),
        )
    if not signer.name and signer.taken:
        raise Forbidden(
            "signature.not_yours",
            "{entered} is somebody else. Sign with your own name, and have an administrator write it down.",
            field=field,
            entered=signature.name.strip(),
        )
    return signer.name or signature.name.strip(), signature.meaning.strip()


def same_name(name: str) -> str:
    """What two ways to write a name have in common: capitals, spaces and widths make no difference."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
