"""Whether material is what a bill of material names, and what quality decides when it is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from models.domain.commands import Signature
from models.domain.errors import Refusal
from models.domain.materials import (
    Component,
    Decision,
    Mismatch,
    Wrong,
    blocked,
    decide,
    possible,
    wrong_material,
)

BAR = Component("BAR-4140", "A")
NUT = Component("NUT")
USED = Mismatch("WO-1-M1", "WO-1", "L-7", "TUBE", "0", Decimal(1), "C62", "part")
NAME = Signature(name="Q. Lee", meaning="same steel")


def refused(what: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as refusal:
        what()
    return refusal.value.code


@pytest.mark.parametrize(
    ("bom", "part", "revision", "wrong"),
    [
        ((), "TUBE", "0", None),
        ((BAR, NUT), "BAR-4140", "A", None),
        ((BAR, NUT), "NUT", "7", None),
        ((BAR, NUT), "BAR-4140", None, None),
        ((BAR, NUT), "BAR-4140", "B", Wrong.REVISION),
        ((BAR, NUT), "TUBE", "A", Wrong.PART),
        ((BAR, NUT), "TUBE", None, Wrong.PART),
    ],
)
def test_what_a_bill_of_material_names_is_right(
    bom: tuple[Component, ...], part: str, revision: str | None, wrong: Wrong | None
) -> None:
    assert wrong_material(bom, part, revision) is wrong


def test_accepting_is_signed_and_names_what_was_signed() -> None:
    signed = decide(USED, Decision.ACCEPT, "Same steel", NAME)
    assert signed is not None
    assert (signed.name, signed.meaning, signed.record) == ("Q. Lee", "same steel", USED.hash)
    assert replace(USED, quantity=Decimal(2)).hash != USED.hash
    assert decide(USED, Decision.SCRAP, "Soft", None) is None


# What was decided, whether anything of it is not with the scrap, and what may be decided then.
AGAIN: list[tuple[str, bool, set[Decision]]] = [
    ("", True, {Decision.ACCEPT, Decision.SCRAP, Decision.HOLD}),
    ("hold", True, {Decision.ACCEPT, Decision.SCRAP}),
    ("scrap", True, {Decision.ACCEPT, Decision.SCRAP}),
    ("scrap", False, set()),
    ("accept", True, set()),
]


@pytest.mark.parametrize(("before", "left", "may"), AGAIN)
def test_a_hold_and_what_was_not_there_to_be_scrapped_are_decided_about_again(
    before: str, left: bool, may: set[Decision]
) -> None:
    decided = replace(USED, decision=before)
    assert set(possible(decided, left=left)) == may
    assert possible(replace(decided, withdrawn=True), left=left) == ()
    for decision in Decision:
        if decision not in may:
            again = lambda decision=decision: decide(decided, decision, "x", NAME, left=left)  # noqa: E731
            assert refused(again) == "mismatch.decided"
        elif before:
            signed = decide(decided, decision, "x", NAME, left=left)
            assert signed is not None
            assert signed.record == USED.hash
            assert refused(lambda decision=decision: decide(decided, decision, "x", None)) == (
                "signature.missing"
            )


def test_it_is_decided_with_a_reason() -> None:
    assert refused(lambda: decide(USED, Decision.ACCEPT, "Same steel", None)) == "signature.missing"
    assert refused(lambda: decide(USED, Decision.HOLD, " ", None)) == "reason.missing"
    withdrawn = replace(USED, withdrawn=True)
    assert refused(lambda: decide(withdrawn, Decision.ACCEPT, "x", NAME)) == "mismatch.withdrawn"


def test_what_keeps_pieces_here_is_said() -> None:
    assert blocked(USED, "J1-A").code == "dispatch.material"
    assert blocked(replace(USED, decision="scrap"), "J1-A").code == "dispatch.scrapped"
