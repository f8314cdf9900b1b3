"""The emailed link: whom it opens for, what it never does, and how a dead one comes back to life."""

from __future__ import annotations

import asyncio
import logging
import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update
from structlog.testing import capture_logs

from api.app import create_app
from api.supplier.opening import ASKING_SECONDS
from models.domain.authority import Role
from models.domain.tokens import fingerprint
from models.tables.orders import LinkRow
from models.tables.types import table
from tests.smtp import Received
from tests.supplier.phone import Page, Phone, link_in, mailed_link, mails_to, opened
from tests.supplier.steps import order, rows
from tests.systems import System

WRONG = "w" * 43
_LINKS = table(LinkRow)


async def test_the_token_is_swapped_for_a_cookie_of_its_own_path(system: System) -> None:
    link = await mailed_link(system, await order(system))
    answer = await system.client().get(link)
    assert answer.status_code == 303
    clean = answer.headers["location"]
    assert clean.startswith("/s/o/")
    token = link.rpartition("/")[2]
    assert token not in answer.headers["set-cookie"]
    flags = {
        part.strip().partition("=")[0].lower(): part.partition("=")[2]
        for part in answer.headers["set-cookie"].split(";")
    }
    assert flags["path"] == clean
    assert {"httponly", "samesite", "max-age"} <= flags.keys()
    assert "secure" not in flags
    phone = Phone(system.client())
    page = await phone.open(link)
    assert token not in page.html
    assert token not in page.url


async def test_over_https_the_cookie_is_secure(system: System) -> None:
    link = await mailed_link(system, await order(system))
    settings = system.settings.model_copy(update={"public_url": "https://sendout.example"})
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        secure = System(app, settings, system.temporal, system.smtp).client()
        answer = await secure.get(f"/s/{link.rpartition('/')[2]}")
    assert "Secure" in answer.headers["set-cookie"]


async def test_looking_changes_nothing(system: System) -> None:
    number = await order(system)
    phone, page = await opened(system, number)
    before = rows(system)
    link = await mailed_link(system, number)
    addresses = [
        link,
        page.url,
        *(
            f"{page.url}/{task}"
            for task in ("answer", "arrived", "progress", "measure", "document", "ship", "x")
        ),
    ]
    for address in addresses:
        for method in ("GET", "HEAD"):
            answer = await phone.client.request(method, address, follow_redirects=True)
            assert answer.status_code == 200, f"{method} {address}"
    await phone.client.get(f"{page.url}?language=zh")
    assert rows(system) == before


async def test_wrong_expired_and_revoked_links_look_the_same(system: System) -> None:
    addresses = {}
    for fate in ("expired", "revoked"):
        number = await order(system)
        phone, page = await opened(system, number)
        addresses[fate] = (await mailed_link(system, number), page.url, phone)
        if fate == "expired":
            _expire(system, number)
        else:
            answer = await system.login(Role.BUYER).delete(f"/api/v1/orders/{number}/links")
            assert answer.status_code == 200
            assert len(answer.json()["revoked"]) == 1
    wrong = Phone(system.client())
    page = await wrong.open(f"{system.settings.public_url}/s/{WRONG}")
    assert page.status == 404
    assert page.heading == "This link does not open anything"
    for link, clean, phone in addresses.values():
        dead = await phone.open(link)
        assert (dead.status, dead.response.content) == (404, page.response.content)
        assert _headers(dead) == _headers(page)
        # The cookie went with its link.
        assert (await phone.open(clean)).heading == page.heading


async def test_another_browser_cannot_open_the_clean_address(system: System) -> None:
    _, page = await opened(system, await order(system))
    stranger = Phone(system.client())
    refused = await stranger.open(f"{page.url}/answer")
    assert (refused.status, refused.heading) == (404, "This link does not open anything")
    before = rows(system)
    posted = await stranger.send(
        page.form("accept").action, page.form("accept").fields | {"answer": "accept"}
    )
    assert (posted.status, posted.heading) == (404, refused.heading)
    stranger.client.cookies.set("sendout_link", "forged", path=page.url.partition("/s/o/")[1])
    assert (await stranger.open(page.url)).status == 404
    assert rows(system) == before


async def test_several_orders_are_open_in_one_browser(system: System) -> None:
    first, second = await order(system), await order(system)
    phone = Phone(system.client())
    one = await phone.open(await mailed_link(system, first))
    two = await phone.open(await mailed_link(system, second))
    assert first in one.text
    assert second in two.text
    assert first in (await phone.open(one.url)).text
    done = await phone.press(two, "decline", reason="No room")
    assert done.heading == "You declined this order"
    assert (await phone.press(one, "accept")).heading.startswith("The parts will be sent")
    stages = [(await system.get(f"/orders/{number}"))["stage"] for number in (first, second)]
    assert stages == ["acknowledged", "countered"]


async def test_opening_the_mail_again_leaves_open_forms_good(system: System) -> None:
    number = await order(system)
    phone, page = await opened(system, number)
    await phone.open(await mailed_link(system, number))
    assert "You promised" in (await phone.press(page, "accept")).text


