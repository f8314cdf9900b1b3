"""The order in one sentence: who owes what, for lists and programs."""

from __future__ import annotations

from models.domain.commands import Command
from models.domain.evidence import DocumentType
from models.domain.headline import headline
from tests.domain.asking import accept, document, receive, send, ship
from tests.domain.orders import given, issued, parametrize

COC = DocumentType("coc")
BACK = (accept(), send(100), ship(100), receive(100))


@parametrize(
    "steps, told",
    ((), "missing: document coc (supplier)"),
    ((document("coc"),), "ready to close"),
)
def test_pieces_that_are_all_back_are_ready_only_when_nothing_is_missing(
    steps: tuple[Command, ...], told: str
) -> None:
    scene = given(issued(documents=(COC,)), *BACK, *steps)
    assert headline(scene.order).startswith(f"All pieces are back from Acme Plating; {told} · ")
