"""Many open orders: what each costs the worker, and how soon all answer after it was restarted."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from tests.benchmarks.figures import Round, say
from tests.benchmarks.floor import Floor
from tests.benchmarks.product import Product
from tests.processes import Running


async def report(bare: Floor, products: list[Product], orders: int, at_once: int) -> None:
    """Prints memory per open order and workflow, and the time until all answered again."""
    before = resident(bare.worker)
    ids = await bare.open(orders)
    await bare.drive(ids, at_once, 1)
    _memory("bare workflow", bare.worker, before, orders)
    bare.restart_worker()
    floor_seconds = _again("bare workflow", await bare.drive(ids, at_once, 1))
    for product in products:
        before = resident(product.worker)
        drafts = await asyncio.to_thread(product.drafts, orders)
        await asyncio.to_thread(product.drive, drafts, at_once, slice(0, 1))
        _memory(product.name, product.worker, before, orders)
        product.restart_worker()
        again = await asyncio.to_thread(product.drive, drafts, at_once, slice(1, 2))
        seconds = _again(product.name, again)
        say(product.name, f"{seconds / floor_seconds:.2f} times the bare workflow's time")


def resident(process: Running) -> int:
    """Bytes of memory this process holds (Linux)."""
    pages = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _memory(name: str, worker: Running, before: int, orders: int) -> None:
    each = (resident(worker) - before) / orders / 1000
    say(name, f"{each:.0f} kB of its worker's memory for each of {orders} open ones")


def _again(name: str, again: Round) -> float:
    say(name, f"{again.steps} open ones, worker restarted: all answered after {again.elapsed:.1f} s")
    return again.elapsed
