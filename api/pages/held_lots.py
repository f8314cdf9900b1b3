"""Lots on hold as the page of alerts has them: why, since when, and what waits because of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

from sqlmodel import Session

from api.pages import alert_words
from api.pages.staff import Staff
from models.domain.lot_holds import BY_DOCUMENT
from models.queries import hold_reach, order_stream
from models.queries.hold_reach import Gone

# So many stand beside the alerts; all of them when nothing else is looked at.
FEW = 10
ALL = 200
_MOST = 20


@dataclass(frozen=True, slots=True)
class HeldLot:
    """A hold nobody has released, as it is read. `more` lots, orders, jobs and dispatches are not named."""

    hold: str
    lot: str
    path: str
    part: str
    reason: str
    by: str
    since: str
    age: str
    lots: tuple[tuple[str, str], ...]
    orders: tuple[tuple[str, str], ...]
    jobs: tuple[tuple[str, str], ...]
    dispatches: tuple[tuple[str, str, str], ...]
    more: int


def standing(session: Session, staff: Staff, limit: int) -> tuple[list[HeldLot], int]:
    """The holds that stand longest, and how many there are."""
    rows = hold_reach.standing(session, cleared=staff.principal.cleared, limit=limit)
    names = order_stream.names(session, {row["held_by"] for row in rows})
    words, found = staff.words, []
    for row in rows:
        touched = hold_reach.reach(session, row["lot"], cleared=staff.principal.cleared)
        by = row["held_by"].removeprefix(BY_DOCUMENT)
        lasted = max(staff.now - row["held_at"], timedelta(0))
        kinds = (touched.lots, touched.orders, touched.jobs, touched.dispatches)
        found.append(
            HeldLot(
                row["id"],
                row["lot"],
                _record("lots", row["lot"]),
                " ".join(filter(None, (row["part"], row["part_revision"]))),
                row["reason"],
                names.get(by, by),
                words.time(row["held_at"]),
                alert_words.lapse(words, lasted),
                tuple((lot, _record("lots", lot)) for lot in touched.lots[:_MOST]),
                tuple((order, f"/orders/{quote(order, safe='')}") for order in touched.orders[:_MOST]),
                tuple((job, _record("work-orders", job)) for job in touched.jobs[:_MOST]),
                tuple(_gone(each) for each in touched.dispatches[:_MOST]),
                sum(max(len(some) - _MOST, 0) for some in kinds),
            )
        )
    return found, hold_reach.count(session, cleared=staff.principal.cleared)


def _gone(dispatch: Gone) -> tuple[str, str, str]:
    customer = " · ".join(filter(None, (dispatch.customer, dispatch.name)))
    return dispatch.dispatch, f"/dispatches/{dispatch.dispatch}", customer


def _record(kind: str, key: str) -> str:
    return f"/master/{kind}/{quote(key, safe='')}"
