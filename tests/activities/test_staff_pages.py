"""Every mail to people of ours has one link, to a page there is; no other mail leads to our pages."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts
from starlette.routing import compile_path

from activities.i18n import LOCALES
from activities.mail_parts import MailContext, SupplierMail
from activities.our_mails import HoldPlaced
from activities.rendering import Rendered, render
from activities.staff_pages import address_of, staff_page
from api.app import create_app
from models.settings import Settings
from tests.mails import BY_NAME, HOST, ORDER, SAMPLES, WRITTEN_AT

OURS = "https://sendout.test"
SECRET = b"not to be seen by anybody, ever!!"


def as_ours(context: MailContext) -> MailContext:
    """The mail as one of us gets it, where suppliers and we get the same."""
    changes: dict[str, Any] = {"link_id": ""}
    both = hasattr(context, "link_id") and not isinstance(context, SupplierMail)
    return replace(context, **changes) if both else context


THEIRS = [sample for sample in SAMPLES if isinstance(sample, SupplierMail)]
STAFF = [as_ours(sample) for sample in SAMPLES if not isinstance(sample, SupplierMail)]


def sent(context: MailContext, locale: str) -> Rendered:
    link = address_of(context, OURS, SECRET)
    return render(context, locale=locale, reader="Ana", link=link, written_at=WRITTEN_AT, host=HOST)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[re.Pattern[str]]:
    folder: Path = tmp_path_factory.mktemp("pages")
    app = create_app(Settings(_env_file=None, data_dir=folder))
    return [
        compile_path(str(context.path))[0]
        for context in iter_route_contexts(app.routes)
        if "GET" in (context.methods or ())
    ]


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("context", STAFF, ids=lambda context: type(context).__name__)
def test_a_mail_to_us_has_one_link_to_a_page_there_is(
    context: MailContext, locale: str, pages: list[re.Pattern[str]]
) -> None:
    mail = sent(context, locale)
    (in_text,) = re.findall(r"https?://\S+", mail.text)
    (in_html,) = re.findall(r'href="([^"]*)"', mail.html)
    assert html.unescape(in_html) == in_text
    assert in_text.startswith(f"{OURS}/")
    path = in_text.removeprefix(OURS).partition("?")[0]
    assert any(page.match(path) for page in pages)
    assert not path.startswith("/s/")


@pytest.mark.parametrize("context", STAFF, ids=lambda context: type(context).__name__)
def test_a_mail_to_us_says_nothing_of_a_link_without_a_password(context: MailContext) -> None:
    assert "without a password" not in sent(context, "en").text
    assert "without a password" not in sent(context, "en").html


@pytest.mark.parametrize("context", THEIRS, ids=lambda context: type(context).__name__)
def test_a_mail_to_suppliers_and_customers_leads_to_no_page_of_ours(context: MailContext) -> None:
    mail = sent(context, "en")
    assert staff_page(context) is None
    links = re.findall(r"https?://\S+", mail.text) + re.findall(r'href="([^"]*)"', mail.html)
    assert all(link.startswith(f"{OURS}/s/") for link in links)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("change_proposed", f"/orders/{ORDER}/decide-change"),
        ("order_countered", f"/orders/{ORDER}/answer-counter"),
        ("alert", f"/alerts?order={ORDER}"),
        ("order_declined", f"/orders/{ORDER}"),
        ("hold_placed", f"/master/lots/{ORDER}"),
        ("material_left", f"/material-mismatches/{ORDER}"),
        ("drill_reminder", "/recalls"),
    ],
)
def test_the_link_leads_to_where_the_thing_is_done(name: str, path: str) -> None:
    assert f"\n{OURS}{path}\n" in sent(BY_NAME[name], "en").text


def test_a_lot_with_a_slash_is_still_one_part_of_the_address() -> None:
    held = BY_NAME["hold_placed"]
    assert isinstance(held, HoldPlaced)
    page = staff_page(replace(held, order="J 45/A"))
    assert page is not None
    assert page.path == "/master/lots/J%2045%2FA"
