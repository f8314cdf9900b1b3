"""The first page: one row for each order that needs somebody, what is due soon, who has not answered."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlmodel import select

from api.app import now
from models.domain.authority import Role
from models.tables.orders import AlertRow, OrderRow
from models.tables.people import User
from tests.pages.alarms import declined, raised
from tests.pages.browser import Browsers, StaffPage
from tests.pages.doing import Hands, at
from tests.stories import BEHALF, issued
from tests.systems import System


def row(page: StaffPage, order: str) -> str:
    """The words of the one row of an order that needs somebody; empty without one."""
    rows = re.findall(rf'<tr id="row-{order}">.*?</tr>', page.html, re.DOTALL)
    assert len(rows) <= 1
    return words_of(rows[0]) if rows else ""


def section(page: StaffPage, name: str) -> str:
    found = re.search(rf'<section aria-labelledby="{name}">.*?</section>', page.html, re.DOTALL)
    return found[0] if found else ""


def words_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


async def test_an_order_has_one_row_its_worst_alert_first(system: System, browsers: Browsers) -> None:
    number, alert = await declined(system)
    raised(system, number, "no_news", days=30)
    raised(system, number, "document_missing", details="coc")
    page = await browsers.of(Role.PLANNER).open("/")
    words = row(page, number)
    assert words.startswith(f"{number} Acme Plating Declined: no capacity +2 more")
    assert page.links["Declined: no capacity"].endswith(f"/alerts?order={number}#{alert}")


async def test_what_is_recommended_leads_to_its_form_for_those_who_may(
    system: System, browsers: Browsers
) -> None:
    number, _ = await declined(system)
    silent = await issued(system)
    raised(system, silent, "ack_overdue", days=300)
    page = await browsers.of(Role.BUYER).open("/")
    assert page.links["Give it to another supplier"].endswith("/reassign")
    assert f'href="/orders/{number}/reassign"' in page.html
    assert page.links["Enter the answer"] == page.url + f"orders/{silent}/acknowledge"
    page = await browsers.of(Role.VIEWER).open("/")
    assert "Give it to another supplier" not in page.links
    assert row(page, number).endswith("Give it to another supplier Who may: buyer")
    assert row(page, silent).endswith("Enter the answer Who may: buyer, receiving, planner")


async def test_the_worst_order_comes_first(system: System, browsers: Browsers) -> None:
    quiet = await issued(system)
    raised(system, quiet, "no_news", days=300)
    number, _ = await declined(system)
    page = await browsers.of(Role.PLANNER).open("/")
    assert page.html.index(f"row-{number}") < page.html.index(f"row-{quiet}")


async def test_what_was_answered_needs_nobody_any_more(system: System, browsers: Browsers) -> None:
    number, alert = await declined(system)
    planner = browsers.of(Role.PLANNER)
    assert row(await planner.open("/"), number)
    await system.post(Role.PLANNER, f"/alerts/{alert}/acknowledge", {"cause": "capacity", "action": "moved"})
    page = await planner.open("/")
    assert not row(page, number)
    assert re.search(r"answered alerts?, not cleared yet", page.text)


async def test_who_has_not_answered_waits_there_until_somebody_is_alarmed(
    system: System, browsers: Browsers
) -> None:
    number = await issued(system)
    planner = browsers.of(Role.PLANNER)
    assert number in section(await planner.open("/"), "silent")
    raised(system, number, "ack_overdue")
    page = await planner.open("/")
    assert number not in section(page, "silent")
    assert row(page, number)


async def test_a_proposal_waits_there_for_the_buyer_at_once(system: System, browsers: Browsers) -> None:
    number = await issued(system)
    other = {"promise_date": str(now().date() + timedelta(days=60)), "reason": "the bath is full"}
    await system.command(Role.BUYER, number, "acknowledge", decision="counter", on_behalf_of=BEHALF, **other)
    seen = section(await browsers.of(Role.BUYER).open("/"), "proposed")
    assert f'href="/orders/{number}/answer-counter"' in seen
    # Who may not answer it sees that it waits.
    seen = section(await browsers.of(Role.RECEIVING).open("/"), "proposed")
    assert number in seen
    assert "answer-counter" not in seen
    await system.command(Role.BUYER, number, "answer-counter", decision="accept")
    assert number not in section(await browsers.of(Role.BUYER).open("/"), "proposed")


async def test_rejected_pieces_wait_there_for_quality_at_once_and_until_they_are_decided(
    system: System, browsers: Browsers
) -> None:
    number = await at(system, "rejected")
    raised(system, number, "no_news")
    quality, viewer = browsers.of(Role.QUALITY), browsers.of(Role.VIEWER)
    form = f"/orders/{number}/disposition?nonconformance={number}-N1"
    seen = section(await quality.open("/"), "rejected")
    assert f'href="{form}"' in seen
    assert "Rejected at receipt" in seen
    assert (await quality.get(form)).status_code == 200
    seen = section(await viewer.open("/"), "rejected")
    assert number in seen
    assert "disposition" not in seen
    lines: list[dict[str, object]] = [{"quantity": 5, "decision": "use_as_is"}]
    await system.command(Role.QUALITY, number, "disposition", nonconformance=f"{number}-N1", lines=lines)
    # Use as is is only proposed: now the design authority has to decide.
    assert "disposition" not in section(await quality.open("/"), "rejected")
    seen = section(await browsers.of(Role.DESIGN_AUTHORITY).open("/"), "rejected")
    assert f"/orders/{number}/decide-disposition?nonconformance={number}-N1" in seen
    await system.command(
        Role.DESIGN_AUTHORITY,
        number,
        "decide-disposition",
        nonconformance=f"{number}-N1",
        decision="approve",
        signature={"name": "Dora Design", "meaning": "Fit for use"},
    )
    assert number not in section(await browsers.of(Role.DESIGN_AUTHORITY).open("/"), "rejected")


async def test_a_change_waits_there_for_an_approver_at_once_and_until_it_is_decided(
    system: System, browsers: Browsers
) -> None:
    number = await at(system, "accepted")
    raised(system, number, "no_news")
    asking = browsers.of(Role.BUYER, Role.APPROVER)
    terms = {"lines__0__quantity": "15", "lines__0__unit_price": "0.95", "reason": "Fewer are sold"}
    await Hands(asking, number).do("propose-change", **terms)
    approver, viewer = browsers.of(Role.APPROVER), browsers.of(Role.VIEWER)
    with system.database.read() as session:
        asked_by = session.get_one(User, session.get_one(OrderRow, number).change_by).email
    seen = section(await approver.open("/"), "changes")
    form = f"/orders/{number}/decide-change"
    assert f'href="{form}"' in seen
    assert "Acme Plating · Quantity · Price " in words_of(seen)
    assert f"{asked_by} · for" in words_of(seen)
    assert (await approver.get(form)).status_code == 200
    # Neither who asked for it nor who only looks is led to the decision.
    for other in (asking, viewer):
        seen = section(await other.open("/"), "changes")
        assert number in seen
        assert "decide-change" not in seen
    await Hands(approver, number).do("decide-change", "approve")
    assert number not in section(await approver.open("/"), "changes")


async def test_what_waits_longest_for_approval_comes_first_and_nothing_ended_does(
    system: System, browsers: Browsers
) -> None:
    first, second = [await at(system, "accepted") for _ in range(2)]
    for number in (second, first):
        changes = {"need_by": str(now().date() + timedelta(days=90))}
        await system.command(Role.BUYER, number, "propose-change", changes=changes, reason="Later")
    approver = browsers.of(Role.APPROVER)
    seen = section(await approver.open("/"), "changes")
    assert seen.index(second) < seen.index(first)
    assert "Needed by" in seen
    await system.command(Role.BUYER, first, "cancel", reason="No longer needed")
    seen = section(await approver.open("/"), "changes")
    assert second in seen
    assert first not in seen


async def test_changes_of_controlled_orders_are_listed_for_the_cleared_alone(
    system: System, browsers: Browsers
) -> None:
    number = await at(system, "accepted")
    changes = {"spec_revision": "2024"}
    await system.command(Role.BUYER, number, "propose-change", changes=changes, reason="A new one")
    with system.database.write() as session:
        session.get_one(OrderRow, number).export_controlled = True
    assert number not in section(await browsers.of(Role.APPROVER).open("/"), "changes")
    seen = section(await browsers.of(Role.APPROVER, cleared=True).open("/"), "changes")
    assert number in seen
    assert "Specification" in seen


async def test_a_day_with_something_to_decide_is_not_said_to_be_free(
    system: System, browsers: Browsers
) -> None:
    with system.database.write() as session:
        for alert in session.scalars(select(AlertRow)):
            alert.acknowledged_at = now()
    await at(system, "rejected")
    free = "Nothing is late and nobody waits for you."
    assert free not in (await browsers.of(Role.QUALITY).open("/")).text
    assert free in (await browsers.of(Role.VIEWER).open("/")).text


async def test_what_is_promised_for_the_next_days_is_due_soon(system: System, browsers: Browsers) -> None:
    soon, later = await issued(system), await issued(system)
    for number, days in ((soon, 2), (later, 9)):
        promise = str(now().date() + timedelta(days=days))
        await system.command(
            Role.BUYER, number, "acknowledge", decision="accept", promise_date=promise, on_behalf_of=BEHALF
        )
    due = section(await browsers.of(Role.PLANNER).open("/"), "due")
    assert soon in due
    assert later not in due


async def test_the_board_counts_open_orders_by_stage(system: System, browsers: Browsers) -> None:
    await issued(system)
    page = await browsers.of(Role.VIEWER).open("/")
    counts = (await system.get("/orders?stage=issued&limit=200"))["items"]
    assert f"Issued {len(counts)}" in page.text
    assert "stage=closed" not in page.html


async def test_only_buyers_are_offered_a_new_order(browsers: Browsers) -> None:
    assert "New order" in (await browsers.of(Role.BUYER).open("/")).links
    assert "New order" not in (await browsers.of(Role.VIEWER).open("/")).links


@pytest.mark.parametrize(("locale", "heading"), [("zh", "需要处理"), ("es", "Requiere atención")])
async def test_it_is_there_in_other_languages(browsers: Browsers, locale: str, heading: str) -> None:
    assert (await browsers.of(Role.VIEWER, locale=locale).open("/")).heading == heading


async def test_it_is_narrowed_to_things_of_one_kind(system: System, browsers: Browsers) -> None:
    number, _ = await declined(system)
    rejected = await at(system, "rejected")
    quality = browsers.of(Role.QUALITY)
    everything = await quality.open("/")
    assert row(everything, number)
    assert rejected in section(everything, "rejected")
    page = await quality.open(everything.links["Rejected pieces"])
    assert rejected in section(page, "rejected")
    assert not row(page, number)
    assert "Orders by stage" not in page.text
    alerts = await quality.open("/?only=alerts")
    assert row(alerts, number)
    assert not section(alerts, "rejected")
    assert row(await quality.open("/?only=nonsense"), number), "an unknown kind is everything"


async def test_a_contingency_plan_waits_there_when_its_day_is_near_until_it_is_decided(
    system: System, browsers: Browsers
) -> None:
    near, far = [await at(system, "accepted") for _ in range(2)]
    for number, days in ((near, 2), (far, 9)):
        day = str(now().date() + timedelta(days=days))
        plan = {"decide_by": day, "note": "One bath", "material": "Steel", "decides": "planner"}
        await system.command(Role.PLANNER, number, "plan-contingency", **plan)
    planner, viewer = browsers.of(Role.PLANNER), browsers.of(Role.VIEWER)
    page = await planner.open("/?only=plans")
    seen, form = section(page, "plans"), f"/orders/{near}/settle-contingency"
    assert far not in seen
    assert f'href="{form}"' in seen
    assert f"{near} Acme Plating" in words_of(seen)
    assert "planner" in words_of(seen)
    seen = section(await viewer.open("/?only=plans"), "plans")
    assert near in seen
    assert form not in seen
    assert "Decide about the contingency plan: " in (await planner.open(f"/orders/{near}")).text
    await Hands(planner, near).do("settle-contingency", "drop", note="They delivered")
    assert near not in section(await planner.open("/?only=plans"), "plans")


async def test_a_claim_waits_there_until_it_is_settled_though_its_order_ended(
    system: System, browsers: Browsers
) -> None:
    number = await at(system, "there")
    lost = {"lost__0__at_supplier__quantity": "2", "reason": "Fire", "against": ""}
    await Hands(browsers.of(Role.RECEIVING), number).do("declare-loss", **lost)
    signed = {"reason": "The fire took them", "signature": {"name": "Abel Stone"}}
    await system.command(Role.APPROVER, number, "force-complete", **signed)
    buyer, viewer = browsers.of(Role.BUYER), browsers.of(Role.VIEWER)
    form = f"/orders/{number}/settle-claim"
    assert f'href="{form}"' in section(await buyer.open("/?only=claims"), "claims")
    seen = section(await viewer.open("/?only=claims"), "claims")
    assert number in seen
    assert form not in seen
    assert "Claim the lost pieces and settle it: L1" in (await buyer.open(f"/orders/{number}")).text
    await Hands(buyer, number).do("settle-claim", outcome="refused", note="Act of God")
    assert number not in section(await buyer.open("/?only=claims"), "claims")
