"""Papers that came with bought material: of which types they are, and which one a newer one replaces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.domain.errors import Invalid, Refusal
from models.domain.evidence import DocumentType, Printed, covers, newer_revision, same_paper

# What a mill or a dealer sends with material; the rest is about what a supplier did to parts.
OF_MATERIAL = (
    DocumentType.coc,
    DocumentType.cert_2_1,
    DocumentType.cert_2_2,
    DocumentType.cert_3_1,
    DocumentType.cert_3_2,
    DocumentType.other,
)


@dataclass(frozen=True, slots=True)
class LotPaper:
    """A document of a lot; `superseded_by` is empty for a current one."""

    document: str
    type: DocumentType
    printed: Printed
    superseded_by: str = ""


def name_of(lot: str, kept: Sequence[LotPaper]) -> str:
    """What the next document of the lot is called. Those of orders end in D and a number."""
    return f"{lot}-C{len(kept) + 1}"


def replaced(lot: str, new: LotPaper, supersedes: str, kept: Sequence[LotPaper]) -> str:
    """The document that `new` takes the place of, the one named or an older revision; empty for none.

    Raises `Invalid` or `Refusal` when it does not go with those that are `kept` of the lot.
    """
    if new.type not in OF_MATERIAL:
        raise Invalid(
            "document.not_of_material",
            "A lot keeps what came with the material: a certificate, or `other`. Add any other paper to the "
            "order it is about.",
            field="type",
        )
    for paper in kept:
        if same_paper(paper.printed, new.printed) and paper.document != supersedes:
            raise Refusal(
                "document.exists",
                "{issuer} {number} revision {revision} is here already as {document}. A corrected one "
                "needs a newer "
                "revision and supersedes it.",
                field="number",
                issuer=new.printed.issuer,
                number=new.printed.number,
                revision=new.printed.revision or "-",
                document=paper.document,
            )
    current = {paper.document: paper for paper in kept if not paper.superseded_by}
    if not supersedes:
        older = (
            paper.document
            for paper in current.values()
            if covers(paper.type, new.type) and newer_revision(new.printed, paper.printed)
        )
        return next(older, "")
    if supersedes not in current:
        raise Invalid(
            "document.supersedes_of_lot",
            "{document} is not a current document of lot {lot}.",
            field="supersedes",
            document=supersedes,
            lot=lot,
        )
    if not covers(current[supersedes].type, new.type):
        raise Refusal(
            "document.other_type",
            "{document} is of another type: a {type} cannot take its place. Add it with that type, or "
            "without saying that it supersedes one.",
            field="supersedes",
            document=supersedes,
            type=new.type.replace("_", " "),
        )
    return supersedes
