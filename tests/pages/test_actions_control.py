"""What is done to an order as a whole: hold, resume, plan anew, cancel, close."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from temporalio.testing import WorkflowEnvironment

from models.domain.authority import Role
from models.settings import Settings
from tests.pages.browser import Browsers, StaffPage
from tests.pages.doing import Hands, at, hands, possible
from tests.stories import BEHALF, draft, issued, master_data
from tests.systems import System, running


async def test_nothing_else_is_possible_with_a_draft(system: System, browsers: Browsers) -> None:
    number = await draft(system, quantity=20)
    page = await (hands(browsers, number, Role.BUYER)).look("hold")
    assert not possible(page)
    assert page.links["Issue"].endswith(f"/orders/{number}/issue")


async def test_an_order_is_held_with_a_reason_and_resumed(system: System, browsers: Browsers) -> None:
    number = await at(system, "accepted")
    planner = hands(browsers, number, Role.PLANNER)
    page = await planner.refused("hold", reason="  ")
    assert page.links["Give a reason."].endswith("#reason")
    await planner.do("hold", reason="Drawing <under> review")
    assert "hold" in (await system.get(f"/orders/{number}"))["flags"]
    page = await planner.look("resume")
    assert "Drawing <under> review" in page.text
    await planner.do("resume")
    assert (await system.get(f"/orders/{number}"))["flags"] == []
    page = await planner.look("resume")
    assert not possible(page)
    assert "The order is not on hold: it goes on" in page.text
    assert page.links["Hold the order"].endswith(f"/orders/{number}/hold")


async def test_an_order_is_planned_anew_only_when_a_calendar_has_changed(
    system: System, browsers: Browsers
) -> None:
    number = await at(system, "accepted")
    planner = hands(browsers, number, Role.PLANNER)
    page = await planner.look("replan")
    assert not possible(page)
    assert "The calendars are as they were when the order was issued." in page.text
    assert "Plan anew" not in (await planner.browser.open(f"/orders/{number}")).links
    away = {"day": str(system.app.state.clock().date() + timedelta(days=2)), "working": False, "reason": "x"}
    calendar = {"country": "DE", "workdays": [1, 2, 3, 4, 5], "exceptions": [away]}
    changed = await system.login(Role.ADMIN).put("/api/v1/calendars/DE", json=calendar)
    assert changed.status_code == 200, changed.text
    assert (await planner.browser.open(f"/orders/{number}")).links["Plan anew"].endswith("/replan")
    await planner.do("replan")
    assert "Plan anew" not in (await planner.browser.open(f"/orders/{number}")).links


async def test_cancelling_says_what_has_to_come_back(system: System, browsers: Browsers) -> None:
    number = await at(system, "sent")
    buyer = hands(browsers, number, Role.BUYER)
    page = await buyer.look("cancel")
    assert "on the way to the supplier 20 pcs" in page.text.replace("\u00a0", " ")
    assert "nothing is to be paid" in page.text
    await buyer.do("cancel", reason="Customer withdrew")
    assert "cancelling" in (await system.get(f"/orders/{number}"))["flags"]
    empty = await issued(system, quantity=20)
    buyer = hands(browsers, empty, Role.BUYER)
    assert "Nothing is out" in (await buyer.look("cancel")).text
    await buyer.do("cancel", reason="Typed twice")
    assert (await system.get(f"/orders/{empty}"))["stage"] == "cancelled"


async def test_cancelling_says_what_it_costs_before_the_button(system: System, browsers: Browsers) -> None:
    number = await at(system, "rejected")
    order = await system.get(f"/orders/{number}")
    total = order["cost"]["if_cancelled"]["total"]
    assert float(total) > 0
    page = await hands(browsers, number, Role.BUYER).look("cancel")
    text = page.text.replace("\u00a0", " ")
    assert f"To be paid as it stands {float(total):.2f} {order['cost']['currency']}" in text
    assert text.index("To be paid as it stands") < text.index("Why?")


async def test_an_order_that_will_never_be_complete_is_completed_as_it_is_with_a_signature(
    system: System, browsers: Browsers
) -> None:
    number = await at(system, "rejected")
    approver = hands(browsers, number, Role.APPROVER)
    page = await approver.look("force-complete")
    assert not possible(page)
    assert "Decide about them first." in page.text
    number = await at(system, "sent")
    assert not possible(await hands(browsers, number, Role.BUYER).look("force-complete"))
    approver = hands(browsers, number, Role.APPROVER)
    page = await approver.look("force-complete")
    assert "on the way to the supplier 20 pcs" in page.text.replace("\u00a0", " ")
    page = await approver.refused("force-complete", "complete", reason=" ", name="", meaning="enough")
    assert page.links["Give a reason."].endswith("#reason")
    assert page.links["Sign with your printed name."].endswith("#name")
    await approver.do("force-complete", "complete", reason="No more needed", name="Abel Stone")
    order = await system.get(f"/orders/{number}")
    assert order["stage"] == "closed"
    assert order["lines"][0]["pieces"]["lost"] == "20"
    told = (await approver.browser.open(f"/orders/{number}")).text
    assert "completed the order as it is, signed Abel Stone" in told


async def test_an_order_is_completed_under_the_name_of_who_completes_it(
    system: System, browsers: Browsers
) -> None:
    number = await at(system, "sent")
    abel = Hands(browsers.of(Role.APPROVER, name="Abel Stone"), number)
    forged = await abel.refused("force-complete", "complete", reason="Enough", name="Ana Ruiz")
    not_his = (
        "A signature is of who acts, and you are Abel Stone. Sign with that name, or have Ana Ruiz sign."
    )
    assert forged.links[not_his].endswith("#name")
    assert (await system.get(f"/orders/{number}"))["stage"] == "acknowledged"
    # The form is filled with the name.
    await abel.do("force-complete", "complete", reason="Enough")
    events = (await system.get(f"/orders/{number}/events"))["items"]
    signed = [each["payload"]["signed_by"] for each in events if each["type"] == "order_force_completed"]
    assert signed == ["Abel Stone"]


async def test_closing_lists_what_is_missing_with_who_owes_it_and_its_form(
    system: System, browsers: Browsers
) -> None:
    number = await at(system, "rejected")
    page = await (hands(browsers, number, Role.BUYER)).look("close")
    assert not possible(page)
    assert "Certificate of conformance the supplier" in page.text
    assert "Judgement of the pending pieces quality" in page.text
    assert not [form for form in page.forms if "version" in form.fields]
    task = page.links[f"Decision about the rejected pieces of {number}-N1"]
    assert task.endswith(f"/orders/{number}/disposition?nonconformance={number}-N1")


async def test_everything_an_order_can_owe_has_its_words_and_its_form(
    system: System, browsers: Browsers
) -> None:
    owed = {
        "accepted": "Measured values for FLANGE-DN50 B",
        "measured": "Review of inspection",
        "countered": "Answer to the supplier's proposal",
        "over": "Decision about the surplus pieces",
        "rework": "Reworked pieces of",
        "return": "Word from the supplier that the pieces of",
        "use_as_is": "Approval of what is proposed for",
    }
    begun = {"accepted": "accepted", "measured": "measured", "countered": "issued", "over": "shipped"}
    for point, words in owed.items():
        number = await at(system, begun.get(point, "rejected"))
        if point == "countered":
            terms: Any = {"decision": "counter", "lines": [{"line": 1, "unit_price": "2"}]}
            await system.command(Role.BUYER, number, "acknowledge", on_behalf_of=BEHALF, **terms)
        elif point == "over":
            lines: Any = [{"line": 1, "counted": 22, "accepted": 22}]
            await system.command(Role.RECEIVING, number, "receive", lines=lines, parcel=f"{number}-P1")
        elif point not in ("accepted", "measured"):
            lines = [{"quantity": 5, "decision": point}]
            await system.command(
                Role.QUALITY, number, "disposition", nonconformance=f"{number}-N1", lines=lines
            )
        page = await hands(browsers, number, Role.BUYER).look("close")
        assert words in page.text
        (form,) = [link for text, link in page.links.items() if text.startswith(words)]
        assert (await hands(browsers, number, Role.ADMIN).look(form.rpartition("/")[2])).status == 200


async def test_a_double_click_is_one_command(system: System, browsers: Browsers) -> None:
    number = await at(system, "accepted")
    buyer = hands(browsers, number, Role.BUYER)
    page = await buyer.look("hold")
    first = await buyer.fill(page, reason="Wait")
    second = await buyer.fill(page, reason="Wait")
    assert first.status_code == second.status_code == 303
    assert first.headers["location"] == second.headers["location"]
    other = await buyer.fill(page, reason="Wait longer")
    assert other.status_code == 409
    assert "This form was sent before with other values." in StaffPage(other).text


async def test_a_refused_form_is_put_right_with_the_browsers_back(system: System, browsers: Browsers) -> None:
    number = await at(system, "rejected")
    quality = hands(browsers, number, Role.QUALITY)
    page = await quality.look("report-nonconformance")
    (form,) = [form for form in page.forms if "version" in form.fields]
    (amount,) = [name for name in form.fields if name.endswith(".quantity")]
    for many in ("5000", "6000"):
        refused = await quality.fill(page, defect="Blisters", **{amount: many})
        assert refused.status_code in (409, 422)
        assert "sent before" not in StaffPage(refused).text
    done = await quality.fill(page, defect="Blisters", **{amount: "1"})
    assert done.status_code == 303, StaffPage(done).text
    again = await quality.fill(page, defect="Blisters", **{amount: "1"})
    assert again.headers["location"] == done.headers["location"]


async def test_of_two_tabs_the_stale_one_is_told_what_happened_and_keeps_its_words(
    system: System, browsers: Browsers
) -> None:
    number = await at(system, "accepted")
    buyer = hands(browsers, number, Role.BUYER)
    one, two = await buyer.look("cancel"), await buyer.look("hold")
    assert (await buyer.fill(two, reason="Drawing")).status_code == 303
    response = await buyer.fill(one, reason="No longer needed")
    assert response.status_code == 412
    page = StaffPage(response)
    assert "The order has changed since you opened this form." in page.text
    assert "put the order on hold" in page.text
    (form,) = [form for form in page.forms if "version" in form.fields]
    assert form.fields["reason"].strip() == "No longer needed"
    again = await buyer.fill(page)
    assert again.status_code == 303
    assert (await system.get(f"/orders/{number}"))["stage"] == "cancelled"


@pytest.mark.parametrize(
    ("meanwhile", "told"), [("hold", "put the order on hold"), ("cancel", "asked to cancel the order")]
)
async def test_who_comes_late_is_told_what_others_did_first(
    system: System, browsers: Browsers, meanwhile: str, told: str
) -> None:
    number = await at(system, "accepted")
    planner = hands(browsers, number, Role.PLANNER)
    late = await planner.look("hold")
    await hands(browsers, number, Role.BUYER).do(meanwhile, reason="Drawing <under> review")
    response = await planner.fill(late, reason="Wait for the drawing")
    assert response.status_code == 409
    page = StaffPage(response)
    assert "What happened meanwhile:" in page.text
    assert told in page.text
    assert "Drawing <under> review" in page.text
    assert "What you entered Reason Wait for the drawing" in page.text


async def test_what_was_typed_can_be_copied_when_the_form_is_gone(system: System, browsers: Browsers) -> None:
    number = await at(system, "rejected")
    quality = hands(browsers, number, Role.QUALITY)
    page = await quality.look("judge")
    (form,) = [form for form in page.forms if "version" in form.fields]
    (passed,) = [name for name in form.fields if name.endswith(".accepted")]
    await hands(browsers, number, Role.BUYER).do("hold", reason="Drawing")
    response = await quality.fill(page, **{passed: "2.5"})
    assert response.status_code == 409
    held = StaffPage(response)
    assert not [form for form in held.forms if "version" in form.fields]
    assert "The order is on hold (Drawing). It goes on once it is resumed." in held.text
    assert "What you entered Accepted 2.5" in held.text


async def test_who_may_not_is_told_who_may(system: System, browsers: Browsers) -> None:
    number = await at(system, "accepted")
    viewer = hands(browsers, number, Role.VIEWER)
    page = await viewer.look("cancel")
    assert page.status == 403
    assert "This is for: buyer." in page.text
    assert "nothing for you to do" in page.text
    buyer = hands(browsers, number, Role.BUYER)
    form = await buyer.look("cancel")
    response = await viewer.fill(form, reason="Because")
    assert response.status_code == 403
    assert (await system.get(f"/orders/{number}"))["stage"] == "acknowledged"


async def test_an_order_that_does_not_exist_is_said_not_to(system: System, browsers: Browsers) -> None:
    page = await (hands(browsers, "OP-1999-000001", Role.BUYER)).look("hold")
    assert page.status == 404
    assert "There is no order OP-1999-000001." in page.text


async def test_what_cannot_be_applied_yet_is_said_to_be_saved_where_one_sees_it_applied(
    make_settings: Callable[..., Settings],
    sqlite_url: str,
    temporal_env: WorkflowEnvironment,
    temporal_address: str,
) -> None:
    settings = make_settings(database_url=sqlite_url, update_timeout=0.2)
    async with running(settings, temporal_env.client, working=False) as system:
        await master_data(system)
        number = await draft(system, quantity=20)
        browsers = Browsers(system)
        buyer = hands(browsers, number, Role.BUYER)
        form = await buyer.look("issue")
        sent = await buyer.fill(form)
        assert sent.status_code == 303
        page = await buyer.browser.open(sent.headers["location"])
        assert "Saved, being applied: issuing the order. It is kept" in page.text
        assert f"/live?about={number}" in page.html
        again = await buyer.fill(form)
        assert again.headers["location"] == sent.headers["location"]
        (waiting,) = (await system.get(f"/orders/{number}"))["pending_commands"]
        assert waiting["name"] == "issue"
        await browsers.close()


async def test_an_order_is_split_into_as_many_as_were_typed(system: System, browsers: Browsers) -> None:
    number = await at(system, "accepted")
    planner = hands(browsers, number, Role.BUYER)
    split = "split?parts=3"
    page = await planner.refused(split, "split", parts="3", parts__1__1__quantity="5")
    (text,) = [text for text in page.links if text.startswith("You typed 3 orders")]
    assert text == "You typed 3 orders, and what is filled in makes 2. Fill in the others, or type 2."
    assert page.links[text].endswith("#parts")
    assert (await system.get(f"/orders/{number}"))["stage"] == "acknowledged", "nothing was split"
    await planner.do(split, "split", parts="2", parts__1__1__quantity="5")
