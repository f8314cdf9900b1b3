"""What mails say of an order: its lines and changes, its pieces by where they are, what is due, the totals."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from activities import mail_parts, mail_pieces, our_mails, supplier_mails
from activities.mail_pieces import leaves_with, pieces_in, some_pieces
from models.domain import delivery_days
from models.domain import events as e
from models.domain.asking_price import LinePrice, asked_lines, asking_price
from models.domain.changed import with_change
from models.domain.changes import Change, LineCommercial
from models.domain.claims import Claim
from models.domain.corrective import SUPPLIER, CorrectiveAction
from models.domain.deadlines import Party
from models.domain.events import OrdersMerged, TransferRefused
from models.domain.notices import Notice
from models.domain.order import Answer, Line, Order
from models.domain.pieces import SENT, Bucket, line_of, lot_of, total
from models.domain.records import LineTerms, PlannedLot, beside
from models.domain.transfers import Transfer

_Terms = LineTerms | LineCommercial


def order_issued(order: Order, theirs: dict[str, Any]) -> supplier_mails.OrderIssued:
    """The mail a supplier gets about a new order; `theirs` is what all mails to suppliers carry."""
    shipped = next((item.planned for item in order.milestones if item.kind == "shipped"), None)
    return supplier_mails.OrderIssued(
        **theirs,
        process=order.process_name,
        spec=order.spec,
        spec_revision=order.spec_revision,
        need_by=order.need_by,
        purchase_order=order.purchase_order,
        ship_by=shipped,
        lines=_lines(order, order.lines),
        total=_total(order),
    )


def order_acknowledged(
    order: Order, event: e.OrderAcknowledged, ours: dict[str, Any]
) -> our_mails.OrderAcknowledged:
    """The mail about an answer: each of several lines it answers, none that was agreed before."""
    promises = {each.line: each.day for each in event.promises}
    lines = [line for line in order.lines if line.line in promises]
    return our_mails.OrderAcknowledged(
        **ours,
        supplier=order.supplier_name,
        process=order.process_name,
        need_by=_needed_by_then(order, event),
        promise_date=max(promises.values(), default=event.promise_date),
        supplier_order=event.supplier_order,
        lines=tuple(line_days(order, line, promises[line.line]) for line in lines),
        rest=event.rest,
    )


def _needed_by_then(order: Order, event: e.OrderAcknowledged) -> date:
    """The first day on which anything is needed that was promised for the day the answer names."""
    promised = delivery_days.promised
    same = (line for line in order.lines if promised(order, line) == event.promise_date)
    return min((delivery_days.needed(order, line) for line in same), default=order.need_by)


def counter_accepted(
    order: Order, event: e.CounterAccepted, theirs: dict[str, Any]
) -> supplier_mails.CounterAnswered:
    """The mail about other terms that hold from now on, for all lines or for some; of several, each with its days."""
    several = [line for line in order.lines if line.ordered and len(order.lines) > 1]
    agreed = [line for line in several if line.line not in event.rejected]
    return supplier_mails.CounterAnswered(
        **theirs,
        decision="accept",
        need_by=order.need_by,
        changes=changes(order, event.before, event.terms),
        reason=event.reason,
        rejected=tuple(mail_pieces.part(order, line) for line in event.rejected),
        agreed=tuple(line_days(order, line, delivery_days.promised(order, line)) for line in agreed),
        again=tuple(line_days(order, line, None) for line in several if line.line in event.rejected),
    )


def counter_rejected(
    order: Order, event: e.CounterRejected, theirs: dict[str, Any]
) -> supplier_mails.CounterAnswered:
    """The mail about other terms that are not agreed; lines asked again for several days are named with theirs."""
    again = asked_lines(order)
    days = {delivery_days.needed(order, line) for line in again}
    return supplier_mails.CounterAnswered(
        **theirs,
        decision="reject",
        need_by=max(days),
        reason=event.reason,
        again=tuple(line_days(order, line, None) for line in again if len(days) > 1),
    )


def line_days(order: Order, line: Line, promised: date | None) -> mail_parts.LineDays:
    found = delivery_days.delivery(order, line)
    return mail_parts.LineDays(
        part=line.part,
        revision=line.part_revision,
        quantity=str(line.ordered),
        unit=line.unit,
        needed=delivery_days.needed(order, line),
        promised=promised,
        line=_number_among(order, line),
        delivery=found.number if found is not None else 0,
    )


def _number_among(order: Order, line: Line) -> int:
    """The line's number where others have the part, too; 0 where it is known by its part."""
    return line.line if delivery_days.known_by_line(order, line) else 0


