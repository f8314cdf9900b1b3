"""cancel and close: an order ends when nothing is open any more, and stays ended."""

from __future__ import annotations

from datetime import timedelta

from models.domain import commands as c
from models.domain import events as e
from models.domain.commands import (
    AcknowledgeAlert,
    Cancel,
    Close,
    LineOnly,
    ReportUndeliverable,
    Resume,
    ShortClose,
)
from models.domain.evidence import DocumentType
from models.domain.headline import headline
from models.domain.missing import missing
from models.domain.paperwork import missing_documents
from tests.domain.asking import (
    ALERT,
    DOC,
    accept,
    arrived,
    decline,
    dispose,
    document,
    judge,
    lose,
    over,
    receive,
    report,
    send,
    ship,
)
from tests.domain.orders import Scene, day, given, issued

NO_LONGER = Cancel("No longer needed")


class TestCancel:
    def test_it_needs_a_reason(self) -> None:
        given(issued()).when(Cancel(" ")).refused("reason.missing", "reason")

    def test_with_nothing_out_it_is_cancelled_at_once(self) -> None:
        scene = given(issued(), accept(), NO_LONGER).then("cancelled").flags()
        scene.happened(e.CancellationRequested, e.OrderCancelled)
        assert scene.order.ended_at == scene.now

    def test_a_declined_order_too(self) -> None:
        given(issued(), decline(), NO_LONGER).then("cancelled")

    def test_what_is_out_is_waited_for(self) -> None:
        scene = (
            given(issued(), send(100), arrived(), NO_LONGER)
            .then("in_process", at_supplier=100)
            .flags("cancelling")
        )
        scene.when(NO_LONGER).refused("order.cancelling")
        scene.when(ship(100, unprocessed=40)).then("shipped", in_transit_back=100)
        scene.when(receive(60, unprocessed=40)).then("cancelled", accepted=60, returned_unprocessed=40)
        scene.happened(e.PiecesReceived, e.OrderCancelled, e.OrderSettled)

    def test_what_is_out_may_be_given_up(self) -> None:
        given(issued(), send(100), NO_LONGER, lose(100)).then("cancelled", lost=100)

    def test_what_was_sent_to_a_supplier_that_declined_comes_back(self) -> None:
        scene = given(issued(), send(100), decline(), NO_LONGER).then("countered").flags("cancelling")
        scene.when(ship(50)).then("shipped", in_transit_out=50, in_transit_back=50)
        scene.when(lose(50, from_="in_transit_out")).when(receive(0, unprocessed=50))
        scene.then("cancelled", lost=50, returned_unprocessed=50)

    def test_pending_rejected_and_over_keep_it_open(self) -> None:
        scene = given(
            issued(), send(100), arrived(), ship(60), receive(40, rejected=10, pending=10), NO_LONGER
        )
        scene.then("receiving", at_supplier=40, accepted=40, rejected=10, pending=10)
        scene.when(ship(40)).when(receive(41, parcel="SO-1-P2")).then("receiving")
        scene.when(judge(accepted=10)).when(dispose(scrap=10)).flags("cancelling")
        scene.when(over("return")).then("cancelled", accepted=90, scrapped=10)

    def test_accepted_pieces_stay(self) -> None:
        given(issued(), send(60), ship(60), receive(60), NO_LONGER).then("cancelled", accepted=60)

    def test_who_still_has_pieces_is_named_while_it_is_being_cancelled(self) -> None:
        scene = given(issued(), send(100), arrived(), NO_LONGER)
        lots = [{"lot": "L1", "quantity": 100}]
        owed = {"what": "return:line-1", "owed_by": "supplier", "quantity": 100, "unit": "C62", "lots": lots}
        assert owed in missing(scene.order)
        assert headline(scene.order).startswith("Acme Plating owes the material back · 0 of 100 pieces back")

    def test_who_returns_everything_owes_no_papers_while_it_is_being_cancelled(self) -> None:
        scene = given(issued(documents=(DocumentType("coc"),)), send(100), arrived(), NO_LONGER)
        assert [item["what"] for item in missing(scene.order)] == ["return:line-1"]
        assert missing_documents(scene.order) == ()
        scene.when(ship(60)).when(receive(60)).flags("cancelling")
        assert {"what": "document:coc", "owed_by": "supplier"} in missing(scene.order)
        assert missing_documents(scene.order) == ("coc",)

    def test_nobody_is_alerted_about_papers_of_what_comes_back_as_it_was(self) -> None:
        scene = given(issued(documents=(DocumentType("coc"),)), accept(), send(100), arrived(), NO_LONGER)
        scene.when(ship(60, unprocessed=60)).when(receive(0, unprocessed=60)).flags("cancelling")
        assert not [each for each in scene.wait(day(20, month=12)) if "document_missing" in each]

    def test_papers_of_accepted_pieces_are_owed_beyond_the_end(self) -> None:
        scene = given(issued(documents=(DocumentType("coc"),)), accept(), send(60), ship(60), receive(60))
        scene.when(NO_LONGER).then("cancelled", accepted=60)
        assert missing(scene.order) == [{"what": "document:coc", "owed_by": "supplier"}]
        assert [alert.rule for alert in scene.order.open_alerts] == ["document_missing"]
        assert scene.wait(day(20, month=12)) == [], "nobody wakes up after the end"
        scene.when(document("coc")).then("cancelled").happened(e.DocumentAdded, e.AlertCleared)
        assert missing(scene.order) == []

    def test_where_nothing_was_accepted_no_papers_are_owed(self) -> None:
        scene = given(issued(documents=(DocumentType("coc"),)), send(60), arrived(), ship(60, unprocessed=60))
        scene.when(NO_LONGER).when(receive(0, unprocessed=60)).then("cancelled")
        assert missing(scene.order) == []
        assert list(scene.order.open_alerts) == []

    def test_its_alerts_end_with_it(self) -> None:
        scene = given(issued(), accept())
        scene.wait(day(5))
        scene.flags("late")
        scene.when(NO_LONGER).then("cancelled").flags()
        scene.happened(e.CancellationRequested, e.OrderCancelled, e.AlertCleared)
        assert scene.wait(day(20, month=12)) == []

    def test_material_that_does_not_come_back_is_asked_for(self) -> None:
        scene = given(issued(), accept(), send(100), arrived(), NO_LONGER)
        told = scene.wait(day(20, month=11))
        assert told == [
            "09 09:00 raise no_news",
            "09 09:00 remind return_reminder",
            "10 09:00 escalate no_news 1",
            "16 09:00 raise return_overdue",
            "17 09:00 escalate return_overdue 1",
            "18 09:00 escalate return_overdue 2",
        ]

    def test_a_cancelled_order_stays_cancelled(self) -> None:
        scene = given(issued(), NO_LONGER)
        for command in (
            accept(),
            send(1),
            arrived(),
            ship(1),
            Resume(),
            NO_LONGER,
            Close(),
            lose(1),
        ):
            scene.when(command).refused("order.stage", stage="cancelled")
        scene.when(judge()).refused("judge.nothing")
        scene.when(document("coc")).then("cancelled")


