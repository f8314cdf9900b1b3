"""Doing something with an order in a browser, and orders at a point of their life to do it with."""

from __future__ import annotations

from typing import Any

from httpx2 import Response

from models.domain.authority import Role
from tests.pages.browser import Browser, Browsers, StaffPage
from tests.stories import BEHALF, LOT, MEASURED, issued
from tests.systems import System

PIECES = 20
TOLD = {"contact": "Ana", "basis": "phone"}


class Hands:
    """Somebody with these roles, at one order."""

    def __init__(self, browser: Browser, number: str) -> None:
        self.browser = browser
        self.number = number

    async def look(self, task: str) -> StaffPage:
        return await self.browser.open(f"/orders/{self.number}/{task}")

    async def fill(self, page: StaffPage, answer: str = "", **typed: str) -> Response:
        """Sends the form on the page with what is typed over it; names may have __ for their dots."""
        (form,) = [form for form in page.forms if "version" in form.fields]
        given = {name.replace("__", "."): value for name, value in typed.items()}
        names = {attributes.get("name") for _, attributes in page.tags}
        assert set(given) <= names, f"{set(given) - names} not on the page"
        assert not answer or answer in form.answers, f"no button {answer}: {form.answers}"
        fields = form.fields | given | ({"answer": answer} if answer else {})
        return await self.browser.post(form.action, fields)

    async def do(self, task: str, answer: str = "", **typed: str) -> None:
        """Opens the form, fills it and sees it done."""
        name = task.partition("?")[0]
        page = await self.look(task)
        assert page.status == 200, page.text
        response = await self.fill(page, answer, **typed)
        assert response.status_code == 303, StaffPage(response).text
        assert response.headers["location"].startswith(f"/orders/{self.number}?saved="), name

    async def refused(self, task: str, answer: str = "", **typed: str) -> StaffPage:
        """Opens the form, fills it and gets it back."""
        response = await self.fill(await self.look(task), answer, **typed)
        assert response.status_code in (403, 409, 412, 422), response.status_code
        page = StaffPage(response)
        kept = [form.fields for form in page.forms if "version" in form.fields]
        radios = {
            (given.get("name"), given.get("value"))
            for tag, given in page.tags
            if tag == "input" and "checked" in given
        }
        for name, value in typed.items():
            place = name.replace("__", ".")
            assert not kept or kept[0].get(place, "").strip() == value.strip() or (place, value) in radios, (
                f"{place} was not kept"
            )
        return page


def possible(page: StaffPage) -> bool:
    """Whether the page has the form, rather than why there is none."""
    return any("version" in form.fields for form in page.forms)


def hands(browsers: Browsers, number: str, *roles: Role) -> Hands:
    return Hands(browsers.of(*roles), number)


async def at(system: System, point: str, **fields: Any) -> str:
    """An order of twenty pieces at this point: issued, accepted, sent, there, measured, released,
    shipped, pending, received."""
    number = await issued(system, quantity=PIECES, **fields)
    for name, step in _STEPS.items():
        if name != "issued":
            await step(system, number)
        if name == point:
            return number
    raise AssertionError(point)


async def _accepted(system: System, number: str) -> None:
    await system.command(Role.BUYER, number, "acknowledge", decision="accept", on_behalf_of=BEHALF)


async def _sent(system: System, number: str) -> None:
    lines = [{"line": 1, "lot": LOT, "quantity": PIECES}]
    await system.command(Role.RECEIVING, number, "send", lines=lines)


async def _there(system: System, number: str) -> None:
    await system.command(Role.PLANNER, number, "report-milestone", code="REC", on_behalf_of=BEHALF)


async def _measured(system: System, number: str) -> None:
    await system.command(
        Role.BUYER, number, "submit-inspection", line=1, results=MEASURED, on_behalf_of=BEHALF
    )


async def _released(system: System, number: str) -> None:
    await system.command(
        Role.QUALITY, number, "review-inspection", inspection=f"{number}-I1", decision="release", note=""
    )


async def _shipped(system: System, number: str) -> None:
    lines = [{"line": 1, "quantity": PIECES}]
    await system.command(Role.BUYER, number, "ship", lines=lines, on_behalf_of=BEHALF)


async def _rejected(system: System, number: str) -> None:
    lines = [{"line": 1, "counted": PIECES, "accepted": 12, "rejected": 5, "pending": 3}]
    await system.command(Role.RECEIVING, number, "receive", lines=lines, parcel=f"{number}-P1")


async def _nothing(_system: System, _number: str) -> None:
    return None


_STEPS = {
    "issued": _nothing,
    "accepted": _accepted,
    "sent": _sent,
    "there": _there,
    "measured": _measured,
    "released": _released,
    "shipped": _shipped,
    "rejected": _rejected,
}


async def pieces(system: System, number: str) -> dict[str, str]:
    """Where the pieces of the order's line are, without the empty places."""
    found = (await system.get(f"/orders/{number}"))["lines"][0]["pieces"]
    return {name: amount for name, amount in found.items() if amount != "0"}
