"""A lot has one origin: what a supplier gives back joins only pieces of its own job, or of the lot it was sent as."""

from __future__ import annotations

import pytest

from models.domain.errors import Refusal
from models.domain.origins import Origin, joins

OWN = "WO-1"


@pytest.mark.parametrize(
    ("origins", "sent", "said"),
    [
        ((), {"L1"}, None),
        ((Origin(OWN),), {"L1"}, None),
        ((Origin(OWN, "ON0", "L0"),), {"L1"}, None),
        # Another job's pieces of the same lot: they were one before.
        ((Origin("WO-2", "ON2", "L1"),), {"L1"}, None),
        ((Origin("WO-2", "ON2", "L1"),), {"L1", "L2"}, "came out of ON2"),
        ((Origin("WO-2", "ON2", "L2"),), {"L1"}, "came out of ON2; what comes back of L1"),
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
