"""Recalls: who may do what, what a signature freezes, when a drill is due, and what a trace comes to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from models.domain import recalls as rules
from models.domain.authority import Actor, Role
from models.domain.errors import Refusal
from models.domain.recall_scope import Gap, furthest, not_stopped, percent, scope_of, still_ours
from models.domain.recalls import Quarter, Recall, Record, Signature, next_drill

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
DRILL = Recall("RC-2026-0001", "lot:A", "Quarterly drill", True, NOW, "u_1")
REAL = replace(DRILL, drill=False)
DONE = Record(("Ana",), (), "All found", date(2027, 2, 1))
SIGNED = replace(DRILL, record=DONE, signatures=(Signature("Ana", "checked", NOW, "u_1", "00"),))


def refused(code: str, call: Any, *given: Any, **named: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        call(*given, **named)
    assert caught.value.code == code
    return caught.value


def approver(name: str) -> Actor:
    return Actor(name, "user", frozenset({Role.APPROVER}))


@pytest.mark.parametrize(("identifier", "draw", "drill"), [("L1", False, True), (None, True, True)])
def test_a_recall_is_about_what_is_named_or_drawn(identifier: str | None, draw: bool, drill: bool) -> None:
    rules.check_start(identifier, draw=draw, drill=drill)


@pytest.mark.parametrize(
    ("identifier", "draw", "drill", "code"),
    [
        (None, False, True, "recall.what"),
        ("L1", True, True, "recall.what"),
        (None, True, False, "recall.draw_real"),
    ],
)
def test_not_about_both_nor_nothing_and_only_drills_draw(
    identifier: str | None, draw: bool, drill: bool, code: str
) -> None:
    refused(code, rules.check_start, identifier, draw=draw, drill=drill)


def test_the_clock_runs_until_the_first_signature() -> None:
    assert DRILL.minutes(NOW + timedelta(minutes=85, seconds=59)) == 85
    late = Signature("Ana", "again", NOW + timedelta(hours=9), "u_1", "11")
    first = replace(SIGNED.signatures[0], at=NOW + timedelta(minutes=40))
    twice = replace(SIGNED, signatures=(first, late))
    assert twice.minutes(NOW + timedelta(days=3)) == 40


def test_who_is_not_cleared_runs_no_recall_of_controlled_parts() -> None:
    rules.check_clearance(controlled=True, cleared=True)
    rules.check_clearance(controlled=False, cleared=False)
    refused("recall.clearance", rules.check_clearance, controlled=True, cleared=False)


def test_what_was_signed_does_not_change() -> None:
    assert rules.recorded(DRILL, DONE).record == DONE
    refused("recall.signed", rules.recorded, SIGNED, DONE)


def test_it_is_not_signed_before_it_says_who_what_and_when_again() -> None:
    refusal = refused("recall.incomplete", rules.to_sign, DRILL, None)
    assert [error.field for error in refusal.errors] == ["team", "conclusion", "retest_on"]
    refused("recall.retest_past", rules.to_sign, DRILL, replace(DONE, retest_on=NOW.date()))


def test_a_later_signature_brings_what_is_new() -> None:
    more = replace(DONE, conclusion="And more")
    assert rules.to_sign(SIGNED, more).record == more
    assert rules.to_sign(SIGNED, None).record == DONE


TWICE = replace(
    SIGNED,
    signatures=(replace(SIGNED.signatures[0], content="one"), Signature("Bo", "", NOW, "u_2", "", "", "two")),
)


@pytest.mark.parametrize(
    ("recall", "content", "person", "code"),
    [
        (DRILL, "one", "u_1", None),
        (TWICE, "two", "u_1", None),
        (TWICE, "three", "u_2", None),
        (TWICE, "two", "u_2", "recall.signed_by_you"),
        (TWICE, "one", "u_1", "recall.signed_by_you"),
        (replace(REAL, approved_by="u_1"), "one", "u_1", "forbidden.same_person"),
        (replace(REAL, approved_by="u_1"), "one", "u_2", None),
    ],
    ids=[
        "nobody yet",
        "who signed other words",
        "new words",
        "twice",
        "twice before others",
        "approver",
        "another",
    ],
)
def test_nobody_signs_the_same_words_twice_nor_those_of_mails_they_approved(
    recall: Recall, content: str, person: str, code: str | None
) -> None:
    if code is None:
        rules.check_signer(recall, content, person)
    else:
        refused(code, rules.check_signer, recall, content, person)


def test_the_signatures_under_the_last_words_hold_together() -> None:
    more = replace(TWICE.signatures[1], by="u_3", name="Cy")
    assert [each.name for each in replace(TWICE, signatures=(*TWICE.signatures, more)).holding] == [
        "Bo",
        "Cy",
    ]
    assert DRILL.holding == ()


def test_somebody_else_than_who_opened_or_signed_a_real_recall_approves_it() -> None:
    rules.may_approve(REAL, approver("u_2"))
    signed = replace(REAL, signatures=TWICE.signatures)
    refused("forbidden.same_person", rules.may_approve, signed, approver("u_2"))
    rules.may_approve(signed, approver("u_3"))
    refused("forbidden.same_person", rules.may_approve, REAL, approver("u_1"))
    refused("recall.drill", rules.may_approve, DRILL, approver("u_2"))
    refused("recall.drill", rules.may_hold, DRILL)
    rules.may_hold(REAL)


def test_actions_keep_when_and_by_whom_they_were_first_written_down() -> None:
    (first,) = rules.with_actions((), [("Quarantine", "Bo")], "u_1", NOW)
    later = NOW + timedelta(hours=1)
    kept, new = rules.with_actions((first,), [("Quarantine", "Bo"), ("Call", "Cy")], "u_2", later)
    assert kept == first
    assert (new.what, new.owner, new.at, new.by) == ("Call", "Cy", later, "u_2")


def test_quarters_follow_each_other() -> None:
    quarter = Quarter.of(date(2026, 11, 22))
    assert (str(quarter), quarter.first, quarter.last) == (
        "2026-Q4",
        date(2026, 10, 1),
        date(2026, 12, 31),
    )
    assert (str(quarter.after), str(Quarter.of(date(2026, 1, 1)).before)) == ("2027-Q1", "2025-Q4")
    assert Quarter.of(date(2028, 2, 29)).last == date(2028, 3, 31)


@pytest.mark.parametrize(
    ("signed", "retest", "due"),
    [
        (None, None, date(2026, 12, 31)),
        (date(2026, 9, 30), None, date(2026, 12, 31)),
        (date(2026, 10, 1), None, date(2027, 3, 31)),
        (date(2026, 10, 1), date(2026, 12, 1), date(2026, 12, 1)),
        (date(2026, 10, 1), date(2027, 6, 1), date(2027, 3, 31)),
    ],
)
def test_a_drill_is_due_each_quarter_or_when_the_last_one_said(
    signed: date | None, retest: date | None, due: date
) -> None:
    assert next_drill(date(2026, 11, 22), signed, retest) == due


@pytest.mark.parametrize(
    ("made", "accounted", "expected"),
    [(300, 300, "100"), (300, 299, "99.6"), (3, 1, "33.3"), (10000, 9999, "99.9"), (100, 101, "101"),
     (10000, 10001, "100.1"), (0, 0, "100"), (0, 5, "0")],
)  # fmt: skip
def test_only_all_of_it_is_a_hundred_percent(made: int, accounted: int, expected: str) -> None:
    assert str(percent(Decimal(made), Decimal(accounted))) == expected


def test_the_figure_that_is_furthest_off_stands_for_all() -> None:
    assert furthest([Decimal(100), Decimal("99.6"), Decimal("100.2")]) == Decimal("99.6")
    assert furthest([]) is None


def trace() -> dict[str, Any]:
    """Bars became a lot, of which some is here, some at a supplier without a lot, some with a customer."""

    def lot(number: str, on_hand: int) -> dict[str, Any]:
        known = {"number": number, "part": "FLANGE", "part_revision": "B", "uom": "C62", "held": False}
        amounts = {"quantity": Decimal(100), "on_hand": Decimal(on_hand)}
        return {
            "id": f"lot:{number}",
            "kind": "lot",
            "heat_number": None,
            "supplier": None,
            **known,
            **amounts,
        }

    order = {"order": "SO-1", "supplier": "ACME", "process": "PLATE", "stage": "in_process"}
    sent = {
        "customer": "NW",
        "customer_name": None,
        "contacts": [],
        "dispatch": "D-1",
        "shipped_on": date(2026, 12, 1),
    }
    line = {"destination": "Oslo", "lot": "MADE", "part": "FLANGE", "part_revision": "B", "serials": []}
    return {
        "root": {"identifier": "lot:MADE", "kind": "lot", "value": "MADE", "nodes": ["lot:MADE"]},
        "nodes": [
            lot("BARS", 8),
            lot("MADE", 45),
            {
                "id": "job:4520",
                "kind": "work_order",
                "part": "FLANGE",
                "in_work": False,
                "nothing_drawn": True,
                "mismatches": ["4520-M1"],
            },
            {"id": "order:SO-1:1:MADE", "kind": "order", "order": "SO-1", "part": "FLANGE", "unit": "C62",
             "lot": "MADE",
             "pieces": {"at_supplier": Decimal(5)}},
            {"id": "order:SO-1:1:", "kind": "order", "order": "SO-1", "part": "FLANGE", "unit": "C62", "lot": "",
             "pieces": {"at_supplier": Decimal(3)}},
        ],
        "edges": [
            {"from": "lot:MADE", "to": "order:SO-1:1:MADE", "quantity": Decimal(5), "unit": "C62"},
            {"from": "lot:MADE", "to": "order:SO-1:1:", "quantity": Decimal(3), "unit": "C62", "unsure": "lot"},
        ],
        "customers": [sent | line | {"quantity": Decimal(50), "unit": "C62"}],
        "suppliers": [order],
        "missing": [
            {"order": "SO-1", "supplier": "ACME", "type": "coc"},
            {"lot": "BARS", "supplier": "STEEL", "type": "material"},
        ],
        "balance": [{"part": "FLANGE", "unit": "C62", "made": Decimal(100), "on_hand": Decimal(45),
                     "dispatched": Decimal(50), "unexplained": Decimal(5), "items": []}],
    }  # fmt: skip


AHEAD = {"lot:MADE", "order:SO-1:1:MADE", "order:SO-1:1:"}


def test_the_scope_tells_what_is_concerned_from_where_it_came_from() -> None:
    scope = scope_of(trace(), AHEAD)
    assert [(row["lot"], row["affected"]) for row in scope["lots"]] == [("BARS", False), ("MADE", True)]
    assert [(row["work_order"], row["affected"]) for row in scope["jobs"]] == [("4520", False)]
    assert [row["order"] for row in scope["orders"]] == ["SO-1"]
    (customer,) = scope["customers"]
    assert (customer["name"], customer["lines"][0]["quantity"]) == ("NW", Decimal(50))
    (row,) = scope["balance"]
    assert (row["accounted"], row["percent"]) == (Decimal(95), Decimal(95))
    assert scope["balance_percent"] == Decimal(95)


def test_every_gap_is_found() -> None:
    gaps = scope_of(trace(), AHEAD, gone=True)["gaps"]
    assert gaps[0] == {"gap": "gone", "where": "MADE"}
    assert {gap["gap"] for gap in gaps} == set(Gap)
    (material,) = [gap for gap in gaps if gap["gap"] == Gap.MATERIAL]
    assert material == {"gap": "material", "where": "4520", "mismatch": "4520-M1"}
    assert [gap["quantity"] for gap in gaps if "quantity" in gap] == [Decimal(5), Decimal(3), Decimal(3)]


def test_the_answer_counts_what_is_concerned() -> None:
    answer = scope_of(trace(), AHEAD)["answer"]
    assert (answer["customers"], answer["dispatches"], answer["lots"], answer["orders"]) == (1, 1, 1, 1)
    assert answer["sent"] == [{"part": "FLANGE", "quantity": Decimal(50), "unit": "C62"}]
    here = {"part": "FLANGE", "quantity": Decimal(53), "unit": "C62"}
    assert answer["here"] == [here], "on the shelf, and at a supplier"
    assert answer["missing"] == 2
    assert [row["quantity"] for row in answer["unexplained"]] == [Decimal(5)]


def test_what_is_here_is_told_by_part_and_unit() -> None:
    told = trace()
    bars, made = told["nodes"][:2]
    others = bars | {"part": "BAR"}, made | {"id": "lot:KG", "number": "KG", "uom": "KGM"}
    told["nodes"] = [*others, *told["nodes"][1:]]
    here = scope_of(told, {*AHEAD, "lot:BARS", "lot:KG"})["answer"]["here"]
    assert [(row["part"], row["unit"], row["quantity"]) for row in here] == [
        ("BAR", "C62", Decimal(8)),
        ("FLANGE", "C62", Decimal(53)),
        ("FLANGE", "KGM", Decimal(45)),
    ]


def test_what_customers_got_is_told_by_part_and_unit() -> None:
    told = trace()
    (first,) = told["customers"]
    told["customers"] = [
        first,
        first | {"lot": "BOLTS", "part": "BOLT", "quantity": Decimal(200)},
        first | {"quantity": Decimal(7), "dispatch": "D-2"},
    ]
    assert scope_of(told, AHEAD)["answer"]["sent"] == [
        {"part": "BOLT", "quantity": Decimal(200), "unit": "C62"},
        {"part": "FLANGE", "quantity": Decimal(57), "unit": "C62"},
    ]


def test_of_pieces_with_others_among_them_it_says_how_many_at_most() -> None:
    told = trace()
    told["nodes"][1]["at_most"] = Decimal(40)
    (first,) = told["customers"]
    told["customers"] = [
        first | {"at_most": Decimal(40)},
        first | {"dispatch": "D-2", "quantity": Decimal(30), "at_most": Decimal(30)},
    ]
    scope = scope_of(told, AHEAD)
    (customer,) = scope["customers"]
    assert [line["at_most"] for line in customer["lines"]] == [Decimal(40), Decimal(30)]
    assert scope["answer"]["sent"] == [{"part": "FLANGE", "quantity": 80, "unit": "C62", "at_most": 40}]


def test_what_can_be_stopped_is_here_or_at_a_supplier() -> None:
    told = trace()
    assert still_ours(scope_of(told, AHEAD)) == ["MADE"]
    told["nodes"][1]["on_hand"] = Decimal(0)
    assert still_ours(scope_of(told, AHEAD)) == ["MADE"], "out at a supplier"
    told["nodes"][3]["pieces"] = {}
    assert still_ours(scope_of(told, AHEAD)) == []


LOAD, WORK = "load:ACME:Bath 3:BADL:2026-11-02T09:00:00Z", "order:SO-1:1:MADE"


def of_a_load(loaded: int, **pieces: int) -> dict[str, Any]:
    """Of a load of MADE 20 came back as BACK."""
    told = trace()
    told["nodes"][1] |= {"id": "lot:BACK", "number": "BACK", "on_hand": Decimal(0)}
    told["nodes"][3]["pieces"] = {bucket: Decimal(some) for bucket, some in pieces.items()}
    del told["nodes"][4]
    told["edges"] = [
        {
            "from": LOAD,
            "to": WORK,
            "quantity": Decimal(loaded),
            "unit": "C62",
            "how": "process",
            "load": LOAD,
        },
        {
            "from": WORK,
            "to": "lot:BACK",
            "quantity": Decimal(20),
            "unit": "C62",
            "how": "process",
            "load": LOAD,
        },
    ]
    return scope_of(told, {LOAD, WORK, "lot:BACK"})


@pytest.mark.parametrize(
    ("loaded", "pieces", "held", "here", "unsure"),
    [
        (40, {"pending": 20, "at_supplier": 20}, ["BACK", "MADE"], 40, False),
        (30, {"pending": 20, "at_supplier": 20}, ["BACK", "MADE"], 30, True),
        (20, {"pending": 20, "at_supplier": 20}, ["BACK"], 20, False),
        (40, {"rejected": 4}, ["BACK"], 4, False),
    ],
    ids=["all of it is there or waits", "others are among those there", "all of it came back", "rejected"],
)
def test_a_load_is_stopped_by_what_came_of_it_and_by_what_was_sent(
    loaded: int, pieces: dict[str, int], held: list[str], here: int, unsure: bool
) -> None:
    scope = of_a_load(loaded, **pieces)
    assert still_ours(scope) == held
    assert [row["quantity"] for row in scope["answer"]["here"]] == [here]
    assert [row["unsure"] for row in scope["open"]] == [unsure]
    assert not_stopped(scope) == []


def test_open_pieces_without_a_lot_are_said_not_to_be_stopped() -> None:
    (row,) = not_stopped(scope_of(trace(), AHEAD))
    assert (row["order"], row["lot"], row["quantity"]) == ("SO-1", "", Decimal(3))
