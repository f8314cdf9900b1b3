"""The order's history as a person reads it: sentences, newest first, mails and their fate between."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup, escape

from activities import wording
from activities.codes import FATES
from activities.i18n import N_, translations
from api.pages.order.sentences import sentence
from api.pages.order.telling import Change, Telling, alert_title
from api.pages.order.wording import BASES, MAILS
from models.codec import load_event
from models.queries.order_stream import Stretch


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. `number` is None for a mail; `taken_back`: a later entry corrected it."""

    at: datetime
    when: str
    text: Markup
    kind: str
    number: int | None = None
    reason: str = ""
    details: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    taken_back: bool = False


def authors(stretch: Stretch) -> set[str]:
    """Everybody whose name these events need."""
    return {row.actor for row in stretch.events}


def entries(stretch: Stretch, tell: Telling, names: Mapping[str, str]) -> list[Entry]:
    """Events and mails in one list, newest first; a mail stands above the event that caused it."""
    events = [_event(row, tell, names) for row in stretch.events]
    mails = list(_mails(stretch.mails, tell))
    return sorted([*mails, *events], key=lambda entry: entry.at, reverse=True)


def _event(row: Any, tell: Telling, names: Mapping[str, str]) -> Entry:
    told = sentence(load_event(row.type, row.payload), tell)
    who = _who(row.actor, row.on_behalf_of, tell, names)
    return Entry(
        at=row.at,
        when=tell.words.time(row.at),
        text=_filled(told.text, tell, who=who, **told.values),
        kind=told.kind,
        number=row.sequence,
        reason=told.reason,
        details=told.details,
        changes=told.changes,
        taken_back=row.sequence in tell.order.corrected,
    )


def _who(actor: str, behalf: dict[str, str] | None, tell: Telling, names: Mapping[str, str]) -> Markup:
    name = names.get(actor) or ("Sendout" if actor == "system" else tell.say(N_("somebody")))
    bold = Markup(f"<strong>{escape(name)}</strong>")  # noqa: S704
    if behalf is None:
        return bold
    basis = tell.say(BASES.get(behalf["basis"], behalf["basis"]))
    text = N_("{name}, for {contact} ({basis}),")
    return _filled(text, tell, name=bold, contact=behalf["contact"], basis=basis)


def _filled(text: str, tell: Telling, **values: str) -> Markup:
    """The sentence in the reader's language. What is put in is escaped; the pattern is ours."""
    pattern = translations(tell.words.locale).gettext(text)
    # Filled as plain text: markup that fills itself takes ten times as long.
    filled = str(escape(pattern)).format_map({name: escape(value) for name, value in values.items()})
    # A name, or a unit such as "uds.", may bring its own full stop.
    filled = filled.replace("..", ".")
    # Chinese brackets bring their own room, where Latin names want a space around them.
    return Markup(filled.replace("） ", "）").replace(" （", "（"))  # noqa: S704


def _mails(rows: Iterable[Any], tell: Telling) -> Iterator[Entry]:
    """One entry for a mail to several people, as far as it fared the same."""
    together: dict[tuple[datetime, str, str], list[Any]] = {}
    for row in rows:
        together.setdefault((row.created_at, _subject(row, tell), row.state), []).append(row)
    for (at, subject, state), recipients in together.items():
        word, kind = FATES[state]
        people = tell.words.listed(
            dict.fromkeys(row.name or row.party.partition(":")[0] for row in recipients)
        )
        codes = sorted({row.smtp_code for row in recipients if state == "failed" and row.smtp_code})
        text = N_("Mail “{mail}” to {people}: {fate}.")
        yield Entry(
            at=at,
            when=tell.words.time(at),
            text=_filled(text, tell, mail=subject, people=people, fate=tell.say(word)),
            kind=kind,
            details=tuple(tell.say(N_("The mail server said {code}."), code=code) for code in codes),
        )


def _subject(row: Any, tell: Telling) -> str:
    """What a mail is called; an alert's by the alert, a late refusal's by what was asked."""
    name = tell.say(MAILS[row.template])
    match row.template:
        case "alert":
            return alert_title(tell.words, row.context["rule"], row.context["details"])
        case "command_refused":
            return tell.words.labelled(name, wording.command(tell.words.locale, row.context["command"]))
        case _:
            return name
