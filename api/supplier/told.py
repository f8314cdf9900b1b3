"""What the supplier has told us about an order, as its command rows keep it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from sqlalchemy import select
from sqlmodel import Session

from activities import wording
from activities.i18n import N_
from activities.refusals import from_json
from api.supplier.naming import line_among
from api.supplier.terms import delivery
from api.supplier.words import Words
from models.codec import load_command
from models.domain import commands as c
from models.domain.evidence import DOCUMENTS
from models.domain.inspection import Characteristic
from models.domain.order import Order
from models.tables.orders import CommandRow
from models.tables.types import table

_COMMANDS = table(CommandRow)
_MOST = 100
_MOST_FAILURES = 10


@dataclass(frozen=True, slots=True)
class Told:
    """One command of the supplier's. ``status`` is received (it waits), applied or refused."""

    id: str
    command: c.Command
    status: str
    at: datetime
    result: dict[str, Any]
    mine: bool
    # The form it came with, and what was in it.
    key: str
    mark: str
    # "Saved" was all that could be said at the time; what became of it is news.
    answered_early: bool

    @property
    def waits(self) -> bool:
        return self.status == "received"

    @property
    def made(self) -> dict[str, Any]:
        found: dict[str, Any] = self.result.get("made") or {}
        return found


@dataclass(frozen=True, slots=True)
class Line:
    """It in words: what was said, when, and what became of it."""

    id: str
    text: str
    when: str
    status: str
    mine: bool
    # Why it was refused, or what does not fit.
    problems: tuple[str, ...] = ()
    # The end of the address where what does not fit is put right.
    mend: str = ""


def told(session: Session, order: str, contact: str) -> tuple[Told, ...]:
    """Everything this order's supplier sent from its pages, the newest first."""
    rows = session.execute(
        select(_COMMANDS)
        .where(_COMMANDS.c.order_number == order, _COMMANDS.c.actor_kind == "supplier")
        .order_by(_COMMANDS.c.sequence.desc())
        .limit(_MOST)
    )
    return tuple(
        Told(
            row.id,
            load_command(row.name, row.payload),
            row.status,
            row.received_at,
            row.result or {},
            row.actor_id == contact,
            row.idempotency_key or "",
            row.request_hash,
            row.answered_early,
        )
        for row in rows
    )


def in_words(item: Told, order: Order, words: Words) -> Line:
    return Line(
        item.id,
        _said(item, order, words),
        words.time(item.at),
        item.status,
        item.mine,
        _problems(item, order, words),
        _mend(item),
    )


def _said(item: Told, order: Order, words: Words) -> str:
    match item.command:
        case c.Acknowledge(decision="accept", change=change, promise_date=promised) if change and promised:
            text = N_("You accepted change {change} and promised {day}.")
            return words.say(text, change=change, day=words.day(promised))
        case c.Acknowledge(decision="accept", change=change) if change:
            return words.say(N_("You accepted change {change}."), change=change)
        case c.Acknowledge(change=change, reason=reason) if change:
            return words.say(N_("You declined change {change}: {reason}"), change=change, reason=reason)
        case c.CompleteAction(action=action):
            return words.say(N_("You said that corrective action {action} is done."), action=action)
        case c.Acknowledge(decision="accept", promise_date=promised):
            # Without a date need-by was promised, or the day itself when that came later.
            day = promised or max(order.need_by, order.supplier_calendar.local_date(item.at))
            return words.say(N_("You promised {day}."), day=words.day(day))
        case c.Acknowledge(decision="counter") as proposal:
            return words.say(N_("You proposed: {terms}."), terms=_terms(proposal, order, words))
        case c.Acknowledge(reason=reason):
            return words.say(N_("You declined: {reason}"), reason=reason)
        case c.ReportMilestone() as report:
            return _milestone(report, item, order, words)
        case c.ReportProcess() as report:
            return _processed(report, order, words)
        case c.SubmitInspection(results=results):
            return _measured(item, len(results), words)
        case c.Ship(parcel=parcel) if parcel:
            return words.say(N_("You named carrier and tracking of parcel {parcel}."), parcel=parcel)
        case c.Ship(lines=lines, to_order=onward) if onward:
            text = N_("You sent {pieces} straight on for order {order}.")
            return words.say(text, pieces=_amounts(order, lines, words), order=onward)
        case c.AnswerTransfer(transfer=transfer, decision="take"):
            return words.say(N_("You received {transfer}."), transfer=transfer)
        case c.AnswerTransfer(transfer=transfer):
            return words.say(N_("You did not take {transfer}."), transfer=transfer)
        case c.Ship(lines=lines):
            boxed = _amounts(order, lines, words)
            if "parcel" in item.made:
                text = N_("You shipped {pieces} as parcel {parcel}.")
                return words.say(text, pieces=boxed, parcel=item.made["parcel"])
            return words.say(N_("You shipped {pieces}."), pieces=boxed)
        case c.AddDocument(type=kind, filename=filename):
            name = words.say(DOCUMENTS[kind].name)
            return words.say(N_("You sent {document}: {filename}"), document=name, filename=filename)
        case other:
            return wording.command(words.locale, other.name)


