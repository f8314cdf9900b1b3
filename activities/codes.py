"""Codes and words of the core that stand in its sentences as values, marked for translation."""

from __future__ import annotations

from activities import wording
from activities.i18n import N_, translations
from models.domain import events as e
from models.domain.authority import Role
from models.domain.evidence import DOCUMENTS
from models.domain.order import Stage
from models.domain.pieces import Bucket
from models.domain.transfers import TransferState

# Where an order stands, as every page names it.
STAGES: dict[str, str] = {
    Stage.DRAFT: N_("Draft"),
    Stage.ISSUED: N_("Issued"),
    Stage.COUNTERED: N_("Proposal"),
    Stage.ACKNOWLEDGED: N_("Acknowledged"),
    Stage.IN_PROCESS: N_("In process"),
    Stage.SHIPPED: N_("Shipped"),
    Stage.RECEIVING: N_("Receiving"),
    Stage.RECEIVED: N_("Received"),
    Stage.CLOSED: N_("Closed"),
    Stage.CANCELLED: N_("Cancelled"),
}
# What its supplier declined stands at the stage of a proposal.
DECLINED = N_("Declined")
# A recipient's state -> what became of the mail, and how that is to be taken.
FATES: dict[str, tuple[str, str]] = {
    "queued": (N_("waiting to be sent"), "watch"),
    "sent": (N_("sent"), "good"),
    "failed": (N_("could not be delivered"), "act"),
}
WORDS: dict[str, str] = {
    "closed": N_("closed"),
    "cancelled": N_("cancelled"),
    # What became of an order or an inspection; pieces have words of their own.
    "accepted": N_("order accepted"),
    "declined": N_("order declined"),
    "release": N_("pieces released"),
    "reject": N_("pieces not released"),
    "none": N_("none"),
    "something else": N_("something else"),
    "of no type": N_("of no type"),
    "a quantity": N_("a quantity"),
    # Kinds of master data.
    "calendar": N_("calendar"),
    "plant": N_("plant"),
    "supplier": N_("supplier"),
    "contact": N_("contact"),
    "approval": N_("approval"),
    "terms": N_("terms"),
    "process": N_("process"),
    "part": N_("part"),
    "inspection plan": N_("inspection plan"),
    "work order": N_("work order"),
    "lot": N_("lot"),
    "person": N_("person"),
    "token": N_("token"),
    "a price": N_("a price"),
}
# What everybody calls the media types that documents may have.
MEDIA: dict[str, str] = {
    "application/pdf": "PDF",
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/webp": "WebP",
    "text/csv": "CSV",
    "text/plain": "TXT",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "XLSX",
    "video/mp4": "MP4",
    "video/quicktime": "MOV",
    "video/webm": "WebM",
}
# Of sentences about a lot and a line that are counted differently, there are two.
UNITS = ("unit", "line_unit")
# The values that are said with these words.
CODED = frozenset(
    {
        "ended",
        "stage",
        "stages",
        "answer",
        "bucket",
        "decision",
        "document",
        "entries",
        "allowed",
        "claimed",
        "found",
        "kind",
        "loads",
        "lots",
        "places",
        "possible",
        "roles",
        "state",
        "type",
        *UNITS,
    }
)
# What can be corrected.
_ENTRIES: dict[type[e.Event], str] = {
    e.PiecesSent: N_("pieces sent out"),
    e.MilestoneReported: N_("a milestone reported"),
    e.ProcessReported: N_("a load reported"),
    e.ParcelShipped: N_("pieces shipped back"),
    e.TransferOffered: N_("pieces sent straight on"),
    e.PiecesReceived: N_("pieces received"),
    e.PiecesJudged: N_("pieces judged"),
    e.PiecesLost: N_("pieces declared lost"),
}
# Where pieces are, as our people say it.
BUCKETS: dict[Bucket, str] = {
    Bucket.IN_TRANSIT_OUT: N_("on the way to the supplier"),
    Bucket.AT_SUPPLIER: N_("at the supplier"),
    Bucket.IN_TRANSIT_BACK: N_("on the way back"),
    Bucket.PENDING: N_("waiting to be judged"),
    Bucket.ACCEPTED: N_("accepted"),
    Bucket.REJECTED: N_("rejected"),
    Bucket.SCRAPPED: N_("scrapped"),
    Bucket.TEST_CONSUMED: N_("used for tests"),
    Bucket.LOST: N_("lost"),
    Bucket.FORWARDED: N_("forwarded to the next order"),
    Bucket.RETURNED_UNPROCESSED: N_("came back unprocessed"),
    Bucket.RETURNED_TO_SUPPLIER: N_("returned to the supplier"),
    Bucket.OVER: N_("more than expected"),
}
ROLES: dict[str, str] = {
    Role.BUYER: N_("buyer"),
    Role.APPROVER: N_("approver"),
    Role.RECEIVING: N_("receiving"),
    Role.QUALITY: N_("quality"),
    Role.DESIGN_AUTHORITY: N_("design authority"),
    Role.PLANNER: N_("planner"),
    Role.FINANCE: N_("finance"),
    Role.ADMIN: N_("administrator"),
    Role.VIEWER: N_("viewer"),
}
_TRANSFERS = {
    TransferState.OFFERED.value: N_("not answered yet"),
    TransferState.TAKEN.value: N_("has come"),
    TransferState.REFUSED.value: N_("not taken"),
    TransferState.WITHDRAWN.value: N_("withdrawn"),
}
_STAGES = {code.replace("_", " "): word for code, word in STAGES.items()} | {"declined": DECLINED}
# Values with words of their own, though the core has the same codes for other things.
OWN_WORDS: dict[str, dict[str, str]] = {
    "bucket": {bucket.value.replace("_", " "): word for bucket, word in BUCKETS.items()}
    | {"never sent": N_("never sent"), "in this shipment": N_("in this shipment")},
    "entries": {kind.name.replace("_", " "): word for kind, word in _ENTRIES.items()},
    "roles": ROLES,
    "state": _TRANSFERS,
    "stage": _STAGES,
    "stages": _STAGES,
    "type": {code.value.replace("_", " "): rule.name for code, rule in DOCUMENTS.items()},
}


def said(locale: str, name: str, value: str) -> str:
    """The value `name` of a sentence in the reader's words; what is no code stays as it is."""
    if name not in CODED:
        return value
    parts = value.split(" or " if name == "roles" else ", ")
    return wording.listed(locale, (_word(locale, name, part) for part in parts))


def _word(locale: str, name: str, part: str) -> str:
    if name in UNITS and part not in WORDS:
        return wording.unit(locale, part)
    if part in MEDIA:
        return MEDIA[part]
    # Not `say`: what a browser claims may hold braces.
    if name == "places":
        # How many are where.
        amount, _, part = part.partition(" ")
        return f"{amount} {_word(locale, 'bucket', part.replace('_', ' '))}"
    known = OWN_WORDS.get(name, WORDS).get(part, part)
    return translations(locale).gettext(known) if known else ""
