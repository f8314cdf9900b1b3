"""Where specialty metals were melted, and what DFARS says of it.

252.225-7008: metal that is delivered as such was melted or produced in the United States or their outlying
areas. 252.225-7009: metal in the articles it names, there or in a qualifying country (225.872-1). Whether a
contract has such a clause, or one of their exceptions, is for people to say; a part that may be under one
says `dfars`.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Melted(StrEnum):
    """Where, the worst first: what is made of several metals is as good as the worst of them."""

    ELSEWHERE = "elsewhere"
    UNKNOWN = "unknown"
    QUALIFYING = "qualifying"
    UNITED_STATES = "united_states"


# With American Samoa, Guam, Northern Mariana Islands, Puerto Rico, minor islands, Virgin Islands. ISO 3166.
_UNITED_STATES = frozenset({"US", "AS", "GU", "MP", "PR", "UM", "VI"})
_QUALIFYING = frozenset(
    [
        "AU",
        "AT",
        "BE",
        "CA",
        "CZ",
        "DK",
        "EG",
        "EE",
        "FI",
        "FR",
        "DE",
        "GR",
        "IL",
        "IT",
        "JP",
        "LV",
        "LT",
        "LU",
        "NL",
        "NO",
        "PL",
        "PT",
        "SI",
        "ES",
        "SE",
        "CH",
        "TR",
        "GB",
    ]
)
CLAUSES: dict[str, frozenset[Melted]] = {
    "252.225-7008": frozenset({Melted.UNITED_STATES}),
    "252.225-7009": frozenset({Melted.UNITED_STATES, Melted.QUALIFYING}),
}


def melted(country: str | None) -> Melted:
    """Of the two letters of a country, or nothing."""
    if not country:
        return Melted.UNKNOWN
    if country in _UNITED_STATES:
        return Melted.UNITED_STATES
    return Melted.QUALIFYING if country in _QUALIFYING else Melted.ELSEWHERE


def worst(found: Iterable[Melted]) -> Melted:
    """Of what goes into one piece; nothing known is unknown."""
    ranked = sorted(found, key=list(Melted).index)
    return ranked[0] if ranked else Melted.UNKNOWN


def met(clause: str, where: Melted) -> bool | None:
    """Whether metal melted there is what the clause asks for; None when nobody knows where it was."""
    return None if where is Melted.UNKNOWN else where in CLAUSES[clause]


def doubts(where: Melted) -> tuple[str, ...]:
    """The clauses that pieces with metal melted there do not meet, or not as far as anybody knows."""
    return tuple(clause for clause in CLAUSES if met(clause, where) is not True)
