"""The plater's part of the story in the rules, computed by hand before the code was written.

Of 300 pieces heat-treated, two went into tests and 298 straight to the plater ACME. It ships 200,
then 96; two are lost and claimed. The 200 are accepted. Of the 96, 80 are accepted, 10 are too thin
and 6 wait because the certificate names another lot. The 10 are reworked: 9 accepted, 1 scrapped.
The certificate is corrected and the 6 are accepted: 295 + 1 + 2 = 298.
"""

from __future__ import annotations

from models.domain import events as e
from models.domain.authority import Actor, Role
from models.domain.commands import Close
from models.domain.evidence import DocumentType
from models.domain.evolve import fold
from models.domain.genealogy import edges
from models.domain.order import stage
from tests.domain.asking import (
    NC,
    PARCEL,
    accept,
    arrived,
    dispose,
    document,
    judge,
    lose,
    receive,
    send,
    ship,
)
from tests.domain.orders import Scene, a_line, a_lot, given, issued

BOTH = Actor("u_both", "user", frozenset({Role.RECEIVING, Role.QUALITY}))


def at_the_plater() -> Scene:
    line = a_line(quantity=298, lots=[("J4520-A", 298)])
    lot = a_lot("J4520-A", 298, heat="HX-1")
    return given(issued(line, lots=[lot], documents=[DocumentType.coc]), accept(), send(298), arrived())


def test_the_plater_s_part_of_the_story() -> None:
    scene = at_the_plater().then("in_process", at_supplier=298)

    scene.when(ship(200)).when(document("coc", number="Z-1", issuer="ACME", lot="J4520-A", heat="HX-1"))
    scene.when(receive(200, output_lot="J4520-B")).then("receiving", at_supplier=98, accepted=200)

    scene.when(ship(96)).then(at_supplier=2, in_transit_back=96, accepted=200)
    scene.when(receive(80, parcel="SO-1-P2", rejected=10, pending=6))
    scene.then("receiving", at_supplier=2, accepted=280, rejected=10, pending=6).flags("nonconforming")

    wrong = document("coc", number="Z-2", issuer="ACME", lot="J4521-A", parcel="SO-1-P2")
    scene.when(wrong).then()
    assert scene.event(e.DocumentAdded).holds == ("J4520-B",)
    scene.when(judge(accepted=6)).refused("judge.document")

    scene.when(lose(2)).then("receiving", accepted=280, rejected=10, pending=6, lost=2)

    scene.when(dispose(rework=10)).then("receiving", in_transit_out=10, accepted=280, pending=6, lost=2)
    scene.when(ship(10, nonconformance=NC)).when(receive(0, parcel="SO-1-P3", pending=9, scrapped=1), by=BOTH)
    scene.then("receiving", accepted=280, pending=15, scrapped=1, lost=2, sent=298)

    right = document("coc", number="Z-2", issuer="ACME", revision="1", lot="J4520-A", parcel="SO-1-P2")
    scene.when(right).then()
    assert scene.event(e.DocumentAdded).releases == ("J4520-B",)
    scene.when(judge(accepted=9)).then("receiving", accepted=289, pending=6, scrapped=1, lost=2).flags()
    scene.happened(e.PiecesJudged, e.NonconformanceClosed)
    scene.when(judge(accepted=6)).then("received", accepted=295, scrapped=1, lost=2, sent=298)
    scene.when(Close()).then("closed", accepted=295, scrapped=1, lost=2, sent=298)

    assert scene.shelf["J4520-A"].on_hand == 0
    assert scene.shelf["J4520-B"].on_hand == 295
    assert not scene.shelf["J4520-B"].held


def test_every_piece_of_the_story_is_found_again_in_its_edges() -> None:
    """296 came back as J4520-B: 200, 96 and, of these, 10 that went and came again."""
    scene = at_the_plater()
    scene.when(ship(200)).when(receive(200, output_lot="J4520-B")).when(ship(96))
    scene.when(receive(80, parcel="SO-1-P2", rejected=10, pending=6)).when(dispose(rework=10))
    scene.when(ship(10, nonconformance=NC)).when(receive(9, parcel="SO-1-P3", rejected=1))
    found: dict[tuple[str, str, str], int] = {}
    state = None
    for place in range(1, len(scene.stream) + 1):
        state = fold(scene.stream[:place])
        for edge in edges(state, scene.stream[place - 1][2]):
            at = (edge.from_node, edge.how, edge.to_node)
            found[at] = found.get(at, 0) + int(edge.quantity)
    work = "order:SO-1:1:J4520-A"
    assert found == {
        ("lot:J4520-A", "ship", work): 298,
        (work, "process", "lot:J4520-B"): 306,
        ("lot:J4520-B", "rework", work): 10,
    }
    assert state is not None
    assert stage(state) is stage(scene.order)
    assert PARCEL in state.parcels
