"""Pieces that do not conform: reported, decided about, approved, confirmed back."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, cast, get_args

from activities.i18n import N_
from api.pages.order.telling import defect
from api.pages.order.wording import AMOUNTS, DISPOSITIONS, PLACES, RESPONSIBLE
from api.pages.tasks.base import Acting, Button, Task, Typed, answered, leads_of, number_in
from api.supplier.fields import LONGEST_TEXT, Fields
from api.supplier.naming import pieces_called
from api.supplier.serials import Serials, amount, nothing, ticked, tracked
from api.supplier.tasks import Lead, Place, Wanted, label, places, serial_leads, told_apart
from models.domain import commands as c
from models.domain.decisions.drawing import Shelf
from models.domain.errors import Refusal
from models.domain.order import Order
from models.domain.pieces import Bucket, held_in, key, line_of, lot_of
from models.domain.quantities import ZERO
from models.domain.records import Nonconformance, Share

Decision = Literal["use_as_is", "rework", "repair", "reinspect", "scrap", "return"]
Responsibility = Literal["", "supplier", "us", "material"]
_FOUND_IN = (Bucket.ACCEPTED, Bucket.PENDING, Bucket.FORWARDED)
# So many ways the pieces of one place can be split.
_WAYS = 3


@dataclass(frozen=True, slots=True)
class FoundForm:
    places: tuple[Place, ...]
    # Where the pieces of each place are, by its input.
    where: dict[str, str]


def _found_places(acting: Acting) -> list[Place]:
    return [place for place, _ in places(acting, Shelf(acting.order).stock, *_FOUND_IN)]


def _found_form(acting: Acting, _typed: Typed) -> FoundForm:
    words, stock = acting.words, acting.order.stock
    found = _found_places(acting)

    def where(place: Place) -> str:
        line = acting.order.line(place.line)
        assert line is not None, "pieces are on the order's lines"
        return words.listed(
            words.say(AMOUNTS[bucket], amount=words.amount(quantity, line.unit))
            for bucket in _FOUND_IN
            if (quantity := held_in(stock[place.at], bucket))
        )

    return FoundForm(tuple(found), {place.input: where(place) for place in found})


def _none_found(order: Order) -> Refusal | None:
    if any(held_in(pieces, *_FOUND_IN) for pieces in order.stock.values()):
        return None
    return Refusal("form.nothing", "No pieces have been accepted, are pending or went straight on.")


def _report(fields: Fields, acting: Acting) -> Wanted:
    lines: list[c.LineQuantity] = []
    leads: dict[str, Lead] = {}
    told_apart(fields, _found_places(acting))
    for place in _found_places(acting):
        line = acting.order.line(place.line)
        assert line is not None, "pieces are on the order's lines"
        quantity, serials = amount(
            fields, place.serials, number_in(fields, f"{place.input}.quantity", line.unit)
        )
        if quantity is not None:
            leads |= leads_of(len(lines), place.input, "quantity")
            leads |= serial_leads(len(lines), place, "quantity", "lot", "line")
            lines.append(c.LineQuantity(place.line, quantity, place.lot, serials))
    if not lines and not fields.errors:
        first = next(iter(_found_places(acting)), None)
        text = "Enter how many do not conform."
        nothing(fields, first.input if first else "", first.serials if first else None, text)
    defect = fields.text("defect", most=LONGEST_TEXT)
    if not defect:
        fields.wrong("defect", "Say what is wrong with them.")
    fields.check()
    return Wanted(c.ReportNonconformance(tuple(lines), defect), leads)


REPORT_NONCONFORMANCE = Task(
    "report-nonconformance",
    "report-nonconformance",
    _found_form,
    _report,
    (Button("report", N_("Report a nonconformance")),),
    question=N_("What does not conform?"),
    idle=_none_found,
)


@dataclass(frozen=True, slots=True)
class Way:
    """One row to decide about some pieces of a place. ``proposed`` is how many, as typed."""

    input: str
    proposed: str
    serials: Serials | None = None


@dataclass(frozen=True, slots=True)
class Undecided:
    label: str
    amount: str
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class DispositionForm:
    heading: str
    name: str
    defect: str
    places: tuple[Undecided, ...]
    # Other nonconformances to decide about: name and address.
    others: tuple[tuple[str, str], ...]
    decisions: dict[str, str]
    places_of_work: dict[str, str]
    responsible: dict[str, str]


def _with(order: Order, share: Share) -> list[Nonconformance]:
    """Nonconformances with pieces in this share."""
    return [
        item
        for item in order.open_nonconformances
        if any(shares.get(share) for shares in item.shares.values())
    ]


def _subject(order: Order, typed: Typed, share: Share) -> Nonconformance:
    """The one asked for, else the first that has such pieces."""
    found = _with(order, share)
    return next((item for item in found if item.nonconformance == typed.get("nonconformance")), found[0])


def _others(acting: Acting, task: str, item: Nonconformance, share: Share) -> tuple[tuple[str, str], ...]:
    return tuple(
        (
            " · ".join([_short(acting, other), *(label(acting, at) for _, at, _ in _shares(other, share))]),
            f"{acting.desk.path}/{task}?nonconformance={other.nonconformance}",
        )
        for other in _with(acting.order, share)
        if other is not item
    )


def _short(acting: Acting, item: Nonconformance) -> str:
    """Its name without the order's, which stands beside it."""
    return item.nonconformance.removeprefix(f"{acting.desk.number}-")


