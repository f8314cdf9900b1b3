"""Export-controlled orders: for cleared people only, and without a word to anybody else."""

from __future__ import annotations

from datetime import UTC, datetime

from structlog.testing import capture_logs

from api import people
from models.domain.authority import Role
from models.tables.parts import Part
from tests.stories import issued
from tests.supplier.phone import opened
from tests.supplier.steps import rows
from tests.systems import System


async def test_a_controlled_order_is_shown_to_cleared_contacts_only(system: System) -> None:
    admin = Role.ADMIN
    part = {
        "number": "NOZZLE-X",
        "revision": "A",
        "description": "Secret nozzle",
        "uom": "C62",
    }
    await system.post(admin, "/parts", part, status=201)
    operation = {
        "sequence": 10,
        "kind": "outside",
        "process": "PLATE",
        "spec": "ASTM B633",
        "spec_revision": "2023",
    }
    job = {"number": "WO-9", "type": "MTO", "part": "NOZZLE-X", "revision": "A", "quantity": 5}
    await system.post(admin, "/work-orders", {**job, "operations": [operation]}, status=201)
    with system.database.write() as session:
        session.get_one(Part, ("NOZZLE-X", "A")).export_controlled = True
    contact = {"name": "Eva", "email": "eva@acme.example", "cleared": True, "notify": ["orders"]}
    made = await system.post(Role.BUYER, "/suppliers/ACME/contacts", contact, status=201)
    line = {"work_order": "WO-9", "operation": 10, "quantity": 5, "unit_price": "1", "currency": "USD"}
    number = await _issue(system, line)

    phone, page = await opened(system, number, address="eva@acme.example")
    assert page.heading.startswith("Can you finish 5 pcs")
    assert "Secret nozzle" in page.text
    assert not [
        mail
        for mail in system.smtp.messages_to("orders@acme.example")
        if number in str(mail.message["Subject"])
    ]

    answer = await system.login(admin).put(
        f"/api/v1/suppliers/ACME/contacts/{made['id']}", json={**contact, "cleared": False}
    )
    assert answer.status_code == 200
    before = rows(system)
    with capture_logs() as logged:
        barred = [
            await phone.open(page.url),
            await phone.open(f"{page.url}/answer"),
            await phone.press(page, "accept"),
        ]
    for shown in barred:
        assert (shown.status, shown.heading) == (403, "Please call your customer")
        for secret in ("NOZZLE", "Secret", "Plating", number):
            assert secret not in shown.html
        assert "buyer@example.com" in shown.text or "Write to" in shown.text
    assert rows(system) == before
    assert [entry["event"] for entry in logged] == ["controlled_order_refused"] * 3


async def _issue(system: System, line: dict[str, object]) -> str:
    """Issued by a buyer who is cleared."""
    with system.database.write() as session:
        user = people.create_user(
            session, "cleared@example.com", [Role.BUYER, Role.ADMIN], None, datetime.now(UTC), cleared=True
        )
        token = people.create_token(session, user, datetime.now(UTC))
    system.clients["buyer"] = system.client({"Authorization": f"Bearer {token}"})
    try:
        return await issued(system, lines=[line])
    finally:
        del system.clients["buyer"]
