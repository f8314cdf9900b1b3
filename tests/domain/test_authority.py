"""Who may send what: every role and every command."""

from __future__ import annotations

import pytest

from models.domain import authority
from models.domain.authority import (
    STAFF,
    SUPPLIER,
    SUPPLIER_TOO,
    SYSTEM,
    SYSTEM_ONLY,
    Actor,
    OnBehalfOf,
    Role,
    acting_as,
    roles_for,
)
from models.domain.commands import COMMANDS, SYSTEM_COMMANDS
from models.domain.errors import Forbidden, Invalid
from tests.domain.asking import accept
from tests.domain.orders import BUYER, DOCK, PLANNER, given, issued

# `s`: only on behalf of the supplier, saying what that rests on.
TABLE = """
command               buyer approver receiving quality design_authority planner finance admin viewer supplier
issue                 y     .        .         .       .                .       .       y     .      .
acknowledge           s     .        s         .       .                s       .       s     .      y
answer-counter        y     .        .         .       .                .       .       y     .      .
propose-change        y     .        .         .       .                .       .       y     .      .
decide-change         .     y        .         .       .                .       .       y     .      .
withdraw-change       y     .        .         .       .                .       .       y     .      .
split                 y     .        .         .       .                .       .       y     .      .
reassign              y     .        .         .       .                .       .       y     .      .
merge                 y     .        .         .       .                .       .       y     .      .
plan-contingency      y     .        .         .       .                y       .       y     .      .
settle-contingency    y     .        .         .       .                y       .       y     .      .
expedite              y     .        .         .       .                .       .       y     .      .
send                  y     .        y         .       .                .       .       y     .      .
report-milestone      s     .        s         .       .                s       .       s     .      y
report-process        s     .        s         .       .                s       .       s     .      y
submit-inspection     s     .        s         .       .                s       .       s     .      y
review-inspection     .     .        .         y       .                .       .       y     .      .
ship                  s     .        s         .       .                s       .       s     .      y
answer-transfer       s     .        s         .       .                s       .       s     .      y
receive               y     .        y         .       .                .       .       y     .      .
judge                 .     .        .         y       .                .       .       y     .      .
report-nonconformance y     .        y         y       .                .       .       y     .      .
disposition           .     .        .         y       .                .       .       y     .      .
decide-disposition    .     .        .         .       y                .       .       y     .      .
confirm-return        y     .        y         .       .                .       .       y     .      .
plan-action           .     .        .         y       .                .       .       y     .      .
complete-action       y     y        y         y       y                y       y       y     .      y
verify-action         .     .        .         y       .                .       .       y     .      .
set-responsibility    .     .        .         y       .                .       .       y     .      .
review-nonconformance .     y        .         y       .                .       .       y     .      .
declare-loss          y     .        y         .       .                .       .       y     .      .
settle-claim          y     .        .         .       .                .       y       y     .      .
short-close           y     .        y         .       .                .       .       y     .      .
resolve-over          y     .        y         .       .                .       .       y     .      .
correct               y     .        y         y       .                .       .       y     .      .
add-document          y     .        y         y       .                .       .       y     .      y
hold                  y     .        .         y       .                y       .       y     .      .
resume                y     .        .         y       .                y       .       y     .      .
cancel                y     .        .         .       .                .       .       y     .      .
close                 y     .        .         .       .                .       .       y     .      .
force-complete        .     y        .         .       .                .       .       y     .      .
acknowledge-alert     y     .        .         y       .                y       .       y     .      .
replan                y     .        .         y       .                y       .       y     .      .
warn-pushed           .     .        .         .       .                .       .       .     .      .
pass-deadlines        .     .        .         .       .                .       .       .     .      .
take-back-push        .     .        .         .       .                .       .       .     .      .
report-part-work      .     .        .         .       .                .       .       .     .      .
report-undeliverable  .     .        .         .       .                .       .       .     .      .
report-lot-hold       .     .        .         .       .                .       .       .     .      .
report-lot-release    .     .        .         .       .                .       .       .     .      .
"""
_HEAD, *_ROWS = (line.split() for line in TABLE.strip().splitlines())
MAY = {row[0]: dict(zip(_HEAD[1:], row[1:], strict=True)) for row in _ROWS}
TOLD = OnBehalfOf("s_contact", "phone")


def answer(command: str, actor: Actor, told: OnBehalfOf | None) -> str:
    try:
        authority.check(command, actor, told)
    except (Forbidden, Invalid) as refusal:
        return refusal.code
    return "may"


def test_the_table_names_every_command_and_every_role() -> None:
    assert MAY.keys() == COMMANDS.keys()
    assert set(_HEAD[1:]) == {*(role.value for role in Role), "supplier"}
    assert SYSTEM_ONLY == SYSTEM_COMMANDS
    assert STAFF.keys() | SUPPLIER | SYSTEM_ONLY == COMMANDS.keys()
    assert STAFF.keys() >= SUPPLIER_TOO


@pytest.mark.parametrize("command", MAY)
def test_every_role_and_every_command(command: str) -> None:
    for role in Role:
        person = Actor("u_1", "user", frozenset({role}))
        cell = MAY[command][role.value]
        no = "forbidden.system" if command in SYSTEM_ONLY else "forbidden.role"
        plain = {"y": "may", "s": "on_behalf_of.missing", ".": no}[cell]
        assert answer(command, person, None) == plain, role
        assert answer(command, person, TOLD) == (no if cell == "." else "may"), role
        if command not in SYSTEM_ONLY:
            assert (role in roles_for(command)) is (cell != ".")
    supplier = Actor("s_1", "supplier")
    no = "forbidden.system" if command in SYSTEM_ONLY else "forbidden.supplier"
    assert answer(command, supplier, None) == ("may" if MAY[command]["supplier"] == "y" else no)


@pytest.mark.parametrize("command", MAY)
def test_the_product_itself_may_send_what_it_needs_to(command: str) -> None:
    assert answer(command, SYSTEM, None) == "may"


def test_somebody_with_several_roles_may_do_what_any_of_them_may() -> None:
    both = Actor("u_1", "user", frozenset({Role.VIEWER, Role.QUALITY}))
    assert answer("judge", both, None) == "may"
    assert answer("judge", Actor("u_2", "user"), None) == "forbidden.role"


def test_a_refusal_names_the_roles_that_may() -> None:
    with pytest.raises(Forbidden) as refused:
        authority.check("send", PLANNER, None)
    assert refused.value.detail == "This needs the role buyer or receiving. Ask someone who has it."


@pytest.mark.parametrize("staff", [BUYER, DOCK, PLANNER], ids=lambda actor: actor.id)
def test_staff_answer_for_the_supplier_only_with_what_it_rests_on(staff: Actor) -> None:
    scene = given(issued()).when(accept(), by=staff).refused("on_behalf_of.missing", "on_behalf_of")
    scene.when(accept(), by=staff, on_behalf_of=TOLD).then("acknowledged")


@pytest.mark.parametrize(
    ("roles", "role"),
    [
        ({Role.APPROVER}, "approver"),
        ({Role.BUYER, Role.APPROVER}, "approver"),
        ({Role.ADMIN, Role.APPROVER}, "approver"),
        ({Role.ADMIN, Role.BUYER}, "admin"),
        ({Role.BUYER}, ""),
    ],
)
def test_who_decides_acts_in_the_role_that_may(roles: set[Role], role: str) -> None:
    assert acting_as(roles, roles_for("decide-change")) == role
