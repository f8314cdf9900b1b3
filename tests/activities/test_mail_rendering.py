"""The words of every mail, and the message made of them."""

from __future__ import annotations

import email
import email.policy
import html
import re
from dataclasses import asdict, replace
from datetime import date
from email.message import EmailMessage
from html.parser import HTMLParser

import pytest
from icalendar import Calendar
from pydantic import ValidationError

from activities import wording
from activities.i18n import LOCALES, TEMPLATES
from activities.mail_contexts import MAILS, dump, load, name_of
from activities.mail_message import compose, mailbox, sender_of
from activities.mail_parts import MailContext
from activities.our_mails import OrderCountered
from activities.rendering import Rendered, one_line, render
from activities.supplier_mails import OrderHeld
from models.domain.commands import COMMANDS, SYSTEM_COMMANDS
from models.domain.deadlines import RULES
from models.domain.quantities import UNIT_DECIMALS
from models.tables.outbox import Outbox
from tests.english import leaves, left_in_english
from tests.mails import (
    AGAIN,
    BY_NAME,
    HOST,
    LATER_DELIVERY,
    LINE_DAYS,
    ORDER,
    PROPOSED,
    SAMPLES,
    WRITTEN_AT,
    changed,
)

LINK = "https://sendout.test/s/a-token-to-be-kept-secret"
SENDER = "Northfield Purchasing <orders@northfield.test>"


def written(
    context: MailContext, locale: str = "en", *, reader: str = "Li Wei", link: str = LINK
) -> Rendered:
    return render(context, locale=locale, reader=reader, link=link, written_at=WRITTEN_AT, host=HOST)


def message_of(
    context: MailContext, locale: str = "en", *, name: str = "Li Wei", address: str = "li@acme.test"
) -> tuple[bytes, EmailMessage]:
    row = Outbox(
        id="8f14e45f",
        order_number=ORDER,
        template=name_of(context),
        locale=locale,
        message_id=f"<8f14e45f@{HOST}>",
        thread=f"<order-{ORDER}@{HOST}>",
        workflow_id="mail-8f14e45f",
        created_at=WRITTEN_AT,
    )
    raw = compose(row, written(context, locale), sender=SENDER, name=name, address=address)
    parsed = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    return raw, parsed


def sample_id(context: MailContext) -> str:
    return f"{name_of(context)}-{SAMPLES.index(context)}"


class Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_every_mail_has_a_context_a_folder_and_a_sample() -> None:
    folders = {path.name for path in (TEMPLATES / "mail").iterdir() if path.is_dir()}
    assert folders == MAILS.keys() == BY_NAME.keys()
    for name in MAILS:
        files = {path.name for path in (TEMPLATES / "mail" / name).iterdir()}
        assert files == {"subject.txt", "body.txt", "body.html"}


@pytest.mark.parametrize("context", SAMPLES, ids=sample_id)
def test_no_mail_says_a_word_in_english_to_a_chinese_reader(context: MailContext) -> None:
    rendered = written(context, "zh")
    shown = re.sub(r"<(style|title)\b.*?</\1>|<[^>]*>", "\n", rendered.html, flags=re.DOTALL)
    said = [rendered.subject, *rendered.text.split("\n"), *html.unescape(shown).split("\n")]
    assert left_in_english(said, {*leaves(asdict(context)), ORDER, LINK, "Li Wei"}) == []


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("context", SAMPLES, ids=sample_id)
def test_every_mail_reads_in_every_language(context: MailContext, locale: str) -> None:
    rendered = written(context, locale)
    assert rendered.subject.startswith(f"[{ORDER}] ")
    assert "\n" not in rendered.subject
    for text in (rendered.subject, rendered.text, rendered.html):
        assert not re.search(r"\{\{|\{%|%\(|\{[a-z_]+\}|None|Undefined", text)
    assert ORDER in rendered.text
    assert LINK in rendered.text
    assert "\n\n\n" not in rendered.text
    assert not re.search(r"[ \t]\n", rendered.text.replace("-- \n", ""))


