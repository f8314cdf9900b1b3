"""disposition, decide-disposition, confirm-return: what becomes of rejected pieces."""

# Rows of a table are keyword arguments, and a quantity is written as a number.
# mypy: disable-error-code="arg-type,comparison-overlap"

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from models.domain import events as e
from models.domain.authority import Actor, Role
from models.domain.commands import ConfirmReturn, Disposition, DispositionLine
from tests.domain.asking import (
    NC,
    arrived,
    counted,
    dispose,
    document,
    judge,
    lose,
    receive,
    report,
    send,
    ship,
    sign,
    some,
)
from tests.domain.orders import ADMIN, DESIGN, QUALITY, Scene, a_line, given, issued, parametrize


def rejected(quantity: int = 10) -> Scene:
    return given(issued(), send(100), ship(100), receive(100 - quantity, rejected=quantity))


@pytest.mark.parametrize(
    ("decision", "at", "bucket", "still_open"),
    [
        ("scrap", "supplier", "scrapped", False),
        ("scrap", "here", "scrapped", False),
        ("reinspect", "supplier", "pending", True),
        ("reinspect", "here", "pending", True),
        ("rework", "here", "pending", True),
        ("rework", "supplier", "in_transit_out", True),
        ("return_", "supplier", "in_transit_out", True),
        ("return_", "here", "in_transit_out", True),
    ],
)
def test_quality_decides_at_once(decision: str, at: str, bucket: str, still_open: bool) -> None:
    scene = rejected().when(dispose(at=at, **{decision: 10})).then(accepted=90, **{bucket: 10}, sent=100)
    scene.flags(*(["nonconforming"] if still_open else []))
    kinds = [e.NonconformanceDispositioned] + ([] if still_open else [e.NonconformanceClosed])
    scene.happened(*kinds)
    item = scene.order.nonconformances[NC]
    assert (item.cause, item.responsibility) == ("Thin coating", "supplier")


@pytest.mark.parametrize(
    ("decision", "at", "bucket", "still_open"),
    [
        ("use_as_is", "supplier", "accepted", False),
        ("use_as_is", "here", "accepted", False),
        ("repair", "supplier", "in_transit_out", True),
        ("repair", "here", "pending", True),
    ],
)
def test_use_as_is_and_repair_are_proposed_then_decided_with_a_signature(
    decision: str, at: str, bucket: str, still_open: bool
) -> None:
    scene = rejected().when(dispose(at=at, **{decision: 10})).then("receiving", accepted=90, rejected=10)
    scene.happened(e.DispositionProposed)
    scene.when(sign())
    moved = {"accepted": 100} if bucket == "accepted" else {"accepted": 90, bucket: 10}
    scene.then(**moved, sent=100).flags(*(["nonconforming"] if still_open else []))
    decided = scene.event(e.DispositionDecided)
    assert (decided.signed_by, decided.meaning) == ("Dr. Ada Stahl", "approve disposition")
    assert decided.signed_as == "design_authority"


def test_a_proposal_turned_down_is_undecided_again() -> None:
    scene = (
        rejected()
        .when(dispose(use_as_is=10))
        .when(sign("reject"))
        .then("receiving", accepted=90, rejected=10)
    )
    scene.when(sign()).refused("disposition.nothing_proposed", "nonconformance")
    scene.when(dispose(scrap=10)).then("received", accepted=90, scrapped=10)


def test_what_is_proposed_cannot_be_decided_otherwise_meanwhile() -> None:
    scene = rejected().when(dispose(use_as_is=6))
    scene.when(dispose(scrap=5)).refused("disposition.more_than_rejected", left=4, entered=5)
    scene.when(dispose(scrap=4)).when(sign()).then("received", accepted=96, scrapped=4)


def test_nobody_decides_what_they_proposed() -> None:
    both = Actor("u_both", "user", frozenset({Role.QUALITY, Role.DESIGN_AUTHORITY}))
    for person in (both, ADMIN):
        scene = rejected().when(dispose(use_as_is=10), by=person).when(sign(), by=person)
        scene.refused("forbidden.own_proposal")
        scene.when(sign(), by=DESIGN).then("received", accepted=100)


def test_a_signature_is_a_printed_name() -> None:
    rejected().when(dispose(use_as_is=10)).when(sign(name=" ")).refused("signature.missing", "signature.name")


def test_a_signature_does_not_overrule_a_contradicting_certificate_or_a_held_lot() -> None:
    scene = rejected().when(dispose(use_as_is=10)).when(document("coc", lot="L9")).when(sign())
    scene.refused("judge.document")
    scene = rejected().when(dispose(use_as_is=10)).hold_lot("L1").when(sign()).refused("judge.lot_held")
    scene.when(sign("reject")).then()


