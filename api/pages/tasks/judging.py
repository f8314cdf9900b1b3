"""Judge what is pending, settle what is over: what becomes of pieces that were counted in."""

from __future__ import annotations

from dataclasses import dataclass, replace

from activities.i18n import N_
from api.pages.tasks.base import Acting, Button, Task, Typed, leads_of, number_in
from api.pages.tasks.receiving import BY_SERIAL, FOUND
from api.supplier.fields import Fields
from api.supplier.serials import amount, counts, judged, nothing, serials_at
from api.supplier.tasks import Lead, Place, Wanted, places, serial_leads, told_apart
from models.domain import commands as c
from models.domain.decisions.drawing import Shelf
from models.domain.pieces import Bucket
from models.domain.quantities import ZERO
from models.domain.surplus import keepable

_JUDGED = {name: FOUND[name] for name in ("accepted", "rejected", "tested")}


@dataclass(frozen=True, slots=True)
class PlacesForm:
    """Places with pieces to decide about; ``proposed`` is how many each has, as typed."""

    places: tuple[Place, ...]
    proposed: dict[str, str]


def _pieces_in(bucket: Bucket, acting: Acting) -> PlacesForm:
    found = list(places(acting, Shelf(acting.order).stock, bucket))
    return PlacesForm(
        tuple(place for place, _ in found),
        {place.input: f"{quantity.normalize():f}" for place, quantity in found},
    )


def _pending_form(acting: Acting, _typed: Typed) -> PlacesForm:
    return _pending(acting)


def _pending(acting: Acting) -> PlacesForm:
    """Pieces with serial numbers are judged one by one."""
    found = _pieces_in(Bucket.PENDING, acting)
    order = acting.order
    return replace(
        found,
        places=tuple(
            replace(place, serials=serials_at(order, place.at, place.input, Bucket.PENDING, results=_JUDGED))
            for place in found.places
        ),
    )


def _judge(fields: Fields, acting: Acting) -> Wanted:
    lines: list[c.JudgeLine] = []
    leads: dict[str, Lead] = {}
    told_apart(fields, _pending(acting).places)
    for place in _pending(acting).places:
        line = acting.order.line(place.line)
        assert line is not None, "pieces are on the order's lines"
        accepted, rejected, tested = (
            number_in(fields, f"{place.input}.{name}", line.unit)
            for name in ("accepted", "rejected", "tested")
        )
        if place.serials is not None:
            found = judged(fields, place.serials)
            if found:
                leads |= {
                    f"lines.{len(lines)}.{field}": Lead(f"{place.input}.serials") for field in BY_SERIAL
                }
                lines.append(_judged_line(place, found))
        elif accepted or rejected or tested:
            leads |= leads_of(len(lines), place.input, "accepted", "rejected", "tested")
            lines.append(
                c.JudgeLine(place.line, accepted or ZERO, rejected or ZERO, tested or ZERO, place.lot)
            )
    if not lines and not fields.errors:
        first = next((place for place in _pending(acting).places), None)
        text = "Say how many are accepted, rejected or used for tests."
        nothing(fields, first.input if first else "", first.serials if first else None, text, "accepted")
    fields.check()
    return Wanted(c.Judge(tuple(lines)), leads)


def _judged_line(place: Place, found: tuple[tuple[str, str], ...]) -> c.JudgeLine:
    counted = counts(found)
    return c.JudgeLine(
        place.line,
        counted.get("accepted", ZERO),
        counted.get("rejected", ZERO),
        counted.get("tested", ZERO),
        place.lot,
        tuple(c.JudgedSerial(serial, result) for serial, result in found),  # type: ignore[arg-type]
    )


JUDGE = Task(
    "judge",
    "judge",
    _pending_form,
    _judge,
    (Button("judge", N_("Record this judgement")),),
    question=N_("What are the pending pieces?"),
)


@dataclass(frozen=True, slots=True)
class OverForm(PlacesForm):
    """``may_keep`` is, of each place, how many pieces may be kept as they are."""

    may_keep: dict[str, str]


def _over_form(acting: Acting, _typed: Typed) -> OverForm:
    found = _pieces_in(Bucket.OVER, acting)
    return OverForm(
        found.places, found.proposed, {place.input: _may_keep(acting, place.line) for place in found.places}
    )


def _may_keep(acting: Acting, number: int) -> str:
    line = acting.order.line(number)
    assert line is not None, "pieces are on the order's lines"
    return acting.words.amount(keepable(acting.order, line), line.unit)


def _resolve(fields: Fields, acting: Acting) -> Wanted:
    lines: list[c.OverLine] = []
    leads: dict[str, Lead] = {}
    told_apart(fields, _pieces_in(Bucket.OVER, acting).places)
    for place in _pieces_in(Bucket.OVER, acting).places:
        line = acting.order.line(place.line)
        assert line is not None, "pieces are on the order's lines"
        quantity, serials = amount(
            fields, place.serials, number_in(fields, f"{place.input}.quantity", line.unit)
        )
        decision = fields.raw(f"{place.input}.decision")
        if quantity is None:
            continue
        leads |= leads_of(len(lines), place.input, "quantity", "decision")
        leads |= serial_leads(len(lines), place, "quantity", "lot", "line")
        match decision:
            case "return" | "accept" | "miscount":
                lines.append(c.OverLine(place.line, quantity, decision, place.lot, serials))
            case _:
                fields.wrong(f"{place.input}.decision", "Choose what becomes of them.")
    if not lines and not fields.errors:
        first = next((place for place in _pieces_in(Bucket.OVER, acting).places), None)
        text = "Enter how many this decides about."
        nothing(fields, first.input if first else "", first.serials if first else None, text)
    fields.check()
    return Wanted(c.ResolveOver(tuple(lines)), leads)


RESOLVE_OVER = Task(
    "resolve-over",
    "resolve-over",
    _over_form,
    _resolve,
    (Button("resolve", N_("Settle it so")),),
    question=N_("What becomes of the surplus pieces?"),
)
