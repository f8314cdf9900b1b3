"""One record on a page: what it says, the form that changes it, what belongs to it, what it was before."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from fastapi import Request, Response
from sqlmodel import Session

from activities.i18n import N_
from api.pages.master import choices, history
from api.pages.master.forms import Form, sealed
from api.pages.master.inputs import Input, Option, Rows, rows_of
from api.pages.master.screens import Screen, body_of, guard_of, may
from api.pages.staff import Staff, draw
from api.routes.resource import Fields as Record
from api.supplier.troubles import Trouble
from api.supplier.words import Words

OptionsOf = Mapping[str, Sequence[Option]]


@dataclass(frozen=True, slots=True)
class Place:
    """Where one is: a record, or with no `key` a form for a new one; `owner`: what it is below."""

    screen: Screen
    key: tuple[str, ...] | None
    owner: tuple[str, ...] = ()
    above: Screen | None = None

    @property
    def whose(self) -> tuple[str, ...]:
        """The key of its owner."""
        return self.owner[1:]

    @property
    def form(self) -> Form:
        return self.screen.making if self.key is None else self.screen.changing

    @property
    def route(self) -> Any:
        """The API's route that a sent form ends at."""
        return self.screen.create if self.key is None else self.screen.replace

    async def admit(self, request: Request) -> None:
        """Raises ``Forbidden`` for somebody the API's route would not let in."""
        await guard_of(self.route)(request)

    def record(self, session: Session, *, cleared: bool) -> Record:
        """What the record says now. Raises ``Unknown``."""
        assert self.key is not None
        within = dict(zip((self.screen.owned_by,), self.whose, strict=True)) if self.owner else None
        return self.screen.resource.view(session, self.screen.row(session, self.key, within, cleared=cleared))


@dataclass(frozen=True, slots=True)
class Sheet:
    """A form as it is shown again: what was typed, what is wrong with it, what somebody else changed."""

    typed: Mapping[str, str]
    before: str = ""
    form: str = ""
    summary: str = ""
    troubles: tuple[Trouble, ...] = ()
    theirs: tuple[str, ...] = ()
    # The input to go on with, after a row was added.
    focus: str = ""

    def problem(self, form: Form, words: Words) -> dict[str, Any]:
        """What the page says above the form: each trouble by its row and input, and what else happened."""
        called = {each.input: form.called(each.input, words) for each in self.troubles}
        told = tuple(
            replace(each, where=called[each.input]) if called[each.input] else replace(each, input="")
            for each in self.troubles
        )
        return {
            "summary": self.summary,
            "troubles": told,
            "changed": self.theirs,
            "typed": self.typed,
            "called": {},
        }


def show(
    request: Request,
    staff: Staff,
    place: Place,
    sheet: Sheet | None = None,
    status: int = 200,
    template: str = "pages/master/record.html",
    **more: Any,
) -> Response:
    """The page. Raises ``Unknown`` when the record, or what it is below, is not there."""
    with request.app.state.database.read() as session:
        return _drawn(request, session, staff, place, sheet, status, template, more)


def _drawn(
    request: Request,
    session: Session,
    staff: Staff,
    place: Place,
    sheet: Sheet | None,
    status: int,
    template: str,
    more: Mapping[str, Any],
) -> Response:
    screen, words = place.screen, staff.words
    if place.above is not None:
        place.above.row(session, place.whose, None, cleared=staff.principal.cleared)
    record = {} if place.key is None else place.record(session, cleared=staff.principal.cleared)
    options = options_of(session, words, screen)
    if sheet is None:
        known = place.form.fill(record or screen.blank() | _given(request, place.form))
        sheet = Sheet(known, sealed(known), secrets.token_urlsafe(12))
    return draw(
        request,
        staff,
        template,
        status,
        place=place,
        screen=screen,
        record=record,
        heading=heading(place, record),
        back=place.above.path_of(dict(zip(place.above.known_by, place.whose, strict=True)))
        if place.above
        else screen.path(),
        parts=place.form.parts,
        fixed=fixed(screen, record),
        facts=facts(words, place.form, record, options) if record else [],
        lists=lists(words, place.form, record, options) if record else [],
        standing=screen.standing(words, screen.more(session, [record])[0]) if record else [],
        panels=screen.panels(session, staff, record) if record else [],
        ways=screen.ways(staff, record) if record else (),
        settled=screen.settled(session, staff, record) if record else {},
        changes=history.told(session, words, screen, record, options) if record else [],
        options=options,
        needed={name for name, info in body_of(place.route).model_fields.items() if info.is_required()},
        most=choices.MOST,
        scan=(),
        sheet=sheet,
        rows=lambda part: range(max(rows_of(sheet.typed, part.name), 0 if place.key else 1)),
        is_rows=lambda part: isinstance(part, Rows),
        may_change=may(staff, place.route) and (not record or screen.yours(staff, record)),
        saved=request.query_params.get("saved") in ("made", "changed"),
        **sheet.problem(place.form, words),
        **more,
    )


