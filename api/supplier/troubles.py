"""What is wrong with a form: each trouble with the input to go to and where on the page it is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from api.supplier.entered import NAMES
from api.supplier.fields import Fields
from api.supplier.tasks import Lead, Wanted
from api.supplier.words import Words
from models.domain.errors import FieldError, Refusal


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is wrong: the input to go to, and where on the page it is said."""

    input: str
    at: str
    text: str
    # The row it is in, and the field, for where it is said apart from them.
    where: str = ""


def troubles(
    refusal: Refusal,
    wanted: Wanted | None,
    words: Words,
    fields: Fields | None = None,
    names: Mapping[str, str] = NAMES,
) -> tuple[Trouble, ...]:
    """Every wrong field of a refusal, at the input its value came from. Of several rows in `fields` it is
    said in which one, and in which of its fields by `names`."""
    found = []
    for error in refusal.errors:
        name = wanted.names.get(error.field, "") if wanted is not None else ""
        text = words.refusal(error)
        place = _place(error, wanted)
        # Some sentences of the core say it themselves.
        said = name or "line" in dict(error.values)
        where = _where(place.input, fields, names, words) if fields is not None and not said else ""
        found.append(Trouble(place.input, place.at or place.input, words.labelled(name, text), where))
    return tuple(found)


def _where(name: str, fields: Fields, names: Mapping[str, str], words: Words) -> str:
    """FLANGE-DN50 B · Price each; the field alone where there is one row, which says by itself what it misses."""
    prefix, _, last = name.rpartition(".")
    field = words.say(names[last]) if last in names else ""
    if name in fields.rows:
        return fields.rows[name]
    # A lot's quantity belongs to the row its line is.
    row = prefix
    while row and row not in fields.rows:
        row = row.rpartition(".")[0]
    if row and len(fields.rows) > 1:
        return " · ".join(filter(None, (fields.rows[row], field)))
    return field if prefix and fields.raw(name) else ""


def _place(error: FieldError, wanted: Wanted | None) -> Lead:
    if wanted is None:
        return Lead(error.field)
    # Missing values are all of one field; what they are of says where.
    about = f"{error.field}:{dict(error.values).get('characteristic', '')}"
    return wanted.places.get(about) or wanted.places.get(error.field) or Lead(error.field)
