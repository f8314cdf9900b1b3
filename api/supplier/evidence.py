"""Certificates, reports and photos, one file at a time, with what is printed on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from activities.i18n import N_
from api.supplier.fields import Fields
from api.supplier.tasks import Sight, Task, Wanted
from api.supplier.told import printed_name
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


def _offered(order: Order) -> bool:
    return gate.why_not(order, "add-document") is None


def form(visit: Sight, typed: Mapping[str, str]) -> DocumentForm:
    order, words = visit.order, visit.words
    wanted = missing_documents(order)
    replaced = order.documents.get(typed.get("supersedes", ""))
    kind = typed.get("type") or (replaced.type if replaced else wanted[0] if wanted else DocumentType.coc)

    def choices(kinds: tuple[DocumentType, ...]) -> tuple[Choice, ...]:
        return tuple(Choice(each, words.say(DOCUMENTS[each].name), each == kind) for each in kinds)

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
            Choice(str(line.line), f"{line.part} {line.part_revision}", typed.get("line") == str(line.line))
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


DOCUMENT = Task("document", "add-document", N_("Send a document or photo"), _offered, form, None)
