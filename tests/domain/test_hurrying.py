"""The fee for hurrying is due once for the pieces that were hurried, wherever a split or a merge took them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from models.codec import dump_order, load_order
from models.domain import commands as c
from models.domain import events as e
from models.domain import settlement
from models.domain.contract import Terms
from models.domain.evolve import fold
from models.domain.facts import DraftLine
from tests.domain.asking import accept, agree, arrived, hurry, lose, receive, send, ship, some
from tests.domain.orders import Scene, a_line, day, given, issued, parametrize
from tests.domain.test_parts import box, deliver, in_parts, settled

AGREED = Terms("st_1", "EUR", date(2026, 1, 1), expedite_fee=Decimal(90))
SOONER = date(2026, 11, 20)
TWO = a_line(1, 60, [("L1", 60)]), a_line(2, 40, [("L2", 40)])


def hurried(*lines: DraftLine) -> Scene:
    """Agreed for the 18th of December, then hurried to the 20th of November."""
    scene = given(issued(*lines, contract=AGREED), accept(date(2026, 12, 18)))
    return given(scene, hurry(SOONER), agree(promise=SOONER))


def whole_lines(scene: Scene) -> list[Scene]:
    """Each of two lines goes on whole, in an order of its own."""
    wish = c.Split((c.SplitChild((some(1, 60),)), c.SplitChild((some(2, 40),))))
    return list(scene.when(wish).then().born.values())


def come(scene: Scene, when: int, parts: list[Scene], end: c.Command | None = None) -> None:
    """All of its only line comes on this day of November and it is closed."""
    (line,) = scene.order.lines
    given(scene, send(line.ordered, line.lots[0].lot, line=line.line))
    scene.at(day(when, 12)).when(ship(line.ordered, line=line.line)).then()
    given(scene, receive(line.ordered, line=line.line, parcel=box(scene)), end or c.Close())
    deliver(scene.asks, parts)


def fee(*scenes: Scene) -> str:
    return settled(*scenes).get("expedite", "0")


def sound(*scenes: Scene) -> None:
    for scene in scenes:
        assert fold(scene.stream) == scene.order == load_order(dump_order(scene.order))
        assert settlement.unsettled(scene.order) == ()


@parametrize("whole", True, False)
@parametrize("first_ends", 0, 1)
@parametrize("days,expected", ([19, 19], "90.00"), ([19, 23], "0"), ([23, 19], "0"), ([23, 23], "0"))
def test_the_fee_hears_of_all_receipts_of_what_was_hurried(
    days: list[int], expected: str, first_ends: int, whole: bool
) -> None:
    parts = whole_lines(hurried(*TWO)) if whole else in_parts(hurried(), 60, 40)
    for place in (first_ends, 1 - first_ends):
        come(parts[place], days[place], parts)
    assert fee(*parts) == expected
    sound(*parts)


def test_it_is_due_for_what_came_elsewhere_although_nothing_came_here() -> None:
    first, second = parts = whole_lines(hurried(*TWO))
    first.when(c.Cancel("Not needed")).then("cancelled")
    assert fee(*parts) == "0"
    come(second, 19, parts)
    assert fee(*parts) == "90.00"
    sound(*parts)


def test_a_part_nothing_came_of_tells_nobody() -> None:
    _, second = whole_lines(hurried(*TWO))
    second.when(c.Cancel("Not needed")).then("cancelled")
    assert second.asks == ()


def test_what_is_known_later_of_a_part_that_has_ended_is_told_too() -> None:
    first, second = parts = whole_lines(hurried(*TWO))
    given(second, send(40, "L2", line=2), arrived())
    second.at(day(19, 12)).when(ship(30, line=2)).then()
    given(second, receive(30, line=2, parcel=box(second)))
    second.at(day(23, 12)).when(lose(10, from_="at_supplier", line=2)).then()
    second.when(c.Close()).then("closed")
    deliver(second.asks, parts)
    come(first, 19, parts)
    assert fee(*parts) == "0", "what was lost was given up after the day"
    (claim,) = second.order.claims
    second.when(c.SettleClaim(claim, "withdrawn", note="Found in our stores")).then()
    deliver(second.asks, parts)
    assert fee(*parts) == "90.00"
    sound(*parts)


@parametrize("which", 0, 1)
@parametrize("days,expected", ([19, 19, 19], "90.00"), ([19, 19, 23], "0"), ([23, 19, 19], "0"))
def test_it_follows_lines_that_are_split_again(which: int, days: list[int], expected: str) -> None:
    parts = in_parts(hurried(), 60, 40)
    again = in_parts(parts[which], 10, int(parts[which].order.lines[0].ordered) - 10)
    scenes = [*parts, *again]
    deliver(parts[which].asks, scenes)
    for scene, when in zip((parts[1 - which], *again), days, strict=True):
        come(scene, when, scenes)
    assert fee(*scenes) == expected
    (charged,) = [each for each in scenes if not each.order.expedites[0].lead and each is not parts[which]]
    assert all(not each.order.expedites[0].others for each in scenes if each is not charged)
    sound(*scenes)


@parametrize("into", 0, 1)
@parametrize("days,expected", ([19, 19], "90.00"), ([19, 23], "0"))
def test_parts_that_are_merged_again_owe_it_once(into: int, days: list[int], expected: str) -> None:
    parts = whole_lines(hurried(*TWO))
    target, source = parts[into], parts[1 - into]
    target.when(c.Merge((source.order.number,)), others=[source]).then()
    deliver(target.asks, parts)
    given(target, accept(SOONER))
    for line, when in zip(target.order.lines, days, strict=True):
        given(target, send(line.ordered, line.lots[0].lot, line=line.line))
        target.at(day(when, 12)).when(ship(line.ordered, line=line.line)).then()
        given(target, receive(line.ordered, line=line.line, parcel=box(target)))
    target.when(c.Close()).then("closed")
    (one,) = target.order.expedites
    assert (one.lead, one.lines) == ("", tuple(line.line for line in target.order.lines))
    assert fee(*parts) == expected
    sound(target)


@parametrize("mine,theirs,expected", (19, 30, "90.00"), (23, 19, "0"))
def test_lines_that_were_not_hurried_neither_keep_nor_break_it(mine: int, theirs: int, expected: str) -> None:
    scene = hurried()
    other = given(
        issued(a_line(lots=[("L2", 100)]), contract=AGREED, draft={"number": "SO-2"}),
        accept(date(2026, 12, 18)),
    )
    other.shelf |= scene.shelf
    other.when(c.Merge(("SO-1",)), others=[scene]).then()
    given(other, accept(date(2026, 12, 18)), send(100, "L2", line=1), send(100, "L1", line=2))
    for when, line in sorted(((theirs, 1), (mine, 2))):
        other.at(day(when, 12)).when(ship(100, line=line)).then()
        given(other, receive(100, line=line, parcel=box(other)))
    other.when(c.Close()).then("closed")
    assert fee(other) == expected


def test_the_order_that_is_charged_says_what_it_heard() -> None:
    first, second = parts = whole_lines(hurried(*TWO))
    come(second, 23, parts)
    first.happened(e.PartWorkReported)
    (part,) = first.event(e.PartWorkReported).hurried
    assert (part.change, part.order, part.came, part.kept) == ("SO-1-C1", second.order.number, True, False)
    first.when(c.ReportPartWork((), (part,))).then().happened()
