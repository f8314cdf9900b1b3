"""add-document: matched when it comes, corrected by a newer revision, never overwritten."""

# Rows of a table are keyword arguments, and a quantity is written as a number.
# mypy: disable-error-code="arg-type,comparison-overlap"

from __future__ import annotations

from decimal import Decimal

import pytest

from models.domain import events as e
from models.domain.commands import AddDocument, Close
from models.domain.evidence import DocumentType
from models.domain.paperwork import missing_documents
from tests.domain.asking import DOC, PARCEL, arrived, document, judge, receive, send, ship
from tests.domain.orders import Scene, a_line, given, issued, parametrize


def shipped(**order: object) -> Scene:
    return given(issued(**order), send(100), arrived(), ship(100))


def received() -> Scene:
    return shipped().when(receive(100, output_lot="OUT-1")).then("received", accepted=100)


def mismatches(scene: Scene) -> list[tuple[str, str, str]]:
    added = scene.event(e.DocumentAdded)
    return [(item.field, item.printed, item.expected) for item in added.mismatches]


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ({}, []),
        ({"purchase_order": "po-7781 ", "part_revision": "b", "spec_revision": "2023"}, []),
        ({"lot": "L1", "heat": "H1", "quantity": 100, "parcel": PARCEL}, []),
        ({"lot": "L9"}, [("lot", "L9", "L1")]),
        ({"heat": "H9"}, [("heat", "H9", "H1")]),
        ({"purchase_order": "PO-1"}, [("purchase_order", "PO-1", "PO-7781")]),
        ({"part_revision": "A"}, [("part_revision", "A", "B")]),
        ({"spec_revision": "2015"}, [("spec_revision", "2015", "2023")]),
        ({"parcel": "SO-1-P9"}, [("parcel", "SO-1-P9", PARCEL)]),
        ({"quantity": 101}, [("quantity", "101", "100")]),
        ({"lot": "L9", "heat": "H9"}, [("lot", "L9", "L1"), ("heat", "H9", "H1")]),
    ],
)
def test_what_is_printed_is_compared_with_the_order(
    printed: dict[str, object], expected: list[tuple[str, str, str]]
) -> None:
    if "quantity" in printed:
        printed = {**printed, "quantity": Decimal(str(printed["quantity"]))}
    assert mismatches(shipped().when(document("coc", **printed)).then()) == expected


def test_the_lot_may_be_the_one_the_pieces_became() -> None:
    scene = received().when(document("coc", lot="OUT-1", heat="H1")).then()
    assert mismatches(scene) == []


def test_a_3_1_must_show_its_number_and_what_it_is_about() -> None:
    assert mismatches(shipped().when(document("cert_3_1"))) == [
        ("number", "", "to be printed"),
        ("lot/heat", "", "to be printed"),
    ]


def test_a_parcel_whose_lot_nobody_named_fits_either_lot() -> None:
    scene = given(issued(a_line(lots=[("L1", 60), ("L2", 40)])), send(60, "L1"), send(40, "L2"), ship(30))
    assert mismatches(scene.when(document("coc", parcel=PARCEL, lot="L2"))) == []


@pytest.mark.parametrize(
    ("quantity", "fits"), [("100", True), ("96", True), ("90", True), ("89", False), ("101", False)]
)
def test_a_certificate_need_not_speak_of_unprocessed_pieces(quantity: str, fits: bool) -> None:
    scene = given(issued(), send(100), arrived(), ship(100, unprocessed=10))
    scene.when(document("coc", parcel=PARCEL, quantity=Decimal(quantity)))
    assert (mismatches(scene) == []) is fits


