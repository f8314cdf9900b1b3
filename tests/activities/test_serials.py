"""Serial numbers over several orders of one part, on both databases: a piece is in one place."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, update

from activities.dispatching import Papers, dispatch
from activities.doctor_serials import twice
from activities.floor_stock import Recorder
from models.db import Database
from models.domain import commands as c
from models.domain.errors import Refusal
from models.domain.shop_floor import Leaving
from models.domain.trace import Direction, follow
from models.queries import orders as queries
from models.queries.order_records import nonconformances
from models.queries.trace import Genealogy
from models.queries.trace_near import named
from models.settings import Settings
from models.tables.lots import Lot
from models.tables.orders import CommandRow, EdgeRow, EventRow
from models.tables.parts import Part
from models.tables.serials import SerialRow
from models.tables.shop_floor import ConsumptionRow, OutputRow
from models.tables.types import table
from models.tables.work_orders import WorkOrder
from tests.activities.test_apply import NOW, Shop
from tests.activities.test_upstream import CLEARED, Job

D = Decimal
_ROWS, _COMMANDS, _EVENTS = table(SerialRow), table(CommandRow), table(EventRow)


@pytest.fixture
def job(database: Database, settings: Settings) -> Job:
    shop = Shop(database, settings)
    with database.write() as session:
        session.execute(update(table(Part)).values(trace="serial"))
    return Job(shop)


def send(serials: str) -> c.Send:
    return c.Send((c.SendLine(1, D(len(serials)), "L1", serials=tuple(serials)),))


def receive(**results: str) -> c.Receive:
    counts: dict[str, Any] = {name: D(len(some)) for name, some in results.items()}
    named: Any = tuple(c.ReceivedSerial(each, name) for name, some in results.items() for each in some)  # type: ignore[arg-type]
    line = c.ReceiveLine(1, counted=sum(counts.values(), D(0)), serials=named, **counts)
    return c.Receive((line,), additional=True)


def resolve(decision: Any, serials: str) -> c.ResolveOver:
    return c.ResolveOver((c.OverLine(1, D(len(serials)), decision, serials=tuple(serials)),))


def places(job: Job) -> list[str]:
    """What the doctor says of pieces that are in two places."""
    with job.shop.database.read() as session:
        return [finding.what for finding in twice(session)]


def where(job: Job, number: str) -> dict[str, str]:
    with job.shop.database.read() as session:
        rows = session.execute(select(_ROWS).where(_ROWS.c.order_number == number).order_by(_ROWS.c.serial))
        return {row.serial: row.bucket for row in rows}


def refused(job: Job, number: str, command: c.Command) -> tuple[str, Any]:
    name = job.shop.save(command, order=number)
    assert job.shop.apply(name).status == "refused"
    with job.shop.database.read() as session:
        result = session.execute(select(_COMMANDS.c.result).where(_COMMANDS.c.id == name)).scalar_one()
    return result["refusal"]["code"], result["refusal"]["values"]


def done(job: Job, number: str, *commands: c.Command) -> None:
    for command in commands:
        assert job.do(number, command).status == "applied", command


def test_a_piece_goes_from_order_to_order_and_is_in_one_place(job: Job) -> None:
    done(job, job.first, send("ABC"), receive(accepted="AB"))
    assert where(job, job.first) == {"A": "accepted", "B": "accepted", "C": "in_transit_out"}
    code, said = refused(job, job.second, send("C"))
    assert (code, said["order"]) == ("serial.elsewhere", job.first)
    done(job, job.second, send("A"))
    assert where(job, job.second) == {"A": "in_transit_out"}
    code, said = refused(job, job.third, send("A"))
    assert (code, said["order"]) == ("serial.elsewhere", job.second)
    # The first order can no longer take it back, nor reject it: what is found now is only recorded.
    receipt = _sequence(job, job.first)
    assert refused(job, job.first, c.Correct(receipt, "Typed wrongly"))[0] == "correct.moved_on"
    report = c.ReportNonconformance((c.LineQuantity(1, D(1), serials=("A",)),), "Thin")
    done(job, job.first, report)
    assert where(job, job.first)["A"] == "accepted"
    # Back from the second operation it does not go there again on another order; the one that was not there does.
    done(job, job.second, receive(accepted="A"))
    code, said = refused(job, job.third, send("A"))
    assert (code, said["serial"], said["order"]) == ("serial.done", "A", job.second)
    done(job, job.third, send("B"))


def test_a_piece_that_came_back_as_it_went_may_go_on_another_order(job: Job) -> None:
    done(job, job.first, send("ABC"), receive(accepted="AB"))
    done(job, job.second, send("A"), receive(unprocessed="A"))
    done(job, job.third, send("A"))


def test_a_piece_of_another_order_in_the_box_is_received_there(job: Job) -> None:
    done(job, job.first, send("ABC"), receive(accepted="A"))
    done(job, job.second, send("A"))
    code, said = refused(job, job.second, receive(accepted="AB"))
    assert (code, said["order"], said["serials"]) == ("serial.elsewhere_over", job.first, "A")
    done(job, job.second, receive(accepted="A"))
    done(job, job.first, receive(accepted="B"))


def test_pieces_that_are_here_or_gone_are_not_received_in_place_of_those_sent(job: Job) -> None:
    _made(job, "ABCDEF")
    done(job, job.first, send("AB"))
    left, used = leave(job, "C"), use(job, "D")
    for serial, code, said in (
        ("E", "serial.on_shelf", {"lot": "L1"}),
        ("C", "serial.gone", {"dispatch": left}),
        ("D", "serial.used", {"job": used}),
    ):
        refusal = refused(job, job.first, receive(accepted=f"A{serial}"))
        assert (refusal[0], refusal[1]["serials"]) == (code, "A, B")
        assert said.items() <= refusal[1].items()
    assert where(job, job.first) == {"A": "in_transit_out", "B": "in_transit_out"}
    # One that went out unwritten is sent late, and then it comes.
    done(job, job.first, send("E"), receive(accepted="AE"))
    assert places(job) == []


def test_what_was_dispatched_or_used_up_is_named_where_it_is_taken_back_or_doubted(job: Job) -> None:
    _made(job, "ABCDEF")
    done(job, job.first, send("ABCD"), receive(accepted="ABCD"))
    left, used = leave(job, "A"), use(job, "B")
    done(job, job.second, send("C"))
    # There are others of the lot on the shelf, and they are not these.
    correction = c.Correct(_sequence(job, job.first), "Typed wrongly")
    code, said = refused(job, job.first, correction)
    assert (code, said["serials"]) == ("correct.moved_on", "A, B, C")
    done(job, job.first, c.ReportNonconformance((c.LineQuantity(1, D(4)),), "Thin"))
    assert where(job, job.first) == {"A": "accepted", "B": "accepted", "C": "accepted", "D": "rejected"}
    with job.shop.database.read() as session:
        order, _ = queries.opened(session, job.first, CLEARED)
    assert order is not None
    first, last = nonconformances(order)
    assert (first["quantity"], first["recorded"]) == (1, [])
    assert [tuple(each.values()) for each in last["recorded"]] == [
        ("A", left, None, None),
        ("B", None, used, None),
        ("C", None, None, job.second),
    ]
    assert places(job) == []


def test_a_piece_nobody_made_stays_surplus_until_it_goes_back(job: Job) -> None:
    _made(job, "ABC")
    done(job, job.first, send("AB"), receive(accepted="AZ"))
    assert where(job, job.first) == {"A": "accepted", "B": "in_transit_out", "Z": "over"}
    # Meanwhile it goes nowhere, and comes nowhere else.
    assert refused_to_leave(job, "Z") == ("serial.surplus", job.first)
    assert refused(job, job.second, send("Z"))[0] == "serial.surplus"
    done(job, job.second, send("A"))
    assert refused(job, job.second, receive(accepted="Z"))[0] == "serial.surplus"
    code, said = refused(job, job.first, resolve("accept", "Z"))
    assert (code, said["lot"], said["serials"]) == ("serial.unknown", "L1", "B")
    done(job, job.first, resolve("return", "Z"))
    assert places(job) == []


def test_surplus_of_a_lot_whose_pieces_nobody_named_may_be_kept(job: Job) -> None:
    done(job, job.first, send("AB"), receive(accepted="AZ"), resolve("accept", "Z"))
    assert where(job, job.first) == {"A": "accepted", "B": "in_transit_out", "Z": "accepted"}


def test_surplus_is_not_kept_once_the_piece_is_known_to_be_on_the_shelf(job: Job) -> None:
    done(job, job.first, send("AB"), receive(accepted="AZ"))
    # Somebody writes down late that Z was made: it is in one place, and this is not it.
    _made(job, "ABZ")
    assert refused(job, job.first, resolve("accept", "Z"))[0] == "serial.on_shelf"
    assert refused_to_leave(job, "Z") == ("serial.surplus", job.first)
    assert places(job) == [f"It is on the shelf in lot L1 and surplus of order {job.first}."]
    done(job, job.first, resolve("miscount", "Z"))
    leave(job, "Z")


@pytest.mark.parametrize("first", ["dispatch", "receipt"])
def test_a_piece_that_leaves_while_it_is_received_does_one_of_them(job: Job, first: str) -> None:
    """Whoever is second waits for the lot and is told what the first one wrote down."""
    _made(job, "ABC")
    done(job, job.first, send("AB"))
    with ThreadPoolExecutor(2) as both:
        waiting: list[Future[Any]] = []
        if first == "dispatch":
            waiting.append(both.submit(leave, job, "C"))
        received = both.submit(refused, job, job.first, receive(accepted="AC"))
        if first == "receipt":
            waiting.append(both.submit(leave, job, "C"))
    # On the shelf or gone: in no case is it in the box.
    assert received.result()[0] in ("serial.on_shelf", "serial.gone")
    assert waiting[0].result()
    assert places(job) == []


def test_an_order_is_shown_with_its_serials_and_found_by_them(job: Job) -> None:
    done(job, job.first, send("AB"))
    with job.shop.database.read() as session:
        (line,) = queries.view(session, job.first, CLEARED, NOW)["lines"]
    assert line["trace"] == "serial"
    shown: Sequence[Any] = line["serials"]
    assert [(each["serial"], each["lot"], each["bucket"]) for each in shown] == [
        ("A", "L1", "in_transit_out"),
        ("B", "L1", "in_transit_out"),
    ]
    assert refused(job, job.first, c.Send((c.SendLine(1, D(1), "L1"),)))[0] == "serial.missing"


def _sequence(job: Job, number: str) -> int:
    with job.shop.database.read() as session:
        return int(
            session.execute(
                select(_EVENTS.c.sequence).where(
                    _EVENTS.c.order_number == number, _EVENTS.c.type == "pieces_received"
                )
            ).scalar_one()
        )


@pytest.mark.parametrize("bought", [False, True])
def test_only_pieces_that_were_made_bought_or_received_leave_and_only_from_where_they_are(
    job: Job, bought: bool
) -> None:
    (_bought if bought else _made)(job, "ABCD")
    code, said = refused(job, job.first, send("AZ"))
    assert (code, said["serial"], said["serials"]) == ("serial.unknown", "Z", "A, B, C, D")
    done(job, job.first, send("AB"))
    assert refused_to_leave(job, "A") == ("serial.elsewhere", job.first)
    assert refused_to_leave(job, "Y") == ("serial.unknown", None)
    number = leave(job, "C")
    code, said = refused(job, job.first, send("C"))
    assert (code, said["dispatch"]) == ("serial.gone", number)
    assert refused_to_leave(job, "C") == ("serial.gone", None)
    # What came back as another lot leaves as that one.
    back = c.ReceiveLine(
        1, counted=D(1), accepted=D(1), output_lot="L9", serials=(c.ReceivedSerial("A", "accepted"),)
    )
    done(job, job.first, c.Receive((back,), additional=True))
    assert refused_to_leave(job, "A") == ("serial.other_lot", None)
    assert refused_to_leave(job, "Z", lot="L9") == ("serial.unknown", None)
    leave(job, "A", lot="L9")


def test_a_piece_is_not_traced_where_only_the_others_of_its_lot_went(job: Job) -> None:
    _made(job, "ABC")
    done(job, job.first, send("ABC"))
    back = c.ReceiveLine(
        1, counted=D(1), accepted=D(1), output_lot="L9", serials=(c.ReceivedSerial("A", "accepted"),)
    )
    done(job, job.first, c.Receive((back,), additional=True))
    at_work = f"order:{job.first}:1:L1"
    assert "lot:L9" in reached(job, "A")
    assert reached(job, "B") & {at_work, "lot:L1", "lot:L9"} == {at_work, "lot:L1"}
    number = leave(job, "A", lot="L9")
    # Of what is left of it somebody draws without a name, as was written down before names were asked for.
    with job.shop.database.write() as session:
        session.add(
            EdgeRow(from_node="lot:L9", to_node="job:OTHER", quantity=D(1), unit="C62", how="consume")
        )
    assert f"dispatch:{number}" in reached(job, "A")
    assert "job:OTHER" not in reached(job, "A")


def reached(job: Job, serial: str) -> set[str]:
    with job.shop.database.snapshot() as session:
        (match,) = named(session, f"serial:{serial}", cleared=True)
        genealogy = Genealogy(session, True, match.begin.serial, match.begin.part)
        return set(follow(match.begin.roots, Direction.BOTH, genealogy, match.begin.behind).nodes)


def _made(job: Job, serials: str) -> None:
    """Lot L1 is what a job made, each piece with its number."""
    with job.shop.database.write() as session:
        session.execute(update(table(Lot)).values(quantity=len(serials), on_hand=len(serials)))
        part = session.execute(select(table(Lot).c.part, table(Lot).c.part_revision)).one()
        session.add(
            OutputRow(
                id="made",
                work_order="WO",
                lot="L1",
                part=part.part,
                part_revision=part.part_revision,
                quantity=D(len(serials)),
                unit="C62",
                serials=list(serials),
                at=NOW,
                recorded_at=NOW,
                recorded_by="u_1",
            )
        )


def _bought(job: Job, serials: str) -> None:
    """Lot L1 is what somebody sold us, each piece with its number."""
    lot = table(Lot)
    with job.shop.database.write() as session:
        values = {"quantity": len(serials), "on_hand": len(serials)}
        session.execute(update(lot).values(values))
        session.execute(update(lot).where(lot.c.number == "L1").values(serials=list(serials)))


def leave(job: Job, serial: str, *, lot: str = "L1") -> str:
    with job.shop.database.write() as session:
        lines = (Leaving(lot, D(1), (serial,)),)
        papers = Papers("NORTHWIND", "Dock 4")
        # It leaves as it is, though an outside operation of its job is still to come.
        return dispatch(
            session, papers, lines, Recorder("u_1"), NOW.date(), NOW, cleared=True, confirmed=True
        )


def use(job: Job, serial: str) -> str:
    """The piece went into another job, as the shop floor writes it down."""
    with job.shop.database.write() as session:
        session.add(
            WorkOrder(number="WO-9", type="MTO", part="FLANGE", revision="B", quantity=D(9), created_at=NOW)
        )
        session.flush()
        of = {"work_order": "WO-9", "lot": "L1", "part": "FLANGE", "quantity": D(1), "unit": "C62"}
        session.add(
            ConsumptionRow(id="used", **of, serials=[serial], at=NOW, recorded_at=NOW, recorded_by="u_1")
        )
    return "WO-9"


def refused_to_leave(job: Job, serial: str, *, lot: str = "L1") -> tuple[str, str | None]:
    with pytest.raises(Refusal) as refusal:
        leave(job, serial, lot=lot)
    return refusal.value.code, refusal.value.values.get("order")
