"""English words for the codes that mails carry, marked for translation."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from babel.numbers import format_decimal
from markupsafe import Markup, escape

from activities.i18n import N_, say
from models.domain import money
from models.domain.attention import cause_parts
from models.domain.contract import Basis
from models.domain.deadlines import RULES
from models.domain.evidence import DOCUMENTS, DocumentType
from models.domain.records import WHEN_JUDGED

# English dates without American order: Fri, 18 Dec 2026.
DATES = {"en": "en_GB"}
# A price keeps what it has beyond cents.
PRICE = "#,##0.00####"

PARTIES = {
    "supplier": N_("the supplier"),
    "buyer": N_("the buyer"),
    "approver": N_("the approver"),
    "planner": N_("the planner"),
    "quality": N_("quality"),
    "receiving": N_("receiving"),
    "admin": N_("the administrator"),
}

# Command -> what was asked, completing "could not be done".
COMMANDS = {
    "issue": N_("issuing the order"),
    "acknowledge": N_("the answer to the order"),
    "answer-counter": N_("the answer to the proposal"),
    "propose-change": N_("proposing a change"),
    "decide-change": N_("deciding about a change"),
    "withdraw-change": N_("withdrawing a change"),
    "reassign": N_("giving the order to another supplier"),
    "merge": N_("merging orders"),
    "split": N_("splitting the order"),
    "plan-contingency": N_("making a contingency plan"),
    "settle-contingency": N_("deciding about the contingency plan"),
    "expedite": N_("expediting the order"),
    "send": N_("sending pieces out"),
    "report-milestone": N_("reporting a milestone"),
    "report-process": N_("reporting the process"),
    "submit-inspection": N_("submitting measured values"),
    "review-inspection": N_("reviewing an inspection"),
    "ship": N_("shipping pieces"),
    "answer-transfer": N_("answering for pieces from another supplier"),
    "receive": N_("receiving pieces"),
    "judge": N_("judging pending pieces"),
    "report-nonconformance": N_("reporting a nonconformance"),
    "disposition": N_("deciding about rejected pieces"),
    "decide-disposition": N_("deciding about a proposed disposition"),
    "confirm-return": N_("confirming a return"),
    "plan-action": N_("planning a corrective action"),
    "complete-action": N_("saying that a corrective action is done"),
    "verify-action": N_("verifying a corrective action"),
    "set-responsibility": N_("saying who is responsible"),
    "review-nonconformance": N_("the review of a nonconformance"),
    "declare-loss": N_("declaring a loss"),
    "settle-claim": N_("settling a claim"),
    "short-close": N_("closing a line short"),
    "resolve-over": N_("settling surplus pieces"),
    "correct": N_("correcting an entry"),
    "hold": N_("holding the order"),
    "resume": N_("resuming the order"),
    "cancel": N_("cancelling the order"),
    "close": N_("closing the order"),
    "force-complete": N_("completing the order as it is"),
    "add-document": N_("adding a document"),
    "acknowledge-alert": N_("answering an alert"),
    "replan": N_("planning the order anew"),
}

# Why an alert was raised or a corrective action is needed, where somebody chose it.
CAUSES = {
    "capacity": N_("No capacity at the supplier"),
    "machine": N_("Machine or equipment down"),
    "material": N_("Material or parts missing"),
    "quality": N_("Quality problem"),
    "transport": N_("Transport or customs"),
    "papers": N_("Papers missing or wrong"),
    "communication": N_("Nobody answered or the message got lost"),
    "ours": N_("Our own delay"),
    "other": N_("Something else"),
}

# UN/ECE Recommendation 20 code -> how people write it. What is not here is written as it is.
UNITS = {
    "C62": N_("pcs"),
    "H87": N_("pcs"),
    "EA": N_("pcs"),
    "PCE": N_("pcs"),
    "SET": N_("sets"),
    "KT": N_("kits"),
    "PR": N_("pairs"),
    "DZN": N_("dozen"),
    "GRO": N_("gross"),
    "CEN": N_("hundred"),
    "MIL": N_("thousand"),
    "KGM": "kg",
    "GRM": "g",
    "MGM": "mg",
    "TNE": "t",
    "LBR": "lb",
    "ONZ": "oz",
    "STN": "sh tn",
    "MTR": "m",
    "CMT": "cm",
    "MMT": "mm",
    "INH": "in",
    "FOT": "ft",
    "YRD": "yd",
    "MTK": "m²",
    "CMK": "cm²",
    "MMK": "mm²",
    "INK": "in²",
    "FTK": "ft²",
    "YDK": "yd²",
    "MTQ": "m³",
    "CMQ": "cm³",
    "INQ": "in³",
    "FTQ": "ft³",
    "LTR": "l",
    "MLT": "ml",
    "GLL": "gal",
}

# How those are written of which there is one.
_ONE = {
    **dict.fromkeys(("C62", "H87", "EA", "PCE"), N_("pc")),
    "SET": N_("set"),
    "KT": N_("kit"),
    "PR": N_("pair"),
}

# What a price is for, when it is not for a piece.
BASES = {Basis.KG: "kg", Basis.LOT: N_("lot")}

# What stands between the parts of a list and after a label, where that is not as in English.
_BETWEEN = {"zh": "、"}
_COLON = {"zh": "："}


def listed(locale: str, parts: Iterable[str]) -> str:
    """accepted, shipped, received"""
    return _BETWEEN.get(locale, ", ").join(parts)


def labelled(locale: str, label: str, text: str) -> str:
    """Reason: too thin; the label alone when there is nothing to say, and the other way round."""
    parts = [part for part in (label, text) if part]
    # In a page, what is no markup yet is escaped where it is joined.
    between = escape(colon(locale)) if any(isinstance(part, Markup) for part in parts) else colon(locale)
    return between.join(parts)


def colon(locale: str) -> str:
    """What stands between a label and what it labels."""
    return _COLON.get(locale, ": ")


def rule_title(locale: str, rule: str) -> str:
    """What an alert is called; one that is no rule any more keeps its code."""
    return say(locale, RULES[rule].name) if rule in RULES else rule


def rule_action(locale: str, rule: str, owed_by: str, supplier: str) -> str:
    """What to do about it; empty for one that is no rule any more. `supplier` is its name."""
    return say(locale, RULES[rule].action_of(owed_by), {"supplier": supplier}) if rule in RULES else ""


def document(locale: str, code: str) -> str:
    """What a type of document is called."""
    return say(locale, DOCUMENTS[DocumentType(code)].name) if code in DOCUMENTS else code


def party(locale: str, owed_by: str, supplier: str = "") -> str:
    """Who owes it; a supplier's or a person's name stays as it is. Where the `supplier` is known, it is
    called by its name."""
    if supplier and owed_by == "supplier":
        return supplier
    return say(locale, PARTIES[owed_by]) if owed_by in PARTIES else owed_by


def cause(locale: str, kept: str) -> str:
    """A cause as it was kept: what was chosen in the reader's language, and what was written about it."""
    code, text = cause_parts(kept)
    return labelled(locale, say(locale, CAUSES[code]) if code else "", text)


