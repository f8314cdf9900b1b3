"""Weeks of an order in seconds: what is due is told when it is due, once, and not on a free day.

All of it is in the spring of 2040 in Germany: clocks go forward in the night to Sunday, 25 March;
30 March is Good Friday and 2 April Easter Monday. Work is from 8:00 to 17:00, which is 7:00 to 16:00
UTC before that night and 6:00 to 15:00 UTC after it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest
from temporalio.testing import WorkflowEnvironment

from models.domain.authority import Role
from models.domain.causes import Cause
from models.domain.deadlines import RULES
from models.domain.order import Order
from models.settings import Settings
from tests.stories import LOT
from tests.workflows.journeys import assert_at, eventually, journey, mails, told

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

SUPPLIER, BUYER, PLANNER, ADMIN = (
    "orders@acme.example",
    "buyer@example.com",
    "planner@example.com",
    "admin@example.com",
)
MILESTONES = [
    {"code": "REC", "kind": "received", "name": "Material received", "day": 14},
    {"code": "PLATED", "kind": "process", "name": "Plated", "day": 18},
    {"code": "SHIP", "kind": "shipped", "name": "Shipped", "day": None},
]


async def test_six_weeks_over_easter_and_the_summer_time_night(
    settings: Settings, skipping_env: WorkflowEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with journey(
        settings, skipping_env, monkeypatch, "2040-03-05 09:00", milestones=MILESTONES
    ) as story:
        await story.act(Role.BUYER, "issue")
        await story.to("2040-03-09 12:00")
        await story.as_supplier("acknowledge", decision="accept")
        await story.act(Role.RECEIVING, "send", lines=[{"line": 1, "lot": LOT, "quantity": 1200}])
        await story.to("2040-03-27 10:00")
        await story.as_supplier("report-milestone", code="REC")
        await story.to("2040-04-05 08:00")
        await story.as_supplier("report-milestone", code="PLATED")
        await story.to("2040-04-12 07:00")
        shipped = await story.as_supplier("ship", lines=[{"line": 1, "quantity": 1200}])
        await story.to("2040-04-13 08:00")
        lines = [{"line": 1, "counted": 1200, "accepted": 1200}]
        await story.act(Role.RECEIVING, "receive", parcel=shipped["parcel"], lines=lines)
        await story.to("2040-04-16 08:00")
        order = await story.act(Role.BUYER, "close")
        assert order["stage"] == "closed"
        assert await story.workflow.result() == "closed"

        expected: list[tuple[str, str, str, list[str]]] = [
            # Two hours of Tuesday are left of the nine the supplier has, seven were on Monday.
            ("2040-03-06 09:00", "reminded", "ack_reminder", [SUPPLIER]),
            ("2040-03-07 09:00", "raised", "ack_overdue", [BUYER]),
            ("2040-03-08 09:00", "escalated", "ack_overdue", [PLANNER]),
            ("2040-03-09 09:00", "escalated", "ack_overdue", [ADMIN]),
            ("2040-03-09 12:00", "cleared", "ack_overdue", []),
            # Five working days without news from the answer on, over one weekend.
            ("2040-03-16 12:00", "raised", "no_news", [PLANNER]),
            ("2040-03-19 12:00", "escalated", "no_news", [BUYER]),
            ("2040-03-22 07:00", "reminded", "milestone_due_soon", [SUPPLIER]),
            # Friday's midnight in winter time; a working day later it is summer time.
            ("2040-03-23 23:00", "raised", "milestone_overdue", [PLANNER]),
            ("2040-03-26 15:00", "escalated", "milestone_overdue", [BUYER]),
            ("2040-03-27 10:00", "cleared", "no_news", []),
            ("2040-03-27 10:00", "cleared", "milestone_overdue", []),
            ("2040-03-28 06:00", "reminded", "milestone_due_soon", [SUPPLIER]),
            # Thursday's midnight; the next working day is the Tuesday after Easter.
            ("2040-03-29 22:00", "raised", "milestone_overdue", [PLANNER]),
            ("2040-04-03 15:00", "escalated", "milestone_overdue", [BUYER]),
            ("2040-04-04 15:00", "escalated", "milestone_overdue", [ADMIN]),
            ("2040-04-05 08:00", "cleared", "milestone_overdue", []),
        ]
        assert_at(await told(story), [(when, what, rule) for when, what, rule, _ in expected])
        written = [
            ("2040-03-05 09:00", SUPPLIER),
            ("2040-03-09 12:00", BUYER),
            ("2040-04-16 08:00", SUPPLIER),
            *((when, reader) for when, _, _, readers in expected for reader in readers),
        ]
        await eventually(lambda: len(mails(story)) == len(written), f"{len(written)} mails")
        assert_at(mails(story), sorted(written))


async def test_on_hold_the_clock_stands_and_goes_on_with_the_time_that_was_left(
    settings: Settings, skipping_env: WorkflowEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with journey(settings, skipping_env, monkeypatch, "2040-03-05 09:00") as story:
        await story.act(Role.BUYER, "issue")
        await story.to("2040-03-06 10:00")
        # The reminder is out. The alert has eight hours left: until five o'clock and two on
        # Wednesday. The milestone of Wednesday has fifteen, all of that day.
        await story.act(Role.BUYER, "hold", reason="drawing unclear")
        # The answer may be here a moment before what the Web UI lists.
        for _ in range(50):
            description = await story.workflow.describe()
            if "DueAt" not in description.search_attributes:
                break
            await asyncio.sleep(0.2)
        assert "DueAt" not in description.search_attributes
        # A minute sooner in the day than the hold came: were it some seconds later, the last of the fifteen
        # hours would end after five, which is the next morning.
        await story.to("2040-03-20 09:59")
        await story.act(Role.BUYER, "resume")
        await story.to("2040-03-21 20:00")
        expected = [
            ("2040-03-06 09:00", "reminded", "ack_reminder"),
            # A minute to eleven until five on the 20th makes six hours and a minute in Germany.
            ("2040-03-21 08:59", "raised", "ack_overdue"),
            ("2040-03-21 15:59", "raised", "milestone_overdue"),
        ]
        assert_at(await told(story), expected)
        await story.act(Role.BUYER, "hold", reason="drawing still unclear")
        await story.to("2040-04-03 10:00")
        assert_at(await told(story), expected)
        await story.act(Role.BUYER, "resume")
        await story.to("2040-04-04 05:00")
        # The next rung of the ladder has a minute less than two hours left: they are worked on the Tuesday after Easter.
        expected.append(("2040-04-03 11:59", "escalated", "ack_overdue"))
        assert_at(await told(story), expected)


async def test_a_cancelled_order_with_nothing_out_is_over_at_once(
    settings: Settings, skipping_env: WorkflowEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with journey(settings, skipping_env, monkeypatch, "2040-03-05 09:00") as story:
        await story.act(Role.BUYER, "issue")
        await story.to("2040-03-06 10:00")
        order = await story.act(Role.BUYER, "cancel", reason="customer withdrew")
        assert order["stage"] == "cancelled"
        assert await story.workflow.result() == "cancelled"
        await eventually(lambda: len(mails(story)) == 3, "the supplier's mail")
        assert_at(
            mails(story),
            [
                ("2040-03-05 09:00", SUPPLIER),
                ("2040-03-06 09:00", SUPPLIER),
                ("2040-03-06 10:00", SUPPLIER),
            ],
        )


async def test_a_cancelled_order_is_followed_up_until_its_pieces_are_back(
    settings: Settings, skipping_env: WorkflowEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with journey(
        settings, skipping_env, monkeypatch, "2040-03-05 09:00", need_by="2040-04-30"
    ) as story:
        await story.act(Role.BUYER, "issue")
        await story.as_supplier("acknowledge", decision="accept")
        await story.act(Role.RECEIVING, "send", lines=[{"line": 1, "lot": LOT, "quantity": 1200}])
        await story.to("2040-03-22 12:00")
        order = await story.act(Role.BUYER, "cancel", reason="customer withdrew")
        assert "cancelling" in order["flags"]
        assert order["stage"] != "cancelled"
        await story.to("2040-04-10 12:00")
        overdue = [item for item in await told(story) if item[2] == "return_overdue"]
        # Ten working days from Thursday, one o'clock on: Easter takes two of them. A day later the next in
        # line is told.
        assert_at(
            overdue,
            [
                ("2040-04-09 11:00", "raised", "return_overdue"),
                ("2040-04-10 11:00", "escalated", "return_overdue"),
            ],
        )
        lines = [{"line": 1, "counted": 1200, "accepted": 0, "unprocessed": 1200}]
        seen = (await story.system.get(f"/orders/{story.number}"))["version"]
        order = await story.act(Role.RECEIVING, "receive", lines=lines, if_match=seen)
        assert order["stage"] == "cancelled"
        assert await story.workflow.result() == "cancelled"
        assert (await story.system.get("/alerts?open=true"))["items"] == []


async def test_a_wrong_rule_that_is_always_due_does_not_make_an_order_spin(
    settings: Settings, skipping_env: WorkflowEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def always(order: Order) -> Iterator[Cause]:
        yield Cause(
            occurrence=f"version-{order.version}",
            since=order.issued_at,
            due=order.issued_at,
            began=order.issued_at,
            calendar=order.plant_calendar,
            owed_by="buyer",
        )

    wrong = replace(RULES["no_news"], find=always, escalate=())
    monkeypatch.setitem(RULES, "no_news", wrong)
    async with asyncio.timeout(60), journey(settings, skipping_env, monkeypatch, "2040-03-05 09:00") as story:
        await story.act(Role.BUYER, "issue")
        await story.to("2040-03-05 09:04", settled=False)
        raised = await story.events("alert_raised")
        assert 3 <= len(raised) <= 6
        # People are not kept from acting on it meanwhile.
        await story.act(Role.BUYER, "cancel", reason="elsewhere")
        assert await story.workflow.result() == "cancelled"
