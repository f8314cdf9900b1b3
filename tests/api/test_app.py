"""Starting and stopping."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import event
from starlette.testclient import TestClient


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_stopping_waits_for_what_was_begun_in_the_background(app: FastAPI) -> None:
    asked, answered = threading.Event(), threading.Event()

    def slow(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "FROM command" in statement:
            asked.set()
            time.sleep(0.5)
            answered.set()

    with TestClient(app):
        event.listen(app.state.database.engine, "before_cursor_execute", slow)
        assert asked.wait(10)
    assert answered.is_set()
    assert app.state.database.engine.pool.checkedout() == 0
