"""Handing mails to a real mail server, and what is kept of its answers."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import Session, col, select
from temporalio.exceptions import ApplicationError

from activities import mail_line
from activities.delivery_types import SendOutcome
from activities.mail import Mailer
from activities.relay import Relay
from models.db import Database
from models.domain import commands as c
from models.domain.tokens import link_token
from models.settings import Settings
from models.tables.outbox import Outbox, OutboxRecipient
from tests.activities.test_apply import Shop
from tests.mails import BY_NAME, LINK_ID, put_in_outbox
from tests.smtp import MailServer, mail_server

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LI, WANG = "li@acme.test", "wang@acme.test"


class Reports:
    """Stands where the order is told: writes down what it is told, in the same transaction."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str, list[str]]] = []

    def __call__(self, session: Session, row: Outbox, failed: Sequence[OutboxRecipient]) -> None:
        assert session.in_transaction()
        self.told.append((row.id, row.state, [recipient.party for recipient in failed]))


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture
def reports() -> Reports:
    return Reports()


@pytest.fixture
def mail_settings(settings: Settings, server: MailServer) -> Settings:
    return settings.model_copy(update={"smtp_url": server.url, "public_url": "https://sendout.test/"})


@pytest.fixture
def mailer(database: Database, mail_settings: Settings, reports: Reports) -> Mailer:
    return Mailer(database, mail_settings, reports, clock=lambda: NOW)


def kept(database: Database, outbox_id: str) -> tuple[Outbox, dict[str, OutboxRecipient]]:
    with database.read() as session:
        row = session.exec(select(Outbox).where(Outbox.id == outbox_id)).one()
        recipients = session.exec(
            select(OutboxRecipient).where(col(OutboxRecipient.outbox_id) == outbox_id)
        ).all()
        return row, {recipient.address: recipient for recipient in recipients}


async def refused_for_now(mailer: Mailer, outbox_id: str) -> ApplicationError:
    with pytest.raises(ApplicationError) as error:
        await mailer.send_mail(outbox_id)
    assert not error.value.non_retryable
    assert error.value.__cause__ is None
    return error.value


async def test_a_mail_reaches_everybody_with_a_copy_of_their_own(
    mailer: Mailer, database: Database, server: MailServer
) -> None:
    outbox_id = put_in_outbox(database, LI, WANG)
    outcome = await mailer.send_mail(outbox_id)
    assert outcome == SendOutcome(outbox_id, "sent", sent=2)
    assert [mail.recipients for mail in server.received] == [(LI,), (WANG,)]
    for mail in server.received:
        assert mail.sender == "sendout@localhost"
        assert [to.addr_spec for to in mail.message["To"].addresses] == list(mail.recipients)
        assert "1,200 pcs" in mail.body("plain")
        assert "1,200 pcs" in mail.body("html")
    row, recipients = kept(database, outbox_id)
    assert (row.state, row.sent_at) == ("sent", NOW)
    for recipient in recipients.values():
        assert (recipient.state, recipient.smtp_code, recipient.tries) == ("sent", 250, 1)
        assert recipient.updated_at == NOW


async def test_the_link_is_derived_while_sending_and_kept_nowhere(
    mailer: Mailer, database: Database, server: MailServer, mail_settings: Settings
) -> None:
    outbox_id = put_in_outbox(database, LI)
    await mailer.send_mail(outbox_id)
    token = link_token(mail_settings.secret_key.get_secret_value().encode(), LINK_ID)
    (mail,) = server.received
    assert f"https://sendout.test/s/{token}\n" in mail.body("plain")
    assert f'href="https://sendout.test/s/{token}"' in mail.body("html")
    with database.read() as session:
        for table in ("outbox", "outbox_recipient"):
            rows = session.execute(text(f"SELECT * FROM {table}")).all()
            assert token not in repr(rows)


async def test_sending_again_reaches_nobody_again(
    mailer: Mailer, database: Database, server: MailServer
) -> None:
    outbox_id = put_in_outbox(database, LI)
    first = await mailer.send_mail(outbox_id)
    assert await mailer.send_mail(outbox_id) == first
    assert len(server.received) == 1


