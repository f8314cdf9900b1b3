"""One order as people and programs read it. Everything derived comes from the core."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import Session

from models import clearance
from models.codec import load_order
from models.domain import first_article, headline, serials, setting_up
from models.domain.arrivals import short_in
from models.domain.authority import Role
from models.domain.changes import AddedLine, LineCommercial
from models.domain.deadlines import latest_forecast
from models.domain.errors import Unknown
from models.domain.flags import flags
from models.domain.missing import missing
from models.domain.order import Line, Order, stage
from models.domain.paperwork import missing_documents
from models.domain.pieces import Bucket, held_in, key, line_of, lot_of, sent
from models.domain.quantities import ZERO
from models.domain.records import Kin, Load, Parcel, beside
from models.domain.standing import sendable
from models.domain.transfers import Transfer, offered
from models.domain.worked import Step
from models.queries import costs, draft_view, withdrawing, worked
from models.queries.claims import claims
from models.queries.waiting import upstream
from models.tables.orders import CommandRow, OrderRow
from models.tables.types import table

_ORDERS = table(OrderRow)
_COMMANDS = table(CommandRow)
_ORDER = select(_ORDERS).where(_ORDERS.c.number == bindparam("order"))
_WAITING = (
    select(_COMMANDS.c.id, _COMMANDS.c.name, _COMMANDS.c.received_at, _COMMANDS.c.actor_id)
    .where(_COMMANDS.c.order_number == bindparam("order"), _COMMANDS.c.status == "received")
    .order_by(_COMMANDS.c.sequence)
)

View = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: decides which commands are offered and whether controlled orders exist for them."""

    roles: Collection[Role]
    cleared: bool
    supplier: bool = False


def stored(session: Session, number: str, reader: Reader) -> Any:
    """The order's row. Raises `Unknown` when there is none, or none for this reader."""
    row = session.execute(_ORDER, {"order": number}).first()
    hidden = row is not None and row.export_controlled and not reader.cleared
    if hidden:
        clearance.barred("order", number)
    if row is None or hidden:
        raise Unknown("order.unknown", "There is no order {number}.", number=number)
    return row


def view(session: Session, number: str, reader: Reader, now: datetime) -> View:
    """The order as `GET /orders/{n}` answers it."""
    order, told = opened(session, number, reader, now)
    return told if order is None else told | {"next_actions": next_actions(order, reader)}


def opened(
    session: Session, number: str, reader: Reader, now: datetime | None = None
) -> tuple[Order | None, View]:
    """The state of an order, None while it is a draft, with what `view` says of it to every reader. Its cost counts
    the days late until `now`; None for who does not ask what it costs."""
    row = stored(session, number, reader)
    order = load_order(row.snapshot) if row.snapshot is not None else None
    waiting = [
        {
            "command": command.id,
            "name": command.name,
            "received_at": command.received_at,
            "actor": command.actor_id,
        }
        for command in session.execute(_WAITING, {"order": number})
    ]
    if order is not None:
        shown = issued(order, now)
    else:
        came_from = Kin(reassigned_from=row.draft.get("reassigned_from", ""))
        shown = draft_view.drafted(session, row) | _kin(came_from)
    _waits(session, shown["lines"], reader)
    _usable(session, order, shown, reader)
    return order, shown | {"pending_commands": waiting}


def _waits(session: Session, lines: list[View], reader: Reader) -> None:
    """Says of every line which operation before it it waits for, and how many pieces are usable now."""
    found = upstream(
        session,
        {line["line"]: (line["work_order"], line["operation"]) for line in lines},
        cleared=reader.cleared,
    )
    for line in lines:
        waits = found.get(line["line"])
        line["waits_for"] = waits and {
            "operation": waits.operation,
            "orders": list(waits.orders),
            "accepted": waits.accepted,
            "taken": waits.taken,
            "usable": waits.usable,
        }


def _usable(session: Session, order: Order | None, shown: View, reader: Reader) -> None:
    """Says of every lot how much of it is here and may go to the line's operation; None where no more will. Of one
    that is counted in another unit: what of it goes with the pieces."""
    lines = shown["lines"]
    taken = withdrawing.takes(session, order) if order is not None else {}
    if order is not None:
        found = worked.usable(session, order, cleared=reader.cleared)
    else:
        wanted = {
            key(line["line"], lot["lot"]): (
                lot["lot"],
                Step(line["work_order"], line["operation"], shown["process"], shown["type"]),
                line["unit"],
            )
            for line in lines
            for lot in line["lots"]
        }
        found = worked.usable_for(session, wanted, cleared=reader.cleared)
    for line in lines:
        for lot in line["lots"]:
            lot["usable"] = found.get(key(line["line"], lot["lot"]))
            lot["takes"] = taken.get(key(line["line"], lot["lot"]))


