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


def test_what_is_weighed_is_not_called_pieces_and_no_figure_ends_in_zeros() -> None:
    order = given(issued(unit="KGM"), accept(), send("50.0"), ship("50.0")).order
    assert " · 0 of 50 accepted" in headline(order)
    assert " · 0 of 50 pieces accepted" in headline(given(issued(), accept(), send(50), ship(50)).order)
