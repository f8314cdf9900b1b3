"""The emailed link itself: it is swapped for a cookie, or a fresh one is mailed."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from fastapi import APIRouter, Request, Response
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from activities import links
from api.auth import PUBLIC
from api.dispatch import Dispatcher
from api.errors import TooOften
from api.supplier import pages
from api.supplier.fields import typed
from api.supplier.visits import DeadLink, let_in

router = APIRouter(route_class=pages.PageRoute, include_in_schema=False, prefix="/s")
# Asking takes this long whether or not there was anything to write, so that time tells nothing.
ASKING_SECONDS = 0.5


class LinkBrake:
    """Counts, per address and in this process, tokens that do not exist and fresh links asked for."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._wrong = RateLimitItemPerMinute(100)
        self._asked = RateLimitItemPerMinute(20, 10)

    def check(self, request: Request) -> None:
        """Raises ``TooOften`` when too many wrong links came from there just now."""
        if not self._limiter.test(self._wrong, "wrong", _address(request)):
            raise _too_often()

    def wrong(self, request: Request) -> None:
        self._limiter.hit(self._wrong, "wrong", _address(request))

    def ask(self, request: Request) -> None:
        """Raises ``TooOften`` when too many fresh links were asked for from there."""
        if not self._limiter.hit(self._asked, "asked", _address(request)):
            raise _too_often()


@router.api_route("/{token}", methods=["GET", "HEAD"], dependencies=PUBLIC)
async def open_link(token: str, request: Request) -> Response:
    """A living token becomes a cookie of its own path and a clean address. Nothing is written."""
    brake: LinkBrake = request.app.state.link_brake
    brake.check(request)
    state = request.app.state

    def find() -> Any:
        with state.database.read() as session:
            return links.by_token(session, token)

    link, now = await run_in_threadpool(find), state.clock()
    if not links.living(link, now):
        brake.wrong(request)
        raise DeadLink
    return let_in(request, link, now)


@router.post("/{token}", dependencies=PUBLIC)
async def ask_with_token(token: str, request: Request) -> Response:
    return await _ask(request, lambda session: links.by_token(session, token))


@router.post("/o/{link}", dependencies=PUBLIC)
async def ask_with_address(link: str, request: Request) -> Response:
    return await _ask(request, lambda session: links.by_id(session, link))


async def _ask(request: Request, find: Any) -> Response:
    """Mails a fresh link to the address we know; says the same whether or not there is one."""
    if (await typed(request)).get("answer") != "fresh":
        return RedirectResponse(request.url.path, 303)
    state, began = request.app.state, time.monotonic()
    state.link_brake.ask(request)

    def write() -> list[str]:
        with state.database.write() as session:
            return links.mail_fresh(session, state.settings, find(session), state.clock())

    written = await run_in_threadpool(write)
    await asyncio.sleep(max(0.0, began + ASKING_SECONDS - time.monotonic()))
    answer = pages.asked(request)
    answer.background = BackgroundTask(_deliver, state.dispatcher, written)
    return answer


async def _deliver(dispatcher: Dispatcher, outbox: list[str]) -> None:
    for each in outbox:
        await dispatcher.deliver(each)


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _too_often() -> TooOften:
    return TooOften("link.too_many", "Too many tries. Wait a few minutes, then try again.")
