"""Recalls on their pages: begun, recorded, signed, approved, without a line of script."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import insert, select, update
from temporalio.testing import WorkflowEnvironment

from api.recall_words import FIGURES, GAPS
from models.domain.authority import Role
from models.domain.balance import FIGURES as BALANCE
from models.domain.recall_scope import Gap
from models.tables.lots import Lot
from models.tables.shop_floor import Customer
from models.tables.types import table
from tests.domain.orders import NOW
from tests.pages.browser import Browser, Browsers, StaffPage
from tests.systems import System, on_sqlite, running
from tests.traced import tell_story

CUSTOMERS = table(Customer)


@pytest.fixture(scope="module")
async def system(
    temporal_env: WorkflowEnvironment, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[System]:
    """The product on SQLite with the story of one heat in it; nobody delivers its mails."""
    settings = on_sqlite(tmp_path_factory.mktemp("product"), sqlite_template, relay_interval=3600.0)
    async with running(settings, temporal_env.client, working=False) as system:
        with system.database.write() as session:
            tell_story(session)
        yield system


async def begun(quality: Browser, *, kind: str = "drill") -> StaffPage:
    page = await quality.open("/recalls?about=HX-1")
    return await quality.send(page, "/recalls", reason="Wrong melt", kind=kind)


def path(page: StaffPage) -> str:
    return urlsplit(page.url).path


def test_every_gap_and_every_figure_of_a_balance_has_words() -> None:
    assert GAPS.keys() == set(Gap)
    assert FIGURES.keys() == set(BALANCE) - {"made"}


async def test_a_drill_goes_from_its_lot_to_the_signed_report(system: System, browsers: Browsers) -> None:
    quality = browsers.of(Role.QUALITY)
    page = await begun(quality)
    assert "2 customers got 250 pcs of FLANGE" in page.text
    assert "since disclosure" in page.text
    assert "Contoso has no contact to write to" in page.text
    assert "100 % of all pieces accounted for" in page.text
    number = path(page)
    unready = await quality.send(page, f"{number}/sign", signature="Ana Ruiz")
    assert unready.status == 409
    assert "Name who took part." in unready.text
    typed = {"team": "Ana Ruiz\nBo Li", "conclusion": "All found", "retest_on": "2099-01-04"}
    half = await quality.send(page, f"{number}/record", **typed, actions__0__what="Quarantine")
    assert half.status == 422
    assert "Say who does it." in half.text
    action = {"actions__0__what": "Quarantine", "actions__0__owner": "Bo Li"}
    page = await quality.send(half, f"{number}/record", **typed, **action)
    assert "Not signed yet" in page.text
    unsigned = await quality.send(page, f"{number}/sign", signature="")
    assert unsigned.status == 422
    page = await quality.send(page, f"{number}/sign", signature="Ana Ruiz")
    assert "from disclosure to the signed report" in page.text
    assert "Quarantine Bo Li" in page.text
    assert not any(form.action.endswith("/record") for form in page.forms)
    nothing_new = await quality.send(page, f"{number}/sign", signature="Ana Ruiz")
    assert nothing_new.status == 409
    assert "You signed this report of" in nothing_new.text
    other = browsers.of(Role.QUALITY, Role.VIEWER)
    page = await other.send(await other.open(number), f"{number}/sign", signature="Cy Stone")
    assert "Cy Stone · quality" in page.text
    assert "superseded" not in page.text
    page = await quality.open(number)
    again = {"signature": "Bo Li", "conclusion": "All found, twice"}
    page = await quality.send(page, f"{number}/sign", **again)
    assert "Ana Ruiz · quality · superseded" in page.text
    assert "All found, twice" in page.text
    listed = await browsers.of(Role.VIEWER).open("/recalls")
    assert number.removeprefix("/recalls/") in listed.text
    assert not any("reason" in form.fields for form in listed.forms)


async def test_a_recall_says_that_what_it_is_about_is_no_longer_in_the_books(
    system: System, browsers: Browsers
) -> None:
    rows = table(Lot)
    with system.database.write() as session:
        lot = {"number": "RV-1", "part": "FLANGE", "quantity": 1, "uom": "C62", "on_hand": 1}
        session.execute(insert(rows).values(**lot, heat_number="HX-RV", held=False, created_at=NOW))
    quality = browsers.of(Role.QUALITY)
    page = await quality.send(
        await quality.open("/recalls?about=HX-RV"), "/recalls", reason="Melt", kind="real"
    )
    with system.database.write() as session:
        session.execute(update(rows).where(rows.c.number == "RV-1").values(heat_number=None))
    page = await quality.open(path(page))
    assert page.status == 200
    assert "▲ HX-RV is no longer in the books" in page.text


async def test_a_lot_is_drawn_with_one_click(system: System, browsers: Browsers) -> None:
    quality = browsers.of(Role.QUALITY)
    page = await quality.open("/recalls")
    forms = [form for form in page.forms if urlsplit(form.action).path == "/recalls"]
    answer = await quality.post("/recalls", forms[1].fields | {"draw": "yes"})
    page = await quality.open(answer.headers["location"])
    assert "· drawn" in page.text
    nameless = await quality.send(await quality.open("/recalls"), "/recalls", reason="Why", kind="real")
    assert nameless.status == 422
    assert "Enter what the recall is about." in nameless.text


async def test_a_real_recall_writes_to_customers_once_approved(system: System, browsers: Browsers) -> None:
    with system.database.write() as session:
        known = [{"name": "Ann Lee", "email": "ann@northwind.example"}]
        session.execute(update(CUSTOMERS).where(CUSTOMERS.c.code == "NORTHWIND").values(contacts=known))
    quality = browsers.of(Role.QUALITY)
    number = path(await begun(quality, kind="real"))
    approver = browsers.of(Role.APPROVER)
    page = await approver.open(number)
    unsigned = await approver.send(page, f"{number}/approve", name="")
    assert unsigned.status == 422
    page = await approver.send(page, f"{number}/approve", name="Cy Stone")
    assert "Ann Lee · ann@northwind.example waiting to be sent" in page.text
    assert "Cy Stone" in page.text
    page = await quality.open(number)
    assert not any(form.action.endswith("/approve") for form in page.forms)
    held = await quality.send(page, f"{number}/hold")
    assert "Put on hold" in held.text
    again = await quality.send(page, f"{number}/hold")
    assert "is on hold already" in again.text
    # Nothing is left to be held: what is on hold says so.
    page = await quality.open(number)
    assert not any(form.action.endswith("/hold") for form in page.forms)
    assert "yes · on hold" in page.text
    # The signed report stays as it was signed: a lot may have become free since, or a new one be reached.
    done = {"team": "Ana Ruiz", "conclusion": "All found", "retest_on": "2099-01-04"}
    done |= {"actions__0__what": "Quarantine", "actions__0__owner": "Bo Li"}
    await quality.send(page, f"{number}/record", **done)
    page = await quality.send(await quality.open(number), f"{number}/sign", signature="Bo Li")
    assert "yes · on hold" in page.text
    assert any(form.action.endswith("/hold") for form in page.forms)


async def test_who_approves_with_the_name_of_their_account_is_named_once(
    system: System, browsers: Browsers
) -> None:
    number = path(await begun(browsers.of(Role.QUALITY), kind="real"))
    approver = browsers.of(Role.APPROVER, name="Abel Stone")
    page = await approver.send(await approver.open(number), f"{number}/approve", name="Abel Stone")
    approved = page.text.partition("Mails to customers approved")[2][:60]
    assert approved.count("Abel Stone") == 1


async def test_the_report_can_be_kept_as_a_file(system: System, browsers: Browsers) -> None:
    quality = browsers.of(Role.QUALITY, locale="zh")
    number = path(await begun(quality))
    assert (await quality.get(f"{number}.pdf")).content.startswith(b"%PDF-")
    assert (await quality.get(f"{number}.csv")).text.startswith("\ufeffwhat,number")
    assert (await quality.get("/recalls/RC-1999-1.pdf")).status_code == 404
    assert (await browsers.of(Role.BUYER).post(f"{number}/sign", {"signature": "Bo"})).status_code == 403


async def test_how_long_drills_took_is_drawn_once_there_are_two(system: System, browsers: Browsers) -> None:
    quality = browsers.of(Role.QUALITY)
    record = {"team": "Ana", "conclusion": "Found", "retest_on": "2099-01-04"}
    for _ in range(2):
        page = await begun(quality)
        page = await quality.send(page, f"{path(page)}/record", **record)
        await quality.send(page, f"{path(page)}/sign", signature="Ana")
    page = await quality.open("/recalls")
    assert len([tag for tag, _ in page.tags if tag == "rect"]) >= 2
    drawn = next(given for tag, given in page.tags if tag == "svg" and given.get("role") == "img")
    assert drawn["aria-label"].startswith("Minutes of the last drills")


async def test_the_times_of_a_recall_stand_with_their_day_and_year(
    system: System, browsers: Browsers
) -> None:
    """It is printed and kept: a clock alone would say nothing."""
    quality = browsers.of(Role.QUALITY)
    page = await quality.open(path(await begun(quality)))
    now = system.app.state.clock()
    disclosed = page.text.partition("Disclosed")[2][:60]
    assert f"{now:%Y}" in disclosed
    assert f"{now:%b}" in disclosed


async def test_of_what_nothing_is_called_one_click_begins_it_with_what_has_it_in_its_name(
    system: System, browsers: Browsers
) -> None:
    quality = browsers.of(Role.QUALITY)
    typed = {"identifier": "j4520-", "reason": "Wrong melt", "kind": "drill"}
    page = await quality.send(await quality.open("/recalls"), "/recalls", **typed)
    assert page.status == 404
    assert "Nothing is called j4520-" in page.text
    assert "These have it in their name. Is it one of them? J4520-A Lot · FLANGE" in page.text
    page = await quality.send(page, "/recalls", identifier="lot:J4520-A")
    assert "J4520-A" in page.text
    assert "since disclosure" in page.text


@pytest.mark.parametrize(("locale", "kind"), [("en", "Heat"), ("es", "Colada"), ("zh", "炉")])
async def test_things_of_one_name_are_offered_in_the_reader_s_words(
    system: System, browsers: Browsers, locale: str, kind: str
) -> None:
    with system.database.write() as session:
        rows = table(Lot)
        twin = {"number": "HX-1", "part": "4140-BAR", "quantity": 1, "uom": "C62", "on_hand": 1}
        if session.execute(select(rows.c.number).where(rows.c.number == "HX-1")).first() is None:
            session.execute(insert(rows).values(**twin, held=False, created_at=system.app.state.clock()))
    quality = browsers.of(Role.QUALITY, locale=locale)
    page = await begun(quality)
    assert page.status == 300
    assert kind in page.text
    assert "heat · " not in page.text
