"""What the business says no with.

A refusal is a sentence a person can act on: a stable ``code``, what is wrong, what to do next.
The sentence is an English template and doubles as the translation key, so values stay apart
from words: ``Refusal("pieces.short", "Only {available} left.", available=q)``.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FieldError:
    """One wrong field; ``field`` is its path in the request, e.g. ``lines.0.quantity``."""

    field: str
    text: str
    values: tuple[tuple[str, str], ...] = ()

    @property
    def message(self) -> str:
        return self.text.format(**dict(self.values))


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the order stood that something was refused of, by the words of the API; `possible`: the commands
    that who asked could have sent instead."""

    stage: str
    flags: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    possible: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the things that somebody may mean; `identifier` names it alone, `of` tells it from others of its name."""

    identifier: str
    kind: str
    value: str
    of: str


class Refusal(Exception):
    """Not possible now (HTTP 409). Subclasses say other reasons; nothing else maps to HTTP."""

    def __init__(
        self,
        code: str,
        text: str,
        *,
        field: str | None = None,
        errors: tuple[FieldError, ...] = (),
        **values: object,
    ) -> None:
        self.code = code
        self.text = text
        self.values = {name: str(value) for name, value in values.items()}
        if field is not None and not errors:
            errors = (self.at(field),)
        self.errors = errors
        # Of a command on an order, from where it was decided.
        self.standing: Standing | None = None
        # Of a name that nothing has: what is called nearly so, if anything is.
        self.choices: tuple[Choice, ...] | None = None
        super().__init__(self.detail)

    @property
    def detail(self) -> str:
        """The sentence in English."""
        return self.text.format(**self.values)

    def at(self, field: str) -> FieldError:
        """The same sentence, said of a field."""
        return FieldError(field, self.text, tuple(self.values.items()))


class Invalid(Refusal):
    """The request itself is wrong, whatever the state (HTTP 422)."""


class Forbidden(Refusal):
    """This person may not do this (HTTP 403)."""


class Unknown(Refusal):
    """What was named does not exist (HTTP 404)."""


class Stale(Refusal):
    """Decided on an older version than the current one (HTTP 412)."""
