"""One thing at a time goes away on one machine: Temporal, the API, the mail server, room on the disk."""

from __future__ import annotations

import asyncio
import resource
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from httpx2 import Response, TransportError

from models.domain.authority import Role
from tests.faults.site import OUTBOX, Site, assert_chained, eventually
from tests.stories import BEHALF, LOT, issued
from tests.supplier.phone import opened
from tests.systems import API

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
ALL_PIECES = {"lines": [{"line": 1, "lot": LOT, "quantity": 1}]}


async def test_what_is_asked_while_temporal_is_away_is_applied_once_and_in_order(one: Site) -> None:
    number = await issued(one, quantity=1)
    path = f"/orders/{number}"
    phone, page = await opened(one, number)
    one.kill("temporal")

    accepted = await phone.press(page, "accept")
    assert "Saved, will be applied in a moment" in accepted.text
    # What follows keeps its place; the last one cannot come true any more when its turn has come.
    sent = await one.ask(Role.RECEIVING, f"{path}/send", ALL_PIECES, key="all")
    assert (sent.status_code, sent.json()["status"]) == (202, "received")
    assert sent.headers["Location"] == f"/api/v1/commands/{sent.json()['command']}"
    arrived = {"code": "REC", "on_behalf_of": BEHALF}
    followers = [
        sent,
        await one.ask(Role.PLANNER, f"{path}/report-milestone", arrived),
        await one.ask(Role.RECEIVING, f"{path}/send", ALL_PIECES, key="more"),
    ]
    assert [answer.status_code for answer in followers] == [202] * 3
    asked = [accepted.url.rpartition("=")[2], *(answer.json()["command"] for answer in followers)]

    again = await one.ask(Role.RECEIVING, f"{path}/send", ALL_PIECES, key="all")
    assert (again.status_code, again.json()["command"]) == (202, asked[1])
    assert (await phone.press(page, "accept")).url == accepted.url
    order = await one.order(number)
    assert (order["stage"], [item["command"] for item in order["pending_commands"]]) == ("issued", asked)

    one.start("temporal")
    await eventually(lambda: not one.waiting(number), "every command is settled")
    settled = one.commands(number)[1:]
    assert [command.id for command in settled] == asked
    assert [command.status for command in settled] == ["applied", "applied", "applied", "refused"]
    events = one.events(number)
    assert_chained(events)
    assert [event.command for event in events if event.command in asked] == asked[:3]
    order = await one.order(number)
    assert (order["stage"], order["pending_commands"]) == ("in_process", [])
    assert order["lines"][0]["pieces"]["at_supplier"] == "1"

    # Whoever was told "saved" hears of the refusal, where they ask and by mail.
    told = await one.get(f"/commands/{asked[3]}")
    assert (told["status"], told["refusal"]["code"]) == ("refused", "send.more_than_ordered")
    again = await one.ask(Role.RECEIVING, f"{path}/send", ALL_PIECES, key="more")
    assert (again.status_code, again.json()["code"]) == (409, "send.more_than_ordered")
    assert len(one.outbox(number, OUTBOX.c.template == "command_refused")) == 1
    await eventually(lambda: one.mails(number, "command_refused") != [], "the mail about the refusal")
    (mail,) = one.mails(number, "command_refused")
    assert mail.recipients == ("receiving@example.com",)
    assert "You promised" in (await phone.open(accepted.url)).text
    await phone.client.aclose()


@pytest.mark.parametrize("hanging", ["temporal", "worker"])
async def test_a_command_of_an_api_killed_before_it_could_answer_is_applied_once(
    one: Site, hanging: str
) -> None:
    number = await issued(one, quantity=1)
    path, reason = f"/orders/{number}/hold", {"reason": "A new drawing is on its way."}
    with one.frozen(hanging):
        asked = asyncio.create_task(one.ask(Role.BUYER, path, reason, key=f"{hanging} hangs"))
        await eventually(lambda: one.waiting(number) == 1, "the command is saved")
        # Long enough for the request to be on its way, not for the API to give up waiting.
        await asyncio.sleep(0.3)
        one.kill("api")
        with pytest.raises(TransportError):
            await asked
    one.start("api")
    await eventually(lambda: not one.waiting(number), "the command is settled")
    answer = await one.ask(Role.BUYER, path, reason, key=f"{hanging} hangs")
    assert (answer.status_code, answer.json()["flags"]) == (200, ["hold"])
    assert [(command.name, command.status) for command in one.commands(number)[1:]] == [("hold", "applied")]
    events = one.events(number)
    assert_chained(events)
    assert sum(event.type == "order_held" for event in events) == 1


