"""The screen of lots: what came in, from whom, how much of it is left, and whether it is held."""

from __future__ import annotations

from activities.i18n import N_
from api.pages.master import cells, choices
from api.pages.master.inputs import Input
from api.pages.master.screens import Cell, Column, Screen
from api.routes import lots
from api.routes.resource import Fields as Record
from api.supplier.words import Words


def _state(words: Words, record: Record) -> Cell:
    if record["held"]:
        return Cell(words.say(N_("Held")), "act")
    if not record["on_hand"]:
        return Cell(words.say(N_("Used up")), "plain")
    if record["on_hand"] < record["quantity"]:
        return Cell(words.say(N_("Partly used")), "watch")
    return Cell(words.say(N_("On hand")), "good")


def _standing(words: Words, record: Record) -> list[Cell]:
    found = [_state(words, record)]
    if record["held"] and record["hold_reason"]:
        found.append(Cell(record["hold_reason"]))
    of = words.amount(record["quantity"], record["uom"])
    left = words.say(N_("{left} of {all} on hand"), left=words.number(record["on_hand"]), all=of)
    return [*found, Cell(left)]


LOTS = Screen(
    "lots",
    N_("Lots"),
    N_("New lot"),
    N_("Pieces and material that share an origin: supplier lot, heat, country of melt, what is left."),
    lots.lots,
    (
        Column(
            N_("Part"),
            lambda _words, record: " ".join(filter(None, (record["part"], record["part_revision"]))),
        ),
        Column(
            N_("Booked in"),
            lambda words, record: words.amount(record["quantity"], record["uom"]),
            number=True,
        ),
        Column(
            N_("On hand"), lambda words, record: words.amount(record["on_hand"], record["uom"]), number=True
        ),
        cells.text("supplier", N_("Supplier")),
        cells.text("supplier_lot", N_("Supplier lot")),
        cells.text("heat_number", N_("Heat")),
        cells.day("received_on", N_("Received")),
        Column(N_("State"), _state),
    ),
    (
        Input(
            "number",
            N_("Number"),
            hint=N_("Left out: given from day and supplier, such as 20260315-STEEL-001."),
            key=True,
        ),
        Input("part", N_("Part"), "suggest", options=choices.parts),
        Input("part_revision", N_("Revision"), "suggest", options=choices.revisions),
        Input("quantity", N_("Quantity"), "number", N_("All that was ever booked in as this lot.")),
        Input("uom", N_("Unit"), "suggest", N_("Left out: the part's."), choices.units),
        Input("supplier", N_("Supplier"), "pick", options=choices.suppliers),
        Input("supplier_lot", N_("Supplier lot")),
        Input("heat_number", N_("Heat")),
        Input("country_of_melt", N_("Country of melt"), "pick", options=choices.countries),
        Input("country_of_origin", N_("Country of origin"), "pick", options=choices.countries),
        Input("unit_cost", N_("Cost of one unit"), "number"),
        Input("received_on", N_("Received"), "day"),
    ),
    lots.create_lot,
    lots.replace_lot,
    ("number", "part", "supplier", "supplier_lot", "heat_number"),
    standing=_standing,
)
