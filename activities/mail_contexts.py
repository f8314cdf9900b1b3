"""Every mail by its name: one frozen dataclass a mail, one folder ``templates/mail/<name>/`` each.

The writer of an outbox row keeps ``dump(context)`` in it, ``load`` reads it back when the mail is
sent, days later perhaps.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import TypeAdapter

from activities import our_mails, supplier_mails
from activities.mail_parts import MailContext

MAILS: dict[str, type[MailContext]] = {
    "order_issued": supplier_mails.OrderIssued,
    "acknowledgment_reminder": supplier_mails.AcknowledgmentReminder,
    "milestone_reminder": supplier_mails.MilestoneReminder,
    "counter_answered": supplier_mails.CounterAnswered,
    "change_approved": supplier_mails.ChangeApproved,
    "expedite_requested": supplier_mails.ExpediteRequested,
    "change_reminder": supplier_mails.ChangeReminder,
    "change_withdrawn": supplier_mails.ChangeWithdrawn,
    "orders_merged": supplier_mails.OrdersMerged,
    "order_split": supplier_mails.OrderSplit,
    "transfer_offered": supplier_mails.TransferOffered,
    "transfer_withdrawn": supplier_mails.TransferWithdrawn,
    "order_reassigned": supplier_mails.OrderReassigned,
    "return_reminder": supplier_mails.ReturnReminder,
    "order_held": supplier_mails.OrderHeld,
    "order_resumed": supplier_mails.OrderResumed,
    "lot_held": supplier_mails.LotHeld,
    "lot_released": supplier_mails.LotReleased,
    "order_cancelled": supplier_mails.OrderCancelled,
    "rework_requested": supplier_mails.ReworkRequested,
    "pieces_returned": supplier_mails.PiecesReturned,
    "inspection_reviewed": supplier_mails.InspectionReviewed,
    "order_closed": supplier_mails.OrderClosed,
    "fresh_link": supplier_mails.FreshLink,
    "order_acknowledged": our_mails.OrderAcknowledged,
    "order_countered": our_mails.OrderCountered,
    "transfer_announced": our_mails.TransferAnnounced,
    "transfer_refused": our_mails.TransferRefused,
    "change_proposed": our_mails.ChangeProposed,
    "change_decided": our_mails.ChangeDecided,
    "change_answered": our_mails.ChangeAnswered,
    "contingency_reminder": our_mails.ContingencyReminder,
    "claim_reminder": our_mails.ClaimReminder,
    "push_taken_back": our_mails.PushTakenBack,
    "order_declined": our_mails.OrderDeclined,
    "action_planned": our_mails.ActionPlanned,
    "action_due": our_mails.ActionDue,
    "alert": our_mails.Alert,
    "command_refused": our_mails.CommandRefused,
    "recall_notice": supplier_mails.RecallNotice,
    "drill_reminder": our_mails.DrillReminder,
    "hold_placed": our_mails.HoldPlaced,
    "hold_released": our_mails.HoldReleased,
    "material_left": our_mails.MaterialLeft,
}
_NAMES = {context: name for name, context in MAILS.items()}


@cache
def _adapter(name: str) -> TypeAdapter[Any]:
    return TypeAdapter(MAILS[name])


def name_of(context: MailContext) -> str:
    """The mail's name: its folder, and ``Outbox.template``."""
    return _NAMES[type(context)]


def dump(context: MailContext) -> dict[str, Any]:
    """The context as JSON values, for ``Outbox.context``."""
    dumped: dict[str, Any] = _adapter(name_of(context)).dump_python(context, mode="json")
    return dumped


def load(name: str, data: dict[str, Any]) -> MailContext:
    """The context of mail ``name`` again. Raises ``KeyError`` for a mail we do not have and
    pydantic's ``ValidationError`` when ``data`` is not its context."""
    context: MailContext = _adapter(name).validate_python(data)
    return context
