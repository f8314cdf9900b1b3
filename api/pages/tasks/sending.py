"""Send, close a line short, declare pieces lost: what leaves us, what will not, what never came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal, get_args

from activities import wording
from activities.i18n import N_
from api.pages.order.whereabouts import waits_for
from api.pages.order.wording import AMOUNTS
from api.pages.tasks.base import Acting, Button, Task, Typed, leads_of, number_in
from api.supplier.fields import LONGEST_TEXT, Fields
from api.supplier.serials import Serials, nothing, serials_at
from api.supplier.serials import amount as named
from api.supplier.tasks import Lead, Place, Wanted, delivery_at, label
from models.domain import commands as c
from models.domain.decisions.drawing import Shelf
from models.domain.decisions.withdrawing import of_pieces
from models.domain.errors import Refusal
from models.domain.order import Order
from models.domain.pieces import OUT, Bucket, key
from models.domain.purpose import first_article_waits
from models.domain.quantities import UNIT_DECIMALS, ZERO
from models.domain.records import Share
from models.domain.sendable import Sendable, came_back, left_on, sendable, unsent_on

# Written on the notice when the supplier comes for the pieces.
COLLECTS = "supplier"


@dataclass(frozen=True, slots=True)
class Takes:
    """Of a lot that is counted in another unit: which, what is there, and what leaves it with the pieces that are
    typed or proposed; empty where nobody can say. `words` say the same of any number, with `{pieces}` and `{some}` to
    fill in, and `share` is what one piece takes."""

    unit: str
    here: str
    expected: str = ""
    words: str = ""
    share: str = ""
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One place of a form with a quantity. ``lot_asked``: the lot is to be typed."""

    place: Place
    proposed: str
    lot_asked: bool = False
    # How far the operation before it has come, where there is one.
    waits_for: str = ""
    takes: Takes | None = None


@dataclass(frozen=True, slots=True)
class SendForm:
    rows: tuple[Row, ...]
    # Nonconformances whose pieces go back to be reworked: they have left the shelf already.
    reworks: tuple[str, ...]
    collects: str = COLLECTS


def _reworks(order: Order) -> tuple[str, ...]:
    return tuple(
        item.nonconformance
        for item in order.open_nonconformances
        if any(shares.get(Share.REWORKING) or shares.get(Share.RETURNING) for shares in item.shares.values())
    )


def _input(order: Order, item: Sendable) -> str:
    """Named by line and lot, so that it stays what it is when something else is sent meanwhile."""
    lots = [planned.lot for planned in item.line.lots]
    if item.lot in lots:
        return f"send.{item.line.line}.{lots.index(item.lot)}"
    at = key(item.line.line, item.lot)
    return f"send.{item.line.line}.{f's{list(order.stock).index(at)}' if at in order.stock else 'x'}"


def _row(
    acting: Acting, item: Sendable, usable: list[Decimal], here: dict[str, Decimal], typed: Typed
) -> Row:
    """`usable`: what is left of the pieces it waits for; empty when it waits for none. `here`: what is left of
    each lot on our shelf that this operation has not done."""
    words = acting.words
    at = key(item.line.line, item.lot)
    asked = _lot_asked(item)
    amount = words.amount(item.quantity or left_on(acting.order, item.line), item.line.unit)
    may = min([item.quantity, *usable, *([here[item.lot]] if item.lot in here else [])])
    if usable:
        usable[0] -= may
    if item.lot in here:
        here[item.lot] -= may
    proposed = f"{may.normalize():f}" if may else ""
    waits = waits_for(_shown(acting, item), words)
    name, serials = _called(acting, item), _back(acting.order, item)
    place = Place(
        _input(acting.order, item), at, name, amount, serials=serials, delivery=delivery_at(acting, at)
    )
    again = number_in(Fields(typed), f"{place.input}.quantity", item.line.unit)
    return Row(place, proposed, asked, waits, _takes(acting, item, again if again is not None else may))


def _takes(acting: Acting, item: Sendable, pieces: Decimal) -> Takes | None:
    known = _taken(acting, item)
    if known is None:
        return None
    words, unit = acting.words, known["unit"]
    own, here = wording.unit(words.locale, unit), words.amount(known["on_hand"], unit)
    if known["each"] is None:
        return Takes(own, here)
    one = Fraction(int(known["each"][0]), int(known["each"][1]))
    some = words.amount(of_pieces(one, pieces, unit), unit) if pieces > 0 else ""
    text, counted = N_("{pieces} take {some} of it."), wording.unit(words.locale, item.line.unit)
    return Takes(
        own,
        here,
        words.say(text, pieces=words.amount(pieces, item.line.unit), some=some) if some else "",
        words.say(text, pieces=f"{{pieces}}\u00a0{counted}", some=f"{{some}}\u00a0{own}"),
        f"{float(one):.12g}",
        not UNIT_DECIMALS.get(unit, 1),
    )


