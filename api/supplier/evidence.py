"""Certificates, reports and photos, one file at a time, with what is printed on them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from activities.codes import MEDIA
from activities.i18n import N_
from api.errors import WrongKind
from api.supplier.fields import LONGEST_LINE, Fields
from api.supplier.keeping import KeptFile, is_paper, size_in_words
from api.supplier.naming import line_among
from api.supplier.tasks import Sight, Task, Wanted, chosen
from api.supplier.told import Told, printed_name
from api.supplier.visits import Visit
from api.uploads import Stored
from models.domain import gate
from models.domain.commands import AddDocument
from models.domain.errors import Invalid
from models.domain.evidence import DOCUMENTS, DocumentType, Printed
from models.domain.order import Order
from models.domain.paperwork import missing_documents
from models.domain.quantities import quantity

# What the form asks of the paper; the core's names.
PRINTED = (
    "number",
    "lot",
    "heat",
    "quantity",
    "issuer",
    "revision",
    "purchase_order",
    "part_revision",
    "spec_revision",
    "parcel",
)
_CERTIFICATES = frozenset(kind for kind, rule in DOCUMENTS.items() if rule.certificate)
# Asked openly, the rest is folded.
_ALWAYS = 4


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    text: str
    chosen: bool
    # For a type: which media it may be, in words too, and the class of size it belongs to.
    media: str = ""
    allowed: str = ""
    size: str = ""


@dataclass(frozen=True, slots=True)
class FileView:
    """A file that arrived. ``state`` is waits (to be applied), good, act when it does not fit the order, or
    replaced; empty while it is to be described."""

    name: str
    filename: str
    size: str
    when: str
    state: str = ""


@dataclass(frozen=True, slots=True)
class Input:
    input: str
    text: str
    value: str


@dataclass(frozen=True, slots=True)
class DocumentForm:
    heading: str
    missing: tuple[Choice, ...]
    types: tuple[Choice, ...]
    accept: str
    first: tuple[Input, ...]
    more: tuple[Input, ...]
    lines: tuple[Choice, ...]
    # Documents that a corrected one could replace.
    replaces: tuple[Choice, ...]
    open: bool
    # The file that is being described, by the id of its form; all that are to be, and what was sent.
    describes: str = ""
    kept: tuple[FileView, ...] = ()
    sent: tuple[FileView, ...] = ()


def _offered(order: Order) -> bool:
    return gate.why_not(order, "add-document") is None


def form(visit: Sight, typed: Mapping[str, str]) -> DocumentForm:
    order, words = visit.order, visit.words
    wanted = missing_documents(order)
    replaced = order.documents.get(typed.get("supersedes", ""))
    kind = typed.get("type") or (replaced.type if replaced else wanted[0] if wanted else DocumentType.coc)

    def choices(kinds: tuple[DocumentType, ...]) -> tuple[Choice, ...]:
        return tuple(_type(each, kind, visit) for each in kinds)

    inputs = [Input(name, printed_name(name, words), typed.get(name, "")) for name in PRINTED]
    if replaced is not None:
        text = N_("Please send a corrected document: {document}")
        heading = words.say(text, document=words.say(DOCUMENTS[replaced.type].name))
    elif kind in wanted:
        heading = words.say(
            N_("Please send: {document}"), document=words.say(DOCUMENTS[DocumentType(kind)].name)
        )
    else:
        heading = words.say(N_("Which document or photo do you want to send?"))
    return DocumentForm(
        heading=heading,
        missing=choices(wanted),
        types=choices(tuple(each for each in DocumentType if each not in wanted)),
        accept=",".join(dict.fromkeys(media for rule in DOCUMENTS.values() for media in rule.media_types)),
        first=tuple(inputs[:_ALWAYS]),
        more=tuple(inputs[_ALWAYS:]),
        lines=tuple(
            Choice(str(line.line), line_among(order, line, words), typed.get("line") == str(line.line))
            for line in order.lines
        )
        if len(order.lines) > 1
        else (),
        replaces=tuple(
            Choice(
                item.document, f"{words.say(DOCUMENTS[item.type].name)} · {item.filename}", item is replaced
            )
            for item in order.documents.values()
            if item.current
        ),
        open=any(each.value for each in inputs) or kind in _CERTIFICATES,
    )


def _type(kind: DocumentType, chosen: str, visit: Sight) -> Choice:
    rule = DOCUMENTS[kind]
    return Choice(
        kind,
        visit.words.say(rule.name),
        kind == chosen,
        ",".join(rule.media_types),
        visit.words.listed(MEDIA[each] for each in rule.media_types),
        rule.size,
    )


def _suppliers_form(visit: Visit, typed: Mapping[str, str]) -> DocumentForm:
    """Asks for a file, or what is printed on one that came before."""
    words, kept = visit.words, _to_describe(visit, typed)
    sent = tuple(_sent(visit))
    waiting = tuple(_view(each.type, each.stored, words.time(each.arrived_at), visit) for each in visit.kept)
    if kept is None:
        return replace(form(visit, typed), kept=waiting, sent=sent)
    asked = form(visit, {"type": kept.type, **kept.typed, **typed})
    return replace(
        asked,
        heading=words.say(N_("What is printed on {filename}?"), filename=kept.stored.filename),
        missing=tuple(each for each in asked.missing if is_paper(DocumentType(each.value))),
        types=tuple(each for each in asked.types if is_paper(DocumentType(each.value))),
        describes=kept.id,
        kept=waiting,
        sent=sent,
    )


def _to_describe(visit: Visit, typed: Mapping[str, str]) -> KeptFile | None:
    """The one the form was about, else the first; none when another file is to be sent."""
    if "form" in typed:
        return _kept(visit, typed)
    return visit.kept[0] if visit.kept and "another" not in typed else None


def _kept(visit: Visit, typed: Mapping[str, str]) -> KeptFile | None:
    name = typed.get("form", "").partition(".")[0]
    return next((each for each in visit.kept if each.id == name), None)


def _sent(visit: Visit) -> Iterator[FileView]:
    for item in visit.told:
        command = item.command
        if isinstance(command, AddDocument) and item.status != "refused":
            stored = Stored(command.sha256, command.size, command.media_type, command.filename)
            yield _view(command.type, stored, visit.words.time(item.at), visit, _state(item, visit.order))


def _state(item: Told, order: Order) -> str:
    document = order.documents.get(item.made.get("document", ""))
    if item.waits or document is None:
        return "waits"
    if not document.current:
        return "replaced"
    return "good" if document.matched else "act"


def _view(kind: DocumentType, stored: Stored, when: str, visit: Visit, state: str = "") -> FileView:
    words = visit.words
    name = words.say(DOCUMENTS[kind].name)
    return FileView(name, stored.filename, size_in_words(stored.size, words), when, state)


def beside(fields: Fields) -> dict[str, str]:
    """What was typed beside a file that is kept until it is described."""
    names = (*PRINTED, "line", "supersedes")
    return {name: value[:LONGEST_LINE] for name in names if (value := fields.raw(name))}


def kind_of(fields: Fields) -> DocumentType:
    """The chosen type. Raises ``Invalid``."""
    try:
        return DocumentType(fields.raw("type"))
    except ValueError:
        raise Invalid("document.type", "Choose what kind of document it is.", field="type") from None


def printed_in(fields: Fields, visit: Sight) -> Printed:
    """What the paper is said to say. Raises ``Invalid``."""
    texts = {name: fields.text(name) or None for name in PRINTED if name != "quantity"}
    unit = visit.order.lines[0].unit if len(visit.order.lines) == 1 else ""
    stated = fields.quantity("quantity", unit)
    fields.text("supersedes")
    fields.check()
    return Printed(quantity=quantity(stated) if stated is not None else None, **texts)


def command_of(fields: Fields, visit: Sight, stored: Stored) -> Wanted:
    """The command in the fields, for a file that has been received. Raises ``Invalid``."""
    line = fields.raw("line")
    command = AddDocument(
        type=kind_of(fields),
        sha256=stored.sha256,
        size=stored.size,
        media_type=stored.media_type,
        filename=stored.filename,
        line=int(line) if line.isdecimal() and len(line) < 6 else None,
        printed=printed_in(fields, visit),
        supersedes=fields.raw("supersedes"),
    )
    return Wanted(command)


def _read(fields: Fields, visit: Visit) -> Wanted:
    """What is printed on a file that came before. Raises ``Invalid`` or ``WrongKind``."""
    chosen(fields, "send")
    kept = _kept(visit, fields.typed)
    if kept is None:
        raise Invalid("file.not_here", "This file is not here any more. Send it again.", field="file")
    wanted, kind = command_of(fields, visit, kept.stored), kind_of(fields)
    if not is_paper(kind):
        raise Invalid("document.type", "Choose what kind of document it is.", field="type")
    if kept.stored.media_type not in DOCUMENTS[kind].media_types:
        raise WrongKind(
            "file.type",
            "{document} cannot be {claimed}; send one of {allowed}.",
            field="type",
            document=DOCUMENTS[kind].name,
            claimed=kept.stored.media_type,
            allowed=", ".join(DOCUMENTS[kind].media_types),
        )
    return wanted


DOCUMENT = Task("document", "add-document", N_("Send a document or photo"), _offered, _suppliers_form, _read)
