"""What mails ask a supplier to send back: of which part and lot, and how many, and no piece more."""

from __future__ import annotations

from activities import mail_pieces
from models.domain.commands import Cancel
from tests.domain.asking import CHANGE, accept, agree, approve, arrived, change, changed, send, ship
from tests.domain.orders import a_line, given, issued


def test_a_change_below_what_was_sent_says_what_would_come_back_and_the_reminder_what_still_has_to() -> None:
    line = a_line(lots=[("L1", 60), ("L2", 40)])
    scene = given(issued(line), accept(), send(60, "L1"), send(40, "L2"), arrived())
    given(scene, change(changed(1, 70, L1=60, L2=10)), approve())
    assert mail_pieces.to_leave(scene.order) == ()
    (back,) = mail_pieces.leaves_with(scene.order, CHANGE)
    assert (back.part, back.lot, back.quantity, back.unit) == ("FLANGE", "L2", "30", "C62")
    given(scene, agree(), ship(20, "L2", unprocessed=20))
    assert [(each.lot, each.quantity) for each in mail_pieces.to_leave(scene.order)] == [("L2", "10")]


def test_an_order_that_is_cancelled_has_all_that_is_there_sent_back() -> None:
    scene = given(issued(), accept(), send(), arrived(), ship(40), Cancel("No longer needed"))
    assert [(each.lot, each.quantity) for each in mail_pieces.to_leave(scene.order)] == [("L1", "60")]
