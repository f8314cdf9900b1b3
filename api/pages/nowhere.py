"""What a person's browser is shown where there is nothing: a page, while programs get a problem in JSON."""

from __future__ import annotations

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from activities.i18n import N_, say
from api.auth import authenticate
from api.errors import DATABASE_AWAY, answered
from api.pages.route import trouble
from api.supplier import pages as supplier_pages
from api.supplier.words import language

_NOTHING = N_("There is nothing at this address.")
_NOT_LIKE_THIS = N_(
    "This address cannot be used like this. Go on from the page you came from, or from Today."
)
_NOT_THIS_LINK = N_("There is nothing at this address. Open the link in our mail again.")


def install(app: FastAPI) -> None:
    """Answer browsers with a page at an address that is unknown or does not take what was sent there."""

    async def nowhere(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException), "nothing else has a status"
        if not _looked_at(request):
            return answered(error)
        answer = await _page(request, error.status_code)
        answer.headers.update(error.headers or {})
        answer.headers["Vary"] = "Accept, Accept-Language, Cookie"
        return answer

    for status in (404, 405):
        app.add_exception_handler(status, nowhere)


def _looked_at(request: Request) -> bool:
    """Whether somebody looks at it: browsers ask for HTML by name, programs for whatever there is."""
    path = request.url.path
    return not f"{path}/".startswith("/api/") and "text/html" in request.headers.get("accept", "").lower()


async def _page(request: Request, status: int) -> Response:
    if request.url.path.startswith("/s/"):
        return supplier_pages.trouble(request, status, say(language(request), _NOT_THIS_LINK))
    locale = await _locale(request)
    return trouble(request, status, say(locale, _NOTHING if status == 404 else _NOT_LIKE_THIS), locale)


async def _locale(request: Request) -> str:
    """The language of whoever is logged in, as on every other page; for a stranger that of the browser."""
    try:
        return language(request, (await authenticate(request)).locale)
    except (HTTPException, *DATABASE_AWAY):
        return language(request)
