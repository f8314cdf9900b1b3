"""Reminders, alerts and their ladder: told once, never early, gone when the cause goes.

`Scene.wait` lets every deadline come and returns what was told, in UTC (which is London's time in
November): `03 09:00 remind ack_reminder`. The plant in Berlin works from 07:00 to 16:00 UTC.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from models.domain import commands as c
from models.domain import events as e
from models.domain.calendar import WorkingCalendar
from models.domain.causes import Cause
from models.domain.commands import (
    AcknowledgeAlert,
    Cancel,
    Command,
    Correct,
    PassDeadlines,
    Replan,
    ReportUndeliverable,
)
from models.domain.deadlines import RULES, next_deadline, now_about, now_owed_by
from models.domain.decide import decide
from models.domain.evidence import DocumentType
from models.domain.facts import Asked, Facts
from models.domain.milestones import MilestoneKind, MilestoneTemplate
from models.domain.next_steps import days_late
from models.domain.notices import notices
from models.domain.order import Order
from tests.domain.asking import (
    ALERT,
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
    lose,
    receive,
    report,
    send,
    ship,
    sign,
    some,
    terms,
)
from tests.domain.orders import (
    BERLIN,
    CLOCK,
    LONDON,
    NEED_BY,
    NOW,
    SUPPLIER_LINK,
    Scene,
    a_line,
    day,
    given,
    issued,
    parametrize,
)

ANSWER = AcknowledgeAlert(ALERT, "Capacity", "Called them")


def quiet(**order: object) -> Scene:
    """An order without milestones, so that one rule can be watched at a time."""
    return given(issued(milestones=(), **order))  # type: ignore[arg-type]


def of(rule: str, told: list[str]) -> list[str]:
    return [line for line in told if rule in line]


class TestAnswer:
    def test_the_supplier_is_reminded_then_the_buyer_told_then_the_ladder_climbed(self) -> None:
        assert quiet().wait(day(10)) == [
            "03 09:00 remind ack_reminder",
            "04 09:00 raise ack_overdue",
            "05 09:00 escalate ack_overdue 1",
            "06 09:00 escalate ack_overdue 2",
        ]

    def test_who_is_told(self) -> None:
        scene = quiet()
        scene.wait(day(4))
        (alert,) = scene.order.open_alerts
        assert (alert.rule, alert.owed_by, alert.since) == ("ack_overdue", "supplier", day(2))

    def test_an_answer_in_time_is_silence(self) -> None:
        assert quiet().when(accept(), at=day(3, 8)).wait(day(10)) == []

    def test_an_answer_clears_the_alert(self) -> None:
        scene = quiet()
        scene.wait(day(4))
        scene.when(accept()).happened(e.OrderAcknowledged, e.AlertCleared)
        assert scene.wait(day(20)) == []

    def test_once_pieces_come_back_nobody_asks_for_the_answer_any_more(self) -> None:
        scene = given(quiet(), send(100), ship(100))
        assert of("ack", scene.wait(day(20))) == []

    def test_declining_is_an_alert_at_once_until_the_order_is_cancelled(self) -> None:
        scene = quiet().when(decline("The bath is down")).happened(e.OrderDeclined, e.AlertRaised)
        raised = scene.event(e.AlertRaised)
        assert (raised.rule, raised.owed_by, raised.details) == (
            "order_declined",
            "buyer",
            "The bath is down",
        )
        assert scene.wait(day(30)) == []
        scene.when(Cancel("Placed elsewhere")).then("cancelled")
        assert scene.told()[-1].endswith("clear order_declined")


class TestMilestones:
    def test_due_soon_and_overdue_exactly_once(self) -> None:
        scene = given(issued(), accept(), send(100))
        told = scene.wait(day(16, 9))
        assert of("milestone", told) == [
            "03 08:00 remind milestone_due_soon",
            "05 00:00 raise milestone_overdue",
            "05 16:00 escalate milestone_overdue 1",
            "06 16:00 escalate milestone_overdue 2",
            "13 08:00 remind milestone_due_soon",
        ]

    def test_reported_in_time_is_silence(self) -> None:
        scene = given(issued(), accept(), send(100)).when(arrived(), at=day(4))
        assert of("milestone", scene.wait(day(12))) == []

    def test_reported_it_clears_by_itself(self) -> None:
        scene = given(issued(), accept(), send(100))
        scene.wait(day(5))
        scene.flags("late").when(arrived(), at=day(6)).flags()
        assert scene.told() == ["06 09:00 clear milestone_overdue"]

    def test_a_late_entry_silences_it_for_good(self) -> None:
        scene = given(issued(), accept(), send(100))
        scene.wait(day(9))
        scene.when(arrived(actual=day(3))).flags()
        assert of("REC", [alert.occurrence for alert in scene.order.open_alerts]) == []

    def test_a_forecast_is_not_a_report(self) -> None:
        scene = given(issued(), accept(), send(100)).when(arrived(forecast=date(2026, 11, 9)), at=day(4))
        assert scene.wait(day(5)) == ["05 00:00 raise milestone_overdue"]

    def test_a_corrected_report_is_a_new_occurrence(self) -> None:
        scene = given(issued(), accept(), send(100))
        scene.wait(day(5))
        scene.when(arrived()).when(Correct(scene.sequence(e.MilestoneReported), "Other order"), at=day(6))
        assert scene.told() == ["06 09:00 raise milestone_overdue"]
        first, second = scene.order.alerts.values()
        assert (first.occurrence, second.occurrence) == ("REC-2026-11-04", "REC-2026-11-04#2")

    def test_what_later_facts_show_to_be_past_is_not_asked_for(self) -> None:
        scene = given(issued(), accept(), send(100))
        scene.wait(day(5))
        scene.when(ship(40)).flags()  # so the material was received
        assert of("milestone_overdue", scene.wait(day(17))) == ["17 00:00 raise milestone_overdue"]
        scene.when(ship(60)).flags()  # so it was plated
        assert of("milestone", scene.wait(day(10, month=12))) == []

    def test_the_next_working_day_s_milestone_needs_no_reminder(self) -> None:
        """It was read in the order itself."""
        soon = MilestoneTemplate("REC", MilestoneKind.received, "Received", 1)
        scene = given(issued(milestones=(soon,)), accept())
        assert of("due_soon", scene.wait(day(3))) == []

    def test_nobody_is_reminded_of_work_it_has_not_agreed_to(self) -> None:
        scene = given(issued(), send(100))
        assert of("due_soon", scene.wait(day(10))) == []
        # The first has been due soon for a week: whoever accepts has just read it.
        scene.when(accept())
        assert of("due_soon", scene.told() + scene.wait(day(13))) == ["13 08:00 remind milestone_due_soon"]

    def test_a_declined_or_cancelled_order_owes_none(self) -> None:
        assert of("milestone", given(issued(), decline()).wait(day(20))) == []
        assert of("milestone", given(issued(), send(10), Cancel("x")).wait(day(20))) == []


class TestWhoOwesIt:
    def owed(self, scene: Scene, until: datetime) -> dict[str, str]:
        scene.wait(until)
        return {alert.rule: alert.owed_by for alert in scene.order.open_alerts}

    def test_nobody_blames_the_supplier_for_pieces_it_was_never_sent(self) -> None:
        scene = given(issued(), accept(date(2026, 12, 10)))
        assert self.owed(scene, day(22, month=12)) == dict.fromkeys(
            ("milestone_overdue", "ship_overdue", "receipt_overdue"), "receiving"
        )

    def test_what_was_owed_by_us_is_the_suppliers_to_do_once_it_is_sent(self) -> None:
        scene = given(issued(), accept())
        scene.wait(day(6))
        alert = next(alert for alert in scene.order.open_alerts if alert.rule == "milestone_overdue")
        rule = RULES[alert.rule]
        assert alert.details == "Material received · 2026-11-04"
        assert rule.action_of(now_owed_by(scene.order, alert)) == "Send the parts"
        scene.when(send(1))
        assert rule.action_of(now_owed_by(scene.order, alert)) == "Ask for a forecast"

    @parametrize("step", send(1), arrived())
    def test_what_is_under_way_to_the_supplier_or_there_is_its_own_to_do(self, step: Command) -> None:
        scene = given(issued(), accept(date(2026, 12, 10)), step)
        owed = self.owed(scene, day(22, month=12))
        assert {owed[rule] for rule in ("milestone_overdue", "ship_overdue", "receipt_overdue")} == {
            "supplier"
        }


class TestShippingAndReceiving:
    def test_not_shipped_as_promised(self) -> None:
        scene = given(quiet(), accept(date(2026, 11, 10)), send(100))
        assert of("ship_overdue", scene.wait(day(12, 17))) == [
            "11 00:00 raise ship_overdue",
            "11 16:00 escalate ship_overdue 1",
        ]
        scene.when(ship(100)).flags()

    def test_what_was_shipped_in_part_is_still_owed(self) -> None:
        scene = given(quiet(), accept(date(2026, 11, 10)), send(100), ship(60))
        assert "11 00:00 raise ship_overdue" in scene.wait(day(11))

    @parametrize("again", 0, 10)
    def test_rework_on_its_way_back_hides_nothing_that_was_never_shipped(self, again: int) -> None:
        scene = given(quiet(), accept(date(2026, 11, 10)), send(100), ship(90))
        given(scene, receive(80, rejected=10), dispose(rework=10))
        if again:
            given(scene, ship(again, nonconformance="SO-1-N1"))
        assert "11 00:00 raise ship_overdue" in scene.wait(day(11))

    def test_rework_alone_is_not_what_was_promised(self) -> None:
        scene = given(quiet(), accept(date(2026, 11, 10)), send(100), ship(100))
        given(scene, receive(90, rejected=10), dispose(rework=10))
        assert of("ship_overdue", scene.wait(day(11))) == []
        given(scene, ship(4, nonconformance="SO-1-N1"))
        assert of("ship_overdue", scene.wait(day(12))) == []

    def test_what_was_not_sent_is_not_shipped_either(self) -> None:
        scene = given(quiet(), accept(date(2026, 11, 10)), send(60), ship(60))
        assert "11 00:00 raise ship_overdue" in scene.wait(day(11))

    def test_what_is_late_says_the_day_and_how_many_are_out(self) -> None:
        scene = given(quiet(), accept(date(2026, 11, 10)), send(100), ship(60))
        scene.wait(day(21, month=12))
        abouts = {alert.rule: now_about(scene.order, alert) for alert in scene.order.open_alerts}
        assert abouts["ship_overdue"] == "promised 2026-11-10 · out: 100 C62"
        assert abouts["receipt_overdue"] == "needed 2026-12-18 · out: 100 C62"
        assert abouts["no_news"] == "promised 2026-11-10 · out: 100 C62"
        scene.when(receive(60)).then()
        abouts = {alert.rule: now_about(scene.order, alert) for alert in scene.order.open_alerts}
        assert abouts["receipt_overdue"] == "needed 2026-12-18 · out: 40 C62"
        scene.when(ship(40)).when(receive(40, parcel="SO-1-P2")).then()
        told = {now_about(scene.order, alert) for alert in scene.order.alerts.values() if not alert.open}
        assert {"promised 2026-11-10", "needed 2026-12-18"} <= told

    def test_rework_and_returns_do_not_break_the_promise(self) -> None:
        scene = given(quiet(), accept(date(2026, 11, 10)), send(100), ship(100), receive(90, rejected=10))
        scene.when(dispose(rework=6, return_=4), at=day(12)).then("receiving", accepted=90, in_transit_out=10)
        assert of("ship_overdue", scene.wait(day(20))) == []

    def test_needed_and_not_here(self) -> None:
        scene = given(quiet(), accept(date(2026, 12, 10)), send(100), ship(100))
        told = scene.wait(day(21, 9, month=12))
        # The end of the 18th in Berlin is 23:00 in London.
        assert of("receipt", told) == ["18 23:00 raise receipt_overdue"]
        assert "21 16:00 escalate receipt_overdue 1" in scene.wait(day(21, 16, month=12))
        scene.when(receive(100)).then("received").flags()

    def test_rework_after_everything_was_back_makes_it_late_again(self) -> None:
        scene = given(quiet(), accept(), send(100), ship(100)).when(
            receive(90, rejected=10), at=day(21, month=12)
        )
        scene.when(dispose(scrap=10)).then("received").flags()
        scene.when(report(5), at=day(22, month=12)).flags("late", "nonconforming")
        assert [
            alert.occurrence for alert in scene.order.alerts.values() if alert.rule == "receipt_overdue"
        ] == [
            "need-by-2026-12-18",
            "need-by-2026-12-18#2",
        ]

    def test_a_parcel_that_does_not_arrive(self) -> None:
        scene = given(quiet(), accept(), send(100), ship(100, tracking="1Z"))
        assert scene.wait(day(12)) == ["09 09:00 raise parcel_overdue"]
        assert scene.event(e.AlertRaised).details == "1Z"
        scene.when(receive(60)).then()
        assert [alert.rule for alert in scene.order.open_alerts] == ["parcel_overdue"], "40 are still in it"
        scene.when(lose(40)).happened(e.PiecesLost, e.AlertCleared)

    def test_will_be_late(self) -> None:
        scene = given(quiet(), accept(date(2026, 12, 21))).then("acknowledged")
        assert scene.told() == ["02 09:00 raise forecast_late"]
        assert scene.event(e.AlertRaised).details == "2026-12-21"

    def test_a_later_day_that_the_buyer_accepted_is_told_to_nobody(self) -> None:
        scene = given(quiet(), counter(date(2026, 12, 22))).when(answer())
        assert scene.told() == []
        assert days_late(scene.order, NOW.date()) == 4, "the order says so all the same"
        assert of("late", scene.wait(day(18, 22, month=12))) == []
        assert of("receipt", scene.wait(day(21, month=12))) == ["18 23:00 raise receipt_overdue"]

    def test_it_is_told_again_when_it_gets_later_than_was_accepted(self) -> None:
        scene = given(issued(), counter(date(2026, 12, 22)), answer(), send(100))
        for forecast, told in (
            (date(2026, 12, 22), []),
            (date(2026, 12, 20), []),
            (date(2026, 12, 23), ["02 09:00 raise forecast_late"]),
            (date(2026, 12, 21), ["02 09:00 clear forecast_late"]),
        ):
            scene.when(arrived("SHIP", forecast=forecast))
            assert scene.told() == told, forecast

    def test_that_it_is_late_is_settled_when_the_buyer_accepts_it(self) -> None:
        scene = given(issued(), send(100)).when(arrived("SHIP", forecast=date(2026, 12, 22)))
        assert scene.told() == ["02 09:00 raise forecast_late"]
        given(scene, counter(date(2026, 12, 22))).when(answer())
        assert scene.told() == ["02 09:00 clear forecast_late"]

    def test_a_day_accepted_for_another_need_by_is_told(self) -> None:
        scene = given(quiet(), counter(date(2026, 12, 22)), answer())
        given(scene, change(need_by=date(2026, 12, 16)), approve()).when(agree(promise=date(2026, 12, 22)))
        assert scene.told() == ["02 09:00 raise forecast_late"]

    def test_a_day_that_stays_with_other_lines_was_accepted_too(self) -> None:
        # One line is agreed for a later day, the other is asked for again and answered in time.
        two = issued(a_line(), a_line(2, 50, [("L2", 50)]), milestones=())
        proposed = counter(None, terms(1, 100, promise=date(2026, 12, 22)), terms(2, 40))
        scene = given(two, proposed, answer("accept", "Too few", c.AnswerLine(2, "reject")))
        scene.when(accept(NEED_BY)).then("acknowledged")
        assert (scene.order.promise_current, scene.told()) == (date(2026, 12, 22), [])

    def test_a_better_forecast_clears_it_and_a_worse_one_is_another(self) -> None:
        scene = given(issued(), accept(NEED_BY), send(100))
        scene.when(arrived("SHIP", forecast=date(2026, 12, 19)))
        assert scene.told() == ["02 09:00 raise forecast_late"]
        scene.when(arrived("SHIP", forecast=date(2026, 12, 22)))
        assert scene.told() == ["02 09:00 clear forecast_late", "02 09:00 raise forecast_late"]
        scene.when(arrived("SHIP", forecast=date(2026, 12, 17)))
        assert scene.told() == ["02 09:00 clear forecast_late"]

    def test_a_forecast_that_moves_up_and_down_is_one_alert_until_it_gets_worse_by_a_working_day(
        self,
    ) -> None:
        scene = given(issued(), accept(NEED_BY), send(100))
        scene.when(arrived("SHIP", forecast=date(2026, 12, 22)))
        assert scene.told() == ["02 09:00 raise forecast_late"]
        (alert,) = scene.order.open_alerts
        for forecast in (date(2026, 12, 21), date(2026, 12, 22), date(2026, 12, 19)):
            scene.when(arrived("SHIP", forecast=forecast))
            assert scene.told() == [], forecast
            assert now_about(scene.order, alert) == str(forecast)
        scene.when(arrived("SHIP", forecast=date(2026, 12, 23)))
        assert scene.told() == ["02 09:00 clear forecast_late", "02 09:00 raise forecast_late"]
        # Late at first, in time for a while, and late again: another reason to tell.
        scene.when(arrived("SHIP", forecast=date(2026, 12, 17)))
        scene.when(arrived("SHIP", forecast=date(2026, 12, 23)))
        assert scene.told() == ["02 09:00 raise forecast_late"]
        scene.when(arrived("SHIP", forecast=date(2026, 12, 22)))
        assert scene.told() == []
        assert len(list(scene.order.open_alerts)) == 1

    def test_days_nobody_works_do_not_make_a_forecast_worse(self) -> None:
        scene = given(issued(), accept(NEED_BY), send(100))
        scene.when(arrived("SHIP", forecast=date(2026, 12, 25)))
        scene.when(arrived("SHIP", forecast=date(2026, 12, 27)))
        assert scene.told() == []
        scene.when(arrived("SHIP", forecast=date(2026, 12, 28)))
        assert scene.told() == ["02 09:00 clear forecast_late", "02 09:00 raise forecast_late"]

    def test_the_cause_began_when_the_forecast_was_given(self) -> None:
        scene = given(issued(), accept(NEED_BY)).when(
            arrived("SHIP", forecast=date(2026, 12, 22)), at=day(3, 8)
        )
        assert scene.event(e.AlertRaised).since == day(3, 8)


class TestSilence:
    def test_no_news_for_five_working_days(self) -> None:
        scene = given(quiet(), accept(), send(100)).when(document("photo"), by=SUPPLIER_LINK, at=day(3))
        assert of("no_news", scene.wait(day(11))) == ["10 09:00 raise no_news", "11 09:00 escalate no_news 1"]

    def test_any_word_clears_it_and_starts_the_clock_again(self) -> None:
        scene = given(quiet(), accept(), send(100))
        scene.wait(day(9))
        scene.when(document("photo"), at=day(10)).happened(e.DocumentAdded, e.AlertCleared)
        assert scene.wait(day(17)) == ["17 09:00 raise no_news"]

    def test_the_clock_starts_when_there_is_something_to_report_on(self) -> None:
        scene = given(quiet(), accept()).when(send(100), at=day(20))
        assert scene.told() == []
        assert scene.wait(day(27)) == ["27 09:00 raise no_news"]

    def test_nothing_there_is_nothing_to_report(self) -> None:
        told = given(quiet(), accept(), send(100), lose(100)).wait(day(17))
        assert [what.split()[3] for what in told] == ["claim_due", "claim_overdue", "claim_overdue"]


class TestPapers:
    def test_a_document_missing_after_receipt(self) -> None:
        scene = given(quiet(documents=[DocumentType.coc]), accept(), send(100), ship(100)).when(
            receive(100), at=day(3)
        )
        assert scene.wait(day(10)) == ["05 09:00 raise document_missing"]
        scene.when(document("coc", lot="L9")).then()
        assert [alert.rule for alert in scene.order.open_alerts] == ["document_missing"], "it does not match"
        scene.when(document("coc", lot="L1", supersedes="SO-1-D1")).happened(e.DocumentAdded, e.AlertCleared)

    def test_there_before_the_receipt_is_silence(self) -> None:
        scene = given(
            quiet(documents=[DocumentType.coc]), accept(), document("coc"), send(100), ship(100), receive(100)
        )
        assert scene.wait(day(20)) == []


class TestNonconformances:
    def test_rejected_pieces_undecided_for_two_working_days(self) -> None:
        scene = given(quiet(), accept(), send(100), ship(100)).when(receive(90, rejected=10), at=day(3))
        assert scene.wait(day(6, 9)) == [
            "05 09:00 raise nonconformance_unanswered",
            "06 09:00 escalate nonconformance_unanswered 1",
        ]
        scene.when(dispose(use_as_is=10)).happened(e.DispositionProposed, e.AlertCleared)

    def test_a_proposal_turned_down_asks_again(self) -> None:
        scene = given(quiet(), accept(), send(100), ship(100)).when(receive(90, rejected=10), at=day(3))
        scene.wait(day(5))
        scene.when(dispose(use_as_is=10)).when(sign("reject"))
        assert scene.told() == ["05 09:00 raise nonconformance_unanswered"]
        assert [alert.occurrence for alert in scene.order.alerts.values()] == [NC, f"{NC}#2"]


class TestMail:
    def test_a_mail_that_bounces_is_an_alert_until_somebody_answers_it(self) -> None:
        bounced = ReportUndeliverable("outbox-1", "order_issued", "supplier", "550 no such user")
        scene = quiet().when(bounced).happened(e.AlertRaised)
        assert scene.event(e.AlertRaised).details == "order_issued: 550 no such user"
        scene.when(bounced).then().happened()
        scene.when(ANSWER).happened(e.AlertAcknowledged, e.AlertCleared)
        scene.when(bounced).then().happened()

    def test_answering_needs_cause_and_action_and_is_done_once(self) -> None:
        scene = quiet().when(ReportUndeliverable("outbox-1", "order_issued", "supplier", "550"))
        scene.when(AcknowledgeAlert("SO-1-A9", "x", "y")).refused("alert.unknown", "alert")
        scene.when(AcknowledgeAlert(ALERT, " ", "y")).refused("cause.missing", "cause")
        scene.when(AcknowledgeAlert(ALERT, "x", " ")).refused("action.missing", "action")
        scene.when(ANSWER).then().when(ANSWER).refused("alert.acknowledged")


class TestLadder:
    def test_an_answered_alert_climbs_no_further_and_stays_until_the_cause_goes(self) -> None:
        scene = quiet()
        scene.wait(day(4))
        scene.when(ANSWER, at=day(4, 10)).then()
        assert scene.wait(day(20)) == []
        assert [alert.open for alert in scene.order.alerts.values()] == [True]
        scene.when(accept()).happened(e.OrderAcknowledged, e.AlertCleared)

    def test_a_worker_that_was_away_tells_everything_at_once_and_nothing_twice(self) -> None:
        scene = given(issued(), accept(), send(100)).at(day(30))
        scene.when(PassDeadlines())
        assert scene.told() == [
            "30 09:00 remind milestone_due_soon",
            "30 09:00 raise milestone_overdue",
            "30 09:00 raise no_news",
            "30 09:00 remind milestone_due_soon",
            "30 09:00 raise milestone_overdue",
            "30 09:00 remind milestone_due_soon",
            "30 09:00 raise milestone_overdue",
            "30 09:00 remind milestone_due_soon",
        ]
        mails = [notice.mail for notice in notices(scene.events, {})]
        assert mails.count("milestone_reminder") == 1, "one mail lists all milestones"
        scene.when(PassDeadlines()).then().happened()
        due = next_deadline(scene.order)
        assert due is not None
        assert due > scene.now

    def test_steps_that_fell_due_together_are_taken_together(self) -> None:
        scene = quiet()
        scene.wait(day(4))
        scene.at(day(20)).when(PassDeadlines())
        assert scene.told() == ["20 09:00 escalate ack_overdue 1", "20 09:00 escalate ack_overdue 2"]

    def test_a_wrong_rule_that_is_always_due_holds_up_nobody(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """It names its cause anew each time, so that it is never told."""

        def always(order: Order) -> Iterator[Cause]:
            moment = order.issued_at
            yield Cause(f"version-{order.version}", moment, moment, moment, order.plant_calendar, "buyer")

        scene = quiet()
        monkeypatch.setitem(RULES, "no_news", replace(RULES["no_news"], find=always))
        told = decide(scene.order, Asked(PassDeadlines(), CLOCK), Facts(), day(4))
        assert [type(event) for event in told] == [e.AlertRaised, e.ReminderSent, e.AlertRaised]

    def test_any_command_tells_what_is_due_as_well(self) -> None:
        scene = quiet().at(day(20)).when(send(100))
        assert scene.told() == ["20 09:00 remind ack_reminder", "20 09:00 raise ack_overdue"]

    def test_a_timer_that_rings_early_tells_nothing(self) -> None:
        scene = quiet()
        due = next_deadline(scene.order)
        assert due is not None
        scene.when(PassDeadlines(), at=due - timedelta(microseconds=1)).then().happened()
        scene.when(PassDeadlines(), at=due).happened(e.ReminderSent)


class TestReplan:
    def facts(self, *days: str) -> Facts:
        off = WorkingCalendar("Europe/London", exceptions=dict.fromkeys(days, False))
        return Facts(calendars=(BERLIN, off))

    def test_a_changed_calendar_moves_the_deadlines(self) -> None:
        scene = quiet().when(Replan(), facts=self.facts("2026-11-03")).happened(e.OrderReplanned)
        assert next_deadline(scene.order) == day(4)

    def test_an_alert_that_is_not_due_any_more_goes_and_comes_again_in_its_time(self) -> None:
        scene = quiet()
        scene.wait(day(4))
        scene.when(Replan(), facts=self.facts("2026-11-03", "2026-11-04"))
        assert scene.told() == ["04 09:00 clear ack_overdue"]
        assert of("ack_overdue", scene.wait(day(6))) == ["06 09:00 raise ack_overdue"]

    def test_calendars_that_did_not_change_are_refused(self) -> None:
        quiet().when(Replan(), facts=Facts(calendars=(BERLIN, LONDON))).refused("replan.unchanged")


@parametrize("night", date(2026, 10, 25), date(2027, 3, 28))
def test_deadlines_keep_local_hours_over_a_change_of_clocks(night: date) -> None:
    for calendar in (LONDON, BERLIN):
        before = calendar.at(night - timedelta(days=2), calendar.opens)
        due = calendar.add_working_time(before, 2 * timedelta(hours=9))
        assert due == calendar.at(night + timedelta(days=1), calendar.closes)


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_arrivals_in_parts_clear_the_alert_with_the_first(steps: int) -> None:
    scene = given(issued(), accept(), send(100))
    scene.wait(day(5))
    for _ in range(steps):
        scene.when(arrived(lines=(some(1, 10),)))
    scene.flags()
