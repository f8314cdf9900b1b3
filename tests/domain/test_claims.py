"""What is lost is claimed: from whom, until when, what came of it, and what turns up again."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from models.domain import billing
from models.domain import events as e
from models.domain.charges import ChargeKind
from models.domain.claims import Claim, ClaimState
from models.domain.commands import (
    Cancel,
    Close,
    Command,
    Correct,
    ForceComplete,
    LineQuantity,
    SettleClaim,
    Signature,
    Split,
    SplitChild,
)
from models.domain.settlement import settled
from tests.domain.asking import PARCEL, accept, arrived, lose, receive, send, ship
from tests.domain.orders import BUYER, DOCK, QUALITY, SUPPLIER_LINK, Scene, day, given, issued, parametrize

CLAIM = "SO-1-L1"


def settle(
    outcome: str, amount: object = None, note: str = "Their letter", claim: str = CLAIM
) -> SettleClaim:
    paid = None if amount is None else Decimal(str(amount))
    return SettleClaim(claim, outcome, paid, note)  # type: ignore[arg-type]


def lost(quantity: int = 10, from_: str = "in_transit_back", **fields: Any) -> Scene:
    """100 sent, half of it on its way back: some of it is lost."""
    scene = given(issued(), accept(), send(100), arrived(), ship(50))
    command = lose(quantity, from_=from_)
    return scene.when(type(command)(command.lines, command.reason, **fields)).then()


def claim(scene: Scene, name: str = CLAIM) -> Claim:
    return scene.order.claims[name]


def closed(*steps: Command) -> Scene:
    """Two of a hundred are lost, the others are accepted."""
    scene = given(issued(), accept(), send(100), arrived(), ship(98))
    return given(scene, lose(2, from_="at_supplier"), receive(98), *steps)


@pytest.mark.parametrize(
    ("place", "against", "parcel"),
    [("in_transit_back", "carrier", PARCEL), ("at_supplier", "supplier", "")],
)
def test_a_loss_is_claimed_from_who_had_the_pieces(place: str, against: str, parcel: str) -> None:
    found = claim(lost(from_=place))
    assert (found.against, found.parcel, found.pieces) == (against, parcel, {"1:L1": 10})
    # A Monday and five working days.
    assert (found.due, found.state) == (date(2026, 11, 9), ClaimState.OPEN)


def test_against_whom_may_be_said() -> None:
    assert claim(lost(against="supplier")).against == "supplier"


def test_one_loss_in_two_places_is_two_claims() -> None:
    here, there = lose(50, from_="in_transit_back"), lose(10, from_="at_supplier")
    scene = given(issued(), accept(), send(100), arrived(), ship(50))
    scene.when(type(here)((*here.lines, *there.lines), here.reason)).then()
    assert [(each.against, each.missing) for each in scene.order.claims.values()] == [
        ("carrier", 50),
        ("supplier", 10),
    ]


def test_what_is_written_off_with_the_order_is_not_claimed() -> None:
    signed = ForceComplete("Never mind", Signature("Ada Stahl"))
    scene = given(issued(), accept(), send(100), signed)
    assert scene.order.claims == {}


def test_the_buyer_is_reminded_and_alerted_until_it_is_settled() -> None:
    scene = lost()
    told = [line for line in scene.wait(day(13)) if "claim" in line]
    assert told == [
        "06 07:00 remind claim_due",
        "09 23:00 raise claim_overdue",
        "10 16:00 escalate claim_overdue 1",
    ]
    scene.when(settle("paid", "8.50"), by=BUYER).then()
    assert "claim_overdue" not in {alert.rule for alert in scene.order.open_alerts}
    assert (claim(scene).state, claim(scene).amount) == (ClaimState.SETTLED, Decimal("8.50"))


@parametrize(
    "command, code, field",
    (settle("paid"), "claim.amount", "amount"),
    (settle("credited", 0), "claim.amount", "amount"),
    (settle("paid", "-1"), "quantity.too_small", "amount"),
    (settle("paid", "1.001"), "claim.too_precise", "amount"),
    (settle("refused", 5), "claim.no_money", "amount"),
    (settle("refused", note=" "), "note.missing", "note"),
    (settle("withdrawn", note=""), "note.missing", "note"),
    (settle("paid", 5, claim="SO-1-L9"), "claim.unknown", "claim"),
)
def test_what_settles_nothing(command: Command, code: str, field: str) -> None:
    lost().when(command).refused(code, field)


def test_a_claim_is_settled_once_by_who_answers_for_money() -> None:
    scene = lost()
    for actor, code in (
        (DOCK, "forbidden.role"),
        (QUALITY, "forbidden.role"),
        (SUPPLIER_LINK, "forbidden.supplier"),
    ):
        scene.when(settle("refused"), by=actor).refused(code)
    scene.when(settle("refused")).then().when(settle("paid", 5)).refused("claim.settled", "claim")


def test_found_pieces_reduce_the_claim_until_nothing_is_left_of_it() -> None:
    scene = given(lost(), receive(40), receive(4, parcel="", slip="LS-2"))
    assert (claim(scene).missing, claim(scene).state) == (10, ClaimState.OPEN)
    scene = given(closed())
    scene.when(receive(1, parcel="", slip="LS-3")).then()
    assert (claim(scene).missing, claim(scene).state) == (1, ClaimState.OPEN)
    scene.when(receive(1, parcel="", slip="LS-4")).then()
    assert claim(scene).state is ClaimState.FOUND
    scene.when(settle("paid", 5)).refused("claim.found", "claim")


def test_what_was_paid_for_and_turns_up_opens_the_claim_again() -> None:
    scene = closed(settle("paid", 5))
    scene.at(day(11)).when(receive(1, parcel="", slip="LS-3")).then()
    assert (claim(scene).state, claim(scene).due) == (ClaimState.REOPENED, date(2026, 11, 18))
    assert [line for line in scene.wait(day(19)) if "claim" in line] == [
        "17 07:00 remind claim_due",
        "18 23:00 raise claim_overdue",
    ]
    scene.when(settle("paid", "2.50")).then()
    assert claim(scene).state is ClaimState.SETTLED


def test_what_brought_no_money_stays_settled_when_pieces_turn_up() -> None:
    scene = closed(settle("refused"))
    scene.when(receive(1, parcel="", slip="LS-3")).then()
    assert claim(scene).state is ClaimState.SETTLED


def test_a_receipt_counted_wrongly_found_nothing() -> None:
    scene = closed(settle("paid", 5))
    scene.when(receive(1, parcel="", slip="LS-3")).then()
    scene.when(Correct(scene.sequence(e.PiecesReceived), "Another order's")).then()
    assert (claim(scene).missing, claim(scene).state) == (2, ClaimState.SETTLED)


def test_a_loss_declared_by_mistake_claims_nothing() -> None:
    scene = lost()
    scene.when(Correct(scene.sequence(e.PiecesLost), "Not lost")).then()
    assert claim(scene).state is ClaimState.VOID
    scene.when(settle("paid", 5)).refused("claim.unknown", "claim")
    assert not [line for line in scene.wait(day(13)) if "claim" in line]


def test_a_loss_somebody_paid_for_is_not_corrected_away() -> None:
    scene = lost()
    wrong = scene.sequence(e.PiecesLost)
    scene.when(settle("paid", 5)).then()
    scene.when(Correct(wrong, "Not lost")).refused("correct.decided", "event")


def test_claims_outlive_the_order() -> None:
    scene = given(issued(milestones=()), accept(), send(100), lose(100), Cancel("Not needed")).then(
        "cancelled"
    )
    told = [line for line in scene.wait(day(13)) if "claim" in line]
    assert told == ["06 07:00 remind claim_due", "09 23:00 raise claim_overdue"]
    scene.when(settle("paid", 5)).then("cancelled")
    assert not list(scene.order.open_alerts)


def test_what_the_supplier_credits_is_deducted_and_what_anybody_pays_is_not() -> None:
    def charged(scene: Scene) -> Decimal:
        found = [each for each in billing.charges(scene.order) if each.kind is ChargeKind.CLAIM]
        return sum((each.amount for each in found), Decimal(0))

    assert charged(closed(settle("credited", "1.70"))) == Decimal("-1.70")
    assert charged(closed(settle("paid", "1.70"))) == 0
    assert charged(lost().when(settle("credited", 5)).then()) == 0


def test_a_credit_after_the_end_is_an_adjustment() -> None:
    scene = closed(Close()).when(settle("credited", "1.70")).then("closed")
    (adjustment,) = [each for each in settled(scene.order) if each.kind is ChargeKind.CLAIM]
    assert adjustment.amount == Decimal("-1.70")
    scene.when(receive(2, parcel="", slip="LS-3")).then("closed").when(settle("withdrawn")).then()
    assert sum(each.amount for each in settled(scene.order) if each.kind is ChargeKind.CLAIM) == 0


def test_claims_go_on_with_the_first_part_of_a_split_order() -> None:
    scene = given(issued(milestones=()), accept(), send(60), lose(10))
    parts = tuple(SplitChild((LineQuantity(1, Decimal(some)),)) for some in (60, 40))
    first, second = scene.when(Split(parts)).then().born.values()
    assert (claim(first).missing, second.order.claims) == (10, {})
    scene.when(settle("paid", 5)).refused("order.superseded")
    assert not [line for line in scene.wait(day(13)) if "claim" in line]
    first.when(settle("paid", 5)).then()
    assert claim(first).state is ClaimState.SETTLED
