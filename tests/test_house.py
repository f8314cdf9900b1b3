"""The house itself: fixtures, locks, the secret key, the command line, the local mailbox."""

from __future__ import annotations

import email
import logging
import re
import smtplib
import stat
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from email import policy
from pathlib import Path

import pytest
import structlog
from sqlalchemy import inspect, select, text
from temporalio.testing import WorkflowEnvironment
from typer.testing import CliRunner

from api import logs, mailbox, temporal
from api.cli import app
from models.db import Database
from models.secrets import KEY_FILE, with_secret_key
from models.settings import Settings
from models.tables.people import User
from models.tables.types import table
from tests.processes import ROOT, answers, environment, free_port, running, sendout, wait_until

Command = Callable[..., tuple[int, str]]

# --- fixtures


@pytest.mark.parametrize("time", ["first", "second"])
def test_every_test_has_an_empty_database_of_its_own(database: Database, time: str) -> None:
    with database.write() as session:
        session.execute(text("CREATE TABLE left_over (x INTEGER)"))
    assert "person" in inspect(database.engine).get_table_names()


async def test_the_server_of_the_tests_knows_every_search_attribute(
    temporal_env: WorkflowEnvironment, temporal_address: str
) -> None:
    assert temporal.is_serving(environment(TEMPORAL_ADDRESS=temporal_address))


async def test_preparing_a_prepared_server_changes_nothing(temporal_address: str) -> None:
    prepared = environment(TEMPORAL_ADDRESS=temporal_address)
    assert temporal.register_search_attributes(prepared) == []
    assert temporal.create_namespace(prepared) is False


def test_a_server_that_is_away_is_said_to_be() -> None:
    nowhere = environment(TEMPORAL_ADDRESS=f"127.0.0.1:{free_port()}")
    with pytest.raises(temporal.TemporalError, match="nothing is listening"):
        temporal.register_search_attributes(nowhere)


# --- locks

PIN = re.compile(r"^([a-z0-9._-]+(?:\[[a-z,]+\])?==\S+)", re.MULTILINE)


def pins(name: str) -> set[str]:
    return set(PIN.findall((ROOT / name).read_text()))


def test_the_locks_agree_and_carry_a_hash_for_every_package() -> None:
    assert pins("requirements.lock") < pins("requirements-dev.lock")
    assert pins("requirements-build.lock") < pins("requirements-dev.lock")
    for lock in ROOT.glob("requirements*.lock"):
        entries = re.split(r"\n(?=[a-z0-9])", lock.read_text())
        assert all("--hash=sha256:" in entry for entry in entries), lock.name


def test_no_registry_host_is_named() -> None:
    files = [*ROOT.glob("requirements*.lock"), ROOT / "pyproject.toml", ROOT / "Makefile"]
    files += [ROOT / "Dockerfile", ROOT / ".ci/run"]
    for file in files:
        assert "://" not in file.read_text(), file.name


# --- the secret key


def test_the_secret_key_is_made_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, data_dir=tmp_path / "new")
    with ThreadPoolExecutor(8) as pool:
        keys = {
            made.secret_key.get_secret_value()
            for made in pool.map(lambda _: with_secret_key(settings), range(8))
        }
    kept = tmp_path / "new" / KEY_FILE
    assert keys == {kept.read_text()}
    assert len(kept.read_text()) >= 64
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert [path.name for path in kept.parent.iterdir()] == [KEY_FILE]


def test_a_given_secret_key_is_used_and_not_written_down(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, data_dir=tmp_path / "new", secret_key="given")
    assert with_secret_key(settings).secret_key.get_secret_value() == "given"
    assert not (tmp_path / "new").exists()


# --- logs