async def test_commands_go_on_without_a_mail_server_and_each_mail_arrives_once_afterwards(one: Site) -> None:
    one.smtp.stop()
    number = await issued(one, quantity=1)
    await one.command(Role.BUYER, number, "acknowledge", decision="accept", on_behalf_of=BEHALF)
    await one.command(Role.BUYER, number, "hold", reason="A new drawing is on its way.")
    await one.command(Role.BUYER, number, "resume")
    written = one.outbox(number)
    assert {row.template for row in written} >= {"order_issued", "order_held", "order_resumed"}
    assert {row.state for row in written} == {"queued"}

    one.smtp.start()
    await eventually(lambda: not one.outbox(number, OUTBOX.c.state == "queued"), "every mail is delivered")
    assert {row.state for row in one.outbox(number)} == {"sent"}
    ids = {row.message_id for row in written}
    arrived = Counter(mail.message["Message-ID"] for mail in one.smtp.received)
    assert {name: arrived[name] for name in ids} == dict.fromkeys(ids, 1)


@contextmanager
def no_file_beyond(size: int, pid: int) -> Iterator[None]:
    """The process cannot write behind this place in any file, as if the disk were full."""
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


async def upload(site: Site, number: str, content: bytes, key: str = "") -> Response:
    headers = {"Content-Type": "application/pdf", "X-Filename": "coc.pdf"}
    return await site.login(Role.QUALITY).post(
        f"{API}/orders/{number}/documents?type=coc",
        content=content,
        headers=headers | ({"Idempotency-Key": key} if key else {}),
    )


def kept(site: Site) -> list[Path]:
    return [path for path in site.settings.files_dir.rglob("*") if path.is_file()]


async def test_a_file_the_disk_has_no_room_for_is_refused_and_leaves_nothing(one: Site) -> None:
    number, large = await issued(one, quantity=1), PDF + bytes(8_000_000)
    before = kept(one), one.commands(number)
    with no_file_beyond(4_000_000, one.parts["api"].pid):
        refused = await upload(one, number, large, "certificate")
    assert (refused.status_code, refused.json()["code"]) == (507, "file.storage")
    assert (kept(one), one.commands(number)) == before
    stored = await upload(one, number, large, "certificate")
    assert stored.status_code == 201, stored.text
    # Under its key it is one document however often it is sent, and no other file.
    again = await upload(one, number, large, "certificate")
    assert (again.status_code, again.json()) == (201, stored.json())
    other = await upload(one, number, PDF, "certificate")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency.reused")


async def test_a_folder_nobody_can_write_to_refuses_files_and_nothing_else(one: Site, tmp_path: Path) -> None:
    number, folder = await issued(one, quantity=1), one.settings.files_dir
    folder.rename(tmp_path / "files")
    # Not even root makes files there.
    folder.symlink_to("/proc/self")
    try:
        refused = await upload(one, number, PDF)
        assert (refused.status_code, refused.json()["code"]) == (507, "file.storage")
        order = await one.command(Role.BUYER, number, "acknowledge", decision="accept", on_behalf_of=BEHALF)
        assert order["stage"] == "acknowledged"
    finally:
        folder.unlink()
        (tmp_path / "files").rename(folder)
    stored = await upload(one, number, PDF)
    assert stored.status_code == 201, stored.text


async def test_a_database_without_room_takes_no_command_and_half_of_none(one: Site) -> None:
    number = await issued(one, quantity=1)
    reason = {"reason": "A new drawing is on its way."}
    with no_file_beyond(1, one.parts["api"].pid):
        refused = await one.ask(Role.BUYER, f"/orders/{number}/hold", reason, key="no room")
    assert (refused.status_code, refused.json()["code"]) == (503, "database.away")
    assert len(one.commands(number)) == 1
    # The worker's disk is full too when its own turn comes: it tries until it is not.
    with no_file_beyond(1, one.parts["worker"].pid):
        waiting = await one.ask(Role.BUYER, f"/orders/{number}/hold", reason, key="no room")
        assert waiting.status_code == 202
    await eventually(lambda: not one.waiting(number), "the command is settled")
    assert (await one.order(number))["flags"] == ["hold"]
