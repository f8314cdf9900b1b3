"""From a context to the words of a mail: subject, plain text, HTML, and files.

Nothing here reads a clock or draws a random number: the same row renders to the same words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache, partial
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton, format_time, get_timezone_gmt
from babel.numbers import format_decimal
from css_inline import CSSInliner
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from activities import codes, wording
from activities.calendar_file import order_dates
from activities.i18n import TEMPLATES, known_locale, say, translations
from activities.mail_contexts import name_of
from activities.mail_parts import MailContext, Sentence, SupplierMail
from activities.our_mails import Alert
from activities.staff_pages import staff_page
from activities.supplier_mails import OrderIssued
from models.domain.causes import name_and_day

# Media queries cannot be inlined; they stay, for dark mode. Nothing is ever fetched.
_INLINER = CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


@dataclass(frozen=True, slots=True)
class Attachment:
    filename: str
    subtype: str
    parameters: dict[str, str]
    text: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """The words of one mail for one reader. ``subject`` is a single line."""

    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...] = ()
    # Who gets the answer, when it is not the sender.
    reply_to: tuple[str, str] | None = None


def render(
    context: MailContext, *, locale: str, reader: str, link: str, written_at: datetime, host: str
) -> Rendered:
    """The mail for ``reader`` (a name, may be empty) in the nearest locale we have words in.

    ``link`` is the address of the reader's page, of a supplier's with its token, empty when there is none. Raises
    ``jinja2.TemplateError`` when a template asks for what its context does not have.
    """
    locale = known_locale(locale)
    environment = _environment(locale)
    words = {"mail": context, "reader": reader, "link": link, "locale": locale, "page": staff_page(context)}

    def fill(part: str) -> str:
        return environment.get_template(f"{name_of(context)}/{part}").render(words)

    subject = one_line(fill("subject.txt"))
    return Rendered(
        subject=f"[{context.order}] {subject}",
        text=re.sub(r"\n{3,}", "\n\n", fill("body.txt")).strip() + "\n",
        html=_INLINER.inline(fill("body.html")),
        attachments=_files(context, locale, written_at, host),
        reply_to=(context.buyer, context.buyer_email) if isinstance(context, SupplierMail) else None,
    )


def one_line(text: str) -> str:
    """Without line breaks and other control characters: fit for a mail's header."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _files(context: MailContext, locale: str, written_at: datetime, host: str) -> tuple[Attachment, ...]:
    if not isinstance(context, OrderIssued):
        return ()
    text = order_dates(context, locale=locale, written_at=written_at, host=host)
    return (Attachment(f"{context.order}.ics", "calendar", {"method": "PUBLISH"}, text),)


@cache
def _environment(locale: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES / "mail"),
        undefined=StrictUndefined,
        autoescape=select_autoescape(enabled_extensions=("html",), default=False),
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_translations(translations(locale), newstyle=True)  # type: ignore[attr-defined]
    environment.globals.update(_words_of(locale), colon=wording.colon(locale))
    return environment


def _words_of(locale: str) -> dict[str, Callable[..., str]]:
    """What templates call to write values in the reader's language."""
    return {
        "day": partial(_day, locale),
        "days": partial(_days, locale),
        "moment": partial(_moment, locale),
        "amount": partial(_amount, locale),
        "price": partial(_price, locale),
        "paid": partial(_paid, locale),
        "sentence": partial(_sentence, locale),
        "labelled": partial(wording.labelled, locale),
        "listed": partial(wording.listed, locale),
        "defect": partial(wording.defect, locale),
        "wrong_material": partial(wording.wrong_material, locale),
        "cause": partial(wording.cause, locale),
        "alert_title": partial(_alert_title, locale),
        "rule_action": partial(wording.rule_action, locale),
        "party": partial(wording.party, locale),
        "command": partial(wording.command, locale),
    }


def _day(locale: str, day: date) -> str:
    """Fri, 18 Dec 2026"""
    return format_skeleton("yMMMEd", day, locale=wording.DATES.get(locale, locale))


def _days(locale: str, days: Iterable[date]) -> str:
    """Fri, 4 Dec 2026, Fri, 18 Dec 2026"""
    return wording.listed(locale, (_day(locale, day) for day in days))


def _moment(locale: str, at: datetime, timezone: str) -> str:
    """Fri, 18 Dec 2026 14:05 GMT+08:00"""
    local = at.astimezone(ZoneInfo(timezone))
    return f"{_day(locale, local)} {format_time(local, 'HH:mm', locale=locale)} {get_timezone_gmt(local, locale=locale)}"


def _amount(locale: str, quantity: str, unit: str) -> str:
    """1,200 pcs"""
    number = format_decimal(Decimal(quantity), locale=locale, decimal_quantization=False)
    return f"{number} {wording.unit(locale, unit, Decimal(quantity))}"


def _price(locale: str, price: str, currency: str, basis: str) -> str:
    """0.85 USD, 2.10 USD / kg"""
    number = format_decimal(Decimal(price), wording.PRICE, locale=locale)
    return f"{number} {currency}{wording.per(locale, basis)}"


def _paid(locale: str, amount: str, currency: str) -> str:
    """1,020.00 USD"""
    return wording.paid(locale, Decimal(amount), currency)


def _sentence(locale: str, sentence: Sentence) -> str:
    """A refusal's sentence; codes and days in it as the reader says them."""
    return say(
        locale, sentence.text, {name: _value(locale, name, value) for name, value in sentence.values.items()}
    )


def _value(locale: str, name: str, value: str) -> str:
    return _day(locale, date.fromisoformat(value)) if name == "date" else codes.said(locale, name, value)


def _alert_title(locale: str, alert: Alert) -> str:
    """Milestone overdue: Plating complete · Fri, 18 Dec 2026"""
    about = alert.details
    if alert.rule == "document_missing":
        about = wording.document(locale, about)
    elif alert.rule in ("milestone_overdue", "pushed_back"):
        name, planned = name_and_day(about)
        about = " · ".join([name, _day(locale, planned)]) if planned is not None else name
    elif alert.rule == "forecast_late" and about:
        about = _day(locale, date.fromisoformat(about))
    return wording.labelled(locale, wording.rule_title(locale, alert.rule), about)
