"""The commands of an order, as short as people say them: `ship(60)`, `receive(50, rejected=10)`."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from models.domain import commands as c
from models.domain.evidence import DocumentType, Printed
from models.domain.inspection import Result

# What the first of each is called on order SO-1.
PARCEL, RECEIPT, NC, DOC, ALERT = "SO-1-P1", "SO-1-R1", "SO-1-N1", "SO-1-D1", "SO-1-A1"
CHANGE = "SO-1-C1"


def accept(promise: date | None = None) -> c.Acknowledge:
    return c.Acknowledge("accept", promise)


def decline(reason: str = "The bath is down") -> c.Acknowledge:
    return c.Acknowledge("decline", reason=reason)


def send(quantity: object = 100, lot: str = "", line: int = 1, **fields: Any) -> c.Send:
    return c.Send((c.SendLine(line, Decimal(str(quantity)), lot),), **fields)


def arrived(code: str = "REC", **fields: Any) -> c.ReportMilestone:
    return c.ReportMilestone(code, **fields)


def some(line: int, quantity: object, lot: str = "") -> c.LineQuantity:
    return c.LineQuantity(line, Decimal(str(quantity)), lot)


def ship(
    quantity: object = 100,
    lot: str = "",
    line: int = 1,
    *,
    unprocessed: object = 0,
    tested: object = 0,
    nonconformance: str = "",
    load: str = "",
    **fields: Any,
) -> c.Ship:
    some = [Decimal(str(number)) for number in (quantity, unprocessed, tested)]
    item = c.ShipLine(line, some[0], lot, some[1], some[2], load, nonconformance)
    return c.Ship((item,), **fields)


_COUNTS = ("accepted", "rejected", "pending", "unprocessed", "scrapped", "tested")


def counted(line: int = 1, lot: str = "", **fields: Any) -> c.ReceiveLine:
    """One counted line; what was counted is the sum of its parts unless given."""
    parts: dict[str, Any] = {name: Decimal(str(fields.pop(name))) for name in _COUNTS if name in fields}
    whole = Decimal(str(fields.pop("counted", sum(parts.values(), Decimal(0)))))
    if "conversion" in fields:
        fields["conversion"] = Decimal(str(fields["conversion"]))
    return c.ReceiveLine(line, whole, lot=lot, **parts, **fields)


def receive(
    accepted: object = 0, *, parcel: str = PARCEL, slip: str = "", additional: bool = False, **fields: Any
) -> c.Receive:
    """One line out of the first parcel, unless said otherwise."""
    return c.Receive((counted(accepted=accepted, **fields),), parcel, slip, additional)


def judge(lot: str = "", line: int = 1, **parts: object) -> c.Judge:
    return c.Judge(
        (c.JudgeLine(line, lot=lot, **{name: Decimal(str(part)) for name, part in parts.items()}),)
    )


def report(
    quantity: object, lot: str = "", line: int = 1, defect: str = "Blisters"
) -> c.ReportNonconformance:
    return c.ReportNonconformance((some(line, quantity, lot),), defect)


def dispose(nonconformance: str = NC, at: str = "supplier", **decisions: object) -> c.Disposition:
    """`dispose(scrap=4, rework=6)`; a trailing underscore for `return_`."""
    return c.Disposition(
        nonconformance,
        tuple(
            c.DispositionLine(Decimal(str(quantity)), name.rstrip("_"), at=at)  # type: ignore[arg-type]
            for name, quantity in decisions.items()
        ),
        cause="Thin coating",
        responsibility="supplier",
    )


def sign(
    decision: str = "approve", name: str = "Dr. Ada Stahl", nonconformance: str = NC
) -> c.DecideDisposition:
    return c.DecideDisposition(nonconformance, decision, c.Signature(name))  # type: ignore[arg-type]


def lose(quantity: object, lot: str = "", line: int = 1, **fields: Any) -> c.DeclareLoss:
    return c.DeclareLoss((c.LossLine(line, Decimal(str(quantity)), lot, **fields),), "Claim deadline passed")


def over(decision: str, quantity: object = 1, lot: str = "", line: int = 1) -> c.ResolveOver:
    return c.ResolveOver((c.OverLine(line, Decimal(str(quantity)), decision, lot),))  # type: ignore[arg-type]


def inspect(
    *values: str, line: int = 1, lot: str = "", parcel: str = "", nonconformance: str = ""
) -> c.SubmitInspection:
    """Thickness of sample 1, 2, …; two good ones when none are given."""
    results = tuple(Result("1", index + 1, value) for index, value in enumerate(values or ("10", "10")))
    return c.SubmitInspection(line, results, lot, parcel, nonconformance)


def release(inspection: str = "SO-1-I1") -> c.ReviewInspection:
    return c.ReviewInspection(inspection, "release")


def document(
    kind: str = "coc", line: int | None = None, supersedes: str = "", **printed: Any
) -> c.AddDocument:
    return c.AddDocument(
        DocumentType(kind),
        "ab" * 32,
        1000,
        "application/pdf",
        "coc.pdf",
        line,
        Printed(**printed),
        supersedes,
    )


def counter(promise: date | None = None, *lines: c.TermsLine, **fields: Any) -> c.Acknowledge:
    return c.Acknowledge("counter", promise, lines=lines, **fields)


def terms(
    line: int = 1,
    quantity: object = None,
    price: object = None,
    promise: date | None = None,
    **lots: object,
) -> c.TermsLine:
    """Other terms for a line, or for one of several deliveries of it, to which lots may be named."""
    numbers = [None if number is None else Decimal(str(number)) for number in (quantity, price)]
    named = tuple(c.ChangedLot(lot, Decimal(str(some))) for lot, some in lots.items()) or None
    return c.TermsLine(line, numbers[0], numbers[1], promise, named)


def answer(decision: str = "accept", reason: str = "", *lines: c.AnswerLine) -> c.AnswerCounter:
    return c.AnswerCounter(decision, reason, lines)  # type: ignore[arg-type]


def answered(
    line: int, decision: Any = None, part: int | None = None, need_by: date | None = None
) -> c.AnswerLine:
    return c.AnswerLine(line, decision, part, need_by)


def change(
    *lines: c.ChangedLine, reason: str = "Our customer changed his mind", **terms: Any
) -> c.ProposeChange:
    """`change(changed(1, 80), need_by=LATER)`"""
    return c.ProposeChange(c.Changes(lines=lines, **terms), reason)


def changed(line: int = 1, quantity: object = None, price: object = None, **lots: object) -> c.ChangedLine:
    """Other numbers for a line; lots by name take the place of all."""
    numbers = [None if number is None else Decimal(str(number)) for number in (quantity, price)]
    named = tuple(c.ChangedLot(lot, Decimal(str(some))) for lot, some in lots.items()) or None
    return c.ChangedLine(line, numbers[0], numbers[1], named)


def added(
    work_order: str = "WO-7", operation: int = 30, quantity: object = 50, price: object = None, **lots: object
) -> c.ChangedLine:
    """A new line."""
    numbers = [None if number is None else Decimal(str(number)) for number in (quantity, price)]
    named = tuple(c.ChangedLot(lot, Decimal(str(some))) for lot, some in lots.items()) or None
    return c.ChangedLine(None, numbers[0], numbers[1], named, work_order, operation)


def hurry(need_by: date, reason: str = "The line stands", **push: date) -> c.Expedite:
    """`hurry(SOONER, SO_2=LATER)`: order SO-2 may come as late as that for it."""
    pushed = tuple(c.Pushed(order.replace("_", "-"), forecast) for order, forecast in push.items())
    return c.Expedite(need_by, reason, pushed)


def fall_back(decide_by: date, **plan: Any) -> c.PlanContingency:
    """`fall_back(SOONER, material="200 flanges")`"""
    return c.PlanContingency(decide_by, plan.pop("note", "One bath only"), **plan)


def settle(decision: str = "drop", note: str = "They delivered") -> c.SettleContingency:
    return c.SettleContingency(decision, note)  # type: ignore[arg-type]


def approve(name: str = CHANGE, reason: str = "") -> c.DecideChange:
    return c.DecideChange(name, "approve", reason)


def reject(name: str = CHANGE, reason: str = "") -> c.DecideChange:
    return c.DecideChange(name, "reject", reason)


def withdraw(name: str = CHANGE) -> c.WithdrawChange:
    return c.WithdrawChange(name)


def agree(name: str = CHANGE, promise: date | None = None) -> c.Acknowledge:
    """The supplier accepts the change."""
    return c.Acknowledge("accept", promise, change=name)


def refuse(name: str = CHANGE, reason: str = "The bath is full") -> c.Acknowledge:
    return c.Acknowledge("decline", reason=reason, change=name)


def process(
    load: str = "F-1",
    line: int = 1,
    *,
    started: datetime,
    hours: int = 2,
    parameters: dict[str, Any] | None = None,
    unnamed: object = None,
    **lots: object,
) -> c.ReportProcess:
    """`process("F-1", started=…, L1=60)`: so many pieces of each lot, or of an `unnamed` one, were in the load."""
    named = lots if unnamed is None else {"": unnamed, **lots}
    inside = tuple(c.LoadLot(Decimal(str(some)), lot) for lot, some in named.items())
    ended = started + timedelta(hours=hours)
    return c.ReportProcess(line, "Bath 3", load, started, ended, inside, parameters or {})
