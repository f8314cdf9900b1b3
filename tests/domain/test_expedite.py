"""expedite: urgent at once, an earlier day asked of the supplier, and other orders that come later for it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from models.domain import events as e
from models.domain.causes import latest_forecast
from models.domain.changes import ChangeKind
from models.domain.commands import (
    Cancel,
    Close,
    Command,
    Expedite,
    Hold,
    Resume,
    Split,
    SplitChild,
    TakeBackPush,
    WarnPushed,
)
from models.domain.decisions.expediting import proposals
from models.domain.missing import missing
from models.domain.notices import notices
from tests.domain.asking import (
    accept,
    agree,
    answer,
    arrived,
    change,
    counter,
    decline,
    hurry,
    receive,
    refuse,
    send,
    ship,
    some,
    terms,
    withdraw,
)
from tests.domain.orders import (
    DOCK,
    NEED_BY,
    PLANNER,
    QUALITY,
    SUPPLIER_LINK,
    Scene,
    day,
    given,
    issued,
    parametrize,
)

SOONER = date(2026, 12, 11)
SOONEST = date(2026, 12, 7)
LATER = date(2027, 1, 8)


def another(number: str = "SO-2", **draft: object) -> Scene:
    return given(issued(draft={"number": number, **draft}, milestones=()), accept())


def test_it_is_urgent_at_once_and_the_supplier_is_asked() -> None:
    scene = given(issued(), accept(), send(), hurry(SOONER))
    scene.happened(e.OrderExpedited).flags("urgent", "unacknowledged_change")
    order = scene.order
    asked = order.change_to_answer
    assert asked is not None
    assert (asked.kind, asked.after.need_by, asked.before.need_by) == (ChangeKind.EXPEDITE, SOONER, NEED_BY)
    # Until the supplier says so, the old day stands, and nothing is to be paid.
    assert (order.need_by, order.revision, order.expedites) == (NEED_BY, 1, ())
    assert {"what": "change-answer:SO-1-C1", "owed_by": "supplier"} in missing(order)


def test_accepted_it_is_needed_and_promised_sooner_and_kept_for_the_fee() -> None:
    scene = given(issued(), accept(), send(), hurry(SOONER), agree()).happened(e.ChangeAcknowledged)
    order = scene.order
    assert (order.need_by, order.promise_current, order.revision) == (SOONER, SOONER, 2)
    assert order.promise_first == NEED_BY
    (kept,) = order.expedites
    assert (kept.change, kept.before, kept.need_by) == ("SO-1-C1", NEED_BY, SOONER)
    given(scene, hurry(SOONEST), agree("SO-1-C2"))
    assert [each.change for each in scene.order.expedites] == ["SO-1-C1", "SO-1-C2"]


def test_the_supplier_may_promise_another_earlier_day() -> None:
    between = date(2026, 12, 15)
    scene = given(issued(), accept(), hurry(SOONER))
    scene.when(agree(promise=NEED_BY)).refused("expedite.promised_no_sooner", "promise_date")
    scene.when(agree(promise=between)).then()
    assert (scene.order.need_by, scene.order.promise_current) == (SOONER, between)
    assert [line for line in scene.told() if "forecast_late" in line]


def test_declined_the_order_stands_as_it_was() -> None:
    scene = given(issued(), accept(), hurry(SOONER)).when(refuse()).then("acknowledged")
    assert (scene.order.need_by, scene.order.revision, scene.order.expedites) == (NEED_BY, 1, ())
    scene.flags()
    # It can be asked again.
    scene.when(hurry(SOONER)).then()


def test_an_order_nobody_answered_is_asked_for_the_day_and_then_for_itself() -> None:
    scene = given(issued(), hurry(SOONER), agree()).then("issued")
    assert (scene.order.need_by, scene.order.promise_current) == (SOONER, None)
    scene.when(accept()).then("acknowledged")
    assert scene.order.promise_first == SOONER


def test_nothing_promised_for_an_earlier_day_becomes_later() -> None:
    parts = counter(None, terms(1, 60, promise=SOONEST), terms(1, 40, promise=LATER))
    scene = given(issued(), parts, answer(), hurry(SOONER), agree())
    assert [line.promise for line in scene.order.lines] == [SOONEST, None]
    assert scene.order.promise_current == SOONER


@parametrize(
    "wrong, code, field",
    (hurry(NEED_BY), "expedite.not_sooner", "need_by"),
    (hurry(LATER), "expedite.not_sooner", "need_by"),
    (hurry(date(2026, 11, 1)), "need_by.past", "need_by"),
    (hurry(SOONER, " "), "reason.missing", "reason"),
    (hurry(SOONER, SO_9=LATER), "expedite.not_pushed", "push.0.order"),
    (hurry(SOONER, SO_1=LATER), "expedite.not_pushed", "push.0.order"),
    (hurry(SOONER, SO_2=SOONER), "expedite.pushed_sooner", "push.0.forecast"),
    (hurry(SOONER, SO_2=date(2036, 1, 1)), "date.too_far", "push.0.forecast"),
)  # fmt: skip
def test_what_cannot_be_asked_is_refused_at_its_field(wrong: Expedite, code: str, field: str) -> None:
    other = another()
    given(issued(), accept()).when(wrong, others=[other]).refused(code, field).then_nothing("acknowledged")
    assert other.order.pushes == ()


@parametrize(
    "steps, code",
    ([change(need_by=LATER)], "change.open"),
    ([hurry(SOONER)], "change.open"),
    ([Hold("Wait")], "order.hold"),
    ([send(), Cancel("No longer needed")], "order.cancelling"),
    ([send(), ship(), receive(100)], "order.stage"),
    ([send(), ship(), receive(100), Close()], "order.stage"),
)
def test_there_is_a_time_for_it(steps: list[object], code: str) -> None:
    scene = given(issued(), accept(), *steps)  # type: ignore[arg-type]
    scene.when(hurry(SOONEST)).refused(code)


def test_a_proposal_or_a_decline_comes_first() -> None:
    given(issued(), counter(LATER)).when(hurry(SOONER)).refused("order.stage")
    given(issued(), send(), arrived(), counter(LATER)).when(hurry(SOONER)).refused("change.proposal_waits")
    given(issued(), decline()).when(hurry(SOONER)).refused("order.stage")


def test_only_a_buyer_expedites_and_only_the_product_warns() -> None:
    scene = given(issued(), accept())
    for who in (PLANNER, DOCK, QUALITY):
        scene.when(hurry(SOONER), by=who).refused("forbidden.role")
    scene.when(hurry(SOONER), by=SUPPLIER_LINK).refused("forbidden.supplier")
    scene.when(WarnPushed("SO-2", "SO-2-C1", LATER), by=PLANNER).refused("forbidden.system")


def test_it_can_be_withdrawn_and_waits_for_nobody_then() -> None:
    scene = given(issued(), accept(), hurry(SOONER)).when(withdraw()).then().happened(e.ChangeWithdrawn)
    assert scene.event(e.ChangeWithdrawn).approved
    scene.when(agree()).refused("change.not_open", "change", state="withdrawn")


def test_the_supplier_is_reminded_and_then_the_buyer_hears_sooner_than_of_a_change() -> None:
    scene = given(issued(milestones=()), accept(), hurry(SOONER))
    # Nine hours are a working day there; half of one, and then the other.
    assert scene.wait(day(4, 8)) == [
        "02 13:30 remind change_reminder",
        "03 09:00 raise change_unacknowledged",
    ]
    scene.when(agree()).then()
    assert "04 08:00 clear change_unacknowledged" in scene.told()


def test_its_clock_stands_on_hold_and_goes_on_with_what_was_left() -> None:
    scene = given(issued(milestones=()), accept(), hurry(SOONER))
    scene.when(Hold("Wait"), at=day(2, 11)).then()
    assert scene.wait(day(5, 11)) == []
    scene.when(agree()).refused("order.hold")
    scene.when(Resume(), at=day(5, 11)).then()
    # Two of its hours had passed before the hold.
    assert scene.wait(day(6, 16)) == [
        "05 13:30 remind change_reminder",
        "06 09:00 raise change_unacknowledged",
    ]


def test_pushed_orders_are_told_with_the_day_and_who_pushed_them() -> None:
    other = another()
    scene = given(issued(), accept()).when(hurry(SOONER, SO_2=LATER), others=[other]).then()
    (told,) = scene.event(e.OrderExpedited).pushed
    assert (told.order, told.before, told.forecast) == ("SO-2", NEED_BY, LATER)
    assert [type(event) for event in other.events] == [e.OrderPushed, e.AlertRaised, e.AlertRaised]
    alerts = {alert.rule: alert for alert in other.order.open_alerts}
    assert alerts["pushed_back"].details == f"SO-1 · {LATER}"
    assert alerts["forecast_late"].details == str(LATER)
    assert latest_forecast(other.order) == LATER
    # The same command, once more: it was told.
    other.when(WarnPushed("SO-1", "SO-1-C1", LATER)).then().happened()


@pytest.mark.parametrize(
    "said", [arrived("REC", forecast=SOONEST), hurry(SOONEST)], ids=["a forecast", "an accepted expedite"]
)
def test_what_the_supplier_says_then_stands_in_place_of_what_we_expected(said: object) -> None:
    other = given(issued(draft={"number": "SO-2"}), accept())
    given(issued(), accept()).when(hurry(SOONER, SO_2=LATER), others=[other]).then()
    given(other, said)  # type: ignore[arg-type]
    if isinstance(said, Expedite):
        assert latest_forecast(other.order) == LATER
        other.when(agree("SO-2-C1")).then()
    assert latest_forecast(other.order) != LATER
    assert "pushed_back" not in {alert.rule for alert in other.order.open_alerts}


@pytest.mark.parametrize(
    "over", [refuse(), withdraw(), Cancel("Not needed")], ids=lambda command: command.name
)
def test_an_expedite_that_comes_to_nothing_is_undone_on_both_sides(over: Command) -> None:
    other = another()
    scene = given(issued(), accept()).when(hurry(SOONER, SO_2=LATER), others=[other]).then()
    scene.when(over, others=[other]).then()
    assert scene.order.priority == "normal"
    other.happened(e.PushTakenBack, e.AlertCleared, e.AlertCleared)
    told = other.event(e.PushTakenBack)
    assert (told.by, told.before, told.forecast) == ("SO-1", LATER, NEED_BY)
    assert latest_forecast(other.order) == NEED_BY
    assert list(other.order.open_alerts) == []
    assert [notice.party for notice in notices([told], {})] == ["planner", "buyer"]
    # Once more, it is known.
    other.when(TakeBackPush("SO-1", "SO-1-C1")).then().happened()


def test_an_order_that_was_urgent_before_stays_so() -> None:
    scene = given(issued(draft={"priority": "urgent"}), accept(), hurry(SOONER), refuse())
    scene.flags("urgent")
    agreed = given(issued(), accept(), hurry(SOONER), agree(), hurry(SOONEST), refuse("SO-1-C2"))
    agreed.flags("urgent")


def test_what_was_expected_before_the_one_that_does_not_go_first_stands_again() -> None:
    other = another()
    one, two = (given(issued(draft={"number": number}), accept()) for number in ("SO-1", "SO-3"))
    one.when(hurry(SOONER, SO_2=LATER), others=[other]).then()
    two.when(hurry(SOONER, SO_2=LATER + timedelta(7)), others=[other]).then()
    assert latest_forecast(other.order) == LATER + timedelta(7)
    two.when(withdraw("SO-3-C1"), others=[other]).then()
    assert latest_forecast(other.order) == LATER
    one.when(withdraw(), others=[other]).then()
    assert latest_forecast(other.order) == NEED_BY


def test_what_is_taken_back_reaches_the_order_that_goes_on_with_the_pushed_one() -> None:
    other = given(issued(draft={"number": "SO-2"}, milestones=()), accept())
    scene = given(issued(), accept()).when(hurry(SOONER, SO_2=LATER), others=[other]).then()
    parts = Split((SplitChild((some(1, 60),)), SplitChild((some(1, 40),))))
    children = other.when(parts).then().born
    scene.when(withdraw(), others=[other]).then()
    ((number, command),) = other.asks
    assert latest_forecast(children[number].order) == LATER
    children[number].when(command).then().happened(e.PushTakenBack, e.AlertCleared, e.AlertCleared)


def test_an_order_that_moved_on_is_not_pushed_any_more() -> None:
    gone = given(another(), send(), ship())
    gone.when(WarnPushed("SO-1", "SO-1-C1", LATER)).refused("expedite.not_pushed").then_nothing("shipped")


def test_others_come_later_by_the_working_days_gained_those_of_the_same_process_first() -> None:
    scene = given(issued(), accept())
    late = another("SO-4")
    shipped = given(another("SO-3"), send(), ship())
    # Done before the day that is asked for now: this one does not go past it.
    sooner = issued(draft={"number": "SO-2", "need_by": SOONEST}, milestones=())
    that_day = issued(draft={"number": "SO-9", "need_by": SOONER}, milestones=())
    urgent = issued(draft={"number": "SO-10", "priority": "urgent"}, milestones=())
    later = issued(draft={"number": "SO-6", "need_by": LATER}, milestones=())
    elsewhere = issued(draft={"number": "SO-5", "supplier": "OTHER"}, milestones=())
    other_process = issued(draft={"number": "SO-7", "process": "PASSIV", "need_by": SOONEST}, milestones=())
    scenes = [
        late,
        shipped,
        sooner,
        that_day,
        urgent,
        later,
        elsewhere,
        other_process,
        given(issued(draft={"number": "SO-8"}), decline()),
    ]
    found = proposals(scene.order, SOONER, [each.order for each in scenes], scene.now)
    # From Fri 11 Dec to Fri 18 Dec five working days are gained.
    assert [(each.order.number, each.expected, each.proposed, each.overtaken) for each in found] == [
        ("SO-9", SOONER, NEED_BY, True),
        ("SO-4", NEED_BY, date(2026, 12, 25), True),
        ("SO-2", SOONEST, date(2026, 12, 14), False),
        ("SO-10", NEED_BY, date(2026, 12, 25), False),
        ("SO-6", LATER, date(2027, 1, 15), False),
        ("SO-7", SOONEST, date(2026, 12, 14), False),
    ]
