"""What is to be paid to suppliers, for finance: as a list, and as a file for a spreadsheet."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import Depends, Query, Request, Response
from sqlmodel import Session

from api import sheets
from api.auth import Principal, allowed
from api.routes.orders import reader
from api.routes.resource import Page, Paging
from api.wire import Answer, api_router
from models.domain.authority import Role
from models.domain.errors import Invalid
from models.queries import payables
from models.queries.payables import Period

router = api_router(tags=["Payables"])
Finance = Annotated[Principal, Depends(allowed(Role.FINANCE))]
_SHEET = (
    "order",
    "line",
    "supplier",
    "purchase_order",
    "part",
    "part_revision",
    "kind",
    "pieces",
    "quantity",
    "unit",
    "basis",
    "rate",
    "amount",
    "currency",
    "adjustment",
    "settled_on",
    "nonconformance",
    "promised",
    "promise_moved",
    "received",
)


def period(
    from_: Annotated[date | None, Query(alias="from", description="Settled on this day or later.")] = None,
    to: Annotated[date | None, Query(description="Settled on this day or earlier.")] = None,
    supplier: Annotated[str | None, Query(max_length=7)] = None,
) -> Period:
    """A dependency: which charges are wanted."""
    if from_ is not None and to is not None and to < from_:
        text = "The period would end before it begins; enter {day} or later."
        raise Invalid("period.backwards", text, field="to", day=from_)
    return Period(from_, to, supplier or None)


Wanted = Annotated[Period, Depends(period)]


@router.get("/payables")
def list_payables(
    request: Request,
    page: Paging,
    wanted: Wanted,
    principal: Finance,
    format: Annotated[  # noqa: A002 - what the address calls it
        Literal["json", "csv", "xlsx"], Query(description="`csv`, `xlsx`: all of the period as a file.")
    ] = "json",
) -> Response:
    """Every charge settled in the period, with the receipts that prove it; deductions are negative. `totals`
    are of the whole period, for each currency by itself."""
    with request.app.state.database.read() as session:
        if format == "json":
            return _listed(session, page, wanted, principal)
        return sheet(session, format, wanted, principal)


@router.get("/payables.{kind}", response_class=Response)
def download_payables(
    kind: Literal["json", "csv", "xlsx"], request: Request, page: Paging, wanted: Wanted, principal: Finance
) -> Response:
    """The same as `/payables?format=…`: `csv` and `xlsx` are all of the period as a file."""
    return list_payables(request, page, wanted, principal, kind)


def sheet(session: Session, kind: sheets.Kind, wanted: Period, principal: Principal) -> Response:
    """The charges of a period as a file, its receipts in one cell."""
    rows = payables.every(session, wanted, reader(principal))
    days = [f"{day}" for day in (wanted.first, wanted.last) if day is not None]
    heads = [*_SHEET, "receipts"]
    return sheets.as_file(kind, "-".join(["payables", *days]), heads, (_row(item) for item in rows))


def _listed(session: Session, page: Page, wanted: Period, principal: Principal) -> Answer:
    found = payables.listed(session, wanted, reader(principal), page.cursor or None, page.limit + 1)
    items = found[: page.limit]
    return Answer(
        {
            "items": items,
            "next": payables.cursor(items[-1]) if len(found) > page.limit else None,
            "totals": payables.totals(session, wanted, reader(principal)),
        }
    )


def _row(item: dict[str, Any]) -> list[sheets.Value]:
    return [*(item[name] for name in _SHEET), "; ".join(_proof(each) for each in item["receipts"])]


def _proof(receipt: dict[str, Any]) -> str:
    """SO-2026-00001-R1 2026-11-06 PS-7 SO-2026-00001-P1"""
    return " ".join(
        filter(
            None,
            [receipt["receipt"], f"{receipt['at']:%Y-%m-%d}", receipt["packing_slip"], *receipt["parcels"]],
        )
    )
