"""What a supplier's mail says each line costs, and by when it is needed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from activities import mail_facts
from models.domain import events as e
from models.domain.commands import Merge
from models.domain.contract import Terms
from tests.domain.asking import accept, added, agree, approve, change, changed
from tests.domain.orders import NEED_BY, a_line, a_lot, an_operation, given, issued

_THEIRS: dict[str, Any] = {
    "order": "SO-1",
    "company": "Northfield",
    "buyer": "Ana",
    "buyer_email": "ana@northfield.test",
    "link_id": "l_1",
}
_TERMS = replace(Terms("st_1", "EUR", date(2026, 1, 1)), lot_charge=Decimal(25), minimum=Decimal(60))


def test_a_new_order_says_price_charges_and_total() -> None:
    mail = mail_facts.order_issued(issued(contract=_TERMS).order, _THEIRS)
    (line,) = mail.lines
    assert (line.unit_price, line.amount, line.lot_charge, line.minimum) == ("0.85", "85.00", "25", "60")
    assert mail.total is not None
    assert (mail.total.amount, mail.total.currency, line.need_by) == ("110.00", "EUR", None)


def test_after_a_merge_every_line_says_its_own_day_and_its_price() -> None:
    early = date(2026, 12, 4)
    other = issued(a_line(1, 40, [("L2", 40)]), draft={"number": "SO-2", "need_by": early})
    scene = issued().when(Merge(("SO-2",)), others=[other]).then()
    mail = mail_facts.orders_merged(scene.order, scene.event(e.OrdersMerged), _THEIRS)
    lines = [*mail.lines, *mail.sources[0].lines]
    assert [(line.need_by, line.amount) for line in lines] == [(NEED_BY, "85.00"), (early, "34.00")]
    assert mail.total is not None
    assert (mail.total.amount, mail.one_day) == ("119.00", False)


def test_a_change_says_the_total_before_and_after() -> None:
    order = given(issued(), accept(), change(changed(1, 80, "0.9"))).order
    total = mail_facts.change_order(order, "SO-1-C1").total
    assert total is not None
    assert [each.amount for each in total] == ["85.00", "72.00"]


def test_a_change_that_was_answered_is_told_as_it_was_asked_for() -> None:
    scene = issued(a_line(1, 100), lots=[a_lot("L1", 100), a_lot("L7", 60)])
    scene.operations[("WO-7", 30)] = an_operation()
    order = given(scene, accept(), change(added(price="0.5", L7=50)), approve(), agree()).order
    told = mail_facts.change_order(order, "SO-1-C1")
    assert (told.total, [each.quantity for each in told.added]) == (None, ["50"])