def _shares(item: Nonconformance, share: Share) -> list[tuple[int, str, Decimal]]:
    """Index, stock key and quantity of the places with such pieces."""
    return [
        (index, at, shares[share])
        for index, (at, shares) in enumerate(item.shares.items())
        if shares.get(share)
    ]


def _serials_with(order: Order, item: Nonconformance, share: Share, at: str, prefix: str) -> Serials | None:
    """The serial numbers with this share at one place; None where the part has none."""
    if not tracked(order, at):
        return None
    here = tuple(
        lot_of(name)
        for name, theirs in item.serials.items()
        if theirs is share and key(line_of(name), order.serials[name].lot) == at
    )
    return Serials(prefix, here)


def _amount(acting: Acting, at: str, quantity: Decimal) -> str:
    line = acting.order.line(int(at.partition(":")[0]))
    assert line is not None, "pieces are on the order's lines"
    return acting.words.amount(quantity, line.unit)


def _disposition_form(acting: Acting, typed: Typed) -> DispositionForm:
    item = _subject(acting.order, typed, Share.UNDECIDED)
    found = tuple(
        Undecided(
            pieces_called(acting.order, at, acting.words),
            _amount(acting, at, quantity),
            tuple(
                Way(
                    f"at.{index}.{way}",
                    "" if way else f"{quantity.normalize():f}",
                    _serials_with(acting.order, item, Share.UNDECIDED, at, f"at.{index}.{way}"),
                )
                for way in range(_WAYS)
            ),
        )
        for index, at, quantity in _shares(item, Share.UNDECIDED)
    )
    return DispositionForm(
        heading=acting.words.say(
            N_("What becomes of the rejected pieces of {nonconformance}?"),
            nonconformance=_short(acting, item),
        ),
        name=item.nonconformance,
        defect=defect(acting.words, item.defect, item.receipt),
        places=found,
        others=_others(acting, "disposition", item, Share.UNDECIDED),
        decisions=DISPOSITIONS,
        places_of_work=PLACES,
        responsible=RESPONSIBLE,
    )


def _dispose(fields: Fields, acting: Acting) -> Wanted:
    item = _subject(acting.order, fields.typed, Share.UNDECIDED)
    lines: list[c.DispositionLine] = []
    leads: dict[str, Lead] = {}
    for index, at, _ in _shares(item, Share.UNDECIDED):
        number, _, lot = at.partition(":")
        line = acting.order.line(int(number))
        assert line is not None, "pieces are on the order's lines"
        for way in range(_WAYS):
            name = f"at.{index}.{way}"
            fields.rows[name] = acting.words.say(
                N_("{pieces}, row {number}"), pieces=label(acting, at), number=way + 1
            )
            asked = _serials_with(acting.order, item, Share.UNDECIDED, at, name)
            quantity, serials = amount(fields, asked, number_in(fields, f"{name}.quantity", line.unit))
            if quantity is None:
                continue
            decision = fields.raw(f"{name}.decision")
            if decision not in get_args(Decision):
                fields.wrong(f"{name}.decision", "Choose what becomes of them.")
            leads |= leads_of(len(lines), name, "quantity", "decision")
            if asked is not None:
                leads |= {
                    f"lines.{len(lines)}.{field}": Lead(f"{name}.serials")
                    for field in ("serials", "quantity")
                }
            place: Literal["supplier", "here"] = (
                "here" if fields.raw(f"{name}.place") == "here" else "supplier"
            )
            lines.append(
                c.DispositionLine(quantity, cast(Decision, decision), line.line, lot, place, serials)
            )
    if not lines and not fields.errors:
        index, at, _ = _shares(item, Share.UNDECIDED)[0]
        name = f"at.{index}.0"
        asked = _serials_with(acting.order, item, Share.UNDECIDED, at, name)
        nothing(fields, name, asked, "Enter how many this decides about.")
    cause = fields.text("cause", most=LONGEST_TEXT)
    responsibility = fields.raw("responsibility")
    if responsibility not in get_args(Responsibility):
        responsibility = ""
    fields.check()
    command = c.Disposition(item.nonconformance, tuple(lines), cause, cast(Responsibility, responsibility))
    return Wanted(command, leads)


