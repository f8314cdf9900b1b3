"""What is wrong with a form: each trouble with the input to go to and where on the page it is said."""

from __future__ import annotations

from dataclasses import dataclass

from api.supplier.tasks import Lead, Wanted
from api.supplier.words import Words
from models.domain.errors import FieldError, Refusal


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is wrong: the input to go to, and where on the page it is said."""

    input: str
    at: str
    text: str


def troubles(refusal: Refusal, wanted: Wanted | None, words: Words) -> tuple[Trouble, ...]:
    """Every wrong field of a refusal, at the input its value came from."""
    found = []
    for error in refusal.errors:
        name = wanted.names.get(error.field, "") if wanted is not None else ""
        text = words.refusal(error)
        place = _place(error, wanted)
        found.append(Trouble(place.input, place.at or place.input, words.labelled(name, text)))
    return tuple(found)


def _place(error: FieldError, wanted: Wanted | None) -> Lead:
    if wanted is None:
        return Lead(error.field)
    # Missing values are all of one field; what they are of says where.
    about = f"{error.field}:{dict(error.values).get('characteristic', '')}"
    return wanted.places.get(about) or wanted.places.get(error.field) or Lead(error.field)