async def test_a_fresh_link_goes_to_the_address_we_know_and_works(system: System) -> None:
    number = await order(system)
    link = await mailed_link(system, number)
    await system.login(Role.BUYER).delete(f"/api/v1/orders/{number}/links")
    stranger = Phone(system.client())
    began = time.monotonic()
    asked = await stranger.press(await stranger.open(link), "fresh")
    assert time.monotonic() - began > ASKING_SECONDS
    assert asked.heading == "Look into your mail"
    began = time.monotonic()
    nothing = await stranger.press(await stranger.open(f"{system.settings.public_url}/s/{WRONG}"), "fresh")
    assert time.monotonic() - began > ASKING_SECONDS
    assert nothing.response.content == asked.response.content
    mail = await _fresh(system, number)
    fresh = link_in(mail)
    assert fresh != link
    assert (await stranger.open(fresh)).heading.startswith("Can you finish 20 pcs")
    # Pressing again does not fill anybody's mailbox.
    before = rows(system)
    await stranger.press(await stranger.open(link), "fresh")
    assert rows(system) == before


async def test_who_no_longer_gets_orders_gets_no_fresh_link(system: System) -> None:
    contact = {"name": "Li", "email": "li@acme.example", "locale": "zh", "notify": ["orders"]}
    made = await system.post(Role.BUYER, "/suppliers/ACME/contacts", contact, status=201)
    number = await order(system)
    link = await mailed_link(system, number, "li@acme.example")
    phone = Phone(system.client())
    page = await phone.open(link)
    assert page.one("html")["lang"] == "zh-Hans"
    assert page.heading.startswith("能否在")
    away = await system.login(Role.ADMIN).put(
        f"/api/v1/suppliers/ACME/contacts/{made['id']}", json={**contact, "notify": []}
    )
    assert away.status_code == 200
    ended = await system.login(Role.BUYER).delete(f"/api/v1/orders/{number}/links?contact={made['id']}")
    assert len(ended.json()["revoked"]) == 1
    before = rows(system)["outbox"]
    await phone.press(await phone.open(link), "fresh")
    assert rows(system)["outbox"] == before
    # The other contact's link lives on.
    assert (await phone.open(await mailed_link(system, number))).status == 200


async def test_asking_for_a_fresh_link_needs_the_button_and_patience(system: System) -> None:
    phone = Phone(system.client())
    dead = f"{system.settings.public_url}/s/{WRONG}"
    before = rows(system)
    for _ in range(3):
        answer = await phone.send(dead, {"looked": "at"})
        assert answer.heading == "This link does not open anything"
    statuses = []
    for _ in range(22):
        statuses.append((await phone.send(dead, {"answer": "fresh"})).status)
        if statuses[-1] == 429:
            break
    assert statuses[-1] == 429
    assert rows(system) == before
    system.app.state.link_brake = type(system.app.state.link_brake)()


async def test_too_many_wrong_links_have_to_wait(system: System) -> None:
    client = system.client()
    statuses = [(await client.get(f"/s/{WRONG}")).status_code for _ in range(101)]
    assert statuses[0] == 404
    assert statuses[-1] == 429
    system.app.state.link_brake = type(system.app.state.link_brake)()


async def test_no_token_and_no_cookie_is_ever_logged(
    system: System, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    number = await order(system)
    link = await mailed_link(system, number)
    token = link.rpartition("/")[2]
    with capture_logs() as logged:
        phone = Phone(system.client())
        page = await phone.open(link)
        await phone.press(page, "accept")
        await phone.send(link, {"answer": "fresh"})

        def broken(*_: object) -> None:
            raise RuntimeError("broken on purpose")

        monkeypatch.setattr("activities.links.by_token", broken)
        failed = await phone.open(link)
    assert failed.status == 500
    assert "tell us the reference" in failed.text
    cookie = next(iter(phone.client.cookies.jar)).value
    assert cookie
    # The browser of this test and its mail server have seen the token, of course.
    ours = [each for each in caplog.records if each.name not in ("httpx2", "mail.log")]
    said = repr([(each.getMessage(), each.exc_text) for each in ours]) + repr(logged)
    assert "request_failed" in said
    assert token not in said
    assert cookie not in said
    assert fingerprint(token) not in said


async def test_only_buyers_end_links_and_it_is_written_down(system: System) -> None:
    number = await order(system)
    await mailed_link(system, number)
    path = f"/api/v1/orders/{number}/links"
    assert (await system.login(Role.RECEIVING).delete(path)).status_code == 403
    assert (await system.login(Role.BUYER).delete("/api/v1/orders/SO-0/links")).status_code == 404
    before = rows(system)["master_change"]
    first = await system.login(Role.BUYER).delete(path)
    again = await system.login(Role.BUYER).delete(path)
    assert (len(first.json()["revoked"]), again.json()["revoked"]) == (1, [])
    assert rows(system)["master_change"] == before + 1


def _expire(system: System, number: str) -> None:
    with system.database.write() as session:
        session.execute(
            update(_LINKS)
            .where(_LINKS.c.order_number == number)
            .values(expires_at=datetime.now(UTC) - timedelta(seconds=1))
        )


def _headers(page: Page) -> dict[str, str]:
    return dict(page.response.headers)


async def _fresh(system: System, number: str) -> Received:
    for _ in range(200):
        found = mails_to(system.smtp, "orders@acme.example", f"[{number}] Your new link")
        if found:
            return found[0]
        await asyncio.sleep(0.05)
    raise AssertionError("no fresh link")
