"""The local mailbox as pages: what would have been sent, for people who try the product out.

It exists only while mails go to the local mailbox; they hold suppliers' links, so it is for admins,
and open to everybody only in the demo, which listens on this machine alone.
"""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse

from api import mailbox
from api.auth import PUBLIC, allowed
from api.errors import Problem
from api.html import page
from api.mail_reading import NAME, Mail, heading, read
from api.supplier.words import language
from models.settings import Settings

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_PAGE = 50
# The mail's own style and nothing else: no script, no form, no picture from anywhere. Its links
# open pages of their own.
HTML_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)


async def _guard(request: Request) -> None:
    """404 where there is no local mailbox; then whoever the settings say."""
    settings: Settings = request.app.state.settings
    if settings.mailbox == "off" or urlsplit(settings.smtp_url).hostname not in _LOOPBACK:
        raise HTTPException(404)
    if settings.mailbox == "open":
        # A page elsewhere can have a name of its own lead to this machine; it cannot choose this one.
        if urlsplit(f"//{request.headers.get('host', '')}").hostname not in _LOOPBACK:
            raise Problem(403, "mailbox.elsewhere", "Open the mailbox at 127.0.0.1 or localhost.")
        return
    try:
        await allowed()(request)
    except Problem as problem:
        raise HTTPException(303, headers={"Location": "/login"}) from problem


router = APIRouter(prefix="/mailbox", include_in_schema=False, dependencies=[*PUBLIC, Depends(_guard)])


@router.get("")
def list_mails(
    request: Request, before: Annotated[str | None, Query(pattern=f"^{NAME.pattern}$")] = None
) -> HTMLResponse:
    """The newest first, a page at a time."""
    kept = [
        path
        for path in mailbox.mails(mailbox.folder(request.app.state.settings))
        if NAME.fullmatch(path.name) and (before is None or path.name < before)
    ]
    shown = [heading(path) for path in kept[:_PAGE]]
    older = shown[-1].name if len(kept) > _PAGE else ""
    return page(
        "pages/mailbox.html", locale=language(request), mails=shown, older=older, first=before is None
    )


@router.get("/{name}")
def show_mail(name: str, request: Request) -> HTMLResponse:
    return page("pages/mailbox_mail.html", locale=language(request), mail=_mail(request, name))


@router.get("/{name}/html")
def show_html(name: str, request: Request) -> Response:
    """The HTML body alone, for the frame in the mail's page."""
    html = _mail(request, name).html
    if not html:
        raise HTTPException(404)
    html = re.sub(r"<head[^>]*>", r'\g<0><base target="_blank">', html, count=1, flags=re.IGNORECASE)
    headers = {"Content-Security-Policy": HTML_POLICY, "X-Frame-Options": "SAMEORIGIN"}
    return HTMLResponse(html, headers=headers)


@router.get("/{name}/attachments/{index}")
def download(name: str, index: int, request: Request) -> Response:
    """Always as a file to keep, never as a page of ours."""
    for attachment in _mail(request, name).attachments:
        if attachment.index == index:
            filename = re.sub(r"[^\w.-]", "_", attachment.filename, flags=re.ASCII)
            return Response(
                attachment.content,
                media_type=attachment.media_type,
                headers={"Content-Disposition": f'attachment; filename="{filename}"'},
            )
    raise HTTPException(404)


def _mail(request: Request, name: str) -> Mail:
    path = mailbox.folder(request.app.state.settings) / name
    if not NAME.fullmatch(name) or not path.is_file():
        raise HTTPException(404)
    return read(path)
