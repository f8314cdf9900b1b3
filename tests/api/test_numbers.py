"""true and false, and texts that are not plain digits, are taken for no number in a command."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from api.routes.order_commands import parse
from models.domain import commands as c
from models.domain.errors import Invalid


@pytest.mark.parametrize(
    ("kind", "raw", "field"),
    [
        (c.ShortClose, {"lines": [{"line": True}], "reason": "x"}, "lines.0.line"),
        (c.Send, {"lines": [{"line": 1, "quantity": True}]}, "lines.0.quantity"),
        (c.Send, {"lines": [{"line": 1, "quantity": 1, "weight": False}]}, "lines.0.weight"),
        (c.Correct, {"event": True, "reason": "x"}, "event"),
        (c.ProposeChange, {"changes": {"lines": [{"line": True}]}, "reason": "x"}, "changes.lines.0.line"),
    ],
)
def test_true_is_no_number(kind: type[c.Command], raw: Any, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse(kind, raw)
    assert field in [error.field for error in refused.value.errors]


@pytest.mark.parametrize("text", ["1e3", "٣", "1_0"])
def test_a_number_in_a_text_is_written_in_plain_digits(text: str) -> None:
    for line, field in (
        ({"line": 1, "quantity": text}, "lines.0.quantity"),
        ({"line": text, "quantity": 1}, "lines.0.line"),
    ):
        with pytest.raises(Invalid) as refused:
            parse(c.Send, {"lines": [line]})
        (error,) = refused.value.errors
        assert error.field == field
        assert error.message.startswith("Enter a "), error.message
    sent = parse(c.Send, {"lines": [{"line": "1", "quantity": "12.5"}]})
    assert isinstance(sent, c.Send)
    assert (sent.lines[0].line, sent.lines[0].quantity) == (1, Decimal("12.5"))


def test_true_stays_true_where_it_belongs() -> None:
    received = parse(
        c.Receive,
        {"lines": [{"line": 1, "counted": 1, "final": True}], "packing_slip": "1", "additional": True},
    )
    assert isinstance(received, c.Receive)
    assert received.additional
    assert received.lines[0].final
