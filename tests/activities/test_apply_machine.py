"""The random machines of the core on a real database: every command, several lines and lots, serial numbers,
several orders. After each step the tables say what the events say, and the doctor finds nothing."""

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
from tests.domain.test_across_machine import RUNS as ACROSS
from tests.domain.test_across_machine import Across
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


class StoredAcross(Across):
    """Three orders of one part; what one does to others is one transaction."""

    def __init__(self, store: Store) -> None:
        self.store = store
        super().__init__()

    def begin(self, *lines: Any, **terms: Any) -> Scene:
        if not self.scenes:
            self.store.clear()
            part = PLAN if terms["plans"] else None, bool(terms["by_serial"])
            self.store.master_data(
                terms["lots"],
                {"FLANGE": part},
                {"WO-1": "FLANGE", "WO-2": "FLANGE"},
                contract=terms["contract"],
                documents=(),
                milestones=True,
                gated=False,
            )
        return self.store.issued(terms["draft"]["number"], *lines)


def _of(lot: Any, part: str) -> Any:
    return replace(lot, part=part)


@pytest.mark.parametrize(
    ("machine", "runs", "examples"),
    [(StoredOrders, ONE, 30), (StoredAcross, ACROSS, 20)],
    ids=["one", "several"],
)
def test_the_tables_say_what_the_events_say_whatever_is_asked(
    database: Database, settings: Settings, machine: Any, runs: often, examples: int
) -> None:
    store = Store(database, settings)
    few = often(runs, max_examples=500 if SOAK else examples, stateful_step_count=60 if SOAK else 10)
    run_state_machine_as_test(lambda: machine(store), settings=few)
