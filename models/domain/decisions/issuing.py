"""issue: a draft becomes an order, with everything its life depends on frozen inside."""

from __future__ import annotations

from datetime import datetime

from models.domain.calendar import check_ahead
from models.domain.decisions import checks, lots_going
from models.domain.errors import FieldError, Invalid, Refusal
from models.domain.events import Event, OrderIssued
from models.domain.facts import Draft, DraftLine, Facts, IssueFacts
from models.domain.milestones import plan
from models.domain.order import Line, Order
from models.domain.quantities import ZERO, quantity
from models.domain.records import Kin, PlannedLot


def issue(facts: Facts, now: datetime) -> list[Event]:
    known = facts.issue
    assert known is not None, "issuing needs the master data of the draft"
    draft = known.draft
    today = known.plant_calendar.local_date(now)
    if not draft.lines:
        raise Invalid("lines.empty", "Add at least one line before you issue the order.", field="lines")
    if draft.need_by < today:
        raise Invalid(
            "need_by.past",
            "Need-by {need_by} has passed; choose a later day.",
            field="need_by",
            need_by=draft.need_by,
        )
    check_ahead(draft.need_by, today, "need_by")
    if not known.approved:
        raise Refusal(
            "supplier.not_approved",
            "{supplier} has no valid approval for {process} {spec} today. Add the approval or choose another supplier.",
            field="supplier",
            supplier=draft.supplier,
            process=draft.process,
            spec=draft.spec,
        )
    controlled = any(line.export_controlled for line in known.lines.values())
    checks.somebody_gets_it(
        draft.supplier,
        there=known.supplier_has_contact,
        controlled=controlled,
        cleared=known.contacts_cleared,
    )
    currencies = sorted({line.currency for line in draft.lines})
    if len(currencies) > 1:
        raise Invalid(
            "currency.mixed",
            "One order has one currency; these lines have {currencies}.",
            field="lines",
            currencies=", ".join(currencies),
        )
    _check_prices(draft)
    lines = tuple(_line(line, known, facts, index) for index, line in enumerate(draft.lines))
    order = Order(
        number=draft.number,
        plant=draft.plant,
        buyer=draft.buyer,
        supplier=draft.supplier,
        supplier_name=known.supplier_name,
        process=draft.process,
        process_name=known.process_name,
        spec=draft.spec,
        spec_revision=draft.spec_revision,
        purchase_order=draft.purchase_order,
        priority=draft.priority,
        currency=currencies[0],
        issued_at=now,
        need_by=draft.need_by,
        lines=lines,
        milestones=plan(known.milestones, today, draft.need_by, known.supplier_calendar),
        required_documents=known.required_documents,
        release_before_ship=known.release_before_ship,
        plant_calendar=known.plant_calendar,
        supplier_calendar=known.supplier_calendar,
        export_controlled=controlled,
        type=draft.type,
        kin=Kin(reassigned_from=draft.reassigned_from),
    )
    return [OrderIssued(order)]


def _check_prices(draft: Draft) -> None:
    """What nobody named a price for is not ordered for nothing."""
    text = (
        "Line {line} has no price, and {supplier} has no terms for it in {currency}. Enter its price, 0 if it is "
        "for nothing, or add the terms and save the draft again."
    )
    errors = tuple(
        FieldError(
            f"lines.{index}.unit_price",
            text,
            (("line", str(line.line)), ("supplier", draft.supplier), ("currency", line.currency)),
        )
        for index, line in enumerate(draft.lines)
        if line.unit_price is None
    )
    if errors:
        raise Refusal("price.missing", text, errors=errors, **dict(errors[0].values))


def _line(line: DraftLine, known: IssueFacts, facts: Facts, index: int) -> Line:
    master = known.lines[line.line]
    ordered = quantity(line.quantity, field=f"lines.{index}.quantity", unit=master.unit, zero=False)
    if ordered == 0:
        raise Invalid("quantity.zero", "Enter more than zero.", field=f"lines.{index}.quantity")
    lots = [
        (lot, quantity(planned, field=f"lines.{index}.lots.{place}.quantity", unit=master.unit))
        for place, (lot, planned) in enumerate(line.lots)
    ]
    planned = sum((planned for _, planned in lots), ZERO)
    if planned > ordered:
        raise Invalid(
            "lots.more_than_ordered",
            "The lots add up to {planned}, more than the {ordered} ordered.",
            field=f"lines.{index}.lots",
            planned=planned,
            ordered=ordered,
        )
    for place, (lot, _) in enumerate(lots):
        lots_going.check(
            facts.lots.get(lot),
            line.line,
            master.part,
            master.materials,
            lot=lot,
            field=f"lines.{index}.lots.{place}.lot",
        )
    first = quantity(line.first_article, field=f"lines.{index}.first_article", unit=master.unit)
    if first and master.plan is None:
        raise Refusal(
            "first_article.no_plan",
            "The first pieces of line {line} are to be inspected, and {part} has no inspection plan for "
            "{process}. Add the plan, or let all pieces go at once.",
            field=f"lines.{index}.first_article",
            line=line.line,
            part=master.part,
            process=known.process_name,
        )
    setup = quantity(line.setup_allowance, field=f"lines.{index}.setup_allowance", unit=master.unit)
    return Line(
        line=line.line,
        work_order=line.work_order,
        operation=line.operation,
        part=master.part,
        part_revision=master.part_revision,
        unit=master.unit,
        ordered=ordered,
        unit_price=line.unit_price or ZERO,
        lots=tuple(PlannedLot(lot, planned, facts.lots[lot].heat) for lot, planned in lots),
        description=master.description,
        tolerance=line.tolerance,
        plan=master.plan,
        basis=line.basis,
        contract=master.contract,
        first_article=first,
        by_serial=master.by_serial,
        setup_allowance=setup,
    )
