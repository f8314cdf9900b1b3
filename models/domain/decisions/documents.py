"""add-document: evidence, matched against the order the moment it comes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from models.domain.commands import AddDocument
from models.domain.decisions import checks
from models.domain.errors import Invalid, Refusal
from models.domain.events import DocumentAdded, Event
from models.domain.evidence import Mismatch, Printed, covers, match, newer_revision, same_paper, unprinted
from models.domain.facts import Asked, Facts
from models.domain.order import Order
from models.domain.paperwork import order_facts
from models.domain.pieces import line_of
from models.domain.records import Document


def add_document(
    order: Order, command: AddDocument, asked: Asked, facts: Facts, now: datetime
) -> list[Event]:
    if command.line is not None:
        checks.the_line(order, command.line)
    _not_here_yet(order, command)
    older = _superseded(order, command)
    lines = _lines(order, command, older)
    mismatches = (
        *match(command.type, command.printed, order_facts(order), lines[0] if len(lines) == 1 else None),
        *(Mismatch(name, "", "to be printed") for name in unprinted(command.type, command.printed)),
    )
    if older is not None:
        mismatches = (*mismatches, *_silent_about(older, command.printed, mismatches))
    kept = older.holds if older is not None else ()
    return [
        DocumentAdded(
            document=f"{order.number}-D{len(order.documents) + 1}",
            type=command.type,
            printed=command.printed,
            sha256=command.sha256,
            size=command.size,
            media_type=command.media_type,
            filename=command.filename,
            lines=lines,
            mismatches=mismatches,
            supersedes=older.document if older is not None else "",
            holds=tuple(sorted({*_accepted_lots(order, lines), *kept})) if mismatches else (),
            releases=() if mismatches else tuple(_no_longer_held(order, older)),
        )
    ]


def _not_here_yet(order: Order, command: AddDocument) -> None:
    """(issuer, number, revision) names a certificate once. Only one that was typed wrongly comes again,
    in its own place."""
    printed = command.printed
    for document in order.documents.values():
        if same_paper(document.printed, printed) and document.document != command.supersedes:
            raise Refusal(
                "document.exists",
                "{issuer} {number} revision {revision} is here already as {document}. A corrected one "
                "needs a newer "
                "revision and supersedes it.",
                field="number",
                issuer=printed.issuer,
                number=printed.number,
                revision=printed.revision or "-",
                document=document.document,
            )


def _superseded(order: Order, command: AddDocument) -> Document | None:
    """The document named, else the current one whose newer revision this is."""
    if not command.supersedes:
        return _older_revision(order, command)
    older = order.documents.get(command.supersedes)
    if older is None or not older.current:
        raise Invalid(
            "document.supersedes",
            "{document} is not a current document of this order.",
            field="supersedes",
            document=command.supersedes,
        )
    if not covers(older.type, command.type):
        raise Refusal(
            "document.other_type",
            "{document} is of another type: a {type} cannot take its place. Add it with that type, or "
            "without saying that it supersedes one.",
            field="supersedes",
            document=older.document,
            type=command.type.replace("_", " "),
        )
    return older


def _older_revision(order: Order, command: AddDocument) -> Document | None:
    for document in order.documents.values():
        if (
            document.current
            and covers(document.type, command.type)
            and newer_revision(command.printed, document.printed)
        ):
            return document
    return None


def _lines(order: Order, command: AddDocument, older: Document | None) -> tuple[int, ...]:
    """The lines the document speaks of: those of the one it supersedes, unless it says otherwise."""
    if command.line is None:
        return older.lines if older is not None else tuple(line.line for line in order.lines)
    if older is not None and older.lines != (command.line,):
        raise Refusal(
            "document.other_line",
            "{document} speaks of line {lines}; what supersedes it must as well.",
            field="line",
            document=older.document,
            lines=", ".join(str(line) for line in older.lines),
        )
    return (command.line,)


def _silent_about(older: Document, printed: Printed, mismatches: Iterable[Mismatch]) -> Iterator[Mismatch]:
    """What was wrong must be printed right, not left out."""
    named = {item.field for item in mismatches}
    for item in older.mismatches:
        if item.field not in named and getattr(printed, item.field, "alternatives") in (None, ""):
            yield Mismatch(item.field, "", item.expected)


def _no_longer_held(order: Order, older: Document | None) -> Iterator[str]:
    """Lots that only the corrected document had put on hold."""
    if older is None:
        return
    others = [item for item in order.documents.values() if item.current and item.document != older.document]
    yield from (lot for lot in older.holds if not any(lot in item.holds for item in others))


def _accepted_lots(order: Order, lines: tuple[int, ...]) -> Iterator[str]:
    for at, names in order.accepted_as.items():
        if line_of(at) in lines:
            yield from (name for name in names if name)
