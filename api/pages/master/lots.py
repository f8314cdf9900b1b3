"""The screen of lots: what came in, from whom, how much of it is left, and whether it is held."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from sqlmodel import Session

from activities.codes import ROLES
from activities.i18n import N_
from api.pages import labels
from api.pages.master import cells, choices
from api.pages.master.inputs import Input
from api.pages.master.screens import Cell, Column, Panel, Screen, may
from api.pages.order.compliance_told import MELTED, STANDINGS, revision
from api.pages.staff import Staff
from api.pages.trace_words import KINDS, asking, went
from api.routes import lots
from api.routes.lot_documents import upload_lot_document
from api.routes.lot_holds import hold_lot, release_lot
from api.routes.resource import Fields as Record
from api.supplier.words import Words
from models.domain.authority import Role
from models.domain.errors import Forbidden, Unknown
from models.domain.evidence import DOCUMENTS, DocumentType
from models.domain.labels import LABELS, Kind
from models.domain.lot_corrections import adds_only, missing, settled
from models.domain.lot_holds import BY_DOCUMENT
from models.domain.specifications import Standing
from models.queries import compliance, lot_holds, lot_papers, lot_uses, order_stream, shop_floor
from models.tables.lot_documents import LotDocumentRow

_MOST_MATERIALS = 50
_MOST_USES = 20


def _state(words: Words, record: Record) -> Cell:
    if record["held"]:
        return Cell(words.say(N_("Held")), "act")
    if record["held_with"]:
        return Cell(words.say(N_("Held with {lot}"), lot=record["held_with"]), "act")
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
    if record["late"]:
        found.append(Cell(words.say(N_("Late entry")), "watch"))
    trace = Cell(words.say(N_("Trace")), href=asking(f"lot:{record['number']}"))
    return [*found, Cell(left), trace]


def _panels(session: Session, staff: Staff, record: Record) -> list[Panel]:
    """Its holds, and the way to the next: to put it on hold, or to release it."""
    number, words = record["number"], staff.words
    rows = lot_holds.history(session, number)
    names = order_stream.names(
        session, {record["recorded_by"], *(row[name] for row in rows for name in ("held_by", "released_by"))}
    )
    above = lot_holds.covering(session, [number], cleared=staff.principal.cleared).get(number)
    inherited = []
    if above is not None:
        path = f"/master/lots/{quote(above.lot, safe='')}"
        made = words.say(N_("made from lot {lot}"), lot=above.lot)
        source = Cell(made, href=path) if above.lot else Cell("")
        inherited.append([Cell(above.reason), source, Cell(""), Cell(words.say(N_("Held")), "act")])
    return [
        Panel(
            N_("Holds"),
            (N_("Reason"), N_("Held by"), N_("Since"), N_("State")),
            inherited + [_hold(words, row, names) for row in rows],
            N_("This lot is not on hold."),
            _way_on(staff, record),
        ),
        *_told_late(staff, record, names),
        _kept(session, staff, record),
        _used(session, staff, number),
        *_made_of(session, staff, number),
        *_proved(session, staff, number),
    ]


def _told_late(staff: Staff, record: Record, names: Mapping[str, str]) -> list[Panel]:
    if not record["late"]:
        return []
    words = staff.words
    by, when = names.get(record["recorded_by"], ""), words.time(record["recorded_at"])
    told = Cell(words.say(N_("Late entry by {who}, {when}"), who=by, when=when), "watch")
    return [
        Panel(
            N_("Receipt"), (N_("Received"), N_("State")), [[Cell(words.day(record["received_on"])), told]], ""
        )
    ]


def _kept(session: Session, staff: Staff, record: Record) -> Panel:
    """The files of the certificates that came with it; those that were replaced last."""
    words, number = staff.words, record["number"]
    papers = sorted(lot_papers.of_lot(session, number), key=lambda row: row.superseded_by != "")
    names = order_stream.names(session, {row.added_by for row in papers})
    rows = [
        [
            Cell(row.filename, href=f"/api/v1/documents/{quote(row.id, safe='')}"),
            Cell(words.say(DOCUMENTS[DocumentType(row.type)].name)),
            Cell(" ".join(filter(None, (row.number, row.revision))) or "–"),
            Cell(row.issuer or "–"),
            Cell(f"{names.get(row.added_by, '')}, {words.time(row.added_at)}"),
            _paper_state(words, row),
        ]
        for row in papers
    ]
    heads = (N_("File"), N_("Type"), N_("Number"), N_("Issuer"), N_("Added"), N_("State"))
    return Panel(
        N_("Certificates"),
        heads,
        rows,
        N_("The files of the certificates that came with this lot appear here."),
        (N_("Add a certificate"), f"/lots/{quote(number, safe='')}/documents")
        if may(staff, upload_lot_document)
        else None,
    )


def _paper_state(words: Words, row: LotDocumentRow) -> Cell:
    if row.superseded_by:
        return Cell(words.say(N_("superseded")), "plain")
    if row.late:
        return Cell(words.say(N_("Late entry")), "watch")
    return Cell("")


def _used(session: Session, staff: Staff, number: str) -> Panel:
    """Jobs, order lines and dispatches, the newest first; what became of it is in the trace."""
    words = staff.words
    found = lot_uses.of_lot(session, number, cleared=staff.principal.cleared, limit=_MOST_USES)
    rows = [
        [
            Cell(words.say(KINDS[use.kind])),
            _place(words, use),
            Cell(words.amount(use.quantity, use.unit), number=True),
            Cell(words.say(went(use.how, to_order=use.kind == "order"))),
            Cell(_when(words, use.at)),
        ]
        for use in found.some
    ]
    note = str(found.count) if found.count else ""
    if found.count > len(rows):
        note = words.say(
            N_("the newest {some} of {all}"), some=len(rows), all=words.number(Decimal(found.count))
        )
    heads = (N_("Type"), N_("Number"), N_("Quantity"), N_("What happened"), N_("When"))
    return Panel(
        N_("Used by"),
        heads,
        rows,
        N_("Jobs, orders and dispatches that used this lot appear here."),
        (N_("Trace"), asking(f"lot:{number}", "forward")) if rows else None,
        note,
    )


def _place(words: Words, use: lot_uses.Use) -> Cell:
    if use.kind == "order":
        text = words.say(N_("{order}, line {line}"), order=use.number, line=use.line or 0)
        return Cell(text, href=f"/orders/{quote(use.number, safe='')}")
    if use.kind == "dispatch":
        return Cell(use.number, href=f"/dispatches/{quote(use.number, safe='')}")
    if use.kind == "work_order":
        return Cell(use.number, href=f"/master/work-orders/{quote(use.number, safe='')}")
    return Cell(use.number, href=f"/master/lots/{quote(use.number, safe='')}")


def _when(words: Words, at: datetime | date | None) -> str:
    if at is None:
        return "–"
    return words.time(at) if isinstance(at, datetime) else words.day(at)


def _made_of(session: Session, staff: Staff, number: str) -> list[Panel]:
    """The heats of a lot made here or at a supplier: those of its material."""
    found = compliance.materials(session, number, staff.reader, _MOST_MATERIALS)
    rows = [
        [
            Cell(each["number"], href=f"/master/lots/{quote(each['number'], safe='')}"),
            Cell(each["part"]),
            Cell(each["heat_number"] or "–"),
            Cell(" · ".join(filter(None, (each["supplier"], each["supplier_lot"]))) or "–"),
        ]
        for each in found
    ]
    heads = (N_("Lot"), N_("Part"), N_("Heat"), N_("Supplier lot"))
    return [Panel(N_("Made of"), heads, rows, "")] if rows else []


def _proved(session: Session, staff: Staff, number: str) -> list[Panel]:
    """What is proved of a lot: the specifications it was processed to, and where the metal of a part under DFARS
    was melted."""
    try:
        found = compliance.of_lot(session, number, staff.reader)
    except Unknown:
        return []
    words = staff.words
    return [*_ordered_to(words, found), *(_metals(words, found) if found["dfars"] else ())]


def _ordered_to(words: Words, found: Record) -> list[Panel]:
    """The specifications it was processed to outside, and whether each was in force when that was ordered."""
    rows = []
    for each in found["specifications"]:
        judged, about = each["specification"], revision(each["specification"], words)
        told = Cell("–") if judged is None else Cell(words.say(STANDINGS[Standing(judged["standing"])]))
        if judged is not None and about is not None:
            told = Cell(told.text, about.kind, hint="" if judged["ok"] else _current(words, judged))
        rows.append(
            [
                Cell(" ".join(filter(None, (each["spec"], each["spec_revision"])))),
                Cell(each["process_name"]),
                Cell(each["order"], href=f"/orders/{quote(each['order'], safe='')}"),
                told,
            ]
        )
    heads = (N_("Specification"), N_("Process"), N_("Order"), N_("When ordered"))
    return [Panel(N_("Processed to"), heads, rows, "")] if rows else []


def _current(words: Words, judged: Record) -> str:
    if judged["in_force"] is None:
        return ""
    return words.say(
        N_("in force on {day}: {revision}"), day=words.day(judged["day"]), revision=judged["in_force"]
    )


def _metals(words: Words, found: Record) -> list[Panel]:
    rows = []
    for source in found["sources"]:
        kind, text = MELTED[source["melted"]]
        where = choices.country(words, source["country_of_melt"]) if source["country_of_melt"] else ""
        path = f"/master/lots/{quote(source['lot'], safe='')}"
        told = Cell(words.say(text), kind)
        rows.append([Cell(source["lot"], href=path), Cell(source["heat_number"] or ""), Cell(where), told])
    heads = (N_("Lot"), N_("Heat"), N_("Country of melt"), N_("State"))
    return [Panel(N_("Compliance"), heads, rows, N_("Nobody said where its metal was melted."))]


def _hold(words: Words, row: dict[str, Any], names: Mapping[str, str]) -> list[Cell]:
    by = row["held_by"].removeprefix(BY_DOCUMENT)
    cells = [Cell(row["reason"]), Cell(names.get(by, by)), Cell(words.time(row["held_at"]))]
    if row["released_at"] is None:
        return [*cells, Cell(words.say(N_("Held")), "act")]
    when, signature = words.time(row["released_at"]), row["signature"] or {}
    role = words.say(ROLES[signature["role"]]) if signature.get("role") else ""
    signed = " · ".join(filter(None, (signature.get("name"), role)))
    text = (
        words.say(N_("Released {when}, signed {name}"), when=when, name=signed)
        if signed
        else words.say(N_("Released {when}"), when=when)
    )
    ended = words.labelled(text, row["release_reason"])
    # A reason may be long: a mark would not break.
    return [*cells, Cell(ended)]


def _way_on(staff: Staff, record: Record) -> tuple[str, str] | None:
    path = f"/lots/{quote(record['number'], safe='')}"
    if record["held"]:
        return (N_("Release the lot"), f"{path}/release") if may(staff, release_lot) else None
    return (N_("Put the lot on hold"), f"{path}/hold") if may(staff, hold_lot) else None


def _ways(staff: Staff, record: Record) -> list[tuple[str, str]]:
    return [(N_("Print a label"), labels.path_of(Kind.LOT, record["number"]))] if staff.has(*LABELS) else []


def _settled(session: Session, staff: Staff, record: Record) -> dict[str, str]:
    if not may(staff, lots.replace_lot):
        return {}
    adding = Role.ADMIN not in staff.principal.roles
    why = settled(record, moved=shop_floor.moved(session, record["number"]), adding=adding)
    return {name: staff.words.say(refusal.text, **refusal.values) for name, refusal in why.items()}


def _yours(staff: Staff, record: Record) -> bool:
    """Who may only add what is missing finds a form where something is."""
    try:
        adding = adds_only(staff.principal.roles, staff.principal.id, record["recorded_by"])
    except Forbidden:
        return False
    return not adding or bool(missing(record))


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
        Input("certificate", N_("Certificate number")),
        Input(
            "serials",
            N_("Serial numbers"),
            "lines",
            N_("Of bought pieces whose part is tracked so: one in each line, or with commas between."),
        ),
        Input("received_on", N_("Received"), "day"),
    ),
    lots.create_lot,
    lots.replace_lot,
    ("number", "part", "supplier", "supplier_lot", "heat_number"),
    standing=_standing,
    panels=_panels,
    ways=_ways,
    settled=_settled,
    yours=_yours,
)
