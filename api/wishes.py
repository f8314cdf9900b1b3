"""What somebody asks of an order over HTTP, and what became of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from activities.refusals import from_json
from models.domain.authority import Actor, OnBehalfOf
from models.domain.commands import Command


@dataclass(frozen=True, slots=True)
class Wish:
    """A command as somebody asks it over HTTP, before it has a row."""

    order: str
    command: Command
    actor: Actor
    on_behalf_of: OnBehalfOf | None = None
    revision: int | None = None
    if_match: int | None = None
    idempotency_key: str | None = None
    request_hash: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a command. `waiting`: it is saved and will be applied. `seen`: what the asker
    looked at when it was applied."""

    id: str
    order: str
    name: str
    status: str
    received_at: datetime
    result: dict[str, Any]
    seen: Any = None

    @property
    def waiting(self) -> bool:
        return self.status == "received"

    def raise_refusal(self) -> None:
        """Raises the `Refusal` it ended with, if it did."""
        if self.status == "refused":
            raise from_json(self.result["refusal"])

    def refusal_shown(self) -> dict[str, Any] | None:
        """The refusal as a person reads it: code, sentence, wrong fields, where the order stood."""
        if self.status != "refused":
            return None
        refusal = from_json(self.result["refusal"])
        return {
            "code": refusal.code,
            "detail": refusal.detail,
            "errors": [{"field": error.field, "message": error.message} for error in refusal.errors],
        } | (asdict(refusal.standing) if refusal.standing is not None else {})