DISPOSITION = Task(
    "disposition",
    "disposition",
    _disposition_form,
    _dispose,
    (Button("decide", N_("Decide this")),),
)


@dataclass(frozen=True, slots=True)
class ProposalForm:
    heading: str
    name: str
    defect: str
    cause: str
    # What is proposed: pieces, what is to become of them.
    proposals: tuple[tuple[str, str], ...]
    others: tuple[tuple[str, str], ...]


def _proposal_form(acting: Acting, typed: Typed) -> ProposalForm:
    item = _subject(acting.order, typed, Share.PROPOSED)
    words = acting.words
    return ProposalForm(
        heading=words.say(
            N_("Do you approve what is proposed for {nonconformance}?"), nonconformance=_short(acting, item)
        ),
        name=item.nonconformance,
        defect=defect(words, item.defect, item.receipt),
        cause=item.cause,
        proposals=tuple(
            (
                words.labelled(
                    pieces_called(acting.order, key(each.line, each.lot), words),
                    _amount(acting, f"{each.line}:{each.lot}", each.quantity),
                ),
                words.say(DISPOSITIONS[each.decision]),
            )
            for each in item.proposals
        ),
        others=_others(acting, "decide-disposition", item, Share.PROPOSED),
    )


DECIDE_BUTTONS = (Button("approve", N_("Sign and approve")), Button("reject", N_("Sign and reject")))


def _decide(fields: Fields, acting: Acting) -> Wanted:
    decision = answered(fields, DECIDE_BUTTONS)
    item = _subject(acting.order, fields.typed, Share.PROPOSED)
    name = fields.text("name")
    if not name:
        fields.wrong("name", "Sign with your printed name.")
    meaning = fields.text("meaning")
    fields.check()
    command = c.DecideDisposition(
        item.nonconformance, "approve" if decision == "approve" else "reject", c.Signature(name, meaning)
    )
    return Wanted(command, {"signature.name": Lead("name"), "nonconformance": Lead("")})


DECIDE_DISPOSITION = Task(
    "decide-disposition",
    "decide-disposition",
    _proposal_form,
    _decide,
    DECIDE_BUTTONS,
)


@dataclass(frozen=True, slots=True)
class ReturnForm:
    heading: str
    name: str
    # What its pieces are, lot by lot.
    of: tuple[str, ...]
    amount: str
    proposed: str
    others: tuple[tuple[str, str], ...]
    serials: Serials | None = None


def _all_with(order: Order, item: Nonconformance, share: Share, prefix: str) -> Serials | None:
    found = [_serials_with(order, item, share, at, prefix) for _, at, _ in _shares(item, share)]
    named = [each for each in found if each is not None]
    return Serials(prefix, tuple(serial for each in named for serial in each.here)) if named else None


def _return_form(acting: Acting, typed: Typed) -> ReturnForm:
    item = _subject(acting.order, typed, Share.RETURNING)
    going = _shares(item, Share.RETURNING)
    total = sum((quantity for _, _, quantity in going), ZERO)
    return ReturnForm(
        heading=acting.words.say(
            N_("How many pieces of {nonconformance} does the supplier have back?"),
            nonconformance=_short(acting, item),
        ),
        name=item.nonconformance,
        of=tuple(pieces_called(acting.order, at, acting.words) for _, at, _ in going),
        amount=_amount(acting, going[0][1], total),
        proposed=f"{total.normalize():f}",
        others=_others(acting, "confirm-return", item, Share.RETURNING),
        serials=_all_with(acting.order, item, Share.RETURNING, "back"),
    )


def _confirm(fields: Fields, acting: Acting) -> Wanted:
    item = _subject(acting.order, fields.typed, Share.RETURNING)
    line = acting.order.line(int(_shares(item, Share.RETURNING)[0][1].partition(":")[0]))
    quantity = number_in(fields, "quantity", line.unit if line is not None else "")
    asked = _all_with(acting.order, item, Share.RETURNING, "back")
    if asked is not None:
        serials = ticked(fields, asked)
        if not serials:
            fields.wrong("back.serials", "Say which pieces, by their serial numbers.")
        fields.check()
        command = c.ConfirmReturn(item.nonconformance, Decimal(len(serials)), serials)
        return Wanted(command, {name: Lead("back.serials") for name in ("serials", "quantity")})
    if quantity is None and not fields.errors:
        fields.wrong("quantity", "Enter how many the supplier has back.")
    fields.check()
    return Wanted(c.ConfirmReturn(item.nonconformance, quantity or ZERO))


CONFIRM_RETURN = Task(
    "confirm-return",
    "confirm-return",
    _return_form,
    _confirm,
    (Button("confirm", N_("Confirm the return")),),
)