def issued(order: Order, now: datetime | None) -> View:
    """An issued order's state as the API shows it, without what waits and what a reader may do."""
    return {
        "number": order.number,
        "version": order.version,
        "revision": order.revision,
        "stage": stage(order).value,
        "flags": list(flags(order)),
        "headline": headline.headline(order),
        "plant": order.plant,
        "buyer": order.buyer,
        "supplier": order.supplier,
        "supplier_order": order.supplier_order,
        "process": order.process,
        "spec": order.spec,
        "spec_revision": order.spec_revision,
        "purchase_order": order.purchase_order,
        "priority": order.priority,
        "type": order.type,
        "issued_at": order.issued_at,
        "need_by": order.need_by,
        "promise_first": order.promise_first,
        "promise_current": order.promise_current,
        "forecast": latest_forecast(order),
        "proposal": _proposal(order),
        "open_change": _change(order),
        "contingency": _contingency(order),
        "claims": claims(order),
        "expedites": [
            {"change": item.change, "at": item.accepted_at, "from": item.before, "to": item.need_by}
            for item in order.expedites
            if not item.lead
        ],
        **_kin(order.kin),
        "lines": [_line(order, line) for line in order.lines],
        "milestones": [
            {
                "code": item.code,
                "kind": str(item.kind),
                "name": item.name,
                "planned": item.planned,
                "forecast": item.forecast,
                "actual": item.actual,
                "reported_at": item.reported_at,
                "quantity": item.quantity,
            }
            for item in order.milestones
        ],
        "parcels": [
            {
                "parcel": item.parcel,
                "quantity": item.quantity,
                "carrier": item.carrier,
                "tracking": item.tracking,
                "shipped_at": item.shipped_at,
                "announced": item.announced,
                "nonconformance": item.nonconformance or None,
                "contents": [
                    {
                        "line": line_of(at),
                        "lot": lot_of(at),
                        "quantity": quantity,
                        "load": _load_named(order, item.loads.get(at, "")),
                    }
                    for at, quantity in item.packed.items()
                ],
                "open": any(item.contents.values()),
                "short": _short(order, item),
            }
            for item in order.parcels.values()
            if not item.void
        ],
        "transfers": [_transfer(item) for item in order.transfers.values()],
        "required_documents": [str(kind) for kind in order.required_documents],
        "missing_documents": [str(kind) for kind in missing_documents(order)],
        "missing": missing(order),
        "cost": costs.cost(order, now),
    }


def _kin(kin: Kin) -> View:
    """The orders it came from or became."""
    return {
        "merged_into": kin.merged_into or None,
        "merged_from": list(kin.merged_from),
        "superseded_by": list(kin.superseded_by),
        "split_from": kin.split_from or None,
        "reassigned_to": kin.reassigned_to or None,
        "reassigned_from": kin.reassigned_from or None,
    }


def _proposal(order: Order) -> View | None:
    """The terms that wait for the buyer's answer, each beside what it would replace."""
    counter = order.counter
    if counter is None or order.end is not None:
        return None
    return {
        "at": counter.at,
        "by": counter.by,
        "reason": counter.reason,
        "lines": [
            {
                "line": was.line,
                "quantity": {"from": was.quantity, "to": now.quantity},
                "unit_price": {"from": was.unit_price, "to": now.unit_price},
                "promise_date": {"from": was.promise_date, "to": now.promise_date},
                "part": part or None,
                "lots": [{"lot": lot.lot, "quantity": lot.quantity} for lot in now.lots],
            }
            for was, now, part in beside(counter.before, counter.terms)
        ],
    }


def _change(order: Order) -> View | None:
    """The open change, each term beside what it would replace; until it is acknowledged, `revision` stands."""
    change = order.open_change
    if change is None:
        return None
    before, after = change.before, change.after
    return {
        "change": change.change,
        "kind": change.kind.value,
        "state": change.state.value,
        "at": change.at,
        "by": change.by,
        "reason": change.reason,
        "need_by": {"from": before.need_by, "to": after.need_by},
        "spec_revision": {"from": before.spec_revision, "to": after.spec_revision},
        "lines": [
            {
                "line": was.line,
                "quantity": {"from": was.quantity, "to": now.quantity},
                "unit_price": {"from": was.unit_price, "to": now.unit_price},
                "lots": {"from": _planned(was), "to": _planned(now)},
            }
            for was, now in zip(before.lines, after.lines, strict=True)
        ],
        "new_lines": [
            {
                "work_order": new.work_order,
                "operation": new.operation,
                "part": new.part,
                "part_revision": new.part_revision,
                "quantity": new.quantity,
                "uom": new.unit,
                "unit_price": new.unit_price,
                "basis": new.basis.value,
                "lots": _planned(new),
            }
            for new in change.added
        ],
    }


