"""English words for what pages of ours show of the core's codes, marked for translation."""

from __future__ import annotations

from collections.abc import Iterable

from activities.codes import DECLINED, STAGES
from activities.i18n import N_
from models.domain.contract import Basis
from models.domain.deadlines import RULES
from models.domain.flags import LATENESS
from models.domain.identifiers import Kind
from models.domain.order import Stage

# Flag -> its word, and whether it is a matter to watch or to act on.
FLAGS: dict[str, tuple[str, str]] = {
    "hold": (N_("On hold"), "watch"),
    "urgent": (N_("Urgent"), "watch"),
    "late": (N_("Late"), "act"),
    "nonconforming": (N_("Nonconforming"), "act"),
    "export_controlled": (N_("Export-controlled"), "plain"),
    "cancelling": (N_("Being cancelled"), "watch"),
    "unacknowledged_change": (N_("Change unanswered"), "watch"),
    "lot_hold": (N_("Lot on hold"), "act"),
}
# What is late is told apart as among the alerts: a step, a promise, or the day it is needed.
LATE = {rule: (RULES[rule].name, FLAGS["late"][1]) for rule in LATENESS}
# What a price is paid for.
BASES: dict[Basis, str] = {Basis.PIECE: N_("piece"), Basis.KG: N_("kilogram"), Basis.LOT: N_("lot")}
# What an order was found by, where its row does not show it.
KINDS: dict[Kind, str] = {
    Kind.ORDER: N_("Order"),
    Kind.PURCHASE_ORDER: N_("Purchase order"),
    Kind.SUPPLIER_NAME: N_("Supplier"),
    Kind.SUPPLIER: N_("Supplier"),
    Kind.WORK_ORDER: N_("Work order"),
    Kind.PART: N_("Part"),
    Kind.LOT: N_("Lot"),
    Kind.SERIAL: N_("Serial number"),
    Kind.HEAT: N_("Heat"),
    Kind.SUPPLIER_LOT: N_("Supplier lot"),
    Kind.SUPPLIER_ORDER: N_("Supplier's order number"),
    Kind.LOAD: N_("Load"),
    Kind.PARCEL: N_("Parcel"),
    Kind.TRACKING: N_("Tracking number"),
    Kind.PACKING_SLIP: N_("Packing slip"),
    Kind.RECEIPT: N_("Receipt"),
    Kind.INSPECTION: N_("Inspection"),
    Kind.NONCONFORMANCE: N_("Nonconformance"),
    Kind.CERTIFICATE: N_("Certificate"),
    Kind.DOCUMENT: N_("Document"),
    Kind.DOCUMENT_LOT: N_("Lot on a document"),
    Kind.FILE: N_("File"),
    Kind.CUSTOMER_ORDER: N_("Customer order"),
    Kind.CUSTOMER: N_("Customer"),
    Kind.PROJECT: N_("Project"),
    Kind.PARENT: N_("Parent work order"),
}
# What the work orders of an order are for.
ORDER_TYPES: dict[str, str] = {
    "MTO": N_("make to order"),
    "MTS": N_("make to stock"),
    "ETO": N_("engineer to order"),
    "TRIAL": N_("trial"),
    "REWORK": N_("rework"),
}
# Where a corrective action stands, or all of a nonconformance's, and how that is to be taken.
ACTION_STATES: dict[str, tuple[str, str]] = {
    "none": (N_("No corrective action"), "plain"),
    "planned": (N_("Planned"), "watch"),
    "completed": (N_("Done, to be verified"), "watch"),
    "verified": (N_("Verified as effective"), "good"),
    "ineffective": (N_("Not effective"), "act"),
}
# Where a claim stands, and how that is to be taken.
CLAIM_STATES: dict[str, tuple[str, str]] = {
    "open": (N_("Open"), "watch"),
    "reopened": (N_("Open again: pieces turned up"), "act"),
    "found": (N_("All found"), "good"),
    "settled": (N_("Settled"), "plain"),
}
CLAIM_OUTCOMES: dict[str, str] = {
    "paid": N_("Paid"),
    "credited": N_("Credited"),
    "refused": N_("Refused"),
    "withdrawn": N_("Withdrawn"),
}
CLAIMED_FROM: dict[str, str] = {"carrier": N_("Carrier"), "supplier": N_("Supplier")}
MARKS = {"good": "✓", "watch": "▲", "act": "!", "plain": "·"}