async def test_a_recipient_who_has_to_wait_holds_nobody_up(
    mailer: Mailer, database: Database, server: MailServer, reports: Reports
) -> None:
    server.answers[LI] = "450 4.2.1 <li@acme.test> is busy"
    outbox_id = put_in_outbox(database, LI, WANG)
    error = await refused_for_now(mailer, outbox_id)
    assert error.type == "mail.waiting"
    assert "450" in error.message
    assert "acme" not in error.message
    row, recipients = kept(database, outbox_id)
    assert (row.state, row.sent_at) == ("queued", None)
    assert recipients[WANG].state == "sent"
    assert (recipients[LI].state, recipients[LI].smtp_code, recipients[LI].tries) == ("queued", 450, 1)
    assert recipients[LI].smtp_text == "4.2.1 <li@acme.test> is busy"

    del server.answers[LI]
    assert (await mailer.send_mail(outbox_id)).state == "sent"
    assert [mail.recipients for mail in server.received] == [(WANG,), (LI,)]
    assert kept(database, outbox_id)[1][LI].tries == 2
    assert reports.told == []


async def test_a_server_that_hangs_up_on_one_recipient_still_takes_the_next(
    mailer: Mailer, database: Database, server: MailServer
) -> None:
    server.answers[LI] = "421 4.3.2 closing"
    outbox_id = put_in_outbox(database, LI, WANG)
    await refused_for_now(mailer, outbox_id)
    _, recipients = kept(database, outbox_id)
    assert (recipients[LI].state, recipients[LI].smtp_code) == ("queued", 421)
    assert recipients[WANG].state == "sent"


def held_then_resumed(database: Database) -> tuple[str, str]:
    """Two mails to one person, in this order."""
    a_moment_ago = NOW - timedelta(milliseconds=8)
    first = put_in_outbox(database, LI, context=BY_NAME["order_held"], written_at=a_moment_ago)
    return first, put_in_outbox(database, LI, context=BY_NAME["order_resumed"], written_at=NOW)


async def test_a_mail_waits_for_the_orders_earlier_one_to_the_same_address(
    mailer: Mailer, database: Database, server: MailServer
) -> None:
    first, second = held_then_resumed(database)
    error = await refused_for_now(mailer, second)
    assert error.type == "mail.in_line"
    assert error.next_retry_delay == timedelta(seconds=0.3)
    assert server.asked == []
    server.answers[LI] = "450 later"
    await refused_for_now(mailer, first)
    await refused_for_now(mailer, second)
    assert kept(database, second)[1][LI].tries == 0
    del server.answers[LI]
    for mail in (first, second):
        assert (await mailer.send_mail(mail)).state == "sent"
    assert [mail.message["Message-ID"] for mail in server.received] == [
        kept(database, each)[0].message_id for each in (first, second)
    ]


@pytest.mark.parametrize("fate", ["refused", "given up"])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_nobody_waits_behind_a_mail_that_will_never_arrive(
    mailer: Mailer, database: Database, server: MailServer, fate: str
) -> None:
    first, second = held_then_resumed(database)
    if fate == "refused":
        server.answers[LI] = "550 no such person"
        await mailer.send_mail(first)
        del server.answers[LI]
    else:
        await mailer.give_up(first)
    assert kept(database, first)[0].state == "undeliverable"
    assert (await mailer.send_mail(second)).state == "sent"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_only_who_has_an_earlier_mail_to_come_waits(
    mailer: Mailer, database: Database, server: MailServer
) -> None:
    first = put_in_outbox(database, LI, written_at=NOW - timedelta(minutes=1))
    fresh = put_in_outbox(database, LI, context=BY_NAME["fresh_link"], written_at=NOW)
    to_both = put_in_outbox(database, LI, WANG, context=BY_NAME["order_held"], written_at=NOW)
    assert (await mailer.send_mail(fresh)).state == "sent"
    assert (await refused_for_now(mailer, to_both)).type == "mail.waiting"
    assert kept(database, to_both)[1][WANG].state == "sent"
    assert (await refused_for_now(mailer, to_both)).type == "mail.in_line"
    assert server.asked == [LI, WANG]
    for mail in (first, to_both):
        assert (await mailer.send_mail(mail)).state == "sent"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_mail_that_cannot_be_sent_holds_the_next_one_for_a_day_at_most(
    mailer: Mailer, mail_settings: Settings, database: Database
) -> None:
    _, second = held_then_resumed(database)
    await refused_for_now(mailer, second)
    tomorrow = NOW + timedelta(days=1, seconds=1)
    late = Mailer(database, mail_settings, Reports(), clock=lambda: tomorrow)
    assert (await late.send_mail(second)).state == "sent"


