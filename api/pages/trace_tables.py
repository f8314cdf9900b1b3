"""The tables of a trace in the reader's words: customers, balances, papers, suppliers, metals, siblings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from urllib.parse import quote

from activities.codes import BUCKETS
from activities.i18n import N_
from api.pages.master.choices import country
from api.pages.master.screens import Cell, Panel
from api.pages.order.compliance_told import MELTED, not_in_force
from api.pages.trace_words import UNFOLLOWED, View, asking, called, record
from api.supplier.words import Words
from models.domain.at_most import left, of_lots
from models.domain.evidence import DOCUMENTS, DocumentType
from models.domain.melting import Melted
from models.domain.pieces import Bucket
from models.queries.lot_papers import MATERIAL

FIGURES: dict[str, str] = {
    "made": N_("Made in all"),
    "on_hand": N_("On hand"),
    "pending": N_("Pending"),
    "rejected": N_("Rejected"),
    "at_suppliers": N_("At suppliers"),
    "in_transit": N_("In transit"),
    "dispatched": N_("Dispatched"),
    "consumed": N_("Used"),
    "scrapped": N_("Scrapped"),
    "tested": N_("Tested"),
    "lost": N_("Lost"),
    "returned": N_("Returned"),
    "passed_on": N_("Became another lot"),
    "elsewhere": N_("In other lots"),
    "unexplained": N_("Unexplained"),
}


def panels(words: Words, view: View, *, followed: bool) -> list[Panel]:
    """Customers, balances, certificates, suppliers and siblings as tables. Not `followed`: nobody looked where
    the pieces went."""
    found = [
        _customers(words, view, followed),
        *_dispatches(words, view["customers"]),
        _balance(words, N_("Balance by part"), view["balance"]),
        # What is wrong stands first.
        _balance(words, N_("Balance by lot"), sorted(view["lots"], key=lambda row: not row["unexplained"])),
        _papers(words, view),
        _suppliers(words, view),
    ]
    metals = [node for node in view["nodes"] if node["kind"] == "lot" and "melted" in node]
    if metals:
        found.append(_metals(words, metals))
    return [*found, _siblings(words, view["siblings"])] if view["siblings"] else found


def _customers(words: Words, view: View, followed: bool) -> Panel:
    """Each once for every part, with all they got of it."""
    got: dict[tuple[str, str, str], list[View]] = {}
    for row in view["customers"]:
        got.setdefault((row["customer"], row["part"], row["part_revision"] or ""), []).append(row)
    bounds = of_lots(view["nodes"])
    cells = [
        [
            Cell(rows[0]["customer_name"] or who),
            Cell(" ".join(filter(None, (part, revision)))),
            Cell(words.listed(words.amount_of(sum_) for sum_ in left(rows, bounds)), number=True),
            Cell(words.number(Decimal(len({row["dispatch"] for row in rows}))), number=True),
        ]
        for (who, part, revision), rows in got.items()
    ]
    nobody = N_("Nothing of it has left for a customer.")
    heads = (N_("Customer"), N_("Part"), N_("Quantity"), N_("Dispatches"))
    return Panel(N_("Customers"), heads, cells, nobody if followed else UNFOLLOWED)


def _dispatches(words: Words, rows: Sequence[View]) -> list[Panel]:
    heads = (
        N_("Customer"),
        N_("Quantity"),
        N_("Part"),
        N_("Lot"),
        N_("Dispatch"),
        N_("Destination"),
        N_("Shipped"),
    )
    cells = [
        [
            Cell(row["customer_name"] or row["customer"]),
            Cell(words.amount_of(row), number=True),
            Cell(" ".join(filter(None, (row["part"], row["part_revision"])))),
            Cell(row["lot"], href=record("lots", row["lot"])),
            Cell(row["dispatch"], href=f"/dispatches/{quote(row['dispatch'], safe='')}"),
            Cell(row["destination"]),
            Cell(words.day(row["shipped_on"])),
        ]
        for row in rows
    ]
    return [Panel(N_("Dispatches"), heads, cells, "")] if cells else []


def _balance(words: Words, title: str, rows: Sequence[View]) -> Panel:
    """Only figures that are more than nothing in some row, and what is unexplained always."""
    used = [
        name
        for name in FIGURES
        if name in ("made", "unexplained") or any(row.get(name, Decimal(0)) for row in rows)
    ]
    by_lot = any("lot" in row for row in rows)
    heads = (N_("Lot") if by_lot else N_("Part"), *(FIGURES[name] for name in used))
    cells = [
        [
            Cell(row["lot"], href=record("lots", row["lot"])) if by_lot else Cell(row["part"]),
            *(_figure(words, row, name) for name in used),
        ]
        for row in rows
    ]
    return Panel(title, heads, cells, N_("Nothing was counted yet."))


def _figure(words: Words, row: View, name: str) -> Cell:
    some: Decimal = row.get(name, Decimal(0))
    said = words.amount(some, row["unit"])
    if name == "unexplained":
        return Cell(said, "act" if some else "good", number=True)
    return Cell(said if some or name == "made" else "–", number=True)


def _papers(words: Words, view: View) -> Panel:
    heads = (N_("Certificate"), N_("Number"), N_("Issuer"), N_("Lot or order"), N_("State"))
    names = {
        row["supplier"]: row.get("supplier_name")
        for row in (*view["nodes"], *view["suppliers"])
        if row.get("supplier")
    }
    cells = [
        [
            Cell(_paper(words, row)),
            Cell("–"),
            Cell(names.get(row["supplier"]) or row["supplier"]),
            _certified(row),
            Cell(words.say(N_("missing")), "act"),
        ]
        for row in view["missing"]
    ]
    cells += [
        [
            Cell(_paper(words, row)),
            _kept(row),
            Cell(row["issuer"]),
            _certified(row),
            Cell(words.say(N_("came with the lot"))),
        ]
        for row in view["certificates"]
        if "lot" in row
    ]
    cells += [
        [
            Cell(_paper(words, row)),
            _kept(row),
            Cell(row["issuer"]),
            _certified(row),
            Cell(words.say(N_("matches")), "good")
            if row["matched"]
            else Cell(words.say(N_("does not match")), "act"),
        ]
        for row in view["certificates"]
        if "lot" not in row
    ]
    return Panel(N_("Certificates"), heads, cells, N_("No certificate was needed, and none came."))


def _kept(row: View) -> Cell:
    """The number on a certificate; with it the file, where one is kept."""
    if "document" not in row:
        return Cell(row["number"])
    return Cell(row["number"] or row["document"], href=f"/api/v1/documents/{quote(row['document'], safe='')}")


def _paper(words: Words, row: View) -> str:
    if row["type"] == MATERIAL:
        return words.say(N_("Certificate of the material"))
    return words.say(DOCUMENTS[DocumentType(row["type"])].name)


def _certified(row: View) -> Cell:
    """The lot or the order that a certificate is of."""
    if "lot" in row:
        return Cell(row["lot"], href=record("lots", row["lot"]))
    return Cell(row["order"], href=f"/orders/{quote(row['order'], safe='')}")


def _suppliers(words: Words, view: View) -> Panel:
    heads = (N_("Supplier"), N_("Process"), N_("Order"), N_("Loads"), N_("Where the pieces are"))
    where: dict[str, list[str]] = {}
    for node in view["nodes"]:
        if node["kind"] == "order" and "order" in node:
            for bucket, some in node["pieces"].items():
                said = words.labelled(words.say(BUCKETS[Bucket(bucket)]), words.amount(some, node["unit"]))
                where.setdefault(node["order"], []).append(said)
    cells = [
        [
            Cell(row.get("supplier_name") or row["supplier"]),
            Cell(
                " ".join(
                    filter(
                        None, (row.get("process_name") or row["process"], row["spec"], row["spec_revision"])
                    )
                ),
                hint=not_in_force(row["specification"], words),
            ),
            Cell(row["order"], href=f"/orders/{quote(row['order'], safe='')}"),
            Cell(words.listed(_shared(words, node) for node in row["load_nodes"]) or "–"),
            Cell(words.listed(where.get(row["order"], ())) or "–"),
        ]
        for row in view["suppliers"]
    ]
    bought = [
        [
            Cell(node["supplier_name"] or node["supplier"]),
            Cell(words.say(N_("Material"))),
            Cell(node["number"], href=record("lots", node["number"])),
            Cell("–"),
            Cell(
                words.listed(
                    words.labelled(words.say(label), node[name])
                    for name, label in (("heat_number", N_("Heat")), ("supplier_lot", N_("Supplier lot")))
                    if node[name]
                )
                or "–"
            ),
        ]
        for node in view["nodes"]
        if node["kind"] == "lot" and node.get("supplier")
    ]
    return Panel(
        N_("Suppliers and processes"), heads, bought + cells, N_("Nothing of it was bought or sent out.")
    )


def _metals(words: Words, lots: Iterable[View]) -> Panel:
    """What fits neither clause, or nobody knows, stands first."""
    heads = (N_("Lot"), N_("Part"), N_("Heat"), N_("Country of melt"), N_("Country of origin"), N_("State"))
    ranked = sorted(lots, key=lambda node: list(Melted).index(Melted(node["melted"])))
    cells = []
    for node in ranked:
        kind, text = MELTED[Melted(node["melted"])]
        cells.append(
            [
                Cell(node["number"], href=record("lots", node["number"])),
                Cell(" ".join(filter(None, (node["part"], node["part_revision"])))),
                Cell(node["heat_number"] or "–"),
                *(
                    Cell(country(words, node[name]) if node[name] else "–")
                    for name in ("country_of_melt", "country_of_origin")
                ),
                Cell(words.say(text), kind),
            ]
        )
    return Panel(N_("Specialty metals (DFARS)"), heads, cells, "")


def _siblings(words: Words, rows: Sequence[View]) -> Panel:
    heads = (N_("Work order"), N_("Shared"))
    cells = [
        [
            Cell(row["work_order"], href=asking(f"work_order:{row['work_order']}")),
            Cell(words.listed(_shared(words, node) for node in row["shared"])),
        ]
        for row in rows
    ]
    return Panel(N_("Other work orders of the same lots and loads"), heads, cells, "")


def _shared(words: Words, node: str) -> str:
    """A lot by its number, a load by what names it."""
    kind, _, name = node.partition(":")
    return called(words, kind, name)
