"""What an order waits for, the most pressing first, and who has to do it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from models.domain import going_back
from models.domain.causes import latest_forecast, owed_milestones, to_ship
from models.domain.corrective import SUPPLIER, ActionState
from models.domain.falling_back import alternate
from models.domain.loose_ends import plan_to_decide
from models.domain.milestones import Milestone, MilestoneKind
from models.domain.missing import Missing, missing
from models.domain.order import Answer, Order, Stage, stage
from models.domain.pieces import Bucket, total
from models.domain.quantities import ZERO
from models.domain.reworking import first_out
from models.domain.sendable import goes_again, left_on


class Step(StrEnum):
    """What has to be done. The value of a paper or decision is the word `missing` uses."""

    RESUME = "resume"
    PLACE_ELSEWHERE = "place-elsewhere"
    USE_ALTERNATE = "use-alternate"
    ANSWER = "answer"
    ANSWER_PROPOSAL = "answer-proposal"
    DECIDE_CHANGE = "change"
    ANSWER_CHANGE = "change-answer"
    ANSWER_TRANSFER = "transfer-answer"
    DISPOSITION = "disposition"
    DECIDE_DISPOSITION = "decide-disposition"
    REWORK = "rework"
    CONFIRM_RETURN = "confirm-return"
    REVIEW = "review"
    BEYOND_ORDERED = "beyond-ordered"
    JUDGE = "judgement"
    RESOLVE_OVER = "decision"
    FIRST_ARTICLE = "first-article"
    SEND_AGAIN = "send-again"
    SEND = "send"
    SHIP = "ship"
    REPORT = "report"
    ARRIVE = "arrive"
    WORK = "work"
    RECEIVE = "receive"
    CORRECTION = "correction"
    INSPECTION = "inspection"
    DOCUMENT = "document"
    RETURN = "return"
    EXCESS = "excess"
    TRANSFER = "transfer"
    CLOSE = "close"
    SETTLE_CONTINGENCY = "settle-contingency"
    SETTLE_CLAIM = "settle-claim"
    COMPLETE_ACTION = "complete-action"
    VERIFY_ACTION = "verify-action"


@dataclass(frozen=True, slots=True)
class NextStep:
    """`subject` is what it is about: a document, its type, an inspection, a line, a nonconformance, a claim."""

    step: Step
    owed_by: str
    subject: str = ""

    @property
    def line(self) -> int:
        """The line it is about, where `subject` is one."""
        return int(self.subject.removeprefix("line-"))


# The command that takes a step; what the supplier owes, staff may enter for it.
COMMANDS: dict[Step, str] = {
    Step.RESUME: "resume",
    Step.PLACE_ELSEWHERE: "reassign",
    Step.USE_ALTERNATE: "reassign",
    Step.ANSWER: "acknowledge",
    Step.ANSWER_PROPOSAL: "answer-counter",
    Step.DECIDE_CHANGE: "decide-change",
    Step.ANSWER_CHANGE: "acknowledge",
    Step.ANSWER_TRANSFER: "answer-transfer",
    Step.DISPOSITION: "disposition",
    Step.DECIDE_DISPOSITION: "decide-disposition",
    Step.REWORK: "ship",
    Step.CONFIRM_RETURN: "confirm-return",
    Step.REVIEW: "review-inspection",
    Step.BEYOND_ORDERED: "propose-change",
    Step.JUDGE: "judge",
    Step.RESOLVE_OVER: "resolve-over",
    Step.FIRST_ARTICLE: "submit-inspection",
    Step.SEND_AGAIN: "send",
    Step.SEND: "send",
    Step.SHIP: "ship",
    Step.REPORT: "report-milestone",
    Step.ARRIVE: "report-milestone",
    Step.WORK: "report-milestone",
    Step.RECEIVE: "receive",
    Step.CORRECTION: "add-document",
    Step.INSPECTION: "submit-inspection",
    Step.DOCUMENT: "add-document",
    Step.RETURN: "receive",
    Step.EXCESS: "receive",
    Step.TRANSFER: "ship",
    Step.CLOSE: "close",
    Step.SETTLE_CONTINGENCY: "settle-contingency",
    Step.SETTLE_CLAIM: "settle-claim",
    Step.COMPLETE_ACTION: "complete-action",
    Step.VERIFY_ACTION: "verify-action",
}
# What is done with pieces that are not worked on any more.
_LEAVING = frozenset({Step.RETURN, Step.TRANSFER})
# Owed from the beginning, but asked for only once pieces came back.
_PAPERS = frozenset({Step.CORRECTION, Step.INSPECTION, Step.DOCUMENT})
_RANK = {step: place for place, step in enumerate(Step)}


def next_steps(order: Order) -> list[NextStep]:
    """Once the order has ended, only what is still owed of its papers, its claims and its actions."""
    steps = list(_steps(order)) if order.end is None else [_known(item) for item in missing(order)]
    return [*steps, *_beside(order), *_corrective(order)]


def _beside(order: Order) -> Iterator[NextStep]:
    """What is decided beside the way of the pieces, and keeps them from nothing."""
    plan = plan_to_decide(order)
    if plan is not None:
        yield NextStep(Step.SETTLE_CONTINGENCY, plan.decides)
    for claim in sorted(order.open_claims, key=lambda claim: claim.due):
        yield NextStep(Step.SETTLE_CLAIM, "buyer", claim.claim)


def _corrective(order: Order) -> Iterator[NextStep]:
    """Actions that are to be done or verified; they outlive the order and keep it from nothing."""
    for item in order.nonconformances.values():
        for action in item.actions if not item.withdrawn and not order.kin.superseded_by else ():
            if action.state is ActionState.PLANNED:
                owed_by = "supplier" if action.owner == SUPPLIER else "quality"
                yield NextStep(Step.COMPLETE_ACTION, owed_by, action.action)
            elif action.state is ActionState.COMPLETED:
                yield NextStep(Step.VERIFY_ACTION, "quality", action.action)


def _steps(order: Order) -> Iterator[NextStep]:
    if order.hold is not None:
        yield NextStep(Step.RESUME, "buyer")
    owed = [_known(item) for item in missing(order)]
    if order.cancelling or (order.reassigned is not None and first_out(order)):
        # Said once, whichever lines it is of.
        yield from dict.fromkeys(NextStep(item.step, item.owed_by) for item in owed if item.step in _LEAVING)
        yield from (item for item in owed if item.step not in _PAPERS | _LEAVING)
        return
    plan = alternate(order)
    if plan is not None:
        yield NextStep(Step.USE_ALTERNATE, "buyer", plan.supplier)
    elif order.answer is Answer.DECLINED and order.reassigned is None:
        yield NextStep(Step.PLACE_ELSEWHERE, "buyer")
    ranked = sorted(owed, key=lambda item: _RANK[item.step])
    yield from (item for item in ranked if item.step not in _PAPERS | {Step.RETURN})
    # What a change took off the order waits while the others are worked on.
    excess = [
        NextStep(Step.EXCESS, item.owed_by, item.subject) for item in ranked if item.step is Step.RETURN
    ]
    working = _worked_on(order)
    yield from excess if not working else ()
    yield from _movements(order)
    yield from excess if working else ()
    back = papers_due(order)
    yield from (item for item in ranked if item.step is Step.CORRECTION or (back and item.step in _PAPERS))
    if stage(order) is Stage.RECEIVED and not owed:
        yield NextStep(Step.CLOSE, "buyer")


def papers_due(order: Order) -> bool:
    """Pieces are back, so what is still missing of the papers is missed; before, it is to come."""
    return stage(order) in (Stage.RECEIVING, Stage.RECEIVED)


def _known(item: Missing) -> NextStep:
    what, _, subject = item["what"].partition(":")
    if what == "answer":
        return NextStep(Step.ANSWER if subject == "order" else Step.ANSWER_PROPOSAL, item["owed_by"])
    return NextStep(Step(what), item["owed_by"], subject)


def _movements(order: Order) -> Iterator[NextStep]:
    """Pieces that have to move on, in the order in which they come back."""
    if total(order.stock, Bucket.IN_TRANSIT_BACK):
        yield NextStep(Step.RECEIVE, "receiving")
    if order.answer is Answer.ACCEPTED and any(goes_again(order, line) for line in order.lines):
        yield NextStep(Step.SEND_AGAIN, "buyer")
    if order.answer is Answer.ACCEPTED and any(left_on(order, line) for line in order.lines):
        yield NextStep(Step.SEND, "receiving")
    if _worked_on(order):
        yield NextStep(_work(order), "supplier")


def _worked_on(order: Order) -> bool:
    """The supplier has, or is to get, pieces for the first time that it is not to send back as they are."""
    return to_ship(order) > sum((quantity for _, _, quantity in going_back.to_send(order)), ZERO)


def _work(order: Order) -> Step:
    """What the supplier owes while it has the pieces: work, or what it should have done by now."""
    rules = {alert.rule for alert in order.open_alerts if alert.owed_by == "supplier"}
    if "ship_overdue" in rules:
        return Step.SHIP
    if rules & {"milestone_overdue", "no_news"}:
        return Step.REPORT
    return Step.WORK if order.started else Step.ARRIVE


def days_late(order: Order, today: date) -> int:
    """By how many days need-by is missed, already or as now expected; 0 when it is not."""
    if order.end is not None or stage(order) is Stage.RECEIVED:
        return 0
    expected = max(today, latest_forecast(order) or today)
    return max(0, (expected - order.need_by).days)


def said_of(order: Order, milestone: Milestone) -> date | None:
    """The day the supplier named last for it; that the parts leave it has promised with the order."""
    promised = order.promise_current if milestone.kind is MilestoneKind.shipped else None
    return milestone.forecast or promised


def missed_milestones(order: Order, today: date) -> dict[str, int]:
    """By how many days each milestone that is still waited for is overdue, by its code: since the day
    named last, or the planned one while none was."""
    if order.end is not None:
        return {}
    expected = {item.code: said_of(order, item) or item.planned for item in owed_milestones(order)}
    return {code: (today - day).days for code, day in expected.items() if day < today}
