"""Where metal may come from under DFARS 252.225-7008 and 252.225-7009."""

from __future__ import annotations

from models.domain.melting import CLAUSES, Melted, doubts, melted, met, worst
from tests.domain.orders import parametrize


@parametrize(
    "country, where, metal_itself, in_an_article",
    ("US", Melted.UNITED_STATES, True, True),
    ("PR", Melted.UNITED_STATES, True, True),
    ("SE", Melted.QUALIFYING, False, True),
    ("JP", Melted.QUALIFYING, False, True),
    ("LT", Melted.QUALIFYING, False, True),
    ("CN", Melted.ELSEWHERE, False, False),
    ("MX", Melted.ELSEWHERE, False, False),
    ("IN", Melted.ELSEWHERE, False, False),
    (None, Melted.UNKNOWN, None, None),
    ("", Melted.UNKNOWN, None, None),
)
def test_a_clause_is_met_by_the_country_of_melt(
    country: str | None, where: Melted, metal_itself: bool | None, in_an_article: bool | None
) -> None:
    assert melted(country) is where
    assert met("252.225-7008", where) is metal_itself
    assert met("252.225-7009", where) is in_an_article


@parametrize(
    "found, result",
    ((), Melted.UNKNOWN),
    ((Melted.UNITED_STATES, Melted.QUALIFYING), Melted.QUALIFYING),
    ((Melted.UNITED_STATES, Melted.UNKNOWN), Melted.UNKNOWN),
    ((Melted.UNKNOWN, Melted.ELSEWHERE, Melted.UNITED_STATES), Melted.ELSEWHERE),
)
def test_what_is_made_of_several_metals_is_as_good_as_the_worst(
    found: tuple[Melted, ...], result: Melted
) -> None:
    assert worst(found) is result


def test_whatever_meets_the_stricter_clause_meets_the_other() -> None:
    assert CLAUSES["252.225-7008"] < CLAUSES["252.225-7009"]


@parametrize(
    "where, clauses",
    (Melted.UNITED_STATES, ()),
    (Melted.QUALIFYING, ("252.225-7008",)),
    (Melted.ELSEWHERE, ("252.225-7008", "252.225-7009")),
    (Melted.UNKNOWN, ("252.225-7008", "252.225-7009")),
)
def test_what_nobody_knows_is_as_doubtful_as_what_is_wrong(where: Melted, clauses: tuple[str, ...]) -> None:
    assert doubts(where) == clauses
