"""The page of alerts: what it says about each, its filters, and answering one."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import quote

import pytest

from activities import wording
from api.app import now
from api.pages.alerts import STATES
from models.domain.attention import CAUSES
from models.domain.authority import Role
from models.domain.deadlines import RULES
from models.queries.alert_list import _STATES
from models.tables.orders import OrderRow
from tests.pages.alarms import declined, nothing_else, raised
from tests.pages.browser import Browsers, StaffPage
from tests.stories import LOT, issued
from tests.systems import System


def said(page: StaffPage, alert: str) -> str:
    """The words of one alert's card."""
    article = re.search(rf'<article class="alert" id="{alert}".*?</article>', page.html, re.DOTALL)
    assert article, f"{alert} is not on the page"
    return " ".join(re.sub(r"<[^>]*>", " ", article[0]).split())


def test_every_state_and_cause_has_words() -> None:
    assert set(STATES) == set(_STATES)
    assert set(wording.CAUSES) == set(CAUSES)


async def test_an_alert_says_why_since_when_who_owes_and_what_to_do(
    system: System, browsers: Browsers
) -> None:
    number, alert = await declined(system, "the bath is down")
    words = said(await browsers.of(Role.VIEWER).open(f"/alerts?order={number}"), alert)
    for part in (
        "Declined: the bath is down",
        number,
        "Acme Plating",
        "Since",
        "minute",
        "the buyer",
        RULES["order_declined"].action,
    ):
        assert part in words


_DEEDS = {
    "ack_overdue": ("Enter the answer", "/acknowledge"),
    "milestone_overdue": ("Enter the progress", "/report-milestone?code=PLATED"),
    "ship_overdue": ("Enter the forecast", "/report-milestone?happened=later"),
    "receipt_overdue": ("Enter the progress", "/report-milestone"),
    "parcel_overdue": ("Receive pieces", "/receive?parcel=SO-1-P1"),
    "transfer_unanswered": (
        "Answer for pieces from another supplier",
        "/answer-transfer?transfer=SO-1-T1",
    ),
    "no_news": ("Enter the progress", "/report-milestone"),
    "document_missing": ("Add the document", "/documents?type=coc"),
    "nonconformance_unanswered": ("Decide what happens to them", "/disposition?nonconformance=SO-1-N1"),
    "return_overdue": ("Declare pieces lost", "/declare-loss"),
    "forecast_late": ("Enter the forecast", "/report-milestone?happened=later"),
    "pushed_back": ("Enter the forecast", "/report-milestone?happened=later"),
    "change_undecided": ("Approve or reject the change", "/decide-change"),
    "change_unacknowledged": ("Enter the answer", "/acknowledge"),
    "corrective_action_overdue": ("A corrective action is done", "/complete-action?action=SO-1-N1-C1"),
    "claim_overdue": ("Settle a claim", "/settle-claim?claim=SO-1-L1"),
    "contingency_due": ("Decide about the contingency plan", "/settle-contingency"),
    "proposal_waiting": ("Accept or reject the proposal", "/answer-counter"),
    "order_declined": ("Give it to another supplier", "/reassign"),
}
_SETTLED_ON_THE_FORM = {
    "contingency_due",
    "order_declined",
    "proposal_waiting",
    "change_undecided",
    "nonconformance_unanswered",
}
_OCCURRENCES = {
    "milestone_overdue": "PLATED-2026-12-31",
    "parcel_overdue": "SO-1-P1",
    "transfer_unanswered": "SO-1-T1",
    "claim_overdue": "SO-1-L1-2026-12-31",
    "document_missing": "coc#2",
    "nonconformance_unanswered": "SO-1-N1",
    "corrective_action_overdue": "SO-1-N1-C1",
}


