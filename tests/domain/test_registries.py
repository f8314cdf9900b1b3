"""What is listed in one place is listed in all of them."""

from __future__ import annotations

import ast
from dataclasses import fields
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_type_hints

import models.domain
from models.domain import causes, commands, events, gate, loose_ends, notices
from models.domain.authority import STAFF, SUPPLIER, SYSTEM_ONLY
from models.domain.commands import COMMANDS, OWN_PATH
from models.domain.deadlines import RULES
from models.domain.decide import DECISIONS
from models.domain.decisions import correcting
from models.domain.events import EVENTS
from models.domain.flags import LATENESS
from models.domain.meanings import MEANINGS

# Events that say it all by the pieces and shares they move, or repeat what the state says already.
ONLY_MOVES = {
    events.OrderIssued,  # embeds the state
    events.PiecesJudged,
    events.ReturnConfirmed,
    events.NonconformanceClosed,
}


def test_every_command_has_a_decision_a_gate_and_somebody_who_may_send_it() -> None:
    assert {command.name for command in DECISIONS} | {"issue"} == COMMANDS.keys()
    assert gate.ALLOWED.keys() == COMMANDS.keys()
    assert STAFF.keys() | SUPPLIER | SYSTEM_ONLY == COMMANDS.keys()
    assert not STAFF.keys() & SYSTEM_ONLY
    assert COMMANDS.keys() > OWN_PATH
    assert COMMANDS.keys() >= gate.ON_HOLD | gate.NOT_WHILE_CANCELLING | gate.NOT_WHEN_DECLINED


def test_every_event_has_a_meaning_or_only_moves() -> None:
    assert set(MEANINGS) | ONLY_MOVES == set(EVENTS.values())
    assert not set(MEANINGS) & ONLY_MOVES


def test_names_follow_the_classes() -> None:
    assert EVENTS["pieces_received"] is events.PiecesReceived
    assert COMMANDS["report-nonconformance"] is commands.ReportNonconformance
    for registry, module in ((EVENTS, events), (COMMANDS, commands)):
        for kind in registry.values():
            assert getattr(module, kind.__name__) is kind


def test_what_can_be_corrected_moves_pieces_or_writes_a_date() -> None:
    for kind in set(correcting.CORRECTABLE) - {events.ProcessReported}:  # its correction takes edges back
        assert "moves" in {field.name for field in fields(kind)}


def test_every_rule_has_a_cause_of_its_own_and_somebody_to_tell() -> None:
    finders = [rule.find for rule in RULES.values()]
    assert len(set(finders)) == len(finders)
    assert all(rule.tell for rule in RULES.values())
    assert all(rule.code == code for code, rule in RULES.items())
    assert set(RULES) >= set(LATENESS)
    assert {finder.__module__ for finder in finders} == {causes.__name__, loose_ends.__name__}
    assert notices._REMINDERS.keys() == {code for code, rule in RULES.items() if rule.kind == "remind"}


def _floats(hint: Any) -> bool:
    return hint is float or any(_floats(inner) for inner in get_args(hint)) or hint is UnionType


def test_no_quantity_is_a_float() -> None:
    for kind in [*COMMANDS.values(), *EVENTS.values()]:
        assert not any(_floats(hint) for hint in get_type_hints(kind).values()), kind
    for path in Path(next(iter(models.domain.__path__))).rglob("*.py"):
        if path.name == "labels.py":
            # Millimetres on paper.
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            assert not (isinstance(node, ast.Constant) and isinstance(node.value, float)), path
            assert not (isinstance(node, ast.Name) and node.id == "float"), path