def _taken(acting: Acting, item: Sendable) -> Mapping[str, Any] | None:
    """What the order says leaves the lot with the pieces; None where it is counted as they are."""
    lots = _shown(acting, item)["lots"]
    return next((lot["takes"] for lot in lots if lot["lot"] == item.lot), None)


def _lot_asked(item: Sendable) -> bool:
    return not item.lot and bool(item.line.lots)


def _called(acting: Acting, item: Sendable) -> str:
    name = label(acting, key(item.line.line, item.lot))
    return acting.words.say(N_("{part}, another lot"), part=name) if _lot_asked(item) else name


def _back(order: Order, item: Sendable) -> Serials | None:
    """Which of its pieces came back as they were, and may go again; None where they have no numbers."""
    at = key(item.line.line, item.lot)
    return serials_at(order, at, _input(order, item), Bucket.RETURNED_UNPROCESSED)


def _shown(acting: Acting, item: Sendable) -> Mapping[str, Any]:
    """The line as the order shows it."""
    line: Mapping[str, Any]
    line = next(each for each in acting.desk.view["lines"] if each["line"] == item.line.line)
    return line


def _send_form(acting: Acting, typed: Typed) -> SendForm:
    """What is proposed is never more than the operations before have ready, each of their pieces once, nor more
    of a lot than is here and not done."""
    left: dict[tuple[str, int], list[Decimal]] = {}
    here: dict[str, Decimal] = {}
    rows = []
    for item in sendable(acting.order):
        waits = _shown(acting, item)["waits_for"]
        key_of = (item.line.work_order, item.line.operation)
        usable = left.setdefault(key_of, [waits["usable"]] if waits else [])
        for lot in _shown(acting, item)["lots"]:
            if lot["usable"] is not None:
                here.setdefault(lot["lot"], lot["usable"])
        rows.append(_row(acting, item, usable, here, typed))
    return SendForm(tuple(rows), _reworks(acting.order))


def _nothing_to_send(order: Order) -> Refusal | None:
    if any(True for _ in sendable(order)) or _reworks(order):
        return None
    if any(unsent_on(order, line) for line in order.lines):
        return first_article_waits()
    return Refusal("form.nothing", "Everything that was ordered has been sent.")


def _send(fields: Fields, acting: Acting) -> Wanted:
    carrier = COLLECTS if fields.raw("collects") else fields.text("carrier")
    tracking = fields.text("tracking")
    rework = fields.raw("nonconformance")
    lines: list[c.SendLine] = []
    leads: dict[str, Lead] = {}
    for item in () if rework else sendable(acting.order):
        prefix = _input(acting.order, item)
        asked = _back(acting.order, item)
        fields.rows[prefix] = _called(acting, item)
        quantity, serials = named(fields, asked, number_in(fields, f"{prefix}.quantity", item.line.unit))
        if quantity is None:
            continue
        leads |= leads_of(len(lines), prefix, "quantity", "weight", "taken")
        if asked is not None:
            leads |= {
                f"lines.{len(lines)}.{each}": Lead(f"{prefix}.serials") for each in ("serials", "quantity")
            }
        lot = item.lot
        if _lot_asked(item):
            lot = fields.text(f"{prefix}.lot")
            leads[f"lines.{len(lines)}.lot"] = Lead(f"{prefix}.lot")
            if not lot:
                fields.wrong(f"{prefix}.lot", "Enter which lot these pieces are from.")
        weight = number_in(fields, f"{prefix}.weight", "")
        own = _taken(acting, item)
        taken = number_in(fields, f"{prefix}.taken", "" if own is None else own["unit"])
        sent = c.SendLine(item.line.line, quantity, lot, weight=weight, serials=serials, taken=taken)
        lines.append(sent)
    if not lines and not rework and not fields.errors:
        first = next(sendable(acting.order), None)
        prefix = _input(acting.order, first) if first is not None else ""
        asked = _back(acting.order, first) if first is not None else None
        nothing(fields, prefix, asked, "Enter how many you send.")
    fields.check()
    return Wanted(c.Send(tuple(lines), carrier, tracking, rework), leads)


SEND = Task(
    "send",
    "send",
    _send_form,
    _send,
    (Button("send", N_("Send them")),),
    question=N_("What goes out?"),
    idle=_nothing_to_send,
)


@dataclass(frozen=True, slots=True)
class ShortForm:
    # Line, what it is called, how many will not be sent.
    lines: tuple[tuple[int, str, str], ...]


def _open_lines(order: Order) -> list[int]:
    return [line.line for line in order.lines if unsent_on(order, line) or came_back(order, line)]


