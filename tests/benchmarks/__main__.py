"""`make bench`: the product's speed as ratios to a bare workflow on the same server, in the same run."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from temporalio.client import Client

from tests.benchmarks import genealogy, pages, restart, speed
from tests.benchmarks.figures import say
from tests.benchmarks.floor import Floor, floor
from tests.benchmarks.product import Product, product
from tests.benchmarks.servers import postgres, temporal
from tests.processes import ROOT, answers, environment, free_port, running, wait_until

DATABASES = ("sqlite", "postgresql")
# Edges; a trace is measured in ten thousand of them first.
GENEALOGIES = (100_000, 1_000_000)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--database", choices=DATABASES, action="append", help="default: both")
    parser.add_argument("--orders", type=int, default=20, help="orders at once")
    parser.add_argument("--rounds", type=int, default=5, help="alternating rounds; medians count")
    parser.add_argument("--open", type=int, default=1000, help="open orders at a restart; 0: leave it out")
    parser.add_argument("--pages", type=int, default=10_000, help="open orders under the pages; 0: no pages")
    parser.add_argument(
        "--genealogy",
        type=int,
        action="append",
        metavar="N",
        help="only traces, in so many edges; repeatable",
    )
    parser.add_argument("--no-speed", action="store_true", help="leave the steps out")
    return parser.parse_args()


@contextmanager
def _products(names: list[str], folder: Path, temporal_address: str) -> Iterator[list[Product]]:
    smtp = free_port()
    sink = [sys.executable, "-m", "tests.benchmarks.sink", str(smtp)]
    with ExitStack() as stack:
        stack.enter_context(running(sink, folder / "smtp.log", environment()))
        wait_until(lambda: answers(smtp), "the mail sink")
        found = []
        for name in names:
            sqlite = f"sqlite:///{folder}/{name}/sendout.db"
            url = sqlite if name == "sqlite" else stack.enter_context(postgres())
            found.append(stack.enter_context(product(name, url, folder / name, temporal_address, smtp)))
        yield found


async def _measure(arguments: argparse.Namespace, bare: Floor, made: list[Product]) -> bool:
    say(
        "this machine",
        f"{os.cpu_count()} cores; {arguments.orders} orders at once, {arguments.rounds} rounds",
    )
    reached = arguments.no_speed or await speed.report(bare, made, arguments.orders, arguments.rounds)
    if arguments.open:
        await restart.report(bare, made, arguments.open, arguments.orders)
    for one in made if arguments.pages else ():
        if one.name == "postgresql":
            reached = await asyncio.to_thread(pages.report, one, arguments.pages) and reached
    return reached


def _traces(names: list[str], sizes: Sequence[int]) -> bool:
    """On databases of their own: nothing else of the product is needed."""
    reached = True
    with tempfile.TemporaryDirectory(prefix="sendout-bench-") as scratch, ExitStack() as stack:
        for name in names:
            file = f"sqlite:///{scratch}/genealogy.db"
            url = file if name == "sqlite" else stack.enter_context(postgres())
            reached = genealogy.report(name, url, sizes) and reached
    return reached


async def _main() -> bool:
    arguments = _arguments()
    names = arguments.database or list(DATABASES)
    if arguments.genealogy:
        return await asyncio.to_thread(_traces, names, arguments.genealogy)
    reached = await asyncio.to_thread(_traces, names, GENEALOGIES)
    with tempfile.TemporaryDirectory(prefix="sendout-bench-", ignore_cleanup_errors=True) as scratch:
        folder = Path(scratch)
        with temporal(folder) as (address, _), _products(names, folder, address) as made:
            client = await Client.connect(address)
            with floor(client, address, folder) as bare:
                return await _measure(arguments, bare, made) and reached


if __name__ == "__main__":
    os.chdir(ROOT)
    reached = asyncio.run(_main())
    sys.stdout.flush()
    # Temporal's client sometimes aborts while the interpreter ends; everything is said by now.
    os._exit(0 if reached else 1)
