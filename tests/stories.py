"""Master data and steps of the main job, for tests that need an order to act on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from models.domain.authority import Role
from tests.systems import System

LOT = "20260315-STEEL-001"
CHARACTERISTICS = [
    {
        "number": "1",
        "name": "Coating thickness",
        "nominal": "10",
        "lower": "8",
        "upper": "12",
        "unit": "um",
        "sample": 3,
    },
    {"number": "2", "name": "Adhesion", "kind": "attribute", "sample": 1},
]


async def master_data(
    system: System,
    *,
    plan: bool = True,
    documents: tuple[str, ...] = ("coc",),
    locale: str = "en",
    **process: Any,
) -> None:
    """A plant, an approved plater, the flange with its plan, its work order and its lot."""
    calendar = {"code": "DE", "country": "DE", "workdays": [1, 2, 3, 4, 5], "exceptions": []}
    admin = Role.ADMIN
    await system.post(admin, "/calendars", calendar, status=201)
    plant = {"code": "MAIN", "name": "Main", "timezone": "Europe/Berlin", "calendar": "DE"}
    await system.post(admin, "/plants", plant, status=201)
    supplier = {"name": "Acme Plating", "contact": "Ana", "timezone": "Europe/Berlin", "country": "DE"}
    await system.post(
        admin,
        "/suppliers",
        {"code": "ACME", "email": "orders@acme.example", "locale": locale, **supplier},
        status=201,
    )
    milestones = [
        {"code": "REC", "kind": "received", "name": "Material received", "day": 2},
        {"code": "PLATED", "kind": "process", "name": "Plated", "day": 6},
        {"code": "SHIP", "kind": "shipped", "name": "Shipped", "day": None},
    ]
    await system.post(
        admin,
        "/processes",
        {
            "code": "PLATE",
            "name": "Plating",
            "milestones": milestones,
            "required_documents": list(documents),
            **process,
        },
        status=201,
    )
    approval = {"process": "PLATE", "spec": "ASTM B633", "valid_from": "2020-01-01", "valid_to": "2099-12-31"}
    await system.post(admin, "/suppliers/ACME/approvals", approval, status=201)
    part = {"number": "FLANGE-DN50", "revision": "B", "description": "SS Flange DN50", "uom": "C62"}
    await system.post(admin, "/parts", part, status=201)
    if plan:
        await system.post(
            admin,
            "/inspection-plans",
            {"part": "FLANGE-DN50", "revision": "B", "process": "PLATE", "characteristics": CHARACTERISTICS},
            status=201,
        )
    outside = {
        "sequence": 30,
        "kind": "outside",
        "process": "PLATE",
        "spec": "ASTM B633",
        "spec_revision": "2023",
    }
    job = {"number": "WO-3201", "type": "MTO", "part": "FLANGE-DN50", "revision": "B", "quantity": 1200}
    await system.post(admin, "/work-orders", {**job, "operations": [outside]}, status=201)
    lot = {"number": LOT, "part": "FLANGE-DN50", "quantity": 1200, "uom": "C62", "heat_number": "HX-1"}
    await system.post(admin, "/lots", lot, status=201)


async def draft(
    system: System, quantity: int = 1200, tolerance: str = "0.01", setup_allowance: int = 0, **fields: Any
) -> str:
    """A buyer's draft for the flange's outside operation; gives its number."""
    line = {
        "work_order": "WO-3201",
        "operation": 30,
        "quantity": quantity,
        "unit_price": "0.85",
        "currency": "USD",
        "tolerance": tolerance,
        "setup_allowance": setup_allowance,
        "lots": [{"lot": LOT, "quantity": quantity}],
    }
    body = {
        "supplier": "ACME",
        "process": "PLATE",
        "need_by": str(system.app.state.clock().date() + timedelta(days=26)),
        "purchase_order": "PO-7781",
        "lines": [line],
        **fields,
    }
    made = await system.post(Role.BUYER, "/orders", body, status=201)
    return str(made["number"])


async def issued(system: System, **fields: Any) -> str:
    """An issued order's number."""
    number = await draft(system, **fields)
    await system.command(Role.BUYER, number, "issue")
    return number


BEHALF = {"contact": "Ana", "basis": "phone"}
MEASURED = [
    *(
        {"characteristic": "1", "sample": sample, "value": value}
        for sample, value in ((1, "8"), (2, "12"), (3, "10.1"))
    ),
    {"characteristic": "2", "sample": 1, "value": "conforms"},
]