class TestMismatch:
    def test_lots_already_accepted_go_on_hold(self) -> None:
        scene = received().when(document("coc", lot="L9"))
        assert scene.event(e.DocumentAdded).holds == ("OUT-1",)
        assert scene.shelf["OUT-1"].held

    def test_only_those_that_were_accepted_and_under_every_name(self) -> None:
        scene = given(
            issued(a_line(lots=[("L1", 60), ("L2", 40)])), send(60, "L1"), send(40, "L2"), ship(20, "L1")
        )
        scene.when(receive(20, lot="L1", output_lot="OUT-1")).when(ship(40, "L1"))
        scene.when(receive(40, parcel="SO-1-P2", lot="L1", output_lot="OUT-2"))
        assert scene.when(document("coc", lot="L9")).event(e.DocumentAdded).holds == ("OUT-1", "OUT-2")

    def test_only_on_the_line_it_speaks_of(self) -> None:
        scene = given(issued(a_line(), a_line(2, 50, [("L2", 50)])), send(100), send(50, "L2", line=2))
        scene.when(ship(100)).when(receive(100)).when(ship(50, line=2)).when(
            receive(50, line=2, parcel="SO-1-P2")
        )
        assert scene.when(document("coc", line=2, lot="L9")).event(e.DocumentAdded).holds == ("L2",)

    def test_unjudged_pieces_stay_pending(self) -> None:
        scene = shipped().when(document("coc", lot="L9")).when(receive(100)).then("receiving", pending=100)
        scene.when(judge(accepted=100)).refused("judge.document")

    def test_the_matching_correction_lets_go_and_quality_still_judges(self) -> None:
        scene = (
            shipped().when(receive(40, pending=60)).when(document("coc", number="7", issuer="Acme", lot="L9"))
        )
        assert [lot.held for lot in scene.shelf.values()] == [True]
        scene.when(document("coc", number="7", issuer="Acme", revision="1", lot="L1"))
        added = scene.event(e.DocumentAdded)
        assert (added.supersedes, added.releases, added.holds) == (DOC, ("L1",), ())
        assert [lot.held for lot in scene.shelf.values()] == [False]
        scene.then("receiving", accepted=40, pending=60)
        scene.when(judge(accepted=60)).then("received", accepted=100)

    def test_a_correction_that_is_wrong_too_holds_on(self) -> None:
        scene = received().when(document("coc", lot="L9")).when(document("coc", lot="L8", supersedes=DOC))
        assert scene.event(e.DocumentAdded).holds == ("OUT-1",)
        assert scene.event(e.DocumentAdded).releases == ()
        scene.when(document("coc", lot="L1", supersedes="SO-1-D2")).then()
        assert not scene.shelf["OUT-1"].held

    def test_a_correction_that_leaves_out_what_was_wrong_is_none(self) -> None:
        scene = received().when(document("coc", lot="L9")).when(document("coc", supersedes=DOC))
        assert mismatches(scene) == [("lot", "", "L1, OUT-1")]
        assert scene.shelf["OUT-1"].held

    def test_another_wrong_paper_still_holds_the_lot(self) -> None:
        scene = received().when(document("coc", lot="L9")).when(document("ndt_report", lot="L8"))
        scene.when(document("coc", lot="L1", supersedes=DOC)).then()
        assert scene.event(e.DocumentAdded).releases == ()
        assert scene.shelf["OUT-1"].held


class TestTwice:
    def test_a_certificate_is_known_by_issuer_number_and_revision(self) -> None:
        scene = shipped().when(document("coc", number="C-7", issuer="Acme", revision="A"))
        scene.when(document("coc", number=" c-7", issuer="ACME", revision="a"))
        scene.refused("document.exists", "number", document=DOC, revision="a")
        scene.when(document("coc", number="C-7", issuer="Other", revision="A")).then()
        scene.when(document("coc", number="C-8", issuer="Acme", revision="A")).then()

    def test_papers_without_a_number_are_never_the_same(self) -> None:
        given(shipped(), document("coc"), document("coc"), document("coc", issuer="Acme")).then()

    def test_a_newer_revision_supersedes_and_nothing_is_overwritten(self) -> None:
        scene = shipped().when(document("coc", number="C-7", issuer="Acme"))
        scene.when(document("coc", number="C-7", issuer="Acme", revision="A")).then()
        scene.when(document("coc", number="C-7", issuer="Acme", revision="B")).then()
        first, second, third = scene.order.documents.values()
        assert (first.superseded_by, second.superseded_by, third.superseded_by) == ("SO-1-D2", "SO-1-D3", "")

    def test_an_older_revision_that_comes_late_supersedes_nothing(self) -> None:
        scene = shipped().when(document("coc", number="C-7", issuer="Acme", revision="10"))
        assert (
            scene.when(document("coc", number="C-7", issuer="Acme", revision="9"))
            .event(e.DocumentAdded)
            .supersedes
            == ""
        )

    def test_one_typed_wrongly_comes_again_in_its_own_place(self) -> None:
        scene = shipped().when(document("coc", number="C-7", issuer="Acme", lot="L9"))
        scene.when(document("coc", number="C-7", issuer="Acme", lot="L1", supersedes=DOC)).then()
        assert mismatches(scene) == []


@parametrize(
    "command, code, field",
    (document("coc", line=7), "line.unknown", "line"),
    (document("coc", supersedes="SO-1-D9"), "document.supersedes", "supersedes"),
    (document("photo", supersedes=DOC), "document.other_type", "supersedes"),
    (document("coc", line=1, supersedes=DOC), "document.other_line", "line"),
)
def test_what_is_not_added(command: AddDocument, code: str, field: str) -> None:
    scene = given(issued(a_line(), a_line(2, 50, [("L2", 50)])), document("coc"))
    scene.when(command).refused(code, field)


def test_a_superseded_document_is_not_superseded_again() -> None:
    scene = given(shipped(), document("coc"), document("coc", supersedes=DOC))
    scene.when(document("coc", supersedes=DOC)).refused("document.supersedes")


def test_a_better_certificate_may_take_the_place_of_a_plain_one() -> None:
    given(shipped(), document("coc"), document("cert_3_1", number="7", lot="L1", supersedes=DOC)).then()


def test_a_required_document_is_there_when_it_matches() -> None:
    scene = shipped(documents=[DocumentType.coc])
    assert missing_documents(scene.order) == (DocumentType.coc,)
    scene.when(document("photo")).when(document("coc", lot="L9"))
    assert missing_documents(scene.order) == (DocumentType.coc,)
    scene.when(document("coc", lot="L1", supersedes="SO-1-D2"))
    assert missing_documents(scene.order) == ()


def test_a_document_may_come_at_any_time() -> None:
    given(issued(), document("coc")).then("issued")
    given(shipped(), receive(100), Close(), document("coc")).then("closed")