def flags_told(flags: Iterable[str], lateness: str) -> tuple[str, ...]:
    """The flags as an order shows them, what is late by the rule that says so."""
    return tuple(lateness if flag == "late" and lateness else flag for flag in flags)


def stage_name(stage: str, *, declined: bool = False) -> str:
    """The word for where an order stands, in English, to be translated where it is shown. What its
    supplier declined stands at the same stage as a proposal, and is another matter to people."""
    return DECLINED if declined and stage == Stage.COUNTERED else STAGES[stage]


def group_name(stage: str) -> str:
    """The word for all orders that stand there."""
    return N_("Proposal or declined") if stage == Stage.COUNTERED else STAGES[stage]


# Command -> what a button that leads to it says.
ACTIONS: dict[str, str] = {
    "issue": N_("Issue"),
    "acknowledge": N_("Enter the supplier's answer"),
    "answer-counter": N_("Answer the proposal"),
    "propose-change": N_("Propose a change"),
    "decide-change": N_("Decide the proposed change"),
    "withdraw-change": N_("Withdraw the change"),
    "reassign": N_("Give it to another supplier"),
    "split": N_("Split the order"),
    "plan-contingency": N_("Plan for when it goes wrong"),
    "settle-contingency": N_("Decide about the contingency plan"),
    "expedite": N_("Expedite the order"),
    "merge": N_("Merge orders into this one"),
    "send": N_("Send pieces"),
    "report-milestone": N_("Report progress"),
    "report-process": N_("Report a load"),
    "submit-inspection": N_("Enter measured values"),
    "review-inspection": N_("Review the inspection"),
    "ship": N_("Enter a shipment back"),
    "answer-transfer": N_("Answer for pieces from another supplier"),
    "receive": N_("Receive pieces"),
    "judge": N_("Judge pending pieces"),
    "report-nonconformance": N_("Report a nonconformance"),
    "disposition": N_("Decide about rejected pieces"),
    "decide-disposition": N_("Decide the proposed disposition"),
    "confirm-return": N_("Confirm the return"),
    "plan-action": N_("Plan a corrective action"),
    "complete-action": N_("A corrective action is done"),
    "verify-action": N_("Verify a corrective action"),
    "set-responsibility": N_("Say who is responsible"),
    "review-nonconformance": N_("Review a nonconformance"),
    "declare-loss": N_("Declare pieces lost"),
    "settle-claim": N_("Settle a claim"),
    "short-close": N_("Close a line short"),
    "resolve-over": N_("Settle surplus pieces"),
    "correct": N_("Correct an entry"),
    "hold": N_("Hold the order"),
    "resume": N_("Resume the order"),
    "cancel": N_("Cancel the order"),
    "close": N_("Close the order"),
    "force-complete": N_("Complete it as it is"),
    "add-document": N_("Add a document"),
    "acknowledge-alert": N_("Answer an alert"),
    "replan": N_("Plan anew"),
}
# What an action is about, in the order people look for it. Every command on an order stands in one.
THEMES: dict[str, tuple[str, ...]] = {
    N_("Pieces"): (
        "send",
        "receive",
        "judge",
        "disposition",
        "decide-disposition",
        "confirm-return",
        "resolve-over",
        "declare-loss",
        "settle-claim",
        "short-close",
    ),
    N_("Quality and documents"): (
        "add-document",
        "review-inspection",
        "report-nonconformance",
        "set-responsibility",
        "plan-action",
        "complete-action",
        "verify-action",
        "review-nonconformance",
    ),
    N_("For the supplier"): (
        "acknowledge",
        "report-milestone",
        "report-process",
        "submit-inspection",
        "ship",
        "answer-transfer",
    ),
    N_("Terms"): ("answer-counter", "propose-change", "decide-change", "withdraw-change", "expedite"),
    N_("The order"): (
        "split",
        "merge",
        "reassign",
        "hold",
        "resume",
        "replan",
        "plan-contingency",
        "settle-contingency",
        "correct",
        "close",
        "force-complete",
        "cancel",
    ),
}
