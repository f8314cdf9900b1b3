"""What people write into an order: what things are called is one line, what is told may be several."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any, get_args, get_type_hints

from models.domain.authority import OnBehalfOf
from models.domain.commands import COMMANDS, Command, Hold, ReportUndeliverable
from models.domain.texts import KEYS, TOLD
from tests.domain.asking import accept, arrived, document, process, receive, report, send, ship
from tests.domain.orders import BUYER, day, given, issued, parametrize

FORGED = "UPS\r\nBcc: a@b.example"


@parametrize(
    "command, field",
    (send(10, carrier=FORGED), "carrier"),
    (send(10, tracking="1Z\u2028"), "tracking"),
    (ship(10, load="L\t1"), "lines.0.load"),
    (receive(10, slip="PS\n1"), "packing_slip"),
    (document(purchase_order=FORGED), "printed.purchase_order"),
    (report(10, defect="Blisters\x07"), "defect"),
    (Hold("drawing\x1b[2Junclear"), "reason"),
)
def test_line_breaks_in_names_and_control_characters_anywhere_are_refused(
    command: Command, field: str
) -> None:
    given(issued(), accept(), send(100), arrived()).when(command).refused("text.control", field)


@parametrize(
    "command, field",
    (Hold("x" * 2_001), "reason"),
    (report(10, defect="x" * 2_001), "defect"),
    (send(10, carrier="x" * 201), "carrier"),
    (send(10, tracking="x" * 201), "tracking"),
    (receive(10, slip="x" * 201), "packing_slip"),
    (receive(10, output_lot="x" * 65), "lines.0.output_lot"),
    (document(purchase_order="x" * 201), "printed.purchase_order"),
)
def test_a_text_longer_than_its_field_takes_is_refused(command: Command, field: str) -> None:
    given(issued(), accept(), send(100), arrived()).when(command).refused("text.too_long", field)


def test_who_wrote_too_much_is_told_how_much_it_may_be_and_is() -> None:
    refusal = given(issued()).when(Hold("x" * 900_000)).refused("text.too_long", "reason").refusal
    assert refusal is not None
    (error,) = refusal.errors
    assert error.message == "Enter at most 2000 characters; this text has 900000."


@parametrize(
    "command",
    Hold("x" * 2_000),
    send(10, carrier="x" * 200, tracking="y" * 200),
    receive(10, parcel="", slip="x" * 200, output_lot="L" * 64),
)
def test_a_text_as_long_as_its_field_takes_is_kept(command: Command) -> None:
    given(issued(), accept(), send(50), arrived()).when(command).then()


@parametrize("lot", "A/B?#%", "A\\\\B", "..", " . ")
def test_received_pieces_get_no_lot_that_has_no_address(lot: str) -> None:
    scene = given(issued(), accept(), send(100), arrived())
    scene.when(receive(10, parcel="", slip="1", output_lot=lot)).refused("text.key", "lines.0.output_lot")


def test_a_parameter_of_endless_name_is_refused_without_repeating_it() -> None:
    scene = given(issued(), accept(), send(100))
    scene.when(process(started=day(2), L1=60, parameters={"x" * 5_000: "1"}))
    scene.refused("text.too_long", "parameters")


def test_parameters_are_called_and_valued_in_one_line() -> None:
    scene = given(issued(), accept(), send(100))
    for parameters in ({"bath\n2": "1"}, {"bath": "1\n2"}):
        scene.when(process(started=day(2), L1=60, parameters=parameters)).refused("text.control")


def test_what_is_told_may_have_lines() -> None:
    scene = given(issued(), accept()).when(Hold("Drawing unclear:\r\n\tradius 3\nor 5?")).then()
    assert scene.order.hold


def test_who_said_it_is_one_line() -> None:
    said = OnBehalfOf("Ana\nBcc: a@b.example", "phone")
    given(issued()).when(accept(), by=BUYER, on_behalf_of=said).refused("text.control", "contact")


def test_what_a_mail_server_answers_is_never_refused() -> None:
    given(issued()).when(ReportUndeliverable("o-1", "order_issued", "supplier", "550\r\n\x07")).then()


def test_what_is_told_and_what_names_something_are_texts_of_commands() -> None:
    def names(kind: Any) -> set[str]:
        if is_dataclass(kind):
            hints = get_type_hints(kind)
            return {field.name for field in fields(kind)} | {
                name for field in fields(kind) for name in names(hints[field.name])
            }
        return {name for inner in get_args(kind) for name in names(inner)}

    assert {name for kind in COMMANDS.values() for name in names(kind)} >= TOLD | KEYS
