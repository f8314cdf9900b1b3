"""What can be done with an order stands on its page by what it is about."""

from __future__ import annotations

from collections import Counter

from api.pages.wording import ACTIONS, THEMES
from models.domain import gate
from models.domain.authority import SYSTEM_ONLY

_ELSEWHERE = {"issue", "acknowledge-alert"}


def test_every_command_on_an_order_has_one_place_on_its_page() -> None:
    placed = Counter(command for commands in THEMES.values() for command in commands)
    assert set(placed) == set(gate.ALLOWED) - SYSTEM_ONLY - _ELSEWHERE
    assert set(placed.values()) == {1}
    assert set(placed) <= ACTIONS.keys()