def fixed(screen: Screen, record: Record) -> list[tuple[str, str]]:
    """What a record is known by, named, where the heading alone does not say which is which."""
    keys = [part for part in screen.parts if part.key]
    return [(part.label, record[part.name]) for part in keys] if record and len(keys) > 1 else []


def _given(request: Request, form: Form) -> dict[str, str]:
    """What the address says a new record begins with."""
    given = request.query_params
    plain = [part.name for part in form.parts if isinstance(part, Input) and part.kind != "several"]
    return {name: given[name] for name in plain if name in given}


def heading(place: Place, record: Record) -> str:
    """What the record is known by, and what people call it."""
    if not record:
        return ""
    known = [str(record[name]) for name in place.screen.known_by]
    name = record.get("name") or record.get("description") or record.get("process") or ""
    if place.owner:
        return str(name or known[0])
    return " · ".join(filter(None, (" ".join(known), "" if name in known else name)))


def options_of(session: Session, words: Words, screen: Screen) -> dict[str, Sequence[Option]]:
    """Everything there is to choose from, by the input's name, within a list by the list's too."""
    found: dict[str, Sequence[Option]] = {}
    for part in screen.parts:
        inputs = (
            [(f"{part.name}.{each.name}", each) for each in part.inputs]
            if isinstance(part, Rows)
            else [(part.name, part)]
        )
        found |= {at: each.options(session, words) for at, each in inputs if each.options is not None}
    return found


def facts(words: Words, form: Form, record: Record, options: OptionsOf) -> list[tuple[str, str]]:
    """A record for somebody who only reads: what each input would say, in words."""
    found = []
    for part in form.parts:
        if isinstance(part, Input) and part.kind != "password":
            texts = part.texts(record.get(part.name), part.name)
            text = said(words, part, texts, part.name, options.get(part.name, ()))
            found.append((part.label, text))
    return found


def lists(words: Words, form: Form, record: Record, options: OptionsOf) -> list[tuple[Rows, list[list[str]]]]:
    """The lists of a record, each entry as one row of words."""
    found = []
    for part in form.parts:
        if isinstance(part, Rows) and record.get(part.name):
            texts = part.texts(record[part.name], part.name)
            entries = [
                [
                    said(
                        words,
                        each,
                        texts,
                        f"{part.name}.{row}.{each.name}",
                        options.get(f"{part.name}.{each.name}", ()),
                    )
                    for each in part.inputs
                ]
                for row in range(rows_of(texts, part.name))
            ]
            found.append((part, entries))
    return found


def said(words: Words, part: Input, texts: Mapping[str, str], at: str, options: Sequence[Option]) -> str:
    """What an input says, in words instead of codes."""
    called = dict(options)
    if part.kind == "several":
        return words.listed(label for value, label in options if f"{at}.{value}" in texts) or "–"
    text = texts.get(at, "")
    if part.kind == "flag":
        return words.say(N_("yes")) if text else words.say(N_("no"))
    if part.kind == "pick" or (text and part.options is choices.units):
        return called.get(text, text) or "–"
    if text and part.kind == "day":
        return words.day(date.fromisoformat(text))
    if text and part.kind == "number":
        return words.number(Decimal(text))
    return text or "–"
