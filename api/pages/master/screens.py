"""What a kind of master data shows and asks, on top of the API's own routes for it.

A screen says no rule of its own: who may do what, what a body must be and what is refused is
declared by the JSON routes it names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, get_type_hints
from urllib.parse import quote

from pydantic import BaseModel
from sqlalchemy import ColumnElement
from sqlmodel import Session

from api.auth import Allowed
from api.pages.master.forms import Form, Part
from api.pages.staff import Staff
from api.routes.resource import Fields as Record
from api.routes.resource import Resource
from api.supplier.words import Words
from api.wire import Answer


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a column: plain, a link, or with `kind` a word that says how something stands. A `number`
    stands at the column's end, digit below digit. `hint` is what is said beside it, `links` are several of these
    in one column."""

    text: str
    kind: str = ""
    href: str = ""
    number: bool = False
    hint: str = ""
    links: tuple[Cell, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """`show` gives the cell of a record, in the reader's words."""

    label: str
    show: Callable[[Words, Record], Cell | str | None]
    number: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """A table below a record: what belongs to it. `button`: what it says, and where it leads; `note`: what holds
    of all its rows, such as their unit."""

    title: str
    heads: tuple[str, ...]
    rows: list[list[Cell]]
    empty: str
    button: tuple[str, str] | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Groups:
    """What a list is narrowed to by its address: the name there, what each value is called, those that have it,
    and how many do."""

    name: str
    called: Mapping[str, str]
    where: Callable[[str], ColumnElement[bool]]
    counts: Callable[..., Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Screen:
    """One kind of record. `title` names all of them, `make` is on the button; `about` says in a line
    what they are for; `searched` are the columns `?q=` looks into."""

    name: str
    title: str
    make: str
    about: str
    resource: Resource[Any]
    columns: tuple[Column, ...]
    parts: tuple[Part, ...]
    create: Callable[..., Answer]
    replace: Callable[..., Answer]
    searched: tuple[str, ...] = ()
    # What its address is made of, when that is not its key.
    address: tuple[str, ...] = ()
    find: Callable[..., Any] | None = None
    base: str = "/master"
    # Its only key may have a slash.
    slashed: bool = False
    # The column that names whose it is, for a record below another.
    owned_by: str = ""
    # Records below each of these, by the names of their addresses.
    children: dict[str, Screen] = field(default_factory=dict)
    standing: Callable[[Words, Record], list[Cell]] = lambda _words, _record: []
    panels: Callable[[Session, Staff, Record], Sequence[Panel]] = lambda _session, _staff, _record: []
    # What else there is of a record: what it says, and where it leads.
    ways: Callable[[Staff, Record], Sequence[tuple[str, str]]] = lambda _staff, _record: ()
    groups: Groups | None = None
    # What a list and a heading say of records beyond what is kept of them.
    more: Callable[[Session, Sequence[Record]], Sequence[Record]] = lambda _session, records: records
    # Inputs that are shown and no longer asked, with why.
    settled: Callable[[Session, Staff, Record], Mapping[str, str]] = lambda _session, _staff, _record: {}
    # Whether who may change such records may change this one.
    yours: Callable[[Staff, Record], bool] = lambda _staff, _record: True

    @property
    def known_by(self) -> tuple[str, ...]:
        return self.address or self.resource.keys

    @property
    def making(self) -> Form:
        return Form(tuple(part for part in self.parts if part.when != "changed"))

    @property
    def changing(self) -> Form:
        return Form(tuple(part for part in self.parts if part.when != "made" and not part.key))

    def path(self, owner: tuple[str, ...] = ()) -> str:
        """Where all of them are; those of a child below their owner."""
        return "/".join([self.base, *(quote(part, safe="") for part in owner), self.name])

    def path_of(self, record: Record, owner: tuple[str, ...] = ()) -> str:
        return "/".join([self.path(owner), *(quote(str(record[name]), safe="") for name in self.known_by)])

    def row(self, session: Session, key: tuple[str, ...], within: Record | None, *, cleared: bool) -> Any:
        """Raises ``Unknown``."""
        if self.find is not None:
            return self.find(session, *key)
        return self.resource.get(session, *key, within=within, cleared=cleared)

    def blank(self) -> Record:
        """What the body takes for what is left out."""
        return {
            name: info.get_default(call_default_factory=True, validated_data={})
            for name, info in body_of(self.create).model_fields.items()
            if not info.is_required()
        }


def body_of(route: Callable[..., Answer]) -> type[BaseModel]:
    """The body a JSON route takes."""
    body: type[BaseModel] = get_type_hints(route)["body"]
    return body


def guard_of(route: Callable[..., Any]) -> Allowed:
    """Who a JSON route lets in, as it declares it."""
    for note in get_type_hints(route, include_extras=True)["principal"].__metadata__:
        if isinstance(getattr(note, "dependency", None), Allowed):
            guard: Allowed = note.dependency
            return guard
    raise TypeError(f"{route.__name__} does not say who may use it")


def may(staff: Staff, route: Callable[..., Any]) -> bool:
    return bool(staff.principal.roles & guard_of(route).roles)


def cell(shown: Cell | str | None) -> Cell:
    return shown if isinstance(shown, Cell) else Cell(shown or "")