async def test_mails_of_one_moment_keep_the_order_of_their_commands(
    database: Database, mail_settings: Settings, server: MailServer
) -> None:
    shop = Shop(database, mail_settings)
    wrote = [shop.do(command).outbox for command in (c.Issue(), c.Hold("wait"), c.Resume(), c.Cancel("late"))]
    mails = [mail for outbox in wrote for mail in outbox]
    written = [kept(database, mail)[0] for mail in mails]
    assert len({row.created_at for row in written}) == 1, "one time for all of them"
    mailer = Mailer(database, mail_settings, Reports(), clock=lambda: written[0].created_at)
    for left in range(len(mails)):
        for later in reversed(mails[left + 1 :]):
            assert (await refused_for_now(mailer, later)).type == "mail.in_line"
        assert (await mailer.send_mail(mails[left])).state == "sent"
    assert [row.template for row in written] == [
        "order_issued",
        "order_held",
        "order_resumed",
        "order_cancelled",
    ]


def test_who_waits_in_line_looks_again_soon_and_then_less_often() -> None:
    delays = [mail_line.retry_after(attempt).total_seconds() for attempt in (1, 2, 3, 8, 20, 100_000)]
    assert delays == sorted(delays)
    assert (delays[0], delays[-1]) == (0.3, 30.0)
    assert sum(mail_line.retry_after(attempt).total_seconds() for attempt in range(1, 6)) < 5


@pytest.mark.parametrize("answer", ["550 5.1.1 no such person", "553 5.1.3 no", "501 no"])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_refused_recipient_is_final_and_the_order_is_told_once(
    mailer: Mailer, database: Database, server: MailServer, reports: Reports, answer: str
) -> None:
    server.answers[LI] = answer
    outbox_id = put_in_outbox(database, LI, WANG)
    outcome = await mailer.send_mail(outbox_id)
    assert outcome == SendOutcome(outbox_id, "partly", sent=1, failed=1)
    row, recipients = kept(database, outbox_id)
    assert (row.state, row.sent_at) == ("partly", NOW)
    assert (recipients[LI].state, recipients[LI].smtp_code) == ("failed", int(answer[:3]))
    assert await mailer.send_mail(outbox_id) == outcome
    assert server.asked.count(LI) == 1
    assert reports.told == [(outbox_id, "partly", ["supplier_contact:0"])]


async def test_refused_by_everybody_is_undeliverable(
    mailer: Mailer, database: Database, server: MailServer, reports: Reports
) -> None:
    server.data_answer = "554 5.7.1 looks like spam"
    outbox_id = put_in_outbox(database, LI, WANG)
    assert await mailer.send_mail(outbox_id) == SendOutcome(outbox_id, "undeliverable", failed=2)
    row, recipients = kept(database, outbox_id)
    assert row.sent_at is None
    assert {recipient.smtp_code for recipient in recipients.values()} == {554}
    assert reports.told == [(outbox_id, "undeliverable", ["supplier_contact:0", "supplier_contact:1"])]


async def test_the_order_is_told_with_the_state_or_not_at_all(
    database: Database, mail_settings: Settings, server: MailServer
) -> None:
    def broken(session: Session, row: Outbox, failed: Sequence[OutboxRecipient]) -> None:
        raise LookupError("no such order")

    server.answers[LI] = "550 no"
    outbox_id = put_in_outbox(database, LI)
    with pytest.raises(LookupError):
        await Mailer(database, mail_settings, broken, clock=lambda: NOW).send_mail(outbox_id)
    assert kept(database, outbox_id)[0].state == "queued"

    reports = Reports()
    await Mailer(database, mail_settings, reports, clock=lambda: NOW).send_mail(outbox_id)
    assert kept(database, outbox_id)[0].state == "undeliverable"
    assert len(reports.told) == 1
    assert server.asked.count(LI) == 1


async def test_a_doubtful_mail_goes_out_again_byte_for_byte(
    mailer: Mailer, database: Database, server: MailServer
) -> None:
    server.drops[LI] = 1
    outbox_id = put_in_outbox(database, LI, WANG, locale="zh")
    await refused_for_now(mailer, outbox_id)
    assert kept(database, outbox_id)[1][LI].state == "queued"
    assert kept(database, outbox_id)[1][WANG].state == "sent"
    await mailer.send_mail(outbox_id)
    (doubtful,) = server.unconfirmed
    (again,) = server.messages_to(LI)
    assert doubtful.raw == again.raw
    assert again.message["Message-ID"] == kept(database, outbox_id)[0].message_id


