"""A supplier's phone: reads mail, opens links, fills forms and presses buttons, without JavaScript."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

from httpx2 import AsyncClient, Response

from tests.smtp import MailServer, Received
from tests.systems import System

_VOID = frozenset({"meta", "link", "input", "br", "hr", "img"})
# Those of ours that help with a form; everything works without them.
SCRIPTS = ("/static/sending.js", "/static/uploads.js", "/static/measuring.js")
_SAYS_WHICH = re.compile(r"^[^:：]+(: |：)|\d")
_ROW_NUMBER = re.compile(r"(?<=\.)(s?\d+|[A-Z]+-\d{4}-\d+)(?=\.|$)")
_LINK = re.compile(r"https?://[^\s\"<>]+/s/[A-Za-z0-9_-]{43}\b")


@dataclass
class Form:
    """A form as it stands on the page. ``answers`` are the values of its buttons."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    answers: list[str] = field(default_factory=list)
    multipart: bool = False


class Page(HTMLParser):
    """One answer as a browser understands it. Fails on a tag that is not closed or nested wrongly."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response
        self.status = response.status_code
        self.url = str(response.url)
        self.html = response.text
        self.forms: list[Form] = []
        self.links: dict[str, str] = {}
        self.tags: list[tuple[str, dict[str, str]]] = []
        # Ids that a label is for, and names of inputs that stand in their label.
        self.labelled: set[str] = set()
        self.wrapped: set[str] = set()
        self.texts: dict[str, list[str]] = {}
        self._open: list[tuple[str, dict[str, str]]] = []
        self._said: list[str] = []
        # The words inside each element with an id, and those of links to a place on the page.
        self.by_id: dict[str, str] = {}
        self.jumps: dict[str, list[str]] = {}
        self._select = self._area = ""
        self.feed(self.html)
        self.close()
        assert not self._open, f"left open: {self._open}"
        self._check()

    @property
    def text(self) -> str:
        """All words, in reading order, with single spaces."""
        return " ".join(" ".join(self._said).split())

    @property
    def heading(self) -> str:
        (heading,) = self.texts["h1"]
        return heading

    def form(self, answer: str) -> Form:
        """The form with this answer's button."""
        found = [form for form in self.forms if answer in form.answers]
        assert found, f"no button {answer} on {self.heading!r}: {[form.answers for form in self.forms]}"
        return found[0]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append((tag, given))
        if tag == "input" and self._inside("label"):
            self.wrapped.add(given["name"])
        if tag == "label" and "for" in given:
            self.labelled.add(given["for"])
        if tag not in _VOID:
            self._open.append((tag, given))
        if tag == "form":
            action = urljoin(self.url, given.get("action", ""))
            self.forms.append(Form(action, multipart="multipart" in given.get("enctype", "")))
        elif tag == "input" and self._inside("form"):
            self._input(given)
        elif tag == "button" and self._inside("form"):
            self.forms[-1].answers.append(given.get("value", ""))
        elif tag == "select":
            self._select = given["name"]
        elif tag == "option" and ("selected" in given or self._select not in self.forms[-1].fields):
            self.forms[-1].fields[self._select] = given["value"]
        elif tag == "textarea":
            self._area = given["name"]
            self.forms[-1].fields[self._area] = ""
        elif tag == "a":
            self.texts.setdefault("a", [])

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """`<rect/>`: only what SVG may close like this."""
        assert tag in ("rect", "circle", "line", "path")
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> closes nothing"
        opened, _ = self._open.pop()
        assert opened == tag, f"</{tag}> closes <{opened}>"
        if tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.forms[-1].fields[self._area] += data
        if not self._inside("title", "style"):
            self._said.append(data)
        for tag in ("h1", "title"):
            if self._inside(tag):
                self.texts.setdefault(tag, []).append(" ".join(data.split()))
        self._kept(" ".join(data.split()))
        for tag, given in self._open:
            if tag == "a" and data.strip():
                self.links[" ".join(data.split())] = urljoin(self.url, given.get("href", ""))

    def _kept(self, text: str) -> None:
        for tag, given in self._open if text else ():
            if "id" in given:
                self.by_id[given["id"]] = " ".join(filter(None, (self.by_id.get(given["id"]), text)))
            if tag == "a" and given.get("href", "").startswith("#"):
                self.jumps.setdefault(given["href"][1:], []).append(text)

    def _check(self) -> None:
        """What every page has to be, whichever test looks at it."""
        assert len(self.response.content) <= 150_000
        assert self.response.headers["content-type"] == "text/html; charset=utf-8"
        assert self.response.headers["cache-control"] == "no-store"
        assert self.response.headers["referrer-policy"] == "no-referrer"
        assert "'unsafe" not in self.response.headers["content-security-policy"]
        assert self.heading
        assert self.texts["title"]
        assert self.one("html")["lang"] in ("en", "zh-Hans", "es")
        assert self.one("main")["id"] == "main"
        ids = [given["id"] for _, given in self.tags if "id" in given]
        assert len(ids) == len(set(ids)), f"twice: {sorted(each for each in ids if ids.count(each) > 1)}"
        for tag, given in self.tags:
            assert tag not in ("style", "iframe", "img")
            assert tag != "script" or (given.keys() == {"src", "defer"} and given["src"] in SCRIPTS)
            assert not [name for name in given if name.startswith("on") or name == "style"]
            for place in given.get("aria-describedby", "").split():
                assert place in ids, f"{tag} is described by {place}, which is not there"
            if given.get("href", "").startswith("#"):
                assert given["href"][1:] in ids, f"{given['href']} leads nowhere"
            if given.get("aria-invalid"):
                self._named(given)
            if tag in ("input", "select", "textarea") and given.get("type") != "hidden":
                told = given.get("id") in self.labelled or given["name"] in self.wrapped
                assert told or given.get("aria-label"), f"no label: {given}"

    def _named(self, given: dict[str, str]) -> None:
        """What is wrong with an input is said beside it, and by a link to it above the form that says of
        which row where there are several."""
        places = given.get("aria-describedby", "").split()
        beside = [self.by_id[place] for place in places if place.endswith("-wrong")]
        assert places, f"nothing is said of {given}"
        if not beside:
            # One sentence about all of a small form, such as the login's.
            return
        above = self.jumps.get(given["id"], [])
        assert above, f"nothing leads to {given['id']}: {self.jumps}"
        names = {each.get("name", "") for _, each in self.tags}
        alike = {name for name in names if _in_row(name) and _in_row(name) == _in_row(given["name"])}
        for text in above if len(alike) > 1 else ():
            # Some sentences of the core say it themselves: Say how many pieces of lot 20260315-STEEL-001.
            assert _SAYS_WHICH.search(text), f"which row? {text}"

    def one(self, tag: str) -> dict[str, str]:
        """The attributes of the only such tag."""
        (found,) = [given for name, given in self.tags if name == tag]
        return found

    def _inside(self, *tags: str) -> bool:
        return any(tag in tags for tag, _ in self._open)

    def _input(self, given: dict[str, str]) -> None:
        if given.get("type") in ("radio", "checkbox") and "checked" not in given:
            return
        if given.get("type") != "file" and "name" in given:
            self.forms[-1].fields[given["name"]] = given.get("value", "")


