"""What a record was before: who changed it when, and every value that became another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from activities.i18n import N_
from api.pages.master.forms import Change
from api.pages.master.inputs import Input, Option
from api.pages.master.screens import Screen
from api.routes.resource import Fields as Record
from api.supplier.words import Words
from models.queries import master_lists

_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Entry:
    """One change: who made it, when, and what it was, as lines."""

    who: str
    when: str
    lines: tuple[str, ...]


def told(
    session: Session, words: Words, screen: Screen, record: Record, options: Mapping[str, Sequence[Option]]
) -> list[Entry]:
    """The latest changes of a record, the newest first."""
    resource = screen.resource
    rows = master_lists.changes_of(session, resource.table, [record[name] for name in resource.keys])
    names = master_lists.names_of(session, {row.actor for row in rows})
    form = screen.changing
    found = []
    for row in rows:
        if row.before is None:
            lines: tuple[str, ...] = (words.say(N_("Made")),)
        else:
            changes = form.changes(form.fill(row.before), form.fill(row.after))
            lines = in_lines(words, changes, options)
        hidden = words.say(N_("Something that is not shown, such as a password"))
        found.append(Entry(names.get(row.actor, row.actor), words.time(row.at), lines or (hidden,)))
    return found


def last_by(session: Session, screen: Screen, record: Record) -> str:
    """Who changed a record last; empty when nobody is on record."""
    resource = screen.resource
    rows = master_lists.changes_of(session, resource.table, [record[name] for name in resource.keys])
    if not rows:
        return ""
    return master_lists.names_of(session, {rows[0].actor}).get(rows[0].actor, "")


def in_lines(
    words: Words, changes: Sequence[Change], options: Mapping[str, Sequence[Option]]
) -> tuple[str, ...]:
    """Each change as a line: Milestones 2, Working days after issue: 6 → 7"""
    found = []
    for change in changes:
        part = words.say(change.part.label)
        where = f"{words.say(change.rows.label)} {change.row}, {part}" if change.rows else part
        known = options.get(f"{change.rows.name}.{change.part.name}" if change.rows else change.part.name, ())
        old, new = (_text(words, change.part, text, known) for text in (change.old, change.new))
        found.append(words.labelled(where, f"{old} → {new}"))
    return tuple(found)


def _text(words: Words, part: Input, text: str, options: Sequence[Option]) -> str:
    called = dict(options)
    if part.kind == "flag":
        return words.say(N_("yes")) if text else words.say(N_("no"))
    if part.kind == "several":
        text = words.listed(called.get(each, each) for each in text.split(",") if each)
    if part.kind == "pick":
        text = called.get(text, text)
    return (text[:_LONGEST] + "…" if len(text) > _LONGEST else text) or "–"
