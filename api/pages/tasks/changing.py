"""Change orders: proposed by a buyer, decided by somebody else, withdrawn, and the supplier's answer entered for it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from activities.i18n import N_
from api.pages.desk import Desk
from api.pages.order.compliance_told import revision
from api.pages.tasks.base import Acting, Button, Knowing, Task, Typed, answered
from api.supplier.commercial import Differing, differing, repriced_told
from api.supplier.fields import LONGEST_TEXT, Fields
from api.supplier.naming import delivery_told, line_among, line_called
from api.supplier.tasks import Lead, Wanted
from api.supplier.words import Words
from models.domain import commands as c
from models.domain.change_weight import LineWeight, Weight, weight
from models.domain.changes import AddedLine, Change
from models.domain.order import Line, Order
from models.domain.transfers import finished
from models.queries import order_stream, specifications
from models.queries.sourcing import Outside, routed_to, to_add

# So many new lines are asked for on one page.
_MOST_NEW = 3
_NEW = ("operation", "quantity", "unit_price", "lot")


@dataclass(frozen=True, slots=True)
class LotRow:
    input: str
    lot: str
    quantity: str


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line as it is ordered. ``input`` is the start of its inputs; lots are asked for where there are
    several, else the one goes with the quantity."""

    input: str
    part: str
    quantity: str
    price: str
    # So many are accepted, for which a new price is paid as well; empty for none.
    done: str
    lots: tuple[LotRow, ...]
    # Which delivery it is, and its days; empty where the order's own say it all.
    delivery: str


@dataclass(frozen=True, slots=True)
class ProposeForm:
    need_by: str
    today: str
    spec: str
    # The revision that is in force today; empty where the register does not say.
    in_force: str
    rows: tuple[LineRow, ...]
    # What fits on the order and nobody ordered yet: its value and what it is called; and the starts of the
    # inputs for new lines.
    open: tuple[tuple[str, str], ...]
    new: tuple[str, ...]
    currency: str
    # Something was typed for a new line already.
    adding: bool


def _propose_form(acting: Proposing, typed: Typed) -> ProposeForm:
    order, words = acting.order, acting.words
    return ProposeForm(
        words.far_day(order.need_by),
        words.today.isoformat(),
        f"{order.spec} {order.spec_revision}".strip(),
        acting.known.in_force,
        tuple(_line_row(acting, index, line) for index, line in enumerate(order.lines)),
        tuple(_operation_row(words, each, order) for each in acting.known.to_add),
        tuple(f"new.{place}" for place in range(min(_MOST_NEW, len(acting.known.to_add)))),
        order.currency,
        any(typed.get(f"new.{place}.{name}") for place in range(_MOST_NEW) for name in _NEW),
    )


def _operation_row(words: Words, found: Outside, order: Order) -> tuple[str, str]:
    """Its value in the form, and what it is called."""
    told = [f"{found.work_order} · {found.operation}", f"{found.part} {found.part_revision}"]
    told.append(words.amount(found.left, found.unit))
    if found.due is not None:
        told.append(words.say(N_("due {day}"), day=words.day(found.due)))
    if found.spec_revision not in ("", order.spec_revision):
        told.append(words.say(N_("its routing names revision {revision}"), revision=found.spec_revision))
    return f"{found.operation}|{found.work_order}", " · ".join(told)


@dataclass(frozen=True, slots=True)
class Proposable:
    """What fits on the order and nobody ordered yet, and the revision of its specification that is in force."""

    to_add: list[Outside]
    in_force: str


Proposing = Knowing[Proposable]


def _proposable(session: Session, desk: Desk) -> Proposing:
    order = desk.issued
    register = specifications.registered(session, {order.spec})
    day = order.plant_calendar.local_date(desk.staff.now)
    in_force = specifications.revision_for(register, order.spec, day, otherwise="")
    return Knowing(desk, Proposable(to_add(session, desk.staff.reader, order), in_force))


def _line_row(acting: Acting, index: int, line: Line) -> LineRow:
    words, at = acting.words, f"lines.{index}"
    lots = line.lots if len(line.lots) > 1 else ()
    done = finished(acting.order, line.line)
    return LineRow(
        at,
        line_among(acting.order, line, words),
        words.amount(line.ordered, line.unit),
        words.price(line.unit_price, acting.order.currency, line.basis),
        words.amount(done, line.unit) if done else "",
        tuple(
            LotRow(f"{at}.lots.{place}.quantity", lot.lot, words.amount(lot.quantity, line.unit))
            for place, lot in enumerate(lots)
        ),
        delivery_told(acting.order, line, words),
    )


