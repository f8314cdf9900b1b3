"""The web application: what it is made of and what it needs while it runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from anyio import CancelScope, create_task_group
from fastapi import APIRouter, FastAPI
from starlette.routing import Match
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from api import errors, openapi
from api.auth import Clock, Keyring
from api.dispatch import Dispatcher
from api.html import TEMPLATES
from api.middleware import LastResort, SecurityHeaders, ServerTiming
from api.pages import (
    actions,
    live,
    login,
    lot_holding,
    mailbox,
    nowhere,
    order_list,
    progress,
    quality,
    scan,
    today,
)
from api.pages import alerts as alert_pages
from api.pages import demand as demand_pages
from api.pages import labels as label_pages
from api.pages import lot_papers as lot_paper_pages
from api.pages import payables as payables_page
from api.pages import people as people_pages
from api.pages import picking as picking_pages
from api.pages import recalls as recall_pages
from api.pages import trace as trace_page
from api.pages.drafting import discarding, outside
from api.pages.drafting import pages as drafting
from api.pages.floor import dispatches as dispatch_pages
from api.pages.floor import jobs as job_pages
from api.pages.floor import mismatches as mismatch_pages
from api.pages.live import Live
from api.pages.master import routes as master
from api.pages.order import page as order_page
from api.relay import Relay
from api.routes import (
    alerts,
    calendars,
    compliance,
    converting,
    customers,
    demand,
    dispatches,
    documents,
    expediting,
    health,
    inspection_plans,
    labels,
    links,
    lot_documents,
    lot_holds,
    lots,
    material_mismatches,
    nonconformances,
    order_commands,
    orders,
    parts,
    payables,
    people,
    plants,
    processes,
    projects,
    recalls,
    routings,
    sales_orders,
    shop_floor,
    supplier_approvals,
    supplier_contacts,
    supplier_terms,
    suppliers,
    trace,
    work_orders,
)
from api.sessions import LoginBrake
from api.supplier import opening
from api.supplier import routes as supplier_routes
from api.uploads import Uploads
from models.db import Database
from models.settings import Settings
from workflows.client import connect

API = "/api/v1"
# JSON under it; the order is the order of the documentation, and what is asked
# for most is found first.
ROUTERS = (
    orders.router,
    converting.router,
    order_commands.router,
    expediting.router,
    documents.router,
    lot_documents.router,
    links.router,
    plants.router,
    calendars.router,
    suppliers.router,
    supplier_contacts.router,
    supplier_approvals.router,
    supplier_terms.router,
    processes.router,
    parts.router,
    inspection_plans.router,
    routings.router,
    sales_orders.router,
    # Before the work order of that number.
    demand.router,
    work_orders.router,
    projects.router,
    lots.router,
    lot_holds.router,
    trace.router,
    customers.router,
    shop_floor.router,
    dispatches.router,
    labels.router,
    compliance.router,
    payables.router,
    recalls.router,
    alerts.router,
    nonconformances.router,
    material_mismatches.router,
    people.router,
    health.router,
    openapi.router,
)
PAGES = (
    today.router,
    order_list.router,
    drafting.router,
    discarding.router,
    outside.router,
    demand_pages.router,
    picking_pages.router,
    progress.router,
    # Whatever else is /orders/ and one word comes before an order of that number; its many forms after.
    order_page.router,
    live.router,
    alert_pages.router,
    payables_page.router,
    quality.router,
    trace_page.router,
    recall_pages.router,
    actions.router,
    login.router,
    master.router,
    # Before a hold or a release, which take whatever comes behind a lot.
    lot_paper_pages.router,
    lot_holding.router,
    label_pages.router,
    scan.router,
    job_pages.router,
    dispatch_pages.router,
    mismatch_pages.router,
    people_pages.router,
    openapi.pages,
    opening.router,
    supplier_routes.router,
    mailbox.router,
)


class _Programs(APIRouter):
    """What programs ask for: a hundred routes that no page's address needs to be compared with."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        return super().matches(scope) if scope["path"].startswith(f"{API}/") else (Match.NONE, {})


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
    programs = _Programs()
    for router in ROUTERS:
        programs.include_router(router, prefix=API)
    app.include_router(programs)
    for pages in PAGES:
        app.include_router(pages)
    app.mount("/static", StaticFiles(directory=TEMPLATES / "static", check_dir=False), name="static")
    return app