@pytest.mark.parametrize("locale", [locale for locale in LOCALES if locale != "en"])
@pytest.mark.parametrize("context", SAMPLES, ids=sample_id)
def test_another_language_is_another_mail(context: MailContext, locale: str) -> None:
    assert written(context, locale).subject != written(context).subject
    assert written(context, locale).text != written(context).text


@pytest.mark.parametrize("context", SAMPLES, ids=sample_id)
def test_html_is_accessible_inlined_and_needs_nothing_from_elsewhere(context: MailContext) -> None:
    html = written(context, "zh").html
    tags = Tags(html)
    assert tags.open == []
    names = [tag for tag, _ in tags.seen]
    assert not {"img", "script", "link", "form", "iframe"} & set(names)
    assert dict(tags.seen)["html"]["lang"] == "zh"
    assert names.count("h1") == 1
    assert all("style" in attributes for tag, attributes in tags.seen if tag in ("body", "h1", "a"))
    assert "prefers-color-scheme: dark" in html
    assert [attributes["href"] for tag, attributes in tags.seen if tag == "a"] == [LINK]
    # Every table is either layout, and says so, or data, and has headings.
    layout = [attributes for tag, attributes in tags.seen if tag == "table" and attributes.get("role")]
    data = names.count("table") - len(layout)
    assert sum(1 for tag, attributes in tags.seen if tag == "th" and attributes.get("scope")) >= data
    assert len(html.encode()) < 100_000


@pytest.mark.parametrize("context", SAMPLES, ids=sample_id)
def test_without_a_link_there_is_no_button(context: MailContext) -> None:
    rendered = written(context, link="")
    assert "<a " not in rendered.html
    assert "://" not in rendered.text


def test_what_people_type_cannot_become_html() -> None:
    context = changed("order_held", reason="<script>1</script> & so on")
    html = written(context, reader="<b>Li</b>").html
    assert "&lt;script&gt;1&lt;/script&gt; &amp; so on" in html
    assert "<b>Li" not in html
    assert "<script>1</script> & so on" in written(context).text


def test_a_percent_sign_in_a_value_stays_one() -> None:
    context = changed("order_held", reason="5 % are scratched, 100%(all)s")
    assert "5 % are scratched, 100%(all)s" in written(context).text
    assert "5 % are scratched, 100%(all)s" in written(context).html


@pytest.mark.parametrize(
    ("locale", "day", "pieces", "weight"),
    [
        ("en", "Fri, 18 Dec 2026", "1,200 pcs", "61.25 kg"),
        ("zh", "2026年12月18日周五", "1,200 件", "61.25 kg"),
        ("es", "vie, 18 dic 2026", "1.200 uds.", "61,25 kg"),
    ],
)
def test_dates_and_quantities_are_written_as_the_reader_writes_them(
    locale: str, day: str, pieces: str, weight: str
) -> None:
    rendered = written(BY_NAME["order_issued"], locale)
    for text in (rendered.text, rendered.html):
        assert day in text
        assert pieces in text
        assert weight in text


def test_a_price_is_written_with_its_cents() -> None:
    context = changed("counter_answered", changes=(LATER_DELIVERY, PROPOSED))
    assert "0.90 USD" in written(context).text
    assert "0.875 USD" in written(context).html


def test_an_instant_is_shown_in_the_readers_zone() -> None:
    assert "Tue, 8 Dec 2026 23:00 GMT+08:00" in written(BY_NAME["alert"]).text


