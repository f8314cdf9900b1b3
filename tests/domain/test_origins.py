"""A lot has one origin: what a supplier gives back joins only pieces of its own job, or of the lot it was sent as."""

from __future__ import annotations

from decimal import Decimal

import pytest

from models.domain import commands as c
from models.domain.errors import Refusal
from models.domain.origins import Origin, joins
from tests.domain.asking import arrived, receive, send, ship
from tests.domain.orders import Scene, a_line, a_lot, given, issued

OWN = "WO-1"


@pytest.mark.parametrize(
    ("origins", "sent", "said"),
    [
        ((), {"L1"}, None),
        ((Origin(OWN),), {"L1"}, None),
        ((Origin(OWN, "ON0", "L0"),), {"L1"}, None),
        # Another job's pieces of the same lot: they were one before.
        ((Origin("WO-2", "ON2", "L1"),), {"L1"}, None),
        ((Origin("WO-2", "ON2", "L1"),), {"L1", "L2"}, "came out of ON2 (WO-2)"),
        ((Origin("WO-2", "ON2", "L2"),), {"L1"}, "came out of ON2 (WO-2); what comes back of L1"),
        ((Origin("WO-2"), Origin(OWN)), {"L1"}, "came out of WO-2"),
        ((Origin("WO-2"),), set(), "what comes back of WO-1"),
        ((Origin(),), {"L1"}, "was bought or there before"),
    ],
)
def test_pieces_come_back_into_a_lot_of_their_own_origin(
    origins: tuple[Origin, ...], sent: set[str], said: str | None
) -> None:
    if said is None:
        joins("X", origins, OWN, sent, "lines.0.output_lot")
        return
    with pytest.raises(Refusal) as refusal:
        joins("X", origins, OWN, sent, "lines.0.output_lot")
    assert (refusal.value.code, refusal.value.errors[0].field) == (
        "receive.other_origin",
        "lines.0.output_lot",
    )
    assert said in refusal.value.detail
    assert "give the received pieces a new number" in refusal.value.detail


def test_a_receipt_puts_together_neither_two_jobs_nor_what_is_there_with_another(a_scene: Scene) -> None:
    mixed = c.Receive((_counted(1, "L1"), _counted(2, "L2")), "SO-1-P1")
    a_scene.when(mixed).refused(
        "receive.other_origin", "lines.1.output_lot", lot="OUT", sources="SO-1 (WO-1)", sent="L2"
    )
    a_scene.shelf["OUT"] = a_lot("OUT", 5)
    a_scene.origins = {"OUT": (Origin("WO-2", "SO-9", "L9"),)}
    first = c.Receive((_counted(1, "L1"),), "SO-1-P1")
    a_scene.when(first).refused("receive.other_origin", "lines.0.output_lot", sources="SO-9 (WO-2)")
    a_scene.when(c.Receive((_counted(2, "L2"),), "SO-1-P1")).then("receiving")


def test_one_job_comes_back_as_one_lot_in_several_boxes() -> None:
    scene = given(issued(), send(100), ship(60), receive(40, pending=20, output_lot="OUT"), ship(40))
    scene.origins = {"OUT": (Origin("WO-1", "SO-1", "L1"),)}
    scene.when(receive(40, parcel="SO-1-P2", output_lot="OUT")).then("receiving", accepted=80, pending=20)


@pytest.fixture
def a_scene() -> Scene:
    """Two jobs on one order, all of it on its way back in one box."""
    lines = a_line(1, 60, [("L1", 60)]), a_line(2, 40, [("L2", 40)])
    box = c.Ship((c.ShipLine(1, Decimal(60)), c.ShipLine(2, Decimal(40))), "UPS")
    return given(issued(*lines), send(60), send(40, "L2", 2), arrived(), box)


def _counted(line: int, lot: str) -> c.ReceiveLine:
    some = Decimal(60 if line == 1 else 40)
    return c.ReceiveLine(line, some, some, lot=lot, output_lot="OUT")
