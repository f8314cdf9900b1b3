"""Rows that were saved once through the API and are put straight into the databases of other tests."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, select
from sqlmodel import Session, SQLModel

from models.tables.people import ApiToken, User

_TABLES = SQLModel.metadata.sorted_tables
_OF_PEOPLE = {User.__tablename__, ApiToken.__tablename__}


class Stock:
    """All that one person saved; of people themselves nothing is kept."""

    def __init__(self, session: Session, person: str) -> None:
        self._person = person
        self._rows: list[tuple[Any, list[dict[str, Any]]]] = []
        for table in _TABLES:
            if table.name not in _OF_PEOPLE:
                # A number that the database gives is its own again.
                given = [column for column in table.columns if column is not table.autoincrement_column]
                rows = session.execute(select(*given).order_by(*table.primary_key)).mappings()
                self._rows.append((table, [dict(row) for row in rows]))

    def put(self, session: Session, person: str) -> None:
        """As if this person had saved it."""
        for table, rows in self._rows:
            if rows:
                session.execute(insert(table), [self._by(person, row) for row in rows])

    def _by(self, person: str, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self._by(person, each) for name, each in value.items()}
        return person if value == self._person else value
