"""What mails and the order's history say of an answer: each line it answers with its day, no line agreed before."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from activities import mail_facts, supplier_mails
from api.pages.order.sentences import sentence
from api.pages.order.telling import Telling
from api.supplier.words import Words
from models.domain import events as e
from models.domain.order import Order
from tests.domain.asking import accept, agree, answer, answered, approve, change, changed, counter, terms
from tests.domain.orders import NEED_BY, Scene, a_line, given, issued

LATER = date(2027, 1, 8)
EARLIER = date(2026, 12, 11)
OURS: dict[str, Any] = {"order": "SO-1", "company": "Northfield Valves"}
THEIRS = OURS | {"buyer": "Ana", "buyer_email": "ana@northfield.test", "link_id": "l-1"}
WORDS = Words("en", "Europe/Berlin", date(2026, 11, 2))


def two() -> Scene:
    lines = (a_line(1, 60, [("L1", 60)]), a_line(2, 40, [("L2", 40)]))
    return issued(*lines)


def accepted_in_part() -> Scene:
    """The second line is agreed for a later day, the first is asked again."""
    proposed = counter(None, terms(1, price=1), terms(2, promise=LATER))
    return given(two(), proposed, answer("reject", "", answered(2, "accept")))


def last(scene: Scene, kind: type[e.Event]) -> Any:
    (found,) = [event for event in scene.events if isinstance(event, kind)]
    return found


def told(scene: Scene, event: e.Event) -> tuple[str, tuple[str, ...]]:
    found = sentence(event, Telling(scene.order, WORDS))
    text = found.text.format(who="Bea", **found.values)
    return text.replace("\u00a0", " "), tuple(each.replace("\u00a0", " ") for each in found.details)


def test_an_answer_for_all_lines_names_each_with_its_day() -> None:
    scene = two().when(accept(LATER))
    mail = mail_facts.order_acknowledged(scene.order, last(scene, e.OrderAcknowledged), OURS)
    assert [(line.line, line.quantity, line.promised, line.days_late) for line in mail.lines] == [
        (1, "60", LATER, 21),
        (2, "40", LATER, 21),
    ]
    assert (mail.rest, mail.days) == (False, [LATER])


def test_an_answer_for_the_rest_names_nothing_that_was_agreed_before() -> None:
    scene = accepted_in_part().when(accept())
    event = last(scene, e.OrderAcknowledged)
    mail = mail_facts.order_acknowledged(scene.order, event, OURS)
    assert [(line.line, line.promised) for line in mail.lines] == [(1, NEED_BY)]
    assert (mail.rest, mail.days, mail.days_late) == (True, [NEED_BY], 0)
    assert told(scene, event) == (
        "Bea accepted the rest of the order for Fri 18 Dec.",
        ("Line 1 · FLANGE B: Fri 18 Dec",),
    )


def test_a_part_that_is_accepted_is_told_with_its_days_and_what_is_asked_again_with_when_it_is_needed() -> (
    None
):
    scene = accepted_in_part()
    mail = mail_facts.counter_accepted(scene.order, last(scene, e.CounterAccepted), THEIRS)
    assert [(line.line, line.promised) for line in mail.agreed] == [(2, LATER)]
    assert [(line.line, line.promised, line.needed) for line in mail.again] == [(1, None, NEED_BY)]
    assert [(change.line, change.promise_date) for change in mail.changes] == [(2, (NEED_BY, LATER))]


def rejected(order: Order, scene: Scene) -> supplier_mails.CounterAnswered:
    return mail_facts.counter_rejected(order, last(scene, e.CounterRejected), THEIRS)


def test_a_proposal_that_is_rejected_names_the_lines_that_are_needed_on_different_days() -> None:
    scene = given(two(), counter(None, terms(1, price=1)), answer("reject"))
    first, second = scene.order.lines
    merged = replace(scene.order, lines=(first, replace(second, need_by=EARLIER)))
    assert [(line.line, line.promised, line.needed) for line in rejected(merged, scene).again] == [
        (1, None, NEED_BY),
        (2, None, EARLIER),
    ]


def test_a_proposal_that_is_rejected_names_the_one_day_on_which_all_that_is_asked_is_needed() -> None:
    scene = given(two(), counter(None, terms(1, price=1)), answer("reject"))
    mail = rejected(scene.order, scene)
    assert (mail.again, mail.need_by) == ((), NEED_BY)
    # What was agreed before is asked no more, for whatever day it is needed.
    proposed = counter(None, terms(1, price=1), terms(2, promise=LATER))
    scene = given(two(), proposed, answer("reject", "", answered(2, "accept", need_by=LATER)))
    given(scene, counter(None, terms(1, price=2)), answer("reject"))
    mail = rejected(scene.order, scene)
    assert (mail.again, mail.need_by) == ((), NEED_BY)


def test_a_line_that_was_cancelled_is_not_told() -> None:
    scene = given(two(), change(changed(1, 0)), approve(), agree(), accept())
    mail = mail_facts.order_acknowledged(scene.order, last(scene, e.OrderAcknowledged), OURS)
    assert ([line.line for line in mail.lines], mail.rest) == ([2], False)
    later = counter(None, terms(2, promise=LATER))
    scene = given(two(), change(changed(1, 0)), later, approve(), agree(), answer())
    agreed = mail_facts.counter_accepted(scene.order, last(scene, e.CounterAccepted), THEIRS).agreed
    assert [line.line for line in agreed] == [2]


def test_deliveries_of_a_line_are_told_with_their_numbers() -> None:
    scene = given(issued(), counter(None, terms(1, 60), terms(1, 40, promise=LATER)), answer())
    mail = mail_facts.counter_accepted(scene.order, last(scene, e.CounterAccepted), THEIRS)
    assert [(line.delivery, line.quantity, line.promised) for line in mail.agreed] == [
        (1, "60", NEED_BY),
        (2, "40", LATER),
    ]


def test_one_line_needs_no_list() -> None:
    scene = issued().when(accept(LATER))
    event = last(scene, e.OrderAcknowledged)
    mail = mail_facts.order_acknowledged(scene.order, event, OURS)
    assert (mail.lines, mail.promise_date, mail.rest) == ((), LATER, False)
    assert told(scene, event) == ("Bea accepted the order for Fri, 8 Jan 2027.", ())


def test_what_was_told_before_lines_were_named_is_still_told() -> None:
    scene = two().when(accept())
    event = replace(last(scene, e.OrderAcknowledged), promises=(), days=(NEED_BY, LATER), promise_date=LATER)
    assert told(scene, event)[0] == "Bea accepted the order for Fri 18 Dec, Fri, 8 Jan 2027."