def test_an_event_is_one_line_whoever_logs_it(
    capsys: pytest.CaptureFixture[str], restored_logging: None
) -> None:
    logs.configure("info")
    structlog.get_logger("ours").info("order_issued", order="A-1", note="two\nlines")
    logging.getLogger("a.library").warning("disk %s", "full")
    logging.getLogger("a.library").debug("not asked for")
    try:
        int("why")
    except ValueError:
        structlog.get_logger("ours").exception("failed")
    ours, library, failed = capsys.readouterr().err.splitlines()
    assert re.fullmatch(
        r"timestamp=\S+Z level=info logger=ours event=order_issued order=A-1 note=two\\nlines", ours
    )
    assert 'level=warning logger=a.library event="disk full"' in library
    assert "event=failed" in failed
    assert "ValueError: invalid literal" in failed


@pytest.fixture
def restored_logging() -> Iterator[None]:
    """Commands set the process's logging up; the next test finds it as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


# --- the command line


@pytest.fixture
def command(restored_logging: None) -> Command:
    """Runs ``sendout ARGUMENTS`` in this process; gives the exit code and what it said."""

    def run(*arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(app, list(arguments))
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, result.output

    return run


def test_a_person_and_a_token_can_be_made_before_anything_runs(command: Command, tmp_path: Path) -> None:
    folder = ["--data-dir", str(tmp_path / "new")]
    roles = ["--role", "buyer", "--role", "admin"]
    code, said = command("user", "create", "Anna@Example.com", "--name", " Anna Weber ", *roles, *folder)
    assert (code, said) == (0, "anna@example.com: buyer, admin\n")
    with Database(f"sqlite:///{tmp_path}/new/sendout.db").read() as session:
        assert session.scalar(select(table(User).c.name)) == "Anna Weber", "as mails greet her"
    code, said = command("token", "create", "--user", "anna@example.com", *folder)
    assert code == 0
    assert re.fullmatch(r"\S{40,}", said.splitlines()[-1])


def test_a_refusal_is_said_in_a_sentence(command: Command, tmp_path: Path) -> None:
    folder = ["--data-dir", str(tmp_path / "new")]
    assert command("token", "create", "--user", "nobody@example.com", *folder) == (
        1,
        "There is no person with the address nobody@example.com.\n",
    )


def test_a_wrong_setting_is_named(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SENDOUT_LINK_DAYS", "many")
    code, said = command("migrate")
    assert code == 1
    assert said.startswith("Settings are wrong. SENDOUT_LINK_DAYS: ")


# --- the local mailbox


def test_the_mailbox_keeps_what_it_accepts(tmp_path: Path) -> None:
    port = free_port()
    arguments = ["mailbox", "--port", str(port), "--data-dir", str(tmp_path)]
    with running(sendout(*arguments), tmp_path / "log") as server:
        wait_until(lambda: answers(port), "the mailbox")
        with smtplib.SMTP("127.0.0.1", port) as client:
            message = b"Subject: Bestellung A-1\r\nTo: ada@acme.example\r\n\r\nGuten Tag\r\n.\r\n"
            client.sendmail("us@example.com", ["ada@acme.example", "lab@acme.example"], message)
        (kept,) = mailbox.mails(tmp_path / "mailbox")
        assert server.stop() == 0
    mail = email.message_from_bytes(kept.read_bytes(), policy=policy.default)
    assert mail["Subject"] == "Bestellung A-1"
    assert mail.get_all("Delivered-To") == ["ada@acme.example", "lab@acme.example"]
    assert mail.get_content().splitlines() == ["Guten Tag", "."]
    assert "ada@acme.example" not in server.output


def test_a_mail_larger_than_the_mailbox_takes_is_refused(
    make_settings: Callable[..., Settings], tmp_path: Path
) -> None:
    folder = mailbox.folder(make_settings())
    port = free_port()
    arguments = ["mailbox", "--port", str(port), "--data-dir", str(folder.parent)]
    with running(sendout(*arguments), tmp_path / "log"):
        wait_until(lambda: answers(port), "the mailbox")
        with smtplib.SMTP("127.0.0.1", port) as client, pytest.raises(smtplib.SMTPSenderRefused) as refused:
            client.sendmail("us@example.com", ["ada@acme.example"], b"x" * (mailbox.LARGEST_MAIL + 1))
    assert refused.value.smtp_code == 552
    assert mailbox.mails(folder) == []
