"""`sendout demo`: a company with weeks of history, everything running on this machine.

The past is made before anything starts, through the API with a clock of its own, so that deadlines
were met and missed when they were due. What is still open then continues in the running system,
where the last steps happen live. A folder is seeded once; started again it goes on where it was.
"""

from __future__ import annotations

import asyncio
import heapq
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from activities.sweep import let_time_pass
from api import demo_story, people, up
from api import demo_world as world
from api.demo_hands import DemoFailed as DemoFailed
from api.demo_hands import Hands, Past, over_http
from api.demo_heat import CUSTOMERS
from api.demo_teller import Story
from models.db import Database
from models.domain.authority import Role
from models.domain.tokens import link_token
from models.migrate import upgrade
from models.secrets import with_secret_key
from models.settings import Settings
from models.tables.orders import LinkRow, OrderRow
from models.tables.types import table

NOTES = "demo.json"
_SEEDING = "seeding"
_LINKS = table(LinkRow)
_ORDERS = table(OrderRow)
_WEEKS = timedelta(weeks=9)


@dataclass
class Notes:
    """What has to be known again on every start. `today` is when the past ended, `orders` are order
    numbers by work order; the `link` is there once the last steps were done."""

    today: str
    tokens: dict[str, str]
    orders: dict[str, str] = field(default_factory=dict)
    link: str = ""

    @classmethod
    def of(cls, folder: Path) -> Notes | None:
        try:
            return cls(**json.loads((folder / NOTES).read_text()))
        except FileNotFoundError:
            return None

    def keep(self, folder: Path) -> None:
        """Whole or not at all, readable by the owner alone: it holds tokens."""
        draft = folder / f"{NOTES}.part"
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(asdict(self), indent=2))
        draft.rename(folder / NOTES)


def run(
    folder: Path,
    *,
    host: str,
    port: int,
    temporal_address: str,
    announce: Callable[[up.Addresses, Notes], None],
) -> int:
    """Seeds the folder if it is new and runs everything on it until a signal; returns the exit code.

    Raises `up.CannotStart`, also for a folder with somebody's real data in it.
    """
    settings = settings_for(folder)
    notes = Notes.of(folder) or seed(settings, datetime.now(UTC))

    def ready(addresses: up.Addresses) -> None:
        if not notes.link:
            asyncio.run(_go_on(settings, notes, addresses.api))
        announce(addresses, notes)

    return up.up(
        settings, host=host, port=port, temporal_address=temporal_address, announce=ready, open_mailbox=True
    )


def settings_for(folder: Path) -> Settings:
    """The demo's own settings: nothing of it may reach a real database or mail server.

    They go into the environment, from where the processes of the demo have theirs.
    """
    os.environ.pop("SENDOUT_SMTP_URL", None)
    # What it prints at the start should stay in sight.
    os.environ.setdefault("SENDOUT_LOG_LEVEL", "ERROR")
    os.environ |= {
        "SENDOUT_DATABASE_URL": "",
        "SENDOUT_SECRET_KEY": "",
        "SENDOUT_COMPANY": world.COMPANY,
        "SENDOUT_MAIL_FROM": f"{world.COMPANY} <purchasing@harbor.example>",
    }
    return Settings(_env_file=None, data_dir=folder.absolute())


def seed(settings: Settings, now: datetime) -> Notes:
    """Makes the past in a folder beside and moves it in place when it is whole.

    A seeding that was interrupted begins anew. Raises `up.CannotStart` for a folder that holds data.
    """
    folder = settings.data_dir
    if (folder / "sendout.db").exists():
        raise up.CannotStart(f"{folder} holds data that is not the demo's. Choose another with --data-dir.")
    seeding = folder / _SEEDING
    shutil.rmtree(seeding, ignore_errors=True)
    # The mode is that of the last folder only.
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    seeding.mkdir(mode=0o700)
    beside = with_secret_key(settings.model_copy(update={"data_dir": seeding}))
    upgrade(beside.database)
    notes = asyncio.run(_past(beside, now))
    for path in seeding.iterdir():
        path.rename(folder / path.name)
    seeding.rmdir()
    notes.keep(folder)
    return notes


