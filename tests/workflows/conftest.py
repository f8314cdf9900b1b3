"""Temporal servers with properties of their own: one whose time can be skipped, one with short histories."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.testing import TimeSkippingConfig, WorkflowEnvironment

from api.temporal import SEARCH_ATTRIBUTES
from tests.conftest import KINDS, WAL
from tests.processes import TEMPORAL


async def start_server(folder: Path, **dynamic: str) -> WorkflowEnvironment:
    """A real Temporal server; `dynamic` is its dynamic configuration, `__` standing for a dot."""
    values = {
        # Each order has its own clock, which stands still until somebody moves it.
        "frontend__WorkflowTimeSkippingEnabled": "true",
        "history__timerProcessorMaxTimeShift": '"10ms"',
        **dynamic,
    }
    return await WorkflowEnvironment.start_time_skipping_v2(
        ts_config=TimeSkippingConfig(enabled=False),
        dev_server_existing_path=str(TEMPORAL),
        dev_server_database_filename=str(folder / "temporal.db"),
        dev_server_startup_timeout=timedelta(seconds=60),
        dev_server_extra_args=[
            *WAL,
            *(
                word
                for name, value in values.items()
                for word in ("--dynamic-config-value", f"{name.replace('__', '.')}={value}")
            ),
        ],
        search_attributes=[KINDS[kind](name) for name, kind in SEARCH_ATTRIBUTES.items()],
    )


@pytest.fixture(scope="session")
async def skipping_env(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[WorkflowEnvironment]:
    """A real Temporal server whose orders live through weeks in seconds."""
    async with await start_server(tmp_path_factory.mktemp("skipping")) as environment:
        yield environment


@pytest.fixture(scope="session")
async def short_env(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[WorkflowEnvironment]:
    """A real Temporal server on which a history is long after 60 events."""
    folder = tmp_path_factory.mktemp("short")
    async with await start_server(folder, limit__historyCount__suggestContinueAsNew="60") as environment:
        yield environment
