"""The mailbox's pages: when they exist, for whom, and what a mail may do in them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from activities.mail_message import compose
from activities.rendering import render
from api import mailbox
from api.app import create_app
from models.domain.authority import Role
from models.settings import Settings
from models.tables.outbox import Outbox, message_id, thread_id
from tests.api.conftest import Login
from tests.mails import BY_NAME, HOST, ORDER, WRITTEN_AT

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
LOCAL = "http://127.0.0.1:8000"
Make = Callable[..., Settings]


@pytest.fixture
def settings(make_settings: Make, database_url: str) -> Settings:
    return make_settings(database_url=database_url, mailbox="open")


@pytest.fixture
def visitor(app: FastAPI, anonymous: TestClient) -> TestClient:
    """Somebody at this machine's own address."""
    return TestClient(app, base_url=LOCAL, follow_redirects=False)


def keep(settings: Settings, content: bytes, *, to: str = "ana@acme.test") -> str:
    """A mail as the mailbox keeps it; gives its name."""
    folder = mailbox.folder(settings)
    keeper = mailbox.KeepAsFiles(folder)
    envelope: Any = SimpleNamespace(original_content=content, rcpt_tos=[to])
    before = set(mailbox.mails(folder))
    asyncio.run(keeper.handle_DATA(None, None, envelope))  # type: ignore[arg-type]
    (kept,) = set(mailbox.mails(folder)) - before
    return kept.name


def issued(locale: str = "en") -> bytes:
    """The mail about a new order as the product sends it."""
    row = Outbox(
        id="0" * 32,
        template="order_issued",
        locale=locale,
        message_id=message_id("0" * 32, HOST),
        thread=thread_id(ORDER, HOST),
        workflow_id="",
        created_at=WRITTEN_AT,
    )
    link = f"https://{HOST}/s/token"
    rendered = render(
        BY_NAME["order_issued"], locale=locale, reader="Ana", link=link, written_at=WRITTEN_AT, host=HOST
    )
    return compose(row, rendered, sender=f"Sendout <orders@{HOST}>", name="Ana", address="ana@acme.test")


def test_without_mails_it_says_what_will_appear(visitor: TestClient) -> None:
    answer = visitor.get("/mailbox")
    assert answer.status_code == 200
    assert "Issue an order: the mail to its supplier appears here." in answer.text
    spanish = visitor.get("/mailbox", headers={"Accept-Language": "es"}).text
    assert '<html lang="es">' in spanish
    assert "Emita un pedido: el correo a su proveedor aparece aquí." in spanish


def test_it_leads_back_to_the_product(visitor: TestClient, settings: Settings) -> None:
    for path in ("/mailbox", f"/mailbox/{keep(settings, issued())}"):
        assert re.search(r'<a [^>]*href="/">Today</a>', visitor.get(path).text)


def test_the_newest_mail_is_first_and_older_ones_are_a_page_away(
    visitor: TestClient, settings: Settings
) -> None:
    names = [keep(settings, f"Subject: Mail <{number}>\r\n\r\n".encode()) for number in range(52)]
    page = visitor.get("/mailbox").text
    shown = [name for name in names if name in page]
    assert shown == names[2:]
    assert page.index(names[51]) < page.index(names[2])
    assert "Mail &lt;51&gt;" in page
    older = visitor.get(f"/mailbox?before={names[2]}").text
    assert [name for name in names if f'href="/mailbox/{name}"' in older] == names[:2]
    assert visitor.get("/mailbox?before=../secret.key").status_code == 422


def test_mails_stand_in_the_sequence_in_which_they_were_written(
    visitor: TestClient, settings: Settings
) -> None:
    dates = [
        "Mon, 02 Nov 2026 09:00:00 +0100",
        "Mon, 02 Nov 2026 08:00:01 +0000",
        "Fri, 30 Oct 2026 09:00:00 +0000",
    ]
    for number, date in enumerate(dates):
        keep(settings, f"Date: {date}\r\nSubject: Mail {number}\r\n\r\nDate: never".encode())
    page = visitor.get("/mailbox").text
    assert sorted(range(3), key=lambda number: page.index(f"Mail {number}")) == [1, 0, 2]
    assert "2026-11-02 08:00:01" in page


def test_a_mail_shows_its_text_its_headers_and_its_attachment(
    visitor: TestClient, settings: Settings
) -> None:
    name = keep(settings, issued("zh"))
    page = visitor.get(f"/mailbox/{name}").text
    assert f'href="https://{HOST}/s/token"' in page, "links can be followed"
    assert message_id("0" * 32, HOST).strip("<>") in page
    assert "auto-generated" in page
    assert f'src="/mailbox/{name}/html"' in page
    link = next(line for line in page.splitlines() if "/attachments/" in line).split('"')[1]
    file = visitor.get(link)
    assert file.headers["content-type"].startswith("text/calendar")
    assert file.headers["content-disposition"].startswith("attachment; filename=")
    assert file.text.startswith("BEGIN:VCALENDAR")


