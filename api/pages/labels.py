"""Labels: what will be printed, on which paper, and where a sheet that was begun goes on."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from fastapi import Request, Response

from activities.i18n import N_
from api.labels import KINDS, labels_of
from api.pages.route import page_router
from api.pages.staff import Visitor, draw
from api.routes.labels import For, How, Printer, pdf
from models.domain.labels import MOST_LABELS, PAPERS, Kind, Subject

router = page_router()
_PAPERS = {
    "62x29": N_("Roll, 62 × 29 mm"),
    "100x50": N_("Roll, 100 × 50 mm"),
    "a4-24": N_("A4 sheet of 24 labels, 70 × 36 mm"),
    "a4-14": N_("A4 sheet of 14 labels, 99 × 38 mm"),
}
# Of a long list the first few are shown, and all printed.
_SHOWN = 12


@router.get("/labels")
def show_labels(named: For, request: Request, staff: Visitor, _printer: Printer) -> Response:
    """Without anything named it says where labels are asked for."""
    subjects = named.subjects
    shown: list[Any] = []
    if subjects:
        with request.app.state.database.read() as session:
            base = request.app.state.settings.public_url
            shown = labels_of(session, subjects[:_SHOWN], staff.reader, staff.words, base)
    return draw(
        request,
        staff,
        "pages/labels.html",
        labels=shown,
        subjects=subjects,
        more=len(subjects) - len(shown),
        papers=_PAPERS,
        most_cells=max(paper.cells for paper in PAPERS.values()),
        most_copies=MOST_LABELS // max(len(subjects), 1),
        kinds=KINDS,
    )


@router.get("/labels.pdf")
async def print_labels(
    named: For, how: How, request: Request, staff: Visitor, principal: Printer
) -> Response:
    """The same file as over the API, for who is logged in."""
    return await pdf(request, principal, named.subjects, how, staff.words.locale)


def path(*subjects: Subject) -> str:
    """Where labels for these are printed."""
    return "/labels?" + urlencode([(each.kind.value, each.number) for each in subjects])


def path_of(kind: Kind, *numbers: str) -> str:
    return path(*(Subject(kind, number) for number in numbers))
