"""One kind of master data over HTTP: list, read, create, replace, always in the same way.

Every change is one transaction: the row, its before and after, and the answer a repeated request
gets again. It is committed before anything is answered.
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar
from urllib.parse import quote

import orjson
from fastapi import Depends, Query, Request
from pydantic import BaseModel
from sqlalchemy import ColumnElement
from sqlmodel import Session, SQLModel

from api.auth import Principal
from api.changes import perform, transact
from api.wire import Answer, dumps
from models import clearance
from models.domain.errors import FieldError, Invalid, Refusal, Stale, Unknown
from models.queries import controlled, master
from models.tables.master_changes import MasterChange

Row = TypeVar("Row", bound=SQLModel)
Item = TypeVar("Item")
Fields = dict[str, Any]
# Column values a row must have to belong to what the address names above it.
Within = Mapping[str, object] | None


@dataclass(frozen=True)
class Page:
    """Which part of a list is wanted."""

    cursor: str | None
    limit: int


async def _page(
    cursor: Annotated[str | None, Query(description="`next` of the page before.", max_length=1000)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page:
    return Page(cursor, limit)


class Items(BaseModel, Generic[Item]):
    """One page of a list; ``next`` is null on the last."""

    items: list[Item]
    next: str | None


Paging = Annotated[Page, Depends(_page)]


def columns(_session: Session, rows: Sequence[SQLModel]) -> list[Fields]:
    """The rows as they are in the table, in the order the table declares."""
    return [fields_of(row) for row in rows]


def fields_of(row: SQLModel, *, but: Collection[str] = ()) -> Fields:
    """One row as it is in the table, without the columns ``but``."""
    return {name: getattr(row, name) for name in type(row).model_fields if name not in but}


@dataclass(frozen=True)
class Resource(Generic[Row]):
    """``name`` is what people call it, ``keys`` what tells one row from another, in that order."""

    table: type[Row]
    name: str
    keys: tuple[str, ...]
    views: Callable[[Session, Sequence[Any]], list[Fields]] = columns
    # The key as it is written, where people may type it otherwise.
    written: Callable[[Session, tuple[object, ...]], tuple[object, ...]] | None = None

    def page(
        self, request: Request, page: Page, *where: ColumnElement[bool], cleared: bool = False
    ) -> Answer:
        with request.app.state.database.read() as session:
            items, following = self.listed(session, page, *where, cleared=cleared)
        return Answer({"items": items, "next": following})

    def listed(
        self,
        session: Session,
        page: Page,
        *where: ColumnElement[bool],
        by: tuple[str, ...] = (),
        cleared: bool = False,
    ) -> tuple[list[Fields], str | None]:
        """One page of rows in the order of their keys, or of other columns that tell them apart, and the
        cursor of the next page when there is one; without those that only cleared people know of, unless
        the reader is ``cleared``. Raises ``Invalid``."""
        by = by or self.keys
        where = (*where, *controlled.visible(self.table, cleared=cleared))
        after = None if page.cursor is None else _behind(page.cursor, len(by))
        rows = master.page(session, self.table, by, after=after, limit=page.limit + 1, where=where)
        items = self.views(session, rows[: page.limit])
        return items, _cursor(rows[page.limit - 1], by) if len(rows) > page.limit else None

    def read(self, request: Request, *key: object, within: Within = None, cleared: bool = False) -> Answer:
        with request.app.state.database.read() as session:
            view = self.view(session, self.get(session, *key, within=within, cleared=cleared))
        return Answer(view, headers={"ETag": etag(view)})

    def must_exist(self, request: Request, *key: object) -> None:
        """Raises ``Unknown``: a list below something that is not there is no empty list."""
        with request.app.state.database.read() as session:
            self.get(session, *key)

    def create(
        self,
        request: Request,
        principal: Principal,
        make: Callable[[Session, datetime], Row],
    ) -> Answer:
        """Save what ``make`` returns, unless its key is taken: then 409 with code ``exists``."""

        def change(session: Session, now: datetime) -> Answer:
            row = make(session, now)
            key = self.key(row)
            found = session.get(self.table, key)
            # `make` may have had to save the row already, for others that point at it.
            if found is not None and found is not row:
                raise self.exists(*key)
            session.add(row)
            session.flush()
            view = self.view(session, row)
            self.record(session, principal, key, None, view, now)
            where = "/".join(quote(str(part), safe="") for part in key)
            return Answer(view, 201, {"Location": f"{request.url.path}/{where}"})

        return perform(request, principal, change)

    def replace(
        self,
        request: Request,
        principal: Principal,
        key: tuple[Any, ...],
        change: Callable[[Session, Row], None],
        *,
        within: Within = None,
    ) -> Answer:
        """Let ``change`` edit the locked row and keep what it was before.

        Raises ``Stale`` when the request's ``If-Match`` is not the ETag of what the row says now.
        """

        def locked(session: Session, now: datetime) -> Answer:
            row = self.get(session, *key, within=within, lock=True, cleared=principal.cleared)
            before = self.view(session, row)
            self.refuse_stale(request, before, *key)
            change(session, row)
            session.add(row)
            session.flush()
            after = self.view(session, row)
            if after != before:
                self.record(session, principal, self.key(row), before, after, now)
            return Answer(after)

        return transact(request, locked)

    def get(
        self,
        session: Session,
        *key: object,
        within: Within = None,
        lock: bool = False,
        cleared: bool = False,
    ) -> Row:
        """The row, when it has the values of ``within``; its key may be typed otherwise than it is. Raises ``Unknown``, also for what only cleared
        people know of unless whoever asks is ``cleared``."""
        called = " ".join(map(str, key))
        if self.written is not None:
            key = self.written(session, key)
        row = session.get(self.table, key, with_for_update=lock)
        if row is not None and controlled.hidden(session, row, cleared=cleared):
            clearance.barred(self.name, called)
            row = None
        if row is None or any(getattr(row, name) != value for name, value in (within or {}).items()):
            raise Unknown("unknown", "There is no {kind} {key}.", kind=self.name, key=called)
        return row

    def refuse_stale(self, request: Request, now: Fields, *key: object) -> None:
        given = request.headers.get("if-match")
        if given is not None and given.strip() not in ("*", etag(now)):
            raise Stale(
                "master.stale",
                "The {kind} {key} was changed meanwhile. Read it again, then decide.",
                kind=self.name,
                key=" ".join(map(str, key)),
            )

    def view(self, session: Session, row: Row) -> Fields:
        return self.views(session, [row])[0]

    def key(self, row: Row) -> tuple[Any, ...]:
        return tuple(getattr(row, name) for name in self.keys)

    def exists(self, *key: object) -> Refusal:
        text = "There is already a {kind} {key}. Choose another key, or change the one that is there."
        return Refusal("exists", text, field=self.keys[-1], kind=self.name, key=" ".join(map(str, key)))

    def record(
        self,
        session: Session,
        principal: Principal,
        key: tuple[Any, ...],
        before: Fields | None,
        after: Fields,
        now: datetime,
    ) -> None:
        """Keep what the row was and what it became."""
        session.add(
            MasterChange(
                table_name=str(self.table.__tablename__),
                key="/".join(map(str, key)),
                before=None if before is None else orjson.loads(dumps(before)),
                after=orjson.loads(dumps(after)),
                actor=principal.id,
                at=now,
            )
        )


def etag(view: Fields) -> str:
    """What tells one state of a record from another."""
    return f'"{hashlib.sha256(dumps(view)).hexdigest()[:32]}"'


def _cursor(row: SQLModel, by: tuple[str, ...]) -> str:
    return urlsafe_b64encode(dumps([getattr(row, name) for name in by])).decode().rstrip("=")


def _behind(cursor: str, count: int) -> tuple[Any, ...]:
    try:
        key = orjson.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError:
        key = None
    if not isinstance(key, list) or len(key) != count or not all(map(_is_key, key)):
        raise Invalid("cursor.invalid", "Use `next` of the page before as the cursor.", field="cursor")
    return tuple(key)


def _is_key(value: object) -> bool:
    return isinstance(value, str) and "\0" not in value


class Checks:
    """Collects what is wrong across fields, to say it all at once. What only cleared people know of is not there
    unless whoever writes is ``cleared``."""

    def __init__(self, *, cleared: bool = False) -> None:
        self.cleared = cleared
        self.errors: list[FieldError] = []

    def wrong(self, field: str, text: str, **values: object) -> None:
        self.errors.append(
            FieldError(field, text, tuple((name, str(value)) for name, value in values.items()))
        )

    def exists(self, session: Session, table: type[SQLModel], key: object, field: str, kind: str) -> None:
        """Note an error when no row of ``table`` has that key; an absent key is not asked for."""
        if key is None:
            return
        row = session.get(table, key)
        shown = " ".join(key) if isinstance(key, tuple) else key
        if row is not None and controlled.hidden(session, row, cleared=self.cleared):
            clearance.barred(kind, str(shown))
            row = None
        if row is None:
            self.wrong(field, "There is no {kind} {key}; create it first.", kind=kind, key=shown)

    def same(self, field: str, given: object, key: object) -> None:
        """Note an error when the body names another key than the address."""
        if given is not None and given != key:
            self.wrong(field, "The address says {key}; leave this out or make it the same.", key=key)

    def settle(self) -> None:
        """Raises ``Invalid`` when anything was wrong."""
        if self.errors:
            raise Invalid(
                "request.invalid",
                "Some fields do not fit; correct them and send it again.",
                errors=tuple(self.errors),
            )