class TestClose:
    def complete(self, **order: object) -> Scene:
        return given(issued(**order), send(100), ship(100), receive(100)).then("received")  # type: ignore[arg-type]

    def test_a_complete_order_closes(self) -> None:
        scene = self.complete().when(Close()).then("closed", accepted=100)
        scene.happened(e.OrderClosed, e.OrderSettled)
        assert scene.order.ended_at == scene.now

    def test_it_closes_only_when_received(self) -> None:
        scene = given(issued(), send(100), ship(100), receive(99, rejected=1))
        scene.when(Close()).refused("order.stage", stage="receiving", stages="received")

    def test_a_missing_document_is_named_with_who_owes_it(self) -> None:
        scene = self.complete(documents=[DocumentType.coc, DocumentType.heat_chart]).when(Close())
        scene.lacks(
            "coc: ACME still owes this document.", "heat chart: ACME still owes this document."
        ).refused("close.gaps", "documents")
        scene.when(document("cert_3_1", number="7", lot="L1")).when(Close())
        scene.lacks("heat chart: ACME still owes this document.")
        scene.when(document("heat_chart")).when(Close()).then("closed")

    def test_a_document_that_contradicts_the_order_is_named(self) -> None:
        scene = self.complete().when(document("coc", lot="L9")).when(Close())
        scene.lacks(f"Document {DOC} contradicts the order; it has to be corrected.")

    def test_commands_that_wait_are_named(self) -> None:
        self.complete().when(Close(), pending=2).lacks("Still to be applied to this order: 2. Wait a moment.")

    def test_all_gaps_are_named_at_once(self) -> None:
        scene = self.complete(documents=[DocumentType.coc]).when(document("coc", lot="L9"))
        scene.when(Close(), pending=1)
        scene.lacks(
            "coc: ACME still owes this document.",
            f"Document {DOC} contradicts the order; it has to be corrected.",
            "Still to be applied to this order: 1. Wait a moment.",
        )

    def test_a_short_closed_order_closes(self) -> None:
        scene = given(issued(), send(60), ship(60), receive(60), ShortClose((LineOnly(1),), "Enough"))
        scene.when(Close()).then("closed")

    def test_a_closed_order_takes_records_but_changes_nothing(self) -> None:
        scene = self.complete().when(Close())
        scene.when(document("coc", lot="L9")).then("closed", accepted=100)
        scene.when(report(3)).then("closed", accepted=100).flags()
        scene.when(ReportUndeliverable("outbox-1", "order_closed", "supplier", "550")).then("closed")
        assert [alert.rule for alert in scene.order.open_alerts] == ["mail_undeliverable"]
        scene.when(AcknowledgeAlert(ALERT, "Old address", "Corrected it"), at=scene.now + timedelta(days=9))
        scene.then("closed").happened(e.AlertAcknowledged, e.AlertCleared)
        for command in (c.Cancel("x"), send(1), ship(1), arrived(), lose(1), Close()):
            scene.when(command).refused("order.stage", stage="closed")
        scene.when(judge(accepted=1)).refused("judge.more_than_pending", found=0)
