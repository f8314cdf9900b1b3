"""One running product for all tests of a module, and browsers of our people."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from tests.pages.browser import Browsers
from tests.stories import master_data
from tests.systems import System, on_sqlite, running


@pytest.fixture(scope="module")
async def system(
    temporal_env: WorkflowEnvironment, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[System]:
    """The product on SQLite with master data; every test has orders of its own."""
    # A busy machine may take longer than people wait.
    settings = on_sqlite(tmp_path_factory.mktemp("product"), sqlite_template, page_timeout=8.0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TEMPORAL_ADDRESS", temporal_env.client.service_client.config.target_host)
        async with running(settings, temporal_env.client) as system:
            await master_data(system)
            yield system


@pytest.fixture
async def browsers(system: System) -> AsyncIterator[Browsers]:
    """Opens browsers in which somebody is logged in; they are closed after the test."""
    opened = Browsers(system)
    yield opened
    await opened.close()
