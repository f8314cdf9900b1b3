"""Who signs, as the people's list has them."""

from __future__ import annotations

from sqlalchemy import select
from sqlmodel import Session

from models.domain.signing import Signer, same_name
from models.tables.people import User
from models.tables.types import table

_PEOPLE = table(User)


def signer(session: Session, person: str, typed: str) -> Signer:
    """`typed` is the printed name this person signs with."""
    names = {row.id: row.name for row in session.execute(select(_PEOPLE.c.id, _PEOPLE.c.name))}
    own = names.pop(person, "").strip()
    return Signer(own, same_name(typed) in {same_name(name) for name in names.values()})
