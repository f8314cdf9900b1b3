"""One running product for all tests of a module, and browsers of our people."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from models.settings import Settings
from tests.pages.browser import Browsers
from tests.stories import master_data
from tests.systems import System, running


@pytest.fixture(scope="module")
async def system(
    temporal_env: WorkflowEnvironment, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[System]:
    """The product on SQLite with master data; every test has orders of its own."""
    folder = tmp_path_factory.mktemp("product")
    shutil.copy(sqlite_template, folder / "sendout.db")
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]
        data_dir=folder,
        database_url=f"sqlite:///{folder}/sendout.db",
        task_queue=f"test-{uuid.uuid4().hex}",
        secret_key="a key for tests, long enough to sign with",  # type: ignore[arg-type]
        company="Northfield Valves",
        sandbox=True,
        # A busy machine may take longer than people wait.
        page_timeout=8.0,
        log_level="WARNING",
    )
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
