"""A signature is of who acts: under any other name it is refused, whoever could be meant."""

from __future__ import annotations

import pytest

from models.domain.commands import Signature
from models.domain.errors import Forbidden, Invalid
from models.domain.signing import Signer, signed

ANA = Signer("Ana Ruiz")
NAMELESS = Signer()


@pytest.mark.parametrize("typed", ["Ana Ruiz", " ana  RUIZ ", "Ａｎａ Ruiz"])
def test_their_own_name_is_printed_as_it_is_written_down(typed: str) -> None:
    assert signed(Signature(typed, " fit for use "), ANA) == ("Ana Ruiz", "fit for use")


@pytest.mark.parametrize(
    ("typed", "signer"),
    [("Bo Stone", ANA), ("Ana", ANA), ("Ana Ruiz Soto", ANA), ("Bo Stone", Signer(taken=True))],
)
def test_nobody_signs_with_another_name(typed: str, signer: Signer) -> None:
    with pytest.raises(Forbidden) as refused:
        signed(Signature(typed), signer)
    assert refused.value.code == "signature.not_yours"
    assert [error.field for error in refused.value.errors] == ["signature.name"]


def test_who_has_no_name_with_us_prints_one() -> None:
    assert signed(Signature(" Ana Ruiz "), NAMELESS) == ("Ana Ruiz", "")


@pytest.mark.parametrize("signer", [ANA, NAMELESS])
def test_nothing_is_signed_without_a_name(signer: Signer) -> None:
    with pytest.raises(Invalid) as refused:
        signed(Signature("  "), signer, "name")
    assert refused.value.code == "signature.missing"
    assert [error.field for error in refused.value.errors] == ["name"]
