"""What the API offers its reader to do next is what can be done now, and only that."""

from __future__ import annotations

import pytest

from models.domain import commands as c
from models.domain.authority import Role
from models.domain.commands import Command
from models.domain.purpose import NOTHING
from models.queries.orders import Reader, next_actions
from tests.domain.asking import accept, dispose, receive, send, ship
from tests.domain.orders import given, issued

OURS = Reader(tuple(Role), cleared=True)
THEIRS = Reader((), cleared=True, supplier=True)
IDLE = (
    "judge",
    "disposition",
    "decide-disposition",
    "confirm-return",
    "review-inspection",
    "verify-action",
    "resolve-over",
)


def told(*steps: Command, reader: Reader = OURS) -> dict[str, str | None]:
    """Why each action is impossible after `steps`; None for what is possible."""
    found = next_actions(given(issued(), *steps).order, reader)
    assert all(item["allowed"] is (item["reason"] is None) for item in found)
    return {item["command"]: item["reason"] for item in found}


@pytest.mark.parametrize("command", IDLE)
def test_what_has_nothing_to_do_is_not_offered_and_says_so(command: str) -> None:
    assert told(accept(), send(100), ship(100))[command] == NOTHING[command]


REJECTED = (accept(), send(100), ship(100), receive(90, rejected=10))


@pytest.mark.parametrize(
    ("command", "steps"),
    [
        ("declare-loss", (accept(), send(100))),
        ("disposition", REJECTED),
        ("decide-disposition", (*REJECTED, dispose(use_as_is=10))),
        ("confirm-return", (*REJECTED, dispose(return_=10))),
        ("close", (accept(), send(100), ship(100), receive(100))),
    ],
)
def test_it_is_offered_once_there_is_something_to_do(command: str, steps: tuple[Command, ...]) -> None:
    assert told(*steps)[command] is None
    assert told(accept())[command] is not None


def test_a_supplier_is_offered_only_what_it_can_do_now() -> None:
    idle = told(reader=THEIRS)
    assert idle["acknowledge"] is None
    assert idle["submit-inspection"] == NOTHING["submit-inspection"]
    assert "judge" not in idle
    held = told(accept(), c.Hold("Drawing"), reader=THEIRS)
    assert held["submit-inspection"] is not None
