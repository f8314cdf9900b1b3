"""Loads as a supplier reports them, and parcels that name them."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from models.domain.authority import Role
from tests.stories import LOT
from tests.supplier.phone import opened
from tests.supplier.steps import order, rows, sent, there
from tests.systems import System


def clock(system: System, hours: int) -> str:
    """What a clock at the supplier showed so many hours ago, as a browser writes it."""
    now: datetime = system.app.state.clock()
    local = (now - timedelta(hours=hours)).astimezone(ZoneInfo("Europe/Berlin"))
    return local.strftime("%Y-%m-%dT%H:%M")


async def test_what_is_wrong_is_said_of_the_row_it_is_in(system: System) -> None:
    number = await there(system)
    phone, page = await opened(system, number)
    form = await phone.open(page.links["Report the process"])
    page = await phone.press(
        form,
        "process",
        equipment="Barrel line 2",
        load="F-17",
        started_at=clock(system, 3),
        ended_at=clock(system, 2),
        lots__0__quantity="a dozen",
        parameters__1__value="40 A",
    )
    assert page.status == 422
    assert page.links["Parameter 2: Say what was set or measured."].endswith("#parameters-1-name")
    row = f"FLANGE-DN50 B · {LOT} · Quantity: a dozen is not a number."
    assert page.links[row].endswith("#lots-0-quantity")


async def test_a_load_is_reported_and_its_parcel_names_it(system: System) -> None:
    number = await there(system)
    phone, page = await opened(system, number)
    form = await phone.open(page.links["Report the process"])
    assert form.heading == "How was FLANGE-DN50 B processed?"
    page = await phone.press(
        form,
        "process",
        equipment="Barrel line 2",
        load="F-17",
        started_at=clock(system, 3),
        ended_at=clock(system, 2),
        lots__0__quantity="12",
        parameters__0__name="pH",
        parameters__0__value="5.6",
        parameters__1__name="Current",
        parameters__1__value="40 A",
    )
    assert page.status == 200
    assert "You reported load F-17 on Barrel line 2: 12 pcs." in page.text.replace("\u00a0", " ")
    assert "Load F-17 · Barrel line 2 · " in page.text
    (load,) = (await system.get(f"/orders/{number}"))["lines"][0]["processes"]
    assert load["parameters"] == {"pH": "5.6", "Current": "40 A"}
    assert load["lots"] == [{"lot": LOT, "quantity": "12"}]
    began = datetime.fromisoformat(load["started_at"]).astimezone(ZoneInfo("Europe/Berlin"))
    assert began.strftime("%Y-%m-%dT%H:%M") == clock(system, 3)

    # The next one begins with what was typed for the last.
    form = await phone.open(page.links["Report the process"])
    assert form.form("process").fields["equipment"] == "Barrel line 2"
    assert form.form("process").fields["parameters.1.name"] == "Current"
    assert form.form("process").fields["parameters.1.value"] == ""

    ship = await phone.open(page.links["Announce a parcel"])
    assert "Processed in load" in ship.text
    page = await phone.press(ship, "ship", lines__0__quantity="12", lines__0__load="F-17")
    assert page.status == 200
    parcel = (await system.get(f"/orders/{number}"))["parcels"][0]
    assert parcel["contents"] == [{"line": 1, "lot": LOT, "quantity": "12", "load": "F-17"}]


async def test_what_is_wrong_with_a_load_is_said_at_its_field_and_kept(system: System) -> None:
    number = await sent(system)
    phone, page = await opened(system, number)
    form = await phone.open(f"{page.url}/process")
    good = {
        "equipment": "Bath 3",
        "load": "F-1",
        "started_at": clock(system, 3),
        "ended_at": clock(system, 2),
        "lots__0__quantity": "20",
        "parameters__0__name": "pH",
        "parameters__0__value": "5.6",
    }
    before = rows(system)["event"]
    for wrong, words, field in (
        ({"equipment": ""}, "Enter something here.", "equipment"),
        ({"load": ""}, "Enter something here.", "load"),
        ({"started_at": ""}, "Enter the day and the time.", "started_at"),
        ({"started_at": "yesterday"}, "yesterday is not a time;", "started_at"),
        ({"ended_at": clock(system, 4)}, "It cannot end before it began.", "ended_at"),
        ({"ended_at": clock(system, -30)}, "is in the future.", "ended_at"),
        ({"lots__0__quantity": ""}, "Enter how many were in the load.", "lots-0-quantity"),
        ({"lots__0__quantity": "21"}, "20 of lot", "lots-0-quantity"),
        ({"lots__0__quantity": "1.5"}, "too many decimals", "lots-0-quantity"),
        ({"parameters__0__name": ""}, "Say what was set or measured.", "parameters-0-name"),
        (
            {"parameters__1__name": "pH", "parameters__1__value": "6"},
            "pH is given twice.",
            "parameters-1-name",
        ),
        ({"parameters__0__name": "x" * 61}, "Enter at most 60 characters.", "parameters-0-name"),
    ):
        typed = {**good, **wrong}
        answer = await phone.press(form, "process", **typed)
        assert answer.status in (409, 422), (wrong, answer.text)
        places = [at for text, at in answer.links.items() if words in text]
        assert places, (wrong, answer.text)
        assert places[0].endswith(f"#{field}"), (wrong, places)
        for name, value in typed.items():
            assert answer.form("process").fields[name.replace("__", ".")] == value
        form = await phone.open(f"{page.url}/process")
    assert rows(system)["event"] == before


async def test_before_anything_was_sent_there_is_nothing_to_report(system: System) -> None:
    number = await order(system)
    phone, page = await opened(system, number)
    assert (await phone.open(f"{page.url}/process")).url == page.url


async def test_the_process_is_asked_in_the_reader_s_language(system: System) -> None:
    number = await there(system)
    for language, heading in (
        ("zh", "FLANGE-DN50 B 是怎样加工的？"),
        ("es", "¿Cómo se procesó FLANGE-DN50 B?"),
    ):
        phone, page = await opened(system, number, language=language)
        assert (await phone.open(f"{page.url.partition('?')[0]}/process")).heading == heading


async def test_an_ended_order_takes_no_load(system: System) -> None:
    number = await order(system)
    await system.command(Role.BUYER, number, "cancel", reason="Placed twice")
    phone, page = await opened(system, number)
    assert (await phone.open(f"{page.url}/process")).url == page.url
