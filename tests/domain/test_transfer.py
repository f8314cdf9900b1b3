"""Parts that go straight from one order to the next: nobody has them twice, and nobody has them never."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from models.domain import commands as c
from models.domain import events as e
from models.domain.authority import OnBehalfOf
from models.domain.billing import charges
from models.domain.commands import AnswerTransfer, Cancel, Close, Hold
from models.domain.contract import Basis
from models.domain.evidence import DocumentType
from models.domain.facts import Facts
from models.domain.genealogy import edges
from models.domain.missing import missing
from models.domain.paperwork import order_facts
from models.domain.pieces import SENT, Bucket, total
from models.domain.purpose import why_pointless
from models.domain.transfers import TransferState, coming, leaving
from tests.domain.asking import (
    accept,
    arrived,
    decline,
    inspect,
    lose,
    process,
    receive,
    release,
    report,
    send,
    ship,
)
from tests.domain.orders import BUYER, NEED_BY, PLAN, Scene, a_line, a_lot, day, given, issued, parametrize

T = "SO-1-T1"
TAKE, REFUSE = AnswerTransfer(T, "take"), AnswerTransfer(T, "refuse", "No room this week")


COMPLETE = c.ForceComplete("The rest never came", c.Signature("Ann Approver"))


def first(*steps: c.Command, plans: Any = None, **fields: Any) -> Scene:
    """An order of 100 pieces of lot L1, all of them at the supplier when nothing else is said."""
    return given(issued(plans=plans, **fields), accept(), *(steps or (send(), arrived())))


def following(
    ordered: object = 100, *steps: c.Command, number: str = "SO-2", plans: Any = None, **fields: Any
) -> Scene:
    """The order for the next operation of the same work order; nothing of it was sent."""
    line = replace(a_line(1, ordered, [], **fields), operation=40)
    return given(
        issued(line, draft={"number": number, "supplier": "NEXT"}, supplier_name="Next Coating", plans=plans),
        accept(),
        *steps,
    )


def onward(quantity: object = 100, **fields: Any) -> c.Ship:
    return replace(ship(quantity, carrier="DHL", tracking="T-77", **fields), to_order="SO-2")


def together(one: Scene, other: Scene) -> tuple[Scene, Scene]:
    """Both orders, on one shelf."""
    other.beside(one)
    return one, other


def offered(quantity: object = 100, **fields: Any) -> tuple[Scene, Scene]:
    one, other = together(first(), following())
    one.when(onward(quantity, **fields), others=[other]).then()
    return one, other


def taken(quantity: object = 100) -> tuple[Scene, Scene]:
    one, other = offered(quantity)
    other.when(TAKE, others=[one]).then()
    return one, other


def answer(one: Scene, other: Scene, command: c.Command, **how: Any) -> Scene:
    return other.when(command, others=[one], **how)


def test_what_is_offered_stays_here_and_is_nobody_elses_to_take() -> None:
    one, other = offered(60)
    one.then("in_process", at_supplier=100).happened(e.TransferOffered)
    other.then("acknowledged").happened(e.TransferAnnounced)
    one.when(ship(41)).then(at_supplier=60, in_transit_back=40)
    assert one.event(e.ParcelShipped).announced_over == 1
    one.when(ship(1)).refused("ship.nothing_there")
    one.when(lose(1, from_="at_supplier")).refused("loss.more_than_out")
    one.when(onward(1), others=[other]).refused("transfer.more_than_there", "lines.0.quantity", found=0)


def test_taken_it_is_forwarded_here_and_sent_there_at_once() -> None:
    one, other = taken(60)
    one.then("in_process", at_supplier=40, forwarded=60, sent=100)
    other.then("acknowledged", in_transit_out=60, sent=60).happened(e.TransferTaken)
    assert other.order.transfers[T].state is one.order.transfers[T].state is TransferState.TAKEN
    assert one.shelf["L1"].on_hand == 0


def test_an_order_all_of_whose_pieces_went_on_is_done() -> None:
    one, other = taken()
    one.then("received", forwarded=100)
    one.when(Close()).then("closed")
    other.then("acknowledged", in_transit_out=100)


def test_the_shipped_milestone_is_met_when_the_next_order_has_them() -> None:
    one, other = offered()
    shipped = one.order.milestone("SHIP")
    assert shipped is not None
    assert shipped.actual is None
    told = one.now
    answer(one, other, TAKE, at=one.now.replace(hour=15)).then()
    shipped = one.order.milestone("SHIP")
    assert shipped is not None
    assert (shipped.actual, shipped.quantity) == (told, Decimal(100))


def test_refused_nothing_moves_and_both_orders_know_why() -> None:
    one, other = offered()
    answer(one, other, REFUSE).then("acknowledged").happened(e.TransferRefused)
    one.then("in_process", at_supplier=100).happened(e.TransferRefused)
    assert one.order.transfers[T].reason == "No room this week"
    answer(one, other, TAKE).refused("transfer.none")
    one.when(onward(), others=[other]).then(at_supplier=100)
    assert one.event(e.TransferOffered).transfer.transfer == "SO-1-T2"
    answer(one, other, TAKE).refused("transfer.answered", "transfer", state="refused")


def test_an_offer_nobody_answered_is_withdrawn_by_correcting_it() -> None:
    one, other = offered(60, tested=2)
    one.then(at_supplier=98, test_consumed=2)
    wrong = c.Correct(one.sequence(e.TransferOffered), "Wrong truck")
    one.when(wrong, others=[other]).then("in_process", at_supplier=100)
    other.then("acknowledged").happened(e.TransferWithdrawn)
    assert not leaving(one.order)
    assert not coming(other.order)
    one.when(wrong, others=[other]).refused("correct.twice")


def test_an_offer_that_was_answered_is_not_withdrawn() -> None:
    one, other = taken(60)
    wrong = c.Correct(one.sequence(e.TransferOffered), "Wrong truck")
    one.when(wrong, others=[other]).refused("correct.transfer_answered", "event")


@parametrize(
    "command,stands,there",
    (arrived(), "in_process", {"at_supplier": 60}),
    (
        arrived(lines=(c.LineQuantity(1, Decimal(50)),)),
        "in_process",
        {"at_supplier": 50, "in_transit_out": 10},
    ),
    (ship(50), "shipped", {"in_transit_out": 10, "in_transit_back": 50}),
    (receive(50, parcel="", slip="A"), "receiving", {"in_transit_out": 10, "accepted": 50}),
)
def test_who_has_the_pieces_has_taken_them(command: c.Command, stands: str, there: dict[str, int]) -> None:
    one, other = offered(60)
    answer(one, other, command).then(stands, **there)
    assert isinstance(other.events[0], e.TransferTaken)
    one.then(at_supplier=40, forwarded=60)


@parametrize("command", arrived(forecast=NEED_BY), arrived("PLATE"))
def test_who_only_says_when_has_not(command: c.Command) -> None:
    one, other = offered(60)
    answer(one, other, command).then()
    one.then(at_supplier=100)


def test_pieces_of_its_own_are_shipped_without_taking_others() -> None:
    one, other = together(
        first(),
        given(
            issued(
                replace(a_line(1, 160, [("L1", 60)]), operation=40),
                lots=[a_lot("L1", 160)],
                draft={"number": "SO-2", "supplier": "NEXT"},
            ),
            accept(),
            send(60),
            arrived(),
        ),
    )
    one.when(onward(40), others=[other]).then()
    answer(one, other, ship(60)).then(in_transit_back=60)
    one.then(at_supplier=100)


def test_no_more_goes_there_than_was_ordered() -> None:
    one, other = together(first(), following(50))
    one.when(onward(51), others=[other]).refused(
        "transfer.more_than_ordered", "lines.0.quantity", left=50, entered=51
    )
    one.when(onward(30), others=[other]).then()
    one.when(onward(21), others=[other]).refused("transfer.more_than_ordered", left=20)


def test_what_does_not_fit_any_more_is_not_taken() -> None:
    one = first()
    line = replace(a_line(1, 50, [("L9", 50)]), operation=40)
    _, other = together(one, given(issued(line, draft={"number": "SO-2"}), accept()))
    one.shelf["L9"] = a_lot("L9", 50)
    one.when(onward(30), others=[other]).then()
    other.when(send(30, "L9")).then(in_transit_out=30)
    answer(one, other, TAKE).refused("transfer.does_not_fit", left=20, wanted=30)
    answer(one, other, arrived()).then(at_supplier=30)
    one.then(at_supplier=100)


def test_a_first_article_goes_alone_here_too() -> None:
    one, other = together(first(), following(100, first_article=Decimal(5), plans={1: PLAN}))
    one.when(onward(6), others=[other]).refused("transfer.more_than_ordered", left=5)
    one.when(onward(5), others=[other]).then()


def test_a_held_lot_is_neither_offered_nor_taken() -> None:
    one, other = offered(60)
    one.hold_lot("L1")
    one.when(onward(40), others=[other]).refused("transfer.held", "lines.0.lot")
    answer(one, other, TAKE).refused("transfer.held")
    answer(one, other, arrived()).refused("transfer.held")
    assert leaving(one.order)


def test_what_was_processed_under_a_plan_needs_a_released_inspection() -> None:
    one, other = together(first(plans={1: PLAN}), following())
    one.when(onward(60), others=[other]).refused("ship.not_released", "lines.0.quantity", covered=0)
    given(one, inspect(), release())
    one.when(onward(60), others=[other]).then()
    one.when(onward(40), others=[other]).then()
    answer(one, other, TAKE).then(in_transit_out=60)
    assert one.order.judged == {"1:L1": Decimal(60)}


def test_an_offer_uses_up_what_was_released_until_it_is_refused() -> None:
    one, other = together(first(send(60), arrived(), plans={1: PLAN}), following())
    given(one, inspect(), release(), send(40), arrived())
    one.when(onward(60), others=[other]).then()
    one.when(onward(1), others=[other]).refused("ship.not_released", covered=0)
    answer(one, other, REFUSE).then()
    one.when(onward(1), others=[other]).then()


def test_what_goes_on_unprocessed_uses_up_nothing_that_was_released() -> None:
    one = first(send(60), arrived(), inspect(), release(), send(40), arrived(), plans={1: PLAN})
    same = given(issued(a_line(1, 100, []), draft={"number": "SO-2", "supplier": "NEXT"}), accept())
    together(one, same)
    one.when(onward(40, unprocessed=40), others=[same]).then()
    one.when(ship(60)).then(at_supplier=40, in_transit_back=60)


def test_a_rejected_inspection_keeps_them() -> None:
    one, other = together(first(plans={1: PLAN}), following())
    given(one, inspect("20", "20"), replace(release(), decision="reject"))
    one.when(onward(60), others=[other]).refused("ship.not_released")


def test_its_own_required_documents_stay_required() -> None:
    one, other = together(first(documents=[DocumentType.coc]), following())
    one.when(onward(), others=[other]).then()
    answer(one, other, TAKE).then()
    one.then("received")
    one.when(Close()).refused("close.gaps")
    assert [item["what"] for item in missing(one.order)] == ["document:coc"]


def test_heat_and_load_go_with_the_lot() -> None:
    one, other = together(first().at(day(3)), following().at(day(3)))
    given(one, process("L-1", started=one.now.replace(hour=5), L1=60))
    one.when(onward(60, load="L-1"), others=[other]).then()
    answer(one, other, TAKE).then(place="1:L1", in_transit_out=60)
    facts = order_facts(other.order)
    assert [(lot.lot, lot.heats) for lot in facts.lots] == [("L1", ("H1",))]
    edge = next(iter(edges(other.order, other.events[0])))
    node = one.order.lines[0].loads[0].node
    assert (edge.from_node, edge.to_node, edge.quantity) == (
        "order:SO-1:1:L1",
        "order:SO-2:1:L1",
        Decimal(60),
    )
    assert (edge.how, edge.parcel, edge.load) == ("ship", T, node)


def test_what_goes_on_is_of_a_load_only_as_far_as_that_still_holds_it() -> None:
    one, other = together(first().at(day(3)), following().at(day(3)))
    given(one, process("L-1", started=one.now.replace(hour=5), L1=60))
    report_of_it = one.sequence(e.ProcessReported)
    one.when(onward(61, load="L-1"), others=[other]).refused("ship.load_short", "lines.0.quantity", left=60)
    one.when(onward(50, load="L-1"), others=[other]).then()
    # What waits for an answer has left the load, and keeps its name.
    one.when(ship(11, load="L-1")).refused("ship.load_short", left=10)
    one.when(c.Correct(report_of_it, "Typed wrongly")).refused("correct.moved_on", what=T)
    answer(one, other, REFUSE).then()
    given(one, ship(60, load="L-1"))


def test_what_is_tested_before_pieces_go_on_has_left_its_load_whatever_is_answered() -> None:
    one, other = together(first().at(day(3)), following().at(day(3)))
    given(one, process("L-1", started=one.now.replace(hour=5), L1=60))
    tested = onward(50, load="L-1")
    tested = replace(tested, lines=(replace(tested.lines[0], tested=Decimal(4)),))
    too_many = replace(tested, lines=(replace(tested.lines[0], quantity=Decimal(57)),))
    one.when(too_many, others=[other]).refused("ship.load_short", left=60, entered=61)
    one.when(tested, others=[other]).then()
    one.when(ship(7, load="L-1")).refused("ship.load_short", left=6)
    answer(one, other, REFUSE).then()
    one.when(ship(57, load="L-1")).refused("ship.load_short", left=56)
    # An offer that never was tested nothing.
    one.when(tested, others=[other]).then()
    one.when(c.Correct(one.sequence(e.TransferOffered), "Nothing was tested"), others=[other]).then()
    given(one, ship(56, load="L-1"))


def test_where_nobody_named_the_lot_any_of_the_line_may_have_gone_on() -> None:
    lots = [a_lot("L1", 60, heat="H1"), a_lot("L2", 40, heat="H2")]
    line = a_line(1, 100, [("L1", 60), ("L2", 40)])
    one = given(issued(line, lots=lots), accept(), send(60, lot="L1"), send(40, lot="L2"), arrived())
    one, other = together(one, following())
    one.when(onward(50), others=[other]).then()
    answer(one, other, TAKE).then()
    way = [
        (edge.from_node, edge.to_node, edge.quantity, edge.assumed)
        for edge in edges(other.order, other.events[0])
    ]
    assert way == [
        ("order:SO-1:1:L1", "order:SO-2:1:L1", Decimal(50), Decimal(0)),
        ("order:SO-1:1:L2", "order:SO-2:1:L1", Decimal(0), Decimal(50)),
    ]
    one, other = together(first(), following())
    one.when(onward(50), others=[other]).then()
    answer(one, other, TAKE).then()
    assert [edge.assumed for edge in edges(other.order, other.events[0])] == [Decimal(0)]


def test_pieces_still_on_their_way_here_arrive_by_going_on() -> None:
    one, other = together(first(send()), following())
    one.when(onward(60), others=[other]).then("in_process", in_transit_out=40, at_supplier=60)


def test_reworked_pieces_do_not_go_on() -> None:
    one, other = together(given(first(), ship(), receive(90, rejected=10)), following())
    given(
        one,
        c.Disposition("SO-1-N1", (c.DispositionLine(Decimal(10), "rework"),)),
        arrived("REC", lines=(c.LineQuantity(1, Decimal(10)),)),
    )
    one.when(onward(10), others=[other]).refused("transfer.more_than_there")


@parametrize(
    "other,code",
    (following(100, number="SO-9"), "transfer.target"),
    (
        given(issued(replace(a_line(2, 100), operation=10), draft={"number": "SO-2"}), accept()),
        "transfer.target",
    ),
    (given(following(), Hold("Drawing is wrong")), "transfer.not_now"),
    (
        given(issued(replace(a_line(), operation=40), draft={"number": "SO-2"}), decline()),
        "transfer.not_now",
    ),
    (given(following(), Cancel("Not needed")), "transfer.not_now"),
)
def test_a_supplier_sends_on_only_to_the_next_operation_of_the_same_pieces(other: Scene, code: str) -> None:
    one, _ = together(first(), other)
    one.when(onward(60), others=[other]).refused(code, "to_order")


def test_our_people_send_on_to_any_order_for_the_same_part() -> None:
    other = given(issued(replace(a_line(2, 100), operation=10), draft={"number": "SO-2"}), accept())
    one, _ = together(first(), other)
    told = OnBehalfOf("s_contact", "phone")
    one.when(onward(60), others=[other], by=BUYER, on_behalf_of=told).then()
    assert other.order.transfers[T].lines[0].to_line == 2


def test_which_line_it_goes_to_is_asked_when_several_fit() -> None:
    lines = [replace(a_line(number, 50, []), work_order="WO-1", operation=30 + number) for number in (1, 2)]
    one, other = together(first(), given(issued(*lines, draft={"number": "SO-2"}), accept()))
    one.when(onward(30), others=[other]).refused("transfer.line", "lines.0.to_line", lines="1, 2")
    named = c.Ship((c.ShipLine(1, Decimal(30), to_line=2),), to_order="SO-2")
    one.when(named, others=[other]).then()
    answer(one, other, TAKE).then(place="2:L1", in_transit_out=30)


@parametrize(
    "command,code",
    (replace(onward(60), parcel="SO-1-P1"), "transfer.parcel"),
    (onward(60, nonconformance="SO-1-N1"), "transfer.rework"),
    (onward(60, unprocessed=61), "ship.unprocessed"),
    (onward(60, unprocessed=60), "transfer.unprocessed"),
    (c.Ship((c.ShipLine(1, Decimal(1), to_line=1),)), "ship.to_line"),
)
def test_what_makes_no_sense_is_refused(command: c.Ship, code: str) -> None:
    one, other = together(first(), following())
    one.when(command, others=[other]).refused(code)


@parametrize("command", Cancel("Not needed"), COMPLETE)
def test_an_order_does_not_end_while_pieces_wait_to_go_there(command: c.Command) -> None:
    _, other = offered(60)
    other.when(command).refused("transfer.open", transfer=T)


def test_nor_is_what_waits_to_go_on_given_up() -> None:
    one, _ = offered(60)
    one.when(COMPLETE).refused("transfer.open", transfer=T)


def test_a_cancelled_order_is_over_when_the_next_one_has_its_pieces() -> None:
    one, other = offered()
    one.when(Cancel("Not needed")).then("in_process")
    answer(one, other, TAKE).then()
    one.then("cancelled", forwarded=100)


def test_on_hold_what_comes_is_taken_all_the_same() -> None:
    one, other = offered()
    given(other, Hold("Drawing is wrong"))
    answer(one, other, TAKE).then(in_transit_out=100)


def test_the_question_is_the_next_suppliers_and_only_while_it_is_open() -> None:
    one, other = offered()
    assert {"what": f"transfer-answer:{T}", "owed_by": "supplier"} in missing(other.order)
    assert why_pointless(other.order, "answer-transfer") is None
    assert why_pointless(one.order, "answer-transfer") is not None
    answer(one, other, TAKE, by=BUYER).refused("on_behalf_of.missing")
    answer(one, other, TAKE).then()
    assert not [item for item in missing(other.order) if item["what"].startswith("transfer")]


def test_the_story_of_two_suppliers_is_conserved_over_both_orders() -> None:
    """300 to the first; 2 tested, 298 straight to the second; 200 back, 96 back, 2 lost there."""
    one = given(issued(a_line(1, 300, [("L1", 300)])), accept(), send(300, "L1"), arrived())
    _, other = together(one, following(300))
    one.when(onward(298, tested=2), others=[other]).then()
    answer(one, other, arrived()).then("in_process", at_supplier=298)
    one.then("received", forwarded=298, test_consumed=2)
    given(other, ship(200), ship(96), receive(200, parcel="SO-2-P1", output_lot="L1-B"))
    given(other, receive(80, rejected=10, pending=6, parcel="SO-2-P2"), lose(2))
    other.then("receiving", accepted=280, rejected=10, pending=6, lost=2)
    both = (
        total(one.order.stock, *SENT)
        + total(other.order.stock, *SENT)
        - total(one.order.stock, Bucket.FORWARDED)
    )
    assert both == 300
    assert one.shelf["L1-B"].on_hand == 280


@parametrize("said", 0, 40, 100)
def test_what_was_given_to_another_supplier_goes_there_straight(said: int) -> None:
    """Unprocessed whatever the box says, at the same operation, and paid to nobody here."""
    one = first()
    one.when(
        c.Reassign("NEXT", "transfer", "Bath down"),
        facts=Facts(numbers=("SO-2",), supplier_known=True, approved={"NEXT": "Next"}),
    ).then()
    _, other = together(one, given(issued(draft={"number": "SO-2", "supplier": "NEXT"}), accept()))
    assert [item["what"] for item in missing(one.order)] == ["transfer:line-1"]
    one.when(onward(100, unprocessed=said), others=[other]).then(at_supplier=100)
    answer(one, other, TAKE).then(in_transit_out=100)
    one.then("cancelled", forwarded=100)
    assert charges(one.order) == ()


def test_the_successor_is_paid_for_what_it_took_over_and_the_old_supplier_for_what_it_did() -> None:
    one = first(send(), arrived(), ship(60), receive(60))
    one.when(
        c.Reassign("NEXT", "transfer", "Bath down"),
        facts=Facts(numbers=("SO-2",), supplier_known=True, approved={"NEXT": "Next"}),
    ).then()
    _, other = together(
        one, given(issued(a_line(1, 40, []), draft={"number": "SO-2", "supplier": "NEXT"}), accept())
    )
    one.when(onward(40), others=[other]).then()
    answer(one, other, TAKE).then(in_transit_out=40)
    given(other, arrived(), ship(40), receive(40, parcel="SO-2-P1"))
    assert [charge.pieces for charge in charges(one.order)] == [60]
    assert [charge.pieces for charge in charges(other.order)] == [40]


def weighing(*kilograms: object) -> c.Send:
    """All 100 pieces, in as many lines as weights are given."""
    each = Decimal(100) / len(kilograms)
    return c.Send(tuple(c.SendLine(1, each, "L1", weight=Decimal(str(some))) for some in kilograms))


def test_what_was_weighed_here_is_paid_by_its_weight_there() -> None:
    here = given(issued(a_line(basis=Basis.KG)), accept(), weighing(25), arrived())
    one, other = together(here, following(basis=Basis.KG))
    one.when(onward(40), others=[other]).then()
    answer(one, other, TAKE).then()
    (line,) = other.order.lines
    assert (line.weight, line.weighed) == (10, 40)
    given(other, arrived(), ship(40), receive(40, parcel="SO-2-P1"))
    (price,) = charges(other.order)
    assert (price.quantity, price.unit, price.amount) == (10, "KGM", Decimal("8.50"))


def test_what_nobody_weighed_is_weighed_before_it_goes_to_who_is_paid_by_weight() -> None:
    one, other = together(first(), following(basis=Basis.KG))
    one.when(onward(40), others=[other]).refused("weight.missing", "lines.0.weight", line=1)
    boxed = onward(40)
    weighed = replace(boxed, lines=(replace(boxed.lines[0], weight=Decimal("9.6")),))
    one.when(weighed, others=[other]).then()
    assert [item.weight for item in coming(other.order)[0].lines] == [Decimal("9.6")]
    answer(one, other, REFUSE).then()
    assert other.order.lines[0].weighed == 0


def test_of_several_lots_each_has_its_share_of_the_weight() -> None:
    here = issued(a_line(1, 100, [("L1", 70), ("L2", 30)]), lots=[a_lot("L1"), a_lot("L2")])
    here = given(here, accept(), send(70, "L1"), send(30, "L2"), arrived())
    one, other = together(here, following(basis=Basis.KG))
    boxed = onward(100)
    weighed = replace(boxed, lines=(replace(boxed.lines[0], weight=Decimal(1)),))
    one.when(weighed, others=[other]).then()
    assert [item.weight for item in coming(other.order)[0].lines] == [Decimal("0.7"), Decimal("0.3")]


def test_pieces_that_went_on_and_turn_out_bad_are_recorded_where_they_were_worked_on() -> None:
    one, _ = taken(60)
    one.when(report(61)).refused("nonconformance.more_than_received", found=60)
    one.when(report(5)).then("in_process", at_supplier=40, forwarded=60)
    found = one.event(e.NonconformanceOpened)
    assert (found.quantity, found.recorded_only) == (5, True)
    one.when(c.SetResponsibility(found.nonconformance, "supplier", "Thin")).then()


def test_what_is_on_hold_has_not_come_whoever_says_so() -> None:
    one, other = offered(60)
    other.hold_lot("L1")
    answer(one, other, arrived()).refused("transfer.held")
    # Pieces of its own may come all the same.
    other.shelf["L9"] = a_lot("L9")
    given(other, send(10, "L9"))
    answer(one, other, arrived()).then(at_supplier=10)
    assert [each.transfer for each in coming(other.order)] == [T]


def counted_here(quantity: object, lot: str = "") -> c.Receive:
    return receive(quantity, parcel="", slip="LS-1", lot=lot)


def test_offered_pieces_that_are_counted_here_did_not_go_there() -> None:
    one, other = offered(60)
    one.when(counted_here(70), others=[other]).then("receiving", accepted=70, at_supplier=30)
    assert [type(event) for event in one.events][:2] == [e.TransferCameHere, e.PiecesReceived]
    other.happened(e.TransferWithdrawn)
    assert one.order.transfers[T].state is other.order.transfers[T].state is TransferState.WITHDRAWN


@parametrize("command", counted_here(40), receive(1, parcel="SO-1-P1"))
def test_as_long_as_others_are_enough_the_offer_stands(command: c.Command) -> None:
    one, other = offered(60)
    given(one, ship(1)) if getattr(command, "parcel", "") else None
    one.when(command, others=[other]).then()
    assert [each.transfer for each in leaving(one.order)] == [T]


def test_who_does_not_say_whether_they_came_is_reminded_and_then_the_buyer_hears() -> None:
    _, other = offered(60)
    assert [what for what in other.wait(day(12)) if "transfer" in what] == [
        "05 09:00 remind transfer_due",
        "09 09:00 raise transfer_unanswered",
        "10 09:00 escalate transfer_unanswered 1",
        "11 09:00 escalate transfer_unanswered 2",
    ]


def test_once_it_is_answered_nobody_is_asked_any_more() -> None:
    one, other = offered(60)
    other.wait(day(9, 12))
    one.at(other.now)
    answer(one, other, REFUSE).then()
    assert any("clear transfer_unanswered" in what for what in other.told())