@parametrize(
    "command, code, field",
    (Disposition(NC, ()), "lines.empty", "lines"),
    (dispose("SO-1-N9", scrap=1), "nonconformance.unknown", "nonconformance"),
    (dispose(scrap=11), "disposition.more_than_rejected", "lines.0.quantity"),
    (dispose(scrap=6, rework=5), "disposition.more_than_rejected", "lines.1.quantity"),
    (dispose(scrap=0), "quantity.zero", "lines.0.quantity"),
    (dispose(scrap="0.5"), "quantity.too_precise", "lines.0.quantity"),
    (Disposition(NC, (DispositionLine(Decimal(1), "scrap", line=2),)), "line.unknown", "lines.0.line"),
    (Disposition(NC, (DispositionLine(Decimal(1), "scrap", lot="L9"),)), "lot.not_on_line", "lines.0.lot"),
    (ConfirmReturn(NC, Decimal(1)), "return.more_than_returning", "quantity"),
)
def test_what_is_not_decided(command: Disposition | ConfirmReturn, code: str, field: str) -> None:
    rejected().when(command).refused(code, field)


def test_a_recorded_nonconformance_has_nothing_to_decide() -> None:
    scene = given(issued(), send(100), ship(100), receive(100)).use("L1", 100).when(report(5))
    scene.when(dispose(scrap=5)).refused("disposition.more_than_rejected", left=0)


def test_a_disposition_may_name_line_and_lot() -> None:
    line = a_line(lots=[("L1", 60), ("L2", 40)])
    scene = given(issued(line), send(60, "L1"), send(40, "L2"), ship(100))
    both = receive(60, lot="L1", rejected=0)
    parts = (counted(lot="L1", accepted=55, rejected=5), counted(lot="L2", accepted=37, rejected=3))
    scene.when(replace(both, lines=parts)).then(rejected=8, accepted=92)
    scene.when(Disposition(NC, (DispositionLine(Decimal(4), "scrap", 1, "L2"),)))
    scene.refused("disposition.more_than_rejected", left=3)
    scene.when(Disposition(NC, (DispositionLine(Decimal(3), "scrap", 1, "L2"),)))
    scene.then(place="1:L2", accepted=37, scrapped=3)
    scene.when(dispose(scrap=5)).then(place="1:L1", accepted=55, scrapped=5)


def test_rework_never_creates_pieces() -> None:
    scene = rejected().when(dispose(rework=10)).then("receiving", accepted=90, in_transit_out=10, sent=100)
    scene.when(ship(12, nonconformance=NC)).then(accepted=90, in_transit_back=10, sent=100)
    scene.when(receive(12, parcel="SO-1-P2")).then("receiving", accepted=100, over=2, sent=100)


def test_rework_lost_on_the_way_ends_the_nonconformance() -> None:
    scene = rejected().when(dispose(rework=10)).when(lose(4)).flags("nonconforming")
    scene.when(lose(6)).then("received", accepted=90, lost=10).flags()


class TestReturn:
    def test_returned_pieces_go_to_the_supplier_for_good_and_are_never_sent_again(self) -> None:
        scene = (
            rejected().when(dispose(return_=10)).then("receiving", accepted=90, in_transit_out=10, sent=100)
        )
        scene.when(ConfirmReturn(NC, Decimal(4))).then(
            "receiving", accepted=90, in_transit_out=6, returned_to_supplier=4
        )
        scene.when(ConfirmReturn(NC, Decimal(7))).refused(
            "return.more_than_returning", returning=6, entered=7
        )
        scene.when(ConfirmReturn(NC, Decimal(6))).then(
            "received", accepted=90, returned_to_supplier=10, sent=100
        )
        scene.happened(e.ReturnConfirmed, e.NonconformanceClosed)

    @pytest.mark.parametrize("quantity", ["0", "-1", "0.5", "NaN"])
    def test_a_quantity_that_is_none_is_refused(self, quantity: str) -> None:
        scene = rejected().when(dispose(return_=10)).when(ConfirmReturn(NC, Decimal(quantity)))
        assert scene.refusal is not None
        assert scene.refusal.code.startswith("quantity.")

    def test_what_goes_back_for_good_is_neither_received_shipped_arrived_nor_lost(self) -> None:
        scene = rejected().when(dispose(return_=10))
        scene.when(ship(1)).refused("ship.nothing_there")
        scene.when(lose(1)).refused("loss.more_than_out", found=0)
        scene.when(arrived(lines=(some(1, 1),))).refused("milestone.more_than_sent", found=0)
        scene.when(receive(1, parcel="", slip="LS-2")).then(
            "receiving", accepted=90, in_transit_out=10, over=1
        )


def test_reinspected_pieces_need_the_same_as_any_pending_ones() -> None:
    scene = rejected().when(dispose(reinspect=10)).when(judge(accepted=9, rejected=1), by=QUALITY)
    scene.then("receiving", accepted=99, rejected=1)
    assert [item.nonconformance for item in scene.order.open_nonconformances] == ["SO-1-N2"]