@pytest.mark.parametrize(
    ("locale", "first", "second"),
    [
        ("en", "Line 1 · FL-DN50 rev. C, delivery 1", "Line 2 · FL-DN50 rev. C, delivery 2"),
        ("es", "Línea 1 · FL-DN50 rev. C, entrega 1", "Línea 2 · FL-DN50 rev. C, entrega 2"),
    ],
)
@pytest.mark.parametrize("mail", ["order_acknowledged", "counter_answered"])
def test_of_several_lines_each_is_told_with_its_day(mail: str, locale: str, first: str, second: str) -> None:
    context = changed("counter_answered", agreed=LINE_DAYS, again=(AGAIN,), rejected=("FL-DN65 B",))
    if mail == "order_acknowledged":
        context = changed("order_acknowledged", lines=LINE_DAYS)
    found = written(context, locale)
    days = {"en": ("Fri, 18 Dec 2026", "Fri, 8 Jan 2027"), "es": ("vie, 18 dic 2026", "vie, 8 ene 2027")}[
        locale
    ]
    for told in (found.text, re.sub(r"<[^>]+>", " ", found.html)):
        text = " ".join(told.split())
        _, one, rest = text.partition(first)
        before, other, after = rest.partition(second)
        assert one, text
        assert other, text
        assert days[0] in before
        assert days[1] not in before
        assert days[1] in after
        assert (mail == "order_acknowledged") or "FL-DN65 rev. B" in after
    assert ("21 days late" in found.text) is (locale == "en")


def test_lines_that_are_asked_again_are_told_with_the_day_each_is_needed() -> None:
    found = written(changed("counter_answered", decision="reject", changes=(), again=(AGAIN, LINE_DAYS[1])))
    for told in (found.text, re.sub(r"<[^>]+>", " ", found.html)):
        text = " ".join(told.split())
        _, one, rest = text.partition("Please answer it again:")
        assert one, text
        first, other, second = rest.partition("Line 2 · FL-DN50 rev. C")
        assert other, text
        assert "Wed, 30 Dec 2026" in first
        assert "Fri, 18 Dec 2026" in second
        assert "needed by" not in text


def test_an_answer_to_the_rest_says_so() -> None:
    found = written(changed("order_acknowledged", lines=LINE_DAYS[:1], rest=True))
    assert "accepts the rest and promises" in found.subject
    assert "accepts the rest of the order" in found.text
    assert "What was agreed before stands." in found.text


def test_a_late_promise_says_how_late() -> None:
    assert "3 days after need-by" in written(BY_NAME["order_acknowledged"]).text
    in_time = changed("order_acknowledged", promise_date="2026-12-18")
    assert "in time for need-by" in written(in_time).text
    one = changed("order_acknowledged", promise_date="2026-12-19")
    assert "1 day after need-by" in written(one).text


def test_a_refusal_is_told_in_the_readers_language_with_its_values() -> None:
    text = written(BY_NAME["command_refused"], "en").text
    assert "12 boxes is not a number." in text
    assert "- Line 1 has nothing left to send." in text
    assert "shipping pieces" in text


@pytest.mark.parametrize(
    ("locale", "gap"),
    [
        ("zh", "合格证明：Acme Plating 尚未提供此文件。"),
        ("es", "Certificado de conformidad: Acme Plating aún debe este documento."),
    ],
)
def test_what_a_late_refusal_lists_is_all_in_the_readers_language(locale: str, gap: str) -> None:
    supplier = {"type": "coc", "supplier": "Acme Plating"}
    problem = {"text": "{type}: {supplier} still owes this document.", "values": supplier}
    text = written(changed("command_refused", problems=[problem]), locale).text
    assert f"- {gap}" in text


@pytest.mark.parametrize("part", ["text", "html"])
def test_pieces_rejected_without_a_word_are_said_to_be_in_the_readers_language(part: str) -> None:
    mail = changed("rework_requested", defect="Rejected at receipt SO-2026-00007-R1")
    assert "Rejected at receipt SO-2026-00007-R1" in getattr(written(mail), part)
    for locale in ("zh", "es"):
        told = getattr(written(mail, locale), part)
        assert "SO-2026-00007-R1" in told
        assert "Rejected" not in told
    typed = changed("rework_requested", defect="Rejected at receipt, far too thin")
    assert typed.defect in getattr(written(typed, "es"), part)


