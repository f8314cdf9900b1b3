"""The story of one heat, computed by hand before the tables were designed: number by number.

Lot 20260315-STEEL-001 is 10 bars of heat HX-1. Job 4520 draws 2 and makes 300 pieces, J4520-A. FORGE treats
them in two loads of 150, the second together with another order's J4521-A of heat HX-2; 2 go into tests, 298
straight to the plater ACME, which sends 200 and 96; 2 are lost. J4520-B is 200 accepted, and of 96: 80
accepted, 10 rejected, 6 pending. 9 of the 10 are accepted after rework, 1 is scrapped, the 6 are accepted.
200 go to Northwind and 50 to Contoso.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import cache

from models.domain.authority import Actor, Role
from models.domain.balance import Shelf, by_part
from models.domain.commands import AnswerTransfer, LoadLot, ReportProcess
from models.domain.trace import Direction, Link, Step, Trace, among, follow
from tests.domain.asking import NC, accept, arrived, dispose, judge, lose, receive, send, ship
from tests.domain.genealogies import at_work, balances, link, lots_of, said, written
from tests.domain.orders import Scene, a_line, a_lot, day, given, issued

BOTH = Actor("u_both", "user", frozenset({Role.RECEIVING, Role.QUALITY}))
BARS, A, B, OTHER = "lot:20260315-STEEL-001", "lot:J4520-A", "lot:J4520-B", "lot:J4521-A"
JOB, NORTHWIND, CONTOSO = "job:4520", "dispatch:D-1", "dispatch:D-2"
FORGE, ACME, FORGED_TOO = "order:SO-1:1:J4520-A", "order:SO-2:1:J4520-A", "order:SO-3:1:J4521-A"
FIRST = "load:FORGE:Bath 3:F-1:2026-11-02T09:00:00Z"
SECOND = "load:FORGE:Bath 3:F-2:2026-11-02T12:00:00Z"
FLOOR = (
    link(BARS, "consume", JOB, 2),
    link(JOB, "process", A, 300),
    link("lot:STEEL-2", "consume", "job:4521", 1),
    link("job:4521", "process", OTHER, 100),
    link(B, "dispatch", NORTHWIND, 200),
    link(B, "dispatch", CONTOSO, 50),
)


def an_order(number: str, supplier: str, lot: str, some: int, heat: str) -> Scene:
    line = a_line(quantity=some, lots=[(lot, some)])
    draft = {"number": number, "supplier": supplier}
    return given(issued(line, lots=[a_lot(lot, some, heat=heat)], draft=draft), accept())


def loaded(load: str, hour: int, lot: str, some: int) -> ReportProcess:
    inside = (LoadLot(Decimal(some), lot),)
    return ReportProcess(1, "Bath 3", load, day(2, hour), day(2, hour + 2), inside)


@cache
def told() -> tuple[Scene, ...]:
    """FORGE's order, ACME's and the other one that FORGE had in the furnace."""
    forge = given(an_order("SO-1", "FORGE", "J4520-A", 300, "HX-1"), send(300), arrived())
    other = given(an_order("SO-3", "FORGE", "J4521-A", 100, "HX-2"), send(100), arrived())
    forge.at(day(3))
    given(forge, loaded("F-1", 9, "J4520-A", 150), loaded("F-2", 12, "J4520-A", 150))
    given(other.at(day(3)), loaded("F-2", 12, "J4521-A", 100))
    line = replace(a_line(quantity=298, lots=[]), operation=40)
    acme = given(issued(line, lots=[], draft={"number": "SO-2", "supplier": "ACME"}), accept())
    acme.beside(forge)
    for transfer, some, load, tested in (("SO-1-T1", 150, "F-1", 0), ("SO-1-T2", 148, "F-2", 2)):
        box = replace(ship(some, load=load, tested=tested, carrier="Road"), to_order="SO-2")
        forge.when(box, others=[acme]).then()
        acme.when(AnswerTransfer(transfer, "take"), others=[forge]).then()
    given(acme.at(day(4)), arrived(), ship(200), receive(200, parcel="SO-2-P1", output_lot="J4520-B"))
    given(acme, ship(96), receive(80, parcel="SO-2-P2", rejected=10, pending=6), lose(2))
    nonconformance = NC.replace("SO-1", "SO-2")
    given(acme, dispose(nonconformance, rework=10), ship(10, nonconformance=nonconformance))
    acme.when(receive(0, parcel="SO-2-P3", pending=9, scrapped=1), by=BOTH).then()
    given(acme, judge(accepted=9), judge(accepted=6))
    acme.use("J4520-B", 250)
    return forge, acme, other


@cache
def everything() -> tuple[Link, ...]:
    return (*FLOOR, *written(*told()))


def trace(root: str, direction: Direction = Direction.FORWARD) -> Trace:
    return follow([root], direction, among(everything()))


def found(trace: Trace) -> dict[tuple[str, str, str], int]:
    """How many went from where to where, in which way."""
    sums: dict[tuple[str, str, str], int] = {}
    for step in trace.steps:
        at = (step.link.source, step.link.how, step.link.target)
        sums[at] = sums.get(at, 0) + int(step.link.quantity)
    return sums


def test_forward_from_the_heat_every_piece_is_told_where_it_went() -> None:
    assert found(trace(BARS)) == {
        (BARS, "consume", JOB): 2,
        (JOB, "process", A): 300,
        (A, "ship", FORGE): 300,
        (FORGE, "process", FIRST): 150,
        (FORGE, "process", SECOND): 150,
        (FORGE, "ship", ACME): 298,
        (ACME, "process", B): 305,
        (B, "rework", ACME): 10,
        (B, "dispatch", NORTHWIND): 200,
        (B, "dispatch", CONTOSO): 50,
    }


def test_back_from_the_customer_only_this_heat_is_found() -> None:
    back = trace(CONTOSO, Direction.BACK)
    assert lots_of(back.nodes) == {"J4520-B", "J4520-A", "20260315-STEEL-001"}
    assert (B, "dispatch", NORTHWIND) not in found(back)


def test_a_bad_second_load_touches_both_heats() -> None:
    assert lots_of(trace(SECOND, Direction.BACK).nodes) == {
        *("J4520-A", "20260315-STEEL-001", "J4521-A", "STEEL-2")
    }
    reached = trace(SECOND)
    assert {FORGE, ACME, FORGED_TOO, B, NORTHWIND, CONTOSO} <= set(reached.nodes)
    # What ACME got of the first load was another box.
    assert found(reached)[FORGE, "ship", ACME] == 148


def test_the_first_load_s_pieces_stay_clean_of_the_other_heat() -> None:
    both = trace(FIRST, Direction.BOTH)
    assert not {OTHER, "lot:STEEL-2", SECOND, FORGED_TOO} & set(both.nodes)


def lots() -> list[Shelf]:
    scenes = told()
    on_hand = {name: scenes[0].shelf[name].on_hand for name in ("J4520-A", "J4520-B")}
    return [
        Shelf("20260315-STEEL-001", "4140-BAR", "C62", Decimal(10), Decimal(8)),
        Shelf("J4520-A", "FLANGE", "C62", Decimal(300), on_hand["J4520-A"]),
        Shelf("J4520-B", "FLANGE", "C62", Decimal(295), on_hand["J4520-B"]),
    ]


def test_nothing_of_the_heat_is_unexplained() -> None:
    forge, acme, _ = told()
    names = set(trace(BARS).nodes)
    links = [each for each in everything() if {each.source, each.target} & names]
    by_lot = balances(lots(), links, at_work(forge, acme))
    assert {lot: said(balance) for lot, balance in by_lot.items()} == {
        "20260315-STEEL-001": {"made": 10, "on_hand": 8, "consumed": 2},
        "J4520-A": {"made": 300, "passed_on": 296, "tested": 2, "lost": 2},
        "J4520-B": {"made": 296, "dispatched": 250, "on_hand": 45, "scrapped": 1},
    }
    sums = {balance.part: said(balance) for balance in by_part(by_lot.values())}
    assert sums == {
        "4140-BAR": {"made": 10, "on_hand": 8, "consumed": 2},
        "FLANGE": {"made": 300, "on_hand": 45, "dispatched": 250, "scrapped": 1, "tested": 2, "lost": 2},
    }


def test_a_piece_that_is_nowhere_is_unexplained() -> None:
    forge, acme, _ = told()
    steel, first, second = lots()
    short = second._replace(on_hand=second.on_hand - 1)
    by_lot = balances([steel, first, short], everything(), at_work(forge, acme))
    assert [int(balance.unexplained) for balance in by_part(by_lot.values())] == [0, 1]


def test_every_step_of_the_story_is_sure() -> None:
    steps: tuple[Step, ...] = trace(BARS, Direction.BOTH).steps
    assert {step.unsure for step in steps} == {""}
