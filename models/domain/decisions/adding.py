"""A line that a change adds: an outside operation that fits the order, asked for, and kept once it is agreed.

Whatever stood in its way at issue stands in its way here, on each of the days it is decided about: when it
is proposed, when it is approved and when the supplier accepts it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from models.domain import commands as c
from models.domain.changes import AddedLine, Change, LineCommercial
from models.domain.contract import Basis
from models.domain.covering import more_than_left, nothing_left
from models.domain.decisions import lots_going
from models.domain.errors import Invalid, Refusal
from models.domain.facts import Asked, Facts, LineFact, OperationFact
from models.domain.order import Line, Order
from models.domain.quantities import ZERO, quantity
from models.domain.records import PlannedLot


def wanted(order: Order, item: c.ChangedLine, at: str, asked: Asked, facts: Facts) -> AddedLine:
    """The line that `item`, at its place in the request, asks for."""
    job, operation = item.work_order.strip(), item.operation or 0
    found = facts.operations.get((job, operation))
    if found is None or (found.line.export_controlled and not asked.actor.cleared):
        raise Invalid(
            "operation.unknown",
            "{work_order} has no outside operation {operation}.",
            field=f"{at}.operation",
            work_order=job,
            operation=operation,
        )
    _check(order, found, job, operation, f"{at}.operation", facts)
    if item.quantity is None:
        raise Invalid("quantity.missing", "Say how many.", field=f"{at}.quantity")
    some = quantity(item.quantity, field=f"{at}.quantity", unit=found.line.unit)
    if not some:
        raise Invalid("quantity.zero", "Enter more than zero.", field=f"{at}.quantity")
    _not_beyond(found, some, job, operation, f"{at}.quantity")
    price, basis = _price(order, item, found, at)
    return AddedLine(
        job,
        operation,
        found.line.part,
        found.line.part_revision,
        found.line.unit,
        some,
        price,
        basis,
        _lots(order, item.lots or (), found.line, some, at, asked, facts),
    )


def check_still(order: Order, change: Change, facts: Facts) -> None:
    """Raises when a line of the change can be added no more."""
    for item in change.added:
        found = facts.operations[_key(item)]
        _check(order, found, *_key(item), "change", facts)
        _not_beyond(found, item.quantity, *_key(item), "change")
    lines = change.on(order.commercial).lines
    check_raised(order, lines, change.added, dict.fromkeys(change.raised, "change"), facts)


def check_raised(
    order: Order,
    lines: Sequence[LineCommercial],
    added: Sequence[AddedLine],
    raised: Mapping[int, str],
    facts: Facts,
) -> None:
    """Raises when `lines`, as they are to be, and those `added` come to more of an operation than is left of it.

    What one line of an operation gives away another may have. Named is the first of the lines `raised`, by its
    field; of a line added alone `wanted` says it.
    """
    more: dict[tuple[str, int], Decimal] = {}
    for line, terms in zip(order.lines, lines, strict=True):
        more[_key(line)] = more.get(_key(line), ZERO) + terms.quantity - line.ordered
    for item in added:
        more[_key(item)] = more.get(_key(item), ZERO) + item.quantity
    for line, terms in zip(order.lines, lines, strict=True):
        found = facts.operations.get(_key(line))
        if line.line not in raised or found is None:
            continue
        left = found.covered.left(found.quantity)
        beyond = more[_key(line)] - left
        if beyond > ZERO:
            raise Refusal(
                "operations.beyond",
                "Line {line}: of {work_order} operation {operation}, {left} more are still to be ordered; you "
                "entered {entered}. Enter {most} or fewer, or raise the quantity of the work order first.",
                field=raised[line.line],
                line=line.line,
                work_order=line.work_order,
                operation=line.operation,
                left=left,
                entered=terms.quantity,
                most=max(line.ordered, terms.quantity - beyond),
            )


def kept(order: Order, change: Change, facts: Facts) -> tuple[Line, ...]:
    """The lines of the change with their numbers, and all that is kept of master data as it is today."""
    check_still(order, change, facts)
    last = max(line.line for line in order.lines)
    return tuple(
        _line(item, facts.operations[_key(item)], last + place)
        for place, item in enumerate(change.added, start=1)
    )


def _key(item: AddedLine | Line) -> tuple[str, int]:
    return item.work_order, item.operation


def _line(item: AddedLine, found: OperationFact, number: int) -> Line:
    known = found.line
    return Line(
        line=number,
        work_order=item.work_order,
        operation=item.operation,
        part=known.part,
        part_revision=known.part_revision,
        unit=known.unit,
        ordered=item.quantity,
        unit_price=item.unit_price,
        lots=item.lots,
        description=known.description,
        plan=known.plan,
        basis=item.basis,
        contract=known.contract,
        by_serial=known.by_serial,
    )


def _check(
    order: Order,
    found: OperationFact,
    job: str,
    operation: int,
    field: str,
    facts: Facts,
) -> None:
    """Raises `Refusal` when the operation does not belong on this order."""
    about: dict[str, Any] = {"field": field, "work_order": job, "operation": operation}
    if found.process != order.process:
        raise Refusal(
            "line.other_process",
            "{work_order} operation {operation} is {process}, this order is {ours}. Make another order for it.",
            **about,
            process=found.process,
            ours=order.process,
        )
    # A routing is written once and used for years: which revision holds, the order says.
    if found.spec and found.spec != order.spec:
        raise Refusal(
            "line.other_spec",
            "{work_order} operation {operation} is to {spec}, this order to {ours}. Make another order for it.",
            **about,
            spec=found.spec,
            ours=order.spec,
        )
    if found.type != order.type:
        raise Refusal(
            "line.other_type",
            "{work_order} is {type}, the order is {other}. Each type has numbers and costs of its own: make "
            "another order.",
            **about,
            type=found.type,
            other=order.type,
        )
    if found.line.export_controlled and not order.export_controlled:
        raise Refusal(
            "line.export_controlled",
            "{part} is export-controlled and this order is not: people who may not know of the part see the "
            "order. Make another order for it.",
            **about,
            part=found.line.part,
        )
    for line in order.lines:
        if line.part == found.line.part and line.part_revision != found.line.part_revision:
            raise Refusal(
                "line.other_revision",
                "{work_order} has {part} at revision {theirs}; here it is {ours}. Make another order for it.",
                **about,
                part=line.part,
                theirs=found.line.part_revision,
                ours=line.part_revision,
            )
    if not found.covered.left(found.quantity):
        raise nothing_left(found.covered, job, operation, field)
    if order.supplier not in facts.approved:
        raise Refusal(
            "supplier.not_approved",
            "{supplier} has no valid approval for {process} {spec} today. Add the approval or choose another "
            "supplier.",
            field=field,
            supplier=order.supplier,
            process=order.process,
            spec=order.spec,
        )


def _not_beyond(found: OperationFact, wanted: Decimal, job: str, operation: int, field: str) -> None:
    """A change is agreed with a supplier: what no order may ever get pieces for is not asked of them."""
    if wanted > found.covered.left(found.quantity):
        raise more_than_left(found.covered, found.quantity, wanted, job, operation, field)


def _price(order: Order, item: c.ChangedLine, found: OperationFact, at: str) -> tuple[Decimal, Basis]:
    """What is named, for each piece; else what the contract says, for what it says."""
    if item.unit_price is not None:
        return quantity(item.unit_price, field=f"{at}.unit_price", unit="a price"), Basis.PIECE
    terms = found.line.contract
    if terms is None or not terms.price:
        raise Invalid(
            "unit_price.missing",
            "No price for {part} was agreed with {supplier} in {currency}. Enter one.",
            field=f"{at}.unit_price",
            part=found.line.part,
            supplier=order.supplier_name,
            currency=order.currency,
        )
    return terms.price, terms.basis


def _lots(
    order: Order,
    lots: Sequence[c.ChangedLot],
    of: LineFact,
    ordered: Decimal,
    at: str,
    asked: Asked,
    facts: Facts,
) -> tuple[PlannedLot, ...]:
    found: dict[str, PlannedLot] = {}
    for place, item in enumerate(lots):
        field = f"{at}.lots.{place}"
        lot = item.lot.strip()
        fact = lots_going.check(
            facts.lots.get(lot),
            max(line.line for line in order.lines) + 1,
            of.part,
            of.materials,
            lot=lot,
            field=f"{field}.lot",
            actor=asked.actor,
        )
        if lot in found:
            raise Invalid("lot.repeated", "Lot {lot} is named twice.", field=f"{field}.lot", lot=lot)
        some = quantity(item.quantity, field=f"{field}.quantity", unit=of.unit)
        if not some:
            raise Invalid("quantity.zero", "Enter more than zero.", field=f"{field}.quantity")
        found[lot] = PlannedLot(lot, some, fact.heat)
    planned = sum((lot.quantity for lot in found.values()), ZERO)
    if planned > ordered:
        raise Invalid(
            "lots.more_than_ordered",
            "The lots add up to {planned}, more than the {ordered} ordered.",
            field=f"{at}.lots",
            planned=planned,
            ordered=ordered,
        )
    return tuple(found.values())