def orders_merged(order: Order, event: OrdersMerged, theirs: dict[str, Any]) -> supplier_mails.OrdersMerged:
    """The mail about other orders that went into this one; it names their lines and those it had before."""
    return supplier_mails.OrdersMerged(
        **theirs,
        process=order.process_name,
        need_by=(event.before.need_by, event.after.need_by),
        lines=_lines(order, order.lines[: len(event.before.lines)]),
        sources=tuple(
            mail_parts.MergedOrder(order=source.order, lines=_lines(order, source.lines))
            for source in event.sources
        ),
        total=_total(order),
    )


def order_split(order: Order, theirs: dict[str, Any]) -> supplier_mails.OrderSplit:
    """The mail about an order that is part of a former one."""
    return supplier_mails.OrderSplit(
        **theirs,
        former=order.kin.split_from,
        siblings=order.kin.siblings,
        process=order.process_name,
        need_by=order.need_by,
        lines=_lines(order, order.lines),
        total=_total(order),
        sent=pieces_in(order, *SENT),
        promised=order.promise_current if order.answer is Answer.ACCEPTED else None,
    )


def transfer_offered(
    order: Order, transfer: Transfer, theirs: dict[str, Any]
) -> supplier_mails.TransferOffered:
    """The question whether pieces have come that another supplier sends straight here."""
    return supplier_mails.TransferOffered(
        **theirs,
        transfer=transfer.transfer,
        sender=transfer.from_supplier,
        former=transfer.source,
        pieces=_handed_on(order, transfer),
        carrier=transfer.carrier,
        tracking=transfer.tracking,
    )


def transfer_announced(order: Order, transfer: Transfer, ours: dict[str, Any]) -> our_mails.TransferAnnounced:
    return our_mails.TransferAnnounced(
        **ours,
        supplier=order.supplier_name,
        transfer=transfer.transfer,
        sender=transfer.from_supplier,
        former=transfer.source,
        pieces=_handed_on(order, transfer),
        carrier=transfer.carrier,
        tracking=transfer.tracking,
    )


def transfer_withdrawn(order: Order, name: str, theirs: dict[str, Any]) -> supplier_mails.TransferWithdrawn:
    transfer = order.transfers[name]
    pieces = _handed_on(order, transfer)
    return supplier_mails.TransferWithdrawn(
        **theirs, transfer=name, sender=transfer.from_supplier, pieces=pieces
    )


def transfer_refused(order: Order, event: TransferRefused, ours: dict[str, Any]) -> our_mails.TransferRefused:
    transfer = order.transfers[event.transfer]
    return our_mails.TransferRefused(
        **ours,
        supplier=order.supplier_name,
        transfer=event.transfer,
        refuser=event.by,
        onward=transfer.target,
        pieces=_handed_on(order, transfer),
        reason=event.reason,
    )


def _handed_on(order: Order, transfer: Transfer) -> tuple[mail_parts.Pieces, ...]:
    return tuple(
        some_pieces(order, *each, item.serials)
        for each, item in zip(transfer.at(order), transfer.lines, strict=True)
    )


