"""What a supplier's phone has to load: every page with its styles and scripts, as they are unpacked."""

from __future__ import annotations

from api.supplier.questions import TASKS
from tests.supplier.phone import Page, Phone, opened
from tests.supplier.steps import order, there
from tests.systems import System

MOST = 150_000


async def loads(phone: Phone, page: Page) -> dict[str, int]:
    """Bytes by address: the page itself, and everything that it names."""
    named = [given["href"] for tag, given in page.tags if tag == "link"]
    named += [given["src"] for _, given in page.tags if "src" in given]
    found = {page.url: len(page.response.content)}
    for address in [*named, "/favicon.ico"]:
        answer = await phone.client.get(address, follow_redirects=True)
        assert answer.status_code == 200, address
        found[address] = len(answer.content)
    return found


async def test_the_first_page_and_every_form_are_light_and_load_no_library(system: System) -> None:
    phone, page = await opened(system, await order(system), language="zh")
    pages = {"first": page}
    pages["answer"] = await phone.open(f"{page.url.partition('?')[0]}/answer")
    phone_there, page = await opened(system, await there(system), language="zh")
    pages["order"] = page
    for name in TASKS.keys() - {"answer"}:
        pages[name] = await phone_there.open(f"{page.url.partition('?')[0]}/{name}")
    for name, each in pages.items():
        loaded = await loads(phone, each)
        assert sum(loaded.values()) <= MOST, (name, loaded)
        assert not [address for address in loaded if "htmx" in address or "staff" in address], name
