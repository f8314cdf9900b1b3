"""The machines leave no command out: each is asked by some rule, so that a new one has to be tried, too."""

from __future__ import annotations

import ast
from pathlib import Path

from models.domain.commands import COMMANDS

MACHINES = [Path(__file__).with_name(f"test_{name}.py") for name in ("machine", "across_machine")]
# They begin with an order that `issued` has issued.
BEGINNING = {"issue"}
# Told by one order to another: the machine of several orders lets each arrive that comes of what was asked.
TOLD = {"report-part-work"}


def test_every_command_is_asked_by_a_rule_of_a_machine() -> None:
    asked = {name for machine in MACHINES for name in _asked(machine)}
    assert asked | BEGINNING | TOLD == COMMANDS.keys()
    assert not asked & (BEGINNING | TOLD), "these need no excuse any more"


def _asked(machine: Path) -> set[str]:
    """The commands that rules of the machine are written with."""
    by_class = {command.__name__: name for name, command in COMMANDS.items()}
    rules = [
        node
        for node in ast.walk(ast.parse(machine.read_text()))
        if isinstance(node, ast.FunctionDef)
        and any(
            isinstance(each, ast.Call) and getattr(each.func, "id", "") in ("rule", "initialize")
            for each in node.decorator_list
        )
    ]
    assert rules, machine
    return {
        by_class[node.attr]
        for rule in rules
        for node in ast.walk(rule)
        if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "c" and node.attr in by_class
    }