def _lines(order: Order, lines: Iterable[Line]) -> tuple[mail_parts.OrderLine, ...]:
    """Lines of the order, with what is asked for each of them and, where the days differ, when it is needed."""
    priced = {each.line.line: each for each in asking_price(order).lines}
    several = len(delivery_days.days_needed(order)) > 1
    return tuple(
        mail_parts.OrderLine(
            work_order=line.work_order,
            part=line.part,
            revision=line.part_revision,
            description=line.description,
            quantity=str(line.ordered),
            unit=line.unit,
            lots=_planned(line.lots),
            first_article=str(line.first_article) if line.first_article else "",
            setup=str(line.setup_allowance) if line.setup_allowance else "",
            need_by=delivery_days.needed(order, line) if several else None,
            basis=line.basis.value,
            **_priced(order, priced.get(line.line)),
        )
        for line in (order.line(each.line) or each for each in lines)
    )


def _priced(order: Order, price: LinePrice | None) -> dict[str, str]:
    if price is None:
        return {}
    return {
        "currency": order.currency,
        "unit_price": str(price.unit_price) if price.unit_price is not None else "",
        "amount": str(price.amount) if price.amount is not None else "",
        "lot_charge": str(price.lot_charge) if price.lot_charge else "",
        "minimum": str(price.minimum) if price.minimum else "",
    }


def _total(order: Order) -> mail_parts.Sum | None:
    """None while nobody knows what some line comes to."""
    total = asking_price(order).total
    return mail_parts.Sum(amount=str(total), currency=order.currency) if total is not None else None


def changes(
    order: Order, before: Iterable[LineTerms], terms: Iterable[LineTerms]
) -> tuple[mail_parts.TermsChange, ...]:
    """The lines that differ, side by side."""
    return tuple(
        mail_parts.TermsChange(
            **_both(order, was, now),
            promise_date=(was.promise_date, now.promise_date),
            delivery=number,
            line=_number_among(order, order.line(was.line) or order.lines[0]),
        )
        for was, now, number in beside(before, terms)
        if was != now
    )


def contingency_reminder(order: Order, ours: dict[str, Any]) -> our_mails.ContingencyReminder:
    plan = order.contingency
    assert plan is not None, "nobody is reminded of a plan there is not"
    return our_mails.ContingencyReminder(
        **ours,
        supplier=order.supplier_name,
        process=order.process_name,
        decide_by=plan.decide_by,
        note=plan.note,
        alternate=plan.supplier_name,
        material=plan.material,
    )


def claim_reminder(order: Order, ours: dict[str, Any]) -> our_mails.ClaimReminder:
    """One mail about all claims that are open."""
    claims = sorted(order.open_claims, key=lambda claim: claim.due)
    return our_mails.ClaimReminder(
        **ours,
        supplier=order.supplier_name,
        process=order.process_name,
        due=claims[0].due,
        claims=tuple(_claim_due(order, claim) for claim in claims),
    )


def _claim_due(order: Order, claim: Claim) -> mail_parts.ClaimDue:
    parcel = order.parcels.get(claim.parcel)
    travel = (parcel.carrier, parcel.tracking) if parcel is not None else ()
    return mail_parts.ClaimDue(
        claim=claim.claim,
        due=claim.due,
        whose=order.supplier_name if claim.against == SUPPLIER else " ".join(filter(None, travel)),
        pieces=tuple(
            some_pieces(order, line_of(at), lot_of(at), left)
            for at, quantity in claim.pieces.items()
            if (left := quantity - claim.found.get(at, Decimal(0)))
        ),
    )


def change_reminder(order: Order, theirs: dict[str, Any]) -> supplier_mails.ChangeReminder:
    """The mail about the change that waits for the supplier."""
    change = order.change_to_answer
    assert change is not None, "nobody is reminded of what was answered"
    return supplier_mails.ChangeReminder(
        **theirs,
        change=change_order(order, change.change),
        reason=change.reason,
        revision=order.revision,
        returns=leaves_with(order, change.change),
        asked_on=order.supplier_calendar.local_date(change.since),
    )