async def test_with_the_server_away_the_mail_waits(
    mailer: Mailer, database: Database, server: MailServer
) -> None:
    server.stop()
    outbox_id = put_in_outbox(database, LI, WANG)
    error = await refused_for_now(mailer, outbox_id)
    assert "no answer" in error.message
    _, recipients = kept(database, outbox_id)
    for recipient in recipients.values():
        assert (recipient.state, recipient.smtp_code, recipient.tries) == ("queued", None, 1)
        assert "connect" in recipient.smtp_text
    server.start()
    assert (await mailer.send_mail(outbox_id)).state == "sent"


async def test_a_server_that_takes_nothing_is_asked_once(settings: Settings, database: Database) -> None:
    connections = 0

    async def turn_away(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        # Not every server speaks ASCII.
        writer.write(b"554 5.3.2 \xbd\xf1\xcc\xec\x00 not today\r\n")
        writer.close()
        await writer.wait_closed()

    outbox_id = put_in_outbox(database, LI, WANG)
    async with await asyncio.start_server(turn_away, "127.0.0.1", 0) as listening:
        port = listening.sockets[0].getsockname()[1]
        await refused_for_now(mailer_to(f"smtp://127.0.0.1:{port}", settings, database), outbox_id)
    assert connections == 1
    for recipient in kept(database, outbox_id)[1].values():
        assert (recipient.state, recipient.smtp_code, recipient.tries) == ("queued", 554, 1)
        assert recipient.smtp_text.endswith("not today")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "address", ["li@acme.test,spy@evil.test", "li@acme.test\r\nRCPT TO:<spy@evil.test>", ""]
)
async def test_what_is_not_one_address_is_never_said_to_the_server(
    mailer: Mailer, database: Database, server: MailServer, address: str
) -> None:
    outbox_id = put_in_outbox(database, address, WANG)
    assert await mailer.send_mail(outbox_id) == SendOutcome(outbox_id, "partly", sent=1, failed=1)
    assert server.asked == [WANG]
    assert kept(database, outbox_id)[1][address].smtp_text == "not one mail address in ASCII letters"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_broken_context_waits_for_a_better_version_and_names_nobody(
    mailer: Mailer, database: Database, server: MailServer
) -> None:
    outbox_id = put_in_outbox(database, LI)
    with database.write() as session:
        row = session.get_one(Outbox, outbox_id)
        row.context = row.context | {"need_by": "soon", "buyer_email": "ana@secret.test"}
    error = await refused_for_now(mailer, outbox_id)
    assert error.type == "mail.unwritable"
    assert "order_issued" in error.message
    assert "ana" not in repr(error)
    assert server.asked == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_an_unknown_row_is_no_use_trying_again(mailer: Mailer) -> None:
    for attempt in (mailer.send_mail, mailer.give_up):
        with pytest.raises(ApplicationError) as error:
            await attempt("nothing")
        assert error.value.non_retryable
        assert error.value.type == "outbox.unknown"


async def test_giving_up_settles_whoever_still_waits(
    mailer: Mailer, database: Database, server: MailServer, reports: Reports
) -> None:
    server.answers[LI] = "450 later"
    outbox_id = put_in_outbox(database, LI, WANG)
    await refused_for_now(mailer, outbox_id)
    outcome = await mailer.give_up(outbox_id)
    assert outcome == SendOutcome(outbox_id, "partly", sent=1, failed=1)
    _, recipients = kept(database, outbox_id)
    assert (recipients[LI].state, recipients[LI].smtp_code) == ("failed", 450)
    assert await mailer.give_up(outbox_id) == outcome
    assert reports.told == [(outbox_id, "partly", ["supplier_contact:0"])]


async def test_giving_up_on_a_mail_that_arrived_changes_nothing(
    mailer: Mailer, database: Database, reports: Reports
) -> None:
    outbox_id = put_in_outbox(database, LI)
    outcome = await mailer.send_mail(outbox_id)
    assert await mailer.give_up(outbox_id) == outcome
    assert reports.told == []


