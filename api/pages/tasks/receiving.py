"""Receive: what was counted at the dock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from sqlmodel import Session

from activities.i18n import N_
from api.pages.desk import Desk
from api.pages.tasks.base import Acting, Button, Knowing, Task, Typed, leads_of, number_in
from api.supplier.arriving import reworks_at
from api.supplier.fields import Fields
from api.supplier.serials import Serials, counts, judged, nothing, serials_at
from api.supplier.tasks import Lead, Place, Wanted, delivery_at, label
from models.domain import commands as c
from models.domain import reinspecting, setting_up
from models.domain.authority import Role
from models.domain.decisions.drawing import Shelf
from models.domain.decisions.inspecting import released_left
from models.domain.errors import Refusal
from models.domain.order import Line, Order
from models.domain.pieces import OUT, Bucket, held_in, key, line_of, lot_of
from models.domain.purpose import why_pointless
from models.domain.quantities import UNIT_DECIMALS, ZERO
from models.domain.records import Parcel
from models.queries.boxes import Fellow, same_box, still_open

# Chosen instead of a parcel's name when what came was not announced.
UNANNOUNCED = "-"
# Where the core's errors about pieces with serial numbers may be.
BY_SERIAL = (
    "serials",
    "counted",
    "accepted",
    "rejected",
    "pending",
    "unprocessed",
    "scrapped",
    "tested",
    "output_lot",
    "lot",
    "line",
)
# What a piece with a serial number may be found to be.
FOUND: dict[str, str] = {
    "accepted": N_("Accepted"),
    "rejected": N_("Rejected"),
    "pending": N_("To be checked"),
    "unprocessed": N_("Unprocessed"),
    "scrapped": N_("Scrapped"),
    "tested": N_("Used for tests"),
}
# What a counted piece may be besides accepted, which is the rest.
_OTHERS = ("rejected", "pending", "unprocessed", "scrapped", "tested")


@dataclass(frozen=True, slots=True)
class Box:
    """A parcel that can be received. ``address`` leads to its form."""

    parcel: str
    address: str
    amount: str
    travel: str


@dataclass(frozen=True, slots=True)
class Counted:
    """One place of the form: what is expected there, and what accepted pieces have to wait for."""

    place: Place
    expected: str
    output_lot: str
    waits: str
    # The keys a phone shows for its numbers: whole ones, or with a decimal mark.
    keys: str
    # How many more may be scrapped as used up in setting up; empty when none.
    setup: str
    # Beyond those, only quality scraps.
    may_scrap: bool


@dataclass(frozen=True, slots=True)
class ReceiveForm:
    heading: str
    # What is being received: a parcel's name, `UNANNOUNCED`, or empty while it is to be chosen.
    parcel: str
    boxes: tuple[Box, ...]
    # Parcels of other orders in the same box, to be received one after the other.
    fellows: tuple[Box, ...]
    rows: tuple[Counted, ...]
    again: bool
    # Without a box to choose there is nothing to send yet.
    barred_buttons: tuple[str, ...]


def open_parcels(order: Order) -> tuple[Parcel, ...]:
    """Announced boxes with something nobody has taken out yet."""
    return tuple(still_open(order))


Receiving = Knowing[list[Fellow]]


def _look(session: Session, desk: Desk) -> Receiving:
    return Knowing(desk, same_box(session, desk.issued, cleared=desk.staff.reader.cleared))


def _fellows(acting: Receiving, parcel: str) -> Iterator[Box]:
    """What travels with the parcel; with every one of the order while none is chosen."""
    words = acting.words
    for fellow in acting.known:
        if parcel in ("", UNANNOUNCED, fellow.beside):
            item = fellow.parcel
            yield Box(
                item.parcel,
                f"/orders/{fellow.order.number}/receive?parcel={item.parcel}",
                words.number(sum(item.contents.values(), ZERO)),
                " · ".join(filter(None, [item.carrier, item.tracking, words.local_day(item.shipped_at)])),
            )


def _subject(order: Order, typed: Typed) -> str:
    """The box named, else the only one there is; `UNANNOUNCED` when none is on its way."""
    wanted = typed.get("parcel", "")
    boxes = [item.parcel for item in open_parcels(order)]
    if wanted == UNANNOUNCED or wanted in order.parcels:
        return wanted
    if not boxes:
        return UNANNOUNCED
    return boxes[0] if len(boxes) == 1 else ""


def _places(order: Order, parcel: str) -> Iterator[tuple[str, str, Decimal]]:
    """Input, stock key and expected quantity of what the form asks about."""
    box = order.parcels.get(parcel)
    if box is not None and box.lot_unknown:
        yield from _by_line(box.contents.items())
    elif box is not None:
        for index, at in enumerate(order.stock):
            if box.contents.get(at):
                yield f"lines.{index}", at, box.contents[at]
    else:
        found = False
        for index, (at, pieces) in enumerate(Shelf(order).stock.items()):
            out = held_in(pieces, *OUT, Bucket.LOST)
            if out > 0:
                found = True
                yield f"lines.{index}", at, out
        if not found:
            yield from _by_line((key(line.line, ""), ZERO) for line in order.lines)


def _by_line(contents: Iterable[tuple[str, Decimal]]) -> Iterator[tuple[str, str, Decimal]]:
    totals: dict[int, Decimal] = {}
    for at, quantity in contents:
        number = int(at.partition(":")[0])
        totals[number] = totals.get(number, ZERO) + quantity
    for number, quantity in totals.items():
        yield f"line.{number}", key(number, ""), quantity


def _form(acting: Receiving, typed: Typed) -> ReceiveForm:
    order, words = acting.order, acting.words
    parcel = _subject(order, typed)
    rows = tuple(_counted(acting, parcel, *place) for place in _places(order, parcel)) if parcel else ()
    boxes = tuple(
        Box(
            item.parcel,
            f"{acting.desk.path}/receive?parcel={item.parcel}",
            words.number(sum(item.contents.values(), ZERO)),
            " · ".join(filter(None, [item.carrier, item.tracking, words.local_day(item.shipped_at)])),
        )
        for item in open_parcels(order)
        if item.parcel != parcel
    )
    if not parcel:
        heading = words.say(N_("Which parcel has arrived?"))
    elif parcel == UNANNOUNCED:
        heading = words.say(N_("How many have arrived?"))
    else:
        short = parcel.removeprefix(f"{order.number}-")
        heading = words.say(N_("How many are in parcel {parcel}?"), parcel=short)
    return ReceiveForm(
        heading=heading,
        parcel=parcel,
        boxes=boxes,
        fellows=tuple(_fellows(acting, parcel)),
        rows=rows,
        again=any(
            parcel in (receipt.parcel, *receipt.parcels) for receipt in order.receipts if not receipt.void
        ),
        barred_buttons=() if parcel else ("receive",),
    )


def _counted(acting: Acting, parcel: str, name: str, at: str, expected: Decimal) -> Counted:
    order, words = acting.order, acting.words
    line = order.line(int(at.partition(":")[0]))
    assert line is not None, "pieces are on the order's lines"
    lot = at.partition(":")[2]
    place = Place(
        name,
        at,
        label(acting, at),
        words.amount(expected, line.unit),
        reworks_at(order, at),
        serials=_expected(acting, name, at, parcel),
        delivery=delivery_at(acting, at),
    )
    output = line.output_lot(lot)
    setup = _for_setting_up(acting, line, parcel)
    return Counted(
        place,
        f"{expected.normalize():f}" if expected else "",
        output if output != lot else "",
        _waits(acting, line, at, parcel, expected),
        "numeric" if UNIT_DECIMALS.get(line.unit) == 0 else "decimal",
        words.amount(setup, line.unit) if setup else "",
        _may_scrap(acting, line, parcel),
    )


def _for_setting_up(acting: Acting, line: Line, parcel: str) -> Decimal:
    """How many more of the line may be used up in setting up. A box of reworked pieces holds none of them."""
    box = acting.order.parcels.get(parcel)
    return ZERO if box is not None and box.nonconformance else setting_up.left(acting.order, line)


def _may_scrap(acting: Acting, line: Line, parcel: str) -> bool:
    return acting.staff.has(Role.QUALITY) or _for_setting_up(acting, line, parcel) > 0


def _expected(acting: Acting, name: str, at: str, parcel: str = "") -> Serials | None:
    """The serial numbers expected there, to be found one thing or another."""
    box = acting.order.parcels.get(parcel)
    line = acting.order.line(line_of(at))
    results = dict(FOUND)
    if line is None or not _may_scrap(acting, line, parcel):
        results.pop("scrapped")
    sources = (Bucket.IN_TRANSIT_BACK,) if box is not None else (*OUT, Bucket.LOST)
    return serials_at(
        acting.order,
        at,
        name,
        *sources,
        results=results,
        rest="accepted",
        parcel=box.parcel if box is not None else "",
    )


def _waits(acting: Acting, line: Line, at: str, parcel: str, expected: Decimal) -> str:
    """What accepted pieces would have to wait for, in words."""
    words = acting.words
    if acting.order.hold is not None:
        return words.say(N_("The order is on hold: accepted pieces wait as pending."))
    if line.plan is None:
        return ""
    covered = released_left(acting.order, line, lot_of(at), acting.order.judged)
    box = acting.order.parcels.get(parcel)
    if box is not None and box.nonconformance:
        covered = min(covered, reinspecting.to_judge(acting.order, at))
    if covered >= expected:
        return ""
    return words.say(
        N_("Released inspections cover {pieces}; accepted pieces beyond that wait as pending."),
        pieces=words.amount(covered, line.unit),
    )


def _receive(fields: Fields, acting: Acting) -> Wanted:
    order = acting.order
    parcel = _subject(order, fields.typed)
    lines: list[c.ReceiveLine] = []
    leads = {"parcel": Lead("packing_slip"), "packing_slip": Lead("packing_slip")}
    for name, at, _ in _places(order, parcel):
        line = order.line(int(at.partition(":")[0]))
        assert line is not None, "pieces are on the order's lines"
        asked = _expected(acting, name, at, parcel)
        fields.rows[name] = label(acting, at)
        found = _line(fields, line, at, name) if asked is None else _named(fields, line, at, asked)
        if found is not None and asked is not None:
            leads |= {f"lines.{len(lines)}.{field}": Lead(f"{name}.serials") for field in BY_SERIAL}
            lines.append(found)
        elif found is not None:
            leads |= leads_of(
                len(lines), name, "counted", "accepted", *_OTHERS, "output_lot", "final", "conversion"
            )
            lines.append(found)
    if not lines and not fields.errors:
        first, at, _ = next(_places(order, parcel), ("", "", ZERO))
        asked = _expected(acting, first, at, parcel) if at else None
        nothing(fields, first, asked, "Enter how many you counted.", "counted")
    slip = fields.text("packing_slip")
    fields.check()
    return Wanted(
        c.Receive(
            tuple(lines),
            parcel="" if parcel == UNANNOUNCED else parcel,
            packing_slip=slip,
            additional=bool(fields.raw("additional")),
        ),
        leads,
    )


def _line(fields: Fields, line: Line, at: str, name: str) -> c.ReceiveLine | None:
    """What was counted in one place; accepted is what the other parts leave, unless it was typed."""
    uom = fields.text(f"{name}.uom")
    unit = uom or line.unit
    parts = {part: number_in(fields, f"{name}.{part}", unit) or ZERO for part in _OTHERS}
    counted = number_in(fields, f"{name}.counted", unit)
    if counted is None:
        if any(parts.values()):
            fields.wrong(f"{name}.counted", "Enter how many you counted.")
        return None
    rest = counted - sum(parts.values(), ZERO)
    accepted = fields.quantity(f"{name}.accepted", unit)
    if rest < 0:
        text = "You counted {counted}, but the parts below are {sum} together."
        fields.wrong(f"{name}.counted", text, counted=counted, sum=counted - rest)
    elif accepted is not None and accepted != rest:
        text = "{accepted} accepted does not fit: of {counted} counted, {rest} are left for it."
        fields.wrong(f"{name}.accepted", text, accepted=accepted, counted=counted, rest=rest)
    return c.ReceiveLine(
        line=line.line,
        counted=counted,
        accepted=max(rest, ZERO),
        lot=at.partition(":")[2],
        output_lot=fields.text(f"{name}.output_lot"),
        uom=uom,
        conversion=number_in(fields, f"{name}.conversion", ""),
        final=bool(fields.raw(f"{name}.final")),
        nonconformance=fields.text(f"{name}.nonconformance"),
        **parts,  # type: ignore[arg-type]
    )


def _named(fields: Fields, line: Line, at: str, asked: Serials) -> c.ReceiveLine | None:
    """What each piece was found to be; they are counted by that."""
    found = judged(fields, asked, over=("accepted", "rejected", "pending"))
    if not found:
        return None
    counted = counts(found)
    return c.ReceiveLine(
        line=line.line,
        counted=sum(counted.values(), ZERO),
        **counted,  # type: ignore[arg-type]
        lot=at.partition(":")[2],
        output_lot=fields.text(f"{asked.input}.output_lot"),
        nonconformance=fields.text(f"{asked.input}.nonconformance"),
        serials=tuple(c.ReceivedSerial(serial, result) for serial, result in found),  # type: ignore[arg-type]
    )


def _nothing_can_come(order: Order) -> Refusal | None:
    """Pieces nobody waits for can arrive too, and are booked as surplus; but not after the end."""
    return why_pointless(order, "receive") if order.end is not None else None


RECEIVE = Task(
    "receive",
    "receive",
    _form,
    _receive,
    (Button("receive", N_("Book them in")),),
    idle=_nothing_can_come,
    look=_look,
)
