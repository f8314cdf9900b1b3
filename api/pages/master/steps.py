"""The operations of a routing as a form asks for them and a list tells them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from activities.i18n import N_
from api.pages.master import choices
from api.pages.master.inputs import Input, Rows, words_for
from api.pages.master.screens import Cell
from api.supplier.words import Words

STEP_KINDS = {"outside": N_("outside processing"), "internal": N_("in house")}
STEP_HEADS = (N_("Operation"), N_("Kind"), N_("Process"), N_("Specification"))


def steps(hint: str) -> Rows:
    return Rows(
        "operations",
        N_("Operations"),
        (
            Input("sequence", N_("No."), "whole"),
            Input("kind", N_("Kind"), "pick", options=words_for(*STEP_KINDS.items()), blank=False),
            Input("process", N_("Process"), "suggest", options=choices.processes),
            Input("spec", N_("Specification")),
            Input("spec_revision", N_("Revision")),
        ),
        N_("Add an operation"),
        hint,
    )


def step_cells(words: Words, step: Mapping[str, Any]) -> list[Cell]:
    """One operation, under `STEP_HEADS`."""
    return [
        Cell(str(step["sequence"])),
        Cell(words.say(STEP_KINDS[step["kind"]])),
        Cell(step["process"] or ""),
        Cell(" ".join(filter(None, (step["spec"], step["spec_revision"])))),
    ]
