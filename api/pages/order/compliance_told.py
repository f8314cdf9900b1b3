"""What is proved of an order, as its page and that of a lot say it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from activities.i18n import N_
from api.pages.master.choices import country
from api.supplier.words import Words
from models.domain.melting import Melted
from models.domain.specifications import Standing

MELTED: dict[Melted, tuple[str, str]] = {
    Melted.UNITED_STATES: (
        "good",
        N_("melted in the United States: fits DFARS 252.225-7008 and 252.225-7009"),
    ),
    Melted.QUALIFYING: (
        "good",
        N_("melted in a qualifying country: fits DFARS 252.225-7009, not 252.225-7008"),
    ),
    Melted.ELSEWHERE: ("act", N_("melted elsewhere: fits neither DFARS 252.225-7008 nor 252.225-7009")),
    Melted.UNKNOWN: ("watch", N_("nobody said where it was melted")),
}


STANDINGS: dict[Standing, str] = {
    Standing.IN_FORCE: N_("in force"),
    Standing.SUPERSEDED: N_("superseded by then"),
    Standing.COMING: N_("not yet in force then"),
    Standing.WITHDRAWN: N_("withdrawn by then"),
    Standing.UNKNOWN: N_("a revision the register does not know"),
    Standing.UNNAMED: N_("no revision is named"),
}


@dataclass(frozen=True, slots=True)
class Proof:
    """`kind`: good, watch or act. `detail` says what it rests on."""

    kind: str
    text: str
    detail: str = ""


def proofs(view: Mapping[str, Any], supplier: str, words: Words) -> tuple[Proof, ...]:
    """The approval, the specification, then the metal of each lot."""
    registered = revision(view["specification"], words)
    return (
        _approval(view, supplier, words),
        *_specification(view, words),
        *((registered,) if registered is not None else ()),
        *(_metal(each, words) for each in view["specialty_metals"]),
    )


def _approval(view: Mapping[str, Any], supplier: str, words: Words) -> Proof:
    approval, day = view["approval"], words.day(view["day"])
    if approval is None:
        return Proof(
            "act", words.say(N_("{supplier} had no valid approval on {day}."), supplier=supplier, day=day)
        )
    until = approval["valid_to"]
    ends = words.say(N_("valid until {day}"), day=words.day(until)) if until is not None else ""
    named = " · ".join(filter(None, [approval["spec"], approval["certificate"], ends]))
    return Proof(
        "good", words.say(N_("{supplier} was approved on {day}."), supplier=supplier, day=day), named
    )


def _specification(view: Mapping[str, Any], words: Words) -> Iterator[Proof]:
    ordered = " ".join(filter(None, [view["spec"], view["spec_revision"]]))
    differing = [each for each in view["routings"] if not each["same"]]
    for each in differing:
        asked = " ".join(filter(None, [each["spec"], each["spec_revision"]]))
        text = N_("The routing of line {line} asks for {asked}; ordered is {ordered}.")
        yield Proof("watch", words.say(text, line=each["line"], asked=asked, ordered=ordered or "–"))
    if ordered and not differing:
        yield Proof("good", words.say(N_("Ordered to {ordered}, as the routing asks."), ordered=ordered))


def revision(judged: Mapping[str, Any] | None, words: Words) -> Proof | None:
    """The ordered revision beside that in force on the day of the order; None for what is not registered."""
    if judged is None:
        return None
    day, ordered = words.day(judged["day"]), " ".join(filter(None, [judged["spec"], judged["ordered"]]))
    if judged["ok"]:
        return Proof("good", words.say(N_("{ordered} was in force on {day}."), ordered=ordered, day=day))
    return Proof("watch", words.labelled(ordered, not_in_force(judged, words)))


def not_in_force(judged: Mapping[str, Any] | None, words: Words) -> str:
    """How the ordered revision stood, and which was in force; empty where nothing is to be said."""
    if judged is None or judged["ok"]:
        return ""
    day, how = words.day(judged["day"]), words.say(STANDINGS[Standing(judged["standing"])])
    if judged["in_force"] is None:
        return words.say(N_("{how}; on {day} no revision was in force"), how=how, day=day)
    return words.say(
        N_("{how}; on {day} revision {revision} was in force"),
        how=how,
        day=day,
        revision=judged["in_force"],
    )


def _metal(each: Mapping[str, Any], words: Words) -> Proof:
    kind, text = MELTED[each["melted"]]
    return Proof(kind, words.labelled(each["lot"], words.say(text)), words.listed(_sources(each, words)))


def _sources(each: Mapping[str, Any], words: Words) -> Iterator[str]:
    for source in each["sources"]:
        where = country(words, source["country_of_melt"]) if source["country_of_melt"] else "–"
        yield " ".join(filter(None, [source["lot"], source["heat_number"], where]))
