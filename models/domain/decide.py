"""decide(state, asked, facts, now) -> [Event] or a `Refusal`: the only place where an order changes its mind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from models.domain import authority, gate, texts, totals
from models.domain import commands as c
from models.domain.across import Decision
from models.domain.decisions import (
    answering,
    changing,
    claiming,
    closing_short,
    completing,
    contingency,
    control,
    correcting,
    corrective,
    countering,
    dispositions,
    documents,
    expediting,
    inspecting,
    issuing,
    judging,
    keeping,
    losing,
    lot_holding,
    merging,
    nonconformances,
    parts,
    processing,
    progress,
    reassigning,
    receiving,
    sending,
    shipping,
    splitting,
    taking,
    watching,
)
from models.domain.errors import Refusal, Stale
from models.domain.events import Event
from models.domain.facts import Asked, Facts
from models.domain.order import Order

# Every command but `issue`, which has no order yet.
DECISIONS: dict[type[c.Command], Callable[[Order, Any, Asked, Facts, datetime], list[Event] | Decision]] = {
    c.Acknowledge: answering.acknowledge,
    c.AnswerCounter: countering.answer_counter,
    c.ProposeChange: changing.propose_change,
    c.DecideChange: changing.decide_change,
    c.WithdrawChange: changing.withdraw_change,
    c.Send: sending.send,
    c.ReportMilestone: progress.report_milestone,
    c.ReportProcess: processing.report_process,
    c.SubmitInspection: inspecting.submit_inspection,
    c.ReviewInspection: inspecting.review_inspection,
    c.Ship: shipping.ship,
    c.AnswerTransfer: taking.answer_transfer,
    c.Receive: receiving.receive,
    c.Judge: judging.judge,
    c.ReportNonconformance: nonconformances.report_nonconformance,
    c.Disposition: dispositions.disposition,
    c.DecideDisposition: dispositions.decide_disposition,
    c.ConfirmReturn: dispositions.confirm_return,
    c.PlanAction: corrective.plan_action,
    c.CompleteAction: corrective.complete_action,
    c.VerifyAction: corrective.verify_action,
    c.SetResponsibility: corrective.set_responsibility,
    c.ReviewNonconformance: corrective.review_nonconformance,
    c.DeclareLoss: losing.declare_loss,
    c.SettleClaim: claiming.settle_claim,
    c.ShortClose: closing_short.short_close,
    c.ResolveOver: control.resolve_over,
    c.Correct: correcting.correct,
    c.Hold: control.hold,
    c.Resume: control.resume,
    c.Expedite: expediting.expedite,
    c.PlanContingency: contingency.plan_contingency,
    c.SettleContingency: contingency.settle_contingency,
    c.Merge: merging.merge,
    c.Split: splitting.split,
    c.Reassign: reassigning.reassign,
    c.ForceComplete: completing.force_complete,
    c.Cancel: control.cancel,
    c.Close: control.close,
    c.AddDocument: documents.add_document,
    c.AcknowledgeAlert: watching.acknowledge_alert,
    c.PassDeadlines: watching.pass_deadlines,
    c.WarnPushed: expediting.warn_pushed,
    c.TakeBackPush: expediting.take_back_push,
    c.ReportPartWork: parts.report_part_work,
    c.ReportUndeliverable: watching.report_undeliverable,
    c.ReportLotHold: lot_holding.report_lot_hold,
    c.ReportLotRelease: lot_holding.report_lot_release,
    c.Replan: watching.replan,
}


def decide(order: Order | None, asked: Asked, facts: Facts, now: datetime) -> list[Event]:
    """What happens to the order itself because of `asked`; see `decided`."""
    return decided(order, asked, facts, now).events


def decided(order: Order | None, asked: Asked, facts: Facts, now: datetime) -> Decision:
    """What happens because of `asked`, to its order and to others. `order` is None for a draft, which only
    `issue` may change.

    Raises `Refusal` (or a subclass) when nothing does; then nothing has changed.
    """
    command = asked.command
    authority.check(command.name, asked.actor, asked.on_behalf_of)
    if order is None:
        if not isinstance(command, c.Issue):
            raise Refusal("order.stage", "The order is a draft. Issue it first.")
        check_version(asked.if_match, facts.draft_version)
        return Decision(_with_consequences(None, issuing.issue(facts, now), now))
    _current(order, asked)
    outside = asked.actor.kind == "supplier"
    gate.check(order, command.name, getattr(command, "change", ""), outside=outside)
    if command.name not in c.SYSTEM_COMMANDS:
        texts.check(command)
        texts.check(asked.on_behalf_of)
    before = taking.taken_before(order, asked, facts, now)
    keeping.kept_before(before, asked, facts, now)
    found = DECISIONS[type(command)](before.order, command, asked, facts, now)
    decision = found if isinstance(found, Decision) else Decision(found)
    if before.events:
        others = {
            number: [*before.others.get(number, []), *decision.others.get(number, [])]
            for number in {*before.others, *decision.others}
        }
        decision = replace(decision, events=[*before.events, *decision.events], others=others)
    totals.check(order, command, decision.events)
    decision = replace(
        decision,
        events=_with_consequences(order, decision.events, now),
        others={
            number: _with_consequences(facts.others.get(number), events, now)
            for number, events in decision.others.items()
        },
    )
    decision = expediting.with_taken_back(order, decision, now)
    return parts.with_reports(order, decision, facts, now)


def _with_consequences(order: Order | None, events: list[Event], now: datetime) -> list[Event]:
    return [*events, *watching.consequences(order, events, now)]


def check_version(seen: int | None, version: int) -> None:
    """Raises `Stale` when somebody decided on another version than the one that stands."""
    if seen is not None and seen != version:
        raise Stale(
            "order.version",
            "The order has changed: you looked at version {seen}, it is at {version}. Look again and repeat.",
            seen=seen,
            version=version,
        )


def _current(order: Order, asked: Asked) -> None:
    check_version(asked.if_match, order.version)
    if asked.revision is not None and asked.revision != order.revision:
        raise Refusal(
            "order.revision",
            "The order was changed to revision {revision} while you had revision {seen} open. Look at the new "
            "terms and answer again.",
            revision=order.revision,
            seen=asked.revision,
        )