def _in_row(name: str) -> str:
    """What a row's input is called, the same for every row; empty for an input that stands alone."""
    return _ROW_NUMBER.sub("#", name) if _ROW_NUMBER.search(name) else ""


class Phone:
    """One browser with its cookies."""

    def __init__(self, client: AsyncClient) -> None:
        self.client = client

    async def open(self, address: str) -> Page:
        return Page(await self.client.get(address, follow_redirects=True))

    async def press(
        self, page: Page, answer: str, file: tuple[str, bytes, str] | None = None, **typed: str
    ) -> Page:
        """Fills the form that has this button and presses it; names may have __ for their dots."""
        form = page.form(answer)
        given = {name.replace("__", "."): value for name, value in typed.items()}
        assert set(given) <= set(form.fields) | _radios(page), (
            f"{set(given) - set(form.fields)} not on the page"
        )
        fields = form.fields | given | {"answer": answer}
        return await self.send(form.action, fields, file, multipart=form.multipart)

    async def send(
        self,
        address: str,
        fields: dict[str, str],
        file: tuple[str, bytes, str] | None = None,
        *,
        multipart: bool = False,
    ) -> Page:
        if not multipart:
            return Page(await self.client.post(address, data=fields, follow_redirects=True))
        content, kind = encoded(fields, file)
        return Page(
            await self.client.post(
                address, content=content, headers={"Content-Type": kind}, follow_redirects=True
            )
        )


def encoded(fields: dict[str, str], file: tuple[str, bytes, str] | None) -> tuple[bytes, str]:
    """A multipart body as a browser writes it: fields in the page's order, the file after its type."""
    name, content, kind = file or ("", b"", "application/octet-stream")
    whole = b""
    head = f'--edge\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: {kind}\r\n\r\n'
    for field_name, value in fields.items():
        whole += f'--edge\r\nContent-Disposition: form-data; name="{field_name}"\r\n\r\n{value}\r\n'.encode()
        if field_name == "type":
            whole += head.encode() + content + b"\r\n"
    return whole + b"--edge--\r\n", "multipart/form-data; boundary=edge"


async def mailed_link(system: System, number: str, address: str = "orders@acme.example") -> str:
    """The link in the first mail about an order to this address, the same in its text and its HTML."""
    for _ in range(300):
        mails = mails_to(system.smtp, address, number)
        if mails:
            link = link_in(mails[0])
            assert link == link_in(mails[0], "html")
            return link
        await asyncio.sleep(0.05)
    raise AssertionError(f"no mail about {number} to {address}")


async def opened(
    system: System, number: str, *, language: str = "en", address: str = "orders@acme.example"
) -> tuple[Phone, Page]:
    """A new browser that has opened the link mailed for an order, in this language."""
    phone = Phone(system.client())
    page = await phone.open(await mailed_link(system, number, address))
    if language != "en":
        page = await phone.open(f"{page.url}?language={language}")
    return phone, page


def _radios(page: Page) -> set[str]:
    return {
        given["name"]
        for tag, given in page.tags
        if tag == "input" and given.get("type") in ("radio", "checkbox")
    }


def link_in(mail: Received, kind: str = "plain") -> str:
    """The one supplier link in a mail's text or HTML."""
    found = set(_LINK.findall(mail.body(kind)))
    assert len(found) == 1, f"{len(found)} links in the mail"
    return found.pop()


def mails_to(smtp: MailServer, address: str, subject: str = "") -> list[Received]:
    return [mail for mail in smtp.messages_to(address) if subject in str(mail.message["Subject"])]
