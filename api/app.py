"""The web application: what it is made of and what it needs while it runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from anyio import CancelScope, create_task_group
from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from api import errors
from api.addresses import routes
from api.auth import Clock, Keyring
from api.dispatch import Dispatcher
from api.html import TEMPLATES
from api.middleware import LastResort, SecurityHeaders, ServerTiming
from api.pages import nowhere
from api.pages.live import Live
from api.relay import Relay
from api.sessions import LoginBrake
from api.supplier import opening
from api.uploads import Uploads
from models.db import Database
from models.settings import Settings
from workflows.client import connect


def now() -> datetime:
    """The clock at the API's edge; everything below is given the time."""
    return datetime.now(UTC)


async def _until(stopping: CancelScope, *work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Works until it is stopped. A scope, unlike a task's own ``cancel``, waits for threads that have
    begun: the database must not be closed under them."""
    with stopping:
        async with create_task_group() as group:
            for each in work:
                group.start_soon(each)


def create_app(settings: Settings, *, clock: Clock = now) -> FastAPI:
    """The application for ``settings``; the database is opened when it starts serving."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.database = Database(settings.database)
        app.state.keyring = Keyring(app.state.database, clock)
        app.state.uploads = Uploads(settings, app.state.database)
        app.state.dispatcher = Dispatcher(app.state.database, settings, await connect(lazy=True))
        stopping = CancelScope()
        app.state.live = Live(app.state.database, clock)
        relay = Relay(app.state.dispatcher, clock)
        working = asyncio.create_task(_until(stopping, relay.run, app.state.live.run))
        try:
            yield
        finally:
            stopping.cancel()
            await working
            app.state.database.dispose()

    app = FastAPI(
        title="Sendout",
        version="1",
        lifespan=lifespan,
        routes=list(routes()),
        openapi_url=None,
        # Nobody collects FastAPI's own spans, and they cost time in every request.
        telemetry={"tracing": False, "metrics": False, "logs": False, "operation_spans": False},
    )
    app.state.settings = settings
    app.state.clock = clock
    app.state.login_brake = LoginBrake()
    app.state.link_brake = opening.LinkBrake()
    app.add_middleware(LastResort)
    app.add_middleware(SecurityHeaders, https=settings.public_url.startswith("https:"))
    app.add_middleware(ServerTiming)
    errors.install(app)
    nowhere.install(app)
    app.mount("/static", StaticFiles(directory=TEMPLATES / "static", check_dir=False), name="static")
    return app
