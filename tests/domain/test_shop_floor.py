"""What a job may use up and make, and what may leave: pure rules, one edge and one change of stock each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from models.domain import floor_records as records
from models.domain import shop_floor as floor
from models.domain.errors import Invalid, Refusal
from models.domain.facts import LotFact
from models.domain.genealogy import Edge
from models.domain.pieces import Bucket
from models.domain.serial_stock import SerialStock, Whereabouts
from models.domain.shop_floor import Job, Leaving, Shelved

NOW = datetime(2026, 3, 16, 9, 30, tzinfo=UTC)
JOB = Job("4520", "SHAFT", "B", "C62", operations=frozenset({10, 30}))


def of(on_hand: str, **facts: object) -> Shelved:
    about = {"undecided": Decimal(0), "bought": False, "part_revision": None}
    about |= {"sources": frozenset(), "booked": Decimal(0), "began": None, "by_serial": False}
    shelved = {name: facts.pop(name, value) for name, value in about.items()}
    fact = LotFact(**{"lot": "BAR", "part": "4140", "on_hand": Decimal(on_hand), "unit": "C62"} | facts)  # type: ignore[arg-type]
    return Shelved(fact, **shelved)  # type: ignore[arg-type]


def refused(what: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as refusal:
        what()
    return refusal.value.code


# --- what a job uses up


def consume(shelved: Shelved | None, quantity: str, *, of_itself: bool = False) -> Edge:
    return floor.consume(JOB, "BAR", shelved, Decimal(quantity), of_itself=of_itself)


def test_bars_go_into_the_job_and_leave_the_shelf() -> None:
    edge = consume(of("10"), "2")
    assert edge == Edge("lot:BAR", "job:4520", Decimal(2), "C62", "consume")
    assert records.shelf_change(edge) == ("BAR", Decimal(-2), Decimal(0))
    assert records.shelf_change(records.taken_back(edge)) == ("BAR", Decimal(2), Decimal(0))


@pytest.mark.parametrize(
    ("shelved", "quantity", "code"),
    [
        (None, "2", "lot.unknown"),
        (of("10"), "11", "lot.short"),
        (of("10", undecided=Decimal(6)), "11", "lot.undecided"),
        (of("10", held=True, hold_reason="wrong melt"), "2", "lot.held"),
        (of("10", held=True, held_with="HEAT"), "2", "lot.held"),
        (of("10"), "0", "quantity.nothing"),
        (of("10"), "-1", "quantity.too_small"),
        (of("10"), "1.5", "quantity.too_precise"),
    ],
)
def test_what_is_not_there_or_not_free_is_not_used_up(
    shelved: Shelved | None, quantity: str, code: str
) -> None:
    assert refused(lambda: consume(shelved, quantity)) == code


def test_all_that_is_on_hand_may_be_used_up() -> None:
    assert consume(of("10", undecided=Decimal(6)), "10").quantity == 10


def test_a_job_does_not_use_up_its_own_output() -> None:
    assert refused(lambda: consume(of("10"), "2", of_itself=True)) == "consumption.own_output"


# --- what a job makes


def make(
    shelved: Shelved | None, quantity: str = "300", *serials: str, of_itself: bool = False, job: Job = JOB
) -> Edge:
    return floor.make(job, "J4520-A", shelved, Decimal(quantity), serials, of_itself=of_itself)


def test_pieces_come_out_of_the_job_as_a_lot() -> None:
    edge = make(None)
    assert edge == Edge("job:4520", "lot:J4520-A", Decimal(300), "C62", "process")
    assert records.shelf_change(edge) == ("J4520-A", Decimal(300), Decimal(300))


def test_more_of_the_same_is_added_to_a_lot_the_job_began() -> None:
    known = {"lot": "J4520-A", "part": "SHAFT", "part_revision": "B"}
    begun = of("5", **known, sources=frozenset({"4520", "SO-1"}), booked=Decimal(5))
    assert make(begun).quantity == 300
    # All that was in it was taken back.
    assert make(of("0", **known)).quantity == 300


@pytest.mark.parametrize(
    ("shelved", "told"),
    [
        (of("5", part="SHAFT", sources=frozenset({"4519"}), booked=Decimal(5)), "came out of 4519"),
        (of("0", part="SHAFT", sources=frozenset({"SO-1"}), booked=Decimal(5)), "came out of SO-1"),
        (of("5", part="SHAFT", booked=Decimal(5)), "was there before"),
    ],
)
def test_what_a_job_makes_is_not_added_to_a_lot_of_another(shelved: Shelved, told: str) -> None:
    with pytest.raises(Refusal, match=told) as refusal:
        make(shelved)
    assert (refusal.value.code, refusal.value.errors[0].field) == ("output.other_job", "lot")


@pytest.mark.parametrize(
    ("shelved", "code"),
    [
        (of("5", part="SHAFT", bought=True), "output.bought_lot"),
        (of("5", part="GEAR"), "output.other_part"),
        (of("5", part="SHAFT", part_revision="A"), "output.other_part"),
        (of("5", part="SHAFT", unit="KGM"), "output.other_part"),
    ],
)
def test_nothing_is_added_to_a_lot_of_another_kind(shelved: Shelved, code: str) -> None:
    assert refused(lambda: make(shelved)) == code


def test_what_went_into_a_job_does_not_come_out_of_it_as_the_same_lot() -> None:
    assert refused(lambda: make(of("5", part="SHAFT"), of_itself=True)) == "output.own_input"


def test_a_part_with_serials_has_one_for_every_piece() -> None:
    serial = Job("4520", "SHAFT", "B", "C62", serial=True)
    assert make(None, "2", "S1", "S2", job=serial).quantity == 2
    assert refused(lambda: make(None, "2", job=serial)) == "serials.count"
    assert refused(lambda: make(None, "2", "S1", job=serial)) == "serials.count"
    assert refused(lambda: make(None, "2", "S1", "S1", job=serial)) == "serials.repeated"


def test_pieces_without_numbers_are_given_none() -> None:
    assert refused(lambda: make(None, "1", "A")) == "serial.not_tracked"
    assert refused(lambda: use("1", "A", by_serial=False)) == "serial.not_tracked"
    lots = {"BAR": of("10", by_serial=False)}
    with pytest.raises(Invalid) as refusal:
        list(floor.dispatch("DN-1", [line("1", "Q")], lots, {}))
    assert (refusal.value.code, refusal.value.errors[0].field) == ("serial.not_tracked", "lines.0.serials")


@pytest.mark.parametrize(
    ("began", "with_material", "day", "hour", "code"),
    [
        (date(2026, 11, 5), True, 3, 8, "time.before_material"),
        (date(2026, 11, 5), True, 5, 8, None),
        (date(2026, 11, 5), False, 3, 8, "time.before_job"),
        (None, False, 3, 8, None),
        # Where days begin first it is the fifth already, or not yet.
        (date(2026, 11, 5), True, 4, 10, None),
        (date(2026, 11, 5), True, 4, 9, "time.before_material"),
    ],
)
def test_nothing_comes_out_of_a_job_before_it_began(
    began: date | None, with_material: bool, day: int, hour: int, code: str | None
) -> None:
    job = replace(JOB, began=began, with_material=with_material)
    at = datetime(2026, 11, day, hour, tzinfo=UTC)
    if code is None:
        floor.had_begun(job, at)
    else:
        assert refused(lambda: floor.had_begun(job, at)) == code


USED, ENTERED = datetime(2026, 11, 3, tzinfo=UTC), datetime(2026, 11, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("used", "with_bom", "began"),
    [
        (USED, True, USED),
        (USED, False, USED),
        (None, True, ENTERED),
        # There is no material to record first.
        (None, False, None),
    ],
)
def test_a_job_without_material_may_have_begun_before_it_was_entered(
    used: datetime | None, with_bom: bool, began: datetime | None
) -> None:
    assert floor.beginning(used, ENTERED, with_bom=with_bom) == began


def test_lots_are_named_after_their_job() -> None:
    assert records.lot_number("4520", ()) == "J4520-A"
    assert records.lot_number("WO-3201", {"WO-3201-A"}) == "WO-3201-B"
    letters = {f"J1-{chr(ord('A') + place)}" for place in range(26)}
    assert records.lot_number("1", letters) == "J1-AA"
    assert records.lot_number("1", letters | {"J1-AA"}) == "J1-AB"


def test_an_operation_is_one_of_the_routing() -> None:
    assert floor.step_of(JOB, 30) == 30
    assert floor.step_of(JOB, None) is None
    assert refused(lambda: floor.step_of(JOB, 20)) == "operation.unknown"


@pytest.mark.parametrize(
    ("made", "entered", "refused_with"),
    [
        ("0", "330", None),
        ("0", "331", "output.beyond_job"),
        ("300", "30", None),
        ("300", "31", "output.beyond_job"),
    ],
)
def test_much_more_than_a_job_is_for_has_to_be_confirmed(
    made: str, entered: str, refused_with: str | None
) -> None:
    job = replace(JOB, quantity=Decimal(300))
    asked = Decimal(made), Decimal(entered)
    tenth = Decimal("0.1")
    floor.not_absurd(job, *asked, over=tenth, confirmed=True)
    floor.not_absurd(job, *asked, over=Decimal("0.2"), confirmed=False)
    if refused_with is None:
        floor.not_absurd(job, *asked, over=tenth, confirmed=False)
    else:
        assert refused(lambda: floor.not_absurd(job, *asked, over=tenth, confirmed=False)) == refused_with


# --- what leaves


def leave(
    *lines: Leaving,
    lots: dict[str, Shelved] | None = None,
    blocked: dict[str, Refusal] | None = None,
    gone: set[tuple[str, str]] | None = None,
    here: tuple[str, ...] | None = None,
    where: Whereabouts | None = None,
) -> list[Edge]:
    named = any(each.serials for each in lines)
    known = {"BAR": of("250", by_serial=named)} if lots is None else lots
    pieces = {piece: Whereabouts(dispatch="DN-0") for piece in gone or ()}
    if where is not None:
        pieces["4140", "S1"] = where
    stock = SerialStock(pieces, {} if here is None else {"BAR": here})
    return list(floor.dispatch("DN-1", lines, known, blocked or {}, stock))


def line(quantity: str, *serials: str) -> Leaving:
    return Leaving("BAR", Decimal(quantity), serials)


def test_pieces_leave_the_shelf_for_the_customer() -> None:
    first, second = leave(line("200"), line("50"))
    assert first == Edge("lot:BAR", "dispatch:DN-1", Decimal(200), "C62", "dispatch")
    assert records.shelf_change(second) == ("BAR", Decimal(-50), Decimal(0))


def test_what_is_held_undecided_or_not_there_stays() -> None:
    assert refused(lambda: leave()) == "dispatch.empty"
    assert refused(lambda: leave(line("1"), lots={})) == "lot.unknown"
    assert refused(lambda: leave(line("200"), line("51"))) == "lot.short"
    assert refused(lambda: leave(line("1"), lots={"BAR": of("9", held=True)})) == "lot.held"
    undecided = {"BAR": of("80", undecided=Decimal(16))}
    assert refused(lambda: leave(line("96"), lots=undecided)) == "lot.undecided"
    assert refused(lambda: leave(line("1"), blocked={"BAR": Refusal("other", "Stop.")})) == "other"


def test_a_serial_leaves_once() -> None:
    assert refused(lambda: leave(line("1", "S1"), line("1", "S1"))) == "serial.gone"
    assert refused(lambda: leave(line("1", "S1"), gone={("4140", "S1")})) == "serial.gone"
    assert refused(lambda: leave(line("2", "S1"))) == "serials.count"
    assert len(leave(line("1", "S1"), gone={("GEAR", "S1")})) == 1


@pytest.mark.parametrize(
    ("where", "code"),
    [
        (Whereabouts("BAR"), None),
        (Whereabouts("BAR", "SO-1", Bucket.ACCEPTED), None),
        (Whereabouts("BAR", "SO-1", Bucket.RETURNED_UNPROCESSED), None),
        (Whereabouts("BAR", "SO-1", Bucket.AT_SUPPLIER), "serial.elsewhere"),
        (Whereabouts("BAR", "SO-1", Bucket.PENDING), "serial.elsewhere"),
        (Whereabouts("BAR", "SO-1", Bucket.SCRAPPED), "serial.elsewhere"),
        (Whereabouts("BAR", "SO-1", Bucket.OVER), "serial.surplus"),
        (Whereabouts("ROD", "SO-1", Bucket.ACCEPTED), "serial.other_lot"),
        (Whereabouts("ROD"), "serial.other_lot"),
        (Whereabouts(dispatch="DN-0"), "serial.gone"),
        (Whereabouts(job="4519"), "serial.used"),
    ],
)
def test_a_piece_leaves_only_from_where_it_is(where: Whereabouts, code: str | None) -> None:
    if code is None:
        assert len(leave(line("1", "S1"), where=where, here=("S1",))) == 1
    else:
        assert refused(lambda: leave(line("1", "S1"), where=where)) == code
        stock = SerialStock({("4140", "S1"): where})
        assert refused(lambda: use("1", "S1", stock=stock)) == code


def test_a_piece_nobody_made_does_not_leave_a_lot_whose_pieces_are_known() -> None:
    with pytest.raises(Refusal) as refusal:
        leave(line("1", "S9"), here=("S1", "S2"))
    assert refusal.value.code == "serial.unknown"
    assert "Expected is one of: S1, S2." in refusal.value.detail
    assert [error.field for error in refusal.value.errors] == ["lines.0.serials"]
    # Of a lot that came with nobody naming its pieces, any may be.
    assert len(leave(line("1", "S9"))) == 1


def use(quantity: str, *serials: str, stock: SerialStock = SerialStock(), by_serial: bool = True) -> Edge:
    there = of("10", by_serial=by_serial)
    return floor.consume(JOB, "BAR", there, Decimal(quantity), serials, stock, of_itself=False)


def test_pieces_with_numbers_are_named_when_they_leave_or_are_used_up() -> None:
    here = {("4140", serial): Whereabouts("BAR") for serial in ("S1", "S2")}
    there = here | {("4140", "S3"): Whereabouts("BAR", "SO-1", Bucket.AT_SUPPLIER)}
    stock = SerialStock(there | {("4140", "S4"): Whereabouts(job="4519")})
    lots = {"BAR": of("10", by_serial=True)}
    for known, said in ((stock, "Here are: S1, S2."), (SerialStock(), "by their serial numbers.")):
        with pytest.raises(Invalid) as refusal:
            list(floor.dispatch("DN-1", [line("1")], lots, {}, known))
        assert (refusal.value.code, refusal.value.errors[0].field) == ("serial.missing", "lines.0.serials")
        assert refusal.value.detail.endswith(said)
        with pytest.raises(Invalid) as refusal:
            use("1", stock=known)
        assert (refusal.value.code, refusal.value.errors[0].field) == ("serial.missing", "serials")
    assert refused(lambda: use("2", "S1")) == "serials.count"
    assert refused(lambda: use("2", "S1", "S1")) == "serials.repeated"
    assert use("2", "S1", "S2", stock=stock).quantity == 2
    # Nobody has to name what is told by its lot.
    assert use("2", by_serial=False).quantity == 2


# --- when it was


def test_what_is_told_later_is_late_and_nothing_is_told_early() -> None:
    assert records.happened(None, NOW) == (NOW, False)
    earlier = NOW - timedelta(minutes=10)
    assert records.happened(earlier, NOW) == (earlier, False)
    before = NOW - timedelta(hours=2)
    assert records.happened(before, NOW) == (before, True)
    assert records.happened(NOW + timedelta(minutes=1), NOW) == (NOW, False)
    assert refused(lambda: records.happened(NOW + timedelta(hours=1), NOW)) == "time.future"
    first = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))
    assert refused(lambda: records.happened(first, NOW)) == "time.long_ago"
    with pytest.raises(Invalid, match="zone"):
        records.happened(NOW.replace(tzinfo=None), NOW)


def test_a_dispatch_of_another_day_is_late() -> None:
    today = date(2026, 3, 16)
    assert records.left_on(None, today) == (today, False)
    assert records.left_on(date(2026, 3, 13), today) == (date(2026, 3, 13), True)
    assert refused(lambda: records.left_on(date(2026, 3, 17), today)) == "time.future"
    assert refused(lambda: records.left_on(date(206, 3, 16), today)) == "time.long_ago"


def test_nothing_happens_to_a_lot_before_it_was_there() -> None:
    lot = of("5", began=date(2026, 3, 16))
    with pytest.raises(Invalid, match=r"2026-03-16; 2026-03-15") as refusal:
        floor.was_there("BAR", lot, date(2026, 3, 15), "shipped_on")
    assert (refusal.value.code, refusal.value.errors[0].field) == ("time.before_lot", "shipped_on")
    assert refused(lambda: floor.was_there("BAR", lot, NOW - timedelta(days=1), "at")) == "time.before_lot"
    floor.was_there("BAR", lot, date(2026, 3, 16), "shipped_on")
    # It may be the next day already where that was.
    floor.was_there("BAR", lot, datetime(2026, 3, 15, 10, tzinfo=UTC), "at")
    floor.was_there("BAR", of("5"), date(2026, 3, 15), "shipped_on")


# --- what is taken back


def test_what_has_moved_on_is_not_taken_back() -> None:
    floor.reverse_consumption(outputs=[])
    assert refused(lambda: floor.reverse_consumption(outputs=["J4520-A"])) == "consumption.moved_on"
    floor.reverse_output(of("300"), Decimal(300))
    assert refused(lambda: floor.reverse_output(of("299"), Decimal(300))) == "output.moved_on"
    assert refused(lambda: floor.reverse_output(of("300", held=True), Decimal(300))) == "lot.held"
    floor.not_again(None)
    with pytest.raises(Refusal) as again:
        floor.not_again(NOW)
    # `actual` is told as the reader's time.
    assert (again.value.code, again.value.values) == ("record.reversed", {"actual": "2026-03-16T09:30+00:00"})


@pytest.mark.parametrize("day", [date(2026, 12, 1), date(2015, 3, 2)])
def test_a_day_nothing_can_have_left_on_is_told_as_a_day(day: date) -> None:
    with pytest.raises(Invalid) as refused:
        records.left_on(day, date(2026, 11, 22))
    assert refused.value.detail.startswith(f"{day} is ")
    # Whoever shows it to somebody writes days, which are the same in every zone.
    assert refused.value.values == {"date": str(day)}
