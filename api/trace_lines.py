"""A trace as lines of a terminal: the answer, the balance, who got what, and every step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from activities import wording
from models.db import Database
from models.domain.errors import Refusal
from models.domain.trace import Direction
from models.queries.trace_near import named
from models.queries.trace_view import conversions_of, found
from models.settings import Settings

View = dict[str, Any]


class CannotTrace(Exception):
    """Nothing, or more than one thing, is called so."""


def look(settings: Settings, identifier: str, direction: Direction) -> View:
    """All there is: whoever may read the database's file may read this. Raises `CannotTrace`."""
    database = Database(settings.database)
    try:
        with database.snapshot() as session:
            matches = named(session, identifier, cleared=True)
            if len(matches) > 1:
                several = "\n".join(f"  {match.identifier}  {match.told}" for match in matches)
                raise CannotTrace(f"Several things are called {identifier}; name one:\n{several}")
            return found(session, matches[0], direction, cleared=True).view
    except Refusal as refusal:
        offered = "".join(f"\n  {each.identifier}  {each.of}" for each in refusal.choices or ())
        like = f"\nThese have it in their name:{offered}" if offered else ""
        raise CannotTrace(refusal.detail + like) from None
    finally:
        database.dispose()


def lines(view: View) -> Iterator[str]:
    answer = view["answer"]
    pieces = _of_parts(answer["dispatched"])
    yield (
        f"{view['root']['identifier']}: {answer['customers']} customers, {pieces} dispatched, "
        f"{answer['missing']} certificates missing, {_of_parts(answer['unexplained'])} unexplained"
    )
    for row in view["balance"]:
        figures = [
            f"{row[name]:f} {name.replace('_', ' ')}"
            for name in row
            if name not in ("part", "unit", "made", "items") and row[name]
        ]
        yield f"  {row['part']} ({_unit(row)}): {row['made']:f} made = {' + '.join(figures) or '0'}"
    for row in view["customers"]:
        got = f"{_amount(row)} of {row['part']} from {row['lot']}"
        yield f"  {row['customer']}: {got}, dispatch {row['dispatch']}"
    for edge in view["edges"]:
        sure = f" ({edge['unsure']} not named)" if "unsure" in edge else ""
        for each in conversions_of(edge):
            unit = wording.unit("en", each["counted_in"], Decimal(1))
            sure += f" (counted in {unit}, 1 {unit} = {each['conversion']:f} {_unit(edge)})"
        if "taken" in edge:
            sure += f" ({edge['taken']:f} {wording.unit('en', edge['taken_unit'], edge['taken'])} of the lot)"
        yield f"  {edge['from']} -> {edge['to']}  {edge['how']} {_amount(edge)}{sure}"


def _of_parts(rows: Sequence[View]) -> str:
    return ", ".join(f"{_amount(row)} of {row['part']}" for row in rows) or "0"


def _unit(row: View) -> str:
    return wording.unit("en", row["unit"])


def _amount(row: View) -> str:
    most = f"at most {row['at_most']:f} of " if "at_most" in row else ""
    return f"{most}{row['quantity']:f} {wording.unit('en', row['unit'], row['quantity'])}"
