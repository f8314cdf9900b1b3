"""Pieces on our shelf that an outside operation of their routing has not done, whether it was begun or not: they are
not sold, or used up, by mistake for the others of their lot."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from models.domain.errors import Refusal
from models.domain.facts import LotFact
from models.domain.order_types import OrderType
from models.domain.quantities import ZERO
from models.domain.shop_floor import Leaving
from models.domain.worked import Passage, Step, Way, worked


@dataclass(frozen=True, slots=True)
class Unfinished:
    """Of the pieces of a lot that are on our shelf: how many came back as they went and are to go out again; and
    how many are done with everything that was begun with some of them, with the operation that most are not done
    with, None when there is nothing such."""

    waiting: Decimal = ZERO
    waiting_for: tuple[str, ...] = ()
    finished: Decimal = ZERO
    step: Step | None = None

    def usable(self, here: Decimal) -> Decimal:
        """What of so many a job may use: it takes raw material too, but not what is to go out again."""
        return max(ZERO, here - self.waiting)

    def may_go(self, here: Decimal) -> Decimal:
        """What of so many may leave for a customer without anybody confirming that it leaves as it is."""
        left = self.usable(here)
        return left if self.step is None else min(left, self.finished)


def unfinished(
    here: Decimal,
    passages: Iterable[Passage],
    routing: Iterable[Step],
    running: Collection[Step],
    due: Collection[Step] = (),
) -> Unfinished:
    """`routing` are the outside operations of the work orders the lot was sent out for or made by, `running` those
    of which an order is still open and may send: what came back from the others as it went is not awaited there any more.
    `due` are those that its pieces had still before them when the job made them."""
    told = list(passages)
    begun = [step for step, some in _sent(told).items() if some > 0]
    through = {each.step for each in told if each.way is Way.ACCEPTED and each.step is not None}
    after = [step for step in routing if step in due or _next(step, begun, through)]
    waiting, names, least, of = ZERO, set[str](), here, None
    for step in dict.fromkeys([*begun, *after]):
        stand = worked(here, told, step)
        if step in running and stand.unprocessed:
            waiting += stand.unprocessed
            names |= set(stand.back_from)
        # Rework is for some pieces only.
        if step.type != OrderType.REWORK and stand.done < least:
            least, of = stand.done, step
    return Unfinished(min(waiting, here), tuple(sorted(names)), least, of)


def _next(step: Step, begun: Collection[Step], through: Collection[Step]) -> bool:
    """Whether pieces of the lot are through an operation that comes before this one, which has had none of them."""
    return step not in begun and any(each.comes_before(step) for each in through)


def _sent(passages: Iterable[Passage]) -> dict[Step, Decimal]:
    found: dict[Step, Decimal] = {}
    for each in passages:
        if each.step is not None and each.way in (Way.SENT, Way.NOT_SENT):
            some = each.quantity if each.way is Way.SENT else -each.quantity
            found[each.step] = found.get(each.step, ZERO) + some
    return found


def may_leave(
    lines: Sequence[Leaving], lots: Mapping[str, LotFact], known: Mapping[str, Unfinished], *, confirmed: bool
) -> None:
    """Raises `Refusal` for pieces that are to go out again, and, unless somebody has `confirmed` that they leave as
    they are, for those that are not done with everything begun."""
    gone: dict[str, Decimal] = {}
    for index, line in enumerate(lines):
        fact, found = lots[line.lot], known.get(line.lot)
        before = gone.get(line.lot, ZERO)
        gone[line.lot] = before + line.quantity
        if found is None:
            continue
        field = f"lines.{index}.quantity"
        left = max(ZERO, fact.on_hand - found.waiting - before)
        if line.quantity > left:
            raise Refusal(
                "dispatch.unprocessed",
                "{waiting} {unit} of lot {lot} came back from {orders} as they had gone and are to go out again: "
                "{left} may leave; you entered {entered}.",
                field=field,
                lot=line.lot,
                unit=fact.unit,
                waiting=found.waiting,
                orders=", ".join(found.waiting_for) or "–",
                left=left,
                entered=line.quantity,
            )
        done = max(ZERO, found.finished - before)
        if line.quantity > done and found.step is not None and not confirmed:
            raise Refusal(
                "dispatch.unfinished",
                "Of lot {lot}, {left} {unit} are done with operation {operation} of {work_order}; you entered "
                "{entered}. Send the others out first, or confirm that they leave as they are.",
                field=field,
                lot=line.lot,
                unit=fact.unit,
                operation=found.step.operation,
                work_order=found.step.work_order,
                left=done,
                entered=line.quantity,
            )


def may_be_used(fact: LotFact, amount: Decimal, found: Unfinished | None, *, confirmed: bool) -> None:
    """Raises `Refusal` when a job would use up what came back as it went, unless somebody has `confirmed` that
    it takes these pieces as they are: raw material goes into jobs, too."""
    if found is None or confirmed or amount <= fact.on_hand - found.waiting:
        return
    raise Refusal(
        "consumption.unprocessed",
        "{waiting} {unit} of lot {lot} came back from {orders} as they had gone and are to go out again: {left} "
        "are left; you entered {entered}. Count again, or confirm that the job takes them as they are.",
        field="quantity",
        lot=fact.lot,
        unit=fact.unit,
        waiting=found.waiting,
        orders=", ".join(found.waiting_for) or "–",
        left=fact.on_hand - found.waiting,
        entered=amount,
    )
