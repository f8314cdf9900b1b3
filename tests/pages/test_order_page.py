"""The page of an order: how it stands, what is next, where the pieces and papers are, what happened."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import event
from temporalio.testing import WorkflowEnvironment

from models.domain.authority import Role
from models.settings import Settings
from tests.pages.alarms import declined
from tests.pages.browser import Browsers, StaffPage
from tests.pages.doing import at
from tests.stories import BEHALF, LOT, draft, issued, master_data
from tests.supplier.phone import opened
from tests.supplier.steps import PDF
from tests.supplier.test_waiting import temporal_away
from tests.systems import System, running


def part(page: StaffPage, name: str) -> str:
    """The words of one section of the page."""
    found = re.search(rf'<section class="\w+" aria-labelledby="{name}">(.*?)</section>', page.html, re.DOTALL)
    return " ".join(re.sub(r"<[^>]*>", " ", found[1]).replace("\u00a0", " ").split()) if found else ""


def links(page: StaffPage) -> set[str]:
    return {given["href"] for tag, given in page.tags if tag == "a" and "href" in given}


async def upload(system: System, number: str, **printed: str) -> dict[str, object]:
    answer = await system.login(Role.QUALITY).post(
        f"/api/v1/orders/{number}/documents",
        params={"type": "coc", **printed},
        content=PDF,
        headers={"Content-Type": "application/pdf", "X-Filename": "coc.pdf"},
    )
    assert answer.status_code == 201, answer.text
    made: dict[str, object] = answer.json()
    return made


@pytest.mark.parametrize(
    ("point", "sentence"),
    [
        ("issued", "Acme Plating owes an answer"),
        ("accepted", "Pieces are still to be sent to Acme Plating"),
        ("sent", "Pieces are on their way to Acme Plating · 0 of 20 pcs back"),
        ("there", "Acme Plating is working on it · 0 of 20 pcs back"),
        ("measured", "Quality owes a review of measured values · 0 of 20 pcs back"),
        ("shipped", "Pieces are on their way back from Acme Plating · 0 of 20 pcs back"),
        ("rejected", "Quality owes a decision about rejected pieces · 20 of 20 pcs back"),
    ],
)
async def test_one_sentence_says_who_owes_what_and_how_many_are_back(
    system: System, browsers: Browsers, point: str, sentence: str
) -> None:
    number = await at(system, point)
    page = await browsers.of(Role.VIEWER).open(f"/orders/{number}")
    assert page.heading.replace("\u00a0", " ") == sentence
    assert page.texts["title"][0].startswith(number)


async def test_the_next_step_is_a_button_for_whoever_may_take_it(system: System, browsers: Browsers) -> None:
    number = await at(system, "rejected")
    quality = await browsers.of(Role.QUALITY).open(f"/orders/{number}")
    assert f"/orders/{number}/disposition?nonconformance={number}-N1" in links(quality)
    said = f"Decide what happens to the rejected pieces of {number}-N1 Who owes: quality"
    assert said in part(quality, "next")
    viewer = await browsers.of(Role.VIEWER).open(f"/orders/{number}")
    assert not [link for link in links(viewer) if link.startswith(f"/orders/{number}/")]
    assert "Decide about rejected pieces quality" in part(viewer, "next")


async def test_only_what_is_possible_now_is_offered_the_rest_says_why(
    system: System, browsers: Browsers
) -> None:
    number = await at(system, "sent")
    page = await browsers.of(Role.RECEIVING).open(f"/orders/{number}")
    mine = {link.removeprefix(f"/orders/{number}/") for link in links(page) if f"/{number}/" in link}
    assert mine >= {"receive", "report-milestone", "ship", "declare-loss"}
    assert not mine & {"send", "judge", "close", "cancel", "resume", "disposition"}
    words = part(page, "next")
    assert "Everything ordered has been sent. Send pieces buyer, receiving" in words
    reason = "Not possible while the order stands at “Acknowledged”; possible at: Received. It is "
    reason += "too early: do first what the order waits for now."
    assert f"{reason} Close the order buyer" in words
    assert "Cancel the order buyer" in words.split("Others can")[1].split("Not possible now")[0]


@pytest.mark.parametrize(
    ("locale", "reason", "last"),
    [
        (
            "en",
            "Not possible while the order stands at “Declined”; possible at: Issued, ",
            "Receiving, Received. Give it to another supplier, or cancel it.",
        ),
        (
            "zh",
            "订单处于“已拒绝”时不能这样做；可以的状态：已下达、",
            "收货中、已收货。请转交其他供应商，或取消订单。",
        ),
        (
            "es",
            "No es posible mientras el pedido está en «Rechazado»; es posible en: Emitido, ",
            "En recepción, Recibido. Páselo a otro proveedor o cancélelo.",
        ),
    ],
)
async def test_what_is_not_possible_is_said_once_in_the_words_of_the_page(
    system: System, browsers: Browsers, locale: str, reason: str, last: str
) -> None:
    number, _ = await declined(system)
    page = await browsers.of(Role.BUYER, locale=locale).open(f"/orders/{number}")
    said = re.findall(r'<p class="why">(.*?)</p>', page.html)
    assert len(said) == len(set(said)) > 3
    assert len([each for each in said if each.startswith(reason) and each.endswith(last)]) == 1
    assert "countered" not in page.text
    if locale == "en":
        under = part(page, "next").split(last)[1]
        assert under.index("Send pieces") < under.index("Report a load") < under.index("Not possible")


async def test_what_the_supplier_promised_is_when_the_parts_are_expected_to_leave(
    system: System, browsers: Browsers
) -> None:
    number = await issued(system)
    viewer = browsers.of(Role.VIEWER)
    assert "promised" not in part(await viewer.open(f"/orders/{number}"), "milestones")
    promise = system.app.state.clock().date() + timedelta(days=20)
    accepted = {"decision": "accept", "promise_date": str(promise)}
    await system.command(Role.BUYER, number, "acknowledge", on_behalf_of=BEHALF, **accepted)
    page = await viewer.open(f"/orders/{number}")
    shipped = part(page, "milestones").partition("Shipped ◔ promised ")[2]
    assert f"{promise:%-d %b}" in shipped.partition("○")[0]
    assert 'class="mark forecast"' in page.html


@pytest.mark.parametrize(
    ("locale", "overdue", "earlier"),
    [
        ("en", "! 3 days overdue", "earlier"),
        ("zh", "! 逾期 3 天", "早 "),
        ("es", "! vencido hace 3 días", "antes"),
    ],
)
async def test_a_promise_that_has_passed_is_called_overdue_and_not_early(
    system: System, browsers: Browsers, locale: str, overdue: str, earlier: str
) -> None:
    number = await issued(system)
    now = system.app.state.clock()
    promise = now.date() + timedelta(days=2)
    accepted = {"decision": "accept", "promise_date": str(promise)}
    await system.command(Role.BUYER, number, "acknowledge", on_behalf_of=BEHALF, **accepted)
    shipped = part(await browsers.of(Role.VIEWER, locale=locale).open(f"/orders/{number}"), "milestones")
    assert earlier in shipped
    assert overdue not in shipped
    clock = system.app.state.clock
    system.app.state.clock = lambda: now + timedelta(days=5)
    try:
        shipped = part(await browsers.of(Role.PLANNER, locale=locale).open(f"/orders/{number}"), "milestones")
    finally:
        system.app.state.clock = clock
    assert overdue in shipped
    assert earlier not in shipped


async def test_milestones_show_plan_and_what_was_done(system: System, browsers: Browsers) -> None:
    number = await at(system, "there")
    page = await browsers.of(Role.PLANNER).open(f"/orders/{number}")
    words = part(page, "milestones")
    assert "Material received ● done" in words
    assert words.count("○ planned") == 3
    marks = [given["class"] for tag, given in page.tags if tag == "svg" and "mark " in given.get("class", "")]
    assert marks == ["mark planned"] * 3 + ["mark done", "mark forecast"]


async def test_every_piece_is_on_the_bar_and_in_the_table(system: System, browsers: Browsers) -> None:
    number = await at(system, "rejected")
    page = await browsers.of(Role.VIEWER).open(f"/orders/{number}")
    words = part(page, "pieces")
    assert "3 pcs waiting to be judged 5 pcs rejected 12 pcs accepted" in words
    assert LOT in words
    segments = [given for tag, given in page.tags if tag == "rect" and given.get("height") == "24"]
    assert [segment["class"] for segment in segments] == ["piece pending", "piece rejected", "piece accepted"]


async def test_a_missing_document_says_who_owes_it_and_a_wrong_one_what_is_wrong(
    system: System, browsers: Browsers
) -> None:
    quality = browsers.of(Role.QUALITY)
    early = await quality.open(f"/orders/{await at(system, 'sent')}")
    assert "Certificate of conformance to come from Acme Plating" in part(early, "documents")

    number = await at(system, "rejected")
    page = await quality.open(f"/orders/{number}")
    assert "Certificate of conformance missing; Acme Plating owes it" in part(page, "documents")

    wrong = await upload(system, number, lot=LOT, purchase_order="PO-9999")
    words = part(await quality.open(f"/orders/{number}"), "documents")
    assert "Acme Plating owes a corrected one" in words
    assert "Purchase order: PO-9999 → PO-7781" in words

    await upload(system, number, lot=LOT, purchase_order="PO-7781", supersedes=str(wrong["document"]))
    page = await quality.open(f"/orders/{number}")
    words = part(page, "documents")
    assert "fits the order" in words
    assert "Superseded 1" in words
    file = await quality.get(f"/api/v1/documents/{wrong['document']}")
    assert file.content == PDF


@pytest.mark.parametrize("sent", [0, 20])
async def test_a_cancelled_order_of_which_nothing_was_accepted_asks_for_no_certificate(
    system: System, browsers: Browsers, sent: int
) -> None:
    number = await at(system, "sent" if sent else "accepted")
    cancelled = await system.command(Role.BUYER, number, "cancel", reason="No longer needed")
    assert cancelled["missing_documents"] == []
    if sent:
        lost = {"lines": [{"line": 1, "lot": LOT, "quantity": sent}], "reason": "Gone"}
        cancelled = await system.command(Role.RECEIVING, number, "declare-loss", **lost)
    assert (cancelled["stage"], cancelled["missing_documents"]) == ("cancelled", [])
    words = part(await browsers.of(Role.BUYER).open(f"/orders/{number}"), "documents")
    assert "Certificate of conformance not asked for any more" in words
    assert "to come from" not in words


async def test_a_wrong_certificate_of_what_comes_back_as_it_was_is_not_to_be_corrected(
    system: System, browsers: Browsers
) -> None:
    number = await at(system, "there")
    await upload(system, number, lot=LOT, purchase_order="PO-9999")
    buyer, (phone, theirs) = browsers.of(Role.BUYER), await opened(system, number)
    owes, asked = "Acme Plating owes a corrected one", "corrected, instead of coc.pdf"
    assert owes in part(await buyer.open(f"/orders/{number}"), "documents")
    assert asked in theirs.text
    await system.command(Role.BUYER, number, "cancel", reason="No longer needed")
    assert owes not in part(await buyer.open(f"/orders/{number}"), "documents")
    assert asked not in (await phone.open(theirs.url)).text


async def test_a_certificate_nothing_was_compared_of_is_not_said_to_fit(
    system: System, browsers: Browsers
) -> None:
    number = await at(system, "rejected")
    added = await upload(system, number)
    quality = browsers.of(Role.QUALITY)
    page = await quality.open(f"/orders/{number}")
    words = part(page, "documents")
    assert "nothing on it was compared with the order" in words
    assert "fits the order" not in words
    assert "✓" not in words
    # It is there all the same.
    assert "missing" not in words
    assert "Nothing on it was compared with the order." in page.text
    (read,) = (await system.get(f"/orders/{number}/documents"))["items"]
    assert (read["document"], read["matched"], read["compared"]) == (added["document"], True, False)

    await upload(system, number, lot=LOT, supersedes=str(added["document"]))
    page = await quality.open(f"/orders/{number}")
    assert "fits the order" in part(page, "documents")
    (_, read) = (await system.get(f"/orders/{number}/documents"))["items"]
    assert read["compared"]


async def test_measured_values_stand_against_their_limits(system: System, browsers: Browsers) -> None:
    number = await at(system, "there")
    results = [
        {"characteristic": "1", "sample": sample, "value": value}
        for sample, value in ((1, "8"), (2, "12.5"), (3, "10"))
    ]
    results.append({"characteristic": "2", "sample": 1, "value": "conforms"})
    await system.command(
        Role.BUYER, number, "submit-inspection", line=1, results=results, on_behalf_of=BEHALF
    )
    page = await browsers.of(Role.QUALITY).open(f"/orders/{number}")
    words = part(page, "inspections")
    assert "does not fit the plan" in words
    assert "quality owes a review" in words
    assert "1 · Coating thickness 8 – 12 um" in words
    assert "1 of 3 outside" in words
    assert "2 12.5 ! outside" in words
    assert len([1 for tag, given in page.tags if tag == "circle" and given.get("class") == "outside"]) == 1
    assert f"/orders/{number}/review-inspection?inspection={number}-I1" in links(page)


async def test_a_nonconformance_says_how_many_pieces_wait_for_whom(
    system: System, browsers: Browsers
) -> None:
    number = await at(system, "rejected")
    rework = {"quantity": 3, "decision": "rework", "at": "supplier"}
    found = {"cause": "Thin coating", "responsibility": "supplier"}
    await system.command(
        Role.QUALITY, number, "disposition", nonconformance=f"{number}-N1", lines=[rework], **found
    )
    words = part(await browsers.of(Role.VIEWER).open(f"/orders/{number}"), "nonconformances")
    assert f"{number}-N1 5 pcs" in words
    assert "undecided 2 pcs waits for quality" in words
    assert "being reworked by the supplier 3 pcs waits for Acme Plating" in words
    assert "Cause: Thin coating · Responsible: the supplier" in words


async def test_a_proposal_shows_what_it_would_change(system: System, browsers: Browsers) -> None:
    number = await at(system, "issued")
    other = [{"line": 1, "unit_price": "0.95"}]
    await system.command(
        Role.BUYER, number, "acknowledge", decision="counter", lines=other, reason="Zinc", on_behalf_of=BEHALF
    )
    page = await browsers.of(Role.BUYER).open(f"/orders/{number}")
    assert page.heading.startswith("Acme Plating proposed other terms; the buyer owes an answer")
    assert "FLANGE-DN50 B: price: 0.85 USD → 0.95 USD" in part(page, "next")
    assert "Zinc" in part(page, "stream")
    assert f"/orders/{number}/answer-counter" in links(page)


async def test_what_was_done_in_which_load_is_kept_in_sight(system: System, browsers: Browsers) -> None:
    number = await at(system, "there")
    when = (await system.get(f"/orders/{number}"))["issued_at"]
    await system.command(
        Role.PLANNER,
        number,
        "report-process",
        line=1,
        equipment="Bath 2",
        load="L-7",
        lots=[{"lot": LOT, "quantity": 20}],
        parameters={"temperature": "42"},
        started_at=when,
        ended_at=when,
        on_behalf_of=BEHALF,
    )
    words = part(await browsers.of(Role.QUALITY).open(f"/orders/{number}"), "loads")
    assert "L-7 Bath 2" in words
    assert f"20 pcs {LOT} temperature 42" in words


async def test_history_says_who_for_whom_and_shows_mails_between(system: System, browsers: Browsers) -> None:
    number = await at(system, "rejected")
    words = part(await browsers.of(Role.VIEWER).open(f"/orders/{number}"), "stream")
    assert "buyer@example.com , for Ana (by phone), accepted the order for" in words
    assert f"receiving@example.com received parcel {number}-P1 as {number}-R1." in words
    assert "20 pcs counted: 12 accepted, 5 rejected, 3 waiting to be judged" in words
    assert words.index("received parcel") < words.index("shipped 20 pcs") < words.index("issued the order")
    assert "Mail “New order” to Ana:" in words


async def test_what_a_supplier_said_behind_its_link_bears_its_name(
    system: System, browsers: Browsers
) -> None:
    number = await at(system, "issued")
    phone, page = await opened(system, number)
    await phone.press(page, "accept")
    words = part(await browsers.of(Role.VIEWER).open(f"/orders/{number}"), "stream")
    assert "Ana (Acme Plating) accepted the order for" in words


async def test_what_people_typed_is_shown_and_never_run(system: System, browsers: Browsers) -> None:
    number = await at(system, "accepted")
    await system.command(Role.BUYER, number, "hold", reason="<script>alert(1)</script> {who}")
    page = await browsers.of(Role.VIEWER).open(f"/orders/{number}")
    assert "<script>alert" not in page.html
    assert "<script>alert(1)</script> {who}" in page.text
    assert page.heading.startswith("On hold until somebody resumes it")


async def test_a_long_history_is_read_page_by_page(system: System, browsers: Browsers) -> None:
    number = await at(system, "accepted")
    for _ in range(18):
        await system.command(Role.BUYER, number, "hold", reason="again")
        await system.command(Role.BUYER, number, "resume")
    viewer = browsers.of(Role.VIEWER)
    page = await viewer.open(f"/orders/{number}")
    seen = re.findall(r'id="entry-(\d+)"', page.html)
    assert len(seen) == 30
    older = await viewer.open(page.links["Older"])
    rest = re.findall(r'id="entry-(\d+)"', older.html)
    assert [int(each) for each in seen + rest] == list(range(int(seen[0]), 0, -1))
    assert "New order" in part(older, "stream")
    assert "New order" not in part(page, "stream")
    mails = [part(each, "stream").count("Mail “") for each in (page, older)]
    assert sum(mails) == len((await system.get(f"/orders/{number}/mail"))["items"])
    assert "Older" not in older.links


async def test_what_was_just_sent_is_confirmed_or_refused_in_words(
    system: System, browsers: Browsers
) -> None:
    number = await at(system, "accepted")
    for reason, expected in (("drawing", 200), ("again", 409)):
        await system.command(Role.BUYER, number, "hold", reason=reason, status=expected)
    with system.database.read() as session:
        connection = session.connection()
        query = "select id, status from command where order_number = ? and name = 'hold' order by sequence"
        done, refused = [row[0] for row in connection.exec_driver_sql(query, (number,))]
    viewer = browsers.of(Role.VIEWER)
    page = await viewer.open(f"/orders/{number}?saved={done}")
    assert "Done: holding the order." in page.text
    page = await viewer.open(f"/orders/{number}?saved={refused}")
    assert "Not done: holding the order." in page.text
    assert "The order is on hold (drawing)." in page.text
    other = await at(system, "issued")
    page = await viewer.open(f"/orders/{other}?saved={done}")
    assert "Done:" not in page.text


async def test_a_command_that_waits_is_shown_as_saved(
    make_settings: Callable[..., Settings],
    sqlite_url: str,
    temporal_env: WorkflowEnvironment,
    temporal_address: str,
) -> None:
    settings = make_settings(database_url=sqlite_url, update_timeout=0.2)
    async with running(settings, temporal_env.client, working=False) as system:
        await master_data(system)
        number = await draft(system, quantity=20)
        waiting = await system.command(Role.BUYER, number, "issue", status=202)
        browsers = Browsers(system)
        page = await browsers.of(Role.BUYER).open(f"/orders/{number}?saved={waiting['command']}")
        assert "Saved, being applied: issuing the order." in page.text
        assert "Issuing it is saved, being applied." in page.text
        assert f"/orders/{number}/issue" not in links(page)
        await browsers.close()


async def test_another_reader_sees_what_waits_to_be_applied(system: System, browsers: Browsers) -> None:
    """Whoever opens the page while Temporal is away, not only who just sent it."""
    number = await at(system, "accepted")
    viewer = browsers.of(Role.VIEWER)
    assert "being applied" not in part(await viewer.open(f"/orders/{number}"), "next")
    async with temporal_away(system):
        await system.command(Role.BUYER, number, "hold", reason="drawing", status=202)
        words = part(await viewer.open(f"/orders/{number}"), "next")
    assert "Hold the order: saved, being applied buyer@example.com" in words


async def test_a_draft_is_issued_or_edited_from_its_page(system: System, browsers: Browsers) -> None:
    number = await draft(system, quantity=20)
    page = await browsers.of(Role.BUYER).open(f"/orders/{number}")
    assert page.heading == "Draft: nobody outside has seen it"
    assert "Acme Plating · Plating" in page.text
    assert {f"/orders/{number}/issue", f"/orders/{number}/edit"} <= links(page)
    assert LOT in part(page, "lines")
    assert "17.00 USD" in page.text.replace("\u00a0", " ")
    viewer = await browsers.of(Role.VIEWER).open(f"/orders/{number}")
    assert not [link for link in links(viewer) if link.startswith(f"/orders/{number}/")]


async def test_a_controlled_order_does_not_exist_for_the_uncleared(
    system: System, browsers: Browsers
) -> None:
    number = await at(system, "issued")
    with system.database.write() as session:
        session.connection().exec_driver_sql(
            "update orders set export_controlled = 1 where number = ?", (number,)
        )
    page = await browsers.of(Role.BUYER).open(f"/orders/{number}")
    nothing = await browsers.of(Role.BUYER).open("/orders/SO-1999-00001")
    assert (page.status, nothing.status) == (404, 404)
    assert page.text.replace(number, "") == nothing.text.replace("SO-1999-00001", "")
    cleared = await browsers.of(Role.BUYER, cleared=True).open(f"/orders/{number}")
    assert cleared.status == 200


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("zh", ["待质量部门处置不合格零件", "零件在哪里", "目前不可", "下达了订单"]),
        (
            "es",
            [
                "Calidad debe una decisión",
                "Dónde están las piezas",
                "Ahora no es posible",
                "emitió el pedido",
            ],
        ),
    ],
)
async def test_it_reads_in_the_readers_language(
    system: System, browsers: Browsers, locale: str, words: list[str]
) -> None:
    number = await at(system, "rejected")
    page = await browsers.of(Role.BUYER, locale=locale).open(f"/orders/{number}")
    assert all(each in page.text for each in words)
    for english in ("Where the", "Not possible", "received parcel", "accepted", "Next", "planned"):
        assert english not in page.text


async def test_measured_values_are_written_with_the_readers_mark(system: System, browsers: Browsers) -> None:
    number = await at(system, "measured")
    for locale, value in (("es", "10,1"), ("zh", "10.1")):
        quality = browsers.of(Role.QUALITY, locale=locale)
        assert value in part(await quality.open(f"/orders/{number}"), "inspections")
        assert value in (await quality.open(f"/orders/{number}/review-inspection")).text


async def test_chinese_brackets_have_no_spaces_around_them(system: System, browsers: Browsers) -> None:
    number = await at(system, "accepted")
    page = await browsers.of(Role.BUYER, locale="zh").open(f"/orders/{number}")
    assert "（代 Ana，电话）接受了订单" in page.text
    assert not re.search(r"[（）] | [（）]", re.sub(r"<[^>]*>", "", page.html))


async def test_it_asks_the_database_little(system: System, browsers: Browsers) -> None:
    number = await at(system, "rejected")
    viewer = browsers.of(Role.VIEWER)
    await viewer.open(f"/orders/{number}")
    asked: list[str] = []

    def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            asked.append(statement)

    # The relay asks now and then, too; it is not behind every visit.
    visits = []
    event.listen(system.database.engine, "before_cursor_execute", count)
    try:
        for _ in range(3):
            asked.clear()
            await viewer.open(f"/orders/{number}")
            visits.append(list(asked))
    finally:
        event.remove(system.database.engine, "before_cursor_execute", count)
    asked = min(visits, key=len)
    # One of them is the register of specifications.
    assert 5 < len(asked) <= 14, asked
