"""The main job, as short as it can be told."""

from __future__ import annotations

from typing import Any

from models.domain.authority import Role
from tests.stories import BEHALF, LOT, MEASURED
from tests.systems import System


async def main_job(system: System, number: str) -> None:
    """A draft of 1200 pieces goes all the way: two parcels, ten pieces scrapped, certified, closed."""

    async def act(who: Role, name: str, **body: Any) -> Any:
        return await system.command(who, number, name, **body)

    await act(Role.BUYER, "issue")
    await act(Role.BUYER, "acknowledge", decision="accept", on_behalf_of=BEHALF)
    await act(Role.RECEIVING, "send", lines=[{"line": 1, "lot": LOT, "quantity": 1200}])
    await act(Role.PLANNER, "report-milestone", code="REC", on_behalf_of=BEHALF)
    inspected = await act(Role.BUYER, "submit-inspection", line=1, results=MEASURED, on_behalf_of=BEHALF)
    await act(
        Role.QUALITY, "review-inspection", inspection=inspected["inspection"], decision="release", note=""
    )
    for quantity, rejected in ((700, 10), (500, 0)):
        parcel = await act(Role.BUYER, "ship", lines=[{"line": 1, "quantity": quantity}], on_behalf_of=BEHALF)
        counted = {"counted": quantity, "accepted": quantity - rejected, "rejected": rejected}
        received = await act(
            Role.RECEIVING, "receive", parcel=parcel["parcel"], lines=[{"line": 1, **counted}]
        )
        if rejected:
            await act(
                Role.QUALITY,
                "disposition",
                nonconformance=received["nonconformance"],
                lines=[{"quantity": rejected, "decision": "scrap"}],
                cause="thin",
                responsibility="supplier",
            )
    answer = await system.login(Role.QUALITY).post(
        f"/api/v1/orders/{number}/documents?type=coc&lot={LOT}&heat=HX-1&quantity=1200",
        content=b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\ncertificate",
        headers={"Content-Type": "application/pdf", "X-Filename": "coc.pdf"},
    )
    assert answer.status_code == 201, answer.text
    closed = await act(Role.BUYER, "close")
    assert closed["stage"] == "closed"
