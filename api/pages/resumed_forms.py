"""Forms beside those of orders, alerts and master data, after a session ended: what each is for, and what its
inputs are called."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from activities.i18n import N_
from api.pages.floor import dispatches, jobs, mismatches
from api.pages.master.forms import Form
from api.pages.recalls import CALLED
from api.supplier.words import Words

Typed = Mapping[str, str]
Told = Iterator[tuple[str, str]]
_WHY = {"reason": N_("Why?")}
_KINDS = {"drill": N_("Begin a drill"), "real": N_("Begin a real recall")}
_ROW = re.compile(r"row\.\d+")
_OPERATION = re.compile(r"op\.\d+")


@dataclass(frozen=True, slots=True)
class Asked:
    """`labels` by the last part of an input's name, `codes` the words of what was chosen. `rows` tells what is
    ticked in a table, which has no labels."""

    title: str
    labels: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    rows: Callable[[Words, Typed], Told] | None = None

    def told(self, words: Words, typed: Typed) -> Told:
        """What was typed, in words; what a form carries along by itself has no label and is left out."""
        if self.rows is not None:
            yield from self.rows(words, typed)
        for name, value in typed.items():
            last = name.rpartition(".")[2]
            label = self.labels.get(last) if value else None
            if label:
                yield words.say(label), words.say(self.codes.get(last, {}).get(value, "")) or value


def _made(_words: Words, typed: Typed) -> Told:
    """Ticked lines of sales orders and parts for stock, each with how many and from when."""
    for name, value in typed.items():
        if _ROW.fullmatch(name):
            some, begin = typed.get(f"{name}.quantity", ""), typed.get(f"{name}.start", "")
            yield " · ".join(value.split("/")[1:]), " · ".join(filter(None, (some, begin)))


def _ordered(words: Words, typed: Typed) -> Told:
    ticked = [" · ".join(value.split("/")) for name, value in typed.items() if _OPERATION.fullmatch(name)]
    if ticked:
        yield words.say(N_("Operations")), words.listed(ticked)


def _labels(form: Form) -> dict[str, str]:
    parts = [each for part in form.parts for each in getattr(part, "inputs", (part,))]
    return {each.name: each.label for each in parts}


# Whatever operations a job has, the input is called the same.
_ANY = [("", "")]
# The address of a form, `*` standing for a number in it.
FORMS: Mapping[str, Asked] = {
    "/demand": Asked(N_("To be made"), rows=_made),
    "/outside": Asked(N_("Outside operations"), {"need_by": N_("Needed by")}, rows=_ordered),
    "/dispatches/new": Asked(N_("New dispatch"), _labels(dispatches.FORM)),
    "/dispatches/*/reverse": Asked(N_("Reverse the dispatch"), _WHY),
    "/work-orders/*/consume": Asked(N_("Record material used"), _labels(jobs.consumption_form(_ANY))),
    "/work-orders/*/output": Asked(
        N_("Record output"), _labels(jobs.output_form(_ANY)), {"verdict": jobs.VERDICTS}
    ),
    "/work-orders/*/consumptions/*/reverse": Asked(N_("Reverse material used"), _WHY),
    "/work-orders/*/outputs/*/reverse": Asked(N_("Reverse output"), _WHY),
    "/work-orders/*/picking-list": Asked(N_("Picking list")),
    "/material-mismatches/*": Asked(
        N_("Other material was used"), _labels(mismatches.FORM), {"decision": mismatches.WAYS}
    ),
    "/lots/*/hold": Asked(N_("Put the lot on hold"), _WHY),
    "/lots/*/documents": Asked(N_("Add a certificate")),
    "/lots/*/release": Asked(N_("Release the lot"), _WHY),
    "/recalls": Asked(N_("Recall"), CALLED | {"kind": N_("Kind")}, {"kind": _KINDS}),
    "/recalls/*/record": Asked(N_("What was done"), CALLED),
    "/recalls/*/sign": Asked(N_("Sign the report"), CALLED),
    "/recalls/*/approve": Asked(N_("Approve and write to customers"), CALLED),
    "/recalls/*/hold": Asked(N_("Hold every affected lot")),
    "/orders/*/discard": Asked(N_("Discard the draft")),
}
_ADDRESSES = {re.compile(re.escape(form).replace(r"\*", "[^/]+")): asked for form, asked in FORMS.items()}


def asked_at(path: str) -> Asked | None:
    """The form that is sent to this address; None for one that is told elsewhere."""
    return next((asked for form, asked in _ADDRESSES.items() if form.fullmatch(path)), None)