async def test_two_attempts_at_once_settle_once(
    mailer: Mailer, database: Database, server: MailServer, reports: Reports
) -> None:
    server.answers[LI] = "550 no"
    outbox_id = put_in_outbox(database, LI, WANG)
    outcomes = await asyncio.gather(*(mailer.send_mail(outbox_id) for _ in range(4)))
    assert set(outcomes) == {SendOutcome(outbox_id, "partly", sent=1, failed=1)}
    assert len(reports.told) == 1
    assert {mail.message["Message-ID"] for mail in server.received} == {
        kept(database, outbox_id)[0].message_id
    }


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_database_error_names_nobody(mailer: Mailer, database: Database) -> None:
    outbox_id = put_in_outbox(database, LI)
    with database.write() as session:
        session.execute(text("ALTER TABLE outbox_recipient RENAME TO elsewhere"))
    error = await refused_for_now(mailer, outbox_id)
    assert error.type == "database.away"
    assert error.message == "The database did not answer: OperationalError."


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_staff_mail_has_no_link(mailer: Mailer, database: Database, server: MailServer) -> None:
    outbox_id = put_in_outbox(database, LI, context=BY_NAME["alert"])
    await mailer.send_mail(outbox_id)
    assert "/s/" not in server.received[0].body("plain")


def mailer_to(url: str, settings: Settings, database: Database) -> Mailer:
    return Mailer(database, settings.model_copy(update={"smtp_url": url}), Reports(), clock=lambda: NOW)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_user_and_password_come_from_the_url(settings: Settings, database: Database) -> None:
    outbox_id = put_in_outbox(database, LI)
    with mail_server(login=("sendout", "p@ss:word/1")) as server:
        url = f"smtp://sendout:p%40ss%3Aword%2F1@127.0.0.1:{server.port}"
        assert (await mailer_to(url, settings, database).send_mail(outbox_id)).state == "sent"
    assert server.received[0].user == "sendout"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("who", "code"), [("sendout:wrong@", 535), ("", 530)])
async def test_a_login_of_ours_that_is_wrong_loses_no_mail(
    settings: Settings, database: Database, who: str, code: int
) -> None:
    outbox_id = put_in_outbox(database, LI)
    with mail_server(login=("sendout", "right")) as server:
        mailer = mailer_to(f"smtp://{who}127.0.0.1:{server.port}", settings, database)
        assert str(code) in (await refused_for_now(mailer, outbox_id)).message
    assert kept(database, outbox_id)[1][LI].state == "queued"


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate nobody has signed, for 127.0.0.1, and its key."""
    folder = tmp_path_factory.mktemp("certificate")
    public, key = folder / "certificate.pem", folder / "key.pem"
    request = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1"
    files = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(public)]
    subprocess.run([*request.split(), *files], check=True, capture_output=True)
    return public, key


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("trusted", [True, False])
async def test_what_can_be_encrypted_is_and_a_stranger_gets_nothing(
    settings: Settings,
    database: Database,
    certificate: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
    trusted: bool,
) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    outbox_id = put_in_outbox(database, LI)
    with mail_server(tls=context) as server:
        mailer = mailer_to(server.url, settings, database)
        if trusted:
            monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
            await mailer.send_mail(outbox_id)
            assert server.received[0].encrypted
        else:
            await refused_for_now(mailer, outbox_id)
            assert server.asked == []


@pytest.mark.parametrize(
    ("url", "relay"),
    [
        ("smtp://mail.test", Relay("mail.test", 25, tls=False)),
        ("smtps://mail.test", Relay("mail.test", 465, tls=True)),
        ("smtps://a%40b:c%3Ad@[::1]:2465", Relay("::1", 2465, tls=True, user="a@b", password="c:d")),
    ],
)
def test_the_mail_servers_address_is_a_url(url: str, relay: Relay) -> None:
    assert Relay.at(url) == relay


@pytest.mark.parametrize("url", ["", "mail.test:25", "http://mail.test", "smtp://", "smtp://mail.test:port"])
def test_anything_else_is_refused_at_the_start(url: str) -> None:
    with pytest.raises(ValueError):
        Relay.at(url)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "wrong", [{"secret_key": "short"}, {"mail_from": "nobody"}, {"smtp_url": "ftp://mail.test"}]
)
def test_settings_no_mail_could_be_sent_with_stop_the_worker(
    database: Database, make_settings: Callable[..., Settings], wrong: dict[str, str]
) -> None:
    with pytest.raises(ValueError):
        Mailer(database, make_settings(**wrong), Reports())
