"""GS1 codes, by the examples of its own specifications."""

from __future__ import annotations

import pytest

from models.domain import gs1
from models.domain.errors import Invalid
from tests.domain.orders import parametrize

PART = "09506000134352"
GS = gs1.FNC1


@parametrize(
    "digits, check",
    ("950600013435", "2"),
    ("0950600013435", "2"),
    ("629104150021", "3"),
    ("9638507", "4"),
    ("03600029145", "2"),
    ("37610425002123456", "9"),
    ("1234567", "0"),
)
def test_a_check_digit_is_that_of_the_specification(digits: str, check: str) -> None:
    assert gs1.check_digit(digits) == check


@parametrize(
    "typed, kept",
    ("9506000134352", PART),
    ("950 6000-134352", PART),
    ("96385074", "00000096385074"),
    ("036000291452", "00036000291452"),
)
def test_a_gtin_of_any_length_is_kept_as_fourteen_digits(typed: str, kept: str) -> None:
    assert gs1.gtin14(typed) == kept
    assert gs1.is_gtin(kept)


@parametrize("text", "", "9506000134353", "123", "0950600013435X", "٠٩٥٠٦٠٠٠١٣٤٣٥٢", "950600013435200")
def test_what_is_no_gtin_is_left_as_it_is_and_is_none(text: str) -> None:
    assert not gs1.is_gtin(gs1.gtin14(text))


@parametrize(
    "elements, string",
    ({"01": PART, "10": "L-7"}, f"01{PART}10L-7"),
    ({"10": "L-7", "01": PART}, f"01{PART}10L-7"),
    ({"01": PART, "10": "L-7", "21": "S1"}, f"01{PART}10L-7{GS}21S1"),
    ({"02": PART, "37": "25", "10": "L-7"}, f"02{PART}10L-7{GS}3725"),
)
def test_fixed_lengths_come_first_and_only_what_is_between_ends_with_fnc1(
    elements: dict[str, str], string: str
) -> None:
    assert gs1.element_string(elements) == string
    assert gs1.parse(f"]d2{string}") == elements


@parametrize(
    "text, elements",
    (f"01{PART}", {"01": PART}),
    (f"01{PART}10AB{GS}21C", {"01": PART, "10": "AB", "21": "C"}),
    (f"{GS}10AB{GS}01{PART}", {"10": "AB", "01": PART}),
    (f"]C110AB{GS}", {"10": "AB"}),
    (f"]Q301{PART}10AB", {"01": PART, "10": "AB"}),
    (f"]e001{PART}{GS}17261231", {"01": PART, "17": "261231"}),
    (f"(01){PART}(10)AB(37)25", {"01": PART, "10": "AB", "37": "25"}),
    (f"(01) {PART} (10) AB", {"01": PART, "10": "AB"}),
    (f"(10)A(1)B(21)(Z)(01){PART}", {"10": "A(1)B", "21": "(Z)", "01": PART}),
    (f"02{PART}3725{GS}3103001250", {"02": PART, "37": "25", "3103": "001250"}),
    (f"]C100376104250021234569{GS}", {"00": "376104250021234569"}),
)
def test_an_element_string_is_read_whoever_printed_it(text: str, elements: dict[str, str]) -> None:
    assert gs1.parse(text) == elements


@parametrize("text", "", "20260315-STEEL-001", "WO-3201", "01", "0112345678901234", "(steel) 01", "10AB")
def test_what_is_no_element_string_is_left_to_others(text: str) -> None:
    assert gs1.parse(text) is None


@parametrize(
    "text, code",
    (f"]d201{PART[:-1]}9", "gs1.check_digit"),
    ("]C1003761042500212345", "gs1.wrong"),
    ("]C100376104250021234560", "gs1.check_digit"),
    (f"]d201{PART[:9]}", "gs1.wrong"),
    ("]d20112", "gs1.wrong"),
    (f"]d201{PART}10", "gs1.wrong"),
    (f"]d201{PART}88X", "gs1.wrong"),
    (f"]d210{'A' * 21}", "gs1.wrong"),
    ("]d210ß", "gs1.wrong"),
    (f"]d202{PART}37many", "gs1.wrong"),
    (f"]d291{'x' * 91}", "gs1.wrong"),
    (f"]d210A{GS}10B", "gs1.wrong"),
    (f"(01){PART} and more (05)7", "gs1.wrong"),
    (f"(01){PART}(05)7", "gs1.wrong"),
)
def test_a_damaged_one_is_refused_rather_than_guessed(text: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        gs1.parse(text)
    assert refused.value.code == code


@parametrize(
    "elements, link",
    ({"01": PART}, f"https://sendout.example/01/{PART}"),
    ({"01": PART, "10": "L-7"}, f"https://sendout.example/01/{PART}/10/L-7"),
    ({"01": PART, "21": "S/1", "10": "A+B"}, f"https://sendout.example/01/{PART}/10/A%2BB/21/S%2F1"),
)
def test_a_digital_link_names_the_part_then_its_lot_and_serial(elements: dict[str, str], link: str) -> None:
    assert gs1.digital_link("https://sendout.example/", elements) == link
    assert gs1.parse_link(link) == elements


@parametrize(
    "address, elements",
    (f"https://id.gs1.org/01/{PART}", {"01": PART}),
    (
        f"http://brand.example/some/path/01/{PART}/10/AB?17=261231&utm=x",
        {"01": PART, "10": "AB", "17": "261231"},
    ),
    ("https://brand.example/01/9506000134352/21/S-1", {"01": PART, "21": "S-1"}),
    (
        f"https://brand.example/01/{PART}/22/B/10/AB/21/9?37=5",
        {"01": PART, "22": "B", "10": "AB", "21": "9", "37": "5"},
    ),
)
def test_the_link_of_another_company_is_read_too(address: str, elements: dict[str, str]) -> None:
    assert gs1.parse_link(address) == elements


@parametrize(
    "address", "https://sendout.example/l/01", "https://x.example/01/12", "http://[", "https://x.example/"
)
def test_an_address_without_a_gtin_is_no_digital_link(address: str) -> None:
    assert gs1.parse_link(address) is None


@parametrize(
    "elements, can",
    ({"01": PART, "10": "20260315-STEEL-001"}, True),
    ({"01": PART, "10": "A" * 20}, True),
    ({"01": PART, "10": "A" * 21}, False),
    ({"01": PART, "10": "批-1"}, False),
    ({"01": PART, "10": "A B"}, False),
    ({"10": "A"}, False),
    ({"01": PART, "37": "5"}, False),
    ({"02": PART, "37": "5"}, True),
    ({"02": PART}, False),
    ({"21": "A", "02": PART, "37": "5"}, False),
)
def test_we_write_only_what_gs1_has_letters_room_and_a_meaning_for(
    elements: dict[str, str], can: bool
) -> None:
    assert gs1.can_carry(elements) is can


def test_what_is_printed_for_people_has_its_identifiers_in_brackets() -> None:
    assert gs1.readable({"01": PART, "10": "L-7"}) == f"(01){PART}(10)L-7"
