"""What a supplier is told while Temporal is away, and that it is done once it is back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from temporalio.client import Client

from api.dispatch import Dispatcher
from tests.processes import free_port
from tests.supplier.phone import Page, Phone, opened
from tests.supplier.steps import accepted, order
from tests.systems import System


@asynccontextmanager
async def temporal_away(system: System) -> AsyncIterator[None]:
    """Nobody is at the other end of the dispatcher meanwhile."""
    dispatcher: Dispatcher = system.app.state.dispatcher
    client, settings = dispatcher.client, dispatcher.settings
    dispatcher.client = await Client.connect(f"127.0.0.1:{free_port()}", lazy=True)
    dispatcher.settings = settings.model_copy(update={"update_timeout": 0.3})
    try:
        yield
    finally:
        dispatcher.client, dispatcher.settings = client, settings


@asynccontextmanager
async def temporal_frozen(system: System) -> AsyncIterator[None]:
    """Somebody takes the dispatcher's calls meanwhile, and never answers."""
    taken: list[asyncio.StreamWriter] = []
    server = await asyncio.start_server(lambda _, writer: taken.append(writer), "127.0.0.1")
    port = server.sockets[0].getsockname()[1]
    dispatcher: Dispatcher = system.app.state.dispatcher
    client, settings = dispatcher.client, dispatcher.settings
    dispatcher.client = await Client.connect(f"127.0.0.1:{port}", lazy=True)
    dispatcher.settings = settings.model_copy(update={"update_timeout": 30.0, "page_timeout": 0.5})
    try:
        yield
    finally:
        dispatcher.client, dispatcher.settings = client, settings
        for writer in taken:
            writer.close()
        server.close()


async def settled(phone: Phone, page: Page) -> Page:
    for _ in range(100):
        page = await phone.open(page.url)
        if "will be applied" not in page.text:
            return page
        await asyncio.sleep(0.2)
    raise AssertionError(page.text)


async def test_an_answer_is_saved_and_applied_when_temporal_is_back(system: System) -> None:
    number = await order(system)
    phone, page = await opened(system, number)
    async with temporal_away(system):
        saved = await phone.press(page, "accept")
        assert saved.status == 200
        assert "Saved, will be applied in a moment" in saved.text
        assert "You need not send it again." in saved.text
        assert saved.heading == "Thank you, that is all for now"
        again = await phone.press(page, "accept")
        assert again.url == saved.url
        assert (await system.get(f"/orders/{number}"))["stage"] == "issued"
    assert saved.links["See whether it is applied"] == saved.url
    done = await settled(phone, saved)
    assert "You promised" in done.text
    found = await system.get(f"/orders/{number}")
    assert (found["stage"], found["version"]) == ("acknowledged", 2)


async def test_nobody_at_a_page_waits_for_a_server_that_hangs(system: System) -> None:
    number = await order(system)
    phone, page = await opened(system, number)
    async with temporal_frozen(system):
        began = time.monotonic()
        saved = await phone.press(page, "accept")
        assert time.monotonic() - began < 5
        assert "Saved, will be applied in a moment" in saved.text
    assert "You promised" in (await settled(phone, saved)).text


async def test_a_saved_answer_that_is_refused_later_says_so_on_the_page(system: System) -> None:
    number = await order(system)
    one, first = await opened(system, number)
    two, second = await opened(system, number)
    async with temporal_away(system):
        await one.press(first, "accept")
        saved = await two.press(second, "decline", reason="No room")
        assert "Saved, will be applied" in saved.text
    done = await settled(two, saved)
    assert "This could not be done" in done.text
    assert "This order has been answered already (order accepted)." in done.text
    assert (await system.get(f"/orders/{number}"))["stage"] == "acknowledged"


async def test_a_document_is_kept_while_temporal_is_away(system: System) -> None:
    number = await accepted(system)
    phone, page = await opened(system, number)
    form = await phone.open(f"{page.url}/document")
    async with temporal_away(system):
        saved = await phone.press(
            form, "send", ("p.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg"), type="photo"
        )
        assert "Saved, will be applied" in saved.text
    await settled(phone, saved)
    assert len((await system.get(f"/orders/{number}/documents"))["items"]) == 1