def change_order(order: Order, name: str) -> mail_parts.ChangeOrder:
    """A change as its mails tell it, with the lines that differ."""
    change = order.changes[name]
    return mail_parts.ChangeOrder(
        change=name,
        need_by=(change.before.need_by, change.after.need_by),
        spec_revision=(change.before.spec_revision, change.after.spec_revision),
        lines=tuple(
            mail_parts.LineChange(**_both(order, was, now), lots=(_planned(was.lots), _planned(now.lots)))
            for was, now in zip(change.before.lines, change.after.lines, strict=True)
            if was != now
        ),
        added=tuple(
            mail_parts.NewLine(
                part=new.part,
                revision=new.part_revision,
                work_order=new.work_order,
                unit=new.unit,
                currency=order.currency,
                quantity=str(new.quantity),
                unit_price=str(new.unit_price),
                basis=new.basis.value,
                lots=_planned(new.lots),
            )
            for new in change.added
        ),
        total=_totals(order, change),
    )


def _totals(order: Order, change: Change) -> tuple[mail_parts.Sum, mail_parts.Sum] | None:
    """What is ordered, and would be with a change that is open; of one that is answered the order tells."""
    was = _total(order) if change.open else None
    now = _total(with_change(order, change)) if was else None
    return (was, now) if was and now else None


def _both(order: Order, was: _Terms, now: _Terms) -> dict[str, Any]:
    """What every change of a line names: the part, and quantity and price before and after."""
    line = order.line(was.line)
    assert line is not None, "terms are of the order's lines"
    return {
        "part": line.part,
        "revision": line.part_revision,
        "unit": line.unit,
        "currency": order.currency,
        "quantity": (str(was.quantity), str(now.quantity)),
        "unit_price": (str(was.unit_price), str(now.unit_price)),
        "basis": line.basis.value,
    }


def _planned(lots: Iterable[PlannedLot]) -> tuple[mail_parts.PlannedLot, ...]:
    return tuple(
        mail_parts.PlannedLot(lot=lot.lot, quantity=str(lot.quantity), heat=lot.heat) for lot in lots
    )


def due(order: Order, now: datetime) -> tuple[mail_parts.DueMilestone, ...]:
    today = order.supplier_calendar.local_date(now)
    soon = order.supplier_calendar.add_workdays(today, 1)
    return tuple(
        mail_parts.DueMilestone(name=item.name, planned=item.planned, overdue=item.planned < today)
        for item in order.milestones
        if item.actual is None and item.planned <= soon
    )


def totals(order: Order) -> tuple[mail_parts.Total, ...]:
    return tuple(
        mail_parts.Total(
            part=line.part,
            revision=line.part_revision,
            unit=line.unit,
            ordered=str(line.ordered),
            accepted=str(total(order.stock, Bucket.ACCEPTED, line=line.line)),
            scrapped=str(total(order.stock, Bucket.SCRAPPED, line=line.line)),
            lost=str(total(order.stock, Bucket.LOST, line=line.line)),
        )
        for line in order.lines
    )


def decision(text: str) -> Literal["release", "reject"]:
    return "release" if text == "release" else "reject"


def action_of(order: Order, event: e.Event) -> CorrectiveAction:
    """The corrective action an event is about."""
    name = event.action if isinstance(event, e.ActionPlanned) else getattr(event, "occurrence", "")
    name = name.partition("#")[0]
    actions = (each for item in order.nonconformances.values() for each in item.actions)
    return next(each for each in actions if each.action == name)


def owed_by(order: Order, notice: Notice) -> Party:
    """Who is to do the action: the supplier, or one of us, in whose place quality hears of it."""
    return "supplier" if action_of(order, notice.event).owner == SUPPLIER else "quality"


def corrective(order: Order, event: e.Event) -> dict[str, Any]:
    """What mails say of a corrective action, and of what it is about."""
    action = action_of(order, event)
    item = next(each for each in order.nonconformances.values() if action in each.actions)
    line = order.line(item.line) or order.lines[0]
    return {
        "supplier": order.supplier_name,
        "nonconformance": item.nonconformance,
        "part": line.part,
        "revision": line.part_revision,
        "defect": item.defect,
        "cause": action.cause,
        "action": action.what,
        "due": action.due,
    }
