"""Documents matched against the order: only what is printed, and then exactly."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal
from typing import Any

import pytest
from pydantic import TypeAdapter

from models.domain.evidence import (
    DOCUMENTS,
    DocumentType,
    LineFacts,
    LotFacts,
    Mismatch,
    OrderFacts,
    ParcelFacts,
    Printed,
    covers,
    match,
    unprinted,
)

FACTS = OrderFacts(
    purchase_order="PO-7781",
    spec_revision="2023",
    lines=(LineFacts(1, "B"), LineFacts(2, "C")),
    lots=(
        LotFacts(1, "20260315-STEEL-001", ("HX-1",), Decimal(200)),
        LotFacts(1, "20260315-STEEL-002", ("HX-2",), Decimal(100)),
        LotFacts(2, "20260401-STEEL-001", (), Decimal(50)),
    ),
    parcels=(
        ParcelFacts("OP-1-P1", 1, Decimal(150), "20260315-STEEL-001"),
        ParcelFacts("OP-1-P1", 1, Decimal(40), "20260315-STEEL-002"),
        ParcelFacts("OP-1-P2", 1, Decimal(60)),
    ),
)
LOT_1, LOT_2 = "20260315-STEEL-001", "20260315-STEEL-002"
P1, P2 = "OP-1-P1", "OP-1-P2"


def mismatches(
    line: int | None = None, *, kind: DocumentType = DocumentType.coc, **printed: Any
) -> list[str]:
    return [item.field for item in match(kind, Printed(**printed), FACTS, line)]


def test_every_document_type_has_a_rule() -> None:
    assert DOCUMENTS.keys() == set(DocumentType)


@pytest.mark.parametrize("document_type", DocumentType)
def test_rules_name_real_fields_and_some_media_type(document_type: DocumentType) -> None:
    rule = DOCUMENTS[document_type]
    names = {field.name for field in fields(Printed)}
    assert {*rule.compared} <= names
    assert {name for group in rule.required for name in group} <= names
    assert rule.name
    assert rule.media_types


def test_the_types_are_those_of_the_contract() -> None:
    assert " ".join(DocumentType) == (
        "coc cert_2_1 cert_2_2 cert_3_1 cert_3_2 heat_chart ndt_report fai inspection_report "
        "photo video packing_slip other"
    )


@pytest.mark.parametrize("document_type", DocumentType)
def test_nothing_printed_contradicts_nothing(document_type: DocumentType) -> None:
    assert match(document_type, Printed(), FACTS) == ()
    assert match(document_type, Printed(purchase_order="", lot=" "), FACTS) == ()


def test_a_certificate_that_says_what_the_order_says_matches() -> None:
    printed = Printed(
        number="C-1",
        issuer="ACME",
        revision="0",
        purchase_order="po-7781",
        part_revision="b",
        spec_revision=" 2023 ",
        lot="20260315-steel-001",
        heat="hx-1",
        quantity=Decimal("150.0"),
        parcel="op-1-p1",
    )
    assert match(DocumentType.cert_3_1, printed, FACTS, 1) == ()


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("purchase_order", "PO-7782", "PO-7781"),
        ("purchase_order", "PO7781", "PO-7781"),
        ("part_revision", "A", "B"),
        ("part_revision", "C", "B"),  # the other line's
        ("spec_revision", "2019", "2023"),
        ("lot", "20260315-STEEL-009", f"{LOT_1}, {LOT_2}"),
        ("lot", "20260401-STEEL-001", f"{LOT_1}, {LOT_2}"),
        ("heat", "HX-9", "HX-1, HX-2"),
        ("parcel", "OP-1-P9", f"{P1}, {P2}"),
        ("quantity", Decimal(301), "300"),
    ],
)
def test_a_contradiction_names_the_field_and_what_was_expected(
    field: str, value: object, expected: str
) -> None:
    found = match(DocumentType.coc, Printed(**{field: value}), FACTS, 1)  # type: ignore[arg-type]
    assert found == (Mismatch(field, str(value), expected),)


def test_without_a_line_what_fits_any_line_fits() -> None:
    assert mismatches(part_revision="C", lot="20260401-STEEL-001") == []
    assert mismatches(2, part_revision="B") == ["part_revision"]


def test_a_heat_must_belong_to_the_printed_lot() -> None:
    assert mismatches(lot=LOT_1, heat="HX-1") == []
    assert mismatches(lot=LOT_1, heat="HX-2") == ["heat"]
    assert mismatches(heat="HX-2") == []


def test_an_unknown_lot_with_a_known_heat_is_wrong_about_the_lot_alone() -> None:
    assert mismatches(lot="L-9", heat="HX-2") == ["lot"]


def test_a_heat_that_was_never_recorded_cannot_be_contradicted() -> None:
    assert mismatches(lot="20260401-STEEL-001", heat="HX-7") == []


@pytest.mark.parametrize(
    ("printed", "wrong"),
    [
        ({"quantity": Decimal(300)}, []),
        ({"quantity": Decimal(12)}, []),
        ({"quantity": Decimal("300.5")}, ["quantity"]),
        ({"quantity": Decimal(200), "lot": LOT_1}, []),
        ({"quantity": Decimal(201), "lot": LOT_1}, ["quantity"]),
        ({"quantity": Decimal(190), "parcel": P1}, []),
        ({"quantity": Decimal(189), "parcel": P1}, ["quantity"]),
        ({"quantity": Decimal(191), "parcel": P1}, ["quantity"]),
        ({"quantity": Decimal(150), "parcel": P1, "lot": LOT_1}, []),
        ({"quantity": Decimal(190), "parcel": P1, "lot": LOT_1}, ["quantity"]),
        ({"quantity": Decimal(60), "parcel": P2, "lot": LOT_2}, []),
        ({"quantity": Decimal(61), "parcel": P2, "lot": LOT_2}, ["quantity"]),
        ({"quantity": Decimal(60), "parcel": "P-9"}, ["parcel"]),
    ],
)
def test_the_quantity_is_the_parcel_s_or_at_most_what_was_sent(
    printed: dict[str, Any], wrong: list[str]
) -> None:
    assert mismatches(1, **printed) == wrong


def test_a_lot_that_is_not_in_the_named_parcel_is_a_mismatch() -> None:
    facts = OrderFacts(lots=FACTS.lots, parcels=(ParcelFacts("P", 1, Decimal(5), LOT_1),))
    assert match(DocumentType.coc, Printed(parcel="P", lot=LOT_2), facts) == (Mismatch("lot", LOT_2, LOT_1),)


def test_what_the_order_does_not_know_is_not_compared() -> None:
    printed = Printed(purchase_order="X", part_revision="X", spec_revision="X", heat="X", quantity=Decimal(9))
    assert match(DocumentType.coc, printed, OrderFacts(lines=(LineFacts(1),), lots=(LotFacts(1, "L"),))) == ()


def test_a_load_s_chart_and_a_first_article_are_not_held_to_our_quantity() -> None:
    for document_type in (DocumentType.heat_chart, DocumentType.fai):
        assert mismatches(1, kind=document_type, quantity=Decimal(999)) == []
        assert mismatches(1, kind=document_type, lot="X") == ["lot"]


def test_photos_and_videos_print_nothing_to_compare() -> None:
    for document_type in (DocumentType.photo, DocumentType.video, DocumentType.other):
        assert mismatches(kind=document_type, purchase_order="X", lot="X", quantity=Decimal(999)) == []


def test_specific_certificates_show_a_number_and_a_lot_or_heat() -> None:
    assert unprinted(DocumentType.cert_3_1, Printed()) == ("number", "lot/heat")
    assert unprinted(DocumentType.cert_3_2, Printed(number="C-1", heat="HX-1")) == ()
    assert unprinted(DocumentType.cert_3_1, Printed(number=" ", lot="L")) == ("number",)
    assert unprinted(DocumentType.coc, Printed()) == ()


EN_10204 = ["cert_2_1", "cert_2_2", "cert_3_1", "cert_3_2"]


@pytest.mark.parametrize("offered", DocumentType)
@pytest.mark.parametrize("required", DocumentType)
def test_only_higher_certificates_cover_lower_ones(required: DocumentType, offered: DocumentType) -> None:
    expected = (
        required == offered
        or (required == "coc" and offered in EN_10204)
        or (required in EN_10204 and offered in EN_10204 and required < offered)
    )
    assert covers(required, offered) is expected


def test_facts_and_printed_fields_survive_storage() -> None:
    facts, printed = TypeAdapter(OrderFacts), TypeAdapter(Printed)
    assert facts.validate_json(facts.dump_json(FACTS)) == FACTS
    shown = Printed(number="C-1", quantity=Decimal("61.200"))
    assert printed.validate_json(printed.dump_json(shown)) == shown
