"""plan-contingency, settle-contingency: what is done when a critical order goes wrong, and by when that is decided."""

from __future__ import annotations

from datetime import date, datetime

from models.domain import commands as c
from models.domain.calendar import check_ahead
from models.domain.decisions import checks
from models.domain.errors import Invalid
from models.domain.events import ContingencyPlanned, ContingencySettled, Event
from models.domain.facts import Asked, Facts
from models.domain.order import Order
from models.domain.records import Contingency


def plan_contingency(
    order: Order, command: c.PlanContingency, asked: Asked, facts: Facts, now: datetime
) -> list[Event]:
    """A later plan takes the place of the one before it."""
    supplier, material = command.supplier.strip(), command.material.strip()
    if not supplier and not material:
        raise Invalid(
            "contingency.empty",
            "Name another supplier, or material to buy early, or both.",
            field="supplier",
        )
    plan = Contingency(
        number=order.contingencies + 1,
        by=asked.actor.id,
        at=now,
        decide_by=_day(order, command.decide_by, now),
        decides=command.decides,
        note=checks.written(command.note, "note"),
        supplier=supplier,
        supplier_name=_alternate(order, supplier, facts),
        material=material,
    )
    return [ContingencyPlanned(plan)]


def _day(order: Order, day: date, now: datetime) -> date:
    today = order.plant_calendar.local_date(now)
    if day < today:
        raise Invalid(
            "contingency.past",
            "{date} has passed; decide today or later.",
            field="decide_by",
            date=day,
        )
    check_ahead(day, today, "decide_by")
    latest = latest_day(order, today)
    if latest is not None and day > latest:
        raise Invalid(
            "contingency.too_late",
            "The parts are needed by {need_by}; decide by then.",
            field="decide_by",
            need_by=latest,
        )
    return day


def latest_day(order: Order, today: date) -> date | None:
    """The last day on which deciding still helps: the one the parts are needed on; none once that has passed."""
    return order.need_by if order.need_by >= today else None


def _alternate(order: Order, supplier: str, facts: Facts) -> str:
    """The name of the other supplier, which is approved for the process today."""
    if not supplier:
        return ""
    if supplier == order.supplier:
        raise Invalid(
            "contingency.same_supplier",
            "{supplier} has the order already; name another supplier.",
            field="supplier",
            supplier=order.supplier_name,
        )
    if supplier not in facts.approved:
        raise Invalid(
            "contingency.not_approved",
            "{supplier} has no valid approval for {process} today. Approved are: {approved}.",
            field="supplier",
            supplier=supplier,
            process=order.process_name,
            approved=", ".join(sorted(set(facts.approved) - {order.supplier})) or "–",
        )
    return facts.approved[supplier]


def settle_contingency(
    order: Order, command: c.SettleContingency, asked: Asked, facts: Facts, now: datetime
) -> list[Event]:
    plan = order.contingency
    assert plan is not None, "the gate lets only an open plan be settled"
    return [ContingencySettled(plan.number, command.decision, checks.written(command.note, "note"))]