@pytest.mark.parametrize("part", ["text", "html"])
@pytest.mark.parametrize(
    ("locale", "told"),
    [
        ("en", "Machine or equipment down: the rectifier"),
        ("zh", "机器或设备故障：the rectifier"),
        ("es", "Máquina o equipo averiado: the rectifier"),
    ],
)
def test_the_cause_of_a_corrective_action_is_called_by_its_name(part: str, locale: str, told: str) -> None:
    for mail in ("action_planned", "action_due"):
        assert told in getattr(written(changed(mail, cause="machine: the rectifier"), locale), part)


def test_an_unknown_language_reads_english_and_a_region_its_language() -> None:
    held = BY_NAME["order_held"]
    assert written(held, "fi").text == written(held, "en").text
    assert written(held, "zh-Hans-CN").text == written(held, "zh").text
    assert written(held, "es_MX").text == written(held, "es").text


@pytest.mark.parametrize(
    ("rule", "details", "title"),
    [
        ("document_missing", "coc", "缺少文件：合格证明"),
        ("document_missing", "a_type_of_last_year", "缺少文件：a_type_of_last_year"),
        ("forecast_late", "2026-12-21", "将会延误：2026年12月21日周一"),
        ("forecast_late", "", "将会延误"),
        ("pushed_back", "SO-000043 · 2026-12-21", "被推迟：SO-000043 · 2026年12月21日周一"),
        ("milestone_overdue", "Plated · 2026-12-21", "里程碑已逾期：Plated · 2026年12月21日周一"),
        ("milestone_overdue", "Plated · zinc", "里程碑已逾期：Plated · zinc"),
        ("no_news", "", "供应商没有消息"),
    ],
)
def test_an_alert_says_what_it_is_about_in_words(rule: str, details: str, title: str) -> None:
    rendered = written(changed("alert", rule=rule, details=details), "zh")
    assert rendered.subject == f"[{ORDER}] {title}"
    assert f">{title}</h1>" in rendered.html


def test_what_to_do_depends_on_who_owes_it() -> None:
    assert "Ask for a forecast" in written(changed("alert", owed_by="supplier")).text
    ours = written(changed("alert", owed_by="receiving"))
    assert "What to do: Send the parts" in ours.text
    assert "<strong>Send the parts</strong>" in ours.html


def test_a_rule_that_is_gone_still_reads() -> None:
    context = changed("alert", rule="rule_of_last_year", owed_by="Acme")
    text = written(context).text
    assert "rule_of_last_year" in text
    assert "What to do" not in text


def test_every_code_that_mails_carry_has_words() -> None:
    assert wording.COMMANDS.keys() == COMMANDS.keys() - SYSTEM_COMMANDS
    assert wording.UNITS.keys() == UNIT_DECIMALS.keys()
    told = {party for rule in RULES.values() for party in (*rule.tell, *rule.escalate)}
    assert told <= wording.PARTIES.keys()


def test_a_context_survives_the_database() -> None:
    for sample in SAMPLES:
        assert load(name_of(sample), dump(sample)) == sample


def test_a_context_refuses_fields_it_does_not_have_and_misses_none() -> None:
    data = dump(BY_NAME["order_held"])
    with pytest.raises(ValidationError):
        load("order_held", data | {"surprise": 1})
    with pytest.raises(ValidationError):
        load("order_held", {name: value for name, value in data.items() if name != "reason"})


def test_a_mail_that_is_useless_without_its_link_cannot_be_written_without() -> None:
    with pytest.raises(ValueError, match="needs a link_id"):
        OrderHeld(order=ORDER, company="N", buyer="A", buyer_email="a@n.test", reason="r")


def test_the_calendar_file_has_both_dates_and_keeps_its_ids() -> None:
    _, message = message_of(BY_NAME["order_issued"], "es")
    file = next(message.iter_attachments())
    assert file.get_content_type() == "text/calendar"
    assert file.get_param("method") == "PUBLISH"
    assert file.get_filename() == f"{ORDER}.ics"
    entries = {str(entry["uid"]): entry for entry in Calendar.from_ical(file.get_content()).walk("VEVENT")}
    assert entries.keys() == {f"{ORDER}-need-by@{HOST}", f"{ORDER}-ship-by@{HOST}"}
    need_by = entries[f"{ORDER}-need-by@{HOST}"]
    assert need_by.decoded("dtstart") == date(2026, 12, 18)
    assert need_by.decoded("dtend") == date(2026, 12, 19)
    assert ORDER in str(need_by["summary"])
    assert "/s/" not in file.get_content()


