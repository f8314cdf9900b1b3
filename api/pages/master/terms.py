"""The screen of what a supplier's work costs by contract."""

from __future__ import annotations

from activities.i18n import N_
from api.pages.master import cells, choices
from api.pages.master.inputs import Input, words_for
from api.pages.master.screens import Column, Screen
from api.pages.wording import BASES
from api.routes import supplier_terms
from api.routes.resource import Fields as Record
from api.supplier.words import Words


def _for(words: Words, record: Record) -> str:
    """Which work these terms are for."""
    named = [name for name in (record["process"], record["part"]) if name]
    return " · ".join(named) or words.say(N_("every process and part"))


def _price(words: Words, record: Record) -> str:
    return words.price(record["price"], record["currency"], record["basis"])


def _paid(name: str, label: str) -> Column:
    def show(words: Words, record: Record) -> str:
        return words.price(record[name], record["currency"]) if record[name] else ""

    return Column(label, show, number=True)


TERMS = Screen(
    "terms",
    N_("Terms"),
    N_("New terms"),
    N_("What a supplier's work costs, and what is deducted or paid besides. Orders keep those of their day."),
    supplier_terms.terms,
    (
        Column(N_("For"), _for),
        Column(N_("Price"), _price, number=True),
        cells.day("valid_from", N_("From")),
        _paid("minimum", N_("Minimum")),
        _paid("lot_charge", N_("Lot charge")),
        _paid("expedite_fee", N_("Expedite fee")),
        _paid("late_per_day", N_("Per day late")),
        _paid("reject_charge", N_("Per reject")),
        _paid("early_reward", N_("Early reward")),
    ),
    (
        Input("process", N_("Process"), "pick", N_("Left out: every process."), choices.processes),
        Input("part", N_("Part"), "suggest", N_("Left out: every part."), choices.parts),
        Input(
            "basis",
            N_("Price is for a"),
            "pick",
            options=words_for(*((basis.value, word) for basis, word in BASES.items())),
            blank=False,
        ),
        Input("price", N_("Price"), "number"),
        Input("currency", N_("Currency"), hint=N_("Three letters (ISO 4217), such as USD.")),
        Input("valid_from", N_("From"), "day"),
        Input(
            "minimum", N_("Minimum"), "number", N_("The least that a line is billed: price and lot charges.")
        ),
        Input("lot_charge", N_("Lot charge"), "number", N_("For every lot of a line.")),
        Input("expedite_fee", N_("Expedite fee"), "number", N_("For every time the order is hurried.")),
        Input(
            "late_per_day",
            N_("Per day late"),
            "number",
            N_("Deducted from a line for every working day it is late."),
        ),
        Input(
            "reject_charge",
            N_("Per reject"),
            "number",
            N_("Deducted for every piece rejected through the supplier's fault."),
        ),
        Input(
            "early_reward", N_("Early reward"), "number", N_("Paid for a line that is complete a day early.")
        ),
    ),
    supplier_terms.create_terms,
    supplier_terms.replace_terms,
    owned_by="supplier",
)
