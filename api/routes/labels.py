"""Labels as PDF, for lots, orders and parcels: one a page, or sheets from the first free one on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Depends, Query, Request, Response

from api.auth import Principal, allowed
from api.labels import labels_of, printed, subjects_of
from api.routes.orders import reader
from api.supplier.words import Words, language
from api.wire import api_router
from models.domain.labels import LABELS, MOST_LABELS, PAPERS, Kind, Paper, Subject

router = api_router(tags=["Labels"])
Printer = Annotated[Principal, Depends(allowed(*LABELS))]
Number = Annotated[str, Query(max_length=200)]
Named = Annotated[list[Number], Query(max_length=MOST_LABELS)]


@dataclass(frozen=True, slots=True)
class Printing:
    """What the labels are printed on."""

    paper: Paper
    first: int
    copies: int


def printing(
    paper: Annotated[
        Literal["62x29", "100x50", "a4-24", "a4-14"],
        Query(description="A roll in millimetres, or a sheet with so many labels."),
    ] = "62x29",
    first: Annotated[int, Query(description="The first free label of a sheet that was begun.")] = 1,
    copies: Annotated[int, Query(description="So many of each.")] = 1,
) -> Printing:
    """A dependency: how to print."""
    return Printing(PAPERS[paper], first, copies)


How = Annotated[Printing, Depends(printing)]


@dataclass(frozen=True, slots=True)
class Naming:
    """What the labels are for."""

    subjects: tuple[Subject, ...]


def naming(lot: Named = [], order: Named = [], parcel: Named = []) -> Naming:  # noqa: B006 - never changed
    """A dependency: each may be given several times."""
    return Naming(tuple(subjects_of(lot, order, parcel)))


For = Annotated[Naming, Depends(naming)]


@router.get("/labels.pdf", response_class=Response)
async def print_labels(named: For, how: How, request: Request, principal: Printer) -> Response:
    """Each of `lot`, `order` and `parcel` may be given several times."""
    return await pdf(request, principal, named.subjects, how, language(request, principal.locale))


@router.get("/lots/{number}/label.pdf", response_class=Response)
async def print_lot_label(number: str, how: How, request: Request, principal: Printer) -> Response:
    return await _one(request, principal, Subject(Kind.LOT, number), how)


@router.get("/orders/{number}/label.pdf", response_class=Response)
async def print_order_label(number: str, how: How, request: Request, principal: Printer) -> Response:
    return await _one(request, principal, Subject(Kind.ORDER, number), how)


@router.get("/parcels/{number}/label.pdf", response_class=Response)
async def print_parcel_label(number: str, how: How, request: Request, principal: Printer) -> Response:
    return await _one(request, principal, Subject(Kind.PARCEL, number), how)


async def _one(request: Request, principal: Principal, subject: Subject, how: Printing) -> Response:
    return await pdf(request, principal, (subject,), how, language(request, principal.locale))


async def pdf(
    request: Request, principal: Principal, subjects: tuple[Subject, ...], how: Printing, locale: str
) -> Response:
    """The labels of `subjects`, in the language of whoever prints them."""
    words = Words(locale, "UTC", request.app.state.clock().date())
    base = request.app.state.settings.public_url
    return await printed(
        request,
        lambda session: labels_of(session, subjects, reader(principal), words, base),
        words,
        how.paper,
        how.first,
        how.copies,
    )
