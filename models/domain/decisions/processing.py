"""report-process: what was done to the pieces, in which load, with which parameters."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from models.domain.commands import ReportProcess
from models.domain.decisions import checks
from models.domain.decisions.progress import LONG_BEFORE
from models.domain.errors import Invalid, Refusal
from models.domain.events import Event, ProcessReported
from models.domain.facts import Asked, Facts
from models.domain.genealogy import load_node
from models.domain.instants import happened_at
from models.domain.order import Line, Order
from models.domain.pieces import key, line_of, lot_of, sent
from models.domain.quantities import LONGEST, ZERO, plain

_MOST_PARAMETERS = 40
LONGEST_NAME = 60
# Pieces may leave some hours before somebody writes that down.
_WRITTEN_DOWN_WITHIN = timedelta(days=1)
_LONGEST_VALUE = 200


def report_process(
    order: Order, command: ReportProcess, asked: Asked, facts: Facts, now: datetime
) -> list[Event]:
    line = checks.the_line(order, command.line)
    equipment, load = (
        _short(value, name, LONGEST_NAME, empty=False)
        for name, value in (("equipment", command.equipment), ("load", command.load))
    )
    started = _moment(order, command.started_at, "started_at", now)
    ended = _moment(order, command.ended_at, "ended_at", now)
    if ended < started:
        raise Invalid("process.ends_first", "It cannot end before it began.", field="ended_at")
    calendar = order.supplier_calendar
    reported = ProcessReported(
        line=line.line,
        equipment=equipment,
        load=load,
        started_at=started,
        ended_at=ended,
        lots=_lots(order, line, command),
        source=asked.actor.kind if asked.on_behalf_of is None else asked.on_behalf_of.basis,
        parameters=_parameters(command.parameters),
        late_entry=calendar.local_date(ended) < calendar.local_date(now),
    )
    _not_before_sent(order, line, reported)
    _not_twice(order, line, reported)
    _not_above_sent(order, line, reported)
    return [reported]


def _short(text: str, field: str, most: int, *, empty: bool) -> str:
    text = text.strip()
    if not text and not empty:
        raise Invalid("text.missing", "Enter something here.", field=field)
    if len(text) > most:
        raise Invalid("text.too_long", "Enter at most {max_length} characters.", field=field, max_length=most)
    return text


def _moment(order: Order, at: datetime, field: str, now: datetime) -> datetime:
    return happened_at(
        at,
        now,
        since=order.issued_at - LONG_BEFORE,
        field=field,
        future=Invalid(
            "process.future",
            "{actual} is in the future. Report it when it has happened.",
            field=field,
            actual=at.isoformat(),
        ),
        long_ago=Invalid(
            "process.long_before",
            "{actual} is long before the order was issued. Look at the year, and report when it happened.",
            field=field,
            actual=at.isoformat(),
        ),
    )


def _parameters(given: Mapping[str, str | Decimal]) -> dict[str, str]:
    """Names and values as short texts, in the sequence they were given in."""
    if len(given) > _MOST_PARAMETERS:
        raise Invalid(
            "parameters.too_many",
            "Give at most {most} parameters; put the rest into a document.",
            field="parameters",
            most=_MOST_PARAMETERS,
        )
    found: dict[str, str] = {}
    for name, value in given.items():
        # What is wrong is said of the parameter by its name, as far as that can be shown.
        field = f"parameters.{name.strip()[:LONGEST_NAME]}"
        called = _short(name, field, LONGEST_NAME, empty=False)
        if called in found:
            raise Invalid("parameters.repeated", "{parameter} is given twice.", field=field, parameter=called)
        found[called] = _short(_text(value, field), field, _LONGEST_VALUE, empty=True)
    return found


def _text(value: str | Decimal, field: str) -> str:
    if isinstance(value, str):
        return value
    # Written out, an exponent of a million digits would fill the memory.
    if not value.is_finite() or abs(value.adjusted()) > LONGEST:
        raise Invalid("quantity.not_a_number", "{entered} is not a number.", field=field, entered=value)
    return f"{plain(value):f}"


def _lots(order: Order, line: Line, command: ReportProcess) -> dict[str, Decimal]:
    if not command.lots:
        raise Invalid("lots.empty", "Say how many pieces of which lot were in the load.", field="lots")
    known = [lot_of(at) for at in order.stock if line_of(at) == line.line]
    if not known:
        raise Refusal(
            "process.nothing_sent",
            "Line {line}: nothing has been sent yet. Report it once pieces were sent.",
            field="line",
            line=line.line,
        )
    found: dict[str, Decimal] = {}
    for index, item in enumerate(command.lots):
        lot = checks.the_lot(order, line, item.lot, index, "lots")
        if lot not in known:
            raise Invalid(
                "lot.missing",
                "Line {line} sends several lots; say which one: {lots}.",
                field=f"lots.{index}.lot",
                line=line.line,
                lots=", ".join(known),
            )
        if lot in found:
            raise Invalid(
                "lot.repeated", "Lot {lot} is named twice.", field=f"lots.{index}.lot", lot=lot or "-"
            )
        found[lot] = checks.counted(line, item.quantity, index, of="lots")
    return found


def _not_before_sent(order: Order, line: Line, reported: ProcessReported) -> None:
    """A load that was over before its pieces left us cannot have held them."""
    for lot in reported.lots:
        left = order.first_sent.get(key(line.line, lot))
        if left is not None and reported.ended_at < left - _WRITTEN_DOWN_WITHIN:
            local = order.supplier_calendar.local_date
            raise Invalid(
                "process.before_sent",
                "Line {line}: lot {lot} was sent on {sent}; a load that ended on {ended} cannot have held "
                "it. Look at the day, and at the lot.",
                field="ended_at",
                line=line.line,
                lot=lot or "-",
                sent=local(left).isoformat(),
                ended=local(reported.ended_at).isoformat(),
            )


def _not_above_sent(order: Order, line: Line, reported: ProcessReported) -> None:
    """One load holds no more pieces of a lot than were sent, however often it is reported."""
    held = in_loads(line)
    node = load_node(order.supplier, reported)
    for index, (lot, quantity) in enumerate(reported.lots.items()):
        gone = sent(order.stock[key(line.line, lot)])
        inside = held.get((node, lot), ZERO) + quantity
        if inside > gone:
            raise Refusal(
                "process.more_than_sent",
                "Line {line}: {sent} of lot {lot} were sent; {entered} would be in load {load}. Enter at "
                "most that many.",
                field=f"lots.{index}.quantity",
                line=line.line,
                sent=gone,
                lot=lot or "-",
                entered=inside,
                load=reported.load,
            )


def _not_twice(order: Order, line: Line, reported: ProcessReported) -> None:
    """The same pieces of a lot in the same load are most likely the same report once more."""
    node = load_node(order.supplier, reported)
    for load in line.reported_loads:
        for index, (lot, quantity) in enumerate(reported.lots.items()):
            if load.node == node and load.lots.get(lot) == quantity:
                raise Refusal(
                    "process.repeated",
                    "Line {line}: {quantity} of lot {lot} are already reported in load {load}. If more were in it, "
                    "correct that report and enter all of them at once.",
                    field=f"lots.{index}.quantity",
                    line=line.line,
                    quantity=quantity,
                    lot=lot or "-",
                    load=reported.load,
                )


def in_loads(line: Line) -> dict[tuple[str, str], Decimal]:
    """How many pieces were in each load, by its node and their lot."""
    held: dict[tuple[str, str], Decimal] = {}
    for load in line.reported_loads:
        for lot, quantity in load.lots.items():
            held[load.node, lot] = held.get((load.node, lot), ZERO) + quantity
    return held


def overfilled_load(order: Order) -> str:
    """A load that would hold more pieces of a lot than were sent; '' when none does."""
    for line in order.lines:
        for (node, lot), quantity in in_loads(line).items():
            if quantity > sent(order.stock.get(key(line.line, lot), {})):
                return node
    return ""
