"""Whoever is refused learns where the order stands and what could be sent instead: every command, everywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from models.domain import commands as c
from models.domain import gate
from models.domain.authority import SUPPLIER, SYSTEM_ONLY, Actor, Role
from models.domain.errors import Refusal
from models.domain.order import ENDED, Order, Stage, stage
from models.domain.purpose import why_pointless
from models.domain.standing import sendable, standing
from tests.domain.orders import given, issued
from tests.domain.test_gate import ORDERS, in_condition

ANYBODY = Actor("u_all", "user", frozenset(Role))
BUYER = Actor("u_buyer", "user", frozenset({Role.BUYER}))
ACME = Actor("c_acme", "supplier")
# A way on after what is wrong: another sentence, or what it is said to be.
_GOES_ON = re.compile(r"[.:;,] \S")


def everywhere() -> Iterator[tuple[str, Order]]:
    for at, order in ORDERS.items():
        yield at.value, order
        for words, (changed, _) in in_condition(order).items():
            yield f"{at.value}, {words}", changed


@pytest.mark.parametrize("order", [pytest.param(order, id=where) for where, order in everywhere()])
def test_every_refused_command_comes_with_the_stage_a_way_on_and_what_is_possible(order: Order) -> None:
    refused: dict[str, Refusal] = {}
    for command in gate.ALLOWED.keys() - SYSTEM_ONLY:
        if (refusal := gate.why_not(order, command)) is not None:
            refused[command] = refusal
    assert refused
    told = standing(order, ANYBODY)
    assert told.stage == stage(order)
    assert told.possible
    assert not set(told.possible) & refused.keys()
    for command, refusal in refused.items():
        assert _GOES_ON.search(refusal.detail.rstrip(".")), (command, refusal.detail)
        assert "{" not in refusal.detail


@pytest.mark.parametrize("at", ORDERS, ids=str)
def test_each_condition_is_named(at: Stage) -> None:
    for words, (order, _) in in_condition(ORDERS[at]).items():
        holds = words.replace(" ", "_") in standing(order, ANYBODY).conditions
        assert holds or (words == "being cancelled" and at in ENDED)


def test_what_is_possible_is_what_this_person_may_send_and_has_something_to_do() -> None:
    order = ORDERS[Stage.IN_PROCESS]
    ours = standing(order, BUYER).possible
    assert {"cancel", "hold", "ship"} <= set(ours)
    assert not {"force-complete", "judge", "resume"} & set(ours)
    assert all(why_pointless(order, command) is None for command in ours)
    theirs = standing(order, ACME).possible
    assert set(theirs) <= SUPPLIER | {"add-document"}
    assert "ship" in theirs
    assert dict(sendable(order, BUYER.roles)).keys() > set(ours)


def test_a_draft_can_be_issued_by_a_buyer_and_by_nobody_else() -> None:
    assert standing(None, BUYER).possible == ("issue",)
    told = standing(None, Actor("u_q", "user", frozenset({Role.QUALITY})))
    assert (told.stage, told.possible) == ("draft", ())


def test_nothing_is_reported_of_an_order_that_ended_before_anything_came_back() -> None:
    scene = given(issued(), c.Cancel("Not needed")).then("cancelled")
    found = why_pointless(scene.order, "report-nonconformance")
    assert found is not None
    assert found.code == "order.nothing"
