"""JSON and sentences, without a server."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from api.errors import as_invalid, status_of
from api.wire import dumps, parse
from models.domain.errors import FieldError, Stale


def test_a_narrower_refusal_has_the_status_of_its_kind() -> None:
    class TooLate(Stale):
        pass

    assert status_of(TooLate("a", "b")) == 412


def test_pydantics_errors_become_sentences_that_can_be_translated() -> None:
    refusal = as_invalid(
        [
            {"type": "string_too_short", "loc": ("body", "a", 0), "msg": "x", "ctx": {"min_length": 3}},
            {"type": "field.custom", "loc": ("query", "b"), "msg": "Something {odd}"},
            {"type": "missing", "loc": ("body",), "msg": "x"},
        ]
    )
    assert [(error.field, error.message) for error in refusal.errors] == [
        ("a.0", "Enter at least 3 characters."),
        ("b", "Something {odd}."),
        ("body", "This is required."),
    ]
    assert refusal.errors[0] == FieldError(
        "a.0", "Enter at least {min_length} characters.", (("min_length", "3"),)
    )


def test_json_out_and_in_again_is_the_same() -> None:
    assert json.loads(dumps({"a": Decimal("1E+2"), "b": Decimal("0.10")})) == {"a": "100", "b": "0.10"}
    assert parse(b'{"a": 0.1}') == {"a": Decimal("0.1")}
    with pytest.raises(TypeError):
        dumps({"a": object()})
