"""Which address is answered by what: everything under ``/api/v1`` and every page."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from fastapi import APIRouter
from starlette.routing import BaseRoute, Match
from starlette.types import Scope

from api import openapi
from api.pages import (
    actions,
    live,
    login,
    lot_holding,
    mailbox,
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
from api.pages.master import routes as master
from api.pages.order import page as order_page
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
    specifications,
    supplier_approvals,
    supplier_contacts,
    supplier_terms,
    suppliers,
    trace,
    work_orders,
)
from api.supplier import opening
from api.supplier import routes as supplier_routes

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
    specifications.router,
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


@cache
def routes() -> Sequence[BaseRoute]:
    """All of them, for every application in this process: to learn what each of the two hundred takes costs
    more than many a request, and none of it depends on an application."""
    programs = _Programs()
    for router in ROUTERS:
        programs.include_router(router, prefix=API)
    everything = APIRouter()
    everything.include_router(programs)
    for pages in PAGES:
        everything.include_router(pages)
    return everything.routes