def _terms(proposal: c.Acknowledge, order: Order, words: Words) -> str:
    """The day for all, then what was proposed for each line."""
    parts = [words.day(proposal.promise_date)] if proposal.promise_date is not None else []
    several = Counter(item.line for item in proposal.lines)
    number: Counter[int] = Counter()
    for item in proposal.lines:
        number[item.line] += 1
        line = order.line(item.line)
        if line is None:
            continue
        told = [
            words.amount(item.quantity, line.unit) if item.quantity is not None else "",
            words.price(item.unit_price, order.currency, line.basis) if item.unit_price is not None else "",
            words.day(item.promise_date) if item.promise_date is not None else "",
        ]
        place = number[item.line] if several[item.line] > 1 else 0
        part = delivery(line_among(order, line, words), place, words)
        # Of several deliveries one may take what the others leave.
        rest = words.say(N_("the rest")) if place and item.quantity is None else ""
        parts.append(f"{part} " + words.listed(filter(None, [rest, *told])))
    return "; ".join(parts)


def _processed(report: c.ReportProcess, order: Order, words: Words) -> str:
    line = order.line(report.line)
    whole = sum((item.quantity for item in report.lots), Decimal(0))
    return words.say(
        N_("You reported load {load} on {equipment}: {pieces}."),
        load=report.load.strip(),
        equipment=report.equipment.strip(),
        pieces=words.amount(whole, line.unit) if line is not None else whole,
    )


def _milestone(report: c.ReportMilestone, item: Told, order: Order, words: Words) -> str:
    known = order.milestone(report.code)
    name = known.name if known is not None else report.code
    if report.forecast is not None and report.actual is None:
        text = N_("You expect “{milestone}” on {day}.")
        return words.say(text, milestone=name, day=words.day(report.forecast))
    day = words.local_day(report.actual or item.at)
    if report.lines:
        pieces = _amounts(order, report.lines, words)
        text = N_("You reported “{milestone}” for {day}: {pieces}.")
        return words.say(text, milestone=name, day=day, pieces=pieces)
    return words.say(N_("You reported “{milestone}” for {day}."), milestone=name, day=day)


def _measured(item: Told, count: int, words: Words) -> str:
    verdict = item.made.get("verdict")
    if verdict == "pass":
        return words.say(N_("You sent {count} measured values. They fit the plan."), count=count)
    if verdict == "fail":
        return words.say(N_("You sent {count} measured values. They do not fit the plan."), count=count)
    return words.say(N_("You sent {count} measured values."), count=count)


def _amounts(order: Order, lines: tuple[Any, ...], words: Words) -> str:
    by_unit: dict[str, Decimal] = {}
    for item in lines:
        line = order.line(item.line)
        if line is not None:
            by_unit[line.unit] = by_unit.get(line.unit, Decimal(0)) + item.quantity
    return words.listed(words.amount(quantity, unit) for unit, quantity in by_unit.items())


def _problems(item: Told, order: Order, words: Words) -> tuple[str, ...]:
    if item.status == "refused":
        refusal = from_json(item.result["refusal"])
        others = (words.refusal(error) for error in refusal.errors if error.text != refusal.text)
        return (words.refusal(refusal), *others)
    if isinstance(item.command, c.SubmitInspection):
        return tuple(_outside(item.command.line, item.made, order, words))
    return tuple(mismatch(wrong, words) for wrong in item.made.get("mismatches", ()))


def _outside(number: int, made: dict[str, Any], order: Order, words: Words) -> Iterator[str]:
    """The values that do not conform, the first of them where there are many."""
    line = order.line(number)
    plan = line.plan.characteristics if line is not None and line.plan is not None else ()
    known = {item.number: item for item in plan}
    for failure in made.get("failures", ())[:_MOST_FAILURES]:
        item = known.get(failure["characteristic"])
        name = item.name if item is not None else failure["characteristic"]
        if item is not None and item.kind == "attribute":
            text = N_("{characteristic}, sample {sample}: does not conform")
            yield words.say(text, characteristic=name, sample=failure["sample"])
            continue
        yield words.say(
            N_("{characteristic}, sample {sample}: {value} is outside {limits}"),
            characteristic=name,
            sample=failure["sample"],
            value=words.measured(failure["value"]),
            limits=limits(item, words) if item is not None else "",
        )


def _mend(item: Told) -> str:
    if item.made.get("mismatches"):
        return f"document?supersedes={quote(item.made['document'])}"
    return ""


def limits(item: Characteristic, words: Words) -> str:
    """Both limits with their unit, or the one there is; empty for an attribute."""
    if item.lower is not None and item.upper is not None:
        text = f"{item.lower:f} – {item.upper:f}"
    elif item.lower is not None:
        text = f"≥ {item.lower:f}"
    elif item.upper is not None:
        text = f"≤ {item.upper:f}"
    else:
        return ""
    return words.measured(f"{text} {item.unit}".strip())


_PRINTED = {
    "number": N_("Number"),
    "issuer": N_("Issued by"),
    "revision": N_("Revision"),
    "purchase_order": N_("Purchase order"),
    "part_revision": N_("Part revision"),
    "spec_revision": N_("Specification revision"),
    "lot": N_("Lot"),
    "heat": N_("Heat"),
    "quantity": N_("Quantity"),
    "parcel": N_("Parcel"),
}


def printed_name(field: str, words: Words) -> str:
    """What a printed field is called; alternatives, joined by a slash, each by their name."""
    return " / ".join(words.say(_PRINTED[part]) for part in field.split("/"))


def mismatch(wrong: dict[str, str], words: Words) -> str:
    """One contradiction between a document and the order, as a sentence."""
    name = printed_name(wrong["field"], words)
    if not wrong["printed"]:
        return words.say(N_("{field}: this must be on the document."), field=name)
    text = N_("{field}: the document says {printed}, the order {expected}.")
    return words.say(text, field=name, printed=wrong["printed"], expected=wrong["expected"])
