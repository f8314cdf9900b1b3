"""The keys on the list are those that do something, and all of them."""

from __future__ import annotations

import re

from models.domain.authority import Role
from tests.pages.browser import Browsers
from tests.processes import ROOT

CODE = (ROOT / "templates/static/staff.js").read_text()


async def test_the_list_of_keys_names_every_key_and_no_other(browsers: Browsers) -> None:
    page = (await browsers.of(Role.BUYER).open("/")).html
    listed = re.findall(r"<dt>([^<]+)</dt>", page.partition('<dialog id="keys"')[2].partition("</dialog>")[0])
    places = re.search(r"places = \{([^}]*)\}", CODE)
    assert places
    going = {f"g {key}" for key in re.findall(r"(\w): ", places[1])}
    alone = set(re.findall(r'event\.key === "(.)"', CODE)) - {"g"}
    assert set(listed) == going | alone
    assert len(listed) == len(set(listed))


async def test_every_place_a_key_leads_to_is_there(browsers: Browsers) -> None:
    buyer = browsers.of(Role.BUYER)
    for place in re.findall(r'"(/[\w/]*)"', CODE.partition("places =")[2]):
        assert (await buyer.get(place)).status_code == 200, place


async def test_the_key_for_a_new_order_is_for_those_who_may(browsers: Browsers) -> None:
    assert CODE.count('event.key === "n"') == CODE.count(
        'event.key === "n" && document.getElementById("key-n")'
    )
    assert 'id="key-n"' in (await browsers.of(Role.BUYER).open("/")).html
    page = await browsers.of(Role.VIEWER).open("/")
    assert 'id="key-n"' not in page.html
    assert "new order" not in page.text
