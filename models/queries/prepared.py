"""Statements that are asked very often, or about very many: made once, asked about any number of names at a
time, answered as plain tuples.

SQLAlchemy writes a list of names out, one parameter each, so that PostgreSQL has to plan each length anew; here
they are one array on PostgreSQL and one JSON text on SQLite.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import nullcontext
from typing import Any

import orjson
import psycopg
from sqlalchemy import JSON, BindParameter, ColumnElement, Dialect, Select, String, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction
from sqlmodel import Session

from models.tables.types import DECIMALS, Exact

Row = tuple[Any, ...]
Columns = list[Sequence[Any]]
_Convert = Callable[[Any], Any]
# So many rows of a stream are fetched at a time.
_AT_ONCE = 2_000


class _Each(GenericFunction[str]):
    """The names of a list as rows."""

    name = "sendout_each"
    inherit_cache = True


class _Among(GenericFunction[Any]):
    """Whether a column is one of the names of a list; were it a boolean, SQLite would be asked whether it is 1."""

    name = "sendout_among"
    inherit_cache = True


@compiles(_Each, "sqlite")
def _each_of_json(element: _Each, compiler: SQLCompiler, **kw: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **kw)})"


@compiles(_Each, "postgresql")
def _each_of_array(element: _Each, compiler: SQLCompiler, **kw: Any) -> str:
    return f"unnest({compiler.process(element.clauses, **kw)})"


@compiles(_Among, "sqlite")
def _among_json(element: _Among, compiler: SQLCompiler, **kw: Any) -> str:
    column, names = (compiler.process(each, **kw) for each in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({names}))"  # noqa: S608 - both are SQLAlchemy's own


@compiles(_Among, "postgresql")
def _among_array(element: _Among, compiler: SQLCompiler, **kw: Any) -> str:
    column, names = (compiler.process(each, **kw) for each in element.clauses)
    return f"{column} = ANY ({names})"


def each(names: str) -> Select[Any]:
    """The names that the parameter `names` brings, as rows with one column, `value`."""
    # PostgreSQL calls a function's one column as its table is called, SQLite calls it `value`.
    return select(_Each(_given(names)).table_valued("value").alias("value").c.value)


def among(column: ColumnElement[Any], names: str) -> ColumnElement[bool]:
    """Where the column is one of the names that the parameter `names` brings."""
    return _Among(column, _given(names))


def _given(names: str) -> BindParameter[Any]:
    return bindparam(names, type_=ARRAY(String))


class Prepared:
    """A statement whose parameters are lists of names."""

    def __init__(self, statement: Select[Any]) -> None:
        self._statement = statement
        self.names: tuple[str, ...] = tuple(statement.selected_columns.keys())
        self._ready: dict[str, _Ready] = {}

    def rows(self, session: Session, **given: Collection[str]) -> list[Row]:
        """All of them."""
        return list(zip(*self.columns(session, **given), strict=True))

    def columns(self, session: Session, **given: Collection[str]) -> Columns:
        """All of them as columns, for who goes through one at a time; no columns where there are no rows."""
        (found,) = together(session, (self, given))
        return found

    def stream(self, session: Session, **given: Collection[str]) -> Iterator[Row]:
        """However many: a few thousand at a time are in memory."""
        connection = session.connection()
        ready = self.ready(connection.dialect)
        options = {"stream_results": True, "max_row_buffer": _AT_ONCE}
        with connection.exec_driver_sql(ready.text, ready.parameters(given), options) as result:
            while found := result.fetchmany(_AT_ONCE):
                yield from zip(*ready.columns(found), strict=True)

    def ready(self, dialect: Dialect) -> _Ready:
        """As the database of this kind is asked it."""
        ready = self._ready.get(dialect.name)
        if ready is None:
            ready = self._ready[dialect.name] = _Ready(self._statement, dialect)
        return ready


def together(session: Session, *asked: tuple[Prepared, Mapping[str, Collection[str]]]) -> list[Columns]:
    """What each answers, in one round trip where the database is somewhere else. The driver is asked itself:
    for a small answer SQLAlchemy takes as long as the database."""
    connection = session.connection()
    driver: Any = connection.connection.driver_connection
    ready = [(each.ready(connection.dialect), given) for each, given in asked]
    try:
        at_once = (
            driver.pipeline() if connection.dialect.name == "postgresql" and len(asked) > 1 else nullcontext()
        )
        with at_once:
            cursors = [driver.execute(one.whole, one.parameters(given)) for one, given in ready]
            return [
                one.converted(one.unpacked(cursor.fetchall()))
                for (one, _), cursor in zip(ready, cursors, strict=True)
            ]
    except (psycopg.Error, sqlite3.Error):
        # What goes wrong above goes wrong here as well, where SQLAlchemy says it in its own words.
        found = [connection.exec_driver_sql(one.text, one.parameters(given)) for one, given in ready]
        return [one.columns(rows.fetchall()) for (one, _), rows in zip(ready, found, strict=True)]


class _Ready:
    """As one kind of database is asked it: `text` for rows, `whole` for all of them at once."""

    def __init__(self, statement: Select[Any], dialect: Dialect) -> None:
        compiled: Any = statement.compile(dialect=dialect)
        self.text: str = compiled.string
        self._order: list[str] | None = compiled.positiontup
        self._fixed: dict[str, Any] = compiled.params
        self._sqlite = dialect.name == "sqlite"
        self.whole = _packed(self.text, len(statement.selected_columns)) if self._sqlite else self.text
        self._converts: list[tuple[int, _Convert]] = []
        for place, column in enumerate(statement.selected_columns):
            convert = _converting(column.type, dialect)
            if convert is not None:
                self._converts.append((place, convert))

    def parameters(self, given: Mapping[str, Collection[str]]) -> Any:
        values = dict(self._fixed)
        for name, names in given.items():
            values[name] = orjson.dumps(list(names)).decode() if self._sqlite else list(names)
        return values if self._order is None else tuple(values[name] for name in self._order)

    def unpacked(self, found: Sequence[Any]) -> list[Any]:
        """The columns of `whole`."""
        if self._sqlite:
            columns = list(map(orjson.loads, found[0]))
            return columns if columns[0] else []
        return list(zip(*found, strict=True))

    def columns(self, found: Sequence[Any]) -> Columns:
        """Those of rows."""
        return self.converted(list(zip(*found, strict=True)))

    def converted(self, columns: list[Any]) -> Columns:
        """Whole columns at a time: most have nothing to convert."""
        if columns:
            for place, convert in self._converts:
                columns[place] = tuple(map(convert, columns[place]))
        return columns


def _packed(statement: str, width: int) -> str:
    """Each column as one JSON text: to fetch them value by value takes Python's driver longer than SQLite takes to
    find and write them."""
    names = ", ".join(f"c{place}" for place in range(width))
    columns = ", ".join(f"json_group_array(c{place})" for place in range(width))
    return f"WITH told({names}) AS ({statement}) SELECT {columns} FROM told"  # noqa: S608 - ours


def _converting(type_: Any, dialect: Dialect) -> _Convert | None:
    if isinstance(type_, Exact):
        return DECIMALS.__getitem__
    if isinstance(type_, JSON) and dialect.name == "sqlite":
        return _read_json
    convert: _Convert | None = type_.dialect_impl(dialect).result_processor(dialect, None)
    return convert


def _read_json(text: str | None) -> Any:
    return None if text is None else orjson.loads(text)
