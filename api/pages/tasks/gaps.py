"""What is still missing on an order, who owes it, and the form that brings it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from activities import wording
from activities.codes import ROLES
from activities.i18n import N_
from api.supplier.naming import line_among
from api.supplier.returning import pieces_told
from api.supplier.words import Words
from models.domain.evidence import DOCUMENTS, DocumentType
from models.domain.missing import Missing, missing
from models.domain.order import Order

# What is owed -> its sentence, and the end of the address where it is brought.
_OWED: dict[str, tuple[str, str]] = {
    "document": ("{document}", "documents?type={what}"),
    "correction": (N_("{document}, corrected, instead of {filename}"), "documents?supersedes={what}"),
    "review": (N_("Review of inspection {what}"), "review-inspection?inspection={what}"),
    "inspection": (N_("Measured values for {part}"), "submit-inspection?line={line}"),
    "first-article": (N_("Measured values of the first pieces of {part}"), "submit-inspection?line={line}"),
    "answer": (N_("Answer to the supplier's proposal"), "answer-counter"),
    "change": (N_("Decision about change {what}"), "decide-change"),
    "change-answer": (N_("The supplier's answer to change {what}"), "acknowledge"),
    "transfer-answer": (
        N_("Word from the supplier whether {what} has come"),
        "answer-transfer?transfer={what}",
    ),
    "disposition": (N_("Decision about the rejected pieces of {what}"), "disposition?nonconformance={what}"),
    "decide-disposition": (
        N_("Approval of what is proposed for {what}"),
        "decide-disposition?nonconformance={what}",
    ),
    "rework": (N_("Reworked pieces of {what}"), "receive"),
    "confirm-return": (
        N_("Word from the supplier that the pieces of {what} are back there"),
        "confirm-return?nonconformance={what}",
    ),
    "return": (N_("To send back: {pieces}"), "receive"),
    "transfer": (N_("To go on to another supplier: {pieces}"), "ship"),
    "judgement": (N_("Judgement of the pending pieces"), "judge"),
    "beyond-ordered": (N_("Decision about pieces of {part} beyond what is ordered now"), "propose-change"),
    "decision": (N_("Decision about the surplus pieces"), "resolve-over"),
}


@dataclass(frozen=True, slots=True)
class Gap:
    """``task`` is the end of the address of the form that brings it."""

    text: str
    owed_by: str
    task: str


def gaps(order: Order, words: Words) -> tuple[Gap, ...]:
    found = []
    for item in missing(order):
        kind, _, what = item["what"].partition(":")
        text, task = _OWED[kind]
        values = {"what": what} | _about(order, kind, what, words)
        if "quantity" in item:
            values["pieces"] = _pieces(order, item, words)
        by = item["owed_by"]
        found.append(
            Gap(
                words.say(text, **values),
                words.say(ROLES[by]) if by in ROLES else wording.party(words.locale, by),
                task.format(**{name: quote(value) for name, value in values.items()}),
            )
        )
    return tuple(found)


def _pieces(order: Order, item: Missing, words: Words) -> str:
    line = order.line(int(item["what"].partition("line-")[2]))
    assert line is not None, "pieces are owed for the order's lines"
    lots = [(each["lot"], each["quantity"]) for each in item["lots"]]
    return pieces_told(order, line, lots or [("", item["quantity"])], words)


def _about(order: Order, kind: str, what: str, words: Words) -> dict[str, str]:
    if kind == "document":
        return {"document": words.say(DOCUMENTS[DocumentType(what)].name)}
    if kind == "correction":
        document = order.documents[what]
        return {"document": words.say(DOCUMENTS[document.type].name), "filename": document.filename}
    if kind in ("inspection", "first-article", "beyond-ordered"):
        line = order.line(int(what.removeprefix("line-")))
        assert line is not None, "inspections and pieces are owed for the order's lines"
        return {"part": line_among(order, line, words), "line": str(line.line)}
    return {}
