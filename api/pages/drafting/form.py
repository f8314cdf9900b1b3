"""A draft as a form: one flat table of texts, read into a draft and written from one.

`lines.0.quantity` is a field of the first line, `lines.0.lots.2.lot` the third lot one may tick there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from activities.i18n import N_
from api.supplier.fields import Fields
from models.domain import quantities
from models.domain.contract import Basis
from models.domain.facts import Draft, DraftLine
from models.domain.quantities import ZERO, plain
from models.queries.sourcing import Outside

ON = "on"
_HUNDRED = Decimal(100)
MOST_LINES = 200
_MOST_LOTS = 200
_CURRENCY = re.compile(r"[A-Za-z]{3}")


@dataclass(frozen=True, slots=True)
class Written:
    """A draft as it was typed, and the input each of its values came from."""

    draft: Draft
    places: Mapping[str, str]


def fresh(found: Outside, lots: list[tuple[str, Decimal]], today: date, currency: str) -> dict[str, str]:
    """The form for an operation nobody has ordered yet; `lots` are what one may tick."""
    due = found.due if found.due is not None and found.due >= today else None
    typed = {
        "process": found.process,
        "spec": found.spec,
        "spec_revision": found.spec_revision,
        "need_by": str(due or ""),
        "priority": "normal",
        "currency": currency,
    }
    return typed | line_for(0, 1, found, lots)


def line_for(place: int, number: int, found: Outside, lots: list[tuple[str, Decimal]]) -> dict[str, str]:
    """A line of the form for an operation, as it begins: for what is still to be ordered, or once more for all of it."""
    return _line(
        place, number, found.work_order, found.operation, found.unit, found.left or found.quantity, lots
    )


def written(
    draft: Draft, units: Mapping[int, str], lots: Mapping[int, list[tuple[str, Decimal]]]
) -> dict[str, str]:
    """The form of a saved draft; `units` and `lots` by line, the lots beside those it has."""
    typed = {
        "number": draft.number,
        "plant": draft.plant,
        "supplier": draft.supplier,
        "process": draft.process,
        "spec": draft.spec,
        "spec_revision": draft.spec_revision,
        "need_by": str(draft.need_by),
        "purchase_order": draft.purchase_order,
        "priority": draft.priority,
        "currency": draft.lines[0].currency if draft.lines else "USD",
    }
    for place, line in enumerate(draft.lines):
        chosen = dict(line.lots)
        others = [(lot, some) for lot, some in lots.get(line.line, []) if lot not in chosen]
        typed |= _line(
            place,
            line.line,
            line.work_order,
            line.operation,
            units.get(line.line, ""),
            line.quantity,
            [*chosen.items(), *others],
        )
        typed |= {
            f"lines.{place}.unit_price": f"{plain(line.unit_price):f}" if line.unit_price is not None else "",
            f"lines.{place}.basis": line.basis.value,
            f"lines.{place}.tolerance": f"{plain(line.tolerance * _HUNDRED):f}",
            f"lines.{place}.first_article": f"{plain(line.first_article):f}" if line.first_article else "",
            f"lines.{place}.setup_allowance": f"{plain(line.setup_allowance):f}"
            if line.setup_allowance
            else "",
        }
        typed |= {f"lines.{place}.lots.{index}.use": ON for index in range(len(chosen))}
    return typed


def _line(
    place: int,
    number: int,
    work_order: str,
    operation: int,
    unit: str,
    quantity: Decimal,
    lots: list[tuple[str, Decimal]],
) -> dict[str, str]:
    at = f"lines.{place}"
    typed = {
        f"{at}.line": str(number),
        f"{at}.work_order": work_order,
        f"{at}.operation": str(operation),
        f"{at}.unit": unit,
        f"{at}.quantity": f"{plain(quantity):f}",
        f"{at}.unit_price": "",
        f"{at}.basis": Basis.PIECE.value,
        f"{at}.tolerance": "1",
        f"{at}.first_article": "",
        f"{at}.setup_allowance": "",
    }
    for index, (lot, some) in enumerate(lots):
        typed[f"{at}.lots.{index}.lot"] = lot
        typed[f"{at}.lots.{index}.quantity"] = f"{plain(min(some, quantity)):f}"
    # One row more, for a lot that is not offered.
    typed[f"{at}.lots.{len(lots)}.lot"] = ""
    return typed


def read(fields: Fields, *, number: str, plant: str, buyer: str) -> Written:
    """What was typed. Raises `Invalid` naming every input that cannot be read."""
    places: dict[str, str] = {}
    if fields.raw("add"):
        fields.wrong("add", N_("Press “Add another line” to order this too, or empty the field."))
    need_by = fields.day("need_by")
    if need_by is None and not fields.raw("need_by"):
        fields.wrong("need_by", N_("Say by which day you need it."))
    if not fields.raw("supplier"):
        fields.wrong("supplier", N_("Choose the supplier."))
    if not _CURRENCY.fullmatch(fields.raw("currency")):
        fields.wrong("currency", N_("Write the currency as three letters, such as USD."))
    lines = tuple(_read_line(fields, place, places) for place in range(lines_of(fields.typed)))
    draft = Draft(
        number=number,
        plant=fields.raw("plant") or plant,
        buyer=buyer,
        supplier=fields.text("supplier"),
        process=fields.text("process"),
        spec=fields.text("spec"),
        spec_revision=fields.text("spec_revision"),
        need_by=need_by or date.min,
        purchase_order=fields.text("purchase_order"),
        priority="urgent" if fields.raw("priority") == "urgent" else "normal",
        lines=lines,
    )
    fields.check()
    return Written(draft, places)


def _read_line(fields: Fields, place: int, places: dict[str, str]) -> DraftLine:
    at = f"lines.{place}"
    unit = fields.raw(f"{at}.unit")
    quantity = fields.quantity(f"{at}.quantity", unit)
    if quantity is None and not fields.raw(f"{at}.quantity"):
        fields.wrong(f"{at}.quantity", N_("Say how many."))
    tolerance = fields.quantity(f"{at}.tolerance", "")
    places[f"{at}.currency"] = "currency"
    return DraftLine(
        line=whole(fields.raw(f"{at}.line"), place + 1),
        work_order=fields.text(f"{at}.work_order"),
        operation=whole(fields.raw(f"{at}.operation"), 0),
        quantity=quantity or ZERO,
        unit_price=fields.quantity(f"{at}.unit_price", ""),
        currency=fields.raw("currency").upper()[:3],
        lots=_read_lots(fields, at, unit, places),
        tolerance=(tolerance or ZERO) / _HUNDRED,
        first_article=fields.quantity(f"{at}.first_article", unit) or ZERO,
        setup_allowance=fields.quantity(f"{at}.setup_allowance", unit) or ZERO,
        basis=basis_of(fields.raw(f"{at}.basis")),
    )


def basis_of(text: str) -> Basis:
    """What a price is for; a form made by hand may say anything."""
    return Basis(text) if text in set(Basis) else Basis.PIECE


def _read_lots(fields: Fields, at: str, unit: str, places: dict[str, str]) -> tuple[tuple[str, Decimal], ...]:
    """The lots that are ticked, and the one that was typed."""
    found: list[tuple[str, Decimal]] = []
    for row in range(lots_in(fields.typed, at)):
        here = f"{at}.lots.{row}"
        lot = fields.text(f"{here}.lot")
        offered = row < lots_in(fields.typed, at) - 1
        if not lot or (offered and fields.raw(f"{here}.use") != ON):
            continue
        some = fields.quantity(f"{here}.quantity", unit)
        if some is None and not fields.raw(f"{here}.quantity"):
            fields.wrong(f"{here}.quantity", N_("Say how many pieces of lot {lot}."), lot=lot)
        there = f"{at}.lots.{len(found)}"
        places[f"{there}.lot"] = f"{here}.use" if offered else f"{here}.lot"
        places[f"{there}.quantity"] = f"{here}.quantity"
        found.append((lot, some or ZERO))
    return tuple(found)


def lines_of(typed: Mapping[str, str]) -> int:
    """How many lines the form has."""
    return _rows(typed, "lines", "work_order", MOST_LINES)


def lots_in(typed: Mapping[str, str], line: str) -> int:
    """How many lots line `lines.N` of the form has, the empty row included."""
    return _rows(typed, f"{line}.lots", "lot", _MOST_LOTS)


def _rows(typed: Mapping[str, str], at: str, name: str, most: int) -> int:
    return next((row for row in range(most) if f"{at}.{row}.{name}" not in typed), most)


def whole(text: str, otherwise: int) -> int:
    """A number of a line or an operation."""
    number = quantities.whole(text)
    return number if number is not None else otherwise
