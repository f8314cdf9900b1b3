"""English words for the codes on the order's page, marked for translation."""

from __future__ import annotations

from activities.i18n import N_
from models.domain.next_steps import Step
from models.domain.pieces import Bucket
from models.domain.records import Share

# How many of them are there, as each language says it of pieces and of kilograms.
AMOUNTS: dict[Bucket, str] = {
    Bucket.IN_TRANSIT_OUT: N_("{amount} on the way to the supplier"),
    Bucket.AT_SUPPLIER: N_("{amount} at the supplier"),
    Bucket.IN_TRANSIT_BACK: N_("{amount} on the way back"),
    Bucket.PENDING: N_("{amount} waiting to be judged"),
    Bucket.ACCEPTED: N_("{amount} accepted"),
    Bucket.REJECTED: N_("{amount} rejected"),
    Bucket.SCRAPPED: N_("{amount} scrapped"),
    Bucket.TEST_CONSUMED: N_("{amount} used for tests"),
    Bucket.LOST: N_("{amount} lost"),
    Bucket.FORWARDED: N_("{amount} forwarded to the next order"),
    Bucket.RETURNED_UNPROCESSED: N_("{amount} came back unprocessed"),
    Bucket.RETURNED_TO_SUPPLIER: N_("{amount} returned to the supplier"),
    Bucket.OVER: N_("{amount} more than expected"),
}
SHARES: dict[Share, str] = {
    Share.UNDECIDED: N_("undecided"),
    Share.PROPOSED: N_("proposed, to be decided"),
    Share.REWORKING: N_("being reworked by the supplier"),
    Share.REINSPECTING: N_("to be inspected again"),
    Share.RETURNING: N_("going back to the supplier for good"),
}
# Who owes the next move of pieces with this share.
SHARE_OWED_BY: dict[Share, str] = {
    Share.UNDECIDED: "quality",
    Share.PROPOSED: "design_authority",
    Share.REWORKING: "supplier",
    Share.REINSPECTING: "quality",
    Share.RETURNING: "receiving",
}
# A step as one line of what is owed; as the sentence at the top of the page it is in `models.domain.headline`.
# Buttons that say more than their command is called.
STEP_ACTIONS: dict[Step, str] = {Step.TRANSFER: N_("Enter that the pieces go on to the other supplier")}
STEPS: dict[Step, str] = {
    Step.RESUME: N_("Resume the order, or leave it on hold"),
    Step.PLACE_ELSEWHERE: N_("Place the order elsewhere or cancel it"),
    Step.USE_ALTERNATE: N_("Give it to {subject}, as the contingency plan says"),
    Step.ANSWER: N_("Answer the order"),
    Step.ANSWER_PROPOSAL: N_("Answer the proposal"),
    Step.DECIDE_CHANGE: N_("Approve or reject change {subject}"),
    Step.ANSWER_CHANGE: N_("Answer change {subject}"),
    Step.ANSWER_TRANSFER: N_("Say whether {subject} has come"),
    Step.DISPOSITION: N_("Decide what happens to the rejected pieces of {subject}"),
    Step.DECIDE_DISPOSITION: N_("Decide what quality proposed for {subject}"),
    Step.REWORK: N_("Rework and send back the pieces of {subject}"),
    Step.CONFIRM_RETURN: N_("Confirm that the pieces of {subject} went back"),
    Step.REVIEW: N_("Review inspection {subject}"),
    Step.BEYOND_ORDERED: N_(
        "Order the pieces of {subject} beyond what is ordered now, or have them rejected"
    ),
    Step.JUDGE: N_("Judge the pending pieces"),
    Step.RESOLVE_OVER: N_("Decide about pieces beyond what was expected"),
    Step.FIRST_ARTICLE: N_("Measure the first pieces of {subject}; the others wait for them"),
    Step.SEND_AGAIN: N_("Send what came back unprocessed again, or close the line short"),
    Step.SEND: N_("Send the pieces"),
    Step.SHIP: N_("Ship the pieces back, as promised"),
    Step.REPORT: N_("Report how far the pieces are"),
    Step.ARRIVE: N_("Confirm that the pieces have arrived"),
    Step.WORK: N_("Process the pieces and report progress"),
    Step.RECEIVE: N_("Receive what is on its way back"),
    Step.CORRECTION: N_("Correct the document {subject}"),
    Step.INSPECTION: N_("Send measured values for {subject}"),
    Step.DOCUMENT: N_("Send the document: {subject}"),
    Step.RETURN: N_("Send the material back"),
    Step.EXCESS: N_("Send back {subject}, which a change took off the order"),
    Step.TRANSFER: N_("Send the material on to the other supplier"),
    Step.SETTLE_CONTINGENCY: N_("Decide about the contingency plan: {subject}"),
    Step.SETTLE_CLAIM: N_("Claim the lost pieces and settle it: {subject}"),
    Step.COMPLETE_ACTION: N_("Do the corrective action {subject}"),
    Step.VERIFY_ACTION: N_("Verify the corrective action {subject}"),
    Step.CLOSE: N_("Close the order"),
}
PARTIES_TOO = {"design_authority": N_("the design authority")}
MAILS: dict[str, str] = {
    "order_issued": N_("New order"),
    "order_countered": N_("Other terms proposed"),
    "counter_answered": N_("Answer to the proposal"),
    "change_proposed": N_("Change to approve"),
    "change_decided": N_("Decision about a change"),
    "change_approved": N_("Change to answer"),
    "change_withdrawn": N_("Change withdrawn"),
    "change_answered": N_("Answer to a change"),
    "acknowledgment_reminder": N_("Reminder to answer"),
    "milestone_reminder": N_("Reminder of what is due"),
    "order_reassigned": N_("Order given to another supplier"),
    "return_reminder": N_("Reminder to send material back"),
    "transfer_offered": N_("Pieces straight from another supplier"),
    "transfer_announced": N_("Pieces go straight to the next supplier"),
    "transfer_withdrawn": N_("Pieces do not come this way"),
    "transfer_refused": N_("Pieces not taken by the next supplier"),
    "order_split": N_("Order split"),
    "claim_reminder": N_("Reminder to claim lost pieces"),
    "contingency_reminder": N_("Reminder to decide about the contingency plan"),
    "expedite_requested": N_("Earlier day asked for"),
    "push_taken_back": N_("Another order does not go first after all"),
    "change_reminder": N_("Reminder to answer a change"),
    "orders_merged": N_("Orders merged"),
    "order_held": N_("Order on hold"),
    "order_resumed": N_("Order goes on"),
    "lot_held": N_("Lot on hold"),
    "lot_released": N_("Lot released"),
    "order_cancelled": N_("Order cancelled"),
    "rework_requested": N_("Pieces to be reworked"),
    "pieces_returned": N_("Pieces returned for good"),
    "inspection_reviewed": N_("Inspection reviewed"),
    "order_closed": N_("Order closed"),
    "fresh_link": N_("New link"),
    "order_acknowledged": N_("Order accepted"),
    "order_declined": N_("Order declined"),
    "action_planned": N_("Corrective action"),
    "action_due": N_("Corrective action due"),
    "alert": N_("Alert"),
    "command_refused": N_("Could not be done"),
    "recall_notice": N_("Recall"),
    "drill_reminder": N_("Reminder of a recall drill"),
    "hold_placed": N_("Lot put on hold: what it touches"),
    "hold_released": N_("Hold of a lot is over"),
    "material_left": N_("Other material in what has left"),
}
# What staff rely on when they enter something for the supplier.
BASES = {
    "mail": N_("by mail"),
    "phone": N_("by phone"),
    "visit": N_("on a visit"),
    "paper": N_("on paper"),
}
DISPOSITIONS = {
    "use_as_is": N_("use as is"),
    "rework": N_("rework"),
    "repair": N_("repair"),
    "reinspect": N_("inspect again"),
    "scrap": N_("scrap"),
    "return": N_("return to the supplier"),
}
PLACES = {"supplier": N_("at the supplier"), "here": N_("here")}
RESPONSIBLE = {"supplier": N_("the supplier"), "us": N_("us"), "material": N_("the material")}
SURPLUS = {
    "return": N_("sent back"),
    "accept": N_("kept and ordered"),
    "miscount": N_("counted wrongly"),
}
