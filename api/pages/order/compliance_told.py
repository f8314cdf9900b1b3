"""What is proved of an order, as its page and that of a lot say it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from activities.i18n import N_
from api.pages.master.choices import country
from api.supplier.words import Words
from models.domain.melting import Melted

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


@dataclass(frozen=True, slots=True)
class Proof:
    """`kind`: good, watch or act. `detail` says what it rests on."""

    kind: str
    text: str
    detail: str = ""


def proofs(view: Mapping[str, Any], supplier: str, words: Words) -> tuple[Proof, ...]:
    """The approval, the specification, then the metal of each lot."""
    return (
        _approval(view, supplier, words),
        *_specification(view, words),
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


def _metal(each: Mapping[str, Any], words: Words) -> Proof:
    kind, text = MELTED[each["melted"]]
    return Proof(kind, words.labelled(each["lot"], words.say(text)), words.listed(_sources(each, words)))


def _sources(each: Mapping[str, Any], words: Words) -> Iterator[str]:
    for source in each["sources"]:
        where = country(words, source["country_of_melt"]) if source["country_of_melt"] else "–"
        yield " ".join(filter(None, [source["lot"], source["heat_number"], where]))