@pytest.mark.parametrize("rule", [code for code, rule in RULES.items() if rule.kind == "alert"])
async def test_what_is_recommended_leads_to_the_form_that_settles_it(
    system: System, browsers: Browsers, rule: str
) -> None:
    number = await issued(system)
    details = LOT if rule == "lot_on_hold" else ""
    raised(system, number, rule, occurrence=_OCCURRENCES.get(rule, ""), details=details)
    page = await browsers.of(Role.ADMIN).open(f"/alerts?order={number}")
    if rule == "mail_undeliverable":
        assert page.links["Correct the address and resend"].endswith("/master/suppliers/ACME")
        return
    if rule == "lot_on_hold":
        assert page.links["Find out what is wrong with the lot"].endswith(f"/master/lots/{LOT}")
        return
    label, address = _DEEDS[rule]
    assert page.links[label].endswith(f"/orders/{number}{address}")
    assert (await browsers.of(Role.ADMIN).get(f"/orders/{number}{address}")).status_code == 200
    page = await browsers.of(Role.VIEWER).open(f"/alerts?order={number}")
    assert label in page.text
    assert label not in page.links


@pytest.mark.parametrize("rule", sorted(set(_DEEDS) - _SETTLED_ON_THE_FORM))
async def test_who_has_to_ask_somebody_finds_how_and_no_button_claims_to_ask(
    system: System, browsers: Browsers, rule: str
) -> None:
    number = await issued(system)
    # Today shows the worst only.
    nothing_else(system)
    raised(system, number, rule, occurrence=_OCCURRENCES.get(rule, ""))
    browser = browsers.of(Role.ADMIN)
    advice = RULES[rule].action.format(supplier="Acme Plating")
    for place in ("/", f"/alerts?order={number}"):
        page = await browser.open(place)
        assert advice not in page.links
        assert advice in page.text
        assert (
            f"mailto:orders@acme.example?subject={quote(f'Order {number}, purchase order PO-7781')}"
            in page.html
        )


async def test_a_form_filled_in_for_a_supplier_says_how_to_ask_there_in_its_language(
    system: System, browsers: Browsers
) -> None:
    number = await issued(system)
    chinese = browsers.of(Role.BUYER, locale="zh")
    page = await chinese.open(f"/orders/{number}/report-milestone")
    # Who writes reads Chinese; who gets the mail does not.
    assert (
        f"mailto:orders@acme.example?subject={quote(f'Order {number}, purchase order PO-7781')}" in page.html
    )
    page = await chinese.open(f"/orders/{number}/hold")
    assert "mailto:" not in page.html


async def test_parts_our_dock_has_not_sent_lead_to_the_form_that_sends_them(
    system: System, browsers: Browsers
) -> None:
    number = await issued(system)
    raised(system, number, "ship_overdue", owed_by="receiving")
    page = await browsers.of(Role.RECEIVING).open(f"/alerts?order={number}")
    assert page.links["Send the parts"].endswith(f"/orders/{number}/send")


async def test_the_supplier_is_called_by_its_name(system: System, browsers: Browsers) -> None:
    number = await issued(system)
    alert = raised(system, number, "ack_overdue")
    words = said(await browsers.of(Role.BUYER).open(f"/alerts?order={number}"), alert)
    assert "Who owes Acme Plating" in words
    assert "the supplier" not in words.partition("Answer it")[0]
    (told,) = (await system.get(f"/orders/{number}/alerts"))["items"]
    assert told["recommended_action"] == "Call Acme Plating"


async def test_a_silent_supplier_is_silent_for_days(system: System, browsers: Browsers) -> None:
    number = await issued(system)
    alert = raised(system, number, "no_news", days=6)
    assert "silent 6 days" in said(await browsers.of(Role.PLANNER).open(f"/alerts?order={number}"), alert)


