"""What is to be paid to suppliers, for finance: a period's charges, what they come to, and the file of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any, get_args
from urllib.parse import urlencode

from fastapi import Query, Request, Response
from sqlalchemy import select
from sqlmodel import Session

from activities.i18n import N_
from api import sheets
from api.pages import charges
from api.pages.charges import ChargeRow
from api.pages.route import page_router
from api.pages.staff import Staff, Visitor, draw
from api.routes.payables import Finance, sheet
from api.supplier.fields import Fields
from api.supplier.troubles import troubles
from api.supplier.words import Words
from models.domain.errors import Invalid
from models.queries import payables
from models.queries.payables import Period
from models.tables.suppliers import Supplier
from models.tables.types import table

router = page_router()
_ROWS = 100
_SUPPLIERS = table(Supplier)
Day = Annotated[str, Query(max_length=40)]


@dataclass(frozen=True, slots=True)
class Payable:
    """One charge with whom it is paid to and what proves it."""

    order: str
    purchase_order: str
    supplier: str
    part: str
    settled: str
    charge: ChargeRow
    proof: tuple[str, ...]


@router.get("/payables")
def show_payables(
    request: Request,
    staff: Visitor,
    _finance: Finance,
    from_: Annotated[Day | None, Query(alias="from")] = None,
    to: Day | None = None,
    after: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """This month, unless a period is asked for."""
    typed = _asked(staff, from_, to)
    fields = Fields(typed)
    wanted = Period(fields.day("from"), fields.day("to"))
    if wanted.first is not None and wanted.last is not None and wanted.last < wanted.first:
        fields.wrong(
            "to", N_("The period would end before it begins; enter {day} or later."), day=wanted.first
        )
    try:
        fields.check()
        with request.app.state.database.read() as session:
            context = _found(session, staff, wanted, typed, after) | {"summary": "", "troubles": ()}
    except Invalid as refusal:
        context = {"items": [], "totals": [], "older": None}
        context |= {
            "summary": staff.words.refusal(refusal),
            "troubles": troubles(refusal, None, staff.words),
        }
    return draw(
        request,
        staff,
        "pages/payables.html",
        422 if fields.errors else 200,
        typed=typed,
        downloads=[(kind.upper(), f"/payables.{kind}?{urlencode(typed)}") for kind in get_args(sheets.Kind)],
        **context,
    )


@router.get("/payables.{kind}")
def download(
    kind: sheets.Kind,
    request: Request,
    finance: Finance,
    from_: Annotated[date | None, Query(alias="from")] = None,
    to: date | None = None,
) -> Response:
    """The same file as over the API, for who is logged in."""
    with request.app.state.database.read() as session:
        return sheet(session, kind, Period(from_, to), finance)


def _asked(staff: Staff, first: str | None, last: str | None) -> dict[str, str]:
    """The period in the address; without any, the month so far and to its end."""
    if first is None and last is None:
        begins = staff.words.today.replace(day=1)
        ends = (begins + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        return {"from": str(begins), "to": str(ends)}
    return {name: text.strip() for name, text in (("from", first), ("to", last)) if text and text.strip()}


def _found(
    session: Session, staff: Staff, wanted: Period, typed: dict[str, str], after: str
) -> dict[str, Any]:
    items = payables.listed(session, wanted, staff.reader, after or None, _ROWS + 1)
    shown = items[:_ROWS]
    names = _names(session, {item["supplier"] for item in shown})
    more = {**typed, "after": payables.cursor(shown[-1])} if len(items) > _ROWS else None
    return {
        "items": [_row(item, names, staff.words) for item in shown],
        "totals": [
            (staff.words.paid(total["amount"], total["currency"]), total["orders"])
            for total in payables.totals(session, wanted, staff.reader)
        ],
        "older": f"/payables?{urlencode(more)}" if more is not None else None,
    }


def _names(session: Session, codes: set[str]) -> dict[str, str]:
    rows = session.execute(
        select(_SUPPLIERS.c.code, _SUPPLIERS.c.name).where(_SUPPLIERS.c.code.in_(sorted(codes)))
    )
    return {row.code: row.name for row in rows}


def _row(item: dict[str, Any], names: dict[str, str], words: Words) -> Payable:
    return Payable(
        order=item["order"],
        purchase_order=item["purchase_order"],
        supplier=names[item["supplier"]],
        part=" ".join(filter(None, (item["part"], item["part_revision"]))),
        settled=words.day(item["settled_on"]),
        charge=charges.row(item, item["currency"], words),
        proof=tuple(
            " · ".join(filter(None, (each["receipt"], each["packing_slip"], *each["parcels"])))
            for each in item["receipts"]
        ),
    )
