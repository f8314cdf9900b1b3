"""`--genealogy N`: how long a trace takes in a genealogy of N edges, as ratios.

The genealogy is made of equal families of some ten thousand edges: six levels of lots, each lot from three of
the level before by a job of its own, and dispatches of the last level. A lot of a family has the same trace
however many families there are, so that only the size of the genealogy differs. Measured by turns are the full
trace (rows fetched, rules applied, balances computed), the whole answer made of it (every node and every figure's
items described, siblings, papers, holds), and (a) the same rows fetched by hand (`trace_floor`), which both are
compared with. (b) is the same traces in one family.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from functools import partial
from statistics import median
from typing import Any

from sqlalchemy import text

from models.db import Database
from models.domain.trace import Direction, lot_node
from models.migrate import upgrade
from models.queries.trace import Begin, Genealogy, streamed
from models.queries.trace_roots import Match
from models.queries.trace_view import found, read
from tests.benchmarks.figures import say, worst
from tests.benchmarks.processor import Processor
from tests.benchmarks.trace_floor import Floor

LEVELS, INPUTS, WIDE = 6, 3, 476
# Edges of one family: each lot behind the first level has three inputs and an output; the last are dispatched.
FAMILY = (LEVELS - 1) * WIDE * (INPUTS + 1) + WIDE
TRACES = 50
HUB = 100_000
TIMES = 5
# What is required at p50 of the full trace and of the whole answer beside the rows fetched by hand, and beside one
# family. The goal is 1.5 for all.
GOAL = 1.5
BESIDE_ROWS = (1.5, 2.3)
BESIDE_SMALL = 1.5
_MADE, _MILLION = 60, 1_000_000
_NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
Row = tuple[Any, ...]
Rows = dict[str, list[Row]]
_COLUMNS = {
    "part": (
        "number",
        "revision",
        "description",
        "uom",
        "trace",
        "export_controlled",
        "dfars",
        "bom",
        "created_at",
    ),
    "work_order": ("number", "type", "part", "revision", "quantity", "created_at"),
    "lot": ("number", "part", "quantity", "uom", "on_hand", "held", "created_at"),
    "dispatch": (
        *("number", "customer", "destination", "vehicle", "carrier", "recipient", "shipped_on"),
        *("export_controlled", "recorded_at", "recorded_by", "late", "reverse_reason", "warnings"),
    ),
    "dispatch_line": ("dispatch", "line", "lot", "part", "quantity", "unit", "serials"),
    "genealogy": (
        *("from_node", "to_node", "quantity", "unit", "how"),
        *("parcel", "load", "source", "assumed"),
    ),
}


def report(name: str, url: str, sizes: Sequence[int]) -> bool:
    """Fills a database with one family, measures, and again with so many edges; whether what is required is
    reached in each."""
    database = Database(url)
    both = (Direction.BACK, Direction.FORWARD)
    reached, filled = True, 0
    first: dict[Direction, float] = {}
    try:
        for edges in sorted({FAMILY, *sizes}):
            families = max(1, round(edges / FAMILY))
            _fill(database, range(filled, families))
            filled = max(filled, families)
            for direction in both:
                traces, answers, rows = _times(database, direction, _asked(direction, filled))
                small = first.setdefault(direction, median(answers))
                told = f"{name}, {filled * FAMILY:,} edges"
                for what, times, allowed in zip(
                    ("trace", "answer"), (traces, answers), BESIDE_ROWS, strict=True
                ):
                    reached = _compare(f"{what} {direction.value}", told, times, rows, allowed) and reached
                beside = median(answers) / small
                say(
                    f"answer {direction.value}",
                    f"{told}: {beside:.2f} beside one family (required {BESIDE_SMALL})",
                )
                reached = reached and beside <= BESIDE_SMALL
        _copy(database, _hub_rows())
        _hub(name, database)
    finally:
        database.dispose()
    return reached


def _fill(database: Database, families: range) -> None:
    if not families:
        return
    upgrade(database.url)
    begun = time.perf_counter()
    draw = random.Random(4520)
    plan = [[draw.sample(range(WIDE), INPUTS) for _ in range(WIDE)] for _ in range(LEVELS - 1)]
    if families.start == 0:
        _copy(database, {"part": [("PART", "A", "", "C62", "lot", False, False, "[]", _NOW)]})
    for family in families:
        _copy(database, _family(f"F{family:03d}", plan))
    with database.engine.begin() as connection:
        connection.execute(text("ANALYZE"))
    spent = time.perf_counter() - begun
    say("genealogy", f"{len(families) * FAMILY:,} edges written in {spent:.0f} s")


def _family(name: str, plan: list[list[list[int]]]) -> Rows:
    """Sixty pieces of every lot: what is not used or dispatched is on hand."""
    used = [[0] * WIDE for _ in range(LEVELS)]
    rows: Rows = {table: [] for table in _COLUMNS}
    for level, jobs in enumerate(plan, 1):
        for place, inputs in enumerate(jobs):
            job = f"{name}-J{level}-{place:03d}"
            rows["work_order"].append((job, "MTO", "PART", "A", _MADE * _MILLION, _NOW))
            for source in inputs:
                used[level - 1][source] += 1
                rows["genealogy"].append(
                    _edge(lot_node(_lot(name, level - 1, source)), f"job:{job}", "consume", 1)
                )
            rows["genealogy"].append(
                _edge(f"job:{job}", lot_node(_lot(name, level, place)), "process", _MADE)
            )
    for place in range(WIDE):
        number, lot = f"{name}-D{place:03d}", _lot(name, LEVELS - 1, place)
        used[LEVELS - 1][place] += 1
        sent = (
            number,
            f"C-{place % 9}",
            "Oslo",
            "",
            "",
            "",
            date(2026, 12, 1),
            False,
            _NOW,
            "u_1",
            False,
            "",
            "[]",
        )
        rows["dispatch"].append(sent)
        rows["dispatch_line"].append((number, 1, lot, "PART", _MILLION, "C62", "[]"))
        rows["genealogy"].append(_edge(lot_node(lot), f"dispatch:{number}", "dispatch", 1))
    for level, taken in enumerate(used):
        for place, some in enumerate(taken):
            left = (_MADE - some) * _MILLION
            rows["lot"].append((_lot(name, level, place), "PART", _MADE * _MILLION, "C62", left, False, _NOW))
    return rows


def _hub_rows() -> Rows:
    """One lot that a hundred thousand lots were made of."""
    lots = [("HUB", "PART", HUB * _MILLION, "C62", 0, False, _NOW)]
    edges = []
    for place in range(HUB):
        edges.append(_edge("lot:HUB", f"job:HUB-{place}", "consume", 1))
        edges.append(_edge(f"job:HUB-{place}", f"lot:HUB-{place}", "process", 1))
    return {"lot": lots, "genealogy": edges}


def _lot(family: str, level: int, place: int) -> str:
    return f"{family}-L{level}-{place:03d}"


def _edge(source: str, target: str, how: str, quantity: int) -> Row:
    return (source, target, quantity * _MILLION, "C62", how, "", "", "bench", 0)


def _copy(database: Database, rows: Rows) -> None:
    """As fast as each database takes them."""
    with database.engine.begin() as connection:
        driver: Any = connection.connection.driver_connection
        for table, columns in _COLUMNS.items():
            if not rows.get(table):
                continue
            names = ", ".join(f'"{column}"' for column in columns)
            if database.is_sqlite:
                marks = ", ".join("?" * len(columns))
                driver.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", _plain(rows[table]))
            else:
                with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                    for row in rows[table]:
                        copy.write_row(row)


def _plain(rows: list[Row]) -> Iterator[Row]:
    for row in rows:
        yield tuple(
            value.strftime("%Y-%m-%d %H:%M:%S.%f")
            if isinstance(value, datetime)
            else value.isoformat()
            if isinstance(value, date)
            else value
            for value in row
        )


def _compare(what: str, told: str, times: list[float], rows: list[float], allowed: float) -> bool:
    beside = median(times) / median(rows)
    say(
        what,
        f"{told}: p50 {median(times) * 1000:.1f} ms, p95 {worst(times) * 1000:.1f} ms; "
        f"rows by hand p50 {median(rows) * 1000:.1f} ms, p95 {worst(rows) * 1000:.1f} ms: "
        f"ratio {beside:.2f} at p50 (required {allowed}), {worst(times) / worst(rows):.2f} at p95 (goal {GOAL})",
    )
    return beside <= allowed


def _asked(direction: Direction, families: int) -> list[tuple[str, int, int]]:
    """The same places however many families there are, each in some family."""
    places, where = random.Random(direction.value), random.Random(families)
    level = (1, LEVELS - 1) if direction is Direction.BACK else (0, LEVELS - 2)
    return [
        (f"F{where.randrange(families):03d}", places.randint(*level), places.randrange(WIDE))
        for _ in range(TRACES)
    ]


def _times(
    database: Database, direction: Direction, asked: list[tuple[str, int, int]]
) -> tuple[list[float], ...]:
    """The processor time of the full trace, the whole answer and the rows by hand of each, by turns; the least of
    each counts."""
    asks = (partial(_trace, database), partial(_answer, database), Floor(database).trace)
    spent = Processor(database)
    # Once for all connections to be known.
    asks[-1](_lot(*asked[0]), direction)
    found: tuple[list[float], ...] = ([], [], [])
    for lot in asked:
        best = [float("inf")] * len(asks)
        for turn in range(len(asks) * TIMES):
            which = turn % len(asks)
            begun = spent()
            asks[which](_lot(*lot), direction)
            best[which] = min(best[which], spent() - begun)
        for times, each in zip(found, best, strict=True):
            times.append(each)
    return found


def _trace(database: Database, lot: str, direction: Direction) -> int:
    """Rows, rules, and every figure of every balance."""
    with database.snapshot() as session:
        known = read(session, Begin((lot_node(lot),)), direction, Genealogy(session, cleared=True))
        figures = [balance.figures() for balance in (*known.lots, *known.parts)]
    assert not any(each["unexplained"] for each in figures)
    return len(known.trace.nodes)


def _answer(database: Database, lot: str, direction: Direction) -> int:
    with database.snapshot() as session:
        match = Match("lot", lot, "", Begin((lot_node(lot),)))
        view = found(session, match, direction, cleared=True).view
    assert not view["answer"]["unexplained"], view["answer"]
    return len(view["nodes"])


def _hub(name: str, database: Database) -> None:
    begun = time.perf_counter()
    first, count = 0.0, 0
    with database.snapshot(spilling=True) as session:
        for _ in streamed(session, Begin(("lot:HUB",)), Direction.FORWARD, cleared=True):
            count += 1
            first = first or time.perf_counter() - begun
    spent = time.perf_counter() - begun
    say("hub lot", f"{name}: {count:,} steps, the first after {first * 1000:.0f} ms, all in {spent:.1f} s")