async def test_what_an_alert_is_about_is_said_in_words(system: System, browsers: Browsers) -> None:
    number = await issued(system)
    paper = raised(system, number, "document_missing", details="coc")
    step = raised(system, number, "milestone_overdue", details="Plated · 2031-12-17")
    day = raised(system, number, "forecast_late", details="2031-12-18")
    shipped = raised(system, number, "ship_overdue", details="promised 2031-11-13 · out: 1200 C62, 4.5 KGM")
    here = raised(system, number, "receipt_overdue", details="needed 2031-12-17")
    page = await browsers.of(Role.PLANNER).open(f"/alerts?order={number}")
    assert "Not shipped as promised: promised Thu, 13 Nov 2031 · 1,200 pcs, 4.5 kg out" in said(
        page, shipped
    ).replace("\u00a0", " ")
    assert "Needed and not here: needed Wed, 17 Dec 2031" in said(page, here).replace("\u00a0", " ")
    assert "Document missing: Certificate of conformance" in said(page, paper)
    assert "Milestone overdue: Plated · Wed, 17 Dec 2031" in said(page, step).replace("\u00a0", " ")
    assert "Will be late: Thu, 18 Dec 2031" in said(page, day).replace("\u00a0", " ")


async def test_an_answer_is_kept_and_moves_the_alert_to_the_answered_ones(
    system: System, browsers: Browsers
) -> None:
    number, alert = await declined(system)
    planner = browsers.of(Role.PLANNER)
    page = await planner.open(f"/alerts?order={number}")
    page = await planner.send(
        page, f"/alerts/{alert}", cause="capacity", cause_text="until May", action="Delta quotes tomorrow"
    )
    assert "Your answer is kept" in page.text
    assert f"order={number}" in page.url, "one comes back to what one looked at"
    assert f'id="{alert}"' not in page.html
    words = said(await planner.open(f"/alerts?state=answered&order={number}"), alert)
    assert "No capacity at the supplier: until May" in words
    assert "Delta quotes tomorrow" in words
    (kept,) = (await system.get(f"/orders/{number}/alerts"))["items"]
    assert (kept["cause"], kept["action"]) == ("capacity: until May", "Delta quotes tomorrow")


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"cause": "", "action": "called them"}, "cause", "Choose what caused it."),
        ({"cause": "other", "action": "called them"}, "cause_text", "Say in a few words what caused it."),
        ({"cause": "ours", "action": " ", "cause_text": "kept"}, "action", "Say what is done about it."),
    ],
)
async def test_a_wrong_answer_is_kept_with_what_is_wrong_beside_it(
    system: System, browsers: Browsers, typed: dict[str, str], field: str, sentence: str
) -> None:
    number, alert = await declined(system)
    buyer = browsers.of(Role.BUYER)
    page = await buyer.send(await buyer.open(f"/alerts?order={number}"), f"/alerts/{alert}", **typed)
    assert page.status == 422
    assert sentence in page.links, "the summary leads to the field"
    assert page.links[sentence].endswith(f"#{field}")
    form = page.form_to(f"/alerts/{alert}")
    assert {name: form.fields[name].strip() for name in typed} == {
        name: value.strip() for name, value in typed.items()
    }
    page = await buyer.send(page, f"/alerts/{alert}", cause="ours", action="called them")
    assert "Your answer is kept" in page.text


