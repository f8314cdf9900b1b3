"""One of our people's browsers, without JavaScript: opens pages, fills forms, sends them."""

from __future__ import annotations

import uuid
from datetime import datetime
from urllib.parse import urljoin, urlsplit

from httpx2 import AsyncClient, Response

from api import people
from api.sessions import COOKIE, create_session
from models.domain.authority import Role
from tests.supplier.phone import Form, Page
from tests.systems import System

# Scripts and frames may be there; nothing may need them.
_MORE = ("script", "iframe")


class StaffPage(Page):
    """A page of ours as a browser understands it; checked for what every page has to be."""

    def _check(self) -> None:
        for tag, given in self.tags:
            if tag in _MORE:
                assert given["src"].startswith("/"), f"from elsewhere or inline: {given}"
        everything = self.tags
        self.tags = [(tag, given) for tag, given in everything if tag not in _MORE]
        super()._check()
        self.tags = everything

    def form_to(self, action: str) -> Form:
        """The form that is sent to this path."""
        found = [form for form in self.forms if urlsplit(form.action).path == action]
        assert found, f"no form to {action}: {[form.action for form in self.forms]}"
        return found[0]


class Browser:
    """One browser with its cookies."""

    def __init__(self, client: AsyncClient) -> None:
        self.client = client

    async def get(self, path: str) -> Response:
        """One answer, redirects not followed."""
        return await self.client.get(path, follow_redirects=False)

    async def open(self, path: str) -> StaffPage:
        return StaffPage(await self.client.get(path, follow_redirects=True))

    async def post(self, path: str, fields: dict[str, str]) -> Response:
        """One answer, redirects not followed."""
        return await self.client.post(path, data=fields, follow_redirects=False)

    async def send(self, page: StaffPage, action: str, /, **typed: str) -> StaffPage:
        """Fills the form that goes to `action` and sends it; names may have __ for their dots."""
        form = page.form_to(action)
        given = {name.replace("__", "."): value for name, value in typed.items()}
        fields = form.fields | given
        return StaffPage(
            await self.client.post(urljoin(page.url, form.action), data=fields, follow_redirects=True)
        )


class Browsers:
    """Browsers of people with given roles, logged in without the work of hashing a password."""

    def __init__(self, system: System) -> None:
        self.system = system
        self._clients: list[AsyncClient] = []

    def of(self, *roles: Role, cleared: bool = False, locale: str = "en", name: str = "") -> Browser:
        """A new person's browser."""
        now: datetime = self.system.app.state.clock()
        with self.system.database.write() as session:
            address = f"{uuid.uuid4().hex}@example.com"
            user = people.create_user(
                session, address, roles, None, now, name=name, cleared=cleared, locale=locale
            )
            secret = create_session(session, user, now)
        browser = self.stranger()
        browser.client.cookies.set(COOKIE, secret)
        return browser

    def stranger(self) -> Browser:
        """Somebody who is not logged in."""
        client = self.system.client()
        self._clients.append(client)
        return Browser(client)

    async def close(self) -> None:
        for client in self._clients:
            await client.aclose()
