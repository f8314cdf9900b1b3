"""A form whose session ended, after a new login: which it was, what was typed into it, and by whom."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from fastapi import Request
from sqlmodel import Session
from starlette.exceptions import HTTPException

from activities import wording
from activities.i18n import N_
from api.pages.desk import Desk, desk
from api.pages.drafting import naming
from api.pages.drafting.form import ON, whole
from api.pages.drafting.offers import called
from api.pages.master.routes import locate
from api.pages.order import wording as order_words
from api.pages.people import PEOPLE
from api.pages.resumed_forms import asked_at
from api.pages.staff import Staff
from api.pages.tasks.base import ENTERED, Acting
from api.pages.tasks.registry import TASKS
from api.pages.wording import ACTIONS
from api.supplier.entered import entered
from api.supplier.evidence import PRINTED
from api.supplier.told import printed_name
from api.supplier.words import Words
from models.domain.errors import Refusal
from models.queries import alert_list
from models.tables.people import User

Typed = Mapping[str, str]
# What a form carries that nobody typed.
_CARRIED = frozenset({"form", "version", "seen", "back", "do", "answer", "number", "process", "file"})
_REACHED = {"now": N_("Yes, today"), "earlier": N_("Yes, earlier"), "later": N_("Not yet")}
_ANSWERED = {
    "accept": N_("Accepts the order"),
    "counter": N_("Proposes other terms"),
    "decline": N_("Declines the order"),
}
# What was chosen on a form for an order: what the choice is called, and the words of its codes.
_CHOSEN: dict[str, tuple[str, Mapping[str, str]]] = {
    "happened": (N_("Reached?"), _REACHED),
    "responsibility": (N_("Who answers for it"), order_words.RESPONSIBLE),
    "basis": (N_("How?"), order_words.BASES),
}
# By the name of the task: one input may mean another thing on another form.
_DECIDED: dict[str, tuple[str, Mapping[str, str]]] = {
    "acknowledge": (N_("Answer"), _ANSWERED),
    "disposition": (N_("What becomes of them"), order_words.DISPOSITIONS),
    "resolve-over": (N_("What becomes of them"), order_words.SURPLUS),
}
_ALERT: dict[str, str] = {
    "cause_text": N_("In a few words, if it helps"),
    "action": N_("What is done about it, by whom, until when?"),
}
_LINE = re.compile(
    r"(?P<at>lines\.\d+)\.(?P<field>quantity|unit_price|basis|tolerance|first_article|setup_allowance|work_order)"
)
_LOT = re.compile(r"(?P<lot>lines\.\d+\.lots\.\d+)\.use")


@dataclass(frozen=True, slots=True)
class Resumed:
    """`order` is its number, empty for a form of no order or of none this reader may see; `what` is what
    the form does. `by` typed it, when somebody else than who is logged in now; `unknown`: nobody can tell."""

    order: str
    what: str
    entered: tuple[tuple[str, str], ...]
    by: str
    unknown: bool


def resumed(request: Request, staff: Staff, action: str, typed: Typed, by: str) -> Resumed:
    """What to show of a form before it is sent after all; `by` is the id of who typed it, if known."""
    parts = urlsplit(action).path.strip("/").split("/")
    with request.app.state.database.read() as session:
        order, what, found = _understood(session, staff, parts, typed)
        person = session.get(User, by) if by and by != staff.principal.id else None
    name = (person.name or person.email) if person is not None else ""
    return Resumed(order, what, tuple(found), name, not by or (by != staff.principal.id and not name))


def _understood(
    session: Session, staff: Staff, parts: list[str], typed: Typed
) -> tuple[str, str, Iterator[tuple[str, str]]]:
    words = staff.words
    if asked := asked_at(f"/{'/'.join(parts)}"):
        return "", words.say(asked.title), asked.told(words, typed)
    match parts:
        case ["orders", "new"]:
            return "", words.say(N_("New order")), _of_draft(words, typed)
        case ["orders", number, "edit"]:
            return number, words.say(N_("Draft {number}"), number=number), _of_draft(words, typed)
        case ["orders", number, name] if name in TASKS:
            shown: Desk | None = None
            with suppress(Refusal):
                shown = desk(session, staff, number)
            what = words.say(TASKS[name].title)
            return (number if shown else ""), what, _of_task(staff, name, shown, typed)
        case ["alerts", alert]:
            found = alert_list.whereabouts(session, alert, staff.reader)
            what = words.say(ACTIONS["acknowledge-alert"])
            return (found[0] if found else ""), what, _of_alert(words, typed)
        case ["master" | "people", *rest]:
            return "", *_of_record(words, parts[0], "/".join(rest), typed)
    return "", "", _plain(words, typed, {})


def _of_task(staff: Staff, task: str, shown: Desk | None, typed: Typed) -> Iterator[tuple[str, str]]:
    words, order = staff.words, shown.order if shown is not None else None
    if shown is not None and order is not None:
        yield from entered(Acting(shown), "", typed, ENTERED)
    else:
        yield from _plain(words, {name: typed[name] for name in typed if _last(name) in ENTERED}, ENTERED)
    chosen = _CHOSEN | ({"decision": _DECIDED[task]} if task in _DECIDED else {})
    for name, value in typed.items():
        last = _last(name)
        if not value:
            continue
        if last in chosen:
            label, codes = chosen[last]
            yield words.say(label), words.say(codes[value]) if value in codes else value
        elif last == "code" and order is not None:
            milestone = order.milestone(value)
            yield words.say(N_("Milestone")), milestone.name if milestone is not None else value
        elif task == "documents" and name in PRINTED and name not in ENTERED:
            yield printed_name(name, words), value
        elif task == "documents" and name == "type":
            yield words.say(N_("Document")), wording.document(words.locale, value)


def _of_draft(words: Words, typed: Typed) -> Iterator[tuple[str, str]]:
    """Line by line what goes out, then what is said of the whole order; lots that are not ticked stay."""
    for name, value in typed.items():
        line, lot = _LINE.fullmatch(name), _LOT.fullmatch(name)
        if lot and value == ON:
            at = lot["lot"]
            which, some = typed.get(f"{at}.lot", ""), typed.get(f"{at}.quantity", "")
            yield words.say(naming.LABELS["lots"]), f"{which} ({some})"
        elif line and line["field"] == "work_order":
            yield (
                words.say(naming.LABELS["operation"]),
                called(value, whole(typed.get(f"{line['at']}.operation", ""), 0)),
            )
        elif (label := naming.LABELS.get(line["field"] if line else name)) and name not in _CARRIED and value:
            yield words.say(label), words.say(naming.PRIORITIES.get(value, value))


def _of_alert(words: Words, typed: Typed) -> Iterator[tuple[str, str]]:
    cause = wording.CAUSES.get(typed.get("cause", ""))
    if cause:
        yield words.say(N_("What caused it?")), words.say(cause)
    yield from _plain(words, {name: typed.get(name, "") for name in _ALERT}, _ALERT)


def _of_record(words: Words, kind: str, rest: str, typed: Typed) -> tuple[str, Iterator[tuple[str, str]]]:
    """A record of master data or a person, by the labels of its screen's inputs."""
    screen = PEOPLE
    if kind == "master":
        try:
            screen = locate(rest).screen
        except HTTPException:
            return "", _plain(words, typed, {})
    labels: dict[str, str] = {}
    for part in screen.parts:
        labels |= {each.name: each.label for each in getattr(part, "inputs", (part,))}
    return words.say(screen.title), _plain(words, typed, labels)


def _plain(words: Words, typed: Typed, labels: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Everything that is no secret; what has no label is called as its input is."""
    for name, value in typed.items():
        if not value or name in _CARRIED or "password" in name:
            continue
        label = labels.get(_last(name)) or labels.get(name.partition(".")[0])
        yield words.say(label) if label else name, value


def _last(name: str) -> str:
    return name.rpartition(".")[2]
