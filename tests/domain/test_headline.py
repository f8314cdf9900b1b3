"""The order in one sentence: who owes what, for lists and programs."""

from __future__ import annotations

from dataclasses import replace

from models.domain.commands import Cancel, Command, Reassign
from models.domain.evidence import DocumentType
from models.domain.headline import headline
from models.domain.next_steps import Step, next_steps
from models.domain.records import Kin
from tests.domain.asking import (
    accept,
    agree,
    approve,
    arrived,
    change,
    changed,
    decline,
    document,
    receive,
    send,
    ship,
)
from tests.domain.orders import a_line, given, issued, parametrize
from tests.domain.test_split import halves

COC = DocumentType("coc")
BACK = (accept(), send(100), ship(100), receive(100))


@parametrize(
    "steps, told",
    ((), "Acme Plating owes a document: Certificate of conformance"),
    ((document("coc"),), "All pieces and papers are here; ready to close"),
)
def test_pieces_that_are_all_back_are_ready_only_when_nothing_is_missing(
    steps: tuple[Command, ...], told: str
) -> None:
    scene = given(issued(documents=(COC,)), *BACK, *steps)
    assert headline(scene.order).startswith(f"{told} · 100 of 100 pieces back")


def test_what_is_weighed_is_not_called_pieces_and_no_figure_ends_in_zeros() -> None:
    order = given(issued(unit="KGM"), accept(), send("50.0"), ship("50.0")).order
    assert " · 0 of 50 back" in headline(order)
    assert " · 0 of 50 pieces back" in headline(given(issued(), accept(), send(50), ship(50)).order)


def test_what_a_change_took_off_is_asked_back_after_the_work_on_the_others_and_counts_for_neither() -> None:
    line = a_line(quantity=150, lots=[("L1", 150)])
    scene = given(issued(line), accept(), send(150), arrived(), change(changed(1, 100)), approve(), agree())
    steps = [(item.step, item.subject) for item in next_steps(scene.order)]
    assert steps == [(Step.WORK, ""), (Step.EXCESS, "line-1")]
    assert headline(scene.order) == "Acme Plating is working on it · 0 of 100 pieces back"
    # Once nothing else is there, the rest is what the order waits for.
    given(scene, ship(100))
    assert headline(scene.order).startswith("Acme Plating owes back 50 of FLANGE B · 0 of 100 pieces back")
    given(scene, receive(100))
    assert headline(scene.order).startswith("Acme Plating owes back 50 of FLANGE B · 100 of 100 pieces back")
    assert [item.step for item in next_steps(scene.order)] == [Step.EXCESS]
    given(scene, ship(50, unprocessed=50), receive(parcel="SO-1-P2", unprocessed=50))
    assert headline(scene.order).startswith(
        "All pieces and papers are here; ready to close · 100 of 100 pieces back"
    )


def test_an_order_that_is_given_up_owes_all_of_it_back_whatever_was_changed_before() -> None:
    scene = given(issued(), accept(), send(), arrived(), change(changed(1, 60)), approve(), agree())
    given(scene, Cancel("No longer needed"))
    assert headline(scene.order).startswith("Acme Plating owes the material back · 0 of 100 pieces back")


def test_an_order_that_another_goes_on_with_says_which() -> None:
    split = given(issued(), accept()).when(halves()).then()
    first, second = split.order.kin.superseded_by
    assert headline(split.order).startswith(f"Split into {first}, {second}")
    assert "Cancelled" not in headline(split.order)
    declined = given(issued(), decline(), Reassign("BETA", "return", "They declined"))
    to = declined.order.kin.reassigned_to
    assert headline(declined.order).startswith(f"Went on as {to}")
    merged = replace(split.order, kin=Kin(merged_into="SO-7"))
    assert headline(merged).startswith("Merged into SO-7")
    assert headline(given(issued(), Cancel("No longer needed")).order).startswith("Cancelled")
