"""A recall in words: the same for its page and for paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from activities import codes, wording
from activities.i18n import N_
from api.supplier.words import Words
from models.domain.recall_scope import Gap

View = Mapping[str, Any]
# The figures of a balance, in the sequence in which pieces go.
FIGURES: dict[str, str] = {
    "on_hand": N_("on hand"),
    "pending": N_("pending"),
    "rejected": N_("rejected"),
    "at_suppliers": N_("at suppliers"),
    "in_transit": N_("on the way"),
    "dispatched": N_("dispatched"),
    "consumed": N_("used up"),
    "scrapped": N_("scrapped"),
    "tested": N_("used up in tests"),
    "lost": N_("lost"),
    "returned": N_("returned to supplier"),
    "elsewhere": N_("elsewhere"),
}
GAPS: dict[Gap, str] = {
    Gap.GONE: N_(
        "{where} is no longer in the books: it was taken back, deleted or renamed, so nothing can be traced from it"
    ),
    Gap.UNEXPLAINED: N_("{amount} of {where} are nowhere"),
    Gap.UNSURE: N_("{amount} may have gone this way; nobody named the lot or load: {where}"),
    Gap.NO_LOT: N_("{amount} of order {where} have no lot"),
    Gap.NOTHING_DRAWN: N_("Nobody recorded what work order {where} was made of"),
    Gap.MATERIAL: N_(
        "What work order {where} used differs from its bill of material, which quality has not accepted ({mismatch})"
    ),
    Gap.DOCUMENT: N_("Order {where} lacks a document: {document}; {supplier} owes it"),
    Gap.NO_CERTIFICATE: N_("Lot {where} came without a certificate; {supplier} owes it"),
    Gap.NO_CONTACT: N_("{where} has no contact to write to"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """A recall as it is shown, everything in words but what templates count."""

    number: str
    heading: str
    identifier: str
    reason: str
    drill: bool
    drawn: bool
    opened: str
    minutes: str
    signed: str
    approved: str
    answer: View
    lots: tuple[View, ...]
    orders: tuple[View, ...]
    jobs: tuple[View, ...]
    customers: tuple[View, ...]
    balance: tuple[View, ...]
    percent: str
    complete: bool
    gaps: tuple[str, ...]
    team: tuple[str, ...]
    actions: tuple[View, ...]
    conclusion: str
    retest: str
    signatures: tuple[View, ...]
    mails: tuple[View, ...]


def told(found: View, words: Words, called: Mapping[str, str]) -> Told:
    """`called`: what people named in it are called, by id."""
    scope = found["scope"]
    percent = scope["balance_percent"]
    return Told(
        number=found["recall"],
        heading=words.say(N_("Recall drill") if found["drill"] else N_("Recall")),
        identifier=found["identifier"].partition(":")[2],
        reason=found["reason"],
        drill=found["drill"],
        drawn=found["drawn"],
        opened=_by(found["opened_at"], found["opened_by"], words, called),
        minutes=minutes(found["minutes"], words),
        signed=words.time(_at(found["signed_at"])) if found["signed_at"] else "",
        approved=_approved(found, words, called),
        answer=_answer(scope["answer"], words),
        lots=tuple(_lot(row, words) for row in scope["lots"]),
        orders=tuple(row | {"stage": _stage(row["stage"], words)} for row in scope["orders"]),
        jobs=tuple(scope["jobs"]),
        customers=tuple(_customer(row, words) for row in scope["customers"]),
        balance=tuple(_balance(row, words) for row in scope["balance"]),
        percent="" if percent is None else f"{words.number(Decimal(percent))} %",
        complete=percent is not None and Decimal(percent) == 100,
        gaps=tuple(_gap(gap, words) for gap in scope["gaps"]),
        team=tuple(found["team"]),
        actions=tuple(
            {"what": each["what"], "owner": each["owner"], "when": _by(each["at"], each["by"], words, called)}
            for each in found["actions"]
        ),
        conclusion=found["conclusion"],
        retest=words.day(_day(found["retest_on"])) if found["retest_on"] else "",
        signatures=tuple(
            {
                **each,
                "when": _by(each["at"], each["by"], words, called),
                "role": words.say(codes.ROLES[each["role"]]) if each["role"] else "",
            }
            for each in found["signatures"]
        ),
        mails=tuple(_mail(mail, words) for mail in found["mails"]),
    )


def minutes(count: int, words: Words) -> str:
    """1 h 25 min"""
    hours, rest = divmod(count, 60)
    if not hours:
        return words.say(N_("{minutes} min"), minutes=rest)
    return words.say(N_("{hours} h {minutes} min"), hours=hours, minutes=rest)


def _answer(answer: View, words: Words) -> View:
    """The numbers, and amounts where there are any."""
    return {
        **answer,
        **{
            name: words.listed(map(words.amount_of_part, answer[name]))
            for name in ("sent", "here", "unexplained")
        },
    }


def _lot(row: View, words: Words) -> View:
    amounts = {name: words.amount(Decimal(row[name]), row["unit"]) for name in ("quantity", "on_hand")}
    return {**row, **amounts}


def _customer(row: View, words: Words) -> View:
    lines = [
        {
            **line,
            "amount": words.amount_of(line),
            "day": words.day(_day(line["shipped_on"])),
        }
        for line in row["lines"]
    ]
    return {**row, "lines": lines}


def _balance(row: View, words: Words) -> View:
    return {
        "part": row["part"],
        "made": words.amount(Decimal(row["made"]), row["unit"]),
        "figures": [
            (words.say(said), words.amount(Decimal(row["figures"][name]), row["unit"]))
            for name, said in FIGURES.items()
            if name in row["figures"]
        ],
        "unexplained": words.amount(Decimal(row["unexplained"]), row["unit"]),
        "short": Decimal(row["unexplained"]) != 0,
        "percent": f"{words.number(Decimal(row['percent']))} %",
    }


def _gap(row: View, words: Words) -> str:
    amount = words.amount(Decimal(row["quantity"]), row["unit"]) if "quantity" in row else ""
    document = wording.document(words.locale, row["type"]) if row["gap"] == Gap.DOCUMENT else ""
    return words.say(
        GAPS[Gap(row["gap"])],
        amount=amount,
        where=row["where"],
        document=document,
        supplier=row.get("owed_by", ""),
        mismatch=row.get("mismatch", ""),
    )


def _mail(mail: View, words: Words) -> View:
    """To whom, what became of it and when: `code` is what a mail server that refused it said."""
    fate, kind = codes.FATES[mail["state"]]
    return {
        "name": mail["name"],
        "address": mail["address"],
        "fate": words.say(fate),
        "kind": kind,
        "code": mail["smtp_code"] if kind == "act" else None,
        "when": words.time(_at(mail["updated_at"])),
    }


def _approved(found: View, words: Words, called: Mapping[str, str]) -> str:
    if not found["approved_at"]:
        return ""
    by = _by(found["approved_at"], found["approved_by"], words, called)
    # Somebody may sign with another name than the one their account has.
    same = called.get(found["approved_by"]) == found["approved_name"]
    told = by if same else words.labelled(found["approved_name"], by)
    role = found["approved_role"]
    return f"{told} · {words.say(codes.ROLES[role])}" if role else told


def _by(at: Any, by: str, words: Words, called: Mapping[str, str]) -> str:
    return f"{words.time(_at(at))} · {called.get(by, '–')}"


def _stage(stage: str, words: Words) -> str:
    return words.say(codes.STAGES.get(stage, stage))


def _at(value: datetime | str) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)


def _day(value: date | str) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)
