"""Columns most screens have."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from api.pages.master import choices
from api.pages.master.screens import Cell, Column
from api.routes.resource import Fields as Record
from api.supplier.words import Words


def text(name: str, label: str) -> Column:
    return Column(label, lambda _words, record: str(record[name] or ""))


def day(name: str, label: str) -> Column:
    def show(words: Words, record: Record) -> str:
        value: date | None = record[name]
        return "" if value is None else words.day(value)

    return Column(label, show)


def country(name: str, label: str) -> Column:
    return Column(label, lambda words, record: choices.country(words, record[name]) if record[name] else "")


def many(name: str, label: str) -> Column:
    """How many entries a list has."""
    return Column(label, lambda _words, record: str(len(record[name])), number=True)


def told(name: str, label: str, names: dict[str, str]) -> Column:
    """A code by its word."""
    return Column(label, lambda words, record: words.say(names[record[name]]) if record[name] else "")


def tag(label: str, show: Callable[[Words, Record], Cell | None]) -> Column:
    return Column(label, show)
