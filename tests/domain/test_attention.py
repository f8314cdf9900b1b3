"""What comes first, and the causes an alert is answered with."""

from __future__ import annotations

import pytest

from models.domain.attention import MOST_URGENT_FIRST, cause, cause_parts
from models.domain.deadlines import RULES
from models.domain.errors import Invalid


def test_every_rule_that_raises_alerts_has_its_place_and_no_other() -> None:
    raising = {rule.code for rule in RULES.values() if rule.kind == "alert"}
    assert set(MOST_URGENT_FIRST) == raising
    assert len(MOST_URGENT_FIRST) == len(raising)


@pytest.mark.parametrize(
    ("code", "text"), [("capacity", ""), ("capacity", "two: of three"), ("other", "hail")]
)
def test_a_cause_is_read_back_as_it_was_given(code: str, text: str) -> None:
    assert cause_parts(cause(code, text)) == (code, text)


def test_a_cause_written_freely_by_a_program_stays_as_it_is() -> None:
    assert cause_parts("line 3: belt torn") == ("", "line 3: belt torn")


@pytest.mark.parametrize(
    ("code", "text", "field"), [("", "x", "cause"), ("weather", "", "cause"), ("other", "", "cause_text")]
)
def test_a_cause_has_to_be_chosen_and_another_one_described(code: str, text: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        cause(code, text)
    assert refused.value.errors[0].field == field
