"""Every kind of master data, in the sequence in which one sets them up."""

from __future__ import annotations

from api.pages.master.customers import CUSTOMERS
from api.pages.master.demand import ROUTINGS, SALES_ORDERS
from api.pages.master.lots import LOTS
from api.pages.master.parts import PARTS, PLANS
from api.pages.master.places import CALENDARS, PLANTS
from api.pages.master.processes import PROCESSES
from api.pages.master.screens import Screen
from api.pages.master.specifications import SPECIFICATIONS
from api.pages.master.suppliers import SUPPLIERS
from api.pages.master.work_orders import WORK_ORDERS

SCREENS: dict[str, Screen] = {
    screen.name: screen
    for screen in (
        CALENDARS,
        PLANTS,
        PROCESSES,
        SPECIFICATIONS,
        SUPPLIERS,
        PARTS,
        PLANS,
        CUSTOMERS,
        ROUTINGS,
        SALES_ORDERS,
        WORK_ORDERS,
        LOTS,
    )
}
