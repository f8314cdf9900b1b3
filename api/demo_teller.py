"""The sentences the demo's stories are told in: an order, an answer, a parcel, a certificate."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from api import demo_world as world
from api.demo_hands import Hands

_ZONE = ZoneInfo(str(world.PLANT["timezone"]))
_CONTACTS = {supplier["code"]: supplier["contact"] for supplier in world.SUPPLIERS}


@dataclass
class Story:
    """`today` is the last instant of the past; `orders` are the numbers given, by work order."""

    hands: Hands
    today: datetime
    orders: dict[str, str] = field(default_factory=dict)

    def at(self, workdays: int, hour: int) -> datetime:
        """`hour` at the plant, so many working days before today; never later than today."""
        local = datetime.combine(self.day(-workdays), time(hour), _ZONE)
        return min(local.astimezone(UTC), self.today - timedelta(minutes=5))

    def day(self, workdays: int) -> date:
        """The day so many weekdays from today: before it when negative."""
        day = self.today.astimezone(_ZONE).date()
        step = timedelta(days=1 if workdays > 0 else -1)
        for _ in range(abs(workdays)):
            day += step
            while day.isoweekday() > 5:
                day += step
        return day

    async def order(
        self,
        work_order: str,
        part: str,
        quantity: int,
        supplier: str,
        need_by: date,
        *,
        price: str = "0.85",
        lot: str = "",
        priority: str = "normal",
    ) -> str:
        """The draft of a new work order's outside operation, with a lot of its own unless one is named."""
        process, _ = world.APPROVALS[supplier]
        made = await self.job(work_order, part, quantity, process, lot=lot, due=need_by + timedelta(days=7))
        line = {"work_order": work_order, "operation": 30, "quantity": quantity, "unit_price": price}
        draft = await self.hands.post(
            "buyer",
            "/orders",
            {
                "supplier": supplier,
                "process": process,
                "need_by": str(need_by),
                "purchase_order": f"PO-{7701 + len(self.orders)}",
                "priority": priority,
                "lines": [line | {"lots": [{"lot": made, "quantity": quantity}]}],
            },
        )
        number = str(draft["number"])
        self.orders[work_order] = number
        return number

    async def job(
        self,
        work_order: str,
        part: str,
        quantity: int,
        process: str,
        *,
        lot: str = "",
        due: date | None = None,
    ) -> str:
        """A new work order with an outside operation, and the lot of its parts; gives the lot."""
        spec, spec_revision = world.SPECS[process]
        revision = next(str(known["revision"]) for known in world.PARTS if known["number"] == part)
        operation = {"sequence": 30, "kind": "outside", "process": process, "spec": spec}
        job = {"number": work_order, "part": part, "revision": revision, "quantity": quantity, "type": "MTO"}
        routed = {
            "operations": [operation | {"spec_revision": spec_revision}],
            "due": str(due) if due else None,
        }
        await self.hands.post("buyer", "/work-orders", job | routed)
        material = {"part": part, "quantity": quantity, "supplier": "STEEL", "heat_number": f"HX-{quantity}"}
        came = {"supplier_lot": f"G{work_order}", "certificate": f"MTR-{work_order}"}
        known = {"number": lot} if lot else {}
        made = await self.hands.post("receiving", "/lots", material | known | came)
        return str(made["number"])

    async def act(self, who: str, order: str, name: str, /, **body: object) -> Any:
        return await self.hands.command(who, order, name, **body)

    async def hear(self, who: str, supplier: str, order: str, name: str, /, **body: object) -> Any:
        """What a supplier said by mail, entered by one of us."""
        told = {"contact": _CONTACTS[supplier], "basis": "mail"}
        return await self.hands.command(who, order, name, on_behalf_of=told, **body)

    async def issue(self, order: str) -> None:
        await self.act("buyer", order, "issue")

    async def accept(self, supplier: str, order: str, promise: date, supplier_order: str = "") -> None:
        said = {"decision": "accept", "promise_date": str(promise), "supplier_order": supplier_order}
        await self.hear("buyer", supplier, order, "acknowledge", **said)

    async def send(self, order: str, quantity: int, lot: str = "") -> None:
        shown = await self.hands.get("receiving", f"/orders/{order}")
        name = lot or shown["lines"][0]["lots"][0]["lot"]
        lines = [{"line": 1, "lot": name, "quantity": quantity}]
        await self.act(
            "receiving", order, "send", lines=lines, carrier="Gulf Freight", tracking=f"GF{order[-3:]}"
        )

    async def milestone(self, supplier: str, order: str, code: str, **said: object) -> None:
        await self.hear("planner", supplier, order, "report-milestone", code=code, **said)

    async def measure(self, supplier: str, order: str) -> str:
        made = await self.hear("buyer", supplier, order, "submit-inspection", line=1, results=world.MEASURED)
        return str(made["inspection"])

    async def release(self, order: str, inspection: str) -> None:
        note = "Thickness and adhesion within limits."
        await self.act(
            "quality", order, "review-inspection", inspection=inspection, decision="release", note=note
        )

    async def load(self, supplier: str, order: str, load: str, quantity: int, began: datetime) -> None:
        shown = await self.hands.get("planner", f"/orders/{order}")
        await self.hear(
            "planner",
            supplier,
            order,
            "report-process",
            line=1,
            equipment="Barrel line 2",
            load=load,
            started_at=began.isoformat(),
            ended_at=(began + timedelta(hours=2)).isoformat(),
            parameters={"Current": "1.2 A/dm²", "Bath": "55 °C", "pH": "5.4"},
            lots=[{"lot": shown["lines"][0]["lots"][0]["lot"], "quantity": quantity}],
        )

    async def ship(self, supplier: str, order: str, quantity: int, load: str = "") -> str:
        lines = [{"line": 1, "quantity": quantity, "load": load}]
        made = await self.hear(
            "receiving",
            supplier,
            order,
            "ship",
            lines=lines,
            carrier="Gulf Freight",
            tracking=f"R{order[-3:]}",
        )
        return str(made["parcel"])

    async def receive(self, order: str, parcel: str, counted: int, rejected: int = 0) -> Any:
        line = {"line": 1, "counted": counted, "accepted": counted - rejected, "rejected": rejected}
        return await self.act("receiving", order, "receive", parcel=parcel, lines=[line])

    async def paper(
        self,
        order: str,
        kind: str,
        number: str,
        supplier: str,
        quantity: int,
        *,
        lot: str = "",
        revision: str = "",
    ) -> None:
        """A certificate that names the order's lot, or another one."""
        printed = {"number": number, "issuer": supplier}
        if lot:
            printed["lot"] = lot
        else:
            shown = await self.hands.get("quality", f"/orders/{order}")
            sent = shown["lines"][0]["lots"][0]
            printed |= {"lot": sent["lot"], "heat": sent["heat"]}
        if revision:
            printed["revision"] = revision
        lines = [
            kind.upper(),
            f"{number} {revision}".strip(),
            f"Order {order}",
            f"Lot {printed['lot']}  Heat {printed.get('heat', '')}",
            f"{quantity} pcs",
        ]
        query = urlencode({"type": kind} | printed)
        await self.hands.upload(
            "quality", f"/orders/{order}/documents?{query}", world.certificate(lines), f"{number}.pdf"
        )
