"""What the supplier has still to bring, each with where it can be given."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from activities.i18n import N_
from api.supplier.corrective import ACTION, owed
from api.supplier.measuring import MEASURE
from api.supplier.naming import line_among
from api.supplier.returning import to_send_back
from api.supplier.shipping import SHIP
from api.supplier.visits import Visit
from api.supplier.words import Words
from models.domain.evidence import DOCUMENTS, DocumentType, covers
from models.domain.missing import missing
from models.domain.order import Order

VALUES = N_("Measured values for {part}")
FIRST_VALUES = N_("Measured values of the first pieces of {part}")


@dataclass(frozen=True, slots=True)
class Owed:
    """Something missing; ``task`` is the end of the address where it can be given, empty when not now."""

    text: str
    task: str


def owed_by_supplier(visit: Visit) -> Iterator[Owed]:
    yield from _to_describe(visit)
    yield from _owed(visit.order, visit.words)
    yield from _corrective(visit.order, visit.words)


def _to_describe(visit: Visit) -> Iterator[Owed]:
    """Files that are here, and nobody has said what is printed on them."""
    for file in visit.kept:
        text = visit.words.say(N_("Say what is printed on {filename}"), filename=file.stored.filename)
        yield Owed(text, "document")


def _owed(order: Order, words: Words) -> Iterator[Owed]:
    """What is missing and the supplier's to bring."""
    wrong = [item.type for item in order.documents.values() if item.current and not item.matched]
    leaving = {f"line-{line.line}": pieces for line, pieces in to_send_back(order, words)}
    for item in missing(order):
        kind, _, what = item["what"].partition(":")
        # What is to be reworked stands with the rejected pieces, and is asked for when it arrives.
        if item["owed_by"] != "supplier" or kind == "rework":
            continue
        if kind in ("answer", "change-answer", "transfer-answer"):
            # It is what the page asks.
            continue
        if kind in ("return", "transfer"):
            if what in leaving:
                text = N_("To send back: {pieces}")
                if kind == "transfer":
                    text = N_("To go on to another supplier: {pieces}")
                yield Owed(words.say(text, pieces=leaving[what]), "ship" if SHIP.offered(order) else "")
            continue
        if kind == "document":
            # The corrected one is asked for already.
            if any(covers(DocumentType(what), each) for each in wrong):
                continue
            yield Owed(words.say(DOCUMENTS[DocumentType(what)].name), f"document?type={what}")
        elif kind == "correction":
            document = order.documents[what]
            name = words.say(DOCUMENTS[document.type].name)
            text = words.say(
                N_("{document}, corrected, instead of {filename}"), document=name, filename=document.filename
            )
            yield Owed(text, f"document?supersedes={quote(what)}")
        else:
            line = order.line(int(what.removeprefix("line-")))
            assert line is not None, "inspections are owed for the order's lines"
            if any(each.line == line.line and not each.decision for each in order.inspections.values()):
                # They have sent theirs; now it is the customer's turn.
                continue
            wanted = FIRST_VALUES if kind == "first-article" else VALUES
            text = words.say(wanted, part=line_among(order, line, words))
            yield Owed(text, f"measure?line={line.line}" if MEASURE.offered(order) else "")


def _corrective(order: Order, words: Words) -> Iterator[Owed]:
    for _, action in owed(order):
        text = words.say(
            N_("Corrective action until {day}: {what}"), day=words.far_day(action.due), what=action.what
        )
        yield Owed(text, f"action?action={quote(action.action)}" if ACTION.offered(order) else "")