def _propose(fields: Fields, acting: Proposing) -> Wanted:
    """What was left empty stays as it is."""
    lines: list[c.ChangedLine] = []
    leads = {
        "changes": Lead("need_by"),
        "changes.need_by": Lead("need_by"),
        "changes.spec_revision": Lead("spec_revision"),
        "changes.lines": Lead("lines.0.quantity"),
    }
    for index, line in enumerate(acting.order.lines):
        at = f"lines.{index}"
        fields.rows[at] = line_called(line, acting.words)
        wanted = c.ChangedLine(
            line.line,
            fields.quantity(f"{at}.quantity", line.unit),
            fields.quantity(f"{at}.unit_price", ""),
            _lots(fields, at, line, acting.words),
        )
        if wanted != c.ChangedLine(line.line):
            there = f"changes.lines.{len(lines)}"
            leads |= {f"{there}.{name}": Lead(f"{at}.{name}") for name in ("quantity", "unit_price")}
            leads[f"{there}.lots"] = Lead(f"{at}.lots.0.quantity" if len(line.lots) > 1 else f"{at}.quantity")
            lines.append(wanted)
    for place in range(_MOST_NEW):
        at = f"new.{place}"
        new = _new(fields, at, acting)
        if new is not None:
            there = f"changes.lines.{len(lines)}"
            leads |= {
                f"{there}.{name}": Lead(f"{at}.{name}") for name in ("operation", "quantity", "unit_price")
            }
            leads[f"{there}.lots"] = Lead(f"{at}.lot")
            lines.append(new)
    day, spec = fields.day("need_by"), fields.text("spec_revision")
    reason = fields.text("reason", most=LONGEST_TEXT)
    if not reason:
        fields.wrong("reason", "Give a reason.")
    fields.check()
    return Wanted(c.ProposeChange(c.Changes(day, tuple(lines), spec or None), reason), leads)


def _new(fields: Fields, at: str, acting: Proposing) -> c.ChangedLine | None:
    """A line to be added: all that is still to be ordered unless said otherwise, of one lot if one is named."""
    number, _, job = fields.raw(f"{at}.operation").partition("|")
    some, price = fields.quantity(f"{at}.quantity", ""), fields.quantity(f"{at}.unit_price", "")
    lot = fields.text(f"{at}.lot").strip()
    fields.rows[at] = acting.words.say(N_("New line"))
    if not number.isdecimal():
        if some is not None or price is not None or lot:
            fields.wrong(f"{at}.operation", "Choose what is to be added.")
        return None
    if some is None:
        known = {(each.work_order, each.operation): each.left for each in acting.known.to_add}
        some = known.get((job, int(number)))
    lots = (c.ChangedLot(lot, some),) if lot and some is not None else None
    return c.ChangedLine(None, some, price, lots, job, int(number))


def _lots(fields: Fields, at: str, line: Line, words: Words) -> tuple[c.ChangedLot, ...] | None:
    """All lots of the line once one of them is to be different; one that is to be 0 does not go."""
    if len(line.lots) < 2:
        return None
    called = line_called(line, words)
    fields.rows |= {f"{at}.lots.{place}": f"{called} · {lot.lot}" for place, lot in enumerate(line.lots)}
    typed = [fields.quantity(f"{at}.lots.{place}.quantity", line.unit) for place in range(len(line.lots))]
    if all(some is None for some in typed):
        return None
    wanted = [lot.quantity if some is None else some for lot, some in zip(line.lots, typed, strict=True)]
    return tuple(c.ChangedLot(lot.lot, some) for lot, some in zip(line.lots, wanted, strict=True) if some)


PROPOSE_CHANGE = Task(
    "propose-change",
    "propose-change",
    _propose_form,
    _propose,
    (Button("propose", N_("Propose this change")),),
    question=N_("What is to be different?"),
    look=_proposable,
)


@dataclass(frozen=True, slots=True)
class ChangeForm:
    """A change with its terms side by side, and the revision that stands until it holds."""

    name: str
    reason: str
    when: str
    who: str
    revision: int
    rows: tuple[Differing, ...]
    # What the register of specifications has against the revision it asks for.
    register: str
    # Of each line it touches: how many are sent and accepted, and how many would come back; of each new one,
    # when its routing names another revision.
    standing: tuple[str, ...]
    # That a new price is for pieces that are accepted already, too; empty when it is not.
    repriced: str


