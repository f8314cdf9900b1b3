"""What an order is known by, and in which form it is looked for."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from models.domain import commands as c
from models.domain.evidence import DocumentType, Printed
from models.domain.identifiers import LONGEST_WORD, Identifier, Kind, of_draft, of_order, words
from models.domain.inspection import Result
from tests.domain.orders import PLAN, a_draft, a_line, given, issued

# What only master data knows: it is joined where orders are looked for.
OF_MASTER_DATA = {
    Kind.CERTIFICATE,
    Kind.SUPPLIER_LOT,
    Kind.CUSTOMER_ORDER,
    Kind.CUSTOMER,
    Kind.PROJECT,
    Kind.PARENT,
}


def values(found: list[Identifier]) -> dict[Kind, list[str]]:
    named: dict[Kind, list[str]] = {}
    for each in found:
        kept = named.setdefault(each.kind, [])
        if each.value not in kept:
            kept.append(each.value)
    return named


def test_everything_an_order_is_known_by_is_found() -> None:
    at = datetime(2026, 11, 2, 8, tzinfo=UTC)
    scene = given(
        issued(plans={1: PLAN}),
        c.Acknowledge("accept", supplier_order="A-5501"),
        c.Send((c.SendLine(1, Decimal(100), "L1"),), carrier="UPS", tracking="1Z-OUT"),
        c.ReportMilestone("REC", actual=at),
        c.ReportProcess(1, "TANK-2", "B-17", at, at, (c.LoadLot(Decimal(100), "L1"),)),
        c.SubmitInspection(1, tuple(Result("1", sample, "10") for sample in (1, 2))),
        c.ReviewInspection("SO-1-I1", "release"),
        c.Ship((c.ShipLine(1, Decimal(100)),), carrier="DHL", tracking="JD-BACK"),
        c.Receive(
            (c.ReceiveLine(1, Decimal(100), Decimal(98), Decimal(2), output_lot="L1-P"),),
            parcel="SO-1-P1",
            packing_slip="LS 88-1",
        ),
        c.AddDocument(
            DocumentType.coc,
            "0" * 64,
            10,
            "application/pdf",
            "Zertifikat C-900.pdf",
            printed=Printed(number="C-900", lot="THEIR-L", heat="H-2231"),
        ),
    )
    assert values(of_order(scene.order)) == {
        Kind.ORDER: ["SO-1"],
        Kind.PURCHASE_ORDER: ["PO-7781"],
        Kind.SUPPLIER_NAME: ["Acme Plating"],
        Kind.SUPPLIER: ["ACME"],
        Kind.SUPPLIER_ORDER: ["A-5501"],
        Kind.WORK_ORDER: ["WO-1"],
        Kind.PART: ["FLANGE"],
        Kind.LOT: ["L1", "L1-P"],
        Kind.HEAT: ["H1", "H-2231"],
        Kind.LOAD: ["B-17"],
        Kind.TRACKING: ["1Z-OUT", "JD-BACK"],
        Kind.PARCEL: ["SO-1-P1"],
        Kind.RECEIPT: ["SO-1-R1"],
        Kind.PACKING_SLIP: ["LS 88-1"],
        Kind.INSPECTION: ["SO-1-I1"],
        Kind.NONCONFORMANCE: ["SO-1-N1"],
        Kind.DOCUMENT: ["C-900", "SO-1-D1"],
        Kind.DOCUMENT_LOT: ["THEIR-L"],
        Kind.FILE: ["Zertifikat C-900.pdf"],
    }
    # Parts have serial numbers or none.
    assert set(values(of_order(scene.order))) | OF_MASTER_DATA | {Kind.SERIAL} == set(Kind)


def test_a_piece_is_found_by_its_serial_number_wherever_it_is() -> None:
    scene = issued(a_line(1, 2, (("L1", 2),)), by_serial=True)
    given(scene, c.Send((c.SendLine(1, Decimal(2), "L1", serials=("SN-1", "SN-2")),)))
    assert values(of_order(scene.order))[Kind.SERIAL] == ["SN-1", "SN-2"]


def test_an_issued_order_keeps_what_its_draft_was_found_by() -> None:
    draft = a_draft(a_line(), a_line(2, lots=(("L2", 60), ("L3", 40))))
    assert values(of_draft(draft))[Kind.LOT] == ["L1", "L2", "L3"]
    assert set(of_draft(draft)) < set(of_order(issued(*draft.lines).order))


def test_words_are_compared_without_capitals_and_without_full_width_forms() -> None:
    assert words("  Ｈ－２２３１　Straße ÖL  h-2231 ") == ("h-2231", "strasse", "öl")
    assert words("ＡB ℡ ㎜") == ("ab", "tel", "mm")
    assert words("a\x00b\u2028c") == ("a", "b", "c")
    assert words(" \t ") == ()


def test_no_word_is_longer_than_an_index_takes() -> None:
    # One character that is eighteen in its plain form.
    assert {len(word) for word in words("\ufdfa" * 200)} <= set(range(1, LONGEST_WORD + 1))
    assert words("x" * 300) == words("X" * 200) == ("x" * LONGEST_WORD,)


def test_a_word_of_several_values_is_kept_once_with_the_first() -> None:
    found = of_draft(a_draft(a_line(lots=(("Bar 7", 50), ("Bar 8", 50)))))
    assert [(each.value, each.word) for each in found if each.kind is Kind.LOT] == [
        ("Bar 7", "bar"),
        ("Bar 7", "7"),
        ("Bar 8", "8"),
    ]