def test_a_mails_html_can_run_and_fetch_nothing(visitor: TestClient, settings: Settings) -> None:
    name = keep(settings, issued())
    answer = visitor.get(f"/mailbox/{name}/html")
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("sandbox ")
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert answer.headers["x-frame-options"] == "SAMEORIGIN"
    assert '<base target="_blank">' in answer.text
    page = visitor.get(f"/mailbox/{name}")
    assert "default-src 'self'" in page.headers["content-security-policy"]
    assert "<script" not in page.text


def test_what_a_mail_says_is_text_and_never_a_part_of_the_page(
    visitor: TestClient, settings: Settings
) -> None:
    attack = b"<script>alert(1)</script>"
    name = keep(
        settings, b"Subject: " + attack + b"\r\nFrom: " + attack + b"\r\n\r\n" + attack, to="<b>x</b>"
    )
    for page in (visitor.get("/mailbox").text, visitor.get(f"/mailbox/{name}").text):
        assert "<script" not in page
        assert "<b>" not in page
    assert visitor.get(f"/mailbox/{name}/html").status_code == 404, "it has no HTML"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00",
        b"Content-Type: text/plain; charset=klingon\r\n\r\nnuqneH \xff",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/html\r\n\r\n<p>",
        b"Date: Fri, 31 Dec 9999 23:59:59 -2359\r\n\r\nx",
        b"Date: Mon, 01 Jan 0001 00:00:00 +1400\r\n\r\nx",
        b"Date: tomorrow\r\nSubject: =?utf-8?b?!!?=\r\n\r\nx",
    ],
)
def test_a_mail_that_is_none_is_shown_as_far_as_it_can_be(
    visitor: TestClient, settings: Settings, content: bytes
) -> None:
    name = keep(settings, content)
    assert visitor.get("/mailbox").status_code == 200
    assert visitor.get(f"/mailbox/{name}").status_code == 200


def test_nothing_but_kept_mails_can_be_opened(visitor: TestClient, settings: Settings) -> None:
    name = keep(settings, issued())
    (mailbox.folder(settings) / "secret.eml").write_text("x")
    other = Path(name).with_suffix(".txt").name
    for path in ("secret.eml", "..%2Fsecret.key", "%2e%2e%2fsecret.eml", other, name.replace("Z", "Y")):
        assert visitor.get(f"/mailbox/{path}").status_code == 404, path
    for path in (f"{name}/attachments/0", f"{name}/attachments/99"):
        assert visitor.get(f"/mailbox/{path}").status_code == 404, path


@pytest.mark.parametrize(
    "values",
    [
        {"mailbox": "off"},
        {"mailbox": "open", "smtp_url": "smtp://mail.example.com:25"},
        {"mailbox": "login", "smtp_url": "smtps://user:password@smtp.example.com:465"},
    ],
)
def test_it_does_not_exist_where_mails_really_leave(
    make_settings: Make, database_url: str, values: dict[str, str]
) -> None:
    settings = make_settings(database_url=database_url, **values)
    name = keep(settings, issued())
    with TestClient(create_app(settings), base_url=LOCAL) as client:
        for path in ("", f"/{name}", f"/{name}/html", f"/{name}/attachments/4"):
            assert client.get(f"/mailbox{path}").status_code == 404, path


def test_the_open_mailbox_answers_to_no_other_name_of_this_machine(
    app: FastAPI, anonymous: TestClient
) -> None:
    stranger = TestClient(app, base_url="http://rebound.example:8000")
    assert stranger.get("/mailbox").status_code == 403


class TestWithLogin:
    @pytest.fixture
    def settings(self, make_settings: Make, database_url: str) -> Settings:
        return make_settings(database_url=database_url, mailbox="login")

    def test_a_visitor_is_sent_to_the_login(self, visitor: TestClient, settings: Settings) -> None:
        name = keep(settings, issued())
        for path in ("", f"/{name}", f"/{name}/html", f"/{name}/attachments/4"):
            answer = visitor.get(f"/mailbox{path}")
            assert (answer.status_code, answer.headers["location"]) == (303, "/login"), path

    def test_only_admins_read_suppliers_links(self, as_role: Login, settings: Settings) -> None:
        keep(settings, issued())
        assert as_role(Role.BUYER).get("/mailbox").status_code == 403
        assert as_role(Role.ADMIN).get("/mailbox").status_code == 200
