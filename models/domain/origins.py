"""Where the pieces of a lot come from: of two origins in one lot nobody could tell which piece is of which."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from models.domain.errors import Refusal


@dataclass(frozen=True, slots=True)
class Origin:
    """A job that made the lot, or the order that pieces of a job, sent as `lot`, came back from. All empty: it was
    bought, or registered."""

    job: str = ""
    order: str = ""
    lot: str = ""

    @property
    def name(self) -> str:
        return f"{self.order} ({self.job})" if self.order else self.job


def joins(output: str, origins: Collection[Origin], job: str, sent: Collection[str], field: str) -> None:
    """Whether pieces of a job that were sent as the lots `sent` may come back as the lot `output`, of these origins.

    Pieces of the same job, or of the same lot sent, may join each other, over several deliveries, reworks and
    orders. Those of several jobs are put together by a job that uses them up, as on the floor. Raises `Refusal`
    for any other.
    """
    others = {each.name for each in origins if each.job != job and (not each.lot or {each.lot} != set(sent))}
    if not others:
        return
    names = sorted(others - {""})
    if names:
        raise Refusal(
            "receive.other_origin",
            "Lot {lot} came out of {sources}; what comes back of {sent} is another lot. Leave the lot empty, or "
            "give the received pieces a new number.",
            field=field,
            lot=output,
            sources=", ".join(names),
            sent=", ".join(sorted(sent)) or job,
        )
    raise Refusal(
        "receive.other_origin",
        "Lot {lot} was bought or there before; what comes back of {sent} is another lot. Leave the lot empty, or "
        "give the received pieces a new number.",
        field=field,
        lot=output,
        sent=", ".join(sorted(sent)) or job,
    )