def _short_form(acting: Acting, _typed: Typed) -> ShortForm:
    found = []
    for number in _open_lines(acting.order):
        line = acting.order.line(number)
        assert line is not None, "taken from the order's lines"
        unsent = unsent_on(acting.order, line) + came_back(acting.order, line)
        at = key(number, "")
        told = [acting.words.amount(unsent, line.unit), delivery_at(acting, at)]
        found.append((number, label(acting, at), " · ".join(filter(None, told))))
    return ShortForm(tuple(found))


def _short_close(fields: Fields, acting: Acting) -> Wanted:
    open_lines = _open_lines(acting.order)
    chosen = [number for number in open_lines if fields.raw(f"line.{number}")]
    if not chosen:
        fields.wrong(f"line.{open_lines[0]}" if open_lines else "", "Choose a line.")
    reason = fields.text("reason", most=LONGEST_TEXT)
    if not reason:
        fields.wrong("reason", "Give a reason.")
    fields.check()
    leads = {f"lines.{index}.line": Lead(f"line.{number}") for index, number in enumerate(chosen)}
    fields.rows |= {f"line.{number}": label(acting, key(number, "")) for number in chosen}
    return Wanted(c.ShortClose(tuple(map(c.LineOnly, chosen)), reason), leads)


SHORT_CLOSE = Task(
    "short-close",
    "short-close",
    _short_form,
    _short_close,
    (Button("close", N_("Send no more")),),
    question=N_("Which line gets no more pieces?"),
)


@dataclass(frozen=True, slots=True)
class LossForm:
    # Input, what it is, how many are where, and which where they have serial numbers.
    rows: tuple[tuple[str, str, str, Serials | None], ...]


def _out(order: Order) -> list[tuple[str, str, c.Bucketed, str]]:
    """Input, stock key, bucket and unit of every place where pieces are out."""
    found = []
    for index, (at, pieces) in enumerate(Shelf(order).stock.items()):
        line = order.line(int(at.partition(":")[0]))
        for bucket in OUT:
            if pieces.get(bucket, ZERO) > 0 and line is not None:
                name: c.Bucketed = next(each for each in get_args(c.Bucketed) if each == bucket)
                found.append((f"lost.{index}.{bucket}", at, name, line.unit))
    return found


def _loss_form(acting: Acting, _typed: Typed) -> LossForm:
    return LossForm(
        tuple(
            (
                name,
                label(acting, at),
                _held(acting, at, bucket, unit),
                serials_at(acting.order, at, name, Bucket(bucket)),
            )
            for name, at, bucket, unit in _out(acting.order)
        )
    )


def _held(acting: Acting, at: str, bucket: c.Bucketed, unit: str) -> str:
    """20 pcs at the supplier; with which delivery they are of"""
    amount = acting.words.amount(Shelf(acting.order).stock[at][Bucket(bucket)], unit)
    told = [acting.words.say(AMOUNTS[Bucket(bucket)], amount=amount), delivery_at(acting, at)]
    return " · ".join(filter(None, told))


def _nothing_out(order: Order) -> Refusal | None:
    return None if _out(order) else Refusal("form.nothing", "No pieces are out.")


def _declare_loss(fields: Fields, acting: Acting) -> Wanted:
    lines: list[c.LossLine] = []
    leads: dict[str, Lead] = {}
    for name, at, bucket, unit in _out(acting.order):
        asked = serials_at(acting.order, at, name, Bucket(bucket))
        fields.rows[name] = f"{label(acting, at)} · {_held(acting, at, bucket, unit)}"
        quantity, serials = named(fields, asked, number_in(fields, f"{name}.quantity", unit))
        if quantity is not None:
            number, _, lot = at.partition(":")
            leads |= leads_of(len(lines), name, "quantity")
            if asked is not None:
                leads |= {
                    f"lines.{len(lines)}.{each}": Lead(f"{name}.serials") for each in ("serials", "quantity")
                }
            lines.append(c.LossLine(int(number), quantity, lot, bucket, serials))
    if not lines and not fields.errors:
        first, at, source, _ = next(iter(_out(acting.order)))
        nothing(
            fields, first, serials_at(acting.order, at, first, Bucket(source)), "Enter how many are lost."
        )
    reason = fields.text("reason", most=LONGEST_TEXT)
    if not reason:
        fields.wrong("reason", "Give a reason.")
    fields.check()
    whose = fields.raw("against")
    against: Literal["carrier", "supplier"] | None = (
        "carrier" if whose == "carrier" else "supplier" if whose == "supplier" else None
    )
    return Wanted(c.DeclareLoss(tuple(lines), reason, against), leads)


DECLARE_LOSS = Task(
    "declare-loss",
    "declare-loss",
    _loss_form,
    _declare_loss,
    (Button("lose", N_("Declare them lost")),),
    question=N_("What is lost?"),
    idle=_nothing_out,
)
