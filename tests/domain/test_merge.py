"""merge: an order takes up others, is acknowledged anew, and not a piece more or less is ordered."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from models.domain import events as e
from models.domain.commands import Cancel, Hold, Merge
from models.domain.deadlines import next_deadline
from models.domain.decisions.merging import why_apart
from models.domain.delivery_days import needed, promised
from models.domain.evidence import DocumentType
from models.domain.evolve import evolve
from models.domain.order import Answer, Order
from models.domain.pieces import Bucket
from models.domain.records import PlannedLot
from tests.domain.asking import accept, change, changed, counter, decline, send
from tests.domain.orders import (
    BUYER,
    LONDON,
    NEED_BY,
    PLANNER,
    Scene,
    a_line,
    a_lot,
    day,
    given,
    issued,
    parametrize,
)

TOGETHER = Merge(("SO-2",))


def another(number: str = "SO-2", *lines: Any, draft: dict[str, Any] | None = None, **fields: Any) -> Scene:
    """An order like the first one, of 40 flanges out of lot L2."""
    lines = lines or (a_line(1, 40, [("L2", 40)]),)
    return issued(*lines, draft={"number": number, **(draft or {})}, **fields)


def test_the_lines_of_the_other_order_come_with_their_lots_heats_and_prices() -> None:
    other = another()
    scene = issued().when(TOGETHER, others=[other]).then("issued").happened(e.OrdersMerged)
    assert [(line.line, line.work_order, line.ordered) for line in scene.order.lines] == [
        (1, "WO-1", 100),
        (2, "WO-1", 40),
    ]
    assert scene.order.lines[1].lots == (PlannedLot("L2", Decimal(40), "H2"),)
    assert scene.order.lines[1].unit_price == Decimal("0.85")
    assert (scene.order.revision, scene.order.kin.merged_from) == (2, ("SO-2",))
    other.then("cancelled").happened(e.OrderMergedInto)
    assert other.order.kin.merged_into == "SO-1"
    assert next_deadline(other.order) is None


def test_the_supplier_is_asked_again_and_has_its_time_again() -> None:
    scene, other = given(issued(milestones=()), accept(promise=NEED_BY)), given(another(), accept())
    scene.at(day(4)).when(TOGETHER, others=[other]).then("issued")
    assert (scene.order.answer, scene.order.promise_current) == (Answer.NONE, None)
    assert scene.order.promise_first == NEED_BY, "the first promise never changes"
    assert scene.wait(day(6, 12)) == ["05 09:00 remind ack_reminder", "06 09:00 raise ack_overdue"]
    scene.when(accept(promise=date(2026, 12, 10))).then("acknowledged")
    assert LONDON.local_date(scene.now) == date(2026, 11, 6)
    scene.when(send(40, "L2", 2)).refused("lot.unknown")


def test_what_goes_out_afterwards_is_of_either_order() -> None:
    scene = issued(lots=[a_lot("L1"), a_lot("L2", 40)])
    given(scene.when(TOGETHER, others=[another()]).then(), accept())
    given(scene, send(40, "L2", 2), send(100))
    scene.then(in_transit_out=140)


def test_nothing_that_was_asked_is_asked_less() -> None:
    early = date(2026, 12, 4)
    other = another(
        draft={"need_by": early, "priority": "urgent"}, documents=[DocumentType.coc], release_before_ship=True
    )
    order = issued(documents=[DocumentType.photo]).when(TOGETHER, others=[other]).then().order
    assert (order.priority, order.release_before_ship) == ("urgent", True)
    assert (order.need_by, needed_on(order)) == (NEED_BY, [NEED_BY, early])
    assert order.required_documents == (DocumentType.photo, DocumentType.coc)


def needed_on(order: Order) -> list[date]:
    return [needed(order, line) for line in order.lines]


def promised_on(order: Order) -> list[date | None]:
    return [promised(order, line) for line in order.lines]


@parametrize("ours, theirs", (NEED_BY, date(2026, 12, 4)), (date(2026, 12, 4), NEED_BY))
def test_every_line_is_needed_when_it_was_and_a_plain_yes_promises_just_that(
    ours: date, theirs: date
) -> None:
    other = another(draft={"need_by": theirs})
    scene = issued(draft={"need_by": ours}).when(TOGETHER, others=[other]).then("issued")
    assert (needed_on(scene.order), promised_on(scene.order)) == ([ours, theirs], [None, None])
    assert [terms.promise_date for terms in scene.order.terms] == [ours, theirs]
    given(scene, accept()).then("acknowledged")
    assert (promised_on(scene.order), needed_on(scene.order)) == ([ours, theirs], [ours, theirs])
    assert (scene.order.promise_first, scene.order.promise_current) == (NEED_BY, NEED_BY)


def test_a_day_that_is_named_is_promised_for_every_line() -> None:
    named = date(2026, 12, 10)
    other = another(draft={"need_by": date(2026, 12, 4)})
    scene = given(issued().when(TOGETHER, others=[other]).then(), accept(promise=named))
    assert promised_on(scene.order) == [named, named]


def test_what_was_merged_before_lines_kept_their_days_stays_as_it_was() -> None:
    scene = issued().when(TOGETHER, others=[another(draft={"need_by": date(2026, 12, 4)})]).then()
    event = scene.event(e.OrdersMerged)
    first = date(2026, 12, 4)
    stored = replace(event, after=replace(event.after, need_by=first), own_days=False)
    assert needed_on(evolve(issued().order, stored, 2, scene.now)) == [first, first]


def test_several_go_in_at_once_and_one_after_another() -> None:
    scene, second, third = issued(), another(), another("SO-3", a_line(1, 7, []))
    scene.when(Merge(("SO-2", "SO-3")), others=[second, third]).then()
    scene.when(Merge(("SO-4",)), others=[another("SO-4", a_line(1, 5, []))]).then()
    assert [(line.line, line.ordered) for line in scene.order.lines] == [(1, 100), (2, 40), (3, 7), (4, 5)]
    assert scene.order.kin.merged_from == ("SO-2", "SO-3", "SO-4")
    assert scene.order.revision == 3


@parametrize(
    "fields",
    {"supplier": "BETA"},
    {"process": "PAINT"},
    {"spec_revision": "2024"},
    {"plant": "SOUTH"},
    {"purchase_order": "PO-1"},
)
def test_what_is_different_stays_apart(fields: dict[str, str]) -> None:
    other = another(draft=fields)
    issued().when(TOGETHER, others=[other]).refused("merge.different", "orders.0").then_nothing("issued")
    other.then_nothing("issued")


def test_a_part_has_one_revision_on_an_order() -> None:
    other, third = another(), another("SO-3")
    newer = replace(third.order.lines[0], part_revision="C")
    third.state = replace(third.order, lines=(newer,))
    scene = issued().when(Merge(("SO-2", "SO-3")), others=[other, third])
    scene.refused("merge.part_revision", "orders.1", theirs="C", ours="B").then_nothing("issued")


NOT_READY = {
    "declined": [decline()],
    "held": [Hold("drawing")],
    "proposal": [counter(date(2026, 12, 24))],
    "change": [accept(), change(changed(1, 30))],
    "sent": [accept(), send(10, "L2")],
    "cancelled": [Cancel("no longer needed")],
}


SAID = {
    "declined": "SO-2 stands at “countered”",
    "held": "SO-2 is on hold.",
    "proposal": "SO-2 stands at “countered”",
    "change": "Change SO-2-C1 of SO-2 is still open.",
    "sent": "Pieces of SO-2 were sent already. Leave it an order of its own.",
    "cancelled": "SO-2 stands at “cancelled”",
}


@pytest.mark.parametrize("what", NOT_READY)
def test_an_order_on_which_something_is_open_goes_nowhere_for_this_one_reason(what: str) -> None:
    other = given(another(lots=[a_lot("L2", 40)]), *NOT_READY[what])
    scene = issued().when(TOGETHER, others=[other]).refused("merge.source", "orders.0").then_nothing("issued")
    assert scene.refusal is not None
    assert scene.refusal.detail.startswith(SAID[what])


@parametrize(
    "steps, code",
    ([send(1)], "merge.sent"),
    ([Hold("drawing")], "order.hold"),
    ([change(changed(1, 30))], "change.open"),
    ([counter(date(2026, 12, 24))], "order.stage"),
)
def test_an_order_on_which_something_is_open_takes_nothing_up(steps: list[Any], code: str) -> None:
    given(issued(), *steps).when(TOGETHER, others=[another()]).refused(code)


@parametrize(
    "orders, code",
    ((), "merge.none"),
    (("SO-1",), "merge.itself"),
    (("SO-2", "SO-2"), "merge.repeated"),
    (("SO-9",), "merge.unknown"),
)
def test_what_is_named_must_be_other_orders(orders: tuple[str, ...], code: str) -> None:
    issued().when(Merge(orders), others=[another()]).refused(code).then_nothing("issued")


def test_only_a_buyer_merges() -> None:
    issued().when(TOGETHER, by=PLANNER, others=[another()]).refused("forbidden.role")
    issued().when(TOGETHER, by=BUYER, others=[another()]).then("issued")


def test_an_order_that_went_into_another_is_over() -> None:
    other = another()
    issued().when(TOGETHER, others=[other]).then()
    other.when(accept()).refused("order.stage")
    other.when(Merge(("SO-1",)), others=[]).refused("order.stage")
    assert not other.order.stock.get(Bucket.IN_TRANSIT_OUT)
    assert why_apart(issued().order, other.order) is not None
