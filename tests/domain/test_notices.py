"""Who is written to about what, and what a command hands back to its caller."""

from __future__ import annotations

from datetime import date

from models.domain.commands import Cancel, Close, Hold, PassDeadlines, Resume
from models.domain.made import made
from models.domain.notices import notices
from tests.domain.asking import (
    NC,
    accept,
    agree,
    answer,
    approve,
    arrived,
    change,
    counter,
    decline,
    dispose,
    document,
    inspect,
    receive,
    refuse,
    reject,
    release,
    report,
    send,
    ship,
    sign,
    withdraw,
)
from tests.domain.orders import PLAN, Scene, day, given, issued


def mails(scene: Scene) -> list[tuple[str, str]]:
    """The mails of the last step: which, to whom."""
    rules = {alert.alert: alert.rule for alert in scene.order.alerts.values()}
    return [(notice.mail, notice.party) for notice in notices(scene.events, rules)]


def test_the_supplier_hears_what_concerns_it() -> None:
    assert mails(issued()) == [("order_issued", "supplier")]
    scene = given(issued(plans={1: PLAN}), accept(), send(100), arrived())
    assert mails(scene.when(Hold("Drawing changes"))) == [("order_held", "supplier")]
    assert mails(scene.when(Resume())) == [("order_resumed", "supplier")]
    assert mails(scene.when(inspect())) == []
    assert mails(scene.when(release())) == [("inspection_reviewed", "supplier")]
    scene.when(ship(100)).when(receive(90, rejected=10))
    assert mails(scene.when(dispose(scrap=4))) == []
    assert mails(scene.when(dispose(rework=3))) == [("rework_requested", "supplier")]
    # For good: nobody is to put them right.
    assert mails(scene.when(dispose(return_=1))) == [("pieces_returned", "supplier")]
    scene.when(dispose(repair=2))
    assert mails(scene.when(sign())) == [("rework_requested", "supplier")]
    assert mails(given(issued(), Cancel("No longer needed"))) == [("order_cancelled", "supplier")]
    assert mails(given(issued(), send(100), ship(100), receive(100), Close())) == [
        ("order_closed", "supplier")
    ]


def test_the_buyer_hears_the_answer() -> None:
    assert mails(given(issued(), accept())) == [("order_acknowledged", "buyer")]
    # Declined: the mail says it; the alert beside it needs no second one.
    assert mails(given(issued(), decline())) == [("order_declined", "buyer")]


def test_a_proposal_is_mailed_to_the_buyer_and_its_answer_to_the_supplier() -> None:
    sooner = date(2026, 12, 11)
    scene = given(issued(milestones=()), counter(sooner))
    assert mails(scene) == [("order_countered", "buyer")]
    assert mails(scene.when(counter(date(2026, 12, 10)))) == [("order_countered", "buyer")]
    assert mails(scene.at(day(3)).when(PassDeadlines())) == [("alert", "buyer")]
    assert mails(scene.when(answer("reject"))) == [("counter_answered", "supplier")]
    assert mails(given(scene, counter(sooner)).when(answer())) == [("counter_answered", "supplier")]
    # Accepted after all: the mail every acceptance brings.
    scene = given(issued(), counter(sooner))
    assert mails(scene.when(accept())) == [("order_acknowledged", "buyer")]


def test_a_change_is_mailed_to_whoever_has_to_say_something_to_it_next() -> None:
    wanted = change(need_by=date(2027, 1, 8))
    scene = given(issued(milestones=()), accept(), wanted)
    assert mails(scene) == [("change_proposed", "approver")]
    assert made(scene.events) == {"change": "SO-1-C1"}
    assert mails(scene.when(withdraw())) == []
    scene.when(wanted)
    assert mails(scene.when(reject("SO-1-C2"))) == [("change_decided", "buyer")]
    scene.when(wanted)
    asked = [("change_approved", "supplier"), ("change_decided", "buyer")]
    assert mails(scene.when(approve("SO-1-C3"))) == asked
    assert mails(scene.when(refuse("SO-1-C3"))) == [("change_answered", "buyer")]
    scene.when(wanted).when(approve("SO-1-C4"))
    # The supplier was asked, so it hears that it is asked no more.
    assert mails(scene.when(withdraw("SO-1-C4"))) == [("change_withdrawn", "supplier")]
    scene.when(wanted).when(approve("SO-1-C5")).when(agree("SO-1-C5"))
    assert mails(scene)[0] == ("change_answered", "buyer")


def test_an_alert_is_told_to_everybody_it_names_and_then_up_the_ladder() -> None:
    scene = given(issued(milestones=()), send(100))
    days = (day(3), day(4), day(5), day(6))
    told = [mails(scene.at(moment).when(PassDeadlines())) for moment in days]
    assert told == [
        [("acknowledgment_reminder", "supplier")],
        [("alert", "buyer")],
        [("alert", "planner")],
        [("alert", "admin")],
    ]


def test_what_a_command_made() -> None:
    scene = given(issued(plans={1: PLAN}), send(100), arrived())
    assert made(scene.events) == {}
    submitted = made(scene.when(inspect("7", "10")).events)
    assert (submitted["inspection"], submitted["verdict"]) == ("SO-1-I1", "fail")
    assert [failure["message"] for failure in submitted["failures"]] == [
        "7 µm is below the lower limit 8 µm."
    ]
    assert made(scene.when(ship(102)).events) == {"parcel": "SO-1-P1", "announced_over": "2"}
    assert made(scene.when(receive(90, rejected=10)).events) == {
        "receipt": "SO-1-R1",
        "kept_pending_because": ["inspection"],
        "nonconformance": NC,
    }
    assert made(scene.when(report(10)).events) == {"nonconformance": "SO-1-N2"}
    added = made(scene.when(document("coc", lot="L9")).events)
    assert (added["document"], added["matched"]) == ("SO-1-D1", False)
    assert added["mismatches"] == [{"field": "lot", "printed": "L9", "expected": "L1"}]