@dataclass(frozen=True, slots=True)
class Proposed:
    """Who proposed the open change, by name, and what the register has against its revision."""

    who: str = ""
    register: str = ""
    # Added operations whose routing names another revision than the order will be to, with that revision.
    routed: tuple[tuple[AddedLine, str], ...] = ()


NOTHING_KNOWN = Proposed()
Deciding = Knowing[Proposed]


def _proposed(session: Session, desk: Desk) -> Deciding:
    return Knowing(desk, _of_open_change(session, desk))


def _of_open_change(session: Session, desk: Desk) -> Proposed:
    order, change = desk.issued, desk.issued.open_change
    if change is None:
        return Proposed()
    who = order_stream.names(session, {change.by}).get(change.by, "")
    named = routed_to(session, change.added)
    routed = tuple(
        (line, of)
        for line in change.added
        if (of := named.get((line.work_order, line.operation))) not in (None, change.after.spec_revision)
    )
    if "spec_revision" not in change.terms:
        return Proposed(who, routed=routed)
    register = specifications.registered(session, {order.spec})
    day = order.plant_calendar.local_date(change.at)
    judged = specifications.judged(register, order.spec, change.after.spec_revision, day)
    proof = revision(judged, desk.words)
    register_says = proof.text if proof is not None and proof.kind != "good" else ""
    return Proposed(who, register_says, routed)


def change_form(acting: Acting, change: Change, known: Proposed = NOTHING_KNOWN) -> ChangeForm:
    rows = [*differing(change.before, change.after, change.added, acting.order, acting.words)]
    weighed = weight(acting.order, change)
    if weighed.before != weighed.after:
        rows.append(_value(acting, weighed))
    return ChangeForm(
        change.change,
        change.reason,
        acting.words.time(change.at),
        known.who,
        acting.order.revision,
        tuple(rows),
        known.register,
        tuple(_standing(acting, line) for line in weighed.lines)
        + tuple(_routed(acting, change, line, of) for line, of in known.routed),
        repriced_told(acting.order, change, acting.words),
    )


def _routed(acting: Acting, change: Change, line: AddedLine, of: str) -> str:
    values = {"operation": f"{line.work_order} · {line.operation}", "revision": of}
    text = N_("{operation}: its routing names revision {revision}; this order is to {ours}")
    return acting.words.say(text, **values, ours=change.after.spec_revision)


def _value(acting: Acting, weighed: Weight) -> Differing:
    """What the order comes to by its prices, before and after."""
    words, unknown = acting.words, acting.words.say(N_("not known before it is weighed"))
    values = (
        unknown if value is None else words.paid(value, acting.order.currency)
        for value in (weighed.before, weighed.after)
    )
    return Differing(words.say(N_("Value of the order")), *values)


def _standing(acting: Acting, weighed: LineWeight) -> str:
    """Line 1 · FLANGE-DN50 B: 450 pcs sent, 100 pcs accepted; 150 pcs would have to come back"""
    words, line = acting.words, weighed.line
    values = {name: words.amount(getattr(weighed, name), line.unit) for name in ("sent", "accepted", "back")}
    text = N_("{sent} sent, {accepted} accepted; {back} would have to come back as they are")
    if not weighed.back:
        text = N_("{sent} sent, {accepted} accepted; nothing would have to come back")
    return words.labelled(line_among(acting.order, line, words), words.say(text, **values))


def _open_form(acting: Deciding, _typed: Typed) -> ChangeForm:
    change = acting.order.open_change
    assert change is not None, "the gate lets only an open change be decided about"
    return change_form(acting, change, acting.known)


_DECISIONS = (Button("approve", N_("Approve the change")), Button("reject", N_("Reject it")))


def _decide(fields: Fields, _acting: Acting) -> Wanted:
    decision = answered(fields, _DECISIONS)
    reason = fields.text("reason", most=LONGEST_TEXT)
    fields.check()
    name = fields.raw("change")
    return Wanted(c.DecideChange(name, "approve" if decision == "approve" else "reject", reason))


DECIDE_CHANGE = Task(
    "decide-change",
    "decide-change",
    _open_form,
    _decide,
    _DECISIONS,
    question=N_("Is the supplier to be asked for this change?"),
    look=_proposed,
)


def _withdraw(fields: Fields, _acting: Acting) -> Wanted:
    return Wanted(c.WithdrawChange(fields.raw("change")))


WITHDRAW_CHANGE = Task(
    "withdraw-change",
    "withdraw-change",
    _open_form,
    _withdraw,
    (Button("withdraw", N_("Withdraw the change")),),
    look=_proposed,
)
