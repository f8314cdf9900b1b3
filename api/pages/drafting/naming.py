"""What the inputs of a draft's form are called, and what others changed in it, in words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from activities.i18n import N_
from api.pages.drafting.form import lines_of
from api.pages.drafting.offers import called
from api.supplier.words import Words
from models.domain.draft_changes import Difference
from models.domain.facts import DraftLine
from models.domain.quantities import plain

LABELS = {
    "supplier": N_("Supplier"),
    "need_by": N_("Needed by"),
    "purchase_order": N_("Purchase order"),
    "process": N_("Process"),
    "spec": N_("Specification"),
    "spec_revision": N_("Specification revision"),
    "currency": N_("Currency"),
    "priority": N_("Priority"),
    "plant": N_("Plant"),
    "operation": N_("Operation"),
    "quantity": N_("Quantity"),
    "unit_price": N_("Price"),
    "price": N_("Price"),
    "basis": N_("Price is for a"),
    "tolerance": N_("Tolerance, percent"),
    "first_article": N_("First pieces to be inspected"),
    "setup_allowance": N_("Pieces for setting up"),
    "lots": N_("Lots that go out"),
}
PRIORITIES = {"normal": N_("Normal"), "urgent": N_("Urgent")}
_LINE = N_("Line {line}, {what}")
_NOTHING = "–"
_OF_A_LINE = re.compile(r"(?P<at>lines\.\d+)\.(?P<field>\w+)(?:\.(?P<row>\d+)\.\w+)?")


def names(words: Words, typed: Mapping[str, str], inputs: Iterable[str]) -> dict[str, str]:
    """Input -> what it is called, where its error alone does not say: beside others of its kind, and when
    something was typed there."""
    several = lines_of(typed) > 1
    found = {}
    for name in inputs:
        line = _OF_A_LINE.fullmatch(name)
        label = LABELS.get(line["field"] if line else name)
        if label is None:
            continue
        what = words.say(label)
        if line and line["row"] and name.endswith(".quantity") and typed.get(name):
            # Of many lots it is said of which; what is missing or unknown names its lot itself.
            lot = typed.get(f"{line['at']}.{line['field']}.{line['row']}.lot")
            what = f"{what} · {lot}" if lot else what
        if line and several:
            found[name] = words.say(_LINE, line=typed.get(f"{line['at']}.line", ""), what=what)
        elif typed.get(name):
            found[name] = what
    return found


def told(
    words: Words,
    theirs: Iterable[Difference],
    mine: Iterable[Difference],
    suppliers: Mapping[str, str],
) -> list[str]:
    """What others changed, each with both values; where I changed the same, what stands here now."""
    yours = {(each.what, each.line): each for each in mine}
    touched = {line for _, line in yours if line}
    return [
        text
        for each in theirs
        for text in _told(words, each, yours.get((each.what, each.line)), yours, touched, suppliers)
    ]


def entered(words: Words, mine: Iterable[Difference], suppliers: Mapping[str, str]) -> list[tuple[str, str]]:
    """What I changed, each with its new value, so that it can be copied."""
    found = []
    for each in mine:
        if each.what != "line":
            found.append((_label(words, each), _text(words, each.what, each.after, suppliers)))
        elif each.after is None:
            found.append((words.say(N_("Line {line}"), line=each.line), words.say(N_("taken out"))))
        else:
            line = _line(words, each.line, each.after)
            found.append((words.say(N_("Line {line}"), line=each.line), str(line["what"])))
    return found


def _told(
    words: Words,
    theirs: Difference,
    same: Difference | None,
    yours: Mapping[tuple[str, int], Difference],
    touched: set[int],
    suppliers: Mapping[str, str],
) -> Iterator[str]:
    if theirs.what == "line":
        if theirs.before is None:
            yield words.say(N_("Line {line} was added: {what}."), **_line(words, theirs.line, theirs.after))
        elif theirs.line not in touched:
            yield words.say(
                N_("Line {line} was taken out: {what}."), **_line(words, theirs.line, theirs.before)
            )
        elif same is None:
            text = N_("Line {line} was taken out: {what}. You changed it, so it is still here.")
            yield words.say(text, **_line(words, theirs.line, theirs.before))
        return
    label = _label(words, theirs)
    before, after = (_text(words, theirs.what, each, suppliers) for each in (theirs.before, theirs.after))
    change = words.labelled(label, f"{before} → {after}")
    if same is not None and same.after != theirs.after:
        own = _text(words, theirs.what, same.after, suppliers)
        change = words.say(N_("{change}. Yours stays here: {own}"), change=change, own=own)
    elif ("line", theirs.line) in yours:
        change = words.say(N_("{change}. You took this line out; it is back."), change=change)
    yield change


def _label(words: Words, difference: Difference) -> str:
    label = words.say(LABELS[difference.what])
    return words.say(_LINE, line=difference.line, what=label) if difference.line else label


def _line(words: Words, number: int, line: DraftLine) -> dict[str, object]:
    what = f"{called(line.work_order, line.operation)}, {words.number(plain(line.quantity))}"
    return {"line": number, "what": what}


def _text(words: Words, what: str, value: Any, suppliers: Mapping[str, str]) -> str:
    match what:
        case "need_by":
            return words.day(value)
        case "supplier":
            return f"{suppliers[value]} ({value})" if value in suppliers else value
        case "priority":
            return words.say(PRIORITIES.get(value, value))
        case "operation":
            return called(*value)
        case "price":
            return words.price(*value)
        case "first_article" | "setup_allowance":
            return words.number(plain(value[0])) if value[0] else _NOTHING
        case "quantity":
            return words.number(plain(value[0]))
        case "tolerance":
            return words.number(plain(value[0] * 100))
        case "lots":
            lots = (f"{lot} ({words.number(plain(some))})" for lot, some in value[0])
            return ", ".join(lots) or _NOTHING
    return value or _NOTHING