def test_without_a_last_day_to_ship_there_is_one_date() -> None:
    (file,) = written(changed("order_issued", ship_by=None)).attachments
    assert file.text.count("BEGIN:VEVENT") == 1


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("context", SAMPLES, ids=sample_id)
def test_the_same_row_gives_the_same_bytes(context: MailContext, locale: str) -> None:
    raw, message = message_of(context, locale)
    assert raw == message_of(context, locale)[0]
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert raw.isascii()
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().splitlines() == written(context, locale).text.splitlines()
    assert html.get_content().splitlines() == written(context, locale).html.splitlines()
    assert message["Subject"] == written(context, locale).subject


def test_headers_thread_the_order_and_keep_robots_from_answering() -> None:
    _, message = message_of(BY_NAME["order_issued"], "zh", name="李伟")
    assert message["Message-ID"] == f"<8f14e45f@{HOST}>"
    assert message["In-Reply-To"] == message["References"] == f"<order-{ORDER}@{HOST}>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime == WRITTEN_AT
    assert str(message["From"]) == SENDER
    assert [(to.display_name, to.addr_spec) for to in message["To"].addresses] == [("李伟", "li@acme.test")]
    assert message["Reply-To"].addresses[0].addr_spec == "ana@northfield.test"
    assert message["Bcc"] is None


def test_a_name_cannot_become_a_header() -> None:
    raw, message = message_of(BY_NAME["order_held"], name='Li\r\nBcc: spy@evil.test, "x" <y@z.test>')
    assert message["Bcc"] is None
    assert len(message["To"].addresses) == 1
    assert message["To"].addresses[0].addr_spec == "li@acme.test"
    assert b"\r\nBcc" not in raw


def test_a_reason_cannot_become_a_header() -> None:
    context = changed("order_declined", supplier="Acme\r\nBcc: spy@evil.test")
    _, message = message_of(context)
    assert message["Bcc"] is None
    assert one_line("a\r\n\tb\x00c\u2028d") == "a b c d"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nobody",
        "@acme.test",
        "li@",
        "li@acme.test,spy@evil.test",
        "li@acme.test\r\nBcc: spy@evil.test",
        "li@acme.test\n",
        "Li <li@acme.test>",
        "li li@acme.test",
        "li@a@acme.test",
        '"li"@acme.test',
        "李@acme.test",
        "li@acme..test",
        "l" * 250 + "@acme.test",
    ],
)
def test_an_address_is_one_address_or_refused(address: str) -> None:
    if address.endswith("\n") and address.strip() == "li@acme.test":
        assert mailbox(address) == "li@acme.test"
        return
    with pytest.raises(ValueError, match="one mail address") as refusal:
        mailbox(address)
    assert "acme" not in str(refusal.value)


def test_an_international_domain_is_written_in_ascii() -> None:
    assert mailbox("li.wei+orders@例子.测试") == "li.wei+orders@xn--fsqu00a.xn--0zwm56d"


def test_the_sender_must_have_an_address() -> None:
    assert sender_of(SENDER) == ("Northfield Purchasing", "orders@northfield.test")
    with pytest.raises(ValueError, match="one mail address"):
        sender_of("Northfield Purchasing")


def test_a_price_that_is_not_for_a_piece_says_what_for() -> None:
    context = next(each for each in SAMPLES if isinstance(each, OrderCountered))
    (terms,) = context.changes
    by_weight = replace(context, changes=(replace(terms, basis="kg"),))
    for locale, shown in (("en", "0.85 USD / kg"), ("zh", "0.85 USD / kg"), ("es", "0,85 USD / kg")):
        assert shown in written(by_weight, locale).text
    assert "/ kg" not in written(context).text
