"""Papers that came with a lot: which are taken, and which one a new one replaces."""

from __future__ import annotations

import pytest

from models.domain.errors import Refusal
from models.domain.evidence import DocumentType, Printed
from models.domain.lot_documents import LotPaper, name_of, replaced

FIRST = LotPaper("L-C1", DocumentType.cert_3_1, Printed(number="MTR-1", issuer="Nucor Steel", revision="1"))
GONE = LotPaper("L-C0", DocumentType.coc, Printed(number="C-9", issuer="Nucor"), superseded_by="L-C1")


def paper(kind: DocumentType, number: str | None, issuer: str | None, revision: str | None) -> LotPaper:
    return LotPaper("", kind, Printed(number=number, issuer=issuer, revision=revision))


@pytest.mark.parametrize(
    ("new", "supersedes", "outcome"),
    [
        (paper(DocumentType.coc, "C-1", "Nucor", None), "", ""),
        (paper(DocumentType.other, None, None, None), "", ""),
        # A newer revision takes the place of the older one, as its own type or a better one.
        (paper(DocumentType.cert_3_1, "mtr-1", "nucor  steel", "2"), "", "L-C1"),
        (paper(DocumentType.cert_3_2, "MTR-1", "Nucor Steel", "10"), "", "L-C1"),
        (paper(DocumentType.coc, "MTR-1", "Nucor Steel", "2"), "", ""),
        (paper(DocumentType.cert_3_1, "MTR-1", "Nucor Steel", None), "", ""),
        (paper(DocumentType.cert_3_1, "MTR-1", "Nucor Steel", "1"), "", "document.exists"),
        # Typed wrongly the first time, in its own place.
        (paper(DocumentType.cert_3_1, "MTR-1", "Nucor Steel", "1"), "L-C1", "L-C1"),
        (paper(DocumentType.cert_3_1, "MTR-7", "Nucor Steel", "1"), "L-C1", "L-C1"),
        (paper(DocumentType.other, "MTR-7", "Nucor Steel", None), "L-C1", "document.other_type"),
        (paper(DocumentType.coc, "C-2", "Nucor", None), "L-C0", "document.supersedes_of_lot"),
        (paper(DocumentType.heat_chart, "H-1", "Forge", None), "", "document.not_of_material"),
        (paper(DocumentType.photo, None, None, None), "", "document.not_of_material"),
    ],
)
def test_a_paper_of_a_lot_is_taken_once_and_a_newer_one_replaces_it(
    new: LotPaper, supersedes: str, outcome: str
) -> None:
    if "." not in outcome:
        assert replaced("L", new, supersedes, [GONE, FIRST]) == outcome
        return
    with pytest.raises(Refusal) as refused:
        replaced("L", new, supersedes, [GONE, FIRST])
    assert refused.value.code == outcome


def test_papers_of_a_lot_are_never_called_like_those_of_an_order() -> None:
    assert name_of("OP-1", [GONE, FIRST]) == "OP-1-C3"
