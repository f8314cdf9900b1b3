"""The random machine of the core on a real database: its commands on an order of two lines, several lots and serial
numbers. After each step the tables say what the events say, and the doctor finds nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import settings as often
from hypothesis.stateful import run_state_machine_as_test

from models.db import Database
from models.settings import Settings
from tests.activities.stored import Store
from tests.domain.orders import PLAN, Scene
from tests.domain.test_machine import RUNS as ONE
from tests.domain.test_machine import SOAK, Orders

pytestmark = pytest.mark.hypothesis
DISC = {"L3", "L5"}


class StoredOrders(Orders):
    """One order of two parts, of which either may have serial numbers."""

    def __init__(self, store: Store) -> None:
        self.store = store
        super().__init__()

    def begin(self, *lines: Any, **terms: Any) -> Scene:
        tracked = terms["by_serial"]
        lots = [lot if lot.lot not in DISC else _of(lot, "DISC") for lot in terms["lots"]]
        self.store.clear()
        self.store.master_data(
            lots,
            {"FLANGE": (None, 1 in tracked), "DISC": (PLAN, 2 in tracked)},
            {"WO-1": "FLANGE", "WO-2": "DISC", "WO-7": "FLANGE", "WO-8": "DISC"},
            contract=terms["contract"],
            documents=[kind.value for kind in terms["documents"]],
            milestones="milestones" not in terms,
            gated=terms["release_before_ship"],
        )
        return self.store.issued("SO-1", *lines)


def _of(lot: Any, part: str) -> Any:
    return replace(lot, part=part)


def test_the_tables_say_what_the_events_say_whatever_is_asked(database: Database, settings: Settings) -> None:
    store = Store(database, settings)
    few = often(ONE, max_examples=500 if SOAK else 8, stateful_step_count=60 if SOAK else 10)
    run_state_machine_as_test(lambda: StoredOrders(store), settings=few)