def _contingency(order: Order) -> View | None:
    """The plan for when the order goes wrong, the last one there was."""
    plan = order.contingency
    if plan is None:
        return None
    return {
        "by": plan.by,
        "at": plan.at,
        "supplier": plan.supplier or None,
        "material": plan.material or None,
        "decide_by": plan.decide_by,
        "decides": plan.decides,
        "note": plan.note,
        "decision": plan.decision or None,
        "decided_at": plan.decided_at,
        "decided_because": plan.decided_because or None,
    }


def _planned(terms: LineCommercial | AddedLine) -> list[View]:
    return [{"lot": lot.lot, "quantity": lot.quantity} for lot in terms.lots]


def _short(order: Order, parcel: Parcel) -> list[View]:
    """What was announced in a parcel that was received, and not found in it."""
    return [
        {"line": line_of(at), "lot": lot_of(at), "quantity": quantity}
        for at, quantity in short_in(order, parcel).items()
    ]


def _transfer(transfer: Transfer) -> View:
    """Pieces that go straight from one order to another, as both of them show it."""
    return {
        "transfer": transfer.transfer,
        "source": transfer.source,
        "target": transfer.target,
        "from_supplier": transfer.from_supplier,
        "to_supplier": transfer.to_supplier,
        "state": transfer.state.value,
        "quantity": transfer.quantity,
        "carrier": transfer.carrier,
        "tracking": transfer.tracking,
        "offered_at": transfer.since,
        "answered_at": transfer.answered_at,
        "reason": transfer.reason,
        "lines": [
            {
                "line": item.line,
                "lot": item.lot,
                "quantity": item.quantity,
                "unprocessed": item.unprocessed,
                "to_line": item.to_line,
                "to_lot": item.to_lot,
                "heat": item.heat,
            }
            for item in transfer.lines
        ],
    }


def _load_named(order: Order, node: str) -> str | None:
    loads = (load for line in order.lines for load in line.loads)
    return next((load.load for load in loads if load.node == node), None)


def _line(order: Order, line: Line) -> View:
    places = {at: pieces for at, pieces in order.stock.items() if line_of(at) == line.line}
    buckets = {
        bucket.value: sum((held_in(pieces, bucket) for pieces in places.values()), ZERO) for bucket in Bucket
    }
    return {
        "line": line.line,
        "work_order": line.work_order,
        "operation": line.operation,
        "part": line.part,
        "part_revision": line.part_revision,
        "description": line.description,
        "unit": line.unit,
        "ordered": line.ordered,
        "unit_price": line.unit_price,
        "basis": line.basis.value,
        "terms": line.contract,
        "currency": order.currency,
        "tolerance": line.tolerance,
        "first_article": line.first_article or None,
        "first_article_state": first_article.state(order, line),
        "setup_allowance": line.setup_allowance,
        "setup_left": setting_up.left(order, line),
        "short_closed": line.short_closed,
        "promise_date": line.promise or order.promise_current,
        "need_by": line.need_by or order.need_by,
        "delivery_of": line.delivery_of or None,
        "lots": _lots(order, line, places),
        "processes": [_process(load) for load in line.reported_loads],
        "pieces": {"sent": sum((sent(pieces) for pieces in places.values()), ZERO)} | buckets,
        "offered": sum((some for at, some in offered(order).items() if line_of(at) == line.line), ZERO),
        "trace": "serial" if line.by_serial else "lot",
        "serials": [
            {
                "serial": serial,
                "lot": place.lot,
                "bucket": place.bucket.value,
                "since": place.since,
                "parcel": place.parcel or None,
                "output_lot": place.output or None,
            }
            for serial, place in serials.of_line(order, line.line).items()
        ],
    }


def _process(load: Load) -> View:
    return {
        "event": load.sequence,
        "equipment": load.equipment,
        "load": load.load,
        "started_at": load.started_at,
        "ended_at": load.ended_at,
        "parameters": load.parameters,
        "lots": [{"lot": lot, "quantity": quantity} for lot, quantity in load.lots.items()],
        "reported_at": load.reported_at,
        "source": load.source,
    }


def _lots(order: Order, line: Line, places: dict[str, Any]) -> list[View]:
    planned = {item.lot: item for item in line.lots}
    names = list(dict.fromkeys([*planned, *(lot_of(at) for at in places)]))
    return [
        {
            "lot": name,
            "quantity": planned[name].quantity if name in planned else ZERO,
            "heat": planned[name].heat if name in planned else "",
            "output_lot": line.output_lot(name),
            "output_lots": order.came_back_as(line.line, name),
            "pieces": {
                "sent": sent(places.get(f"{line.line}:{name}", {})),
                **{bucket.value: held_in(places.get(f"{line.line}:{name}", {}), bucket) for bucket in Bucket},
            },
        }
        for name in names
        if name
    ]


def next_actions(order: Order, reader: Reader) -> list[View]:
    """Every command this reader may ever send, and why not now: impossible, or nothing to do."""
    return [
        {"command": name, "allowed": refusal is None, "reason": refusal.detail if refusal else None}
        for name, refusal in sendable(order, reader.roles, supplier=reader.supplier)
    ]
