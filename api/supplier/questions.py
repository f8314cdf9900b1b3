"""Which one question an order's page asks its supplier now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from api.supplier.accepting import CHANGE
from api.supplier.answering import ANSWER
from api.supplier.arriving import ARRIVED, on_its_way
from api.supplier.corrective import ACTION
from api.supplier.evidence import DOCUMENT
from api.supplier.handing_on import TRANSFER
from api.supplier.measuring import MEASURE, planned_lines
from api.supplier.processing import PROCESS
from api.supplier.progress import PROGRESS, open_steps
from api.supplier.shipping import SHIP
from api.supplier.tasks import Task
from models.domain.decisions.inspecting import may_ship
from models.domain.order import Answer, Line, Order, Stage, stage
from models.domain.paperwork import missing_documents
from models.domain.pieces import Bucket, line_of, lot_of, total
from models.domain.quantities import ZERO
from models.domain.reworking import raw_there

TASKS: dict[str, Task] = {
    task.name: task
    for task in (ANSWER, CHANGE, TRANSFER, ARRIVED, PROGRESS, PROCESS, MEASURE, DOCUMENT, SHIP, ACTION)
}


@dataclass(frozen=True, slots=True)
class Question:
    """``kind`` says how the page begins; with a task its form follows, filled with ``given``."""

    kind: str
    task: Task | None = None
    given: tuple[tuple[str, str], ...] = ()


def question(order: Order, today: date) -> Question:
    """The first thing that is still to be told, or why there is nothing."""
    return _standing_still(order) or _next_task(order, today) or Question(_nothing_to_do(order))


def _standing_still(order: Order) -> Question | None:
    now = stage(order)
    if now in (Stage.CLOSED, Stage.CANCELLED):
        return Question(now.value)
    if order.hold is not None:
        return Question("held")
    if order.reassigned is not None and any(raw_there(order, at) for at in order.stock):
        return Question("reassigned", SHIP if order.giving_back and SHIP.offered(order) else None)
    if order.cancelling:
        return Question("cancelling", SHIP if SHIP.offered(order) else None)
    if CHANGE.offered(order):
        # It comes first, even while a proposal of its own waits: what else is told depends on it.
        return Question("asked", CHANGE)
    if now is Stage.COUNTERED:
        return Question("declined" if order.counter is None else "proposed")
    return None


def _next_task(order: Order, today: date) -> Question | None:
    if order.answer is Answer.NONE and ANSWER.offered(order):
        return Question("asked", ANSWER)
    if TRANSFER.offered(order):
        return Question("asked", TRANSFER)
    if on_its_way(order) and ARRIVED.offered(order):
        return Question("asked", ARRIVED)
    if total(order.stock, Bucket.AT_SUPPLIER):
        return _at_the_supplier(order, today)
    if SHIP.offered(order) and on_its_way(order):
        # Nobody reports arrivals in this process: what was sent can be shipped.
        return Question("asked", SHIP)
    return _paper_owed(order)


def _at_the_supplier(order: Order, today: date) -> Question:
    for step in open_steps(order):
        # A step with a day of its own is asked for when that day has come.
        if step.kind != "shipped" and (step.forecast is None or step.forecast <= today):
            return Question("asked", PROGRESS, (("code", step.code),))
    for line in planned_lines(order):
        if MEASURE.offered(order) and not _covered(order, line):
            return Question("asked", MEASURE, (("line", str(line.line)),))
    if owed := _paper_owed(order):
        return owed
    if _waits_for_release(order):
        return Question("release")
    return Question("asked", SHIP)


def _covered(order: Order, line: Line) -> bool:
    """Whether inspections, released or still to be reviewed, cover what is at the supplier."""
    undecided = sum(
        (
            item.lot_size
            for item in order.inspections.values()
            if item.line == line.line and not item.decision
        ),
        ZERO,
    )
    for at, pieces in order.stock.items():
        here = pieces.get(Bucket.AT_SUPPLIER, ZERO)
        if line_of(at) != line.line or not here:
            continue
        if here > may_ship(order, line, lot_of(at)) + undecided:
            return False
    return True


def _waits_for_release(order: Order) -> bool:
    """Whether values lie with the customer and nothing may leave before they are released."""
    if not order.release_before_ship:
        return False
    for at, pieces in order.stock.items():
        line = order.line(line_of(at))
        if line is None or not pieces.get(Bucket.AT_SUPPLIER):
            continue
        if line.plan is None or may_ship(order, line, lot_of(at)):
            return False
    return True


def _paper_owed(order: Order) -> Question | None:
    """The document to ask for once work has begun: first one to be corrected, then one that is missing."""
    if not order.stock:
        return None
    for document in order.documents.values():
        if document.current and not document.matched:
            return Question("asked", DOCUMENT, (("supersedes", document.document),))
    for kind in missing_documents(order):
        return Question("asked", DOCUMENT, (("type", kind.value),))
    return None


def _nothing_to_do(order: Order) -> str:
    if stage(order) is Stage.RECEIVED:
        return "received"
    if total(order.stock, Bucket.IN_TRANSIT_BACK):
        return "on_the_way"
    return "working" if order.stock else "before"


def offered(order: Order) -> list[Task]:
    """Everything that can be told now."""
    return [task for task in TASKS.values() if task.offered(order)]
