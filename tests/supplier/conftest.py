"""One running product for all tests of a module; every test has orders of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from tests.stories import master_data
from tests.systems import System, on_sqlite, running


@pytest.fixture(scope="module")
async def system(
    temporal_env: WorkflowEnvironment, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[System]:
    """The product on SQLite with master data; its lot has pieces for sixty orders of twenty."""
    settings = on_sqlite(
        tmp_path_factory.mktemp("product"),
        sqlite_template,
        # A busy machine may take longer than people wait.
        page_timeout=8.0,
        document_bytes=200_000,
        photo_bytes=200_000,
        video_bytes=200_000,
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TEMPORAL_ADDRESS", temporal_env.client.service_client.config.target_host)
        async with running(settings, temporal_env.client) as system:
            await master_data(system)
            yield system
