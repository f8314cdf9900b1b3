"""What every answer passes through. Plain ASGI: Starlette's base class costs a task per request."""

from __future__ import annotations

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import broken

_HEADERS = (
    (
        b"content-security-policy",
        b"default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
)


class SecurityHeaders:
    """Adds the headers a browser needs to keep a page to itself; a page may set its own instead."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self.app = app
        self._defaults: tuple[tuple[bytes, bytes], ...] = _HEADERS
        if https:
            self._defaults += ((b"strict-transport-security", b"max-age=31536000"),)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        caching = b"no-cache" if scope["path"].startswith("/static/") else b"no-store"

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                given = {name.lower() for name, _ in headers}
                for name, value in (*self._defaults, (b"cache-control", caching)):
                    if name not in given:
                        headers.append((name, value))
                message["headers"] = headers
            await send(message)

        await self.app(scope, receive, with_headers)


class ServerTiming:
    """Tells who is known how long the answer took to make, from the request's head to the answer's: browsers
    show it to whoever asks why a page is slow, and the benchmark reads it. Strangers are told nothing that
    differs between a key that is wrong and one that is expired."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        state = scope.setdefault("state", {})

        async def timed(message: Message) -> None:
            if message["type"] == "http.response.start" and "principal" in state:
                took = f"app;dur={(time.perf_counter() - began) * 1000:.1f}"
                message["headers"] = [*message.get("headers", ()), (b"server-timing", took.encode())]
            await send(message)

        await self.app(scope, receive, timed)


class LastResort:
    """Turns an unexpected exception into a problem with a reference; the log has the rest."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception as error:
            if started:
                raise
            route = getattr(scope.get("route"), "path", "unknown")
            await broken(error, method=scope["method"], route=route)(scope, receive, send)
