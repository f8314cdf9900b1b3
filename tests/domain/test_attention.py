"""What comes first, and the causes an alert is answered with."""

from __future__ import annotations

import pytest

from models.domain.attention import DEEDS, MOST_URGENT_FIRST, cause, cause_parts, deed
from models.domain.deadlines import RULES
from models.domain.errors import Invalid
from models.domain.gate import ALLOWED
from models.domain.order import ENDED, Stage


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


def test_every_alert_has_a_deed() -> None:
    assert DEEDS.keys() | {"mail_undeliverable", "lot_on_hold"} == set(MOST_URGENT_FIRST)
    assert set(DEEDS.values()) <= ALLOWED.keys()


@pytest.mark.parametrize("rule", [rule for rule, command in DEEDS.items() if command == "report-milestone"])
@pytest.mark.parametrize("at", sorted(set(Stage) - ENDED - {Stage.DRAFT, Stage.RECEIVED}))
@pytest.mark.parametrize("owed_by", ["supplier", "receiving"])
def test_what_is_late_is_settled_by_what_is_possible_at_its_stage(rule: str, at: Stage, owed_by: str) -> None:
    command, _ = deed(rule, "PLATED-2026-12-31", owed_by, at)
    assert at in ALLOWED[command]


def test_a_deed_names_what_it_is_about() -> None:
    at = Stage.IN_PROCESS
    assert deed("milestone_overdue", "X-1-2026-12-31#2", "supplier", at)[1] == {"code": "X-1"}
    assert deed("milestone_overdue", "X-1-2026-12-31", "receiving", at) == ("send", {})
    assert deed("document_missing", "coc", "supplier", at) == ("add-document", {"type": "coc"})
    assert deed("receipt_overdue", "need-by", "supplier", Stage.SHIPPED) == ("receive", {})