def command(locale: str, name: str) -> str:
    return say(locale, COMMANDS[name]) if name in COMMANDS else name


def unit(locale: str, code: str, some: Decimal | None = None) -> str:
    """How people write it, for a quantity as it is written for so many."""
    word = _ONE.get(code) if some == 1 else None
    return say(locale, word or UNITS[code]) if code in UNITS else code


def per(locale: str, basis: str) -> str:
    """What follows a price: nothing when it is for a piece, else `` / kg``."""
    return f" / {say(locale, BASES[Basis(basis)])}" if basis in BASES else ""


def paid(locale: str, value: Decimal, currency: str, space: str = " ") -> str:
    """-1,234.50 USD, 1,235 JPY: an amount as it is paid, with all decimals of its currency."""
    places = "." + "0" * money.decimals(currency) if money.decimals(currency) else ""
    return f"{format_decimal(value, f'#,##0{places}', locale=locale)}{space}{currency}"


# What a nonconformance is called that was opened because a receipt rejected pieces.
_AT_RECEIPT = re.compile(r"Rejected at receipt (?P<receipt>\S+)")


# What of a job's material is not as its bill of material says.
WRONG_MATERIAL = {
    "part": N_("Not on the bill of material"),
    "revision": N_("Another revision than the bill of material names"),
    "short": N_("Less than the bill of material says"),
    "excess": N_("More than the bill of material says"),
}


def wrong_material(locale: str, wrong: str) -> str:
    return say(locale, WRONG_MATERIAL[wrong])


def defect(locale: str, text: str) -> str:
    """What is wrong with pieces as somebody put it; where nobody did, in the reader's language."""
    if text == WHEN_JUDGED:
        return say(locale, N_("Rejected when judged"))
    found = _AT_RECEIPT.fullmatch(text)
    return say(locale, N_("Rejected at receipt {receipt}"), found.groupdict()) if found else text
