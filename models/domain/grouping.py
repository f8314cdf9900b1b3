"""Outside operations of many work orders, put together into drafts: one supplier, process, specification and
type each. All of them or none: whoever selected fifty must not have to find out which are missing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from models.domain.calendar import WorkingCalendar
from models.domain.covering import Covered, nothing_left
from models.domain.errors import FieldError, Invalid, Refusal
from models.domain.quantities import ZERO

Key = tuple[str, int]
# As many lines as one order may have.
MOST = 200


class Why(StrEnum):
    """How the supplier of a draft was found."""

    NAMED = "named"
    ONLY_APPROVED = "only_approved"
    LAST_USED = "last_used"


@dataclass(frozen=True, slots=True)
class Selected:
    """An outside operation that is to be ordered. `lead`: working days that the outside operations after it
    take; `first`: no other outside operation comes before it."""

    work_order: str
    operation: int
    part: str
    part_revision: str
    unit: str
    quantity: Decimal
    due: date | None
    type: str
    process: str
    spec: str
    spec_revision: str
    lead: int = 0
    first: bool = True
    covered: Covered = Covered()

    @property
    def left(self) -> Decimal:
        """What is still to be ordered of it."""
        return self.covered.left(self.quantity)


@dataclass(frozen=True, slots=True)
class Approved:
    """A supplier with a valid approval for a process and specification; `last_used` for that process."""

    supplier: str
    last_used: date | None = None


@dataclass(frozen=True, slots=True)
class ShelfLot:
    """A lot that may go out, and what of it nobody else has planned."""

    lot: str
    unit: str
    left: Decimal


@dataclass(frozen=True, slots=True)
class GroupLine:
    of: Selected
    lots: tuple[tuple[str, Decimal], ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """A draft to be: everything in it goes to one supplier under one specification."""

    supplier: str
    why: Why
    approved: bool
    process: str
    spec: str
    spec_revision: str
    type: str
    need_by: date
    lines: tuple[GroupLine, ...]


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What grouping has to know beside the operations: suppliers by process and specification, lots by part
    and revision, the first to go first, and the plant's working days around `today`."""

    today: date
    calendar: WorkingCalendar
    approved: Mapping[tuple[str, str], Sequence[Approved]]
    shelf: Mapping[tuple[str, str], Sequence[ShelfLot]]
    # By operation and lot, what it has done of the lot already: that does not go there again.
    done: Mapping[tuple[Key, str], Decimal] = field(default_factory=dict)


def grouped(
    wanted: Sequence[Key],
    known: Mapping[Key, Selected],
    around: Circumstances,
    *,
    supplier: str = "",
    need_by: date | None = None,
) -> list[Group]:
    """The drafts that `wanted` becomes, in the sequence in which their first operations were selected.

    Raises `Invalid`, or `Refusal` when nothing is wrong but that operations are ordered already, naming
    every operation that stands in the way by its place.
    """
    if not wanted:
        raise Invalid(
            "operations.empty", "Select at least one operation to order outside.", field="operations"
        )
    wrong: list[FieldError] = []
    covered: list[FieldError] = []
    chosen: dict[tuple[str, ...], list[tuple[Selected, Why, date]]] = {}
    for place, key in enumerate(wanted):
        found = known.get(key)
        about = (("work_order", key[0]), ("operation", str(key[1])))
        field = f"operations.{place}"
        if found is None:
            wrong.append(FieldError(field, "{work_order} has no outside operation {operation}.", about))
        elif key in wanted[:place]:
            wrong.append(FieldError(field, "{work_order} operation {operation} is named twice.", about))
        elif not found.left:
            covered.append(nothing_left(found.covered, *key, field).at(field))
        else:
            day = _need_by(found, need_by, around)
            source = _source(found, supplier, around, field)
            if day is None:
                text = "{work_order} has no due day. Enter one there, or say by when all of this is needed."
                wrong.append(FieldError(field, text, about))
            if isinstance(source, FieldError):
                wrong.append(source)
            elif day is not None:
                code, why = source
                to = (code, found.process, found.spec, found.spec_revision, found.type)
                chosen.setdefault(to, []).append((found, why, day))
    _refuse(wrong, covered)
    left = {lot.lot: lot.left for lots in around.shelf.values() for lot in lots}
    return [_group(to, rows, around, left) for to, rows in chosen.items()]


def _refuse(wrong: Collection[FieldError], covered: Collection[FieldError]) -> None:
    errors = (*wrong, *covered)
    if not errors:
        return
    text = (
        "Nothing was made: one operation needs attention."
        if len(errors) == 1
        else "Nothing was made: {count} operations need attention."
    )
    if wrong:
        raise Invalid("operations.invalid", text, errors=errors, count=len(errors))
    raise Refusal("operations.covered", text, errors=errors, count=len(errors))


def _need_by(found: Selected, given: date | None, around: Circumstances) -> date | None:
    """When the pieces are to be back: the work order's due day less what the operations after it take. What
    has passed is needed today."""
    if given is not None:
        return given
    if found.due is None:
        return None
    day = around.calendar.add_workdays(found.due, -found.lead) if found.lead else found.due
    return max(day, around.today)


def _source(found: Selected, named: str, around: Circumstances, field: str) -> tuple[str, Why] | FieldError:
    """The supplier that was named, else the only one that is approved, else the one of them last used for
    this process; whoever has to choose is told among whom."""
    if named:
        return named, Why.NAMED
    able = around.approved.get((found.process, found.spec), ())
    what = (("process", found.process), ("spec", found.spec or "–"))
    if not able:
        text = "No supplier has a valid approval for {process} {spec}. Add an approval, or name a supplier."
        return FieldError(field, text, what)
    if len(able) == 1:
        return able[0].supplier, Why.ONLY_APPROVED
    latest = max((each.last_used for each in able if each.last_used is not None), default=None)
    last = [each.supplier for each in able if latest is not None and each.last_used == latest]
    if len(last) == 1:
        return last[0], Why.LAST_USED
    text = "Several suppliers may do {process} {spec}: {suppliers}. Name the one that is to get it."
    choices = ", ".join(each.supplier for each in able)
    return FieldError(field, text, (*what, ("suppliers", choices)))


def _group(
    to: tuple[str, ...],
    rows: Sequence[tuple[Selected, Why, date]],
    around: Circumstances,
    left: dict[str, Decimal],
) -> Group:
    supplier, process, spec, spec_revision, order_type = to
    approved = {each.supplier for each in around.approved.get((process, spec), ())}
    return Group(
        supplier=supplier,
        why=rows[0][1],
        approved=supplier in approved,
        process=process,
        spec=spec,
        spec_revision=spec_revision,
        type=order_type,
        need_by=min(day for _, _, day in rows),
        lines=tuple(GroupLine(found, _lots(found, around, left)) for found, _, _ in rows),
    )


def _lots(
    found: Selected, around: Circumstances, left: dict[str, Decimal]
) -> tuple[tuple[str, Decimal], ...]:
    """The oldest lots there are, each piece of them planned once. For an operation that waits for another one
    outside none are: its pieces are accepted first."""
    taken: list[tuple[str, Decimal]] = []
    open_ = found.left if found.first else ZERO
    for lot in around.shelf.get((found.part, found.part_revision), ()):
        done = around.done.get(((found.work_order, found.operation), lot.lot), ZERO)
        some = min(open_, left[lot.lot] - done) if lot.unit == found.unit else ZERO
        if some > 0:
            taken.append((lot.lot, some))
            left[lot.lot] -= some
            open_ -= some
    return tuple(taken)