async def test_one_alert_is_answered_once_however_often_the_form_is_sent(
    system: System, browsers: Browsers
) -> None:
    number, alert = await declined(system)
    buyer = browsers.of(Role.BUYER)
    page = await buyer.open(f"/alerts?order={number}")
    fields = page.form_to(f"/alerts/{alert}").fields | {"cause": "ours", "action": "moved"}
    answers = [await buyer.post(f"/alerts/{alert}", fields) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    second = await buyer.send(page, f"/alerts/{alert}", form="another", cause="ours", action="again")
    assert second.status == 409
    assert "was acknowledged already" in second.text


async def test_who_may_not_answer_sees_why_not_and_is_refused(system: System, browsers: Browsers) -> None:
    number, alert = await declined(system)
    viewer = browsers.of(Role.VIEWER)
    page = await viewer.open(f"/alerts?order={number}")
    assert not [form for form in page.forms if alert in form.action]
    assert "Buyers, planners and quality answer alerts." in page.text
    refused = await viewer.post(f"/alerts/{alert}", {"cause": "ours", "action": "x"})
    assert refused.status_code == 403


async def test_an_alert_there_is_not_is_said_to_be_none(system: System, browsers: Browsers) -> None:
    refused = await browsers.of(Role.BUYER).post("/alerts/SO-0-A1", {"cause": "ours", "action": "x"})
    assert refused.status_code == 404
    assert "There is no alert SO-0-A1." in refused.text


async def test_an_alert_has_an_address_that_leads_to_where_it_stands(
    system: System, browsers: Browsers
) -> None:
    number, alert = await declined(system)
    planner = browsers.of(Role.PLANNER)
    assert (await planner.get(f"/alerts/{alert}")).headers["location"] == f"/alerts?order={number}#{alert}"
    await system.post(Role.PLANNER, f"/alerts/{alert}/acknowledge", {"cause": "ours", "action": "moved"})
    there = (await planner.get(f"/alerts/{alert}")).headers["location"]
    assert there == f"/alerts?order={number}&state=answered#{alert}"
    assert (await planner.get("/alerts/SO-0-A1")).status_code == 404


async def test_filters_narrow_the_list_and_count_what_they_would_show(
    system: System, browsers: Browsers
) -> None:
    number, _ = await declined(system)
    raised(system, number, "no_news")
    raised(system, number, "ack_overdue", cleared_at=now())
    planner = browsers.of(Role.PLANNER)
    page = await planner.open(f"/alerts?order={number}")
    assert "Open 2 Answered 0 Resolved 1" in page.text
    assert "Silent supplier (1)" in page.text
    page = await planner.open(f"/alerts?order={number}&rule=no_news")
    assert len(re.findall(r'<article class="alert"', page.html)) == 1
    assert "Acme Plating (1)" in page.text
    page = await planner.open("/alerts?supplier=NOBODY&rule=no_rule&state=answered")
    assert "No alert fits these filters." in page.text
    assert "There is no supplier with the code NOBODY." in page.text
    assert "There is no reason for alerts called no_rule." in page.text
    assert page.links["Take this filter away"].endswith("/alerts?state=answered&supplier=NOBODY")
    page = await planner.open("/alerts?supplier=ACME&rule=no_news")
    assert "Take this filter away" not in page.links


async def test_a_state_there_is_not_is_said_to_be_none_above_the_open_alerts(
    system: System, browsers: Browsers
) -> None:
    number, alert = await declined(system)
    page = await browsers.of(Role.BUYER).open(f"/alerts?state=x&order={number}")
    assert page.status == 200
    assert "There is no state of alerts called x." in page.text
    assert page.links["Take this filter away"].endswith(f"/alerts?order={number}")
    assert said(page, alert)


async def test_a_cleared_alert_says_how_long_it_lasted(system: System, browsers: Browsers) -> None:
    number = await issued(system)
    alert = raised(system, number, "no_news", days=6, cleared_at=now() - timedelta(days=2))
    words = said(await browsers.of(Role.VIEWER).open(f"/alerts?state=cleared&order={number}"), alert)
    assert "4 days" in words
    assert "silent" not in words
    assert "Answer it" not in words


async def test_controlled_orders_have_no_alerts_for_people_who_are_not_cleared(
    system: System, browsers: Browsers
) -> None:
    number, alert = await declined(system)
    with system.database.write() as session:
        session.get_one(OrderRow, number).export_controlled = True
    assert alert not in (await browsers.of(Role.BUYER).open(f"/alerts?order={number}")).html
    assert (await browsers.of(Role.BUYER).post(f"/alerts/{alert}", {"action": "x"})).status_code == 404
    assert alert in (await browsers.of(Role.BUYER, cleared=True).open(f"/alerts?order={number}")).html


@pytest.mark.parametrize(("locale", "heading"), [("zh", "警报"), ("es", "Alertas")])
async def test_it_is_there_in_other_languages(
    system: System, browsers: Browsers, locale: str, heading: str
) -> None:
    await declined(system)
    page = await browsers.of(Role.PLANNER, locale=locale).open("/alerts")
    assert page.heading == heading
    assert "Answer it" not in page.text