async def _past(settings: Settings, now: datetime) -> Notes:
    past = Past(settings, now - _WEEKS)
    await past.open()
    try:
        hands = Hands(past.transport, _people(past.database, now - _WEEKS))
        await _master_data(hands, now)
        story = Story(hands, now)
        await _tell(story, past)
        _hand_over(past.database, now)
    finally:
        past.close()
    return Notes(now.isoformat(), hands.tokens, story.orders)


def _people(database: Database, now: datetime) -> dict[str, str]:
    """Everybody, as `sendout user create` makes them; a token each for those who act."""
    with database.write() as session:
        tokens = {}
        for role, (name, email) in world.PEOPLE.items():
            user = people.create_user(session, email, [Role(role)], world.PASSWORD, now, name=name)
            tokens[role] = people.create_token(session, user, now)
        return tokens


async def _master_data(hands: Hands, now: datetime) -> None:
    for calendar in world.CALENDARS:
        await hands.post("admin", "/calendars", calendar)
    await hands.post("admin", "/plants", world.PLANT)
    for supplier in world.SUPPLIERS:
        await hands.post("admin", "/suppliers", supplier)
    for process in world.PROCESSES:
        await hands.post("admin", "/processes", process)
    for code, title, revisions in world.REGISTER:
        known = [{"revision": name, "in_force_from": day} for name, day in revisions]
        await hands.post("quality", "/specifications", {"code": code, "title": title, "revisions": known})
    since = str((now - timedelta(days=400)).date())
    for supplier_code, (process_code, spec) in world.APPROVALS.items():
        approval = {"process": process_code, "spec": spec, "valid_from": since}
        await hands.post("admin", f"/suppliers/{supplier_code}/approvals", approval)
    for supplier_code, terms in world.TERMS.items():
        agreed = terms | {"currency": "USD", "valid_from": since}
        await hands.post("buyer", f"/suppliers/{supplier_code}/terms", agreed)
    for part in world.PARTS:
        await hands.post("buyer", "/parts", part)
    for customer in CUSTOMERS:
        await hands.post("buyer", "/customers", customer)
    await hands.post("quality", "/inspection-plans", world.PLATING_PLAN)
    for routing in world.ROUTINGS:
        await hands.post("planner", "/routings", routing)


async def _tell(story: Story, past: Past) -> None:
    """All stories at once, step by step in the sequence of their instants."""
    line: list[tuple[datetime, int, demo_story.Step]] = []
    for place, told in enumerate(demo_story.PAST):
        steps = told(story)
        heapq.heappush(line, (await anext(steps), place, steps))
    while line:
        instant, place, steps = heapq.heappop(line)
        past.go_to(instant)
        following = await anext(steps, None)
        if following is not None:
            heapq.heappush(line, (following, place, steps))
    past.go_to(story.today)


def _hand_over(database: Database, now: datetime) -> None:
    """What is open gets a command that waits for the running system: with it its workflow starts."""
    with database.write() as session:
        for number in session.scalars(select(_ORDERS.c.number).order_by(_ORDERS.c.number)).all():
            let_time_pass(session, number, now)


async def _go_on(settings: Settings, notes: Notes, address: str) -> None:
    """The last steps, in the running system: its workflows show them. Asked again they change nothing."""
    hands = Hands(over_http(address), notes.tokens)
    story = Story(hands, datetime.fromisoformat(notes.today), dict(notes.orders))
    await demo_story.now(story)
    notes.orders = story.orders
    notes.link = _link(settings, story.orders["WO-3202"])
    notes.keep(settings.data_dir)


def _link(settings: Settings, number: str) -> str:
    """The token in the mail about an order."""
    database = Database(settings.database)
    try:
        with database.read() as session:
            link = session.scalar(select(_LINKS.c.id).where(_LINKS.c.order_number == number))
    finally:
        database.dispose()
    key = with_secret_key(settings).secret_key.get_secret_value()
    return link_token(key.encode(), str(link))
