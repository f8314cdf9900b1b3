"""Steps per second and how long a caller waits, the bare workflow and the product in turn."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from statistics import median

from temporalio.client import Client

from tests.benchmarks.figures import Round, Spread, say
from tests.benchmarks.floor import Floor
from tests.benchmarks.product import Product

# What the product must reach: its steps per second and its p50, as parts of the bare workflow's.
REQUIRED = {"sqlite": 0.60, "postgresql": 0.55}
SLOWEST_P50 = 1.6
BARE, OPEN = "bare, whole life", "bare, open before"


async def report(bare: Floor, products: list[Product], orders: int, rounds: int) -> bool:
    """Prints every kind's figures and ratios; whether everything required was reached.

    What is required is compared with a bare workflow that was open before and stays open. An order's
    eight steps also start and end its workflow; how a bare one fares that does so is told beside it.
    """
    measured: dict[str, list[Round]] = defaultdict(list)
    for turn in range(rounds + 1):
        turned = {BARE: await bare.live(orders), OPEN: await bare.drive(await bare.open(orders), orders)}
        for product in products:
            drafts = await asyncio.to_thread(product.drafts, orders)
            turned[product.name] = await asyncio.to_thread(product.drive, drafts, orders)
        # The first turn warms everything up (connections, caches, code) and is not counted.
        for name, one in turned.items() if turn else ():
            measured[name].append(one)
    for name, found in measured.items():
        _figures(name, found)
    reached = [_ratios(one.name, measured[one.name], measured[OPEN]) for one in products]
    for product in products:
        _compare(product.name, measured[product.name], BARE, measured[BARE])
        await _history(product)
    return all(reached)


def _figures(name: str, rounds: list[Round]) -> None:
    rate = Spread.of([one.rate for one in rounds])
    p50 = Spread.of([one.p50 * 1000 for one in rounds])
    p95 = Spread.of([one.p95 * 1000 for one in rounds])
    mails = f", mails gone {median(one.trailing for one in rounds):.1f} s later" if rounds[0].mails else ""
    say(name, f"{rate} steps/s, p50 {p50} ms, p95 {p95} ms{mails}")


def _compare(name: str, mine: list[Round], other: str, floor: list[Round]) -> tuple[Spread, Spread]:
    """Each round is compared with the bare round of its turn: both met the same noise."""
    pairs = list(zip(mine, floor, strict=True))
    rate = Spread.of([a.rate / b.rate for a, b in pairs])
    p50 = Spread.of([a.p50 / b.p50 for a, b in pairs])
    say(name, f"÷ {other}: {rate} of its steps/s, {p50} times its p50")
    return rate, p50


def _ratios(name: str, mine: list[Round], floor: list[Round]) -> bool:
    rate, p50 = _compare(name, mine, OPEN, floor)
    reached = rate.middle >= REQUIRED[name] and p50.middle <= SLOWEST_P50
    required = f"at least {REQUIRED[name]:.2f} and at most {SLOWEST_P50}"
    say(name, f"required: {required}: {'reached' if reached else 'NOT REACHED'}")
    return reached


async def _history(product: Product) -> None:
    """What one order of eight steps leaves in Temporal, the small workflows of its mails apart."""
    client = await Client.connect(product.temporal, namespace=product.namespace)
    drafts = await asyncio.to_thread(product.drafts, 1)
    await asyncio.to_thread(product.drive, drafts, 1)
    [(number, _)] = drafts
    mails = product.mails_of(number)
    order, letters = await _size(client, [number]), await _size(client, [f"mail-{one}" for one in mails])
    say(product.name, f"an order leaves {order} in Temporal, its {len(mails)} mails {letters}")


async def _size(client: Client, ids: list[str]) -> str:
    histories = [await client.get_workflow_handle(one).fetch_history() for one in ids]
    events = sum(len(one.events) for one in histories)
    size = sum(event.ByteSize() for one in histories for event in one.events)
    return f"{events} events ({size / 1000:.1f} kB)"
