"""Pages for suppliers, and the page that an error becomes: nobody here is shown JSON."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import structlog
from fastapi import Request, Response
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse

from activities.i18n import LOCALES, N_, say
from api import html
from api.errors import DATABASE_AWAY, Unanswered, reported, status_of
from api.supplier.visits import DeadLink, Visit
from api.supplier.words import LANGUAGE_COOKIE, LANGUAGES, Words, language
from api.wire import ExactRoute
from models.domain.errors import Refusal

log = structlog.get_logger(__name__)
_A_YEAR = 365 * 24 * 3600


class PageRoute(ExactRoute):
    """Answers with a page whatever happens."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def shown(request: Request) -> Response:
            switched = _switched(request)
            if switched is not None:
                return switched
            try:
                return await handle(request)
            except DeadLink:
                return dead(request)
            except Refusal as refusal:
                sentence = Words(language(request), "UTC", datetime.now(UTC).date()).refusal(refusal)
                return trouble(request, status_of(refusal), sentence)
            except DATABASE_AWAY:
                log.exception("database_away")
                text = N_("We cannot reach our records. Try again in a moment.")
                return trouble(request, 503, say(language(request), text))
            except Unanswered:
                text = N_(
                    "It is saved, but we cannot reach our records to say what became of it. Look again in a "
                    "moment."
                )
                return trouble(request, 503, say(language(request), text))
            except HTTPException as error:
                text = N_("What was sent cannot be read; nothing was saved. Go back and send it again.")
                return trouble(request, error.status_code, say(language(request), text))
            except Exception as error:  # noqa: BLE001
                reference = reported(error, method=request.method, route=self.path)
                text = N_("Nothing was saved. Try again; if it stays so, tell us the reference {reference}.")
                return trouble(request, 500, say(language(request), text, {"reference": reference}))

        return shown


def draw(visit: Visit, template: str, status: int = 200, **context: Any) -> Response:
    """A page of this visit."""
    words = visit.words
    return html.page(
        template,
        status,
        locale=words.locale,
        words=words,
        visit=visit,
        company=visit.company,
        languages=LANGUAGES,
        **context,
    )


def dead(request: Request) -> Response:
    """The one page for every link that does not open: wrong, expired, revoked, or another browser's."""
    return _stranger(request, "supplier/dead.html", 404, address=_asks_at(request))


def asked(request: Request) -> Response:
    """The one answer to everybody who asked for a fresh link."""
    return _stranger(request, "supplier/asked.html", 200)


def trouble(request: Request, status: int, sentence: str) -> Response:
    return _stranger(request, "supplier/trouble.html", status, sentence=sentence)


def _stranger(request: Request, template: str, status: int, **context: Any) -> Response:
    """A page for somebody we know nothing of."""
    company = request.app.state.settings.company
    return html.page(
        template, status, locale=language(request), company=company, languages=LANGUAGES, **context
    )


def _asks_at(request: Request) -> str:
    """Where to ask for a fresh link: empty for right here, so that the page does not repeat a token."""
    link = request.path_params.get("link")
    return f"/s/o/{link}" if link else ""


def _switched(request: Request) -> Response | None:
    """``?language=es`` is kept in a cookie, and the address is clean again."""
    wanted = request.query_params.get("language")
    if wanted not in LOCALES or request.method == "POST":
        return None
    rest = request.url.remove_query_params("language")
    answer = RedirectResponse(f"{rest.path}?{rest.query}".removesuffix("?"), 303)
    answer.set_cookie(
        LANGUAGE_COOKIE,
        wanted,
        max_age=_A_YEAR,
        path="/s",
        httponly=True,
        samesite="lax",
        secure=urlsplit(request.app.state.settings.public_url).scheme == "https",
    )
    return answer
