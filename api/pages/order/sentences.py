"""Every event of an order as a sentence; the table is total over the stream's dictionary."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from api.pages.order import (
    across_told,
    changes_told,
    claims_told,
    corrective_told,
    expedited_told,
    lots_told,
    money_told,
    pieces_told,
    quality_told,
    serials_told,
    terms_told,
    transfers_told,
)
from api.pages.order.telling import Sentence, Telling
from models.domain import events as e

SENTENCES: dict[type[e.Event], Callable[[Any, Telling], Sentence]] = {
    e.OrderIssued: terms_told.issued,
    e.OrderAcknowledged: terms_told.acknowledged,
    e.OrderCountered: terms_told.countered,
    e.CounterAccepted: terms_told.counter_accepted,
    e.CounterRejected: terms_told.counter_rejected,
    e.OrderDeclined: terms_told.declined,
    e.ChangeProposed: changes_told.proposed,
    e.ChangeApproved: changes_told.approved,
    e.ChangeRejected: changes_told.rejected,
    e.ChangeWithdrawn: changes_told.withdrawn,
    e.ChangeAcknowledged: changes_told.acknowledged,
    e.ChangeDeclined: changes_told.declined,
    e.OrderExpedited: expedited_told.expedited,
    e.OrderPushed: expedited_told.pushed,
    e.PushTakenBack: expedited_told.taken_back,
    e.ContingencyPlanned: expedited_told.planned,
    e.ContingencySettled: expedited_told.settled,
    e.OrdersMerged: across_told.merged,
    e.OrderMergedInto: across_told.merged_into,
    e.OrderSplit: across_told.split,
    e.PiecesTakenOver: across_told.taken_over,
    e.PartWorkReported: money_told.part_work,
    e.OrderReassigned: across_told.reassigned,
    e.PiecesSent: pieces_told.sent,
    e.MilestoneReported: terms_told.milestone,
    e.ProcessReported: pieces_told.processed,
    e.InspectionSubmitted: quality_told.submitted,
    e.InspectionReviewed: quality_told.reviewed,
    e.ParcelShipped: pieces_told.shipped,
    e.ParcelNamed: pieces_told.named,
    e.TransferOffered: transfers_told.offered,
    e.TransferAnnounced: transfers_told.announced,
    e.PiecesForwarded: transfers_told.forwarded,
    e.TransferTaken: transfers_told.taken,
    e.TransferRefused: transfers_told.refused,
    e.TransferWithdrawn: transfers_told.withdrawn,
    e.TransferCameHere: transfers_told.came_here,
    e.PiecesReceived: pieces_told.received,
    e.PiecesJudged: pieces_told.judged,
    e.NonconformanceOpened: quality_told.opened,
    e.NonconformanceWithdrawn: quality_told.withdrawn,
    e.NonconformanceDispositioned: quality_told.dispositioned,
    e.DispositionProposed: quality_told.proposed,
    e.DispositionDecided: quality_told.decided,
    e.ActionPlanned: corrective_told.planned,
    e.ActionCompleted: corrective_told.completed,
    e.ActionVerified: corrective_told.verified,
    e.ResponsibilitySet: corrective_told.responsibility,
    e.NonconformanceReviewed: corrective_told.reviewed,
    e.NonconformanceClosed: quality_told.nonconformance_closed,
    e.ReturnConfirmed: quality_told.return_confirmed,
    e.PiecesLost: claims_told.lost,
    e.ClaimSettled: claims_told.settled,
    e.LinesShortClosed: pieces_told.short_closed,
    e.OverResolved: pieces_told.over_resolved,
    e.EventCorrected: pieces_told.corrected,
    e.DocumentAdded: quality_told.document,
    e.OrderHeld: terms_told.held,
    e.OrderResumed: terms_told.resumed,
    e.CancellationRequested: terms_told.cancellation,
    e.OrderCancelled: terms_told.cancelled,
    e.OrderClosed: terms_told.closed,
    e.OrderForceCompleted: terms_told.force_completed,
    e.OrderSettled: money_told.settled,
    e.SettlementAdjusted: money_told.adjusted,
    e.ReminderSent: terms_told.reminded,
    e.AlertRaised: terms_told.raised,
    e.AlertEscalated: terms_told.escalated,
    e.AlertAcknowledged: terms_told.answered,
    e.AlertCleared: terms_told.cleared,
    e.LotHeld: lots_told.held,
    e.LotReleased: lots_told.released,
    e.OrderReplanned: terms_told.replanned,
}


def sentence(event: e.Event, tell: Telling) -> Sentence:
    told = SENTENCES[type(event)](event, tell)
    named = serials_told.moved(event, tell)
    return replace(told, details=(*told.details, *named)) if named else told
