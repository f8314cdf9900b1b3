"""First articles: a few pieces go first, the rest once quality has released what was measured on them."""

from __future__ import annotations

from decimal import Decimal

from models.domain import commands as c
from models.domain import events as e
from models.domain.facts import Facts
from models.domain.inspection import InspectionPlan
from models.domain.next_steps import Step, next_steps
from models.domain.purpose import why_pointless
from models.domain.sendable import sendable
from tests.domain.asking import accept, arrived, inspect, judge, lose, receive, release, send, ship
from tests.domain.orders import PLAN, Scene, a_draft, a_line, a_lot, given, issue_facts, issued, parametrize


def first(pieces: object = 5, **fields: object) -> Scene:
    """An accepted order of 100 pieces of which so many go first."""
    line = a_line(first_article=Decimal(str(pieces)), **fields)  # type: ignore[arg-type]
    return given(issued(line, plans={1: PLAN}, lots=[a_lot("L1", 500)]), accept())


def refused(inspection: str = "SO-1-I1") -> c.ReviewInspection:
    return c.ReviewInspection(inspection, "reject", "Too thin")


def steps(scene: Scene) -> list[tuple[str, str]]:
    return [(item.step.value, item.owed_by) for item in next_steps(scene.order)]


def test_only_the_first_pieces_go_before_they_are_released() -> None:
    scene = (
        first().when(send(6)).refused("first_article.first", "lines.0.quantity", first=5, left=5, entered=6)
    )
    given(scene, send(3)).when(send(3)).refused("first_article.first", left=2)
    given(scene, send(2), arrived(), inspect()).when(send(1)).refused("first_article.first", left=0)


def test_one_request_does_not_send_them_twice() -> None:
    lines = (c.SendLine(1, Decimal(5)), c.SendLine(1, Decimal(1)))
    first().when(c.Send(lines)).refused("first_article.first", "lines.1.quantity", left=0)


def test_their_release_opens_the_rest() -> None:
    scene = given(first(), send(5), arrived(), inspect(), release())
    scene.when(send(95)).then(at_supplier=5, in_transit_out=95)


def test_a_rejected_first_article_asks_for_as_many_again() -> None:
    scene = given(first(), send(5), arrived(), inspect("7", "7"), refused())
    scene.when(send(6)).refused("first_article.first", left=5)
    given(scene, send(5)).when(send(1)).refused("first_article.first", left=0)
    given(scene, arrived(), inspect(), release("SO-1-I2"), send(90)).then(
        sent=100, at_supplier=10, in_transit_out=90
    )


def test_rejecting_the_same_pieces_again_asks_for_no_more_than_before() -> None:
    scene = given(
        first(), send(5), arrived(), inspect("7", "7"), inspect("7", "8"), refused(), refused("SO-1-I2")
    )
    scene.when(send(6)).refused("first_article.first", left=5)


def test_first_pieces_that_are_all_lost_are_sent_again() -> None:
    scene = given(first(), send(5), lose(5)).when(send(6)).refused("first_article.first", left=5)
    scene.when(send(5)).then(lost=5, in_transit_out=5)


def test_first_pieces_that_came_back_and_were_accepted_can_still_be_measured() -> None:
    scene = given(first(), send(5), arrived(), ship(5), receive(pending=5))
    given(scene, c.ReportNonconformance((c.LineQuantity(1, Decimal(5)),), "Blisters"))
    scene.when(inspect()).then().when(release()).then()
    scene.when(send(95)).then()
    assert scene.event(e.InspectionSubmitted).lot_size == 5


def test_pieces_judged_without_an_inspection_do_not_lock_the_order() -> None:
    scene = given(first(), send(5), arrived(), inspect(), ship(5), receive(pending=5))
    scene.when(refused()).then()
    given(scene, send(5), judge(rejected=5), inspect(), release("SO-1-I2"), send(90)).then(
        sent=100, in_transit_out=95, rejected=5
    )


def test_other_lines_go_as_ever() -> None:
    lines = a_line(1, first_article=Decimal(5)), a_line(2, lots=[("L2", 100)])
    scene = given(issued(*lines, plans={1: PLAN}, lots=[a_lot("L1"), a_lot("L2")]), accept())
    scene.when(send(100, line=2)).then(in_transit_out=100)


@parametrize(
    "plans, quantity, code",
    ({}, 5, "first_article.no_plan"),
    ({1: PLAN}, -1, "quantity.too_small"),
    ({1: PLAN}, "0.5", "quantity.too_precise"),
)
def test_a_first_article_needs_a_plan_and_whole_pieces(
    plans: dict[int, InspectionPlan], quantity: object, code: str
) -> None:
    draft = a_draft(a_line(first_article=Decimal(str(quantity))))
    facts = Facts(lots={"L1": a_lot("L1")}, issue=issue_facts(draft, plans=plans))
    Scene().when(c.Issue(), facts=facts).refused(code, "lines.0.first_article")


def test_the_order_says_who_owes_what() -> None:
    scene = first()
    assert steps(scene) == [("send", "receiving")]
    assert [item.quantity for item in sendable(scene.order)] == [5]
    given(scene, send(5), arrived())
    assert steps(scene)[0] == ("first-article", "supplier")
    assert Step.SEND not in [item.step for item in next_steps(scene.order)]
    pointless = why_pointless(scene.order, "send")
    assert pointless is not None
    assert pointless.code == "first_article.waits"
    given(scene, inspect())
    assert steps(scene)[0] == ("review", "quality")
    given(scene, release())
    assert steps(scene)[0] == ("send", "receiving")


def test_rejected_it_is_sent_again() -> None:
    scene = given(first(), send(5), arrived(), inspect("7", "7"), refused())
    assert ("send", "receiving") in steps(scene)
