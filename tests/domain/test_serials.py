"""Serial numbers: each piece is in one place, and every move says which pieces it moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from models.domain import commands as c
from models.domain.pieces import Bucket
from models.domain.serial_stock import SerialStock, Whereabouts
from models.domain.serials import Elsewhere, listed, missing
from models.domain.worked import Been, Step
from tests.domain.asking import NC, PARCEL, arrived, sign
from tests.domain.orders import Scene, a_line, given, issued, parametrize

ABC, ABCDEF = tuple("ABC"), tuple("ABCDEF")


def tracked(ordered: int = 6, **fields: Any) -> Scene:
    return issued(a_line(1, ordered, fields.pop("lots", [("L1", ordered)])), by_serial=True, **fields)


def send(serials: Sequence[str] = ABCDEF, lot: str = "L1") -> c.Send:
    return c.Send((c.SendLine(1, Decimal(len(serials)), lot, serials=tuple(serials)),))


def ship(serials: Sequence[str], **fields: Any) -> c.Ship:
    return c.Ship((c.ShipLine(1, Decimal(len(serials)), serials=tuple(serials), **fields),))


def receive(parcel: str = PARCEL, **results: Sequence[str]) -> c.Receive:
    """`receive(accepted="AB", rejected="C")`"""
    counts = {name: Decimal(len(some)) for name, some in results.items()}
    named = tuple(c.ReceivedSerial(each, name) for name, some in results.items() for each in some)  # type: ignore[arg-type]
    line = c.ReceiveLine(1, sum(counts.values(), Decimal(0)), **counts, serials=named)  # type: ignore[arg-type]
    return c.Receive((line,), parcel, "" if parcel else "slip", additional=not parcel)


def judge(**results: Sequence[str]) -> c.Judge:
    counts = {name: Decimal(len(some)) for name, some in results.items()}
    named = tuple(c.JudgedSerial(each, name) for name, some in results.items() for each in some)  # type: ignore[arg-type]
    return c.Judge((c.JudgeLine(1, **counts, serials=named),))


def dispose(decision: Any, serials: Sequence[str], at: Any = "supplier") -> c.Disposition:
    line = c.DispositionLine(Decimal(len(serials)), decision, at=at, serials=tuple(serials))
    return c.Disposition(NC, (line,), responsibility="supplier")


def report(serials: Sequence[str]) -> c.ReportNonconformance:
    return c.ReportNonconformance((c.LineQuantity(1, Decimal(len(serials)), serials=tuple(serials)),), "Burr")


def lose(serials: Sequence[str]) -> c.DeclareLoss:
    return c.DeclareLoss((c.LossLine(1, Decimal(len(serials)), serials=tuple(serials)),), "Never came")


def over(decision: Any, serials: Sequence[str]) -> c.ResolveOver:
    return c.ResolveOver((c.OverLine(1, Decimal(len(serials)), decision, serials=tuple(serials)),))


def where(scene: Scene) -> dict[str, str]:
    """The serials in each bucket, run together."""
    found: dict[str, str] = {}
    for name, place in scene.order.serials.items():
        found[place.bucket.value] = found.get(place.bucket.value, "") + name.partition(":")[2]
    return {bucket: "".join(sorted(some)) for bucket, some in found.items()}


def in_box() -> Scene:
    """A to D are in the first box, E and F still at the supplier."""
    return given(tracked(), send(), arrived(), ship("ABCD"))


def rejected() -> Scene:
    return given(in_box(), receive(accepted="AB", rejected="CD"))


@parametrize(
    "step, expected",
    (arrived(), {"at_supplier": "EF", "in_transit_back": "ABCD"}),
    (arrived(lines=()), {"at_supplier": "EF", "in_transit_back": "ABCD"}),
    (ship("F"), {"at_supplier": "E", "in_transit_back": "ABCDF"}),
    (ship("EF"), {"in_transit_back": "ABCDEF"}),
    (
        c.Ship((c.ShipLine(1, Decimal(0), tested=Decimal(1), tested_serials=("F",)),)),
        {"at_supplier": "E", "in_transit_back": "ABCD", "test_consumed": "F"},
    ),
    (receive(accepted="ABCD"), {"at_supplier": "EF", "accepted": "ABCD"}),
    (
        receive(accepted="D", rejected="A", pending="C"),
        {"at_supplier": "EF", "in_transit_back": "B", "accepted": "D", "rejected": "A", "pending": "C"},
    ),
    (receive(accepted="A", unprocessed="B"), {"at_supplier": "EF", "in_transit_back": "CD", "accepted": "A",
                                              "returned_unprocessed": "B"}),
    (receive("", accepted="F"), {"at_supplier": "E", "in_transit_back": "ABCD", "accepted": "F"}),
    # One that was never sent is over; the one it came instead of stays in the box.
    (
        receive(accepted="ABCX"),
        {"at_supplier": "EF", "in_transit_back": "D", "accepted": "ABC", "over": "X"},
    ),
    (lose("BF"), {"at_supplier": "E", "in_transit_back": "ACD", "lost": "BF"}),
    # Everything that is there needs no names.
    (c.Ship((c.ShipLine(1, Decimal(2)),)), {"in_transit_back": "ABCDEF"}),
    (c.Receive((c.ReceiveLine(1, Decimal(4), Decimal(4)),), PARCEL), {"at_supplier": "EF", "accepted": "ABCD"}),
    (
        c.DeclareLoss((c.LossLine(1, Decimal(2), from_="at_supplier"),), "Scrapped there"),
        {"in_transit_back": "ABCD", "lost": "EF"},
    ),
)  # fmt: skip
def test_every_serial_is_in_one_place(step: c.Command, expected: dict[str, str]) -> None:
    assert where(given(in_box(), step)) == expected


@parametrize(
    "step, code, field",
    (ship("A"), "serial.not_there", "lines.0.serials"),
    (ship("EX"), "serial.not_there", "lines.0.serials"),
    (c.Ship((c.ShipLine(1, Decimal(1)),)), "serial.missing", "lines.0.serials"),
    (c.Ship((c.ShipLine(1, Decimal(3)),)), "serial.not_enough", "lines.0.quantity"),
    (c.Ship((c.ShipLine(1, Decimal(2), serials=("E",)),)), "serial.count", "lines.0.serials"),
    (c.Ship((c.ShipLine(1, Decimal(2), serials=("E", "E")),)), "serial.twice", "lines.0.serials"),
    (c.Ship((c.ShipLine(1, Decimal(2), serials=("E", " ")),)), "serial.empty", "lines.0.serials"),
    (receive(accepted="AE"), "serial.not_there", "lines.0.serials"),
    (receive(tested="X"), "serial.not_there", "lines.0.serials"),
    (c.Receive((c.ReceiveLine(1, Decimal(3), Decimal(3)),), PARCEL), "serial.missing", "lines.0.serials"),
    (
        c.Receive((c.ReceiveLine(1, Decimal(4), Decimal(3), Decimal(1)),), PARCEL),
        "serial.missing",
        "lines.0.serials",
    ),
    (c.Receive((c.ReceiveLine(1, Decimal(5), Decimal(5)),), PARCEL), "serial.missing", "lines.0.serials"),
    (send("G"), "send.more_than_ordered", "lines.0.quantity"),
    (lose("X"), "serial.not_there", "lines.0.serials"),
    (c.DeclareLoss((c.LossLine(1, Decimal(1)),), "Gone"), "serial.missing", "lines.0.serials"),
    (report("A"), "nonconformance.more_than_received", "lines.0.quantity"),
)
def test_swapped_and_unsent_serials_are_refused_with_what_was_expected(
    step: c.Command, code: str, field: str
) -> None:
    before = in_box()
    found = where(before)
    assert where(before.when(step).refused(code, field)) == found


def test_a_refusal_says_where_the_piece_is_and_what_was_expected() -> None:
    in_box().when(ship("A")).refused("serial.not_there", serials="E, F", wrong="A", bucket="in transit back")
    in_box().when(ship("X")).refused("serial.not_there", bucket="never sent")


def test_what_goes_out_is_named_and_goes_out_once() -> None:
    scene = tracked().when(c.Send((c.SendLine(1, Decimal(2), "L1"),))).refused("serial.missing")
    scene.when(send(("A", "A"))).refused("serial.twice")
    given(scene, send("AB")).when(send("BC")).refused("serial.already_sent", "lines.0.serials", serial="B")
    two = (c.SendLine(1, Decimal(1), "L1", serials=("C",)), c.SendLine(1, Decimal(1), "L1", serials=("C",)))
    scene.when(c.Send(two)).refused("serial.already_sent", bucket="in this shipment")


@parametrize(
    "bucket, goes",
    (Bucket.ACCEPTED, True),
    (Bucket.RETURNED_UNPROCESSED, True),
    (Bucket.AT_SUPPLIER, False),
    (Bucket.REJECTED, False),
    (Bucket.SCRAPPED, False),
    (Bucket.LOST, False),
)
def test_what_another_order_has_cannot_go_out_here(bucket: Bucket, goes: bool) -> None:
    scene = tracked()
    scene.elsewhere = {"1:A": Elsewhere("SO-2", bucket)}
    scene.when(send("AB"))
    if goes:
        assert where(scene.then()) == {"in_transit_out": "AB"}
    else:
        scene.refused("serial.elsewhere", "lines.0.serials", serial="A", order="SO-2")


def test_a_piece_that_went_through_the_operation_does_not_go_again() -> None:
    scene = tracked()
    line = scene.order.lines[0]
    here = Step(line.work_order, line.operation, scene.order.process)
    scene.been = {"1:B": (Been("SO-2", here, Bucket.ACCEPTED),)}
    # There are as many others in the lot that it was not done on: which one it is says its number.
    scene.when(send("ABC")).refused("serial.done", "lines.0.serials", serial="B", order="SO-2")
    scene.been = {"1:B": (Been("SO-2", replace(here, operation=20), Bucket.ACCEPTED),)}
    assert where(scene.when(send("ABC")).then()) == {"in_transit_out": "ABC"}


def test_parts_without_serial_numbers_take_none() -> None:
    issued().when(send("AB")).refused("serial.not_tracked", "lines.0.serials", part="FLANGE")
    scene = given(issued(), c.Send((c.SendLine(1, Decimal(5), "L1"),)), arrived())
    scene.when(ship("AB")).refused("serial.not_tracked")
    given(scene, c.Ship((c.ShipLine(1, Decimal(5)),)))
    scene.when(receive(accepted="AB")).refused("serial.not_tracked")


def test_what_came_back_unprocessed_goes_out_again_by_its_number() -> None:
    scene = given(in_box(), receive(accepted="CD", unprocessed="AB"))
    given(scene, send("B"))
    assert where(scene) == {
        "at_supplier": "EF", "accepted": "CD", "returned_unprocessed": "A", "in_transit_out": "B"
    }  # fmt: skip


def test_serials_say_themselves_which_lot_they_are_of() -> None:
    scene = given(tracked(lots=[("L1", 3), ("L2", 3)]), send("ABC", "L1"), send("DEF", "L2"), arrived())
    scene.when(ship("CD")).then(place="1:L1", at_supplier=2, in_transit_back=1)
    scene.then(place="1:L2", at_supplier=2, in_transit_back=1)
    assert not scene.events[0].lot_unknown  # type: ignore[attr-defined]
    scene.when(c.Ship((c.ShipLine(1, Decimal(1), "L1", serials=("E",)),))).refused("serial.not_there")


@parametrize(
    "step, expected",
    (judge(accepted="D"), {"accepted": "D", "pending": "ABC"}),
    (
        judge(accepted="A", rejected="BC", tested="D"),
        {"accepted": "A", "rejected": "BC", "test_consumed": "D"},
    ),
    (report("BD"), {"pending": "AC", "rejected": "BD"}),
)
def test_pending_pieces_are_judged_one_by_one(step: c.Command, expected: dict[str, str]) -> None:
    scene = given(in_box(), receive(pending="ABCD"), step)
    assert where(scene) == expected | {"at_supplier": "EF"}


def test_pending_pieces_that_nobody_names_are_not_judged() -> None:
    scene = given(in_box(), receive(pending="ABCD"))
    scene.when(c.Judge((c.JudgeLine(1, Decimal(1)),))).refused("serial.missing", "lines.0.serials")
    scene.when(judge(accepted="E")).refused("serial.not_there", serials="A, B, C, D")
    scene.when(c.Judge((c.JudgeLine(1, Decimal(0), serials=(c.JudgedSerial("A", "accepted"),)),)))
    scene.refused("serial.count")


@parametrize(
    "step, expected",
    (dispose("scrap", "D"), {"rejected": "C", "scrapped": "D"}),
    (dispose("reinspect", "C", "here"), {"rejected": "D", "pending": "C"}),
    (dispose("rework", "CD"), {"in_transit_out": "CD"}),
    (dispose("use_as_is", "D"), {"rejected": "CD"}),
)
def test_every_rejected_piece_is_decided_about(step: c.Command, expected: dict[str, str]) -> None:
    assert where(given(rejected(), step)) == expected | {"accepted": "AB", "at_supplier": "EF"}


def test_nobody_decides_about_pieces_that_were_not_rejected() -> None:
    rejected().when(dispose("scrap", "A")).refused("serial.not_there", "lines.0.serials", serials="C, D")
    scene = rejected().when(c.Disposition(NC, (c.DispositionLine(Decimal(1), "scrap"),)))
    scene.refused("serial.missing", serials="C, D")
    given(scene, dispose("scrap", "C")).when(dispose("scrap", "C")).refused("serial.not_there")


@parametrize(
    "entered, code", (0, "quantity.zero"), ("NaN", "quantity.not_a_number"), ("0.5", "quantity.too_precise")
)
def test_what_is_decided_about_is_a_number_of_pieces(entered: object, code: str) -> None:
    scene = given(rejected(), dispose("scrap", "CD"))
    wanted = c.Disposition(NC, (c.DispositionLine(Decimal(str(entered)), "scrap"),))
    scene.when(wanted).refused(code, "lines.0.quantity")


def test_a_refusal_lists_no_pieces_where_there_are_none() -> None:
    assert "serials" not in dict(missing(1, (), "lines.0.serials").values)


def test_a_signature_is_for_the_pieces_that_were_proposed() -> None:
    scene = given(rejected(), dispose("use_as_is", "D"), dispose("scrap", "C"), sign())
    assert where(scene) == {"accepted": "ABD", "at_supplier": "EF", "scrapped": "C"}


def test_reworked_pieces_come_back_as_themselves_and_are_inspected_again() -> None:
    scene = given(rejected(), dispose("rework", "C"), arrived(), ship("CE"))
    given(scene, receive("SO-1-P2", pending="C", accepted="E"))
    assert where(scene) == {"accepted": "ABE", "pending": "C", "rejected": "D", "at_supplier": "F"}
    assert [*scene.order.nonconformances[NC].serials.values()] == ["undecided", "reinspecting"]
    given(scene, judge(accepted="C"), dispose("scrap", "D"))
    assert not scene.order.nonconformances[NC].open


def test_pieces_returned_for_good_are_confirmed_by_their_numbers() -> None:
    scene = given(rejected(), dispose("return", "CD"))
    # They are nobody's to receive again, although they are on their way to the supplier.
    scene.when(receive("", accepted="C")).refused("serial.not_there")
    scene.when(c.ConfirmReturn(NC, Decimal(1))).refused("serial.missing", "serials")
    scene.when(c.ConfirmReturn(NC, Decimal(1), ("A",))).refused("serial.not_there", serials="C, D")
    given(scene, c.ConfirmReturn(NC, Decimal(1), ("D",)))
    assert where(scene)["returned_to_supplier"] == "D"
    given(scene, c.ConfirmReturn(NC, Decimal(1)))
    assert where(scene)["returned_to_supplier"] == "CD"


def test_a_lost_piece_turns_up_as_itself() -> None:
    scene = given(in_box(), receive(accepted="ABC"), lose("D"))
    scene.when(receive("", accepted="D")).then()
    assert where(scene) == {"accepted": "ABC", "pending": "D", "at_supplier": "EF"}


def test_what_is_over_is_kept_sent_back_or_was_never_there() -> None:
    scene = given(in_box(), receive(accepted="ABCXY"))
    scene.when(over("return", "Z")).refused("serial.not_there", serials="X, Y")
    scene.when(c.ResolveOver((c.OverLine(1, Decimal(1), "return"),))).refused("serial.missing")
    assert where(given(scene, over("return", "X")))["over"] == "Y"
    given(scene, over("miscount", "Y"))
    assert "over" not in where(scene)


# Where piece X is known to be -> the refusal's code and what it says of the place.
SOMEWHERE_ELSE: tuple[tuple[Whereabouts, str, dict[str, str]], ...] = (
    (Whereabouts("L1"), "serial.on_shelf", {"lot": "L1"}),
    (Whereabouts("L9", "SO-2", Bucket.ACCEPTED), "serial.on_shelf", {"lot": "L9"}),
    (Whereabouts("L1", "SO-2", Bucket.RETURNED_UNPROCESSED), "serial.on_shelf", {"lot": "L1"}),
    (Whereabouts("L1", "SO-2", Bucket.AT_SUPPLIER), "serial.elsewhere_over", {"order": "SO-2"}),
    (Whereabouts("L1", "SO-2", Bucket.PENDING), "serial.elsewhere_over", {"bucket": "pending"}),
    (Whereabouts("L1", "SO-2", Bucket.SCRAPPED), "serial.elsewhere_over", {"bucket": "scrapped"}),
    (Whereabouts("L1", "SO-2", Bucket.LOST), "serial.elsewhere_over", {"bucket": "lost"}),
    (Whereabouts("L1", "SO-2", Bucket.OVER), "serial.surplus", {"order": "SO-2"}),
    (Whereabouts(dispatch="DN-1"), "serial.gone", {"dispatch": "DN-1"}),
    (Whereabouts(job="WO-9"), "serial.used", {"job": "WO-9"}),
)


@parametrize("place, code, said", *SOMEWHERE_ELSE)
@parametrize("found", "accepted", "pending", "rejected", "scrapped")
def test_a_piece_that_is_somewhere_else_has_not_come(
    found: str, place: Whereabouts, code: str, said: dict[str, str]
) -> None:
    scene = in_box()
    scene.serial_stock = SerialStock({("FLANGE", "X"): place})
    before = where(scene)
    scene.when(receive(**({"accepted": "AB"} | {found: "X"})))
    scene.refused(code, "lines.0.serials", serial="X", serials="E, F, A, B, C, D", **said)
    assert where(scene) == before


@parametrize("place, code, said", *SOMEWHERE_ELSE)
def test_a_piece_that_is_somewhere_else_is_not_kept_as_surplus(
    place: Whereabouts, code: str, said: dict[str, str]
) -> None:
    scene = given(in_box(), receive(accepted="ABCX"))
    scene.serial_stock = SerialStock({("FLANGE", "X"): place})
    scene.when(over("accept", "X")).refused(code, "lines.0.serials", serial="X", serials="E, F, D", **said)
    # What it is not it was miscounted for, or it is the supplier's.
    assert "over" not in where(given(scene, over("return", "X")))


def test_a_piece_nobody_made_is_kept_only_where_not_all_pieces_of_its_lot_are_known() -> None:
    scene = given(tracked(), send("ABCDE"), arrived(), ship("ABCD"), receive(accepted="ABCX"))
    scene.serial_stock = SerialStock(here={"L1": ()})
    scene.when(over("accept", "X")).refused(
        "serial.unknown", "lines.0.serials", serial="X", lot="L1", serials="E, D"
    )
    scene.serial_stock = SerialStock(here={"L2": ("Q",)})
    assert where(given(scene, over("accept", "X")))["accepted"] == "ABCX"


def test_surplus_that_nobody_settled_does_not_go_out() -> None:
    scene = tracked()
    scene.serial_stock = SerialStock({("FLANGE", "A"): Whereabouts("L1", "SO-2", Bucket.OVER)})
    scene.when(send("AB")).refused("serial.surplus", "lines.0.serials", serial="A", order="SO-2")
    scene.serial_stock = SerialStock()
    scene.elsewhere = {"1:A": Elsewhere("SO-2", Bucket.OVER)}
    scene.when(send("AB")).refused("serial.surplus", "lines.0.serials", serial="A", order="SO-2")


def test_accepted_pieces_that_went_on_are_only_recorded() -> None:
    scene = given(in_box(), receive(accepted="ABCD"))
    scene.elsewhere = {"1:A": Elsewhere("SO-2", Bucket.AT_SUPPLIER)}
    given(scene, report("AB"))
    assert where(scene) == {"accepted": "ACD", "rejected": "B", "at_supplier": "EF"}
    assert [item.recorded_only for item in scene.order.nonconformances.values()] == [False, True]


GONE = {
    ("FLANGE", "A"): Whereabouts(dispatch="D-1"),
    ("FLANGE", "B"): Whereabouts(job="4600"),
    ("FLANGE", "D"): Whereabouts("L1", "SO-1", Bucket.ACCEPTED),
}


def gone() -> Scene:
    """Of A to D, all accepted, A was dispatched, B used up, C is with another order and D is here."""
    scene = given(in_box(), receive(accepted="ABCD"))
    scene.serial_stock = SerialStock(GONE)
    scene.elsewhere = {"1:C": Elsewhere("SO-2", Bucket.AT_SUPPLIER)}
    return scene


def test_a_correction_names_what_became_of_each_piece_that_is_no_longer_here() -> None:
    scene = gone()
    correct = c.Correct(scene.order.receipts[0].sequence, "Typed wrongly")
    refusal = scene.when(correct).refused("correct.moved_on", serials="A, B, C").refusal
    assert refusal is not None
    assert [error.message for error in refusal.errors] == [
        "A left with dispatch D-1.",
        "B was used up by work order 4600.",
        "C is with order SO-2 (at supplier).",
    ]


@parametrize(
    "named, rejected, recorded",
    ("D", "D", {}),
    ("A", "", {"A": Whereabouts(dispatch="D-1")}),
    (
        "",
        "D",
        {
            "A": GONE["FLANGE", "A"],
            "B": GONE["FLANGE", "B"],
            "C": Whereabouts("", "SO-2", Bucket.AT_SUPPLIER),
        },
    ),
)
def test_a_nonconformance_rejects_the_pieces_that_are_here_and_names_where_the_others_are(
    named: str, rejected: str, recorded: dict[str, Whereabouts]
) -> None:
    scene = gone()
    wanted = c.LineQuantity(1, Decimal(len(named) or 4), serials=tuple(named))
    given(scene, c.ReportNonconformance((wanted,), "Burr"))
    assert where(scene).get("rejected", "") == rejected
    found = [item.recorded for item in scene.order.nonconformances.values() if item.recorded_only]
    assert found == ([recorded] if recorded else [])


def test_a_correction_puts_every_piece_back_where_it_was() -> None:
    scene = in_box()
    before = where(scene)
    given(scene, receive(accepted="AB", rejected="C"), c.Correct(scene.order.version + 1, "Typed wrongly"))
    assert where(scene) == before
    given(scene, c.Correct(4, "Another box"))
    assert where(scene) == {"at_supplier": "ABCDEF"}


def test_a_piece_that_moved_on_is_not_put_back() -> None:
    scene = given(in_box(), receive(pending="ABCD"), judge(accepted="A"))
    receipt = scene.order.receipts[0].sequence
    scene.when(c.Correct(receipt, "Typed wrongly")).refused("correct.moved_on")
    scene = given(in_box(), receive(accepted="ABCD"))
    scene.elsewhere = {"1:A": Elsewhere("SO-2", Bucket.AT_SUPPLIER)}
    scene.when(c.Correct(scene.order.receipts[0].sequence, "Typed wrongly")).refused("correct.moved_on")


def test_a_split_leaves_every_sent_piece_with_the_first_order() -> None:
    scene = given(tracked(8), send("ABCDEF"), arrived(), ship("ABCD"), receive(accepted="A", rejected="BC"))
    shares = tuple(c.SplitChild((c.LineQuantity(1, Decimal(some)),)) for some in (6, 2))
    before = where(scene)
    scene.when(c.Split(shares)).then()
    first, second = scene.born.values()
    assert (where(scene), where(first), where(second)) == ({}, before, {})
    assert first.order.nonconformances[NC].serials.keys() == {"1:B", "1:C"}
    named = c.SplitChild((c.LineQuantity(1, Decimal(1), serials=("A",)),))
    given(tracked(8), send("AB")).when(c.Split((named, named))).refused("split.serials")


def test_a_closed_short_order_ends_with_every_piece_somewhere() -> None:
    scene = given(tracked(8), send(ABCDEF), arrived(), ship(ABCDEF), receive(accepted=ABCDEF))
    given(scene, c.ShortClose((c.LineOnly(1),), "Enough"))
    assert where(scene) == {"accepted": "ABCDEF"}


def test_force_completing_loses_exactly_what_is_out() -> None:
    scene = given(
        in_box(), receive(accepted="ABCD"), c.ForceComplete("Customer left", c.Signature("A. Prover"))
    )
    assert where(scene) == {"accepted": "ABCD", "lost": "EF"}
    # After its end an order takes back what turned up, and no other piece.
    scene.when(receive("", accepted="X")).refused("serial.not_there")
    assert where(given(scene, receive("", accepted="F"))) == {"accepted": "ABCD", "lost": "E", "pending": "F"}


def test_many_serials_are_told_in_short() -> None:
    assert listed(()) == "–"
    assert listed(str(number) for number in range(20)).endswith("11, … (20)")
